"""Nothing about fewer than ten: in one table, in a number, and between two releases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import DataError
from accord.evidence.suppression import Near, one_colleagues, rounded, suppress, too_near


@pytest.mark.parametrize(("count", "told"), [(0, None), (9, None), (10, 10), (14, 10), (15, 20), (127, 130)])
def test_a_number_is_told_to_the_nearest_ten_or_not_at_all(count: int, told: int | None) -> None:
    assert rounded(count) == told


@pytest.mark.parametrize("count", [-1, 2.5, True, None])
def test_what_is_no_number_of_people_is_said_to_be_none(count: object) -> None:
    with pytest.raises(DataError, match="wanted a whole number from 0"):
        rounded(count)  # type: ignore[arg-type]


def test_a_table_without_small_cells_is_shown_whole() -> None:
    shown = suppress([[14, 30], [40, 25]])
    assert shown.cells == ((14, 30), (40, 25))
    assert (shown.rows, shown.columns, shown.total, shown.hidden) == ((44, 65), (54, 55), 109, 0)


def test_with_a_small_cell_the_next_smallest_of_its_row_and_column_goes_too() -> None:
    """By hand: 3 is small; 14 of its row and 25 of its column would give it away; 40 would give those away."""
    shown = suppress([[14, 3, 60], [40, 25, 70], [80, 90, 75]])
    assert shown.cells == ((None, None, 60), (None, None, 70), (80, 90, 75))
    assert (shown.rows, shown.columns, shown.total) == ((77, 135, 245), (134, 118, 205), 457)


def test_two_small_cells_that_come_to_fewer_than_ten_take_a_third_with_them() -> None:
    """11 - 8 = 3 would be the two small ones together."""
    shown = suppress([[1, 2, 11, 50]])
    assert shown.cells == ((None, None, None, 50),)


def test_where_nothing_else_is_left_to_hide_the_total_is() -> None:
    shown = suppress([[3]])
    assert (shown.cells, shown.rows, shown.columns, shown.total) == (((None,),), (None,), (None,), None)


def test_nobody_is_hidden_too_unless_it_may_be_told() -> None:
    assert suppress([[0, 40, 50]]).cells == ((None, None, 50),)
    assert suppress([[0, 40, 50]], zeros=True).cells == ((0, 40, 50),)


@pytest.mark.parametrize("counts", [[], [[]], [[1, 2], [3]]])
def test_what_is_no_table_is_said_to_be_none(counts: list[list[int]]) -> None:
    with pytest.raises(DataError, match="wanted rows of one length"):
        suppress(counts)


TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=1, max_size=5)
)


@given(TABLES)
@settings(max_examples=300, deadline=None)
def test_nothing_small_is_shown_and_nothing_hidden_follows_from_what_is_shown(counts: list[list[int]]) -> None:
    shown = suppress(counts)
    full = np.vstack([np.column_stack([counts, np.sum(counts, 1)]), [*np.sum(counts, 0), np.sum(counts)]])
    told = [[*row, total] for row, total in zip(shown.cells, shown.rows, strict=True)] + [[*shown.columns, shown.total]]
    hidden = [(i, j) for i, row in enumerate(told) for j, one in enumerate(row) if one is None]
    assert all(one is None or one == full[i, j] >= 10 for i, row in enumerate(told) for j, one in enumerate(row))
    assert len(hidden) == shown.hidden
    for place in hidden:
        assert not _follows(place, hidden, full.shape), (place, told)


def _follows(place: tuple[int, int], hidden: list[tuple[int, int]], shape: tuple[int, ...]) -> bool:
    """Whether the cell is a sum of sums, by least squares: another way than the one under test."""
    rows = []
    for i in range(shape[0]):
        rows.append([((r == i) * (1 if c < shape[1] - 1 else -1)) for r, c in hidden])
    for j in range(shape[1]):
        rows.append([((c == j) * (1 if r < shape[0] - 1 else -1)) for r, c in hidden])
    sums, wanted = np.array(rows, float), np.array([float(one == place) for one in hidden])
    weights = np.linalg.lstsq(sums.T, wanted, rcond=None)[0]
    return bool(np.allclose(sums.T @ weights, wanted, atol=1e-8))


def people(*numbers: int, cell: str = "q1") -> dict[str, set[str]]:
    return {f"c{number}": {f"{number}:{cell}"} for number in numbers}


def test_releases_that_differ_by_one_to_nine_people_are_too_near() -> None:
    old = people(*range(40))
    assert too_near(people(*range(41)), [old]) == Near((0,), 1)
    assert too_near(people(*range(31)), [old]) == Near((0,), 9)
    assert too_near(people(*range(30)), [old]) is None
    assert too_near(old, [old]) is None
    assert too_near(old, []) is None
    assert too_near({}, []) is None


def test_who_is_in_both_and_gave_something_else_counts_as_a_difference() -> None:
    """One answer kept later, or one session more, would be told by subtraction as well as a whole person."""
    old = people(*range(40))
    assert too_near({**old, **people(7, cell="q1, one answer kept")}, [old]) == Near((0,), 1)
    assert too_near({**old, **people(*range(12), cell="q1, more")}, [old]) is None


def test_two_earlier_releases_together_may_not_give_a_few_away_either() -> None:
    """The year minus its two halves: five people who are in neither half."""
    halves = [people(*range(20)), people(*range(20, 40))]
    assert too_near(people(*range(45)), halves) == Near((0, 1), 5)
    assert too_near(people(*range(60)), halves) is None


def test_a_quarter_between_two_others_may_not_be_told_if_few_were_in_it() -> None:
    """Quarters 1 to 2, 1 to 3, 2 to 3: the first two leave quarter 3, and with the third they leave quarter 2 alone."""
    first = {f"a{n}": {f"a{n}:1"} for n in range(20)}
    second = {f"b{n}": {f"b{n}:2"} for n in range(4)}
    third = {f"c{n}": {f"c{n}:3"} for n in range(20)}
    earlier = [{**first, **second}, {**first, **second, **third}]
    assert too_near({**second, **third}, earlier) == Near((0, 1), 4)


def test_figures_that_are_one_therapists_own_are_known_as_such() -> None:
    assert one_colleagues([{"a"}] * 30 + [{"b"}] * 9)
    assert not one_colleagues([{"a"}] * 30 + [{"b"}] * 10)
    assert not one_colleagues([])


def test_of_two_therapists_each_could_subtract_their_own() -> None:
    two, three = [{"a"}] * 30 + [{"b"}] * 30, [{"a"}] * 30 + [{"b"}] * 30 + [{"c"}] * 30
    assert not one_colleagues(two)
    assert one_colleagues(two, to_colleagues=True)
    assert not one_colleagues(three, to_colleagues=True)


def test_who_makes_the_figures_may_show_their_own_but_not_read_the_one_colleagues() -> None:
    assert not one_colleagues([{"me"}] * 30, own="me")
    assert one_colleagues([{"me"}] * 30 + [{"b"}] * 20, own="me")
    assert not one_colleagues([{"me"}] * 30 + [{"b"}] * 20 + [{"c"}] * 20, own="me")
