"""When somebody new can be met: a weekly pattern with its exceptions, as moments that are right across a clock change.

A clock's time is what a therapist says ('Mondays at nine') and a moment is what a meeting has; the zone comes in from
outside, and so does the day. All times lie on a grid of a quarter of an hour, so that two meetings of different length
clash exactly where they share a quarter.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from accord.errors import UsageError

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Window:
    """From one time of the day to another; `kinds` are the meetings that may begin in it ('call', 'consultation')."""

    begins: time
    ends: time
    kinds: frozenset[str]

    def __post_init__(self) -> None:
        for name, at in (("begins", self.begins), ("ends", self.ends)):
            if at.minute % 15 or at.second or at.microsecond:
                raise UsageError(f"{name}: got {at:%H:%M:%S}, wanted a quarter of an hour, such as 09:15")
        if self.ends <= self.begins:
            raise UsageError(f"got {self.begins:%H:%M} to {self.ends:%H:%M}, wanted an end after the beginning")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a therapist keeps free for people who are new.

    weekly    weekday (0 is Monday) and window
    closed    days on which nothing of it holds
    extra     windows of single days, beside the weekly ones; they hold on closed days too
    """

    weekly: tuple[tuple[int, Window], ...] = ()
    closed: frozenset[date] = frozenset()
    extra: tuple[tuple[date, Window], ...] = ()

    def windows(self, day: date) -> list[Window]:
        usual = [] if day in self.closed else [one for weekday, one in self.weekly if weekday == day.weekday()]
        return [*usual, *(one for when, one in self.extra if when == day)]


def quarters(starts_at: datetime, minutes: int) -> list[datetime]:
    """The quarters of an hour that a meeting takes, each by the moment it begins, in UTC."""
    first = starts_at.astimezone(UTC)
    if first.minute % 15 or first.second or first.microsecond:
        raise UsageError(f"got {first:%H:%M:%S} (UTC), wanted a quarter of an hour, such as 09:15")
    return [first + QUARTER * place for place in range(-(-minutes // 15))]


def free_times(
    pattern: Pattern,
    kind: str,
    minutes: int,
    zone: tzinfo,
    *,
    after: datetime,
    until: date,
    taken: Collection[datetime] = (),
) -> list[datetime]:
    """The moments (UTC) at which a meeting of this kind and length can begin, in order.

    after    the first moment that is not too soon
    until    the last day, on the therapist's own calendar
    taken    quarters, in UTC, that something else holds already
    """
    held, found = set(taken), set[datetime]()
    for day in _days(after.astimezone(zone).date(), until):
        for window in pattern.windows(day):
            if kind in window.kinds:
                found.update(_beginnings(day, window, minutes, zone))
    return [at for at in sorted(found) if at >= after and held.isdisjoint(quarters(at, minutes))]


def _days(first: date, last: date) -> Iterator[date]:
    for place in range((last - first).days + 1):
        yield first + timedelta(days=place)


def _beginnings(day: date, window: Window, minutes: int, zone: tzinfo) -> Iterable[datetime]:
    """One after the other, each whole quarters long; a time that the clock jumps over that day does not exist."""
    stride = QUARTER * -(-minutes // 15)
    clock, end = datetime.combine(day, window.begins), datetime.combine(day, window.ends)
    while clock + timedelta(minutes=minutes) <= end:
        at = clock.replace(tzinfo=zone).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None) == clock:
            yield at
        clock += stride
