"""The gap between the two views, as truth and bias (West & Kenny 2011).

For session t of course i: T_it - mean_i(C) = d_i + tau_i (C_it - mean_i(C)) + e_it. d_i below nought: the therapist
rates lower than the client. tau_i: how far the therapist's rating follows the client's from session to session.
For the therapist alone; never a target, never compared with another therapist's.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from accord.alliance.rule import VERSION
from accord.errors import DataError

# A person's mean over fewer sessions is too unsure to measure a gap against.
SESSIONS = 4
# Therapists enough to estimate how much they differ; below, the stated spread is used.
THERAPISTS = 10
# Half of what the interval leaves out lies on each side: it covers 90 %.
Z_90 = 1.6449


class Spread(NamedTuple):
    """Among therapists: the usual gap, the SD of their means, and the SD of courses of one therapist."""

    mean: float
    tau: float
    sigma: float
    source: str


PRIOR = Spread(-0.55, 0.31, 0.66, "simulated courses, Alliance check-in 0 to 5; not measured in people")


@dataclass(frozen=True, slots=True)
class CourseGap:
    """One course: d and tau with standard errors. `tau` is None where the client's ratings never differed."""

    d: float
    d_se: float
    tau: float | None
    tau_se: float | None
    n_used: int
    reason: str
    method: str = "truth-and-bias"
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class TherapistGap:
    """One therapist's usual gap over courses, drawn towards the usual one the more the fewer courses there are."""

    value: float
    low: float
    high: float
    pooling: float
    n_used: int
    reason: str
    method: str = "truth-and-bias, partial pooling"
    version: str = VERSION


def course_gap(client: Sequence[float | None], therapist: Sequence[float | None]) -> CourseGap | None:
    """From four sessions on that both rated; None before. Unanswered and kept ratings are None and left out."""
    if len(client) != len(therapist):
        raise DataError(f"got {len(client)} ratings of the client and {len(therapist)} of the therapist; wanted pairs")
    pairs = [(c, t) for c, t in zip(client, therapist, strict=True) if c is not None and t is not None]
    if len(pairs) < SESSIONS:
        return None
    middle = fmean(c for c, _ in pairs)
    x, y = [c - middle for c, _ in pairs], [t - middle for _, t in pairs]
    return _fitted(x, y)


def _fitted(x: list[float], y: list[float]) -> CourseGap:
    """Least squares; x has the mean nought, so that the intercept is the mean of y."""
    n, d, across = len(x), fmean(y), math.fsum(each * each for each in x)
    moves = across > 1e-12 * n
    tau = math.fsum(a * b for a, b in zip(x, y, strict=True)) / across if moves else 0.0
    left = math.fsum((b - d - tau * a) ** 2 for a, b in zip(x, y, strict=True))
    sigma = math.sqrt(left / (n - 2 if moves else n - 1))
    tau_se = sigma / math.sqrt(across) if moves else None
    return CourseGap(d, sigma / math.sqrt(n), tau if moves else None, tau_se, n, _course_words(d, n))


def _course_words(d: float, n: int) -> str:
    if abs(d) < 0.05:
        return f"over {n} sessions the two views lie about level"
    return f"over {n} sessions the therapist rates {abs(d):.1f} {'below' if d < 0 else 'above'} the client"


def therapist_spread(gaps: Mapping[str, Sequence[float]]) -> Spread:
    """How much therapists differ, from all their courses' d (analysis of variance, unequal numbers).

    With fewer than ten therapists, or no two courses of one, `PRIOR` is returned instead.
    """
    groups = [list(each) for each in gaps.values() if each]
    n, j = sum(map(len, groups)), len(groups)
    if j < THERAPISTS or n == j:
        return PRIOR
    grand = math.fsum(map(math.fsum, groups)) / n
    between = math.fsum(len(each) * (fmean(each) - grand) ** 2 for each in groups) / (j - 1)
    within = math.fsum((d - fmean(each)) ** 2 for each in groups for d in each) / (n - j)
    size = (n - sum(len(each) ** 2 for each in groups) / n) / (j - 1)
    tau = math.sqrt(max((between - within) / size, 0.0))
    return Spread(grand, tau, math.sqrt(within), f"{n} courses of {j} therapists")


def therapist_gap(gaps: Iterable[float], spread: Spread = PRIOR) -> TherapistGap | None:
    """lambda = tau^2 / (tau^2 + sigma^2 / n), u = lambda (mean - usual), variance tau^2 (1 - lambda).

    None without gaps. The uncertainty of the usual gap itself is left out: it is small beside the rest once it comes
    from many courses.
    """
    own = list(gaps)
    if not own:
        return None
    pooling = spread.tau**2 / (spread.tau**2 + spread.sigma**2 / len(own)) if spread.tau else 0.0
    value = spread.mean + pooling * (fmean(own) - spread.mean)
    half = Z_90 * spread.tau * math.sqrt(1 - pooling)
    reason = _therapist_words(value, value - half, value + half)
    return TherapistGap(value, value - half, value + half, pooling, len(own), reason)


def _therapist_words(value: float, low: float, high: float) -> str:
    """The two ends in the direction of the value; signs only where the interval has both."""
    if low < 0 < high:
        return (
            f"you tend to rate level with your clients (probably {low:+.1f} to {high:+.1f}); most therapists rate below"
        )
    way, near, far = ("below", -high, -low) if value < 0 else ("above", low, high)
    return (
        f"you tend to rate {abs(value):.1f} {way} your clients (probably {near:.1f} to {far:.1f}); "
        "most therapists rate below"
    )
