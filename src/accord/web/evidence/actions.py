"""The only writers: a client's word on research, freezing a release, taking one out of sight and showing it again."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.audit.actions import record
from accord.web.evidence import contents, gathering, queries
from accord.web.evidence.contents import Describe, Wanted
from accord.web.evidence.gathering import Gathered
from accord.web.evidence.models import CONSENT, Consent, Release, Turn
from accord.web.people.asker import Asker
from accord.web.people.models import Practice

TRIES = 3


@transaction.atomic
def say(*, asker: Asker, yes: bool) -> Consent:
    """A client's own yes or no to research, with the text they read; it holds for releases made from now on."""
    if "client" not in asker:
        raise RefusedError("only a client says whether their own answers are used in research")
    now = queries.consent(asker)
    if now and (now.yes, now.text) == (yes, CONSENT):
        return now  # pressed twice
    said = Consent(practice_id=asker.home, client_id=asker.me, yes=yes, text=CONSENT, said_at=timezone.now())
    said.save()
    record(asker, "say about research", said.pk)
    return said


def freeze(
    *,
    asker: Asker,
    practice: Practice,
    wanted: Wanted,
    attempt: UUID,
    describing: Describe = contents.describe,
    today: date | None = None,
) -> Release:
    """Freeze a release. The same form freezes one; of two at once the later is compared with the earlier anew.

    The working out holds no transaction, so that nobody's answers wait for it.
    """
    check(asker, practice, wanted, today := today or practice.today)
    if before := queries.by_attempt(practice.pk, attempt):
        return before  # pressed twice
    gathered = gathering.gather(asker, practice.pk, wanted.purpose, wanted.first, wanted.last)
    refuse(asker, practice, gathered, wanted)
    text = contents.canonical(contents.made(gathered, wanted, practice.name, today, describing))
    refuse_what_tells(text, gathered)
    for _ in range(TRIES):
        try:
            return _keep(asker, practice, wanted, attempt, gathered, text, today)
        except IntegrityError:  # somebody froze one at the same moment, or this very form twice
            if before := queries.by_attempt(practice.pk, attempt):
                return before
    raise RefusedError("others froze releases at the same moment; try again")


def check(asker: Asker, practice: Practice, wanted: Wanted, today: date) -> None:
    """Who asks, and whether what they ask for can be; the words of a page say it before."""
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, practice.pk):
        raise RefusedError("only a manager freezes a release of their own practice")
    if wanted.purpose not in contents.LABELS:
        raise RefusedError(f"got ‘{wanted.purpose}’ for the purpose; choose evaluation or research")
    if strangers := set(wanted.shown_to) - set(queries.READERS):
        raise RefusedError(
            f"nobody here is ‘{', '.join(sorted(strangers))}’; choose among {', '.join(queries.READERS)}"
        )
    over = gathering.quarters(asker, practice.pk, today)
    if not set(range(wanted.first, wanted.last + 1)) or not {wanted.first, wanted.last} <= set(over):
        raise RefusedError("choose quarters that are over, from the first one with sessions on")


def refuse(asker: Asker, practice: Practice, gathered: Gathered, wanted: Wanted) -> None:
    if why := refusal(asker, practice, gathered, wanted):
        raise RefusedError(why)


def refusal(asker: Asker, practice: Practice, gathered: Gathered, wanted: Wanted) -> str:
    """Why it may not be frozen as things stand; empty where it may."""
    own = asker.who if "therapist" in asker else None
    return contents.refusal(gathered, wanted, queries.earlier(practice.pk), own)


def refuse_what_tells(text: str, gathered: Gathered) -> None:
    """A last look at what was worked out: no name, nothing of a few."""
    if problem := contents.gives_away(text, gathered):
        raise RefusedError(f"nothing is frozen, since {problem}. Please tell whoever runs this service")


@transaction.atomic
def _keep(
    asker: Asker, practice: Practice, wanted: Wanted, attempt: UUID, gathered: Gathered, text: str, today: date
) -> Release:
    number = max((one.number for one, _ in queries.earlier(practice.pk)), default=0) + 1
    refuse(asker, practice, gathered, wanted)
    release = Release(
        practice=practice,
        number=number,
        made_on=today,
        first=wanted.first,
        last=wanted.last,
        purpose=wanted.purpose,
        title=wanted.title,
        shown_to=sorted(wanted.shown_to),
        clients=gathered.clients,
        frozen=text,
        sha256=queries.fingerprint(text),
        cells={client: list(cells) for client, cells in gathered.cells.items()},
        member_id=asker.who,
        attempt=attempt,
    )
    release.save()
    record(asker, "freeze release", release.pk, practice=practice.pk)
    return release


@transaction.atomic
def hide(*, asker: Asker, release: Release, why: str) -> Turn:
    """Take it out of everybody's sight but the managers'; what is in it stays as it is."""
    if not why.strip():
        raise RefusedError("say in a line why it is taken out of sight")
    turned = _turn(asker, release, hidden=True, why=why)
    assert turned
    return turned


@transaction.atomic
def show(*, asker: Asker, release: Release) -> Turn | None:
    """Show it again to those it names."""
    return _turn(asker, release, hidden=False, why="")


def _turn(asker: Asker, release: Release, *, hidden: bool, why: str) -> Turn | None:
    if "manager" not in asker or asker.practice != release.practice_id:
        raise RefusedError("only a manager hides or shows a release of their own practice")
    now = Turn.objects.filter(release=release).order_by("-at").first()
    if hidden == bool(now and now.hidden):
        return now  # pressed twice
    given: dict[str, Any] = {"hidden": hidden, "why": why.strip(), "member_id": asker.me}
    turned = Turn(practice_id=release.practice_id, release=release, at=timezone.now(), **given)
    turned.save()
    record(asker, "hide release" if hidden else "show release", release.pk)
    return turned
