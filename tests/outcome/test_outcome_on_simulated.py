"""On simulated courses, whose end is known: regression numbers, not clinical accuracy."""

import pytest

from accord.cli.outcome_judged import moments, symptom_courses
from accord.mechanism import simulate
from accord.outcome import Performance, Rational, fit_growth, judge_rule, performance


@pytest.fixture(scope="module")
def made():
    return simulate(100, 40, 16, seed=5)


def test_twice_in_a_row_is_quieter_than_the_rational_method(made) -> None:
    past = symptom_courses(made)
    growth = judge_rule(past, fit_growth, 1.24, source="simulated courses")
    rational = judge_rule(past, Rational(1.24), 1.24, source="simulated courses")
    assert growth.specificity.low > 0.80 > rational.specificity.high
    assert 0.5 < growth.sensitivity.value < rational.sensitivity.value
    assert growth.ppv.value > 2 * growth.base.value
    # Most flags are false, whatever the rule: the page and the words must say so.
    assert growth.ppv.high < 0.5


def test_the_hazard_sorts_sessions_and_is_as_far_apart_as_it_should_be(made) -> None:
    given = moments(made, symptom_courses(made))
    assert given.left.sum() == made.truth.dropped.sum()
    found = performance(given, "missed the last scheduled session", seed=1, source="simulated courses", draws=40)
    assert isinstance(found, Performance)
    assert found.auc.low > 0.6
    assert found.slope.low < 1 < found.slope.high + 0.1
    assert found.brier.value < found.base
