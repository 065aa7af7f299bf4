"""What tests of every room may ask for."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

from accord.web.people import keys

# Before Django reads its settings: a folder and keys of their own, never those of the person who runs the tests.
if "ACCORD_DATA" not in os.environ:
    os.environ["ACCORD_DATA"] = tempfile.mkdtemp(prefix="accord-tests-")
    atexit.register(shutil.rmtree, os.environ["ACCORD_DATA"], ignore_errors=True)
    keys.make(Path(os.environ["ACCORD_DATA"]) / "keys.json")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accord.web.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver runs a loop in the tests' thread
django.setup()

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, never part of the repository; a test that needs it is skipped without it."""
    folder = Path(os.environ.get("ACCORD_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set ACCORD_SHARED_DATA to their folder to run this test")
    return folder
