"""What a practice may see of many courses: shares with intervals, and nothing that could be told of one of them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import UsageError
from accord.outcome import ChangeRule
from accord.outcome.practice import Over, effect_size, practice_figures
from accord.outcome.withheld import FEW, ONE_COLLEAGUE, SMALLEST, Level, by_quarter, in_words, joined, quarter

# 5.5 sqrt(2) sqrt(1 - .86) 1.96 = 5.7 points; recovery below 10.
RULE = ChangeRule(mean=15.9, sd=5.5, reliability=0.86, cutoff=10 - 1e-9)
RULES = {"phq-9": RULE}
TODAY = date(2026, 11, 25)
RECOVERED, IMPROVED, UNCHANGED, WORSE = (18, 4), (20, 12), (15, 14), (10, 18)


def over(pair: tuple[float, float] | None, day: date = date(2026, 5, 5), leader: str = "A", **more: object) -> Over:
    return Over(day, frozenset({leader}), {"phq-9": pair} if pair else {}, **more)  # type: ignore[arg-type]


def people(recovered: int, improved: int, unchanged: int, worse: int, **more: object) -> list[Over]:
    """Led by two therapists in turn."""
    pairs = [RECOVERED] * recovered + [IMPROVED] * improved + [UNCHANGED] * unchanged + [WORSE] * worse
    return [over(pair, leader="AB"[place % 2], **more) for place, pair in enumerate(pairs)]  # type: ignore[arg-type]


def test_quarters_are_said_in_words() -> None:
    spring, autumn = quarter(date(2026, 4, 1)), quarter(date(2026, 12, 31))
    assert in_words(spring, spring) == "April to June 2026"
    assert in_words(spring, autumn) == "April to December 2026"
    assert in_words(spring - 4, autumn) == "April 2025 to December 2026"


def test_shares_come_with_wilson_intervals() -> None:
    """Wilson (1927), 48 of 80: as R's prop.test(48, 80, correct = FALSE) prints, .4904 to .7004."""
    found = practice_figures(people(24, 24, 16, 16), TODAY, RULES).change[0]
    better = found.told[0].shares["better"]
    assert (better.value, better.n_used) == (0.6, 80)
    assert (better.low, better.high) == (pytest.approx(0.4904, abs=1e-4), pytest.approx(0.7004, abs=1e-4))
    assert {name: one.value for name, one in found.finest.shares.items()} == {
        "recovered": 0.3, "improved": 0.3, "unchanged": 0.2, "worse": 0.2,
    }  # fmt: skip


def test_with_fewer_than_ten_worse_they_are_not_told_apart_from_the_unchanged() -> None:
    found = practice_figures(people(24, 24, 16, 9), TODAY, RULES).change[0]
    assert list(found.finest.shares) == ["recovered", "improved", "unchanged or worse"]


@pytest.mark.parametrize("counts", [(5, 4, 30, 30), (30, 30, 5, 4), (30, 30, 0, 0)])
def test_with_fewer_than_ten_on_either_side_nothing_is_told(counts: tuple[int, int, int, int]) -> None:
    found = practice_figures(people(*counts), TODAY, RULES).change[0]
    assert not found.finest
    assert found.effect is None
    assert found.finest.reason == FEW


def test_a_quarter_that_is_not_over_does_not_count() -> None:
    now = people(24, 24, 16, 16)
    later = [over(RECOVERED, date(2026, 10, 1)), *(over(WORSE, TODAY) for _ in range(30))]
    assert practice_figures(now + later, TODAY, RULES) == practice_figures(now, TODAY, RULES)


def test_the_next_quarter_is_told_only_once_it_has_ten_on_either_side() -> None:
    """Two looks, before and after: what they differ by must not be about a few."""
    summer = [over(pair, date(2026, 8, 1), "AB"[place % 2]) for place, pair in enumerate([RECOVERED] * 12 + [WORSE])]
    spring = people(24, 24, 16, 16)
    assert practice_figures(spring + summer, TODAY, RULES) == practice_figures(spring, TODAY, RULES)
    autumn = [over(WORSE, date(2026, 10, 9), "AB"[place % 2]) for place in range(9)]
    new_year = practice_figures(spring + summer + autumn, date(2027, 1, 1), RULES).change[0]
    assert new_year.told[0].n_used == 80 + 13 + 9
    assert (new_year.told[0].first, new_year.told[0].last) == (quarter(date(2026, 5, 5)), quarter(date(2026, 12, 31)))
    assert new_year.finest.n_used == 80  # the finer division waits longer


def test_figures_that_would_be_one_colleagues_are_not_told() -> None:
    alone = [over(pair) for pair in [RECOVERED] * 30 + [WORSE] * 30]
    assert practice_figures(alone, TODAY, RULES).change[0].finest.reason == ONE_COLLEAGUE
    assert practice_figures(alone, TODAY, RULES, own="A").change[0].finest  # it is their own
    both = alone + [over(pair, leader="B") for pair in [RECOVERED] * 15 + [WORSE] * 15]
    assert practice_figures(both, TODAY, RULES).change[0].finest
    # A therapist who is a manager, too, knows their own, and would have their one colleague's by subtraction.
    assert practice_figures(both, TODAY, RULES, own="A").change[0].finest.reason == ONE_COLLEAGUE


