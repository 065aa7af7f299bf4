"""`accord measures`: what is asked, how it is scored, and scoring a file of answers."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import show_json, show_table
from accord.errors import DataError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from accord.measures import Measure

app = typer.Typer(no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (else ACCORD_DATA or ~/.local/share/accord).")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]

FIRST_ROWS = 20


@app.command("list")
def list_measures(data: Data = None, json: Json = False) -> None:
    """Which measures there are, and which come with their words."""
    from accord.measures import load, names

    measures = [load(name, _texts(data)) for name in names()]
    rows = [
        {
            "measure": each.id,
            "items": len(each.items),
            "licence": each.licence.status,
            "text": _text(each),
            "title": each.title,
        }
        for each in measures
    ]
    show_json(rows) if json else show_table(rows)


@app.command()
def show(name: str, data: Data = None, json: Json = False) -> None:
    """One measure: its items, scales and cut-offs, each with its source, and its licence."""
    from accord.cli.measure_page import as_json, print_page
    from accord.measures import load

    measure = load(name, _texts(data))
    show_json(as_json(measure)) if json else print_page(measure)


@app.command()
def text(name: str, file: Path, data: Data = None) -> None:
    """Bring the words of a measure that comes without: checked, then kept in the data folder."""
    from accord.measures import store_text

    if not file.is_file():
        raise UsageError(f"there is no file {file}; wanted a TOML file (see `accord measures schema`)")
    kept = store_text(name, file, _data(data))
    typer.echo(f"{name}: every item has its words now, kept in {kept}")


@app.command()
def schema() -> None:
    """The columns a file of answers has, what comes out, and how a text file is written."""
    import accord.measures

    typer.echo(Path(accord.measures.__file__).with_name("schema.md").read_text(encoding="utf-8"), nl=False)


@app.command()
def score(
    measure: str,
    file: Annotated[str, typer.Argument(help="CSV or Parquet; - for standard input.")],
    id_column: Annotated[str | None, typer.Option("--id", help="Column that names the rows.")] = None,
    json: Json = False,
) -> None:
    """Score a file of answers, one row a set of answers (columns: `accord measures schema`)."""
    from accord.cli import scored_file
    from accord.measures import load

    definition = load(measure)
    with _waiting(f"Scoring {file} ..."):
        table = scored_file.read(file)
        names = scored_file.ids(table, id_column)
        answers, refused = scored_file.answers(definition, table)
        if refused.height:
            _refuse(refused)
        scored = scored_file.scored(definition, names, answers)
    if json:
        scored_file.write_json(scored, sys.stdout)
    else:
        _show_scores(scored)


def _refuse(refused: "pl.DataFrame") -> None:
    """Name every bad cell on stderr, then leave with exit code 1 and nothing on stdout."""
    from accord.cli.scored_file import wording

    for line in wording(refused):
        print(f"accord: {line}", file=sys.stderr)
    rows = refused["row"].n_unique()
    raise DataError(
        f"{_count(refused.height, 'answer')} in {_count(rows, 'row')} cannot be used, so nothing was scored; "
        "correct them or leave them empty (rows are counted from 1, without the heading)"
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _show_scores(scored: "pl.DataFrame") -> None:
    """The first rows, then what they all come to."""
    shown = [
        {
            "id": row["id"],
            "score": _rounded(row["score"]),
            **{key: _rounded(value) for key, value in (row["subscales"] or {}).items() if key},
            "missing": ", ".join(row["missing"]),
            "risk": {True: "yes", False: "no", None: "not known"}[row["risk"]],
        }
        for row in scored.head(FIRST_ROWS).to_dicts()
    ]
    show_table(shown)
    more = scored.height - len(shown)
    print(f"\n{f'... and {more:,} rows more. ' if more > 0 else ''}{_summary(scored)}")


def _summary(scored: "pl.DataFrame") -> str:
    none = scored["score"].null_count()
    risk = dict(scored["risk"].value_counts().iter_rows())
    return (
        f"{scored.height:,} rows: {scored.height - none:,} with a total, {none:,} without; "
        f"{scored['prorated'].sum():,} made up for missing answers; "
        f"risk yes {risk.get(True, 0):,}, no {risk.get(False, 0):,}, not known {risk.get(None, 0):,}."
    )


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _text(measure: "Measure") -> str:
    if not measure.has_text:
        return "a licensee's"
    return "yes" if measure.validated else "yes, not validated"


def _data(data: Path | None) -> Path:
    return data or Path(os.environ.get("ACCORD_DATA") or Path.home() / ".local" / "share" / "accord")


def _texts(data: Path | None) -> Path | None:
    folder = _data(data) / "measures"
    return folder if folder.is_dir() else None


def _waiting(message: str) -> Any:
    """A moving sign on stderr while a long job runs, on a terminal only."""
    from rich.console import Console

    return Console(stderr=True).status(message)
