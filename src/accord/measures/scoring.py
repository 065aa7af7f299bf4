"""One person's answers become a score.

A caseload page scores hundreds of these, so what a measure needs is worked out once, into a `Plan`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from accord.errors import AnswerError
from accord.measures.catalogue import load
from accord.measures.measure import Measure, Scale

NOTHING: Mapping[str, float | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Score:
    """What one set of answers comes to.

    total      in the units of `Measure.range`; None where no total may be given, and then `reason` says why
    subscales  by key, in the units of each scale; None where too few of its items were answered
    missing    keys of the items that count and were not answered, in the order of the measure
    prorated   some number here was made up for missing answers by the mean of the answered ones
    risk       a safety item reached its threshold: True, False, or None for not known (not asked, or not answered)
    version    of the definition that scored it
    """

    total: float | None
    subscales: Mapping[str, float | None]
    missing: tuple[str, ...]
    prorated: bool
    risk: bool | None
    reason: str | None
    version: str


class Plan(NamedTuple):
    """A measure as scoring needs it."""

    measure: Measure
    known: frozenset[str]
    scored: tuple[tuple[str, frozenset[int]], ...]
    unscored: tuple[str, ...]
    turned: Mapping[str, float]
    scales: tuple[Scale, ...]
    safety: tuple[tuple[str, int], ...]


@cache
def plan(measure: Measure) -> Plan:
    """Worked out once a measure."""
    return Plan(
        measure=measure,
        known=frozenset(item.key for item in measure.items),
        scored=tuple((item.key, _whole(item.low, item.high, item.decimals)) for item in measure.scored),
        unscored=tuple(item.key for item in measure.items if not item.scored),
        turned={item.key: item.low + item.high for item in measure.items if item.key in measure.reverse},
        scales=measure.scales,
        safety=tuple((safety.item, safety.at_least) for safety in measure.safety),
    )


def _whole(low: float, high: float, decimals: bool) -> frozenset[int]:
    """The answers that need no further look; none for a measure with decimals."""
    return frozenset() if decimals else frozenset(range(int(low), int(high) + 1))


def score(measure: Measure | str, answers: Mapping[str, int | float | None]) -> Score:
    """Score one set of answers, by item key; an item that is absent, None or NaN was not answered.

    Raises AnswerError for a key the measure does not have and for an answer outside the item's range or, except on
    scales with decimals, not a whole number; UsageError for an unknown measure.
    """
    made = plan(load(measure) if isinstance(measure, str) else measure)
    given, missing = _read(made, answers)
    total, subscales, prorated, reason = _add_up(made, given, missing)
    return Score(total, subscales, missing, prorated, _risk(made, given), reason, made.measure.version)


def _read(made: Plan, answers: Mapping[str, int | float | None]) -> tuple[dict[str, float], tuple[str, ...]]:
    """The answers that count, and the keys of those that are missing."""
    given: dict[str, float] = {}
    missing: tuple[str, ...] = ()
    for key, allowed in made.scored:
        value = answers.get(key)
        if value.__class__ is not int or value not in allowed:
            value = checked(made.measure, key, value)
            if value is None:
                missing += (key,)
                continue
        given[key] = value
    if len(given) < len(answers):
        _look_at_the_rest(made, answers)
    return given, missing


def _look_at_the_rest(made: Plan, answers: Mapping[str, int | float | None]) -> None:
    """Answers that do not count are checked all the same, and a misspelt key is not a missing answer."""
    for key in answers:
        if key not in made.known:
            known = ", ".join(item.key for item in made.measure.items)
            raise AnswerError(made.measure.id, key, answers[key], f"an item of this measure: {known}")
    for key in made.unscored:
        checked(made.measure, key, answers.get(key))


def checked(measure: Measure, key: str, value: object) -> float | None:
    """The answer as a number, None for no answer (None or NaN), or AnswerError."""
    item = measure.item(key)
    if value is None:
        return None
    if isinstance(value, bool) or not hasattr(value, "__float__") or isinstance(value, complex):
        raise AnswerError(measure.id, key, value, item.wanted)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        return None
    if not item.low <= number <= item.high or not (item.decimals or number.is_integer()):
        raise AnswerError(measure.id, key, value, item.wanted)
    return number if item.decimals else int(number)


def _add_up(
    made: Plan, given: dict[str, float], missing: tuple[str, ...]
) -> tuple[float | None, Mapping[str, float | None], bool, str | None]:
    """Total, subscales, whether any of them was prorated, and why there is no total."""
    points = given
    if made.turned:
        turned = made.turned
        points = {key: turned[key] - value if key in turned else value for key, value in given.items()}
    values: dict[str, float | None] = {}
    prorated = False
    for scale in made.scales:
        value, absent = _value(scale, points)
        values[scale.key] = value
        prorated = prorated or (absent > 0 and value is not None)
    if made.measure.total is None:
        return None, values, prorated, "this measure has no total; read its scales"
    total = values.pop("total")
    reason = None if total is not None else _why_not(made.measure.total, missing)
    return total, values or NOTHING, prorated, reason


def _value(scale: Scale, points: dict[str, float]) -> tuple[float | None, int]:
    """The scale's number and how many of its answers are missing."""
    added = 0.0
    absent = 0
    for key in scale.items:
        # One by one and in order, as whole columns are added: sum() rounds differently from Python 3.12 on.
        if key in points:
            added += points[key]
        else:
            absent += 1
    if absent and not scale.needed <= points.keys():
        return None, absent
    return scale.value(added, absent), absent


def _why_not(total: Scale, missing: tuple[str, ...]) -> str:
    """Why there is no total, in words for a page."""
    needed = [key for key in missing if key in total.needed]
    if needed:
        return f"item {needed[0]} was not answered, and without it no total is given"
    absent = sum(key in total.items for key in missing)
    may = total.missing_allowed
    return f"{absent} of {len(total.items)} answers are missing; a total needs at least {len(total.items) - may}"


def _risk(made: Plan, given: dict[str, float]) -> bool | None:
    risk: bool | None = False if made.safety else None
    for key, at_least in made.safety:
        if key not in given:
            risk = None
        elif given[key] >= at_least:
            return True
    return risk
