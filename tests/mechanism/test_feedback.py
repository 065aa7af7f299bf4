"""Telling therapists who is not on track."""

import pytest

from accord.errors import UsageError
from accord.mechanism import feedback_effect, simulate, told


def test_the_default_response_gives_the_published_effects() -> None:
    found = feedback_effect(seeds=range(1, 5))
    # Published: d .15 (.10-.20) for all, .17 (.11-.22) for those not on track, odds ratio of dropout 1.19 (1.03-1.38).
    assert 0.10 < found.d < 0.20
    assert 0.11 < found.d_not_on_track < 0.22
    assert 1.03 < found.dropout_or < 1.38


def test_feedback_that_changes_nothing_has_no_effect() -> None:
    found = feedback_effect(0, 0, seeds=[1], size=(40, 20, 16))
    assert (found.d, found.d_not_on_track, found.dropout_or) == pytest.approx((0, 0, 1), abs=1e-12)
    # Nine in ten stay under the line at each session; over fifteen sessions many cross it once.
    assert 0.25 < found.not_on_track < 0.55


def test_bounds_for_another_number_of_sessions_are_refused() -> None:
    with pytest.raises(UsageError, match="feedback has bounds for 8 sessions, the course has 6"):
        simulate(2, 2, 6, scenario=told(size=(10, 10, 8)))
