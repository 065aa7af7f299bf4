"""A file's JSON, and checked values out of it: read as if it came from an enemy."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from accord.errors import DataError, UsageError
from accord.outcome.columns import Floats

VERSION = 1
LARGEST_FILE, MOST_UNITS = 256 * 2**20, 10**6
ROUNDING = 1e-7


def seal(told: dict[str, Any]) -> str:
    plain = json.dumps({key: value for key, value in told.items() if key != "seal"}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


class Reading:
    """A file's JSON, and checked values out of it."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.told = self._loaded()
        found = self.told.get("what")
        if found != what:
            self.bad(f"it is {short(found)}, wanted {what!r}")
        if self.told.get("version") != VERSION or isinstance(self.told.get("version"), bool):
            self.bad(
                f"its version is {short(self.told.get('version'))}, wanted {VERSION}; "
                "bring both sides to the same Accord"
            )
        if self.told.get("seal") != seal(self.told):
            self.bad("it is not as it was written (its seal does not fit); ask for it again")

    def _loaded(self) -> dict[str, Any]:
        try:
            if self.path.stat().st_size > LARGEST_FILE:
                self.bad(f"it has {self.path.stat().st_size:,} bytes; at most {LARGEST_FILE:,}")
            told = json.loads(self.path.read_text(encoding="utf-8"), parse_constant=self._constant)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror or error}") from None
        except (ValueError, RecursionError) as error:
            self.bad(f"it is no JSON: {str(error)[:100]}")
        if not isinstance(told, dict):
            self.bad(f"it holds {type(told).__name__}, wanted an object")
        return told

    def _constant(self, name: str) -> NoReturn:
        raise ValueError(f"{name} is no number")

    def bad(self, words: str) -> NoReturn:
        raise DataError(f"{self.path}: {words}")

    def text(self, told: dict[str, Any], name: str, longest: int = 2_000) -> str:
        value = told.get(name)
        if not isinstance(value, str) or len(value) > longest:
            self.bad(f"{name} is {short(value)}, wanted text of at most {longest} signs")
        return value

    def texts(self, value: Any, name: str, most: int) -> tuple[str, ...]:
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, str) and len(one) <= 2_000 for one in value)
        ):
            self.bad(f"{name} is {short(value)}, wanted up to {most} words")
        return tuple(value)

    def whole(self, told: dict[str, Any], name: str, low: int, high: int) -> int:
        value = told.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.bad(f"{name} is {short(value)}, wanted a whole number of {low} to {high}")
        return value

    def places(self, value: Any, name: str, below: int) -> tuple[int, ...]:
        good = (
            isinstance(value, list)
            and len(value) <= below
            and all(type(one) is int and 0 <= one < below for one in value)
        )
        if not good or len(set(value)) < len(value):
            self.bad(f"{name} is {short(value)}, wanted different whole numbers below {below}")
        return tuple(value)

    def numbers(self, value: Any, name: str, shape: Sequence[int]) -> Floats:
        """An array of this shape; -1 stands for any length up to MOST_UNITS."""
        try:
            made = np.array(
                value if isinstance(value, list | float | int) and not isinstance(value, bool) else None, dtype=object
            )
            fits = made.ndim == len(shape) and all(w in (-1, g) for w, g in zip(shape, made.shape, strict=True))
            good = fits and made.size <= 50 * MOST_UNITS and all(type(one) in (int, float) for one in made.ravel())
            found = made.astype(np.float64) if good else None
        except (ValueError, TypeError, OverflowError, MemoryError):
            found = None
        if found is None or not np.isfinite(found).all() or (np.abs(found) > 1e150).any():
            size = " by ".join("any" if w < 0 else str(w) for w in shape) or "one"
            self.bad(f"{name} is {short(value)}, wanted finite numbers, {size}")
        return found

    def square(self, value: Any, name: str, size: int) -> Floats:
        """A symmetric matrix without a negative eigenvalue, as sums of squares and covariances are."""
        found = self.numbers(value, name, (size, size))
        largest = float(np.abs(found).max(initial=0.0))
        if (np.abs(found - found.T) > ROUNDING * largest).any():
            self.bad(f"{name} is not symmetric, which sums of products are")
        sizes = np.sqrt(np.maximum(np.diag(found), 0.0))
        both = np.outer(sizes, sizes)
        # No product is larger than its squares allow, so that what is left to divide cannot overflow.
        good = not (np.diag(found) < 0).any() and not (np.abs(found) > both * (1 + 1e-6)).any()
        if (
            not good
            or np.linalg.eigvalsh(np.divide(found, both, out=np.zeros_like(found), where=both > 0)).min() < -1e-6
        ):
            self.bad(f"{name} has a negative eigenvalue, which sums of squares have not")
        return found


def short(value: object) -> str:
    text = repr(value) if not isinstance(value, list | dict) else f"{type(value).__name__} of {len(value)}"
    return text if len(text) <= 60 else f"{text[:57]}..."
