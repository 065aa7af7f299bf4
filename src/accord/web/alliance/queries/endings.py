"""How a course ended, what is asked some time after, and what would happen if it ended now."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from accord.web import wording
from accord.web.alliance.models import CheckIn, Course, Declared, Ending, Occasion, PlannedMeasure, Repair
from accord.web.alliance.queries.courses import course, seen_by
from accord.web.alliance.queries.repairs import word_of
from accord.web.notices import queries as notices
from accord.web.people.asker import Asker
from accord.web.safety import queries as safety

MONTHS = (1, 3, 6)
"""After so many months a client can be asked once more."""
FOLLOW_UP_LIFE = timedelta(days=14)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Ended:
    """An ending as the asker may see it: what the client keeps for themself is, for anybody else, not there."""

    how: str = ""
    review: str = ""
    noted: str = ""
    taken: str = ""
    kept: bool = False
    follow_ups: Sequence[int] = field(default_factory=list)


def ending(asker: Asker, of: Course) -> Ended | None:
    """What was written at the end of this course, also while it is open again; None where nothing was."""
    one = Ending.objects.filter(course=of).first() if course(asker, of.pk) else None
    if one is None:
        return None
    own = "client" in asker
    hidden = one.taken_kept and not own
    return Ended(
        how=one.how,
        review=one.review,
        noted=one.noted or "",
        taken="" if hidden else one.taken,
        kept=one.taken_kept and own,
        follow_ups=tuple(one.follow_ups),
    )


def how_it_ended(asker: Asker, of: Course) -> str:
    """In words for either side."""
    if course(asker, of.pk) is None:
        return ""
    how = Ending.objects.filter(course=of).values_list("how", flat=True).first()
    return dict(Ending.HOW).get(how or "", "ended")


def handed_note(asker: Asker, of: Course) -> str:
    """What the therapist before left word of; for whoever sees the new course as its therapist does."""
    if "therapist" not in asker or course(asker, of.pk) is None or of.continues_id is None:
        return ""
    left = Ending.objects.filter(course=of.continues_id).first()
    return left.handed_note if left else ""


def follow_ups(asker: Asker, of: Course) -> list[Occasion]:
    """What is asked after the ending, in order of days, withdrawn ones too."""
    seen = seen_by(asker).filter(pk=of.pk)
    found = Occasion.objects.filter(course__in=seen, number=None).exclude(starts_at=None)
    return list(found.prefetch_related("check_ins").order_by("starts_at"))


def follow_up_measures(of: Course) -> list[str]:
    """The outcome measures as planned now; never the alliance, since the two no longer meet."""
    names = PlannedMeasure.objects.filter(course=of).exclude(measure="alliance").values_list("measure", flat=True)
    loaded = [wording.measure(name) for name in sorted(names)]
    return [one.id for one in loaded if one.has_text and safety.may_be_asked(one, of.practice_id)]


def coming_sessions(of: Course, now: datetime) -> list[Occasion]:
    """Booked and still to come."""
    booked = Occasion.objects.filter(course=of, attended=Occasion.BOOKED, starts_at__gt=now).exclude(number=None)
    return list(booked.order_by("starts_at"))


def unanswered(of: Course) -> list[CheckIn]:
    """Check-ins of this course that nobody has answered yet, whatever their state; follow-ups aside."""
    return list(CheckIn.objects.filter(occasion__course=of, answered_at=None).exclude(occasion__number=None))


def open_repairs(of: Course) -> list[Repair]:
    """What neither side has called mended as their latest word."""
    found = Repair.objects.filter(course=of).prefetch_related("declared")
    return [one for one in found if not any(_mended(one, by) for by in (Declared.CLIENT, Declared.THERAPIST))]


def _mended(one: Repair, by: str) -> bool:
    word = word_of(one, by)
    return bool(word and word.mended)


@dataclass(frozen=True)
class WouldEnd:
    """What an ending would do, told before anybody presses."""

    sessions: Sequence[Occasion]
    open_check_ins: int
    reminders: int


def would_end(asker: Asker, of: Course, now: datetime) -> WouldEnd:
    if course(asker, of.pk) is None:
        return WouldEnd((), 0, 0)
    waiting = [one for one in unanswered(of) if one.expires_at > now]
    reminders = [one for one in waiting if notices.waiting(f"check-in:{one.pk}")]
    return WouldEnd(coming_sessions(of, now), len(waiting), len(reminders))


def open_courses_of(asker: Asker, member: UUID) -> int:
    """How many courses somebody of the practice leads now: a manager's number, without a name in it."""
    if "manager" not in asker:
        return 0
    return Course.objects.filter(practice=asker.practice, therapist=member, ended_on=None).count()
