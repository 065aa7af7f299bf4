"""What the invented people do between and around their sessions: steps, words at hand, a talk about a strain."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.alliance import before
from accord.web.alliance import queries as alliance_queries
from accord.web.alliance.models import Course
from accord.web.people.asker import Asker, of_client

STEPS = (
    ("Ask one question in the weekly meeting", 8, 4, "with", "My voice shook, and nobody minded."),
    ("Call back my sister", 7, 3, "alone", "We talked about the garden for ten minutes."),
    ("Walk to the market at noon", 6, 5, "alone", "Loud. I stayed until I had the bread."),
)
NEXT = "Say no to one thing this week"
SAYINGS = (
    "It has passed each time so far. You can wait for it here, with both feet on the ground.",
    "A hard day is a day. It does not tell you what you are.",
)
THOUGHT = "What you said about my brother stayed with me."
WORDS = (
    "Last time went a little fast for me.",
    "Thank you for asking twice. It helped that you waited.",
    "I would like to begin with the sleep next time.",
)
"""One of them with the last check-in of every third person."""
WEEK, NOON = timedelta(weeks=1), time(12)


def between(therapist: Asker, course: Course, days: Sequence[datetime], place: int) -> None:
    """By the place on the caseload alone, so that nothing else of the demonstration moves: every second has some."""
    if place % 2:
        return
    client = of_client(course.client)
    for text in SAYINGS[: 1 + place % 4 // 2]:
        alliance.save_saying(asker=therapist, course=course, text=text)
    for day, (what, foretold, felt, company, happened) in zip(days[-1 - len(STEPS) :], STEPS, strict=False):
        step = alliance.agree_step(asker=therapist, course=course, what=what, attempt=uuid4(), at=day)
        alliance.foretell(asker=client, step=step, foretold=foretold, at=day + timedelta(days=2))
        alliance.tell_step(
            asker=client,
            step=step,
            went="done",
            felt=felt,
            company=company,
            happened=happened,
            kept=False,
            at=day + timedelta(days=3),
        )
    alliance.agree_step(asker=therapist, course=course, what=NEXT, attempt=uuid4(), at=days[-1])
    if place % 4 == 0:
        alliance.bring(asker=client, course=course, kind="thought", text=THOUGHT)


def mend(therapist: Asker) -> None:
    """Where a drop came and scores returned, the two had talked; some say that it is mended, others not yet."""
    now, courses = timezone.now(), alliance_queries.caseload(therapist)
    for place, (course, seen) in enumerate(zip(courses, before.read(therapist, courses, now).values(), strict=True)):
        begun = next((one.repair.since for one in seen.readings if one.repair and one.repair.state == "repaired"), None)
        if (since := seen.occasion(begun)) is None:
            continue
        repair = alliance.open_repair(asker=therapist, course=course, since=since)
        at = (since.starts_at or datetime.combine(since.held_on or now.date(), NOON, since.practice.zone)) + WEEK
        alliance.note_talk(
            asker=therapist,
            repair=repair,
            talked_on=at.date(),
            about=["pace"],
            showed="withdrawal",
            tried=["listened", "part"],
            note="",
            attempt=uuid4(),
            at=at,
        )
        if place % 2:
            alliance.declare(asker=of_client(course.client), repair=repair, mended=True, at=at + WEEK)
