"""The estimators against simulated practices: what is there is found, what is not is not, and what is biased is known.

`python bench/known_truth.py` runs the same in full; its tables stand in docs/evidence-known-truth.md.
"""

from pathlib import Path

import numpy as np
import pytest

from accord.evidence.interval import Estimate
from accord.evidence.panels import read_panel
from accord.mechanism import Parameters, Simulated, known_truth, simulate
from accord.mechanism.recovery import (
    ESTIMATORS,
    LABELS,
    Recovered,
    _correlation,
    _given_before,
    _recovered,
    _ri_clpm,
    markdown,
    practice,
)

DOCS = Path(__file__).parents[2] / "docs" / "evidence-known-truth.md"


@pytest.fixture(scope="module")
def small() -> dict[str, Recovered]:
    """Twelve practices of 25 x 12 x 10, and a truth from 200 therapists."""
    rows = known_truth(12, 25, 12, 10, large=2, large_therapists=200)
    return {row.name: row for row in rows}


def large(**changes: float) -> Simulated:
    """Nothing to be found within people, in 20,000 courses."""
    nothing = Parameters().without("all causal paths").but(**changes)
    return simulate(800, 25, 16, nothing, seed=11, engine="compiled")


def test_every_estimator_comes_near_its_truth(small: dict[str, Recovered]) -> None:
    """Within five Monte Carlo errors of twelve runs; by chance one of all would be outside in 1 of 100 such tests."""
    assert set(small) == set(LABELS)
    for row in small.values():
        assert abs(row.bias) < 5 * row.bias_error, row.label
        assert row.rmse >= abs(row.bias)


def test_most_intervals_hold_the_truth(small: dict[str, Recovered]) -> None:
    """Fewer than 95% here: the small truth has an error of its own, and some intervals are too narrow (docs)."""
    assert np.mean([row.coverage.value for row in small.values()]) > 0.75


def test_with_every_causal_path_off_nothing_is_found_within_people_or_between() -> None:
    held = practice(large())
    assert abs(_given_before(held)["within_before"].value) < 0.01
    assert abs(_correlation(held)["r_outcome"].value) < 0.08


def test_in_practices_where_nothing_is_there_about_one_in_twenty_finds_it() -> None:
    """Of 40 practices 2 are expected; more than 7 would be p < .0005."""
    rows = known_truth(
        40, 20, 15, 16, causes=["all causal paths"], estimators=[_given_before], large=1, large_therapists=100
    )
    assert rows[0].nothing.value * 40 <= 7


def test_the_nought_of_the_lagged_effect_is_a_balance_of_two_errors() -> None:
    """An earlier score without error leaves too much to the alliance, courses that do not drift too little: the docs
    say so, and that neither is right elsewhere by itself."""
    exact = practice(large(s_eS=0.0), rounded=False)
    still = practice(large(s_xi=0.0, alpha=0.0), rounded=False)
    assert _given_before(exact)["within_before"].value > 0.02
    assert _given_before(still)["within_before"].value < -0.01


def test_the_ri_clpm_finds_what_the_scores_error_hides_from_it() -> None:
    """Nothing goes from alliance to symptoms; a bad week lowers the alliance, and the score does not say how bad."""
    assert _ri_clpm(practice(large(), rounded=False))["clpm_as"].value < -0.015
    assert abs(_ri_clpm(practice(large(g_S=0.0), rounded=False))["clpm_as"].value) < 0.02


def test_the_panel_of_a_practice_is_that_of_its_course_table() -> None:
    courses = simulate(6, 5, 8, seed=3)
    ours, read = practice(courses).panel(), read_panel(courses.to_frame()).rows
    assert ours.height == read.height
    for name in ("phq9", "phq9_next", "alliance", "alliance_therapist", "log_session"):
        a, b = (frame[name].fill_null(-9).to_numpy() for frame in (ours, read))
        np.testing.assert_allclose(a, b, err_msg=name)


def test_bias_error_and_coverage_are_worked_out_as_they_are_defined() -> None:
    truths, plain = [{"gap": 1.0}, {"gap": 3.0}], [{"gap": 5.0}]
    runs = [
        {"gap": Estimate(2.0, 1.0, 3.0)},
        {"gap": Estimate(4.0, 3.0, 5.0)},
        {"gap": Estimate(0.0, -1.0, 1.0)},
        {"gap": Estimate(np.nan, np.nan, np.nan)},
        {},
    ]
    (row,) = _recovered(truths, plain, runs)
    assert (row.truth, row.unrounded, row.mean, row.bias) == (2.0, 5.0, 2.0, 0.0)
    assert row.rmse == pytest.approx(np.sqrt(8 / 3))
    assert row.bias_error == pytest.approx(np.sqrt(4 / 3 + 2 / 2))  # var of the runs / 3, var of the truths / 2
    assert row.coverage.value == pytest.approx(1 / 3)
    assert row.nothing.value == pytest.approx(2 / 3)
    assert (row.runs, row.failed) == (3, 2)


def test_a_practice_too_small_for_an_estimator_counts_as_failed_and_stops_nothing() -> None:
    rows = known_truth(3, 3, 4, 4, large=1, large_therapists=60)
    assert all(row.name not in {"consensus", "gap"} for row in rows)


def test_the_same_seed_gives_the_same_and_progress_is_told() -> None:
    heard: list[tuple[int, int]] = []
    asked = {"large": 1, "large_therapists": 40, "estimators": [ESTIMATORS[3]]}
    one = known_truth(3, 10, 10, 6, progress=lambda done, total: heard.append((done, total)), **asked)  # type: ignore[arg-type]
    assert one == known_truth(3, 10, 10, 6, **asked)  # type: ignore[arg-type]
    assert one != known_truth(3, 10, 10, 6, seed=2, **asked)  # type: ignore[arg-type]
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_table_in_the_documentation_has_every_estimator(small: dict[str, Recovered]) -> None:
    written = DOCS.read_text(encoding="utf-8")
    for label in LABELS.values():
        assert f"| {label} |" in written
    assert markdown(small.values()).splitlines()[0] in written
