"""What a seeker sees of the lists of practices: which there are, which they are on, who is suggested to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.web.fit import listing, meeting_words, queries
from accord.web.fit.models import Search, Waiting
from accord.web.fit.queries import times
from accord.web.fit.search import read
from accord.web.fit.standing import Standing
from accord.web.people.models import Practice


@dataclass(frozen=True)
class Place:
    """A place on one list. `asks`: too long without a sign, so the page asks whether they still wait."""

    waiting: Waiting
    suggested: bool
    asks: bool


@dataclass(frozen=True)
class Suggested:
    """Somebody whom a practice suggests, unanswered so far, with what fits this search and what does not."""

    standing: Standing
    match: listing.Match | None
    soon: str
    licence: bool
    has_times: bool


@dataclass(frozen=True)
class Lists:
    places: Sequence[Place]
    suggested: Sequence[Suggested]


def for_seeker(search: Search, every: Sequence[Standing], now: datetime) -> Lists:
    """`every`: where their meetings stand, as the page knows already."""
    suggested_on = {one.meeting.practice_id for one in every if one.meeting.suggested and one.open}
    places = [
        Place(one, one.practice_id in suggested_on, bool(one.number) and now - search.changed_at > queries.ASK_AFTER)
        for one in queries.waitings(search)
    ]
    offered = [_suggested(search, one, now) for one in every if meeting_words.unanswered(one)]
    return Lists(places, offered)


def _suggested(search: Search, one: Standing, now: datetime) -> Suggested:
    member, on = one.meeting.member, now.date()
    return Suggested(
        one,
        listing.match(read(search.needs), member.offer, on),
        listing.soon(member.offer, on),
        listing.licence_on(member.pk, on),
        bool(times.free(member, one.meeting.kind, one.meeting.minutes, now)),
    )


def to_join(search: Search) -> list[tuple[Practice, bool]]:
    """The practices that find somebody for those who wait; whether this search is on their list already."""
    if not (kept := queries.lists()):
        return []
    on = {one.practice_id for one in queries.waitings(search)}
    return [(practice, practice.pk in on) for practice in kept]
