"""The estimators: what a researcher would report of these courses. All read latent scores, in SD.

Outcome is the last symptom score given the first, turned so that more is better; the early alliance is the client's
rating of session 3. NaN where a sample has nothing to estimate from (no rupture, one therapist).
"""

from typing import Any

import numpy as np

from accord.mechanism.stream import Floats
from accord.mechanism.truth import Bools, Truth

# Reliable change on the PHQ-9 is 6 points of 5.5 to the SD.
RELIABLE = 6 / 5.5
EARLY = 3


def statistics(truth: Truth) -> dict[str, float]:
    """Every statistic of the targets table, by name."""
    with np.errstate(invalid="ignore", divide="ignore"):
        outcome, early = residual_outcome(truth), _early(truth.client_rating)
        return {
            "r_outcome": correlation(early, outcome),
            **_leaving(truth),
            "icc_outcome": icc(outcome, truth.therapist),
            "icc_alliance": icc(early, truth.therapist),
            "attendance": float(truth.attended.sum() / truth.ended.sum()),
            **_sessions(truth),
            **_ruptures(truth, outcome),
            **_views(truth, early),
            "insecurity": correlation(truth.avoidance + truth.anxiety, early),
            "expectation": correlation(truth.expectation, outcome),
            "preference_d": cohen_d(outcome[truth.preference == 1], outcome[truth.preference == 0]),
            **_change(truth),
            "concealed": float(truth.concealed.any(axis=1).mean()),
        }


def residual_outcome(truth: Truth) -> Floats:
    """How much better than expected from the first score; least squares."""
    x, y = truth.score[:, 0], truth.last_score
    slope = np.cov(x, y)[0, 1] / x.var(ddof=1)
    return np.asarray(y.mean() + slope * (x - x.mean()) - y, np.float64)


def _early(rating: Floats) -> Floats:
    return rating[:, min(EARLY, rating.shape[1]) - 1]


def _leaving(truth: Truth) -> dict[str, float]:
    gone, met = truth.dropped, truth.preference == 1
    mean = person_means(truth.client_rating)
    last = truth.last_score
    return {
        "dropout": float(gone.mean()),
        "d_dropout": cohen_d(mean[~gone], mean[gone]),
        "preference_or": odds_ratio(gone[~met], gone[met]),
        "dropout_post": float((last[gone].mean() - last[~gone].mean()) / last.std()) if gone.any() else np.nan,
    }


def _sessions(truth: Truth) -> dict[str, float]:
    A, S = truth.client_rating, truth.score
    return {
        "within_as": within(S[:, 1:], A[:, :-1], S[:, :-1]),
        "within_sa": within(A[:, 1:], S[:, 1:], A[:, :-1]),
        "person_share": person_share(A),
    }


def _ruptures(truth: Truth, outcome: Floats) -> dict[str, float]:
    had: Bools = np.asarray(truth.onset.any(axis=1))
    unrepaired = truth.open[np.arange(len(had)), truth.ended - 1]
    return {
        "unrepaired": float((had & unrepaired).mean()),
        "repaired": float((had & ~unrepaired).mean()),
        "r_repair": correlation((~unrepaired[had]).astype(float), outcome[had]),
    }


def _views(truth: Truth, client: Floats) -> dict[str, float]:
    therapist = _early(truth.therapist_rating)
    rated = ~np.isnan(client)
    return {"gap": cohen_d(client[rated], therapist[rated]), "r_views": correlation(client, therapist)}


def _change(truth: Truth) -> dict[str, float]:
    first = truth.score[:, 0]
    better = first - truth.last_score
    return {
        "pre_post": float(better.mean() / first.std()),
        "deteriorated": float((better <= -RELIABLE).mean()),
        "improved": float((better >= RELIABLE).mean()),
    }


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's r over pairs without a gap."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    if len(x) < 3:
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return float((x @ y) / np.sqrt((x @ x) * (y @ y)))


def cohen_d(a: Floats, b: Floats) -> float:
    """Standardised mean difference a - b, pooled SD."""
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    if len(a) < 2 or len(b) < 2:
        return np.nan
    pooled = (a.var(ddof=1) * (len(a) - 1) + b.var(ddof=1) * (len(b) - 1)) / (len(a) + len(b) - 2)
    return float((a.mean() - b.mean()) / np.sqrt(pooled))


def odds_ratio(without: Bools, with_: Bools) -> float:
    """Odds of an event without something, over the odds with it."""
    a, b, c, d = (np.float64((part == gone).sum()) for part in (without, with_) for gone in (True, False))
    return float(a * d / (b * c))


def icc(y: Floats, group: Any) -> float:
    """Share of variance between groups, by analysis of variance for unequal groups."""
    known = ~np.isnan(y)
    y, codes = y[known], np.unique(group[known], return_inverse=True)[1]
    n = np.bincount(codes)
    if len(n) < 2 or len(y) <= len(n):
        return np.nan
    means = np.bincount(codes, y) / n
    between = (n * (means - y.mean()) ** 2).sum() / (len(n) - 1)
    inside = ((y - means[codes]) ** 2).sum() / (len(y) - len(n))
    size = (len(y) - (n**2).sum() / len(y)) / (len(n) - 1)
    variance = (between - inside) / size
    return float(variance / (variance + inside))


def person_share(x: Floats) -> float:
    """Share of the variance of session ratings that lies between people."""
    row, column = np.nonzero(~np.isnan(x))
    return icc(x[row, column], row)


def person_means(x: Floats) -> Floats:
    """Mean of each row over what is known; NaN if nothing is."""
    known = ~np.isnan(x)
    return np.asarray(np.where(known, x, 0).sum(axis=1) / known.sum(axis=1), np.float64)


def within(y: Floats, x: Floats, before: Floats) -> float:
    """Standardised effect of x on y within people, given what y was before and the logarithm of time.

    Everything is centred on the person's mean over the sessions used. Log time and not time, because learning slows
    down; with no causal path in the model it leaves nothing (tests hold it to 0 ± .01).
    """
    used = ~(np.isnan(y) | np.isnan(x) | np.isnan(before))
    time = np.broadcast_to(np.log(np.arange(1, y.shape[1] + 1)), y.shape)
    target = _centred(y, used)
    causes = np.stack([_centred(v, used) for v in (x, before, time)], axis=1)
    if len(target) < 4:
        return np.nan
    slope = np.linalg.lstsq(causes.T @ causes, causes.T @ target, rcond=None)[0]
    return float(slope[0] * causes[:, 0].std() / target.std())


def _centred(x: Floats, used: Bools) -> Floats:
    kept = np.where(used, x, 0)
    mean = kept.sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    return np.asarray((kept - mean[:, None])[used], np.float64)
