"""Estimates on the scale of standard deviations, and their standard errors by the delta method.

A path or loading is multiplied by SD(from) / SD(to), all of them implied by the model; a covariance becomes a
correlation (of what is left, where both are predicted); a variance becomes the share that is not predicted. In a
model with levels (RI-CLPM) the SDs are those of the level at which a path stands, since each level has latent
variables of its own.
"""

import numpy as np

from accord.evidence.structural.likelihood import Implied, tables
from accord.evidence.structural.model import PSI, Group, Model, Row
from accord.evidence.structural.moments import Floats


def standardise(model: Model, theta: Floats, looks: tuple[Implied, ...], latent_only: bool) -> tuple[Floats, Floats]:
    """Values [rows] and their derivatives by parameter [rows, parameters]; `latent_only`: measured ones keep their
    unit."""
    value = np.full(len(model.rows), np.nan)
    slope = np.zeros((len(model.rows), len(theta)))
    for number, (group, at) in enumerate(zip(model.groups, looks, strict=True)):
        scale = _Scales(model, group, theta, at)
        for place, row in enumerate(model.rows):
            if row.group == number:
                value[place], slope[place] = _one(model, scale, row, place, theta, latent_only)
    return value, slope


class _Scales:
    """By name, the implied variance, that of what is left, and the derivatives of both."""

    def __init__(self, model: Model, group: Group, theta: Floats, at: Implied) -> None:
        _, _, psi, residual, _, _ = group.matrices(theta)
        self.place = {name: i for i, name in enumerate((*model.observed, *model.latent))}
        self.mean = np.concatenate([at.mu, at.eta])
        self.total = np.concatenate([np.diag(at.sigma), np.diag(at.phi)])
        self.left = np.concatenate([np.diag(residual), np.diag(psi)])
        self.by_total, self.by_left = _by_parameter(group, at)

    def log_sd(self, name: str, left: bool = False) -> tuple[float, Floats]:
        """SD and the derivative of its logarithm; a variance that is not positive has none."""
        place = self.place[name]
        values, slopes = (self.left, self.by_left) if left else (self.total, self.by_total)
        if not values[place] > 0:
            return float("nan"), np.full(slopes.shape[1], np.nan)
        return float(np.sqrt(values[place])), slopes[place] / (2 * values[place])


def _by_parameter(group: Group, at: Implied) -> tuple[Floats, Floats]:
    """Derivatives of the implied variances, and of those left, of all measured and latent variables."""
    by = tables(group, at)
    inside, p, m, paths = group.covariances, group.p, group.m, group.paths
    kind, row, col = group.kind[:inside], group.row[:inside], group.col[:inside]
    seen = 2 * by.c[:, None] * by.u * by.v
    # The same two vectors as for Sigma, with Lambda left out.
    start, end = np.zeros((inside, m)), np.zeros((inside, m))
    inner = (kind == 1) | (kind == PSI)
    start[inner] = at.a.T[row[inner]]
    end[:paths] = at.phi[col[:paths]]
    end[kind == PSI] = at.a.T[col[kind == PSI]]
    hidden = 2 * by.c[:, None] * start * end
    spread = group.spread[:inside]
    left = np.zeros((p + m, inside))
    for cell in np.flatnonzero((kind >= PSI) & (row == col)):
        left[row[cell] + (p if kind[cell] == PSI else 0), cell] = 1
    return np.concatenate([seen.T @ spread, hidden.T @ spread]), left @ spread


def _one(model: Model, scale: _Scales, row: Row, place: int, theta: Floats, latent_only: bool) -> tuple[float, Floats]:
    slope = np.zeros(len(theta))
    at = int(model.free[place])
    if at >= 0:
        slope[at] = row.coef
    value = row.coef * (theta[at] if at >= 0 else float(row.value or 0.0))
    times, logs = 1.0, np.zeros(len(theta))
    for name, sign, left in _scales_of(row):
        if latent_only and name in model.observed:
            continue
        sd, log = scale.log_sd(name, left)
        times, logs = times * sd**sign, logs + sign * log
    return value * times, (slope + value * logs) * times


def _scales_of(row: Row) -> list[tuple[str, int, bool]]:
    """By which SDs a row is multiplied or divided, and whether by those of what is left."""
    if row.op == "~1":
        return [(row.lhs, -1, False)]
    if row.op == "=~":
        return [(row.lhs, 1, False), (row.rhs, -1, False)]
    if row.op == "~":
        return [(row.rhs, 1, False), (row.lhs, -1, False)]
    left = row.lhs != row.rhs
    return [(row.lhs, -1, left), (row.rhs, -1, left)]
