"""Some of the rows, reduced where they are to small tables, centred and scaled by their own means.

part = reduced(met(read("y ~ x + (1 | therapist)"), rows))    n, means, C'W C, each unit's Z'W C
moved(part, units(layout, mean, spread))                    the same, centred and scaled as all parts are
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from accord.errors import DataError, UsageError
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed import design as designing
from accord.evidence.mixed.columns import Side
from accord.evidence.mixed.design import Design, Level
from accord.evidence.mixed.formula import Formula
from accord.evidence.mixed.sums import parents, reduce
from accord.evidence.sharing.layout import Layout, Units, turn, units
from accord.outcome.columns import Floats, Ints

# What these make of a value hangs on all the others, which no part knows.
LEARNING = ("bs", "center", "cr", "cs", "poly", "scale")


class Met(NamedTuple):
    """A formula met with some of the rows: its layout, the design, and the rows that are whole."""

    layout: Layout
    design: Design
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Part:
    """What is left of some rows: `tables` by level, `cells` [innermost units, levels] who belongs to whom.

    `weight` is the mean of the weights, which are as they were given.
    """

    layout: Layout
    n: int
    weight: float
    log_weights: float
    mean: Floats
    spread: Floats
    where: Units
    total: Floats
    levels: tuple[str, ...]
    tables: tuple[Floats, ...]
    cells: Ints
    labels: tuple[tuple[str, ...], ...]

    @property
    def sizes(self) -> dict[str, int]:
        return {name: len(table) for name, table in zip(self.levels, self.tables, strict=True)}


def met(
    formula: Formula, data: Any, weights: str | None = None, *, known: Mapping[str, Sequence[str]] | None = None,
    also: Sequence[str] = (),
) -> Met | None:  # fmt: skip
    """Bring some of the rows into columns; None where none is whole. `known` are categories that others have.

    `also` are further columns that must be read. DataError, TableError or UsageError where they cannot be
    brought into columns.
    """
    y, x = read_columns.side(f"0 + {formula.response}"), read_columns.side(formula.fixed)
    inner = [read_columns.side(bar.inner) for bar in formula.bars]
    for one in (y, x, *inner):
        _learns(one.text)
    numbers = list(dict.fromkeys(name for one in (y, x, *inner) for name in one.used))
    groups = dict.fromkeys(name for bar in formula.bars for name in bar.group)
    given = read_columns.frame(data, list(dict.fromkeys([*numbers, *groups, *also])))
    rows, weighed, called = designing.with_weights(given, data, weights)
    for name in also:
        if blank := rows[name].null_count():
            raise DataError(f"the column {name} is blank in {blank} rows; wanted who a row is about, in every row")
    whole, gaps = read_columns.whole_rows(rows, [*numbers, *([called] if weighed else [])])
    if not whole.height:
        return None
    w = designing.positive(whole[called]) if weighed else None
    ghosts = _ghosts(whole, known or {})
    made: dict[str, Floats] = {}
    fixed, x = designing.columns_of(x, ghosts, made)
    bars = [designing.columns_of(one, ghosts, made) for one in inner]
    response = designing.response_of(y, whole, formula)
    place = designing.places([fixed, *(names for names, _ in bars)])
    layout = Layout(
        formula.text, (*(name for name, _ in place), formula.response), designing.at_places(fixed, place),
        tuple(designing.at_places(names, place) for names, _ in bars),
        _categories(ghosts, [x, *(side for _, side in bars)]), weights,
    )  # fmt: skip
    columns = tuple(designing.kept(column) for column in [*(made[name][: whole.height] for name, _ in place), response])
    levels = _levels(layout, whole)
    where = units(layout, *moments(columns))
    notes = designing.notes_of(rows.height - whole.height, gaps)
    return Met(
        layout,
        Design(formula, x, layout.names, columns, layout.x, levels, w, 1.0, *where, gaps, rows.height, notes),
        whole,
    )


def _learns(text: str) -> None:
    import re

    found = re.search(rf"(?<![\w.`])({'|'.join(LEARNING)})\s*\(", text)
    if found:
        raise UsageError(
            f"the terms {text[:80]!r}: {found[1]}() learns from all the rows, and no part of them knows the others; "
            "write the numbers into the formula, as I((x - 40) / 10)"
        )


def _ghosts(whole: pl.DataFrame, known: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """The rows, and one more for each category that others have: so that every part makes the same columns."""
    kinds = {name: pl.Enum(list(dict.fromkeys(those))) for name, those in known.items() if name in whole.columns}
    words = whole.with_columns(pl.col(name).cast(pl.String).cast(kind, strict=False) for name, kind in kinds.items())
    more = [words]
    for name, kind in kinds.items():
        if words[name].null_count():
            other = whole.filter(words[name].is_null())[name][0]
            raise DataError(f"the column {name} holds {other!r}, wanted one of {', '.join(kind.categories)}")
        more += [words.head(1).with_columns(pl.lit(value, kind).alias(name)) for value in kind.categories]
    return pl.concat(more)


def _categories(rows: pl.DataFrame, sides: Sequence[Side]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The columns of words that are used, and what stands in them, first what the others are compared with."""
    found: dict[str, tuple[str, ...]] = {}
    for side in sides:
        state = getattr(side.spec, "encoder_state", {}) or {}
        for factor, (_, learned) in state.items():
            if isinstance(learned, Mapping) and "categories" in learned:
                found[str(factor)] = tuple(str(one) for one in learned["categories"])
    return tuple(found.items())


