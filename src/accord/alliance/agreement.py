"""The working agreement: what therapy asks, when low willingness is a topic, and when to look at it again.

An invitation, not a contract. A number says how it is for this person now; it is no score of how well they comply,
so the six are never added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.errors import DataError

TOP = 10
LOW = 4
"""At or below it, 0 to 10, willingness is a topic. Our own choice, just under the middle: no study stands behind it."""
REVISIT = (3, 6, 10)
"""The sessions at which the two look at it again. Our own choice too: early, before habits settle, then more rarely."""
MOST_GOALS = 4


@dataclass(frozen=True, slots=True)
class Thing:
    """One of the six things therapy asks: what the client reads, and how their therapist can open a talk about it."""

    key: str
    name: str
    words: str
    opening: str


THINGS = (
    Thing(
        "open_mind",
        "An open mind",
        "I am ready to look at things in a new way, even if it feels odd at first.",
        "Seeing this in a new way is hard just now, you said. What should I understand first?",
    ),
    Thing(
        "trust",
        "Trust in the process",
        "I think working in this way can do some good, even before I can tell.",
        "You are not sure that this will help. I am glad you say so. What gives you doubts?",
    ),
    Thing(
        "uncomfortable",
        "Trying what is uncomfortable",
        "I am ready to try small things that feel uncomfortable, at my own pace.",
        "Trying uncomfortable things is a lot to ask right now. What would be small enough, and what would help?",
    ),
    Thing(
        "coming",
        "Coming",
        "I can come to our sessions, and say so when I cannot.",
        "Coming here may not be easy. Is it time, money, the way here, or being here? What could we change?",
    ),
    Thing(
        "sharing",
        "Sharing",
        "I can say what goes on in me, also when it is hard to say.",
        "You do not have to tell me everything. What would make it easier, and what shall we leave alone for now?",
    ),
    Thing(
        "approach",
        "Agreeing on the approach",
        "How we plan to work makes sense to me.",
        "The way we plan to work does not quite fit yet. Which part would you change, or leave out?",
    ),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the six where willingness is low: something to talk about, never a fault."""

    key: str
    name: str
    value: int
    words: str


def topics(willing: Mapping[str, int | None]) -> tuple[Topic, ...]:
    """What to talk about, the lowest first. What was not said is no topic."""
    found = []
    for thing in THINGS:
        value = willing.get(thing.key)
        if value is None:
            continue
        if not 0 <= value <= TOP:
            raise DataError(f"willingness, {thing.key}: got {value!r}, wanted 0 to {TOP} or nothing")
        if value <= LOW:
            found.append(Topic(thing.key, thing.name, value, thing.opening))
    return tuple(sorted(found, key=lambda topic: topic.value))


@dataclass(frozen=True, slots=True)
class Due:
    """A reason to look at the agreement, in words."""

    why: str


def due(held: int, at: int | None, mended: bool) -> Due | None:
    """Whether to look at it again: `held` sessions so far, `at` of them held when the last version was proposed.

    `at` is None where none was made yet; `mended`: something between the two was called mended since.
    """
    if at is None:
        return Due("not made yet") if held >= 1 else None
    reached = [mark for mark in REVISIT if at < mark <= held]
    reasons = [f"session {reached[-1]} is reached"] if reached else []
    if mended:
        reasons.append("something between you was called mended since")
    return Due(" and ".join(reasons)) if reasons else None


@dataclass(frozen=True, slots=True)
class Quality:
    """What a strong alliance should bring, and the items of the Alliance check-in that speak for it."""

    key: str
    name: str
    items: tuple[str, ...]


STRONG = (
    Quality("engaged", "Engaged", ("took_part",)),
    Quality("safe", "Feeling safe", ("safety", "at_ease")),
    Quality("attending", "Attending", ()),  # who came is known from the sessions themselves
    Quality("interested", "Interested", ("looked_forward",)),
    Quality("less_stressed", "Less stressed", ("less_burdened",)),
    Quality("open", "Opening up", ("openness", "open_up")),
    Quality("taking_feedback", "Taking feedback", ("could_use",)),
)
