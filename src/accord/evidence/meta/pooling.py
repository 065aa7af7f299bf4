"""Pooling: weights, mean, standard error, and the intervals that follow."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.meta.pooled import METHODS, Interval, Method, Pooled, Range, Scale, Study
from accord.evidence.meta.spread import (
    STEPS,
    Floats,
    Spread,
    dersimonian_laird,
    q_of,
    q_profile,
    reml,
    typical_variance,
)

# Beyond this ratio of the largest to the smallest variance one study carries all the weight, and rounding the rest.
UNEVEN = 1e9
LARGEST_EFFECT, SMALLEST, LARGEST = 1e9, 1e-12, 1e12
ALL_THE_SAME = "All studies found the same, so their spread says nothing of the error; the usual standard error stands."


def pool(
    effects: Any,
    variances: Any,
    *,
    names: Sequence[str] | None = None,
    method: Method = "reml",
    interval: Interval = "normal",
    conf_level: float = 0.95,
    prediction_df: int | None = None,
    scale: Scale = "as given",
    steps: int = STEPS,
) -> Pooled:
    """Effects [k] with their sampling variances [k] (standard errors squared), one a study.

    method          `fixed`, `dl` (DerSimonian & Laird 1986) or `reml`
    interval        `normal`; `knapp-hartung`: t with k - 1 degrees of freedom (Knapp & Hartung 2003); `modified`: the
                    same, never narrower than by the usual standard error
    prediction_df   of the t of the prediction interval (k - 2: Higgins, Thompson & Spiegelhalter 2009); else as above
    steps           of Fisher scoring, before a search takes over

    DataError where a number is missing, a variance is not above 0, or there is no study.
    """
    y, v, named = _given(effects, variances, names)
    _asked(method, interval, conf_level, prediction_df)
    spread = _spread(y, v, method, steps)
    w = 1 / (v + (spread.tau2 if spread else 0.0))
    estimate, notes = float(w @ y / w.sum()), [*(spread.notes if spread else ()), *_cautions(v, method)]
    se, df, said = _error(y, w, interval)
    quantile = _quantile(conf_level, df)
    return Pooled(
        method, interval, scale, conf_level, _studies(named, y, v, w, conf_level), estimate, se,
        estimate / se, df, _two_sided(estimate / se, df), estimate - quantile * se, estimate + quantile * se,
        notes=(*notes, *said), **_spreads(y, v, spread, conf_level),
        prediction=_prediction(estimate, se, spread, _quantile(conf_level, prediction_df or df)),
    )  # fmt: skip


def pool_correlations(r: Any, n: Any, **more: Any) -> Pooled:
    """Correlations r [k] of n [k] people each, by Fisher's z = atanh r, variance 1 / (n - 3); `more` as for `pool`."""
    r, n = np.asarray(r, np.float64), np.asarray(n, np.float64)
    if r.shape != n.shape or r.ndim != 1:
        raise DataError(
            f"correlations and numbers of people have the shapes {r.shape} and {n.shape}; wanted one a study"
        )
    for what, wrong, wanted in (
        (r, ~(np.abs(r) < 1), "a correlation between -1 and 1"),
        (n, ~(n > 3), "more than 3 people"),
    ):
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise DataError(f"study {at + 1}: got {what[at]:g}, wanted {wanted}; leave it out or mend it")
    return pool(np.arctanh(r), 1 / (n - 3), scale="correlation", **more)


def _given(effects: Any, variances: Any, names: Sequence[str] | None) -> tuple[Floats, Floats, list[str]]:
    try:
        y, v = np.asarray(effects, np.float64), np.asarray(variances, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            "effects and variances: got something that is no number; wanted a number each, a study"
        ) from None
    if y.shape != v.shape or y.ndim != 1:
        raise DataError(f"effects and variances have the shapes {y.shape} and {v.shape}; wanted one each, a study")
    if not len(y):
        raise DataError("got no study at all; wanted one or more")
    named = [f"study {at + 1}" for at in range(len(y))] if names is None else [str(name) for name in names]
    if len(named) != len(y):
        raise DataError(f"got {len(named)} names for {len(y)} studies; wanted a name a study")
    for at in np.flatnonzero(~np.isfinite(y) | ~np.isfinite(v) | ~(v > 0)):
        what = f"effect {y[at]:g}, variance {v[at]:g}"
        raise DataError(
            f"study {at + 1} ({named[at]}): got {what}; wanted two numbers, the variance above 0, or no such row"
        )
    if np.abs(y).max() > LARGEST_EFFECT or v.min() < SMALLEST or v.max() > LARGEST or v.max() / v.min() > UNEVEN:
        told = f"effects up to {np.abs(y).max():g} in size, variances from {v.min():g} to {v.max():g}"
        raise DataError(f"got {told}; wanted numbers of one scale: look whether an error or a sum stands among them")
    return y, v, named


