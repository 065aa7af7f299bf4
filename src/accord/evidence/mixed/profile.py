"""Profile likelihood intervals (Bates et al. 2015, 5.1): the values that a likelihood-ratio test would not reject.

The model is taken by ML. A fixed effect is held where it is asked while the rest is fitted anew, which needs no new
sums. Standard deviations, the correlation of two effects and sigma are held likewise, on the data's own scale.
"""

from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.evidence.mixed import Floats
from accord.evidence.mixed.descent import Told, minimise, settle
from accord.evidence.mixed.design import shift
from accord.evidence.mixed.likelihood import Likelihood
from accord.evidence.mixed.showing import deviations

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted

# A limit is found to this share of a standard error's worth of z.
EXACT = 1e-7
Row = tuple[str | None, str, float, float | None, float | None]


def profiled(fitted: "Fitted", conf_level: float, progress: Told = None) -> list[Row]:
    from scipy.stats import norm

    from accord.evidence.mixed.fitted import Fitted

    ml = Likelihood(fitted.likelihood.structure, reml=False)
    best = settle(ml, minimise(ml, np.where(np.abs(fitted.found.theta) < 0.05, 0.05, fitted.found.theta)))
    by_ml, z = Fitted(fitted.design, ml, best), float(norm.ppf((1 + conf_level) / 2))
    tasks: list[Callable[[], Row]] = [lambda k=k: _fixed(fitted, by_ml, k, z) for k in range(len(fitted.terms))]  # type: ignore[misc]
    spread = Spread(by_ml)
    tasks += [lambda at=at: _deviation(fitted, spread, at, z) for at in range(len(spread.start))]  # type: ignore[misc]
    rows = []
    for done, task in enumerate(tasks, start=1):
        rows.append(task())
        if progress:
            progress(done, len(tasks))
    return rows


def _fixed(fitted: "Fitted", ml: "Fitted", k: int, z: float) -> Row:
    """The criterion with one fixed effect held at v, from theta at the optimum on."""
    row, offset = ml._back[k], ml.beta[k] - float(ml._back[k] @ ml.found.look.beta)
    best, se = ml.found, float(ml.std_errors[k])

    def rise(v: float) -> float:
        held = Likelihood(ml.likelihood.structure, False, (row, v - offset))
        found = minimise(held, best.theta, best.inverse)
        return found.look.criterion - best.look.criterion

    ends = [_limit(rise, float(ml.beta[k]), sign * se, None, z) for sign in (-1, 1)]
    return None, fitted.terms[k], float(fitted.beta[k]), ends[0], ends[1]


def _limit(rise: Callable[[float], float], best: float, step: float, edge: float | None, z: float) -> float | None:
    """Where the criterion has risen by z^2, out from the best in steps; the edge where it never does before."""
    from scipy.optimize import brentq

    def beyond(v: float) -> float:
        return sqrt(max(rise(v), 0.0)) - z

    near, reach = best, 1.5 * z
    for _ in range(12):
        far = best + reach * step
        if edge is not None and (far - edge) * step >= 0:
            return float(brentq(beyond, near, edge, xtol=EXACT * abs(step))) if beyond(edge) > 0 else edge
        if beyond(far) > 0:
            return float(brentq(beyond, near, far, xtol=EXACT * abs(step), rtol=1e-10))
        near, reach = far, reach * 2
    return None


