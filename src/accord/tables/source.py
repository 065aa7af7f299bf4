"""From bytes to a grid of text, strictly: CSV, or Parquet through polars. Knows nothing of what the cells mean."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from accord.errors import TableError

Source = Path | bytes | IO[str] | IO[bytes]

_MOST_COLUMNS = 5_000
_PIECE = 2_000
_NOT_TABLES = {
    b"PK\x03\x04": "an Excel workbook or another zip file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
    b"$FL2": "an SPSS file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}


@dataclass(frozen=True)
class Grid:
    """A header, the lines the rows stand on, and the cells column by column."""

    header: tuple[str, ...]
    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    from_csv: bool


def read_grid(source: Source) -> Grid:
    content = _content(source)
    if isinstance(content, bytes):
        if content[:4] == b"PAR1":
            return _parquet(content)
        content = _decoded(content)
    return _csv(content.removeprefix("\ufeff"))


def _content(source: Source) -> bytes | str:
    if isinstance(source, bytes):
        return source
    if not isinstance(source, Path):
        return source.read()
    try:
        return source.read_bytes()
    except OSError as error:
        raise TableError(f"cannot read {source}: {error.strerror or error}") from error


def _decoded(content: bytes) -> str:
    for start, kind in _NOT_TABLES.items():
        if content.startswith(start):
            raise TableError(f"this is {kind}, not a CSV or Parquet table; save it as CSV UTF-8 and try again")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError("the text is not UTF-8; save it as CSV UTF-8 and try again", row=line) from error


def _csv(content: str) -> Grid:
    if (nul := content.find("\0")) >= 0:
        raise TableError("holds a NUL byte: this is not a text table", row=content.count("\n", 0, nul) + 1)
    if not content.strip():
        raise TableError("the file is empty; a table starts with a line of column names")
    records = _records(content, _delimiter(content))
    line, header = next(records)
    names = _names(header)
    lines: list[int] = []
    columns: list[list[str]] = [[] for _ in names]
    # Turned to columns a piece at a time: a million lists alive at once make the collector slower than the reading.
    while piece := list(islice(records, _PIECE)):
        for line, cells in piece:
            if len(cells) != len(names):
                raise TableError(f"has {len(cells)} cells, and the header has {len(names)}", row=line)
        lines.extend(line for line, _ in piece)
        for column, added in zip(columns, zip(*(cells for _, cells in piece), strict=True), strict=True):
            column.extend(added)
    if not lines:
        raise TableError("the table has column names and no rows below them", row=line)
    return Grid(names, lines, columns, from_csv=True)


def _records(content: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it starts on; blank lines are passed over."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        # The module's own messages name no cell content, so they may be passed on.
        raise TableError(f"cannot be read as CSV: {error}", row=start) from error


def _delimiter(content: str) -> str:
    """Whichever of comma, semicolon and tab cuts the first line into the most names."""
    first = next(line for line in io.StringIO(content) if line.strip())
    outside = "".join(first.split('"')[::2])
    return max(",;\t", key=outside.count)


def _names(header: Sequence[str]) -> tuple[str, ...]:
    if len(header) > _MOST_COLUMNS:
        raise TableError(f"the header has {len(header):,} columns, more than {_MOST_COLUMNS:,}", row=1)
    names = tuple(clean(name) for name in header)
    for position, name in enumerate(names):
        if not name:
            raise TableError(f"column {position + 1} of {len(names)} has no name", row=1)
        if name in names[:position]:
            raise TableError(
                "the name stands twice in the header; give each column a name of its own", row=1, column=name
            )
    return names


def clean(text: str) -> str:
    """Text without space around it, in one Unicode form, so that equal-looking codes are equal."""
    return unicodedata.normalize("NFC", text.strip()).strip()


def _parquet(content: bytes) -> Grid:
    import polars as pl

    try:
        frame = pl.read_parquet(io.BytesIO(content))
        text = frame.with_columns(pl.all().cast(pl.String).fill_null(""))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError("cannot be read as Parquet, or holds columns that are not plain cells") from error
    if not frame.height:
        raise TableError("the table has column names and no rows below them")
    columns = [column.to_list() for column in text.iter_columns()]
    # A Parquet file has no lines: rows are numbered as they would be in the CSV of the same table.
    return Grid(_names(text.columns), range(2, frame.height + 2), columns, from_csv=False)
