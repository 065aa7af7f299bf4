"""A waiting list allotted: as many as can be, longest waiting first, the best total; and reasons that are true."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from accord.errors import UsageError
from accord.fit import Needs, Profiles, assign, gate
from accord.fit.assignment import SCALE, fits, priorities
from accord.fit.flow import best_flow, prices, wished_for
from tests.fit.making import ON, person, plain, therapists

PANIC = Needs(concerns=("panic",), id="ann")
Row = Sequence[int]


def waiting(seed: int, how_many: int) -> list[Needs]:
    dice = random.Random(seed)
    return [person(dice, f"p{number:04}") for number in range(how_many)]


def every_way(fit: np.ndarray, places: list[int], at: int = 0) -> Iterator[list[int]]:
    """Every allotment there is, one person after the other."""
    if at == len(fit):
        yield []
        return
    for who in [-1, *np.flatnonzero(fit[at] >= 0).tolist()]:
        if who < 0 or places[who] > 0:
            left = [room - (column == who) for column, room in enumerate(places)]
            yield from ([who, *rest] for rest in every_way(fit, left, at + 1))


def worth(fit: np.ndarray, weeks: np.ndarray, way: Row) -> tuple[int, int]:
    """Weeks placed, then the sum of fits: what is to be as large as it can be, in this order."""
    placed = [row for row, who in enumerate(way) if who >= 0]
    return sum(int(weeks[row]) for row in placed), sum(int(fit[row, way[row]]) for row in placed)


def test_on_small_lists_it_is_the_best_of_every_way_there_is() -> None:
    dice = np.random.default_rng(3)
    for _ in range(150):
        fit = dice.integers(0, 20, (5, 4)).astype(np.int16)
        fit[dice.random((5, 4)) < 0.4] = -1
        weeks, places = dice.integers(1, 4, 5), dice.integers(0, 3, 4)
        best = max(worth(fit, weeks, way) for way in every_way(fit, places.tolist()))
        for arcs in (1, 2, 200):
            found = best_flow(fit, weeks.astype(np.int64), places.astype(np.int64), arcs)
            assert worth(fit, weeks, found.therapist.tolist()) == best
            assert found.total == best[1]


def test_people_and_therapists_come_to_the_same_best() -> None:
    for seed in range(25):
        people, them = waiting(seed, 5), therapists(seed, 5)
        columns = Profiles.of(them)
        fit, weeks = fits(people, columns, ON), priorities(people, ON)
        best = max(worth(fit, weeks, way) for way in every_way(fit, [each.places for each in them]))
        found = assign(people, columns, ON)
        assert found.total == pytest.approx(best[1] / SCALE)


def test_places_are_never_exceeded_and_nobody_passes_a_shut_gate() -> None:
    people, them = waiting(1, 300), therapists(1, 60)
    found = assign(people, Profiles.of(them), ON)
    needs, room = {each.id: each for each in people}, {each.id: each for each in them}
    taken = Counter(who for _, who in found.assigned)
    assert found.assigned
    assert all(count <= room[who].places for who, count in taken.items())
    assert not any(gate(needs[one], room[who], ON) for one, who in found.assigned)
    everyone = [one for one, _ in found.assigned] + [each.person for each in found.unassigned]
    assert sorted(everyone) == sorted(needs)


def test_each_reason_for_staying_is_true() -> None:
    people, them = waiting(2, 300), therapists(2, 40)
    found = assign(people, Profiles.of(them), ON)
    needs = {each.id: each for each in people}
    at: dict[str, list[Needs]] = {}
    for one, who in found.assigned:
        at.setdefault(who, []).append(needs[one])
    full = 0
    for each in found.unassigned:
        fitting = [one for one in them if not gate(needs[each.person], one, ON)]
        assert each.passed == len(fitting)
        if not fitting:
            assert each.reason.startswith("nobody passes")
            continue
        full += 1
        assert each.reason.startswith(f"{len(fitting)} therapist")
        weeks = priorities([needs[each.person]], ON)[0]
        for one in fitting:
            assert len(at[one.id]) == one.places
            assert min(priorities(at[one.id], ON)) >= weeks
    assert full


def test_who_waits_longest_is_placed_first_and_all_else_being_possible_everybody_is() -> None:
    new, old = replace(PANIC, id="new", lead=-3, since=ON), replace(PANIC, id="old", since=ON - timedelta(weeks=9))
    one_place = Profiles.of([plain("vera", lead=-3)])
    assert assign([new, old], one_place, ON).assigned == (("old", "vera"),)
    two = Profiles.of([plain("vera", lead=-3), plain("ada", lead=3)])
    assert dict(assign([new, old], two, ON).assigned) == {"new": "vera", "old": "ada"}


def test_somebody_who_fits_one_alone_is_not_pushed_out_by_somebody_who_fits_all() -> None:
    choosy = replace(PANIC, id="choosy", languages=("Urdu",))
    them = [plain("vera", languages=frozenset(["Urdu"]), lead=-3), plain("ada", lead=3)]
    found = assign([replace(PANIC, id="easy", lead=-3), choosy], Profiles.of(them), ON)
    assert dict(found.assigned) == {"choosy": "vera", "easy": "ada"}


def test_whoever_is_kept_apart_goes_to_somebody_else_or_stays_and_is_told_so() -> None:
    two = [plain("vera", lead=-3), plain("ada", lead=3)]
    leading = replace(PANIC, lead=-3)
    assert dict(assign([leading], Profiles.of(two), ON).assigned) == {"ann": "vera"}
    assert dict(assign([leading], Profiles.of(two), ON, apart={"ann": {"vera", "nobody"}}).assigned) == {"ann": "ada"}
    found = assign([leading], Profiles.of(two), ON, apart={"ann": {"vera", "ada"}})
    assert [(each.reason, each.passed) for each in found.unassigned] == [
        ("everybody who fits is one they are not to be allotted to", 0)
    ]


def test_the_order_of_both_files_leaves_the_total_alone() -> None:
    people, them = waiting(4, 120), therapists(4, 40)
    found = assign(people, Profiles.of(them), ON)
    again = assign(people[::-1], Profiles.of(them[::-1]), ON)
    assert again.total == found.total
    assert len(again.assigned) == len(found.assigned)


def test_arcs_left_out_are_seen_and_fetched() -> None:
    """Everybody's best is the same therapist: one arc a person is not enough, and the check says so."""
    fit = np.array([[9, 5, 1], [9, 6, 1], [9, 7, 1]], np.int16)
    weeks, places = np.ones(3, np.int64), np.ones(3, np.int64)
    found = best_flow(fit, weeks, places, arcs=1)
    assert (sorted(found.therapist.tolist()), found.total) == ([0, 1, 2], 17)
    assert found.rounds > 1
    scaled = weeks * 31
    assert prices(fit, scaled, places, found.therapist) is not None
    assert prices(fit, scaled, places, np.array([1, 0, 2])) is None
    assert prices(fit, scaled, places, np.array([0, 1, -1])) is None
    only_first = fit == 9
    first = np.array([0, -1, -1])
    price = prices(np.where(only_first, fit, np.int16(-1)), scaled, places, first)
    assert price is not None
    assert wished_for(fit, only_first, scaled, first, price)[0].tolist() == [0, 0, 1, 1, 2, 2]


