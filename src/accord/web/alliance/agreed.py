"""What the two agreed, as its screens show it: where it stands, its goals over time, and what it should bring.

`for_course` is for whoever shows it in few lines: the course, the client's own page, the page before going in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from accord import alliance, charts
from accord.web import wording
from accord.web.alliance import queries
from accord.web.alliance.course import ALLIANCE, Meeting
from accord.web.alliance.models import Agreement, Course, Goal, Occasion, Progress
from accord.web.people.asker import Asker

ONE_LINE = 160


@dataclass(frozen=True)
class Agreed:
    """In a few lines: the latest version, where it stands, and whether it is time to look at it again."""

    agreement: Agreement | None
    state: str
    approach: str
    goals: tuple[str, ...]
    topics: tuple[alliance.Topic, ...]
    due: alliance.Due | None


def for_course(asker: Asker, course: Course, occasions: Iterable[Occasion], *, going_in: bool = False) -> Agreed:
    """What was agreed in this course. `going_in`: asked before a session, which then counts as reached."""
    one = queries.agreement(asker, course)
    due = queries.agreement_due(asker, course, occasions, one, going_in=going_in)
    if one is None:
        return Agreed(None, "none", "", (), (), due)
    goals = tuple(goal.words for goal in one.goals.all())
    return Agreed(one, one.state, _line(one.approach), goals, alliance.topics(one.willing), due)


def _line(text: str) -> str:
    """The beginning, in one line; the whole stands on its own page."""
    flat = " ".join(text.split())
    return flat if len(flat) <= ONE_LINE else flat[: ONE_LINE - 1].rsplit(" ", 1)[0] + " …"


def in_force(versions: Sequence[Agreement]) -> Agreement | None:
    """The latest version that was signed: what holds while a newer one waits."""
    return next((one for one in versions if one.client_signed_at), None)


@dataclass(frozen=True)
class GoalOverTime:
    """One goal and how near it was, each time the client said so."""

    goal: Goal
    said: Sequence[Progress]
    spark: str


def goals_over_time(one: Agreement, progress: Mapping[UUID, Sequence[Progress]]) -> list[GoalOverTime]:
    return [
        GoalOverTime(goal, said, _spark([float(each.value) for each in said], alliance.TOP, f"Goal {goal.place}"))
        for goal in one.goals.all()
        for said in [progress.get(goal.thread, ())]
    ]


def _spark(values: Sequence[float | None], high: float, name: str) -> str:
    known = [value for value in values if value is not None]
    said = f"{len(known)} {'answer' if len(known) == 1 else 'answers'}, last {known[-1]:.0f}" if known else "no answers"
    return Markup(charts.sparkline(values[-24:], low=0, high=high, title=f"{name}: {said}"))


@dataclass(frozen=True)
class Willing:
    """One of the six: what it asks, and what was said of it in each version, the latest first."""

    thing: alliance.Thing
    said: Sequence[int | None]


def willing_over_time(versions: Sequence[Agreement]) -> list[Willing]:
    return [Willing(thing, [one.willing.get(thing.key) for one in versions]) for thing in alliance.THINGS]


@dataclass(frozen=True)
class Asked:
    """One item that speaks for a quality: what the client said each time it was asked. None: skipped, or kept."""

    key: str
    words: str
    values: Sequence[float | None]
    spark: str

    @property
    def known(self) -> list[float]:
        return [value for value in self.values if value is not None]


@dataclass(frozen=True)
class Followed:
    """One thing a strong alliance should bring, for this person: its items read apart, or who came."""

    quality: alliance.Quality
    items: Sequence[Asked]
    came: str


def strong(rows: Sequence[Meeting]) -> list[Followed]:
    """The seven, from what the client answered after the sessions, as the asker of these rows may see it."""
    return [
        Followed(one, [_asked(rows, key) for key in one.items], "" if one.items else came(row.occasion for row in rows))
        for one in alliance.STRONG
    ]


def _asked(rows: Sequence[Meeting], key: str) -> Asked:
    item = wording.measure(ALLIANCE).item(key)
    values = [answer(row, key) for row in rows if _was_asked(row, key)]
    return Asked(key, item.text_for("client"), values, _spark(values, item.high, item.text_for("client")))


def _was_asked(row: Meeting, key: str) -> bool:
    """A rotating item is asked at every sixth session: the others leave no gap in its line."""
    rating = row.rating(ALLIANCE, "client")
    return bool(rating and rating.answers and key in rating.answers)


def answer(row: Meeting, key: str) -> float | None:
    rating = row.rating(ALLIANCE, "client")
    return rating.answers.get(key) if rating and rating.answers else None


def came(occasions: Iterable[Occasion]) -> str:
    """'came to 7 of 8'; a cancelled session is told apart, and one of which nobody said anything is left out."""
    said = [one.attended for one in occasions if one.number]
    here = sum(said.count(how) for how in (Occasion.YES, Occasion.LATE))
    whole, cancelled = here + said.count(Occasion.NO), said.count(Occasion.CANCELLED)
    if not whole and not cancelled:
        return "nobody noted yet who came"
    return f"came to {here} of {whole}" + (f", {cancelled} cancelled" if cancelled else "")
