"""A course read by the rules of `accord.alliance`: what its screens say of signals, repairs and openings.

Nothing of it is stored. Each time, it is read anew from the answers the asker may see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from uuid import UUID

from django.conf import settings

from accord import alliance
from accord.alliance import Aside, Entry, Level, Opening, Reading, Rule, Standing, ToAsk
from accord.web.alliance.course import ALLIANCE, Mark, Meeting
from accord.web.alliance.models import CheckIn, Dismissal, Occasion, Repair
from accord.web.alliance.queries import word_of

STRAIN = ("off", "held_back")


def rule() -> Rule:
    """The numbers every course here is read with: the practice's own where it has given some, else the stated ones."""
    return _rule(settings.SD_WITHIN, settings.RELIABLE_DROP)


@cache
def _rule(sd_within: float, reliable_drop: float) -> Rule:
    if not sd_within and not reliable_drop:
        return Rule()
    usual = Rule()
    return Rule(sd_within or usual.sd_within, reliable_drop or usual.reliable_drop, source="given by this practice")


@dataclass(frozen=True)
class Mended:
    """One repair and how it stands."""

    repair: Repair
    standing: Standing


@dataclass(frozen=True)
class Sight:
    """One course as its therapist sees it before the next session."""

    meetings: Sequence[Meeting]
    readings: Sequence[Reading]
    repairs: Sequence[Mended]
    to_ask: Sequence[ToAsk]

    @property
    def first(self) -> ToAsk | None:
        return self.to_ask[0] if self.to_ask else None

    @property
    def last(self) -> Reading | None:
        """The last session that the client rated."""
        rated = [one for one in self.readings if one.value is not None]
        return rated[-1] if rated else None

    @cached_property
    def ceiling(self) -> alliance.Ceiling | None:
        return alliance.ceiling(self.readings)

    @property
    def opening(self) -> Opening:
        """The one next step: for what weighs most, else for near perfect scores, else the usual question."""
        if self.first is None:
            return alliance.opening("ceiling" if self.ceiling else None)
        return alliance.opening(self.first.what, self.first.how.state if self.first.how else None)

    def occasion(self, session: int | None) -> Occasion | None:
        """The session of this number."""
        return next((row.occasion for row in self.meetings if session and row.occasion.number == session), None)


def sight(
    meetings: Sequence[Meeting],
    *,
    asked: Mapping[UUID, Sequence[CheckIn]],
    repairs: Iterable[Repair],
    aside: Iterable[Dismissal],
    now: datetime,
) -> Sight:
    """Read one course: its signals, what is being mended, and what to ask about now."""
    entries = [_entry(row) for row in meetings if _is_read(row, asked.get(row.occasion.pk, ()), now)]
    readings = alliance.read(entries, rule())
    mended = [Mended(one, _standing(one, readings, entries)) for one in repairs]
    found = alliance.to_ask(
        readings,
        aside=[Aside(one.what, one.since.number) for one in aside if one.since.number],
        mending=[(one.repair.session, one.standing) for one in mended],
    )
    return Sight(meetings, readings, mended, found)


def _is_read(row: Meeting, asked: Iterable[CheckIn], now: datetime) -> bool:
    """A session that was held and whose check-in came, or can no longer come: an open one says nothing yet."""
    occasion = row.occasion
    if not occasion.number or occasion.attended in (Occasion.NO, Occasion.CANCELLED):
        return False
    if row.rating(ALLIANCE, "client"):
        return True
    if occasion.attended not in (Occasion.YES, Occasion.LATE):
        return False
    return not any(one.moment == "after" and one.answered_at is None and one.expires_at > now for one in asked)


def _entry(row: Meeting) -> Entry:
    own = row.rating(ALLIANCE, "client")
    answers = (own.answers if own else None) or {}
    return Entry(
        session=row.occasion.number or 0,
        value=own.score.total if own else None,
        other=row.total(ALLIANCE, "therapist"),
        strain={item: answers.get(item) for item in STRAIN},
    )


def _standing(one: Repair, readings: Sequence[Reading], entries: Sequence[Entry]) -> Standing:
    client, therapist = word_of(one, "client"), word_of(one, "therapist")
    since = one.session
    scored = alliance.scored_since(since, readings, entries, rule()) if since else None
    return alliance.standing(client.mended if client else None, therapist.mended if therapist else None, scored)


@dataclass(frozen=True)
class Side:
    """One side of the alliance now: its level, its own usual, the change since last time."""

    name: str
    level: Level


SIDE_NAMES = {"goals": "Goals", "approach": "Approach", "bond": "Bond", "safety": "Safety"}


def sides(seen: Sight) -> list[Side]:
    """The whole, then goals, approach, bond and safety apart, at the last rated session."""
    if seen.last is None:
        return []
    rated = [row.rating(ALLIANCE, "client") for row in seen.meetings if row.occasion.number]
    found = list(alliance.read_sides([dict(one.answers or {}) for one in rated if one], rule().sd_within))
    last = found[-1] if found else {}
    return [Side("Whole", seen.last.level), *(Side(SIDE_NAMES[name], level) for name, level in last.items())]


def usual(seen: Sight, rows: Sequence[Meeting]) -> tuple[list[float | None], list[float | None]]:
    """For each row the person's own usual range: what a rating would lie in by the watch rule, were nothing new."""
    by_session = {one.session: one for one in seen.readings}
    edges = [_edges(by_session.get(row.occasion.number or 0)) for row in rows]
    return [low for low, _ in edges], [high for _, high in edges]


def _edges(one: Reading | None) -> tuple[float | None, float | None]:
    if one is None or one.level.baseline is None:
        return None, None
    settled = rule()
    half = 2.5 * settled.sd_within * (1 + 1 / one.level.n_used) ** 0.5
    frozen = one.repair.baseline if one.repair else one.level.baseline
    return max(0.0, frozen - half), min(settled.top or frozen + half, frozen + half)


def marks(seen: Sight) -> list[Mark]:
    """What stands above the chart: where strain was marked, and where a repair was called mended or scores returned."""
    strained = [one.session for one in seen.readings if any(signal.kind == "strain" for signal in one.signals)]
    back = [one.session for one in seen.readings if one.repair and one.repair.state == "repaired"]
    return [
        *(Mark(session, "strain", "strain") for session in strained),
        *(Mark(session, "scores returned", "repair") for session in back),
    ]
