"""One therapist, many clients, each rating the other: what of an alliance is the therapist's, the pair's, the day's.

    found = one_with_many(panel, "alliance", "alliance_therapist")
    found.client.therapist            var(P): how far clients of the same therapist agree (consensus)
    found.therapist.therapist         var(A): how far a therapist rates all clients alike (assimilation)
    found.generalised_reciprocity     r(P, A): do therapists whom clients rate high also rate them high?
    found.dyadic_reciprocity          r(R, R'): within a therapist's clients, do the two agree on which pair is closer?
    found.session_reciprocity         r(e, e'): do they agree on which session was better?
    found.words, found.enough, found.why

The reciprocal one-with-many design (Kenny, Kashy & Cook 2006, ch. 10; Marcus, Kashy & Baldwin 2009):
C_ijs = mu_c + P_j + R_ij + e_ijs for client i's rating and T_ijs = mu_t + A_j + R'_ij + e'_ijs for therapist j's.
A client sees one therapist, so what the client brings and what this pair is cannot be told apart: both are in R.
Several sessions tell R from the day; with one session of each pair R holds the day too, and `apart` is False.

Method: both ratings at once, by REML or ML. The errors of the two raters differ and go together within a session, which
a mixed model with one error variance cannot say; here each of the three 2 x 2 covariances is free (`pairs`). The
optimum is that of whitening every pair of ratings by E and fitting
    z ~ 0 + c + t + (0 + c + t | dyad) + (0 + c + t | therapist)
to the whitened rows, at the E where that likelihood is highest. Intervals: from the curvature, on the scales of log
variance, log odds of a share and Fisher's z ("curvature"), or therapists are drawn anew with all that is theirs
("bootstrap"). With 30 therapists the first covered a known variance of therapists in 94 to 98 of 100 practices, the
second in 80 to 86; so the second is only taken where a variance is at nought and there is no curvature.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from accord.errors import TableError, UsageError
from accord.evidence import pairs
from accord.evidence.interval import NONE, Estimate, percentiles
from accord.evidence.pairs import Covariances, Found, PairSums
from accord.evidence.wording import interval, not_enough, number
from accord.outcome.columns import Floats, Ints

# Our own: a variance between fewer therapists could be anything; fewer dyads leave nothing to compare.
THERAPISTS, DYADS = 10, 30
Told = Callable[[int, int], None] | None
# A variance below this share of all of that rater's counts as nought, and goes with nothing.
NOUGHT = 1e-6
# A log variance so far out is at nought; with an error of more than 1 it is too near it for a curvature to say much.
FAR, UNSURE = 12.0, 1.0
STEP, EDGE = 1e-4, 1 - 1e-6
NINETEEN_IN_TWENTY = 1.959963984540054


@dataclass(frozen=True, slots=True)
class View:
    """One side's ratings: mean and variances. `therapist` is var(P) of clients' ratings and var(A) of therapists';
    `pair` var(R); `session` the day and error. Shares are those variances over their sum."""

    mean: Estimate = NONE
    therapist: Estimate = NONE
    pair: Estimate = NONE
    session: Estimate = NONE
    therapist_share: Estimate = NONE
    pair_share: Estimate = NONE


@dataclass(frozen=True, eq=False)
class OneWithMany:
    """What was found, or why nothing can be said yet."""

    enough: bool
    why: str
    therapists: int
    dyads: int
    sessions: int
    left_out: int
    apart: bool = False
    client: View = View()
    therapist: View = View()
    generalised_reciprocity: Estimate = NONE
    dyadic_reciprocity: Estimate = NONE
    session_reciprocity: Estimate = NONE
    method: str = "reml"
    criterion: float = float("nan")
    parts: Covariances | None = None
    intervals: str = ""
    words: tuple[str, ...] = ()


def one_with_many(
    panel: Any,
    client_rating: str = "alliance",
    therapist_rating: str = "alliance_therapist",
    *,
    client: str = "client",
    therapist: str = "therapist",
    method: Literal["reml", "ml"] = "reml",
    intervals: Literal["curvature", "bootstrap"] = "curvature",
    resamples: int = 500,
    seed: int = 1,
    progress: Told = None,
) -> OneWithMany:
    """Fit the model to sessions with a rating by either side; rows without any, or without a therapist, are left out.

    A client who had two therapists is two dyads. TableError for a column that is not there or holds no numbers.
    """
    if method not in ("reml", "ml") or intervals not in ("bootstrap", "curvature") or resamples < 1:
        raise UsageError(
            f"one_with_many: got method {method!r}, intervals {intervals!r}, resamples {resamples!r}; wanted "
            "reml or ml, bootstrap or curvature, and at least 1"
        )
    y, dyad, owner, left_out = _columns(panel, client_rating, therapist_rating, client, therapist)
    counted: dict[str, Any] = {
        "therapists": int(owner.max()) + 1 if len(owner) else 0, "dyads": len(owner), "sessions": len(y),
        "left_out": left_out,
    }  # fmt: skip
    why = _too_little(y, dyad, counted["therapists"], counted["dyads"])
    if why:
        return OneWithMany(False, why, **counted, words=(not_enough(why),))
    sums = pairs.reduce(y, dyad, owner)
    apart = bool((sums.n.sum(axis=1) > 1).sum() >= DYADS)
    best = pairs.fitted(sums, reml=method == "reml", apart=apart)
    ends = _curved(sums, best, method == "reml", apart) if intervals == "curvature" else None
    draws = _drawn(sums, best, method == "reml", apart, resamples, seed, progress) if ends is None else None
    found = OneWithMany(
        True, "", **counted, apart=apart, method=method, criterion=best.criterion, parts=best.parts,
        intervals="curvature" if ends else "bootstrap", **_estimates(best, draws, ends, apart),
    )  # fmt: skip
    return replace(found, words=tuple(_words(found)))


# Reading the table
def _columns(panel: Any, c: str, t: str, client: str, therapist: str) -> tuple[Floats, Ints, Ints, int]:
    """y [rows, 2], each row's dyad, each dyad's therapist, rows left out; dyads numbered therapist by therapist."""
    from accord.evidence.mixed.columns import frame

    if len({c, t, client, therapist}) < 4:
        raise UsageError(f"one_with_many: got the columns {c}, {t}, {client}, {therapist}; wanted four different ones")
    given = frame(panel, [c, t, client, therapist])
    for name in (c, t):
        if not (given[name].dtype.is_numeric() or given[name].null_count() == given.height):
            raise TableError(f"holds {given[name].dtype}, wanted numbers", column=name)
    rated = pl.any_horizontal(pl.col(c).is_not_null(), pl.col(t).is_not_null())
    whole = given.filter(rated & pl.col(client).is_not_null() & pl.col(therapist).is_not_null())
    numbered = whole.with_columns(
        pl.col(therapist).rank("dense").cast(pl.Int64).sub(1).alias("owner"),
        pl.struct(therapist, client).rank("dense").cast(pl.Int64).sub(1).alias("dyad"),
    )
    y = numbered.select(pl.col(c, t).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    _finite(y, (c, t))
    owners = numbered.select("dyad", "owner").unique().sort("dyad")["owner"].to_numpy()
    return y, numbered["dyad"].to_numpy(), owners, given.height - whole.height


def _finite(y: Floats, names: tuple[str, str]) -> None:
    for name, column in zip(names, y.T, strict=True):
        if np.isinf(column).any():
            raise TableError("got an infinite rating, wanted a finite number or nothing", column=name)


def _too_little(y: Floats, dyad: Ints, therapists: int, dyads: int) -> str:
    for side, who in enumerate(("clients", "therapists")):
        rated = len(np.unique(dyad[~np.isnan(y[:, side])])) if len(y) else 0
        if rated < DYADS:
            return f"{rated} pairs of client and therapist have a rating by {who}; wanted {DYADS} or more"
    if therapists < THERAPISTS:
        return f"{therapists} therapist{'' if therapists == 1 else 's'} with ratings; wanted {THERAPISTS} or more"
    if dyads < 2 * therapists:
        return f"{dyads} clients of {therapists} therapists; wanted two or more of each on average"
    both = ~np.isnan(y).any(axis=1)
    if len(np.unique(dyad[both])) < DYADS:
        return f"{len(np.unique(dyad[both]))} pairs rated the same session from both sides; wanted {DYADS} or more"
    return ""


# Intervals
MEANS, LOGS, ODDS, ZS = slice(0, 2), slice(2, 8), slice(8, 12), slice(12, 15)


def _numbers(parts: Covariances, mu: Floats) -> Floats:
    """Everything that is reported: means, variances, shares, correlations (NaN of what does not vary)."""
    whole = np.diag(parts.B) + np.diag(parts.R) + np.diag(parts.E)
    made = [*mu]
    for part in parts:
        made += [*np.diag(part)]
    made += [*(np.diag(parts.B) / whole), *(np.diag(parts.R) / whole)]
    return np.array([*made, *(_r(part, whole) for part in parts)])


def _r(part: Floats, whole: Floats) -> float:
    v = np.diag(part)
    if (v <= NOUGHT * whole).any():
        return float("nan")
    return float(np.clip(part[0, 1] / np.sqrt(v[0] * v[1]), -1, 1))


def _drawn(sums: PairSums, best: Found, reml: bool, apart: bool, resamples: int, seed: int, told: Told) -> Floats:
    """[resamples, numbers]: therapists drawn with replacement, each with all clients and sessions."""
    rng, k = np.random.default_rng(seed), sums.therapists
    made = []
    for done in range(1, resamples + 1):
        weight = rng.multinomial(k, np.full(k, 1 / k)).astype(np.float64)
        again = pairs.fitted(sums, reml=reml, apart=apart, weight=weight, near=best)
        made.append(_numbers(again.parts, again.mu))
        if told:
            told(done, resamples)
    return np.array(made)


def _curved(sums: PairSums, best: Found, reml: bool, apart: bool) -> tuple[Floats, Floats] | None:
    """Ends of Wald intervals on log variances, log odds of shares and Fisher's z, turned back; None at an edge."""
    free = _free(_numbers(best.parts, best.mu))
    scale = np.outer(sums.scale, sums.scale)
    phi = _flat(Covariances(*(part / scale for part in best.parts)), apart)
    if not _inside(phi):
        return None
    H = _differences(lambda at: _slope(sums, at, reml, apart), phi)
    H = (H + H.T) / 2
    if not (np.linalg.eigvalsh(H) > 0).all():
        return None
    J = _differences(lambda at: _free(_numbers(_unflat(at, scale, apart), best.mu)), phi)
    se = np.sqrt(np.einsum("rp,pq,rq->r", J, 2 * np.linalg.inv(H), J))
    if (se[LOGS] > UNSURE).any():
        return None
    se[MEANS] = np.sqrt(np.diag(best.mu_cov))
    reach = NINETEEN_IN_TWENTY * se
    return _bound(free - reach), _bound(free + reach)


