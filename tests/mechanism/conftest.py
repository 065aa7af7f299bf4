"""Courses that several tests look at: simulated once."""

import pytest

from accord.mechanism import Simulated, simulate


@pytest.fixture(scope="session")
def courses() -> Simulated:
    """The published size: 8,000 courses."""
    return simulate(200, 40, 16, seed=1)
