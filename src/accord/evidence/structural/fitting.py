"""The highest place of the likelihood, by Fisher scoring; what cannot be settled is refused by name."""

import math
from typing import NamedTuple

import numpy as np

from accord.errors import DataError
from accord.evidence.structural.likelihood import Whole, everywhere, first, second
from accord.evidence.structural.model import Model
from accord.evidence.structural.moments import Floats, Moments, weakest

STEPS, HALVINGS = 100, 40
# What a step could still gain, in log-likelihood: a millionth of a standard error.
CLOSE = 1e-12
# Relative to the rounding of a log-likelihood of that size.
ROUNDING = 1e-14
LOOSE = 1e-9
# From here on, in log-likelihood still to be gained, second derivatives are used.
NEAR = 1.0


class Found(NamedTuple):
    """theta, its covariance, the log-likelihood there and its looks, the number of steps."""

    theta: Floats
    vcov: Floats
    at: Whole
    steps: int


def maximise(model: Model, known: tuple[Moments, ...], information: str = "expected") -> Found:
    """Raises DataError where no start works, where the steps find no top, and where the model is not identified."""
    theta, at = model.start, everywhere(model, known, model.start)
    if at is None:
        raise DataError(
            "the model has no possible starting place for these data: its covariances contradict each other"
        )
    ridge = 0.0
    for step in range(1, STEPS + 1):
        slope, curve = first(model, known, at)
        _moves_something(model, curve)
        move = _direction(slope, curve, ridge)
        gain = float(move @ slope)
        if gain < NEAR and not ridge:
            move, gain = _newton(model, known, at, slope, move)
        if gain < max(CLOSE, ROUNDING * abs(at.loglik)):
            return _settled(model, known, theta, at, curve, information, step)
        found = _along(model, known, theta, move, at.loglik, gain)
        if found is None:
            if gain < 1e-6:  # no step helps any more: as close as rounding lets it come
                return _settled(model, known, theta, at, curve, information, step)
            ridge = max(ridge * 10, 1e-3)
            if ridge > 1e6:
                break
            continue
        ridge = ridge / 10 if ridge > 1e-4 else 0.0
        theta, at = found
    raise DataError(
        f"the model did not converge in {step} steps; usual reasons are too few people, too little variance of a part "
        "of the model, or a model that these data contradict"
    )


def _moves_something(model: Model, curve: Floats) -> None:
    idle = [name for name, each in zip(model.parameters, np.diag(curve), strict=True) if not each > 0]
    if idle:
        raise DataError(f"the model is not identified: nothing in the data depends on {', '.join(idle[:5])}")


def _direction(slope: Floats, curve: Floats, ridge: float) -> Floats:
    """Curve^-1 slope, on the scale on which the curve's diagonal is 1; a ridge where that is singular."""
    scale = 1 / np.sqrt(np.diag(curve))
    scaled = curve * np.outer(scale, scale)
    for added in (ridge, ridge + 1e-8, ridge + 1e-5):
        raised = scaled + added * np.eye(len(scaled))
        try:
            low = np.linalg.cholesky(raised)
        except np.linalg.LinAlgError:
            continue
        found: Floats = scale * np.linalg.solve(low.T, np.linalg.solve(low, scale * slope))
        return found
    steepest: Floats = scale * scale * slope / len(slope)
    return steepest


def _newton(model: Model, known: tuple[Moments, ...], at: Whole, slope: Floats, move: Floats) -> tuple[Floats, float]:
    """Near the top the observed information leads there faster; the scoring step where it leads nowhere."""
    curve = second(model, known, at)
    try:
        np.linalg.cholesky(curve)
    except np.linalg.LinAlgError:
        return move, float(move @ slope)
    move = _direction(slope, curve, 0.0)
    return move, float(move @ slope)


def _along(
    model: Model, known: tuple[Moments, ...], theta: Floats, move: Floats, before: float, gain: float
) -> tuple[Floats, Whole] | None:
    """Half the step until it helps; None where nothing does."""
    size = 1.0
    for _ in range(HALVINGS):
        moved = theta + size * move
        at = everywhere(model, known, moved)
        if at is not None and math.isfinite(at.loglik) and at.loglik >= before + 1e-4 * size * gain:
            return moved, at
        size /= 2
    return None


def _settled(
    model: Model,
    known: tuple[Moments, ...],
    theta: Floats,
    at: Whole,
    curve: Floats,
    information: str,
    steps: int,
) -> Found:
    _identified(model, curve)
    if information == "observed":
        curve = second(model, known, at)
    try:
        scale = 1 / np.sqrt(np.maximum(np.diag(curve), 1e-300))
        root = np.linalg.solve(np.linalg.cholesky(curve * np.outer(scale, scale)), np.diag(scale))
    except np.linalg.LinAlgError:
        raise DataError("the place found is no top of the likelihood; the model does not suit these data") from None
    return Found(theta, root.T @ root, at, steps)


def _identified(model: Model, curve: Floats) -> None:
    scale = 1 / np.sqrt(np.diag(curve))
    weak = weakest(curve * np.outer(scale, scale), LOOSE)
    if weak is not None:
        part = [model.parameters[at] for at in np.argsort(-np.abs(weak))[:4] if abs(weak[at]) > 0.05]
        raise DataError(
            f"the model is not identified: {', '.join(part)} can move together without any change in the fit; "
            "fix one of them or measure more"
        )
