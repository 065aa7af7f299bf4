"""Who may stop coming: a discrete-time hazard, in words a reason to reach out. For the therapist alone.

logit P(this was the last session) = a + b ln t + g1 within + g2 between + g3 strain + g4 missed + g5 not on track, with
a ridge penalty on all but a and b. What counts as having stopped is stored with the model, since rates hang on it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from accord.errors import DataError, UsageError
from accord.outcome.columns import Floats
from accord.outcome.rule import VERSION

Definition = Literal[
    "therapist judgement", "missed the last scheduled session", "below the agreed dose", "no reliable change"
]
DEFINITIONS: tuple[Definition, ...] = (
    "therapist judgement",
    "missed the last scheduled session",
    "below the agreed dose",
    "no reliable change",
)
CAUSES = ("within", "between", "strain", "missed", "not_on_track")
SAID = {
    "within": "the alliance lies below this person's own usual",
    "between": "the alliance has been lower than with most",
    "strain": "open strain",
    "missed": "missed last",
    "not_on_track": "not on track",
}
# Seven numbers are estimated, ten leavings each would do for that (Peduzzi et al. 1996); whether the hazards are right
# can be seen from 100 leavings on and as many who stayed (Vergouwe et al. 2005). The larger holds.
NEEDED = 100
# Worth reaching out: among the tenth of sessions with the highest hazard in the courses it was fitted on.
TOP = 0.90
RIDGE = 1.0
FOLDS, DRAWS = 5, 200
EDGE = 1e-9


def stopped(
    definition: str, dose: int | None, *, how: str, came: int, missed_last: bool, improved: bool | None
) -> bool | None:
    """Whether a course that is over counts as stopped; None where nobody wrote down what the definition asks for.

    how: planned, moved, stopped, or nothing. came: sessions. missed_last: the last one whose outcome is known.
    improved: whether any measure changed for the better by more than its error; None where none can say.
    """
    by_definition = (
        how == "stopped" if how else None,
        missed_last,
        came < (dose or 0),
        None if improved is None else not improved,
    )
    return by_definition[DEFINITIONS.index(definition)]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of one client after one session. None is not rated or kept: it counts as neither good nor bad.

    within: this alliance rating minus the mean of this person's before; between: that mean minus the practice's.
    """

    session: int
    within: float | None = None
    between: float | None = None
    strain: bool = False
    missed: bool = False
    not_on_track: bool = False


