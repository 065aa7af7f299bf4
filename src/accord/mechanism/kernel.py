"""The same model one course at a time, compiled: what `reference` does in arrays, in scalars.

No fast-math and no parallel reduction: a course's numbers depend on its stream alone, never on the threads.
"""

from math import exp, log, sqrt
from typing import Any

import numpy as np

from accord.alliance.compiled import inner, kernel
from accord.mechanism import record as r
from accord.mechanism import stream as s
from accord.mechanism.record import Record
from accord.mechanism.scenario import Plan
from accord.mechanism.stream import Floats, Words

_GAMMA, _MIX_1, _MIX_2 = np.uint64(s.GAMMA), np.uint64(s.MIX_1), np.uint64(s.MIX_2)
_ONE, _S12, _S27, _S30, _S31 = (np.uint64(n) for n in (1, 12, 27, 30, 31))
_UNIT = s.TO_UNIT
_CENTRE, _MIDDLE, _TAIL = s.CENTRE, s.MIDDLE, s.TAIL


def run(key: Words, therapist: Floats, p: Any, plan: Plan, bounds: Floats, out: Record) -> None:
    """Fill `out`; the same call as the reference's."""
    _run(key, therapist, p, plan, bounds, out.states, out.events, out.persons)


@inner
def _uniform(key, place):  # type: ignore[no-untyped-def]
    z = key + (np.uint64(place) + _ONE) * _GAMMA
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return (np.float64((z ^ (z >> _S31)) >> _S12) + 0.5) * _UNIT


@inner
def _ratio(parts, x):  # type: ignore[no-untyped-def]
    a, b = parts
    top = ((((((a[0] * x + a[1]) * x + a[2]) * x + a[3]) * x + a[4]) * x + a[5]) * x + a[6]) * x + a[7]
    bottom = ((((((b[0] * x + b[1]) * x + b[2]) * x + b[3]) * x + b[4]) * x + b[5]) * x + b[6]) * x + b[7]
    return top / bottom


@inner
def _normal(key, place):  # type: ignore[no-untyped-def]
    u = _uniform(key, place)
    q = u - 0.5
    x = 0.180625 - q * q
    if x >= 0:
        return q * _ratio(_CENTRE, x)
    x = sqrt(-log(min(u, 1 - u)))
    far = _ratio(_MIDDLE, x - 1.6) if x <= 5 else _ratio(_TAIL, x - 5)
    return far if q > 0 else -far


@inner
def _logistic(x):  # type: ignore[no-untyped-def]
    return 1 / (1 + exp(-x))


@inner
def _client(key, therapist, p, plan):  # type: ignore[no-untyped-def]
    v = plan.avoidance if plan.avoidance == plan.avoidance else _normal(key, s.AVOIDANCE)
    x = p.c_vx * v + sqrt(1 - p.c_vx * p.c_vx) * _normal(key, s.ANXIETY)
    q = _normal(key, s.EXPECTATION)
    m = 1.0 if _uniform(key, s.PREFERENCE) < 0.5 else 0.0
    mu = therapist[0] - p.b_v * v - p.b_x * x + p.b_q * q + p.b_m * (m - 0.5) + p.s_u * _normal(key, s.SET_POINT)
    pace = p.l_q * q + p.l_m * (m - 0.5) - p.s_alpha * p.s_alpha / 2 + p.s_alpha * _normal(key, s.LEARNING)
    return v, x, q, m, mu + plan.bond, p.alpha * therapist[2] * exp(pace)


@inner
def _repairs(key, at, skill, boost, p, plan):  # type: ignore[no-untyped-def]
    if plan.repair != 0:
        return plan.repair > 0
    odds = p.pi_0 + 0.5 * p.pi_a * skill + (plan.boost_repair if boost > 0 else 0.0)
    return _uniform(key, at + s.REPAIR) < _logistic(odds)


@inner
def _depth(key, at, forced, p, plan):  # type: ignore[no-untyped-def]
    if forced and plan.rupture_depth > 0:
        return plan.rupture_depth
    return p.D_mu * exp(p.s_D * _normal(key, at + s.DEPTH))


@inner
def _rupture(key, at, who, skill, A, depth, boost, forced, p, plan):  # type: ignore[no-untyped-def]
    """The depth after this session, and whether a rupture began or was repaired in it."""
    if depth > 0:
        repaired = not forced and _repairs(key, at, skill, boost, p, plan)
        return (0.0 if repaired else depth), False, repaired
    rate = p.p_R * exp(p.r_v * who[0] + p.r_x * who[1] + p.r_A * A)
    if forced or _uniform(key, at + s.ONSET) < rate:
        return _depth(key, at, forced, p, plan), True, False
    return 0.0, False, False


@inner
def _engage(A, W, who, p):  # type: ignore[no-untyped-def]
    """Safety, expressed threat, disclosure, and engagement if present."""
    safety = p.b_buf * _logistic(A)
    threat = (W - p.lam) * (1 - safety)
    disclosure = _logistic(p.d_0 + p.d_A * A - p.d_v * who[0] - p.d_F * (threat - 1.7))
    homework = _logistic(p.h_0 + p.h_A * A + p.h_q * who[2])
    return safety, threat, disclosure, p.w_D * disclosure + (1 - p.w_D) * homework


@inner
def _learn(key, at, W, safety, engagement, alpha, boost, depth, p, plan):  # type: ignore[no-untyped-def]
    error = p.lam - W + p.w_prot * safety * (W - p.lam)
    rate = min(alpha * (1 + (plan.boost_learning if boost > 0 else 0.0)) * engagement, 1.0)
    return W + rate * error + (p.k_Ru if depth > 0 else 0.0) + p.s_xi * _normal(key, at + s.DRIFT)


