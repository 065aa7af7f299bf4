"""A course goes on with somebody else for good: what is still open moves, what was said stays where it was said."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance import queries
from accord.web.alliance.actions.covers import check_taker, cut_short, pass_flags
from accord.web.alliance.actions.endings import stop, withdraw_follow_ups
from accord.web.alliance.models import (
    AnswerSet,
    Brought,
    CheckIn,
    Course,
    Cover,
    Ending,
    Occasion,
    PlannedMeasure,
    Saying,
    Step,
)
from accord.web.audit.actions import record
from accord.web.fit import actions as fit
from accord.web.people import actions as people
from accord.web.people.asker import Asker
from accord.web.people.models import Member
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries


@transaction.atomic
def hand_over(*, asker: Asker, course: Course, to: Member, note: str = "") -> Course:
    """End it here, and go on there: bookings with their links, open repairs, the current step, words at hand, flags.

    Answers stay with the old course, for the client and the therapist before. Returns the course that goes on.
    """
    course = Course.objects.select_for_update().select_related("practice", "client").get(pk=course.pk)
    if course.ended_on:
        raise RefusedError("this course has ended already")
    check_taker(to, [course])
    goes_on = _next(asker, course, to, note)
    _move_sessions(course, goes_on)
    _move_what_is_open(course, goes_on)
    pass_flags(asker, [course.pk, *queries.earlier(course)], to)
    for cover in Cover.objects.filter(course=course).select_related("practice"):
        cut_short(cover)
    _end(asker, course, note)
    record(asker, "hand over course", course.pk)
    return goes_on


def _next(asker: Asker, course: Course, to: Member, note: str) -> Course:
    """The colleague's own open course with this client, if there is one; else a new one with the same plan."""
    there = Course.objects.filter(client=course.client_id, therapist=to, ended_on=None).first()
    if there is None:
        made = {"practice_id": course.practice_id, "client": course.client, "therapist": to, "continues": course}
        there = Course.objects.create(**made)
        plan = PlannedMeasure.objects.filter(course=course)
        asked = [{"measure": one.measure, "moment": one.moment, "every": one.every} for one in plan]
        rows = [PlannedMeasure(practice_id=course.practice_id, course=there, **one) for one in asked]
        PlannedMeasure.objects.bulk_create(rows)
        record(asker, "open course", there.pk, practice=course.practice_id)
    elif there.pk not in queries.earlier(course):
        _follow(there, course)
    return there


def _follow(there: Course, course: Course) -> None:
    """One course after the other, so that whoever asks where one goes on comes to the last, and danger said late too.

    What the colleague's course went on from before now stands before all that this one went on from.
    """
    if course.pk in queries.earlier(there):
        return
    chain, before = [course.pk, *queries.earlier(course)], there.continues_id
    there.continues = course
    there.save(update_fields=["continues"])
    if before and before not in chain:
        Course.objects.filter(pk=chain[-1]).update(continues=before)


def _move_sessions(course: Course, goes_on: Course) -> None:
    """Booked sessions to come, numbered on; a link already sent opens the same check-in as before."""
    last = Occasion.objects.filter(course=goes_on).aggregate(last=Max("number"))["last"] or 0
    for number, one in enumerate(queries.coming_sessions(course, timezone.now()), last + 1):
        if _answered(one):
            _leave_answers(one, goes_on, number)
        else:
            one.course, one.number = goes_on, number
            one.save()


def _answered(one: Occasion) -> bool:
    """Whether a check-in was sent, not whether words were: whoever sees it move must not learn of kept ones."""
    sent = CheckIn.objects.filter(occasion=one).exclude(answered_at=None)
    return sent.exists() or AnswerSet.objects.filter(occasion=one).exists()


def _leave_answers(one: Occasion, goes_on: Course, number: int) -> None:
    """The form before this session was answered for the therapist before: it stays there, without the session."""
    moved = Occasion.objects.create(
        practice_id=one.practice_id, course=goes_on, number=number, held_on=one.held_on, starts_at=one.starts_at
    )
    CheckIn.objects.filter(occasion=one, answered_at=None).update(occasion=moved)
    one.number, one.starts_at, one.held_on = None, None, one.practice.today
    one.save()


