"""Compiling a kernel on first use and keeping it in the user's cache folder, never beside the package."""

import hashlib
import os
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

import numba
from numba import config


def inner(function: Callable[..., Any]) -> Any:
    """A part of a kernel: compiled with it, without fast-math and without Python's checks for division by nought."""
    return numba.njit(error_model="numpy")(function)


def kernel(function: Callable[..., Any], fast: Set[str] = frozenset()) -> Any:
    """A whole kernel, without the interpreter's lock. Without the `fast` liberties it rounds as plain Python does."""
    folder = cache_folder(Path(function.__code__.co_filename).parent)
    settings: Any = config
    before = settings.CACHE_DIR
    # Numba looks where to cache once, here; without this it would write beside the source, in site-packages.
    settings.CACHE_DIR = str(folder or "")
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy", fastmath=set(fast))(function)
    finally:
        settings.CACHE_DIR = before


def cache_folder(room: Path) -> Path | None:
    """NUMBA_CACHE_DIR, else the user's cache folder, one for each edition of a room; None if it cannot be written."""
    asked = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = (Path(asked) if asked else Path(home) / "accord" / "numba") / f"{room.name}-{_edition(room)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _edition(room: Path) -> str:
    # Numba compares the kernel's own file only; constants baked in from its neighbours would go stale unseen.
    digest = hashlib.sha256()
    for source in sorted(room.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
