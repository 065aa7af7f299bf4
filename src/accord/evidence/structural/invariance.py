"""Measurement invariance: does a measure ask the same of different groups, and of the same people over time?

    invariance("visual =~ x1 + x2 + x3", data, group="school").words
    invariance_over_time(["goals", "trust", "respect"], [1, 3, 6], wide)      columns goals_1, goals_3, ..

Four models, each with one thing more held equal: configural (the same form), metric (loadings), scalar (intercepts
too, so that means may be compared), strict (residual variances too). A step holds while CFI falls by no more than
.010, RMSEA rises by no more than .015, and SRMR by no more than .030 (metric) or .010 (scalar, strict). These limits
are Chen's (2007), stated from memory. The same people at several sessions are no groups: there one model holds all
sessions, in which an item's residuals covary over time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.errors import UsageError
from accord.evidence.structural.cfa import cfa, observed_of, samples
from accord.evidence.structural.indices import Indices
from accord.evidence.structural.model import Row, build
from accord.evidence.structural.moments import Moments, Saturated, columns, moments, saturated
from accord.evidence.structural.result import StructuralFit, fit_model
from accord.evidence.structural.syntax import parse

if TYPE_CHECKING:
    import polars as pl

STEPS: Mapping[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
CFI_FALL, RMSEA_RISE = 0.010, 0.015
SRMR_RISE = {"metric": 0.030, "scalar": 0.010, "strict": 0.010}
MEANING = {
    "configural": "the items form the same factors",
    "metric": "an item counts as much, so that paths and spreads may be compared",
    "scalar": "the same standing gives the same answers, so that means may be compared",
    "strict": "answers are equally exact",
}


@dataclass(frozen=True)
class Step:
    """One model, and how it differs from the one before: `holds` is None for the first, which has none before."""

    name: str
    fit: Indices
    cfi_change: float
    rmsea_change: float
    srmr_change: float
    chisq_change: float
    df_change: int
    holds: bool | None
    why: str


@dataclass(frozen=True, eq=False)
class Invariance:
    """The steps, in order, and the fits they came from."""

    groups: tuple[str, ...]
    steps: tuple[Step, ...]
    fits: tuple[StructuralFit, ...]
    source: str = "limits of Chen (2007), from memory"

    @property
    def reached(self) -> str:
        """The last step up to which everything held."""
        found = "configural"
        for step in self.steps[1:]:
            if not step.holds:
                break
            found = step.name
        return found

    @property
    def words(self) -> list[str]:
        told = [f"{step.name}: {step.why}" for step in self.steps]
        return [*told, f"what may be said: {MEANING[self.reached]} ({self.reached}; {self.source})"]

    def tidy(self) -> "pl.DataFrame":
        """A row a step, with the fit and the changes."""
        import polars as pl

        rows = [
            {
                "step": step.name, "chisq": step.fit.chisq, "df": step.fit.df, "cfi": step.fit.cfi,
                "rmsea": step.fit.rmsea, "srmr": step.fit.srmr, "cfi.change": step.cfi_change,
                "rmsea.change": step.rmsea_change, "srmr.change": step.srmr_change, "chisq.change": step.chisq_change,
                "df.change": step.df_change, "holds": step.holds,
            }
            for step in self.steps
        ]  # fmt: skip
        return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).fill_nan(None))


def invariance(model: str, data: Any, group: str | None = None) -> Invariance:
    """Of groups of different people: a frame with a column that says the group, or a mapping of group to
    `sample(..)`."""
    known = samples(data, observed_of(parse(model)), group)
    if len(known) < 2:
        raise UsageError("invariance compares groups; name the column that says them, or give a sample for each")
    return _steps(tuple(known), lambda equal: cfa(model, known, equal=equal))


def _steps(groups: tuple[str, ...], fitted: Callable[[tuple[str, ...]], StructuralFit]) -> Invariance:
    fits = tuple(fitted(equal) for equal in STEPS.values())
    steps = [_first(fits[0].indices)]
    for name, before, after in zip(list(STEPS)[1:], fits, fits[1:], strict=False):
        steps.append(judge(name, before.indices, after.indices))
    return Invariance(groups, tuple(steps), fits)


def _first(fit: Indices) -> Step:
    nan = float("nan")
    why = f"CFI {fit.cfi:.3f}, RMSEA {fit.rmsea:.3f}, SRMR {fit.srmr:.3f}; wanted .95, .08 and .08 to go on from"
    return Step("configural", fit, nan, nan, nan, nan, 0, None, why)


def judge(name: str, before: Indices, after: Indices) -> Step:
    """Chen's limits on what one step changes."""
    cfi, rmsea, srmr = after.cfi - before.cfi, after.rmsea - before.rmsea, after.srmr - before.srmr
    broken = [
        f"{what} {'fell' if change < 0 else 'rose'} by {abs(change):.3f} (limit {limit:.3f})"
        for what, change, limit, beyond in (
            ("CFI", cfi, CFI_FALL, cfi < -CFI_FALL),
            ("RMSEA", rmsea, RMSEA_RISE, rmsea > RMSEA_RISE),
            ("SRMR", srmr, SRMR_RISE[name], srmr > SRMR_RISE[name]),
        )
        if beyond
    ]
    sure = bool(np.isfinite([cfi, rmsea, srmr]).all())
    why = (
        "does not hold: " + ", ".join(broken)
        if broken
        else f"holds: CFI {cfi:+.3f}, RMSEA {rmsea:+.3f}, SRMR {srmr:+.3f}"
    )
    change = after.chisq - before.chisq, after.df - before.df
    return Step(
        name,
        after,
        cfi,
        rmsea,
        srmr,
        *change,
        (not broken) if sure else None,
        why if sure else "not known: no chi-square",
    )


