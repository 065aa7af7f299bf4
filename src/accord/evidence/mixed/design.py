"""A formula met with data: columns side by side, who belongs to whom, and what had to be left out.

Columns of X, of every Z and y stand once each in `columns`; y is the last. They are centred and scaled for the
arithmetic alone, and only where that changes no model: `shift` turns everything back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from accord.errors import DataError, UsageError
from accord.evidence.mixed import Floats, Ints
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed.columns import INTERCEPT, Side
from accord.evidence.mixed.formula import Bar, Formula

SAMPLE = 200_000


@dataclass(frozen=True, slots=True)
class Term:
    """A bar with the columns of its Z, as places in `Design.columns`."""

    bar: Bar
    at: tuple[int, ...]
    names: tuple[str, ...]
    side: Side


@dataclass(frozen=True, slots=True)
class Level:
    """One grouping factor: who each row belongs to, and its terms, whose effects stand one after the other."""

    name: str
    codes: Ints
    labels: pl.DataFrame
    terms: tuple[Term, ...]

    @property
    def size(self) -> int:
        return self.labels.height

    @property
    def at(self) -> tuple[int, ...]:
        return tuple(place for term in self.terms for place in term.at)

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Where each term's effects stand among those of the level."""
        ends = np.cumsum([len(term.at) for term in self.terms])
        return tuple(slice(int(end) - len(term.at), int(end)) for term, end in zip(self.terms, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Design:
    """What is fitted. Levels stand from the one with most units to the one with fewest; `weights` have a mean of 1 and
    `weight` is what it was, so that the relative scale of the random effects does not hang on their unit."""

    formula: Formula
    fixed: Side
    names: tuple[str, ...]
    columns: tuple[Floats, ...]
    x: tuple[int, ...]
    levels: tuple[Level, ...]
    weights: Floats | None
    weight: float
    centre: Floats
    scale: Floats
    left_out: dict[str, int]
    rows_given: int
    notes: tuple[str, ...] = field(default=())

    @property
    def n(self) -> int:
        return len(self.columns[-1])

    @property
    def y(self) -> int:
        return len(self.columns) - 1


def design(formula: Formula, data: Any, weights: Any = None) -> Design:
    """Bring the data into columns; DataError, TableError or UsageError where they cannot carry the formula."""
    sides = {"y": read_columns.side(f"0 + {formula.response}"), "x": read_columns.side(formula.fixed)}
    inner = [read_columns.side(bar.inner) for bar in formula.bars]
    numbers = list(dict.fromkeys(name for one in (*sides.values(), *inner) for name in one.used))
    groups = dict.fromkeys(name for bar in formula.bars for name in bar.group)
    rows, weighed, weight_name = with_weights(
        read_columns.frame(data, list(dict.fromkeys([*numbers, *groups]))), data, weights
    )
    whole, gaps = read_columns.whole_rows(rows, [*numbers, *([weight_name] if weighed else [])])
    if not whole.height:
        raise DataError(
            f"none of {rows.height} rows is whole: {_gaps(gaps) or 'there are none'}; nothing can be fitted"
        )
    response = response_of(sides["y"], whole, formula)
    _varies(response, formula)
    w = positive(whole[weight_name]) if weighed else None
    weight = float(w.mean()) if w is not None else 1.0
    even = None if w is None else w / weight
    made: dict[str, Floats] = {}
    fixed, sides["x"] = columns_of(sides["x"], whole, made)
    terms = []
    for bar, one in zip(formula.bars, inner, strict=True):
        names, learned = columns_of(one, whole, made)
        terms.append((bar, names, learned))
    place = places([fixed, *(names for _, names, _ in terms)])
    levels = _levels(terms, place, whole)
    columns = (*(kept(made[name]) for name, _ in place), kept(response))
    moved = [moves for _, moves in place] + [INTERCEPT in fixed]
    centre, scale = _units(columns, moved, place.get((INTERCEPT, True), -1))
    named = (*(name for name, _ in place), formula.response)
    return Design(
        formula, sides["x"], named, columns, at_places(fixed, place), levels, even, weight, centre, scale, gaps,
        rows.height, notes_of(rows.height - whole.height, gaps),
    )  # fmt: skip


def places(sides: Sequence[Sequence[str]]) -> dict[tuple[str, bool], int]:
    """Where each column stands. Beside an intercept, which takes the shift up, it is centred; elsewhere it is not, and
    a column that is needed in both ways stands twice."""
    place: dict[tuple[str, bool], int] = {}
    for names in sides:
        for name in names:
            place.setdefault((name, INTERCEPT in names), len(place))
    return place


def at_places(names: Sequence[str], place: dict[tuple[str, bool], int]) -> tuple[int, ...]:
    return tuple(place[name, INTERCEPT in names] for name in names)


def kept(column: Floats) -> Floats:
    """One row of numbers in a piece that nobody writes to: what the kernels are compiled for."""
    column = np.ascontiguousarray(column, np.float64).view()
    column.flags.writeable = False
    return column


def _gaps(gaps: dict[str, int]) -> str:
    return ", ".join(f"{name} is blank in {count}" for name, count in gaps.items())


def notes_of(dropped: int, gaps: dict[str, int]) -> tuple[str, ...]:
    return (f"{dropped} rows with a gap were left out ({_gaps(gaps)})",) if dropped else ()


def with_weights(rows: pl.DataFrame, data: Any, weights: Any) -> tuple[pl.DataFrame, bool, str]:
    """Weights are a column's name or a row of numbers; they get a name that no column has."""
    name = "weights"
    while name in rows.columns:
        name += "_"
    if weights is None:
        return rows, False, name
    given = (
        read_columns.frame(data, [weights])[weights]
        if isinstance(weights, str)
        else pl.Series(name, np.asarray(weights))
    )
    if len(given) != rows.height or not given.dtype.is_numeric():
        raise UsageError(f"weights: got {len(given)} of {given.dtype}, wanted a number for each of {rows.height} rows")
    return rows.with_columns(given.cast(pl.Float64).fill_nan(None).alias(name)), True, name


def positive(given: pl.Series) -> Floats:
    """Weights as they are; DataError where one is not above nought."""
    w = given.to_numpy().astype(np.float64)
    if not (w > 0).all():
        raise DataError(
            f"weights: got {w.min():g} in row {int(w.argmin()) + 1}, wanted more than 0; leave such rows out"
        )
    return w


def response_of(side: Side, whole: pl.DataFrame, formula: Formula) -> Floats:
    """What is to be explained, as one column; DataError where it is no number."""
    for name in side.used:
        if not whole[name].dtype.is_numeric() and not whole[name].dtype == pl.Boolean:
            raise DataError(f"the column {name} to be explained holds {whole[name].dtype}, wanted numbers")
    truths = [name for name in side.used if whole[name].dtype == pl.Boolean]
    made, _ = read_columns.matrix(side, whole.with_columns(pl.col(truths).cast(pl.Float64)) if truths else whole)
    if len(made) != 1:
        raise UsageError(f"the left side {formula.response!r} makes {len(made)} columns, wanted one")
    return next(iter(made.values()))


def _varies(y: Floats, formula: Formula) -> None:
    if len(y) > 1 and not np.ptp(y) > 0:
        raise DataError(f"{formula.response} is {y[0]:g} in all {len(y)} rows; nothing varies that could be explained")


def columns_of(side: Side, whole: pl.DataFrame, made: dict[str, Floats]) -> tuple[list[str], Side]:
    """The names of a side's columns, which are added to `made`, and the side with what it learned."""
    found, learned = read_columns.matrix(side, whole, made)
    made.update(found)
    return list(found), learned


def _levels(
    terms: Sequence[tuple[Bar, list[str], Side]], place: dict[tuple[str, bool], int], whole: pl.DataFrame
) -> tuple[Level, ...]:
    """Bars of the same grouping factor are one level; most units first."""
    by_group: dict[tuple[str, ...], list[Term]] = {}
    for bar, names, side in terms:
        by_group.setdefault(bar.group, []).append(Term(bar, at_places(names, place), tuple(names), side))
    levels = []
    for group, those in by_group.items():
        codes, labels = grouped(whole, group)
        enough(whole.height, labels.height, those)
        levels.append(Level(":".join(group), codes, labels, tuple(those)))
    return tuple(sorted(levels, key=lambda level: -level.size))


def grouped(whole: pl.DataFrame, group: tuple[str, ...]) -> tuple[Ints, pl.DataFrame]:
    codes, first = read_columns.codes(whole[group[0]])
    labels = pl.DataFrame({group[0]: first})
    for name in group[1:]:
        more, other = read_columns.codes(whole[name])
        codes, pairs = read_columns.codes(pl.Series(codes * len(other) + more))
        pair = pairs.to_numpy()
        labels = labels[pair // len(other)].with_columns(other[pair % len(other)].alias(name))
    return codes, labels


def enough(n: int, size: int, terms: Sequence[Term]) -> None:
    name = terms[0].bar.name
    if size < 2:
        raise DataError(f"{name} has one level in {n} rows; wanted two or more to tell them apart")
    if size >= n:
        raise DataError(
            f"{name} has {size} levels in {n} rows, so nobody was measured twice; wanted fewer levels than rows"
        )
    for term in terms:
        if size * len(term.at) >= n:
            raise DataError(
                f"the term {term.bar} has {size * len(term.at)} random effects and the data {n} rows; "
                "wanted more rows. Take a slope out, or bring in more sessions"
            )


def _units(columns: Sequence[Floats], moved: Sequence[bool], intercept: int) -> tuple[Floats, Floats]:
    """Where each column is centred and how it is scaled, from a sample of its rows."""
    step = max(1, len(columns[0]) // SAMPLE)
    centre, scale = np.zeros(len(columns)), np.ones(len(columns))
    for at, (column, moves) in enumerate(zip(columns, moved, strict=True)):
        if at == intercept:
            continue
        part = column[::step]
        mean, spread = float(part.mean()), float(part.std())
        if moves:
            centre[at] = mean
        else:
            spread = float(np.hypot(spread, mean))
        scale[at] = spread if spread > 1e-9 * abs(mean) else max(abs(mean), 1.0)
    return centre, scale


def shift(design: Design, at: Sequence[int]) -> Floats:
    """S with Z = Z~ S: how the columns at these places come from the centred and scaled ones."""
    S = np.diag(design.scale[list(at)])
    if INTERCEPT in design.names and (one := design.names.index(INTERCEPT)) in at:
        S[list(at).index(one)] += np.where(np.array(at) == one, 0.0, design.centre[list(at)])
    return S
