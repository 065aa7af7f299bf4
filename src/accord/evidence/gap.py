"""The gap between two views of one alliance: how far apart they stand, and whether they move together.

    found = truth_and_bias(panel, "alliance", "alliance_therapist")
    found.gap                mean of d: the therapist's rating less the client's; below 0 the therapist rates lower
    found.tracking           mean of tau: how far the therapist's rating follows the client's, session by session
    found.gap_sd, found.tracking_sd, found.together     how people differ in both, and whether the two go together
    found.people             each person's gap and tracking, drawn towards the mean, with what is not known of them
    found.outcome            y ~ d + d^2 + tau, where outcomes are given

The truth-and-bias model of West & Kenny (2011), as used for the alliance by Atzil-Slonim et al. (2015):
T_it - m_i = d_i + tau_i (C_it - m_i) + e_it, m_i the mean of client i's own ratings; d_i = delta0 + v_i and
tau_i = theta0 + w_i, v and w free to go together; what therapists share is a level of its own where there are enough of
them. A mean of few ratings is not well known: people with fewer than four sessions are left out, or, with `shrink`,
kept with a mean drawn towards that of all. The outcome's model is that of Rubel et al. (2018). Its d and tau are
themselves estimates, drawn towards the mean: a straight slope on them is about right, that of d^2 less so. Their error
is in the interval because people (therapists, where there are enough) are drawn anew and everything is fitted again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from accord.errors import AccordError, TableError, UsageError
from accord.evidence.interval import NONE, Estimate, percentiles
from accord.evidence.wording import interval, not_enough, number
from accord.outcome.columns import Floats, Ints

# Four sessions: science's limit for a mean of one's own. Thirty people, ten and five therapists: our own.
SESSIONS, PEOPLE, DRAWN_THERAPISTS, THERAPISTS = 4, 30, 10, 5
NOUGHT = 1e-4
# Where a person's own sessions tell less of their tracking than this, who tracks more is not known: not in the outcome.
TELLING = 0.1
Told = Callable[[int, int], None] | None
NUMBERS = ("gap", "tracking", "gap_sd", "tracking_sd", "together", "gap_d")


@dataclass(frozen=True, eq=False)
class OutcomeOfGap:
    """y ~ d + d^2 + tau (and what else was given): slopes by name, with bootstrap intervals."""

    outcome: str
    people: int
    slopes: dict[str, Estimate]


@dataclass(frozen=True, eq=False)
class TruthAndBias:
    """What was found, or why nothing can be said yet. `gap_d` is the mean gap in SDs of single ratings.

    `people`: client, sessions, gap, gap_error, tracking, tracking_error; sorted by client.
    """

    enough: bool
    why: str
    clients: int
    therapists: int
    sessions: int
    left_out: int
    shrunk: bool
    gap: Estimate = NONE
    tracking: Estimate = NONE
    gap_sd: Estimate = NONE
    tracking_sd: Estimate = NONE
    together: Estimate = NONE
    gap_d: Estimate = NONE
    outcome: OutcomeOfGap | None = None
    people: pl.DataFrame | None = None
    fitted: Any = None
    drawn: str = ""
    words: tuple[str, ...] = ()


class _Rows(NamedTuple):
    """Sessions with both ratings, client by client: [rows]; `owner` is each client's therapist, -1 where not known."""

    C: Floats
    T: Floats
    client: Ints
    owner: Ints

    @property
    def n(self) -> Floats:
        return np.bincount(self.client).astype(np.float64)


class _Seen(NamedTuple):
    numbers: Floats
    d: Floats
    tau: Floats
    d_error: Floats
    tau_error: Floats
    telling: float
    fitted: Any


