"""The model in whole arrays, one step of the equations a line: the witness of the compiled engine.

Numbers in brackets are the steps of docs/mechanism.md. Every array has one entry a course.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from accord.mechanism import record as r
from accord.mechanism import stream as s
from accord.mechanism.record import Record
from accord.mechanism.scenario import Plan
from accord.mechanism.stream import Floats, Words


@dataclass(frozen=True, slots=True)
class _Courses:
    """What does not change from session to session: luck, parameters, therapists, clients."""

    key: Words
    p: Any
    plan: Plan
    bounds: Floats
    therapist: Floats
    v: Floats
    x: Floats
    q: Floats
    m: Floats
    mu: Floats
    alpha: Floats
    halo: Floats
    dyad: Floats

    @property
    def sessions(self) -> int:
        return len(self.bounds)

    def uniform(self, t: int, place: int) -> Floats:
        return s.uniforms(self.key, s.STATIC + t * s.PER_SESSION + place)

    def normal(self, t: int, place: int) -> Floats:
        return s.normals(self.key, s.STATIC + t * s.PER_SESSION + place)


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
    last_ratings: list[Floats]


def run(key: Words, therapist: Floats, p: Any, plan: Plan, bounds: Floats, out: Record) -> None:
    """Fill `out`: key and therapist (skill, skill in SD, teaching, style) have a row a course."""
    c = _clients(key, therapist, p, plan, bounds)
    now = _intake(c)
    out.states[:] = np.nan
    out.persons[:, : r.P_LAST] = np.stack([c.v, c.x, c.q, c.m, c.mu, c.alpha], axis=1)
    out.persons[:, r.P_ENDED] = c.sessions
    with np.errstate(over="ignore"):
        for t in range(c.sessions):
            _session(c, now, t, out)
    last = now.W + now.n + p.s_eS * c.normal(c.sessions, s.SCORE_ERROR)
    out.persons[:, r.P_LAST] = np.where(now.alive, last, out.persons[:, r.P_LAST])


def _clients(key: Words, therapist: Floats, p: Any, plan: Plan, bounds: Floats) -> _Courses:
    def z(place: int) -> Floats:
        return s.normals(key, place)

    v = z(s.AVOIDANCE) if np.isnan(plan.avoidance) else np.full(len(key), plan.avoidance)
    x = p.c_vx * v + np.sqrt(1 - p.c_vx**2) * z(s.ANXIETY)
    q, m = z(s.EXPECTATION), (s.uniforms(key, s.PREFERENCE) < 0.5).astype(float)
    mu = therapist[:, 0] - p.b_v * v - p.b_x * x + p.b_q * q + p.b_m * (m - 0.5) + p.s_u * z(s.SET_POINT) + plan.bond
    pace = p.l_q * q + p.l_m * (m - 0.5) - p.s_alpha**2 / 2 + p.s_alpha * z(s.LEARNING)
    alpha = p.alpha * therapist[:, 2] * np.exp(pace)
    return _Courses(
        key, p, plan, bounds, therapist, v, x, q, m, mu, alpha, halo=p.s_halo * z(s.HALO), dyad=p.s_Ti * z(s.DYAD)
    )


def _intake(c: _Courses) -> _State:
    nought, unknown = np.zeros(len(c.key)), np.full(len(c.key), np.nan)
    W, n = c.p.s_W * s.normals(c.key, s.MEMORY), c.p.s_n * s.normals(c.key, s.PASSING)
    # A first impression: the alliance starts at its set point, and experience moves it from there.
    return _State(W, n, c.mu, nought, nought, nought, np.ones(len(c.key), bool), nought, [unknown] * 3)


def _session(c: _Courses, now: _State, t: int, out: Record) -> None:
    score = _score(c, now, t)
    here = _attendance(c, now, t)
    onset, repaired = _rupture(c, now, t, here)
    _alliance(c, now, t, here, onset | repaired)
    client, therapist = _views(c, now, t, here)
    symptom = now.W + now.n
    threat, engagement, disclosure, concealed = _learning(c, now, t, here)
    states = (symptom, score, now.A, client, therapist, threat, engagement, disclosure, now.depth)
    _keep(now, t, out, states, (here, now.depth > 0, onset, repaired, concealed))
    _signal(c, now, client, here)
    _leaving(c, now, t, here, score, out)


def _score(c: _Courses, now: _State, t: int) -> Floats:
    """(1), and who is not on track by it."""
    score: Floats = now.W + now.n + c.p.s_eS * c.normal(t, s.SCORE_ERROR)
    if t == 0:
        now.first_score = score
    off_track = (t > 0) & (score > c.bounds[t, 0] + c.bounds[t, 1] * now.first_score)
    now.boost = np.where(off_track, c.plan.boost, now.boost)
    return score


def _attendance(c: _Courses, now: _State, t: int) -> Any:
    """(2)"""
    # The first session is what makes it a course, so it is always attended; so is one with a rupture put into it.
    sure = t == 0 or t + 1 == c.plan.rupture_at
    chance = _logistic(c.p.k_0 + c.p.k_A * now.A - c.p.k_R * (now.depth > 0))
    return (c.uniform(t, s.ATTEND) < chance) | sure


def _rupture(c: _Courses, now: _State, t: int, here: Any) -> tuple[Any, Any]:
    """(3)"""
    was_open, forced = now.depth > 0, t + 1 == c.plan.rupture_at
    repaired = was_open & here & (c.uniform(t, s.REPAIR) < _repair_chance(c, now)) & (not forced)
    rate = c.p.p_R * np.exp(c.p.r_v * c.v + c.p.r_x * c.x + c.p.r_A * now.A)
    # What is not yet there cannot break: no rupture of its own accord in the first session.
    onset = ~was_open & here & (((t > 0) & (c.uniform(t, s.ONSET) < rate)) | forced)
    deep = c.p.D_mu * np.exp(c.p.s_D * c.normal(t, s.DEPTH))
    if forced and c.plan.rupture_depth > 0:
        deep = np.full(len(deep), c.plan.rupture_depth)
    now.depth = np.where(onset, deep, np.where(repaired, 0.0, now.depth))
    now.bonus = now.bonus + c.p.B_rep * repaired
    return onset, repaired


def _repair_chance(c: _Courses, now: _State) -> Any:
    if c.plan.repair != 0:
        return c.plan.repair
    return _logistic(c.p.pi_0 + 0.5 * c.p.pi_a * c.therapist[:, 1] + c.plan.boost_repair * (now.boost > 0))


def _alliance(c: _Courses, now: _State, t: int, here: Any, event: Any) -> None:
    """(4)"""
    rise = c.p.growth * t / max(c.sessions - 1, 1)
    o = c.mu + now.bonus + rise + c.p.s_o * c.normal(t, s.OUTCOME) - now.depth - c.p.g_S * now.n
    kappa = np.where(event, min(c.p.kappa * c.p.surprise, 1.0), c.p.kappa)
    now.A = np.where(here, now.A + kappa * (o - now.A), now.A)


def _views(c: _Courses, now: _State, t: int, here: Any) -> tuple[Floats, Floats]:
    client = now.A + c.halo + c.p.s_ec * c.normal(t, s.CLIENT_ERROR)
    own = -c.p.gap + c.p.l_T * now.A + c.therapist[:, 3] + c.dyad + c.p.s_eT * c.normal(t, s.THERAPIST_ERROR)
    return np.where(here, client, np.nan), np.where(here, own, np.nan)


def _learning(c: _Courses, now: _State, t: int, here: Any) -> tuple[Any, Any, Any, Any]:
    """(5) to (8)"""
    p = c.p
    safety = p.b_buf * _logistic(now.A)
    threat = (now.W - p.lam) * (1 - safety)
    disclosure = _logistic(p.d_0 + p.d_A * now.A - p.d_v * c.v - p.d_F * (threat - 1.7))
    homework = _logistic(p.h_0 + p.h_A * now.A + p.h_q * c.q)
    engagement = np.where(here, p.w_D * disclosure + (1 - p.w_D) * homework, 0.0)
    error = p.lam - now.W + p.w_prot * safety * (now.W - p.lam)
    # One session cannot teach more than all there is to learn.
    rate = np.minimum(c.alpha * (1 + c.plan.boost_learning * (now.boost > 0)) * engagement, 1.0)
    now.W = now.W + rate * error + p.k_Ru * (now.depth > 0) + p.s_xi * c.normal(t, s.DRIFT)
    now.n = p.phi * now.n + p.s_n * np.sqrt(1 - p.phi**2) * c.normal(t, s.WEEK)
    concealed = here & (c.uniform(t, s.CONCEAL) > disclosure)
    return threat, engagement, np.where(here, disclosure, np.nan), concealed


def _signal(c: _Courses, now: _State, rating: Floats, here: Any) -> None:
    """Feedback: is this rating far below the last three?"""
    now.boost = np.maximum(now.boost - 1, 0)
    if c.plan.boost <= 0:
        return
    last = now.last_ratings
    known = np.sum(~np.isnan(last), axis=0)
    mean = np.nansum(last, axis=0) / np.maximum(known, 1)
    z = (rating - mean) / (c.plan.spread * np.sqrt(1 + 1 / np.maximum(known, 1)))
    now.boost = np.where((known > 0) & here & (z <= c.plan.limit), c.plan.boost, now.boost)
    # A missed session leaves the kept ratings as they are.
    moved = zip((last[1], last[2], rating), last, strict=True)
    now.last_ratings = [np.where(here, newer, older) for newer, older in moved]


def _leaving(c: _Courses, now: _State, t: int, here: Any, score: Floats, out: Record) -> None:
    """(9)"""
    if t + 1 == c.sessions:
        return
    p = c.p
    pull = np.array([-p.z_A * now.A, p.z_R * (now.depth > 0), p.z_miss * ~here, -p.z_m * (c.m - 0.5)])
    leaves = now.alive & (c.uniform(t, s.LEAVE) < _logistic(p.z_0 + pull[0] + pull[1] + pull[2] + pull[3]))
    why = np.where(pull.max(axis=0) > 0, pull.argmax(axis=0) + 1, 5)
    for column, value in ((r.P_WHY, why), (r.P_ENDED, t + 1), (r.P_LAST, score)):
        out.persons[:, column] = np.where(leaves, value, out.persons[:, column])
    now.alive = now.alive & ~leaves


def _keep(now: _State, t: int, out: Record, states: tuple[Any, ...], events: tuple[Any, ...]) -> None:
    for name, value in enumerate(states):
        out.states[:, name, t] = np.where(now.alive, value, np.nan)
    for name, value in enumerate(events):
        out.events[:, name, t] = now.alive & value


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))
