"""`accord fit`: a shortlist for one person, and a waiting list allotted, each with its reasons."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import show_json, show_table
from accord.errors import DataError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from accord.fit import Assignment, Needs, Profiles, Shortlist

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
On = Annotated[str | None, typer.Option("--on", help="The day it is for, as 2026-05-31 (else today).")]
Therapists = Annotated[str, typer.Argument(help="CSV or Parquet, one row a therapist; - for standard input.")]

FIRST_ROWS = 40


@app.command()
def rank(
    needs: Annotated[str, typer.Argument(help="JSON, what one person looks for; - for standard input.")],
    therapists: Therapists,
    top: Annotated[int, typer.Option(min=1, max=20, help="How many; three to five can be met.")] = 5,
    on: On = None,
    seed: Annotated[int, typer.Option(help="Whose turn it is among near ties.")] = 1,
    json: Json = False,
) -> None:
    """A shortlist: who passes the gate, in an order of reasons, unlike each other."""
    from accord.fit import shortlist

    _one_standard_input(needs, therapists)
    day = day_named(on)
    with _progress(f"reading {therapists}"):
        asked, offered = _needs(needs), _therapists(therapists)
        found = shortlist(asked, offered, day, seed, top=top)
    show_json(_as_json(found)) if json else _show(found)


@app.command()
def assign(
    people: Annotated[str, typer.Argument(help="CSV, Parquet or a JSON list, one row a person; - for standard input.")],
    therapists: Therapists,
    on: On = None,
    json: Json = False,
) -> None:
    """Allot a waiting list: as many as can be placed, longest waiting first, the best fit overall."""
    from accord.fit import assign as allot

    _one_standard_input(people, therapists)
    day = day_named(on)
    with _progress("looking at who fits whom") as progress:
        waiting, offered = _people(people), _therapists(therapists)
        found = allot(waiting, offered, day, progress=progress)
    if json:
        show_json(
            {
                "assigned": [{"person": person, "therapist": therapist} for person, therapist in found.assigned],
                "unassigned": [{"person": each.person, "reason": each.reason} for each in found.unassigned],
                "total": found.total,
            }
        )
    else:
        _show_assigned(found)


@app.command()
def concerns(
    methods: Annotated[bool, typer.Option("--methods", help="The ways of working instead.")] = False,
    json: Json = False,
) -> None:
    """What people come with, and which ways of working have research support for it, with sources."""
    from accord import fit

    rows: list[dict[str, Any]]
    if methods:
        rows = [{"method": each.id, "name": each.name, "in plain words": each.plain} for each in fit.methods().values()]
    else:
        rows = [
            {
                "concern": each.id,
                "name": each.name,
                "method": one.method,
                "source": one.source,
                "confirmed": one.confirmed,
            }
            for each in fit.concerns().values()
            for one in each.support
        ]
        rows += [
            {"concern": each.id, "name": each.name, "method": None, "source": None, "confirmed": None}
            for each in fit.concerns().values()
            if each.open
        ]
    show_json(rows) if json else show_table(rows)


@app.command()
def schema() -> None:
    """The columns of needs, therapists and people, and what comes out."""
    import accord.fit

    typer.echo(Path(accord.fit.__file__).with_name("schema.md").read_text(encoding="utf-8"), nl=False)


def day_named(on: str | None) -> date:
    try:
        return date.fromisoformat(on) if on else date.today()
    except ValueError:
        raise UsageError(f"--on: got {on}, wanted a day such as 2026-05-31") from None


def _one_standard_input(*files: str) -> None:
    if files.count("-") > 1:
        raise UsageError("both files are -; standard input can be one of them")


def _needs(file: str) -> "Needs":
    """One person's needs; every field that cannot be used on stderr and exit code 1 if there is one."""
    from accord.cli import needs_file
    from accord.fit import needs_of

    found, wrong = needs_of(needs_file.one(file))
    if found is not None:
        return found
    for field, problem in wrong:
        print(f"accord: {file}, field {field}: {problem}", file=sys.stderr)
    raise DataError(f"{len(wrong)} fields of {file} cannot be used, so nobody was looked for; see `accord fit schema`")


