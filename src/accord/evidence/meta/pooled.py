"""What a meta-analysis came to: the mean, how far studies differ, and each study beside it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Method = Literal["fixed", "dl", "reml"]
Interval = Literal["normal", "knapp-hartung", "modified"]
Scale = Literal["as given", "correlation"]
METHODS = {
    "fixed": "one common effect, inverse-variance weights",
    "dl": "random effects, tau2 by DerSimonian & Laird (1986)",
    "reml": "random effects, tau2 by restricted maximum likelihood (Viechtbauer 2005)",
}
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Study:
    """One study: its effect with its own interval, and its share of all weight (0 to 1)."""

    name: str
    effect: float
    variance: float
    low: float
    high: float
    weight: float


@dataclass(frozen=True, eq=False)
class Pooled:
    """k studies together, on the scale they were pooled on (Fisher's z for correlations); `shown` is for people.

    estimate, se, statistic, df (None: normal), p, low, high     the mean of what studies find
    tau2, tau2_se, tau2_range      variance between studies; None with a common effect or a single study
    i2, i2_range, h2               share of the spread that is not chance (0 to 1); H^2 = total over sampling variance
    q, q_df, q_p                   Cochran's Q against no difference between studies
    prediction                     where the true effect of a further study is likely to lie; None as tau2
    """

    method: Method
    interval: Interval
    scale: Scale
    conf_level: float
    studies: tuple[Study, ...]
    estimate: float
    se: float
    statistic: float
    df: int | None
    p: float
    low: float
    high: float
    tau2: float | None
    tau2_se: float | None
    tau2_range: Range | None
    i2: float | None
    i2_range: Range | None
    h2: float | None
    q: float
    q_df: int
    q_p: float | None
    prediction: Range | None
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        return len(self.studies)

    @property
    def tau(self) -> float | None:
        return None if self.tau2 is None else math.sqrt(self.tau2)

    @property
    def back(self) -> Callable[[float], float]:
        """From the scale that was pooled on to the one people read. The r that goes with a mean z is no mean of r."""
        return math.tanh if self.scale == "correlation" else float

    @property
    def shown(self) -> dict[str, float | None]:
        """Estimate and intervals as people read them: r where correlations were pooled."""
        ends = self.prediction or (None, None)
        named: dict[str, float | None] = {"estimate": self.estimate, "low": self.low, "high": self.high}
        named |= {"prediction_low": ends[0], "prediction_high": ends[1]}
        return {name: None if value is None else self.back(value) for name, value in named.items()}

    def tidy(self) -> "pl.DataFrame":
        """A row for the mean and one a study, under broom's column names, on the scale that was pooled on."""
        import polars as pl

        mean = ("overall", "summary", self.estimate, self.se, self.statistic, self.p, self.low, self.high)
        each = [(one.name, "study", one.effect, math.sqrt(one.variance), None, None, one.low, one.high)
                for one in self.studies]  # fmt: skip
        names = ["term", "type", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high"]
        return pl.DataFrame([mean, *each], schema=names, orient="row")

    def glance(self) -> "pl.DataFrame":
        """One row about the whole."""
        import polars as pl

        low, high = self.tau2_range or (None, None)
        row = {"k": self.k, "method": self.method, "tau.squared": self.tau2, "tau.squared.se": self.tau2_se}
        row |= {"tau.squared.low": low, "tau.squared.high": high, "i.squared": self.i2, "h.squared": self.h2}
        return pl.DataFrame([row | {"cochran.qe": self.q, "df.residual": self.q_df, "p.value.cochran.qe": self.q_p}])

    def table(self) -> dict[str, Any]:
        """The numbers behind a forest plot, as plain cells."""
        level = f"{self.conf_level:.0%} interval"
        rows = [[one.name, _two(self.back(one.effect)), self._span(one.low, one.high), f"{one.weight:.1%}"]
                for one in self.studies]  # fmt: skip
        rows.append([f"all {self.k} together", _two(self.back(self.estimate)), self._span(self.low, self.high), "100%"])
        if self.prediction:
            rows.append(["a further study, likely", "", self._span(*self.prediction), ""])
        caption = f"{self.k} {'study' if self.k == 1 else 'studies'}; {METHODS[self.method]}"
        return {"caption": caption, "columns": ["study", "effect", level, "weight"], "rows": rows}

    def words(self) -> tuple[str, ...]:
        """What was found, in plain words."""
        mean = f"Taken together, {self.k} studies find {_two(self.back(self.estimate))}"
        if self.k == 1:
            mean = f"One study finds {_two(self.back(self.estimate))}"
        said = [f"{mean}; probably between {self._span(self.low, self.high, ' and ')}."]
        if self.prediction:
            said.append(
                f"A new study of this kind would probably find between {self._span(*self.prediction, ' and ')}."
            )
        if self.i2 is not None and self.k > 1:
            said.append(f"About {self.i2:.0%} of the spread between studies is more than chance would give.")
        return (*said, *self.notes)

    def _span(self, low: float, high: float, to: str = " to ") -> str:
        return f"{_two(self.back(low))}{to}{_two(self.back(high))}"


def _two(value: float) -> str:
    """Two digits after the point, and never -0.00."""
    return f"{round(value, 2) + 0.0:.2f}"
