"""`accord alliance`: what the ratings of each course say, session by session."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import show_json, show_table
from accord.errors import DataError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from accord.alliance import Readings, Rule

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="For programs: one object a session.")]
Column = typer.Option(help="The column; case, dots and hyphens may differ.")

FIRST_ROWS = 40


@app.command()
def read(
    file: Annotated[str, typer.Argument(help="CSV or Parquet, one row a session; - for standard input.")],
    client: Annotated[str, Column] = "client",
    session: Annotated[str, Column] = "session",
    score: Annotated[str, Column] = "alliance.client",
    sd_within: Annotated[float | None, typer.Option(help="The usual change of one person (SD).")] = None,
    sd_from_file: Annotated[bool, typer.Option("--sd-from-file", help="Estimate it from this file.")] = False,
    reliable_drop: Annotated[float | None, typer.Option(help="What a drop must exceed for an alert.")] = None,
    method: Annotated[str, typer.Option(help="How a drop is seen.")] = "predictive-z",
    window: Annotated[int, typer.Option(min=1, help="Rated sessions within which a return counts.")] = 3,
    json: Json = False,
    html: Annotated[Path | None, typer.Option(help="Also write a page with a chart a flagged course.")] = None,
) -> None:
    """Read every course: signals, and whether what was open has been repaired."""
    from accord.cli import alliance_report

    if sd_within is not None and sd_from_file:
        raise UsageError("--sd-within and --sd-from-file: give one of them")
    rule = _rule(sd_within, reliable_drop, method, window)
    with _progress(f"reading {file}") as progress:
        table = _table(file, client, session, score)
        readings = _read(table, rule, sd_from_file, progress)
    _warn(readings, given=(sd_within is not None or sd_from_file) and reliable_drop is not None)
    if html:
        alliance_report.write_page(readings, html)
    if json:
        with _progress("writing", shown=not sys.stdout.isatty()) as progress:
            alliance_report.write_json(readings, sys.stdout, progress)
    else:
        _show(readings)


@app.command()
def judge(
    clients: Annotated[int, typer.Option(min=200, help="How many simulated courses.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same courses.")] = 5,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Each way to see a drop, judged on simulated courses whose ruptures are known."""
    from accord.cli.alliance_judged import judged

    with _progress("simulating and reading") as progress:
        rows = judged(clients, seed, progress)
    show_json({"rows": rows}) if json else show_table(rows, title=f"{clients:,} simulated courses a depth, seed {seed}")


def _rule(sd_within: float | None, drop: float | None, method: str, window: int) -> "Rule":
    from accord.alliance import Rule

    given = {"sd_within": sd_within, "reliable_drop": drop}
    stated: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Rule(method=method, window=window, **stated)


def _table(file: str, client: str, session: str, score: str) -> "pl.DataFrame":
    """The file's sessions; every bad row on stderr and exit code 1 if there is one."""
    from accord.cli import course_file, scored_file

    table, refused = course_file.sessions(scored_file.read(file), client, session, score)
    if not refused:
        return table
    for line in course_file.wording(refused):
        print(f"accord: {line}", file=sys.stderr)
    rows = len({row for row, _, _ in refused})
    raise DataError(
        f"{rows} rows cannot be used, so nothing was read; correct them, or leave the score empty where there is none "
        "(rows are counted from 1, without the heading)"
    )


def _read(table: "pl.DataFrame", rule: "Rule", estimate: bool, progress: Callable[[int, int], None]) -> "Readings":
    from accord.alliance import read_frame

    return read_frame(table, rule, score="score", estimate_sd=estimate, progress=progress)


def _warn(readings: "Readings", *, given: bool) -> None:
    """What the reader of the results must know about the numbers they were made with."""
    rule = readings.rule
    if rule.warning:
        print(f"accord: {rule.warning} (it is {rule.sd_within:.3g})", file=sys.stderr)
    if not given:
        print(
            f"accord: read with within-person SD {rule.sd_within:.3g} and reliable drop {rule.reliable_drop:.3g}; what "
            "was not given is the default for the Alliance check-in (0 to 5), from simulated courses",
            file=sys.stderr,
        )


def _show(readings: "Readings") -> None:
    """The signals, and what they come to."""
    from accord.cli.alliance_report import counted, signals

    rows = signals(readings, FIRST_ROWS)
    if rows:
        show_table(rows)
        print()
    print(counted(readings, len(rows)))


@contextmanager
def _progress(words: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when it is a terminal, nothing otherwise. What is written to stdout meanwhile goes there."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    off = not (shown and console.is_terminal)
    # Left to itself, the bar would take stdout too, and print a file's JSON on stderr.
    with Progress(console=console, transient=True, redirect_stdout=False, disable=off) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