@inner
def _leaves(key, at, A, depth, here, m, p):  # type: ignore[no-untyped-def]
    """0 to stay, else the number of the reason."""
    pull = (-p.z_A * A, p.z_R if depth > 0 else 0.0, 0.0 if here else p.z_miss, -p.z_m * (m - 0.5))
    if _uniform(key, at + s.LEAVE) >= _logistic(p.z_0 + pull[0] + pull[1] + pull[2] + pull[3]):
        return 0
    why, most = 5, 0.0
    for reason in range(4):
        if pull[reason] > most:
            why, most = reason + 1, pull[reason]
    return why


@inner
def _alarm(rating, last, known, plan):  # type: ignore[no-untyped-def]
    """Is this rating far below the last three? Then keep it with them."""
    alarm = False
    if known > 0:
        n = min(known, 3)
        mean = 0.0
        for k in range(n):
            mean += last[k]
        alarm = (rating - mean / n) / (plan.spread * sqrt(1 + 1 / n)) <= plan.limit
    last[known % 3] = rating
    return alarm


@inner
def _views(key, at, A, halo, dyad, style, p):  # type: ignore[no-untyped-def]
    client = A + halo + p.s_ec * _normal(key, at + s.CLIENT_ERROR)
    therapist = -p.gap + p.l_T * A + style + dyad + p.s_eT * _normal(key, at + s.THERAPIST_ERROR)
    return client, therapist


@inner
def _meet(key, at, A, mu, n, depth, event, p):  # type: ignore[no-untyped-def]
    """The alliance after a session attended: learned safety follows the relational outcome."""
    o = mu + p.s_o * _normal(key, at + s.OUTCOME) - depth - p.g_S * n
    return A + (min(p.kappa * p.surprise, 1.0) if event else p.kappa) * (o - A)


@inner
def _attends(key, at, A, depth, p):  # type: ignore[no-untyped-def]
    return _uniform(key, at + s.ATTEND) < _logistic(p.k_0 + p.k_A * A - (p.k_R if depth > 0 else 0.0))


@inner
def _keep(states, events, t, A, threat, engagement, depth, here, onset, repaired):  # type: ignore[no-untyped-def]
    states[r.ALLIANCE, t], states[r.THREAT, t] = A, threat
    states[r.ENGAGEMENT, t], states[r.DEPTH, t] = engagement, depth
    events[r.ATTENDED, t], events[r.OPEN, t] = here, depth > 0
    events[r.ONSET, t], events[r.REPAIRED, t] = onset, repaired


@inner
def _course(key, therapist, p, plan, bounds, states, events, person):  # type: ignore[no-untyped-def]
    sessions = states.shape[1]
    states[:] = np.nan
    who = _client(key, therapist, p, plan)
    halo, dyad = p.s_halo * _normal(key, s.HALO), p.s_Ti * _normal(key, s.DYAD)
    W, n = p.s_W * _normal(key, s.MEMORY), p.s_n * _normal(key, s.PASSING)
    A, depth, bonus, boost, first, known, why = who[4], 0.0, 0.0, 0.0, 0.0, 0, 0
    last, score = np.empty(3), 0.0
    for t in range(sessions):
        at = s.STATIC + t * s.PER_SESSION
        score = W + n + p.s_eS * _normal(key, at + s.SCORE_ERROR)
        states[r.SYMPTOM, t], states[r.SCORE, t] = W + n, score
        first = score if t == 0 else first
        if t > 0 and score > bounds[t, 0] + bounds[t, 1] * first:
            boost = plan.boost
        forced = t + 1 == plan.rupture_at
        here = t == 0 or forced or _attends(key, at, A, depth, p)
        onset, repaired, alarm = False, False, False
        if here and (t > 0 or forced):
            depth, onset, repaired = _rupture(key, at, who, therapist[1], A, depth, boost, forced, p, plan)
            bonus += p.B_rep if repaired else 0.0
        if here:
            rise = p.growth * t / max(sessions - 1, 1)
            A = _meet(key, at, A, who[4] + bonus + rise, n, depth, onset or repaired, p)
            states[r.CLIENT, t], states[r.THERAPIST, t] = _views(key, at, A, halo, dyad, therapist[3], p)
            alarm = plan.boost > 0 and _alarm(states[r.CLIENT, t], last, known, plan)
            known += 1
        safety, threat, disclosure, engagement = _engage(A, W, who, p)
        if here:
            states[r.DISCLOSURE, t] = disclosure
            events[r.CONCEALED, t] = _uniform(key, at + s.CONCEAL) > disclosure
        engagement = engagement if here else 0.0
        _keep(states, events, t, A, threat, engagement, depth, here, onset, repaired)
        W = _learn(key, at, W, safety, engagement, who[5], boost, depth, p, plan)
        n = p.phi * n + p.s_n * sqrt(1 - p.phi * p.phi) * _normal(key, at + s.WEEK)
        boost = plan.boost if alarm else max(boost - 1, 0.0)
        why = _leaves(key, at, A, depth, here, who[3], p) if t + 1 < sessions else 0
        if why > 0:
            break
    if why == 0:
        score = W + n + p.s_eS * _normal(key, s.STATIC + sessions * s.PER_SESSION + s.SCORE_ERROR)
    for k in range(6):
        person[k] = who[k]
    person[r.P_LAST], person[r.P_ENDED], person[r.P_WHY] = score, t + 1, why


@kernel
def _run(keys, therapist, p, plan, bounds, states, events, persons):  # type: ignore[no-untyped-def]
    for i in range(len(keys)):
        _course(keys[i], therapist[i], p, plan, bounds, states[i], events[i], persons[i])
