"""What a structural model needs of the data: number, means and covariances of each pattern of what was seen.

    columns({"x": [...], "y": [...]}, ["x", "y"])     people x measurements, NaN where nothing was given
    moments(values)                                   by pattern of what was given
    sample(n, mean, cov)                              the same from published figures
    saturated(known)                                  the means and covariances that fit best without any model

Likelihoods divide by n, not n - 1. Nothing of a single person is kept, except of a pattern that only one has.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from accord.errors import DataError, TableError, UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EM_STEPS, EM_CLOSE = 2000, 1e-10
SMALLEST = 1e-9
LARGE = 16
LOG_2PI = math.log(2 * math.pi)


class Moments(NamedTuple):
    """Of K patterns of p measurements; what a pattern lacks is 0 in `mean` and `cov`.

    n [K], mean [K, p], cov [K, p, p] (divided by n), seen [K, p], dropped: people without a single measurement.
    """

    names: tuple[str, ...]
    n: Floats
    mean: Floats
    cov: Floats
    seen: Bools
    dropped: int = 0

    @property
    def people(self) -> int:
        return round(float(self.n.sum()))

    @property
    def complete(self) -> bool:
        return bool(self.seen.all())


class Saturated(NamedTuple):
    """Means, covariances and log-likelihood without a model. `loglik` is NaN where the data do not settle them."""

    mean: Floats
    cov: Floats
    loglik: float


def columns(data: Any, names: Sequence[str]) -> Floats:
    """[rows, columns] from a polars or pandas frame or a mapping of columns; null and NaN are 'not given'.

    Raises UsageError for a column that is absent or named twice, TableError for text or an infinite value.
    """
    repeated = [name for name in names if list(names).count(name) > 1]
    if repeated:
        raise UsageError(f"column {repeated[0]!r} is named twice; each measurement is wanted once")
    held = list(data.keys() if isinstance(data, Mapping) else getattr(data, "columns", ()))
    absent = [name for name in names if name not in held]
    if absent:
        raise UsageError(f"no column {absent[0]!r} among {', '.join(map(str, held)) or 'no columns at all'}")
    read = [_numbers(data[name], name) for name in names]
    if len({len(column) for column in read}) > 1:
        raise TableError(f"the columns {', '.join(names)} are not equally long")
    return np.stack(read, axis=1) if read else np.empty((0, 0))


def _numbers(column: Any, name: str) -> Floats:
    if hasattr(column, "isna"):  # pandas, whose own word for 'not given' NumPy cannot read
        column = column.astype("object").where(column.notna(), None)
    try:
        read = np.asarray(list(column) if hasattr(column, "isna") else column, dtype=np.float64)
    except (TypeError, ValueError):
        raise TableError("holds something that is not a number", column=name) from None
    if read.ndim != 1:
        raise TableError(f"has {read.ndim} dimensions; wanted one value a row", column=name)
    endless = np.flatnonzero(np.isinf(read))
    if len(endless):
        raise TableError("is infinite; leave it empty or mend it", row=int(endless[0]) + 1, column=name)
    return read


def moments(values: Floats, names: Sequence[str]) -> Moments:
    """[people, p] with NaN where nothing was given. Raises DataError where no model can be fitted to them."""
    given = ~np.isnan(values)
    kept = given.any(axis=1)
    values, given, dropped = values[kept], given[kept], int((~kept).sum())
    if not len(values):
        raise DataError(f"nobody has a value of {', '.join(names)}")
    if given.all():
        n, mean, cov = _of(values)
        known = Moments(tuple(names), np.array([n]), mean[None], cov[None], given[:1], dropped)
    else:
        known = _by_pattern(values, given, tuple(names), dropped)
    _refuse(known)
    return known


def _of(values: Floats) -> tuple[float, Floats, Floats]:
    mean = values.mean(axis=0)
    centred = values - mean
    # A copy, so that NumPy takes the product that stays on one thread where it is small.
    return float(len(values)), mean, centred.T @ centred.copy() / len(values)


def _by_pattern(values: Floats, given: Bools, names: tuple[str, ...], dropped: int) -> Moments:
    packed = np.ascontiguousarray(np.packbits(given, axis=1))
    whole = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, which = np.unique(whole, return_index=True, return_inverse=True)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(first) + 1))
    ordered, p = np.where(given, values, 0.0)[order], values.shape[1]
    mean, cov = np.zeros((len(first), p)), np.zeros((len(first), p, p))
    for k in range(len(first)):
        _, mean[k], cov[k] = _of(ordered[starts[k] : starts[k + 1]])
    return Moments(names, np.diff(starts).astype(np.float64), mean, cov, given[first], dropped)


def sample(n: float, mean: ArrayLike | None, cov: ArrayLike, names: Sequence[str], *, unbiased: bool = True) -> Moments:
    """From figures in a paper: `cov` [p, p] divided by n - 1, or by n where not `unbiased`; `mean` [p], 0 if None."""
    covariance = np.asarray(cov, np.float64)
    p = len(names)
    centre = np.zeros(p) if mean is None else np.asarray(mean, np.float64)
    if covariance.shape != (p, p) or centre.shape != (p,):
        raise DataError(f"{p} names with means {centre.shape} and covariances {covariance.shape}; wanted ({p}, {p})")
    if not (np.isfinite(covariance).all() and np.isfinite(centre).all() and np.isfinite(n) and n > 1):
        raise DataError("means, covariances and n must be finite, and n above 1")
    if not np.allclose(covariance, covariance.T, rtol=1e-6):
        raise DataError("the covariances are not symmetric: a row differs from its column")
    covariance = (covariance + covariance.T) / 2 * ((n - 1) / n if unbiased else 1.0)
    known = Moments(tuple(names), np.array([float(n)]), centre[None], covariance[None], np.ones((1, p), bool))
    _refuse(known)
    return known


def _refuse(known: Moments) -> None:
    """Name what no model could be fitted to: too few people, a constant column, columns that repeat each other."""
    people, p = known.people, len(known.names)
    if people <= p:
        raise DataError(f"{people} people for {p} measurements; a structural model needs more people than measurements")
    rated, centre, spread = alone(known)
    for name, count, variance, about in zip(known.names, rated, spread, centre, strict=True):
        if count < 2:
            raise DataError(f"column {name!r}: {int(count)} values; wanted at least two")
        if not variance > 1e-14 * max(about * about, 1e-280):
            raise DataError(f"column {name!r} has the same value for everyone, so nothing can be said of it")
    if known.complete:
        scale = np.sqrt(spread)
        weak = weakest(known.cov[0] / np.outer(scale, scale), SMALLEST)
        if weak is not None:
            part = [name for name, weight in zip(known.names, weak, strict=True) if abs(weight) > 0.1]
            raise DataError(f"columns {', '.join(part)}: one follows exactly from the others; leave one out")


def weakest(matrix: Floats, least: float) -> Floats | None:
    """The direction in which a matrix with ones on its diagonal has an eigenvalue below `least`; None where none is.

    A Cholesky factor tells nearly always at once; eigenvectors, which wake all threads of BLAS, are left for the rest.
    """
    try:
        if float(np.diag(np.linalg.cholesky(matrix)).min()) ** 2 > 1e4 * least:
            return None
    except np.linalg.LinAlgError:
        pass
    value, vector = np.linalg.eigh(matrix)
    return vector[:, 0] if value[0] < least else None


def alone(known: Moments) -> tuple[Floats, Floats, Floats]:
    """Number, mean and variance of each measurement by itself."""
    count = known.n @ known.seen
    mean = (known.n @ known.mean) / np.maximum(count, 1)
    away = np.where(known.seen, known.mean - mean, 0.0)
    own = np.diagonal(known.cov, axis1=1, axis2=2)
    return count, mean, (known.n @ (own + away * away)) / np.maximum(count, 1)


def independence(known: Moments) -> float:
    """The log-likelihood of measurements that have nothing to do with each other: what CFI and TLI start from."""
    count, _, variance = alone(known)
    return float(-0.5 * (count * (LOG_2PI + np.log(variance) + 1)).sum())


def weights(sigma: Floats, seen: Bools) -> tuple[Floats, Floats] | None:
    """Inverse and log-determinant of the seen part of `sigma`, [K, p, p] and [K]; None where it is no covariance.

    What a pattern lacks is 0 in the inverse. All are inverted at once, with 1 on the diagonal where something lacks;
    large ones by how much was seen, since the work grows with the cube of that.
    """
    if seen.shape[1] > LARGE and not seen.all():
        return _by_size(sigma, seen)
    pair = seen[:, :, None] & seen[:, None, :]
    lacking = np.zeros(pair.shape)
    diagonal = np.arange(seen.shape[1])
    lacking[:, diagonal, diagonal] = ~seen
    found = _inverse(np.where(pair, sigma, lacking))
    return None if found is None else (found[0] - lacking, found[1])


def _inverse(sigma: Floats) -> tuple[Floats, Floats] | None:
    try:
        low = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
    root = np.linalg.solve(low, np.eye(low.shape[-1]))
    return root.transpose(0, 2, 1) @ root, 2 * np.log(np.diagonal(low, axis1=1, axis2=2)).sum(axis=1)


def _by_size(sigma: Floats, seen: Bools) -> tuple[Floats, Floats] | None:
    w, logs, sizes = np.zeros((*seen.shape, seen.shape[1])), np.zeros(len(seen)), seen.sum(axis=1)
    for size in np.unique(sizes):
        some = np.flatnonzero(sizes == size)
        place = np.nonzero(seen[some])[1].reshape(len(some), size)
        rows, cols = place[:, :, None], place[:, None, :]
        found = _inverse(sigma[rows, cols])
        if found is None:
            return None
        w[some[:, None, None], rows, cols], logs[some] = found
    return w, logs


def misfit(known: Moments, w: Floats, d: Floats) -> tuple[Floats, Floats]:
    """sum n (W T W - W) and sum n W d, with T = S + d d': what is left over, seen through the weights.

    Whoever is alone in a pattern has no S of their own, which saves most of the work where patterns are many.
    """
    wd = (w @ d[:, :, None])[:, :, 0]
    weighed = wd * known.n[:, None]
    many = known.n > 1
    flat = (known.n @ w.reshape(len(w), -1)).reshape(w.shape[1:])
    total = weighed.T @ wd - flat
    if many.any():
        inner = w[many] @ known.cov[many] @ w[many]
        total += (known.n[many] @ inner.reshape(len(inner), -1)).reshape(flat.shape)
    return total, weighed.sum(axis=0)


def saturated(known: Moments) -> Saturated:
    """By formula where nothing is missing, else by EM (Dempster, Laird & Rubin 1977), sped up by SQUAREM (Varadhan &
    Roland 2008)."""
    if known.complete:
        mean, cov = known.mean[0], known.cov[0]
        logs = 2 * np.log(np.diag(np.linalg.cholesky(cov))).sum()
        loglik = -0.5 * known.n[0] * (len(mean) * (LOG_2PI + 1) + logs)
        return Saturated(mean, cov, float(loglik))
    _, mean, variance = alone(known)
    scale = np.sqrt(variance)
    found = _em(_scaled(known, mean, scale))
    if found is None:
        return Saturated(mean, np.diag(variance), math.nan)
    both = (known.n[:, None] * known.seen).T @ known.seen
    # A covariance that fewer than two people could show is not settled by the data, however EM ends.
    settled = bool((both >= 2).all())
    loglik = found.loglik - float(known.n @ (known.seen @ np.log(scale))) if settled else math.nan
    return Saturated(mean + scale * found.mean, found.cov * np.outer(scale, scale), loglik)


def _scaled(known: Moments, mean: Floats, scale: Floats) -> Moments:
    moved = np.where(known.seen, (known.mean - mean) / scale, 0.0)
    return known._replace(mean=moved, cov=known.cov / np.outer(scale, scale))


def _em(known: Moments) -> Saturated | None:
    """None where the likelihood has no highest place: too few people gave some of the measurements together."""
    p = len(known.names)
    point, before = (np.zeros(p), np.eye(p)), -math.inf
    for _ in range(EM_STEPS):
        steps = [point]
        for _ in range(2):
            moved = _step(known, *steps[-1])
            if moved is None:
                return None
            steps.append(moved[:2])
            if len(steps) == 2:
                loglik = moved[2]
        if abs(loglik - before) < EM_CLOSE * (1 + abs(loglik)) and _near(steps):
            return _settled(known, steps[2])
        before = loglik
        point = _leap(known, steps, loglik)
    return None


def _near(steps: Sequence[tuple[Floats, Floats]]) -> bool:
    return max(float(np.abs(a - b).max()) for a, b in zip(steps[1], steps[2], strict=True)) < 1e-6


def _settled(known: Moments, point: tuple[Floats, Floats]) -> Saturated | None:
    last = _step(known, *point)
    if last is None or np.linalg.eigvalsh(last[1])[0] < 1e-7:
        return None
    return Saturated(last[0], last[1], last[2])


def _step(known: Moments, mean: Floats, cov: Floats) -> tuple[Floats, Floats, float] | None:
    """One step of EM, and the log-likelihood before it."""
    found = weights(cov, known.seen)
    if found is None:
        return None
    w, logs = found
    d = np.where(known.seen, known.mean - mean, 0.0)
    total, pull = misfit(known, w, d)
    people = known.n.sum()
    shift = cov @ pull / people
    spread = cov + cov @ total @ cov / people - np.outer(shift, shift)
    return mean + shift, (spread + spread.T) / 2, loglik_of(known, w, logs, d)


def loglik_of(known: Moments, w: Floats, logs: Floats, d: Floats) -> float:
    """The normal log-likelihood with these weights and distances from the means."""
    fit = (w * known.cov).reshape(len(w), -1).sum(axis=1) + ((w @ d[:, :, None])[:, :, 0] * d).sum(axis=1)
    return -0.5 * float(known.n @ (known.seen.sum(axis=1) * LOG_2PI + logs + fit))


def _leap(known: Moments, steps: Sequence[tuple[Floats, Floats]], loglik: float) -> tuple[Floats, Floats]:
    """Further along the line of two steps, where that is not worse; else the two steps."""
    first = [b - a for a, b in zip(steps[0], steps[1], strict=True)]
    second = [c - 2 * b + a for a, b, c in zip(*steps, strict=True)]
    size = math.sqrt(sum(float((each * each).sum()) for each in second))
    length = max(math.sqrt(sum(float((each * each).sum()) for each in first)) / max(size, 1e-300), 1.0)
    if length > 1:
        mean, cov = (a + 2 * length * b + length**2 * c for a, b, c in zip(steps[0], first, second, strict=True))
        moved = _step(known, mean, cov)
        if moved is not None and moved[2] >= loglik:
            return moved[0], moved[1]
    return steps[2]
