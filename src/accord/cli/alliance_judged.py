"""Each detector on simulated courses, at three depths of rupture: regression numbers, not clinical accuracy."""

from collections.abc import Callable
from typing import Any

import numpy as np

from accord.alliance import IndividualsChart, PredictiveZ, Readings, Rule, read_columns, reliable_drop, sd_from_file
from accord.mechanism import Parameters, Simulated, judge, simulate

# Median depth of a rupture, in SD of the alliance: as fitted, and two smaller.
DEPTHS = (2.668, 1.8, 1.2)
SESSIONS, CLIENTS_EACH = 16, 100
# The reliable drop on the simulator's scale, where the SD of early ratings is 1.
DROP = reliable_drop(1.0, 0.91)

# name, method, whether only alerts count.
DETECTORS: tuple[tuple[str, Any, bool], ...] = (
    ("reliable drop from the rating before", "reliable-drop", False),
    ("predictive z, 2.0", PredictiveZ(2.0), False),
    ("predictive z, 2.5 (watch)", "predictive-z", False),
    ("predictive z, 3.0", PredictiveZ(3.0), False),
    ("predictive z, 2.5, and reliable drop (alert)", "predictive-z", True),
    ("I-chart, own moving range, n0 = 4", IndividualsChart(), False),
    ("I-chart, shrunk moving range, n0 = 2", "i-chart-shrunk", False),
    ("EWMA .3 / 2.7", "ewma", False),
    ("V-shape, 1 SD, stricter SD", "v-shape", False),
)


def judged(clients: int, seed: int, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """One row a detector and depth."""
    rows: list[dict[str, Any]] = []
    for depth in DEPTHS:
        courses = simulate(clients // CLIENTS_EACH, CLIENTS_EACH, SESSIONS, Parameters(D_mu=depth), seed=seed)
        for name, method, alerts in DETECTORS:
            found = judge(flags(courses, method, alerts), courses)
            rows.append(
                {
                    "depth": depth,
                    "detector": name,
                    "sensitivity": round(found.sensitivity, 3),
                    "false alarms a session": round(found.false_alarms_per_session, 4),
                    "PPV": round(found.ppv, 2),
                    "alarms a client": round(found.alarms_per_client, 2),
                }
            )
            progress(len(rows), len(DEPTHS) * len(DETECTORS))
    return rows


def flags(courses: Simulated, method: Any, alerts: bool) -> np.ndarray:
    """Signals as an array [client, session]."""
    return readings(courses, method).signal.reshape(courses.truth.attended.shape) >= (2 if alerts else 1)


def readings(courses: Simulated, method: Any) -> Readings:
    """The client's ratings read with the pooled spread of all of them, as a practice would fix it beforehand."""
    ratings = courses.truth.client_rating
    client = np.repeat(np.arange(len(ratings)), ratings.shape[1])
    session = np.tile(np.arange(1, ratings.shape[1] + 1), len(ratings))
    # The scale is in SD, so that the floor of a scale from 0 to 5 does not apply.
    rule = sd_from_file(client, ratings.ravel(), Rule(reliable_drop=DROP, method=method, top=None), floor=1e-9)
    return read_columns(client, session, ratings.ravel(), rule)
