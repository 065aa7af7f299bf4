"""The optimum in few looks, where a look is a round of files: Newton's steps over spreads and angles.

In theta, the lower triangle of L, a valley bends where a variance is all but nought. Rows of L as a length and angles
(Pinheiro & Bates 1996, the spherical form) straighten it. Looks are at theta and a little to both sides of each of its
parameters; the curvature over lengths and angles follows from those by the chain rule, which asks nobody.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np

from accord.errors import DataError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.degrees import STEP
from accord.evidence.mixed.descent import Found, curvature, settle
from accord.evidence.mixed.likelihood import Likelihood, Look

# Done when the step left would change the criterion by less than this: a standard error times 1e-9.
CLOSE, LOOKS, LONGEST = 1e-18, 60, 0.7
# Next to the optimum the criterion's last digits say nothing any more; a step is taken on the gradient's word.
ROUNDING, FLAT, SADDLE, CHAIN = 1e-10, 1e-7, 1e-6, 1e-4
# Where the search begins, and how much shorter a step is that led too far.
SPREADS, SHORTER = (0.1, 0.3, 1.0, 3.0), (0.45, 0.2, 0.05, 0.01)
Need = Callable[[Sequence[Floats]], None]


class Good(NamedTuple):
    """The best place so far, over lengths and angles, and the step that was taken from there."""

    criterion: float
    at: Floats
    step: Floats


def newton(likelihood: Likelihood, need: Need) -> Found:
    """The smallest criterion; `need` is told which thetas are looked at next, all those of a round at once."""
    terms = [q for level in likelihood.structure.shapes for q in level]
    theta, best = _start(likelihood, need), None
    for looks in range(1, LOOKS):
        need(around(theta))
        look = likelihood.look(theta)
        if best is not None and look.criterion > best.criterion + ROUNDING * max(1.0, abs(best.criterion)):
            theta = _shorter(likelihood, need, best, terms)
            continue
        at = lengths(theta, terms)
        slope, values, vectors = _curved(likelihood, theta, look, at, terms)
        step = -(vectors / np.maximum(np.abs(values), FLAT * np.abs(values).max())) @ vectors.T @ slope
        if -float(step @ slope) < CLOSE:
            if values[0] > -SADDLE * values[-1]:
                return _settled(likelihood, need, Found(theta, look, np.eye(len(theta)), looks))
            # Where a variance is nought the slope is, too, even if the criterion would fall on both sides.
            best, step = None, 0.2 * vectors[:, 0]
        else:
            step = step * min(1.0, LONGEST / max(float(np.abs(step).max()), 1e-300))
            best = Good(look.criterion, at, step)
        theta = triangles(at + step, terms)
    raise DataError(f"the fit does not settle within {LOOKS} rounds; take a random slope out")


def _curved(
    likelihood: Likelihood, theta: Floats, look: Look, at: Floats, terms: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """Slope, and the curvature's eigenvalues and vectors, over lengths and angles."""
    J, bent = _chain(at, terms)
    H = J.T @ curvature(likelihood, theta, STEP) @ J + np.einsum("k,kij->ij", look.gradient, bent)
    values, vectors = np.linalg.eigh((H + H.T) / 2)
    return J.T @ look.gradient, values, vectors


def around(theta: Floats) -> list[Floats]:
    """Theta and a little each way along each parameter: what the curvature and the degrees of freedom want to know."""
    moves = np.eye(len(theta)) * STEP
    return [theta, *(theta + move for move in moves), *(theta - move for move in moves)]


def _start(likelihood: Likelihood, need: Need) -> Floats:
    """The best of some spreads for each level, all asked for in one round."""
    sizes = [sum(terms) for terms in likelihood.structure.shapes]
    chosen = [(*first, *[0.3] * (len(sizes) - len(first))) for first in product(SPREADS, repeat=min(len(sizes), 3))]
    tries = [likelihood.pack([np.eye(q) * s for q, s in zip(sizes, spreads, strict=True)]) for spreads in chosen]
    need(tries)
    return min(tries, key=lambda theta: likelihood.look(theta).criterion)


def _shorter(likelihood: Likelihood, need: Need, best: Good, terms: Sequence[int]) -> Floats:
    """The best of some shorter steps, all asked for in one round."""
    tries = [triangles(best.at + share * best.step, terms) for share in SHORTER]
    need([*around(tries[0]), *around(tries[1]), *tries[2:]])
    values = [likelihood.look(theta).criterion for theta in tries]
    if min(values) <= best.criterion:
        return tries[int(np.argmin(values))]
    return triangles(best.at + 1e-4 * best.step, terms)


def _settled(likelihood: Likelihood, need: Need, found: Found) -> Found:
    """Variances of nought as such, and the neighbours that the degrees of freedom want to know."""
    found = settle(likelihood, found)
    need(around(found.theta))
    return found


def lengths(theta: Floats, terms: Sequence[int]) -> Floats:
    """Each row of each L as its length and the angles to the axes; a row of nought points along its own axis."""
    made: list[float] = []
    for row in _rows(theta, terms):
        rest = np.sqrt(np.cumsum(row[::-1] ** 2)[::-1])
        made.append(float(rest[0]))
        for k in range(len(row) - 1):
            across = rest[k + 1] if k < len(row) - 2 else row[k + 1]
            made.append(float(np.arctan2(across, row[k])) if rest[k] > 0 else np.pi / 2)
    return np.array(made)


def triangles(at: Floats, terms: Sequence[int]) -> Floats:
    """Back from lengths and angles to theta."""
    made: list[float] = []
    for length, *angles in _rows(at, terms):
        left = length
        for angle in angles:
            made.append(left * np.cos(angle))
            left = left * np.sin(angle)
        made.append(left)
    return np.array(made)


def _rows(theta: Floats, terms: Sequence[int]) -> list[Floats]:
    ends = np.cumsum([0, *(row + 1 for q in terms for row in range(q))])
    return [theta[a:b] for a, b in pairwise(ends)]


def _chain(at: Floats, terms: Sequence[int]) -> tuple[Floats, Floats]:
    """First [k, i] and second [k, i, j] derivatives of theta by lengths and angles, by differences."""
    k, moves = len(at), np.eye(len(at)) * CHAIN
    J, bent = np.empty((k, k)), np.empty((k, k, k))
    for i in range(k):
        J[:, i] = (triangles(at + moves[i], terms) - triangles(at - moves[i], terms)) / (2 * CHAIN)
        for j in range(i + 1):
            corners = [
                s * t * triangles(at + s * moves[i] + t * moves[j], terms) for s in (1.0, -1.0) for t in (1.0, -1.0)
            ]
            bent[:, i, j] = bent[:, j, i] = np.sum(corners, axis=0) / (4 * CHAIN**2)
    return J, bent
