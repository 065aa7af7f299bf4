"""The practice's own growth model (after Finch, Lambert & Schaalje 2001), once it has 300 courses.

y = b0 + b1 y0 + b2 y0^2 + (b3 + b4 y0) ln t + u0 + u1 ln t + e, by REML; y0 is the first rating, t counts from it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from accord.errors import DataError
from accord.outcome.band import RED, YELLOW, Z_RED, Z_YELLOW, Band, Bands, bad, beyond, functional
from accord.outcome.columns import Courses, Floats, Ints
from accord.outcome.mixed import reml, sums
from accord.outcome.rule import VERSION, Better

# Below, the bands are less sure than the rule that needs none.
NEEDED = 300
NORMAL = (-Z_RED, Z_YELLOW, Z_RED)


@dataclass(frozen=True, slots=True)
class Growth:
    """A fitted model. `b`, `cov`: 1, y, y^2, ln t, y ln t, with y = (first rating - centre) / scale.

    `psi`: variances of start and slope and their covariance (start, both, slope). `n_used` courses, `n_rows` ratings.
    `z`: how many SDs the 10th, 84th and 90th percentile lie from the expected score, towards the poor side.
    """

    b: tuple[float, ...]
    cov: tuple[tuple[float, ...], ...]
    psi: tuple[float, float, float]
    sigma2: float
    centre: float
    scale: float
    n_used: int
    n_rows: int
    loglik: float
    better: Better = "lower"
    cutoff: float | None = None
    source: str = ""
    z: tuple[float, float, float] = NORMAL
    version: str = VERSION
    name: ClassVar[str] = "growth"
    in_a_row: ClassVar[int] = 2

    def band(self, intake: float, session: float, beside: tuple[float, ...] = ()) -> Band:
        y, x = (intake - self.centre) / self.scale, math.log(session)
        at = (1.0, y, y * y, x, x * y)
        expected = math.fsum(a * b for a, b in zip(at, self.b, strict=True))
        own = math.fsum(at[i] * self.cov[i][j] * at[j] for i in range(5) for j in range(5))
        spread = math.sqrt(self.psi[0] + 2 * x * self.psi[1] + x * x * self.psi[2] + self.sigma2 + own)
        way = bad(self.better)
        good, yellow, red = (expected + way * z * spread for z in self.z)
        return Band(expected, good, yellow, red, math.sqrt(own))

    def bands(self, intake: Floats, session: Floats, course: Ints, beside: Floats) -> Bands:
        y, x = (intake - self.centre) / self.scale, np.log(session)
        b, c = self.b, self.cov
        expected = b[0] + y * (b[1] + y * b[2]) + x * (b[3] + y * b[4])
        # at' cov at, written out as a parabola in x whose three numbers are polynomials in y.
        flat = c[0][0] + y * (2 * c[0][1] + y * (c[1][1] + 2 * c[0][2] + y * (2 * c[1][2] + y * c[2][2])))
        tilt = c[0][3] + y * (c[0][4] + c[1][3] + y * (c[1][4] + c[2][3] + y * c[2][4]))
        bent = c[3][3] + y * (2 * c[3][4] + y * c[4][4])
        own = flat + x * (2 * tilt + x * bent)
        spread = np.sqrt(own + (self.psi[0] + self.sigma2) + x * (2 * self.psi[1] + x * self.psi[2]))
        good, yellow, red = (expected + bad(self.better) * z * spread for z in self.z)
        return Bands(expected, good, yellow, red, np.sqrt(np.maximum(own, 0.0)), np.zeros_like(x))

    def is_red(self, value: float, intake: float, band: Band) -> bool:
        way = bad(self.better)
        return beyond(value, band.red, way, False) and not functional(value, self.cutoff, way)

    def reds(self, value: Floats, intake: Floats, bands: Bands) -> Any:
        return reds(value, bands.red, self.better, self.cutoff)


def reds(value: Floats, red: Floats, better: Better, cutoff: float | None) -> Any:
    """Beyond the limit, and not in the functional range where that is known."""
    way = bad(better)
    over = way * value > way * red
    return over if cutoff is None else over & ~(way * value < way * cutoff)


def usable(past: Courses) -> Any:
    """Courses with a rating after the first that is later than it."""
    late = np.add.reduceat((past.session > 1).astype(np.int64), past.starts[:-1]) if len(past) else np.empty(0)
    return late > 0


def fit_growth(
    past: Courses,
    *,
    better: Better = "lower",
    cutoff: float | None = None,
    source: str = "",
    needed: int = NEEDED,
    observed: bool = False,
    progress: Callable[[], None] | None = None,
) -> Growth:
    """Fit it on past courses; DataError below `needed` of them, or where they cannot carry it.

    `observed`: percentiles of the past ratings' own residuals, where a scale with a floor makes them lopsided.
    """
    past = past.some(usable(past))
    if len(past) < needed:
        raise DataError(f"{len(past)} courses with two ratings or more; the growth model needs {needed}")
    intake = past.intake
    centre, scale = float(intake.mean()), float(intake.std())
    if not scale > 0:
        raise DataError("every course began with the same score, so nothing can be learned about where one begins")
    after = past.session > 1
    starts = np.concatenate([[0], np.cumsum(np.add.reduceat(after.astype(np.int64), past.starts[:-1]))])
    y = (intake - centre) / scale
    start = np.stack([np.ones_like(y), y, y * y], axis=1)
    known = sums(np.log(past.session[after]), past.value[after], starts)
    fit = reml(known, start, start[:, :2], progress)
    cov = tuple(tuple(float(each) for each in row) for row in fit.cov)
    psi = (float(fit.psi[0, 0]), float(fit.psi[0, 1]), float(fit.psi[1, 1]))
    b = tuple(float(each) for each in fit.b)
    numbers = (b, cov, psi, float(fit.sigma2), centre, scale, len(past), fit.n, fit.loglik)
    model = Growth(*numbers, better, cutoff, source)
    return replace(model, z=_observed(model, past)) if observed else model


def _observed(model: Growth, past: Courses) -> tuple[float, float, float]:
    """Each course counts once, however many ratings it has."""
    after = past.session > 1
    bands = model.bands(np.repeat(past.intake, past.sizes), past.session, past.course, past.beside)
    # Divided by a spread that is signed like the poor side.
    z = ((past.value - bands.expected) / (bands.red - bands.expected) * Z_RED)[after]
    course = past.course[after]
    weight = (1 / np.bincount(course, minlength=len(past)).clip(1))[course]
    order = np.argsort(z)
    reached = np.cumsum(weight[order]) / weight.sum()
    good, yellow, red = (float(z[order][np.searchsorted(reached, share)]) for share in (1 - RED, YELLOW, RED))
    return good, yellow, red
