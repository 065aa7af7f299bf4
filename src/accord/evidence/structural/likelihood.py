"""The normal likelihood of a structural model, its gradient, and both kinds of information, without any differencing.

With complete data this is maximum likelihood on means and covariances; with K patterns of missing values it is full
information maximum likelihood (FIML), pattern by pattern. Every cell moves Sigma by c (u v' + v u'), so that all
derivatives are two tables U and V of vectors, and an information matrix is a few products of them (K at once).

First derivatives by Sigma and mu: G = 1/2 sum n W (T - Sigma) W and h = sum n W d, with d = mean - mu, T = S + d d'
and W the inverse of the seen part of Sigma. Checked in tests against differences and against lavaan.
"""

from typing import NamedTuple

import numpy as np

from accord.evidence.structural.model import BETA, LAMBDA, PSI, THETA, Group, Model
from accord.evidence.structural.moments import Floats, Ints, Moments, loglik_of, misfit, weights

# So many patterns are looked at together that their tables stay in the processor's cache.
TOGETHER = 2_000_000
# A table of p^4 numbers is 134 MB at this p.
WIDE = 64


class Implied(NamedTuple):
    """What one group's model says at one place: A, Phi = A Psi A', E = Lambda A, Lambda Phi, A alpha, Sigma, mu."""

    a: Floats
    phi: Floats
    effect: Floats
    beside: Floats
    eta: Floats
    sigma: Floats
    mu: Floats


class Look(NamedTuple):
    """One group at one place: what is implied, and W [K, p, p], d [K, p], the log-likelihood."""

    implied: Implied
    w: Floats
    d: Floats
    loglik: float


def implied(group: Group, theta: Floats) -> Implied:
    """Raises LinAlgError where I - B has no inverse."""
    lam, beta, psi, residual, nu, alpha = group.matrices(theta)
    a = np.asarray(np.linalg.solve(np.eye(group.m) - beta, np.eye(group.m)), np.float64)
    phi = a @ psi @ a.T
    beside, eta = lam @ phi, a @ alpha
    return Implied(a, phi, lam @ a, beside, eta, beside @ lam.T + residual, nu + lam @ eta)


def look(group: Group, known: Moments, theta: Floats, means: bool) -> Look | None:
    """None where Sigma is no covariance there. Without `means` those of the sample are taken as they are."""
    try:
        found = implied(group, theta)
    except np.linalg.LinAlgError:
        return None
    inverse = weights(found.sigma, known.seen)
    if inverse is None:
        return None
    w, logs = inverse
    d = np.where(known.seen, known.mean - found.mu, 0.0) if means else np.zeros_like(known.mean)
    return Look(found, w, d, loglik_of(known, w, logs, d))


def slopes(known: Moments, at: Look) -> tuple[Floats, Floats]:
    """G and h."""
    total, pull = misfit(known, at.w, at.d)
    return 0.5 * total, pull


class Tables(NamedTuple):
    """How each cell moves Sigma, c (u v' + v u') [covariance cells, p], and mu [cells, p]."""

    u: Floats
    v: Floats
    c: Floats
    mean: Floats

    @property
    def moved(self) -> Floats:
        """c (u v' + v u') itself, a row a cell."""
        one = (self.c[:, None] * self.u)[:, :, None] * self.v[:, None, :]
        return (one + one.transpose(0, 2, 1)).reshape(len(one), self.u.shape[1] ** 2)


def tables(group: Group, at: Implied) -> Tables:
    p, m, kind, row, col = group.p, group.m, group.kind, group.row, group.col
    left = np.concatenate([np.eye(p), at.effect.T])
    whole = np.concatenate([left, at.beside.T])
    # Lambda and Theta begin at what is measured, B and Psi at what is latent.
    first = left[np.where((kind == LAMBDA) | (kind == THETA) | (kind == 4), row, p + row)]
    inside, paths = group.covariances, group.paths
    second = np.where(kind <= BETA, p + m + col, np.where(kind == PSI, p + col, col))[:inside]
    mean = first.copy()
    mean[:paths] *= at.eta[col[:paths], None]
    mean[paths:inside] = 0
    return Tables(first[:inside], whole[second], group.doubled, mean)


def gradient(g: Floats, h: Floats, by: Tables) -> Floats:
    """Of the log-likelihood by cell."""
    found = by.mean @ h
    found[: len(by.c)] += 2 * by.c * ((by.u @ g) * by.v).sum(axis=1)
    return found


def _pairs(known: Moments, by: Tables, w: Floats, m: Floats) -> Floats:
    """sum over patterns of n/2 tr(W Sigma_a M Sigma_b), for all pairs of covariance cells.

    Either pattern by pattern, from U and V alone, or from the one table sum n W x M, which is p^4 large: what is less.
    """
    patterns, p, inside = len(known.n), len(known.names), len(by.c)
    if p > WIDE or patterns * inside**2 < p**3 * (patterns + inside) / 4:
        return _by_pattern(known, by, w, m)
    flat = (known.n[:, None] * w.reshape(patterns, -1)).T @ m.reshape(patterns, -1)
    table = flat.reshape(p, p, p, p).transpose(0, 2, 1, 3).reshape(p * p, p * p)
    moved = by.moved
    found: Floats = 0.5 * moved @ table @ moved.T
    return 0.5 * (found + found.T)


