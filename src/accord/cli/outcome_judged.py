"""The red rule and the hazard of leaving on simulated courses: regression numbers, not clinical accuracy."""

from collections.abc import Callable
from typing import Any

import numpy as np

from accord.alliance import reliable_drop
from accord.mechanism import Simulated, simulate
from accord.outcome import Courses, Moments, Rational, courses, expect_columns, fit_growth, judge_rule
from accord.outcome.expected import LOOK
from accord.outcome.judged import Judged, Share
from accord.outcome.leaving import Interval, NotEnough, performance
from accord.outcome.neighbours import fit_neighbours

SESSIONS, CLIENTS_EACH = 16, 40
# What a measure of reliability .80 makes of an SD of one; `score` of the simulator is in SD.
RELIABILITY = 0.80
SOURCE = "simulated courses"


def judged(clients: int, seed: int, progress: Callable[[int, int], None]) -> list[dict[str, Any]]:
    """One row a number, each with its interval."""
    made = simulate(max(clients // CLIENTS_EACH, 20), CLIENTS_EACH, SESSIONS, seed=seed)
    past = symptom_courses(made)
    change = reliable_drop(float(past.intake.std()), RELIABILITY)
    methods: tuple[tuple[str, Any], ...] = (
        ("rational", Rational(change)),
        ("growth, red twice in a row", fit_growth),
        ("neighbours, red twice in a row", fit_neighbours),
    )
    rows: list[dict[str, Any]] = []
    for step, (name, fit) in enumerate(methods):
        rows += _rule_rows(name, judge_rule(past, fit, change, source=SOURCE))
        progress(step + 1, len(methods) + 1)
    found = performance(moments(made, past), "missed the last scheduled session", seed=seed, source=SOURCE)
    if isinstance(found, NotEnough):
        rows.append(_row("leaving", found.reason, None, None, None, found.n_used))
        return rows
    for what in ("brier", "auc", "slope"):
        rows.append(_interval_row(what, getattr(found, what), found.n_used))
    rows.append(_row("leaving", "brier of saying the same of all", found.base, None, None, found.n_used))
    return rows


def _rule_rows(name: str, found: Judged) -> list[dict[str, Any]]:
    shares: dict[str, Share] = {
        "sensitivity": found.sensitivity, "specificity": found.specificity, "PPV": found.ppv,
        "ended worse": found.base, "flagged": found.flagged,
    }  # fmt: skip
    return [_row(name, what, share.value, share.low, share.high, share.n_used) for what, share in shares.items()]


def _interval_row(what: str, found: Interval, n: int) -> dict[str, Any]:
    return _row("leaving", what, found.value, found.low, found.high, n)


def _row(of: str, what: str, value: Any, low: Any, high: Any, n: int) -> dict[str, Any]:
    numbers = {"value": value, "low": low, "high": high}
    return {"of": of, "what": what, **{k: None if v is None else round(v, 4) for k, v in numbers.items()}, "n": n}


def symptom_courses(made: Simulated) -> Courses:
    """The symptom score of every session held."""
    score = made.truth.score
    client = np.repeat(np.arange(len(score)), score.shape[1])
    session = np.tile(np.arange(1, score.shape[1] + 1), len(score))
    value = np.where(made.truth.attended, score, np.nan)
    return courses(client, session, value.ravel())


def moments(made: Simulated, past: Courses) -> Moments:
    """A row a session of a course still going on, but for the last planned one, after which nobody can leave early.

    The open ruptures are the simulator's own, where a practice would have the strain items.
    """
    truth = made.truth
    rating = np.where(truth.attended, truth.client_rating, np.nan)
    seen = np.nan_to_num(rating).cumsum(axis=1)
    count = np.maximum((~np.isnan(rating)).cumsum(axis=1), 1)
    mean = seen / count
    before = np.concatenate([np.full((len(mean), 1), np.nan), mean[:, :-1]], axis=1)
    look = np.zeros(truth.attended.size, bool)
    look[past.row] = expect_columns(past, fit_growth(past)).state == LOOK
    course, session = np.nonzero(truth.held[:, :-1])
    at = (course, session)
    left = truth.dropped[course] & (truth.ended[course] == session + 1)
    return Moments(
        course,
        session + 1,
        (rating - before)[at],
        (mean - np.nanmean(rating))[at],
        truth.open[at],
        ~truth.attended[at],
        look.reshape(truth.attended.shape)[at],
        left,
    )
