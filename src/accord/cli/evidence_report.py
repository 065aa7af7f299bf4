"""The report of `accord evidence`: made, written, and told in lines."""

import hashlib
import json
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from accord.cli import evidence_file
from accord.errors import UsageError


def write(
    file: str,
    map_file: Path | None,
    out: Path,
    json_out: Path | None,
    asked: dict[str, Any],
    told: Callable[[int, int], None],
) -> dict[str, Any]:
    """The page, and the JSON where it is asked for; both or neither. Gives what they hold."""
    from accord.evidence.panels.reading import refusals
    from accord.evidence.report import describe, page

    evidence_file.writable(out, "--out", (".html", ".htm"))
    if json_out:
        evidence_file.writable(json_out, "--json-out", (".json",))
    table, digest = _read(file, map_file)
    refused = refusals(table, asked["outcome"], asked["alliance"])
    if refused:
        evidence_file.stop(refused, "nothing was written")
    found = describe(table, call=_call(), hash=digest, progress=told, **asked)
    _save(out, page(found))
    if json_out:
        _save(json_out, json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1) + "\n")
    return found


def _read(file: str, map_file: Path | None) -> tuple[Any, str]:
    """The table, and the SHA-256 of the file as it lies there."""
    from accord.cli import scored_file

    if file != "-":
        table = evidence_file.courses(file, map_file)
        with Path(file).open("rb") as source:
            return table, hashlib.file_digest(source, "sha256").hexdigest()
    content = sys.stdin.buffer.read()
    digest = hashlib.sha256(content).hexdigest()
    if map_file is None:
        return scored_file.parsed("standard input", content), digest
    return evidence_file.mapped(BytesIO(content), map_file), digest


def _call() -> str:
    """As it was typed, with quotes where a shell wants them."""
    import shlex

    return shlex.join(["accord", *sys.argv[1:]])


def _save(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}; give another name") from error


def sections(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A line a section."""
    return [
        {
            "section": each["heading"],
            "": "" if each["enough"] else "not enough data yet",
            "tables": len(each["tables"]),
            "figures": len(each["figures"]),
        }
        for each in found["sections"]
    ]


def told(found: dict[str, Any], out: Path) -> str:
    return "\n".join([*found["summary"], "", f"Written to {out}."])