def _move_what_is_open(course: Course, goes_on: Course) -> None:
    for repair in queries.open_repairs(course):
        repair.course = goes_on
        repair.save()
    # A step that was told and kept is, for both therapists, not told yet: it moves as if it were not.
    current = Step.objects.filter(Q(told_at=None) | Q(kept=True), set_aside_at=None)
    if not current.filter(course=goes_on).exists():
        current.filter(course=course).update(course=goes_on)
    Saying.objects.filter(course=course, removed_at=None).update(course=goes_on)
    Brought.objects.filter(course=course, taken_up_at=None, withdrawn_at=None).update(course=goes_on)


def _end(asker: Asker, course: Course, note: str) -> None:
    ending = Ending.objects.filter(course=course).first() or Ending(course=course, practice_id=course.practice_id)
    ending.how, ending.handed_note, ending.written_at = Ending.MOVED, note.strip(), timezone.now()
    stop(asker, course)
    ending.save()
    course.ended_on = course.practice.today
    course.save(update_fields=["ended_on"])


@transaction.atomic
def hand_over_all(*, asker: Asker, member: Member, takers: Sequence[tuple[Course, Member]], to: Member) -> None:
    """A member's open courses, each to its taker; flags that they answer for elsewhere, and stand-ins, to `to`.

    What was planned to be asked after courses that have ended is withdrawn: nobody would read it.
    """
    for course, taker in takers:
        hand_over(asker=asker, course=course, to=taker)
    gone = {pk for course, _ in takers for pk in (course.pk, *queries.earlier(course))}
    led = Course.objects.filter(therapist=member)
    ids = list(led.values_list("pk", flat=True))
    flags = safety_queries.waiting_for(member, ids).exclude(course__in=gone)  # those went with their course
    safety.hand_over_flags(asker=asker, flags=flags, to=to)
    for course in led.exclude(ended_on=None):
        withdraw_follow_ups(asker=asker, course=course)
    for cover in Cover.objects.filter(member=member).select_related("practice", "course"):
        _pass_cover(asker, cover, to)


def _pass_cover(asker: Asker, cover: Cover, to: Member) -> None:
    """Whom they looked after for somebody else is looked after by the taker; by the therapist, if that is the taker."""
    if cover.until < cover.practice.today:
        return
    if cover.course.therapist_id != to.pk:
        since = max(cover.since, cover.practice.today)
        key: dict[str, Any] = {"course": cover.course, "member": to, "since": since, "until": cover.until}
        Cover.objects.get_or_create(practice_id=cover.practice_id, **key)
        if since == cover.practice.today:
            pass_flags(asker, [cover.course_id, *queries.earlier(cover.course)], to)
    cut_short(cover)


@transaction.atomic
def member_leaves(*, asker: Asker, member: Member, to: Member | None) -> int:
    """Somebody does not work here any more: their courses go to a colleague, and they cannot sign in.

    Done by a manager, who sees how many courses it were and nothing else of them.
    """
    courses = list(Course.objects.filter(therapist=member, ended_on=None).select_related("practice"))
    responsible = safety_queries.plan(member.practice_id).responsible
    if responsible == member:
        raise RefusedError(f"{member.name} is the responsible clinician of the safety plan; name somebody else there")
    if to is not None:
        takers: list[tuple[Course, Member]] = [(one, to) for one in courses]
        hand_over_all(asker=asker, member=member, takers=takers, to=to)
    elif member.is_therapist:
        raise RefusedError("somebody has to look after their clients and their flags; choose a colleague")
    elif responsible and safety_queries.can_sign_in(responsible):
        flags = safety_queries.waiting_for(member, [])
        safety.hand_over_flags(asker=asker, flags=flags, to=responsible)
    elif member.is_deputy:
        raise RefusedError(
            "a deputy sees every flag; first the safety plan needs a responsible clinician who can sign in"
        )
    fit.call_off_all(asker=asker, member=member)
    people.close_account(asker=asker, member=member)
    fit.settle_reminders(member=member.pk)
    return len(courses)
