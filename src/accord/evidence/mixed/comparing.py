"""Likelihood-ratio tests: of a variance, whose null lies at the edge of what it may be, and of whole models.

Without its term a model is the same sums with some of theta at nought, so nothing is reduced again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from accord.errors import UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.descent import minimise
from accord.evidence.mixed.likelihood import Likelihood, Look

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted


@dataclass(frozen=True, slots=True)
class Restricted:
    """A likelihood in which only some entries of theta move; the others are nought."""

    whole: Likelihood
    moves: Any

    @property
    def structure(self) -> Any:
        return self.whole.structure

    def full(self, theta: Floats) -> Floats:
        made = np.zeros(len(self.moves))
        made[self.moves] = theta
        return made

    def look(self, theta: Floats, sigma2: float | None = None) -> Look:
        look = self.whole.look(self.full(theta), sigma2)
        return look._replace(gradient=look.gradient[self.moves])


def ranova(fitted: "Fitted") -> pl.DataFrame:
    """term, npar, logLik, AIC, LRT, df, p.value: the model, then without each variance.

    Dropping one of q correlated effects, the statistic is a mixture, half chi-square of q and half of q - 1 (Self &
    Liang 1987; Stram & Lee 1994). lmerTest's ranova gives the whole chi-square of q instead, a larger p.
    """
    from scipy.stats import chi2

    rows: list[tuple[Any, ...]] = [
        ("<none>", fitted.parameters, fitted.logLik, fitted.criterion + 2 * fitted.parameters, None, None, None)
    ]
    for name, moves, q in _reduced(fitted):
        criterion = _criterion(fitted, moves)
        lrt = max(criterion - fitted.criterion, 0.0)
        p = 0.5 * float(chi2.sf(lrt, q)) + 0.5 * (float(chi2.sf(lrt, q - 1)) if q > 1 else float(lrt <= 0))
        npar = fitted.parameters - q
        rows.append((name, npar, -criterion / 2, criterion + 2 * npar, lrt, q, p))
    names = ("logLik", "AIC", "LRT")
    schema = {
        "term": pl.String,
        "npar": pl.Int64,
        **dict.fromkeys(names, pl.Float64),
        "df": pl.Int64,
        "p.value": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reduced(fitted: "Fitted") -> list[tuple[str, Any, int]]:
    """Each variance that may be dropped: its name, which entries of theta stay, how many parameters go."""
    made, at = [], 0
    for level in fitted.design.levels:
        for term in level.terms:
            q = len(term.at)
            rows, columns = np.tril_indices(q)
            for k in range(q):
                if q > 1 and term.names[k] == "(Intercept)":
                    continue
                stays = np.ones(len(fitted.found.theta), np.bool_)
                stays[at : at + len(rows)] = (rows != k) & (columns != k)
                name = str(term.bar) if q == 1 else f"{term.names[k]} in {term.bar}"
                made.append((name, stays, q))
            at += len(rows)
    return made


def _criterion(fitted: "Fitted", stays: Any) -> float:
    likelihood = Restricted(fitted.likelihood, stays)
    start = fitted.found.theta[stays]
    found = minimise(likelihood, np.where(np.abs(start) < 0.1, 0.1, start)) if stays.any() else None  # type: ignore[arg-type]
    look = found.look if found else likelihood.look(np.empty(0))
    return float(look.criterion - fitted.found.look.criterion + fitted.criterion)


def compare(*fits: "Fitted") -> pl.DataFrame:
    """formula, npar, AIC, BIC, logLik, deviance, statistic, df, p.value: from the smallest model to the largest.

    Models of other fixed effects are compared by ML: fit them with method="ml". The rows must be the same. Whether one
    model lies inside the next is not checked. p is chi-square's: too large where the models differ by a variance, whose
    null is at its edge; `ranova` gives that one.
    """
    _comparable(fits)
    ordered = sorted(fits, key=lambda one: one.parameters)
    rows = [_compared(before, one) for before, one in zip([None, *ordered], ordered, strict=False)]
    numbers = dict.fromkeys(("AIC", "BIC", "logLik", "deviance", "statistic"), pl.Float64)
    schema = {"formula": pl.String, "npar": pl.Int64, **numbers, "df": pl.Int64, "p.value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _comparable(fits: Sequence["Fitted"]) -> None:
    if len(fits) < 2:
        raise UsageError(f"compare: got {len(fits)} model, wanted two or more")
    first = fits[0]
    for other in fits[1:]:
        same = other.nobs == first.nobs and np.array_equal(other.design.columns[-1], first.design.columns[-1])
        if not same:
            raise UsageError("compare: the models were fitted to other rows or another response; fit both to the same")
        if other.method != first.method or (first.method == "reml" and other.terms != first.terms):
            raise UsageError('compare: other fixed effects are compared by ML; fit each with method="ml"')


def _compared(before: "Fitted | None", one: "Fitted") -> tuple[Any, ...]:
    from scipy.stats import chi2

    k, more = one.parameters, one.parameters - before.parameters if before else 0
    lrt = max(before.criterion - one.criterion, 0.0) if before and more else None
    p = float(chi2.sf(lrt, more)) if lrt is not None else None
    aic, bic = one.criterion + 2 * k, one.criterion + np.log(one.nobs) * k
    return one.formula, k, aic, bic, one.logLik, one.criterion, lrt, more or None, p
