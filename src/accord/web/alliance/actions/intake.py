"""Bring in a table of courses. The same file twice changes nothing: what stands already is left as it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.tables import Reading, Row
from accord.web import wording
from accord.web.alliance.models import AnswerSet, Course, Intake, Occasion, PlannedMeasure
from accord.web.audit.actions import record
from accord.web.people import actions as people
from accord.web.people.asker import Asker
from accord.web.people.models import Client, Member, Practice
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries
from accord.web.safety.models import Flag

PLACE = UUID("6f1d5b0e-6a0f-5f0e-9c44-3d6a0b8f2a11")  # namespace of the ids below; any constant would do


@dataclass
class Brought:
    """What one bringing-in did: how many of each are new, and which lines stand already, same or different."""

    therapists: int = 0
    clients: int = 0
    courses: int = 0
    occasions: int = 0
    answer_sets: int = 0
    known: int = 0
    differ: list[int] = field(default_factory=list)


@transaction.atomic
def keep_intake(*, asker: Asker, practice: UUID, file_name: str, text: str, map_text: str) -> Intake:
    """Hold a file, encrypted, until its member says yes or no."""
    kept = Intake(practice_id=practice, member_id=asker.me, file_name=file_name[:120], text=text, map_text=map_text)
    kept.save()
    record(asker, "read table", kept.pk)
    return kept


@transaction.atomic
def discard_intake(*, asker: Asker, intake: Intake) -> None:
    record(asker, "discard table", intake.pk)
    Intake.objects.filter(pk=intake.pk, brought_in_at=None).delete()


@transaction.atomic
def bring_in(
    *, asker: Asker, practice: Practice, reading: Reading, therapist: Member | None = None, intake: Intake | None = None
) -> Brought:
    """Store every accepted row. With `therapist`, all of them are that therapist's own clients.

    What is there already stays as it is, also where the file says something else; such lines are named.
    """
    if intake:
        intake = Intake.objects.select_for_update().get(pk=intake.pk)
        if intake.brought_in_at:
            return Brought()  # pressed twice
    _refuse_unsafe(practice, reading)
    done = Brought()
    leads = [] if therapist else [row.therapist for row in reading.rows if row.therapist]
    members, done.therapists = people.bring_in_therapists(asker=asker, practice=practice.pk, codes=leads)
    every = [row.client for row in reading.rows]
    own = set(Course.objects.filter(therapist=therapist).values_list("client", flat=True)) if therapist else set()
    clients, done.clients = people.bring_in_clients(
        asker=asker, practice=practice.pk, codes=every, of=therapist.pk if therapist else None, own=own
    )
    courses = _courses(practice, reading.rows, clients, members, therapist, done)
    occasions = _occasions(practice, reading.rows, courses, done)
    _answer_sets(asker, practice, reading.rows, courses, occasions, done)
    if intake:
        intake.text, intake.map_text = "", ""
        intake.brought_in_at, intake.added = timezone.now(), done.answer_sets
        intake.save()
    record(asker, "bring in table", intake.pk if intake else None, practice=practice.pk)
    return done


def _refuse_unsafe(practice: Practice, reading: Reading) -> None:
    names = {measure for row in reading.rows for measure, _ in row.items}
    if any(wording.measure(name).safety for name in names):
        lacking = safety_queries.missing_for_self_harm_items(practice.pk)
        if lacking:
            raise RefusedError(
                "the table holds answers about self-harm; "
                f"first the safety plan of {practice.name} needs {', '.join(lacking)}"
            )


Place = tuple[str, str | None]


def _courses(
    practice: Practice,
    rows: Iterable[Row],
    clients: dict[str, Client],
    members: dict[str, Member],
    therapist: Member | None,
    done: Brought,
) -> dict[Place, Course]:
    """The course of each client with each therapist; one that is there is used, ended or not, the newest of several."""
    known = {
        (one.client_id, one.therapist_id): one for one in Course.objects.filter(practice=practice).order_by("opened_at")
    }
    found: dict[Place, Course] = {}
    new: list[Course] = []
    for row in rows:
        place = _place(row, therapist)
        if place in found:
            continue
        leads = therapist or members.get(row.therapist or "")
        key = (clients[row.client].pk, leads.pk if leads else None)
        if key not in known:
            known[key] = Course(practice=practice, client=clients[row.client], therapist=leads)
            new.append(known[key])
        found[place] = known[key]
    Course.objects.bulk_create(new)
    asked = {"practice": practice, "measure": "alliance", "moment": PlannedMeasure.AFTER}
    PlannedMeasure.objects.bulk_create(PlannedMeasure(course=course, **asked) for course in new)
    done.courses += len(new)
    return found


def _place(row: Row, therapist: Member | None = None) -> Place:
    return row.client, None if therapist else row.therapist


When = tuple[UUID, int | None, date | None]


def _when(course: Course, row: Row) -> When:
    """A session by its number; a day outside of one by the day."""
    return course.pk, row.session, None if row.session else row.held_on


def _occasions(
    practice: Practice, rows: Sequence[Row], courses: dict[Place, Course], done: Brought
) -> dict[When, Occasion]:
    known: dict[When, Occasion] = {}
    for one in Occasion.objects.filter(practice=practice):
        known[one.course_id, one.number, None if one.number else one.held_on] = one
    new = []
    for row in rows:
        course = _course_of(row, courses)
        if (key := _when(course, row)) not in known:
            known[key] = Occasion(
                practice=practice, course=course, number=row.session, held_on=row.held_on, attended=row.attended or ""
            )
            new.append(known[key])
    Occasion.objects.bulk_create(new)
    done.occasions += len(new)
    return known


def _course_of(row: Row, courses: dict[Place, Course]) -> Course:
    return courses.get((row.client, row.therapist)) or courses[row.client, None]


def _answer_sets(
    asker: Asker,
    practice: Practice,
    rows: Sequence[Row],
    courses: dict[Place, Course],
    occasions: dict[When, Occasion],
    done: Brought,
) -> None:
    sets = AnswerSet.objects.filter(practice=practice).order_by("revision")
    there = {(one.occasion_id, one.measure, one.rater): one for one in sets}
    flags: list[Flag] = []
    new = []
    for row in rows:
        course = _course_of(row, courses)
        occasion = occasions[_when(course, row)]
        for one in _sets_of(practice, row, occasion):
            before = there.get((occasion.pk, one.measure, one.rater))
            flags += _flags(asker, course, one)  # before anything else: an answer left out of the record is still said
            if before is None:
                new.append(one)
            elif (before.shared, before.total) == (one.answers, one.total):  # else a file could try out what is kept
                done.known += 1
            else:
                done.differ.append(row.line)
    AnswerSet.objects.bulk_create(new)
    safety.tell_of_file(flags=flags)
    done.answer_sets += len(new)


def _sets_of(practice: Practice, row: Row, occasion: Occasion) -> list[AnswerSet]:
    """Items where the file has them; else the total alone, whose items are unknown."""
    return [
        AnswerSet(
            practice=practice,
            occasion=occasion,
            measure=name,
            measure_version=wording.measure(name).version,
            rater=rater,
            answers=dict(row.items[name, rater]) if (name, rater) in row.items else None,
            total=None if (name, rater) in row.items else row.totals[name, rater],
            source="import",
            attempt=uuid5(PLACE, f"{occasion.pk}/{name}/{rater}"),
            answered_at=_stamp(row),
        )
        for name, rater in sorted({*row.totals, *row.items})
    ]


def _stamp(row: Row) -> datetime:
    """Noon of the day, where the file tells the day: nothing finer is known."""
    return datetime.combine(row.held_on, time(12), UTC) if row.held_on else timezone.now()


def _flags(asker: Asker, course: Course, one: AnswerSet) -> list[Flag]:
    if not one.answers:
        return []
    return safety.raise_flags(
        asker=asker,
        client=course.client,
        course=course.pk,
        therapist=course.therapist,
        measure=wording.measure(one.measure),
        answers=one.answers,
        source="import",
        cause=one.attempt,
        tell=False,
    )
