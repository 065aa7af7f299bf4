"""Parts put together, and the fit of what they make: the same numbers as from all rows in one place.

A unit that several parts saw (a therapist whose clients were spread over machines) is told by its label; without `same`
each part's units are its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from accord.errors import DataError, UsageError
from accord.evidence.mixed.design import Design
from accord.evidence.mixed.fitted import Fitted
from accord.evidence.mixed.likelihood import Nested
from accord.evidence.mixed.sums import COMPILED_FROM, Sums, Units
from accord.evidence.sharing import layout as laying
from accord.evidence.sharing.part import Part, moved, pooled_moments
from accord.outcome.columns import Floats, Ints


@dataclass(frozen=True)
class PooledFit(Fitted):
    """A fit from sums alone. All is there but what needs the rows."""

    def ranef(self) -> pl.DataFrame:
        """Each unit's effects; UsageError where the units stayed at their sites."""
        if not isinstance(self.likelihood.structure, Nested):
            raise UsageError("ranef: each unit's sums stayed at its site; nothing of a single unit is known here")
        return super().ranef()

    def predict(self, newdata: Any = None, level: str = "population") -> Floats:
        """Expected values of new rows by the fixed effects; UsageError for anything that needs the rows fitted."""
        if newdata is None:
            raise UsageError("predict: the rows stayed where they are; give new ones")
        if level != "population":
            raise UsageError(f"level: got {level!r}; from sums only population can be predicted")
        if self.design.fixed.products is None:
            raise UsageError("predict: what the fixed effects learned of the rows stayed with them; use numbers only")
        return super().predict(newdata, level)


@dataclass(frozen=True, slots=True)
class Whole:
    """What parts make together: the design without rows, and the sums."""

    design: Design
    sums: Sums


def joined(parts: Sequence[Part], *, same: bool = False, notes: tuple[str, ...] = ()) -> Whole:
    """All parts as one. `same`: units of one label are one unit, in whatever part they are."""
    agree(parts)
    layout, n = parts[0].layout, sum(part.n for part in parts)
    weight = sum(part.n * part.weight for part in parts) / n
    where = laying.units(layout, *pooled_moments(parts))
    numbers, labels = _numbered(parts, same)
    order = laying.order(layout, {name: len(those) for name, those in labels.items()})
    design = laying.rowless(
        layout, [(name, pl.DataFrame({name: labels[name]})) for name in order], where, n, weight, notes
    )
    turned = [moved(part, where) for part in parts]
    tables = {name: _table(turned, numbers[name], name, len(labels[name])) / weight for name in order}
    up = [_parent(parts, numbers, pair, len(labels[pair[0]])) for pair in pairwise(order)]
    total = np.sum([part.total for part in turned], axis=0) / weight
    logs = sum(part.log_weights for part in parts) - n * float(np.log(weight))
    units = _units(design, [tables[name] for name in order], up)
    return Whole(design, Sums(units, (total + total.T) / 2, design.x, n, logs, n >= COMPILED_FROM))


def agree(parts: Sequence[Part]) -> None:
    """DataError where the parts have not the same layout."""
    if not parts:
        raise DataError("there is no part to put together")
    for at, part in enumerate(parts[1:], 2):
        words = laying.differs(parts[0].layout, part.layout)
        if words:
            raise DataError(f"part {at} cannot be put to the others: {words}")


def _numbered(parts: Sequence[Part], same: bool) -> tuple[dict[str, list[Ints]], dict[str, list[str]]]:
    """Of each level, each part's units in the numbers of the whole, and their labels."""
    numbers: dict[str, list[Ints]] = {}
    labels: dict[str, list[str]] = {}
    for name in parts[0].levels:
        of = [part.labels[part.levels.index(name)] for part in parts]
        if same:
            flat = pl.Series([label for those in of for label in those])
            known = flat.unique(maintain_order=True)
            place = dict(zip(known.to_list(), range(len(known)), strict=True))
            numbers[name] = [np.array([place[label] for label in those], np.int64) for those in of]
            labels[name] = known.to_list()
        else:
            ends = np.cumsum([0, *(len(those) for those in of)])
            numbers[name] = [np.arange(a, b) for a, b in pairwise(ends)]
            labels[name] = [label for those in of for label in those]
    return numbers, labels


def _table(parts: Sequence[Part], numbers: Sequence[Ints], name: str, count: int) -> Floats:
    tables = [part.tables[part.levels.index(name)] for part in parts]
    made = np.zeros((count, *tables[0].shape[1:]))
    for number, table in zip(numbers, tables, strict=True):
        np.add.at(made, number, table)
    return made


def _parent(parts: Sequence[Part], numbers: dict[str, list[Ints]], pair: tuple[str, str], count: int) -> Ints:
    sides = [
        np.concatenate(
            [of[part.cells[:, part.levels.index(name)]] for of, part in zip(numbers[name], parts, strict=True)]
        )
        for name in pair
    ]
    return laying.parents(sides[0], sides[1], count, pair)


def _units(design: Design, tables: Sequence[Floats], up: Sequence[Ints]) -> tuple[Units, ...]:
    """Units in the order that the elimination wants: those of one parent together, outermost first."""
    orders = [np.arange(len(tables[-1]))]
    for parent in reversed(up):
        orders.insert(0, np.argsort(_rank(orders[0])[parent], kind="stable"))
    made = []
    for k, (level, table) in enumerate(zip(design.levels, tables, strict=True)):
        outer = _rank(orders[k + 1]) if k < len(up) else np.zeros(1, np.int64)
        parent = outer[up[k][orders[k]]] if k < len(up) else np.zeros(len(table), np.int64)
        starts = np.searchsorted(parent, np.arange(len(outer) + 1))
        made.append(Units(level.at, level.blocks, np.ascontiguousarray(table[orders[k]]), starts, orders[k], parent))
    return tuple(made)


def _rank(order: Ints) -> Ints:
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank


def fitted(design: Design, structure: Any, reml: bool, found: Any = None) -> PooledFit:
    """The fit of a structure whose rows are elsewhere; `found` looks for the optimum in another way than `fit`."""
    from accord.evidence.mixed.descent import minimise, settle
    from accord.evidence.mixed.fitting import enough_rows, told_apart
    from accord.evidence.mixed.likelihood import Likelihood

    total = structure.sums.total if isinstance(structure, Nested) else structure.total
    _varies(design, total)
    kept, design = told_apart(design, total)
    enough_rows(design, len(kept))
    structure = Nested(replace(structure.sums, x=kept)) if isinstance(structure, Nested) else structure.only(kept)
    likelihood = Likelihood(structure, reml)
    if found is not None:
        return PooledFit(design, likelihood, found(likelihood))
    return PooledFit(design, likelihood, settle(likelihood, minimise(likelihood, likelihood.start())))


def _varies(design: Design, total: Floats) -> None:
    y = total[-1, -1]
    if design.centre[-1] and not y > 1e-18 * design.n:
        raise DataError(
            f"{design.formula.response} is the same in all {design.n} rows; nothing varies that could be explained"
        )


def pooled(parts: Sequence[Part], *, method: str = "reml", same: bool = False) -> PooledFit:
    """The fit of all parts together, by "reml" or "ml"; equal to `fit` on their rows."""
    known_method(method)
    whole = joined(parts, same=same)
    return fitted(whole.design, Nested(whole.sums), method == "reml")


def known_method(method: str) -> None:
    if method not in ("reml", "ml"):
        raise UsageError(f"method: got {method!r}, wanted reml or ml")
