"""Room and waiting in words: nothing about fewer than ten people, and no therapist who could be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from accord.fit.replies import middle
from accord.web.design.environment import plural
from accord.web.fit import queries
from accord.web.fit.queries.capacity import COUNTED, Waits
from accord.web.people.asker import Asker

SMALLEST, APART = 10, 3
"""People, and therapists, below which nothing is said of how long they wait or let wait."""


@dataclass(frozen=True)
class Figures:
    """Each with its name: what there is, and how long people wait."""

    counts: Sequence[tuple[str, str]]
    waits: Sequence[tuple[str, str]]


def figures(asker: Asker, now: datetime) -> Figures | None:
    """What a manager reads."""
    one = queries.capacity(asker, now)
    if one is None:
        return None
    counts = [
        ("Places open", str(one.places)),
        ("Therapists with a place", f"{one.with_room} of {one.therapists}"),
        ("Show a page", f"{one.published} of {one.therapists}"),
        ("Have named free times", f"{one.with_times} of {one.therapists}"),
        (f"Requests in {COUNTED.days} days", _count(len(one.answers.waits))),
        ("On the waiting list", _count(len(one.waited))),
    ]
    waits = [
        ("Until the first answer", _half(one.answers, "answered")),
        ("Until the first meeting", _half(one.meetings, "met")),
        ("Those on the list now", _so_far(one.waited)),
    ]
    return Figures(counts, waits)


def _count(count: int) -> str:
    return str(count) if count >= SMALLEST else f"fewer than {SMALLEST}"


def _half(waits: Waits, what: str) -> str:
    """The median with its 95 % interval; those that still wait count as long as they waited."""
    if len(waits.waits) < SMALLEST:
        return "too few to say"
    if waits.therapists < APART:
        return "not said of so few therapists"
    found = middle(waits.waits)
    if found.hours is None:
        return f"fewer than half have {'been answered' if what == 'answered' else 'met'} so far"
    low, high = (None if each is None else spoken(each) for each in (found.low, found.high))
    between = f"{low} to {high}" if high else f"{low} or more"
    return f"half within {spoken(found.hours)} (probably {between})"


def _so_far(waited: Sequence[float]) -> str:
    if len(waited) < SMALLEST:
        return "too few to say"
    return f"half of them have waited {plural(round(median(waited)), 'day')} or longer"


def spoken(hours: float) -> str:
    """'5 hours', '3 days'."""
    if hours < 48:
        return plural(max(1, round(hours)), "hour")
    return plural(round(hours / 24), "day")
