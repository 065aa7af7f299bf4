"""`accord evidence release`: a release too large for a page, frozen by whoever runs the service."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.output import progress, show_json, show_table

Data = Annotated[Path | None, typer.Option("--data", help="The folder that holds keys and database.")]


def release(
    title: Annotated[str, typer.Option(help="Its title.")],
    first: Annotated[str, typer.Option("--from", help="The first quarter, as 2025-Q1; it has to be over.")],
    last: Annotated[str, typer.Option("--to", help="The last quarter, as 2025-Q4; it has to be over.")],
    purpose: Annotated[str, typer.Option(help="evaluation or research.")] = "evaluation",
    show: Annotated[
        list[str] | None, typer.Option(help="Who sees it beside managers: therapist, researcher, client.")
    ] = None,
    practice: Annotated[str | None, typer.Option(help="The practice; may be left out where there is one.")] = None,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Freeze a release of a practice, as its page 'Releases' does; the page writes this command for a large one."""
    from accord.cli.start import data_folder, practice_named, ready

    data_folder(data)
    ready(migrate=True)
    from uuid import uuid4

    from accord.web.evidence import actions, contents
    from accord.web.people.asker import COMMAND

    where = practice_named(practice)
    quarters = contents.quarter_of(first), contents.quarter_of(last)
    wanted = contents.Wanted(title, purpose, *quarters, shown_to=tuple(show or ()))
    with progress("working it out"):
        made = actions.freeze(asker=COMMAND, practice=where, wanted=wanted, attempt=uuid4())
    row = {"practice": where.name, "release": made.number, "title": made.title, "sha256": made.sha256}
    show_json(row) if json else show_table([row], title="Frozen")
