"""What a therapist has before the next session: one page, and the same as text for the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accord.alliance import MOST, SHOWED, Level, ToAsk
from accord.web.alliance import queries, signals
from accord.web.alliance.agreed import Agreed
from accord.web.alliance.between_reading import Between
from accord.web.alliance.course import Meeting, meetings
from accord.web.alliance.models import CheckIn, Course, Occasion, Words
from accord.web.alliance.signals import Sight
from accord.web.people.asker import Asker

NAMES = {
    "drop": "A drop in the alliance",
    "strain:off": "Something felt off",
    "strain:held_back": "Something was held back",
    "gap": "Your two views moved apart",
    "missing": "No check-in came",
    "mending": "Something is being mended",
}


@dataclass(frozen=True)
class Thing:
    """One of the three things: its name, its reason, and how to lay it aside or take it further."""

    asked: ToAsk
    name: str
    occasion: UUID | None
    repair: UUID | None
    level: Level | None = None

    @property
    def reason(self) -> str:
        """In one plain line, with the session it began in; `arithmetic` has the numbers behind it."""
        one, level = self.asked, self.level
        if one.what.startswith("strain:") and one.value is not None:
            return f"marked {one.value:g} of 5 after session {one.since}"
        if one.what == "drop" and level and level.value is not None and level.baseline is not None:
            return (
                f"session {one.since} was rated {level.value:.1f}; usual for this person is about {level.baseline:.1f}"
            )
        if one.what == "gap" and one.value is not None:
            way = "higher" if one.value > 0 else "lower"
            return f"after session {one.since} you rated {abs(one.value):.1f} {way} beside theirs than before"
        return f"session {one.since}: {one.reason}" if one.since and one.what != "mending" else one.reason

    @property
    def arithmetic(self) -> str:
        """The rule's own sentence, where `reason` says it more plainly."""
        return self.asked.reason if self.asked.what in ("drop", "gap") else ""

    @property
    def may_be_laid_aside(self) -> bool:
        return self.asked.what != "mending" and self.occasion is not None


def things(seen: Sight) -> list[Thing]:
    """At most three, the weightiest first."""
    return [_thing(seen, one) for one in seen.to_ask[:MOST]]


def thing(asker: Asker, occasion: Occasion, what: str, now: datetime) -> Thing | None:
    """The signal of this kind that began in this session, also where it was laid aside a moment ago."""
    course = occasion.course
    if any((one.what, one.since_id) == (what, occasion.pk) for one in queries.laid_aside(asker, [course])[course.pk]):
        return Thing(ToAsk(what, occasion.number, "watch", "laid aside", 0), NAMES[what], occasion.pk, None)
    seen = read(asker, [course], now)[course.pk]
    every = (_thing(seen, one) for one in seen.to_ask if one.what == what and one.since == occasion.number)
    return next((one for one in every if one.may_be_laid_aside), None)


def _thing(seen: Sight, one: ToAsk) -> Thing:
    occasion = seen.occasion(one.since)
    mended = next((each.repair.pk for each in seen.repairs if one.how is each.standing), None)
    level = next((each.level for each in seen.readings if each.session == one.since), None)
    return Thing(one, NAMES[one.what], occasion.pk if occasion else None, mended, level)


def read(asker: Asker, courses: Sequence[Course], now: datetime) -> dict[UUID, Sight]:
    """These courses read by the rules, in a fixed number of queries however many there are."""
    occasions = queries.occasions(asker, courses)
    every = [one.pk for rows in occasions.values() for one in rows]
    ratings, asked = queries.answers(asker, "care", every), queries.check_ins(asker, every)
    rows = {one.pk: meetings(occasions.get(one.pk, []), ratings) for one in courses}
    return read_meetings(asker, courses, rows, asked, now)


def read_meetings(
    asker: Asker,
    courses: Sequence[Course],
    rows: Mapping[UUID, Sequence[Meeting]],
    asked: Mapping[UUID, Sequence[CheckIn]],
    now: datetime,
) -> dict[UUID, Sight]:
    """The same where occasions and answers are at hand already."""
    repairs, aside = queries.repairs(asker, courses), queries.laid_aside(asker, courses)
    return {
        one.pk: signals.sight(
            rows[one.pk], asked=asked, repairs=repairs.get(one.pk, ()), aside=aside.get(one.pk, ()), now=now
        )
        for one in courses
    }


def latest_words(asker: Asker, seen: Sight) -> list[Words]:
    """What the client said in their own words with the last check-ins, before and after the last session they rated."""
    late = [row.occasion.pk for row in seen.meetings if row.occasion.number][-3:]
    found = queries.words(asker, late)
    return [said for key in reversed(late) for said in found.get(key, ())][:3]


def lines(agreement: Agreed, between: Between) -> list[str]:
    """What was agreed and what stands between the sessions, one line each."""
    goals = [f"Goal: {goal}" for goal in agreement.goals]
    due = [f"Agreement: worth another look, {agreement.due.why}"] if agreement.due else []
    return [*goals, *due, *between.lines]


def as_text(course: Course, seen: Sight, found: Sequence[Thing], more: Sequence[str], today: date) -> str:
    """For the record: what the page says, in plain lines."""
    told = [f"Before the session, {today.isoformat()}: {course.client.name}", ""]
    told += [f"- {one.name}: {one.reason}." for one in found] or ["- Nothing stands out in the check-ins."]
    told += [f"- {side.name}: {_numbers(side)}" for side in signals.sides(seen)]
    told += ["", *more, "", f"Next step: {seen.opening.do}"]
    told += [f"{_if(how)}: “{said}”" for how, said in seen.opening.words.items()]
    return "\n".join([*told, "", "Client feedback, recorded for discussion. Not a diagnosis."])


def _if(how: str) -> str:
    return "To open it" if how == "unsure" else f"If it shows like this: {SHOWED[how].lower()}"


def _numbers(side: signals.Side) -> str:
    level = side.level
    if level.value is None:
        return "not answered"
    usual = "" if level.baseline is None else f", own usual {level.baseline:.1f}"
    return f"{level.value:.1f} of 5{usual}"
