"""One pass over the rows: each unit's small table of sums, which is all that is looked at again.

For a unit with rows C (all columns, y last), weights W and the columns Z of its own terms, the table is Z'W C. Units
are numbered anew so that those of one parent stand together. `total` is C'W C of everything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from accord.evidence.mixed import Floats, Ints
from accord.evidence.mixed.design import Design

ROWS = 262_144
# From so many rows on, compiling and loading the kernels is won back.
COMPILED_FROM = 200_000
Told = Callable[[int, int], None] | None


@dataclass(frozen=True, slots=True)
class Units:
    """The units of one level: `table` [units, q, c], where each one's parent's units begin, which rows of labels."""

    at: tuple[int, ...]
    blocks: tuple[slice, ...]
    table: Floats
    starts: Ints
    order: Ints
    parent: Ints


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything a nested model is fitted from; levels from the innermost out."""

    units: tuple[Units, ...]
    total: Floats
    x: tuple[int, ...]
    n: int
    log_weights: float
    compiled: bool

    @property
    def columns(self) -> int:
        return len(self.total)


def parents(design: Design) -> list[Ints] | None:
    """For each level but the last, each unit's parent in the next; None where they are not nested."""
    found = []
    for inner, outer in zip(design.levels, design.levels[1:], strict=False):
        parent = np.empty(inner.size, np.int64)
        parent[inner.codes] = outer.codes
        if not np.array_equal(parent[inner.codes], outer.codes):
            return None
        found.append(parent)
    return found


def reduce(
    design: Design, x: Sequence[int], up: Sequence[Ints], compiled: bool | None = None, told: Told = None
) -> Sums:
    """The sums of a design whose levels are nested by `up` (`parents`); `x` are the fixed effects' columns."""
    compiled = design.n >= COMPILED_FROM if compiled is None else compiled
    orders = _orders(design, up)
    within = [k for k, level in enumerate(design.levels) if k and set(level.at) <= set(design.levels[0].at)]
    tables, total = (_compiled_tables if compiled else _tables)(design, within, told)
    units: list[Units] = []
    for k, level in enumerate(design.levels):
        number = _inverse(orders[k + 1]) if k < len(up) else np.zeros(1, np.int64)
        parent = number[up[k][orders[k]]] if k < len(up) else np.zeros(level.size, np.int64)
        starts = np.searchsorted(parent, np.arange(len(number) + 1))
        table = _from_inner(units, k, level.at) if k in within else _sorted(tables[k], orders[k])
        units.append(Units(level.at, level.blocks, table, starts, orders[k], parent))
    logs = 0.0 if design.weights is None else float(np.log(design.weights).sum())
    return Sums(tuple(units), total, tuple(x), design.n, logs, compiled)


def _inverse(order: Ints) -> Ints:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank


def _sorted(table: Floats, order: Ints) -> Floats:
    return table if (order[1:] > order[:-1]).all() else table[order]


def _orders(design: Design, up: Sequence[Ints]) -> list[Ints]:
    """For each level the units in an order that keeps those of one parent together, outermost first."""
    orders = [np.arange(design.levels[-1].size)]
    for parent in reversed(up):
        orders.insert(0, np.argsort(_inverse(orders[0])[parent], kind="stable"))
    return orders


def blocks(design: Design, told: Told = None) -> Any:
    """Some rows at a time, centred and scaled: [rows, columns], the weights, and where they stand."""
    columns, c = design.columns, len(design.columns)
    for first in range(0, design.n, ROWS):
        part = slice(first, min(first + ROWS, design.n))
        block = np.empty((part.stop - part.start, c))
        for k in range(c):
            np.subtract(columns[k][part], design.centre[k], out=block[:, k])
            block[:, k] /= design.scale[k]
        yield block, None if design.weights is None else design.weights[part], part
        if told:
            told(part.stop, design.n)


def _tables(design: Design, within: Sequence[int], told: Told) -> tuple[list[Floats], Floats]:
    """The reference: one weighted count for each cell of the tables."""
    c = len(design.columns)
    made = [np.zeros((level.size, len(level.at), c)) for level in design.levels]
    total = np.zeros((c, c))
    for block, weights, part in blocks(design, told):
        weighed = block if weights is None else block * weights[:, None]
        total += block.T @ weighed
        for k, level in enumerate(design.levels):
            if k in within:
                continue
            for r, place in enumerate(level.at):
                for column in range(c):
                    cells = np.bincount(level.codes[part], block[:, place] * weighed[:, column], level.size)
                    made[k][:, r, column] += cells
    return made, (total + total.T) / 2


def _compiled_tables(design: Design, within: Sequence[int], told: Told) -> tuple[list[Floats], Floats]:
    from accord.evidence.mixed.kernel import add

    c = len(design.columns)
    made = [np.zeros((level.size, len(level.at), c)) for level in design.levels]
    total = np.zeros((c, c))
    weights = np.ones(0) if design.weights is None else design.weights
    for first in range(0, design.n, ROWS):
        last = min(first + ROWS, design.n)
        for k, level in enumerate(design.levels):
            if k not in within:
                extra = total if k == 0 else np.zeros((c, c))
                add(design, weights, level.codes, np.array(level.at), first, last, made[k], extra)
        if told:
            told(last, design.n)
    return made, (total + total.T) / 2


def _from_inner(units: Sequence[Units], k: int, at: tuple[int, ...]) -> Floats:
    """Tables of an outer level out of those of the innermost, whose columns hold its own."""
    table = units[0].table[:, [units[0].at.index(place) for place in at]]
    for level in units[:k]:
        table = np.add.reduceat(table, level.starts[:-1], axis=0)
    return table


def some(sums: Sums, chosen: Ints, total: Floats, n: int) -> Sums:
    """The same with the outermost units `chosen`, each as often as it stands there; `total` and `n` are theirs."""
    units: list[Units] = []
    picked = chosen
    for level in reversed(sums.units):
        if units:
            sizes = np.diff(level.starts)[picked]
            starts = np.concatenate([[0], np.cumsum(sizes)])
            inside = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
            parent = np.repeat(np.arange(len(picked)), sizes)
            picked = np.repeat(level.starts[:-1][picked], sizes) + inside
        else:
            starts, parent = np.array([0, len(chosen)]), np.zeros(len(chosen), np.int64)
        units.insert(0, Units(level.at, level.blocks, level.table[picked], starts, level.order[picked], parent))
    return replace(sums, units=tuple(units), total=total, n=n)


def gram(design: Design, rows: Ints) -> Floats:
    """C'W C of some rows, centred and scaled as all are."""
    block = (np.stack([column[rows] for column in design.columns], axis=1) - design.centre) / design.scale
    weighed = block if design.weights is None else block * design.weights[rows][:, None]
    made: Floats = block.T @ weighed
    return (made + made.T) / 2
