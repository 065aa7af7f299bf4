"""Does the one follow the other within people, or only between them? Two questions, two answers, never mixed.

    found = within_between(read_panel(courses).rows, "phq9_next", "alliance")
    found.within.estimate      after a session better than this person's own usual
    found.between.estimate     for people whose usual is better than others'
    found.contextual           what the second has beyond the first
    found.words                the same in plain words
    found.enough, found.why    False and the reason, where there is too little

y_next = g0 + g1 w + g2 b + g3 ln(session) + u_client + v_therapist + e, with w the session's difference from the
person's mean over the rows used, and b that mean less the mean of all people; slopes of w differ between people where
that can be had. Contextual effect = g2 - g1 (Raudenbush & Bryk 2002; Curran & Bauer 2011). The outcome's own earlier
value is not in this model: put in as it is, or centred, it would bias g1 in short courses (Nickell 1981).
`lagged` is the analysis with it: the RI-CLPM of Hamaker, Kuiper & Grasman (2015).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from accord.errors import DataError, TableError
from accord.evidence import wording

Level = Literal["within", "between", "contextual"]
# Own choice: below these an interval would be too wide to learn from, and a variance too unsure to pool by.
CLIENTS, PAIRS = 30, 3
THERAPISTS = 5
# Less than this share of the error counts as nought, as lme4 takes a ratio of SDs below 1e-4.
EDGE = 1e-8
WAVES, MOST_WAVES, PEOPLE_A_NUMBER = 3, 8, 5


@dataclass(frozen=True, slots=True)
class Effect:
    """One number of one level. `standardised` in SDs of that same level; NaN for the contextual one."""

    level: Level
    estimate: float
    std_error: float
    df: float
    p_value: float
    low: float
    high: float
    standardised: float = math.nan


@dataclass(frozen=True, eq=False)
class WithinBetween:
    """What was found, or why nothing can be said yet."""

    outcome: str
    cause: str
    enough: bool
    why: str
    rows: int
    clients: int
    therapists: int
    formula: str = ""
    within: Effect | None = None
    between: Effect | None = None
    contextual: Effect | None = None
    slope_sd: float | None = None
    fitted: Any = None
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=())

    @property
    def effects(self) -> tuple[Effect, ...]:
        return tuple(one for one in (self.within, self.between, self.contextual) if one)


def within_between(
    panel: pl.DataFrame,
    outcome: str,
    cause: str,
    *,
    client: str = "client",
    therapist: str | None = "therapist",
    time: str | None = "log_session",
    slope: bool = True,
    method: Literal["reml", "ml"] = "reml",
    progress: Callable[[int, int], None] | None = None,
) -> WithinBetween:
    """Fit both levels at once. Rows with a gap in any of the columns are left out.

    Raises TableError for a column that is not there.
    """
    rows, therapists = _rows(panel, outcome, cause, client, therapist, time)
    found = WithinBetween(outcome, cause, True, "", rows.height, rows["client"].n_unique(), therapists)
    why = _too_little(rows)
    if why:
        return replace(found, enough=False, why=why, words=(wording.not_enough(why),))
    fixed = " + ".join([f"{outcome} ~ {cause}_within + {cause}_between", *([time] if time else [])])
    fitted, formula, notes = _fit(fixed, f"{cause}_within", rows, therapists, slope, method, progress)
    within, between, contextual = _effects(fitted, rows, outcome, cause)
    found = replace(
        found, formula=formula, within=within, between=between, contextual=contextual,
        slope_sd=_slope_sd(fitted, f"{cause}_within"), fitted=fitted, notes=tuple(notes),
    )  # fmt: skip
    return replace(found, words=(*wording.within_between(found), wording.NO_PROOF))


def _rows(
    panel: pl.DataFrame, outcome: str, cause: str, client: str, therapist: str | None, time: str | None
) -> tuple[pl.DataFrame, int]:
    """The rows without a gap, centred over themselves; and how many therapists there are."""
    wanted = [outcome, cause, client, *([time] if time else [])]
    for name in wanted:
        if name not in panel.columns:
            raise TableError(f"there is no such column; the panel has {', '.join(panel.columns[:20])}", column=name)
    known = panel.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in wanted)).with_columns(
        pl.col(client).alias("client")
    )
    mean = pl.col(cause).mean().over("client")
    grand = known.group_by("client").agg(pl.col(cause).mean())[cause].mean()
    rows = known.with_columns(
        (pl.col(cause) - mean).alias(f"{cause}_within"), (mean - pl.lit(grand, pl.Float64)).alias(f"{cause}_between")
    )
    if therapist is None or therapist not in panel.columns:
        return rows, 0
    return _with_therapists(rows, therapist)


def _with_therapists(rows: pl.DataFrame, therapist: str) -> tuple[pl.DataFrame, int]:
    """A course without a therapist has no therapist's share: an indicator leaves it out of that term."""
    there = pl.col(therapist).is_not_null()
    number = rows[therapist].drop_nulls().n_unique()
    named = pl.col(therapist).cast(pl.String).fill_null("(none)")
    return rows.with_columns(there.cast(pl.Float64).alias("with_therapist"), named.alias("therapist")), number


