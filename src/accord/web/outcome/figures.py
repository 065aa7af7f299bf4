"""How good the rules were: on this practice's own past where it is large enough, else on simulated courses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from accord.outcome import Growth
from accord.web import wording
from accord.web.outcome.models import COURSE, LEAVING
from accord.web.outcome.ruling import Ruling

NAMES = {
    "sensitivity": "Of those who ended worse, flagged before",
    "specificity": "Of those who did not, never flagged",
    "ppv": "Of those flagged, ended worse",
    "base": "Ended worse at all",
    "flagged": "Flagged at all",
}
FIELD = {"sensitivity": "sensitivity", "specificity": "specificity", "ppv": "positive predictive value"}
SIMULATED = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "PPV",
    "base": "ended worse",
    "flagged": "flagged",
}
"""Our names, and those that the command prints."""


@dataclass(frozen=True)
class Figure:
    """One number with its interval and how many it rests on; without a value it is too few to say."""

    name: str
    field: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None


@dataclass(frozen=True)
class Judged:
    """All figures of one rule on one set of courses."""

    title: str
    source: str
    own: bool
    figures: Sequence[Figure]
    made_at: datetime | None = None
    why: str = ""


@cache
def simulated() -> Mapping[str, Any]:
    """What the command printed; a test runs it again and finds the same."""
    found: Mapping[str, Any] = json.loads(Path(__file__).with_name("simulated.json").read_text(encoding="utf-8"))
    return found


def of_course_rules(rules: Ruling) -> list[Judged]:
    """For each measure that was worked out what its rule did here; beside it, always, on simulated courses."""
    own = [
        Judged(
            f"{wording.measure(measure).short}: {METHODS[row.method]}",
            f"{row.judged['n']} own courses that are over" if row.judged else "no own course long enough",
            True,
            [_figure(name, row.judged[name]) for name in NAMES] if row.judged else [],
            row.made_at,
            row.why,
        )
        for (what, measure), row in sorted(rules.worked.items())
        if what == COURSE
    ]
    return [*own, *(_simulated(method) for method in (Growth.name, "rational"))]


METHODS = {Growth.name: "the curve of past courses", "rational": "the rational method"}


def _simulated(method: str) -> Judged:
    found = simulated()
    rows = {row["what"]: row for row in found["rows"] if row["of"].split(",")[0] == method}
    figures = [_figure(name, rows[SIMULATED[name]]) for name in NAMES]
    return Judged(f"Simulated: {METHODS[method]}", f"{found['source']}, by {found['command']}", False, figures)


def _figure(name: str, given: Mapping[str, Any]) -> Figure:
    return Figure(NAMES[name], FIELD.get(name, ""), given["value"], given["low"], given["high"], given["n"])


HAZARD = {
    "auc": ("Of two sessions, one the last: how often the last one has the higher hazard", "AUC; .5 is a coin"),
    "brier": ("How far the hazards are from what came, squared", "Brier score; lower is better"),
    "slope": ("Whether the hazards are as far apart as they should be", "calibration slope; 1 is right"),
}


def of_leaving(rules: Ruling) -> list[Judged]:
    """The hazard on this practice's own past, or how far it is from that; and on simulated courses."""
    found, row = simulated(), rules.worked.get((LEAVING, ""))
    own = []
    if row:
        source = f"{row.n_used} own courses that are over" if row.judged else row.why
        figures = [_plain(name, row.judged[name], row.judged["n_used"]) for name in HAZARD] if row.judged else []
        own = [Judged("This practice", source, True, figures, row.made_at, row.why)]
    rows = {each["what"]: each for each in found["rows"] if each["of"] == "leaving"}
    figures = [_plain(name, rows[name], rows[name]["n"]) for name in HAZARD]
    return [*own, Judged("Simulated", f"{found['source']}, by {found['command']}", False, figures)]


def _plain(name: str, given: Mapping[str, Any], n: int) -> Figure:
    said, field = HAZARD[name]
    return Figure(said, field, given["value"], given["low"], given["high"], n)
