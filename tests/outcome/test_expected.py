"""The expected course: which method and why, the rule that makes a course worth a look, one course and many alike."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import DataError, TableError, UsageError
from accord.outcome import (
    Courses,
    Growth,
    Rational,
    choose,
    courses,
    expect,
    expect_columns,
    fit_growth,
    fit_neighbours,
    judge_rule,
    tell,
)
from accord.outcome.judged import share

SESSIONS = 8


def invented(clients: int, seed: int = 1, sign: int = 1) -> Courses:
    """Courses that fall with the logarithm of the session, as PHQ-9 does; a tenth of sessions not rated."""
    dice = np.random.default_rng(seed)
    intake = dice.normal(16, 4, clients)
    t = np.log(np.arange(1, SESSIONS + 1))
    own = dice.normal(0, 1, (clients, 2)) * [1.5, 1.2]
    value = (intake + own[:, 0])[:, None] + (-2 + own[:, 1])[:, None] * t + dice.normal(0, 2, (clients, SESSIONS))
    value[dice.random(value.shape) < 0.1] = np.nan
    client = np.repeat(np.arange(clients), SESSIONS)
    return courses(client, np.tile(np.arange(1, SESSIONS + 1), clients), sign * value.ravel())


@pytest.fixture(scope="module")
def past() -> Courses:
    return invented(400)


@pytest.fixture(scope="module")
def growth(past: Courses) -> Growth:
    return fit_growth(past)


def test_the_growth_model_comes_with_the_300th_course(past: Courses) -> None:
    few, enough = choose(past.some(slice(299)), 6), choose(past.some(slice(300)), 6)
    assert few.method == Rational(6)
    assert few.why == "299 past courses with two ratings or more; below 300 the measure's own error sets the limits"
    assert enough.method.name == "growth"
    assert enough.why == "300 past courses with two ratings or more; the growth model needs 300"
    assert choose(None, 6).method == Rational(6)
    assert choose(past, 6, model="rational").why == "asked for"
    assert choose(past, 6, model="neighbours").method.name == "neighbours"


def test_the_rational_method_speaks_from_the_first_client_on() -> None:
    told = expect([(1, 18), (2, 23), (3, 24), (4, 20), (5, 16), (6, 15), (10, 13), (11, 12)], Rational(6))
    assert [each.state for each in told] == [
        None, "on track", "worth a look", "on track", "worth a look", "on track", "worth a look", "on track",
    ]  # fmt: skip
    assert told[2].reason == (
        "not on track: worth a look; 24, from 18 at the first rating: worse by more than measurement error is likely "
        "to make (6)"
    )
    assert told[4].reason == (
        "not on track: worth a look; 16, from 18 at the first rating: less change by now than usual (a reliable change "
        "is 6)"
    )


def test_who_is_in_the_functional_range_need_not_change_further() -> None:
    points = [(1, 9), (5, 9), (10, 8), (11, 15)]
    assert [each.state for each in expect(points, Rational(6))[1:]] == ["worth a look"] * 3
    assert [each.state for each in expect(points, Rational(6, cutoff=10))[1:]] == [
        "on track", "on track", "worth a look",
    ]  # fmt: skip


def test_a_band_is_the_mean_and_its_percentiles(growth: Growth) -> None:
    band = growth.band(16, 4)
    y, x = (16 - growth.centre) / growth.scale, math.log(4)
    mean = growth.b[0] + growth.b[1] * y + growth.b[2] * y * y + growth.b[3] * x + growth.b[4] * x * y
    start, both, slope = growth.psi
    assert band.expected == pytest.approx(mean)
    sd = math.sqrt(start + 2 * x * both + x * x * slope + growth.sigma2 + band.se**2)
    assert band.red == pytest.approx(mean + NormalDist().inv_cdf(0.90) * sd)
    assert band.yellow == pytest.approx(mean + NormalDist().inv_cdf(0.84) * sd)
    assert band.good == pytest.approx(mean - NormalDist().inv_cdf(0.90) * sd)


def test_red_once_is_looked_at_again_and_twice_in_a_row_is_worth_a_look(growth: Growth) -> None:
    red = growth.band(16, 3).red + 2
    told = expect([(1, 16), (2, 14), (3, red), (4, None), (5, red), (6, 10), (7, red)], growth)
    assert [each.state for each in told] == [
        None, "on track", "on track", None, "worth a look", "on track", "on track",
    ]  # fmt: skip
    assert [each.red for each in told] == [False, False, True, False, True, False, True]
    assert "once: looked at again with the next rating" in told[2].reason
    assert told[4].reason.startswith("not on track: worth a look; ")
    assert "twice in a row above" in told[4].reason
    assert (told[4].method, told[4].n_used, told[4].version) == ("growth", growth.n_used, "1")
    assert told[4].threshold == told[4].band.red


def test_nothing_is_red_in_the_functional_range(past: Courses) -> None:
    white = fit_growth(past, cutoff=100)
    assert not expect_columns(past, white).flagged.any()
    told = expect([(1, 5), (2, 30), (3, 30)], white)
    assert told[2].state == "on track"
    assert "in the range people without the problem usually have" in told[2].reason


def test_higher_can_be_better(past: Courses, growth: Growth) -> None:
    mirrored = fit_growth(invented(400, sign=-1), better="higher")
    assert mirrored.band(-16, 5).red == pytest.approx(-growth.band(16, 5).red)
    assert [each.state for each in expect([(1, -16), (2, -40), (3, -40)], mirrored)] == [
        None, "on track", "worth a look",
    ]  # fmt: skip


def test_a_new_practice_is_covered_as_the_band_says(growth: Growth) -> None:
    """One rating a person, so that the binomial interval holds: 2,000 courses the model never saw."""
    fresh = invented(2_000, seed=9)
    read = expect_columns(fresh, growth)
    last = fresh.starts[1:] - 1
    for limit, nominal in ((read.bands.red, 0.90), (read.bands.yellow, 0.84)):
        covered = float((fresh.value <= limit)[last].mean())
        assert abs(covered - nominal) < 3 * math.sqrt(nominal * (1 - nominal) / 2_000) + 0.01


def test_observed_percentiles_follow_a_lopsided_scale(past: Courses, growth: Growth) -> None:
    same = fit_growth(past, observed=True)
    assert same.z == pytest.approx(growth.z, abs=0.2)
    floored = Courses(past.session, np.maximum(past.value, 12.0), past.starts, past.row)
    lopsided = fit_growth(floored, observed=True)
    assert -lopsided.z[0] < lopsided.z[2]


@pytest.mark.parametrize("days", [False, True])
@pytest.mark.parametrize("model", ["rational", "growth", "neighbours"])
def test_one_course_and_many_give_the_same(past: Courses, model: str, days: bool) -> None:
    method = choose(past, 5, model=model, cutoff=8).method
    dice = np.random.default_rng(4)
    client, session = np.repeat(np.arange(30), 7), np.tile(np.arange(1, 8) * (5 if days else 1), 30)
    value = np.round(dice.normal(16, 6, 210))
    value[dice.random(210) < 0.2] = np.nan
    given = courses(client, session, value, days=days)
    read = expect_columns(given, method)
    wanted = []
    for who in range(30):
        points = zip(session[client == who].tolist(), value[client == who].tolist(), strict=True)
        told = expect([(when, None if each != each else each) for when, each in points], method, days=days)
        wanted += [each for each in told if each.value is not None]
    found = list(tell(read))
    assert [each.state for each in found] == [each.state for each in wanted]
    assert [each.reason for each in found] == [each.reason for each in wanted]
    for name in ("expected", "good", "yellow", "red", "se"):
        ours, theirs = ([getattr(each.band, name, None) for each in some] for some in (found, wanted))
        assert ours == pytest.approx(theirs)
    assert {each.state for each in found} == {None, "on track", "worth a look"}


def test_neighbours_are_the_courses_that_began_alike() -> None:
    """Two kinds of people: those who began high fall, the others rise."""
    t = np.arange(1, 7)
    falling, rising = 20 - 4 * np.log(t), 8 + 3 * np.log(t)
    dice = np.random.default_rng(2)
    value = np.concatenate([np.tile(falling, (40, 1)), np.tile(rising, (40, 1))]) + dice.normal(0, 0.3, (80, 6))
    past = courses(np.repeat(np.arange(80), 6), np.tile(t, 80), value.ravel())
    method = fit_neighbours(past)
    assert method.band(20, 6).expected == pytest.approx(falling[-1], abs=0.5)
    assert method.band(8, 6).expected == pytest.approx(rising[-1], abs=0.5)


def test_neighbours_may_be_alike_in_other_things_too() -> None:
    t = np.arange(1, 7)
    other = np.tile([0.0, 1.0], 40)
    dice = np.random.default_rng(3)
    value = 15 + np.where(other, -4, 2)[:, None] * np.log(t) + dice.normal(0, 0.3, (80, 6))
    past = courses(np.repeat(np.arange(80), 6), np.tile(t, 80), value.ravel(), beside=np.repeat(other, 6)[:, None])
    method = fit_neighbours(past)
    assert method.band(15, 6, (1.0,)).expected < 9
    assert method.band(15, 6, (0.0,)).expected > 17
    read = expect_columns(past, method)
    assert read.bands.expected[5] == pytest.approx(method.band(float(past.value[0]), 6, (0.0,)).expected)


def test_neighbours_need_twice_as_many_courses(past: Courses) -> None:
    with pytest.raises(DataError, match="30 nearest neighbours need 60"):
        fit_neighbours(past.some(slice(50)))
    with pytest.raises(UsageError, match="wanted 20 to 50"):
        fit_neighbours(past, k=5)


def test_the_rule_is_judged_on_courses_its_fit_has_not_seen(past: Courses) -> None:
    seen: list[int] = []

    def fit(part: Courses) -> Growth:
        seen.append(len(part))
        return fit_growth(part)

    found = judge_rule(past, fit, 3.0, source="invented courses")
    assert seen == [320] * 5
    assert found.n_used == int((past.sizes >= 4).sum())
    assert found.source == "invented courses"
    for one in (found.sensitivity, found.specificity, found.ppv):
        assert 0 <= one.low <= one.value <= one.high <= 1
    assert found.sensitivity.n_used + found.specificity.n_used == found.n_used
    assert found.reason.endswith("a flag is a reason to look, not a forecast")


def test_a_flag_with_the_last_rating_came_too_late() -> None:
    given = courses([1] * 4 + [2] * 4, [1, 2, 3, 4] * 2, [10, 10, 10, 20, 10, 20, 20, 20])
    found = judge_rule(given, Rational(6), 6, source="two courses")
    assert found.sensitivity.value == 0.5
    assert found.base.value == 1.0
    assert found.specificity.value is None
    assert found.ppv.value == 1.0


def test_shares_carry_wilsons_interval() -> None:
    assert (share(8, 10).low, share(8, 10).high) == pytest.approx((0.4902, 0.9433), abs=5e-4)
    assert share(0, 0).value is None


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=6))
def test_courses_keep_their_rows(shape: list) -> None:
    """Whatever is not rated is left out, and every rating knows the row it came from."""
    client = np.repeat(np.arange(len(shape)), [n for n, _ in shape])
    session = np.concatenate([np.arange(1, n + 1) for n, _ in shape])
    value = np.arange(len(client), dtype=float)
    value[np.isin(client, [i for i, (_, rated) in enumerate(shape) if not rated])] = np.nan
    made = courses(client, session, value)
    assert made.value.tolist() == value[~np.isnan(value)].tolist()
    assert made.row.tolist() == np.flatnonzero(~np.isnan(value)).tolist()
    assert len(made) == sum(rated for _, rated in shape)


def test_rows_out_of_order_are_refused() -> None:
    with pytest.raises(TableError, match="row 2: a session does not come after"):
        courses([1, 1], [2, 1], [3.0, 4.0])
    with pytest.raises(TableError, match="do not stand together"):
        courses([1, 2, 1], [1, 1, 2], [3.0, 4.0, 5.0])
    with pytest.raises(DataError, match="wanted them in order"):
        expect([(2, 3.0), (1, 3.0)], Rational(6))
    with pytest.raises(UsageError, match="there is no model"):
        choose(None, 6, model="oracle")
    with pytest.raises(UsageError, match="wanted a number of points above 0"):
        Rational(0)
