"""Files for `accord evidence`: a course table in, a panel out. Every bad cell is named."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from accord.cli import course_file, scored_file
from accord.cli.course_file import Refused
from accord.errors import DataError, UsageError
from accord.evidence.panels import Panel, read_panel
from accord.evidence.panels.reading import refusals

MOST_NAMED = 200


def courses(file: str, map_file: Path | None) -> pl.DataFrame:
    """The file as it is, or what a map makes of it: therapist, client, session, held_on, attended, totals and items."""
    if map_file is None:
        return scored_file.read(file)
    if file != "-" and not Path(file).is_file():
        raise UsageError(f"there is no file {file}")
    return mapped(Path(file) if file != "-" else sys.stdin.buffer, map_file)


def mapped(source: Any, map_file: Path) -> pl.DataFrame:
    """A course table by its map; what is kept out is told on stderr, as `accord import` tells it."""
    from accord.tables import Map, read_courses

    if not map_file.is_file():
        raise UsageError(f"there is no file {map_file}")
    read = read_courses(source, Map.read(map_file), **_known())
    for reason, count in read.reasons().items():
        print(f"accord: kept out by the map, {reason}: {count}", file=sys.stderr)
    return _frame(read.rows)


def _known() -> dict[str, Any]:
    from accord.measures import load, names

    measures = [load(name) for name in names()]
    return {
        "ranges": {each.id: each.range for each in measures},
        "items": {each.id: {item.key: (item.low, item.high) for item in each.items} for each in measures},
        "fractional": [each.id for each in measures if any(item.decimals for item in each.items)],
    }


def _frame(rows: Any) -> pl.DataFrame:
    """Rows of the course table in columns, a measure that nobody rated left out."""
    from io import BytesIO

    from accord.tables import write_courses

    if not rows:
        raise DataError("the map left no row of the file")
    content = BytesIO()
    write_courses(rows, content, "parquet")
    content.seek(0)
    return pl.read_parquet(content)


def made_panel(table: pl.DataFrame, outcome: str, alliance: str, options: dict[str, Any]) -> Panel:
    """The panel; every bad cell on stderr, and exit code 1 if there is one."""
    refused = refusals(table, outcome, alliance)
    if refused:
        stop(refused, "nothing was written")
    return read_panel(table, outcome, alliance, **options)


def stop(refused: Refused, what: str) -> NoReturn:
    for line in course_file.wording(refused[:MOST_NAMED]):
        print(f"accord: {line}", file=sys.stderr)
    if len(refused) > MOST_NAMED:
        print(f"accord: and {len(refused) - MOST_NAMED:,} cells more", file=sys.stderr)
    count = len({row for row, _, _ in refused})
    raise DataError(
        f"{count:,} {'row' if count == 1 else 'rows'} cannot be used, so {what}; correct them, or leave the cell empty "
        "where there is nothing (rows are counted from 1, without the heading)"
    )


def writable(out: Path, option: str, kinds: tuple[str, ...] = (".parquet", ".csv")) -> None:
    """UsageError before any work is done, if the name cannot be written to."""
    if str(out) == "-" and ".csv" in kinds:
        return
    if out.suffix.lower() not in kinds:
        got = out.suffix or "a file without ending"
        raise UsageError(f"{out}: cannot write {got}; end the name given to {option} in {' or '.join(kinds)}")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise UsageError(f"{out}: cannot be written: its folder is not there; give another {option}")


def write(table: pl.DataFrame, out: Path) -> None:
    if str(out) == "-":
        sys.stdout.write(table.write_csv())
        return
    try:
        table.write_parquet(out) if out.suffix.lower() == ".parquet" else table.write_csv(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}; give another --out") from error


def panel_told(made: Panel, out: Path) -> dict[str, Any]:
    """What `--json` prints."""
    rows = made.rows
    return {
        "file": str(out),
        "rows": rows.height,
        "clients": rows["client"].n_unique(),
        "therapists": rows["therapist"].drop_nulls().n_unique() if "therapist" in rows.columns else None,
        "columns": rows.columns,
        "left_out": [{"reason": one.reason, "rows": one.rows, "people": one.people} for one in made.left_out],
        "notes": list(made.notes),
    }


def tell(told: dict[str, Any], *, to_stderr: bool) -> None:
    """The same in lines; beside a CSV on stdout they go to stderr."""
    where = sys.stderr if to_stderr else sys.stdout
    who = f"{told['clients']:,} clients" + (f" of {told['therapists']:,} therapists" if told["therapists"] else "")
    print(f"{told['rows']:,} rated sessions of {who}: {', '.join(told['columns'])}.", file=where)
    for one in told["left_out"]:
        people = "" if one["people"] is None else f"; {one['people']:,} people have none else"
        print(f"  {one['reason']}: {one['rows']:,}{people}", file=where)
    for note in told["notes"]:
        print(f"  {note}", file=where)
