"""The working agreements of the demonstration: most signed, some with a wish, a few not made yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from accord import alliance as domain
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import Agreement, Course
from accord.web.people.asker import Asker, of_client

WAYS = (
    "Each week we look at one worry, test it in a small way, and see what came of it. You choose how small.",
    "We take it slowly. First what helps you through the week, then what lies behind it, when you want to.",
    "We find out together what keeps the low days going, and plan one thing a week that is worth doing.",
)
GOALS = (
    ("to sleep through the night", "to go to the market without planning my way out"),
    ("to say what I want without a bad conscience",),
    ("to get up in the morning and know what for", "to call my sister again", "to be less hard on myself"),
)
WISH = "Could we talk less about my childhood and more about this week?"
SAID = ((8, 7, 3, 9, 6, 8), (6, 4, 5, 8, None, 7), (9, 8, 7, 2, 5, 9), (7, None, 6, 8, 7, 8))


def agree(therapist: Asker, course: Course, days: Sequence[datetime], place: int) -> None:
    """By the place on the caseload alone, so that nothing else of the demonstration moves."""
    if place % 5 == 3:
        return
    begun = days[min(1 + place % 4, len(days) - 2)] + timedelta(minutes=40)
    one = alliance.propose_agreement(
        asker=therapist,
        course=course,
        approach=WAYS[place % 3],
        goals=[alliance.Wanted(words) for words in GOALS[place % 3]],
        explained=True,
        asked=True,
        welcomed=True,
        attempt=uuid4(),
        at=begun,
    )
    _answer(one, course, begun + timedelta(days=1), place)
    if place % 5 != 4:
        _progress(one, course, [day for day in days if day > begun], place)


def _answer(one: Agreement, course: Course, at: datetime, place: int) -> None:
    """Every fifth would like something otherwise; the others sign, with willingness high and low."""
    willing = dict(zip((thing.key for thing in domain.THINGS), SAID[place % 4], strict=True))
    wish = place % 5 == 4
    alliance.reply(
        asker=of_client(course.client),
        agreement=one,
        words={},
        willing=willing,
        otherwise=WISH if wish else "",
        signed=not wish,
        at=at,
    )


def _progress(one: Agreement, course: Course, days: Sequence[datetime], place: int) -> None:
    """A little nearer over the weeks, with a step back now and then."""
    for week, day in enumerate(days):
        value = min(domain.TOP, 2 + (week + place % 3) // 2 - (week % 4 == 3))
        noted = [alliance.Noted(goal.thread, max(0, value - goal.place + 1)) for goal in one.goals.all()]
        asker = of_client(course.client)
        alliance.note_progress(asker=asker, course=course, noted=noted, attempt=uuid4(), at=day - timedelta(hours=3))
