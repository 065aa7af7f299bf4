"""Compiling the kernel on first use and keeping it in the user's cache folder, never beside the package."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import config


def kernel(function: Callable[..., Any]) -> Any:
    """Without the interpreter's lock and without fast-math, so that it rounds as plain Python does."""
    folder = cache_folder()
    settings: Any = config
    before = settings.CACHE_DIR
    # Numba looks where to cache once, here; without this it would write beside the source, in site-packages.
    settings.CACHE_DIR = str(folder or "")
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy")(function)
    finally:
        settings.CACHE_DIR = before


def cache_folder() -> Path | None:
    """NUMBA_CACHE_DIR if set, else the user's cache folder; None if it cannot be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    source = hashlib.sha256(Path(__file__).with_name("kernel.py").read_bytes()).hexdigest()[:16]
    folder = (Path(asked) if asked else Path(home) / "accord" / "numba") / f"alliance-{source}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None
