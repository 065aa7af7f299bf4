"""Courses, their occasions and plans: for whoever leads or looks after them and for the client whose they are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from accord.web.alliance.models import CheckIn, Course, Cover, Occasion, PlannedMeasure
from accord.web.people.asker import Asker
from accord.web.people.models import Member


def seen_by(asker: Asker) -> "QuerySet[Course]":
    """A client's own courses; those a therapist leads, and those of colleagues they look after today."""
    found = Course.objects.select_related("client", "therapist", "practice").filter(practice=asker.practice)
    if "client" in asker:
        return found.filter(client=asker.who)
    if "therapist" in asker:
        return found.filter(Q(therapist=asker.who) | Q(pk__in=_looked_after(asker)))
    return found.none()


def _looked_after(asker: Asker) -> list[UUID]:
    """From the first day to the last, on the practice's own calendar."""
    covers = Cover.objects.filter(practice=asker.practice, member=asker.who).select_related("practice")
    near = timezone.now().date()
    covers = covers.filter(since__lte=near + timedelta(days=2), until__gte=near - timedelta(days=2))
    return [one.course_id for one in covers if one.since <= one.practice.today <= one.until]


def caseload(asker: Asker) -> list[Course]:
    """The open courses this therapist leads or looks after today, by the client's name."""
    found = seen_by(asker).filter(ended_on=None) if "therapist" in asker else []
    return sorted(found, key=lambda course: course.client.name.casefold())


def led(asker: Asker) -> list[Course]:
    """Every course this very therapist led, ended ones too."""
    return list(seen_by(asker).filter(therapist=asker.who).order_by("opened_at")) if "therapist" in asker else []


def own_courses(asker: Asker) -> list[Course]:
    """A client's courses, the newest first."""
    return list(seen_by(asker).order_by("-opened_at")) if "client" in asker else []


def course(asker: Asker, course_id: UUID) -> Course | None:
    return seen_by(asker).filter(pk=course_id).first() if asker.who else None


def occasion(asker: Asker, occasion_id: UUID) -> Occasion | None:
    found = Occasion.objects.select_related("course__client", "course__therapist", "practice")
    return found.filter(pk=occasion_id, course__in=seen_by(asker)).first() if asker.who else None


def occasions(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Occasion]]:
    """Every occasion of these courses, in order of time, those without a day last."""
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Occasion]] = defaultdict(list)
    for one in Occasion.objects.filter(course__in=seen):
        grouped[one.course_id].append(one)
    for rows in grouped.values():
        rows.sort(key=lambda one: (one.held_on or date.max, one.number or 0))
    return grouped


def plan(asker: Asker, of: Course) -> list[PlannedMeasure]:
    """What this client is asked, in the order it is asked."""
    if course(asker, of.pk) is None:
        return []
    return sorted(PlannedMeasure.objects.filter(course=of), key=lambda one: (one.moment == "after", one.measure))


def todays_sessions(asker: Asker, now: datetime, time_zone: str) -> list[Occasion]:
    """Today's booked sessions of this therapist, in their own time zone, in order of time."""
    start = now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Occasion.objects.filter(course__in=seen_by(asker).filter(ended_on=None))
    if "therapist" not in asker:
        return []
    todays = mine.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return list(todays.exclude(attended=Occasion.CANCELLED).select_related("course__client").order_by("starts_at"))


HOUR = timedelta(hours=1)


def booked_quarters(member: Member, since: datetime, until: datetime) -> list[datetime]:
    """The quarters of an hour in which this therapist sits with a client; how long is not stored, so an hour."""
    booked = Occasion.objects.filter(course__therapist=member, starts_at__gte=since - HOUR, starts_at__lt=until)
    starts = booked.filter(attended=Occasion.BOOKED).exclude(number=None).values_list("starts_at", flat=True)
    return [quarter for at in starts if at for quarter in _quarters(at)]


def _quarters(at: datetime) -> list[datetime]:
    first = at.astimezone(UTC).replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    touched = 4 if first == at else 5
    return [first + timedelta(minutes=15 * place) for place in range(touched)]


def activity(asker: Asker, since: datetime) -> dict[str, int]:
    """What a manager may see of a practice: totals over everybody, never a name or a therapist."""
    if not asker.roles & {"manager"}:
        return {}
    today = timezone.now().date()
    courses = Course.objects.filter(practice=asker.practice)
    sessions = Occasion.objects.filter(practice=asker.practice, held_on__gte=since.date(), held_on__lte=today)
    sessions = sessions.exclude(number=None).exclude(attended=Occasion.CANCELLED)
    asked = CheckIn.objects.filter(occasion__in=sessions, occasion__starts_at__lt=timezone.now())
    return {
        "open": courses.filter(ended_on=None).exclude(therapist=None).count(),
        "waiting": courses.filter(ended_on=None, therapist=None).count(),
        "sessions": sessions.count(),
        "missed": sessions.filter(attended=Occasion.NO).count(),
        "asked": asked.count(),
        "answered": asked.exclude(answered_at=None).count(),
    }
