"""Known truth: what the estimators of the evidence room make of practices whose truth is known.

    rows = known_truth(runs=100)                              practices of 40 therapists x 25 clients x 16 sessions
    rows = known_truth(runs=100, causes=["all causal paths"]) the same with nothing to be found
    rows = known_truth(runs=100, estimators=LAGGED)           some of them only
    print(markdown(rows))

Each practice is simulated, answers are rounded to their scales with ceiling and gaps, and every estimator reads what a
practice would hold. The truth is the same estimator on very many courses (`LARGE` therapists at a time): what it would
say of everybody. That shows bias and coverage in practices of this size. What an estimator gets wrong however many
there are is seen otherwise: `unrounded` is the same very many courses before rounding and ceilings, and with every
causal path off, what ought to be 0 is known without any estimator. docs/evidence-known-truth.md reads the tables.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.errors import DataError
from accord.mechanism.observed import ALLIANCE_ITEMS, CENTRE, SLOPE
from accord.mechanism.parameters import Parameters
from accord.mechanism.power import Share, share, within_model
from accord.mechanism.simulation import Simulated, simulate
from accord.mechanism.stream import Floats

if TYPE_CHECKING:
    import polars as pl

    from accord.evidence.interval import Estimate

LARGE, LARGE_SEED, WAVES, EARLY = 1_000, 900_001, 6, 3
PHQ_CENTRE, PHQ_SLOPE = 15.0, 5.5
NINETEEN_IN_TWENTY = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Practice:
    """What a practice would hold: [course, session] with NaN where not given, [course], and answers to items."""

    phq9: Floats
    alliance: Floats
    by_therapist: Floats
    last: Floats
    therapist: Any
    items: "pl.DataFrame | None"

    def panel(self) -> "pl.DataFrame":
        """A row a rated session, with the next score that was given."""
        import polars as pl

        client, session = np.nonzero(~np.isnan(self.alliance))
        return pl.DataFrame(
            {
                "therapist": self.therapist[client], "client": client, "session": session + 1,
                "log_session": np.log(session + 1.0), "phq9": self.phq9[client, session],
                "phq9_next": _next(self.phq9)[client, session], "alliance": self.alliance[client, session],
                "alliance_therapist": self.by_therapist[client, session],
            }
        ).fill_nan(None)  # fmt: skip


def _next(x: Floats) -> Floats:
    """[course, session] the next value given after a session; NaN where there is none."""
    found, coming = np.full(x.shape, np.nan), np.full(len(x), np.nan)
    for t in reversed(range(x.shape[1])):
        found[:, t] = coming
        coming = np.where(np.isnan(x[:, t]), coming, x[:, t])
    return found


def practice(simulated: Simulated, *, rounded: bool = True) -> Practice:
    """The answers of simulated courses, as given; or what stands behind them, before rounding and ceilings."""
    truth = simulated.truth
    if not rounded:
        phq9, last = (PHQ_CENTRE + PHQ_SLOPE * value for value in (truth.score, truth.last_score))
        client, therapist = (CENTRE + SLOPE * value for value in (truth.client_rating, truth.therapist_rating))
        return Practice(np.where(truth.attended, phq9, np.nan), client, therapist, last, truth.therapist, None)
    from accord.mechanism.observed import phq_total

    seen, frame = simulated.observed, simulated.to_frame()
    place = seen.client - 1, seen.session - 1

    def grid(name: str) -> Floats:
        made = np.full(truth.attended.shape, np.nan)
        made[place] = np.where(seen.attended, seen.answers[name], np.nan)
        return made

    items = frame.select("client", "session", *(f"alliance.client.{name}" for name in ALLIANCE_ITEMS))
    last = phq_total(truth.last_score).astype(np.float64)
    return Practice(
        grid("phq-9.client"), grid("alliance.client"), grid("alliance.therapist"), last, truth.therapist, items
    )


# The estimators: each gives one or several numbers with their intervals.
Found = dict[str, "Estimate"]


def _two_levels(held: Practice) -> Found:
    from accord.evidence.within import within_between

    found = within_between(held.panel(), "phq9_next", "alliance")
    return {one.level: _estimate(one.estimate, one.low, one.high) for one in found.effects}


def _given_before(held: Practice) -> Found:
    one, ratio = within_model(held.phq9, held.alliance, held.therapist)
    return {"within_before": _estimate(*(value * ratio for value in (one.estimate, one.conf_low, one.conf_high)))}


def _ri_clpm(held: Practice) -> Found:
    import polars as pl

    from accord.evidence.structural.ri_clpm import ri_clpm

    waves = range(min(WAVES, held.phq9.shape[1]))
    x, y = [f"alliance_{t}" for t in waves], [f"phq9_{t}" for t in waves]
    wide = pl.DataFrame(
        {name: held.alliance[:, t] for t, name in enumerate(x)} | {name: held.phq9[:, t] for t, name in enumerate(y)}
    )
    paths = {one.letter: one for one in ri_clpm(wide, x=x, y=y).overall}
    named = {"clpm_as": paths["gamma"], "clpm_sa": paths["beta"]}
    return {name: _estimate(one.std, one.std_low, one.std_high) for name, one in named.items()}


def _therapists(held: Practice) -> Found:
    early = held.alliance[:, min(EARLY, held.alliance.shape[1]) - 1]
    return {
        "icc_outcome": _shared(held.therapist, "y ~ first + (1 | g)", y=held.last, first=_first(held.phq9)),
        "icc_alliance": _shared(held.therapist, "y ~ 1 + (1 | g)", y=early),
    }


def _person_share(held: Practice) -> Found:
    client, session = np.nonzero(~np.isnan(held.alliance))
    return {"person_share": _shared(client, "y ~ 1 + (1 | g)", y=held.alliance[client, session])}


def _shared(groups: Any, formula: str, **columns: Floats) -> "Estimate":
    from accord.evidence import fit
    from accord.evidence.therapists import share_of_groups

    known = np.all([~np.isnan(column) for column in columns.values()], axis=0)
    return share_of_groups(fit(formula, {"g": groups[known]} | {name: x[known] for name, x in columns.items()}))


def _first(x: Floats) -> Floats:
    """[course] the first value given."""
    given = ~np.isnan(x)
    return np.where(given.any(axis=1), x[np.arange(len(x)), given.argmax(axis=1)], np.nan)


def _correlation(held: Practice) -> Found:
    """Fisher's interval, as most studies give it: clients of one therapist count as if they were apart."""
    from accord.mechanism.estimators import correlation

    early, first = held.alliance[:, min(EARLY, held.alliance.shape[1]) - 1], _first(held.phq9)
    known = ~(np.isnan(early) | np.isnan(first))
    slope, base = np.polyfit(first[known], held.last[known], 1)
    r = correlation(early, np.where(known, base + slope * first - held.last, np.nan))
    reach = NINETEEN_IN_TWENTY / math.sqrt(max(int(known.sum()) - 3, 1))
    return {"r_outcome": _estimate(r, math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach))}


