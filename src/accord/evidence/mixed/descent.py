"""Finding the optimum: BFGS with the exact gradient, first on a part of the data where they are many.

A part of the units gives a theta close by and the curvature there; the whole then needs a handful of looks. A variance
that came out as nought is only believed if the criterion would rise in every direction out of it.
"""

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from accord.errors import DataError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.likelihood import Likelihood, Look
from accord.outcome.mixed import bfgs

STEPS, HALVINGS, ESCAPES = 400, 40, 6
# How far to look beside a singular covariance, over sigma^2.
FAR = (1e-6, 1e-4, 1e-2, 1.0)
# A gradient that moves no criterion by a digit that is shown.
STILL = 1e-3
# Done when the step left would change the criterion by less than this (a standard error times 3e-7), or than rounding.
CLOSE, ROUNDING = 1e-13, 1e-15
IDLE, WHILE, NOISE = 6, 25, 1e-9
# So many times sigma is a standard deviation that grows without end.
ENDLESS = 1e6
Told = Callable[[int, int], None] | None


class Found(NamedTuple):
    """theta at the optimum, the look there, the inverse curvature as BFGS knows it, how many looks it took."""

    theta: Floats
    look: Look
    inverse: Floats
    looks: int


def minimise(likelihood: Likelihood, start: Floats, inverse: Floats | None = None, told: Told = None) -> Found:
    """The smallest criterion from `start`; DataError where it does not settle."""
    theta, look, looks = start, likelihood.look(start), 1
    idle, been = 0, [look.criterion]
    known = inverse is not None
    inverse = _first(look) if inverse is None else inverse
    for _ in range(STEPS):
        step = -inverse @ look.gradient
        slant = float(step @ look.gradient)
        if slant > 0:
            inverse = _first(look)
            step = -inverse @ look.gradient
            slant = float(step @ look.gradient)
        if -slant < CLOSE + ROUNDING * abs(look.criterion):
            return Found(theta, look, inverse, looks)
        moved, after, tried = _line(likelihood, theta, step, look, slant)
        looks += tried
        if told:
            told(looks, max(20, looks + 5))
        if after is None:
            if not known and -slant > 1e-6 * max(1.0, abs(look.criterion) * 1e-6):
                raise DataError(
                    f"the fit does not settle: after {looks} steps the criterion still moves; take a random slope out"
                )
            return Found(theta, look, inverse, looks)
        # Columns all but alike leave noise in the criterion; where it alone is left to follow, this is the optimum. In
        # a bent valley a step is as small, but it brings what its slope had promised.
        gain, promised = look.criterion - after.criterion, abs(float((moved - theta) @ look.gradient))
        idle = idle + 1 if gain < min(NOISE * max(1.0, abs(look.criterion)), 0.1 * promised) else 0
        inverse = bfgs(inverse, moved - theta, after.gradient - look.gradient)
        theta, look = moved, after
        been.append(look.criterion)
        stalled = len(been) > WHILE and been[-1 - WHILE] - been[-1] < NOISE * max(1.0, abs(look.criterion))
        if idle == IDLE or stalled:
            return Found(theta, look, inverse, looks)
    raise DataError(f"the fit does not settle within {STEPS} steps; take a random slope out, or scale the columns")


def _first(look: Look) -> Floats:
    """A careful first step: a tenth, in the direction of the slope."""
    return np.eye(len(look.gradient)) * (0.1 / max(float(np.abs(look.gradient).max()), 1e-9))


def _line(
    likelihood: Likelihood, theta: Floats, step: Floats, look: Look, slant: float
) -> tuple[Floats, Look | None, int]:
    """Half the step until it helps; nothing where it never does, which is as close as rounding lets it come."""
    longest, most = float(np.abs(step).max()), max(5.0, 2 * float(np.abs(theta).max()))
    if most > ENDLESS:
        raise DataError("the random effects take up all that varies and leave no error; wanted more rows a unit")
    if longest > most:
        step, slant = step * (most / longest), slant * (most / longest)
    for tried in range(1, HALVINGS + 1):
        moved = theta + step
        after = likelihood.look(moved)
        if after.criterion <= look.criterion + 1e-4 * slant:
            return moved, after, tried
        close = abs(after.criterion - look.criterion) <= 1e-12 * abs(look.criterion)
        if close and np.abs(after.gradient).max() < np.abs(look.gradient).max():
            return moved, after, tried
        curved = slant * slant / (2 * max(after.criterion - look.criterion - slant, 1e-300))
        shrink = min(max(curved / -slant, 0.1), 0.5)
        step, slant = step * shrink, slant * shrink
    return theta, None, HALVINGS


