"""Writing a course table, and the codebook that says what its columns mean."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, Literal

from accord.errors import TableError
from accord.tables.cells import GUARDED
from accord.tables.course import ATTENDED, MISSING, OCCASION, Key, Row
from accord.tables.source import clean

Format = Literal["csv", "parquet"]
Cell = str | int | float | date | None

_ABOUT = {
    "therapist": ("Code of the therapist; empty when unassigned", "text", "any code"),
    "client": ("Code of the client", "text", "any code"),
    "session": ("Number of the session, from 1", "whole number", "1 or more"),
    "held_on": ("Day of the occasion", "date", "YYYY-MM-DD"),
    "attended": ("Whether the client came", "word", ", ".join(ATTENDED)),
}


def write_courses(
    rows: Sequence[Row],
    target: Path | IO[bytes],
    format: Format = "csv",
    *,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    items: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> None:
    """The rows under the course table's own names. Beside a file, `<name>.codebook.csv` is written too."""
    keys = _keys(rows)
    for row in rows:
        _check(row)
    content = _as_parquet(rows, keys) if format == "parquet" else _as_csv(rows, keys)
    if not isinstance(target, Path):
        target.write(content)
        return
    target.write_bytes(content)
    target.with_name(f"{target.stem}.codebook.csv").write_bytes(codebook(rows, ranges=ranges, items=items))


def codebook(
    rows: Sequence[Row],
    *,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    items: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
) -> bytes:
    """One line a column: name, label, type, allowed values, and what stands for missing."""
    lines = [(name, *_ABOUT[name], "(empty)") for name in OCCASION]
    for key in _keys(rows):
        known = (
            (ranges or {}).get(key.measure) if key.item is None else (items or {}).get(key.measure, {}).get(key.item)
        )
        what = f"{key.measure}, total" if key.item is None else f"{key.measure}, item {key.item}"
        allowed = f"{known[0]:g} to {known[1]:g}" if known else "see the measure"
        lines.append((str(key), f"{what}, rated by the {key.rater}", "number", allowed, "(empty)"))
    return _csv([("column", "label", "type", "allowed", "missing code"), *lines])


def _keys(rows: Sequence[Row]) -> list[Key]:
    totals = {name for row in rows for name in row.totals}
    items = {(name, item) for row in rows for name, answers in row.items.items() for item in answers}
    return sorted([*(Key(*name, None) for name in totals), *(Key(*name, item) for name, item in items)], key=_order)


def _order(key: Key) -> tuple[str, str, list[tuple[int, int, str]]]:
    """Items in the order people count: 2 before 10."""
    parts = re.findall(r"\d+|\D+", key.item or "")
    return key.measure, key.rater, [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def _check(row: Row) -> None:
    """A code that could not be read back as it is would silently change on the way."""
    for column, code in (("client", row.client), ("therapist", row.therapist)):
        if code is not None and (clean(code) != code or code in MISSING or "\0" in code):
            raise TableError("the code has space around it, a NUL, or stands for missing", column=column)


def _columns(rows: Sequence[Row], keys: Sequence[Key]) -> list[list[Cell]]:
    first: list[list[Cell]] = [[getattr(row, name) for row in rows] for name in OCCASION]
    return first + [_column(rows, *key) for key in keys]


def _column(rows: Sequence[Row], measure: str, rater: str, item: str | None) -> list[Cell]:
    name = (measure, rater)
    if item is None:
        return [row.totals.get(name) for row in rows]
    return [row.items[name].get(item) if name in row.items else None for row in rows]


def _as_csv(rows: Sequence[Row], keys: Sequence[Key]) -> bytes:
    columns = [map(_safe, column) for column in _columns(rows, keys)]
    return _csv(chain([(*OCCASION, *map(str, keys))], zip(*columns, strict=True)))


def _safe(cell: Cell) -> Cell:
    """A spreadsheet runs a text that starts like a formula; behind an apostrophe it stays text."""
    if isinstance(cell, str) and cell.startswith(GUARDED):
        return f"'{cell}"
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _csv(lines: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8")


def _as_parquet(rows: Sequence[Row], keys: Sequence[Key]) -> bytes:
    import polars as pl

    types = {
        "therapist": pl.String,
        "client": pl.String,
        "session": pl.Int64,
        "held_on": pl.Date,
        "attended": pl.String,
    }
    schema = {**types, **{str(key): pl.Float64 for key in keys}}
    named = zip(schema.items(), _columns(rows, keys), strict=True)
    frame = pl.DataFrame([pl.Series(name, column, dtype=dtype, strict=False) for (name, dtype), column in named])
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()
