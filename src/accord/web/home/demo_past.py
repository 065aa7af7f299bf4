"""What lies behind the invented group: courses that are over, and the expected course switched on after them."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.alliance import before
from accord.web.alliance import queries as alliance_queries
from accord.web.home import invented
from accord.web.outcome import actions, looks
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Member

BEFORE = ("A therapist of earlier years", "Another of earlier years", "A third of earlier years")
DEFINITION = "therapist judgement"
NOTE = "The move weighs on everything. First the flat, then the list of worries again."


def bring_in(manager: Member, seed: int, today: date) -> None:
    """Some hundred courses, led by people who have left: enough for a curve of the practice's own, and a hazard.

    Each was over on the day of its last session, so that the practice's totals have quarters to be made of.
    """
    past = invented.past(seed)
    for place, name in enumerate(BEFORE):
        with transaction.atomic():
            _of_one(manager, name, past[place :: len(BEFORE)], today - timedelta(days=700), place)


def _of_one(manager: Member, name: str, past: Sequence[invented.Over], first_day: date, place: int) -> None:
    left = people.add_member(asker=COMMAND, practice=manager.practice_id, name=name, roles=frozenset({"therapist"}))
    asker, rows, ended = of_member(left), [], {}
    for number, one in enumerate(past):
        client = f"Earlier {place + 1}.{number + 1}"
        held = one.rows(client, first_day + timedelta(days=len(BEFORE) * number % 360))
        rows += held
        ended[client] = (held[-1].held_on, "stopped" if one.stopped else "planned")
    alliance.bring_in(asker=asker, practice=manager.practice, reading=invented.table(rows), therapist=left)
    for course in alliance_queries.caseload(asker):
        on, how = ended[course.client.name]
        alliance.end_course(asker=asker, course=course, how=how, on=on)


def switch_on(manager: Member) -> None:
    asker, practice = of_member(manager), manager.practice_id
    actions.switch_on(asker=asker, practice=practice, what="course")
    actions.switch_on(asker=asker, practice=practice, what="leaving", definition=DEFINITION)
    actions.work_out(asker=asker, practice=practice)


def decide(therapist: Member) -> None:
    """Of those who are worth a look one was thought over with the client; the others wait."""
    asker, now = of_member(therapist), timezone.now()
    courses = alliance_queries.caseload(asker)
    rows = {key: seen.meetings for key, seen in before.read(asker, courses, now).items()}
    found = looks.insights(asker, courses, rows)
    waiting = [(one, look) for one in courses if (look := found[one.pk].look)]
    for course, look in waiting[1:2]:
        actions.decide(
            asker=asker,
            course=course,
            since=look.since,
            what="course",
            attempt=uuid4(),
            answers={"alliance.aims": "fine", "life.calm": "topic", "support.call": "topic"},
            asked=True,
            steps=["life", "support"],
            note=NOTE,
            at=now - timedelta(days=2),
        )
