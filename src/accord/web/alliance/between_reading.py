"""What stands between two sessions, as screens show it: the step, what is brought, fear foretold against fear felt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from markupsafe import Markup

from accord import charts
from accord.alliance import Foretelling, Told, foretold_against_felt
from accord.web.alliance import queries
from accord.web.alliance.models import Brought, Course, Occasion, Step
from accord.web.alliance.queries import SeenStep
from accord.web.design.environment import day, plural
from accord.web.people.asker import Asker


@dataclass(frozen=True)
class Bringing:
    """Something brought, with the words it is known by."""

    row: Brought
    words: str

    @property
    def line(self) -> str:
        return self.words if self.row.kind == Brought.THOUGHT else f"{self.row.get_kind_display()}: {self.words}"

    @property
    def quoted(self) -> str:
        """The same behind a colon: a step, ‘Ride the bus’."""
        return self.words if self.row.kind == Brought.THOUGHT else f"{self.row.get_kind_display()}, ‘{self.words}’"


@dataclass(frozen=True)
class Between:
    """For the page before a session: the current step, what was told since the last one, what is brought."""

    current: SeenStep | None
    told: Sequence[SeenStep]
    brought: Sequence[Bringing]

    @property
    def state(self) -> str:
        """The whole in one line."""
        parts = ["No step is agreed"]
        if self.current:
            known = self.current.foretold is not None
            parts = [f"One step is agreed{f', fear foretold {self.current.foretold} of 10' if known else ''}"]
        if self.told:
            parts.append(f"{plural(len(self.told), 'step')} told since the last session")
        if self.brought:
            parts.append(f"{plural(len(self.brought), 'thing')} brought to the next session")
        return "; ".join(parts) + "."

    @property
    def lines(self) -> list[str]:
        """One line each: the step, what was told, what is brought."""
        step = [f"The step: {_ended(self.current.what)} {_standing(self.current)}"] if self.current else []
        told = [f"Told: {_ended(one.what)} {told_words(one)}." for one in self.told]
        return [*step, *told, *(f"To talk about: {one.quoted}" for one in self.brought)]


def _standing(step: SeenStep) -> str:
    return "No fear foretold yet." if step.foretold is None else f"Fear foretold: {step.foretold} of 10."


def _ended(words: str) -> str:
    """A sentence of somebody's own, with its mark at the end."""
    return words if words[-1:] in ".!?…" else f"{words}."


def told_words(one: SeenStep) -> str:
    """'Done, alone; fear foretold 7, felt 4'; what was not said is left out."""
    fears = [("foretold", one.foretold), ("felt", one.felt)]
    said = ", ".join(f"{name} {value}" for name, value in fears if value is not None)
    went = ", ".join(part for part in (one.how_it_went, one.with_whom) if part).capitalize()
    return f"{went}; fear {said}" if said else went


def current_step(steps: Sequence[SeenStep]) -> SeenStep | None:
    """The step agreed last, while it is neither told (as far as its reader sees) nor set aside."""
    return steps[0] if steps and steps[0].state == "open" else None


def for_course(asker: Asker, course: Course, now: datetime | None = None) -> Between:
    """What a therapist wants to know before the next session, as far as the client shares it."""
    steps = queries.steps(asker, course)
    since = _last_session(asker, course, now or timezone.now())
    told = [one for one in reversed(steps) if one.told_at and (since is None or one.told_at > since)]
    return Between(current_step(steps), told, bringings(asker, course, queries.brought(asker, course)))


def _last_session(asker: Asker, course: Course, now: datetime) -> datetime | None:
    """When the last session began that was held, as far as is known."""
    rows = queries.occasions(asker, [course]).get(course.pk, [])
    missed = (Occasion.NO, Occasion.CANCELLED)
    held = [one.starts_at for one in rows if one.starts_at and one.starts_at <= now and one.attended not in missed]
    return max(held, default=None)


def bringings(asker: Asker, course: Course, rows: Sequence[Brought]) -> list[Bringing]:
    """Each thing brought with its words: of a step what was agreed, never what was noted of it."""
    if not rows:
        return []
    known: dict[UUID, str] = {one.pk: one.what for one in queries.steps(asker, course)}
    for removed in (False, True):
        known |= {one.pk: one.text for one in queries.sayings(asker, course, removed=removed)}
    known |= {one.pk: _session_words(one) for one in queries.occasions(asker, [course]).get(course.pk, [])}
    return [Bringing(one, known.get(one.about, "") if one.about else one.text) for one in rows]


def _session_words(one: Occasion) -> str:
    return f"{day(one.held_on)}, session {one.number}" if one.number else day(one.held_on)


@dataclass(frozen=True)
class Fears:
    """Fear foretold against fear felt: the told steps for chart and table, and what they say from three on."""

    told: Sequence[SeenStep]
    chart: str
    reading: Foretelling | None


def fears(steps: Sequence[SeenStep], zone: ZoneInfo) -> Fears:
    """Drawn and read are the steps that were done, wholly or in part; the table has every one that was told."""
    told = [one for one in reversed(steps) if one.told_at]
    done = [one for one in told if one.went != Step.NOT]
    reading = foretold_against_felt(Told(one.foretold, one.felt) for one in done)
    drawn = [one for one in done if one.foretold is not None or one.felt is not None]
    return Fears(told, _chart(drawn, zone) if drawn else "", reading)


def _chart(drawn: Sequence[SeenStep], zone: ZoneInfo) -> str:
    days = [one.agreed_at.astimezone(zone) for one in drawn]
    picture = charts.course_for_page(
        [
            charts.Series("Foretold", [one.foretold for one in drawn]),
            charts.Series("Felt", [one.felt for one in drawn]),
        ],
        x=[float(place) for place in range(len(drawn))],
        x_labels=[f"{one.day} {one:%b}" for one in days],
        low=0,
        high=10,
        title="Fear foretold and fear felt",
        description=f"{plural(len(drawn), 'step')}, fear from 0 to 10. The table beside it has every number.",
        id="fears",
        x_title="steps",
    )
    return Markup(picture)
