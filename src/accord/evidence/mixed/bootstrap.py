"""The bootstrap: parametric, from the fitted model, or of cases, by drawing outermost units with replacement."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.descent import Told, minimise, settle
from accord.evidence.mixed.design import Design
from accord.evidence.mixed.likelihood import Likelihood, Nested
from accord.evidence.mixed.showing import deviations
from accord.evidence.mixed.sums import Sums, some

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted

# From so many units in all draws on, compiling is won back.
COMPILED_FROM = 1_000_000
# Refits that may fail before the whole is refused.
FAILURES = 0.05


def bootstrap(
    fitted: "Fitted", n: int = 1_000, seed: int = 1, kind: str = "parametric", progress: Told = None
) -> Floats:
    """[n, p + deviations]: fixed effects, then standard deviations and correlations, of each refit.

    `kind` "cases" draws whole therapists, or whatever the outermost level is, with all that is theirs; levels that
    cross cannot be drawn so.
    """
    if not (isinstance(n, int) and n >= 10):
        raise UsageError(f"n: got {n!r}, wanted 10 draws or more")
    draws = {"parametric": _parametric, "cases": _cases}.get(kind)
    if draws is None:
        raise UsageError(f"kind: got {kind!r}, wanted parametric or cases")
    rows, failed = [], 0
    for done, refit in enumerate(draws(fitted, n, np.random.default_rng(seed)), start=1):
        if refit is None:
            failed += 1
        else:
            rows.append([*refit.beta, *(value for _, _, value in deviations(refit))])
        if progress:
            progress(done, n)
    if failed > FAILURES * n:
        raise DataError(
            f"{failed} of {n} draws could not be fitted, so the bootstrap says nothing; take a random slope out"
        )
    return np.array(rows)


def percentiles(fitted: "Fitted", drawn: Floats, conf_level: float) -> list[tuple[Any, ...]]:
    """group, term, estimate and the percentiles of the draws; a correlation with what does not vary has none."""
    names = [(None, term, value) for term, value in zip(fitted.terms, fitted.beta.tolist(), strict=True)]
    names += deviations(fitted)  # type: ignore[arg-type]
    rows = []
    for (group, term, value), column in zip(names, drawn.T, strict=True):
        known = column[np.isfinite(column)]
        ends = np.quantile(known, [(1 - conf_level) / 2, (1 + conf_level) / 2]).tolist() if len(known) else [None, None]
        rows.append((group, term, value, *ends))
    return rows


def _parametric(fitted: "Fitted", n: int, dice: np.random.Generator) -> Iterator["Fitted | None"]:
    from accord.evidence.mixed.fitting import fit_design

    design = fitted.design
    expected = fitted.predict(level="population")
    weights = np.ones(design.n) if design.weights is None else design.weights * design.weight
    noise = np.sqrt(fitted.sigma2 / weights)
    roots = [_root(D) for D in fitted.covariances]
    for _ in range(n):
        y = expected + noise * dice.standard_normal(design.n)
        for level, root in zip(design.levels, roots, strict=True):
            b = dice.standard_normal((level.size, len(root))) @ root.T
            for k, at in enumerate(level.at):
                y += design.columns[at] * b[level.codes, k]
        try:
            yield fit_design(
                replace(design, columns=(*design.columns[:-1], _kept(y))), reml=fitted.likelihood.reml, near=fitted
            )
        except AccordError:
            yield None


def _kept(y: Floats) -> Floats:
    y.flags.writeable = False
    return y


def _root(D: Floats) -> Floats:
    values, vectors = np.linalg.eigh(D)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)), np.float64)


def _cases(fitted: "Fitted", n: int, dice: np.random.Generator) -> Iterator["Fitted | None"]:
    from accord.evidence.mixed.fitted import Fitted

    structure = fitted.likelihood.structure
    if not isinstance(structure, Nested):
        raise UsageError("kind: the levels of this model cross, so no unit stands for itself; use kind='parametric'")
    compiled = structure.sums.compiled or n * len(structure.sums.units[0].table) >= COMPILED_FROM
    sums = replace(structure.sums, compiled=compiled)
    totals, rows = _totals(fitted.design, sums)
    for _ in range(n):
        chosen = dice.integers(0, len(rows), len(rows))
        drawn = some(sums, chosen, totals[chosen].sum(axis=0), int(rows[chosen].sum()))
        likelihood = Likelihood(Nested(drawn), fitted.likelihood.reml)
        start = np.where(fitted.found.theta == 0, 0.02, fitted.found.theta)
        try:
            found = settle(likelihood, minimise(likelihood, start, fitted.found.inverse))
            yield Fitted(fitted.design, likelihood, found)
        except AccordError:
            yield None


def _totals(design: Design, sums: Sums) -> tuple[Floats, Any]:
    """C'W C and the number of rows of each outermost unit, in the order of the sums."""
    from accord.evidence.mixed.sums import blocks

    outer = design.levels[-1]
    c = len(design.columns)
    totals = np.zeros((outer.size, c, c))
    for block, weights, part in blocks(design):
        codes = outer.codes[part]
        weighed = block if weights is None else block * weights[:, None]
        for r in range(c):
            for k in range(r, c):
                totals[:, r, k] += np.bincount(codes, block[:, r] * weighed[:, k], outer.size)
    totals += np.triu(totals, 1).swapaxes(1, 2)
    order = sums.units[-1].order
    return totals[order], np.bincount(outer.codes, minlength=outer.size)[order]
