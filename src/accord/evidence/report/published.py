"""What others found, level by level, so that no number is read beside one of another level."""

from typing import Any

from accord.evidence.literature import LEVELS, Finding, beside, table
from accord.evidence.report.parts import Section, Table
from accord.evidence.report.source import Source

ASKED = (
    "alliance-outcome, between", "repair-outcome, between", "alliance-dropout, between", "alliance-outcome, within",
    "therapist-effect, therapists", "alliance-outcome, therapists", "rupture-frequency, how often", "dropout, how "
    "often",
)  # fmt: skip
WORDS = (
    "Published numbers, each beside those of its own level only: what holds when people are compared says nothing of "
    "one person's ups and downs, and the other way round. Most are averages over many studies, from other places, "
    "with other measures; that a number here differs is no sign that something is wrong."
)


def section(src: Source) -> Section:
    found: dict[str, list[Finding]] = {}
    for asked in ASKED:
        for one in beside(asked):
            found.setdefault(one.level, []).append(one)
    tables = tuple(_table(level, found[level]) for level in LEVELS if level in found)
    return Section("published", "What others found", True, (WORDS,), tables)


def _table(level: str, findings: list[Finding]) -> Table:
    """The same as the literature's own table, without the column that would say the same in each row."""
    made: dict[str, Any] = table(findings)
    keep = [place for place, name in enumerate(made["columns"]) if name != "compared"]
    rows = tuple(tuple(row[place] for place in keep) for row in made["rows"])
    return Table(LEVELS[level], tuple(made["columns"][place] for place in keep), rows)
