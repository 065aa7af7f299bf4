"""When somebody new can be met: patterns, exceptions, clock changes, and what is taken."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import UsageError
from accord.fit.calendar import Pattern, Window, free_times, quarters

NEW_YORK = ZoneInfo("America/New_York")
BOTH = frozenset({"call", "consultation"})
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def times(pattern: Pattern, day: date, kind: str = "call", minutes: int = 15, **more: object) -> list[str]:
    """What is free on one day, by the therapist's own clock."""
    start = datetime.combine(day, time(), NEW_YORK)
    found = free_times(pattern, kind, minutes, NEW_YORK, **{"after": start, "until": day, **more})  # type: ignore[arg-type]
    return [at.astimezone(NEW_YORK).strftime("%H:%M") for at in found]


MONDAY = date(2027, 1, 11)
WEEKLY = Pattern(weekly=((0, Window(time(9), time(10), BOTH)),))


def test_a_window_holds_one_call_after_the_other() -> None:
    assert times(WEEKLY, MONDAY) == ["09:00", "09:15", "09:30", "09:45"]
    assert times(WEEKLY, MONDAY + timedelta(days=1)) == []


def test_a_consultation_of_fifty_minutes_takes_four_quarters() -> None:
    assert times(WEEKLY, MONDAY, "consultation", 50) == ["09:00"]
    assert len(quarters(datetime(2027, 1, 11, 9, tzinfo=UTC), 50)) == 4


def test_a_closed_day_and_an_extra_window() -> None:
    extra = Window(time(18), time(18, 30), frozenset({"call"}))
    pattern = Pattern(WEEKLY.weekly, closed=frozenset({MONDAY}), extra=((MONDAY, extra),))
    assert times(pattern, MONDAY) == ["18:00", "18:15"]
    assert times(pattern, MONDAY, "consultation") == []


def test_what_is_taken_is_gone_and_so_is_whatever_overlaps_it() -> None:
    taken = quarters(datetime(2027, 1, 11, 9, 15, tzinfo=NEW_YORK), 15)
    assert times(WEEKLY, MONDAY, taken=taken) == ["09:00", "09:30", "09:45"]
    assert times(WEEKLY, MONDAY, "consultation", 50, taken=taken) == []


def test_too_soon_is_not_offered() -> None:
    after = datetime(2027, 1, 11, 9, 20, tzinfo=NEW_YORK)
    assert times(WEEKLY, MONDAY, after=after) == ["09:30", "09:45"]


def test_nine_is_nine_before_and_after_the_clocks_change() -> None:
    """New York: 14 March and 7 November 2027. The moment moves by an hour, what the clock shows does not."""
    sundays = Pattern(weekly=((6, Window(time(9), time(9, 15), BOTH)),))
    found = free_times(sundays, "call", 15, NEW_YORK, after=datetime(2027, 3, 1, tzinfo=UTC), until=date(2027, 3, 22))
    assert [at.hour for at in found] == [14, 13, 13]
    assert {at.astimezone(NEW_YORK).hour for at in found} == {9}


def test_a_time_that_the_clock_jumps_over_does_not_exist() -> None:
    spring, autumn = date(2027, 3, 14), date(2027, 11, 7)
    night = Pattern(weekly=((6, Window(time(1, 30), time(3, 30), BOTH)),))
    assert times(night, spring, minutes=30) == ["01:30", "03:00"]
    assert times(night, autumn, minutes=30) == ["01:30", "02:00", "02:30", "03:00"]


def test_what_is_no_quarter_of_an_hour_is_refused_with_what_was_got() -> None:
    with pytest.raises(UsageError, match="got 09:10:00, wanted a quarter"):
        Window(time(9, 10), time(10), BOTH)
    with pytest.raises(UsageError, match="got 10:00 to 09:00, wanted an end after"):
        Window(time(10), time(9), BOTH)
    with pytest.raises(UsageError, match="wanted a quarter"):
        quarters(datetime(2027, 1, 1, 9, 5, tzinfo=UTC), 15)


@given(
    zone=st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]),
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    begins=st.integers(0, 90),
    length=st.integers(1, 5),
    minutes=st.sampled_from([15, 20, 30, 50]),
)
def test_every_free_time_is_what_the_therapist_said_and_no_two_overlap(
    zone: str, day: date, begins: int, length: int, minutes: int
) -> None:
    """Whatever the zone does that day: each stands in the window by the clock on the wall."""
    first, there = (datetime.combine(day, time()) + timedelta(minutes=15 * begins)), ZoneInfo(zone)
    window = Window(first.time(), (first + timedelta(minutes=15 * length)).time(), BOTH)
    pattern = Pattern(weekly=((day.weekday(), window),))
    found = free_times(pattern, "call", minutes, there, after=LONG_AGO, until=day)
    walls = [at.astimezone(there).replace(tzinfo=None) for at in found]
    assert all(window.begins <= wall.time() for wall in walls)
    assert all((wall + timedelta(minutes=minutes)).time() <= window.ends for wall in walls)
    assert len({quarter for at in found for quarter in quarters(at, minutes)}) == sum(
        len(quarters(at, minutes)) for at in found
    )
