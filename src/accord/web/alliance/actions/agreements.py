"""The working agreement: proposed by the therapist, answered by the client; how near each goal is.

Each version stays as it was once it is answered; until then the client may put the goals into other words, and its
therapist may take it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils import timezone

from accord import alliance
from accord.errors import RefusedError
from accord.web.alliance.models import Agreement, Course, Goal, Progress
from accord.web.audit.actions import record
from accord.web.people.asker import Asker


@dataclass(frozen=True)
class Wanted:
    """One goal as it is proposed: its words, and which goal of an earlier version it carries on, if any."""

    words: str
    thread: UUID | None = None


@dataclass(frozen=True)
class Noted:
    """How near one goal is, 0 to 10, and whether the client keeps that for themself."""

    thread: UUID
    value: int
    kept: bool = False


@transaction.atomic
def propose_agreement(
    *,
    asker: Asker,
    course: Course,
    approach: str,
    goals: Sequence[Wanted],
    explained: bool,
    asked: bool,
    welcomed: bool,
    attempt: UUID,
    at: datetime | None = None,
) -> Agreement:
    """A new version, signed by its therapist; the same filled-in form makes one, however often it is pressed."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    _open(course)
    goals = [Wanted(goal.words.strip(), goal.thread) for goal in goals if goal.words.strip()]
    if not (explained and asked and welcomed):
        raise RefusedError("first explain it, ask for consent, and say that a no is welcome")
    if not approach.strip() or not 1 <= len(goals) <= alliance.MOST_GOALS:
        raise RefusedError(f"got {len(goals)} goals; an agreement holds an approach and 1 to {alliance.MOST_GOALS}")
    # The attempt is random and stored nowhere, so that this key tells nothing of the words.
    key = uuid5(attempt, repr((course.pk, approach.strip(), goals)))
    if before := Agreement.objects.filter(pk=key).first():
        return before
    made = Agreement(
        id=key,
        practice_id=course.practice_id,
        course=course,
        version=course.agreements.count() + 1,
        approach=approach.strip(),
        member_id=asker.me,
        proposed_at=at or timezone.now(),
    )
    made.save(force_insert=True)
    _write_goals(course, made, goals)
    record(asker, "propose agreement", made.pk)
    return made


def _write_goals(course: Course, agreement: Agreement, goals: Sequence[Wanted]) -> None:
    """A thread is carried on where it is one of this course's own, once."""
    known = set(Goal.objects.filter(agreement__course=course).values_list("thread", flat=True))
    for place, goal in enumerate(goals, 1):
        thread = goal.thread if goal.thread and goal.thread in known else uuid4()
        known.discard(thread)
        made = Goal(practice_id=course.practice_id, agreement=agreement, thread=thread, place=place, words=goal.words)
        made.save(force_insert=True)


def _open(course: Course) -> None:
    if course.ended_on:
        raise RefusedError("this course has ended; it can be read, and changed again once it is reopened")


def _latest(one: Agreement) -> Agreement:
    """The row, locked, if it is still the version that counts."""
    course = Course.objects.select_for_update().get(pk=one.course_id)
    _open(course)
    last = Agreement.objects.filter(course=course).order_by("-version").first()
    if last is None or last.pk != one.pk:
        raise RefusedError("another version has taken its place meanwhile; please read that one")
    return last


@transaction.atomic
def say_willing(*, asker: Asker, agreement: Agreement, willing: Mapping[str, int | None]) -> None:
    """How willing they are for each of the six, 0 to 10, or not said; until it is signed."""
    one = _latest(agreement)
    known = {thing.key: willing.get(thing.key) for thing in alliance.THINGS}
    alliance.topics(known)  # refuses a number outside of the scale
    same = known == {key: one.willing.get(key) for key in known}
    if same and (one.willing or one.state == Agreement.AGREED):
        return  # else six times 'not said' is stored, since that too is an answer
    if one.state == Agreement.AGREED:
        raise RefusedError("it is signed, and stays as it was; say what you would like otherwise")
    one.willing = known
    one.save(update_fields=["willing"])
    record(asker, "say willing", one.pk)


@transaction.atomic
def change_goal_words(*, asker: Asker, agreement: Agreement, words: Mapping[UUID, str]) -> None:
    """The client's own words for the goals, until they sign. A goal without words stays as it was."""
    one = _latest(agreement)
    for goal in one.goals.all():
        said = words.get(goal.pk, "").strip()
        if not said or said == goal.words:
            continue
        if one.client_signed_at:
            raise RefusedError("it is signed, and stays as it was; say what you would like otherwise")
        goal.words = said
        goal.save(update_fields=["words"])
        record(asker, "change goal words", goal.pk)


