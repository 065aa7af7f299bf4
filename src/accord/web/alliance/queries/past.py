"""Courses that are over, without a name: what a practice's own rules are worked out from. No page shows one of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accord.web.alliance.models import AnswerSet, Course, Ending, Occasion
from accord.web.alliance.queries.answers import Rating, latest
from accord.web.people.asker import Asker

AT_A_TIME = 400
"""Courses that are read together: many enough for few queries, few enough for little memory."""


@dataclass(frozen=True, slots=True)
class Past:
    """One course that is over: how it ended by its therapist's word, its occasions in order, and their ratings."""

    course: UUID
    how: str
    occasions: Sequence[Occasion]
    ratings: Mapping[UUID, Sequence[Rating]]


def past(asker: Asker, practice: UUID) -> Iterator[Past]:
    """Every ended course of a practice, for whoever settles its rules. What a client keeps is not in it.

    A course that goes on with a colleague has not ended for its client, and is left out.
    """
    every = list(_over(asker, practice).order_by("opened_at", "pk").values_list("pk", flat=True))
    for first in range(0, len(every), AT_A_TIME):
        yield from _some(every[first : first + AT_A_TIME])


def how_many_past(asker: Asker, practice: UUID) -> int:
    return _over(asker, practice).count()


def _over(asker: Asker, practice: UUID) -> "QuerySet[Course]":
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, practice):
        return Course.objects.none()
    ended = Course.objects.filter(practice=practice, continued_by=None)
    return ended.filter(ended_on__lt=quarter_begun(timezone.now().date()))


def quarter_begun(today: date) -> date:
    """The first day of this quarter. What ended in it waits: worked out before and after one ending, figures of all
    courses would tell of that one."""
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def _some(courses: Sequence[UUID]) -> Iterator[Past]:
    how = dict(Ending.objects.filter(course__in=courses).values_list("course", "how"))
    held: dict[UUID, list[Occasion]] = defaultdict(list)
    for one in Occasion.objects.filter(course__in=courses).exclude(number=None).order_by("course", "number"):
        held[one.course_id].append(one)
    sets = AnswerSet.objects.filter(occasion__course__in=courses, rater=AnswerSet.CLIENT)
    ratings = latest(sets, lambda one: False)
    for course in courses:
        yield Past(course, how.get(course, ""), held[course], ratings)
