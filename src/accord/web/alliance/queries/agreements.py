"""The working agreement: its versions, how near its goals are, and whether it is time to look at it again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accord import alliance
from accord.web.alliance.models import Agreement, Course, Occasion, Progress
from accord.web.alliance.queries.courses import seen_by
from accord.web.alliance.queries.repairs import mended_since
from accord.web.people.asker import Asker


def agreement(asker: Asker, course: Course) -> Agreement | None:
    """The latest version, with its goals."""
    return _seen(asker, course).first()


def agreements(asker: Asker, course: Course) -> list[Agreement]:
    """Every version, the latest first."""
    return list(_seen(asker, course))


def _seen(asker: Asker, course: Course) -> "QuerySet[Agreement]":
    found = Agreement.objects.select_related("member", "course__client", "course__therapist", "course__practice")
    found = found.prefetch_related("goals").order_by("-version")
    return found.filter(course=course, course__in=seen_by(asker)) if asker.who else found.none()


def progress(asker: Asker, course: Course) -> dict[UUID, list[Progress]]:
    """thread -> how near that goal was, in order of time. What a client keeps is there for them alone."""
    found = Progress.objects.filter(course=course, course__in=seen_by(asker))
    if "client" not in asker:
        found = found.filter(kept=False)
    grouped: dict[UUID, list[Progress]] = defaultdict(list)
    for one in found.order_by("said_at") if asker.who else ():
        grouped[one.thread].append(one)
    return grouped


def agreement_due(
    asker: Asker,
    course: Course,
    occasions: Iterable[Occasion],
    agreement: Agreement | None,
    *,
    going_in: bool = False,
) -> alliance.Due | None:
    """Whether to look at it again. `going_in`: the session about to begin counts as reached."""
    if course.ended_on or not seen_by(asker).filter(pk=course.pk).exists():
        return None
    rows = list(occasions)
    held = _held_by(course, rows, timezone.now()) + going_in
    if agreement is None:
        return alliance.due(held, None, False)
    mended = mended_since(course, agreement.proposed_at)
    return alliance.due(held, _held_by(course, rows, agreement.proposed_at), mended)


def _held_by(course: Course, occasions: Iterable[Occasion], moment: datetime) -> int:
    """Sessions begun by then. One counts as held unless somebody said that it was not: files often say nothing."""
    missed, day = (Occasion.NO, Occasion.CANCELLED), moment.astimezone(course.practice.zone).date()
    held = (one for one in occasions if one.number and one.attended not in missed)
    return sum(one.starts_at <= moment if one.starts_at else (one.held_on or day) <= day for one in held)
