"""`accord evidence`: what many courses show. The panel, mixed models, the report."""

from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli import evidence_release, evidence_share
from accord.cli.output import progress, show_json, show_table
from accord.errors import UsageError

app = typer.Typer(no_args_is_help=True)
app.command()(evidence_release.release)
app.command()(evidence_share.share)
app.command()(evidence_share.pool)

Courses = Annotated[str, typer.Argument(help="A course table, CSV or Parquet; - for standard input.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
MapFile = Annotated[Path | None, typer.Option("--map", help="What its columns mean; see docs/formats.md.")]
Outcome = Annotated[str, typer.Option(help="The measure of outcome, or its column.")]
Alliance = Annotated[str, typer.Option(help="The measure of the alliance, or its column.")]


@app.command()
def panel(
    courses: Courses,
    out: Annotated[Path, typer.Option(help="The panel to write, .parquet or .csv; - for CSV on stdout.")],
    outcome: Outcome = "phq-9",
    alliance: Alliance = "alliance",
    detrend: Annotated[str, typer.Option(help="no, log or linear: within-person columns without a trend.")] = "no",
    next_session_only: Annotated[
        bool, typer.Option("--next-session-only", help="The next score must be that of the very next session.")
    ] = False,
    keep: Annotated[list[str] | None, typer.Option(help="A further column to carry along.")] = None,
    map_file: MapFile = None,
    json: Json = False,
) -> None:
    """One row a rated session: the next score, and what a session is to its own course and a person to others."""
    from accord.cli import evidence_file

    evidence_file.writable(out, "--out")
    with progress(f"reading {courses}"):
        table = evidence_file.courses(courses, map_file)
        options: Any = {"detrend": detrend, "over_missed": not next_session_only, "keep": tuple(keep or ())}
        made = evidence_file.made_panel(table, outcome, alliance, options)
        evidence_file.write(made.rows, out)
    told = evidence_file.panel_told(made, out)
    if json and str(out) != "-":
        show_json(told)
    else:
        evidence_file.tell(told, to_stderr=str(out) == "-")


@app.command()
def fit(
    formula: Annotated[str, typer.Argument(help="As lme4 writes it: 'y ~ x + (1 + x | client) + (1 | therapist)'.")],
    file: Annotated[str, typer.Argument(help="CSV or Parquet, one row a measurement; - for standard input.")],
    method: Annotated[str, typer.Option(help="reml or ml.")] = "reml",
    json: Json = False,
) -> None:
    """A linear mixed model, as lme4 fits it."""
    from accord.cli import evidence_fit, evidence_formula, scored_file
    from accord.evidence import fit as run

    method = method.lower()
    if method not in ("reml", "ml"):
        raise UsageError(f"--method: got {method}, wanted reml or ml")
    with progress(f"reading {file}") as told:
        written, columns = evidence_formula.resolved(formula, table := scored_file.read(file))
        rows = evidence_fit.rows(table, columns, evidence_formula.groups(written))
        fitted = run(written, rows, method=method, progress=told)
    evidence_fit.show(fitted, written, method, as_json=json)


@app.command()
def report(
    file: Courses,
    out: Annotated[Path, typer.Option(help="The page to write, .html; it needs nothing beside it.")],
    json_out: Annotated[Path | None, typer.Option(help="Also write what is in it as JSON.")] = None,
    outcome: Outcome = "phq-9",
    alliance: Alliance = "alliance",
    map_file: MapFile = None,
    suppress: Annotated[int | None, typer.Option(min=2, help="Tell nothing of groups smaller than this.")] = None,
    title: Annotated[str, typer.Option(help="What stands on top of it.")] = "Does the alliance go with outcome here?",
    on: Annotated[
        str | None, typer.Option("--on", help="The day that stands on it, as 2026-05-31; else today.")
    ] = None,
    seed: Annotated[int, typer.Option(help="For what is drawn at random in it.")] = 1,
    json: Json = False,
) -> None:
    """One page that a researcher could hand in: data, effects with intervals, what is not known, methods, sources."""
    from accord.cli import evidence_report
    from accord.cli.fit import day_named

    asked: dict[str, Any] = {
        "outcome": outcome, "alliance": alliance, "suppress": suppress, "title": title, "seed": seed,
        "made_on": day_named(on),
    }  # fmt: skip
    with progress(f"reading {file}") as told:
        found = evidence_report.write(file, map_file, out, json_out, asked, told)
    if json:
        show_json(found)
        return
    show_table(evidence_report.sections(found))
    print(f"\n{evidence_report.told(found, out)}")


@app.command()
def schema() -> None:
    """The columns of the files, and what comes out."""
    import accord.evidence

    typer.echo(Path(accord.evidence.__file__).with_name("schema.md").read_text(encoding="utf-8"), nl=False)
