"""Truth and bias on the screens: a therapist's own ratings beside their clients'. For that therapist alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from accord import alliance
from accord.alliance import CourseGap, TherapistGap
from accord.web.alliance import queries
from accord.web.alliance.course import ALLIANCE, Meeting, meetings
from accord.web.alliance.models import Course
from accord.web.people.asker import Asker


@dataclass(frozen=True)
class OwnGap:
    """One therapist's gap, and each course it comes from. `gap` is None before the first course is long enough."""

    gap: TherapistGap | None
    courses: Sequence[tuple[Course, CourseGap]]
    too_short: int


def of_course(rows: Sequence[Meeting]) -> CourseGap | None:
    """From four sessions on that both rated; an answer that is kept or skipped leaves its session out."""
    client = [row.total(ALLIANCE, "client") for row in rows]
    return alliance.course_gap(client, [row.total(ALLIANCE, "therapist") for row in rows])


def of_therapist(asker: Asker) -> OwnGap:
    """Over all courses this therapist led, partial pooling towards the usual gap."""
    courses = queries.led(asker)
    occasions = queries.occasions(asker, courses)
    ratings = queries.answers(asker, "care", [one.pk for rows in occasions.values() for one in rows])
    fitted = [(one, of_course(meetings(occasions.get(one.pk, []), ratings))) for one in courses]
    known = [(one, gap) for one, gap in fitted if gap]
    pooled = alliance.therapist_gap(gap.d for _, gap in known)
    return OwnGap(pooled, known, len(fitted) - len(known))