def _inside(phi: Floats) -> bool:
    """Whether no variance is near nought and no correlation near 1 or -1."""
    variance = np.arange(len(phi)) % 3 < 2
    return bool((np.abs(phi) < np.where(variance, FAR, np.arctanh(0.9999))).all())


def _differences(of: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Central differences: a column a parameter."""
    moves = STEP * np.eye(len(at))
    return np.stack([(of(at + move) - of(at - move)) / (2 * STEP) for move in moves], axis=1)


def _free(value: Floats) -> Floats:
    """On the scales where a normal distribution is a fair likeness."""
    made = value.copy()
    positive = np.where(value > 0, value, np.nan)
    made[LOGS], made[ODDS] = np.log(positive[LOGS]), np.log(positive[ODDS] / (1 - positive[ODDS]))
    made[ZS] = np.arctanh(np.clip(value[ZS], -EDGE, EDGE))
    return made


def _bound(free: Floats) -> Floats:
    made = free.copy()
    made[LOGS], made[ODDS], made[ZS] = np.exp(free[LOGS]), 1 / (1 + np.exp(-free[ODDS])), np.tanh(free[ZS])
    return made


def _flat(parts: Covariances, apart: bool) -> Floats:
    made: list[float] = []
    for k, part in enumerate(parts):
        if apart or k != 1:
            v = np.maximum(np.diag(part), 1e-300)
            made += [*np.log(v), float(np.arctanh(np.clip(part[0, 1] / np.sqrt(v[0] * v[1]), -EDGE, EDGE)))]
    return np.array(made)


def _unflat(phi: Floats, scale: Floats | float, apart: bool) -> Covariances:
    made, at = [], 0
    for k in range(3):
        part = np.zeros((2, 2))
        if apart or k != 1:
            sd, z = np.exp(phi[at : at + 2] / 2), np.tanh(phi[at + 2])
            part = np.outer(sd, sd) * np.array([[1, z], [z, 1]])
            at += 3
        made.append(part * scale)
    return Covariances(*made)


def _slope(sums: PairSums, phi: Floats, reml: bool, apart: bool) -> Floats:
    """The derivative of -2 log L by log variances and Fisher's z."""
    parts = _unflat(phi, 1.0, apart)
    seen = pairs.look(sums, parts, reml)
    made: list[float] = []
    for k, (slope, part) in enumerate(zip(seen.slopes, parts, strict=True)):
        if apart or k != 1:
            across = slope[0, 1] + slope[1, 0]
            made += [slope[side, side] * part[side, side] + across * part[0, 1] / 2 for side in range(2)]
            both = part[0, 0] * part[1, 1]
            made.append(across * (np.sqrt(both) - part[0, 1] ** 2 / np.sqrt(both)))
    return np.array(made)


def _estimates(best: Found, draws: Floats | None, ends: Any, apart: bool) -> dict[str, Any]:
    value = _numbers(best.parts, best.mu)
    if draws is not None:
        each = [percentiles(float(one), draws[:, at]) for at, one in enumerate(value)]
    else:
        each = [Estimate(float(one), float(low), float(high)) for one, low, high in zip(value, *ends, strict=True)]
    views = []
    for side in range(2):
        mean, B, R, E, b, r = (each[2 * place + side] for place in range(6))
        views.append(View(mean, B, R if apart else NONE, E, b, r if apart else NONE))
    general, dyadic, session = each[12:15]
    if not apart:
        # One session a pair: what is left holds pair and day, and that is what the two agree on.
        dyadic, session = session, NONE
    return {
        "client": views[0], "therapist": views[1], "generalised_reciprocity": general, "dyadic_reciprocity": dyadic,
        "session_reciprocity": session,
    }  # fmt: skip


# Words: whether, what is said if they go together, and if they go apart.
GENERALISED = (
    "whether therapists whose clients rate the alliance high rate it high themselves",
    "Therapists whose clients rate the alliance high tend to rate it high themselves",
    "Therapists whose clients rate the alliance high tend to rate it low themselves",
)
DYADIC = (
    "whether a client and a therapist agree on how close the two are, beside the therapist's other clients",
    "Among one therapist's clients, those who rate the alliance high tend to be those whom the therapist rates high",
    "Among one therapist's clients, those who rate the alliance high tend to be those whom the therapist rates low",
)
SESSIONS = (
    "whether a client and a therapist agree on which sessions were better",
    "In a session that a client rates higher than usual, the therapist tends to as well",
    "In a session that a client rates higher than usual, the therapist tends to rate lower",
)


def _words(found: OneWithMany) -> Iterator[str]:
    yield (
        f"How clients rate the alliance: {_share(found.client.therapist_share)} goes with the therapist they see. How "
        f"therapists rate it: {_share(found.therapist.therapist_share)} goes with the therapist, who rates all clients "
        "alike to that extent."
    )
    yield _reciprocity(found.generalised_reciprocity, *GENERALISED)
    yield _reciprocity(found.dyadic_reciprocity, *DYADIC)
    if found.apart:
        yield _reciprocity(found.session_reciprocity, *SESSIONS)
    else:
        yield "Most pairs rated one session only, so the pair and the day cannot be told apart."


def _share(share: Estimate) -> str:
    if np.isnan(share.low):
        return f"about {number(100 * share.value, 0)} of 100 parts"
    ends = interval(100 * share.low, 100 * share.high, 0).replace(" to ", " and ")
    return f"about {number(100 * share.value, 0)} of 100 parts (probably between {ends})"


def _reciprocity(r: Estimate, whether: str, together: str, apart: str) -> str:
    if np.isnan(r.value) or np.isnan(r.low):
        return f"These data cannot tell {whether}: one side hardly varies in that."
    if r.low <= 0 <= r.high:
        return f"These data cannot tell {whether} (r = {number(r.value)}, {interval(r.low, r.high)})."
    return f"{together if r.value > 0 else apart} (r = {number(r.value)}, probably {interval(r.low, r.high)})."
