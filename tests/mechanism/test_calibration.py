"""Calibration finds parameters that were hidden from it."""

from dataclasses import replace

import pytest

from accord.errors import UsageError
from accord.mechanism import TARGETS, Parameters, Step, calibrate
from accord.mechanism.ablation import mean_statistics

SIZE = (50, 40, 12)
HIDDEN = Parameters(alpha=0.10, z_0=-4.2, gap=0.4)


def targets():  # type: ignore[no-untyped-def]
    aims = mean_statistics(HIDDEN, [1], SIZE)
    return [replace(t, aim=aims[t.name]) for t in TARGETS if t.name in ("pre_post", "dropout", "gap", "improved")]


def test_hidden_parameters_are_found_with_the_same_luck() -> None:
    told: list[Step] = []
    found = calibrate(targets(), ("alpha", "z_0", "gap"), seeds=[1], size=SIZE, progress=told.append)
    assert found.stopped == "fits"
    assert found.parameters.alpha == pytest.approx(HIDDEN.alpha, abs=0.004)
    assert found.parameters.gap == pytest.approx(HIDDEN.gap, abs=0.02)
    # Dropout is a count: one client in 2,000 moves the odds by .003, a tenth of a quarter band by .06.
    assert found.parameters.z_0 == pytest.approx(HIDDEN.z_0, abs=0.06)
    assert [step.loss for step in told] == sorted((step.loss for step in told), reverse=True)


def test_it_stops_when_rounds_are_used_up_or_nothing_gets_better() -> None:
    once = calibrate(targets(), ("alpha", "z_0", "gap"), seeds=[1], size=SIZE, rounds=1)
    assert once.stopped == "rounds used up"
    # No therapist parameter moves attendance of a model without any.
    idle = calibrate(targets(), ("s_Tj",), seeds=[1], size=SIZE)
    assert idle.stopped == "no longer better"


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(UsageError, match="no parameter named 'beta'"):
        calibrate(free=("beta",))
