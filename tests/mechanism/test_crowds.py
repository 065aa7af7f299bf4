"""Many courses at a glance: quantiles as NumPy has them, and the same people twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from accord.errors import UsageError
from accord.mechanism import Parameters, Scenario, compare, crowd, simulate
from accord.mechanism.crowds import SHARES, Crowd, quantiles


def drawn(scenario: Scenario | None = None, parameters: Parameters | None = None, seed: int = 4) -> Crowd:
    return crowd(simulate(600, 1, 16, parameters, seed, scenario=scenario, engine="arrays").truth, 12)


@given(arrays(np.float64, (9, 3), elements=st.floats(-50, 50) | st.just(float("nan"))))
def test_quantiles_are_those_of_numpy_over_what_is_known(values: np.ndarray) -> None:
    for column, ours in enumerate(quantiles(values).T):
        known = values[~np.isnan(values[:, column]), column]
        wanted = np.quantile(known, SHARES) if known.size else np.full(len(SHARES), np.nan)
        np.testing.assert_allclose(ours, wanted, atol=1e-9)


def test_a_crowd_stands_on_the_scales_people_know() -> None:
    seen = drawn()
    assert seen.alliance.shape == seen.symptoms.shape == (len(SHARES), 16)
    assert 0 <= seen.alliance.min() <= seen.alliance.max() <= 5
    assert 0 <= seen.symptoms.min() <= seen.symptoms.max() <= 27
    assert (np.diff(seen.alliance, axis=0) >= 0).all()
    assert seen.still[0] == 1
    assert (np.diff(seen.still) <= 0).all()
    assert seen.left.mean() == pytest.approx(1 - seen.still[-1])
    assert seen.single_alliance.shape == (12, 16)


def test_the_same_people_unchanged_do_not_differ_at_all() -> None:
    found = compare(drawn(), drawn())
    for one in (found.left, found.last):
        assert (one.value, one.low, one.high, one.clear) == (0, 0, 0, False)


def test_a_rupture_without_repair_makes_more_people_stop_and_mending_fewer() -> None:
    never, mended = (drawn(Scenario(5, 2.7, repair=repair)) for repair in ("never", "next"))  # type: ignore[arg-type]
    found = compare(mended, never)
    assert found.left.clear
    assert found.left.value > 10
    assert found.last.low > 2
    back = compare(never, mended)
    assert back.left.value == pytest.approx(-found.left.value)


def test_the_bounds_hold_what_other_luck_brings() -> None:
    """In about 19 of 20 draws the interval covers the value of many more people."""
    scenario = Scenario(5, 2.7)
    pairs = [compare(drawn(seed=seed), drawn(scenario, seed=seed)).left for seed in range(40)]
    whole = np.mean([pair.value for pair in pairs])
    assert sum(pair.low <= whole <= pair.high for pair in pairs) >= 34


def test_only_the_same_people_are_compared() -> None:
    few = crowd(simulate(10, 1, engine="arrays").truth)
    with pytest.raises(UsageError, match="10 courses and 600"):
        compare(few, drawn())