def _too_little(rows: pl.DataFrame) -> str:
    clients = rows["client"].n_unique()
    if clients < CLIENTS:
        return f"{clients} people have both ratings with a score after; wanted {CLIENTS} or more"
    long = int((rows.group_by("client").len()["len"] >= PAIRS).sum())
    if long < CLIENTS:
        return f"{long} people have {PAIRS} or more sessions with a score after; wanted {CLIENTS} or more"
    for name in [each for each in rows.columns if each.endswith("_within")]:
        spread = rows[name].std()
        if spread is None or not float(spread) > 1e-9:  # type: ignore[arg-type]
            return f"{name.removesuffix('_within')} never moves within anybody, so nothing can follow its moves"
    return ""


def _fit(
    fixed: str, w: str, rows: pl.DataFrame, therapists: int, slope: bool, method: Any, progress: Any
) -> tuple[Any, str, list[str]]:
    """With slopes that differ between people if they can be had, else without."""
    from accord.evidence import fit

    notes = [] if therapists >= THERAPISTS else [_few(therapists)]
    over = _therapist_term(rows, therapists)
    if slope:
        formula = f"{fixed} + (1 + {w} | client){over}"
        try:
            fitted = fit(formula, rows, method=method, progress=progress)
        except DataError as error:
            notes.append(f"That people differ in how strong it is could not be estimated ({error}); one slope for all.")
        else:
            if not _on_edge(fitted):
                return fitted, formula, notes + list(fitted.notes)
            notes.append("That people differ in how strong it is could not be told from chance; one slope for all.")
    formula = f"{fixed} + (1 | client){over}"
    fitted = fit(formula, rows, method=method, progress=progress)
    return fitted, formula, notes + list(fitted.notes)


def _on_edge(fitted: Any) -> bool:
    """Whether people's slopes do not vary, or go with their intercepts altogether; therapists may be alike."""
    own = [one for one in fitted.random if one.group == "client"]
    variance = {one.term1: one.vcov for one in own if one.term2 is None}
    if not all(value > EDGE * fitted.sigma2 for value in variance.values()):
        return bool(fitted.singular)
    return any(
        abs(one.vcov) > (1 - EDGE) * math.sqrt(variance[one.term1] * variance[one.term2])
        for one in own
        if one.term2 is not None
    )


def _few(therapists: int) -> str:
    there = "no therapists are" if not therapists else "one is" if therapists == 1 else f"{therapists} are"
    return f"What therapists share is not in the model: {there} in the rows used, and {THERAPISTS} or more are wanted."


def _therapist_term(rows: pl.DataFrame, therapists: int) -> str:
    if therapists < THERAPISTS:
        return ""
    return " + (1 | therapist)" if rows["with_therapist"].min() == 1.0 else " + (0 + with_therapist | therapist)"


def _effects(
    fitted: Any, rows: pl.DataFrame, outcome: str, cause: str
) -> tuple[Effect | None, Effect | None, Effect | None]:
    records = {one.term: one for one in fitted.fixed}
    inside, outside = _ratios(rows, outcome, cause)
    within = _effect("within", records.get(f"{cause}_within"), inside)
    between = _effect("between", records.get(f"{cause}_between"), outside)
    return within, between, _contextual(fitted, cause, within, between)


def _effect(level: Level, one: Any, ratio: float) -> Effect | None:
    if one is None:
        return None
    return Effect(
        level, one.estimate, one.std_error, one.df, one.p_value, one.conf_low, one.conf_high, one.estimate * ratio,
    )  # fmt: skip


