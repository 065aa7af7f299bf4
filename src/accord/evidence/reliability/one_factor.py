"""One factor by maximum likelihood, for thousands of covariance matrices at once: what a bootstrap of omega needs.

F = log|Sigma| + tr(Sigma^-1 S), Sigma = lambda lambda' + Theta, by Fisher scoring; the variance of the factor is 1.
Residual variances stay above a ten-thousandth of the item's variance, where they are said to be at their bound.
"""

from typing import NamedTuple

import numpy as np

from accord.evidence.structural.moments import Bools, Floats

STEPS, CLOSE, BOUND = 200, 1e-12, 1e-4


class Factor(NamedTuple):
    """loadings [B, k], residuals [B, k], curve [B, 2k, 2k] (expected second derivatives of F), whether it converged,
    whether some residual variance is at its bound."""

    loadings: Floats
    residuals: Floats
    curve: Floats
    converged: Bools
    at_bound: Bools


def one_factor(covariances: Floats) -> Factor:
    """[B, k, k], positive definite, k at least 3."""
    scale = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    s = covariances / (scale[:, :, None] * scale[:, None, :])
    lam, theta = _start(s)
    done, active = np.zeros(len(s), bool), np.arange(len(s))
    for _ in range(STEPS):
        own = s[active]
        step, gain, _ = _step(own, lam[active], theta[active])
        moved, helped = _along(own, lam[active], theta[active], step, gain)
        lam[active], theta[active] = moved
        # A step that helps no more at a bound is as far as it goes.
        stopped = (gain < CLOSE) | ((helped < 1e-13) & (theta[active] <= 2 * BOUND).any(axis=1))
        done[active[stopped]] = True
        active = active[~stopped]
        if not len(active):
            break
    curve = _step(s, lam, theta)[2]
    turn = np.concatenate([1 / scale, 1 / scale**2], axis=1)
    curve = curve * turn[:, :, None] * turn[:, None, :]
    bound: Bools = np.any(theta <= 2 * BOUND, axis=1)
    return Factor(lam * scale, theta * scale**2, curve, done, bound)


def _start(s: Floats) -> tuple[Floats, Floats]:
    """The first principal direction, with half of what it explains left to the items."""
    value, vector = np.linalg.eigh(s)
    lam = vector[:, :, -1] * np.sqrt(np.maximum(value[:, -1:] - 1, 0.3) * s.shape[1] / (s.shape[1] - 1))
    lam = np.clip(lam, -0.9, 0.9)
    lam = lam * np.where(lam.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    return lam, np.maximum(1 - lam * lam, 0.1)


def _step(s: Floats, lam: Floats, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """The scoring step [B, 2k], what it could gain, and the expected second derivatives."""
    k = lam.shape[1]
    w = _inverse(lam, theta)
    wl = (w @ lam[:, :, None])[:, :, 0]
    turned = w - w @ s @ w
    slope = np.concatenate([2 * (turned @ lam[:, :, None])[:, :, 0], np.diagonal(turned, axis1=1, axis2=2)], axis=1)
    curve = np.empty((len(s), 2 * k, 2 * k))
    lwl = (lam * wl).sum(axis=1)
    curve[:, :k, :k] = 2 * (lwl[:, None, None] * w + wl[:, :, None] * wl[:, None, :])
    across = 2 * w * wl[:, None, :]
    curve[:, :k, k:], curve[:, k:, :k] = across, across.transpose(0, 2, 1)
    curve[:, k:, k:] = w * w
    # At a bound only what leads inwards counts.
    held = (theta <= BOUND * 1.0001) & (slope[:, k:] > 0)
    free = np.concatenate([np.ones_like(held), ~held], axis=1)
    reduced = np.where(free[:, :, None] & free[:, None, :], curve, 0.0)
    diagonal = np.arange(2 * k)
    reduced[:, diagonal, diagonal] += np.where(free, 1e-10 * curve[:, diagonal, diagonal], 1.0)
    step = -np.linalg.solve(reduced, np.where(free, slope, 0.0)[:, :, None])[:, :, 0]
    return step, -(step * np.where(free, slope, 0.0)).sum(axis=1), curve


def _inverse(lam: Floats, theta: Floats) -> Floats:
    """Of lambda lambda' + Theta (Sherman & Morrison)."""
    scaled = lam / theta
    inverse: Floats = -scaled[:, :, None] * scaled[:, None, :] / (1 + (lam * scaled).sum(axis=1))[:, None, None]
    diagonal = np.arange(lam.shape[1])
    inverse[:, diagonal, diagonal] += 1 / theta
    return inverse


def _value(s: Floats, lam: Floats, theta: Floats) -> Floats:
    scaled = lam / theta
    inner = 1 + (lam * scaled).sum(axis=1)
    own = (np.diagonal(s, axis1=1, axis2=2) / theta).sum(axis=1)
    found: Floats = np.log(theta).sum(axis=1) + np.log(inner) + own
    found -= ((s @ scaled[:, :, None])[:, :, 0] * scaled).sum(axis=1) / inner
    return found


def _along(s: Floats, lam: Floats, theta: Floats, step: Floats, gain: Floats) -> tuple[tuple[Floats, Floats], Floats]:
    """Half the step, for each by itself, until it helps; and by how much it did."""
    k = lam.shape[1]
    before, size = _value(s, lam, theta), np.ones(len(s))
    best = lam.copy(), theta.copy()
    helped, open_ = np.zeros(len(s)), np.arange(len(s))
    for _ in range(30):
        part = size[open_, None] * step[open_]
        tried = lam[open_] + part[:, :k], np.maximum(theta[open_] + part[:, k:], BOUND)
        change = before[open_] - _value(s[open_], *tried)
        good = change > -1e-14 * np.abs(before[open_])
        some = open_[good]
        best[0][some], best[1][some], helped[some] = tried[0][good], tried[1][good], change[good]
        open_ = open_[~good]
        if not len(open_):
            break
        size[open_] /= 2
    return best, helped