def settle(likelihood: Likelihood, found: Found, told: Told = None) -> Found:
    """Snap variances that are nought to nought, and leave a false optimum, where the criterion falls beside it."""
    for _ in range(ESCAPES):
        found = _snapped(likelihood, found)
        out = _way_out(likelihood, found)
        if out is None:
            return found
        again = minimise(likelihood, out, told=told)
        if again.look.criterion >= found.look.criterion - 1e-9 * abs(found.look.criterion) - 1e-9:
            return found
        found = Found(again.theta, again.look, again.inverse, found.looks + again.looks)
    return found


def _snapped(likelihood: Likelihood, found: Found) -> Found:
    """Columns of L whose end is all but nought, tried as nought exactly."""
    theta = found.theta
    for at in _diagonal(likelihood):
        if theta[at] == 0 or abs(theta[at]) > 1e-3:
            continue
        tried = theta.copy()
        tried[at] = 0.0
        look = likelihood.look(tried)
        if look.criterion <= found.look.criterion + 1e-8 + 1e-14 * abs(found.look.criterion):
            theta, found = tried, Found(tried, look, found.inverse, found.looks + 1)
    return found


def _diagonal(likelihood: Likelihood) -> list[int]:
    """Where theta holds the ends of L's columns."""
    marks = likelihood.pack([np.eye(sum(terms)) for terms in likelihood.structure.shapes])
    return np.flatnonzero(marks).tolist()


def _way_out(likelihood: Likelihood, found: Found) -> Floats | None:
    """A theta from which a false optimum can be left; None where it is a true one.

    At an optimum the slope by D is positive semidefinite and nought along D. Where D is singular, theta can stand still
    although it is not: with no variance a covariance cannot move, however the criterion slopes. The same D written with
    its spread in the columns of what has no variance shows that slope.
    """
    factors = likelihood.factors(found.theta)
    shapes = likelihood.structure.shapes
    turned = likelihood.pack([_turned(L, terms) for L, terms in zip(factors, shapes, strict=True)])
    if not np.array_equal(turned, found.theta) and np.abs(likelihood.look(turned).gradient).max() > STILL:
        return turned
    best = (found.look.criterion, found.theta)
    for L, slope, terms in zip(factors, found.look.slopes, shapes, strict=True):
        for part in _blocks(terms):
            D = L[part, part] @ L[part, part].T
            spread = np.linalg.eigvalsh(D)
            lowest, where = np.linalg.eigh(slope[part, part])
            if spread[0] > 1e-8 * max(1.0, float(spread[-1])) or lowest[0] > -1e-6:
                continue
            kept = L[part, part].copy()
            for far in FAR:
                moved = D + far * np.outer(where[:, 0], where[:, 0]) + 1e-14 * np.eye(len(D))
                L[part, part] = np.linalg.cholesky(moved)
                theta = likelihood.pack(factors)
                best = min(best, (likelihood.look(theta).criterion, theta), key=lambda one: one[0])
            L[part, part] = kept
    return None if best[1] is found.theta else best[1]


def _blocks(terms: Sequence[int]) -> list[slice]:
    """Where each term's effects stand among those of its level."""
    return [slice(int(a), int(b)) for a, b in pairwise(np.cumsum([0, *terms]))]


def _turned(L: Floats, terms: Sequence[int]) -> Floats:
    """The same L L', in each term with nothing on the diagonal that a column of nought before it could hold."""
    made = L.copy()
    for part in _blocks(terms):
        block = made[part, part]
        for k, j in combinations(range(len(block)), 2):
            if block[j, j] != 0 and not block[:j, k].any():
                length = np.hypot(block[j, k], block[j, j])
                c, s = block[j, k] / length, block[j, j] / length
                block[:, [k, j]] = block[:, [k, j]] @ np.array([[c, -s], [s, c]])
                block[j, j] = 0.0
    return made


def curvature(likelihood: Likelihood, theta: Floats, step: float = 1e-4) -> Floats:
    """The second derivatives of the profiled criterion, by differences of the exact gradient."""
    k = len(theta)
    H = np.empty((k, k))
    for at in range(k):
        move = np.zeros(k)
        move[at] = step
        H[at] = (likelihood.look(theta + move).gradient - likelihood.look(theta - move).gradient) / (2 * step)
    return (H + H.T) / 2
