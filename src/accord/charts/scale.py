"""Where things go: scales, round ticks, labels that do not touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isfinite, log10

FONT = 13.0
# Wider than most system fonts' average, so that what is thought to fit does fit.
_EM = 0.58
_INSET = 9.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The plot's rectangle inside the picture, and the values at its edges."""

    width: float
    left: float
    right: float
    top: float
    bottom: float
    xs: tuple[float, float]
    ys: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.xs
        span = self.right - self.left - 2 * _INSET
        return self.left + _INSET + span * ((value - low) / (high - low) if high > low else 0.5)

    def y(self, value: float) -> float:
        low, high = self.ys
        return self.bottom - (self.bottom - self.top) * (min(max(value, low), high) - low) / (high - low)


def known(value: float | None) -> float | None:
    """The value, or None for what cannot be drawn."""
    return value if value is not None and isfinite(value) else None


def reach(low: float, high: float, values: Sequence[float | None]) -> tuple[float, float]:
    """The range given, widened where a value lies outside: a value is never moved to fit the picture."""
    if not (isfinite(low) and isfinite(high)) or low > high:
        raise ValueError(f"low and high must be finite and in order, got {low} and {high}")
    found = [value for value in map(known, values) if value is not None]
    low, high = min([low, *found]), max([high, *found])
    return (low, high) if high > low else (low - 1, high + 1)


def runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    """The unbroken stretches between gaps."""
    run: list[Point] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most `most` levels at multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10((high - low) / most))
    step = next((n * power for n in (1, 2, 5, 10, 20) if _count(low, high, n * power) <= most), (high - low) or 1.0)
    first = floor(low / step)
    levels = [round(k * step, 10) for k in range(first, first + most + 3)]
    return [level for level in levels if low <= level <= high]


def _count(low: float, high: float, step: float) -> int:
    return floor(high / step) - floor(low / step) + 1


def text_width(content: str, font: float = FONT) -> float:
    return len(content) * font * _EM


def fitted(content: str, width: float) -> str:
    """The text, cut with an ellipsis when it is wider than the room for it."""
    most = max(int(width / (FONT * _EM)), 2)
    return content if len(content) <= most else content[: most - 1].rstrip() + "…"


def thinned(at: Sequence[float], labels: Sequence[str], gap: float = 8) -> list[int]:
    """Which x labels to show: every k-th when evenly spaced, else from the left whatever has room."""
    if len(at) > 2 and max(steps := [b - a for a, b in pairwise(at)]) - min(steps) < 1:
        for step in (*range(1, 6), *range(10, len(at), 5)):
            chosen = list(range(0, len(at), step))
            if _apart(chosen, at, labels, gap):
                return chosen
    return _greedy(at, labels, gap)


def _apart(chosen: list[int], at: Sequence[float], labels: Sequence[str], gap: float) -> bool:
    return all(at[b] - at[a] >= (text_width(labels[a]) + text_width(labels[b])) / 2 + gap for a, b in pairwise(chosen))


def _greedy(at: Sequence[float], labels: Sequence[str], gap: float) -> list[int]:
    chosen: list[int] = []
    for index in range(len(at)):
        if not chosen or _apart([chosen[-1], index], at, labels, gap):
            chosen.append(index)
    return chosen


def spread(wanted: Sequence[float], gap: float, top: float, bottom: float) -> list[float]:
    """Heights near the wanted ones, in the same order, at least `gap` apart while the room allows."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [0.0] * len(wanted)
    at = top - gap
    for index in order:
        at = placed[index] = max(wanted[index], at + gap)
    at = bottom + gap
    for index in reversed(order):
        at = placed[index] = min(placed[index], at - gap)
    return placed


def lanes(
    middles: Sequence[float], widths: Sequence[float], left: float, right: float
) -> list[tuple[float, int | None]]:
    """For each text, in x order: where its middle goes, and its row (None when three rows are full)."""
    ends = [-1e9, -1e9, -1e9]
    placed: list[tuple[float, int | None]] = []
    for wanted, width in zip(middles, widths, strict=True):
        if not width:
            placed.append((wanted, None))
            continue
        middle = min(max(wanted, left + width / 2), right - width / 2)
        row = next((k for k, end in enumerate(ends) if middle - width / 2 >= end + 8), None)
        if row is not None:
            ends[row] = middle + width / 2
        placed.append((middle, row))
    return placed
