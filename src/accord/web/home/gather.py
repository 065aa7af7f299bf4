"""What each desk needs, gathered from the rooms; nothing is stored here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accord.alliance import MOST
from accord.outcome.judged import share
from accord.outcome.withheld import SMALLEST
from accord.web import wording
from accord.web.alliance import before
from accord.web.alliance import course as reading
from accord.web.alliance import queries as alliance
from accord.web.alliance.models import CheckIn, Course, Occasion
from accord.web.alliance.signals import Mended, Sight
from accord.web.audit.actions import record
from accord.web.fit import queries as fit
from accord.web.fit.standing import Standing
from accord.web.outcome import looks
from accord.web.outcome import queries as outcome
from accord.web.outcome.looks import Insight
from accord.web.people.asker import Asker

NEW_FOR = timedelta(days=7)
HEAVY = 4
"""What puts a name first: a drop, strain, a word of 'not mended', scores that returned. The rest waits its turn."""


@dataclass(frozen=True)
class Line:
    """One client on the caseload: the line, the last scores, what is new, what is missing."""

    course: Course
    spark: str
    alliance: float | None
    strain: float | None
    outcome: str
    last_session: Occasion | None
    new: str
    lacks: str
    sight: Sight
    insight: Insight


ALLIANCE, OFF_COURSE, MAY_STOP = "alliance", "off course", "may stop"
WEIGHTS = {OFF_COURSE: 2.5, MAY_STOP: 2.6}
"""After an alert drop, a word of 'not mended' and strain; before a watch drop and scores that returned. Our choice."""


@dataclass(frozen=True)
class Named:
    """Somebody put first on the desk, with the one reason. `kind` is the section they stand in."""

    course: Course
    what: str
    reason: str
    kind: str
    weight: float


def caseload(asker: Asker, now: datetime) -> list[Line]:
    """One line a client, in a fixed number of queries however many clients there are."""
    courses = alliance.caseload(asker)
    occasions = alliance.occasions(asker, courses)
    every = [one.pk for rows in occasions.values() for one in rows]
    ratings = alliance.answers(asker, "care", every)
    asked = alliance.check_ins(asker, every)
    rows = {one.pk: reading.meetings(occasions.get(one.pk, []), ratings) for one in courses}
    seen = before.read_meetings(asker, courses, rows, asked, now)
    told = looks.insights(asker, courses, rows)
    record(asker, "read caseload")
    return [_line(one, seen[one.pk], told[one.pk], asked, now) for one in courses]


def first_names(asker: Asker, lines: Sequence[Line], midnight: datetime) -> list[Named]:
    """At most three a day, the weightiest first. Whom something was done for since midnight had their place already.

    One place and one reason each, whatever kind of reason it is.
    """
    settled = alliance.settled_since(asker, midnight) | outcome.settled_since(asker, midnight)
    waiting = [named for line in lines if (named := _named(line))]
    ranked = sorted(waiting, key=lambda one: (one.weight, one.course.opened_at))
    left = max(MOST - len(settled), 0)
    return [one for one in ranked if one.course.pk not in settled][:left]


def _named(line: Line) -> Named | None:
    """The weightiest of what there is to say of this client, if it puts a name first at all."""
    first, look, reach = line.sight.first, line.insight.look, line.insight.reach
    found = []
    if first and first.rank <= HEAVY:
        thing = before.things(line.sight)[0]
        found.append(Named(line.course, thing.name, thing.reason, ALLIANCE, first.rank))
    if look and look.waits:
        found.append(Named(line.course, "", look.reason, OFF_COURSE, WEIGHTS[OFF_COURSE]))
    if reach and reach.waits:
        said = reach.reason.removeprefix("worth reaching out: ")
        found.append(Named(line.course, "", said, MAY_STOP, WEIGHTS[MAY_STOP]))
    return min(found, key=lambda one: one.weight, default=None)


def meetings(asker: Asker, now: datetime, midnight: datetime) -> dict[str, list[Standing]]:
    """Who asks for a call, whom one talks to today, and who has chosen this therapist in the last week."""
    every = fit.requests(asker, now)
    lately = now - NEW_FOR
    return {
        "asked": [one for one in every if one.waits_for_therapist],
        "calls": fit.calls_of(asker, midnight, midnight + timedelta(days=1), now),
        "chosen": [one for one in every if one.meeting.chosen_at and one.meeting.chosen_at > lately],
    }


def open_repairs(lines: Sequence[Line]) -> list[tuple[Course, Mended]]:
    """What was talked about and is not mended, by client."""
    return [(line.course, one) for line in lines for one in line.sight.repairs if one.standing.waits]


def _line(
    course: Course, sight: Sight, insight: Insight, asked: Mapping[UUID, Sequence[CheckIn]], now: datetime
) -> Line:
    rows = sight.meetings
    rated = [row for row in rows if row.rating(reading.ALLIANCE, "client")]
    outcomes = reading.outcome_measures(rows)
    held = [row for row in rows if row.occasion.attended in (Occasion.YES, Occasion.LATE) or _was(row, now)]
    drawn = reading.ALLIANCE if rated or not outcomes else outcomes[0]
    return Line(
        course=course,
        spark=reading.sparkline(rows, drawn),
        alliance=rated[-1].total(reading.ALLIANCE, "client") if rated else None,
        strain=rated[-1].strain if rated else None,
        outcome=_last_outcome(rows, outcomes),
        last_session=held[-1].occasion if held else None,
        new=_new(rows, now),
        lacks=_lacks(held, asked, now),
        sight=sight,
        insight=insight,
    )


def _was(row: reading.Meeting, now: datetime) -> bool:
    """Something was rated on a day that is past: files often do not say who came."""
    day = row.occasion.held_on
    return bool(row.ratings and day and day <= now.date() and row.occasion.starts_at is None)


def _last_outcome(rows: Sequence[reading.Meeting], outcomes: Sequence[str]) -> str:
    for name in outcomes:
        known = [row.total(name, "client") for row in rows if row.total(name, "client") is not None]
        if known:
            return f"{wording.measure(name).short} {known[-1]:.0f}"
    return ""


def _new(rows: Sequence[reading.Meeting], now: datetime) -> str:
    fresh = [r for row in rows for r in row.ratings if r.rater == "client" and now - r.answered_at < NEW_FOR]
    fresh = [rating for rating in fresh if rating.source != "import"]
    names = sorted({wording.measure(rating.measure).short for rating in fresh})
    return ", ".join(names)


def _lacks(held: Sequence[reading.Meeting], asked: Mapping[UUID, Sequence[CheckIn]], now: datetime) -> str:
    """What the last session still misses: one side or the other, each in a word."""
    if not held:
        return ""
    last = held[-1]
    open_now = [one for one in asked.get(last.occasion.pk, ()) if one.answered_at is None]
    lacking = ["check-in" if one.moment == "after" else "form before the session" for one in open_now]
    if last.occasion.starts_at and not last.rating(reading.ALLIANCE, "therapist"):
        lacking.append("your side")
    return ", ".join(lacking)


def my_course(asker: Asker, course: Course, rows: Sequence[reading.Meeting]) -> dict[str, Any]:
    """What a client reads beside a course of theirs: who is there meanwhile, who goes on, what became of sessions."""
    after = alliance.last_of(course)
    sessions = [(row.occasion, _what_became(row.occasion, course)) for row in reversed(rows) if row.occasion.number]
    return {
        "covers": alliance.covers(asker, [course]).get(course.pk, []),
        "goes_on": after if after != course else None,
        "sessions": sessions,
    }


def _what_became(one: Occasion, course: Course) -> str:
    """In plain words, to the client."""
    therapist = course.therapist.name if course.therapist else "your practice"
    if one.attended == Occasion.CANCELLED:
        return {"client": "you cancelled", "therapist": f"{therapist} cancelled"}.get(one.cancelled_by, "cancelled")
    said = {Occasion.YES: "you came", Occasion.LATE: "you came a little late", Occasion.NO: "you were not there"}
    return said.get(one.attended, "booked" if one.starts_at else "not known")


def practice_figures(asker: Asker, now: datetime) -> list[tuple[str, str]]:
    """Totals over everybody in the last four weeks; anything about fewer than ten is not shown."""
    counts = alliance.activity(asker, now - timedelta(weeks=4))
    rows: list[tuple[str, Any]] = [
        ("People in therapy", counts["open"]),
        ("Courses without a therapist", counts["waiting"]),
        ("Sessions in four weeks", counts["sessions"]),
        ("Did not come", counts["missed"]),
        ("Check-ins asked", counts["asked"]),
    ]
    shown = [(name, str(count) if count >= SMALLEST else "fewer than 10") for name, count in rows]
    return [*shown, ("Check-ins answered", _share(counts["answered"], counts["asked"]))]


def _share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson 1927); nothing when either side of it holds fewer than ten."""
    if part < SMALLEST or whole - part < SMALLEST:
        return "too few to say"
    found = share(part, whole)
    return f"{found.value:.0%} (probably {found.low:.0%} to {found.high:.0%})"
