"""Bias-corrected and accelerated bootstrap intervals (BCa, Efron 1987) of what follows from a covariance matrix.

    bca(values, statistic, seed=1, draws=2000, conf_level=0.95)

`statistic` takes covariance matrices [B, k, k] and gives [B], NaN where it cannot be had. People are drawn, rows as
they are. Draws are counts of people, so that thousands of covariance matrices are one product.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from accord.errors import DataError
from accord.evidence.structural.moments import Floats

TOGETHER, BLOCKS = 4_000_000, 400
Statistic = Callable[[Floats], Floats]


class Drawn(NamedTuple):
    """The interval, and how many draws gave a number."""

    low: float
    high: float
    draws: int
    usable: int


def bca(values: Floats, statistic: Statistic, seed: int, draws: int, conf_level: float) -> Drawn:
    """`values` [n, k] without gaps. Raises DataError where less than half of the draws give a number."""
    centred = values - values.mean(axis=0)
    estimate = float(statistic(covariance(centred)[None])[0])
    dice = np.random.default_rng(seed)
    drawn = np.concatenate([statistic(each) for each in _resampled(centred, dice, draws)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < draws / 2:
        raise DataError(f"only {len(drawn)} of {draws} draws gave a number; too few people for a bootstrap")
    low, high = _bounds(estimate, drawn, _jackknife(centred, statistic), conf_level)
    return Drawn(low, high, draws, len(drawn))


def covariance(values: Floats) -> Floats:
    off = values - values.mean(axis=0)
    found: Floats = off.T @ off / (len(values) - 1)
    return found


def _resampled(values: Floats, dice: np.random.Generator, draws: int) -> Iterator[Floats]:
    n, k = values.shape
    squares = (values[:, :, None] * values[:, None, :]).reshape(n, k * k)
    size = max(1, TOGETHER // n)
    for at in range(0, draws, size):
        count = dice.multinomial(n, np.full(n, 1 / n), size=min(size, draws - at)).astype(np.float64)
        yield _covariances(count @ squares, count @ values, n, k)


def _covariances(squares: Floats, sums: Floats, n: float, k: int) -> Floats:
    mean = sums / n
    return (squares.reshape(-1, k, k) - n * mean[:, :, None] * mean[:, None, :]) / (n - 1)


def _jackknife(values: Floats, statistic: Statistic) -> Floats:
    """Without each person; without each of 400 blocks of people where there are more."""
    n, k = values.shape
    block = np.arange(n) % min(n, BLOCKS)
    squares, sums = np.zeros((block.max() + 1, k, k)), np.zeros((block.max() + 1, k))
    np.add.at(squares, block, values[:, :, None] * values[:, None, :])
    np.add.at(sums, block, values)
    left = n - np.bincount(block).astype(np.float64)
    means = (values.sum(axis=0) - sums) / left[:, None]
    kept = values.T @ values - squares - left[:, None, None] * means[:, :, None] * means[:, None, :]
    return statistic(kept / (left - 1)[:, None, None])


def _bounds(estimate: float, drawn: Floats, without: Floats, conf_level: float) -> tuple[float, float]:
    from scipy.special import ndtr, ndtri

    below = float(np.count_nonzero(drawn < estimate) + 0.5 * np.count_nonzero(drawn == estimate)) / len(drawn)
    if not 0 < below < 1:  # all draws on one side: nothing to correct by
        below = float(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn)))
    z0 = float(ndtri(below))
    without = without[np.isfinite(without)]
    off = without.mean() - without if len(without) else np.zeros(1)
    spread = float((off**2).sum())
    skew = float((off**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for tail in ((1 - conf_level) / 2, (1 + conf_level) / 2):
        z = z0 + float(ndtri(tail))
        ends.append(float(np.quantile(drawn, ndtr(z0 + z / (1 - skew * z)))))
    return (ends[0], ends[1]) if all(map(math.isfinite, ends)) else (math.nan, math.nan)