def test_old_groups_fall_away_whole() -> None:
    old = people(24, 24, 16, 16)
    assert practice_figures(old, date(2029, 6, 30), RULES).change[0].finest
    assert not practice_figures(old, date(2029, 7, 1), RULES).change[0].finest


def test_the_effect_size_is_that_of_the_people_told_of() -> None:
    """As metafor's escalc(measure="SMCR") without its small-sample factor: d, and 2 (1 - r) / n + d^2 / (2 n)."""
    pairs = [(18.0, 9.0), (12.0, 11.0), (20.0, 12.0), (15.0, 4.0), (9.0, 10.0)]
    found = effect_size(pairs, RULE)
    assert found
    assert found.value == pytest.approx(5.6 / 4.4384682, abs=1e-6)
    r = np.corrcoef(*np.array(pairs).T)[0, 1]
    half = 1.959964 * (2 * (1 - r) / 5 + found.value**2 / 10) ** 0.5
    assert found.high - found.value == pytest.approx(half, rel=1e-3)
    assert (found.start, found.end) == (14.8, 9.2)
    higher = ChangeRule(mean=20, sd=5, reliability=0.8, better="higher")
    assert effect_size(pairs, higher).value == -found.value  # type: ignore[union-attr]
    assert effect_size([(5.0, 4.0), (5.0, 3.0)], RULE) is None


def each(count: int, **more: object) -> Iterator[Over]:
    return (over(None, leader="AB"[place % 2], **more) for place in range(count))  # type: ignore[arg-type]


def test_who_stopped_is_told_by_the_definition_that_was_stored() -> None:
    stopped = {"how": "stopped", "missed_last": False, "held": 3}
    finished = {"how": "planned", "missed_last": False, "held": 20}
    missed = {"how": "moved", "missed_last": True, "held": 20}
    courses = [*each(12, **stopped), *each(20, **finished), *each(14, **missed), *each(30, how="", held=20)]
    by: Callable[..., object] = lambda **more: practice_figures(courses, TODAY, RULES, **more).stopped.shares["yes"]  # noqa: E731
    assert (by().value, by().n_used) == (pytest.approx(12 / 46), 46)  # type: ignore[attr-defined]
    last = by(definition="missed the last scheduled session")
    assert (last.value, last.n_used) == (pytest.approx(14 / 76), 76)  # type: ignore[attr-defined]
    dose = by(definition="below the agreed dose", dose=8)
    assert (dose.value, dose.n_used) == (pytest.approx(12 / 76), 76)  # type: ignore[attr-defined]


def test_a_definition_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'gone'; there are: therapist judgement"):
        practice_figures([], TODAY, RULES, definition="gone")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="got no dose"):
        practice_figures([], TODAY, RULES, definition="below the agreed dose")


def test_waiting_and_answering_are_shares_of_people() -> None:
    courses = [
        *each(30, wait=10, asked=10, answered=5),
        *each(20, wait=90, asked=10, answered=4),
        *each(10, wait=None, asked=0),
    ]
    found = practice_figures(courses, TODAY, RULES)
    assert (found.soon.shares["yes"].value, found.soon.n_used) == (0.6, 50)
    assert (found.answered.shares["yes"].value, found.answered.n_used) == (0.6, 50)
    assert not found.rated


def test_nobody_at_all_is_not_enough() -> None:
    found = practice_figures([], TODAY, RULES)
    assert found.change == ()
    assert (found.stopped.shares, found.stopped.reason) == ({}, FEW)


LEVELS = [
    Level(("low", "high"), lambda one: "low" if one.held < 2 else "high"),
    Level(("0", "1", "high"), lambda one: str(one.held) if one.held < 2 else "high"),
    Level(("0", "1", "2", "3"), lambda one: str(one.held)),
]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_whatever_two_looks_differ_by_is_at_least_ten_on_every_side(seed: int, often: int) -> None:
    """A practice is looked at on every first day of a quarter for five years; every pair of looks is subtracted."""
    dice = Random(seed)
    start = date(2021, 1, 1)
    courses = [
        Over(
            start + timedelta(days=dice.randrange(1800)),
            frozenset({dice.choice("ABC")}),
            held=dice.choice((0, 1, 2, 3)),
        )
        for _ in range(often * 10)
    ]
    looks = []
    for place in range(1, 21):
        day = date(2021 + place // 4, 1 + 3 * (place % 4), 1)
        groups, seen = by_quarter(courses, day), []
        for level in LEVELS:
            groups = joined(groups, level)
            seen.append(frozenset(id(one) for group in groups for one in group.courses))
        looks.append(seen)
    known = {id(one): one for one in courses}
    for depth, level in enumerate(LEVELS):
        told = sorted({frozenset(seen[finer]) for seen in looks for finer in range(depth, 3)}, key=len)
        for fewer, more in pairwise([frozenset[int](), *told]):
            assert fewer <= more
            sides = [level.side(known[key]) for key in more - fewer]
            assert all(sides.count(name) >= SMALLEST for name in level.sides) or not sides
