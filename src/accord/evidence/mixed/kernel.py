"""The hot loops, compiled: rows into tables, tables out to what is left, and back. `sums._add`, `nested._level` and
`nested.inward` are their references.

How many effects (q), columns (c) and outer effects (u) there are is told by the lengths of tuples: those belong to the
type, so that each shape is compiled for itself, once, and its loops unrolled. Units are shared out in a fixed number of
pieces whose sums are added in order: a run repeats exactly on any number of cores.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from accord.alliance.compiled import kernel
from accord.evidence.mixed import Floats, Ints
from accord.evidence.mixed.design import Design

PIECES, THREADS_FROM = 8, 50_000
# Sums may be added in another order, which changes the last digits; NaN and infinity keep their meaning.
FAST = {"contract", "reassoc", "nsz"}


def compiled(function: Callable[..., Any]) -> Any:
    return kernel(function, FAST)


Shape = tuple[int, ...]


@compiled
def _add(
    columns: Any, centre: Floats, scale: Floats, weights: Floats, codes: Ints, at: Ints, first: int, last: int,
    table: Floats, total: Floats, qs: Shape, cs: Shape,
) -> None:  # fmt: skip
    q, c = len(qs), len(cs)
    row, sums = np.empty(c), np.zeros((c, c))
    for i in range(first, last):
        for k in range(c):
            row[k] = (columns[k][i] - centre[k]) * scale[k]
        w = weights[i] if len(weights) else 1.0
        unit = codes[i]
        for r in range(q):
            z = row[at[r]] * w
            for k in range(c):
                table[unit, r, k] += z * row[k]
        for k in range(c):
            z = row[k] * w
            for n in range(c):
                sums[k, n] += z * row[n]
    total += sums


@compiled
def _eliminate(B: Floats, D: Floats, at: Ints, Y: Floats, work: Floats) -> float:
    """The same for three effects and more: Gauss with row exchanges."""
    q, c = B.shape
    for r in range(q):
        for s in range(q):
            total = 1.0 if r == s else 0.0
            for m in range(q):
                total += B[r, at[m]] * D[m, s]
            work[r, s] = total
        for k in range(c):
            Y[r, k] = B[r, k]
    det = 1.0
    for r in range(q):
        best = r
        for s in range(r + 1, q):
            if abs(work[s, r]) > abs(work[best, r]):
                best = s
        if best != r:
            det = -det
            for s in range(q):
                work[r, s], work[best, s] = work[best, s], work[r, s]
            for k in range(c):
                Y[r, k], Y[best, k] = Y[best, k], Y[r, k]
        det *= work[r, r]
        for s in range(r + 1, q):
            share = work[s, r] / work[r, r]
            for m in range(r + 1, q):
                work[s, m] -= share * work[r, m]
            for k in range(c):
                Y[s, k] -= share * Y[r, k]
    for r in range(q - 1, -1, -1):
        for k in range(c):
            total = Y[r, k]
            for m in range(r + 1, q):
                total -= work[r, m] * Y[m, k]
            Y[r, k] = total / work[r, r]
    return det


@compiled
def _solve(B: Floats, D: Floats, at: Ints, Y: Floats, work: Floats, qs: Shape, cs: Shape) -> Any:
    """Y = (I + G D)^-1 B of one unit, B its table; gives |I + G D|."""
    q, c = len(qs), len(cs)
    if q == 1:
        det = 1.0 + B[0, at[0]] * D[0, 0]
        for k in range(c):
            Y[0, k] = B[0, k] / det
        return det
    if q == 2:
        g11, g12, g22 = B[0, at[0]], B[0, at[1]], B[1, at[1]]
        a11, a12 = 1.0 + g11 * D[0, 0] + g12 * D[1, 0], g11 * D[0, 1] + g12 * D[1, 1]
        a21, a22 = g12 * D[0, 0] + g22 * D[1, 0], 1.0 + g12 * D[0, 1] + g22 * D[1, 1]
        det = a11 * a22 - a12 * a21
        i11, i12, i21, i22 = a22 / det, -a12 / det, -a21 / det, a11 / det
        for k in range(c):
            b1, b2 = B[0, k], B[1, k]
            Y[0, k] = i11 * b1 + i12 * b2
            Y[1, k] = i21 * b1 + i22 * b2
        return det
    return _eliminate(B, D, at, Y, work)


@compiled
def _out(
    table: Floats, D: Floats, at: Ints, owner: Ints, rows: Ints, first: int, last: int, gone: Floats, lost: Floats,
    qs: Shape, cs: Shape, us: Shape,
) -> Any:  # fmt: skip
    q, c, u = len(qs), len(cs), len(us)
    Y, DY, work, sums = np.empty((q, c)), np.empty((q, c)), np.empty((q, q)), np.zeros((c, c))
    log, product = 0.0, 1.0
    for i in range(first, last):
        B = table[i]
        # One logarithm for many: each determinant is 1 or more.
        product *= _solve(B, D, at, Y, work, qs, cs)
        if product > 1e150:
            log, product = log + np.log(product), 1.0
        for r in range(q):
            for k in range(c):
                total = 0.0
                for m in range(q):
                    total += D[r, m] * Y[m, k]
                DY[r, k] = total
        for k in range(c):
            for n in range(c):
                for r in range(q):
                    sums[k, n] += B[r, k] * DY[r, n]
        for v in range(u):
            for n in range(c):
                total = 0.0
                for r in range(q):
                    total += B[r, rows[v]] * DY[r, n]
                lost[owner[i], v, n] += total
    gone[:] = sums
    return log + np.log(product)


@compiled
def _back(
    table: Floats, D: Floats, at: Ints, owner: Ints, rows: Ints, A: Floats, Q: Floats, M: Floats, first: int,
    last: int, found: Floats, qs: Shape, cs: Shape, us: Shape,
) -> None:  # fmt: skip
    q, c, u = len(qs), len(cs), len(us)
    Y, R, RM, work = np.empty((q, c)), np.empty((q, c)), np.empty((q, c)), np.empty((q, q))
    sums = np.zeros((q, q))
    for i in range(first, last):
        _solve(table[i], D, at, Y, work, qs, cs)
        j = owner[i]
        for r in range(q):
            for k in range(c):
                R[r, k] = Y[r, k]
            for v in range(u):
                y = Y[r, rows[v]]
                for k in range(c):
                    R[r, k] -= y * A[j, v, k]
            for k in range(c):
                RM[r, k] = 0.0
            for n in range(c):
                for k in range(c):
                    RM[r, k] += R[r, n] * M[n, k]
        for r in range(q):
            for s in range(q):
                total = Y[r, at[s]]
                for k in range(c):
                    total -= RM[r, k] * R[s, k]
                for v in range(u):
                    for w in range(u):
                        total -= Y[r, rows[v]] * Q[j, v, w] * Y[s, rows[w]]
                sums[r, s] += total
    found[:] = sums


def add(
    design: Design, weights: Floats, codes: Ints, at: Ints, first: int, last: int, table: Floats, total: Floats
) -> None:
    """Add the products of rows first to last to the tables of their units, and to the total."""
    scale, shape = 1 / design.scale, _shape(*table.shape[1:])
    _add(design.columns, design.centre, scale, weights, codes, at, first, last, table, total, *shape)


def out(table: Floats, D: Floats, at: Ints, owner: Ints, starts: Ints, rows: Ints) -> tuple[Floats, float, Floats]:
    """B'D Y summed, log|I + G D| summed, and by parent the rows of B'D Y that outer levels need."""
    (q, c), u = table.shape[1:], len(rows)
    shape = _shape(q, c, u)
    gone, lost = np.zeros((PIECES, c, c)), np.zeros((len(starts) - 1, u, c))
    logs = _shared(
        starts, len(table), lambda piece, a, b: _out(table, D, at, owner, rows, a, b, gone[piece], lost, *shape)
    )
    total = gone.sum(axis=0)
    return (total + total.T) / 2, sum(logs), lost


def back(
    table: Floats, D: Floats, at: Ints, owner: Ints, starts: Ints, rows: Ints, A: Floats, Q: Floats, M: Floats
) -> Floats:
    """The derivative of the criterion by D, as in `nested.inward`."""
    (q, c), u = table.shape[1:], len(rows)
    shape, found = _shape(q, c, u), np.zeros((PIECES, q, q))
    _shared(
        starts, len(table), lambda piece, a, b: _back(table, D, at, owner, rows, A, Q, M, a, b, found[piece], *shape)
    )
    slope = found.sum(axis=0)
    return np.asarray((slope + slope.T) / 2, np.float64)


def _shared(starts: Ints, units: int, run: Callable[[int, int, int], Any]) -> list[Any]:
    """The units in pieces, those of one parent in the same; by threads where there is enough to do."""
    ends = [units * k // PIECES for k in range(PIECES + 1)]
    if len(starts) > 2:
        ends = [int(starts[np.searchsorted(starts, end)]) for end in ends]
    calls = [(piece, a, b) for piece, (a, b) in enumerate(pairwise(ends))]
    if units < THREADS_FROM or (os.cpu_count() or 1) < 2:
        return [run(*call) for call in calls]
    with ThreadPoolExecutor(min(PIECES, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda call: run(*call), calls))


def _shape(*sizes: int) -> tuple[Shape, ...]:
    """Tuples of these lengths."""
    return tuple((0,) * size for size in sizes)
