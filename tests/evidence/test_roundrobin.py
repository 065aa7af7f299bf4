"""Round robin: the numbers of a published package on real ratings, a printed example, and errors true in repeats."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import DataError
from accord.evidence.roundrobin import PARTS, RoundRobin, effects, from_rows, round_robin, round_robins

# Kenny's page on the mathematics of the model prints six people, their actor effects, and the variance of these.
KENNY = [
    [0, 4, 5, 6, 7, 5], [2, 0, 1, 3, 2, 4], [5, 4, 0, 3, 2, 6],
    [4, 5, 4, 0, 2, 5], [1, 4, 4, 3, 0, 3], [5, 7, 5, 3, 9, 0],
]  # fmt: skip


def liking(file: Path) -> list[np.ndarray]:
    rows = [line.split() for line in file.read_text().splitlines()[1:]]
    rating = [float("nan") if row[3] == "NA" else float(row[3]) for row in rows]
    group = [row[7] if len(row) > 7 else "" for row in rows]
    return from_rows([int(row[1]) for row in rows], [int(row[2]) for row in rows], rating, group)


def test_liking_among_54_people(shared_data: Path) -> None:
    """liking_a of TripleR: its five estimates, its standard error of the actor variance, its reliabilities."""
    found = round_robin(liking(shared_data / "tripler/likingLong.tab")[0])
    assert [round(getattr(found, part).estimate, 5) for part in PARTS] == [0.17168, 0.10532, 0.60881, 0.01409, 0.07950]
    assert round(found.actor.se, 5) == 0.03494
    assert (round(found.actor_reliability or 0, 3), round(found.partner_reliability or 0, 3)) == (0.937, 0.901)
    assert {part: round(share, 2) for part, share in found.shares.items()} == {
        "actor": 0.19, "partner": 0.12, "relationship": 0.69,
    }  # fmt: skip


def test_five_groups_of_ten(shared_data: Path) -> None:
    """No printed numbers are at hand: the mean over groups of each group's own, and its error from either side."""
    groups = liking(shared_data / "tripler/multiLikingLong.tab")
    each = [round_robin(group) for group in groups]
    within, between = round_robins(groups), round_robins(groups, errors="between")
    for part in PARTS:
        own = [getattr(one, part) for one in each]
        assert getattr(within, part).estimate == pytest.approx(np.mean([one.estimate for one in own]))
        assert getattr(within, part).se == pytest.approx(np.sqrt(np.sum([one.se**2 for one in own])) / 5)
        assert getattr(between, part).se == pytest.approx(np.std([one.estimate for one in own], ddof=1) / np.sqrt(5))


def test_the_printed_example_of_six_people() -> None:
    actor, _ = effects(KENNY)
    assert [round(value, 3) for value in actor] == [1.208, -1.625, -0.167, -0.208, -1.083, 1.875]
    assert round(float(np.var(actor, ddof=1)), 3) == 1.772


