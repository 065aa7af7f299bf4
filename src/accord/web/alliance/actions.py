"""The only writers of courses, sessions, check-ins and answers. Each is one transaction, and audited."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accord import measures
from accord.errors import RefusedError
from accord.web.alliance import queries
from accord.web.alliance.models import AnswerSet, CheckIn, Course, Draft, Occasion, PlannedMeasure
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.people.models import Client, Member
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries

AFTER_LIFE = timedelta(days=7)
BEFORE_LIFE = timedelta(hours=12)
"""How long after a session's start its two check-ins can still be answered."""

Given = Mapping[str, Mapping[str, int | float | None]]
"""measure -> item -> answer; None is a skipped item."""


@transaction.atomic
def open_course(*, asker: Asker, client: Client, therapist: Member | None) -> Course:
    """Begin; the Alliance check-in is planned from the first session on."""
    course = Course.objects.create(practice_id=client.practice_id, client=client, therapist=therapist)
    PlannedMeasure.objects.create(
        practice_id=client.practice_id, course=course, measure="alliance", moment=PlannedMeasure.AFTER
    )
    record(asker, "open course", course.pk, practice=client.practice_id)
    return course


@transaction.atomic
def plan_measures(*, asker: Asker, course: Course, wanted: Mapping[str, tuple[str, int]]) -> None:
    """measure -> (moment, every how many sessions): the whole plan; what is not in it is no longer asked."""
    for name in wanted:
        if not safety_queries.may_be_asked(measures.load(name), course.practice_id):
            lacking = ", ".join(safety_queries.missing_for_self_harm_items(course.practice_id))
            raise RefusedError(f"{measures.load(name).title} asks about self-harm; first the practice needs {lacking}")
    PlannedMeasure.objects.filter(course=course).delete()
    PlannedMeasure.objects.bulk_create(
        PlannedMeasure(practice_id=course.practice_id, course=course, measure=name, moment=moment, every=every)
        for name, (moment, every) in wanted.items()
    )
    record(asker, "plan measures", course.pk)


@transaction.atomic
def book_session(*, asker: Asker, course: Course, starts_at: datetime) -> Occasion:
    """The next session, with the check-ins its plan asks for before and after it."""
    if course.ended_on:
        raise RefusedError("this course has ended; open a new one to book a session")
    last = Occasion.objects.filter(course=course).aggregate(last=Max("number"))["last"] or 0
    day = starts_at.astimezone(ZoneInfo(course.practice.time_zone)).date()
    occasion = Occasion.objects.create(
        practice_id=course.practice_id, course=course, number=last + 1, held_on=day, starts_at=starts_at
    )
    for moment in (PlannedMeasure.BEFORE, PlannedMeasure.AFTER):
        _ask(course, occasion, moment)
    record(asker, "book session", occasion.pk, practice=course.practice_id)
    return occasion


def _ask(course: Course, occasion: Occasion, moment: str) -> None:
    due = [
        one.measure
        for one in PlannedMeasure.objects.filter(course=course, moment=moment).order_by("measure")
        if ((occasion.number or 1) - 1) % one.every == 0
    ]
    if not due or occasion.starts_at is None:
        return
    key, life = uuid4(), BEFORE_LIFE if moment == PlannedMeasure.BEFORE else AFTER_LIFE
    CheckIn.objects.create(
        id=key,
        practice_id=course.practice_id,
        occasion=occasion,
        moment=moment,
        measures=due,
        token_hash=token_hash(settings.KEYS.token(key, 1)),
        expires_at=occasion.starts_at + life,
    )


@transaction.atomic
def move_session(*, asker: Asker, occasion: Occasion, starts_at: datetime) -> None:
    """Another time; links already sent stay good and follow the new time."""
    occasion.starts_at = starts_at
    occasion.held_on = starts_at.astimezone(ZoneInfo(occasion.practice.time_zone)).date()
    occasion.save()
    for one in occasion.check_ins.all():
        life = BEFORE_LIFE if one.moment == PlannedMeasure.BEFORE else AFTER_LIFE
        one.expires_at = starts_at + life
        one.save()
    record(asker, "move session", occasion.pk)


@transaction.atomic
def record_attendance(*, asker: Asker, occasion: Occasion, attended: str) -> None:
    """Came, late, cancelled, did not come, or booked again (undo). A session not held asks nothing any more."""
    occasion.attended = attended
    occasion.save()
    if attended in (Occasion.NO, Occasion.CANCELLED):
        for one in occasion.check_ins.all():
            notices.cancel(f"check-in:{one.pk}")
    record(asker, "record attendance", occasion.pk)


@transaction.atomic
def renew_link(*, asker: Asker, check_in: CheckIn) -> CheckIn:
    """A new link for the same questions; the old one stops working."""
    check_in.generation += 1
    check_in.token_hash = token_hash(settings.KEYS.token(check_in.pk, check_in.generation))
    check_in.expires_at = max(check_in.expires_at, timezone.now() + AFTER_LIFE)
    check_in.save()
    notices.cancel(f"check-in:{check_in.pk}")
    record(asker, "renew link", check_in.pk)
    return check_in


