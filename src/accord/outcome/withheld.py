"""What may be told of many courses so that nothing can be told of one, not even by looking twice and subtracting.

Only quarters that are over count. They are put together, in order, until ten people stand on every side of a question;
then that group is closed. What is told is made of whole groups, so what two looks differ by is at least ten on every
side, too. Where nearly everybody is one colleague's, nothing is told: it would be that colleague's own figure.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import Generic, NamedTuple, Protocol, TypeVar

SMALLEST = 10
WINDOW = 12
"""Quarters: a figure is of about the last three years."""
FEW = "few"
ONE_COLLEAGUE = "one colleague"
MONTHS = (("January", "March"), ("April", "June"), ("July", "September"), ("October", "December"))


class Led(Protocol):
    """What has to be known of a course to keep it from being told: when it ended, and who led it."""

    @property
    def ended_on(self) -> date: ...
    @property
    def leaders(self) -> frozenset[Hashable]: ...


C = TypeVar("C", bound=Led)


class Level(NamedTuple):
    """One way to divide people: the names of the sides, and which side a course is on; None leaves it out."""

    sides: tuple[str, ...]
    side: Callable[..., str | None]


class Group(NamedTuple, Generic[C]):
    """Quarters put together, from the first to the last, and the courses in them."""

    first: int
    last: int
    courses: tuple[C, ...]


def quarter(day: date) -> int:
    """Its number: four a year."""
    return day.year * 4 + (day.month - 1) // 3


def in_words(first: int, last: int) -> str:
    """'April to June 2026', 'October 2024 to June 2026'."""
    (year, part), (last_year, last_part) = divmod(first, 4), divmod(last, 4)
    begun = MONTHS[part][0] if year == last_year else f"{MONTHS[part][0]} {year}"
    return f"{begun} to {MONTHS[last_part][1]} {last_year}"


def by_quarter(courses: Iterable[C], today: date) -> list[Group[C]]:
    """Quarters that are over, in order, those without anybody left out."""
    found: dict[int, list[C]] = {}
    for one in courses:
        if (number := quarter(one.ended_on)) < quarter(today):
            found.setdefault(number, []).append(one)
    return [Group(number, number, tuple(found[number])) for number in sorted(found)]


def joined(pieces: Sequence[Group[C]], level: Level, own: Hashable = None) -> list[Group[C]]:
    """Pieces put together until each is enough. What is left over at the end is in none: it waits.

    `own` is whoever asks, where they lead courses themself: they know those, and could subtract them.
    """
    closed: list[Group[C]] = []
    first = 0
    gathered: list[C] = []
    for piece in pieces:
        first = first if gathered else piece.first
        gathered += [one for one in piece.courses if level.side(one) is not None]
        if why_not(gathered, level, own) is None:
            closed.append(Group(first, piece.last, tuple(gathered)))
            gathered = []
    return closed


def why_not(courses: Sequence[Led], level: Level, own: Hashable = None) -> str | None:
    """What keeps these from being told: fewer than ten on a side, or that they are one colleague's."""
    counts = Counter(level.side(one) for one in courses)
    if min(counts[name] for name in level.sides) < SMALLEST:
        return FEW
    others = [one for one in courses if own is None or own not in one.leaders]
    leading = Counter(leader for one in others for leader in one.leaders)
    most = max(leading.values(), default=0)
    return ONE_COLLEAGUE if others and len(others) - most < SMALLEST else None


def recent(groups: Sequence[Group[C]], today: date) -> list[Group[C]]:
    """Whole groups alone: part of one would be a smaller group."""
    return [one for one in groups if one.last >= quarter(today) - WINDOW]
