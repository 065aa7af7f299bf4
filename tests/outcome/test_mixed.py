"""The growth model's REML: against the likelihood written out with whole matrices, and on data with known answers."""

import math

import numpy as np
import pytest

from accord.errors import DataError
from accord.outcome import courses, fit_growth
from accord.outcome.mixed import _blocks, _look, reml, sums


def made(clients: int, sessions: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y, starts and what the start depends on."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(1, sessions + 1, clients)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    known, x = dice.normal(size=clients), dice.uniform(0, 3, starts[-1])
    own = dice.normal(size=(clients, 2)) @ np.array([[2.0, -0.5], [0.0, 0.8]])
    who = np.repeat(np.arange(clients), sizes)
    y = (10 + known + own[:, 0])[who] + (-1 + 0.5 * known + own[:, 1])[who] * x + dice.normal(0, 1.5, starts[-1])
    return x, y, starts, known


def levels(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    both = np.stack([np.ones_like(known), known], axis=1)
    return both, both


def dense(x: np.ndarray, y: np.ndarray, starts: np.ndarray, known: np.ndarray, psi: np.ndarray, sigma2: float) -> float:
    """The REML criterion as it stands in a textbook."""
    inner, log_v, total, xvy, rows = np.zeros((4, 4)), 0.0, 0.0, np.zeros(4), len(y)
    for first, last, own in zip(starts[:-1], starts[1:], known, strict=True):
        z = np.stack([np.ones(last - first), x[first:last]], axis=1)
        design = np.concatenate([z[:, :1], own * z[:, :1], z[:, 1:], own * z[:, 1:]], axis=1)
        v = z @ psi @ z.T + sigma2 * np.eye(last - first)
        inverse = np.linalg.inv(v)
        inner += design.T @ inverse @ design
        xvy += design.T @ inverse @ y[first:last]
        total += y[first:last] @ inverse @ y[first:last]
        log_v += np.linalg.slogdet(v)[1]
    left = total - xvy @ np.linalg.solve(inner, xvy)
    return float(log_v + np.linalg.slogdet(inner)[1] + left + (rows - 4) * math.log(2 * math.pi))


def test_the_criterion_is_that_of_whole_matrices_and_lies_lowest() -> None:
    x, y, starts, known = made(60, 6, 3)
    fit = reml(sums(x, y, starts), *levels(known))
    lowest = dense(x, y, starts, known, fit.psi, fit.sigma2)
    assert fit.criterion == pytest.approx(lowest, abs=1e-7)
    for place in ((0, 0), (0, 1), (1, 1)):
        for moved in (-0.02, 0.02):
            psi = fit.psi.copy()
            psi[place] += moved
            psi[place[::-1]] = psi[place]
            assert dense(x, y, starts, known, psi, fit.sigma2) > lowest
    assert dense(x, y, starts, known, fit.psi, fit.sigma2 * 1.02) > lowest


def test_the_gradient_is_that_of_the_criterion() -> None:
    x, y, starts, known = made(40, 5, 4)
    blocks = _blocks(sums(x, y, starts), *levels(known))
    theta = np.array([0.9, -0.2, 0.6])
    for place in range(3):
        step = np.eye(3)[place] * 1e-6
        slope = (_look(theta + step, blocks).criterion - _look(theta - step, blocks).criterion) / 2e-6
        assert _look(theta, blocks).gradient[place] == pytest.approx(slope, rel=1e-5, abs=1e-4)


def test_known_answers_come_back() -> None:
    x, y, starts, known = made(20_000, 12, 5)
    fit = reml(sums(x, y, starts), *levels(known))
    errors = np.sqrt(np.diag(fit.cov))
    assert np.all(np.abs(fit.b - [10, 1, -1, 0.5]) < 4 * errors)
    assert fit.psi == pytest.approx(np.array([[4.0, -1.0], [-1.0, 0.89]]), abs=0.12)
    assert fit.sigma2 == pytest.approx(2.25, abs=0.03)


def test_a_slope_that_does_not_differ_stays_at_nought() -> None:
    dice = np.random.default_rng(8)
    starts, x = np.arange(0, 1201, 6), np.tile(np.arange(6.0), 200)
    y = np.repeat(dice.normal(10, 2, 200), 6) - x + dice.normal(size=1200)
    one = np.ones((200, 1))
    fit = reml(sums(x, y, starts), one, one)
    assert 0 <= fit.psi[1, 1] < 0.03
    assert fit.b == pytest.approx([10, -1], abs=0.5)


def test_a_model_that_cannot_be_carried_is_refused() -> None:
    def fit(sessions: list[int], values: list[float], clients: int) -> None:
        who = np.repeat(np.arange(clients), len(sessions))
        fit_growth(courses(who, np.tile(sessions, clients), values * clients), needed=2)

    with pytest.raises(DataError, match="began with the same score"):
        fit([1, 2, 3], [5, 4, 3], 30)
    with pytest.raises(DataError, match="0 courses with two ratings"):
        fit([1], [5], 30)
    with pytest.raises(DataError, match="the growth model needs 300"):
        fit_growth(courses([1, 1], [1, 2], [4.0, 5.0]))
