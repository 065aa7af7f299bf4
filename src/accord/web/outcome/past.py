"""A practice's own past as columns: what its rules are fitted on, and how good they were. Nobody is named in it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from accord import outcome
from accord.errors import DataError
from accord.measures import Measure
from accord.outcome import Courses, Growth, Judged, NotEnough, Share
from accord.outcome.withheld import SMALLEST
from accord.web import wording
from accord.web.alliance import course as reading
from accord.web.alliance.course import Meeting
from accord.web.alliance.queries import Past
from accord.web.outcome import moments
from accord.web.outcome.changed import by_session

SOURCE = "this practice’s own past courses"
SEED = 1


@dataclass(frozen=True)
class Over:
    """One course that is over, as its meetings; `how` it ended by its therapist's word."""

    key: int
    how: str
    rows: Sequence[Meeting]


def over(found: Iterable[Past]) -> list[Over]:
    return [Over(key, one.how, reading.meetings(one.occasions, one.ratings)) for key, one in enumerate(found)]


def measures_of(courses: Sequence[Over]) -> list[Measure]:
    """What clients rated in them and what has a line between change and error, by name."""
    names = {name for one in courses for name in reading.outcome_measures(one.rows)}
    return [one for name in sorted(names) if outcome.standard(one := wording.measure(name)).rule]


def columns(courses: Sequence[Over], measure: Measure) -> Courses:
    """The rated sessions of one measure, course by course."""
    points = [(one.key, *pair) for one in courses for pair in by_session(one.rows, measure.id) if pair[1] is not None]
    key, session, value = (np.array(each, float) for each in (zip(*points, strict=True) if points else ((), (), ())))
    return outcome.courses(key.astype(np.int64), session, value)


@dataclass(frozen=True)
class Found:
    """What was worked out for one measure or for leaving: as it is stored."""

    method: str
    numbers: dict[str, Any]
    judged: dict[str, Any]
    n_used: int
    why: str


def course_rule(courses: Sequence[Over], measure: Measure) -> Found:
    """The growth model from 300 courses on, the rational method before; and what that rule did on these courses."""
    settled, past = outcome.standard(measure), columns(courses, measure)
    assert settled.rule
    better, cutoff = settled.rule.better, settled.cutoff
    chosen = outcome.choose(past, settled.rule.points, better=better, cutoff=cutoff, source=SOURCE)
    fitted = isinstance(chosen.method, Growth)
    numbers = asdict(chosen.method) if isinstance(chosen.method, Growth) else {}
    anew = partial(outcome.fit_growth, better=better, cutoff=cutoff, source=SOURCE, needed=1)
    try:
        judged = told(outcome.judge_rule(past, anew if fitted else chosen.method, settled.rule.points, source=SOURCE))
    except DataError:
        judged = {}  # no course has the four ratings that it takes to be right or wrong
    return Found(chosen.method.name, numbers, judged, len(past), chosen.why)


HIDDEN: dict[str, float | int | None] = {"value": None, "low": None, "high": None, "n": None}


def told(found: Judged) -> dict[str, Any]:
    """How good a rule was. Where one of flagged or not, worse or not, is fewer than ten people, none of the shares
    that would give it away by subtraction is told."""
    flagged, worse, n = found.ppv.n_used, found.sensitivity.n_used, found.n_used
    both = round((found.ppv.value or 0.0) * flagged)
    few = min(both, flagged - both, worse - both, n - worse - flagged + both) < SMALLEST
    within = {"sensitivity": found.sensitivity, "specificity": found.specificity, "ppv": found.ppv}
    shares = {name: HIDDEN if few else _share(one) for name, one in within.items()}
    whole = {"base": _share(found.base), "flagged": _share(found.flagged)}
    return {"n": n, "threshold": found.threshold, "source": found.source, **shares, **whole}


def _share(one: Share) -> dict[str, float | int | None]:
    """A share with its interval in hundredths; nothing where fewer than ten stand on either side of it."""
    count = round((one.value or 0.0) * one.n_used)
    if min(count, one.n_used - count) < SMALLEST or one.value is None or one.low is None or one.high is None:
        return HIDDEN
    return {"value": round(one.value, 2), "low": round(one.low, 2), "high": round(one.high, 2), "n": one.n_used}


def leaving_rule(courses: Sequence[Over], definition: str, dose: int | None, course_rules: moments.Rules) -> Found:
    """The hazard of leaving, from 100 who stopped and 100 who did not; below that the reason alone."""
    given, mean = moments.of_past([(one.how, one.rows) for one in courses], definition, dose, course_rules)
    n = len(np.unique(given.client))
    found = outcome.fit_leaving(given, definition)  # type: ignore[arg-type]
    if isinstance(found, NotEnough):
        return Found("", {}, {}, n, _not_enough(found))
    judged = outcome.performance(given, definition, seed=SEED, source=SOURCE)  # type: ignore[arg-type]
    assert not isinstance(judged, NotEnough)
    return Found(found.method, {**asdict(found), "alliance_mean": mean, "dose": dose}, asdict(judged), n, "")


def _not_enough(found: NotEnough) -> str:
    """How far it is, without a count of fewer than ten."""
    have = found.value if found.value >= SMALLEST else "fewer than 10"
    return (
        f"{have} of the rarer kind so far; {found.threshold} who stopped and {found.threshold} who did not are needed"
    )


def sessions(courses: Sequence[Over]) -> int:
    return sum(len(one.rows) for one in courses)
