"""Compiling a kernel on first use and keeping it in the user's cache folder, never beside the package."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import config


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled without fast-math and without the interpreter's lock; cached if there is somewhere to."""
    folder = cache_folder()
    before = config.CACHE_DIR
    # Numba looks where to cache once, here; without this it would write beside the source, in site-packages.
    config.CACHE_DIR = str(folder or "")
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
    finally:
        config.CACHE_DIR = before


def cache_folder() -> Path | None:
    """NUMBA_CACHE_DIR if set, else the user's cache folder; None if it cannot be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(asked) if asked else Path(home) / "accord" / "numba"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