def drawn(rng: np.random.Generator, n: int, persons: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Ratings of the model: `persons` the covariance of actor and partner effects, `pairs` of the two of a pair."""
    ab, upper = rng.multivariate_normal([0, 0], persons, n), np.triu_indices(n, 1)
    X = 3 + ab[:, :1] + ab[:, 1]
    g = rng.multivariate_normal([0, 0], pairs, len(upper[0]))
    X[upper] += g[:, 0]
    X.T[upper] += g[:, 1]
    return X


PERSONS, PAIRS = np.array([[1.0, 0.3], [0.3, 0.5]]), np.array([[1.0, 0.4], [0.4, 1.0]])
TRUE = (1.0, 0.5, 1.0, 0.3, 0.4)


@pytest.mark.parametrize("n", [4, 7])
def test_over_many_groups_estimates_and_their_errors_are_true(n: int) -> None:
    """3,000 groups: the mean within four of its errors, the squared standard error within 12% of what repeats show."""
    rng, many = np.random.default_rng(11), 3000
    found = [round_robin(drawn(rng, n, PERSONS, PAIRS)) for _ in range(many)]
    for part, true in zip(PARTS, TRUE, strict=True):
        estimates = np.array([getattr(one, part).estimate for one in found])
        errors = np.array([getattr(one, part).se for one in found])
        assert abs(estimates.mean() - true) < 4 * estimates.std() / np.sqrt(many)
        assert np.mean(errors**2) == pytest.approx(estimates.var(), rel=0.12)


def test_groups_of_unequal_size_weigh_by_people_less_one() -> None:
    rng = np.random.default_rng(3)
    groups = [drawn(rng, n, PERSONS, PAIRS) for n in (4, 9)]
    small, large = (round_robin(group) for group in groups)
    both = round_robins(groups)
    assert both.partner.estimate == pytest.approx((3 * small.partner.estimate + 8 * large.partner.estimate) / 11)
    assert both.people == (4, 9)


@given(st.integers(4, 9), st.integers(0, 1000), st.floats(-100, 100), st.floats(0.01, 100))
def test_moving_ratings_changes_nothing_and_stretching_them_stretches_all(
    n: int, seed: int, by: float, times: float
) -> None:
    X = np.random.default_rng(seed).normal(size=(n, n))
    one, other = round_robin(X), round_robin(X * times + by)
    for part in PARTS:
        assert getattr(other, part).estimate == pytest.approx(
            getattr(one, part).estimate * times**2, abs=1e-9 * times**2 + 1e-9
        )
        assert getattr(other, part).se == pytest.approx(getattr(one, part).se * times**2, rel=1e-6, abs=1e-9)


def test_seen_from_the_other_side_actor_and_partner_change_places() -> None:
    one, other = round_robin(KENNY), round_robin(np.array(KENNY).T)
    assert other.actor.estimate == pytest.approx(one.partner.estimate)
    assert other.partner.se == pytest.approx(one.actor.se)
    assert other.reciprocity.estimate == pytest.approx(one.reciprocity.estimate)


def test_everyone_says_the_same_of_everyone() -> None:
    found = round_robin(np.full((5, 5), 3.0))
    assert [getattr(found, part).estimate for part in PARTS] == pytest.approx([0.0] * 5, abs=1e-12)
    assert found.generalized is None or abs(found.actor.estimate) < 1e-12


def test_a_variance_below_0_is_said_to_be_none() -> None:
    rng = np.random.default_rng(2)
    found: RoundRobin | None = None
    while found is None or found.actor.estimate >= 0:
        found = round_robin(rng.normal(size=(5, 5)))
    assert found.actor_reliability is None
    assert found.generalized is None
    assert found.shares["actor"] == 0
    assert any("who rates came out below 0" in said for said in found.words())


def test_words_and_table_are_plain() -> None:
    found = round_robin(KENNY)
    assert found.words()[0].startswith("Of all differences between ratings, ")
    assert len(found.table()["rows"]) == 5
    assert all(isinstance(cell, str) for row in found.table()["rows"] for cell in row)


@pytest.mark.parametrize(
    ("ratings", "told"),
    [
        (np.zeros((3, 3)), "3 people"),
        (np.zeros((4, 5)), "shape"),
        (np.zeros(4), "shape"),
        ([], "shape"),
        ([["a"] * 4] * 4, "no number"),
    ],
)
def test_what_is_no_round_robin_is_refused(ratings: object, told: str) -> None:
    with pytest.raises(DataError, match=told):
        round_robin(ratings)


@pytest.mark.parametrize("gap", [np.nan, np.inf])
def test_a_missing_rating_is_refused_with_its_place_and_the_diagonal_is_not_read(gap: float) -> None:
    X = np.array(KENNY, float)
    np.fill_diagonal(X, gap)
    assert round_robin(X).actor.estimate == round_robin(KENNY).actor.estimate
    X[1, 4] = gap
    with pytest.raises(DataError, match="group 2: 1 of 30 ratings are missing, the first of person 2 about person 5"):
        round_robins([KENNY, X])


def test_what_cannot_be_asked_is_refused() -> None:
    for wrong in (
        lambda: round_robins([]),
        lambda: round_robins([KENNY], errors="between"),
        lambda: round_robins([KENNY], errors="jackknife"),
        lambda: round_robin(KENNY, conf_level=95),
        lambda: from_rows([1, 1], [2, 2], [3.0, 4.0]),
        lambda: from_rows([1], [2, 3], [3.0]),
        lambda: from_rows([1, "a"], [2, 2], [3.0, 4.0]),
    ):
        with pytest.raises(DataError):
            wrong()
