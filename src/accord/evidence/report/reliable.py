"""Reliability of the measures from their items."""

from accord.evidence.report.parts import Table
from accord.evidence.report.source import Source


def told(src: Source) -> tuple[list[Table], list[str]]:
    return [], ["Without the answers to single items, reliability cannot be estimated."]
