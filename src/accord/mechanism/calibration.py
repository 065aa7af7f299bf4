"""Finding parameters that reproduce published statistics: damped least squares on common random numbers.

Every trial meets the same luck, so a difference between two trials is due to the parameters and the slope can be
taken by a small step. A fit shows that the model suffices for the numbers, not that it is true.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from accord.errors import UsageError
from accord.mechanism.ablation import mean_statistics
from accord.mechanism.parameters import Parameters, known_parameters
from accord.mechanism.stream import Floats
from accord.mechanism.targets import TARGETS, Target

Stopped = Literal["fits", "no longer better", "rounds used up"]


@dataclass(frozen=True, slots=True)
class Step:
    """One round of calibration, as told to the progress callback."""

    round: int
    rounds: int
    loss: float
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Where calibration ended and why; `loss` is the sum of squared misses in quarters of each band."""

    parameters: Parameters
    loss: float
    simulated: dict[str, float]
    rounds: int
    stopped: Stopped


def calibrate(
    targets: Sequence[Target] = TARGETS,
    free: Sequence[str] = (),
    *,
    start: Parameters | None = None,
    seeds: Iterable[int] = (1, 2),
    size: tuple[int, int, int] = (200, 40, 16),
    rounds: int = 20,
    tolerance: float = 0.01,
    progress: Callable[[Step], None] | None = None,
) -> Calibrated:
    """Fit the free parameters (all fitted ones if none are named) to the targets.

    Stops when every miss is under a tenth of a quarter band, when a round takes less than `tolerance` off the loss,
    or after `rounds`.
    """
    here = _Search(targets, _free(free), list(seeds), size)
    now = here.try_(start or Parameters())
    damping, stopped, done = 0.1, "rounds used up", 0
    for done in range(1, rounds + 1):
        if np.abs(now.miss).max(initial=0) < 0.1:
            stopped = "fits"
            break
        better, damping = here.improve(now, damping)
        gain, now = now.loss - better.loss, better
        if progress:
            progress(Step(done, rounds, now.loss, now.parameters))
        if gain <= tolerance * (now.loss + gain):
            stopped = "no longer better"
            break
    return Calibrated(now.parameters, now.loss, now.simulated, done, stopped)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Trial:
    parameters: Parameters
    simulated: dict[str, float]
    miss: Floats

    @property
    def loss(self) -> float:
        return float(self.miss @ self.miss)


@dataclass(frozen=True, slots=True)
class _Search:
    targets: Sequence[Target]
    free: tuple[str, ...]
    seeds: list[int]
    size: tuple[int, int, int]

    def try_(self, parameters: Parameters) -> _Trial:
        simulated = mean_statistics(parameters, self.seeds, self.size)
        miss = [4 * (simulated[target.name] - target.aim) / (target.high - target.low) for target in self.targets]
        # A statistic that cannot be estimated is a large miss and not a reason to stop.
        return _Trial(parameters, simulated, np.nan_to_num(np.array(miss), nan=10.0))

    def improve(self, now: _Trial, damping: float) -> tuple[_Trial, float]:
        """The best of a few steps along the slope, more and more careful; where it was if none is better."""
        slope = self._slope(now)
        for _ in range(5):
            normal = slope.T @ slope
            ridge = damping * np.diag(np.diag(normal) + 1e-9)
            step: Floats = np.linalg.solve(normal + ridge, -slope.T @ now.miss).astype(np.float64)
            trial = self.try_(self._moved(now.parameters, step))
            if trial.loss < now.loss:
                return trial, damping / 3
            damping *= 4
        return now, damping

    def _slope(self, now: _Trial) -> Floats:
        columns = []
        for k in range(len(self.free)):
            step = np.zeros(len(self.free))
            step[k] = 1.0
            there = self._moved(now.parameters, step)
            # A parameter at the end of its range is stepped back from it.
            sign = 1.0 if there != now.parameters else -1.0
            there = there if sign > 0 else self._moved(now.parameters, -step)
            columns.append(sign * (self.try_(there).miss - now.miss))
        return np.stack(columns, axis=1)

    def _moved(self, parameters: Parameters, step: Floats) -> Parameters:
        """Parameters moved by so many of their own small steps, kept in range."""
        known = {one.name: one for one in known_parameters()}
        changed = {}
        for name, by in zip(self.free, step, strict=True):
            unit = max(0.05 * abs(known[name].value), 0.01)
            value = float(getattr(parameters, name) + unit * by)
            changed[name] = min(max(value, known[name].low), known[name].high)
        return parameters.but(**changed)


def _free(names: Sequence[str]) -> tuple[str, ...]:
    fitted = tuple(one.name for one in known_parameters() if one.origin == "fitted")
    unknown = sorted(set(names) - {one.name for one in known_parameters()})
    if unknown:
        raise UsageError(f"no parameter named {', '.join(map(repr, unknown))}; fitted ones are: {', '.join(fitted)}")
    return tuple(names) or fitted