def invariance_over_time(items: Sequence[str], sessions: Sequence[int], data: Any) -> Invariance:
    """Of one factor at several sessions of the same people; columns `item_session`, missing values by FIML."""
    if len(sessions) < 2 or len(items) < 3:
        raise UsageError(
            f"{len(items)} items at {len(sessions)} sessions; wanted three items and two sessions at least"
        )
    names = [f"{item}_{session}" for session in sessions for item in items]
    known = moments(columns(data, names), names)
    free = saturated(known)
    return _steps(tuple(map(str, sessions)), lambda equal: _over_time(items, sessions, known, free, equal))


def _over_time(
    items: Sequence[str], sessions: Sequence[int], known: Moments, free: Saturated, equal: tuple[str, ...]
) -> StructuralFit:
    rows = []
    for t, session in enumerate(sessions):
        rows += _at_session(items, session, t, known, free, equal)
        rows += [Row(f"at {session}", "~~", f"at {earlier}", start=0.0) for earlier in sessions[:t]]
        rows += [Row(f"{item}_{session}", "~~", f"{item}_{earlier}") for item in items for earlier in sessions[:t]]
    model = build(rows, known.names, [f"at {session}" for session in sessions])
    return fit_model(model, (known,), free=(free,))


def _at_session(
    items: Sequence[str], session: int, t: int, known: Moments, free: Saturated, equal: tuple[str, ...]
) -> list[Row]:
    rows, factor = [], f"at {session}"
    for at, item in enumerate(items):
        name, place = f"{item}_{session}", t * len(items) + at
        mean, variance = float(free.mean[place]), float(free.cov[place, place])
        loading = None if "loadings" not in equal or at == 0 else f"loading of {item}"
        rows.append(Row(factor, "=~", name, loading, 1.0 if at == 0 else None, 1.0))
        rows.append(Row(name, "~1", "", f"intercept of {item}" if "intercepts" in equal else None, start=mean))
        residual = f"residual of {item}" if "residuals" in equal else None
        rows.append(Row(name, "~~", name, residual, start=0.5 * variance))
    rows.append(Row(factor, "~~", factor, start=0.4 * float(free.cov[t * len(items), t * len(items)])))
    return rows + ([Row(factor, "~1", "")] if t and "intercepts" in equal else [])
