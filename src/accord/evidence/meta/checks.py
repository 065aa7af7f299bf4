"""How much a pooled result hangs on single studies, and whether small studies find more than large ones."""

import math
from dataclasses import dataclass

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.meta.pooled import Pooled, Range
from accord.evidence.meta.pooling import pool

# Below ten studies the test finds next to nothing, and what it finds is next to nothing (Sterne et al. 2011).
ENOUGH = 10
CAUTION = (
    "A caution, not proof: small studies may find more because null results stayed unpublished, because they treated "
    "other people or in other ways, or by chance."
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The pooled result without one study, on the scale that was pooled on."""

    without: str
    estimate: float
    low: float
    high: float
    tau2: float | None
    i2: float | None


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Egger's test: how the effect changes with its standard error; `limit`: the effect of an endlessly large study."""

    slope: float
    se: float
    statistic: float
    df: int
    p: float
    limit: float
    limit_range: Range
    words: str


def leave_one_out(pooled: Pooled) -> tuple[LeftOut, ...]:
    """Pooled anew without each study in turn; wants two studies or more."""
    if pooled.k < 2:
        raise DataError("leave one out: got one study, wanted two or more")
    return tuple(_without(pooled, at) for at in range(pooled.k))


def _without(pooled: Pooled, at: int) -> LeftOut:
    kept = [one for place, one in enumerate(pooled.studies) if place != at]
    again = pool(
        [one.effect for one in kept], [one.variance for one in kept],
        method=pooled.method, interval=pooled.interval, conf_level=pooled.conf_level,
    )  # fmt: skip
    return LeftOut(pooled.studies[at].name, again.estimate, again.low, again.high, again.tau2, again.i2)


def egger(pooled: Pooled) -> Asymmetry:
    """Egger et al. (1997): effect on standard error, weighted by 1 / variance, t with k - 2 degrees of freedom.

    UsageError below ten studies; DataError where all studies have the same standard error.
    """
    from scipy.stats import t

    if pooled.k < ENOUGH:
        raise UsageError(f"Egger's test: got {pooled.k} studies, wanted {ENOUGH} or more; with fewer it says nothing")
    y = np.array([one.effect for one in pooled.studies])
    s = np.sqrt([one.variance for one in pooled.studies])
    if np.ptp(s) <= 1e-9 * s.max():
        raise DataError("Egger's test: all studies have the same standard error; wanted small and large ones")
    X, z = np.column_stack([1 / s, np.ones_like(s)]), y / s
    b, df = np.linalg.lstsq(X, z, rcond=None)[0], pooled.k - 2
    sigma2 = float(((z - X @ b) ** 2).sum()) / df
    limit_se, se = (math.sqrt(sigma2 * each) for each in np.diag(np.linalg.inv(X.T @ X)))
    if se <= 1e-12 * (1 + abs(float(b[1]))):
        raise DataError("Egger's test: the effects lie on one line, so there is no error to test against")
    slope, limit = float(b[1]), float(b[0])
    p, wide = float(2 * t.sf(abs(slope / se), df)), float(t.ppf((1 + pooled.conf_level) / 2, df)) * limit_se
    found = "Small studies find other effects than large ones" if p < 0.05 else "No sign that small studies find more"
    return Asymmetry(slope, se, slope / se, df, p, limit, (limit - wide, limit + wide), f"{found}. {CAUTION}")
