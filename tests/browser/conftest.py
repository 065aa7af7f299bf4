"""The browser that is there: Debian's Chromium, or the one of the driver."""

import os
import shutil

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    args = {**browser_type_launch_args, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]}
    return {**args, "executable_path": CHROMIUM} if CHROMIUM else args


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "en-US", "reduced_motion": "reduce"}
