"""Who stands in for a therapist, and who looks after a course now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from accord.web.alliance.models import Course, Cover
from accord.web.alliance.queries.courses import course, seen_by
from accord.web.people.asker import Asker
from accord.web.people.models import Member
from accord.web.safety import queries as safety
from accord.web.safety.models import Flag


def last_of(course: Course) -> Course:
    """Where a course that was handed over goes on; any other course is its own."""
    while after := Course.objects.select_related("therapist__account", "practice").filter(continues=course).first():
        course = after
    return course


def earlier(course: Course) -> list[UUID]:
    """The courses that this one continues, the nearest first."""
    found, before = [], course.continues_id
    while before:
        found.append(before)
        before = Course.objects.values_list("continues", flat=True).get(pk=before)
    return found


def course_of_flag(asker: Asker, course_id: UUID) -> Course | None:
    """The course a flag was raised in, or the one it goes on in: whichever this asker sees."""
    if here := course(asker, course_id):
        return here
    raised_in = Course.objects.filter(pk=course_id).first()
    return course(asker, last_of(raised_in).pk) if raised_in else None


def open_flags(asker: Asker, course: Course) -> list[Flag]:
    """What nobody has looked at yet of this course and of those it continues, as far as this asker may see it."""
    ids = [course.pk, *earlier(course)]
    return [flag for flag in safety.open_flags(asker, courses=ids) if flag.course in ids]


def seen_ids(asker: Asker) -> list[UUID]:
    """What the safety room asks for beside the asker: every course they see now, ended ones too.

    Of a course they look after also those that it continues: an open flag of these went over to its therapist.
    """
    if asker.who is None:
        return []
    going_on = seen_by(asker).exclude(continues=None).exclude(therapist=asker.who) if "therapist" in asker else ()
    return [*seen_by(asker).values_list("pk", flat=True), *(pk for one in going_on for pk in earlier(one))]


def looks_after(course: Course, on: date) -> Member | None:
    """Whoever is there for this client on this day: who stands in, or else the therapist; none where nobody leads it.

    A course that was handed over is looked after by whoever leads it now.
    """
    now = last_of(course)
    there = Cover.objects.select_related("member__account").filter(course=now, since__lte=on, until__gte=on)
    stand_ins = [one.member for one in there.order_by("-made_at") if safety.can_sign_in(one.member)]
    return stand_ins[0] if stand_ins else now.therapist


def covers(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Cover]]:
    """Who stands in for whom, now and later, in order of days; for whoever may see the course."""
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Cover]] = defaultdict(list)
    found = Cover.objects.filter(course__in=seen).select_related("member", "practice", "course__therapist")
    for one in found.order_by("since", "made_at"):
        if one.until >= one.practice.today:
            grouped[one.course_id].append(one)
    return grouped


def looking_after(asker: Asker) -> dict[UUID, Cover]:
    """The courses of colleagues that this therapist looks after today, each with until when."""
    if "therapist" not in asker:
        return {}
    found = Cover.objects.filter(practice=asker.practice, member=asker.who, until__gte=_long_ago())
    found = found.select_related("practice", "course__therapist").order_by("until")
    return {one.course_id: one for one in found if one.since <= one.practice.today <= one.until}


def own_covers(asker: Asker) -> list[Cover]:
    """Who stands in for this therapist, now and later."""
    if "therapist" not in asker:
        return []
    found = Cover.objects.filter(practice=asker.practice, course__therapist=asker.who, until__gte=_long_ago())
    found = found.select_related("practice", "member", "course__client").order_by("since", "until", "member")
    return [one for one in found if one.until >= one.practice.today]


def _long_ago() -> date:
    """So early that it has passed on every calendar of the world."""
    return date.fromordinal(timezone.now().date().toordinal() - 2)


def led_by(asker: Asker) -> Sequence[Course]:
    """The open courses this therapist leads themself, not those they stand in for, by the client's name."""
    if "therapist" not in asker:
        return []
    found = seen_by(asker).filter(therapist=asker.who, ended_on=None)
    return sorted(found, key=lambda course: course.client.name.casefold())
