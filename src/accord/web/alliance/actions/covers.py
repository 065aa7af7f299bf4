"""A colleague looks after courses while their therapist is away."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import transaction

from accord.errors import RefusedError
from accord.web.alliance import queries
from accord.web.alliance.models import Course, Cover
from accord.web.audit.actions import record
from accord.web.people.asker import Asker
from accord.web.people.models import Member
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries


@transaction.atomic
def look_after(*, asker: Asker, courses: Sequence[Course], member: Member, since: date, until: date) -> Sequence[Cover]:
    """From the first day to the last the colleague sees these courses as their therapist does, and their flags.

    Flags that are open go to them at once where the days have begun; later ones with the day they begin.
    """
    if any(one.therapist_id != asker.who or one.ended_on for one in courses):
        raise RefusedError("only open courses that you lead yourself can be looked after for you")
    check_taker(member, courses)
    if until < since:
        raise RefusedError(f"the last day, {until}, is before the first, {since}")
    made = []
    for course in courses:
        kept = {"practice_id": course.practice_id, "course": course, "member": member, "since": since, "until": until}
        cover, _ = Cover.objects.get_or_create(course=course, member=member, since=since, until=until, defaults=kept)
        made.append(cover)
        record(asker, "let look after", course.pk)
    if made and since <= courses[0].practice.today <= until:
        pass_flags(asker, [pk for one in courses for pk in (one.pk, *queries.earlier(one))], member)
    return made


def check_taker(member: Member, courses: Iterable[Course]) -> None:
    """A therapist of the same practice who can sign in; nobody else could see what comes."""
    if not member.is_therapist or not safety_queries.can_sign_in(member):
        raise RefusedError("only a therapist who can sign in can look after a client; choose another colleague")
    if any(one.practice_id != member.practice_id for one in courses):
        raise RefusedError("only a colleague of the same practice can look after a client")
    if any(one.therapist_id == member.pk for one in courses):
        raise RefusedError("a course cannot go to the therapist who leads it; choose a colleague")


def pass_flags(asker: Asker, course_ids: Sequence[object], to: Member) -> None:
    """The open flags of just these courses."""
    flags = safety_queries.open_of(course_ids)
    safety.hand_over_flags(asker=asker, flags=flags, to=to)


@transaction.atomic
def end_covers(*, asker: Asker, covers: Iterable[Cover]) -> None:
    """The therapist is back, or does not go: from now on the colleague sees nothing of it any more."""
    for one in covers:
        if one.course.therapist_id != asker.who:
            raise RefusedError("only the therapist who is away can end this")
        cut_short(one)
        record(asker, "end looking after", one.course_id)


def cut_short(one: Cover) -> None:
    """It was until yesterday; one that began today or later was never."""
    yesterday = one.practice.today - timedelta(days=1)
    if one.since > yesterday:
        one.delete()
    elif one.until > yesterday:
        one.until = yesterday
        if Cover.objects.filter(course=one.course_id, member=one.member_id, since=one.since, until=yesterday).exists():
            one.delete()
        else:
            one.save()
