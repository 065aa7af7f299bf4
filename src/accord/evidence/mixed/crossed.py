"""The same sums where levels are not nested: a client who had two therapists, small factors that cross.

The innermost level is eliminated unit by unit, as always. All other effects stand in one sparse system,
A = I + L'S L with S = Z'V1^-1 Z, V1 what the innermost level leaves. Up to DENSE effects it is solved as a full matrix,
with the exact gradient; beyond, by SciPy's sparse LU, and the gradient is taken by differences.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from accord.evidence.mixed import Floats, Ints
from accord.evidence.mixed.design import Design
from accord.evidence.mixed.sums import Told, blocks

DENSE, UNITS = 1_500, 2_000


class State(NamedTuple):
    """What one look works out: the innermost Y, S = Z'V1^-1 Z of the rest, E = (D^-1 + S)^-1 where it is full."""

    D: list[Floats]
    Y: Floats
    YK: Any
    R: Floats
    S: Any
    E: Floats | None
    factor: Any


class Crossed:
    """Sums of one pass: `table`, `across` of the innermost level (Z1'W C, Z1'W Z2), `rest`, `gram` of the others."""

    def __init__(self, design: Design, x: Sequence[int], told: Told = None) -> None:
        self.levels, self.n = design.levels, design.n
        self.x: tuple[int, ...] = tuple(x)
        self.log_weights = 0.0 if design.weights is None else float(np.log(design.weights).sum())
        first, later = design.levels[0], design.levels[1:]
        c, q = len(design.columns), len(first.at)
        self.sizes = [level.size * len(level.at) for level in later]
        ends = np.cumsum([0, *self.sizes])
        self.parts = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        Q = int(ends[-1])
        self.table, self.total, self.rest = np.zeros((first.size, q, c)), np.zeros((c, c)), np.zeros((Q, c))
        self.across, self.gram = sp.csr_matrix((first.size * q, Q)), sp.csr_matrix((Q, Q))
        for block, weights, part in blocks(design, told):
            weighed = block if weights is None else block * weights[:, None]
            own = _spread(block, first.codes[part], first.at, first.size)
            other = sp.hstack(
                [_spread(block, level.codes[part], level.at, level.size) for level in later], format="csr"
            )
            heavy = other if weights is None else sp.diags(weights) @ other
            self.table += (own.T @ weighed).reshape(self.table.shape)
            self.total += block.T @ weighed
            self.rest += other.T @ weighed
            self.across += own.T @ heavy
            self.gram += other.T @ heavy
        self.total = (self.total + self.total.T) / 2
        self.total_effects = Q

    @property
    def shapes(self) -> list[list[int]]:
        return [[len(term.at) for term in level.terms] for level in self.levels]

    def left(self, covariances: Sequence[Floats]) -> tuple[Floats, float, State]:
        D, q, c = covariances[0], self.table.shape[1], len(self.total)
        inside = np.eye(q) + self.table[:, :, list(self.levels[0].at)] @ D
        Y = np.linalg.solve(inside, self.table)
        logs = float(np.linalg.slogdet(inside)[1].sum())
        inverse = _diagonal(np.linalg.inv(inside))
        YK = (inverse @ self.across).tocsr()
        DYK = (sp.kron(sp.eye(len(Y)), D, format="csr") @ YK).tocsr()
        flat = self.table.reshape(-1, c)
        left = self.total - flat.T @ (D @ Y).reshape(-1, c)
        R = self.rest - DYK.T @ flat
        S = self.gram - self.across.T @ DYK
        S = (S + S.T) / 2
        root = sp.block_diag(
            [sp.kron(sp.eye(level.size), _root(C)) for level, C in zip(self.levels[1:], covariances[1:], strict=True)],
            format="csc",
        )
        if self.total_effects <= DENSE:
            return self._full(covariances, Y, YK, R, S, root, left, logs)
        A = (sp.eye(self.total_effects) + root.T @ S @ root).tocsc()
        factor = splu(A, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
        half = root.T @ R
        left = left - half.T @ factor.solve(np.asarray(half))
        logs += float(np.log(np.abs(factor.U.diagonal())).sum())
        return (left + left.T) / 2, logs, State(list(covariances), Y, YK, R, S, None, (factor, root))

    def _full(
        self, covariances: Sequence[Floats], Y: Floats, YK: Any, R: Floats, S: Any, root: Any, left: Floats, logs: float
    ) -> tuple[Floats, float, State]:
        full_root, full = root.toarray(), S.toarray()
        A = np.eye(len(full)) + full_root.T @ full @ full_root
        chol = np.linalg.cholesky(A)
        half = np.linalg.solve(chol, full_root.T)
        E = half.T @ half
        left = left - R.T @ E @ R
        logs += 2 * float(np.log(np.diag(chol)).sum())
        return (left + left.T) / 2, logs, State(list(covariances), Y, YK, R, S, E, None)

    def slopes(self, state: State, M: Floats) -> list[Floats]:
        if state.E is None:
            return self._differences(state, M)
        q = self.table.shape[1]
        ER = state.E @ state.R
        rest = state.Y - (state.YK @ ER).reshape(state.Y.shape)
        own = state.Y[:, :, list(self.levels[0].at)].sum(axis=0) - np.einsum(
            "iqc,cd,ird->qr", rest, M, rest, optimize=True
        )
        for first in range(0, len(state.Y), UNITS):
            rows = state.YK[first * q : (first + UNITS) * q]
            full = rows @ state.E
            for r in range(q):
                for s in range(q):
                    own[r, s] -= rows[s::q].multiply(full[r::q]).sum()
        full = state.S.toarray()
        V = full - full @ state.E @ full
        last = state.R - full @ ER
        found = [(own + own.T) / 2]
        for level, part in zip(self.levels[1:], self.parts, strict=True):
            k = len(level.at)
            Z, X = V[part, part].reshape(level.size, k, level.size, k), last[part].reshape(level.size, k, -1)
            slope = np.einsum("iqir->qr", Z) - np.einsum("iqc,cd,ird->qr", X, M, X, optimize=True)
            found.append((slope + slope.T) / 2)
        return found

    def _differences(self, state: State, M: Floats) -> list[Floats]:
        """By central differences along each entry of each covariance; M stands for the fixed part of the criterion."""
        found = []
        for k, D in enumerate(state.D):
            slope = np.zeros_like(D)
            for r in range(len(D)):
                for s in range(r, len(D)):
                    step = 1e-4 * max(1e-2, float(np.abs(D).max()))
                    values = []
                    for sign in (1, -1):
                        moved = [each.copy() for each in state.D]
                        moved[k][r, s] += sign * step
                        if r != s:
                            moved[k][s, r] += sign * step
                        values.append(self._value(moved, M))
                    slope[r, s] = slope[s, r] = (values[0] - values[1]) / (2 * step) / (1 if r == s else 2)
            found.append(slope)
        return found

    def _value(self, covariances: Sequence[Floats], M: Floats) -> float:
        """log|V| and M . C'V^-1 C, whose derivative is the criterion's; a covariance may step a little below nought."""
        D, q, c = covariances[0], self.table.shape[1], len(self.total)
        inside = np.eye(q) + self.table[:, :, list(self.levels[0].at)] @ D
        logs = float(np.linalg.slogdet(inside)[1].sum())
        DY = D @ np.linalg.solve(inside, self.table)
        DYK = sp.kron(sp.eye(len(DY)), D, format="csr") @ (_diagonal(np.linalg.inv(inside)) @ self.across)
        flat = self.table.reshape(-1, c)
        left, R = self.total - flat.T @ DY.reshape(-1, c), self.rest - DYK.T @ flat
        S = self.gram - self.across.T @ DYK
        outer = sp.block_diag(
            [sp.kron(sp.eye(level.size), C) for level, C in zip(self.levels[1:], covariances[1:], strict=True)],
            format="csc",
        )
        factor = splu((sp.eye(self.total_effects) + S @ outer).tocsc())
        left = left - R.T @ (outer @ factor.solve(np.asarray(R)))
        return logs + float(np.log(np.abs(factor.U.diagonal())).sum()) + float((M * left).sum())

    def effects(self, state: State, a: Floats) -> list[tuple[Floats, Floats]]:
        r = state.R @ a
        E = state.E if state.E is not None else self._dense(state)
        u = E @ r
        D, q = state.D[0], self.table.shape[1]
        DY, DYK = D @ state.Y, (sp.kron(sp.eye(len(state.Y)), D, format="csr") @ state.YK).tocsr()
        inside = np.eye(q) + D @ self.table[:, :, list(self.levels[0].at)]
        spread = np.linalg.solve(inside, np.broadcast_to(D, inside.shape)).copy()
        for first in range(0, len(DY), UNITS):
            rows = DYK[first * q : (first + UNITS) * q]
            full = rows @ E
            for i in range(q):
                for j in range(q):
                    spread[first : first + UNITS, i, j] += np.asarray(
                        rows[j::q].multiply(full[i::q]).sum(axis=1)
                    ).ravel()
        found = [(DY @ a - (DYK @ u).reshape(len(DY), q), spread)]
        for level, part in zip(self.levels[1:], self.parts, strict=True):
            k = len(level.at)
            blocks_ = E[part, part].reshape(level.size, k, level.size, k)
            found.append((u[part].reshape(level.size, k), np.einsum("iqir->iqr", blocks_).copy()))
        return found

    def _dense(self, state: State) -> Floats:
        factor, root = state.factor
        solved: Floats = root @ factor.solve(root.T.toarray())
        return solved


def _spread(block: Floats, codes: Ints, at: Sequence[int], size: int) -> Any:
    """Z of one level, sparse: each row's columns under the effects of its unit."""
    n, q = len(block), len(at)
    columns = (codes[:, None] * q + np.arange(q)).ravel()
    return sp.csr_matrix((block[:, list(at)].ravel(), columns, np.arange(n + 1) * q), shape=(n, size * q))


def _diagonal(each: Floats) -> Any:
    """Small matrices side by side."""
    n, q = each.shape[:2]
    return sp.bsr_matrix((each, np.arange(n), np.arange(n + 1)), shape=(n * q, n * q))


def _root(C: Floats) -> Floats:
    """A root of a covariance that may be singular: C = root root'."""
    values, vectors = np.linalg.eigh(C)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)), np.float64)