def _asked(method: str, interval: str, conf_level: float, prediction_df: int | None) -> None:
    if method not in METHODS:
        raise UsageError(f"method: got {method!r}, wanted one of {', '.join(METHODS)}")
    if interval not in ("normal", "knapp-hartung", "modified"):
        raise UsageError(f"interval: got {interval!r}, wanted normal, knapp-hartung or modified")
    if not 0 < conf_level < 1:
        raise UsageError(f"conf_level: got {conf_level}, wanted a number between 0 and 1")
    if prediction_df is not None and prediction_df < 1:
        raise UsageError(f"prediction_df: got {prediction_df}, wanted 1 or more; with k studies it is k - 1 or k - 2")


def _spread(y: Floats, v: Floats, method: str, steps: int) -> Spread | None:
    """None where nothing can be said of it: a common effect is assumed, or there is one study."""
    if method == "fixed" or len(y) == 1:
        return None
    return reml(y, v, steps) if method == "reml" else dersimonian_laird(y, v)


def _cautions(v: Floats, method: str) -> list[str]:
    found = []
    if len(v) == 1:
        found.append("One study alone: nothing can be said of how studies differ.")
    elif len(v) < 5 and method != "fixed":
        found.append(f"With {len(v)} studies, how far studies differ is hardly known.")
    return found


def _error(y: Floats, w: Floats, interval: str) -> tuple[float, int | None, list[str]]:
    """The standard error of the mean, the degrees of freedom of its t, and what must be said of it."""
    usual = math.sqrt(1 / float(w.sum()))
    if interval == "normal" or len(y) == 1:
        return usual, None, []
    df = len(y) - 1
    scale = float((w * (y - w @ y / w.sum()) ** 2).sum()) / df
    if scale <= 1e-14:
        return usual, df, [ALL_THE_SAME]
    return usual * math.sqrt(max(1.0, scale) if interval == "modified" else scale), df, []


def _quantile(conf_level: float, df: int | None) -> float:
    from scipy.stats import norm, t

    upper = (1 + conf_level) / 2
    return float(norm.ppf(upper) if df is None else t.ppf(upper, df))


def _two_sided(statistic: float, df: int | None) -> float:
    from scipy.stats import norm, t

    return float(2 * (norm.sf(abs(statistic)) if df is None else t.sf(abs(statistic), df)))


def _prediction(estimate: float, se: float, spread: Spread | None, quantile: float) -> Range | None:
    if spread is None:
        return None
    wide = quantile * math.sqrt(se**2 + spread.tau2)
    return estimate - wide, estimate + wide


def _studies(named: list[str], y: Floats, v: Floats, w: Floats, conf_level: float) -> tuple[Study, ...]:
    wide, share = _quantile(conf_level, None) * np.sqrt(v), w / w.sum()
    rows = zip(named, y, v, y - wide, y + wide, share, strict=True)
    return tuple(Study(name, *map(float, numbers)) for name, *numbers in rows)


def _spreads(y: Floats, v: Floats, spread: Spread | None, conf_level: float) -> dict[str, Any]:
    """tau^2 with its interval, I^2, H^2 and Q, by their names in `Pooled`."""
    from scipy.stats import chi2

    df, q = len(y) - 1, q_of(y, v)
    told: dict[str, Any] = {"q": q, "q_df": df, "q_p": float(chi2.sf(q, df)) if df else None}
    told |= dict.fromkeys(("tau2", "tau2_se", "tau2_range", "i2", "i2_range", "h2"))
    if not df:
        return told
    if spread is None:
        return told | {"i2": max(0.0, 1 - df / q) if q > 0 else 0.0, "h2": q / df}
    typical, ends = typical_variance(v), q_profile(y, v, conf_level)
    low, high = (end / (end + typical) for end in ends)
    told |= {"tau2": spread.tau2, "tau2_se": spread.se, "tau2_range": ends, "h2": 1 + spread.tau2 / typical}
    return told | {"i2": spread.tau2 / (spread.tau2 + typical), "i2_range": (low, high)}
