"""Several sites, none of which shows its rows: the fit is that of all rows in one table."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import AccordError, DataError, RefusedError, UsageError
from accord.evidence import fit
from accord.evidence.mixed.descent import curvature
from accord.evidence.mixed.formula import read
from accord.evidence.sharing import Ask, Site, across, pool
from accord.evidence.sharing.joining import pooled
from accord.evidence.sharing.part import met, reduced
from tests.evidence.lme4 import named

BLOCKS = "y ~ x + session + (1 + x | therapist)"
PEOPLE = "y ~ x + session + (1 + x | client) + (1 | therapist)"


def sites(seed: int = 3, sizes: tuple[int, ...] = (60, 80, 130)) -> list[pl.DataFrame]:
    """Sites of unlike size, each of four therapists of 15 clients or more; 90 % of six sessions took place."""
    dice, made, first = np.random.default_rng(seed), [], 0
    for at, size in enumerate(sizes):
        client = np.repeat(np.arange(first, first + size), 6)
        person, therapist = client - first, (np.arange(size) % 4 + 10 * at)[client - first]
        x, session = dice.normal(at, 1, len(client)), np.tile(np.arange(6.0), size)
        y = 2 + 0.4 * x - 0.2 * session + dice.normal(size=size)[person] + dice.normal(size=len(client))
        y += dice.normal(size=40)[therapist] + 0.4 * dice.normal(size=size)[person] * x
        rows = {
            "y": y, "x": x, "session": session, "client": client, "therapist": therapist, "site": at,
            "arm": np.where(dice.random(size) < 0.5, "usual", "feedback")[person], "w": dice.uniform(2, 9, len(client)),
        }  # fmt: skip
        made.append(pl.DataFrame(rows).filter(pl.Series(dice.random(len(client)) < 0.9)))
        first += size
    return made


def apart(found: Any, whole: Any) -> float:
    """The largest relative difference of fixed effects, standard errors, degrees of freedom, variances, criterion."""
    pairs = [(found.beta, whole.beta), (found.std_errors, whole.std_errors), (found.df, whole.df)]
    pairs += [(np.array([found.sigma2, found.criterion]), np.array([whole.sigma2, whole.criterion]))]
    pairs += [(a, b) for a, b in zip(found.covariances, whole.covariances, strict=True)]
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def at_its_optimum(fitted: Any) -> Any:
    """A fit of all rows, led from where `fit` stops, 3e-7 of a standard error away, to the optimum itself."""
    theta = fitted.found.theta
    for _ in range(3):
        H = curvature(fitted.likelihood, theta)
        theta = theta - np.linalg.lstsq(H, fitted.likelihood.look(theta).gradient, rcond=1e-9)[0]
    return replace(fitted, found=fitted.found._replace(theta=theta, look=fitted.likelihood.look(theta)), extra={})


# One round
@pytest.mark.parametrize(
    "formula",
    [
        BLOCKS,
        "y ~ x * session + (1 | therapist) + (1 | site)",
        "y ~ 0 + x + (0 + x | therapist)",
        "y ~ x + (1 + session || therapist)",
        "y ~ x + (1 | site/therapist)",
    ],
)
def test_one_round_of_blocks_gives_the_fit_of_all_rows(formula: str) -> None:
    """Luo et al. (2022): exact; to 1e-8."""
    shares = [Site(formula, rows).share() for rows in sites()]
    found, whole = pool(shares), fit(formula, pl.concat(sites()))
    assert apart(found, whole) < 1e-8
    assert (found.nobs, found.groups) == (whole.nobs, whole.groups)
    assert apart(pool(shares, method="ml"), fit(formula, pl.concat(sites()), method="ml")) < 1e-8


def test_a_category_of_which_each_block_has_enough() -> None:
    formula, sizes = "y ~ x + arm + (1 | therapist)", (150, 160, 170)
    shares = [Site(formula, rows).share() for rows in sites(3, sizes)]
    assert apart(pool(shares), fit(formula, pl.concat(sites(3, sizes)))) < 1e-8


def test_weights_count_as_they_do_in_one_table() -> None:
    shares = [Site(BLOCKS, rows, weights="w").share() for rows in sites()]
    assert apart(pool(shares), fit(BLOCKS, pl.concat(sites()), weights="w")) < 1e-8
    found = across([Site(PEOPLE, rows, weights="w") for rows in sites()])
    assert apart(found, at_its_optimum(fit(PEOPLE, pl.concat(sites()), weights="w"))) < 1e-8


def test_sleepstudy_split_by_person_gives_the_numbers_of_lme4() -> None:
    """Eighteen parts of ten rows; science of it: Luo et al. (2022) at lme4's numbers, known to five digits or so."""
    rows, known = pl.DataFrame(named.sleepstudy()), dict[str, Any](named.SLEEPSTUDY)
    formula = read("Reaction ~ Days + (Days | Subject)")
    parts = [met(formula, rows.filter(Subject=who)) for who in rows["Subject"].unique(maintain_order=True)]
    found = pooled([reduced(part) for part in parts if part is not None])
    assert found.beta == pytest.approx(known["fixed"], rel=1e-6)
    assert found.std_errors == pytest.approx(known["se"], rel=1e-4)
    assert found.criterion == pytest.approx(known["criterion"], abs=1e-3)
    assert found.ranef().filter(level="308").sort("term")["estimate"].to_list() == pytest.approx(
        known["first"], rel=1e-4
    )


