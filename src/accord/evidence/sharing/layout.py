"""What all parts of the data must have in common: the formula, its columns, where each bar's stand, the categories.

Parts with the same layout can be put together; `differs` names the first thing in which two do not agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from accord.errors import DataError
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed import design as designing
from accord.evidence.mixed.columns import INTERCEPT
from accord.evidence.mixed.design import Design, Level, Term
from accord.evidence.mixed.formula import read
from accord.outcome.columns import Floats, Ints


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a formula, y last; `bars` in the formula's order; categories by the column of the data."""

    formula: str
    names: tuple[str, ...]
    x: tuple[int, ...]
    bars: tuple[tuple[int, ...], ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...]
    weights: str | None

    @property
    def columns(self) -> int:
        return len(self.names)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The grouping factors in the formula's order, without anybody in them."""
        by_group: dict[tuple[str, ...], list[Term]] = {}
        for bar, at in zip(read(self.formula).bars, self.bars, strict=True):
            names = tuple(self.names[place] for place in at)
            by_group.setdefault(bar.group, []).append(Term(bar, at, names, read_columns.side(bar.inner)))
        nobody = np.zeros(0, np.int64)
        return tuple(Level(":".join(g), nobody, pl.DataFrame(), tuple(those)) for g, those in by_group.items())

    @property
    def movable(self) -> tuple[bool, ...]:
        """Which columns may be centred: those that stand beside an intercept, which takes the shift up."""
        one = self.names.index(INTERCEPT) if INTERCEPT in self.names[:-1] else -1
        beside = {at for side in (self.x, *self.bars) if one in side for at in side} - {one}
        return (*(at in beside for at in range(self.columns - 1)), one in self.x)


class Units(NamedTuple):
    """Where columns are centred and by what they are divided."""

    centre: Floats
    scale: Floats


def units(layout: Layout, mean: Floats, spread: Floats) -> Units:
    """The same as a fit of the whole chooses, from means and standard deviations."""
    may, one = np.array(layout.movable), np.array([name == INTERCEPT for name in layout.names[:-1]] + [False])
    size = np.where(may, spread, np.hypot(spread, mean))
    scale = np.where((size > 1e-9 * np.abs(mean)) & (size > 0), size, np.maximum(np.abs(mean), 1.0))
    return Units(np.where(may, mean, 0.0), np.where(one, 1.0, scale))


def turn(layout: Layout, old: Units, new: Units) -> Floats:
    """T with C~new = C~old T, for columns that were centred and scaled in one way and shall be in another."""
    T = np.diag(old.scale / new.scale)
    if INTERCEPT in layout.names[:-1]:
        one = layout.names.index(INTERCEPT)
        moved = (old.centre - new.centre) / new.scale
        T[one] += np.where(np.arange(layout.columns) == one, 0.0, moved)
    return T


def differs(one: Layout, other: Layout) -> str:
    """The first thing in which two layouts do not agree, in words; nothing where they agree."""
    if one.formula != other.formula:
        return f"its formula is {other.formula!r}, the first one's {one.formula!r}"
    if one.weights != other.weights:
        return f"its weights are {other.weights or 'none'}, the first one's {one.weights or 'none'}"
    if one.categories != other.categories:
        return _categories(dict(one.categories), dict(other.categories))
    if one.names != other.names:
        return f"its columns are {', '.join(other.names)}, the first one's {', '.join(one.names)}"
    return "" if one == other else "its columns stand in other places than the first one's"


def _categories(one: dict[str, tuple[str, ...]], other: dict[str, tuple[str, ...]]) -> str:
    for name in [*one, *other]:
        first, its = one.get(name), other.get(name)
        if first != its:
            return (
                f"{name} has there {', '.join(its) if its else 'numbers'}, in the first one "
                f"{', '.join(first) if first else 'numbers'}; say at every site which there "
                f"are, as --levels {name}=a,b (in Python: levels={{'{name}': ['a', 'b']}})"
            )
    return "its categories stand in another order than the first one's"


def rowless(
    layout: Layout,
    sizes: Sequence[tuple[str, pl.DataFrame]],
    where: Units,
    n: int,
    weight: float,
    notes: tuple[str, ...],
) -> Design:
    """A design whose rows stayed where they are: `sizes` are the levels' names with their labels, innermost first."""
    formula, levels = read(layout.formula), {level.name: level for level in layout.levels}
    nothing = tuple(np.broadcast_to(np.float64(np.nan), (n,)) for _ in layout.names)
    there = tuple(replace(levels[name], labels=labels) for name, labels in sizes)
    for level in there:
        designing.enough(n, level.size, level.terms)
    fixed = read_columns.side(formula.fixed)
    return Design(formula, fixed, layout.names, nothing, layout.x, there, None, weight, *where, {}, n, notes)


def order(layout: Layout, sizes: dict[str, int]) -> tuple[str, ...]:
    """Levels from the one with most units to the one with fewest, as a fit of the whole has them."""
    return tuple(sorted((level.name for level in layout.levels), key=lambda name: -sizes[name]))


def parents(cells: Ints, outer: Ints, count: int, names: tuple[str, str]) -> Ints:
    """Each inner unit's parent, from pairs of (inner, outer); DataError where one has two."""
    parent = np.full(count, -1, np.int64)
    parent[cells] = outer
    if not np.array_equal(parent[cells], outer):
        raise DataError(
            f"one {names[0]} belongs to two of {names[1]}; put together from parts, each must lie in one. Fit that "
            "on one machine, or leave one of the two random terms out"
        )
    return parent
