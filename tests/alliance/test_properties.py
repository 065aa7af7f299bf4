"""What must hold for any course."""

import math
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.alliance import DETECTORS, Course, Entry, Reader, Reading, Rule, read, read_columns

# Eighths, as the check-in gives them: sums of them are exact, so that results can be compared exactly.
RATING = st.integers(0, 40).map(lambda eighths: eighths / 8)
COURSE = st.lists(st.none() | RATING, max_size=16)
METHOD = st.sampled_from(sorted(DETECTORS))
SD = st.sampled_from([0.125, 0.26, 0.35, 1.0])


def entries(values: list[float | None]) -> list[Entry]:
    return [Entry(number, value) for number, value in enumerate(values, 1)]


def rule_of(method: str, sd: float, top: float | None = 5.0) -> Rule:
    return Rule(sd_within=sd, reliable_drop=2.3 * sd, method=method, top=top)


def scores(readings: tuple[Reading, ...]) -> list[float | None]:
    return [z for reading in readings for z in (reading.z, reading.z_frozen)]


def states(readings: tuple[Reading, ...]) -> list[tuple[str | None, str | None]]:
    return [(each.tier, each.repair and each.repair.state) for each in readings]


@given(COURSE, METHOD, SD, st.integers(-20, 20), st.sampled_from([0.25, 2.0, 4.0]))
def test_shift_and_scale_of_scores_leave_z_unchanged(
    values: list[float | None], method: str, sd: float, shift: int, scale: float
) -> None:
    rule = rule_of(method, sd, top=None)
    moved = [None if value is None else value * scale + shift for value in values]
    plain = read(entries(values), rule)
    other = read(entries(moved), replace(rule, sd_within=sd * scale, reliable_drop=rule.reliable_drop * scale))
    for one, two in zip(scores(plain), scores(other), strict=True):
        # Means of three are not exact after a shift: a few units in the last place of numbers up to 40.
        assert one == two if one is None or two is None else one == pytest.approx(two, abs=1e-9 / sd)
    # A value that meets its threshold exactly may fall on either side of it after rounding.
    assume(all(abs(edge) > 1e-9 for edge in _edges(values, rule)))
    assert states(plain) == states(other)


def _edges(values: list[float | None], rule: Rule) -> list[float]:
    """How far each comparison a course makes is from its edge."""
    how, kept, last, edges = rule.detector, rule.detector.start(), [], []
    levels: list[float] = []
    for y in (value for value in values if value is not None):
        look = how.look(kept, y, rule.sd_within, rule.reliable_drop)
        if look and last:
            m = math.fsum(last[-3:]) / len(last[-3:])
            levels += [m, last[-1]]
            edges += [look.value - look.threshold, m - y - rule.reliable_drop]
        slack = (0.0, rule.reliable_drop / 2)
        edges += [y - level + each for level in levels for each in slack if level - each != y or level % 0.125]
        kept, last = how.learn(kept, y), [*last, y]
    return edges


@given(COURSE, METHOD, SD, st.integers(0, 16))
def test_reading_in_parts_is_reading_whole(values: list[float | None], method: str, sd: float, cut: int) -> None:
    rule = rule_of(method, sd)
    reader = Reader(rule)
    first = [reader.read(entry) for entry in entries(values)[:cut]]
    second = Reader(rule)
    second.state = reader.state
    rest = [second.read(entry) for entry in entries(values)[cut:]]
    assert (*first, *rest) == read(entries(values), rule)


@given(COURSE, METHOD, SD, COURSE)
def test_later_sessions_change_nothing_before_them(
    values: list[float | None], method: str, sd: float, later: list[float | None]
) -> None:
    rule = rule_of(method, sd)
    assert read(entries([*values, *later]), rule)[: len(values)] == read(entries(values), rule)


@given(COURSE, METHOD, SD)
def test_missing_ratings_alone_make_no_signal(values: list[float | None], method: str, sd: float) -> None:
    """With and without the unrated sessions the rated ones read the same, and the unrated have no signal of a score."""
    rule = rule_of(method, sd)
    whole = read(entries(values), rule)
    rated = [Entry(number, value) for number, value in enumerate(values, 1) if value is not None]
    kept = [(each.z, each.z_frozen, each.drop) for each in whole if each.value is not None]
    assert kept == [(each.z, each.z_frozen, each.drop) for each in read(rated, rule)]
    for each in whole:
        if each.value is None:
            assert {signal.kind for signal in each.signals} <= {"missing"}


@given(st.lists(st.none(), max_size=10))
def test_a_course_without_ratings_is_silent(values: list[None]) -> None:
    assert not any(each.signals or each.repair for each in read(entries([*values])))


@given(st.lists(RATING, min_size=2, max_size=12), METHOD, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(values: list[float], method: str, dice: object) -> None:
    """Two late check-ins, in either order, and any other order too."""
    rule, given_ = rule_of(method, 0.26), entries(list(values))
    shuffled = list(given_)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    early, late, other = Course(rule), Course(rule), Course(rule)
    for entry in given_[:-2]:
        early, late = early.add(entry), late.add(entry)
    for entry in shuffled:
        other = other.add(entry)
    early, late = early.add(given_[-2]).add(given_[-1]), late.add(given_[-1]).add(given_[-2])
    assert early == late == other
    assert early.readings() == late.readings() == read(given_, rule)


TABLE = st.lists(COURSE, min_size=1, max_size=6)


@settings(deadline=None)
@given(TABLE, METHOD, SD, st.sampled_from([1, 2, 3, 5]))
def test_a_table_reads_as_its_courses_do(table: list[list[float | None]], method: str, sd: float, window: int) -> None:
    rule = replace(rule_of(method, sd), window=window)
    engines = ("plain", "compiled") if method == "predictive-z" else ("plain",)
    for engine in engines:
        assert from_table(table, rule, engine) == one_by_one(table, rule)


def from_table(table: list[list[float | None]], rule: Rule, engine: str) -> list[tuple]:
    client = np.repeat(np.arange(len(table)), [len(course) for course in table])
    session = np.concatenate([np.arange(1, len(course) + 1) for course in table])
    value = np.array([math.nan if y is None else y for course in table for y in course])
    told = read_columns(client, session, value, rule, engine=engine)  # type: ignore[arg-type]
    rows = zip(told.z.tolist(), told.z_frozen.tolist(), told.signal.tolist(), told.repair.tolist(), strict=True)
    return [(None if z != z else z, None if frozen != frozen else frozen, *rest) for z, frozen, *rest in rows]


def one_by_one(table: list[list[float | None]], rule: Rule) -> list[tuple]:
    """The same by `read`; exact, not nearly."""
    tier, state = {"watch": 1, "alert": 2}, {"open": 1, "repaired": 2}
    return [
        (
            each.z,
            each.z_frozen,
            tier[each.drop.tier] if each.drop else 0,
            state[each.repair.state] if each.repair else 0,
        )
        for course in table
        for each in read(entries(course), rule)
    ]


def test_courses_do_not_touch_each_other() -> None:
    """A drop at the border of two courses is none."""
    told = read_columns([1, 1, 1, 2, 2], [1, 2, 3, 1, 2], [5, 5, 5, 1, 1], Rule())
    assert told.signal.tolist() == [0] * 5
    assert [len(list(rows)) for _, rows in groupby(told.client.tolist())] == [3, 2]