def _by_pattern(known: Moments, by: Tables, w: Floats, m: Floats) -> Floats:
    inside = len(by.c)
    total = np.zeros((inside, inside))
    size = max(1, TOGETHER // max(inside * max(inside, len(known.names)), 1))
    for part in (slice(at, at + size) for at in range(0, len(known.n), size)):
        n, uw, vw = known.n[part], by.u @ w[part], by.v @ w[part]
        um, vm = (uw, vw) if m is w else (by.u @ m[part], by.v @ m[part])
        turned = (vm @ by.u.T) * (vw @ by.u.T).transpose(0, 2, 1)
        two = turned + (um @ by.u.T) * (vw @ by.v.T)
        if m is not w:
            two = (two + turned.transpose(0, 2, 1) + (vm @ by.v.T) * (uw @ by.u.T)) / 2
        total += (n @ two.reshape(len(n), -1)).reshape(inside, inside)
    return total * (by.c[:, None] * by.c)


def expected(known: Moments, at: Look, by: Tables, means: bool) -> Floats:
    """Expected information by cell: n/2 tr(W Sigma_a W Sigma_b) + n mu_a' W mu_b, over the patterns."""
    inside, total = len(by.c), np.zeros((len(by.mean), len(by.mean)))
    total[:inside, :inside] = _pairs(known, by, at.w, at.w)
    if means:
        total += by.mean @ _summed(known, at) @ by.mean.T
    return total


def _summed(known: Moments, at: Look) -> Floats:
    found: Floats = (known.n @ at.w.reshape(len(at.w), -1)).reshape(at.w.shape[1:])
    return found


def observed(group: Group, known: Moments, at: Look, by: Tables, means: bool) -> Floats:
    """Observed information by cell: minus the second derivatives of the log-likelihood."""
    total = _curved_fit(known, at, by, means)
    g, h = slopes(known, at)
    return total - _curved_model(group, at.implied, by, g, h if means else np.zeros_like(h))


def _curved_fit(known: Moments, at: Look, by: Tables, means: bool) -> Floats:
    """What comes of the curve of the likelihood in Sigma and mu; M = 2 W T W - W stands for one of two Ws."""
    inside, total = len(by.c), np.zeros((len(by.mean), len(by.mean)))
    t = known.cov + at.d[:, :, None] * at.d[:, None, :]
    total[:inside, :inside] = _pairs(known, by, at.w, 2 * at.w @ t @ at.w - at.w)
    if means:
        p = len(known.names)
        pull = (at.w @ at.d[:, :, None])[:, :, 0] * known.n[:, None]
        table = (pull.T @ at.w.reshape(len(at.w), -1)).reshape(p * p, p)
        cross = by.moved @ table @ by.mean.T
        total[:inside] += cross
        total[:, :inside] += cross.T
        total += by.mean @ _summed(known, at) @ by.mean.T
    return total


def _curved_model(group: Group, at: Implied, by: Tables, g: Floats, h: Floats) -> Floats:
    """What comes of the curve of Sigma and mu themselves: a path before or behind another path."""
    total = np.zeros((len(by.mean), len(by.mean)))
    paths, inside, kind = group.paths, group.covariances, group.kind
    source = group.col[:paths]
    # A path into a measurement leads no further: its column is the 0 at the end.
    reach = np.concatenate([at.a, np.zeros((group.m, 1))], axis=1)
    target = np.where(kind[:paths] == BETA, group.row[:paths], group.m)
    ug, uh = by.u[:paths] @ g, by.u[:paths] @ h
    along = reach[np.ix_(source, target)]
    behind = along * (2 * ug @ by.v[:paths].T + uh[:, None] * at.eta[source])
    total[:paths, :paths] = behind + behind.T + 2 * at.phi[np.ix_(source, source)] * (ug @ by.u[:paths].T)
    some = np.flatnonzero(kind[paths:inside] == PSI) + paths
    _mirrored(total, some, _into_psi(at, by, group, ug, source, some))
    latent = np.flatnonzero(kind == 5)
    _mirrored(total, latent, uh[:, None] * at.a[np.ix_(source, group.row[latent])])
    return total


def _into_psi(at: Implied, by: Tables, group: Group, ug: Floats, source: Ints, some: Ints) -> Floats:
    first = (ug @ by.u[some].T) * at.a[np.ix_(source, group.col[some])]
    second = (ug @ by.v[some].T) * at.a[np.ix_(source, group.row[some])]
    found: Floats = 2 * by.c[some] * (first + second)
    return found


def _mirrored(total: Floats, some: Ints, block: Floats) -> None:
    total[: len(block), some] = block
    total[some, : len(block)] = block.T


class Whole(NamedTuple):
    """All groups at one place."""

    looks: tuple[Look, ...]
    loglik: float


def everywhere(model: Model, known: tuple[Moments, ...], theta: Floats) -> Whole | None:
    """None where some group's Sigma is no covariance."""
    means, looks = model.means, []
    for group, own in zip(model.groups, known, strict=True):
        found = look(group, own, theta, means)
        if found is None:
            return None
        looks.append(found)
    return Whole(tuple(looks), sum(each.loglik for each in looks))


def first(model: Model, known: tuple[Moments, ...], at: Whole) -> tuple[Floats, Floats]:
    """Gradient and expected information by parameter."""
    size = len(model.parameters)
    slope, information = np.zeros(size), np.zeros((size, size))
    for group, own, seen in zip(model.groups, known, at.looks, strict=True):
        by = tables(group, seen.implied)
        g, h = slopes(own, seen)
        slope += gradient(g, h if model.means else np.zeros_like(h), by) @ group.spread
        information += group.spread.T @ expected(own, seen, by, model.means) @ group.spread
    return slope, information


def second(model: Model, known: tuple[Moments, ...], at: Whole) -> Floats:
    """Observed information by parameter."""
    size = len(model.parameters)
    information = np.zeros((size, size))
    for group, own, seen in zip(model.groups, known, at.looks, strict=True):
        by = tables(group, seen.implied)
        information += group.spread.T @ observed(group, own, seen, by, model.means) @ group.spread
    return information
