"""A fitted structural model: estimates with their uncertainty, fit, and tables in broom's column names."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.evidence.structural.fitting import maximise
from accord.evidence.structural.indices import Indices, indices
from accord.evidence.structural.model import Model, Row
from accord.evidence.structural.moments import Floats, Moments, Saturated, saturated
from accord.evidence.structural.standardised import standardise

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Estimate:
    """One row of a fitted model. Fixed rows have no error; `std_all` is on the scale of standard deviations."""

    lhs: str
    op: str
    rhs: str
    group: str
    label: str
    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    std_all: float
    std_all_error: float

    @property
    def term(self) -> str:
        return f"{self.lhs} {self.op} {self.rhs}".strip()


@dataclass(frozen=True, eq=False)
class StructuralFit:
    """Of people in one or more groups.

    theta [q] in the order of model.parameters, vcov [q, q] (of `information`: expected or observed), indices, notes.
    """

    model: Model
    groups: tuple[str, ...]
    known: tuple[Moments, ...]
    theta: Floats
    vcov: Floats
    information: str
    indices: Indices
    implied: tuple[Any, ...]
    steps: int
    notes: tuple[str, ...] = field(default=())

    @property
    def missing(self) -> str:
        return "listwise" if all(own.complete for own in self.known) else "fiml"

    def error(self, slope: Floats) -> Floats:
        """Standard errors by the delta method of quantities with these derivatives [.., q]."""
        with np.errstate(invalid="ignore"):
            found: Floats = np.sqrt(np.einsum("...i,ij,...j->...", slope, self.vcov, slope))
        return found

    @cached_property
    def standardised(self) -> tuple[Floats, Floats]:
        """Value of each row on the scale of standard deviations, and its derivative by parameter."""
        return standardise(self.model, self.theta, self.implied, latent_only=False)

    def estimates(self, conf_level: float = 0.95) -> list[Estimate]:
        """Every row of the model, free and fixed."""
        value, slope = self.standardised
        errors = self.error(slope)
        own = np.sqrt(np.diag(self.vcov))
        times = _quantile(conf_level)
        return [
            self._estimate(row, int(at), own, times, float(value[place]), float(errors[place]))
            for place, (row, at) in enumerate(zip(self.model.rows, self.model.free, strict=True))
        ]

    def _estimate(self, row: Row, at: int, own: Floats, times: float, std: float, std_error: float) -> Estimate:
        free = at >= 0
        value = row.coef * float(self.theta[at] if free else row.value or 0.0)
        error = abs(row.coef) * float(own[at]) if free else 0.0
        z = value / error if error else math.nan
        return Estimate(
            row.lhs, row.op, row.rhs, self.groups[row.group], row.label or "", value, error, z, two_sided(z),
            value - times * error, value + times * error, std, std_error if std_error > 1e-12 else 0.0,
        )  # fmt: skip

    def find(self, term: str, group: str | None = None) -> Estimate:
        """The estimate of `a ~~ b`, `f =~ x` ..; KeyError where the model has no such row."""
        for each in self.estimates():
            if each.term == term and group in (None, each.group):
                return each
        raise KeyError(term)

    def tidy(self, conf_level: float = 0.95) -> "pl.DataFrame":
        """A row a parameter: term, op, group, label, estimate, std.error, statistic, p.value, conf.low, conf.high,
        std.lv (latent variables have SD 1), std.all (all have), std.all.error."""
        import polars as pl

        rows = self.estimates(conf_level)
        latent = standardise(self.model, self.theta, self.implied, latent_only=True)[0]
        names = {
            "op": "op", "group": "group", "label": "label", "estimate": "estimate", "std_error": "std.error",
            "statistic": "statistic", "p_value": "p.value", "conf_low": "conf.low", "conf_high": "conf.high",
        }  # fmt: skip
        table: dict[str, Any] = {"term": [each.term for each in rows]}
        table |= {shown: [getattr(each, name) for each in rows] for name, shown in names.items()}
        table |= {"std.lv": latent, "std.all": [each.std_all for each in rows]}
        table["std.all.error"] = [each.std_all_error for each in rows]
        return pl.DataFrame(table).with_columns(pl.col(pl.Float64).fill_nan(None))

    def glance(self) -> "pl.DataFrame":
        """One row: how well it fits, and to how many."""
        import polars as pl

        fit = self.indices
        dropped = sum(own.dropped for own in self.known)
        row = {
            "chisq": fit.chisq, "df": fit.df, "p.value": fit.p_value, "cfi": fit.cfi, "tli": fit.tli,
            "rmsea": fit.rmsea, "rmsea.conf.low": fit.rmsea_low, "rmsea.conf.high": fit.rmsea_high, "srmr": fit.srmr,
            "logLik": fit.loglik, "AIC": fit.aic, "BIC": fit.bic, "npar": fit.parameters, "nobs": fit.people,
            "norig": fit.people + dropped, "nexcluded": dropped, "ngroups": len(self.groups), "converged": True,
            "estimator": "ML", "missing_method": self.missing, "information": self.information,
        }  # fmt: skip
        return pl.DataFrame([row]).with_columns(pl.col(pl.Float64).fill_nan(None))


def two_sided(z: float) -> float:
    """P of a normal statistic."""
    return math.erfc(abs(z) / math.sqrt(2)) if math.isfinite(z) else math.nan


def _quantile(conf_level: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + conf_level / 2)


def fit_model(
    model: Model,
    known: tuple[Moments, ...],
    groups: tuple[str, ...] = ("",),
    information: str | None = None,
    notes: tuple[str, ...] = (),
    free: tuple[Saturated, ...] | None = None,
) -> StructuralFit:
    """Fit by ML, or FIML where something is missing. `information` is lavaan's by default: expected, observed for FIML;
    `free` the saturated moments of each group, where they are known already."""
    chosen = information or ("expected" if all(own.complete for own in known) else "observed")
    found = maximise(model, known, chosen)
    fit = indices(model, known, found.at, free or tuple(saturated(own) for own in known))
    looks = tuple(each.implied for each in found.at.looks)
    told = (*notes, *_notes(model, known, found.theta, fit))
    return StructuralFit(model, groups, known, found.theta, found.vcov, chosen, fit, looks, found.steps, told)


def _notes(model: Model, known: tuple[Moments, ...], theta: Floats, fit: Indices) -> list[str]:
    notes = []
    dropped = sum(own.dropped for own in known)
    if dropped:
        notes.append(f"{dropped} people without a single value were left out")
    for row, at in zip(model.rows, model.free.tolist(), strict=True):
        if row.op == "~~" and row.lhs == row.rhs and at >= 0 and theta[at] * row.coef < 0:
            notes.append(
                f"the variance of {row.lhs} is below 0 (a Heywood case): the model asks more than the data hold"
            )
    if fit.people < 5 * fit.parameters:
        notes.append(f"{fit.people} people for {fit.parameters} parameters: errors and chi-square are rough")
    if math.isnan(fit.chisq):
        notes.append("too few people gave some of the measurements together: no chi-square, CFI, RMSEA or SRMR")
    return notes
