"""REML for one shape of mixed model: a line a client, whose start and slope differ between clients.

y = Z_i (A_i b + u_i) + e, Z_i = [1, x], u_i ~ N(0, sigma^2 D), e ~ N(0, sigma^2). A_i says what start and slope
depend on at the level of the client. Six sums a client are enough; sigma and b are profiled, and the three numbers of
D = L L' are found by BFGS with the exact gradient. What is fitted is what lme4's `y ~ .. + (1 + x | client)` fits.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from accord.errors import DataError
from accord.outcome.columns import Floats, Ints

STEPS, HALVINGS = 200, 30
CLIENTS = 10_000
# The step that is left would change the criterion by less than this, or than rounding does.
CLOSE, ROUNDING = 1e-8, 1e-13


class Sums(NamedTuple):
    """Of each client: number, x, x^2, y, x y, y^2."""

    n: Floats
    x: Floats
    xx: Floats
    y: Floats
    xy: Floats
    yy: Floats


class Fitted(NamedTuple):
    """b (first those of the start, then those of the slope) with its covariance, D sigma^2, sigma^2, REML criterion."""

    b: Floats
    cov: Floats
    psi: Floats
    sigma2: float
    criterion: float
    n: int
    clients: int

    @property
    def loglik(self) -> float:
        return -self.criterion / 2


class Block(NamedTuple):
    """Some of the clients: few enough that their arrays stay in the processor's cache."""

    known: Sums
    start: Floats
    slope: Floats


class _Look(NamedTuple):
    """The criterion at one L, its gradient, and what was profiled on the way."""

    criterion: float
    gradient: Floats
    b: Floats
    inverse: Floats
    sigma2: float


def sums(x: Floats, y: Floats, starts: Ints) -> Sums:
    """Rows course by course; every course has a row or more."""
    at = starts[:-1]
    total = [np.add.reduceat(each, at) for each in (x, x * x, y, x * y, y * y)]
    return Sums(np.diff(starts).astype(np.float64), *total)


def reml(known: Sums, start: Floats, slope: Floats, progress: Callable[[], None] | None = None) -> Fitted:
    """Fit; `start` [m, p] and `slope` [m, q] are the rows of A_i. DataError where the data cannot carry it."""
    rows, p = int(known.n.sum()), start.shape[1] + slope.shape[1]
    if rows <= p + 3 or not (known.n > 1).any():
        raise DataError(
            f"{rows} ratings of {len(known.n)} courses cannot carry a growth model; wanted more than {p + 3}"
        )
    steep = 1 / max(math.sqrt(float(known.xx.sum()) / rows), 1e-9)
    theta = np.array([1.0, 0.0, steep / 4])
    blocks = _blocks(known, start, slope)
    look = _look(theta, blocks)
    inverse = np.diag([1.0, steep**2, steep**2]) / max(float(np.abs(look.gradient).max()), 1e-9) * 0.1
    for _ in range(STEPS):
        step = -inverse @ look.gradient
        if -float(step @ look.gradient) < CLOSE + ROUNDING * abs(look.criterion):
            break
        if progress:
            progress()
        nearer = _line(theta, step, look, blocks)
        if nearer is None:
            break
        moved, after = nearer
        inverse = bfgs(inverse, moved - theta, after.gradient - look.gradient)
        theta, look = moved, after
    low = _lower(theta)
    return Fitted(
        look.b, look.inverse * look.sigma2, low @ low.T * look.sigma2, look.sigma2, look.criterion, rows, len(known.n)
    )


def _lower(theta: Floats) -> Floats:
    return np.array([[theta[0], 0.0], [theta[1], theta[2]]])


def _blocks(known: Sums, start: Floats, slope: Floats) -> list[Block]:
    parts = (slice(at, at + CLIENTS) for at in range(0, len(known.n), CLIENTS))
    return [Block(Sums(*(each[part] for each in known)), start[part], slope[part]) for part in parts]


def _line(theta: Floats, step: Floats, look: _Look, blocks: Sequence[Block]) -> tuple[Floats, _Look] | None:
    """Half the step until it helps; None where nothing does, which is as close as rounding lets it come."""
    slant = float(step @ look.gradient)
    for _ in range(HALVINGS):
        moved = theta + step
        after = _look(moved, blocks)
        if after.criterion <= look.criterion + 1e-4 * slant:
            return moved, after
        step, slant = step / 2, slant / 2
    return None


