"""How soon a therapist usually replies: the median over their last requests, with those not answered yet counted in.

Left out, the unanswered ones would make whoever leaves many of them look quick. So the median is that of Kaplan and
Meier (1958): a request that still waits, or was taken back before an answer, counts as long as it waited.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Below this nothing is said, and older requests than this many do not count: our choices.
LEAST, LAST = 5, 20
# Taken back sooner than this, a request says nothing of how soon it would have been answered.
FAIR_CHANCE_HOURS = 24.0
SLOW_HOURS = 14 * 24.0
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Reply:
    """One request: how many hours until the answer; where there was none, how long it waited."""

    hours: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """`hours` is the median; None where fewer than half were ever answered. `low` to `high` is its 95 % interval."""

    hours: float | None
    low: float | None
    high: float | None
    n: int


def usual(replies: Iterable[Reply]) -> Usual | None:
    """Of the last requests, the newest last; None where there are too few to say anything."""
    last = [one for one in replies if one.answered or one.hours >= FAIR_CHANCE_HOURS][-LAST:]
    return middle(last) if len(last) >= LEAST else None


def middle(waits: Iterable[Reply]) -> Usual:
    """The median of any such waits, with its interval; how many are enough to be shown is for whoever asks."""
    last = list(waits)
    curve = list(_curve(last))
    return Usual(
        hours=_first(curve, lambda left, error: left <= 0.5),
        low=_first(curve, lambda left, error: left - 1.96 * error <= 0.5),
        high=_first(curve, lambda left, error: left + 1.96 * error <= 0.5),
        n=len(last),
    )


def _curve(replies: Sequence[Reply]) -> Iterable[Point]:
    """Hours, the share still waiting after them, and its standard error (Greenwood 1926)."""
    left, spread, at_risk = 1.0, 0.0, len(replies)
    for one in sorted(replies, key=lambda each: (each.hours, not each.answered)):
        if one.answered:
            left *= 1 - 1 / at_risk
            spread += 1 / (at_risk * (at_risk - 1)) if at_risk > 1 else 0.0
            yield one.hours, left, left * spread**0.5
        at_risk -= 1


def _first(curve: Sequence[Point], reached: Callable[[float, float], bool]) -> float | None:
    return next((hours for hours, left, error in curve if reached(left, error)), None)


def in_words(found: Usual | None) -> str:
    """What a card says."""
    if found is None:
        return "has had too few requests here to say how soon they reply"
    if found.hours is None or found.hours > SLOW_HOURS:
        return f"often does not reply soon (of the last {found.n} requests)"
    return f"usually replies within {_within(found.hours)} (half of the last {found.n} requests)"


def _within(hours: float) -> str:
    if hours <= 24:
        return "a day"
    days = int(-(-hours // 24))
    return f"{days} days" if days < 7 else "a week" if days == 7 else "two weeks"