def _therapists(file: str) -> "Profiles":
    from accord.cli import scored_file
    from accord.fit.table import THERAPIST, read_profiles

    table = scored_file.read(file)
    _passed_over(file, table, THERAPIST)
    profiles, refused = read_profiles(table)
    _refuse(file, refused)
    return profiles


def _people(file: str) -> "list[Needs]":
    from accord.cli import needs_file
    from accord.fit import people_of, read_people
    from accord.fit.asking import FIELDS

    rows = needs_file.many(file)
    if isinstance(rows, list):
        people, refused = people_of(rows)
    else:
        _passed_over(file, rows, tuple(FIELDS))
        people, refused = read_people(rows)
    _refuse(file, refused)
    return people


def _passed_over(file: str, table: "pl.DataFrame", known: tuple[str, ...]) -> None:
    from accord.fit.table import passed_over

    if strange := passed_over(table, known):
        print(f"accord: {file}: passed over {', '.join(strange)} (see `accord fit schema`)", file=sys.stderr)


def _refuse(file: str, refused: list[tuple[int, str, str]]) -> None:
    """Name every bad cell on stderr, then leave with exit code 1 and nothing on stdout."""
    if not refused:
        return
    for row, name, wrong in refused:
        print(f"accord: {file}, row {row}, column {name}: {wrong}", file=sys.stderr)
    rows = len({row for row, _, _ in refused})
    raise DataError(
        f"{rows} rows of {file} cannot be used, so nothing was done; correct them "
        "(rows are counted from 1, without the heading; `accord fit schema` has the columns)"
    )


def _as_json(found: "Shortlist") -> dict[str, Any]:
    return {
        "shortlist": [
            {
                "id": card.id,
                "reasons": [each.text for each in card.reasons],
                "differs": [each.text for each in card.differs],
            }
            for card in found.cards
        ],
        "excluded": found.excluded,
        "passed": found.passed,
        "near_best": found.near_best,
        "words": found.words,
        "relaxed": [{"limit": each.limit, "count": each.count, "text": each.text} for each in found.relaxed],
    }


def _show(found: "Shortlist") -> None:
    if found.cards:
        show_table(
            [
                {
                    "therapist": card.id,
                    "what fits": "\n".join(f"+ {each.text}" for each in card.reasons),
                    "what does not": "\n".join(f"- {each.text}" for each in card.differs),
                }
                for card in found.cards
            ]
        )
        print()
    print(_counted(found))


def _counted(found: "Shortlist") -> str:
    kept_out = ", ".join(f"{limit} {count:,}" for limit, count in found.excluded.items())
    told = f"{found.passed:,} pass. Kept out (who fails two is in both): {kept_out or 'nobody'}."
    if found.near_best > 1:
        told += f" {found.near_best:,} are too near the first place to tell apart; --seed says whose turn it is."
    if found.words:
        told += f" Free words were compared by {found.words}, on this machine."
    if not found.passed:
        told += "".join(f"\n  {each.text}" for each in found.relaxed)
        told += "" if found.relaxed else f"\n  {found.nobody}."
    return told


def _show_assigned(found: "Assignment") -> None:
    rows = [{"person": person, "therapist": who, "why not": None} for person, who in found.assigned[:FIRST_ROWS]]
    rows += [
        {"person": each.person, "therapist": None, "why not": each.reason} for each in found.unassigned[:FIRST_ROWS]
    ]
    if rows:
        show_table(rows)
        print()
    more = len(found.assigned) + len(found.unassigned) - len(rows)
    print(
        f"{f'... and {more:,} people more. ' if more else ''}{len(found.assigned):,} placed, {len(found.unassigned):,} "
        f"not; {found.total:.3f} in all of accommodation, 0 to 1 a person, and no allotment has more."
    )


@contextmanager
def _progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when it is a terminal, nothing otherwise."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
