"""A release before it is frozen: what would be in it, what it could not say, and what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accord.errors import AccordError
from accord.evidence.suppression import rounded
from accord.web.audit.actions import record
from accord.web.evidence import actions, contents, drawn, gathering
from accord.web.evidence.contents import Describe, Wanted
from accord.web.people.asker import Asker
from accord.web.people.models import Practice

MOST_HERE = 12_000
"""Sessions that a page works on while somebody waits: some seconds. About a thousand courses."""


@dataclass(frozen=True)
class Seen:
    """Either `command`, where it is too large for a page, or `why` it may not be, or what it would say."""

    wanted: Wanted
    command: str = ""
    why: str = ""
    clients: int | None = None
    sessions: int | None = None
    table: dict[str, Any] | None = None
    said: Sequence[str] = ()
    silent: Sequence[tuple[str, str]] = ()

    @property
    def label(self) -> str:
        return contents.LABELS[self.wanted.purpose]


def too_large(asker: Asker, practice: Practice, wanted: Wanted) -> bool:
    return gathering.work(asker, practice.pk, wanted.first, wanted.last) > MOST_HERE


def look(asker: Asker, practice: Practice, wanted: Wanted, describing: Describe) -> Seen:
    """All of it; nothing is stored but the line in the audit."""
    if too_large(asker, practice, wanted):
        return Seen(wanted, command=contents.command(practice.name, wanted))
    record(asker, "preview release")
    gathered = gathering.gather(asker, practice.pk, wanted.purpose, wanted.first, wanted.last)
    if why := actions.refusal(asker, practice, gathered, wanted):
        return Seen(wanted, why=why)
    try:
        report = contents.made(gathered, wanted, practice.name, practice.today, describing)
        actions.refuse_what_tells(contents.canonical(report), gathered)
    except AccordError as error:
        return Seen(wanted, why=str(error))
    sections = report["sections"]
    return Seen(
        wanted,
        clients=rounded(gathered.clients),
        sessions=rounded(gathered.sessions),
        table=drawn.table(contents.lengths(gathered)),
        said=[one["heading"] for one in sections if one["enough"]],
        silent=[(one["heading"], " ".join(one["words"])) for one in sections if not one["enough"]],
    )
