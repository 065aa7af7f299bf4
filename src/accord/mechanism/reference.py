"""The model in whole arrays, one step of the equations a line: the witness of the compiled engine.

Sections of docs/mechanism.md are named in the comments. Every array has one entry a course.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from accord.mechanism import record as r
from accord.mechanism import stream as s
from accord.mechanism.record import Record
from accord.mechanism.scenario import Plan
from accord.mechanism.stream import Floats, Words


@dataclass(slots=True)
class _State:
    """What a course carries from one session to the next."""

    W: Floats
    n: Floats
    A: Floats
    depth: Floats
    bonus: Floats
    boost: Floats
    alive: Any
    first_score: Floats
    ratings: list[Floats] = field(default_factory=list)


def run(key: Words, therapist: Floats, p: Any, plan: Plan, bounds: Floats, out: Record) -> None:
    """Fill `out`: key and therapist (skill, skill in SD, teaching, style) have a row a course."""
    sessions = out.states.shape[2]
    out.states[:] = np.nan
    me = _clients(key, therapist, p, plan)
    state = _intake(key, p, me["mu"])
    out.persons[:, : r.P_LAST] = np.stack([me["v"], me["x"], me["q"], me["m"], me["mu"], me["alpha"]], axis=1)
    out.persons[:, r.P_ENDED] = sessions
    with np.errstate(over="ignore"):
        for t in range(sessions):
            _session(t, key, therapist, me, state, p, plan, bounds, out)
    last = state.W + state.n + p.s_eS * s.normals(key, s.STATIC + sessions * s.PER_SESSION + s.SCORE_ERROR)
    out.persons[:, r.P_LAST] = np.where(state.alive, last, out.persons[:, r.P_LAST])


def _clients(key: Words, therapist: Floats, p: Any, plan: Plan) -> dict[str, Floats]:
    def z(place: int) -> Floats:
        return s.normals(key, place)

    v = z(s.AVOIDANCE) if np.isnan(plan.avoidance) else np.full(len(key), plan.avoidance)
    x = p.c_vx * v + np.sqrt(1 - p.c_vx**2) * z(s.ANXIETY)
    q, m = z(s.EXPECTATION), (s.uniforms(key, s.PREFERENCE) < 0.5).astype(float)
    mu = therapist[:, 0] - p.b_v * v - p.b_x * x + p.b_q * q + p.b_m * (m - 0.5) + p.s_u * z(s.SET_POINT) + plan.bond
    pace = p.l_q * q + p.l_m * (m - 0.5) - p.s_alpha**2 / 2 + p.s_alpha * z(s.LEARNING)
    alpha = p.alpha * therapist[:, 2] * np.exp(pace)
    return {
        "v": v,
        "x": x,
        "q": q,
        "m": m,
        "mu": mu,
        "alpha": alpha,
        "halo": p.s_halo * z(s.HALO),
        "dyad": p.s_Ti * z(s.DYAD),
    }


def _intake(key: Words, p: Any, mu: Floats) -> _State:
    # A first impression: the alliance starts at its set point, and experience moves it from there.
    nought = np.zeros(len(mu))
    return _State(
        W=p.s_W * s.normals(key, s.MEMORY), n=p.s_n * s.normals(key, s.PASSING), A=mu, depth=nought, bonus=nought,
        boost=nought, alive=np.ones(len(mu), bool), first_score=nought,
    )  # fmt: skip


def _session(
    t: int,
    key: Words,
    therapist: Floats,
    me: dict[str, Floats],
    state: _State,
    p: Any,
    plan: Plan,
    bounds: Floats,
    out: Record,
) -> None:
    at = s.STATIC + t * s.PER_SESSION
    score = _score(t, at, key, state, p, plan, bounds)
    here = _attendance(t, at, key, state, p, plan)
    onset, repaired = _rupture(t, at, key, therapist, me, state, p, plan, here)
    _alliance(t, at, key, me, state, p, here, onset | repaired, out.states.shape[2])
    view = _views(at, key, therapist, me, state, p, here)
    seen = {"score": score, "here": here, "onset": onset, "repaired": repaired, **view}
    _keep(t, state, out, seen | _learning(at, key, me, state, p, plan, here))
    _signal(state, view["client"], plan, here)
    _leaving(t, at, key, me, state, p, here, score, out)


def _score(t: int, at: int, key: Words, state: _State, p: Any, plan: Plan, bounds: Floats) -> Floats:
    score = state.W + state.n + p.s_eS * s.normals(key, at + s.SCORE_ERROR)
    if t == 0:
        state.first_score = score
    off_track = (t > 0) & (score > bounds[t, 0] + bounds[t, 1] * state.first_score)
    state.boost = np.where(off_track, plan.boost, state.boost)
    return np.asarray(score, np.float64)


def _attendance(t: int, at: int, key: Words, state: _State, p: Any, plan: Plan) -> Any:
    # The first session is what makes it a course, so it is always attended; so is one with a rupture put into it.
    sure = t == 0 or t + 1 == plan.rupture_at
    chance = _logistic(p.k_0 + p.k_A * state.A - p.k_R * (state.depth > 0))
    return (s.uniforms(key, at + s.ATTEND) < chance) | sure


def _rupture(
    t: int, at: int, key: Words, therapist: Floats, me: dict[str, Floats], state: _State, p: Any, plan: Plan, here: Any
) -> tuple[Any, Any]:
    was_open, forced = state.depth > 0, t + 1 == plan.rupture_at
    odds = p.pi_0 + 0.5 * p.pi_a * therapist[:, 1] + plan.boost_repair * (state.boost > 0)
    chance = _logistic(odds) if plan.repair == 0 else np.full(len(key), plan.repair)
    repaired = was_open & here & (s.uniforms(key, at + s.REPAIR) < chance) & (not forced)
    rate = p.p_R * np.exp(p.r_v * me["v"] + p.r_x * me["x"] + p.r_A * state.A)
    # What is not yet there cannot break: no rupture of its own accord in the first session.
    onset = ~was_open & here & (((t > 0) & (s.uniforms(key, at + s.ONSET) < rate)) | forced)
    deep = p.D_mu * np.exp(p.s_D * s.normals(key, at + s.DEPTH))
    deep = np.full(len(key), plan.rupture_depth) if forced and plan.rupture_depth > 0 else deep
    state.depth = np.where(onset, deep, np.where(repaired, 0.0, state.depth))
    state.bonus = state.bonus + p.B_rep * repaired
    return onset, repaired


def _alliance(
    t: int, at: int, key: Words, me: dict[str, Floats], state: _State, p: Any, here: Any, event: Any, sessions: int
) -> None:
    rise = p.growth * t / max(sessions - 1, 1)
    o = me["mu"] + state.bonus + rise + p.s_o * s.normals(key, at + s.OUTCOME) - state.depth - p.g_S * state.n
    kappa = np.where(event, min(p.kappa * p.surprise, 1.0), p.kappa)
    state.A = np.where(here, state.A + kappa * (o - state.A), state.A)


def _views(
    at: int, key: Words, therapist: Floats, me: dict[str, Floats], state: _State, p: Any, here: Any
) -> dict[str, Floats]:
    client = state.A + me["halo"] + p.s_ec * s.normals(key, at + s.CLIENT_ERROR)
    own = -p.gap + p.l_T * state.A + therapist[:, 3] + me["dyad"] + p.s_eT * s.normals(key, at + s.THERAPIST_ERROR)
    return {"client": np.where(here, client, np.nan), "therapist": np.where(here, own, np.nan)}


def _learning(
    at: int, key: Words, me: dict[str, Floats], state: _State, p: Any, plan: Plan, here: Any
) -> dict[str, Floats]:
    symptom = state.W + state.n
    safety = p.b_buf * _logistic(state.A)
    threat = (state.W - p.lam) * (1 - safety)
    disclosure = _logistic(p.d_0 + p.d_A * state.A - p.d_v * me["v"] - p.d_F * (threat - 1.7))
    homework = _logistic(p.h_0 + p.h_A * state.A + p.h_q * me["q"])
    engagement = np.where(here, p.w_D * disclosure + (1 - p.w_D) * homework, 0.0)
    error = p.lam - state.W + p.w_prot * safety * (state.W - p.lam)
    # One session cannot teach more than all there is to learn.
    rate = np.minimum(me["alpha"] * (1 + plan.boost_learning * (state.boost > 0)) * engagement, 1.0)
    state.W = state.W + rate * error + p.k_Ru * (state.depth > 0) + p.s_xi * s.normals(key, at + s.DRIFT)
    state.n = p.phi * state.n + p.s_n * np.sqrt(1 - p.phi**2) * s.normals(key, at + s.WEEK)
    concealed = here & (s.uniforms(key, at + s.CONCEAL) > disclosure)
    shown = np.where(here, disclosure, np.nan)
    return {"symptom": symptom, "threat": threat, "engagement": engagement, "disclosure": shown, "concealed": concealed}


def _signal(state: _State, rating: Floats, plan: Plan, here: Any) -> None:
    state.boost = np.maximum(state.boost - 1, 0)
    if plan.boost <= 0:
        return
    # The last three ratings of each client are kept; a missed session leaves them as they are.
    last = state.ratings or [np.full(len(rating), np.nan)] * 3
    known = np.sum(~np.isnan(last), axis=0)
    mean = np.nansum(last, axis=0) / np.maximum(known, 1)
    z = (rating - mean) / (plan.spread * np.sqrt(1 + 1 / np.maximum(known, 1)))
    state.boost = np.where((known > 0) & here & (z <= plan.limit), plan.boost, state.boost)
    shifted = [last[1], last[2], rating]
    state.ratings = [np.where(here, new, old) for new, old in zip(shifted, last, strict=True)]


def _leaving(
    t: int, at: int, key: Words, me: dict[str, Floats], state: _State, p: Any, here: Any, score: Floats, out: Record
) -> None:
    if t + 1 == out.states.shape[2]:
        return
    pull = np.array([-p.z_A * state.A, p.z_R * (state.depth > 0), p.z_miss * ~here, -p.z_m * (me["m"] - 0.5)])
    leaves = state.alive & (s.uniforms(key, at + s.LEAVE) < _logistic(p.z_0 + pull[0] + pull[1] + pull[2] + pull[3]))
    why = np.where(pull.max(axis=0) > 0, pull.argmax(axis=0) + 1, 5)
    out.persons[:, r.P_WHY] = np.where(leaves, why, out.persons[:, r.P_WHY])
    out.persons[:, r.P_ENDED] = np.where(leaves, t + 1, out.persons[:, r.P_ENDED])
    out.persons[:, r.P_LAST] = np.where(leaves, score, out.persons[:, r.P_LAST])
    state.alive = state.alive & ~leaves


def _keep(t: int, state: _State, out: Record, now: dict[str, Any]) -> None:
    alive = state.alive
    states = (now["symptom"], now["score"], state.A, now["client"], now["therapist"], now["threat"], now["engagement"])
    for name, value in enumerate((*states, now["disclosure"], state.depth)):
        out.states[:, name, t] = np.where(alive, value, np.nan)
    for name, value in enumerate((now["here"], state.depth > 0, now["onset"], now["repaired"], now["concealed"])):
        out.events[:, name, t] = alive & value


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))
