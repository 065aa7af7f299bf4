"""Sudden gains: the three criteria, losses as their mirror, reversals; one person and a whole table alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import TableError, UsageError
from accord.outcome import GainRule, gains, gains_table


def sessions(*values: float | None, **rule: object) -> list[int]:
    return [each.session for each in gains(values, GainRule(**rule))]


@pytest.mark.parametrize("values", [(32, 31, 33, 5, 6, 7), (20, 18, 19, 12, 10, 13)])
def test_the_vectors_are_gains(values: tuple[float, ...]) -> None:
    found = gains(values)
    assert [each.session for each in found] == [3]
    assert found[0].value == values[2] - values[3]
    assert (found[0].threshold, found[0].n_used, found[0].method) == (7.0, 6, "sudden-gains")


def test_each_criterion_can_fail() -> None:
    assert sessions(20, 18, 19, 12, 10, 13, cut=7.5) == []
    assert sessions(40, 38, 39, 31, 30, 33) == []
    # 3 of 20: the ratings around it swing as much as it moves.
    assert sessions(28, 9, 20, 12, 3, 22) == []
    assert sessions(28, 9, 20, 12, 3, 22, share=0) == []


def test_two_ratings_of_three_are_needed_on_each_side() -> None:
    assert sessions(32, None, 33, 5, None, 7) == [3]
    assert sessions(None, None, 33, 5, 6, 7) == []
    assert sessions(32, 31, 33, 5, None, None) == []


def test_missing_ratings_raise_what_criterion_3_asks_for() -> None:
    """The same drop of 7: two ratings on each side ask for 4.303 SDs, three for 2.776."""
    assert sessions(None, 21, 19, 12, None, 18, share=0) == []
    assert sessions(20, 21, 19, 12, 15, 15, share=0) == [3]


def test_the_errors_of_the_means_can_be_taken_instead() -> None:
    values = (20, 26, 20, 12, 12, 18)
    assert sessions(*values) == []
    assert sessions(*values, welch=True) == [3]


def test_from_session_1_to_2_only_when_asked() -> None:
    """It takes a rating from before the first session, which the numbering says."""
    values = (32, 31, 5, 6, 7)
    assert gains(values, first=0) == ()
    assert [each.session for each in gains(values, GainRule(one_to_two=True), first=0)] == [1]
    assert [each.session for each in gains(values, first=1)] == [2]


def test_a_reversal_loses_half_of_the_gain() -> None:
    assert not gains((32, 31, 33, 5, 6, 7, 18))[0].back
    back = gains((32, 31, 33, 5, 6, 7, 19))[0]
    assert back.back
    assert back.reason == (
        "28 lower from session 3 to 4 (33 to 5), and the sessions around it differ too; half of it or more was lost "
        "again later"
    )


def test_losses_are_the_mirror() -> None:
    assert sessions(12, 10, 13, 20, 18, 19, losses=True) == [3]
    assert sessions(12, 10, 13, 20, 18, 19) == []
    assert sessions(12, 10, 13, 20, 18, 19, better="higher") == [3]
    # A rise of less than a quarter is no loss.
    assert sessions(40, 40, 40, 47, 47, 47, losses=True) == []


RATING = st.one_of(st.none(), st.integers(0, 40).map(float))


@given(
    st.lists(st.lists(RATING, min_size=8, max_size=8), min_size=1, max_size=12),
    st.booleans(), st.booleans(), st.booleans(), st.sampled_from(("lower", "higher")), st.integers(0, 1),
)  # fmt: skip
def test_one_person_and_a_table_give_the_same(
    people: list, welch: bool, losses: bool, early: bool, better: str, first: int
) -> None:
    rule = GainRule(cut=5, welch=welch, losses=losses, one_to_two=early, better=better)
    table = gains_table(np.array(people, float), rule, first)
    wanted = [
        (row, each.session, each.before, each.after, each.back, each.value)
        for row, values in enumerate(people)
        for each in gains(values, rule, first)
    ]
    columns = (table.row, table.session, table.before, table.after, table.back, table.sizes)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == wanted
    assert table.people == len({row for row, *_ in wanted})


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="cut: got 0"):
        GainRule(cut=0)
    with pytest.raises(UsageError, match="share: got 2"):
        GainRule(share=2)
    with pytest.raises(TableError, match="people by sessions"):
        gains_table([1.0, 2.0])
