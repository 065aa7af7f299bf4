"""How well a structural model fits: chi-square, CFI, TLI, RMSEA with its interval, SRMR, AIC, BIC.

Formulas as lavaan has them: chi-square 2 (logL without a model - logL); RMSEA sqrt(max(chi2 - df, 0) / (n df))
sqrt(groups) with the interval of Steiger & Lind (noncentral chi-square); CFI of Bentler 1990, TLI of Tucker & Lewis
1973, SRMR of Bentler 1995 (means counted where they are modelled).
"""

import math
from dataclasses import dataclass

import numpy as np

from accord.evidence.structural.likelihood import Whole
from accord.evidence.structural.model import Model
from accord.evidence.structural.moments import Moments, Saturated, alone, independence


@dataclass(frozen=True)
class Indices:
    """NaN where there is none: no chi-square without a saturated model, no RMSEA without degrees of freedom."""

    chisq: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float
    loglik: float
    aic: float
    bic: float
    parameters: int
    people: int
    baseline_chisq: float
    baseline_df: int


def indices(model: Model, known: tuple[Moments, ...], at: Whole, free: tuple[Saturated, ...]) -> Indices:
    """Of a fitted model, beside the moments without any model and beside independence."""
    q, p, groups = len(model.parameters), len(model.observed), len(known)
    moments = p * (p + 1) // 2 + (p if model.means else 0)
    df, base_df = groups * moments - q, groups * (p * (p - 1) // 2)
    chisq = no_less_than_0(2 * (sum(each.loglik for each in free) - at.loglik))
    base = 2 * (sum(each.loglik for each in free) - sum(independence(own) for own in known))
    people = sum(own.people for own in known)
    cfi, tli = against(chisq, df, base, base_df)
    rmsea, low, high = rmsea_of(chisq, df, people, groups)
    return Indices(
        chisq, df, upper(chisq, df), cfi, tli, rmsea, low, high, _srmr(model, known, free, at), at.loglik,
        2 * q - 2 * at.loglik, q * math.log(people) - 2 * at.loglik, q, people, base, base_df,
    )  # fmt: skip


def no_less_than_0(chisq: float) -> float:
    """A saturated model's chi-square is 0, however it was rounded."""
    return chisq if math.isnan(chisq) else max(chisq, 0.0)


def upper(chisq: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, chisq)) if df > 0 and math.isfinite(chisq) else math.nan


def against(chisq: float, df: int, base: float, base_df: int) -> tuple[float, float]:
    """CFI and TLI: how far from independence to a perfect fit."""
    if not math.isfinite(chisq):
        return math.nan, math.nan
    off = max(chisq - df, 0.0)
    worst = max(base - base_df, off)
    cfi = 1 - off / worst if worst > 0 else 1.0
    if not df or not base_df or base <= base_df:
        return cfi, 1.0 if not df else math.nan
    ratio = base / base_df
    return cfi, (ratio - chisq / df) / (ratio - 1)


def rmsea_of(chisq: float, df: int, people: int, groups: int = 1, level: float = 0.90) -> tuple[float, float, float]:
    """RMSEA and its interval, of a chi-square."""
    if not math.isfinite(chisq) or df < 1:
        return (math.nan,) * 3 if not math.isfinite(chisq) else (0.0, 0.0, 0.0)
    times = math.sqrt(groups) / math.sqrt(people * df)
    tail = (1 - level) / 2
    at = (max(chisq - df, 0.0), _noncentral(chisq, df, 1 - tail), _noncentral(chisq, df, tail))
    return at[0] ** 0.5 * times, at[1] ** 0.5 * times, at[2] ** 0.5 * times


def _noncentral(chisq: float, df: int, level: float) -> float:
    """The noncentrality at which `level` lies below this chi-square; 0 where none is."""
    from scipy.optimize import brentq
    from scipy.special import chdtr, chndtr

    if chdtr(df, chisq) <= level:
        return 0.0
    above = max(chisq, 1.0)
    while chndtr(chisq, df, above) > level:
        above *= 2
    return float(brentq(lambda nc: chndtr(chisq, df, nc) - level, 0, above, xtol=1e-8))


def _srmr(model: Model, known: tuple[Moments, ...], free: tuple[Saturated, ...], at: Whole) -> float:
    total, people = 0.0, sum(own.people for own in known)
    for own, each, seen in zip(known, free, at.looks, strict=True):
        total += own.people / people * _residual(model, own, each, seen.implied.sigma, seen.implied.mu)
    return total


def _residual(model: Model, known: Moments, free: Saturated, sigma: np.ndarray, mu: np.ndarray) -> float:
    if not math.isfinite(free.loglik):
        return math.nan
    scale = np.sqrt(np.diag(free.cov))
    lower = np.tril_indices(len(scale))
    off = ((free.cov - sigma) / np.outer(scale, scale))[lower]
    squares, count = float(off @ off), len(off)
    if model.means:
        away = (free.mean - mu) / scale
        squares, count = squares + float(away @ away), count + len(away)
    return math.sqrt(squares / count)


def coverage(known: Moments) -> float:
    """The share of all values that was given."""
    count, _, _ = alone(known)
    return float(count.sum() / (known.people * len(known.names)))
