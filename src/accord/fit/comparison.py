"""Side by side: item by item, with the noise of a single rating. It ends in two questions, not in arithmetic.

No total is made: being at ease with somebody and believing that they can help are two things.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from accord.fit.impressions import SEEKER, Impression, Question

# SD of one rating around what somebody would say on average. Our assumption: 0.82 sqrt(1 - 0.93) sqrt(8) = 0.61, the
# error of one item of the Alliance check-in in simulated courses (docs/alliance.md). Nobody has measured these items.
NOISE = 0.6
NOISE_SOURCE = "our assumption, after the simulated Alliance check-in; not measured"
CLOSE = "too close to tell apart"
QUESTIONS = ("Could you be honest with this person?", "Do you think they can help?")
ENDING = "Then it is enough to begin; you can change later."


@dataclass(frozen=True, slots=True)
class Mark:
    """What one therapist got on one item. `low` and `high` bound what the same person might as well have ticked."""

    therapist: str
    first: int | None
    next: int | None
    low: float | None
    high: float | None

    @property
    def value(self) -> int | None:
        """What is compared: the next day's rating, and the first one until there is a next."""
        return self.first if self.next is None else self.next


@dataclass(frozen=True, slots=True)
class Difference:
    """Two therapists who can be told apart on one item."""

    higher: str
    lower: str
    by: int


@dataclass(frozen=True, slots=True)
class Line:
    """One item: a mark for each therapist in the order of meeting, and who can be told apart."""

    item: Question
    marks: tuple[Mark, ...]
    apart: tuple[Difference, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything to look at side by side. `threshold` is the least difference that tells two ratings apart."""

    order: tuple[str, ...]
    lines: tuple[Line, ...]
    threshold: float
    recent: str | None
    questions: tuple[str, ...] = QUESTIONS
    ending: str = ENDING


def threshold(noise: float = NOISE) -> float:
    """1.96 sqrt(2) SD: a smaller difference between two single ratings is made by chance alone too often."""
    return 1.96 * math.sqrt(2) * noise


def compare(impressions: Iterable[Impression], noise: float = NOISE) -> Comparison:
    """The impressions of one seeker, side by side. Of several meetings with one therapist the latest counts."""
    last: dict[str, list[Impression]] = {}
    for each in sorted(impressions, key=lambda one: one.met):
        before = last.get(each.therapist, [])
        last[each.therapist] = [*(one for one in before if one.met == each.met), each]
    order = sorted(last, key=lambda name: last[name][0].met)
    lines = tuple(_line(item, [(name, last[name]) for name in order], noise) for item in SEEKER)
    return Comparison(tuple(order), lines, threshold(noise), _recent(order, lines))


def _line(item: Question, met: list[tuple[str, list[Impression]]], noise: float) -> Line:
    marks = tuple(_mark(name, item.id, rated, noise) for name, rated in met)
    apart = tuple(
        Difference(high.therapist, low.therapist, high.value - low.value)
        for a, b in combinations(marks, 2)
        for high, low in ((a, b), (b, a))
        if high.value is not None and low.value is not None and high.value - low.value >= threshold(noise)
    )
    return Line(item, marks, apart, _words(marks, apart))


def _mark(name: str, item: str, rated: list[Impression], noise: float) -> Mark:
    by_day = {each.day: each.answer(item) for each in rated}
    first, following = by_day.get("first"), by_day.get("next")
    value = first if following is None else following
    if value is None:
        return Mark(name, first, following, None, None)
    return Mark(name, first, following, max(0.0, value - 1.96 * noise), min(5.0, value + 1.96 * noise))


def _words(marks: tuple[Mark, ...], apart: tuple[Difference, ...]) -> str:
    rated = sum(mark.value is not None for mark in marks)
    if rated < 2:
        return "not enough answers to compare"
    return "; ".join(f"you rated {each.higher} {each.by} higher than {each.lower}" for each in apart) or CLOSE


def _recent(order: list[str], lines: tuple[Line, ...]) -> str | None:
    """The pull of whom one met last, and what the next day made of it where both days are there."""
    if len(order) < 2:
        return None
    both = [mark for line in lines for mark in line.marks[-1:] if mark.first is not None and mark.next is not None]
    words = f"You met {order[-1]} last. Whoever one met last tends to stand out, for that reason alone."
    if not both:
        return f"{words} Rating again the next day takes some of that away."
    moved = sum((mark.next or 0) - (mark.first or 0) for mark in both) / len(both)
    if round(moved, 1) == 0:
        return f"{words} The next day you rated {order[-1]} about the same."
    side = "higher" if moved > 0 else "lower"
    return f"{words} The next day you rated {order[-1]} {abs(moved):.1f} {side}, on average over {len(both)} items."
