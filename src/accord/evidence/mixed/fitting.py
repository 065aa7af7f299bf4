"""`fit`: from a formula and data to the answer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from accord.errors import UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.descent import Found, Told, curvature, minimise, settle
from accord.evidence.mixed.design import Design, design
from accord.evidence.mixed.fitted import Fitted
from accord.evidence.mixed.formula import read
from accord.evidence.mixed.likelihood import Likelihood, Nested
from accord.evidence.mixed.sums import Sums, gram, parents, reduce, some

# Less than this share of a column's spread is left beside the others: they cannot be told apart.
COLLINEAR = 1e-11
# From so many innermost units on, a part is fitted first.
PART_FROM, PART, FEWEST = 40_000, 12_000, 50


def fit(
    formula: str, data: Any, *, method: str = "reml", weights: Any = None, engine: str = "auto", progress: Told = None
) -> Fitted:
    """A linear mixed model, as lme4's lmer fits it.

    formula: lme4's, as "y ~ x + (1 + x | client) + (1 | therapist)"; data: a polars or pandas frame, or arrays by name.
    method: "reml" or "ml". weights: a column's name or a number a row; an error's variance is sigma^2 / weight.
    engine: "numba", "numpy", or "auto" by size. progress: told (done, total) on the way.
    UsageError for a formula or call that cannot be, DataError for data that cannot carry it. Bates et al. (2015).
    """
    _known("method", method, ("reml", "ml"))
    _known("engine", engine, ("auto", "numba", "numpy"))
    made = design(read(formula), data, weights)
    return fit_design(
        made, reml=method == "reml", compiled={"auto": None, "numba": True, "numpy": False}[engine], told=progress
    )


def fit_design(
    made: Design, *, reml: bool, compiled: bool | None = None, told: Told = None, near: Fitted | None = None
) -> Fitted:
    """The same from a design; `near` is a fit to start from."""
    structure = _structure(made, compiled, told)
    kept, made = told_apart(made, structure.total if not isinstance(structure, Nested) else structure.sums.total)
    structure = _with_x(structure, kept)
    enough_rows(made, len(kept))
    likelihood = Likelihood(structure, reml)
    found = _found(likelihood, made, told, near)
    return Fitted(made, likelihood, found)


def _known(what: str, got: str, wanted: Sequence[str]) -> None:
    if got not in wanted:
        raise UsageError(f"{what}: got {got!r}, wanted {' or '.join(wanted)}")


def _structure(made: Design, compiled: bool | None, told: Told) -> Any:
    up = parents(made)
    if up is not None:
        return Nested(reduce(made, made.x, up, compiled, told))
    from accord.evidence.mixed.crossed import Crossed

    return Crossed(made, made.x, told)


def _with_x(structure: Any, x: tuple[int, ...]) -> Any:
    if isinstance(structure, Nested):
        return Nested(replace(structure.sums, x=x))
    structure.x = x
    return structure


def told_apart(made: Design, total: Floats) -> tuple[tuple[int, ...], Design]:
    """The fixed effects in order, without those that the ones before them already say; lme4 drops the same."""
    gram, kept, dropped = total[np.ix_(made.x, made.x)].copy(), [], []
    whole = np.diag(gram).copy()
    for at, place in enumerate(made.x):
        if not gram[at, at] > COLLINEAR * whole[at]:
            dropped.append(made.names[place])
            continue
        kept.append(place)
        row = gram[at] / gram[at, at]
        gram -= np.outer(gram[at], row)
    if not dropped:
        return tuple(kept), made
    note = f"{', '.join(dropped)}: said already by the other fixed effects, and left out"
    return tuple(kept), replace(made, notes=(*made.notes, note), x=tuple(kept))


def enough_rows(made: Design, p: int) -> None:
    from accord.errors import DataError

    if made.n <= p:
        raise DataError(f"{made.n} rows cannot carry {p} fixed effects; wanted more rows")


def _found(likelihood: Likelihood, made: Design, told: Told, near: Fitted | None) -> Found:
    if near is not None:
        return settle(likelihood, minimise(likelihood, near.found.theta, near.found.inverse, told), told)
    structure = likelihood.structure
    if isinstance(structure, Nested) and len(structure.sums.units[0].table) >= PART_FROM:
        sums, share = _part(structure.sums, made)
        part = Likelihood(Nested(sums), likelihood.reml)
        start, inverse = _curved(part, settle(part, minimise(part, part.start())), share)
        return settle(likelihood, minimise(likelihood, start, inverse, told), told)
    return settle(likelihood, minimise(likelihood, likelihood.start(), told=told), told)


def _curved(part: Likelihood, first: Found, share: float) -> tuple[Floats, Floats | None]:
    """Where the part ended, and the curvature of the whole as it foretells; a variance of nought starts anew."""
    theta = first.theta.copy()
    ends = part.pack([np.eye(sum(terms)) for terms in part.structure.shapes]) > 0
    theta[ends & (np.abs(theta) < 1e-2)] = 1e-2
    H = curvature(part, theta) / share
    if not (np.linalg.eigvalsh(H) > 0).all():
        return theta, None
    inverse: Floats = np.linalg.inv(H)
    return theta, inverse


def _part(sums: Sums, made: Design) -> tuple[Sums, float]:
    """Every so many outermost units, with all that is theirs, and their share of the rows."""
    outer = sums.units[-1]
    step = max(1, min(len(sums.units[0].table) // PART, len(outer.table) // FEWEST))
    chosen = np.arange(0, len(outer.table), step)
    there = np.zeros(len(outer.table), np.bool_)
    there[outer.order[chosen]] = True
    rows = np.flatnonzero(there[made.levels[-1].codes])
    return some(sums, chosen, gram(made, rows), len(rows)), len(rows) / sums.n
