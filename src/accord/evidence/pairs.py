"""The likelihood behind `dyads`: two ratings a session, by client and therapist, nested in dyads, nested in therapists.

y_s = (C, T)' = mu + b_j + r_ij + e_s, each part with a 2 x 2 covariance of its own: B of therapists, R of dyads, E of
sessions. A session may hold both ratings or one. Each dyad is reduced once to counts, sums and squares by which ratings
there were; everything else works on these. With W = E^-1 over what was rated, J = sum W and h = sum W y of a dyad,
S = (I + R J)^-1 R is what stays unknown of r_ij, and J - J S J, h - J S h go on to the therapist, where the same
happens with B (Laird & Ware 1982; Pinheiro & Bates 2000, section 2.4). The derivatives are the residuals' own:
d(-2 log L)/dV = P - P y y'P, summed over the places where a covariance stands.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from accord.errors import DataError
from accord.outcome.columns import Floats, Ints

BOTH, CLIENT, THERAPIST = range(3)
LOWER = np.tril_indices(2)
# Where the slope of -2 log L counts as level; of one draw of a bootstrap, a thousandth of a standard error suffices.
LEVEL, LEVEL_DRAWN, STEPS = 1e-4, 1e-2, 300
# Less error than this, of a variance of 1, is none.
NO_ERROR = 1e-7


@dataclass(frozen=True, slots=True)
class PairSums:
    """m dyads, therapist by therapist. n [m, 3], sums [m, 3, 2], squares [m, 3, 2, 2] by which ratings there were;
    therapist [m] its number; `scale` [2] what the ratings were divided by, `centre` [2] what was taken off first."""

    n: Floats
    sums: Floats
    squares: Floats
    therapist: Ints
    therapists: int
    centre: Floats
    scale: Floats


class Covariances(NamedTuple):
    """B of therapists, R of dyads, E of sessions, each [2, 2]: client's rating first."""

    B: Floats
    R: Floats
    E: Floats


class Look(NamedTuple):
    """-2 log L, its derivatives by each covariance, and the two means with their covariance."""

    criterion: float
    slopes: Covariances
    mu: Floats
    mu_cov: Floats


def reduce(y: Floats, dyad: Ints, therapist: Ints) -> PairSums:
    """y [rows, 2] with NaN for a rating not given; dyad [rows] 0 .. m-1; therapist [m] 0 .. k-1."""
    centre, scale = np.nanmean(y, axis=0), np.nanstd(y, axis=0)
    if not (scale > 1e-12 * np.maximum(np.abs(centre), 1e-300)).all():
        who = ("client", "therapist")[int(np.argmin(scale))]
        raise DataError(f"every rating by the {who} is {centre[int(np.argmin(scale))]:g}; wanted ratings that differ")
    z, m = (y - centre) / scale, len(therapist)
    given = ~np.isnan(z)
    z = np.where(given, z, 0.0)
    kind = np.where(given.all(axis=1), BOTH, np.where(given[:, 0], CLIENT, THERAPIST))
    cell = dyad * 3 + kind
    n = np.bincount(cell, minlength=3 * m).reshape(m, 3).astype(np.float64)
    sums = np.stack([_summed(cell, z[:, a], m) for a in range(2)], axis=-1)
    squares = np.stack([_summed(cell, z[:, a] * z[:, b], m) for a in range(2) for b in range(2)], axis=-1)
    return PairSums(n, sums, squares.reshape(m, 3, 2, 2), therapist, int(therapist.max()) + 1, centre, scale)


def _summed(cell: Ints, value: Floats, m: int) -> Floats:
    return np.bincount(cell, value, 3 * m).astype(np.float64).reshape(m, 3)


