"""The test bed for detectors, with a small detector of its own."""

import math

import numpy as np
import pytest

from accord.errors import TableError
from accord.mechanism import Parameters, Scenario, Simulated, judge, simulate
from accord.mechanism.feedback import within_spread
from accord.mechanism.stream import Floats


def predictive_z(ratings: Floats, spread: float, limit: float) -> np.ndarray:
    """A rating far below the mean of the last three."""
    signals = np.zeros(ratings.shape, bool)
    for client, row in enumerate(ratings):
        seen: list[float] = []
        for session, rating in enumerate(row):
            if math.isnan(rating):
                continue
            last = seen[-3:]
            if last:
                z = (rating - sum(last) / len(last)) / (spread * math.sqrt(1 + 1 / len(last)))
                signals[client, session] = z <= -limit
            seen.append(rating)
    return signals


@pytest.fixture(scope="module")
def deep() -> Simulated:
    return simulate(200, 100, 16, seed=5)


@pytest.fixture(scope="module")
def small() -> Simulated:
    return simulate(200, 100, 16, Parameters(D_mu=1.2), seed=5)


@pytest.mark.parametrize(
    ("limit", "sensitivity", "false_alarms", "ppv", "alarms"),
    [(2.0, 0.991, 0.0183, 0.69, 0.70), (2.5, 0.983, 0.0051, 0.88, 0.53), (3.0, 0.974, 0.0012, 0.97, 0.46)],
)
def test_predictive_z_is_as_good_as_published(
    deep: Simulated, limit: float, sensitivity: float, false_alarms: float, ppv: float, alarms: float
) -> None:
    ratings = deep.truth.client_rating
    found = judge(predictive_z(ratings, within_spread(ratings), limit), deep)
    # 20,000 clients have 5,600 ruptures: four standard errors of the share are .007. The rest is how the pooled spread
    # was taken, which the published rows do not say: 3% of it moves the others by this much.
    assert found.sensitivity == pytest.approx(sensitivity, abs=0.007)
    assert found.false_alarms_per_session == pytest.approx(false_alarms, abs=0.002)
    assert found.ppv == pytest.approx(ppv, abs=0.03)
    assert found.alarms_per_client == pytest.approx(alarms, abs=0.05)


@pytest.mark.parametrize(("limit", "sensitivity", "ppv"), [(2.0, 0.850, 0.61), (2.5, 0.764, 0.82), (3.0, 0.657, 0.94)])
def test_small_ruptures_are_harder_to_find(small: Simulated, limit: float, sensitivity: float, ppv: float) -> None:
    ratings = small.truth.client_rating
    found = judge(predictive_z(ratings, within_spread(ratings), limit), small)
    # Four standard errors of the share among 5,600 ruptures: .025.
    assert found.sensitivity == pytest.approx(sensitivity, abs=0.025)
    assert found.ppv == pytest.approx(ppv, abs=0.03)


def test_between_the_two_depths_lies_a_third() -> None:
    found = []
    for depth in (1.2, 1.8, 2.668):
        courses = simulate(100, 40, 16, Parameters(D_mu=depth), seed=6)
        ratings = courses.truth.client_rating
        found.append(judge(predictive_z(ratings, within_spread(ratings), 2.5), courses))
    assert found[0].sensitivity < found[1].sensitivity < found[2].sensitivity
    assert found[0].ppv < found[1].ppv < found[2].ppv


@pytest.fixture(scope="module")
def one_rupture() -> Simulated:
    """Four clients who always come and never leave; a rupture in session 4, repaired in session 5."""
    sure = Parameters(p_R=0, k_0=10, k_A=0, k_R=0, z_0=-20)
    return simulate(1, 4, 8, sure, scenario=Scenario(rupture_at=4, repair="next"))


@pytest.mark.parametrize(
    ("session", "sensitivity", "ppv"),
    [(4, 0.25, 1.0), (5, 0.25, 1.0), (6, 0.0, 1.0), (3, 0.0, 0.0)],
)
def test_one_signal_by_hand(one_rupture: Simulated, session: int, sensitivity: float, ppv: float) -> None:
    assert one_rupture.truth.attended.all()
    signals = np.zeros((4, 8), bool)
    signals[0, session - 1] = True
    found = judge(signals, one_rupture)
    assert (found.sensitivity, found.ppv) == (sensitivity, ppv)
    assert found.alarms_per_client == 0.25
    assert found.false_alarms_per_session == (1 / 32 if session == 3 else 0)


def test_no_signals_and_no_ruptures_leave_nothing_to_judge(one_rupture: Simulated) -> None:
    silent = judge(np.zeros((4, 8)), one_rupture)
    assert silent.sensitivity == 0
    assert math.isnan(silent.ppv)
    calm = simulate(2, 2, 4, Parameters(p_R=0))
    assert math.isnan(judge(np.ones((4, 4)), calm).sensitivity)


def test_signals_of_another_shape_are_refused(one_rupture: Simulated) -> None:
    with pytest.raises(TableError, match=r"signals have the shape \(4, 7\), the courses \(4, 8\)"):
        judge(np.zeros((4, 7)), one_rupture)
