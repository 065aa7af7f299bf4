"""Every estimator beside a number found another way."""

import numpy as np
import pytest

from accord.mechanism.estimators import cohen_d, correlation, icc, person_share, within

# Dyestuff, six batches of five yields: published variances 1764.05 between and 2451.25 inside (REML, balanced).
DYESTUFF = np.array([
    [1545, 1440, 1440, 1520, 1580], [1540, 1555, 1490, 1560, 1495], [1595, 1550, 1605, 1510, 1560],
    [1445, 1440, 1595, 1465, 1545], [1595, 1630, 1515, 1635, 1625], [1520, 1455, 1450, 1480, 1445],
], float)  # fmt: skip


def test_icc_of_a_balanced_design_is_that_of_a_mixed_model() -> None:
    # With equal groups the analysis of variance and REML give the same: lme4's figures, two decimals.
    expected = 1764.05 / (1764.05 + 2451.25)
    assert icc(DYESTUFF.ravel(), np.repeat(np.arange(6), 5)) == pytest.approx(expected, abs=1e-5)
    assert person_share(DYESTUFF) == pytest.approx(expected, abs=1e-5)


def test_correlation_and_d_by_hand() -> None:
    x = np.array([1.0, 2, 3, 4, np.nan, 7])
    y = np.array([2.0, 1, 4, 3, 5, np.nan])
    # Four pairs: products of deviations sum to 3, both squares to 5.
    assert correlation(x, y) == pytest.approx(0.6)
    # Means 3 and 2, variance 1 in both.
    assert cohen_d(np.array([2.0, 3, 4]), np.array([1.0, 2, 3])) == pytest.approx(1.0)
    assert np.isnan(cohen_d(np.array([1.0]), np.array([1.0, 2])))


def test_within_finds_a_planted_effect_and_nothing_between_people() -> None:
    rng = np.random.default_rng(1)
    people, sessions = 20_000, 12
    level = rng.normal(size=(people, 1)) * 3
    x = rng.normal(size=(people, sessions)) + level
    y = -0.2 * (x - level) + rng.normal(size=(people, sessions)) - level
    # Standardised: -.2 / sqrt(1 + .04) = -.196; between people the correlation is strongly negative and must not show.
    found = within(y, x, rng.normal(size=y.shape))
    # Four standard errors of 220,000 free rows.
    assert found == pytest.approx(-0.196, abs=4 / np.sqrt(220_000))
    assert within(rng.normal(size=y.shape) - level, x, y) == pytest.approx(0, abs=4 / np.sqrt(220_000))