@transaction.atomic
def send_link(*, asker: Asker, check_in: CheckIn) -> None:
    """Put the link into the outbox, for an after-session check-in not before the session has begun."""
    client = check_in.occasion.course.client
    if not client.email:
        raise RefusedError("this client has no e-mail address here; show or copy the link instead")
    notices.cancel(f"check-in:{check_in.pk}")
    notices.write(
        practice=check_in.practice_id,
        kind="check-in",
        address=client.email,
        link=check_in.pk,
        generation=check_in.generation,
        cancel_key=f"check-in:{check_in.pk}",
        due_at=max(timezone.now(), queries.opens_at(check_in)),
    )
    record(asker, "send link", check_in.pk)


@transaction.atomic
def save_draft(*, check_in: CheckIn, given: Given) -> Draft | None:
    """Keep what was ticked so far; an answer that speaks of danger raises its flag here already.

    None when it was sent meanwhile: a second 'send' of the same page must not begin a new draft.
    """
    check_in = CheckIn.objects.select_for_update().get(pk=check_in.pk)
    draft = Draft.objects.filter(check_in=check_in).first()
    if draft is None and check_in.answered_at:
        return None
    draft = draft or Draft(check_in=check_in, practice_id=check_in.practice_id)
    for name, items in given.items():
        draft.answers[name] = {**draft.answers.get(name, {}), **items}
        _flag(check_in, name, items, "check-in")
    draft.saved_at = timezone.now()
    draft.save()
    if check_in.started_at is None:
        check_in.started_at = draft.saved_at
        check_in.save()
    return draft


def _flag(check_in: CheckIn, name: str, items: Mapping[str, Any], source: str) -> None:
    course = check_in.occasion.course
    safety.raise_flags(
        asker=by_link(check_in),
        client=course.client,
        course=course.pk,
        therapist=course.therapist,
        measure=measures.load(name),
        answers=items,
        source=source,
        cause=check_in.pk,
    )


def by_link(check_in: CheckIn) -> Asker:
    """Whoever holds the link acts as the client, and can only write."""
    return Asker(check_in.practice_id, check_in.occasion.course.client_id, frozenset({"client"}))


@transaction.atomic
def send_check_in(*, check_in: CheckIn) -> bool:
    """Turn the draft into answers. Sent again there is no draft any more: stores nothing, and says so by False."""
    check_in = CheckIn.objects.select_for_update().get(pk=check_in.pk)
    draft = Draft.objects.filter(check_in=check_in).first()
    if draft is None:
        return False
    for name in check_in.measures:
        _store(check_in.occasion, name, AnswerSet.CLIENT, draft.answers.get(name, {}), "check-in", draft.attempt)
        _flag(check_in, name, draft.answers.get(name, {}), "check-in")
    check_in.answered_at = timezone.now()
    check_in.save()
    draft.delete()
    notices.cancel(f"check-in:{check_in.pk}")
    record(by_link(check_in), "send check-in", check_in.pk)
    return True


def _store(
    occasion: Occasion, name: str, rater: str, items: Mapping[str, Any], source: str, attempt: UUID
) -> AnswerSet:
    measure = measures.load(name)
    measures.score(measure, items)  # refuses what is out of range before anything is written
    before = AnswerSet.objects.filter(occasion=occasion, measure=name, rater=rater)
    return AnswerSet.objects.create(
        practice_id=occasion.practice_id,
        occasion=occasion,
        measure=name,
        measure_version=measure.version,
        rater=rater,
        revision=(before.aggregate(last=Max("revision"))["last"] or 0) + 1,
        answers=dict(items),
        source=source,
        attempt=attempt,
    )


@transaction.atomic
def answer_again(*, check_in: CheckIn) -> Draft:
    """Begin anew with empty questions; until it is sent, the earlier answers count."""
    draft, _ = Draft.objects.get_or_create(check_in=check_in, defaults={"practice_id": check_in.practice_id})
    record(by_link(check_in), "answer again", check_in.pk)
    return draft


@transaction.atomic
def rate_session(*, asker: Asker, occasion: Occasion, items: Mapping[str, Any], attempt: UUID) -> bool:
    """The therapist's own side of the Alliance check-in; sent twice it is stored once."""
    occasion = Occasion.objects.select_for_update().get(pk=occasion.pk)
    if AnswerSet.objects.filter(attempt=attempt).exists():
        return False
    _store(occasion, "alliance", AnswerSet.THERAPIST, items, "therapist", attempt)
    record(asker, "rate session", occasion.pk)
    return True


@transaction.atomic
def end_course(*, asker: Asker, course: Course, ended: bool) -> None:
    """End it, or take the end back. What was said stays; nothing more is asked."""
    course.ended_on = timezone.now().date() if ended else None
    course.save()
    if ended:
        for one in CheckIn.objects.filter(occasion__course=course, answered_at=None):
            notices.cancel(f"check-in:{one.pk}")
    record(asker, "end course" if ended else "reopen course", course.pk)
