"""A file of answers in, a table of scores out: whole columns from reading to writing."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import polars as pl

from accord.errors import TableError, UsageError
from accord.measures import Item, Measure, score_columns

BLANK = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"]
PARQUET = b"PAR1"
ROWS_A_TIME = 100_000


def read(file: str) -> pl.DataFrame:
    """The file as it is written: CSV cells as text, blanks as null. Raises UsageError, TableError."""
    source: Any = sys.stdin.buffer.read() if file == "-" else Path(file)
    if isinstance(source, Path) and not source.is_file():
        raise UsageError(f"there is no file {file}")
    return parsed(file, source)


def parsed(file: str, source: bytes | Path) -> pl.DataFrame:
    """The same, of what was read already; `file` is what it is called. Raises TableError."""
    head = source[:4] if isinstance(source, bytes) else source.open("rb").read(4)
    try:
        if head == PARQUET:
            return pl.read_parquet(source)
        return pl.read_csv(source, infer_schema=False, null_values=BLANK)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError(f"{file} cannot be read as CSV or Parquet: {str(error).splitlines()[0]}") from None


def ids(table: pl.DataFrame, column: str | None) -> pl.Series:
    """What each row is called: the named column, else the column 'id', else the row's number."""
    if column is not None and column not in table.columns:
        raise TableError(f"there is no such column; wanted one of {', '.join(table.columns)}", column=column)
    if column is None and "id" not in table.columns:
        return pl.Series("id", np.arange(1, table.height + 1))
    names = table[column or "id"].rename("id")
    if names.dtype != pl.String:
        return names
    # Whole numbers stay numbers, but only if nothing of their writing is lost: 007 stays as it is.
    numbers = names.cast(pl.Int64, strict=False)
    return numbers if numbers.cast(pl.String).equals(names) else names


def answers(measure: Measure, table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The items' columns by item key, as numbers; and every cell that cannot be used (row, column, value, wanted)."""
    columns = _columns(measure, table)
    read, refused = [], []
    for key, column in columns.items():
        numbers, wrong = _numbers(table[column], measure.item(key))
        read.append(numbers.rename(key))
        refused.append(wrong)
    return pl.DataFrame(read), pl.concat(refused).sort("row", maintain_order=True)


def _columns(measure: Measure, table: pl.DataFrame) -> dict[str, str]:
    """Which column holds which item; TableError for an item that counts and has none."""
    short = {name.lower().replace("-", ""): name for name in reversed(table.columns)}
    found: dict[str, str] = {}
    for item in measure.items:
        exact = f"{measure.id}_{item.key}"
        column = exact if exact in table.columns else short.get(exact.replace("-", ""))
        if column is not None:
            found[item.key] = column
        elif item.scored:
            wanted = f"wanted {exact} or {exact.replace('-', '')}, one column an item"
            raise TableError(f"is missing; the file has {', '.join(table.columns[:12])}; {wanted}", column=exact)
    return found


def _numbers(cells: pl.Series, item: Item) -> tuple[pl.Series, pl.DataFrame]:
    """One column as numbers, null for missing, and its cells that cannot be used."""
    kind: Any = pl.Float64 if item.decimals else pl.Int8
    numbers = _plainly(cells, kind)
    odd = (numbers.is_null() & cells.is_not_null()).arg_true()
    unread = odd
    if len(odd):
        # Spaces, 2.0 for 2 and blank words are worth a second, slower look; only these few cells get it.
        looked, blank = _second_look(cells.gather(odd).cast(pl.String).str.strip_chars(), kind)
        numbers = numbers.scatter(odd, looked)
        unread = odd.filter(looked.is_null() & ~blank)
    outside = ((numbers < item.low) | (numbers > item.high)).fill_null(False).arg_true()
    return numbers, _refused(cells, pl.concat([outside, unread]), item)


def _plainly(cells: pl.Series, kind: Any) -> pl.Series:
    """What reads as a number of this kind at once; null for all else, fractions among whole numbers included."""
    if cells.dtype == pl.String or cells.dtype.is_integer():
        return cells.cast(kind, strict=False)
    numbers = cells.cast(pl.Float64, strict=False).fill_nan(None)
    return numbers if kind == pl.Float64 else _whole(numbers)


def _second_look(cells: pl.Series, kind: Any) -> tuple[pl.Series, pl.Series]:
    """The numbers after all, and which cells are just another way of leaving blank."""
    floats = cells.cast(pl.Float64, strict=False).fill_nan(None)
    return (floats if kind == pl.Float64 else _whole(floats)), cells.is_in(BLANK)


def _whole(numbers: pl.Series) -> pl.Series:
    """Whole numbers as int8; null for any other."""
    fits = (numbers == numbers.floor()) & numbers.is_between(-127, 127)
    return pl.select(pl.when(fits).then(numbers)).to_series().cast(pl.Int8)


def _refused(cells: pl.Series, rows: pl.Series, item: Item) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row": rows.cast(pl.Int64) + 1,
            "column": pl.Series([cells.name]).new_from_index(0, len(rows)),
            "value": cells.gather(rows).cast(pl.String),
            "wanted": pl.Series([item.wanted]).new_from_index(0, len(rows)),
        }
    )


