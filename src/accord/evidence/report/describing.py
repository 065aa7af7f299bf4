"""`describe`: the sections of a report one after another."""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from accord import __version__
from accord.errors import UsageError
from accord.evidence.report import ahead, course, data, levels, measuring, published, ruptures, therapists
from accord.evidence.report.methods import methods, versions
from accord.evidence.report.parts import Guard, Section, sentence
from accord.evidence.report.source import Source, source

SECTIONS: tuple[Callable[[Source], Section], ...] = (
    data.section, course.section, levels.section, ahead.within_section, ahead.between_section, ruptures.section,
    therapists.section, measuring.section, published.section,
)  # fmt: skip
LEAST, MOST = 2, 1_000
LABEL = "Not a test of cause: nobody was given a better or a worse alliance by lot."


def describe(
    courses: pl.DataFrame,
    *,
    outcome: str = "phq-9",
    alliance: str | None = "alliance",
    suppress: int | None = None,
    title: str = "Does the alliance go with outcome here?",
    made_on: date | None = None,
    call: str = "",
    hash: str | None = None,
    label: str = LABEL,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """What a course table says, as lists, words and numbers that JSON can hold.

    suppress   nothing is told of fewer than so many people, and counts are rounded
    call       how it was made, and hash: the SHA-256 of the file; of the table's own cells where none is given
    label      what stands under the title, such as that it is service evaluation

    Raises TableError for cells that cannot be used, DataError for a table in which nothing is rated.
    """
    if suppress is not None and not LEAST <= suppress <= MOST:
        raise UsageError(f"suppress: got {suppress}, wanted a number of people from {LEAST} to {MOST}, or nothing")
    steps = _Steps(progress)
    src = source(courses, outcome, alliance, Guard(suppress), seed, steps.say)
    sections = []
    for make in SECTIONS:
        sections.append(make(src))
        steps.next()
    return {
        "title": title,
        "made_on": made_on.isoformat() if made_on else None,
        "version": __version__,
        "call": call,
        "hash": hash or table_hash(courses),
        "suppressed_below": suppress,
        "label": label,
        "measures": {"outcome": src.outcome_title, "alliance": src.alliance_title if src.panel.alliance else None},
        "summary": _summary(sections),
        "sections": [each.as_dict() for each in sections],
        "methods": methods(suppress),
        "versions": dict(versions()),
    }


class _Steps:
    """How far it is, for a bar."""

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self.progress, self.done = progress, 0

    def say(self, what: str) -> None:
        """Called where a long piece of work begins."""
        if self.progress:
            self.progress(self.done, len(SECTIONS))

    def next(self) -> None:
        self.done += 1
        self.say("")


def _summary(sections: list[Section]) -> list[str]:
    """The first things to know; what cannot be said yet stands there too."""
    told = [sentence(word) for each in sections for word in each.short]
    lacking = [each.heading for each in sections if not each.enough and not each.short]
    if lacking:
        told.append(f"Not enough data yet for: {'; '.join(lacking)}.")
    return told


def table_hash(courses: pl.DataFrame) -> str:
    """SHA-256 of the table written as CSV."""
    try:
        return hashlib.sha256(courses.write_csv().encode("utf-8")).hexdigest()
    except pl.exceptions.PolarsError:
        return hashlib.sha256(repr(courses.to_dict(as_series=False)).encode("utf-8", "replace")).hexdigest()
