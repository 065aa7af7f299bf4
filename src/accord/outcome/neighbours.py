"""Nearest neighbours (Lutz et al. 2005, from memory): what came of the courses that began most alike. By choice."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from accord.errors import DataError, UsageError
from accord.outcome.band import Z_RED, Z_YELLOW, Band, Bands, bad, beyond, functional
from accord.outcome.columns import Courses, Floats, Ints
from accord.outcome.growth import reds
from accord.outcome.rule import VERSION, Better

K, LEAST, MOST = 30, 20, 50
# Twice as many courses as neighbours, so that near is nearer than half of all.
NEEDED = 2 * K
RATINGS = 3


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Past courses, each with its own line over ln t.

    at      [m, k] the first rating and what else was known, as numbers with mean 0 and SD 1
    start, slope, noise    [m] least squares of each course, and the variance left
    """

    at: Floats
    mean: Floats
    sd: Floats
    start: Floats
    slope: Floats
    noise: Floats
    k: int = K
    better: Better = "lower"
    cutoff: float | None = None
    version: str = VERSION
    name: ClassVar[str] = "neighbours"
    in_a_row: ClassVar[int] = 2

    @property
    def n_used(self) -> int:
        return self.k

    def band(self, intake: float, session: float, beside: tuple[float, ...] = ()) -> Band:
        who = (np.array([intake, *beside]) - self.mean) / self.sd
        near = _nearest(self.at, who, self.k)
        x, k = math.log(session), self.k
        lines = [float(self.start[one] + self.slope[one] * x) for one in near]
        expected = math.fsum(lines) / k
        apart = math.fsum((line - expected) ** 2 for line in lines) / (k - 1)
        spread = math.sqrt(apart + math.fsum(float(self.noise[one]) for one in near) / k)
        good, yellow, red = (expected + bad(self.better) * z * spread for z in (-Z_RED, Z_YELLOW, Z_RED))
        return Band(expected, good, yellow, red, math.sqrt(apart / k))

    def bands(self, intake: Floats, session: Floats, course: Ints, beside: Floats) -> Bands:
        """`course` says which ratings belong together; the neighbours are looked up once for each."""
        first = np.flatnonzero(np.concatenate([[True], course[1:] != course[:-1]])) if len(course) else course
        known = beside if beside.size else np.empty((len(first), 0))
        who = (np.column_stack([intake[first], known]) - self.mean) / self.sd
        alike, which = np.unique(who, axis=0, return_inverse=True)
        near = np.array([_nearest(self.at, one, self.k) for one in alike]).reshape(len(alike), self.k)
        sizes = np.diff(np.concatenate([first, [len(course)]]))
        of = np.repeat(which.ravel(), sizes)
        x, start, slope = np.log(session), self.start[near], self.slope[near]
        s, b = start.mean(axis=1), slope.mean(axis=1)
        expected = s[of] + b[of] * x
        # The variance of lines over neighbours is a parabola in ln t.
        ss, sb, bb = _squares(start, start), _squares(start, slope), _squares(slope, slope)
        apart = ss[of] + 2 * sb[of] * x + bb[of] * x * x
        spread = np.sqrt(apart + self.noise[near].mean(axis=1)[of])
        good, yellow, red = (expected + bad(self.better) * z * spread for z in (-Z_RED, Z_YELLOW, Z_RED))
        return Bands(expected, good, yellow, red, np.sqrt(apart / self.k), np.zeros_like(x))

    def is_red(self, value: float, intake: float, band: Band) -> bool:
        way = bad(self.better)
        return beyond(value, band.red, way, False) and not functional(value, self.cutoff, way)

    def reds(self, value: Floats, intake: Floats, bands: Bands) -> Any:
        return reds(value, bands.red, self.better, self.cutoff)


def _nearest(at: Floats, who: Floats, k: int) -> Any:
    """The k nearest; of those equally near the earlier ones."""
    return np.argsort(((at - who) ** 2).sum(axis=1), kind="stable")[:k]


def _squares(a: Floats, b: Floats) -> Floats:
    k = a.shape[1]
    left, right = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    total: Floats = (left * right).sum(axis=1) / (k - 1)
    return total


def fit_neighbours(past: Courses, *, k: int = K, better: Better = "lower", cutoff: float | None = None) -> Neighbours:
    """Past courses with three ratings or more; DataError where there are fewer than 60 of them, or than twice k."""
    if not LEAST <= k <= MOST:
        raise UsageError(f"neighbours: got {k}, wanted {LEAST} to {MOST}")
    past = past.some(past.sizes >= RATINGS) if len(past) else past
    if len(past) < max(NEEDED, 2 * k):
        raise DataError(
            f"{len(past)} courses with {RATINGS} ratings or more; {k} nearest neighbours need {max(NEEDED, 2 * k)}"
        )
    start, slope, noise = _lines(past)
    known = past.beside if past.beside.size else np.empty((len(past), 0))
    at = np.column_stack([past.intake, known])
    if not np.isfinite(at).all():
        raise DataError("something known at intake is missing; nearest neighbours need it for every course")
    mean, sd = at.mean(axis=0), at.std(axis=0)
    sd = np.where(sd > 0, sd, 1.0)
    return Neighbours((at - mean) / sd, mean, sd, start, slope, noise, k, better, cutoff)


def _lines(past: Courses) -> tuple[Floats, Floats, Floats]:
    """Least squares of each course over ln t."""
    x, at, n = np.log(past.session), past.starts[:-1], past.sizes.astype(np.float64)
    mx, my = np.add.reduceat(x, at) / n, np.add.reduceat(past.value, at) / n
    dx, dy = x - np.repeat(mx, past.sizes), past.value - np.repeat(my, past.sizes)
    xx, xy = np.add.reduceat(dx * dx, at), np.add.reduceat(dx * dy, at)
    slope = np.divide(xy, xx, out=np.zeros_like(xy), where=xx > 0)
    left = np.add.reduceat((dy - np.repeat(slope, past.sizes) * dx) ** 2, at)
    return my - slope * mx, slope, left / (n - 2)