class Spread:
    """Standard deviations, correlations (of pairs) and sigma as free numbers, with the criterion and its slope."""

    def __init__(self, ml: "Fitted") -> None:
        self.ml = ml
        self.names: list[tuple[str, str]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for level in ml.design.levels:
            for term in level.terms:
                q = len(term.names)
                self.names += [(level.name, f"sd__{name}") for name in term.names]
                pairs = [(j, k) for j in range(q) for k in range(j + 1, q)]
                self.names += [(level.name, f"cor__{term.names[j]}.{term.names[k]}") for j, k in pairs]
                self.low += [0.0] * q + [-1.0] * len(pairs)
                self.high += [np.inf] * q + [1.0] * len(pairs)
        self.names.append(("Residual", "sd__Observation"))
        self.low.append(1e-9 * sqrt(ml.sigma2))
        self.high.append(np.inf)
        self.start = self._start()

    def _start(self) -> Floats:
        """At the optimum; a correlation of three effects or more is kept as a partial one (Joe 2006)."""
        made: list[float] = []
        for level, D in zip(self.ml.design.levels, self.ml.covariances, strict=True):
            for part in level.blocks:
                sd = np.sqrt(np.diag(D[part, part]))
                made += [*sd.tolist(), *_partial(D[part, part], sd)]
        return np.array([*made, sqrt(self.ml.sigma2)])

    def covariances(self, phi: Floats) -> list[Floats]:
        """Of the centred and scaled columns, over sigma^2."""
        made, at, error = [], 0, phi[-1] ** 2 / self.ml.design.weight
        for level in self.ml.design.levels:
            D = np.zeros((len(level.at), len(level.at)))
            for term, part in zip(level.terms, level.blocks, strict=True):
                q = len(term.at)
                sd, rest = phi[at : at + q], phi[at + q : at + q + q * (q - 1) // 2]
                at += q + len(rest)
                S = shift(self.ml.design, term.at)
                D[part, part] = S @ (np.outer(sd, sd) * _correlation(rest, q)) @ S.T / error
            made.append(D)
        return made

    def value(self, phi: Floats) -> tuple[float, Floats]:
        """The criterion and its slope by phi; what D does when phi moves is cheap, so that it is differenced."""
        sigma2 = (phi[-1] / float(self.ml.design.scale[-1])) ** 2 / self.ml.design.weight
        look = self.ml.likelihood.at(self.covariances(phi), sigma2)
        slope = np.empty(len(phi))
        for k in range(len(phi)):
            step = 1e-6 * max(abs(phi[k]), 1e-2)
            up, down = phi.copy(), phi.copy()
            up[k], down[k] = min(phi[k] + step, self.high[k]), max(phi[k] - step, self.low[k])
            moved = zip(self.covariances(up), self.covariances(down), look.slopes, strict=True)
            slope[k] = sum(float(((a - b) * s).sum()) for a, b, s in moved) / (up[k] - down[k])
        slope[-1] += 2 * (self.ml.likelihood.free - look.rss / sigma2) / phi[-1]
        return look.criterion, slope


def _partial(D: Floats, sd: Floats) -> list[float]:
    q = len(D)
    R = np.eye(q)
    both = np.outer(sd, sd)
    R[both > 0] = (D[both > 0] / both[both > 0]).clip(-1, 1)
    if q <= 2:
        return [float(R[0, 1])] if q == 2 else []
    made = []
    for j in range(q):
        made += R[j, j + 1 :].tolist()
        rest = np.sqrt(np.maximum(1 - R[j, j + 1 :] ** 2, 1e-12))
        R[j + 1 :, j + 1 :] = (
            (R[j + 1 :, j + 1 :] - np.outer(R[j, j + 1 :], R[j, j + 1 :])) / np.outer(rest, rest)
        ).clip(-1, 1)
    return made


def _correlation(partial: Floats, q: int) -> Floats:
    """The correlation matrix of these partial ones, row by row."""
    L, at = np.zeros((q, q)), 0
    left = np.ones(q)
    for j in range(q):
        L[j, j] = sqrt(left[j])
        for k in range(j + 1, q):
            L[k, j] = partial[at] * sqrt(left[k])
            left[k] = max(left[k] - L[k, j] ** 2, 0.0)
            at += 1
    return L @ L.T


def _deviation(fitted: "Fitted", spread: Spread, at: int, z: float) -> Row:
    group, name = spread.names[at]
    shown = {(one, term): value for one, term, value in deviations(fitted)}[(group, name)]
    if name.startswith("cor__") and len([n for g, n in spread.names if g == group and n.startswith("cor__")]) > 1:
        return group, name, shown, None, None
    best, value = spread.ml.found, float(spread.start[at])

    def rise(v: float) -> float:
        return float(_held(spread, at, v).fun) - best.look.criterion

    step = 0.25 if name.startswith("cor__") else max(0.15 * value, 1e-3 * spread.start[-1])
    lower, upper = spread.low[at], spread.high[at]
    ends = [_limit(rise, value, -step, lower, z), _limit(rise, value, step, upper if np.isfinite(upper) else None, z)]
    return group, name, shown, ends[0], ends[1]


def _held(spread: Spread, at: int, v: float) -> Any:
    from scipy.optimize import minimize

    others = [k for k in range(len(spread.start)) if k != at]
    scale = np.array(
        [0.3 if spread.low[k] == -1 else max(0.2 * spread.start[k], 0.05 * spread.start[-1]) for k in others]
    )

    def objective(free: Floats) -> tuple[float, Floats]:
        phi = spread.start.copy()
        phi[at], phi[others] = v, free * scale
        value, slope = spread.value(phi)
        return value, slope[others] * scale

    bounds = [(spread.low[k] / s, spread.high[k] / s) for k, s in zip(others, scale, strict=True)]
    options = {"ftol": 1e-15, "gtol": 1e-8, "maxiter": 500, "maxls": 50}
    return minimize(
        objective, spread.start[others] / scale, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