def look(sums: PairSums, at: Covariances, reml: bool, weight: Floats | None = None) -> Look:
    """The criterion on the scale of the sums. `weight` [k]: how often each therapist counts, for resampling."""
    w = np.ones(sums.therapists) if weight is None else weight
    each, eye = w[sums.therapist], np.eye(2)
    W = _precisions(at.E)
    J, h = np.einsum("mp,pab->mab", sums.n, W), np.einsum("pab,mpb->ma", W, sums.sums)
    G, log_r = _inverse(eye + at.R @ J)
    S = G @ at.R
    JS = J @ S
    K, k = _by(sums, J - JS @ J), _by(sums, h - _times(JS, h))
    G, log_b = _inverse(eye + at.B @ K)
    U = G @ at.B
    KU = K @ U
    A, b = np.einsum("j,jab->ab", w, K - KU @ K), np.einsum("j,ja->a", w, k - _times(KU, k))
    C, log_a = _inverse(A)
    mu = C @ b
    counts = np.einsum("m,mp->p", each, sums.n)
    squares = np.einsum("m,mpab->pab", each, sums.squares)
    fit = np.einsum("pab,pab->", W, squares) - each @ np.einsum("ma,mab,mb->m", h, S, h)
    fit -= w @ np.einsum("ja,jab,jb->j", k, U, k) + b @ mu
    logs = (
        counts @ _log_determinants(at.E) + each @ log_r + w @ log_b + (2 * counts[BOTH] + counts[1:].sum()) * _LOG_2PI
    )
    if reml:
        logs += log_a - 2 * _LOG_2PI
    slopes = _slopes(sums, w, (W, J, h, S), (K, k, U), (mu, C if reml else np.zeros((2, 2))))
    return Look(float(logs + fit), slopes, mu, C)


_LOG_2PI = float(np.log(2 * np.pi))


def _slopes(
    sums: PairSums, w: Floats, inner: tuple[Floats, ...], outer: tuple[Floats, ...], top: tuple[Floats, ...]
) -> Covariances:
    """Back down: what each level is given all ratings, and from it P and P y where its covariance stands."""
    (W, J, h, S), (K, k, U), (mu, C) = inner, outer, top
    each, eye = w[sums.therapist], np.eye(2)
    keep = eye - U @ K
    level = mu + _times(U, k - K @ mu)
    unsure = U + keep @ C @ _t(keep)
    p = k - _times(K, level)
    B = np.einsum("j,jab->ab", w, K - K @ unsure @ K) - np.einsum("j,ja,jb->ab", w, p, p)
    m_level, m_unsure = level[sums.therapist], unsure[sums.therapist]
    keep = eye - S @ J
    level = m_level + _times(S, h - _times(J, m_level))
    unsure = S + keep @ m_unsure @ _t(keep)
    p = h - _times(J, level)
    R = np.einsum("m,mab->ab", each, J - J @ unsure @ J) - np.einsum("m,ma,mb->ab", each, p, p)
    across = sums.sums[:, :, :, None] * level[:, None, None, :]
    around = unsure + level[:, :, None] * level[:, None, :]
    left = sums.squares - across - _t(across) + sums.n[:, :, None, None] * around[:, None]
    counts, left = np.einsum("m,mp->p", each, sums.n), np.einsum("m,mpab->pab", each, left)
    E = np.einsum("p,pab->ab", counts, W) - np.einsum("pab,pbc,pcd->ad", W, left, W)
    return Covariances(B, R, E)


def _precisions(E: Floats) -> Floats:
    """W by which ratings there were: of both, of the client's alone, of the therapist's alone."""
    whole, _ = _inverse(E)
    return np.stack([whole, np.diag([1 / E[0, 0], 0.0]), np.diag([0.0, 1 / E[1, 1]])])


def _log_determinants(E: Floats) -> Floats:
    return np.log([E[0, 0] * E[1, 1] - E[0, 1] * E[1, 0], E[0, 0], E[1, 1]])


def _inverse(M: Floats) -> tuple[Floats, Floats]:
    """Inverse and log determinant of 2 x 2 matrices with a positive one."""
    det = M[..., 0, 0] * M[..., 1, 1] - M[..., 0, 1] * M[..., 1, 0]
    if not (det > 0).all():
        raise DataError("the two ratings cannot be told apart in these data; wanted ratings that are not the same")
    turned = np.empty_like(M)
    turned[..., 0, 0], turned[..., 1, 1] = M[..., 1, 1] / det, M[..., 0, 0] / det
    turned[..., 0, 1], turned[..., 1, 0] = -M[..., 0, 1] / det, -M[..., 1, 0] / det
    return turned, np.log(det)


