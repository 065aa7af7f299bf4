"""The only readers of courses and answers. Who asks comes first; what they may not see is not found.

A course is seen by the therapist who leads it and by the client whose it is. `answers` is the one way to what was
answered: it takes who sees it and for what purpose, and leaves out what a client keeps for themself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accord import measures
from accord.measures import Measure, Score
from accord.tables import Reading
from accord.web import wording
from accord.web.alliance.models import AnswerSet, CheckIn, Course, Intake, Occasion, PlannedMeasure
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.safety import queries as safety

Purpose = Literal["care", "own"]
CHANGE_WINDOW = timedelta(hours=24)
"""For this long after sending, a client may send the same check-in again; the latest answers count."""


GRACE = timedelta(hours=2)
"""Somebody who is filling in a check-in when its time ends may finish."""
BEFORE_OPENS = timedelta(days=3)
"""So long before a session the form that belongs before it can be answered."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One measure by one side on one occasion, as the asker may see it, with its score."""

    occasion: UUID
    measure: str
    rater: str
    revision: int
    answers: Mapping[str, int | float | None] | None
    score: Score
    answered_at: datetime
    source: str


def _courses(asker: Asker) -> "QuerySet[Course]":
    found = Course.objects.select_related("client", "therapist", "practice").filter(practice=asker.practice)
    if "client" in asker:
        return found.filter(client=asker.who)
    if "therapist" in asker:
        return found.filter(therapist=asker.who)
    return found.none()


def caseload(asker: Asker) -> list[Course]:
    """The open courses this therapist leads, by the client's name."""
    found = _courses(asker).filter(ended_on=None) if "therapist" in asker else []
    return sorted(found, key=lambda course: course.client.name.casefold())


def own_courses(asker: Asker) -> list[Course]:
    """A client's courses, the newest first."""
    return list(_courses(asker).order_by("-opened_at")) if "client" in asker else []


def course(asker: Asker, course_id: UUID) -> Course | None:
    return _courses(asker).filter(pk=course_id).first() if asker.who else None


def occasion(asker: Asker, occasion_id: UUID) -> Occasion | None:
    found = Occasion.objects.select_related("course__client", "course__therapist", "practice")
    return found.filter(pk=occasion_id, course__in=_courses(asker)).first() if asker.who else None


def occasions(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Occasion]]:
    """Every occasion of these courses, in order of time, those without a day last."""
    seen = _courses(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Occasion]] = defaultdict(list)
    for one in Occasion.objects.filter(course__in=seen):
        grouped[one.course_id].append(one)
    for rows in grouped.values():
        rows.sort(key=lambda one: (one.held_on or date.max, one.number or 0))
    return grouped


def answers(seen_by: Asker, purpose: Purpose, occasion_ids: Iterable[UUID]) -> dict[UUID, list[Rating]]:
    """What was answered on these occasions, the latest revision of each measure and side.

    `own` is a person rereading what they themselves entered; for `care` a kept answer equals a skipped one.
    """
    if "client" in seen_by and purpose != "own":
        raise ValueError("a client reads their own answers: purpose 'own'")
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=_courses(seen_by)).values("pk")
    found = AnswerSet.objects.filter(occasion__in=visible)
    if "client" in seen_by:
        found = found.filter(rater=AnswerSet.CLIENT)
    latest: dict[tuple[UUID, str, str], AnswerSet] = {}
    for one in found.order_by("revision"):
        latest[one.occasion_id, one.measure, one.rater] = one
    grouped: dict[UUID, list[Rating]] = defaultdict(list)
    for one in latest.values():
        grouped[one.occasion_id].append(_rating(one, hide_kept=purpose == "care"))
    return grouped


def _rating(one: AnswerSet, *, hide_kept: bool) -> Rating:
    given = one.answers
    if given is not None and hide_kept and one.kept:
        given = {item: None if item in one.kept else value for item, value in given.items()}
    score = _score(one.measure, given, one.total, one.measure_version)
    return Rating(one.occasion_id, one.measure, one.rater, one.revision, given, score, one.answered_at, one.source)


def _score(measure: str, given: Mapping[str, int | float | None] | None, total: float | None, version: str) -> Score:
    if given is not None:
        return measures.score(measure, given)
    return Score(
        total=total,
        subscales={},
        missing=(),
        prorated=False,
        risk=None,  # a total alone says nothing of single answers, so never 'no'
        reason="a total brought in alone: its items are not known",
        version=version,
    )


def plan(asker: Asker, of: Course) -> list[PlannedMeasure]:
    """What this client is asked, in the order it is asked."""
    if course(asker, of.pk) is None:
        return []
    return sorted(PlannedMeasure.objects.filter(course=of), key=lambda one: (one.moment == "after", one.measure))


def todays_sessions(asker: Asker, now: datetime, time_zone: str) -> list[Occasion]:
    """Today's booked sessions of this therapist, in their own time zone, in order of time."""
    start = now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Occasion.objects.filter(course__in=_courses(asker).filter(ended_on=None))
    if "therapist" not in asker:
        return []
    todays = mine.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return list(todays.exclude(attended=Occasion.CANCELLED).select_related("course__client").order_by("starts_at"))


