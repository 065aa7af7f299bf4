"""The predictive z as users of other programs would compute it.

Peers for bench/alliance.py, and nothing else. Each takes client, session and rating of courses of equal length and
returns what computes some of z, z_frozen, signal and repair. All of it: a loop over sessions, alone and within pandas'
groupby-apply. z and signal, which need no memory of what is open: pandas' rolling mean, and the two Kalman filters.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

SD, DROP, LIMIT, WINDOW, K = 0.3, 0.7, -2.5, 3, 3
NAMES = ("z", "z_frozen", "signal", "repair")
Ratings = tuple[np.ndarray, np.ndarray, np.ndarray]
Found = dict[str, np.ndarray]
Told = list[tuple[float, float, int, int]]
Run = Callable[[], Found | Told]


def one_course(values: list[float]) -> Told:
    """The rule as one would write it down: z, frozen z, signal, repair."""
    seen: list[float] = []
    told: Told = []
    base: float | None = None
    parts, after, late = 0, 0, False
    for y in values:
        if y != y:
            told.append((math.nan, math.nan, 0, 1 if base is not None else 0))
            continue
        last = seen[-K:]
        m = sum(last) / len(last) if last else math.nan
        z = (y - m) / (SD * math.sqrt(1 + 1 / len(last))) if last else math.nan
        frozen, state, signal = z, 0, 0
        if base is not None:
            frozen, state, after = (y - base) / (SD * math.sqrt(1 + 1 / parts)), 1, after + 1
            if y >= base - DROP / 2:
                late = True
                if after <= WINDOW:
                    base, state = None, 2
        if z <= LIMIT:
            signal = 2 if m - y >= DROP else 1
            if base is None or late:
                base, parts, after, late, state = m, len(last), 0, False, 1
        told.append((z, frozen, signal, state))
        seen.append(y)
    return told


def plain_python(given: Ratings) -> Run:
    courses = [course.tolist() for course in by_course(given)]
    return lambda: [row for course in courses for row in one_course(course)]


def as_columns(got: Found | Told) -> Found:
    """Not timed: lists are what plain Python has in the end."""
    if isinstance(got, dict):
        return got
    return {name: np.array(column) for name, column in zip(NAMES, zip(*got, strict=True), strict=True)}


def by_course(given: Ratings) -> list[np.ndarray]:
    client, _, value = given
    return np.split(value, np.flatnonzero(client[1:] != client[:-1]) + 1)


def pandas_groupby(given: Ratings) -> Run:
    import pandas as pd

    table = pd.DataFrame({"client": given[0], "session": given[1], "value": given[2]})

    def course(rows: Any) -> Any:
        return pd.DataFrame(one_course(rows["value"].tolist()), columns=list(NAMES), index=rows.index)

    def run() -> Found:
        told = table.groupby("client", sort=False)[["value"]].apply(course)
        return {name: told[name].to_numpy() for name in NAMES}

    return run


def pandas_rolling(given: Ratings) -> Run:
    """The quick way in pandas: no function of our own is called for each client."""
    import pandas as pd

    table = pd.DataFrame({"client": given[0], "session": given[1], "value": given[2]})

    def run() -> Found:
        rated = table.dropna(subset=["value"])
        groups = rated.groupby("client", sort=False)
        m = groups["value"].rolling(K, min_periods=1, closed="left").mean().to_numpy()
        n = groups.cumcount().clip(upper=K).to_numpy()
        return placed(len(table), rated.index.to_numpy(), rated["value"].to_numpy(), m, n)

    return run


def placed(rows: int, at: np.ndarray, y: np.ndarray, m: np.ndarray, n: np.ndarray) -> Found:
    """z and signal of the rated sessions, each in its row, from the mean of the n ratings before."""
    z, signal = np.full(rows, np.nan), np.zeros(rows, np.int8)
    with np.errstate(divide="ignore", invalid="ignore"):
        z[at] = (y - m) / (SD * np.sqrt(1 + 1 / n))
    signal[at] = np.where(z[at] <= LIMIT, np.where(m - y >= DROP, 2, 1), 0)
    return {"z": z, "signal": signal}


def state_space(length: int) -> tuple[np.ndarray, np.ndarray]:
    """The rule as a model: state (y_t, y_t-1, y_t-2), y_t+1 = mean of the last n + e, var e = s_w^2 (1 + 1/n).

    The innovations of a Kalman filter of this model, divided by their SD, are the predictive z. Transition matrices and
    the variances of e, a step each.
    """
    steps, noise = np.zeros((length, 3, 3)), np.zeros(length)
    steps[:, 1, 0] = steps[:, 2, 1] = 1
    for t in range(length):
        n = min(t + 1, K)
        steps[t, 0, :n], noise[t] = 1 / n, SD**2 * (1 + 1 / n)
    return steps, noise


def statsmodels(given: Ratings) -> Run:
    from statsmodels.tsa.statespace.kalman_filter import KalmanFilter

    steps, noise = state_space(max(map(len, by_course(given))))
    steps, noise = np.ascontiguousarray(steps.transpose(1, 2, 0)), noise[None, None, :]
    fixed = {"design": np.array([[1.0, 0, 0]]), "selection": np.array([[1.0], [0], [0]])}
    start, spread = np.zeros(3), np.diag([1.0, 0, 0])

    def forecasts(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        # A new filter a course: bind() to other ratings of the same number keeps filtering the first ones (0.15).
        model = KalmanFilter(k_endog=1, k_states=3, k_posdef=1, **fixed)
        model.bind(y)
        model["transition"], model["state_cov"] = steps[:, :, : len(y)], noise[:, :, : len(y)]
        model.initialize_known(start, spread)
        told = model.filter()
        return told.forecasts[0], told.forecasts_error_cov[0, 0]

    return filtered(given, forecasts)


def pykalman(given: Ratings) -> Run:
    from pykalman import KalmanFilter

    steps, noise = state_space(max(map(len, by_course(given))))
    covariances = np.zeros_like(steps)
    covariances[:, 0, 0] = noise
    model = KalmanFilter(
        steps,
        [[1, 0, 0]],
        covariances,
        [[0]],
        initial_state_mean=[0, 0, 0],
        initial_state_covariance=np.diag([1, 0, 0]),
    )

    def forecasts(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        states = model.filter(y)[0]
        # It keeps what it knew after each rating, and not what it expected of the next.
        ahead = np.einsum("tj,tj->t", steps[: len(y) - 1, 0], states[:-1])
        return np.r_[0, ahead], np.r_[1, noise[: len(y) - 1]]

    return filtered(given, forecasts)


def filtered(given: Ratings, forecasts: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Run:
    """A course at a time, its rated sessions alone: a filter would carry a session that is missing in another way."""
    courses, rows = by_course(given), len(given[2])

    def run() -> Found:
        z, signal, first = np.full(rows, np.nan), np.zeros(rows, np.int8), 0
        for course in courses:
            at = np.flatnonzero(~np.isnan(course))
            if len(at) > 1:
                y = course[at]
                m, variance = forecasts(y)
                score = ((y - m) / np.sqrt(variance))[1:]
                z[first + at[1:]] = score
                signal[first + at[1:]] = np.where(score <= LIMIT, np.where((m - y)[1:] >= DROP, 2, 1), 0)
            first += len(course)
        return {"z": z, "signal": signal}

    return run
