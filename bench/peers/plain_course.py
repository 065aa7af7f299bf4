"""The full model as one would write it first: a loop over sessions in plain Python, with `random`.

A peer for bench/mechanism.py, and nothing else: same equations, same outputs, its own luck.
"""

import random
from math import exp, sqrt
from typing import Any

from accord.mechanism import Parameters


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def courses(therapists: int, each: int, sessions: int, p: Parameters, seed: int) -> list[dict[str, Any]]:
    """A list of courses, each with its rows."""
    draw, made = random.Random(seed), []
    for _ in range(therapists):
        z = draw.gauss()
        log_e = -(p.tau_e**2) / 2 + p.tau_e * (p.rho_ae * z + sqrt(1 - p.rho_ae**2) * draw.gauss())
        who = (p.tau_a * z, z, exp(log_e), p.s_Tj * draw.gauss())
        made += [course(draw, who, sessions, p) for _ in range(each)]
    return made


def course(draw: random.Random, therapist: tuple[float, ...], sessions: int, p: Parameters) -> dict[str, Any]:
    v = draw.gauss()
    x = p.c_vx * v + sqrt(1 - p.c_vx**2) * draw.gauss()
    q, m = draw.gauss(), float(draw.random() < 0.5)
    mu = therapist[0] - p.b_v * v - p.b_x * x + p.b_q * q + p.b_m * (m - 0.5) + p.s_u * draw.gauss()
    alpha = p.alpha * therapist[2]
    alpha *= exp(p.l_q * q + p.l_m * (m - 0.5) - p.s_alpha**2 / 2 + p.s_alpha * draw.gauss())
    halo, dyad = p.s_halo * draw.gauss(), p.s_Ti * draw.gauss()
    W, n, A, depth, rows, score = p.s_W * draw.gauss(), p.s_n * draw.gauss(), mu, 0.0, [], 0.0
    for t in range(sessions):
        symptom, score = W + n, W + n + p.s_eS * draw.gauss()
        here = t == 0 or draw.random() < logistic(p.k_0 + p.k_A * A - p.k_R * (depth > 0))
        onset = repaired = False
        if here and depth > 0:
            repaired = draw.random() < logistic(p.pi_0 + 0.5 * p.pi_a * therapist[1])
            depth, mu = (0.0, mu + p.B_rep) if repaired else (depth, mu)
        elif here and t > 0 and draw.random() < p.p_R * exp(p.r_v * v + p.r_x * x + p.r_A * A):
            onset, depth = True, p.D_mu * exp(p.s_D * draw.gauss())
        client = own = None
        if here:
            o = mu + p.growth * t / max(sessions - 1, 1) + p.s_o * draw.gauss() - depth - p.g_S * n
            A += min(p.kappa * p.surprise, 1.0) * (o - A) if onset or repaired else p.kappa * (o - A)
            client = A + halo + p.s_ec * draw.gauss()
            own = -p.gap + p.l_T * A + therapist[3] + dyad + p.s_eT * draw.gauss()
        safety = p.b_buf * logistic(A)
        threat = (W - p.lam) * (1 - safety)
        disclosure = logistic(p.d_0 + p.d_A * A - p.d_v * v - p.d_F * (threat - 1.7))
        homework = logistic(p.h_0 + p.h_A * A + p.h_q * q)
        engagement = p.w_D * disclosure + (1 - p.w_D) * homework if here else 0.0
        W += min(alpha * engagement, 1.0) * (p.lam - W + p.w_prot * safety * (W - p.lam))
        W += p.k_Ru * (depth > 0) + p.s_xi * draw.gauss()
        n = p.phi * n + p.s_n * sqrt(1 - p.phi**2) * draw.gauss()
        concealed = here and draw.random() > disclosure
        rows.append(
            (symptom, score, A, client, own, threat, engagement, disclosure, depth, here, onset, repaired, concealed)
        )
        leave = p.z_0 - p.z_A * A + p.z_R * (depth > 0) - p.z_m * (m - 0.5) + p.z_miss * (not here)
        if t + 1 < sessions and draw.random() < logistic(leave):
            return {"rows": rows, "last": score, "dropped": True}
    return {"rows": rows, "last": W + n + p.s_eS * draw.gauss(), "dropped": False}
