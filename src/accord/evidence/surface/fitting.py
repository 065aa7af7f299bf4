"""Least squares, and the errors: classical, HC3 or by drawing clusters anew."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.errors import DataError, UsageError
from accord.evidence.surface.shape import AXES, FORMULAS, Errors, Estimate, Floats, Surface, shapes

FEWEST_CLUSTERS, BATCH, LARGEST = 10, 200, 1e6


def fit_surface(
    x: Any, y: Any, z: Any, *, centre: float | Literal["mean"] | None, errors: Errors = "hc3", pairs: Any = None,
    cluster: Any = None, draws: int = 2000, seed: int | None = None, conf_level: float = 0.95,
    names: tuple[str, str, str] = ("X", "Y", "Z"),
) -> Surface:  # fmt: skip
    """The two views x, y and the outcome z, [n] each; a row with a gap (NaN) is left out and counted.

    centre    a number, the middle of the scale; "mean": of all ratings of both views; None: they are centred already
    errors    "classical"; "hc3" (MacKinnon & White 1985); "bootstrap": clusters drawn anew, percentile intervals
    pairs     [n] which two people a row is of, where a pair has several; every row is a pair of its own otherwise
    cluster   [n] what is drawn together in the bootstrap (a therapist's pairs); the pairs otherwise

    DataError where the rows cannot carry six numbers; UsageError for what cannot be asked.
    """
    _asked(errors, draws, seed, conf_level)
    x, y, z, labels, notes = _given(x, y, z, pairs, cluster)
    middle = _middle(x, y, centre)
    D, of_pair, of_cluster = design(x - middle, y - middle), _codes(labels[0]), _codes(labels[1])
    b, inverse, residual = _least_squares(D, z)
    found_shapes = shapes(b)
    if errors == "bootstrap":
        if (many := len(np.unique(of_cluster))) < FEWEST_CLUSTERS:
            raise DataError(f"bootstrap: got {many} clusters, wanted {FEWEST_CLUSTERS} or more to draw from")
        found, more = _drawn(D, z, of_cluster, draws, np.random.default_rng(seed))
        estimates = {name: _by_draws(name, value, found, conf_level) for name, value in found_shapes.items()}
        notes = [*notes, *more]
    else:
        V = _covariance(D, residual, inverse, errors)
        wide = _quantile(conf_level, len(z) - 6)
        estimates = {name: _by_delta(name, b, V, wide) for name in found_shapes}
        if len(np.unique(of_cluster)) < len(z):
            notes = [*notes, "Rows of one pair or cluster count as if each stood alone; use errors='bootstrap'."]
    views = np.stack([x, y])
    return Surface(
        estimates, len(z), len(np.unique(of_pair)), len(np.unique(of_cluster)), middle, views.mean(1), np.cov(views),
        1 - float(residual @ residual) / float(((z - z.mean()) ** 2).sum()),
        float(np.sqrt(residual @ residual / (len(z) - 6))), errors, conf_level, names, tuple(notes),
    )  # fmt: skip


def _asked(errors: str, draws: int, seed: int | None, conf_level: float) -> None:
    if errors not in ("classical", "hc3", "bootstrap"):
        raise UsageError(f"errors: got {errors!r}, wanted classical, hc3 or bootstrap")
    if errors == "bootstrap" and seed is None:
        raise UsageError("seed: is missing; the bootstrap wants one, so that it can be repeated")
    if errors == "bootstrap" and draws < 200:
        raise UsageError(f"draws: got {draws}, wanted 200 or more for the ends of an interval")
    if not 0 < conf_level < 1:
        raise UsageError(f"conf_level: got {conf_level}, wanted a number between 0 and 1")


def _given(x: Any, y: Any, z: Any, pairs: Any, cluster: Any) -> tuple[Floats, Floats, Floats, list[Any], list[str]]:
    """The rows without gaps, their labels of pair and cluster, and what is to be said of those left out."""
    try:
        X, Y, Z = (np.asarray(each, np.float64) for each in (x, y, z))
    except (TypeError, ValueError):
        raise DataError("views and outcome: got something that is no number; wanted columns of numbers") from None
    if not (X.shape == Y.shape == Z.shape and X.ndim == 1):
        raise DataError(f"views and outcome have the shapes {X.shape}, {Y.shape}, {Z.shape}; wanted one each, a row")
    if any(np.isinf(each).any() for each in (X, Y, Z)):
        raise DataError("views and outcome: got an infinite number; wanted numbers, or NaN where there is none")
    if any(np.abs(each, where=~np.isnan(each), out=np.zeros_like(each)).max(initial=0) > LARGEST for each in (X, Y, Z)):
        raise DataError(f"views and outcome: got a number beyond {LARGEST:g}; wanted ratings on their scale")
    of_pair = np.arange(len(X)) if pairs is None else np.asarray(pairs)
    of_cluster = of_pair if cluster is None else np.asarray(cluster)
    if not (of_pair.shape == of_cluster.shape == X.shape):
        raise DataError(
            f"pairs and cluster have the shapes {of_pair.shape}, {of_cluster.shape}; wanted one each, a row"
        )
    kept = ~(np.isnan(X) | np.isnan(Y) | np.isnan(Z))
    if kept.sum() < 8:
        raise DataError(f"got {int(kept.sum())} rows with both views and an outcome; six numbers ask for 8 or more")
    left = int((~kept).sum())
    notes = [f"{left} rows without one of the views or the outcome were left out."] if left else []
    return X[kept], Y[kept], Z[kept], [of_pair[kept], of_cluster[kept]], notes


def _middle(x: Floats, y: Floats, centre: float | str | None) -> float:
    if centre is None:
        return 0.0
    if centre == "mean":
        return float(np.concatenate([x, y]).mean())
    if isinstance(centre, str) or not np.isfinite(centre):
        raise UsageError(f"centre: got {centre!r}, wanted a number on the scale, 'mean' or None")
    return float(centre)


def _codes(labels: Any) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return codes


def design(x: Floats, y: Floats) -> Floats:
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _least_squares(D: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """b, (D'D)^-1 and the residuals; by QR of columns brought to one length, so that the rank can be judged."""
    size = np.sqrt((D**2).sum(0))
    Q, R = np.linalg.qr(D / np.where(size > 0, size, 1.0))
    if np.abs(np.diag(R)).min() < 1e-7:
        raise DataError(
            "the two views do not differ enough to tell six numbers apart (one of them is constant, has two values, "
            "or is a copy of the other); wanted two views that vary and are not the same"
        )
    if float(np.ptp(z)) <= 1e-12 * (1 + float(np.abs(z).max())):
        raise DataError(f"the outcome is the same in all {len(z)} rows; wanted one that varies")
    U = np.linalg.inv(R) / size[:, None]
    b = U @ (Q.T @ z)
    return b, U @ U.T, z - D @ b


def _covariance(D: Floats, residual: Floats, inverse: Floats, errors: str) -> Floats:
    if errors == "classical":
        return inverse * (float(residual @ residual) / (len(D) - 6))
    h = np.einsum("ij,jk,ik->i", D, inverse, D)
    if h.max() > 1 - 1e-9:
        raise DataError(
            f"row {int(h.argmax()) + 1} of those used decides a number all alone, so HC3 has no error for it"
        )
    meat = (D * (residual / (1 - h))[:, None]).T
    found: Floats = inverse @ (meat @ meat.T) @ inverse
    return found


def _by_delta(name: str, b: Floats, V: Floats, wide: float) -> Estimate | None:
    """Delta method; the slopes by a complex step, which has no rounding of a difference (Squire & Trapp 1998)."""
    value = shapes(b)[name]
    if value is None:
        return None
    step = 1e-30
    slopes = np.array([FORMULAS[name](b + 1j * step * np.eye(6)[at]).imag / step for at in range(6)])
    se = float(np.sqrt(max(slopes @ V @ slopes, 0.0)))
    return Estimate(value, se, value - wide * se, value + wide * se)


def _by_draws(name: str, value: float | None, found: Floats, conf_level: float) -> Estimate | None:
    if value is None:
        return None
    drawn = FORMULAS[name](found.T)
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    return Estimate(value, None if name in AXES else float(drawn.std(ddof=1)), float(low), float(high))


def _drawn(
    D: Floats, z: Floats, of: NDArray[np.int64], draws: int, rng: np.random.Generator
) -> tuple[Floats, list[str]]:
    """b of every draw of clusters [kept, 6]; a draw that cannot tell six numbers apart is left out and counted."""
    whole = np.column_stack([D, z])
    clusters = int(of.max()) + 1
    sums = np.zeros((clusters, 7, 7))
    np.add.at(sums, of, whole[:, :, None] * whole[:, None, :])
    flat, found = sums.reshape(clusters, 49), []
    for start in range(0, draws, BATCH):
        times = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=min(BATCH, draws - start))
        M = (times @ flat).reshape(-1, 7, 7)
        A, size = M[:, :6, :6], np.sqrt(np.maximum(np.diagonal(M[:, :6, :6], axis1=1, axis2=2), 1e-300))
        scaled = A / size[:, :, None] / size[:, None, :]
        fine = np.linalg.eigvalsh(scaled)[:, 0] > 1e-12
        solved = np.linalg.solve(scaled[fine], (M[fine, :6, 6] / size[fine])[:, :, None])[:, :, 0]
        found.append(solved / size[fine])
    kept = np.concatenate(found)
    if len(kept) < draws / 2:
        raise DataError(f"bootstrap: only {len(kept)} of {draws} draws could be fitted; wanted more clusters or rows")
    lost = draws - len(kept)
    return kept, [f"{lost} of {draws} draws could not be fitted and were left out."] if lost else []


def _quantile(conf_level: float, df: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + conf_level) / 2, df))
