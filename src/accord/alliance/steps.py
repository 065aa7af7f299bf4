"""Fear foretold before a small step against fear felt in it, 0 to 10, over one person's steps.

d_i = felt_i - foretold_i; the mean of d with its 90 % interval by Student's t. The difference itself is what a person
learns from (violated expectation: Craske et al. 2014, doi:10.1016/j.brat.2014.04.006); how high the fear stood is no
success and no failure.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, stdev

from accord.alliance.rule import VERSION
from accord.errors import DataError

# One or two steps say nothing yet about how somebody foretells.
STEPS = 3
TOP = 10


@dataclass(frozen=True, slots=True)
class Told:
    """One step: fear foretold and fear felt, 0 to 10; None was not said, or is kept."""

    foretold: float | None
    felt: float | None

    def __post_init__(self) -> None:
        for name, value in (("foretold", self.foretold), ("felt", self.felt)):
            if value is not None and not 0 <= value <= TOP:
                raise DataError(f"fear {name} is {value}; wanted 0 to {TOP}")


@dataclass(frozen=True, slots=True)
class Foretelling:
    """Fear felt minus fear foretold: below nought, it was smaller than foretold. `less` counts the steps with that.

    `reason` is the count and `average` the mean with its interval, both in words. The interval ends where the scale
    does: no difference lies beyond 10.
    """

    value: float
    low: float
    high: float
    less: int
    n_used: int
    reason: str
    average: str
    method: str = "mean difference, t interval 90 %"
    version: str = VERSION


def foretold_against_felt(pairs: Iterable[Told]) -> Foretelling | None:
    """From three steps on of which both numbers are known; None before. The order of the steps does not matter."""
    gaps = [one.felt - one.foretold for one in pairs if one.felt is not None and one.foretold is not None]
    n = len(gaps)
    if n < STEPS:
        return None
    value = fmean(gaps)
    half = t_quantile(n - 1) * stdev(gaps) / math.sqrt(n)
    low, high = max(value - half, -TOP), min(value + half, TOP)
    less = sum(gap < 0 for gap in gaps)
    return Foretelling(value, low, high, less, n, _count_words(less, n), _average_words(value, low, high))


def _count_words(less: int, n: int) -> str:
    if less == 0:
        return f"in none of {n} steps was the fear smaller than foretold"
    return f"in {less} of {n} steps the fear was smaller than foretold"


def _average_words(value: float, low: float, high: float) -> str:
    if round(value, 1) == 0:
        middle = "on average it was about as large as foretold"
    else:
        middle = f"on average it was {_way(value)} than foretold"
    if high - low < 0.05:
        return f"{middle}, in each step the same"
    # Both ends in one direction are said in the order of their size.
    near, far = sorted((low, high), key=abs) if low * high >= 0 else (low, high)
    return f"{middle} (probably between {_way(near)} and {_way(far)})"


def _way(gap: float) -> str:
    return "no different" if round(gap, 1) == 0 else f"{abs(gap):.1f} {'smaller' if gap < 0 else 'larger'}"


def t_quantile(df: int, covered: float = 0.90) -> float:
    """How far Student's t reaches to either side of nought so that `covered` of it lies within.

    The share within t has a finite sum for whole degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4); halving
    finds the t that belongs to it.
    """
    if df < 1:
        raise DataError(f"got {df} degrees of freedom; wanted 1 or more")
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        theta = (low + high) / 2
        low, high = (theta, high) if _within(theta, df) < covered else (low, theta)
    return math.sqrt(df) * math.tan(low)


def _within(theta: float, df: int) -> float:
    """The share of t between -sqrt(df) tan(theta) and +sqrt(df) tan(theta)."""
    odd, cosine = df % 2, math.cos(theta)
    term, total = cosine if odd else 1.0, 0.0
    for k in range(1 + odd, df, 2):
        total += term
        term *= cosine * cosine * k / (k + 1)
    if odd:
        return 2 / math.pi * (theta + math.sin(theta) * total)
    return math.sin(theta) * total
