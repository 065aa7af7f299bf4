"""`accord mechanism`: simulate courses of therapy, see whether they look like the published ones, plan a study."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli import mechanism_power
from accord.cli.output import show_json, show_table
from accord.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

app = typer.Typer(no_args_is_help=True)
app.command()(mechanism_power.power)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
Therapists = Annotated[int, typer.Option(min=1, help="How many therapists.")]
Clients = Annotated[int, typer.Option(min=1, help="How many clients each.")]
Sessions = Annotated[int, typer.Option(min=1, help="How many sessions are planned.")]
Seeds = Annotated[int, typer.Option(min=1, help="How many runs to average over.")]


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Course table to write, .parquet or .csv; - for CSV on stdout.")],
    therapists: Therapists = 200,
    clients: Clients = 40,
    sessions: Sessions = 16,
    seed: Annotated[int, typer.Option(help="The same seed gives the same courses, on any machine.")] = 1,
    truth: Annotated[Path | None, typer.Option(help="Also write what truly happened, a row a session.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate courses of therapy and write them as a course table."""
    from accord.mechanism import simulate as run

    for path in (out, truth):
        _known_format(path)
    with _progress("simulating"):
        courses = run(therapists, clients, sessions, seed=seed)
        table = courses.to_frame()
    _write(table, out)
    if truth:
        _write(courses.truth.to_frame(), truth)
    if str(out) == "-":
        return
    made = {
        "file": str(out),
        "courses": therapists * clients,
        "rows": table.height,
        "dropout": _share(courses.truth.dropped),
    }
    show_json(made) if as_json else show_table([made])


@app.command()
def check(
    seeds: Seeds = 30,
    therapists: Therapists = 200,
    clients: Clients = 40,
    sessions: Sessions = 16,
    first_seed: Annotated[int, typer.Option(help="Seeds are this one and those that follow.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Set every statistic beside what was published; exit 1 if one lies outside its band."""
    from accord.mechanism import check as run

    with _progress("simulating") as progress:
        rows = run(range(first_seed, first_seed + seeds), therapists, clients, sessions, progress=progress)
    if as_json:
        kept = ("statistic", "published", "simulated", "low", "high")
        show_json({"rows": [{name: _number(getattr(row, name)) for name in kept} | {"ok": row.ok} for row in rows]})
    else:
        show_table(
            [_check_row(row) for row in rows], title=f"{seeds} runs of {therapists} therapists x {clients} clients"
        )
    if not all(row.ok for row in rows):
        raise typer.Exit(1)


@app.command()
def ablations(
    seeds: Seeds = 10,
    therapists: Therapists = 200,
    clients: Clients = 40,
    sessions: Sessions = 16,
    as_json: AsJson = False,
) -> None:
    """Switch one cause off at a time; exit 1 if a statistic does not move as it must."""
    from accord.mechanism import ablations as run

    with _progress("switching off") as progress:
        rows = run(range(1, seeds + 1), therapists, clients, sessions, progress=progress)
    if as_json:
        show_json({"rows": [{name: _number(value) for name, value in asdict(row).items()} for row in rows]})
    else:
        show_table(
            [_ablation_row(row) for row in rows], title=f"{seeds} runs of {therapists} therapists x {clients} clients"
        )
    if not all(row.ok for row in rows):
        raise typer.Exit(1)


def _check_row(row: Any) -> dict[str, str]:
    return {
        "statistic": row.label,
        "published": row.published,
        "simulated": f"{row.simulated:.3f} ({row.spread:.3f})",
        "accepted": f"{row.low:.2f} to {row.high:.2f}",
        "": "ok" if row.ok else "OUTSIDE",
    }


def _ablation_row(row: Any) -> dict[str, str]:
    return {
        "change": row.change,
        "r": f"{row.r_outcome:.3f}",
        "within A->S": f"{row.within_as:.3f}",
        "pre-post d": f"{row.pre_post:.2f}",
        "dropout": f"{row.dropout:.1%}",
        "moves": "" if not row.expected else "as it must" if row.ok else "NOT SO",
    }


def _number(value: Any) -> Any:
    # What cannot be estimated is null: JSON has no NaN.
    return None if isinstance(value, float) and not isfinite(value) else value


def _share(flags: Any) -> float:
    return round(float(flags.mean()), 4)


def _known_format(path: Path | None) -> None:
    if path is not None and str(path) != "-" and path.suffix not in (".parquet", ".csv"):
        raise UsageError(
            f"{path}: cannot write {path.suffix or 'a file without ending'}; end the name in .parquet or .csv"
        )


def _write(table: "pl.DataFrame", path: Path) -> None:
    if str(path) == "-":
        typer.echo(table.write_csv(), nl=False)
        return
    try:
        table.write_parquet(path) if path.suffix == ".parquet" else table.write_csv(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; give another --out") from error


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when it is a terminal, nothing otherwise."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
