"""How good the red rule is on courses that are over: it may not be believed before this was looked at."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.errors import DataError, UsageError
from accord.outcome.band import Method, bad
from accord.outcome.columns import Courses
from accord.outcome.expected import LOOK, expect_columns
from accord.outcome.rule import VERSION

Bools = NDArray[np.bool_]
Z_95 = 1.96
# The rule speaks with the third rating at the earliest, and must have a later one to be right about.
RATINGS = 4
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion with its interval of 95 % (Wilson 1927); None where there is nothing to divide by."""

    value: float | None
    low: float | None
    high: float | None
    n_used: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule beside what came of courses: of those who ended reliably worse, and of those flagged before their end.

    `base` is the share that ended worse by `threshold` points or more. `source` says whose courses they were.
    """

    sensitivity: Share
    specificity: Share
    ppv: Share
    base: Share
    flagged: Share
    threshold: float
    n_used: int
    method: str
    source: str
    reason: str
    version: str = VERSION


def judge_rule(
    past: Courses,
    fit: Callable[[Courses], Method] | Method,
    reliable_change: float,
    *,
    source: str,
    folds: int = FOLDS,
) -> Judged:
    """Judge it. Where the method is fitted, each fifth of the courses is judged by a fit on the other four.

    A course ended worse if its last rating lies a reliable change or more beyond its first. Only flags before the last
    rating count. Courses with fewer than four ratings are left out: nobody could have been told in time.
    """
    if not (math.isfinite(reliable_change) and reliable_change > 0):
        raise UsageError(f"reliable change: got {reliable_change}, wanted a number of points above 0")
    part = np.arange(len(past)) % folds
    flagged, worse, name = [], [], ""
    for fold in range(folds) if callable(fit) else (None,):
        held = past if fold is None else past.some(part == fold)
        held = held.some(held.sizes >= RATINGS)
        method = fit(past.some(part != fold)) if callable(fit) else fit
        name = method.name
        flagged.append(_flagged(held, method))
        last = held.value[held.starts[1:] - 1]
        worse.append(bad(method.better) * (last - held.intake) >= reliable_change)
    return _judged(np.concatenate(flagged), np.concatenate(worse), reliable_change, name, source)


def _flagged(held: Courses, method: Method) -> Bools:
    read = expect_columns(held, method)
    look = read.state == LOOK
    look[held.starts[1:] - 1] = False
    told = np.zeros(len(held), bool)
    told[held.course[look]] = True
    return told


def _judged(flagged: Bools, worse: Bools, change: float, name: str, source: str) -> Judged:
    n = len(worse)
    if not n:
        raise DataError(f"no course has {RATINGS} ratings or more, so the rule cannot be judged")
    both = int((flagged & worse).sum())
    quiet = int((~flagged & ~worse).sum())
    sensitivity, ppv = share(both, int(worse.sum())), share(both, int(flagged.sum()))
    told = "no course was flagged" if ppv.value is None else f"{both} of {ppv.n_used} flagged courses ended worse"
    return Judged(
        sensitivity,
        share(quiet, int((~worse).sum())),
        ppv,
        share(int(worse.sum()), n),
        share(int(flagged.sum()), n),
        change,
        n,
        name,
        source,
        f"{told}; a flag is a reason to look, not a forecast",
    )


def share(part: int, n: int) -> Share:
    """part of n, with the interval that stays within 0 and 1."""
    if n == 0:
        return Share(None, None, None, 0)
    p, z = part / n, Z_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Share(p, max(middle - half, 0.0), min(middle + half, 1.0), n)
