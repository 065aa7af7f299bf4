"""`accord outcome`: is it helping? Change, sudden gains, the course that was to be expected."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import progress, show_json, show_table
from accord.cli.service import Data
from accord.errors import UsageError

if TYPE_CHECKING:
    from accord.outcome import Chosen, Courses

app = typer.Typer(no_args_is_help=True)

File = Annotated[str, typer.Argument(help="CSV or Parquet; - for standard input.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
MapFile = Annotated[Path | None, typer.Option("--map", help="What its columns mean; see docs/formats.md.")]
BetterOption = Annotated[str | None, typer.Option("--better", help="lower or higher: which scores are better.")]
Reliability = Annotated[float, typer.Option(help="Of the measure, 0 or more and below 1.")]


@app.command()
def change(
    file: File,
    reliability: Reliability,
    score: Annotated[str, typer.Option(help="The column of the score.")],
    who: Annotated[str, typer.Option("--id", help="The column that says who.")] = "id",
    time: Annotated[str, typer.Option(help="The column that says when.")] = "time",
    pre: Annotated[str, typer.Option(help="Its value before, or first.")] = "pre",
    post: Annotated[str, typer.Option(help="Its value after, or last.")] = "post",
    cutoff: Annotated[str | None, typer.Option(help="a, b, c, or a published number.")] = None,
    functional_mean: Annotated[float | None, typer.Option(help="Of people without the problem.")] = None,
    functional_sd: Annotated[float | None, typer.Option(help="Of people without the problem.")] = None,
    better: BetterOption = None,
    method: Annotated[str, typer.Option(help="jt, gln, en, hll, nk or ha.")] = "jt",
    reliability_kind: Annotated[
        str, typer.Option(help="Which one it is; said beside the result.")
    ] = "internal consistency",
    post_reliability: Annotated[float | None, typer.Option(help="For nk: of the measure after.")] = None,
    mean: Annotated[float | None, typer.Option(help="Before, of people treated; else of this file.")] = None,
    sd: Annotated[float | None, typer.Option(help="Before, of people treated; else of this file.")] = None,
    map_file: MapFile = None,
    json: Json = False,
) -> None:
    """Reliable and clinically significant change, one row a person and time."""
    from accord.cli import outcome_file, outcome_report

    stated = {
        "cutoff": _cutoff(cutoff), "functional_mean": functional_mean, "functional_sd": functional_sd,
        "better": better, "method": method.lower(), "kind": reliability_kind, "post_reliability": post_reliability,
        "mean": mean, "sd": sd,
    }  # fmt: skip
    with progress(f"reading {file}"):
        rows = outcome_file.pairs(outcome_file.table(file, map_file), who, time, pre, post, score)
        changes, before, after = outcome_report.changed(rows, reliability, stated)
    with progress("writing") as told:
        shown = outcome_report.change_rows(rows["id"], before, after, changes, told)
        if json:
            outcome_report.change_json(changes, shown)
        else:
            outcome_report.change_table(changes, shown)


@app.command()
def gains(
    file: File,
    wide: Annotated[list[str], typer.Option("--wide", help="The columns in order; `s1 ..` is all from s1 on.")],
    more: Annotated[list[str] | None, typer.Argument(help="More of these columns.")] = None,
    who: Annotated[str | None, typer.Option("--id", help="The column that says who.")] = None,
    cut: Annotated[float, typer.Option(help="Criterion 1: so many points.")] = 7.0,
    share: Annotated[float, typer.Option(help="Criterion 2: this share of the score before.")] = 0.25,
    welch: Annotated[bool, typer.Option("--welch", help="Criterion 3 with the standard error of the means.")] = False,
    losses: Annotated[bool, typer.Option("--losses", help="Sudden losses instead.")] = False,
    one_to_two: Annotated[bool, typer.Option("--one-to-two", help="Also from session 1 to 2.")] = False,
    better: BetterOption = None,
    json: Json = False,
) -> None:
    """Sudden gains between two sessions, one row a person and one column a session."""
    from accord.cli import outcome_file, outcome_report
    from accord.outcome import GainRule, gains_table

    rule: Any = {"cut": cut, "share": share, "welch": welch, "losses": losses, "one_to_two": one_to_two}
    asked = GainRule(better=_better(better), **rule)
    with progress(f"reading {file}"):
        table = outcome_file.table(file, None)
        columns = outcome_file.wide_columns(table, [*wide, *(more or [])])
        names, values = outcome_file.wide(table, who, columns)
        found = gains_table(values, asked, outcome_file.first_session(columns))
    report = outcome_report.gain_report(names, values, found)
    show_json(report) if json else outcome_report.gain_table(report)


@app.command()
def expect(
    file: File,
    client: Annotated[str, typer.Option("--client", "--id", help="The column that says who.")] = "client",
    session: Annotated[str, typer.Option("--session", "--time", help="The column of the session.")] = "session",
    score: Annotated[str, typer.Option(help="The column of the score.")] = "phq-9.client",
    days: Annotated[bool, typer.Option("--days", help="The sessions are days; seven count as one session.")] = False,
    reference: Annotated[str | None, typer.Option(help="Past courses, of the same form; else this file.")] = None,
    model: Annotated[str, typer.Option(help="auto, rational, growth or neighbours.")] = "auto",
    neighbours: Annotated[int, typer.Option(help="How many, 20 to 50.")] = 30,
    beside: Annotated[list[str] | None, typer.Option(help="For neighbours: a column that was known at intake.")] = None,
    better: BetterOption = None,
    reliable_change: Annotated[float | None, typer.Option(help="Of the measure, in points.")] = None,
    reliability: Annotated[float | None, typer.Option(help="To work it out from the first ratings' SD.")] = None,
    cutoff: Annotated[float | None, typer.Option(help="Where the functional range begins.")] = None,
    judge: Annotated[bool, typer.Option("--judge", help="Also: how good the rule was on the past courses.")] = False,
    map_file: MapFile = None,
    json: Json = False,
) -> None:
    """Each course beside what was to be expected of it: on track, or worth a look."""
    from accord.cli import outcome_expect

    if reliable_change is not None and reliability is not None:
        raise UsageError("--reliable-change and --reliability: give one of them")
    columns = {"client": client, "session": session, "score": score, "days": days, "beside": beside or []}
    with progress(f"reading {file}") as told:
        rows, here = outcome_expect.load(file, map_file, columns)
        past = here if reference is None else outcome_expect.load(reference, map_file, columns)[1]
        change_needed = outcome_expect.reliable(past if len(past) else here, reliable_change, reliability)
        how = {"model": model, "better": _better(better), "cutoff": cutoff, "k": neighbours}
        chosen = _choose(past, change_needed, how, told)
        judged = outcome_expect.judged(past, chosen, change_needed, how) if judge else None
    if reference is None and chosen.method.name != "rational":
        print(
            "accord: the band was fitted on this same file, so it has seen the courses it is set beside; "
            "give past courses with --reference before reading new ones",
            file=sys.stderr,
        )
    with progress("writing") as told:
        if json:
            outcome_expect.write_json(rows, here, chosen, judged, told)
        else:
            outcome_expect.show(rows, here, chosen, judged)


@app.command()
def judge(
    clients: Annotated[int, typer.Option(min=800, help="How many simulated courses.")] = 8_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same courses.")] = 5,
    json: Json = False,
) -> None:
    """The red rule and the hazard of leaving on simulated courses: regression numbers, not clinical accuracy."""
    from accord.cli.outcome_judged import judged

    with progress("simulating and judging") as told:
        rows = judged(clients, seed, told)
    title = f"{clients:,} simulated courses, seed {seed}"
    show_json({"source": title, "rows": rows}) if json else show_table(rows, title=title)


@app.command("work-out")
def work_out(
    practice: Annotated[str | None, typer.Option(help="The practice; may be left out where there is one.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Work out a practice's own rules anew on its courses that are over, as its page 'The expected course' does."""
    from accord.cli.start import data_folder, practice_named, ready

    data_folder(data)
    ready(migrate=True)
    from accord.web.outcome import actions
    from accord.web.people.asker import COMMAND

    where = practice_named(practice)
    made = actions.work_out(asker=COMMAND, practice=where.pk)
    rows = [
        {"rule": one.what, "measure": one.measure, "method": one.method, "courses": one.n_used, "why": one.why}
        for one in made
    ]
    show_json({"practice": where.name, "rows": rows}) if json else show_table(rows, title=where.name)


