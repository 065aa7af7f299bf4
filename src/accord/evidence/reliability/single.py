"""How consistently items measure one thing, of answers given once: alpha and omega, with intervals.

    alpha(data, ["goals", "trust", "respect"])            interval by Feldt's F (1965)
    alpha(data, items, seed=1), omega(data, items, seed=1)  bias-corrected and accelerated bootstrap
    omega(data, items)                                    interval by the delta method, on the logit

alpha = k / (k - 1) (1 - sum s_i^2 / s_T^2) (Cronbach 1951). omega = (sum lambda)^2 / ((sum lambda)^2 + sum theta) of
one factor by maximum likelihood (McDonald 1999): like alpha where all items count the same, better where not. Both
are of the sum of the items. People who left an item out are left out, and said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.reliability.bootstrap import Statistic, bca, covariance
from accord.evidence.reliability.one_factor import Factor, one_factor
from accord.evidence.structural.moments import Floats, columns

DRAWS = 2000


@dataclass(frozen=True)
class Coefficient:
    """One number of reliability. `interval`: feldt, bca or delta; `notes`: what to know before it is used."""

    name: str
    estimate: float
    low: float
    high: float
    conf_level: float
    interval: str
    items: int
    people: int
    notes: tuple[str, ...] = ()


def alpha(
    data: Any,
    items: Sequence[str] | None = None,
    *,
    conf_level: float = 0.95,
    seed: int | None = None,
    draws: int = DRAWS,
) -> Coefficient:
    """Cronbach's alpha; with a seed the interval is a bootstrap. Raises DataError where the answers cannot carry it."""
    names, values, notes = answers(data, items, 2)
    found = covariance(values)
    estimate = float(alpha_of(found[None])[0])
    if seed is None:
        low, high = _feldt(estimate, len(values), len(names), conf_level)
        return Coefficient("alpha", estimate, low, high, conf_level, "feldt", len(names), len(values), notes)
    return _drawn("alpha", estimate, values, alpha_of, conf_level, seed, draws, notes)


def omega(
    data: Any,
    items: Sequence[str] | None = None,
    *,
    conf_level: float = 0.95,
    seed: int | None = None,
    draws: int = DRAWS,
) -> Coefficient:
    """omega total of one factor; with a seed the interval is a bootstrap. Raises DataError where there is no answer."""
    names, values, notes = answers(data, items, 3)
    found = one_factor(covariance(values)[None])
    if not found.converged[0]:
        raise DataError(f"one factor for {', '.join(names)} did not converge; do the items measure one thing?")
    if found.at_bound[0]:
        notes = (*notes, "a residual variance is at its bound: one item alone is nearly the factor")
    estimate = float(_omega(found.loadings, found.residuals)[0])
    if seed is None:
        low, high = _delta(found, len(values), conf_level)
        return Coefficient("omega", estimate, low, high, conf_level, "delta", len(names), len(values), notes)
    return _drawn("omega", estimate, values, omega_of, conf_level, seed, draws, notes)


def answers(data: Any, items: Sequence[str] | None, least: int) -> tuple[list[str], Floats, tuple[str, ...]]:
    """Complete answers to the items [people, k], their names, and what was left out."""
    if items is None:
        items = list(data.keys() if hasattr(data, "keys") else getattr(data, "columns", ()))
    names = list(items)
    if len(names) < least:
        raise UsageError(f"{len(names)} items; wanted {least} or more")
    values = columns(data, names)
    kept = ~np.isnan(values).any(axis=1)
    if int(kept.sum()) <= len(names) + 1:
        raise DataError(f"{int(kept.sum())} people answered all {len(names)} items; wanted more than {len(names) + 1}")
    whole = values[kept]
    for name, spread, centre in zip(names, whole.std(axis=0), whole.mean(axis=0), strict=True):
        if not spread > 1e-9 * max(abs(centre), 1e-9):
            raise DataError(f"item {name!r} has the same answer from everyone, so nothing can be said of it")
    dropped = int((~kept).sum())
    notes = [f"{dropped} of {len(values)} left an item out and are left out"] if dropped else []
    return names, whole, (*notes, *_against_the_others(names, whole))


