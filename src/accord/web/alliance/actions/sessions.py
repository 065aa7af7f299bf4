"""A course, its plan, its sessions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accord.errors import RefusedError
from accord.web import wording
from accord.web.alliance.models import CheckIn, Course, Occasion, PlannedMeasure
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.people.models import Client, Member
from accord.web.safety import queries as safety_queries

AFTER_LIFE = timedelta(days=7)
BEFORE_LIFE = timedelta(hours=12)
"""How long after a session's start its two check-ins can still be answered."""


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
        if not safety_queries.may_be_asked(wording.measure(name), course.practice_id):
            lacking = ", ".join(safety_queries.missing_for_self_harm_items(course.practice_id))
            raise RefusedError(
                f"{wording.measure(name).title} asks about self-harm; first the practice needs {lacking}"
            )
    PlannedMeasure.objects.filter(course=course).delete()
    PlannedMeasure.objects.bulk_create(
        PlannedMeasure(practice_id=course.practice_id, course=course, measure=name, moment=moment, every=every)
        for name, (moment, every) in wanted.items()
    )
    record(asker, "plan measures", course.pk)


@transaction.atomic
def book_session(*, asker: Asker, course: Course, starts_at: datetime) -> Occasion:
    """The next session, with the check-ins its plan asks for before and after it."""
    course = Course.objects.select_for_update().select_related("practice").get(pk=course.pk)
    if course.ended_on:
        raise RefusedError("this course has ended; open a new one to book a session")
    if (
        there := Occasion.objects.filter(course=course, starts_at=starts_at)
        .exclude(attended=Occasion.CANCELLED)
        .first()
    ):
        return there  # pressed twice
    last = Occasion.objects.filter(course=course).aggregate(last=Max("number"))["last"] or 0
    day = starts_at.astimezone(course.practice.zone).date()
    occasion = Occasion.objects.create(
        practice_id=course.practice_id, course=course, number=last + 1, held_on=day, starts_at=starts_at
    )
    for moment in (PlannedMeasure.BEFORE, PlannedMeasure.AFTER):
        _ask(course, occasion, moment)
    record(asker, "book session", occasion.pk, practice=course.practice_id)
    return occasion


def _ask(course: Course, occasion: Occasion, moment: str) -> None:
    planned = PlannedMeasure.objects.filter(course=course, moment=moment).order_by("measure")
    on_turn = [one.measure for one in planned if ((occasion.number or 1) - 1) % one.every == 0]
    # The plan was made while the practice was ready for it; whether it still is, is asked again here.
    due = [name for name in on_turn if safety_queries.may_be_asked(wording.measure(name), course.practice_id)]
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
    occasion = Occasion.objects.select_for_update().select_related("practice").get(pk=occasion.pk)
    _refuse_others(occasion)
    occasion.starts_at = starts_at
    occasion.held_on = starts_at.astimezone(occasion.practice.zone).date()
    occasion.save()
    for one in occasion.check_ins.all():
        life = BEFORE_LIFE if one.moment == PlannedMeasure.BEFORE else AFTER_LIFE
        one.expires_at = starts_at + life
        one.save()
    record(asker, "move session", occasion.pk)


def _refuse_others(occasion: Occasion) -> None:
    """What is asked after an ending has its day by agreement, and its client alone stops it or takes that back."""
    if occasion.number is None:
        raise RefusedError("this is no session: nobody comes to it, and it is not moved")


@transaction.atomic
def record_attendance(*, asker: Asker, occasion: Occasion, attended: str, cancelled_by: str = "") -> None:
    """Came, late, cancelled (by whom), did not come, or booked again (undo). One not held asks nothing any more."""
    occasion = Occasion.objects.select_for_update().get(pk=occasion.pk)
    _refuse_others(occasion)
    occasion.attended = attended
    occasion.cancelled_by = cancelled_by if attended == Occasion.CANCELLED else ""
    occasion.save()
    if attended in (Occasion.NO, Occasion.CANCELLED):
        for one in occasion.check_ins.all():
            notices.cancel(f"check-in:{one.pk}")
    record(asker, "record attendance", occasion.pk)
