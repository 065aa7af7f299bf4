"""What tests of every room may ask for."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, never part of the repository; a test that needs it is skipped without it."""
    folder = Path(os.environ.get("ACCORD_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set ACCORD_SHARED_DATA to their folder to run this test")
    return folder