def test_blocks_have_numbers_and_no_names() -> None:
    shares = [Site(BLOCKS, rows).share() for rows in sites()]
    assert shares[0].part is not None
    assert shares[0].part.labels == (("1", "2", "3", "4"),)
    assert set(pool(shares).ranef()["level"]) == {f"{site}.{block}" for site in (1, 2, 3) for block in (1, 2, 3, 4)}


# Rounds
@pytest.mark.parametrize(
    "formula",
    [
        PEOPLE,
        "y ~ x + session + (1 | client)",
        "y ~ x + (1 + session || client) + (1 | therapist)",
        "y ~ x + session + (1 + x | client) + (1 + session | therapist) + (1 | site)",
        "y ~ x + (1 | therapist/client)",
        "y ~ x + (1 + x + session | client)",
    ],
)
def test_rounds_give_the_fit_of_all_rows(formula: str) -> None:
    """To 1e-8 at the optimum, which is nearer than `fit` itself goes."""
    whole, rounds = fit(formula, pl.concat(sites())), []
    found = across([Site(formula, rows) for rows in sites()], told=lambda done, _: rounds.append(done))
    assert found.criterion <= whole.criterion + 1e-8
    assert apart(found, at_its_optimum(whole)) < 1e-8
    assert (found.nobs, found.groups) == (whole.nobs, whole.groups)
    assert len(rounds) <= 25


def test_a_variance_of_nought_is_found_in_rounds_too() -> None:
    dice = np.random.default_rng(5)
    parts = [rows.with_columns(y=pl.Series(dice.normal(size=rows.height)) + pl.col("x")) for rows in sites()]
    found, whole = across([Site(PEOPLE, rows) for rows in parts]), fit(PEOPLE, pl.concat(parts))
    assert found.singular
    assert found.criterion <= whole.criterion + 1e-8
    assert found.beta == pytest.approx(whole.beta, rel=1e-6)


def test_no_block_leaves_a_site_where_one_is_a_person() -> None:
    site = Site(PEOPLE, sites()[0])
    assert site.rounds
    share = site.share()
    assert share.part is None
    shapes = {np.shape(value) for value in (share.total, share.mean, share.spread)}
    assert shapes == {(4, 4), (4,)}
    with pytest.raises(RefusedError, match="blocks of client have too few people"):
        Site(PEOPLE, sites()[0], rounds=False)


