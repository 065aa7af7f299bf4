"""Does a practice help: shares of many courses that are over, each with its interval, its reason and who is in it.

    figures = practice_figures(courses, today, {"phq-9": rule})
    figures.change[0].told        better or not; then recovered, improved and the rest, as far as ten stand on each side
    figures.change[0].effect      (mean first - mean last) / SD first, with its interval

What may be told of few people, and never by subtraction, is `accord.outcome.withheld`.
"""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean, stdev

from accord.errors import UsageError
from accord.outcome import withheld
from accord.outcome.change import change
from accord.outcome.judged import Z_95, Share, share
from accord.outcome.leaving import DEFINITIONS, Definition, stopped
from accord.outcome.rule import VERSION, ChangeRule
from accord.outcome.withheld import Group, Level, by_quarter, joined, recent, why_not
from accord.outcome.words import number

PLANNED, MOVED, STOPPED = "planned", "moved", "stopped"
BETTER, NOT_BETTER = "better", "not better"
RECOVERED, IMPROVED, UNCHANGED, WORSE = "recovered", "improved", "unchanged", "worse"
NOT_BETTER_AT_ALL = "unchanged or worse"
SOON = 42
"""Days: the six weeks within which NHS Talking Therapies counts a first appointment."""
KINDS = {"deteriorated": WORSE, "harmed": WORSE}


@dataclass(frozen=True, slots=True)
class Over:
    """One course that is over, and nothing that says whose. A client who went on with a colleague has one course.

    scores      measure -> first and last total; without two there is none
    how         planned, moved, stopped, or nothing where nobody wrote it down
    wait        days from the opening to the first session; None where it is not known
    asked, answered   check-ins
    held        sessions the client came to; missed_last: not to the last one whose outcome is known
    """

    ended_on: date
    leaders: frozenset[Hashable] = frozenset()
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    how: str = ""
    wait: int | None = None
    asked: int = 0
    answered: int = 0
    held: int = 0
    missed_last: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How people divide on one question: a share for each side, or none and why. `n_used` people of whole quarters."""

    shares: Mapping[str, Share]
    n_used: int
    first: int
    last: int
    reason: str
    version: str = VERSION

    def __bool__(self) -> bool:
        return bool(self.shares)


@dataclass(frozen=True, slots=True)
class Effect:
    """(mean first - mean last) / SD first, above 0 where people got better; 95 % by Becker (1988)."""

    value: float
    low: float
    high: float
    start: float
    start_sd: float
    end: float
    end_sd: float
    n_used: int
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one measure: `told` from the widest division to the finest that ten on each side allow."""

    measure: str
    told: tuple[Told, ...]
    effect: Effect | None

    @property
    def finest(self) -> Told:
        return self.told[-1]


@dataclass(frozen=True, slots=True)
class PracticeFigures:
    change: tuple[Measured, ...]
    stopped: Told
    soon: Told
    answered: Told
    rated: Told


def practice_figures(
    courses: Iterable[Over],
    today: date,
    rules: Mapping[str, ChangeRule],
    *,
    own: Hashable = None,
    definition: Definition = "therapist judgement",
    dose: int | None = None,
) -> PracticeFigures:
    """All of it. `own` is whoever asks, where they lead courses; `definition` says what counts as having stopped."""
    pieces = by_quarter(courses, today)
    measures = sorted({name for piece in pieces for one in piece.courses for name in one.scores} & set(rules))
    told = {
        "stopped": (_stopping(definition, dose, rules), _counted_as_stopped(definition, dose)),
        "soon": (Level(("yes", "no"), _soon), f"the first session came within {SOON // 7} weeks of the opening here"),
        "answered": (Level(("yes", "no"), _answered), "at least half of what they were asked was answered"),
        "rated": (Level(("yes", "no"), lambda one: _yes(bool(one.scores))), "a score at the start and one at the end"),
    }
    asked = {name: _ask(pieces, [level], today, own, reason)[0] for name, (level, reason) in told.items()}
    return PracticeFigures(tuple(_measured(pieces, name, rules[name], today, own) for name in measures), **asked)


def _ask(pieces: Sequence[Group[Over]], levels: Sequence[Level], today: date, own: Hashable, reason: str) -> list[Told]:
    """From the widest division to the finest: each is put together out of the groups of the one before."""
    told: list[Told] = []
    groups = pieces
    for level in levels:
        before, groups = groups, joined(groups, level, own)
        if not (shown := recent(groups, today)):
            told += [] if told else [_nothing(before, level, own)]
            break
        told.append(_told(shown, level, reason))
    return told


