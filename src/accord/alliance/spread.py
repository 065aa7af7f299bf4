"""The two numbers that must be fixed before anything is read: the within-person SD and the reliable drop."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from accord.errors import DataError, UsageError

# The smallest SD that is ever estimated: one of the check-in's eight items moving by one step. Where everybody always
# gives the best answer the estimate is nought, and every other answer would be infinitely surprising.
FLOOR = 0.125

# For the Alliance check-in, 0 to 5: what `accord mechanism simulate` gives with its fitted parameters (200 therapists,
# 40 clients each, seed 1). No sample of real people stands behind them yet; a practice should give its own.
SD_WITHIN = 0.26
SD_PEOPLE = 0.82
ALPHA = 0.93
SOURCE = "default for the Alliance check-in, from simulated courses; not measured in people"


def reliable_drop(sd: float, alpha: float) -> float:
    """RC_min = 1.96 sqrt(2) SD sqrt(1 - alpha) (Jacobson & Truax 1991)."""
    if not (math.isfinite(sd) and sd > 0 and 0 <= alpha < 1):
        raise UsageError(
            f"got SD {sd} and reliability {alpha}; wanted an SD above 0 and a reliability from 0 to below 1"
        )
    return 1.96 * math.sqrt(2) * sd * math.sqrt(1 - alpha)


def within_sd(courses: Iterable[Sequence[float]], floor: float = FLOOR) -> float:
    """s_w = 1.4826 MAD(first differences) / sqrt(2), pooled over courses of ratings without gaps, never below `floor`.

    Differences, so that slow change does not count; the MAD, so that a few ruptures do not widen what is usual.
    """
    steps = [after - before for course in courses for before, after in pairwise(course)]
    return robust_sd(steps, floor)


def robust_sd(steps: Sequence[float], floor: float = FLOOR) -> float:
    """The same from the differences themselves."""
    if not len(steps):
        raise DataError("no course has two ratings, so no within-person SD can be estimated; give one")
    if not floor > 0:
        raise UsageError(f"got a floor of {floor}; wanted a number above 0")
    middle = _median(steps)
    return max(1.4826 * _median([abs(step - middle) for step in steps]) / math.sqrt(2), floor)


def _median(values: Sequence[float]) -> float:
    ranked, half = sorted(values), len(values) // 2
    return float(ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2)


# 0.60 of 5: as far as measurement error alone seldom goes.
RELIABLE_DROP = reliable_drop(SD_PEOPLE, ALPHA)
