"""The settings as they are, on a data folder of their own: they want a folder and a key file before they are read."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["ACCORD_DATA"] = tempfile.mkdtemp(prefix="accord-tests-")
atexit.register(shutil.rmtree, os.environ["ACCORD_DATA"], ignore_errors=True)
# Playwright keeps a loop in the tests' thread, and fixtures still use the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ["ACCORD_MAIL_URL"] = "smtp://127.0.0.1:1"  # never used: tests keep their letters in memory
for name in (
    "ACCORD_SD_WITHIN",
    "ACCORD_RELIABLE_DROP",
    "ACCORD_DEMO",
    "ACCORD_DATABASE_URL",
    "ACCORD_KEYS",
    "ACCORD_ORIGIN",
):
    os.environ.pop(name, None)

from accord.web.people import keys  # noqa: E402

keys.make(Path(os.environ["ACCORD_DATA"]) / "keys.json")

from accord.web.settings import *  # noqa: E402, F403