@app.command()
def norms(
    file: Annotated[Path, typer.Argument(help="proms_annual.parquet of NHS Talking Therapies, or its folder.")],
    year: Annotated[str | None, typer.Option(help="As 2024-25 (else the latest).")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be brought in, and write nothing.")
    ] = False,
    on: Annotated[
        str | None, typer.Option("--on", help="The day it is brought in, as 2026-05-31 (else today).")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Bring in published figures, to stand beside a practice's own."""
    from accord.cli import outcome_norms
    from accord.cli.fit import day_named
    from accord.cli.start import data_folder

    with progress(f"reading {file}"):
        every = outcome_norms.read(file)
    kept, rows = outcome_norms.of_year(every, year), outcome_norms.checked(every)
    written = None if dry_run else outcome_norms.write(kept, data_folder(data), day_named(on))
    if json:
        show_json({"norms": len(kept), "year": kept[0].year, "file": written and str(written), "effect_sizes": rows})
        return
    show_table(rows)
    print(f"\n{outcome_norms.told(kept, rows, f', written to {written}' if written else '')}")


@app.command()
def schema() -> None:
    """The columns of the files, and what comes out."""
    import accord.outcome

    typer.echo(Path(accord.outcome.__file__).with_name("schema.md").read_text(encoding="utf-8"), nl=False)


def _better(given: str | None) -> Any:
    if given not in (None, "lower", "higher"):
        raise UsageError(f"--better: got {given}, wanted lower or higher")
    return given or "lower"


def _cutoff(given: str | None) -> Any:
    if given is None or given.lower() in ("a", "b", "c"):
        return given and given.lower()
    try:
        return float(given)
    except ValueError:
        raise UsageError(f"--cutoff: got {given}, wanted a, b, c or a number") from None


def _choose(past: "Courses", change_needed: float, how: dict[str, Any], told: Callable[[int, int], None]) -> "Chosen":
    from accord.outcome import choose

    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1
        told(steps, steps + 5)

    return choose(past, change_needed, source="past courses", progress=step, **how)