def _gap(held: Practice) -> Found:
    from accord.evidence.gap import truth_and_bias

    found = truth_and_bias(held.panel(), resamples=0)
    return {"gap": found.gap, "tracking": found.tracking}


def _two_views(held: Practice) -> Found:
    from accord.evidence.dyads import one_with_many

    found = one_with_many(held.panel(), resamples=100)
    return {
        "consensus": found.client.therapist_share, "assimilation": found.therapist.therapist_share,
        "r_general": found.generalised_reciprocity, "r_dyadic": found.dyadic_reciprocity,
        "r_session": found.session_reciprocity,
    }  # fmt: skip


def _reliable(held: Practice) -> Found:
    import polars as pl

    from accord.evidence.reliability import by_level, omega

    if held.items is None:
        return {}
    items = [name for name in held.items.columns if name.startswith("alliance")]
    early = omega(held.items.filter(pl.col("session") == EARLY), items)
    inside = by_level(held.items, items).omega_within
    named = {"omega": early, "omega_within": inside}
    return {name: _estimate(one.estimate, one.low, one.high) for name, one in named.items()}


def _estimate(value: float, low: float, high: float) -> "Estimate":
    from accord.evidence.interval import Estimate

    return Estimate(value, low, high)


Estimator = Callable[[Practice], Found]
LAGGED: tuple[Estimator, ...] = (_two_levels, _given_before, _ri_clpm)
# What the causal paths bear on, and all.
OF_OUTCOME: tuple[Estimator, ...] = (*LAGGED, _correlation, _therapists)
ESTIMATORS: tuple[Estimator, ...] = (*OF_OUTCOME, _person_share, _gap, _two_views, _reliable)
LABELS: Mapping[str, str] = {
    "within": "within: PHQ-9 points a point of alliance",
    "between": "between: the same between people",
    "contextual": "contextual: between less within",
    "within_before": "within, given the score before (SD)",
    "clpm_as": "RI-CLPM: alliance to next symptoms (SD)",
    "clpm_sa": "RI-CLPM: symptoms to next alliance (SD)",
    "r_outcome": "early alliance and outcome, r",
    "icc_outcome": "therapists in outcome, share",
    "icc_alliance": "therapists in early alliance, share",
    "person_share": "people in alliance, share",
    "gap": "gap: therapist less client, points",
    "tracking": "tracking: therapist a point of client",
    "consensus": "one-with-many: var(P), share",
    "assimilation": "one-with-many: var(A), share",
    "r_general": "generalised reciprocity, r",
    "r_dyadic": "dyadic reciprocity, r",
    "r_session": "session reciprocity, r",
    "omega": "omega of the alliance items, session 3",
    "omega_within": "omega within people",
}


