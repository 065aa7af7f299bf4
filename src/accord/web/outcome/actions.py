"""The only writers: turning a switch, working rules out, and what was decided about a course."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.outcome import DEFINITIONS, VERSION
from accord.web.alliance import queries as alliance
from accord.web.alliance.models import Course, Occasion
from accord.web.audit.actions import record
from accord.web.outcome import past, queries
from accord.web.outcome.models import COURSE, LEAVING, Decision, Switch, Worked
from accord.web.outcome.ruling import PURPOSE, Ruling, ruling
from accord.web.people.asker import Asker

DOSE = "below the agreed dose"


@transaction.atomic
def switch_on(
    *,
    asker: Asker,
    practice: UUID,
    what: str,
    definition: str = "",
    dose: int | None = None,
) -> Switch:
    """Switch it on for everybody in the practice, after the text that stands before it; who and when is kept."""
    _refuse_others(asker, practice)
    if what == LEAVING and not ruling(asker).course:
        raise RefusedError("who may stop coming rests on the expected course; switch that on first")
    if what == LEAVING and definition not in DEFINITIONS:
        raise RefusedError(f"got ‘{definition}’ for what counts as having stopped; choose one of {len(DEFINITIONS)}")
    if definition == DOSE and not dose:
        raise RefusedError("say how many sessions are the agreed dose")
    now = queries.switches(asker).get(what)
    wanted = (True, definition, dose if definition == DOSE else None, PURPOSE)
    if now and (now.on, now.definition, now.dose, now.purpose) == wanted:
        return now  # pressed twice
    return _turn(asker, practice, what, *wanted)


@transaction.atomic
def switch_off(*, asker: Asker, practice: UUID, what: str) -> Switch | None:
    """Switch it off again. What was worked out and decided stays; nobody sees a forecast any more."""
    _refuse_others(asker, practice)
    now = queries.switches(asker).get(what)
    if now is None or not now.on:
        return now
    return _turn(asker, practice, what, False, now.definition, now.dose, PURPOSE)


def _turn(asker: Asker, practice: UUID, what: str, on: bool, definition: str, dose: int | None, purpose: str) -> Switch:
    turned = Switch.objects.create(
        practice_id=practice,
        what=what,
        on=on,
        definition=definition,
        dose=dose,
        purpose=purpose,
        member_id=asker.me,
        at=timezone.now(),
    )
    record(asker, f"switch {what} {'on' if on else 'off'}", turned.pk, practice=practice)
    return turned


def _refuse_others(asker: Asker, practice: UUID) -> None:
    if "manager" not in asker or asker.practice != practice:
        raise RefusedError("only a manager turns a switch of their own practice")


def work_out(*, asker: Asker, practice: UUID) -> list[Worked]:
    """Work out every rule anew on the courses that are over; what stood before is replaced.

    The working out holds no transaction, so that nobody's answers wait for it; what it came to is stored in one.
    """
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, practice):
        raise RefusedError("only a manager works out the rules of their own practice")
    courses = past.over(alliance.past(asker, practice))
    found = {(COURSE, one.id): past.course_rule(courses, one) for one in past.measures_of(courses)}
    switches = queries.switches(Asker(practice=practice, roles=asker.roles))
    if chosen := switches.get(LEAVING):
        made = {key: _row(practice, key, one) for key, one in found.items()}
        rules = Ruling(switches, made).method
        found[LEAVING, ""] = past.leaving_rule(courses, chosen.definition, chosen.dose, rules)
    return _keep(asker, practice, found)


@transaction.atomic
def _keep(asker: Asker, practice: UUID, found: Mapping[tuple[str, str], past.Found]) -> list[Worked]:
    Worked.objects.filter(practice=practice).delete()
    made = Worked.objects.bulk_create(_row(practice, key, one) for key, one in found.items())
    record(asker, "work out rules", None, practice=practice)
    return made


def _row(practice: UUID, key: tuple[str, str], found: past.Found) -> Worked:
    what, measure = key
    return Worked(
        practice_id=practice,
        what=what,
        measure=measure,
        method=found.method,
        numbers=found.numbers,
        judged=found.judged,
        n_used=found.n_used,
        why=found.why,
        version=VERSION,
        made_at=timezone.now(),
    )


@transaction.atomic
def decide(
    *,
    asker: Asker,
    course: Course,
    since: Occasion,
    what: str,
    attempt: UUID,
    answers: Mapping[str, str] | None = None,
    asked: bool = False,
    steps: Sequence[str] = (),
    note: str = "",
    at: datetime | None = None,
) -> Decision:
    """Keep what was found and decided. The same form is stored once; a later one stands beside it and counts."""
    given = {"answers": dict(answers or {}), "asked": asked, "steps": list(steps)}
    return _write(asker, course, since, what, Decision.DECIDED, attempt, note, {**given, "at": at or timezone.now()})


@transaction.atomic
def lay_aside(
    *, asker: Asker, course: Course, since: Occasion, what: str, attempt: UUID, why: str, note: str = ""
) -> Decision:
    """Lay it aside, with the reason; it does not come back for the same stretch of sessions."""
    return _write(asker, course, since, what, Decision.ASIDE, attempt, note, {"why": why})


@transaction.atomic
def take_up_again(*, asker: Asker, course: Course, since: Occasion, what: str, attempt: UUID) -> Decision:
    """Undo laying it aside: it is worth a look again."""
    return _write(asker, course, since, what, Decision.BACK, attempt, "", {})


def _write(
    asker: Asker, course: Course, since: Occasion, what: str, kind: str, attempt: UUID, note: str, given: dict[str, Any]
) -> Decision:
    if before := Decision.objects.filter(attempt=attempt, course=course).first():
        return before  # pressed twice
    one = Decision(
        practice_id=course.practice_id,
        course=course,
        since=since,
        what=what,
        kind=kind,
        note=note.strip(),
        member_id=asker.me,
        attempt=attempt,
        **given,
    )
    one.save(force_insert=True)
    record(asker, f"{kind} about course", one.pk)
    return one
