"""How much studies differ beyond chance: tau^2 by DerSimonian & Laird or REML, its interval by the Q-profile, I^2.

y [k] effects, v [k] their sampling variances, w = 1 / (v + tau^2). Letters as in Viechtbauer (2005, 2007).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STEPS, CLOSE = 100, 1e-12


class Spread(NamedTuple):
    """tau^2 with its standard error, and what is to be said of how it was found."""

    tau2: float
    se: float
    notes: tuple[str, ...] = ()


def mean_of(y: Floats, v: Floats, tau2: float) -> float:
    """The mean weighted by 1 / (v + tau^2)."""
    w = 1 / (v + tau2)
    return float(w @ y / w.sum())


def q_of(y: Floats, v: Floats, tau2: float = 0.0) -> float:
    """Cochran's Q, generalised: sum of w (y - mean)^2 at this tau^2. Falls as tau^2 grows."""
    return float(((y - mean_of(y, v, tau2)) ** 2 / (v + tau2)).sum())


def typical_variance(v: Floats) -> float:
    """The 'typical' sampling variance of Higgins & Thompson (2002), by which I^2 and H^2 are told."""
    w = 1 / v
    return float((len(v) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum()))


def dersimonian_laird(y: Floats, v: Floats) -> Spread:
    """The moment estimator, cut off at 0 (DerSimonian & Laird 1986); standard error by the variance of Q."""
    w, df = 1 / v, len(y) - 1
    c = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, float((q_of(y, v) - df) / c))
    traces = (w**2).sum() - 2 * (w**3).sum() / w.sum() + (w**2).sum() ** 2 / w.sum() ** 2
    return Spread(tau2, math.sqrt(float(2 * df + 4 * c * tau2 + 2 * traces * tau2**2)) / float(c))


def reml(y: Floats, v: Floats, steps: int = STEPS) -> Spread:
    """Restricted maximum likelihood by Fisher scoring, never below 0; where that does not settle, by a search.

    With few studies the likelihood may have two hills, one of them at 0: the higher one is taken, and said so.
    """
    tau2, settled = _scoring(y, v, dersimonian_laird(y, v).tau2, steps)
    notes: tuple[str, ...] = ()
    if not settled:
        tau2 = _highest(y, v)
        notes = (f"Fisher scoring did not settle in {steps} steps; tau2 was found by a search instead.",)
    elif restricted_criterion(y, v, other := 0.0 if tau2 else _highest(y, v)) < restricted_criterion(y, v, tau2) - 1e-6:
        notes = (f"The likelihood of tau2 has two hills; the one at {other:.4g} is higher than that at {tau2:.4g}.",)
        tau2 = other
    return Spread(tau2, math.sqrt(1 / _slopes(y, v, tau2)[1]), notes)


def restricted_criterion(y: Floats, v: Floats, tau2: float) -> float:
    """-2 times the restricted log-likelihood of tau^2, up to a constant."""
    w = 1 / (v + tau2)
    return float(-np.log(w).sum() + math.log(w.sum()) + q_of(y, v, tau2))


def _slopes(y: Floats, v: Floats, tau2: float) -> tuple[float, float]:
    """Score and expected information of tau^2 (Viechtbauer 2005), P written out for a single mean."""
    w = 1 / (v + tau2)
    total, squares = w.sum(), (w**2).sum()
    score = (w**2 * (y - w @ y / total) ** 2).sum() - (total - squares / total)
    information = squares - 2 * (w**3).sum() / total + squares**2 / total**2
    return float(score) / 2, float(information) / 2


def _scoring(y: Floats, v: Floats, tau2: float, steps: int) -> tuple[float, bool]:
    """tau^2, and whether it settled."""
    near = CLOSE * float(v.min())
    for _ in range(steps):
        score, information = _slopes(y, v, tau2)
        step = score / information
        if tau2 + step < 0:
            if _slopes(y, v, 0.0)[0] <= 0:
                return 0.0, True
            step = -tau2 / 2
        tau2 += step
        if abs(step) <= CLOSE * tau2 + near:
            return tau2, True
    return tau2, False


def _ceiling(y: Floats, v: Floats) -> float:
    return float(np.ptp(y) ** 2 + v.max())


def _highest(y: Floats, v: Floats) -> float:
    """Where the restricted likelihood is highest: on a grid that is fine near 0, then by golden sections around it."""
    from scipy.optimize import minimize_scalar

    high = _ceiling(y, v)
    grid = np.concatenate([[0.0], np.geomspace(high * 1e-8, high, 200)])
    at = int(np.argmin([restricted_criterion(y, v, float(point)) for point in grid]))
    bounds = float(grid[max(at - 1, 0)]), float(grid[min(at + 1, len(grid) - 1)])
    found = minimize_scalar(
        lambda tau2: restricted_criterion(y, v, float(tau2)),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-12 * high},
    )
    return float(found.x) if found.fun < restricted_criterion(y, v, 0.0) else 0.0


def q_profile(y: Floats, v: Floats, conf_level: float) -> tuple[float, float]:
    """The interval of tau^2 by inverting Q (Viechtbauer 2007).

    Where even tau^2 = 0 gives less than a likely Q, both ends are 0: studies differ less than chance lets them.
    """
    from scipy.stats import chi2

    df, tail = len(y) - 1, (1 - conf_level) / 2
    low, high = (_where_q_is(y, v, float(chi2.ppf(p, df))) for p in (1 - tail, tail))
    return low, high


def _where_q_is(y: Floats, v: Floats, wanted: float) -> float:
    from scipy.optimize import brentq

    if q_of(y, v) <= wanted:
        return 0.0
    high = _ceiling(y, v)
    while q_of(y, v, high) > wanted:
        high *= 4
    return float(brentq(lambda at: q_of(y, v, at) - wanted, 0.0, high, xtol=1e-14 * high, rtol=1e-12))