def check_ins(asker: Asker, occasion_ids: Iterable[UUID]) -> dict[UUID, list[CheckIn]]:
    """What clients were asked on these occasions; whether they answered, not what."""
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=_courses(asker)).values("pk")
    grouped: dict[UUID, list[CheckIn]] = defaultdict(list)
    for one in CheckIn.objects.filter(occasion__in=visible).order_by("-moment"):
        grouped[one.occasion_id].append(one)
    return grouped


def check_in(asker: Asker, check_in_id: UUID) -> CheckIn | None:
    """A check-in as its therapist sees it: the link, never the draft."""
    if "therapist" not in asker:
        return None
    found = CheckIn.objects.select_related("occasion__course__client", "occasion__course__therapist", "practice")
    return found.filter(pk=check_in_id, occasion__course__in=_courses(asker)).first()


def waiting_check_ins(asker: Asker, now: datetime) -> list[CheckIn]:
    """What a client can answer now."""
    if "client" not in asker:
        return []
    mine = CheckIn.objects.select_related("occasion__course__therapist", "practice")
    mine = mine.filter(occasion__course__client=asker.who, answered_at=None, expires_at__gt=now)
    found = [one for one in mine if opens_at(one) <= now and one.occasion.attended not in ("no", "cancelled")]
    return sorted(found, key=lambda one: (opens_at(one), one.moment))


def opens_at(one: CheckIn) -> datetime:
    """Before a session: in its last days, since 'the last two weeks' should end near it. After: when it has begun."""
    starts_at = one.occasion.starts_at or one.expires_at
    return starts_at if one.moment == PlannedMeasure.AFTER else starts_at - BEFORE_OPENS


def by_token(token: str) -> CheckIn | None:
    """The check-in that a link's secret opens, whatever its state."""
    return _for_link().filter(token_hash=token_hash(token)).first()


def by_cookie(check_in_id: str) -> CheckIn | None:
    """The check-in of the cookie that a link was swapped for; a renewed link ends the older cookie, says its caller."""
    return _for_link().filter(pk=check_in_id).first()


def _for_link() -> "QuerySet[CheckIn]":
    return CheckIn.objects.select_related(
        "occasion__course__client", "occasion__course__therapist", "practice", "draft"
    )


def link_state(one: CheckIn, now: datetime) -> str:
    """'open', 'early' (the session has not begun), 'expired', 'answered' (can still be changed) or 'closed'."""
    draft = getattr(one, "draft", None)
    if one.answered_at is not None:
        changing = now < min(one.expires_at, one.answered_at + CHANGE_WINDOW)
        return ("open" if draft else "answered") if changing else "closed"
    if one.occasion.attended in (Occasion.NO, Occasion.CANCELLED) or one.occasion.course.ended_on:
        return "expired"
    begun = draft and draft.saved_at > now - GRACE
    if now >= one.expires_at and not begun:
        return "expired"
    return "early" if opens_at(one) > now else "open"


def asked(one: CheckIn) -> list[Measure]:
    """What this check-in asks now: a measure that the practice's safety plan no longer covers is left out."""
    every = [wording.measure(name) for name in one.measures]
    return [measure for measure in every if safety.may_be_asked(measure, one.practice_id)]


def sent_already(one: CheckIn, measure: Measure, given: Mapping[str, int | float | None]) -> bool:
    """Whether just these answers are what was stored last."""
    sets = AnswerSet.objects.filter(occasion=one.occasion, measure=measure.id, rater=AnswerSet.CLIENT)
    last = sets.order_by("-revision").first()
    return bool(last and last.answers and given.items() <= last.answers.items())


def link_path(one: CheckIn) -> str:
    return f"/c/{settings.KEYS.token(one.pk, one.generation)}/"


def activity(asker: Asker, since: datetime) -> dict[str, int]:
    """What a manager may see of a practice: totals over everybody, never a name or a therapist."""
    if not asker.roles & {"manager"}:
        return {}
    today = timezone.now().date()
    courses = Course.objects.filter(practice=asker.practice)
    sessions = Occasion.objects.filter(practice=asker.practice, held_on__gte=since.date(), held_on__lte=today)
    sessions = sessions.exclude(number=None).exclude(attended=Occasion.CANCELLED)
    asked = CheckIn.objects.filter(occasion__in=sessions, occasion__starts_at__lt=timezone.now())
    return {
        "open": courses.filter(ended_on=None).exclude(therapist=None).count(),
        "waiting": courses.filter(ended_on=None, therapist=None).count(),
        "sessions": sessions.count(),
        "missed": sessions.filter(attended=Occasion.NO).count(),
        "asked": asked.count(),
        "answered": asked.exclude(answered_at=None).count(),
    }


def intake(asker: Asker, intake_id: UUID) -> Intake | None:
    """A file this very member is bringing in."""
    return Intake.objects.filter(practice=asker.practice, member=asker.who, pk=intake_id).first() if asker.who else None


def intakes(asker: Asker) -> Sequence[Intake]:
    if "therapist" not in asker:
        return []
    return list(Intake.objects.filter(practice=asker.practice, member=asker.who).order_by("-read_at")[:20])


def already_there(asker: Asker, reading: Reading) -> int:
    """How many clients of a table this therapist already has here."""
    if "therapist" not in asker:
        return 0
    codes = [settings.KEYS.blind("client-code", row.client) for row in reading.rows]
    return _courses(asker).filter(client__code__in=set(codes)).values("client").distinct().count()
