"""What may leave a site, so that nothing leaves it of a few.

Ten people at least behind every number, and three for each column (DLMM refuses fewer; Luo et al. 2022): in all, and in
each block whose own sums are sent. A category that fewer than ten people have is refused, for X'X holds their sums; so
is a pair of categories, and a column that is unlike another one for fewer than ten: one taken from the other tells of
them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from accord.errors import RefusedError
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed.design import Level
from accord.evidence.sharing.part import Met
from accord.outcome.columns import Ints
from accord.outcome.withheld import SMALLEST

PER_COLUMN = 3
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """Who each row is about."""

    codes: Ints
    count: int

    def among(self, rows: Mask) -> int:
        """How many people these rows are about."""
        there = np.zeros(self.count, np.bool_)
        there[self.codes[rows]] = True
        return int(there.sum())

    def by(self, codes: Ints, size: int) -> Ints:
        """How many people each unit has."""
        pairs = np.unique(codes * self.count + self.codes)
        return np.bincount(pairs // self.count, minlength=size)


def people(rows: pl.DataFrame, person: str) -> People:
    codes, labels = read_columns.codes(rows[person])
    return People(codes, len(labels))


def single(of: Met, who: People) -> bool:
    """Whether a unit of the innermost level is one person, so that its sums would be a record of theirs."""
    inner = of.design.levels[0]
    return int(who.by(inner.codes, inner.size).max()) == 1


def check_all(of: Met, who: People, smallest: int = SMALLEST) -> None:
    """RefusedError where a site's totals would tell of a few."""
    columns, everyone = len(of.design.columns) - 1, np.ones(of.design.n, np.bool_)
    wanted = max(smallest, PER_COLUMN * columns)
    if who.count < wanted:
        raise RefusedError(
            f"{who.count} people in {of.design.n} rows; wanted {wanted} at least: {smallest}, and {PER_COLUMN} for "
            f"each of the {columns} columns. Nothing was shared"
        )
    _values(of, who, everyone, "", smallest)
    _pairs_of_columns(of, who, smallest)


def check_blocks(of: Met, who: People, smallest: int = SMALLEST) -> None:
    """RefusedError where the sums of one unit would tell of a few; units are named, for only the site sees this."""
    columns = len(of.design.columns) - 1
    wanted = max(smallest, PER_COLUMN * columns)
    for level in of.design.levels:
        counts = who.by(level.codes, level.size)
        small = np.flatnonzero(counts < wanted)
        if small.size:
            names = ", ".join(f"{_name(level, int(at))} has {counts[at]}" for at in small[:5])
            raise RefusedError(
                f"{small.size} of {level.size} blocks of {level.name} have too few people ({names}); wanted {wanted} "
                f"in each: {smallest}, and {PER_COLUMN} for each of the {columns} columns. Share in rounds instead: no "
                "block's sums leave the site then"
            )
        for at in range(level.size):
            _block(of, who, level, at, smallest)


def _block(of: Met, who: People, level: Level, at: int, smallest: int) -> None:
    rows = level.codes == at
    if not np.ptp(of.design.columns[-1][rows]) > 0:
        raise RefusedError(
            f"{of.design.formula.response} is the same in all rows of {_name(level, at)}, so its sums would tell it of "
            "everybody there. Share in rounds instead, or leave that block out"
        )
    _values(of, who, rows, f" of {_name(level, at)}", smallest)


def check_rounds(of: Met, who: People, smallest: int = SMALLEST) -> None:
    """RefusedError where a level has a few units with a few people each: from many answers their sums could be had."""
    for level in of.design.levels:
        fewest = int(who.by(level.codes, level.size).min())
        if level.size < smallest and fewest < smallest:
            raise RefusedError(
                f"{level.size} units of {level.name}, one of {fewest} people; wanted {smallest} units or {smallest} "
                "people in each, for an answer is a sum over them. Nothing was shared"
            )


def _name(level: Level, at: int) -> str:
    return f"{level.name} {':'.join(str(one) for one in level.labels.row(at))}"


def _values(of: Met, who: People, rows: Mask, where: str, smallest: int) -> None:
    """Every value of a column of words or of two numbers, and every pair of such values, is nobody's or that of ten."""
    kinds = list(_kinds(of))
    for name, value, those in kinds:
        count = who.among(those & rows)
        if 0 < count < smallest:
            raise RefusedError(
                f"{count} people{where} have {name} {value}; wanted none or {smallest} at least. Put values together, "
                f"leave {name} out, or leave these rows out"
            )
    for (one, value, those), (other, second, these) in combinations(kinds, 2):
        count = who.among(those & these & rows) if one != other else 0
        if 0 < count < smallest:
            raise RefusedError(
                f"{count} people{where} have {one} {value} with {other} {second}; wanted none or {smallest} at least. "
                f"Put values together, or leave {one} or {other} out"
            )


def _kinds(of: Met) -> Iterator[tuple[str, str, Mask]]:
    used = dict.fromkeys(
        name
        for side in (of.design.fixed, *(term.side for level in of.design.levels for term in level.terms))
        for name in side.used
    )
    for name in used:
        column = of.rows[name]
        values = column.unique(maintain_order=True)
        if column.dtype.is_numeric() and len(values) > 2:
            continue
        if len(values) < 2:
            continue
        if len(values) > 100:
            raise RefusedError(
                f"the column {name} has {len(values)} different words; wanted 100 at most. Put values together"
            )
        for value in values:
            yield name, str(value), (column == value).to_numpy()


def _pairs_of_columns(of: Met, who: People, smallest: int) -> None:
    """A column that is nought, or the same as another, for all but a few: then a difference of sums is of those few."""
    columns, names = of.design.columns[:-1], of.design.names
    for at, column in enumerate(columns):
        for other in (-1, *range(at)):
            unlike = column != 0 if other < 0 else column != columns[other]
            count = who.among(unlike)
            if 0 < count < smallest:
                words = "0" if other < 0 else f"the same as {names[other]}"
                raise RefusedError(
                    f"the column {names[at]} is {words} for all but {count} people; wanted all, or all but {smallest} "
                    "at least: their sums could be had by subtracting. Leave one of the two out, or put values together"
                )