# Running them
@dataclass(frozen=True, slots=True)
class Recovered:
    """One estimator over all runs. `coverage` and `nothing`: of the 95% intervals, how many hold the truth, and how
    many leave 0 out. `bias_error` is Monte Carlo error, of the runs and of the truth. NaN in `unrounded`: not defined.
    """

    name: str
    label: str
    unrounded: float
    truth: float
    mean: float
    bias: float
    bias_error: float
    rmse: float
    coverage: Share
    nothing: Share
    runs: int
    failed: int


def known_truth(
    runs: int = 100,
    therapists: int = 40,
    clients_per_therapist: int = 25,
    sessions: int = 16,
    *,
    causes: Iterable[str] = (),
    seed: int = 1,
    large: int = 4,
    large_therapists: int = LARGE,
    estimators: Iterable[Estimator] = ESTIMATORS,
    progress: Callable[[int, int], None] | None = None,
) -> list[Recovered]:
    """Every estimator over `runs` practices. `causes`: what is switched off; `large`: how often the truth is simulated.

    An estimator that says of a practice that there is not enough, or that fails, counts as failed in that run.
    """
    p, used = Parameters().without(*causes), tuple(estimators)
    truths: list[dict[str, float]] = []
    unrounded: list[dict[str, float]] = []
    each: list[Found] = []
    total = runs + large
    for k in range(large):
        made = simulate(large_therapists, clients_per_therapist, sessions, p, LARGE_SEED + k, engine="compiled")
        truths.append({name: one.value for name, one in _all(practice(made), used).items()})
        unrounded.append({name: one.value for name, one in _all(practice(made, rounded=False), used).items()})
        if progress:
            progress(k + 1, total)
    for k in range(runs):
        made = simulate(therapists, clients_per_therapist, sessions, p, seed * 10_000 + k, engine="compiled")
        each.append(_all(practice(made), used))
        if progress:
            progress(large + k + 1, total)
    return list(_recovered(truths, unrounded, each))


def _all(held: Practice, estimators: Iterable[Estimator]) -> Found:
    found: Found = {}
    for estimator in estimators:
        try:
            found |= estimator(held)
        except DataError:
            continue
    return found


def _recovered(
    truths: list[dict[str, float]], unrounded: list[dict[str, float]], each: list[Found]
) -> Iterator[Recovered]:
    for name, label in LABELS.items():
        known = np.array([one[name] for one in truths if name in one])
        got = np.array([one[name] for one in each if name in one]).reshape(-1, 3)
        got = got[np.isfinite(got[:, 0])]
        if not len(known) or len(got) < 2:
            continue
        truth, values = float(known.mean()), got[:, 0]
        # One large practice alone does not say how far off it is.
        unsure = float(known.var(ddof=1)) / len(known) if len(known) > 1 else 0.0
        told = got[np.isfinite(got[:, 1:]).all(axis=1)]
        hit, nought = ((told[:, 1] <= value) & (value <= told[:, 2]) for value in (truth, 0.0))
        plain = [one[name] for one in unrounded if name in one]
        yield Recovered(
            name, label, float(np.mean(plain)) if plain else math.nan, truth, float(values.mean()),
            float(values.mean()) - truth, math.sqrt(float(values.var(ddof=1)) / len(values) + unsure),
            float(np.sqrt(np.mean((values - truth) ** 2))), share(hit) if len(hit) else _NONE,
            share(~nought) if len(nought) else _NONE, len(values), len(each) - len(values),
        )  # fmt: skip


_NONE = Share(math.nan, math.nan, math.nan, math.nan)


def markdown(rows: Iterable[Recovered], *, nothing: bool = False) -> str:
    """A table for the documentation; `nothing` adds how many intervals leave 0 out."""
    heads = ["estimator", "unrounded", "truth", "mean", "bias (error)", "RMSE", "coverage"]
    lines = [heads + (["leaves 0 out"] if nothing else [])]
    for row in rows:
        cells = [
            row.label, _number(row.unrounded), _number(row.truth), _number(row.mean),
            f"{_number(row.bias)} ({row.bias_error:.3f})", _number(row.rmse), _percent(row.coverage),
        ]  # fmt: skip
        lines.append(cells + ([_percent(row.nothing)] if nothing else []))
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value + 0.0:.3f}"


def _percent(part: Share) -> str:
    return "" if math.isnan(part.value) else f"{100 * part.value:.0f}% ({100 * part.low:.0f}-{100 * part.high:.0f})"