def truth_and_bias(
    panel: Any,
    client_rating: str = "alliance",
    therapist_rating: str = "alliance_therapist",
    *,
    client: str = "client",
    therapist: str | None = "therapist",
    fewest: int = SESSIONS,
    shrink: bool = False,
    people: Any = None,
    outcome: str | None = None,
    also: Sequence[str] = (),
    resamples: int = 200,
    seed: int = 1,
    progress: Told = None,
) -> TruthAndBias:
    """Fit the model to sessions that both rated.

    fewest     people with fewer such sessions are left out; with `shrink` nobody is
    people     a row a client with the column `outcome` and any others of `also` that the outcome's model shall hold
    resamples  how often people (or therapists) are drawn anew for the intervals; 0: none, Wald intervals of the means

    TableError for a column that is not there or holds no numbers.
    """
    if fewest < 2 or resamples < 0 or (outcome is None) != (people is None):
        raise UsageError(
            f"truth_and_bias: got fewest {fewest}, resamples {resamples}, outcome {outcome!r}; wanted 2 or more "
            "sessions, 0 or more resamples, and people and outcome together"
        )
    rows, names, left_out = _rows(panel, client_rating, therapist_rating, client, therapist, 1 if shrink else fewest)
    counted: dict[str, Any] = {
        "clients": len(names), "therapists": len(set(rows.owner.tolist()) - {-1}), "sessions": len(rows.C),
        "left_out": left_out, "shrunk": shrink,
    }  # fmt: skip
    why = _too_little(rows, fewest)
    if why:
        return TruthAndBias(False, why, **counted, words=(not_enough(why),))
    beside = _beside(people, client, outcome, also, names) if outcome is not None else None
    seen = _fit(rows, shrink)
    tracked = seen.telling >= TELLING
    slopes = _regressed(seen, *beside, tracked) if beside else np.empty(0)
    again = partial(_again, rows, shrink, beside, tracked)
    draws, drawn = _resampled(rows, again, resamples, seed, progress)
    each: dict[str, Any] = {**_estimates(seen, draws)}
    found = TruthAndBias(
        True, "", **counted, **each, people=_people(names, rows, seen), fitted=seen.fitted,
        drawn=drawn, outcome=_of_outcome(str(outcome), also, slopes, draws, beside) if beside else None,
    )  # fmt: skip
    return replace(found, words=tuple(_words(found)))


# Reading the table
def _rows(panel: Any, c: str, t: str, client: str, therapist: str | None, fewest: int) -> tuple[_Rows, pl.Series, int]:
    """Rows, the clients' codes in order, and how many clients were left out."""
    from accord.evidence.mixed.columns import frame

    given = frame(panel, list(dict.fromkeys([c, t, client, *([therapist] if therapist else [])])))
    for name in (c, t):
        if not given[name].dtype.is_numeric() and given[name].null_count() < given.height:
            raise TableError(f"holds {given[name].dtype}, wanted numbers", column=name)
    owner = pl.col(therapist) if therapist else pl.lit(None, pl.Int64)
    both = given.select(
        pl.col(c).cast(pl.Float64).alias("C"), pl.col(t).cast(pl.Float64).alias("T"), pl.col(client).alias("who"),
        owner.alias("owner"),
    ).drop_nulls(["C", "T", "who"])  # fmt: skip
    if not both.select(pl.col("C", "T").is_finite().all()).to_numpy().all():
        raise TableError("got an infinite rating, wanted a finite number or nothing", column=f"{c}, {t}")
    kept = both.filter(pl.len().over("who") >= fewest).sort("who", maintain_order=True)
    codes = kept["who"].rank("dense").cast(pl.Int64).to_numpy() - 1
    of = kept["owner"].rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    left = given[client].drop_nulls().n_unique() - len(first)
    return _Rows(kept["C"].to_numpy(), kept["T"].to_numpy(), codes, of[first]), kept["who"].gather(first), left


def _too_little(rows: _Rows, fewest: int) -> str:
    long = int((rows.n >= fewest).sum()) if len(rows.C) else 0
    if long < PEOPLE:
        return f"{long} people have {fewest} or more sessions that both rated; wanted {PEOPLE} or more"
    inside = np.abs(rows.C - (np.bincount(rows.client, rows.C) / rows.n)[rows.client])
    if not inside.max() > 1e-9:
        return "no client's rating ever moves, so nothing can follow its moves"
    return "" if np.ptp(rows.T) > 0 else f"every rating by therapists is {rows.T[0]:g}"


