"""Sudden gains and losses between two sessions (Tang & DeRubeis 1999), with criterion 3 as it was published."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accord.errors import TableError, UsageError
from accord.outcome import words
from accord.outcome.rule import VERSION, Better

if TYPE_CHECKING:
    from numpy.typing import NDArray

# t of .975 by degrees of freedom, as published: three ratings on each side, or two where one is missing.
T_975 = {2: 4.303, 3: 3.182, 4: 2.776}
AROUND, NEEDED = 3, 2


@dataclass(frozen=True, slots=True)
class GainRule:
    """The three criteria. From session n to n + 1:

    cut      1: the score moves by so many points (7 of the BDI, or the reliable change of the measure)
    share    2: and by this share of the score before
    welch    3: with the standard error sqrt(s1^2/n1 + s2^2/n2); as published it lacks the 1/n
    losses   the mirror: sudden losses
    one_to_two    also from session 1 to 2, which needs a rating before the first session
    """

    cut: float = 7.0
    share: float = 0.25
    welch: bool = False
    losses: bool = False
    one_to_two: bool = False
    better: Better = "lower"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.cut) and self.cut > 0):
            raise UsageError(f"cut: got {self.cut}, wanted a number of points above 0")
        if not 0 <= self.share <= 1:
            raise UsageError(f"share: got {self.share}, wanted a number from 0 to 1")
        if self.better not in ("lower", "higher"):
            raise UsageError(f"better: got {self.better!r}, wanted lower or higher")

    @property
    def way(self) -> int:
        """1 where the scores looked for rise, -1 where they fall."""
        return 1 if (self.better == "higher") != self.losses else -1

    @property
    def method(self) -> str:
        return f"sudden-{'losses' if self.losses else 'gains'}{', Welch' if self.welch else ''}"


@dataclass(frozen=True, slots=True)
class Gain:
    """One sudden gain or loss, after `session`. `value` points, at least `threshold`; `back`: half of it was lost."""

    session: int
    before: float
    after: float
    back: bool
    value: float
    threshold: float
    n_used: int
    method: str
    reason: str
    version: str = VERSION


def gains(values: Sequence[float | None], rule: GainRule | None = None, first: int = 1) -> tuple[Gain, ...]:
    """Those of one person: a value a session, None where there is none; `first` is the number of the first one."""
    rule = rule or GainRule()
    given = [None if value is None or math.isnan(value) else float(value) for value in values]
    found = []
    for place in range(len(given) - 1):
        before, after = given[place], given[place + 1]
        if before is None or after is None or (first + place < 2 and not rule.one_to_two):
            continue
        earlier = _rated(given[max(place - AROUND + 1, 0) : place + 1])
        later = _rated(given[place + 1 : place + 1 + AROUND])
        moved = rule.way * (after - before)
        if moved >= rule.cut and moved >= rule.share * before and _differ(earlier, later, rule):
            half = before + (after - before) / 2
            back = any(rule.way * value <= rule.way * half for value in _rated(given[place + 2 :]))
            reason, n = words.gain(before, after, first + place, back), len(earlier) + len(later)
            found.append(Gain(first + place, before, after, back, moved, rule.cut, n, rule.method, reason))
    return tuple(found)


def _rated(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _differ(earlier: list[float], later: list[float], rule: GainRule) -> bool:
    """Criterion 3: the mean of three before and of three after differ by more than t times their pooled SD."""
    n, m = len(earlier), len(later)
    if n < NEEDED or m < NEEDED:
        return False
    before, after = sum(earlier) / n, sum(later) / m
    squares = sum((value - before) ** 2 for value in earlier), sum((value - after) ** 2 for value in later)
    if rule.welch:
        error = math.sqrt(squares[0] / (n - 1) / n + squares[1] / (m - 1) / m)
    else:
        error = math.sqrt((squares[0] + squares[1]) / (n + m - 2))
    return rule.way * (after - before) > T_975[n + m - 2] * error


@dataclass(frozen=True, eq=False)
class Gains:
    """All of a table: the row each stands in, the session before it, the two scores, whether half was lost again."""

    row: "NDArray[Any]"
    session: "NDArray[Any]"
    before: "NDArray[Any]"
    after: "NDArray[Any]"
    back: "NDArray[Any]"
    rule: GainRule

    @property
    def people(self) -> int:
        return len(set(self.row.tolist()))

    @property
    def sizes(self) -> "NDArray[Any]":
        sizes: NDArray[Any] = self.rule.way * (self.after - self.before)
        return sizes


def gains_table(values: Any, rule: GainRule | None = None, first: int = 1) -> Gains:
    """The same for a table [person, session], NaN where there is no rating."""
    import numpy as np

    rule, given = rule or GainRule(), np.asarray(values, np.float64)
    if given.ndim != 2 or given.shape[1] < 2:
        raise TableError(f"got scores of the shape {given.shape}; wanted people by sessions, two sessions or more")
    found = []
    # What is still to come, from the end: the score that is furthest back towards where it was.
    furthest = np.full(len(given), np.nan)
    for place in reversed(range(given.shape[1] - 1)):
        if place + 2 < given.shape[1]:
            furthest = np.fmax(furthest, -rule.way * given[:, place + 2])
        if first + place < 2 and not rule.one_to_two:
            continue
        rows = _found(given, place, rule)
        before, after = given[rows, place], given[rows, place + 1]
        back = furthest[rows] >= -rule.way * (before + (after - before) / 2)
        found.append((rows, np.full(len(rows), first + place), before, after, back))
    empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, bool))
    columns = [np.concatenate(each) for each in zip(*(found or [empty]), strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    row, session, before, after, back = (column[order] for column in columns)
    return Gains(row, session, before, after, back, rule)


def _found(given: Any, place: int, rule: GainRule) -> Any:
    """The rows with a gain from one place to the next."""
    import numpy as np

    before = given[:, place]
    moved = rule.way * (given[:, place + 1] - before)
    rows = np.flatnonzero((moved >= rule.cut) & (moved >= rule.share * before))
    n, mean, squares = _side(given[rows, max(place - AROUND + 1, 0) : place + 1])
    m, after, beyond = _side(given[rows, place + 1 : place + 1 + AROUND])
    enough = (n >= NEEDED) & (m >= NEEDED)
    rows, n, m = rows[enough], n[enough], m[enough]
    mean, after, squares, beyond = mean[enough], after[enough], squares[enough], beyond[enough]
    if rule.welch:
        error = np.sqrt(squares / (n - 1) / n + beyond / (m - 1) / m)
    else:
        error = np.sqrt((squares + beyond) / (n + m - 2))
    t = np.array([np.nan, np.nan, *T_975.values()])[n + m - 2]
    return rows[rule.way * (after - mean) > t * error]


def _side(values: Any) -> Any:
    """How many ratings, their mean and their squares about it."""
    import numpy as np

    rated = ~np.isnan(values)
    n = rated.sum(axis=1)
    mean = np.where(rated, values, 0.0).sum(axis=1) / np.maximum(n, 1)
    return n, mean, np.where(rated, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