def _contextual(fitted: Any, cause: str, within: Effect | None, between: Effect | None) -> Effect | None:
    """g2 - g1 with the standard error of a difference; t with the smaller of the two degrees of freedom."""
    if within is None or between is None:
        return None
    from scipy.stats import t as student

    terms = list(fitted.terms)
    a, b = terms.index(f"{cause}_within"), terms.index(f"{cause}_between")
    V = np.asarray(fitted.vcov, np.float64)
    se = math.sqrt(max(V[a, a] + V[b, b] - 2 * V[a, b], 0.0))
    df = min(within.df, between.df)
    value = between.estimate - within.estimate
    half = float(student.ppf(0.975, df)) * se
    p = float(2 * student.sf(abs(value) / se, df)) if se > 0 else math.nan
    return Effect("contextual", value, se, df, p, value - half, value + half)


def _ratios(rows: pl.DataFrame, outcome: str, cause: str) -> tuple[float, float]:
    """SD of the cause over SD of the outcome, each within its own level."""
    mean = pl.col(outcome).mean().over("client")
    inside = rows.select((pl.col(outcome) - mean).std()).item()
    people = rows.group_by("client").agg(pl.col(outcome).mean(), pl.col(f"{cause}_between").first())
    outside = _ratio(people[f"{cause}_between"].std(), people[outcome].std())
    return _ratio(rows[f"{cause}_within"].std(), inside), outside


def _ratio(above: Any, below: Any) -> float:
    return float(above) / float(below) if above is not None and below and below > 0 else math.nan


def _slope_sd(fitted: Any, w: str) -> float | None:
    for one in fitted.random:
        if one.group == "client" and one.term1 == w and one.term2 is None:
            return math.sqrt(max(one.vcov, 0.0))
    return None


@dataclass(frozen=True, eq=False)
class Lagged:
    """What leads to what within people, earlier values held constant; or why nothing can be said yet.

    `fit` is the RI-CLPM with the cause as x and the outcome as y: its `overall` has the four paths.
    """

    enough: bool
    why: str
    waves: int
    clients: int
    fit: Any = None
    words: tuple[str, ...] = ()


def lagged(panel: pl.DataFrame, outcome: str, cause: str, *, client: str = "client", most: int = MOST_WAVES) -> Lagged:
    """The RI-CLPM over the first sessions of all courses, both rated in the same session; people with gaps stay in.

    As many sessions as the people can carry (five for each number to be estimated), and that half of them rated.
    """
    for name in (outcome, cause, client, "session"):
        if name not in panel.columns:
            raise TableError(f"there is no such column; the panel has {', '.join(panel.columns[:20])}", column=name)
    waves, clients = _waves(panel, outcome, cause, client, most)
    if waves < WAVES:
        why = (
            f"{clients} people with both ratings, and {waves} sessions that half of them rated, do not carry a model "
            f"of {WAVES} sessions; wanted {WAVES} such sessions and {PEOPLE_A_NUMBER * _numbers(WAVES)} people"
        )
        return Lagged(False, why, waves, clients, words=(wording.not_enough(why),))
    return _ri_clpm(panel, outcome, cause, client, waves, clients)


def _numbers(waves: int) -> int:
    """Parameters of a constrained RI-CLPM: 2 means, 2 variances and a covariance a wave, 3 between people, 4 paths."""
    return 5 * waves + 7


def _waves(panel: pl.DataFrame, outcome: str, cause: str, client: str, most: int) -> tuple[int, int]:
    both = panel.filter(pl.col(outcome).is_not_null() & pl.col(cause).is_not_null())
    clients = both[client].n_unique()
    at = dict(both.filter(pl.col("session") <= most).group_by("session").agg(pl.col(client).n_unique()).iter_rows())
    waves = 0
    while (
        waves < most
        and 2 * at.get(waves + 1, 0) >= max(clients, 1)
        and clients >= PEOPLE_A_NUMBER * _numbers(max(waves + 1, WAVES))
    ):
        waves += 1
    return waves, clients


def _ri_clpm(panel: pl.DataFrame, outcome: str, cause: str, client: str, waves: int, clients: int) -> Lagged:
    from accord.evidence.structural.ri_clpm import ri_clpm

    wide = (
        panel.filter(pl.col("session") <= waves)
        .select(client, "session", outcome, cause)
        .unique([client, "session"], keep="first", maintain_order=True)
        .pivot("session", index=client, values=[outcome, cause], sort_columns=True)
    )
    x, y = ([f"{name}_{t}" for t in range(1, waves + 1)] for name in (cause, outcome))
    try:
        fit = ri_clpm(wide, x=x, y=y, names=(cause, outcome))
    except DataError as error:
        return Lagged(False, str(error), waves, clients, words=(wording.not_enough(str(error)),))
    return Lagged(True, "", waves, clients, fit, tuple(wording.lagged(fit)))
