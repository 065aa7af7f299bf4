"""A file of needs: one JSON object, a JSON list, or a table."""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from accord.cli import scored_file
from accord.errors import DataError, UsageError


def one(file: str) -> dict[str, Any]:
    """The one object of a JSON file. Raises UsageError, DataError."""
    found = _parsed(file, _bytes(file))
    if not isinstance(found, dict):
        raise DataError(f"{file}: got a {type(found).__name__}, wanted one JSON object (see `accord fit schema`)")
    return found


def many(file: str) -> list[Any] | pl.DataFrame:
    """A JSON list as it is written, or a table as it is written."""
    content = _bytes(file)
    if content.lstrip()[:1] != b"[":
        return scored_file.parsed(file, content)
    found = _parsed(file, content)
    return list(found)


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    if not Path(file).is_file():
        raise UsageError(f"there is no file {file}")
    return Path(file).read_bytes()


def _parsed(file: str, content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DataError(f"{file} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{file}, line {error.lineno}: {error.msg}; wanted JSON (see `accord fit schema`)") from None