def _beside(people: Any, client: str, outcome: str, also: Sequence[str], names: pl.Series) -> tuple[Floats, Floats]:
    """y [m] and other columns [m, k] in the order of the clients, NaN where not known."""
    from accord.evidence.mixed.columns import frame

    given = frame(people, list(dict.fromkeys([client, outcome, *also])))
    for name in (outcome, *also):
        if not given[name].dtype.is_numeric():
            raise TableError(f"holds {given[name].dtype}, wanted numbers", column=name)
    if given[client].n_unique() < given.height:
        raise TableError("the same client stands in two rows; wanted a row a client", column=client)
    key = given.with_columns(pl.col(client).cast(pl.String))
    order = pl.DataFrame({client: names.cast(pl.String)})
    joined = order.join(key, on=client, how="left", maintain_order="left")
    known = joined.select(pl.col(outcome, *also).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    return known[:, 0], known[:, 1:]


# The model
def _fit(rows: _Rows, shrink: bool) -> _Seen:
    from accord.evidence import fit

    m = _centre(rows, shrink)[rows.client]
    data: dict[str, Any] = {"z": rows.T - m, "w": rows.C - m, "person": rows.client}
    formula = "z ~ 1 + w + (1 + w | person)"
    known = rows.owner[rows.owner >= 0]
    if len(known) == len(rows.owner) and len(np.unique(known)) >= THERAPISTS:
        data["therapist"] = rows.owner[rows.client]
        formula += " + (1 | therapist)"
    fitted = fit(formula, data)
    # A person's own gap holds what the therapist brings to every pair.
    D = fitted.covariances[0].copy()
    if len(fitted.covariances) > 1:
        D[0, 0] += fitted.covariances[1][0, 0]
    return _seen(rows, data["z"], data["w"], fitted, D)


def _centre(rows: _Rows, shrink: bool) -> Floats:
    """[m] each client's mean; drawn towards that of all by its reliability where asked."""
    n = rows.n
    mean = np.bincount(rows.client, rows.C) / n
    if not shrink:
        return mean
    inside = float(((rows.C - mean[rows.client]) ** 2).sum() / max(len(rows.C) - len(n), 1))
    between = max(float(mean.var(ddof=1)) - inside * float((1 / n).mean()), 0.0)
    trust = between / (between + inside / n) if between > 0 else np.zeros(len(n))
    grand = float((trust * mean).sum() / trust.sum()) if between > 0 else float(rows.C.mean())
    return np.asarray(grand + trust * (mean - grand), np.float64)


def _seen(rows: _Rows, z: Floats, w: Floats, fitted: Any, D: Floats) -> _Seen:
    """Each person's d and tau given their own sessions, b = (s2 I + D G)^-1 D g, with its error."""
    (delta, theta), s2 = fitted.beta, fitted.sigma2
    left, m = z - delta - theta * w, len(rows.owner)
    sums = [np.bincount(rows.client, value, m) for value in (np.ones_like(w), w, w * w, left, w * left)]
    G = np.stack([sums[0], sums[1], sums[1], sums[2]], axis=1).reshape(m, 2, 2)
    inside = s2 * np.eye(2) + D @ G
    b = np.linalg.solve(inside, (np.stack([sums[3], sums[4]], axis=1) @ D)[:, :, None])[:, :, 0]
    unsure = s2 * np.linalg.solve(inside, np.broadcast_to(D, inside.shape))
    error = np.sqrt(np.maximum(np.einsum("iaa->ia", unsure), 0))
    sd = np.sqrt(np.maximum(np.diag(D), 0))
    flat = sd[1] <= NOUGHT * np.sqrt(s2) or sd[0] <= NOUGHT * np.sqrt(s2)
    together = np.nan if flat else float(np.clip(D[0, 1] / (sd[0] * sd[1]), -1, 1))
    whole = np.sqrt((rows.C.var(ddof=1) + rows.T.var(ddof=1)) / 2)
    numbers = np.array([delta, theta, sd[0], sd[1], together, delta / whole])
    own = sums[2] - sums[1] ** 2 / sums[0]
    telling = float((D[1, 1] * own / (D[1, 1] * own + s2)).mean())
    return _Seen(numbers, delta + b[:, 0], theta + b[:, 1], error[:, 0], error[:, 1], telling, fitted)


def _regressed(seen: _Seen, y: Floats, also: Floats, tracked: bool) -> Floats:
    """Slopes of y on d, d^2, tau and the others; NaN where they cannot be told apart, or of tau if not `tracked`."""
    used = np.ones(3 + also.shape[1], bool)
    used[2] = tracked
    made = np.full(len(used), np.nan)
    X = np.column_stack([seen.d, seen.d**2, seen.tau, also])[:, used]
    whole = np.isfinite(y) & np.isfinite(X).all(axis=1)
    X, y = X[whole], y[whole]
    spread = X.std(axis=0) if len(X) else np.zeros(X.shape[1])
    if len(y) <= X.shape[1] + 2 or not (spread > 1e-9).all():
        return made
    turned = np.column_stack([np.ones(len(y)), (X - X.mean(axis=0)) / spread])
    slopes, _, rank, _ = np.linalg.lstsq(turned, y, rcond=1e-9)
    if rank == turned.shape[1]:
        made[used] = slopes[1:] / spread
    return made


# Intervals
def _resampled(
    rows: _Rows, again: Callable[[Ints, Ints], Floats], resamples: int, seed: int, told: Told
) -> tuple[list[Floats], str]:
    """Everything fitted again to people, or therapists with all of theirs, drawn with replacement."""
    by_therapist = len(np.unique(rows.owner)) >= DRAWN_THERAPISTS and (rows.owner >= 0).all()
    group = rows.owner if by_therapist else np.arange(len(rows.owner))
    members = _members(np.unique(group, return_inverse=True)[1])
    rng, made = np.random.default_rng(seed), []
    for done in range(1, resamples + 1):
        picked = [members[k] for k in rng.integers(0, len(members), len(members))]
        who = np.concatenate(picked)
        owner = np.repeat(np.arange(len(picked)), [len(one) for one in picked]) if by_therapist else rows.owner[who]
        made.append(again(who, owner))
        if told:
            told(done, resamples)
    return made, "therapists" if by_therapist else "people"


def _members(group: Ints) -> list[Ints]:
    order = np.argsort(group, kind="stable")
    return np.split(order, np.cumsum(np.bincount(group))[:-1])


def _again(
    rows: _Rows, shrink: bool, beside: tuple[Floats, Floats] | None, tracked: bool, who: Ints, owner: Ints
) -> Floats:
    starts = np.concatenate([[0], np.cumsum(rows.n)]).astype(np.int64)
    size = np.diff(starts)[who]
    at = np.repeat(starts[who] - np.cumsum(size) + size, size) + np.arange(size.sum())
    drawn = _Rows(rows.C[at], rows.T[at], np.repeat(np.arange(len(who)), size), owner)
    slopes = 3 + beside[1].shape[1] if beside else 0
    try:
        seen = _fit(drawn, shrink)
    except AccordError:
        return np.full(len(NUMBERS) + slopes, np.nan)
    return np.concatenate([seen.numbers, _regressed(seen, beside[0][who], beside[1][who], tracked) if beside else []])


def _told(value: float, draws: list[Floats], at: int) -> Estimate:
    return percentiles(value, np.array([one[at] for one in draws])) if draws else Estimate(value, np.nan, np.nan)


def _estimates(seen: _Seen, draws: list[Floats]) -> dict[str, Estimate]:
    each = {name: _told(float(seen.numbers[at]), draws, at) for at, name in enumerate(NUMBERS)}
    # Of the two means Satterthwaite's intervals are at hand, which hold with few therapists too.
    for name, one in zip(("gap", "tracking"), seen.fitted.fixed, strict=True):
        each[name] = Estimate(one.estimate, one.conf_low, one.conf_high)
    return each


def _people(names: pl.Series, rows: _Rows, seen: _Seen) -> pl.DataFrame:
    made = {"sessions": rows.n.astype(np.int64), "gap": seen.d, "gap_error": seen.d_error, "tracking": seen.tau}
    return pl.DataFrame({"client": names, **made, "tracking_error": seen.tau_error})


def _of_outcome(
    outcome: str, also: Sequence[str], slopes: Floats, draws: list[Floats], beside: tuple[Floats, Floats]
) -> OutcomeOfGap:
    names = ("gap", "gap^2", "tracking", *also)
    each = {name: _told(float(slopes[k]), draws, len(NUMBERS) + k) for k, name in enumerate(names)}
    return OutcomeOfGap(outcome, int(np.isfinite(np.column_stack(beside)).all(axis=1).sum()), each)


# Words
def _words(found: TruthAndBias) -> Iterator[str]:
    yield _apart(found.gap)
    yield _following(found.tracking)
    yield _both(found.together)
    if found.outcome is not None:
        y = found.outcome.outcome.replace("_", " ")
        if np.isnan(found.outcome.slopes["tracking"].value):
            yield f"People hardly differ in how far the two move together, so nothing is said of that and {y}."
        yield f"What is said of {y} is told by slopes on estimates, not on what truly is, and none of them is a cause."


def _apart(gap: Estimate) -> str:
    if gap.low <= 0 <= gap.high:
        return (
            f"Over all people the therapists' ratings are neither clearly higher nor lower than the clients' "
            f"({number(gap.value)}, {interval(gap.low, gap.high)})."
        )
    way, near, far = "lower" if gap.value < 0 else "higher", *sorted((abs(gap.low), abs(gap.high)))
    return (
        f"On average therapists rate the alliance {number(abs(gap.value))} {way} than their clients "
        f"(probably between {number(near)} and {number(far)})."
    )


def _following(tracking: Estimate) -> str:
    if tracking.low <= 0 <= tracking.high:
        return (
            "Whether therapists' ratings follow their clients' from session to session cannot be told "
            f"({number(tracking.value)}, {interval(tracking.low, tracking.high)})."
        )
    way = "up" if tracking.value > 0 else "down"
    return (
        f"After a session that a client rates 1 point above their own usual, the therapist's rating is {way} by "
        f"{number(abs(tracking.value))} ({interval(tracking.low, tracking.high)}); 1 would be in full step."
    )


def _both(together: Estimate) -> str:
    if np.isnan(together.low) or together.low <= 0 <= together.high:
        return "Whether pairs who move together also stand closer cannot be told from these data."
    # d is the therapist's rating less the client's: a positive correlation means less far below where tracking is high.
    way = "nearer to or above the client's" if together.value > 0 else "further below the client's"
    return f"In pairs who move together more, the therapist's rating stands {way} (r = {number(together.value)})."
