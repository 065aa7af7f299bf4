"""One course: the published vector, the tiers, repair, and what never makes a signal."""

import math
from dataclasses import FrozenInstanceError

import pytest

from accord.alliance import (
    Course,
    Declared,
    Entry,
    Reader,
    Rule,
    read,
    read_sides,
    reliable_drop,
    side_scores,
    within_sd,
)
from accord.errors import DataError, TableError, UsageError

VECTOR = (5.2, 5.4, 5.3, 5.5, 5.4, 3.9, 4.2, 5.3)
RULE = Rule(sd_within=0.35, reliable_drop=0.8, top=None)


def entries(values: tuple[float | None, ...]) -> list[Entry]:
    return [Entry(number, value) for number, value in enumerate(values, 1)]


def test_the_published_vector() -> None:
    z = [reading.z for reading in read(entries(VECTOR), RULE)]
    assert z[0] is None
    # The vector is printed with three decimals.
    assert z[1:] == pytest.approx([0.404, 0, 0.495, 0, -3.712, -1.815, 1.979], abs=5e-4)


def test_the_baseline_is_frozen_from_the_drop_to_its_repair() -> None:
    readings = read(entries(VECTOR), RULE)
    frozen = [reading.z_frozen for reading in readings]
    assert frozen[1:] == pytest.approx([0.404, 0, 0.495, 0, -3.712, -2.969, -0.247], abs=5e-4)
    states = [reading.repair and reading.repair.state for reading in readings]
    assert states == [None] * 5 + ["open", "open", "repaired"]
    assert readings[-1].repair is not None
    assert (readings[-1].repair.baseline, readings[-1].repair.since) == (pytest.approx(5.4), 6)


def test_after_a_repair_the_baseline_moves_again() -> None:
    last = read(entries((*VECTOR, 5.3)), RULE)[-1]
    assert last.z_frozen == last.z
    assert last.repair is None


@pytest.mark.parametrize(("rating", "tier"), [(4.4, None), (4.35, "watch"), (3.9, "alert")])
def test_the_two_tiers(rating: float, tier: str | None) -> None:
    """The baseline is 5.4: 2.5 predictive SDs are 1.01 below it, and the reliable drop here is 1.2."""
    reading = read(entries((*VECTOR[:5], rating)), Rule(sd_within=0.35, reliable_drop=1.2, top=None))[-1]
    assert reading.tier == tier
    if reading.drop:
        assert (reading.drop.kind, reading.drop.method, reading.drop.n_used) == ("drop", "predictive-z", 3)
        assert reading.drop.threshold == -2.5
        assert reading.drop.value == reading.z


def test_the_level_its_baseline_and_their_uncertainty() -> None:
    level = read(entries(VECTOR), RULE)[3].level
    assert level.value == 5.5
    assert level.level == pytest.approx((5.4 + 5.3 + 5.5) / 3)
    assert level.baseline == pytest.approx((5.2 + 5.4 + 5.3) / 3)
    assert level.baseline_se == pytest.approx(0.35 / math.sqrt(3))
    assert level.change == pytest.approx(0.2)
    assert level.n_used == 3


def test_the_first_rating_has_nothing_to_be_compared_with() -> None:
    reading = Reader(RULE).read(Entry(1, 1.0))
    assert (reading.z, reading.z_frozen, reading.signals, reading.repair) == (None, None, (), None)
    assert (reading.level.baseline, reading.level.change, reading.level.n_used) == (None, None, 0)


def test_a_drop_stays_open_when_three_rated_sessions_bring_no_return() -> None:
    readings = read(entries((5, 5, 5, 2, 2, 2, 2, 5, 5)), RULE)
    assert [each.repair and each.repair.state for each in readings[3:]] == ["open"] * 6
    assert readings[7].repair is not None
    assert "does it feel mended?" in readings[7].repair.reason


def test_unrated_sessions_do_not_use_up_the_window() -> None:
    readings = read(entries((5, 5, 5, 2, None, None, None, None, 2, 5)), RULE)
    assert [each.repair and each.repair.state for each in readings[3:]] == ["open"] * 6 + ["repaired"]


def test_a_longer_window() -> None:
    readings = read(entries((5, 5, 5, 2, 2, 2, 2, 5)), Rule(sd_within=0.35, reliable_drop=0.8, window=5))
    assert readings[-1].repair is not None
    assert readings[-1].repair.state == "repaired"


def test_a_second_drop_while_one_is_open_does_not_move_the_baseline() -> None:
    readings = read(entries((5, 5, 5, 3.5, 3.5, 3.5, 1.0, 3.5)), RULE)
    assert readings[6].drop is not None
    assert {each.repair.baseline for each in readings[3:] if each.repair} == {5.0}


def test_a_drop_after_a_late_return_is_one_of_its_own() -> None:
    readings = read(entries((5, 5, 5, 2, 2, 2, 2, 5, 5, 5, 2, 5)), RULE)
    assert [each.repair.since for each in readings if each.repair] == [4] * 7 + [11, 11]
    assert readings[-1].repair is not None
    assert readings[-1].repair.state == "repaired"


