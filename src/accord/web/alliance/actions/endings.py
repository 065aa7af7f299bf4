"""How a course ends: what stops with it, what is asked some time after, and how all of it is taken back."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance import queries
from accord.web.alliance.actions.sessions import record_attendance
from accord.web.alliance.models import CheckIn, Course, Ending, Occasion, PlannedMeasure
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash


@transaction.atomic
def end_course(
    *,
    asker: Asker,
    course: Course,
    how: str = Ending.PLANNED,
    review: str = "",
    noted: str = "",
    follow_ups: Iterable[int] = (),
    on: date | None = None,
) -> Ending:
    """End it, or write down more about an end that is there. What was said stays; nothing more is asked than agreed.

    `on` is for the past of an invented practice alone: no page asks for a day, since figures of quarters that are over
    rest on nobody being added to them.
    """
    course = Course.objects.select_for_update().select_related("practice", "client").get(pk=course.pk)
    ending = Ending.objects.filter(course=course).first() or Ending(course=course, practice_id=course.practice_id)
    ending.how, ending.review, ending.noted = how, review.strip(), noted.strip()
    if course.ended_on is None:
        course.ended_on, ending.written_at = on or course.practice.today, timezone.now()
        course.save(update_fields=["ended_on"])
        ending.stopped = stop(asker, course)
    ending.follow_ups = _settle(course, ending, course.ended_on, sorted(set(follow_ups)))
    ending.save()
    record(asker, "end course", course.pk)
    return ending


def stop(asker: Asker, course: Course) -> dict[str, list[str]]:
    """Call off what is still to come, and say what it was, so that it can be taken back."""
    called_off = [one for one in queries.unanswered(course) if notices.cancel(f"check-in:{one.pk}")]
    sessions = queries.coming_sessions(course, timezone.now())
    for one in sessions:
        record_attendance(asker=asker, occasion=one, attended=Occasion.CANCELLED, cancelled_by="therapist")
    return {"sessions": [str(one.pk) for one in sessions], "reminders": [str(one.pk) for one in called_off]}


@transaction.atomic
def reopen_course(*, asker: Asker, course: Course) -> None:
    """Take the end back: what it called off is booked and sent again, and nothing is asked later."""
    course = Course.objects.select_for_update().select_related("client").get(pk=course.pk)
    if Course.objects.filter(continues=course).exists():
        raise RefusedError("it goes on with a colleague, who can hand it back to you")
    if Course.objects.filter(client=course.client_id, therapist=course.therapist_id, ended_on=None).exists():
        if course.ended_on:
            raise RefusedError("there is another open course with this client; go on there, or end that one first")
        return  # pressed twice
    course.ended_on = None
    course.save(update_fields=["ended_on"])
    for one in Occasion.objects.filter(course=course, number=None, attended=Occasion.BOOKED).exclude(starts_at=None):
        _withdraw(one, "therapist")
    if ending := Ending.objects.filter(course=course).first():
        _start_again(asker, ending)
    record(asker, "reopen course", course.pk)


def _start_again(asker: Asker, ending: Ending) -> None:
    cancelled = Occasion.objects.filter(pk__in=ending.stopped.get("sessions", ()), cancelled_by="therapist")
    for one in cancelled:
        record_attendance(asker=asker, occasion=one, attended=Occasion.BOOKED)
    for check_in in CheckIn.objects.filter(pk__in=ending.stopped.get("reminders", ()), answered_at=None):
        remind(check_in)
    ending.stopped = {}
    ending.save()


def remind(check_in: CheckIn) -> None:
    """The link by e-mail, when it opens; nothing where there is no address or its time is over."""
    address = check_in.occasion.course.client.email
    if not address or check_in.expires_at <= timezone.now():
        return
    notices.cancel(f"check-in:{check_in.pk}")
    notices.write(
        practice=check_in.practice_id,
        kind="check-in",
        address=address,
        link=check_in.pk,
        generation=check_in.generation,
        cancel_key=f"check-in:{check_in.pk}",
        due_at=max(timezone.now(), queries.opens_at(check_in)),
    )


def _settle(course: Course, ending: Ending, ended_on: date, months: Sequence[int]) -> list[int]:
    """Ask after just these months. A client who does not want to be asked any more stays unasked."""
    if strange := set(months) - set(queries.MONTHS):
        raise RefusedError(f"a client can be asked after 1, 3 or 6 months, not after {min(strange)}")
    if months and queries.last_of(course) != course:
        raise RefusedError("the client goes on with a colleague here, who asks them now")
    if months and not course.client.email:
        raise RefusedError("this client has no e-mail address here; without one nothing can be asked later")
    if months and not queries.follow_up_measures(course):
        raise RefusedError("no outcome measure is planned for this client, so there is nothing to ask later")
    days = {number: queries.months_later(ended_on, number) for number in queries.MONTHS}
    every = _follow_ups(course)
    if any(one.cancelled_by == "client" for one in every):  # also where the course ends anew, on another day
        return list(ending.follow_ups)
    there = {one.held_on: one for one in every if one.held_on in days.values()}
    for number, day in days.items():
        if number in months:
            _ask_on(course, day, there.get(day))
        elif day in there:
            _withdraw(there[day], "therapist")
    return list(months)


def _follow_ups(course: Course) -> list[Occasion]:
    return list(Occasion.objects.filter(course=course, number=None).exclude(starts_at=None))


def _ask_on(course: Course, day: date, there: Occasion | None) -> None:
    if there:
        _ask_again(there)
        return
    starts_at = datetime.combine(day, time(12), course.practice.zone)
    occasion = Occasion.objects.create(practice_id=course.practice_id, course=course, held_on=day, starts_at=starts_at)
    key = uuid4()
    check_in = CheckIn.objects.create(
        id=key,
        practice_id=course.practice_id,
        occasion=occasion,
        moment=PlannedMeasure.AFTER,
        measures=queries.follow_up_measures(course),
        token_hash=token_hash(settings.KEYS.token(key, 1)),
        expires_at=starts_at + queries.FOLLOW_UP_LIFE,
    )
    remind(check_in)


def _ask_again(occasion: Occasion) -> None:
    if occasion.attended == Occasion.BOOKED:
        return
    occasion.attended, occasion.cancelled_by = Occasion.BOOKED, ""
    occasion.save()
    for one in occasion.check_ins.filter(answered_at=None):
        remind(one)


def _withdraw(occasion: Occasion, by: str) -> None:
    """Not asked any more; what was answered stays."""
    unanswered = list(occasion.check_ins.filter(answered_at=None))
    if occasion.attended != Occasion.BOOKED or not unanswered:
        return
    occasion.attended, occasion.cancelled_by = Occasion.CANCELLED, by
    occasion.save()
    for one in unanswered:
        notices.cancel(f"check-in:{one.pk}")


def _clients_alone(asker: Asker, course: Course) -> Course:
    """The course, locked: its therapist may be writing down its end in the same moment."""
    course = Course.objects.select_for_update().get(pk=course.pk)
    if asker.who != course.client_id:
        raise RefusedError("only the client says this")
    return course


@transaction.atomic
def stop_asking(*, asker: Asker, course: Course, stopped: bool) -> None:
    """'Do not ask me any more', or its undo: the client's own word, which no therapist takes back."""
    course = _clients_alone(asker, course)
    for one in _follow_ups(course):
        if stopped:
            _withdraw(one, "client")
        elif one.cancelled_by == "client":
            _ask_again(one)
    record(asker, "stop follow-ups" if stopped else "allow follow-ups again", course.pk)


@transaction.atomic
def withdraw_follow_ups(*, asker: Asker, course: Course) -> None:
    """Nobody would read them any more."""
    for one in _follow_ups(course):
        _withdraw(one, "therapist")
    record(asker, "withdraw follow-ups", course.pk)


@transaction.atomic
def take_along(*, asker: Asker, course: Course, taken: str, kept: bool) -> None:
    """What a client takes with them, in their own words; `kept` is for themself alone."""
    course = _clients_alone(asker, course)
    if course.ended_on is None:
        raise RefusedError("this course goes on; what you take with you is written when it has ended")
    ending = Ending.objects.filter(course=course).first() or Ending(course=course, practice_id=course.practice_id)
    ending.taken, ending.taken_kept = taken.strip(), kept
    ending.save()
    record(asker, "write what I take along", course.pk)
