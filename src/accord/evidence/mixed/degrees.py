"""Satterthwaite's degrees of freedom (Kuznetsova, Brockhoff & Christensen 2017).

For a contrast l, var = l C l' has itself a variance, g'A g: g its derivative by (theta, log sigma^2), A twice the
inverse of the criterion's second derivatives there. df = 2 var^2 / g'A g. Derivatives are central differences of exact
gradients.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from accord.evidence.mixed import Floats

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted

STEP = 1e-3
# More than this is a normal distribution, and less than that share of curvature is none.
MOST, FLAT = 1e8, 1e-9


class Pieces(NamedTuple):
    """A, and the derivatives of the scaled columns' covariance by each parameter, [parameters, p, p]."""

    A: Floats
    slopes: Floats


def satterthwaite(fitted: "Fitted", contrasts: Floats) -> Floats:
    """Of each row of `contrasts` [m, p]."""
    pieces = _pieces(fitted)
    rows = contrasts @ fitted._back
    C = fitted.found.look.inverse * fitted.found.look.sigma2
    var = np.einsum("mp,pq,mq->m", rows, C, rows)
    g = np.einsum("mp,kpq,mq->mk", rows, pieces.slopes, rows)
    spread = np.einsum("mk,kl,ml->m", g, pieces.A, g)
    with np.errstate(divide="ignore"):
        return np.minimum(np.where(spread > 0, 2 * var**2 / np.maximum(spread, 1e-300), MOST), MOST)


def _pieces(fitted: "Fitted") -> Pieces:
    if "degrees" not in fitted.extra:
        fitted.extra["degrees"] = _derived(fitted)
    made: Pieces = fitted.extra["degrees"]
    return made


def _derived(fitted: "Fitted") -> Pieces:
    likelihood, theta, sigma2 = fitted.likelihood, fitted.found.theta, fitted.found.look.sigma2
    k, free, rss = len(theta), likelihood.free, fitted.found.look.rss
    H, slopes = np.empty((k + 1, k + 1)), np.empty((k + 1, *fitted.found.look.inverse.shape))
    for at in range(k):
        move = np.zeros(k)
        move[at] = STEP
        up, down = likelihood.look(theta + move, sigma2), likelihood.look(theta - move, sigma2)
        H[at, :k] = (up.gradient - down.gradient) / (2 * STEP)
        H[at, k] = H[k, at] = (down.rss - up.rss) / sigma2 / (2 * STEP)
        slopes[at] = (up.inverse - down.inverse) * sigma2 / (2 * STEP)
    H[k, k] = 2 * rss / sigma2 - free
    slopes[k] = fitted.found.look.inverse * sigma2
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    # What has no curvature is not known at all; lmerTest takes it out of the inverse too.
    good = values > FLAT * float(values[-1])
    return Pieces(2 * (vectors[:, good] / values[good]) @ vectors[:, good].T, slopes)