def _told(groups: Sequence[Group[Over]], level: Level, reason: str) -> Told:
    sides = [level.side(one) for group in groups for one in group.courses]
    shares = {name: share(sides.count(name), len(sides)) for name in level.sides}
    return Told(shares, len(sides), groups[0].first, groups[-1].last, reason)


def _nothing(pieces: Sequence[Group[Over]], level: Level, own: Hashable) -> Told:
    every = [one for piece in pieces for one in piece.courses if level.side(one) is not None]
    return Told({}, 0, 0, 0, why_not(every, level, own) or withheld.FEW)


def _measured(pieces: Sequence[Group[Over]], measure: str, rule: ChangeRule, today: date, own: Hashable) -> Measured:
    levels = _levels(pieces, measure, rule)
    told = _ask(pieces, levels, today, own, f"more than {number(rule.points)} points, which error alone seldom makes")
    groups = recent(joined(pieces, levels[0], own), today)
    pairs = [one.scores[measure] for group in groups for one in group.courses]
    return Measured(measure, tuple(told), effect_size(pairs, rule) if pairs else None)


def _levels(pieces: Sequence[Group[Over]], measure: str, rule: ChangeRule) -> list[Level]:
    """Three ways to divide people by their change, each finer than the one before. Each course is judged once."""
    rated = [one for piece in pieces for one in piece.courses if measure in one.scores]
    kinds = {id(one): change(*one.scores[measure], rule).kind for one in rated}

    def kind(one: Over) -> str | None:
        found = kinds.get(id(one))
        return found and KINDS.get(found, found)

    def coarse(one: Over) -> str | None:
        found = kind(one)
        return found and (BETTER if found in (RECOVERED, IMPROVED) else NOT_BETTER)

    def middle(one: Over) -> str | None:
        found = kind(one)
        return NOT_BETTER_AT_ALL if found in (UNCHANGED, WORSE) else found

    return [
        Level((BETTER, NOT_BETTER), coarse),
        Level((RECOVERED, IMPROVED, NOT_BETTER_AT_ALL), middle),
        Level((RECOVERED, IMPROVED, UNCHANGED, WORSE), kind),
    ]


def effect_size(pairs: Sequence[tuple[float, float]], rule: ChangeRule) -> Effect | None:
    """As NHS Talking Therapies defines it; None where the first scores do not differ."""
    first, last = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if len(pairs) < 2 or not (spread := stdev(first)) > 0:
        return None
    after = stdev(last)
    value = -rule.sign * (fmean(first) - fmean(last)) / spread
    r = _correlation(first, last) if after > 0 else 0.0
    half = Z_95 * math.sqrt(2 * (1 - r) / len(pairs) + value**2 / (2 * len(pairs)))
    reason = "the mean of the first scores minus that of the last, in standard deviations of the first"
    numbers = (value, value - half, value + half, fmean(first), spread, fmean(last), after)
    return Effect(*numbers, len(pairs), reason)


def _correlation(x: Sequence[float], y: Sequence[float]) -> float:
    mx, my = fmean(x), fmean(y)
    shared = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True))
    return shared / math.sqrt(math.fsum((a - mx) ** 2 for a in x) * math.fsum((b - my) ** 2 for b in y))


def _yes(held: bool) -> str:
    return "yes" if held else "no"


def _soon(one: Over) -> str | None:
    return None if one.wait is None else _yes(one.wait <= SOON)


def _answered(one: Over) -> str | None:
    return _yes(2 * one.answered >= one.asked) if one.asked else None


def _stopping(definition: Definition, dose: int | None, rules: Mapping[str, ChangeRule]) -> Level:
    """Which courses stopped before their end, by the definition that the practice stored."""
    if definition not in DEFINITIONS:
        raise UsageError(f"there is no definition {definition!r}; there are: {', '.join(DEFINITIONS)}")
    if definition == "below the agreed dose" and dose is None:
        raise UsageError("below the agreed dose: got no dose, wanted the number of sessions agreed on")

    def side(one: Over) -> str | None:
        found = stopped(
            definition,
            dose,
            how=one.how,
            came=one.held,
            missed_last=one.missed_last,
            improved=_improved(one, rules),
        )
        return None if found is None else _yes(found)

    return Level(("yes", "no"), side)


def _improved(one: Over, rules: Mapping[str, ChangeRule]) -> bool | None:
    kinds = [change(*pair, rules[name]).reliable for name, pair in one.scores.items() if name in rules]
    return "improved" in kinds if kinds else None


def _counted_as_stopped(definition: Definition, dose: int | None) -> str:
    return {
        "therapist judgement": "their therapist wrote down that it stopped before its end",
        "missed the last scheduled session": "they did not come to the last session that was booked",
        "below the agreed dose": f"they came to fewer than {dose} sessions",
        "no reliable change": "no measure changed for the better by more than its error",
    }[definition]
