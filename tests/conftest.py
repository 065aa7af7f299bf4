"""What every test may use: a data folder of its own, the cast, a real browser, the shared data where they are."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cast import Cast, make_cast

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data that may not stand in this repository; tests that need it skip without it."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("ACCORD_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"the shared data are not at {folder}; set ACCORD_SHARED_DATA to their folder")
    return folder


@pytest.fixture
def cast(db: None) -> Cast:
    """Two practices and everyone who could come to a door."""
    return make_cast()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
    args = {**browser_type_launch_args, "args": flags}
    return {**args, "executable_path": CHROMIUM} if CHROMIUM else args


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """A phone, unless a test says otherwise."""
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "locale": "en-US"}
    return {**browser_context_args, **phone, "reduced_motion": "reduce"}