def test_an_answer_is_the_same_whatever_is_asked_beside_it_and_in_whatever_order_shares_come() -> None:
    those = [Site(PEOPLE, rows) for rows in sites()]
    first = pool([site.share() for site in those])
    again = pool([site.share() for site in reversed(those)])
    assert isinstance(first, Ask)
    assert isinstance(again, Ask)
    assert first.sites == again.sites
    assert all(
        np.array_equal(a, b) for p, q in zip(first.points, again.points, strict=True) for a, b in zip(p, q, strict=True)
    )
    half = replace(first, points=first.points[::2])
    one, other = those[0].share(first).answers[2], Site(PEOPLE, sites()[0]).share(half).answers[1]
    assert np.array_equal(one.left, other.left)


def test_what_was_asked_of_other_data_is_not_answered() -> None:
    ask = pool([Site(PEOPLE, rows).share() for rows in sites()])
    assert isinstance(ask, Ask)
    with pytest.raises(RefusedError, match="not those that were shared first"):
        Site(PEOPLE, sites(4)[0]).share(ask)
    with pytest.raises(UsageError, match="formula"):
        Site("y ~ x + (1 | client)", sites()[0]).share(ask)
    with pytest.raises(RefusedError, match="answers are asked"):
        Site(PEOPLE, sites()[0]).share(replace(ask, points=ask.points * 100))


def test_a_client_of_two_therapists_has_no_place_in_it() -> None:
    rows = sites()[0].with_columns(therapist=pl.when(pl.col("session") > 3).then(99).otherwise("therapist"))
    those = [Site(PEOPLE, rows), Site(PEOPLE, sites()[1])]
    with pytest.raises(DataError, match="do not lie one inside the other"):
        across(those)


def test_nothing_of_single_people_or_rows_is_known() -> None:
    found = across([Site(PEOPLE, rows) for rows in sites()])
    for ask in (found.ranef, found.predict, lambda: found.predict(sites()[0], level="conditional")):
        with pytest.raises(UsageError):
            ask()
    whole = fit(PEOPLE, pl.concat(sites()))
    assert found.predict(sites()[0]) == pytest.approx(whole.predict(sites()[0], level="population"), rel=1e-6)
    assert found.tidy().columns == whole.tidy().columns
    assert "pooled from the sums of 3 sites" in found.summary()


# What may leave a site
def test_few_people_are_refused() -> None:
    with pytest.raises(RefusedError, match="8 people"):
        Site(BLOCKS, sites()[0].filter(pl.col("client") < 8))
    few = sites()[0].filter(~((pl.col("therapist") == 1) & (pl.col("client") > 20)))
    with pytest.raises(RefusedError, match="therapist 1 has 5"):
        Site(BLOCKS, few)
    with pytest.raises(RefusedError, match="4 units of therapist, one of 5 people"):
        Site(BLOCKS, few, rounds=True)


def test_three_people_for_each_column_at_least() -> None:
    wide = "y ~ x + session + I(x^2) + I(session^2) + I(x*session) + (1 | therapist)"
    with pytest.raises(RefusedError, match="wanted 18 in each"):
        Site(wide, sites()[0])


