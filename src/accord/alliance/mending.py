"""How it stands with mending a strain: what was done, what each side says, and what the scores say, never mixed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from accord.alliance.beside import STRAIN_AT
from accord.alliance.rule import VERSION, Rule
from accord.alliance.values import Entry, Reading

State = Literal["talked", "returned", "mended", "not-yet", "called"]
Scored = Literal["open", "repaired"]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one repair stands. `waits`: there is something left to ask.

    talked    talked about; neither a word of the client nor a return of the scores so far
    returned  the scores came back within the window; whether it feels mended was not said
    mended    the client says so
    not-yet   the client says that it is not, whatever the scores do
    called    the therapist calls it mended; the client has not said
    """

    state: State
    scored: Scored | None
    reason: str
    method: str = "declared beside scored"
    version: str = VERSION

    @property
    def waits(self) -> bool:
        return self.state in ("talked", "returned", "not-yet")


REASONS: dict[State, str] = {
    "talked": "talked about; whether it feels mended was not said yet",
    "returned": "scores returned; whether it feels mended was not said",
    "mended": "the client says that it feels mended",
    "not-yet": "the client says that it does not feel mended yet",
    "called": "you call it mended; the client has not said",
}


def standing(client: bool | None, therapist: bool | None, scored: Scored | None) -> Standing:
    """The client's own word first; without one the therapist's; without either the scores alone."""
    if client is not None:
        state: State = "mended" if client else "not-yet"
    elif therapist:
        state = "called"
    else:
        state = "returned" if scored == "repaired" else "talked"
    return Standing(state, scored, REASONS[state])


def scored_since(
    since: int, readings: Iterable[Reading], entries: Sequence[Entry], rule: Rule | None = None
) -> Scored | None:
    """What the scores say of what began in session `since`: a drop by its own rule, else strain by its items.

    Strain counts as returned when, within the window, a session with every strain item answered has none at the mark.
    None where that session shows neither.
    """
    told = [one.repair.state for one in readings if one.repair and one.repair.since == since]
    if told:
        return "repaired" if "repaired" in told else "open"
    return _strain_since(since, entries, rule or Rule())


def _strain_since(since: int, entries: Sequence[Entry], rule: Rule) -> Scored | None:
    begun = next((one for one in entries if one.session == since), None)
    if begun is None or not _strained(begun):
        return None
    known = [one for one in entries if one.session > since and one.attended and _whole(one)]
    later = sorted(known, key=lambda one: one.session)[: rule.window]
    return "repaired" if any(not _strained(one) for one in later) else "open"


def _strained(one: Entry) -> bool:
    return any(value is not None and value >= STRAIN_AT for value in one.strain.values())


def _whole(one: Entry) -> bool:
    return bool(one.strain) and None not in one.strain.values()