def _against_the_others(names: Sequence[str], values: Floats) -> list[str]:
    """Items that run against the sum of the others: usually ones that should have been turned round."""
    cov = covariance(values)
    with_rest = cov.sum(axis=1) - np.diag(cov)
    return [f"{name} runs against the others; should it be reversed?" for name in np.array(names)[with_rest < 0]]


def alpha_of(cov: Floats) -> Floats:
    """Of covariance matrices [B, k, k]."""
    k = cov.shape[1]
    total = cov.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = k / (k - 1) * (1 - np.trace(cov, axis1=1, axis2=2) / total)
    return np.where(total > 1e-12 * np.abs(cov).max(axis=(1, 2)), found, np.nan)


def omega_of(cov: Floats) -> Floats:
    """Of covariance matrices [B, k, k]; NaN where an item is constant or nothing converges."""
    spread = np.diagonal(cov, axis1=1, axis2=2)
    fine = (spread > 1e-10 * spread.max(axis=1, keepdims=True)).all(axis=1)
    result = np.full(len(cov), np.nan)
    if fine.any():
        found = one_factor(cov[fine])
        result[fine] = np.where(found.converged, _omega(found.loadings, found.residuals), np.nan)
    return result


def _omega(loadings: Floats, residuals: Floats) -> Floats:
    common = loadings.sum(axis=-1) ** 2
    found: Floats = common / (common + residuals.sum(axis=-1))
    return found


def _feldt(estimate: float, n: int, k: int, conf_level: float) -> tuple[float, float]:
    """(1 - alpha) / (1 - estimate) is distributed as F with n - 1 and (n - 1)(k - 1) degrees of freedom."""
    from scipy.special import fdtri

    tail = (1 - conf_level) / 2
    low, high = (1 - (1 - estimate) * float(fdtri(n - 1, (n - 1) * (k - 1), at)) for at in (1 - tail, tail))
    return low, high


def _delta(found: Factor, n: int, conf_level: float) -> tuple[float, float]:
    loadings, residuals = found.loadings[0], found.residuals[0]
    # F is -2/n of the log-likelihood, so its second derivatives are 2/n of the information.
    vcov = np.linalg.pinv(found.curve[0], hermitian=True) * 2 / n
    error = omega_error(loadings, residuals, 1.0, np.pad(vcov, (0, 1)))
    return on_logit(float(_omega(loadings, residuals)), error, conf_level)


def omega_error(loadings: Floats, residuals: Floats, variance: float, vcov: Floats) -> float:
    """Standard error of omega from the covariance of (loadings, residuals, factor variance)."""
    total = float(loadings.sum())
    common, left = total**2 * variance, float(residuals.sum())
    by_common, by_left = left / (common + left) ** 2, -common / (common + left) ** 2
    k = len(loadings)
    slope = np.concatenate([np.full(k, by_common * 2 * total * variance), np.full(k, by_left), [by_common * total**2]])
    return math.sqrt(max(float(slope @ vcov @ slope), 0.0))


def on_logit(estimate: float, error: float, conf_level: float) -> tuple[float, float]:
    """An interval that stays between 0 and 1; none where the estimate itself does not."""
    from scipy.special import expit, logit, ndtri

    if not 0 < estimate < 1:
        return math.nan, math.nan
    reach = float(ndtri(0.5 + conf_level / 2)) * error / (estimate * (1 - estimate))
    at = float(logit(estimate))
    return float(expit(at - reach)), float(expit(at + reach))


def _drawn(
    name: str,
    estimate: float,
    values: Floats,
    statistic: Statistic,
    conf_level: float,
    seed: int,
    draws: int,
    notes: tuple[str, ...],
) -> Coefficient:
    found = bca(values, statistic, seed, draws, conf_level)
    if found.usable < found.draws:
        notes = (*notes, f"{found.draws - found.usable} of {found.draws} draws gave no number")
    n, k = values.shape
    return Coefficient(name, estimate, found.low, found.high, conf_level, "bca", k, n, notes)
