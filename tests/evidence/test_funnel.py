"""Funnel plots: limits that hold what they say, R's binomial quantiles, wider where units differ, and no names."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.funnel import FEWEST, Funnel, funnel_of_means, funnel_of_shares, picture
from accord.evidence.meta import pool

SIZES = [10, 25, 60, 200, 205]
# R 4.2.2: r <- qbinom(p, n, .3); (r - (pbinom(r, n, .3) - p) / dbinom(r, n, .3)) / n; below 0 drawn in to 0.
BINOMIAL = {
    0.998: (
        [0.0, 0.02410516261, 0.11972374230, 0.20052326021],
        [0.7408091654, 0.5835008343, 0.4821612857, 0.4001054062],
    ),
    0.95: (
        [0.0, 0.10642418382, 0.17855129117, 0.23503053707],
        [0.5608021404, 0.4687510508, 0.4112398345, 0.3620407753],
    ),
}


@pytest.mark.parametrize("level", BINOMIAL)
def test_r_finds_the_same_exact_limits(level: float) -> None:
    funnel = funnel_of_shares([3, 8, 18, 60, 60], SIZES, target=0.3)
    low, high = funnel.limits(SIZES[:4], level)
    assert low == pytest.approx(BINOMIAL[level][0], abs=1e-9)
    assert high == pytest.approx(BINOMIAL[level][1], abs=1e-9)


def test_normal_limits_are_the_common_value_and_its_error() -> None:
    """z of .975 is 1.959964, of .999 3.090232."""
    means = funnel_of_means([5, 6, 5, 6, 5], [4, 9, 16, 25, 100], sd=3.0, target=5.5)
    assert [end.item() for end in means.limits(25, 0.95)] == pytest.approx(
        [5.5 - 1.959964 * 0.6, 5.5 + 1.959964 * 0.6], abs=1e-6
    )
    shares = funnel_of_shares([3, 8, 18, 60, 60], SIZES, target=0.3, exact=False)
    wide = 3.090232 * np.sqrt(0.3 * 0.7 / 200)
    assert [end.item() for end in shares.limits(200, 0.998)] == pytest.approx([0.3 - wide, 0.3 + wide], abs=1e-6)


def test_units_that_are_alike_lie_within_as_often_as_said() -> None:
    """4,000 units of one kind: 5% and 0.2% beyond, within four standard errors; whole counts: about so."""
    rng, k = np.random.default_rng(1), 4000
    n = rng.integers(20, 300, k)
    means = funnel_of_means(rng.normal(10, 6 / np.sqrt(n)), n, sd=6)
    assert abs(means.outside[0.95] / k - 0.05) < 4 * np.sqrt(0.05 * 0.95 / k)
    assert abs(means.outside[0.998] / k - 0.002) < 4 * np.sqrt(0.002 * 0.998 / k)
    shares = funnel_of_shares(rng.binomial(n, 0.2), n)
    assert abs(shares.outside[0.95] / k - 0.05) < 0.02
    assert means.expected_outside[0.95] == pytest.approx(200)


def test_the_common_value_is_that_of_all_people() -> None:
    assert funnel_of_means([1, 2, 3, 4, 5], [10, 10, 10, 10, 60], sd=1).target == pytest.approx(4.0)
    assert funnel_of_shares([1, 2, 3, 4, 10], [10, 10, 10, 10, 10]).target == pytest.approx(0.4)


def test_deviations_of_units_are_pooled_by_their_degrees_of_freedom() -> None:
    funnel = funnel_of_means([1, 2, 3, 4, 5], [3, 5, 5, 5, 11], sd=[1, 2, 2, 2, 3])
    assert funnel.sd == pytest.approx(np.sqrt((2 * 1 + 12 * 4 + 10 * 9) / 24))


def test_the_additive_form_is_dersimonian_and_laird_when_nothing_is_drawn_in() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(10, 80, 30)
    values = rng.normal(10, np.sqrt(36 / n + 2))
    funnel = funnel_of_means(values, n, sd=6.0, spread="additive", winsorised=0.0)
    assert funnel.tau2 == pytest.approx(pool(values, 36 / n, method="dl").tau2)
    order = np.lexsort((values, n))
    low, high = funnel.limits(n[order], 0.95)
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(36 / n[order] + funnel.tau2), rel=1e-6)


def test_limits_widen_by_how_far_units_spread_and_never_narrow() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(20, 200, 200)
    apart, alike = rng.normal(10, np.sqrt(2 * 36 / n)), rng.normal(10, np.sqrt(0.2 * 36 / n))
    wider = funnel_of_means(apart, n, sd=6, spread="multiplicative", winsorised=0.0)
    assert wider.phi == pytest.approx(2.0, abs=0.6)
    assert wider.outside[0.95] < funnel_of_means(apart, n, sd=6).outside[0.95]
    for spread in ("multiplicative", "additive"):
        narrow = funnel_of_means(alike, n, sd=6, spread=spread)  # type: ignore[arg-type]
        assert (narrow.phi, narrow.tau2) == (1.0, 0.0)


def test_a_few_far_units_do_not_widen_the_limits_of_all() -> None:
    rng = np.random.default_rng(4)
    values = np.concatenate([rng.normal(10, 6 / 10, 57), [25, 26, 27]])
    drawn_in = funnel_of_means(values, [100] * 60, sd=6, target=10, spread="multiplicative")
    taken = funnel_of_means(values, [100] * 60, sd=6, target=10, spread="multiplicative", winsorised=0.0)
    assert drawn_in.phi < 2 < taken.phi
    assert drawn_in.outside[0.998] >= 3


def test_the_order_given_is_forgotten() -> None:
    """Whoever sees a funnel cannot tell by place who is who."""
    values, n = [3.0, 1.0, 2.0, 5.0, 4.0], [50, 10, 40, 20, 30]
    one, other = (
        funnel_of_means(np.take(values, order), np.take(n, order), sd=1) for order in ([0, 1, 2, 3, 4], [4, 2, 0, 1, 3])
    )
    assert one.n.tolist() == other.n.tolist() == [10, 20, 30, 40, 50]
    assert one.values.tolist() == other.values.tolist()
    assert picture(one, title="t") == picture(other, title="t")


def test_a_picture_has_words_and_a_point_a_unit_and_no_name() -> None:
    funnel = funnel_of_shares([3, 8, 18, 60, 90], SIZES)
    drawn = picture(funnel, title="Recovery & size")
    root, space = ElementTree.fromstring(drawn["svg"]), {"s": "http://www.w3.org/2000/svg"}
    assert root.attrib["role"] == "img"
    assert root.findtext("s:title", namespaces=space) == "Recovery & size"
    assert root.findtext("s:desc", namespaces=space) == drawn["description"]
    assert len(root.findall(".//s:circle", space)) == 5
    assert "no verdict" in drawn["description"]
    with pytest.raises(UsageError, match="title"):
        picture(funnel, title="")
    with pytest.raises(TypeError):
        funnel_of_means([1, 2, 3, 4, 5], [9] * 5, sd=1, names=list("abcde"))  # type: ignore[call-arg]


FIVE = [10] * 5
REFUSED: list[tuple[str, Callable[[], object]]] = [
    (f"got 4, wanted {FEWEST}", lambda: funnel_of_means([1, 2, 3, 4], [10] * 4, sd=1)),
    ("got 0", lambda: funnel_of_shares([], [])),
    ("shapes", lambda: funnel_of_means([1, 2, 3, 4, 5], [10], sd=1)),
    ("no number", lambda: funnel_of_means(list("abcde"), FIVE, sd=1)),
    ("missing or infinite", lambda: funnel_of_means([1, 2, 3, 4, np.nan], FIVE, sd=1)),
    ("beyond", lambda: funnel_of_means([1, 2, 3, 4, 1e12], FIVE, sd=1)),
    ("n: got 0", lambda: funnel_of_means([1, 2, 3, 4, 5], [10, 10, 10, 10, 0], sd=1)),
    ("part of one", lambda: funnel_of_means([1, 2, 3, 4, 5], [10, 10, 10, 10, 1.5], sd=1)),
    ("sd", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=0)),
    ("sd", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=[1, 2])),
    ("every unit has one person", lambda: funnel_of_means([1, 2, 3, 4, 5], [1] * 5, sd=[1, 2, 1, 1, 1])),
    ("events", lambda: funnel_of_shares([1, 2, 3, 4, 11], FIVE)),
    ("events", lambda: funnel_of_shares([1, 2, 3, 4, 1.5], FIVE)),
    ("nothing to spread", lambda: funnel_of_shares([0] * 5, FIVE)),
    ("nothing to spread", lambda: funnel_of_shares(FIVE, FIVE)),
    ("exact=False", lambda: funnel_of_shares([1, 2, 3, 4, 5], FIVE, spread="additive")),
    ("spread", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=1, spread="wide")),  # type: ignore[arg-type]
    ("winsorised", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=1, winsorised=0.5)),
    ("target", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=1, target=float("nan"))),
    ("level", lambda: funnel_of_means([1, 2, 3, 4, 5], FIVE, sd=1).limits(10, 95)),
]


@pytest.mark.parametrize(("told", "wrong"), REFUSED)
def test_what_makes_no_funnel_is_refused(told: str, wrong: Callable[[], object]) -> None:
    with pytest.raises((DataError, UsageError), match=told):
        wrong()


def test_units_that_are_all_the_same_can_be_drawn() -> None:
    funnel = funnel_of_means([3.0] * 5, FIVE, sd=1.0, spread="additive")
    assert (funnel.phi, funnel.tau2, funnel.outside[0.95]) == (1.0, 0.0, 0)
    assert picture(funnel, title="t")["svg"].count("<circle") == 5


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.tuples(numbers, numbers), max_size=8), numbers, st.sampled_from(["none", "multiplicative", "additive"])
)
def test_any_numbers_make_a_funnel_or_a_named_error(rows: list, sd: float, spread: Any) -> None:
    try:
        funnel = funnel_of_means([row[0] for row in rows], [row[1] for row in rows], sd=sd, spread=spread)
    except AccordError:
        return
    assert isinstance(funnel, Funnel)
    assert np.isfinite(funnel.limits(funnel.n, 0.998)).all()
