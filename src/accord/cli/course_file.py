"""A file with one row a session: columns found by name or alias, every bad row named."""

from collections.abc import Iterator

import polars as pl

from accord.cli.scored_file import BLANK, ids
from accord.errors import TableError, UsageError

Refused = list[tuple[int, str, str]]


def column(table: pl.DataFrame, wanted: str) -> str:
    """The column of this name, or the one that differs only in case, dots, hyphens and underscores."""
    if wanted in table.columns:
        return wanted
    found = [name for name in table.columns if _bare(name) == _bare(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{wanted} could be each of {', '.join(found)}; give one of them as it is written")
    raise TableError(f"there is no such column; the file has {', '.join(table.columns[:12])}", column=wanted)


def _bare(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def sessions(table: pl.DataFrame, client: str, session: str, score: str) -> tuple[pl.DataFrame, Refused]:
    """client, session, score as they are to be read, and (row, column, what is wrong) of every bad cell."""
    who = ids(table, column(table, client)).rename("client")
    when, odd = numbers(table[column(table, session)], wanted="a whole number from 1", whole=True)
    value, wrong = numbers(table[column(table, score)], wanted="a number, or nothing", whole=False)
    read = pl.DataFrame({"client": who, "session": when.cast(pl.Int64, strict=False), "score": value})
    refused = [*blank(who, "client", "wanted who it was"), *_unless(odd, when, "session"), *wrong]
    return read, sorted({*refused, *_twice(read)})


def numbers(cells: pl.Series, *, wanted: str, whole: bool, low: float = 1) -> tuple[pl.Series, Refused]:
    """Cells as numbers, null where blank; those that are neither are refused."""
    text = cells.cast(pl.String).str.strip_chars()
    found = text.cast(pl.Float64, strict=False)
    empty = text.is_null() | text.is_in(BLANK)
    bad = (found.is_null() | ~found.is_finite().fill_null(False)) & ~empty
    if whole:
        bad = bad | ((found < low) | (found != found.floor())).fill_null(False)
    rows = bad.arg_true().to_list()
    refused = [(row + 1, cells.name, f"got {text[row]}, wanted {wanted}") for row in rows]
    return pl.select(pl.when(~(bad | empty)).then(found)).to_series(), refused


def blank(cells: pl.Series, name: str, wanted: str) -> Refused:
    empty = cells.is_null()
    if cells.dtype == pl.String:
        empty = empty | (cells.str.strip_chars() == "").fill_null(True)
    return [(row + 1, name, f"is empty, {wanted}") for row in empty.arg_true().to_list()]


def _unless(refused: Refused, numbers: pl.Series, name: str) -> Refused:
    """Those already refused, and those left blank."""
    known = {row for row, _, _ in refused}
    blank = [row + 1 for row in numbers.is_null().arg_true().to_list() if row + 1 not in known]
    return [*refused, *((row, name, "is empty, wanted a whole number from 1") for row in blank)]


def _twice(read: pl.DataFrame) -> Refused:
    """A session that stands twice in one course."""
    rows = read.with_row_index("row").filter(pl.col("session").is_not_null() & pl.col("client").is_not_null())
    again = rows.filter(~pl.struct("client", "session").is_first_distinct())
    return [
        (row + 1, "session", f"client {who} has session {when} already; a session has one row")
        for row, who, when in again.select("row", "client", "session").iter_rows()
    ]


def wording(refused: Refused) -> Iterator[str]:
    for row, name, wrong in refused:
        yield f"row {row}, column {name}: {wrong}"
