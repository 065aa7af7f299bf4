"""Many courses at a glance: where the middle of them stands, how they spread, and what a change does to them."""

from dataclasses import dataclass

import numpy as np

from accord.errors import UsageError
from accord.mechanism.observed import on_alliance_scale, on_phq_scale
from accord.mechanism.stream import Floats
from accord.mechanism.truth import Bools, Truth

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
# Nineteen in twenty draws of other people would come out inside.
_WIDE = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """`alliance` (0 to 5) and `symptoms` (0 to 27, as the PHQ-9) are arrays [share, session] over those still coming.

    `still` is the share of courses that reached a session. `single_alliance` and `single_symptoms` are the first few
    courses [course, session], NaN after their end. `left` and `last` have an entry a course: whether it ended early,
    and its last symptom score.
    """

    alliance: Floats
    symptoms: Floats
    still: Floats
    single_alliance: Floats
    single_symptoms: Floats
    left: Bools
    last: Floats


@dataclass(frozen=True, slots=True)
class Difference:
    """How far apart, and between which bounds the luck of the draw leaves it."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Luck alone would rarely do this."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second crowd against the first: courses of 100 that end early, and points of the last symptom score."""

    left: Difference
    last: Difference


def crowd(truth: Truth, singles: int = 0) -> Crowd:
    """What is seen of many courses at once, on the scales that people know."""
    alliance, symptoms = on_alliance_scale(truth.alliance), on_phq_scale(truth.symptom)
    return Crowd(
        quantiles(alliance),
        quantiles(symptoms),
        truth.held.mean(axis=0),
        alliance[:singles],
        symptoms[:singles],
        truth.dropped,
        on_phq_scale(truth.last_score),
    )


def compare(first: Crowd, second: Crowd) -> Comparison:
    """The same people twice: with the same seed, a course differs from its twin by the change alone."""
    if len(first.last) != len(second.last):
        raise UsageError(f"the same people are compared: got {len(first.last)} courses and {len(second.last)}")
    left = 100.0 * (second.left.astype(np.float64) - first.left)
    return Comparison(_difference(left), _difference(second.last - first.last))


def _difference(each: Floats) -> Difference:
    mean = float(each.mean())
    off = _WIDE * float(each.std(ddof=1)) / np.sqrt(len(each)) if len(each) > 1 else np.inf
    return Difference(mean, float(mean - off), float(mean + off))


def quantiles(values: Floats, shares: tuple[float, ...] = SHARES) -> Floats:
    """Quantiles of each column over what is known in it: an array [share, column], NaN for an empty column."""
    # NumPy's own walks column by column when a NaN is among them, and takes ten times as long.
    ordered, count = np.sort(values, axis=0), np.sum(~np.isnan(values), axis=0)
    at = np.array(shares)[:, None] * np.maximum(count - 1, 0)
    low = np.floor(at).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below, above = np.take_along_axis(ordered, low, axis=0), np.take_along_axis(ordered, high, axis=0)
    return np.asarray(below + (at - low) * (above - below), np.float64)