@transaction.atomic
def sign_agreement(
    *, asker: Asker, agreement: Agreement, where: str = Agreement.PAGE, at: datetime | None = None
) -> None:
    """The client's yes: on their own page, or in the room, entered by their therapist. Pressed twice, signed once."""
    if ("client" in asker) != (where == Agreement.PAGE):
        raise RefusedError("a client signs on their page; a therapist notes what was agreed in the room")
    one = _latest(agreement)
    if one.state == Agreement.AGREED:
        return
    one.client_signed_at, one.client_signed_in = at or timezone.now(), where
    one.save(update_fields=["client_signed_at", "client_signed_in"])
    record(asker, "sign agreement", one.pk)


@transaction.atomic
def agree_in_room(*, asker: Asker, agreement: Agreement, willing: Mapping[str, int | None]) -> None:
    """What the client said in the room, all at once: how willing for each of the six, and their yes."""
    say_willing(asker=asker, agreement=agreement, willing=willing)
    sign_agreement(asker=asker, agreement=agreement, where=Agreement.ROOM)


@transaction.atomic
def reply(
    *,
    asker: Asker,
    agreement: Agreement,
    words: Mapping[UUID, str],
    willing: Mapping[str, int | None],
    otherwise: str = "",
    signed: bool = False,
    at: datetime | None = None,
) -> None:
    """A client's filled-in page, all or nothing: their words, the six, and a yes or what they would like otherwise."""
    change_goal_words(asker=asker, agreement=agreement, words=words)
    say_willing(asker=asker, agreement=agreement, willing=willing)
    if otherwise:
        ask_otherwise(asker=asker, agreement=agreement, words=otherwise, at=at)
    if signed:
        sign_agreement(asker=asker, agreement=agreement, at=at)


@transaction.atomic
def ask_otherwise(*, asker: Asker, agreement: Agreement, words: str, at: datetime | None = None) -> None:
    """What the client would like otherwise, before signing or after it."""
    if not words.strip():
        raise RefusedError("say in a few words what you would like otherwise")
    one = _latest(agreement)
    if one.state == Agreement.OTHERWISE and one.otherwise == words.strip():
        return
    one.otherwise, one.otherwise_at = words.strip(), at or timezone.now()
    one.save(update_fields=["otherwise", "otherwise_at"])
    record(asker, "ask otherwise", one.pk)


@transaction.atomic
def take_back_proposal(*, asker: Asker, agreement: Agreement) -> None:
    """Undo proposing it, as long as the client has not answered anything of it."""
    one = _latest(agreement)
    if one.answered:
        raise RefusedError("your client has answered it already, so it stays; propose a new version instead")
    record(asker, "take back proposal", one.pk)
    one.delete()


@transaction.atomic
def note_progress(
    *, asker: Asker, course: Course, noted: Sequence[Noted], attempt: UUID, at: datetime | None = None
) -> None:
    """How near each goal is, as the client says now; the same filled-in form is stored once."""
    _open(course)
    threads = set(Goal.objects.filter(agreement__course=course).values_list("thread", flat=True))
    for each in noted:
        if each.thread not in threads:
            raise RefusedError("this goal belongs to no version of your agreement; please open the page again")
        if not 0 <= each.value <= alliance.TOP:
            raise RefusedError(f"got {each.value}; choose a number from 0 to {alliance.TOP}")
        made: dict[str, Any] = {"practice_id": course.practice_id, "course": course, "thread": each.thread}
        key = uuid5(attempt, f"{course.pk}/{each.thread}/{each.value}/{each.kept}")
        made |= {"value": each.value, "kept": each.kept, "said_at": at or timezone.now()}
        _, new = Progress.objects.get_or_create(pk=key, defaults=made)
        if new:
            record(asker, "note progress", key)


@transaction.atomic
def keep_progress(*, asker: Asker, course: Course, progress: UUID, kept: bool) -> None:
    """Keep for oneself what was shared, or share what was kept; the audit says the same, whichever way it goes."""
    if Progress.objects.filter(pk=progress, course=course).update(kept=kept):
        record(asker, "choose who reads progress", progress)