def test_the_check_agrees_with_every_way_there_is() -> None:
    """It says yes to the best and no to anything less."""
    dice = np.random.default_rng(8)
    for _ in range(60):
        fit = dice.integers(0, 9, (4, 3)).astype(np.int16)
        fit[dice.random((4, 3)) < 0.3] = -1
        weeks, places = dice.integers(1, 3, 4), dice.integers(0, 3, 3)
        ways = list(every_way(fit, places.tolist()))
        best = max(worth(fit, weeks, way) for way in ways)
        scaled = (weeks * (4 * (int(fit.max()) + 1) + 1)).astype(np.int64)
        for way in ways:
            proven = prices(fit, scaled, places.astype(np.int64), np.array(way))
            assert (proven is not None) == (worth(fit, weeks, way) == best)


def test_nobody_waiting_and_nobody_to_go_to_are_no_errors() -> None:
    assert assign([], Profiles.of([plain("vera")]), ON).assigned == ()
    found = assign([PANIC], Profiles.of([]), ON)
    assert [(each.person, each.passed) for each in found.unassigned] == [("ann", 0)]
    shut = assign([PANIC], Profiles.of([plain("vera", places=0)]), ON)
    assert shut.unassigned[0].reason == "nobody passes; 1 therapist would fit if you could wait for a place"


def test_two_people_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError):
        assign([PANIC, PANIC], Profiles.of([plain("vera")]), ON)