def of_few(count: int) -> pl.DataFrame:
    """The first `count` clients of a site have something that the others have not."""
    return sites()[2].with_columns(rare=(pl.col("client") < 140 + count).cast(pl.Int64))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ x + rare + (1 | therapist)", "people have rare"),
        ("y ~ x + I(1 - rare) + (1 | therapist)", "people have rare"),
        ("y ~ x + x:rare + (1 | therapist)", "people have rare"),
        ("y ~ x + I(client < 143) + (1 | therapist)", "for all but"),
        ("y ~ session + I(session * (client > 143)) + (1 | therapist)", "the same as session"),
    ],
)
def test_what_fewer_than_ten_people_have_is_refused(formula: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        Site(formula, of_few(4), rounds=True)


def test_what_ten_people_have_is_not_refused_in_rounds() -> None:
    assert Site("y ~ x + rare + (1 | therapist)", of_few(10), rounds=True).share().people == 130


def test_a_pair_of_categories_that_few_have_is_refused() -> None:
    rows = sites()[2].with_columns(
        one=(pl.col("client") < 170).cast(pl.Int64), other=(pl.col("client") > 166).cast(pl.Int64)
    )
    with pytest.raises(RefusedError, match="people have one 1 with other 1"):
        Site("y ~ x + one + other + (1 | therapist)", rows, rounds=True)


def test_a_block_that_is_all_the_same_is_refused() -> None:
    rows = sites()[0].with_columns(y=pl.when(pl.col("therapist") == 2).then(3.0).otherwise("y"))
    with pytest.raises(RefusedError, match="the same in all rows of therapist 2"):
        Site(BLOCKS, rows)


def test_who_a_row_is_about_must_be_said() -> None:
    with pytest.raises(AccordError, match="client"):
        Site(BLOCKS, sites()[0].drop("client"))
    with pytest.raises(DataError, match="blank"):
        Site(BLOCKS, sites()[0].with_columns(client=pl.when(pl.col("session") > 1).then("client")))


@pytest.mark.parametrize("function", ["scale", "center", "poly", "bs", "cr"])
def test_what_learns_from_all_rows_is_refused(function: str) -> None:
    with pytest.raises(UsageError, match=function):
        Site(f"y ~ {function}(x) + (1 | therapist)", sites()[0])


# What goes together
def test_a_site_that_came_twice_is_refused() -> None:
    share, other = (Site(BLOCKS, rows).share() for rows in sites()[:2])
    with pytest.raises(DataError, match="share 3 is of the same data as share 1"):
        pool([share, other, Site(BLOCKS, sites()[0].reverse()).share()])
    with pytest.raises(DataError, match="two at least"):
        pool([share])


def test_other_formulas_columns_and_kinds_are_refused_by_name() -> None:
    first, second, third = sites()
    share = Site(BLOCKS, first).share()
    with pytest.raises(
        DataError, match=r"share 2 does not go with share 1: its formula is 'y ~ x \+ \(1 \| therapist\)'"
    ):
        pool([share, Site("y ~ x + (1 | therapist)", second).share()])
    with pytest.raises(DataError, match="its weights are w, the first one's none"):
        pool([share, Site(BLOCKS, second, weights="w").share()])
    with pytest.raises(DataError, match="holds blocks"):
        pool([share, Site(BLOCKS, second, rounds=True).share()])
    arms = "y ~ x + arm + (1 | therapist)"
    third = third.with_columns(arm=pl.when(arm="usual").then(pl.lit("none")).otherwise("arm"))
    with pytest.raises(DataError, match=r"arm has there feedback, none, in the first one feedback, usual.*levels="):
        pool([Site(arms, first, rounds=True).share(), Site(arms, third, rounds=True).share()])


def test_a_site_may_lack_a_category_that_others_have() -> None:
    formula, levels = "y ~ x + arm + (1 | client)", {"arm": ["usual", "feedback", "none"]}
    first, second, third = sites()
    third = third.with_columns(arm=pl.when(arm="usual").then(pl.lit("none")).otherwise("arm"))
    found = across([Site(formula, rows, levels=levels) for rows in (first, second, third)])
    rows = pl.concat([first, second, third]).with_columns(pl.col("arm").cast(pl.Enum(levels["arm"])))
    whole = fit(formula, rows)
    assert found.terms == whole.terms == ("(Intercept)", "x", "arm[T.feedback]", "arm[T.none]")
    assert apart(found, at_its_optimum(whole)) < 1e-8
    with pytest.raises(DataError, match="the column arm holds 'none', wanted one of usual, feedback"):
        Site(formula, third, levels={"arm": ["usual", "feedback"]})
