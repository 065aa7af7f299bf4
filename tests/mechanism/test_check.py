"""The model gives back what was published, and the ablations what must follow from it."""

import math

import pytest

from accord.mechanism import TARGETS, Parameters, ablations, check
from accord.mechanism.ablation import mean_statistics

# Witness: the same equations, run by another program on other seeds (mean and Monte Carlo SD of one run of 8,000).
ELSEWHERE = {
    "r_outcome": (0.266, 0.013), "dropout": (0.197, 0.004), "d_dropout": (0.56, 0.03), "icc_outcome": (0.054, 0.006),
    "icc_alliance": (0.088, 0.010), "attendance": (0.881, 0.001), "within_as": (-0.093, 0.003),
    "r_repair": (0.32, 0.02), "gap": (0.64, 0.03), "r_views": (0.37, 0.01), "insecurity": (-0.18, 0.01),
    "expectation": (0.19, 0.01), "preference_d": (0.25, 0.02), "preference_or": (1.84, 0.10), "pre_post": (0.93, 0.015),
    "deteriorated": (0.059, 0.003), "improved": (0.47, 0.005), "concealed": (0.917, 0.003),
    "dropout_post": (0.60, 0.03),
}  # fmt: skip


@pytest.fixture(scope="module")
def rows():  # type: ignore[no-untyped-def]
    return {row.statistic: row for row in check(range(1, 11))}


@pytest.mark.parametrize("name", [target.name for target in TARGETS])
def test_every_statistic_lies_in_its_band(rows, name: str) -> None:  # type: ignore[no-untyped-def]
    row = rows[name]
    assert row.ok, row


@pytest.mark.parametrize("name", ELSEWHERE)
def test_every_statistic_is_near_that_of_another_program(rows, name: str) -> None:  # type: ignore[no-untyped-def]
    expected, spread = ELSEWHERE[name]
    # Within three spreads of one run: details the equations leave open (first sessions, homework) differ.
    assert rows[name].simulated == pytest.approx(expected, abs=3 * spread)


def test_a_row_outside_its_band_says_so() -> None:
    rows = {row.statistic: row for row in check([1], 50, 20, parameters=Parameters(z_0=-20))}
    assert not rows["dropout"].ok
    # Nobody left: what cannot be estimated is not fine.
    assert math.isnan(rows["dropout_post"].simulated)
    assert not rows["dropout_post"].ok


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    check([1, 2], 5, 5, 4, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


@pytest.fixture(scope="module")
def ablated():  # type: ignore[no-untyped-def]
    return {row.change: row for row in ablations(range(1, 5))}


def test_every_ablation_moves_as_it_must(ablated) -> None:  # type: ignore[no-untyped-def]
    assert len(ablated) == 10
    for row in ablated.values():
        assert row.ok, row


@pytest.mark.parametrize(
    ("change", "r", "pre_post", "dropout"),
    [
        ("no gating of engagement", 0.204, 0.95, 0.198),
        ("no symptom cost of ruptures", 0.200, 1.13, 0.198),
        ("neither of the two", 0.127, 1.15, 0.198),
        ("no expectation, preference", 0.238, 0.93, 0.196),
        ("no causal path at all", 0.053, 1.15, 0.196),
        ("classical inhibitor", 0.241, 0.83, 0.198),
        ("no ruptures", 0.194, 1.17, 0.161),
        ("perfect repair", 0.219, 1.06, 0.178),
        ("no therapist variance", 0.236, 0.96, 0.197),
    ],
)
def test_every_ablation_is_near_that_of_another_program(ablated, change, r, pre_post, dropout) -> None:  # type: ignore[no-untyped-def]
    row = ablated[change]
    # Three Monte Carlo SD of one run, as above: r .013, pre-post .015, dropout .004.
    assert row.r_outcome == pytest.approx(r, abs=0.039)
    assert row.pre_post == pytest.approx(pre_post, abs=0.045)
    assert row.dropout == pytest.approx(dropout, abs=0.012)


def test_with_all_causal_paths_off_the_estimators_find_nothing() -> None:
    found = mean_statistics(Parameters().without("all causal paths"), [11, 12, 13, 14], (200, 40, 16))
    assert abs(found["within_as"]) < 0.01
    assert abs(found["r_outcome"]) < 0.08
