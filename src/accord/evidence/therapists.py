"""How much of the outcome goes with the therapist, and how sure one can be about any of them. Never a ranking.

    found = therapist_effects(people, outcome="phq9_last", case_mix=["phq9_first", "risk"])
    found.icc            share of the outcome's variance that goes with the therapist, with its interval
    found.each           in the order of the therapists' codes: people, reliability, and the effect where that suffices
    found.words          the same in plain words
    found.enough, found.why

y_ij = x_ij'b + u_j + e_ij with u_j ~ N(0, tau^2), e_ij ~ N(0, sigma^2), by REML. A therapist's effect is drawn towards
the mean of all (Laird & Ware 1982): u_j = lambda_j times the mean of what is left of their people's outcomes,
lambda_j = tau^2 / (tau^2 + sigma^2 / n_j), with posterior variance tau^2 (1 - lambda_j). For learning, not for judging.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from accord.errors import DataError, TableError, UsageError
from accord.evidence.interval import NONE, Estimate
from accord.evidence.wording import interval, not_enough, number
from accord.outcome.columns import Floats

if TYPE_CHECKING:
    from accord.evidence.funnel import Funnel
    from accord.evidence.mixed.fitted import Fitted

NINETEEN_IN_TWENTY = 1.959963984540054
CHI_SQUARE = 3.841458820694124  # its square: where a profile ends
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """Below these nothing is said. Those of one therapist are science's (n = 30, lambda = .6); the others our own:
    a share of variance from fewer than ten therapists could be anything, and a group of fewer than ten is known."""

    clients: int = 30
    reliability: float = 0.6
    therapists: int = 10
    people: int = 100


@dataclass(frozen=True, slots=True)
class Therapist:
    """One therapist's share. `effect` is on the outcome's scale; None, as what follows it, where `why` says so."""

    therapist: str
    clients: int
    reliability: float
    enough: bool
    why: str
    effect: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class TherapistEffects:
    """What was found, or why nothing can be said yet. tau2, sigma2, icc: with 95% profile intervals."""

    outcome: str
    case_mix: tuple[str, ...]
    enough: bool
    why: str
    people: int
    therapists: int
    left_out: int
    tau2: Estimate = NONE
    sigma2: Estimate = NONE
    icc: Estimate = NONE
    p_value: float = math.nan
    each: tuple[Therapist, ...] = ()
    words: tuple[str, ...] = ()
    fitted: "Fitted | None" = None
    notes: tuple[str, ...] = ()

    def funnel(self) -> "Funnel":
        """What is left of each therapist's people, by how many they are, against what chance would do; no names.

        For whoever analyses; such a figure is not for a manager's screen.
        """
        from accord.evidence.funnel import funnel_of_means

        if self.fitted is None:
            raise DataError(f"there is nothing to draw: {self.why}")
        codes = self.fitted.design.levels[0].codes
        left = self.fitted.design.columns[-1] - self.fitted.predict(level="population")
        n = np.bincount(codes)
        return funnel_of_means(np.bincount(codes, left) / n, n, sd=math.sqrt(self.sigma2.value), target=0.0)


def reliability(icc: Any, n: Any) -> Any:
    """lambda of a therapist with n people where the share of variance is `icc`: n icc / (1 + (n - 1) icc)."""
    icc, n = np.asarray(icc, np.float64), np.asarray(n, np.float64)
    if not ((icc >= 0) & (icc <= 1)).all() or not (n >= 0).all():
        raise UsageError(f"reliability: got icc {icc}, n {n}; wanted a share from 0 to 1 and a number of people")
    return n * icc / (1 + (n - 1) * icc)


def therapist_effects(
    people: Any,
    outcome: str,
    case_mix: Sequence[str] = (),
    *,
    therapist: str = "therapist",
    limits: Limits | None = None,
) -> TherapistEffects:
    """Partial pooling of therapists. `people` has a row a person: polars or pandas frame, or arrays by name.

    outcome    the column to be explained; case_mix: columns of what people brought (severity at the start, risk, how
               long they had suffered, medication), which is taken out first
    Rows with a gap in any of these are left out and counted. TableError for a column that is not there.
    """
    limits = limits or Limits()
    rows, left_out = _rows(people, outcome, case_mix, therapist)
    counted: dict[str, Any] = {
        "outcome": outcome, "case_mix": tuple(case_mix), "people": rows.height,
        "therapists": rows[therapist].n_unique(), "left_out": left_out,
    }  # fmt: skip
    why = _too_little(rows, outcome, therapist, limits)
    if why:
        return TherapistEffects(**counted, enough=False, why=why, words=(not_enough(why),))
    fitted = _fit(rows, outcome, case_mix, therapist)
    parts: dict[str, Any] = {**variance_parts(fitted)}
    found = TherapistEffects(
        **counted, enough=True, why="", **parts, p_value=nothing_p(fitted), fitted=fitted,
        each=tuple(_each(fitted, rows, therapist, limits)), notes=fitted.notes,
    )  # fmt: skip
    from dataclasses import replace

    return replace(found, words=tuple(_words(found, limits)))


# Reading the table
def _rows(people: Any, outcome: str, case_mix: Sequence[str], therapist: str) -> tuple[pl.DataFrame, int]:
    from accord.evidence.mixed.columns import frame

    names = [outcome, *case_mix, therapist]
    if len(set(names)) < len(names):
        raise UsageError(f"outcome, case mix and therapist: got {', '.join(names)}, wanted different columns")
    given = frame(people, names)
    if not given[outcome].dtype.is_numeric():
        raise TableError(f"holds {given[outcome].dtype}, wanted numbers", column=outcome)
    whole = given.drop_nulls()
    return whole, given.height - whole.height


def _too_little(rows: pl.DataFrame, outcome: str, therapist: str, limits: Limits) -> str:
    therapists = rows[therapist].n_unique()
    if therapists < limits.therapists:
        return (
            f"{_many(therapists, 'therapist')} with people whose outcome is known; wanted {limits.therapists} or more"
        )
    if rows.height < limits.people:
        return f"{rows.height} people with a known outcome; wanted {limits.people} or more"
    if rows.height < 2 * therapists:
        return f"{rows.height} people of {therapists} therapists; wanted two or more of each on average"
    if not float(rows[outcome].std() or 0) > 0:  # type: ignore[arg-type]
        return f"{outcome} is the same for everybody"
    return ""


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _fit(rows: pl.DataFrame, outcome: str, case_mix: Sequence[str], therapist: str) -> "Fitted":
    from accord.evidence import fit

    fixed = " + ".join(["1", *(f"`{name}`" for name in case_mix)])
    made: Fitted = fit(f"`{outcome}` ~ {fixed} + (1 | `{therapist}`)", rows)
    return made


# Variances and their intervals
def variance_parts(fitted: "Fitted") -> dict[str, Estimate]:
    """tau2, sigma2 and icc of a model with one random intercept, with intervals by profile of its criterion."""
    best, unit = fitted.found.look.criterion, float(fitted.design.scale[-1])
    ratio, sigma = abs(float(fitted.found.theta[0])), math.sqrt(fitted.found.look.sigma2)
    tau = [value * unit for value in _ends(partial(_tau, fitted, best, sigma), ratio * sigma, 0.3 * sigma)]
    error = [value * unit for value in _ends(partial(_sigma, fitted, best, ratio), sigma, 0.2 * sigma)]
    return {
        "tau2": Estimate(fitted.random[0].vcov, tau[0] ** 2, tau[1] ** 2),
        "sigma2": Estimate(fitted.sigma2, error[0] ** 2, error[1] ** 2),
        "icc": share_of_groups(fitted),
    }


def share_of_groups(fitted: "Fitted") -> Estimate:
    """icc alone, of a model with one random intercept.

    It is a function of tau / sigma, the one parameter of the profiled criterion, so its interval is where that is
    within 3.84 of its least (Bates, Maechler, Bolker & Walker 2015, section 5.1).
    """
    best, ratio = fitted.found.look.criterion, abs(float(fitted.found.theta[0]))
    low, high = _ends(lambda theta: _look(fitted, theta) - best, ratio, 0.3)
    return Estimate(_share(ratio), _share(low), _share(high))


def nothing_p(fitted: "Fitted") -> float:
    """P of a likelihood ratio this large if therapists shared nothing: half of a chi-square with 1 degree of freedom,
    since a variance of nought is at the edge (Self & Liang 1987)."""
    ratio = max(_look(fitted, 0.0) - fitted.found.look.criterion, 0.0)
    return 0.5 * math.erfc(math.sqrt(ratio / 2)) if ratio > 0 else 1.0


def _share(ratio: float) -> float:
    return ratio**2 / (1 + ratio**2) if math.isfinite(ratio) else 1.0


def _look(fitted: "Fitted", theta: float, sigma2: float | None = None) -> float:
    return fitted.likelihood.look(np.array([theta]), sigma2).criterion


def _tau(fitted: "Fitted", best: float, sigma: float, tau: float) -> float:
    """How much worse it fits if tau is this and sigma what suits best then."""
    return _least(lambda s: _look(fitted, tau / (sigma * math.exp(s)), (sigma * math.exp(s)) ** 2)) - best


def _sigma(fitted: "Fitted", best: float, ratio: float, sigma: float) -> float:
    return _least(lambda theta: _look(fitted, theta, sigma**2), 0.0, 3 * ratio + 1) - best


def _least(worse: Callable[[float], float], low: float = -1.0, high: float = 1.0) -> float:
    from scipy.optimize import minimize_scalar

    return float(minimize_scalar(worse, bounds=(low, high), method="bounded", options={"xatol": 1e-4}).fun)


def _ends(worse: Callable[[float], float], best: float, step: float) -> tuple[float, float]:
    """Where a profile has risen by CHI_SQUARE below and above `best`; 0 below where it never does."""
    low = 0.0
    if best > 0 and worse(best * 1e-6) > CHI_SQUARE:
        low = _crossing(worse, best, best * 1e-6)
    far = best + step
    for _ in range(HALVINGS):
        if worse(far) > CHI_SQUARE:
            return low, _crossing(worse, best, far)
        far += far - best
    return low, math.inf


def _crossing(worse: Callable[[float], float], inside: float, outside: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda x: worse(x) - CHI_SQUARE, inside, outside, xtol=1e-7 * outside, rtol=1e-7))


# One therapist
def _each(fitted: "Fitted", rows: pl.DataFrame, therapist: str, limits: Limits) -> Iterator[Therapist]:
    """In the order of the codes: an order by effect would be a ranking."""
    tau2, sigma2 = fitted.random[0].vcov, fitted.sigma2
    left = residuals(fitted, rows, therapist)
    for code, n, mean in left.sort(therapist).iter_rows():
        trust = tau2 / (tau2 + sigma2 / n)
        why = _not_for(n, trust, limits)
        if why:
            yield Therapist(str(code), n, trust, False, why)
            continue
        effect, sd = trust * mean, math.sqrt(tau2 * (1 - trust))
        reach = NINETEEN_IN_TWENTY * sd
        yield Therapist(str(code), n, trust, True, "", effect, sd, effect - reach, effect + reach)


def residuals(fitted: "Fitted", rows: pl.DataFrame, therapist: str) -> pl.DataFrame:
    """A row a therapist: how many people, and the mean of their outcomes less what was to be expected of them."""
    outcome: Floats = fitted.design.columns[-1]
    left = outcome - fitted.predict(level="population")
    made = pl.DataFrame({therapist: rows[therapist], "left": left})
    return made.group_by(therapist, maintain_order=True).agg(pl.len().cast(pl.Int64), pl.col("left").mean())


def _not_for(n: int, trust: float, limits: Limits) -> str:
    if n < limits.clients:
        return f"{_many(n, 'person') if n == 1 else f'{n} people'}; wanted {limits.clients} or more"
    if trust < limits.reliability:
        return f"reliability {number(trust)}; wanted {number(limits.reliability)} or more"
    return ""


# Words
def _words(found: TherapistEffects, limits: Limits) -> Iterator[str]:
    share, low, high = (100 * value for value in found.icc)
    if found.case_mix:
        yield f"Taken into account first: {', '.join(name.replace('_', ' ') for name in found.case_mix)}."
    else:
        yield "Nothing that people brought is taken into account, so whom a therapist sees is part of all that follows."
    yield (
        f"About {number(share, 0)} of 100 parts of how people differ in {found.outcome.replace('_', ' ')} go with the "
        f"therapist they see (probably between {interval(low, high, 0).replace(' to ', ' and ')}); the rest goes with "
        "the people themselves, their lives, and chance."
    )
    if found.icc.low <= 0:
        yield "It could also be none: these data cannot tell therapists apart."
    told = sum(one.enough for one in found.each)
    if told < len(found.each):
        yield (
            f"For {len(found.each) - told} of {len(found.each)} therapists there is not enough to say: fewer than "
            f"{limits.clients} people, or a result that another year could turn round."
        )
    yield (
        "An effect here is a best guess, drawn towards the average. It is for learning together. It does not say "
        "who is better, and therapists are not put in order by it."
    )
