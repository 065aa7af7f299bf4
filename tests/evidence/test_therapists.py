"""Therapists, pooled: how much goes with them, how sure one is of each, and when nothing may be said."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence.therapists import Limits, Therapist, reliability, therapist_effects, variance_parts
from accord.mechanism import simulate

# lme4 1.1-31: lmer(Yield ~ 1 + (1 | Batch), Dyestuff). The model sees batches of five only through their means and the
# sum of squares inside, so other yields with the same give the same fit; these are such, made up.
BATCHES = {"A": 1505.0, "B": 1528.0, "C": 1564.0, "D": 1498.0, "E": 1600.0, "F": 1470.0}
INSIDE = 24 * 2451.25
LOOSE = Limits(clients=5, reliability=0.6, therapists=5, people=20)


@pytest.fixture(scope="module")
def batches() -> pl.DataFrame:
    around = np.sqrt(INSIDE / 6 / 4) * np.array([1.0, 1, -1, -1, 0])
    yields = np.concatenate([mean + around for mean in BATCHES.values()])
    return pl.DataFrame({"therapist": np.repeat(list(BATCHES), 5), "yield": yields})


@pytest.fixture(scope="module")
def practice() -> pl.DataFrame:
    return people_of(simulate(40, 40, 16, seed=5).truth)


def people_of(truth: Any) -> pl.DataFrame:
    return pl.DataFrame({"therapist": truth.therapist, "last": truth.last_score, "first": truth.score[:, 0]})


def test_the_variances_are_those_of_lme4(batches: pl.DataFrame) -> None:
    found = therapist_effects(batches, "yield", limits=LOOSE)
    assert found.tau2.value == pytest.approx(1764.05, rel=1e-5)
    assert found.sigma2.value == pytest.approx(2451.25, rel=1e-6)
    assert found.fitted is not None
    assert found.fitted.criterion == pytest.approx(319.6543, abs=1e-4)


def test_each_effect_is_the_distance_from_the_mean_times_the_reliability(batches: pl.DataFrame) -> None:
    each = {one.therapist: one for one in therapist_effects(batches, "yield", limits=LOOSE).each}
    # ranef(f)$Batch
    lme4 = {"A": -17.6068514, "B": 0.3912634, "C": 28.5622256, "D": -23.0845385, "E": 56.7331877, "F": -44.9952868}
    for batch, effect in lme4.items():
        assert each[batch].effect == pytest.approx(effect, abs=2e-5)
        assert each[batch].reliability == pytest.approx(0.7825, abs=5e-5)
        # attr(ranef(f, condVar = TRUE)$Batch, "postVar")
        assert each[batch].sd == pytest.approx(np.sqrt(383.6337279), rel=1e-5)


def test_the_share_and_its_interval_are_where_lme4s_criterion_rises(batches: pl.DataFrame) -> None:
    # d <- lmer(..., devFunOnly = TRUE); uniroot(d(t) - d(t_hat) - qchisq(.95, 1)) on both sides; t^2 / (1 + t^2)
    found = therapist_effects(batches, "yield", limits=LOOSE)
    assert found.icc.value == pytest.approx(0.41848738, abs=1e-6)
    assert (found.icc.low, found.icc.high) == pytest.approx((0.0686137155, 0.8187498658), abs=1e-6)
    assert found.p_value == pytest.approx(0.00580669, rel=1e-4)  # pchisq(6.368955314, 1, lower = FALSE) / 2


def test_the_intervals_of_both_variances_are_those_of_lme4(batches: pl.DataFrame) -> None:
    from accord.evidence import fit

    # confint(lmer(..., REML = FALSE)); lme4 reads its ends off a spline, good to about 2e-4
    parts = variance_parts(fit("yield ~ 1 + (1 | therapist)", batches, method="ml"))
    assert np.sqrt(parts["tau2"][1:]) == pytest.approx([12.19853521, 84.06304671], rel=5e-4)
    assert np.sqrt(parts["sigma2"][1:]) == pytest.approx([38.22998488, 67.65769624], rel=5e-4)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.05, [0.21, 0.34, 0.44, 0.61, 0.76, 0.84]), (0.08, [0.30, 0.46, 0.57, 0.72, 0.84, 0.90])],
)
def test_reliability_grows_with_people_as_derived(share: float, expected: list[float]) -> None:
    # The table cuts .4651 to .46; the others are rounded.
    assert reliability(share, [5, 10, 15, 30, 60, 100]) == pytest.approx(expected, abs=0.0055)


def test_a_share_outside_of_0_to_1_is_refused() -> None:
    with pytest.raises(UsageError, match=r"got icc 1\.2"):
        reliability(1.2, 10)


def test_the_share_of_simulated_therapists_is_found_and_said_with_its_interval(practice: pl.DataFrame) -> None:
    found = therapist_effects(practice, "last", ["first"])
    assert found.enough
    assert 0.0 < found.icc.low < found.icc.value < found.icc.high < 0.2
    assert found.p_value < 0.001
    assert "probably between" in found.words[1]
    assert found.words[0] == "Taken into account first: first."


def test_nothing_is_found_where_therapists_do_not_differ() -> None:
    from accord.mechanism import Parameters

    flat = people_of(simulate(40, 40, 16, Parameters().without("therapist variance"), seed=5).truth)
    found = therapist_effects(flat, "last", ["first"])
    assert found.icc.low == 0
    assert found.icc.value < 0.02
    assert found.p_value > 0.05
    assert not any(one.enough for one in found.each)
    assert any("could also be none" in each for each in found.words)


def test_the_order_is_that_of_the_codes_and_never_that_of_the_effects(practice: pl.DataFrame) -> None:
    there = therapist_effects(practice, "last", ["first"])
    turned = practice.with_columns(-pl.col("last"), -pl.col("first"))
    back = therapist_effects(turned.reverse(), "last", ["first"])
    codes = [one.therapist for one in there.each]
    assert codes == [str(number) for number in range(1, 41)] == [one.therapist for one in back.each]
    effects = [one.effect for one in there.each if one.effect is not None]
    assert effects not in (sorted(effects), sorted(effects, reverse=True))


def test_there_is_no_rank_in_any_result() -> None:
    names = set(Therapist.__dataclass_fields__)
    assert not names & {"rank", "percentile", "quartile", "best", "place", "position", "score"}


def test_a_therapist_with_few_people_or_little_reliability_is_not_told(practice: pl.DataFrame) -> None:
    few = practice.filter((pl.col("therapist") != 7) | (pl.int_range(pl.len()).over("therapist") < 29))
    seven = next(one for one in therapist_effects(few, "last", ["first"]).each if one.therapist == "7")
    assert (seven.enough, seven.effect, seven.low) == (False, None, None)
    assert seven.why == "29 people; wanted 30 or more"
    strict = therapist_effects(practice, "last", ["first"], limits=Limits(reliability=0.95))
    assert all(one.effect is None and one.why.startswith("reliability 0.") for one in strict.each)
    assert any("For 40 of 40 therapists there is not enough to say" in each for each in strict.words)


def test_with_fewer_than_ten_therapists_nothing_is_said_of_any(practice: pl.DataFrame) -> None:
    found = therapist_effects(practice.filter(pl.col("therapist") < 10), "last", ["first"])
    assert (found.enough, found.each) == (False, ())
    assert found.words == ("Not enough data yet: 9 therapists with people whose outcome is known; wanted 10 or more.",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.head(0), "0 therapists"),
        (lambda rows: rows.filter(pl.col("therapist") == 1), "1 therapist with"),
        (lambda rows: rows.with_columns(therapist=pl.int_range(pl.len())), "wanted two or more of each"),
        (lambda rows: rows.with_columns(last=pl.lit(3.0)), "last is the same for everybody"),
        (lambda rows: rows.group_by("therapist").head(2), "80 people with a known outcome"),
    ],
)
def test_too_little_is_said_as_such(practice: pl.DataFrame, change: Any, why: str) -> None:
    found = therapist_effects(change(practice), "last", ["first"])
    assert not found.enough
    assert why in found.why


def test_rows_with_a_gap_are_left_out_and_counted(practice: pl.DataFrame) -> None:
    holes = practice.with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(None).otherwise("first").alias("first")
    )
    found = therapist_effects(holes, "last", ["first"])
    assert (found.people, found.left_out) == (1440, 160)


def test_case_mix_takes_out_what_people_brought(practice: pl.DataFrame) -> None:
    """Therapists who see worse cases look worse until that is taken into account."""
    worse = practice.with_columns(last=pl.col("last") + 0.1 * pl.col("therapist"), burden=0.1 * pl.col("therapist"))
    noise = np.random.default_rng(1).normal(0, 0.3, worse.height)
    worse = worse.with_columns(pl.col("burden") + noise)
    raw = therapist_effects(worse, "last", ["first"])
    fair = therapist_effects(worse, "last", ["first", "burden"])
    assert fair.icc.value < 0.7 * raw.icc.value


def test_a_column_that_is_not_there_or_holds_text_is_named(practice: pl.DataFrame) -> None:
    with pytest.raises(TableError, match="column 'risk'"):
        therapist_effects(practice, "last", ["risk"])
    with pytest.raises(TableError, match="holds String"):
        therapist_effects(practice.with_columns(last=pl.lit("well")), "last")
    with pytest.raises(UsageError, match="wanted different columns"):
        therapist_effects(practice, "last", ["last"])


def test_the_funnel_has_a_point_a_therapist_and_no_name(practice: pl.DataFrame) -> None:
    funnel = therapist_effects(practice, "last", ["first"]).funnel()
    assert len(funnel.values) == 40
    assert funnel.outside[0.95] > 2
    with pytest.raises(DataError, match="nothing to draw: 9 therapists"):
        therapist_effects(practice.filter(pl.col("therapist") < 10), "last").funnel()


def test_case_mix_may_be_words(practice: pl.DataFrame) -> None:
    kinds = practice.with_columns(risk=pl.when(pl.col("first") > 0.5).then(pl.lit("high")).otherwise(pl.lit("low")))
    assert therapist_effects(kinds, "last", ["first", "risk"]).enough