def _levels(layout: Layout, whole: pl.DataFrame) -> tuple[Level, ...]:
    levels = []
    for level in layout.levels:
        codes, labels = designing.grouped(whole, level.terms[0].bar.group)
        levels.append(Level(level.name, codes, labels, level.terms))
    return tuple(sorted(levels, key=lambda level: -level.size))


def moments(columns: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Mean and standard deviation (of n, not n - 1) of each column."""
    return np.array([column.mean() for column in columns]), np.array([column.std() for column in columns])


def mean_weight(design: Design) -> float:
    return 1.0 if design.weights is None else float(design.weights.mean())


def reduced(of: Met, compiled: bool | None = None) -> Part:
    """The tables of a part; DataError where its levels are not one inside the other."""
    design = of.design
    up = parents(design)
    if up is None:
        names = " and ".join(level.name for level in design.levels)
        raise DataError(
            f"{names}: somebody belongs to two of these; from parts only levels that lie one inside the other can be "
            "fitted. Fit that on one machine, or leave one of the random terms out"
        )
    sums = reduce(design, design.x, up, compiled)
    cells = np.empty((len(sums.units[0].table), len(design.levels)), np.int64)
    cells[:, 0] = np.arange(len(cells))
    for k in range(1, len(design.levels)):
        cells[:, k] = sums.units[k - 1].parent[cells[:, k - 1]]
    labels = tuple(_labels(level, one.order) for level, one in zip(design.levels, sums.units, strict=True))
    return Part(
        of.layout, design.n, mean_weight(design), sums.log_weights, *moments(design.columns),
        Units(design.centre, design.scale), sums.total,
        tuple(level.name for level in design.levels), tuple(one.table for one in sums.units), cells, labels,
    )  # fmt: skip


def _labels(level: Level, order: Ints) -> tuple[str, ...]:
    shown = pl.concat_str([pl.col(name).cast(pl.String) for name in level.labels.columns], separator=":")
    return tuple(level.labels.select(shown.alias("level"))["level"].gather(order).to_list())


def moved(part: Part, where: Units) -> Part:
    """The same part, centred and scaled in another way."""
    T = turn(part.layout, part.where, where)
    at = {level.name: list(level.at) for level in part.layout.levels}
    tables = []
    for name, table in zip(part.levels, part.tables, strict=True):
        # A bar's own shift needs its own intercept; without one `turn` has nothing to shift there.
        own = _own(part.layout, T, at[name])
        tables.append(np.swapaxes(own, 0, 1) @ table @ T)
    return replace(part, where=where, total=T.T @ part.total @ T, tables=tuple(tables))


def _own(layout: Layout, T: Floats, at: list[int]) -> Floats:
    """T of a level's columns, bar by bar: a column may stand in two bars of one level."""
    level = next(level for level in layout.levels if list(level.at) == at)
    made = np.zeros((len(at), len(at)))
    for term, block in zip(level.terms, level.blocks, strict=True):
        made[block, block] = T[np.ix_(term.at, term.at)]
    return made


def pooled_moments(parts: Sequence[Part]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column over all parts (Chan, Golub & LeVeque 1983)."""
    n = np.array([part.n for part in parts], np.float64)
    means, spreads = np.array([part.mean for part in parts]), np.array([part.spread for part in parts])
    mean = (n @ means) / n.sum()
    return mean, np.sqrt((n @ (spreads**2 + (means - mean) ** 2)) / n.sum())
