"""The answer: estimates with their uncertainty, in the columns that broom gives.

fitted.tidy()      effect, group, term, estimate, std.error, statistic, df, p.value, conf.low, conf.high
fitted.glance()    nobs, sigma, logLik, AIC, BIC, criterion ..
fitted.ranef()     each unit's effects, with what is not known of them
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from accord.errors import UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.descent import Found
from accord.evidence.mixed.design import Design, shift
from accord.evidence.mixed.likelihood import Likelihood

if TYPE_CHECKING:
    import polars as pl

# Below this a relative standard deviation counts as nought: lme4's isSingular.
SINGULAR = 1e-4
# Columns are on the data's own scale, so that a rounding error next to y's spread is nought.
NOUGHT = 1e-10


class FixedEffect(NamedTuple):
    term: str
    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float


class Covariance(NamedTuple):
    """A variance (term2 is None) or a covariance of two random effects."""

    group: str
    term1: str
    term2: str | None
    vcov: float


@dataclass(frozen=True)
class Fitted:
    """A fitted linear mixed model."""

    design: Design
    likelihood: Likelihood
    found: Found
    extra: dict[str, Any] = field(default_factory=dict)

    # What was fitted
    @property
    def formula(self) -> str:
        return self.design.formula.text

    @property
    def method(self) -> str:
        return "reml" if self.likelihood.reml else "ml"

    @property
    def nobs(self) -> int:
        return self.design.n

    @property
    def groups(self) -> dict[str, int]:
        return {level.name: level.size for level in self.design.levels}

    @property
    def notes(self) -> tuple[str, ...]:
        on_edge = ("a variance is 0 or a correlation is 1 or -1: the data hold less than the model asks for",)
        return (*self.design.notes, *(on_edge if self.singular else ()))

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(self.design.names[at] for at in self._x)

    # Fixed effects
    @property
    def _x(self) -> tuple[int, ...]:
        return self.likelihood.structure.x

    @cached_property
    def _back(self) -> Floats:
        """From the coefficients of centred and scaled columns to those of the data's own."""
        turned: Floats = np.linalg.inv(shift(self.design, self._x)) * self.design.scale[-1]
        return turned

    @cached_property
    def beta(self) -> Floats:
        """The fixed effects, in the order of `terms`."""
        made = np.asarray(self._back @ self.found.look.beta)
        if self.design.centre[-1]:
            made[self.terms.index("(Intercept)")] += self.design.centre[-1]
        return made

    @cached_property
    def vcov(self) -> Floats:
        """Covariance of the fixed effects, in the order of `terms`."""
        made: Floats = self._back @ (self.found.look.inverse * self.found.look.sigma2) @ self._back.T
        return made

    @cached_property
    def std_errors(self) -> Floats:
        return np.asarray(np.sqrt(np.diag(self.vcov)))

    @cached_property
    def df(self) -> Floats:
        """Satterthwaite's degrees of freedom of each fixed effect (Kuznetsova et al. 2017)."""
        from accord.evidence.mixed.degrees import satterthwaite

        return satterthwaite(self, np.eye(len(self.terms)))

    def fixed_at(self, conf_level: float = 0.95) -> list[FixedEffect]:
        """Fixed effects with t statistics and Wald intervals at Satterthwaite's degrees of freedom."""
        from scipy.stats import t

        if not 0 < conf_level < 1:
            raise UsageError(f"conf_level: got {conf_level}, wanted more than 0 and less than 1, as 0.95")
        statistic = self.beta / self.std_errors
        reach = t.ppf((1 + conf_level) / 2, self.df) * self.std_errors
        rows = zip(self.terms, self.beta, self.std_errors, statistic, self.df, 2 * t.sf(np.abs(statistic), self.df),
                   self.beta - reach, self.beta + reach, strict=True)  # fmt: skip
        return [FixedEffect(name, *map(float, numbers)) for name, *numbers in rows]

    @property
    def fixed(self) -> list[FixedEffect]:
        return self.fixed_at()

    # Variances
    @property
    def sigma2(self) -> float:
        """The variance of an error, of weight 1."""
        return self.found.look.sigma2 * float(self.design.scale[-1]) ** 2 * self.design.weight

    @cached_property
    def covariances(self) -> list[Floats]:
        """Of each level, the covariance of its random effects, term by term in the order of the formula."""
        made = []
        for level, L in zip(self.design.levels, self.likelihood.factors(self.found.theta), strict=True):
            D = np.zeros_like(L)
            for term, part in zip(level.terms, level.blocks, strict=True):
                turned = np.linalg.solve(shift(self.design, term.at), L[part, part]) * float(self.design.scale[-1])
                D[part, part] = turned @ turned.T * self.found.look.sigma2
            made.append(D)
        return made

    @property
    def random(self) -> list[Covariance]:
        """Variances and covariances of every term, as lme4 lists them."""
        rows = []
        for level, D in zip(self.design.levels, self.covariances, strict=True):
            for term, part in zip(level.terms, level.blocks, strict=True):
                block, names = D[part, part], term.names
                rows += [Covariance(level.name, name, None, float(block[k, k])) for k, name in enumerate(names)]
                rows += [
                    Covariance(level.name, names[j], names[k], float(block[j, k]))
                    for j in range(len(names))
                    for k in range(j + 1, len(names))
                ]
        return rows

    @cached_property
    def singular(self) -> bool:
        """Whether a variance is nought or a correlation one, by lme4's tolerance."""
        for level, D in zip(self.design.levels, self.covariances, strict=True):
            for part in level.blocks:
                block = D[part, part] / self.sigma2
                if (_cholesky_ends(block) < SINGULAR).any():
                    return True
        return False

    # The whole
    @property
    def criterion(self) -> float:
        """-2 log likelihood: REML's criterion, or the deviance under ML."""
        look, scale = self.found.look, float(self.design.scale[-1])
        turned = self.likelihood.free * 2 * np.log(scale)
        if self.likelihood.reml:
            turned += 2 * float(np.linalg.slogdet(shift(self.design, self._x))[1])
        return float(look.criterion + turned)

    @property
    def logLik(self) -> float:  # noqa: N802 (broom's name)
        return -self.criterion / 2

    @property
    def parameters(self) -> int:
        return len(self._x) + len(self.found.theta) + 1

    def tidy(self, effects: str = "all", conf_level: float = 0.95) -> "pl.DataFrame":
        """Rows of fixed effects, then standard deviations and correlations; effects: "all", "fixed" or "ran_pars"."""
        from accord.evidence.mixed.showing import tidy

        return tidy(self, effects, conf_level)

    def glance(self) -> "pl.DataFrame":
        """One row about the whole."""
        from accord.evidence.mixed.showing import glance

        return glance(self)

    def ranef(self) -> "pl.DataFrame":
        """Each unit's effects given the data, with their conditional standard deviation; never an order of merit."""
        from accord.evidence.mixed.effects import ranef

        return ranef(self)

    def predict(self, newdata: Any = None, level: str = "conditional") -> Floats:
        """Expected values, of the rows fitted or of new ones; level "population" leaves the random effects out.

        New units have effects of nought. Rows with a gap are NaN.
        """
        from accord.evidence.mixed.effects import predict

        return predict(self, newdata, level)

    def confint(self, method: str = "wald", conf_level: float = 0.95, **options: Any) -> "pl.DataFrame":
        """Intervals by "wald", "profile" (Bates et al. 2015, 5.1) or "bootstrap" (parametric; n=, seed=)."""
        from accord.evidence.mixed.intervals import confint

        return confint(self, method, conf_level, **options)

    def ranova(self) -> "pl.DataFrame":
        """Each random term's likelihood-ratio test, against a mixture since a variance is at its edge."""
        from accord.evidence.mixed.comparing import ranova

        return ranova(self)

    def summary(self) -> str:
        """The same in words and columns, for reading."""
        from accord.evidence.mixed.showing import summary

        return summary(self)

    def plot(self, ax: Any = None) -> Any:
        """Fixed effects with their intervals, on a matplotlib axes."""
        from accord.evidence.mixed.showing import plot

        return plot(self, ax)

    def __repr__(self) -> str:
        return f"Fitted({self.formula!r}, {self.method}, nobs={self.nobs}, criterion={self.criterion:.3f})"


def _cholesky_ends(block: Floats) -> Floats:
    """The diagonal of a Cholesky factor that may be singular."""
    ends, rest = np.empty(len(block)), block.copy()
    for k in range(len(block)):
        ends[k] = np.sqrt(max(rest[k, k], 0.0))
        if ends[k] > SINGULAR:
            rest = rest - np.outer(rest[:, k], rest[k]) / rest[k, k]
    return ends
