"""A number and how sure it is: what the therapist, gap and two-view models report of a variance or a correlation."""

from typing import NamedTuple

import numpy as np

from accord.outcome.columns import Floats


class Estimate(NamedTuple):
    """`low` to `high` is a 95% interval; NaN where it cannot be had."""

    value: float
    low: float
    high: float


NONE = Estimate(np.nan, np.nan, np.nan)


def percentiles(value: float, draws: Floats, level: float = 0.95) -> Estimate:
    """The middle of a bootstrap's draws (Efron & Tibshirani 1993, ch. 13); none where many draws are NaN."""
    known = draws[np.isfinite(draws)]
    if len(known) < 0.9 * len(draws) or len(known) < 20 or not np.isfinite(value):
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, float(low), float(high))