def wording(refused: pl.DataFrame) -> Iterator[str]:
    """One line a cell that cannot be used."""
    for row, column, value, wanted in refused.iter_rows():
        yield f"row {row}, column {column}: got {value}, wanted {wanted}"


def scored(measure: Measure, names: pl.Series, answered: pl.DataFrame) -> pl.DataFrame:
    """id, score, subscales, missing, risk, prorated: one row a set of answers."""
    blank = float("nan") if any(item.decimals for item in measure.items) else measure.missing_code
    scores = score_columns(measure, {each.name: each.fill_null(blank).to_numpy() for each in answered})
    parts = {key: pl.Series(values).fill_nan(None) for key, values in scores.subscales.items()}
    return pl.DataFrame(
        {
            "id": names,
            "score": pl.Series(scores.total).fill_nan(None),
            "subscales": pl.DataFrame(parts).to_struct()
            if parts
            else pl.Series([None] * 0).extend_constant(None, len(names)),
            "missing": _missing(answered, [item.key for item in measure.scored]),
            "risk": _risk(scores.risk),
            "prorated": scores.prorated,
        }
    )


def _missing(answered: pl.DataFrame, keys: list[str]) -> pl.Series:
    """The keys not answered, row by row; the few patterns that occur are spelt out once each."""
    pattern = np.zeros(answered.height, np.int64)
    for place, key in enumerate(keys):
        pattern |= answered[key].is_null().to_numpy().astype(np.int64) << place
    patterns, which = np.unique(pattern, return_inverse=True)
    spelt = [[key for place, key in enumerate(keys) if code >> place & 1] for code in patterns.tolist()]
    return pl.Series(spelt, dtype=pl.List(pl.String)).gather(which)


def _risk(risk: Any) -> pl.Series:
    known = pl.Series(risk)
    return pl.select(pl.when(known >= 0).then(known == 1)).to_series()


def write_json(table: pl.DataFrame, out: IO[str]) -> None:
    """A JSON list, written a hundred thousand rows at a time."""
    plain = table.drop("prorated").with_columns(id=_json_id(table["id"]))
    bare = "subscales" if table["subscales"].dtype == pl.Null else None
    out.write("[")
    for start in range(0, plain.height, ROWS_A_TIME):
        part = plain.slice(start, ROWS_A_TIME).write_json()[1:-1]
        # A measure without subscales has an empty object there, which a column of Polars cannot hold.
        out.write(("," if start else "") + (part.replace('"subscales":null', '"subscales":{}') if bare else part))
    out.write("]\n")


def _json_id(names: pl.Series) -> pl.Series:
    """Ids as JSON can say them: numbers and texts as they are, dates and the like as text."""
    return names if names.dtype.is_integer() or names.dtype == pl.String else names.cast(pl.String)
