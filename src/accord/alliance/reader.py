"""One course, one session at a time: each step takes what was kept, a new session, and constant time."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from accord.alliance import beside, words
from accord.alliance.beside import Beside
from accord.alliance.detectors import Kept, Look, mean, z
from accord.alliance.episode import OPEN, Episode, advance
from accord.alliance.rule import K, Rule
from accord.alliance.values import Declared, Entry, Level, Reading, Repair, Signal, Tier
from accord.errors import TableError


class State(NamedTuple):
    """All that is kept of the sessions so far. Its size does not grow."""

    last: tuple[float, ...]
    kept: Kept
    beside: Beside
    episode: Episode | None


def start(rule: Rule) -> State:
    return State((), rule.detector.start(), Beside(), None)


def step(state: State, entry: Entry, rule: Rule) -> tuple[State, Reading]:
    """Read one more session; the state given stays as it was."""
    entry = _checked(entry)
    y = entry.value if entry.attended else None
    signals = beside.signals(state.beside, entry, y, rule)
    aside = beside.learn(state.beside, entry, y, rule)
    level = level_of(state.last, y, rule.sd_within)
    if y is None:
        reading = Reading(entry.session, level, None, None, signals, _standing(state.episode), None)
        return state._replace(beside=aside), reading
    look = rule.detector.look(state.kept, y, rule.sd_within, rule.reliable_drop)
    frozen = state.episode
    fires = look is not None and look.fires
    moved = advance(frozen, entry.session, y, state.last, fires, rule)
    reading = Reading(
        session=entry.session,
        level=level,
        z=_z(y, level.baseline, level.n_used, rule),
        z_frozen=_z(y, frozen.baseline, frozen.n, rule) if frozen else _z(y, level.baseline, level.n_used, rule),
        signals=(*_drop(y, level, look, rule), *signals),
        repair=_repair(moved.told, moved.state, y),
        ceiling=beside.ceiling(aside, rule),
    )
    return State((*state.last[1 - K :], y), rule.detector.learn(state.kept, y), aside, moved.kept), reading


def level_of(last: tuple[float, ...], y: float | None, sd: float) -> Level:
    """Where a rating stands among those before it, of which the last three are kept."""
    n = len(last)
    newest = last if y is None else (*last[1 - K :], y)
    return Level(
        value=y,
        level=mean(newest) if newest else None,
        baseline=mean(last) if n else None,
        baseline_se=sd / math.sqrt(n) if n else None,
        change=y - last[-1] if n and y is not None else None,
        n_used=n,
    )


def _checked(entry: Entry) -> Entry:
    for name, value in (("value", entry.value), ("other", entry.other), *entry.strain.items()):
        if value is not None and not math.isfinite(value):
            raise TableError(f"got {value}, wanted a number, or None for no answer", row=entry.session, column=name)
    return entry


def _z(y: float, baseline: float | None, n: int, rule: Rule) -> float | None:
    return None if baseline is None else z(y, baseline, n, rule.sd_within)


def _drop(y: float, level: Level, look: Look | None, rule: Rule) -> tuple[Signal, ...]:
    """The score's own signal: watch, or alert if it also lies the reliable drop below the baseline."""
    if look is None or level.baseline is None or not look.fires:
        return ()
    alert = level.baseline - y >= rule.reliable_drop
    reason = words.drop(y, level.baseline, level.n_used, rule.reliable_drop, alert)
    tier: Tier = "alert" if alert else "watch"
    return (Signal("drop", tier, look.value, look.threshold, look.n_used, rule.detector.name, reason),)


def _repair(told: Episode | None, state: int, y: float) -> Repair | None:
    """The state of a drop as a value with its reason."""
    if told is None:
        return None
    if state == OPEN:
        return _open(told, y)
    reason = words.returned(y, told.needed, told.since, told.after)
    return Repair("repaired", y, told.needed, told.baseline, told.since, told.after, reason)


def _open(episode: Episode, y: float) -> Repair:
    reason = words.still_open(y, episode.needed, episode.since, episode.after, episode.window)
    return Repair("open", y, episode.needed, episode.baseline, episode.since, episode.after, reason)


def _standing(episode: Episode | None) -> Repair | None:
    """A session without a rating neither mends nor breaks: what was open stays open."""
    if episode is None:
        return None
    reason = words.not_rated(episode.since)
    return Repair("open", None, episode.needed, episode.baseline, episode.since, episode.after, reason)


class Reader:
    """Reads a course as it comes in, oldest session first.

    reader = Reader(Rule(sd_within=0.35))
    reader.read(Entry(1, 5.2)).tier
    """

    def __init__(self, rule: Rule | None = None) -> None:
        self.rule = rule or Rule()
        self.state = start(self.rule)
        self._session: int | None = None

    def read(self, entry: Entry) -> Reading:
        """One more session. Raises TableError for one that does not come after the last."""
        if self._session is not None and entry.session <= self._session:
            raise TableError(f"session {entry.session} comes after session {self._session}; give a late one to Course")
        self.state, reading = step(self.state, entry, self.rule)
        self._session = entry.session
        return reading


@dataclass(frozen=True, slots=True)
class Course:
    """Entries in any order, and beside them what the two say of a repair. A late check-in takes its own place."""

    rule: Rule = field(default_factory=Rule)
    entries: tuple[Entry, ...] = ()
    declared: tuple[Declared, ...] = ()

    def add(self, entry: Entry) -> "Course":
        """With one more session. Raises TableError for a session that is there already."""
        if any(entry.session == known.session for known in self.entries):
            raise TableError(f"session {entry.session} is there already; a session has one rating")
        ranked = sorted((*self.entries, entry), key=lambda each: each.session)
        return replace(self, entries=tuple(ranked))

    def declare(self, said: Declared) -> "Course":
        return replace(self, declared=(*self.declared, said))

    def readings(self) -> tuple[Reading, ...]:
        """By the scores alone: what was declared changes none of them."""
        return read(self.entries, self.rule)


def read(entries: Iterable[Entry], rule: Rule | None = None) -> tuple[Reading, ...]:
    """A whole course, in the order of its sessions, in whatever order they came in."""
    reader = Reader(rule)
    return tuple(reader.read(entry) for entry in sorted(entries, key=lambda entry: entry.session))
