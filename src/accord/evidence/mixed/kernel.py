"""The hot loops, compiled: rows into tables, tables out to what is left, and back. `sums._add`, `nested._level` and
`nested.inward` are their references. Threads take whole parents; sums are added in one order, so a run repeats exactly."""

from typing import Any

import numba
import numpy as np

from accord.outcome.columns import Floats, Ints

PARTS = 64


@numba.njit(cache=True, fastmath={"contract", "reassoc", "nsz"})
def add(block: Floats, weighed: Floats, codes: Ints, at: Ints, table: Floats) -> None:
    """Add each row's products to the table of its unit."""
    n, c = block.shape
    q = at.shape[0]
    for i in range(n):
        unit = codes[i]
        for r in range(q):
            z = block[i, at[r]]
            for k in range(c):
                table[unit, r, k] += z * weighed[i, k]


@numba.njit(cache=True, fastmath={"contract", "reassoc", "nsz"})
def _solve(B: Floats, D: Floats, at: Ints, Y: Floats, work: Floats) -> float:
    """Y = (I + G D)^-1 B of one unit; gives log|I + G D|."""
    q, c = B.shape
    if q == 1:
        det = 1.0 + B[0, at[0]] * D[0, 0]
        for k in range(c):
            Y[0, k] = B[0, k] / det
        return np.log(det)
    if q == 2:
        g11, g12, g21, g22 = B[0, at[0]], B[0, at[1]], B[1, at[0]], B[1, at[1]]
        a11, a12 = 1.0 + g11 * D[0, 0] + g12 * D[1, 0], g11 * D[0, 1] + g12 * D[1, 1]
        a21, a22 = g21 * D[0, 0] + g22 * D[1, 0], 1.0 + g21 * D[0, 1] + g22 * D[1, 1]
        det = a11 * a22 - a12 * a21
        i11, i12, i21, i22 = a22 / det, -a12 / det, -a21 / det, a11 / det
        for k in range(c):
            b1, b2 = B[0, k], B[1, k]
            Y[0, k] = i11 * b1 + i12 * b2
            Y[1, k] = i21 * b1 + i22 * b2
        return np.log(det)
    return _eliminate(B, D, at, Y, work)


@numba.njit(cache=True)
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
    log = 0.0
    for r in range(q):
        best = r
        for s in range(r + 1, q):
            if abs(work[s, r]) > abs(work[best, r]):
                best = s
        if best != r:
            for s in range(q):
                work[r, s], work[best, s] = work[best, s], work[r, s]
            for k in range(c):
                Y[r, k], Y[best, k] = Y[best, k], Y[r, k]
        log += np.log(abs(work[r, r]))
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
    return log


@numba.njit(cache=True, parallel=True, fastmath={"contract", "reassoc", "nsz"})
def _out(table: Floats, D: Floats, at: Ints, starts: Ints, rows: Ints) -> Any:
    parents, (q, c), u = starts.shape[0] - 1, table.shape[1:], rows.shape[0]
    gone = np.zeros((PARTS, c, c))
    logs = np.zeros(PARTS)
    lost = np.zeros((parents, u, c))
    units = table.shape[0]
    for part in numba.prange(PARTS):
        Y, DY, work = np.empty((q, c)), np.empty((q, c)), np.empty((q, q))
        sum_ = np.zeros((c, c))
        log = 0.0
        first, last = _share(starts, part, units)
        for j in range(first, last):
            low, high = (starts[j], starts[j + 1]) if u or parents > 1 else (part * units // PARTS, (part + 1) * units // PARTS)
            for i in range(low, high):
                B = table[i]
                log += _solve(B, D, at, Y, work)
                for r in range(q):
                    for k in range(c):
                        total = 0.0
                        for m in range(q):
                            total += D[r, m] * Y[m, k]
                        DY[r, k] = total
                for r in range(q):
                    for k in range(c):
                        b = B[r, k]
                        for l in range(k, c):
                            sum_[k, l] += b * DY[r, l]
                    for v in range(u):
                        b = B[r, rows[v]]
                        for l in range(c):
                            lost[j, v, l] += b * DY[r, l]
        gone[part] = sum_
        logs[part] = log
    return gone, logs, lost


@numba.njit(cache=True)
def _share(starts: Ints, part: int, units: int) -> Any:
    """The parents one part takes: as many units as the others. A single parent is shared out by units instead."""
    parents = starts.shape[0] - 1
    if parents == 1:
        return 0, 1
    first = np.searchsorted(starts[:-1], part * units // PARTS)
    last = parents if part == PARTS - 1 else np.searchsorted(starts[:-1], (part + 1) * units // PARTS)
    return first, last


@numba.njit(cache=True, parallel=True, fastmath={"contract", "reassoc", "nsz"})
def _back(table: Floats, D: Floats, at: Ints, starts: Ints, rows: Ints, A: Floats, Q: Floats, M: Floats) -> Any:
    parents, (q, c), u = starts.shape[0] - 1, table.shape[1:], rows.shape[0]
    found = np.zeros((PARTS, q, q))
    units = table.shape[0]
    for part in numba.prange(PARTS):
        Y, R, RM, work = np.empty((q, c)), np.empty((q, c)), np.empty((q, c)), np.empty((q, q))
        sum_ = np.zeros((q, q))
        first, last = _share(starts, part, units)
        for j in range(first, last):
            low, high = (starts[j], starts[j + 1]) if parents > 1 else (part * units // PARTS, (part + 1) * units // PARTS)
            for i in range(low, high):
                _solve(table[i], D, at, Y, work)
                for r in range(q):
                    for k in range(c):
                        R[r, k] = Y[r, k]
                    for v in range(u):
                        y = Y[r, rows[v]]
                        for k in range(c):
                            R[r, k] -= y * A[j, v, k]
                for r in range(q):
                    for k in range(c):
                        RM[r, k] = 0.0
                    for l in range(c):
                        y = R[r, l]
                        for k in range(c):
                            RM[r, k] += y * M[l, k]
                for r in range(q):
                    for s in range(q):
                        total = Y[r, at[s]]
                        for k in range(c):
                            total -= RM[r, k] * R[s, k]
                        for v in range(u):
                            y = Y[r, rows[v]]
                            for w in range(u):
                                total -= y * Q[j, v, w] * Y[s, rows[w]]
                        sum_[r, s] += total
        found[part] = sum_
    return found


def out(table: Floats, D: Floats, at: Ints, starts: Ints, rows: Ints) -> tuple[Floats, float, Floats]:
    """B'D Y summed, log|I + G D| summed, and by parent the rows of B'D Y that outer levels need."""
    gone, logs, lost = _out(table, D, at, starts, rows)
    upper = gone.sum(axis=0)
    return upper + np.triu(upper, 1).T, float(logs.sum()), lost


def back(table: Floats, D: Floats, at: Ints, starts: Ints, rows: Ints, A: Floats, Q: Floats, M: Floats) -> Floats:
    """The derivative of the criterion by D, as in `nested.inward`."""
    slope = _back(table, D, at, starts, rows, A, Q, M).sum(axis=0)
    return np.asarray((slope + slope.T) / 2, np.float64)
