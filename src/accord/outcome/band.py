"""What a band around a course is, and what every method of expecting one has in common."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple, Protocol

from accord.outcome.columns import Floats, Ints
from accord.outcome.rule import Better

# The share of past courses that did better than this; the good side is the mirror of red.
YELLOW, RED = 0.84, 0.90
Z_YELLOW, Z_RED = NormalDist().inv_cdf(YELLOW), NormalDist().inv_cdf(RED)


@dataclass(frozen=True, slots=True)
class Band:
    """One session: what was to be expected, and the 10th, 84th and 90th percentile, counted from good to poor.

    `se` is the uncertainty of `expected`. The rational method knows `red` alone; `reached`: being there is red already.
    """

    expected: float | None
    good: float | None
    yellow: float | None
    red: float
    se: float | None
    reached: bool = False


class Bands(NamedTuple):
    """The same as columns, NaN where a method has none."""

    expected: Floats
    good: Floats
    yellow: Floats
    red: Floats
    se: Floats
    reached: Floats


class Method(Protocol):
    """A way to expect a course from its first rating. `in_a_row`: so many ratings beyond red make it worth a look."""

    @property
    def name(self) -> str: ...

    @property
    def better(self) -> Better: ...

    @property
    def cutoff(self) -> float | None: ...

    @property
    def in_a_row(self) -> int: ...

    @property
    def n_used(self) -> int: ...

    def band(self, intake: float, session: float, beside: tuple[float, ...] = ()) -> Band: ...

    def bands(self, intake: Floats, session: Floats, course: Ints, beside: Floats) -> Bands: ...

    def is_red(self, value: float, intake: float, band: Band) -> bool: ...

    def reds(self, value: Floats, intake: Floats, bands: Bands) -> Floats: ...


def bad(better: Better) -> int:
    """1 where rising is getting worse, -1 where falling is."""
    return 1 if better == "lower" else -1


def beyond(value: float, limit: float, way: int, reached: bool) -> bool:
    return way * value >= way * limit if reached else way * value > way * limit


def functional(value: float, cutoff: float | None, way: int) -> bool:
    """In the range of people without the problem: nothing there is red."""
    return cutoff is not None and way * value < way * cutoff
