"""The marginal sums C'V^-1 C of a nested model, level by level, and how the criterion moves with each covariance.

Bates & Pinheiro (1998) eliminate the innermost random effects first; with D their covariance over sigma^2 and
B = Z'W C, G = Z'W Z of a unit, Y = (I + G D)^-1 B is Z'V^-1 C, what is left of C'C is C'W C - B'D Y, and log|V| grows
by log|I + G D|. The next level does the same with what is left. Backwards, the derivative of the criterion by D is the
sum of Z'V^-1 Z less Y M Y', M the derivative by what is left at the very end.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from accord.evidence.mixed import Floats
from accord.evidence.mixed.sums import Sums, Units


class Passed(NamedTuple):
    """One level on the way out: its covariance, Y [units, q, c] (None where a kernel keeps none), log determinants."""

    D: Floats
    Y: Floats | None
    reduced: Floats


class Outward(NamedTuple):
    """What all levels leave: C'V^-1 C, log|V| over sigma^2, and each level on the way."""

    left: Floats
    logs: float
    levels: tuple[Passed, ...]


def outward(sums: Sums, covariances: Sequence[Floats], keep: bool = True) -> Outward:
    """Eliminate every level; `covariances` [q, q] each, over sigma^2."""
    tables = [units.table for units in sums.units]
    left, logs, passed = sums.total.copy(), 0.0, []
    for k, (units, D) in enumerate(zip(sums.units, covariances, strict=True)):
        later = sums.units[k + 1 :]
        if sums.compiled and k == 0:
            Y, gone, log, lost = _compiled_level(tables[0], D, units, later)
        else:
            Y, gone, log, lost = _level(tables[k], D, units, later)
        left -= gone
        logs += log
        passed.append(Passed(D, Y if keep else None, tables[k]))
        _take(tables, k, sums.units, lost)
    return Outward((left + left.T) / 2, logs, tuple(passed))


def _level(table: Floats, D: Floats, units: Units, later: Sequence[Units]) -> tuple[Floats, Floats, float, Floats]:
    """Y of every unit, B'D Y summed, log|I + G D|, and the rows of B'D Y that outer levels need, summed by parent."""
    inside = np.eye(len(D)) + table[:, :, list(units.at)] @ D
    Y = np.linalg.solve(inside, table)
    DY = D @ Y
    c = table.shape[2]
    gone = table.reshape(-1, c).T @ DY.reshape(-1, c)
    rows = [at for one in later for at in one.at]
    lost = np.zeros((len(units.starts) - 1, len(rows), c))
    if rows and len(table):
        each = np.swapaxes(table[:, :, rows], 1, 2) @ DY
        full = np.flatnonzero(np.diff(units.starts))
        lost[full] = np.add.reduceat(each, units.starts[:-1][full], axis=0)
    return Y, gone, float(np.linalg.slogdet(inside)[1].sum()), lost


def _compiled_level(table: Floats, D: Floats, units: Units, later: Sequence[Units]) -> Any:
    from accord.evidence.mixed.kernel import out

    rows = np.array([at for one in later for at in one.at], np.int64)
    gone, log, lost = out(table, D, np.array(units.at), units.parent, units.starts, rows)
    return None, gone, log, lost


def _take(tables: list[Floats], k: int, levels: Sequence[Units], lost: Floats) -> None:
    """Take from each outer level's tables what level k has accounted for; `lost` is by parent of level k."""
    first = 0
    owners = None
    for outer in range(k + 1, len(levels)):
        q = len(levels[outer].at)
        part, first = lost[:, first : first + q], first + q
        if owners is None:
            tables[outer] = tables[outer] - part
            owners = levels[outer].parent
        else:
            less = tables[outer].copy()
            np.subtract.at(less, owners, part)
            tables[outer] = less
            owners = levels[outer].parent[owners]


class Above(NamedTuple):
    """For each parent of a level: A [u, c] and Q [u, u] of all outer effects above it; `rows` their columns."""

    rows: tuple[int, ...]
    A: Floats
    Q: Floats


def above(sums: Sums, out: Outward) -> list[Above]:
    """What the outer effects are, given the columns: E(u | C) = A, var(u) / sigma^2 = Q; inner levels first."""
    c = sums.columns
    found = [Above((), np.zeros((1, 0, c)), np.zeros((1, 0, 0)))]
    for k in range(len(sums.units) - 1, 0, -1):
        units, passed, outer = sums.units[k], out.levels[k], found[0]
        Y = _solved(units, passed)
        E = _posterior(units, passed)
        DY = passed.D @ Y
        A_up, Q_up = outer.A[units.parent], outer.Q[units.parent]
        across = DY[:, :, list(outer.rows)]
        own = DY - across @ A_up
        cov = -across @ Q_up
        mine = E + across @ Q_up @ np.swapaxes(across, 1, 2)
        A = np.concatenate([own, A_up], axis=1)
        Q = np.concatenate(
            [np.concatenate([mine, cov], axis=2), np.concatenate([np.swapaxes(cov, 1, 2), Q_up], axis=2)], axis=1
        )
        found.insert(0, Above((*units.at, *outer.rows), A, Q))
    return found


def _solved(units: Units, passed: Passed) -> Floats:
    if passed.Y is not None:
        return passed.Y
    inside = np.eye(len(passed.D)) + passed.reduced[:, :, list(units.at)] @ passed.D
    solved: Floats = np.linalg.solve(inside, passed.reduced)
    return solved


def _posterior(units: Units, passed: Passed) -> Floats:
    """(D^-1 + G)^-1 = D (I + G D)^-1, also where D is singular."""
    inside = np.eye(len(passed.D)) + passed.D @ passed.reduced[:, :, list(units.at)]
    found: Floats = np.linalg.solve(inside, np.broadcast_to(passed.D, inside.shape))
    return found


def inward(sums: Sums, out: Outward, M: Floats) -> list[Floats]:
    """The derivative of the criterion by each level's covariance, [q, q]; `M` is that by what is left, [c, c]."""
    found = []
    for k, (units, passed, outer) in enumerate(zip(sums.units, out.levels, above(sums, out), strict=True)):
        if sums.compiled and k == 0:
            from accord.evidence.mixed.kernel import back

            rows = np.array(outer.rows, np.int64)
            at = np.array(units.at)
            found.append(back(passed.reduced, passed.D, at, units.parent, units.starts, rows, outer.A, outer.Q, M))
            continue
        Y = _solved(units, passed)
        own = Y[:, :, list(units.at)].sum(axis=0)
        up = Y[:, :, list(outer.rows)]
        rest = Y - up @ outer.A[units.parent]
        taken = np.einsum("iqc,cd,ird->qr", rest, M, rest, optimize=True)
        taken += np.einsum("iqu,iuv,irv->qr", up, outer.Q[units.parent], up, optimize=True)
        slope = own - taken
        found.append((slope + slope.T) / 2)
    return found


def effects(sums: Sums, out: Outward, a: Floats) -> list[tuple[Floats, Floats]]:
    """E(b | y) [units, q] and var(b | y, beta) / sigma^2 [units, q, q] of every level; `a` is (-beta, 1) by column."""
    found = []
    for units, passed, outer in zip(sums.units, out.levels, above(sums, out), strict=True):
        DY = passed.D @ _solved(units, passed)
        across = DY[:, :, list(outer.rows)]
        A, Q = outer.A[units.parent], outer.Q[units.parent]
        mean = (DY - across @ A) @ a
        spread = _posterior(units, passed) + across @ Q @ np.swapaxes(across, 1, 2)
        found.append((mean, spread))
    return found
