"""Cells as codes, numbers and days. What cannot be one is named by row and column, never guessed."""

import math
from typing import Any

import polars as pl

from accord.measures import load, names

Refused = tuple[int, str, str]
BLANK = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", ".")
# A score further out than this is a slip or a code for missing, and its square would drown all others.
FURTHEST = 1e6
LAST_SESSION = 100_000


def codes(cells: pl.Series) -> pl.Series:
    """Who it is: whole numbers stay, all else as text without space around it; null where blank."""
    if cells.dtype.is_integer():
        return cells
    if cells.dtype == pl.String or cells.dtype in (pl.Categorical, pl.Enum):
        text = cells.cast(pl.String).str.strip_chars()
        return pl.select(pl.when(~text.is_in(BLANK)).then(text)).to_series().alias(cells.name)
    return _as_text(cells)


def _as_text(cells: pl.Series) -> pl.Series:
    try:
        return cells.cast(pl.String, strict=False)
    except pl.exceptions.PolarsError:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)


def numbers(
    cells: pl.Series, column: str, low: float = -FURTHEST, high: float = FURTHEST
) -> tuple[pl.Series, list[Refused]]:
    """Float64 with null for blank; each cell that is no finite number between low and high is refused."""
    found, empty = _floats(cells)
    bad = ~empty & (found.is_null() | ~found.is_finite().fill_null(False) | (found < low) | (found > high))
    bad = bad.fill_null(False)
    kept = pl.select(pl.when(~(bad | empty)).then(found)).to_series().alias(cells.name)
    wanted = f"wanted a number from {low:g} to {high:g}, or nothing"
    return kept, [(row + 1, column, f"got {_shown(cells[row])}, {wanted}") for row in bad.arg_true().to_list()]


def _floats(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The numbers there are, and where nothing was given."""
    if cells.dtype.is_numeric() or cells.dtype == pl.Boolean:
        found = cells.cast(pl.Float64, strict=False)
        return found.fill_nan(None), cells.is_null() | found.is_nan().fill_null(False)
    if cells.dtype == pl.Null:
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.Float64), cells.is_null()
    text = _as_text(cells).str.strip_chars()
    return text.cast(pl.Float64, strict=False).fill_nan(None), cells.is_null() | text.is_in(BLANK).fill_null(False)


def sessions(cells: pl.Series, column: str) -> tuple[pl.Series, list[Refused]]:
    """Whole numbers from 1; null where blank."""
    found, refused = numbers(cells, column, 1, LAST_SESSION)
    part = (found != found.floor()).fill_null(False)
    refused += [
        (row + 1, column, f"got {_shown(cells[row])}, wanted a whole number") for row in part.arg_true().to_list()
    ]
    return pl.select(pl.when(~part).then(found)).to_series().cast(pl.Int64).alias(cells.name), refused


def days(cells: pl.Series, column: str) -> tuple[pl.Series, list[Refused]]:
    """Dates; null where blank."""
    if cells.dtype == pl.Date:
        return cells, []
    if isinstance(cells.dtype, pl.Datetime):
        return cells.cast(pl.Date), []
    text = _as_text(cells).str.strip_chars()
    found = text.str.head(10).str.to_date("%Y-%m-%d", strict=False)
    empty = cells.is_null() | text.is_in(BLANK).fill_null(False)
    bad = (found.is_null() & ~empty).arg_true().to_list()
    return found, [(row + 1, column, f"got {_shown(cells[row])}, wanted a date as 2026-05-31") for row in bad]


def limits(measure: str) -> tuple[float, float]:
    """The range of a known measure; all that can be a score for others."""
    wanted = measure.split(".")[0].replace("-", "").lower()
    for name in names():
        if name.replace("-", "") == wanted:
            low, high = load(name).range
            return float(low), float(high)
    return -FURTHEST, FURTHEST


def _shown(cell: Any) -> str:
    """What stands there, not more of it than fits a line."""
    text = " ".join(str(cell).split())
    if isinstance(cell, float) and not math.isfinite(cell):
        return text
    return text if len(text) <= 40 else f"{text[:37]}..."
