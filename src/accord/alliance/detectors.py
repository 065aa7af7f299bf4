"""The ways to see a drop. Each looks at a new rating with what it kept of the ratings before, and at nothing else.

Each keeps a tuple of fixed size and updates it in constant time. A detector fires when `value <= threshold`.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from accord.errors import UsageError

Kept = tuple[Any, ...]
# Mean moving range over sigma for two neighbours (d2 of n = 2).
D2 = 1.128


class Look(NamedTuple):
    """What a detector saw in one rating."""

    value: float
    threshold: float
    n_used: int

    @property
    def fires(self) -> bool:
        return self.value <= self.threshold


class Detector(Protocol):
    """One way to see a drop. `sw` is the within-person SD, `drop` the reliable drop."""

    name: ClassVar[str]

    def start(self) -> Kept: ...

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None: ...

    def learn(self, kept: Kept, y: float) -> Kept: ...


@dataclass(frozen=True, slots=True)
class PredictiveZ:
    """z = (y - m) / (s_w sqrt(1 + 1/K)), m the mean of the last K = 3 ratings (fewer at first)."""

    limit: float = 2.5
    name: ClassVar[str] = "predictive-z"

    def start(self) -> Kept:
        return ()

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None:
        return Look(z(y, mean(kept), len(kept), sw), -self.limit, len(kept)) if kept else None

    def learn(self, kept: Kept, y: float) -> Kept:
        return (*kept[-2:], y)


def mean(last: Kept) -> float:
    """Added in order, as the kernel adds: sum() rounds differently from Python 3.12 on."""
    total = 0.0
    for y in last:
        total += y
    return total / len(last)


def z(y: float, m: float, n: int, sw: float) -> float:
    """How far a rating lies from the mean of n before it, in SDs of what was to be expected."""
    return (y - m) / (sw * math.sqrt(1.0 + 1.0 / n))


@dataclass(frozen=True, slots=True)
class ReliableDrop:
    """y_{k-1} - y_k >= RC_min: a drop from the rating before that measurement error alone seldom makes."""

    name: ClassVar[str] = "reliable-drop"

    def start(self) -> Kept:
        return ()

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None:
        return Look(y - kept[0], -drop, 1) if kept else None

    def learn(self, kept: Kept, y: float) -> Kept:
        return (y,)


class Chart(NamedTuple):
    """An individuals chart: where the middle lies, the mean moving range, sigma and the lower limit."""

    mean: float
    moving_range: float
    sigma: float
    lower: float


@dataclass(frozen=True, slots=True)
class IndividualsChart:
    """Eubanks-Carter, Gorman & Muran 2012: below centre - 2.66 mean moving range of all ratings before, at least n0.

    `prior` shrinks the moving range towards the pooled one, as if so many differences had been seen already:
    MR* = (prior 1.128 s_w + (n-1) MR) / (prior + n-1).
    """

    n0: int = 4
    width: float = 2.66
    prior: int = 0
    name: ClassVar[str] = "i-chart"

    def start(self) -> Kept:
        return 0, 0.0, 0.0, 0.0

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None:
        return Look(y, self.chart(kept, sw).lower, kept[0]) if kept[0] >= self.n0 else None

    def chart(self, kept: Kept, sw: float) -> Chart:
        n, total, ranges, _ = kept
        # A course that never moved has no range of its own; without this every other rating would be outside.
        moving = (self.prior * D2 * sw + ranges) / (self.prior + n - 1) or D2 * sw
        return Chart(total / n, moving, moving / D2, total / n - self.width * moving)

    def learn(self, kept: Kept, y: float) -> Kept:
        n, total, ranges, last = kept
        return n + 1, total + y, ranges + (abs(y - last) if n else 0.0), y


@dataclass(frozen=True, slots=True)
class ShrunkChart(IndividualsChart):
    """The same with the moving range shrunk, which a short course needs."""

    n0: int = 2
    prior: int = 5
    name: ClassVar[str] = "i-chart-shrunk"


@dataclass(frozen=True, slots=True)
class Ewma:
    """z = weight y + (1 - weight) z, below the mean of all before by width s_w sqrt(weight / (2 - weight))."""

    weight: float = 0.3
    width: float = 2.7
    n0: int = 3
    name: ClassVar[str] = "ewma"

    def start(self) -> Kept:
        return 0, 0.0, 0.0

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None:
        n, total, smooth = kept
        if n < self.n0:
            return None
        limit = self.width * sw * math.sqrt(self.weight / (2 - self.weight))
        return Look(self.weight * y + (1 - self.weight) * smooth, total / n - limit, n)

    def learn(self, kept: Kept, y: float) -> Kept:
        n, total, smooth = kept
        return n + 1, total + y, self.weight * y + (1 - self.weight) * smooth if n else y


@dataclass(frozen=True, slots=True)
class VShape:
    """A drop of c SD from the rating before, which a return makes a V (Stiles et al. 2004; Strauss et al. 2006).

    That 1 SD and 2 SD were both used is confirmed (Gumz et al. 2012, who advise the stricter of the two SDs: "max").
    Which author used which, and what counts as the return, are from memory, so all four are open: `c`, `sd` ("intra",
    "pooled", "max"), `back` ("prev-level", "prev-0.5RC") and `window`, 1 to 5. "intra" is the SD of this person's
    ratings *before* this one: that of the whole series would look ahead.
    """

    c: float = 1.0
    sd: str = "max"
    back: str = "prev-level"
    window: int = 3
    n0: int = 3
    name: ClassVar[str] = "v-shape"

    def __post_init__(self) -> None:
        if self.sd not in ("intra", "pooled", "max"):
            raise UsageError(f"sd: got {self.sd!r}, wanted intra, pooled or max")
        if self.back not in ("prev-level", "prev-0.5RC"):
            raise UsageError(f"back: got {self.back!r}, wanted prev-level or prev-0.5RC")
        if self.window not in range(1, 6):
            raise UsageError(f"window: got {self.window}, wanted 1 to 5 sessions")

    def start(self) -> Kept:
        return 0, 0.0, 0.0, 0.0

    def look(self, kept: Kept, y: float, sw: float, drop: float) -> Look | None:
        n, _, squares, last = kept
        if n < (1 if self.sd == "pooled" else self.n0):
            return None
        own = math.sqrt(squares / (n - 1)) if n > 1 else 0.0
        spread = {"pooled": sw, "intra": own or sw, "max": max(own, sw)}[self.sd]
        return Look(y - last, -self.c * spread, n)

    def learn(self, kept: Kept, y: float) -> Kept:
        # Welford's update: mean and sum of squares without keeping the ratings.
        n, m, squares, _ = kept
        step = y - m
        m += step / (n + 1)
        return n + 1, m, squares + step * (y - m), y


DETECTORS: dict[str, type[Any]] = {
    kind.name: kind for kind in (PredictiveZ, ReliableDrop, IndividualsChart, ShrunkChart, Ewma, VShape)
}
LOOKS_AHEAD = ("own-sd", "whole-series-sd")


def detector(method: "str | Detector") -> Detector:
    """A detector by name, with its usual parameters; one that is given already stays as it is."""
    if not isinstance(method, str):
        return method
    if method in LOOKS_AHEAD:
        raise UsageError(
            f"{method} is refused: a person's SD over the whole series is known only when the course is over, so it "
            "looks ahead, and it punishes steady courses (on simulated courses only 14 in 100 of its signals were "
            f"right); take one of {', '.join(DETECTORS)}"
        )
    if method not in DETECTORS:
        raise UsageError(f"there is no method {method!r}; there are {', '.join(DETECTORS)}")
    made: Detector = DETECTORS[method]()
    return made
