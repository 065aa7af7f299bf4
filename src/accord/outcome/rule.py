"""What a change is judged by: the norms, the reliability, the cut-off, and the line each method draws."""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from accord.errors import DataError, UsageError

VERSION = "1"
Better = Literal["lower", "higher"]
Method = Literal["jt", "gln", "en", "hll", "nk", "ha"]
Cutoff = Literal["a", "b", "c"]
METHODS: dict[str, str] = {
    "jt": "Jacobson & Truax",
    "gln": "Gulliksen, Lord & Novick",
    "en": "Edwards & Nunnally",
    "hll": "Hsu, Linn & Lord",
    "nk": "Nunnally & Kotsch",
    "ha": "Hageman & Arrindell",
}
# Two-sided 5 %; Hageman & Arrindell take 5 % on one side.
CRITERION, CRITERION_HA = 1.96, 1.65
INTERNAL = "internal consistency"


class Line(NamedTuple):
    """Every method is one straight line: index = (post - intercept - slope pre) / scale."""

    slope: float
    intercept: float
    scale: float

    def of(self, pre: float, post: float) -> float:
        return (post - self.slope * pre - self.intercept) / self.scale


class Crossing(NamedTuple):
    """When a score at the end counts as beyond the cut-off: its estimate lies `beyond` further than `cutoff`.

    The estimate is the score itself, but for Hageman & Arrindell, who draw it towards the mean first.
    """

    cutoff: float
    shrink: float = 1.0
    centre: float = 0.0
    beyond: float = 0.0

    def estimate(self, post: float) -> float:
        return post if self.shrink == 1.0 else self.centre + (post - self.centre) * self.shrink


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """What a change is judged by.

    reliability     of the measure; `kind` says which one: it changes the answer
    mean, sd        of the people treated, before
    post_mean, post_sd, r    the same people after, and the correlation of before and after; `hll` and `ha` need them
    post_reliability         for `nk`; the same as before if None
    functional_mean, functional_sd    of people without the problem; cut-offs b and c need them
    cutoff          a, b, c, or a number that was published; None: c where both norms are known, else a
    n               people the norms come from
    """

    mean: float
    sd: float
    reliability: float
    better: Better = "lower"
    method: Method = "jt"
    cutoff: Cutoff | float | None = None
    functional_mean: float | None = None
    functional_sd: float | None = None
    post_mean: float | None = None
    post_sd: float | None = None
    r: float | None = None
    post_reliability: float | None = None
    kind: str = INTERNAL
    n: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(f"there is no method {self.method!r}; there are {', '.join(METHODS)}")
        if self.better not in ("lower", "higher"):
            raise UsageError(f"better: got {self.better!r}, wanted lower or higher")
        for name in ("reliability", "post_reliability"):
            share = getattr(self, name)
            if share is not None and not 0 <= share < 1:
                raise UsageError(f"{name}: got {share}, wanted 0 or more and below 1")
        for name in ("sd", "functional_sd", "post_sd"):
            spread = getattr(self, name)
            if spread is not None and not (math.isfinite(spread) and spread > 0):
                raise DataError(f"{name.replace('_', ' ')}: got {spread}, wanted a number above 0")

    @property
    def sign(self) -> int:
        """1 where higher is better, -1 where lower is."""
        return 1 if self.better == "higher" else -1

    @property
    def sem(self) -> float:
        """The standard error of measurement, SD sqrt(1 - reliability)."""
        return self.sd * math.sqrt(1 - self.reliability)

    @property
    def s_diff(self) -> float:
        return math.sqrt(2) * self.sem

    @property
    def criterion(self) -> float:
        return CRITERION_HA if self.method == "ha" else CRITERION

    @property
    def points(self) -> float:
        """The smallest reliable change in points; from what was to be expected, where the method expects a return."""
        return self.criterion * self.line.scale

    @property
    def line(self) -> Line:
        r, mean, sd = self.reliability, self.mean, self.sd
        if self.method == "jt":
            return Line(1.0, 0.0, self.s_diff)
        if self.method == "ha":
            return self._hageman()
        back = self._need("post_mean") if self.method == "hll" else mean
        if self.method == "en":
            return Line(r, back - r * mean, self.sem)
        if self.method == "nk":
            after = r if self.post_reliability is None else self.post_reliability
            return Line(r, back - r * mean, math.sqrt(r**2 * sd**2 * (1 - r) + sd**2 * (1 - after)))
        return Line(r, back - r * mean, sd * math.sqrt(1 - r**2))

    def _hageman(self) -> Line:
        """((post - pre) R + (M_post - M_pre) (1 - R)) / (sqrt(R) S_diff), R the reliability of the differences."""
        moved = self._need("post_mean") - self.mean
        after, r = self._need("post_sd"), self._need("r")
        shared = 2 * self.sd * after * r
        true = self.sd**2 * self._reliable(self.sd) + after**2 * self._reliable(after) - shared
        seen = self.sd**2 + after**2 - shared
        if not (seen > 0 and true > 0):
            raise DataError("the differences have no reliable part, so method ha cannot be used; take another method")
        share = true / seen
        return Line(1.0, -moved * (1 - share) / share, self.s_diff / math.sqrt(share))

    def _reliable(self, sd: float) -> float:
        """The reliability in a group with another SD and the same error of measurement."""
        return max(1 - self.sem**2 / sd**2, 0.0)

    def _need(self, name: str) -> float:
        value = getattr(self, name)
        if value is None:
            raise UsageError(
                f"method {self.method} needs {name}; give it, or take the norms from the people themselves"
            )
        return float(value)

    @property
    def crossing(self) -> Crossing:
        """The cut-off, and how far beyond it one must be."""
        if isinstance(self.cutoff, float | int):
            return Crossing(float(self.cutoff))
        kind = self.cutoff or ("a" if self.functional_mean is None or self.functional_sd is None else "c")
        if self.method != "ha":
            return Crossing(self._cutoff(kind, self.sd, self.functional_sd))
        functional = self.functional_sd
        narrow = None if functional is None else functional * math.sqrt(self._reliable(functional))
        cutoff = self._cutoff(kind, self.sd * math.sqrt(self.reliability), narrow)
        after = self._reliable(self._need("post_sd"))
        return Crossing(cutoff, after, self._need("post_mean"), CRITERION_HA * math.sqrt(after) * self.sem)

    def _cutoff(self, kind: str, sd: float, functional_sd: float | None) -> float:
        if kind == "a":
            return self.mean + self.sign * 2 * sd
        if kind not in ("b", "c"):
            raise UsageError(f"there is no cut-off {kind!r}; there are a, b, c, or a number")
        if self.functional_mean is None or functional_sd is None:
            raise UsageError(f"cut-off {kind} needs mean and SD of people without the problem; give both, or take a")
        if kind == "b":
            return self.functional_mean - self.sign * 2 * functional_sd
        return (sd * self.functional_mean + functional_sd * self.mean) / (sd + functional_sd)