def test_what_is_declared_changes_no_scored_repair() -> None:
    course = Course(RULE)
    for entry in entries(VECTOR[:7]):
        course = course.add(entry)
    said = course.declare(Declared(7, "client", True, "we talked"))
    assert said.readings() == course.readings()
    assert said.declared[0].mended
    assert course.readings()[-1].repair is not None
    assert course.readings()[-1].repair.state == "open"


def test_strain_is_a_watch_however_high_the_score() -> None:
    reading = Reader(RULE).read(Entry(1, 5.0, strain={"off": 2, "held_back": 3}))
    (signal,) = reading.signals
    assert (signal.kind, signal.tier, signal.value, signal.threshold) == ("strain", "watch", 3, 3.0)
    assert signal.reason == "something was held back: 3 of 5"
    assert reading.repair is None


def test_a_gap_that_changes_is_a_watch() -> None:
    rule = Rule(sd_within=0.35, reliable_drop=0.8, sd_people=0.8)
    given = [Entry(n, 4.0, other=other) for n, other in enumerate((3.5, 3.4, 3.6, 3.5, 2.3), 1)]
    readings = read(given, rule)
    assert [each.tier for each in readings] == [None] * 4 + ["watch"]
    (signal,) = readings[-1].signals
    assert (signal.kind, signal.n_used) == ("gap", 3)
    assert signal.value == pytest.approx(-1.2)
    assert signal.threshold == pytest.approx(1.5 * 0.8)


def test_a_missing_check_in_counts_only_after_a_full_course_of_them() -> None:
    full = read(entries((4, 4, 4, None, None)), RULE)
    assert [[signal.kind for signal in each.signals] for each in full] == [[], [], [], ["missing"], []]
    short = read(entries((4, 4, None)), RULE)
    broken = read(entries((4, None, 4, 4, None)), RULE)
    assert not any(each.signals for each in (*short, *broken))


def test_a_session_that_was_not_attended_says_nothing() -> None:
    away = Entry(4, 1.0, attended=False, strain={"off": 5})
    reading = read([*entries((4, 4, 4)), away], RULE)[-1]
    assert (reading.signals, reading.z, reading.value) == ((), None, None)


def test_perfect_scores_from_the_start_tell_little() -> None:
    readings = read(entries((5.0, 4.9, 5.0, 4.875, 4.0, 5.0)), Rule())
    told = [each.ceiling for each in readings]
    assert [each is not None for each in told] == [False, False, True, True, False, False]
    assert told[2] is not None
    assert told[2].question == "What would have made it a little better?"
    assert "tell little" in told[2].reason


def test_the_sides_are_read_apart() -> None:
    answers = {"goals": 3, "approach": 4, "collaboration": 5, "trust": 1, "respect": 2, "connection": 3, "safety": 5}
    assert side_scores(answers) == {"goals": 3, "approach": 4.5, "bond": 2, "safety": None}
    first, second = read_sides([answers, answers | {"goals": 5, "openness": 3}], 0.5)
    assert first["goals"].baseline is None
    assert (second["goals"].baseline, second["goals"].change) == (3, 2)
    assert second["safety"].value == 4
    assert second["safety"].baseline is None


def test_the_within_person_sd_is_robust_and_never_nought() -> None:
    steps = (0.1, 0.3, -0.2, 0.2, -4.0)
    course = [0.0]
    for step in steps:
        course.append(course[-1] + step)
    # Median of the steps .1; distances 0, .2, .3, .1, 4.1 with the median .2.
    assert within_sd([course], floor=0.01) == pytest.approx(1.4826 * 0.2 / math.sqrt(2))
    assert within_sd([[5, 5, 5], [5, 5]]) == 0.125
    with pytest.raises(DataError, match="no course has two ratings"):
        within_sd([[1.0]])


def test_the_reliable_drop_by_hand() -> None:
    # Jacobson and Truax's textbook case: SD 7.5, r .80, S_diff 4.7434.
    assert reliable_drop(7.5, 0.8) == pytest.approx(1.96 * 4.7434, abs=1e-3)


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(UsageError, match="sd_within: got 0, wanted a number above 0"):
        Rule(sd_within=0)
    with pytest.raises(UsageError, match="window: got 0"):
        Rule(window=0)
    with pytest.raises(TableError, match="row 1, column 'value': got nan"):
        Reader().read(Entry(1, math.nan))
    with pytest.raises(TableError, match="session 2 is there already"):
        Course().add(Entry(2, 3)).add(Entry(2, 3))
    reader = Reader()
    reader.read(Entry(2, 3))
    with pytest.raises(TableError, match="session 1 comes after session 2"):
        reader.read(Entry(1, 3))


def test_results_are_frozen() -> None:
    reading = read(entries(VECTOR), RULE)[5]
    for value in (reading, reading.drop, reading.repair):
        with pytest.raises(FrozenInstanceError):
            value.version = "2"  # type: ignore[union-attr,misc]
