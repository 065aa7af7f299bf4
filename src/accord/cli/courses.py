"""`accord import`: a whole practice's table. Prints rows and reasons, never an answer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.output import show_json, show_table
from accord.cli.service import Data
from accord.cli.start import data_folder, practice_named, ready
from accord.errors import DataError


def bring_in(
    file: Annotated[Path, typer.Argument(help="The table, CSV.")],
    map_file: Annotated[Path | None, typer.Option("--map", help="What its columns mean; see docs/formats.md.")] = None,
    practice: Annotated[str | None, typer.Option(help="The practice; may be left out where there is one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = None,
) -> None:
    """Bring in a whole practice's courses; the same file twice changes nothing."""
    data_folder(data)
    ready(migrate=True)
    from accord.web.alliance import actions, reading_in
    from accord.web.people.asker import COMMAND

    where = practice_named(practice)
    reading = reading_in.read(_text(file), _text(map_file) if map_file else "")
    done = None if dry_run else actions.bring_in(asker=COMMAND, practice=where, reading=reading)
    if as_json:
        show_json(_as_json(reading, done))
    else:
        _show(reading, done)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"there is no file {file}") from None
    except (IsADirectoryError, PermissionError) as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8 text (byte {error.start}); save it as CSV UTF-8") from None


def _as_json(reading: Any, done: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "rows_read": reading.rows_read,
        "accepted": len(reading.rows),
        "rules": list(reading.rules),
        "reasons": {str(reason): count for reason, count in reading.reasons().items()},
        "refused": [
            {"line": one.line, "column": one.column, "what": one.what, "row": one.whole_row} for one in reading.refused
        ],
        "brought_in": asdict(done) if done else None,
    }


def _show(reading: Any, done: Any) -> None:
    for one in reading.refused:
        print(one)
    print()
    for rule in reading.rules:
        print(f"rule: {rule}")
    if reading.ignored_columns:
        print(f"columns left aside: {', '.join(reading.ignored_columns)}")
    print(
        f"\n{reading.rows_read} rows read, {len(reading.rows)} accepted, "
        f"{len(reading.refused)} times something was kept out:"
    )
    show_table([{"why": str(reason), "times": count} for reason, count in reading.reasons().items()])
    if done is None:
        print("\nNothing was written (--dry-run).")
        return
    print(
        f"\nnew: {done.therapists} therapists, {done.clients} clients, {done.courses} courses, "
        f"{done.occasions} occasions, {done.answer_sets} answer sets; there already: {done.known}"
    )
    if done.differ:
        print(f"there already with other answers, left as they are: lines {', '.join(map(str, done.differ))}")
