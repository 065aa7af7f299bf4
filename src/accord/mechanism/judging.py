"""A test bed for detectors: their signals beside the ruptures that truly were."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from accord.errors import TableError
from accord.mechanism.simulation import Simulated
from accord.mechanism.truth import Bools, Truth


@dataclass(frozen=True, slots=True)
class Judged:
    """How good a detector is, on simulated courses: regression numbers, not clinical accuracy."""

    sensitivity: float
    false_alarms_per_session: float
    ppv: float
    alarms_per_client: float


def judge(signals: Any, simulated: Simulated) -> Judged:
    """Judge signals, an array [client, session] of True and False (or 1 and 0).

    A rupture is found if there is a signal in the session it began in or in the next one attended. A signal is a false
    alarm if no rupture is open and none was before in this course. Only attended sessions count: without a rating
    there can be no signal.
    """
    truth = simulated.truth
    given = np.asarray(signals)
    if given.shape != truth.attended.shape:
        raise TableError(
            f"signals have the shape {given.shape}, the courses {truth.attended.shape} (clients, sessions)"
        )
    alarm = given.astype(bool) & truth.attended
    ever = np.logical_or.accumulate(truth.open | truth.onset, axis=1)
    false, all_ = int((alarm & ~ever).sum()), int(alarm.sum())
    onsets, rated = int(truth.onset.sum()), int(truth.attended.sum())
    return Judged(
        sensitivity=int(_found(alarm, truth).sum()) / onsets if onsets else np.nan,
        false_alarms_per_session=false / rated,
        ppv=1 - false / all_ if all_ else np.nan,
        alarms_per_client=all_ / len(alarm),
    )


def _found(alarm: Bools, truth: Truth) -> Bools:
    """Onsets with a signal then or in the next attended session."""
    return truth.onset & (alarm | _next(alarm, truth.attended))


def _next(alarm: Bools, attended: Bools) -> Bools:
    """For each session, the signal of the next attended one."""
    coming, found = np.zeros(len(alarm), bool), np.zeros_like(alarm)
    for t in reversed(range(alarm.shape[1])):
        found[:, t] = coming
        coming = np.where(attended[:, t], alarm[:, t], coming)
    return found
