"""An assignment before it is applied: who would go to whom, who stays and why, and what it stood on.

Nothing that a person needs is said here, to nobody: a manager reads numbers, names of therapists and counts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing

from accord.errors import RefusedError
from accord.fit import Profiles, assign
from accord.fit.filters import passing
from accord.fit.reasons import differs
from accord.web.design.environment import day, plural
from accord.web.fit.models import Waiting
from accord.web.fit.queries.waiting import Board, Person, Room
from accord.web.people.asker import Asker
from accord.web.people.models import Member

SALT = "fit.assignment"


@dataclass(frozen=True)
class Pair:
    """One person, by number, and one therapist; why, and from when they could begin."""

    waiting: Waiting
    room: Room
    why: str
    soon: str

    @property
    def member(self) -> Member:
        return self.room.offer.member


@dataclass(frozen=True)
class Left:
    """Who stays on the list for now, and why."""

    waiting: Waiting
    why: str


@dataclass(frozen=True)
class Preview:
    pairs: Sequence[Pair]
    left: Sequence[Left]
    stamp: str


@dataclass(frozen=True)
class Before:
    """What a preview stood on, as it comes back with the button. `attempt` names the press."""

    attempt: UUID
    pairs: Sequence[tuple[int, UUID]]
    people: Mapping[str, str]
    rooms: Mapping[str, list[Any]]


def preview(board: Board) -> Preview:
    """Worked out by `accord.fit.assign`; the same list on the same day gives the same pairs."""
    columns = Profiles.of(each.profile for each in board.rooms)
    people = {each.needs.id: each for each in board.people}
    rooms = {each.profile.id: each for each in board.rooms}
    apart = {each.needs.id: each.apart for each in board.people}
    found = assign([each.needs for each in board.people], columns, board.on, apart=apart)
    pairs = [
        Pair(people[who].waiting, rooms[whom], _why(people[who], rooms[whom], board), _soon(rooms[whom], board))
        for who, whom in found.assigned
    ]
    full = Profiles.of(replace(each.profile, places=max(1, each.profile.places)) for each in board.rooms)
    left = [
        Left(people[each.person].waiting, _stays(people[each.person], each.passed, full, board.on))
        for each in found.unassigned
    ]
    ordered = sorted(pairs, key=lambda one: one.waiting.joined_at)
    return Preview(ordered, sorted(left, key=lambda one: one.waiting.joined_at), _stamp(board, ordered))


def _soon(room: Room, board: Board) -> str:
    later = room.profile.free_from
    return f"can begin from {day(later)}" if later and later > board.on else "can begin now"


def _why(person: Person, room: Room, board: Board) -> str:
    """True of the two, and nothing that the person said."""
    other = [each for each in differs(person.needs, room.profile, board.on) if each.about != "waiting"]
    met = "something they would like is different, and they are told what" if other else "preferences are met"
    return f"Passes every limit they named; {met}."


def _stays(person: Person, passed: int, with_places: Profiles, on: date) -> str:
    """Why somebody stays, without a word of what they need. `with_places`: everyone, as if they had room."""
    if passed:
        their = "each place there" if passed == 1 else "each of their places"
        fits = "fits" if passed == 1 else "fit"
        return f"{plural(passed, 'therapist')} {fits}; {their} went to somebody who has waited at least as many weeks."
    would = [with_places.ids[int(row)] for row in passing(person.needs, with_places, on).rows]
    if without := [each for each in would if each not in person.apart]:
        them = "has" if len(without) == 1 else "have"
        return f"{plural(len(without), 'therapist')} would fit, and {them} no place free just now."
    if would:
        return "Whoever fits was suggested or asked before."
    return "Nobody here is both trained for what they come with and within the limits they named."


def _stamp(board: Board, pairs: Sequence[Pair]) -> str:
    """Signed, so that it comes back as it was; what people need is in it as a keyed hash."""
    kept = {
        "practice": str(board.practice),
        "attempt": str(uuid4()),
        "pairs": [(one.waiting.number, one.room.profile.id) for one in pairs],
        "people": {each.needs.id: _print(each) for each in board.people},
        "rooms": {each.profile.id: _state(each) for each in board.rooms},
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def _print(person: Person) -> str:
    """Another one wherever what they look for, or whom they are kept apart from, has changed."""
    return settings.KEYS.blind("waiting", json.dumps([person.waiting.search.needs, sorted(person.apart)]))[:16]


def _state(room: Room) -> list[Any]:
    return [room.profile.places, room.offer.changed_at.isoformat(), room.profile.licensed_until.isoformat()]


def read(stamp: str, asker: Asker) -> Before:
    try:
        kept = signing.loads(stamp, salt=SALT)
    except signing.BadSignature:
        raise RefusedError("this is no preview of ours; work out an assignment anew") from None
    if kept["practice"] != str(asker.practice):
        raise RefusedError("this is the preview of another practice")
    pairs = [(number, UUID(member)) for number, member in kept["pairs"]]
    return Before(UUID(kept["attempt"]), pairs, kept["people"], kept["rooms"])


def changes(before: Before, now: Board) -> list[str]:
    """What is different from what the preview stood on, in sentences that tell no more than the preview did."""
    people = {each.needs.id: _print(each) for each in now.people}
    rooms = {each.profile.id: each for each in now.rooms}
    found = [f"No. {one} waits now, too." for one in people if one not in before.people]
    found += [f"No. {one} does not wait any more." for one in before.people if one not in people]
    found += [
        f"No. {one} has changed what they look for, or has been in touch with somebody."
        for one, kept in before.people.items()
        if one in people and people[one] != kept
    ]
    found += [f"{rooms[one].offer.member.name} can take somebody now." for one in rooms if one not in before.rooms]
    if gone := len(before.rooms.keys() - rooms.keys()):
        found.append(f"{plural(gone, 'therapist')} cannot take anybody now: a licence, or who works here, has changed.")
    for one, kept in before.rooms.items():
        if one in rooms and _state(rooms[one]) != kept:
            found.append(_room_changed(rooms[one], kept))
    return found


def _room_changed(room: Room, kept: Sequence[Any]) -> str:
    name, places = room.offer.member.name, room.profile.places
    if places != kept[0]:
        return f"{name} has {plural(places, 'place')} left, not {kept[0]}."
    return f"{name} has changed what they offer, or their licence was checked anew."
