"""The criterion, -2 log likelihood by REML or ML, as a function of the relative covariance factors alone.

beta and sigma are profiled out (Bates et al. 2015, eq. 34 and 39). theta holds the lower triangles of L with
D = L L', term by term; it is free, and a variance of nought is found where a column of L vanishes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi
from typing import Any, NamedTuple, Protocol

import numpy as np

from accord.errors import DataError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.sums import Sums


class Structure(Protocol):
    """How random effects lie: nested (`Nested`) or not (`Crossed`)."""

    @property
    def x(self) -> tuple[int, ...]:
        """The fixed effects' columns."""

    @property
    def n(self) -> int:
        """Rows."""

    @property
    def log_weights(self) -> float:
        """Their log weights, summed."""

    @property
    def shapes(self) -> list[list[int]]:
        """How many effects each term of each level has."""

    def left(self, covariances: Sequence[Floats]) -> tuple[Floats, float, Any]:
        """C'V^-1 C, log|V| over sigma^2, and what `slopes` and `effects` want to know again."""

    def slopes(self, state: Any, M: Floats) -> list[Floats]:
        """The derivative of the criterion by each level's covariance."""

    def effects(self, state: Any, a: Floats) -> list[tuple[Floats, Floats]]:
        """Means and variances over sigma^2 of the random effects."""


class Look(NamedTuple):
    """The criterion at one theta; `inverse` is (X'V^-1 X)^-1 over sigma^2, `slopes` by each level's covariance."""

    criterion: float
    gradient: Floats
    beta: Floats
    inverse: Floats
    sigma2: float
    rss: float
    slopes: list[Floats]
    state: Any


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What is minimised. `held` (row, value) keeps row . beta at a value, which makes sense for ML alone."""

    structure: Structure
    reml: bool
    held: tuple[Floats, float] | None = None

    @property
    def free(self) -> int:
        return self.structure.n - (len(self.structure.x) if self.reml else 0)

    def factors(self, theta: Floats) -> list[Floats]:
        """L of each level: block diagonal by term, lower triangular in each."""
        made, at = [], 0
        for terms in self.structure.shapes:
            L, first = np.zeros((sum(terms), sum(terms))), 0
            for q in terms:
                rows, columns = np.tril_indices(q)
                L[first + rows, first + columns] = theta[at : at + len(rows)]
                at, first = at + len(rows), first + q
            made.append(L)
        return made

    def pack(self, levels: Sequence[Floats]) -> Floats:
        """The entries of such blocks in theta's order."""
        kept: list[float] = []
        for terms, L in zip(self.structure.shapes, levels, strict=True):
            first = 0
            for q in terms:
                rows, columns = np.tril_indices(q)
                kept += L[first + rows, first + columns].tolist()
                first += q
        return np.array(kept)

    def start(self) -> Floats:
        return self.pack([np.eye(sum(terms)) for terms in self.structure.shapes])

    def look(self, theta: Floats, sigma2: float | None = None) -> Look:
        """The criterion, its gradient and what was profiled; with `sigma2` given it is not profiled."""
        L = self.factors(theta)
        look = self.at([each @ each.T for each in L], sigma2)
        gradient = self.pack([2 * slope @ each for slope, each in zip(look.slopes, L, strict=True)])
        return look._replace(gradient=gradient)

    def at(self, covariances: Sequence[Floats], sigma2: float | None = None) -> Look:
        """The same at given covariances over sigma^2, one a level; no gradient by theta."""
        left, logs, state = self.structure.left(covariances)
        x, y = list(self.structure.x), len(left) - 1
        try:
            chol = np.linalg.cholesky(left[np.ix_(x, x)])
        except np.linalg.LinAlgError:
            raise DataError("the fixed effects cannot be told apart in these data; take one out") from None
        half = np.linalg.inv(chol)
        inverse = half.T @ half
        beta = self._held_at(inverse @ left[x, y], inverse)
        a = np.zeros(len(left))
        a[x], a[y] = -beta, 1.0
        rss = max(float(a @ left @ a), 0.0)
        used = self._sigma2(rss, float(left[y, y])) if sigma2 is None else sigma2
        criterion = logs + self.free * log(2 * pi * used) + rss / used - self.structure.log_weights
        M = np.outer(a, a) / used
        if self.reml:
            criterion += 2 * float(np.log(np.diag(chol)).sum())
            M[np.ix_(x, x)] += inverse
        slopes = self.structure.slopes(state, M)
        return Look(criterion, np.empty(0), beta, inverse, used, rss, slopes, state)

    def _held_at(self, beta: Floats, inverse: Floats) -> Floats:
        if self.held is None:
            return beta
        row, value = self.held
        turned = inverse @ row
        return beta + turned * ((value - float(row @ beta)) / float(row @ turned))

    def _sigma2(self, rss: float, squares: float) -> float:
        profiled = rss / self.free
        if not profiled > 1e-14 * max(squares, 1e-300) or not np.isfinite(profiled):
            raise DataError(
                "every row lies on its line, so there is no error left to estimate; the model fits the data exactly"
            )
        return profiled


@dataclass(frozen=True, slots=True)
class Nested:
    """Levels each inside the next, by the sums of their units."""

    sums: Sums

    @property
    def x(self) -> tuple[int, ...]:
        return self.sums.x

    @property
    def n(self) -> int:
        return self.sums.n

    @property
    def log_weights(self) -> float:
        return self.sums.log_weights

    @property
    def shapes(self) -> list[list[int]]:
        return [[block.stop - block.start for block in units.blocks] for units in self.sums.units]

    def left(self, covariances: Sequence[Floats]) -> tuple[Floats, float, Any]:
        from accord.evidence.mixed.nested import outward

        out = outward(self.sums, covariances)
        return out.left, out.logs, out

    def slopes(self, state: Any, M: Floats) -> list[Floats]:
        from accord.evidence.mixed.nested import inward

        return inward(self.sums, state, M)

    def effects(self, state: Any, a: Floats) -> list[tuple[Floats, Floats]]:
        from accord.evidence.mixed.nested import effects

        return effects(self.sums, state, a)
