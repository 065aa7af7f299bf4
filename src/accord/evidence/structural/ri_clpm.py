"""The random-intercept cross-lagged panel model (Hamaker, Kuiper & Grasman 2015): who leads whom, within a person.

    fit = ri_clpm(wide, x=["phq9_1", "phq9_2", "phq9_3"], y=["alliance_1", "alliance_2", "alliance_3"])
    fit.lags        the four paths: per point, and in within-person SDs, each with its error
    fit.words       what they say, in plain words
    fit.tidy(), fit.glance()

x_it = mu_t + kappa_i + p_it, y_it = pi_t + omega_i + q_it; p_it = alpha p_i,t-1 + beta q_i,t-1 + u,
q_it = delta q_i,t-1 + gamma p_i,t-1 + v. Loadings are 1, kappa and omega covary freely and with nothing else, and the
two parts of a wave covary. Missing values: FIML. `constrained`: the four paths are the same from every wave to the
next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.errors import UsageError
from accord.evidence.structural.model import Row, build
from accord.evidence.structural.moments import Floats, Moments, alone, columns, moments
from accord.evidence.structural.result import Estimate, StructuralFit, fit_model, two_sided

if TYPE_CHECKING:
    import polars as pl

WAVES = 3
LETTERS = {("x", "x"): "alpha", ("y", "x"): "beta", ("x", "y"): "gamma", ("y", "y"): "delta"}


@dataclass(frozen=True)
class Lag:
    """One path from a wave to the next, between what is within a person.

    estimate: points of `to` per point of `of`; std: in within-person SDs; each with standard error and 95% interval.
    `wave` is the later one; 0 stands for all: the one number they share, and the mean of the standardised ones.
    """

    letter: str
    of: str
    to: str
    wave: int
    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    std: float
    std_std_error: float
    std_low: float
    std_high: float


@dataclass(frozen=True, eq=False)
class RiClpm:
    """The fitted model; `fit` has every estimate, `lags` the four paths by wave, `between` how the two stable parts go
    together (a correlation: who is high in one is high in the other, which says nothing of what leads to what)."""

    fit: StructuralFit
    x: str
    y: str
    waves: int
    constrained: bool

    @cached_property
    def lags(self) -> list[Lag]:
        """Letter by letter, wave by wave."""
        value, slope = self.fit.standardised
        errors = self.fit.error(slope)
        found = []
        for place, (row, each) in enumerate(zip(self.fit.model.rows, self.fit.estimates(), strict=True)):
            if row.op == "~":
                found.append(self._lag(row, each, float(value[place]), float(errors[place])))
        return sorted(found, key=lambda lag: (lag.letter, lag.wave))

    def _lag(self, row: Row, each: Estimate, std: float, error: float) -> Lag:
        to, later = _part(row.lhs)
        of, _ = _part(row.rhs)
        names = {"x": self.x, "y": self.y}
        return Lag(
            LETTERS[of, to], names[of], names[to], later, each.estimate, each.std_error, each.p_value, each.conf_low,
            each.conf_high, std, error, std - 1.959964 * error, std + 1.959964 * error,
        )  # fmt: skip

    @cached_property
    def overall(self) -> list[Lag]:
        """The four paths over all waves: the mean over waves, which is the number itself where they share one."""
        value, slope = self.fit.standardised
        return [self._mean(letter, of, to, value, slope) for (of, to), letter in LETTERS.items()]

    def _mean(self, letter: str, of: str, to: str, value: Floats, slope: Floats) -> Lag:
        model, names = self.fit.model, {"x": self.x, "y": self.y}
        rows = [
            place
            for place, row in enumerate(model.rows)
            if row.op == "~" and _part(row.rhs)[0] == of and _part(row.lhs)[0] == to
        ]
        plain = np.zeros(len(self.fit.theta))
        np.add.at(plain, model.free[rows], 1 / len(rows))
        estimate, error = float(plain @ self.fit.theta), float(self.fit.error(plain))
        std, std_error = float(value[rows].mean()), float(self.fit.error(slope[rows].mean(axis=0)))
        return Lag(
            letter, names[of], names[to], 0, estimate, error, two_sided(estimate / error), estimate - 1.959964 * error,
            estimate + 1.959964 * error, std, std_error, std - 1.959964 * std_error, std + 1.959964 * std_error,
        )  # fmt: skip

    @property
    def between(self) -> Estimate:
        """Covariance and (`std_all`) correlation of the two stable parts."""
        return self.fit.find("between.x ~~ between.y")

    @property
    def notes(self) -> tuple[str, ...]:
        return self.fit.notes

    @property
    def words(self) -> list[str]:
        """What the paths say, level by level."""
        from accord.evidence.structural.ri_clpm_words import words

        return words(self)

    def tidy(self, conf_level: float = 0.95) -> "pl.DataFrame":
        return self.fit.tidy(conf_level)

    def glance(self) -> "pl.DataFrame":
        return self.fit.glance()

    def table(self) -> "pl.DataFrame":
        """The lags, a row each."""
        import polars as pl

        return pl.DataFrame([vars(lag) for lag in self.lags])


def ri_clpm(
    data: Any, x: Sequence[str], y: Sequence[str], constrained: bool = True, *, names: tuple[str, str] | None = None
) -> RiClpm:
    """A row a person, a column a wave, in order. NaN or null: not given; such people stay in (FIML).

    Raises UsageError for fewer than three waves or columns that are not there, DataError where the data cannot carry
    the model or it does not converge.
    """
    if len(x) != len(y):
        raise UsageError(f"{len(x)} waves of x and {len(y)} of y; wanted one column of each a wave")
    if len(x) < WAVES:
        raise UsageError(f"{len(x)} waves; a random intercept beside lagged paths needs at least {WAVES}")
    waves = len(x)
    known = moments(columns(data, [*x, *y]), [*x, *y])
    model = build(_rows(x, y, known, constrained), [*x, *y], _latent(waves))
    fit = fit_model(model, (known,))
    first, second = names or (stem(x, "x"), stem(y, "y"))
    return RiClpm(fit, first, second, waves, constrained)


def stem(names: Sequence[str], otherwise: str) -> str:
    """What the names of the waves begin with: `phq9` of phq9_1, phq9_2."""
    same = next((at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1), 0)
    return names[0][:same].rstrip("0123456789").rstrip("_.- ") or otherwise


def _latent(waves: int) -> list[str]:
    return ["between.x", "between.y", *(f"within.{v}{t}" for v in "xy" for t in range(1, waves + 1))]


def _part(name: str) -> tuple[str, int]:
    """`within.x3` is x at wave 3."""
    return name[7], int(name[8:])


def _rows(x: Sequence[str], y: Sequence[str], known: Moments, constrained: bool) -> list[Row]:
    _, mean, variance = alone(known)
    start = {name: (float(m), float(v)) for name, m, v in zip(known.names, mean, variance, strict=True)}
    rows = []
    for v, columns_ in (("x", x), ("y", y)):
        for t, column in enumerate(columns_, 1):
            rows.append(Row(f"between.{v}", "=~", column, value=1.0))
            rows.append(Row(f"within.{v}{t}", "=~", column, value=1.0))
            rows.append(Row(column, "~1", "", start=start[column][0]))
            share = 0.5 if t == 1 else 0.4
            rows.append(Row(f"within.{v}{t}", "~~", f"within.{v}{t}", start=share * start[column][1]))
        typical = float(np.mean([start[column][1] for column in columns_]))
        rows.append(Row(f"between.{v}", "~~", f"between.{v}", start=0.4 * typical))
    rows.append(Row("between.x", "~~", "between.y"))
    rows += [Row(f"within.x{t}", "~~", f"within.y{t}") for t in range(1, len(x) + 1)]
    return rows + _lags(len(x), constrained)


def _lags(waves: int, constrained: bool) -> list[Row]:
    rows = []
    for t in range(2, waves + 1):
        for (of, to), letter in LETTERS.items():
            label = letter if constrained else None
            rows.append(Row(f"within.{to}{t}", "~", f"within.{of}{t - 1}", label, start=0.2 if of == to else 0.0))
    return rows
