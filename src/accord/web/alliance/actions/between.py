"""Between two sessions: one small step, words at hand, what to bring next time. Nothing here alerts anybody."""

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance.models import Brought, Course, Occasion, Saying, Step
from accord.web.alliance.queries import SeenStep
from accord.web.audit.actions import record
from accord.web.people.asker import Asker

HIGHEST = 10


def _side(asker: Asker) -> str:
    return "client" if "client" in asker else "therapist"


def _clients_alone(asker: Asker, what: str) -> None:
    if "client" not in asker:
        raise RefusedError(f"only the client {what}")


def _refuse_ended(course: Course, what: str) -> None:
    if course.ended_on:
        raise RefusedError(f"this course has ended; {what} belongs to one that goes on")


@transaction.atomic
def agree_step(*, asker: Asker, course: Course, what: str, attempt: UUID, at: datetime | None = None) -> SeenStep:
    """Agree on the next step; the one before is no longer the current one.

    Every earlier step is stamped, told or not: so nobody can tell from it which ones the client told and kept.
    """
    course = Course.objects.select_for_update().get(pk=course.pk)
    _refuse_ended(course, "a step")
    # The attempt is random and stored nowhere, so that this key tells nothing of the words.
    key = uuid5(course.pk, f"{attempt}/{what.strip()}")
    if not Step.objects.filter(pk=key).exists():  # pressed twice
        agreed_at = at or timezone.now()
        Step.objects.filter(course=course, set_aside_at=None).update(set_aside_at=agreed_at)
        made = Step(id=key, practice_id=course.practice_id, course=course, what=what.strip(), by=_side(asker))
        made.agreed_at = agreed_at
        made.save(force_insert=True)
        record(asker, "agree step", key)
    one = Step.objects.get(pk=key)
    return SeenStep(one.pk, course.pk, one.what, one.by, one.agreed_at, one.set_aside_at)


@transaction.atomic
def foretell(*, asker: Asker, step: SeenStep, foretold: int, kept: bool = False, at: datetime | None = None) -> None:
    """How afraid the client thinks they will be. Once the step is told, what was foretold stays as it was."""
    _clients_alone(asker, "foretells their fear")
    _on_the_scale(foretold)
    one = Step.objects.select_for_update().get(pk=step.pk)
    if one.told_at:
        raise RefusedError("this step is told already; what was foretold stays as it was")
    one.foretold, one.foretold_at, one.kept = foretold, at or timezone.now(), kept
    one.save()
    record(asker, "foretell step", one.pk)


@transaction.atomic
def tell_step(
    *,
    asker: Asker,
    step: SeenStep,
    went: str,
    felt: int | None,
    company: str,
    happened: str,
    kept: bool,
    at: datetime | None = None,
) -> None:
    """How it went. Telling again changes it; a step that was kept is told, for others, when it is shared."""
    _clients_alone(asker, "tells how a step went")
    if went not in dict(Step.WENT) or company not in {"", *dict(Step.COMPANY)}:
        raise RefusedError(f"a step went done, partly or not, alone or with somebody; got '{went}', '{company}'")
    if felt is not None:
        _on_the_scale(felt)
    one = Step.objects.select_for_update().get(pk=step.pk)
    if one.told_at is None or (one.kept and not kept):
        one.told_at = at or timezone.now()
    one.went, one.felt, one.company, one.happened, one.kept = went, felt, company, happened.strip(), kept
    one.save()
    record(asker, "tell step", one.pk)


def _on_the_scale(value: int) -> None:
    if not 0 <= value <= HIGHEST:
        raise RefusedError(f"fear goes from 0 to {HIGHEST}; got {value}")


@transaction.atomic
def set_aside_step(*, asker: Asker, step: SeenStep, undo: bool = False) -> None:
    """Leave a step for now, or take it on again while no other was agreed since."""
    course = Course.objects.select_for_update().get(pk=step.course)
    if undo:
        _refuse_ended(course, "a step")
    if step.state == "told":
        raise RefusedError("this step is told; there is nothing to set aside")
    if undo and Step.objects.filter(course=step.course, agreed_at__gt=step.agreed_at).exists():
        raise RefusedError("another step was agreed since; agree this one again in its place")
    waiting = Step.objects.filter(pk=step.pk, set_aside_at__isnull=not undo)
    if waiting.update(set_aside_at=None if undo else timezone.now()):
        record(asker, "take step on again" if undo else "set step aside", step.pk)