def _by(sums: PairSums, values: Floats) -> Floats:
    """Sums of each therapist's dyads."""
    flat = values.reshape(len(values), -1)
    made = [np.bincount(sums.therapist, flat[:, a], sums.therapists).astype(np.float64) for a in range(flat.shape[1])]
    return np.stack(made, axis=1).reshape(sums.therapists, *values.shape[1:])


def _times(M: Floats, v: Floats) -> Floats:
    return np.asarray(np.einsum("iab,ib->ia", M, v))


def _t(M: Floats) -> Floats:
    return np.swapaxes(M, -1, -2)


# Finding the optimum
class Found(NamedTuple):
    """Covariances and means on the ratings' own scale, -2 log L there, the optimum itself and BFGS's inverse there."""

    parts: Covariances
    mu: Floats
    mu_cov: Floats
    criterion: float
    theta: Floats
    inverse: Floats


def fitted(
    sums: PairSums, *, reml: bool, apart: bool, weight: Floats | None = None, near: Found | None = None
) -> Found:
    """The optimum by BFGS over Cholesky factors. `apart`: whether R is told from E, by several sessions."""
    from scipy.optimize import minimize

    def worse(theta: Floats) -> tuple[float, Floats]:
        factors = _factors(theta, apart)
        try:
            seen = look(sums, Covariances(*(L @ L.T for L in factors)), reml, weight)
        except DataError:
            return np.inf, np.zeros_like(theta)
        slopes = [2 * (slope + slope.T) / 2 @ L for slope, L in zip(seen.slopes, factors, strict=True)]
        return seen.criterion, np.concatenate([slopes[k][LOWER] for k in range(3) if apart or k != 1])

    start = near.theta if near else _start(apart)
    options: dict[str, Any] = {"gtol": LEVEL if near is None else LEVEL_DRAWN, "maxiter": STEPS}
    if near is not None:
        options["hess_inv0"] = near.inverse
    best = minimize(worse, start, jac=True, method="BFGS", options=options)
    parts = Covariances(*(L @ L.T for L in _factors(best.x, apart)))
    if not float(np.linalg.eigvalsh(parts.E)[0]) > NO_ERROR:
        raise DataError(
            "the ratings leave no error to estimate: one side's never move within a course, or both are the same; "
            "wanted two ratings made apart from each other, session by session"
        )
    seen = look(sums, parts, reml, weight)
    inverse = (best.hess_inv + best.hess_inv.T) / 2
    return _on_scale(sums, parts, seen, np.asarray(best.x), inverse, reml)


def _start(apart: bool) -> Floats:
    parts = [0.3, 0.0, 0.3], [0.6, 0.0, 0.6], [0.6, 0.0, 0.6]
    return np.concatenate([part for k, part in enumerate(parts) if apart or k != 1])


def _factors(theta: Floats, apart: bool) -> list[Floats]:
    made, at = [], 0
    for k in range(3):
        L = np.zeros((2, 2))
        if apart or k != 1:
            L[LOWER] = theta[at : at + 3]
            at += 3
        made.append(L)
    return made


def _on_scale(sums: PairSums, parts: Covariances, seen: Look, theta: Floats, inverse: Floats, reml: bool) -> Found:
    both = np.outer(sums.scale, sums.scale)
    logs = float(2 * ((sums.n[:, BOTH].sum() + sums.n[:, 1:].sum(axis=0)) @ np.log(sums.scale)))
    logs -= 2 * float(np.log(sums.scale).sum()) if reml else 0.0
    back = Covariances(*(part * both for part in parts))
    return Found(back, sums.centre + seen.mu * sums.scale, seen.mu_cov * both, seen.criterion + logs, theta, inverse)