def bfgs(inverse: Floats, s: Floats, y: Floats) -> Floats:
    """The inverse curvature after a step s along which the gradient changed by y; as it was where they disagree."""
    curve = float(s @ y)
    if curve <= 1e-14 * math.sqrt(float((s @ s) * (y @ y))):
        return inverse
    left = np.eye(len(s)) - np.outer(s, y) / curve
    updated: Floats = left @ inverse @ left.T + np.outer(s, s) / curve
    return updated


def _look(theta: Floats, blocks: Sequence[Block]) -> _Look:
    low = _lower(theta)
    d = low @ low.T
    p, q = blocks[0].start.shape[1], blocks[0].slope.shape[1]
    weighed, target, squares, logs, rows = np.zeros((p + q, p + q)), np.zeros(p + q), 0.0, 0.0, 0.0
    for block in blocks:
        (g11, g12, g22), (h1, h2), det, left = _weighed(d, block.known)
        across = (block.start * g12[:, None]).T @ block.slope
        weighed[:p, :p] += (block.start * g11[:, None]).T @ block.start
        weighed[:p, p:] += across
        weighed[p:, :p] += across.T
        weighed[p:, p:] += (block.slope * g22[:, None]).T @ block.slope
        target += np.concatenate([block.start.T @ h1, block.slope.T @ h2])
        squares, logs, rows = squares + left, logs + float(np.log(det).sum()), rows + float(block.known.n.sum())
    try:
        inverse = np.linalg.inv(weighed)
    except np.linalg.LinAlgError:
        raise DataError("the ratings cannot tell the curves apart: all began alike, or each has one rating") from None
    b = inverse @ target
    free = rows - len(b)
    sigma2 = (squares - float(b @ target)) / free
    if not sigma2 > 0:
        raise DataError("every rating lies on its line, so there is no error to estimate")
    criterion = logs + float(np.linalg.slogdet(weighed)[1]) + free * (1 + math.log(2 * math.pi * sigma2))
    turned = 2 * sum((_by_d(d, block, b, inverse, sigma2) for block in blocks), np.zeros((2, 2))) @ low
    return _Look(criterion, np.array([turned[0, 0], turned[1, 0], turned[1, 1]]), b, inverse, sigma2)


def _weighed(d: Floats, known: Sums) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats], Floats, float]:
    """Z' V^-1 Z, Z' V^-1 y and |V| of each client, V = I + Z D Z'; and y' V^-1 y of all."""
    (d11, d12), (_, d22) = d
    n, x, xx, y, xy, yy = known
    size = n * xx - x * x
    det = 1 + n * d11 + 2 * x * d12 + xx * d22 + size * (d11 * d22 - d12 * d12)
    g = (n + d22 * size) / det, (x - d12 * size) / det, (xx + d11 * size) / det
    u1, u2 = xx * y - x * xy, n * xy - x * y
    h1, h2 = (y + d22 * u1 - d12 * u2) / det, (xy - d12 * u1 + d11 * u2) / det
    return g, (h1, h2), det, float((yy - y * (d11 * h1 + d12 * h2) - xy * (d12 * h1 + d22 * h2)).sum())


def _between(inverse: Floats, start: Floats, slope: Floats) -> tuple[Floats, Floats, Floats]:
    """A_i C A_i' of each client, C the unscaled covariance of b: what REML takes off."""
    p = start.shape[1]
    k11 = np.einsum("ij,ij->i", start @ inverse[:p, :p], start)
    k12 = np.einsum("ij,ij->i", start @ inverse[:p, p:], slope)
    k22 = np.einsum("ij,ij->i", slope @ inverse[p:, p:], slope)
    return k11, k12, k22


def _by_d(d: Floats, block: Block, b: Floats, inverse: Floats, sigma2: float) -> Floats:
    """The gradient by D: the sum of G - G K G - r r' / sigma^2, r what is left of Z' V^-1 y."""
    (g11, g12, g22), (h1, h2), _, _ = _weighed(d, block.known)
    p = block.start.shape[1]
    m1, m2 = block.start @ b[:p], block.slope @ b[p:]
    r1, r2 = h1 - g11 * m1 - g12 * m2, h2 - g12 * m1 - g22 * m2
    k11, k12, k22 = _between(inverse, block.start, block.slope)
    a11, a12, a21, a22 = g11 * k11 + g12 * k12, g11 * k12 + g12 * k22, g12 * k11 + g22 * k12, g12 * k12 + g22 * k22
    b11 = float((g11 - a11 * g11 - a12 * g12 - r1 * r1 / sigma2).sum())
    b12 = float((g12 - a11 * g12 - a12 * g22 - r1 * r2 / sigma2).sum())
    b22 = float((g22 - a21 * g12 - a22 * g22 - r2 * r2 / sigma2).sum())
    return np.array([[b11, b12], [b12, b22]])