@dataclass(frozen=True, eq=False)
class Moments:
    """The same as columns, a row a session held or missed; `left` is true where the course ended there by leaving."""

    client: Any
    session: Any
    within: Any
    between: Any
    strain: Any
    missed: Any
    not_on_track: Any
    left: Any

    def some(self, which: Any) -> "Moments":
        return Moments(*(np.asarray(getattr(self, name))[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class NotEnough:
    """Nothing is said. `value` is what there is of what `threshold` is needed of."""

    value: int
    threshold: int
    n_used: int
    reason: str
    method: str = "discrete-time hazard"
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Leaving:
    """A fitted hazard. `b`: 1, ln t, then CAUSES in SDs; `mean` and `sd` of the causes; `threshold` worth reaching out.

    `intercept`, `slope`: the recalibration to a site, 0 and 1 where it was fitted.
    """

    b: tuple[float, ...]
    mean: tuple[float, ...]
    sd: tuple[float, ...]
    threshold: float
    definition: Definition
    ridge: float
    n_used: int
    n_rows: int
    n_left: int
    intercept: float = 0.0
    slope: float = 1.0
    method: str = "discrete-time hazard"
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Reach:
    """After one session. `reason` is None unless `value`, the hazard, reaches `threshold` and a cause can be named."""

    value: float
    threshold: float
    n_used: int
    causes: tuple[str, ...]
    reason: str | None
    method: str = "discrete-time hazard"
    version: str = VERSION


def fit_leaving(given: Moments, definition: Definition, *, ridge: float = RIDGE) -> Leaving | NotEnough:
    """Fit it, or say what is missing: 100 who left and 100 who stayed."""
    if definition not in DEFINITIONS:
        raise UsageError(f"there is no definition {definition!r}; there are: {', '.join(DEFINITIONS)}")
    if not ridge >= 0:
        raise UsageError(f"ridge: got {ridge}, wanted 0 or more")
    short = enough(given)
    return short or _fit(given, definition, ridge)


def enough(given: Moments) -> NotEnough | None:
    """None where it is."""
    people = len(np.unique(np.asarray(given.client)))
    left = int(np.asarray(given.left, bool).sum())
    fewer = min(left, people - left)
    if fewer >= NEEDED:
        return None
    who = f"{left} of {people} clients stopped coming"
    return NotEnough(
        fewer, NEEDED, people, f"{who}; {NEEDED} who did and {NEEDED} who did not are needed to see whether it is right"
    )


def _fit(given: Moments, definition: Definition, ridge: float) -> Leaving:
    causes, left = _causes(given), np.asarray(given.left, np.float64)
    mean = np.array([np.nanmean(each) if np.isfinite(each).any() else 0.0 for each in causes.T])
    sd = np.array([np.nanstd(each) if np.isfinite(each).any() else 0.0 for each in causes.T])
    x = _design(given.session, (causes - mean) / np.where(sd > 0, sd, 1.0))
    b = _logistic(x, left, np.array([0.0, 0.0] + [ridge] * len(CAUSES)))
    threshold = float(np.quantile(_probability(x @ b), TOP))
    people = len(np.unique(np.asarray(given.client)))
    numbers = (tuple(map(float, b)), tuple(map(float, mean)), tuple(float(each) if each > 0 else 1.0 for each in sd))
    return Leaving(*numbers, threshold, definition, ridge, people, len(left), int(left.sum()))


def _causes(given: Moments) -> Floats:
    return np.column_stack([np.asarray(getattr(given, name), np.float64) for name in CAUSES])


def _design(session: Any, causes: Floats) -> Floats:
    t = np.asarray(session, np.float64)
    return np.column_stack([np.ones(len(t)), np.log(t), np.nan_to_num(causes)])


def _logistic(x: Floats, y: Floats, penalty: Floats) -> Floats:
    """Newton's method with halved steps, from the base rate."""
    b = np.zeros(x.shape[1])
    share = min(max(float(y.mean()), EDGE), 1 - EDGE)
    b[0] = math.log(share / (1 - share))
    lost = _loss(x, y, b, penalty)
    for _ in range(50):
        p = _probability(x @ b)
        gradient = x.T @ (p - y) + penalty * b
        curve = (x * (p * (1 - p))[:, None]).T @ x + np.diag(penalty + EDGE)
        step = np.linalg.solve(curve, gradient)
        while (now := _loss(x, y, b - step, penalty)) > lost + EDGE and np.abs(step).max() > EDGE:
            step = step / 2
        b, gained, lost = b - step, lost - now, now
        if gained < 1e-10 * (1 + abs(lost)):
            break
    return b


def _loss(x: Floats, y: Floats, b: Floats, penalty: Floats) -> float:
    line = x @ b
    return float(np.logaddexp(0.0, line).sum() - y @ line + 0.5 * (penalty * b * b).sum())


def _probability(line: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(line, -700, 700)))


def hazards(model: Leaving, given: Moments) -> Floats:
    """The hazard of each row."""
    return np.asarray(_probability(model.intercept + model.slope * _lines(model, given)))


def _lines(model: Leaving, given: Moments) -> Floats:
    causes = (_causes(given) - np.array(model.mean)) / np.array(model.sd)
    line: Floats = _design(given.session, causes) @ np.array(model.b)
    return line


def reach(model: Leaving, moment: Moment) -> Reach:
    """One client after one session: the hazard, and what of it can be named."""
    parts = {}
    for name, b, mean, sd in zip(CAUSES, model.b[2:], model.mean, model.sd, strict=True):
        value = getattr(moment, name)
        parts[name] = 0.0 if value is None else b * (float(value) - mean) / sd
    line = model.b[0] + model.b[1] * math.log(moment.session) + math.fsum(parts.values())
    line = model.intercept + model.slope * line
    hazard = 1 / (1 + math.exp(-min(max(line, -700.0), 700.0)))
    causes = tuple(name for name in sorted(parts, key=lambda one: -parts[one]) if parts[name] > 0 and _is(moment, name))
    reason = None
    if hazard >= model.threshold and causes:
        reason = f"worth reaching out: {', '.join(SAID[name] for name in causes)}"
    return Reach(hazard, model.threshold, model.n_used, causes, reason)


def _is(moment: Moment, name: str) -> bool:
    """Whether a cause is there to be named: a flag that is up, or an alliance below the usual."""
    value = getattr(moment, name)
    return value is not None and (value < 0 if name in ("within", "between") else bool(value))


def recalibrate(model: Leaving, site: Moments) -> Leaving | NotEnough:
    """The same model with the intercept and slope of a site's own courses; it needs as many as fitting does."""
    short = enough(site)
    if short:
        return short
    line = _lines(model, site)
    x = np.column_stack([np.ones(len(line)), line])
    b = _logistic(x, np.asarray(site.left, np.float64), np.zeros(2))
    moved = replace(model, intercept=float(b[0]), slope=float(b[1]))
    return replace(moved, threshold=float(np.quantile(hazards(moved, site), TOP)))


@dataclass(frozen=True, slots=True)
class Interval:
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Performance:
    """How good hazards are, each with an interval of 95 % from drawing clients again.

    brier   the mean squared error; `base` is that of saying the same of everybody
    auc     the share of pairs in which who left had the higher hazard
    slope   1 where the hazards are as far apart as they should be, below where they say too much
    """

    brier: Interval
    base: float
    auc: Interval
    slope: Interval
    n_used: int
    n_left: int
    draws: int
    seed: int
    source: str
    method: str = "five folds by client, bootstrap over clients"
    version: str = VERSION


def performance(
    given: Moments,
    definition: Definition,
    *,
    seed: int,
    source: str,
    ridge: float = RIDGE,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> Performance | NotEnough:
    """Of a model that never saw the client it speaks of: five folds, whole clients in each."""
    short = enough(given)
    if short:
        return short
    people, who = np.unique(np.asarray(given.client), return_inverse=True)
    p, fold = np.empty(len(who)), who % FOLDS
    for part in range(FOLDS):
        p[fold == part] = hazards(_fit(given.some(fold != part), definition, ridge), given.some(fold == part))
    return judge_hazards(p, given, seed=seed, source=source, draws=draws, progress=progress, who=(people, who))


def judge_hazards(
    p: Floats,
    given: Moments,
    *,
    seed: int,
    source: str,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
    who: Any = None,
) -> Performance:
    """Hazards that were made beforehand, beside what came."""
    y = np.asarray(given.left, np.float64)
    people, which = who or np.unique(np.asarray(given.client), return_inverse=True)
    if not 0 < y.sum() < len(y):
        raise DataError("nobody left, or everybody did at once, so hazards cannot be judged")
    found, dice = [], np.random.default_rng(seed)
    for draw in range(draws):
        weight = np.bincount(dice.integers(0, len(people), len(people)), minlength=len(people))[which].astype(float)
        if 0 < weight @ y < weight.sum():
            found.append(_scores(p, y, weight))
        if progress:
            progress(draw + 1, draws)
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    here = _scores(p, y, np.ones(len(y)))
    brier, auc, slope = (Interval(*map(float, each)) for each in zip(here, low, high, strict=True))
    share = float(y.mean())
    return Performance(brier, share * (1 - share), auc, slope, len(people), int(y.sum()), draws, seed, source)


def _scores(p: Floats, y: Floats, weight: Floats) -> Sequence[float]:
    brier = float(weight @ (p - y) ** 2 / weight.sum())
    return brier, _auc(p, y, weight), _slope(p, y, weight)


def _auc(p: Floats, y: Floats, weight: Floats) -> float:
    """Ties count half."""
    order = np.argsort(p, kind="stable")
    _, group = np.unique(p[order], return_inverse=True)
    stayed = np.bincount(group, weight[order] * (1 - y[order]))
    left = np.bincount(group, weight[order] * y[order])
    below = np.cumsum(stayed) - stayed
    return float((left * (below + stayed / 2)).sum() / (left.sum() * stayed.sum()))


def _slope(p: Floats, y: Floats, weight: Floats) -> float:
    """Of a logistic regression of what came on the logit of the hazard."""
    line = np.log(np.clip(p, EDGE, 1 - EDGE) / (1 - np.clip(p, EDGE, 1 - EDGE)))
    x, b = np.column_stack([np.ones(len(line)), line]), np.array([0.0, 1.0])
    for _ in range(25):
        q = _probability(x @ b)
        step = np.linalg.solve((x * (weight * q * (1 - q))[:, None]).T @ x, x.T @ (weight * (q - y)))
        b = b - step
        if np.abs(step).max() < 1e-8:
            break
    return float(b[1])
