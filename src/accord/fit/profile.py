"""What one therapist offers, and a reason."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two fit or do not: what it is about, and a sentence that is true of these two."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Profile:
    """One therapist. What is None or empty is not known, and an unknown never meets a limit.

    verified, licensed_until    the licence was looked at, and its last day
    methods     ids of `methods()` they are trained in
    regions     where they are licensed
    gender      as they say it
    offers      anything else, to be met with a person's musts and wishes
    fee         the lowest they take for one session
    places      for how many new clients they have room
    free_from   the first day somebody new can begin; None is at once
    lead, focus, when, tone     how they work, -3 to 3
    words       what they write of themselves
    """

    id: str
    verified: bool
    licensed_until: date
    methods: frozenset[str]
    places: int
    regions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    formats: frozenset[str] = frozenset()
    insurers: frozenset[str] = frozenset()
    gender: str = ""
    times: frozenset[str] = frozenset()
    offers: frozenset[str] = frozenset()
    fee: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    free_from: date | None = None
    lead: int | None = None
    focus: int | None = None
    when: int | None = None
    tone: int | None = None
    words: str = ""

    def style(self, axis: str) -> int | None:
        """How they work on one axis, if they said so."""
        value: int | None = getattr(self, axis)
        return value