@transaction.atomic
def save_saying(*, asker: Asker, course: Course, text: str) -> Saying:
    """Keep the therapist's words at hand; the same words are kept once."""
    Course.objects.select_for_update().get(pk=course.pk)
    text = text.strip()
    for one in Saying.objects.filter(course=course, removed_at=None):
        if one.text == text:
            return one
    made = Saying(practice_id=course.practice_id, course=course, text=text, by=_side(asker))
    made.save(force_insert=True)
    record(asker, "save words at hand", made.pk)
    return made


@transaction.atomic
def remove_saying(*, asker: Asker, saying: Saying, undo: bool = False) -> None:
    """Take words from the page, or bring them back."""
    there = Saying.objects.filter(pk=saying.pk, removed_at__isnull=not undo)
    if there.update(removed_at=None if undo else timezone.now()):
        record(asker, "bring words back" if undo else "remove words at hand", saying.pk)


@transaction.atomic
def bring(*, asker: Asker, course: Course, kind: str, about: UUID | None = None, text: str = "") -> Brought:
    """One tap: bring this to the next session. The same thing waits once, however often it is pressed."""
    _clients_alone(asker, "brings something to a session")
    course = Course.objects.select_for_update().get(pk=course.pk)
    _refuse_ended(course, "something to bring")
    _refuse_others(course, kind, about, text.strip())
    if there := _waits(course, kind, about, text.strip()):
        return there
    made = Brought(practice_id=course.practice_id, course=course, kind=kind, about=about, text=text.strip())
    made.save(force_insert=True)
    record(asker, "bring to next session", made.pk)
    return made


def _waits(course: Course, kind: str, about: UUID | None, text: str) -> Brought | None:
    """The same thing, brought and not yet talked about."""
    waiting = Brought.objects.filter(course=course, kind=kind, about=about, taken_up_at=None, withdrawn_at=None)
    return next((one for one in waiting if one.text == text), None)


def _refuse_others(course: Course, kind: str, about: UUID | None, text: str) -> None:
    """Only what belongs to this very course can be brought to its session."""
    tables = {Brought.STEP: Step, Brought.SAYING: Saying, Brought.SESSION: Occasion}
    if kind == Brought.THOUGHT:
        there = bool(text) and about is None
    else:
        there = kind in tables and tables[kind]._default_manager.filter(pk=about, course=course).exists()
    if not there:
        raise RefusedError("there is nothing here to bring: choose a step, words, a session, or write a thought")


@transaction.atomic
def withdraw(*, asker: Asker, brought: Brought, undo: bool = False) -> None:
    """A client takes something back, as if it had not been brought; or brings it after all."""
    _clients_alone(asker, "takes back what they brought")
    if brought.taken_up_at:
        raise RefusedError("you have talked about this already; it cannot be taken back")
    if undo:
        _refuse_ended(Course.objects.select_for_update().get(pk=brought.course_id), "something to bring")
    there = Brought.objects.filter(pk=brought.pk, withdrawn_at__isnull=not undo)
    if undo and _waits(brought.course, brought.kind, brought.about, brought.text):
        return
    if there.update(withdrawn_at=None if undo else timezone.now()):
        record(asker, "bring after all" if undo else "take back what was brought", brought.pk)


@transaction.atomic
def take_up(*, asker: Asker, brought: Brought, undo: bool = False) -> None:
    """The therapist: 'we talked about it'. Or it waits again."""
    if "therapist" not in asker:
        raise RefusedError("only the therapist says that it was talked about")
    there = Brought.objects.filter(pk=brought.pk, withdrawn_at=None, taken_up_at__isnull=not undo)
    if there.update(taken_up_at=None if undo else timezone.now()):
        record(asker, "let it wait again" if undo else "take up what was brought", brought.pk)
