"""ONE COURSE, session by session: reading, signals, repair, and the gap between the two views.

    reader = Reader(Rule(sd_within=0.35, reliable_drop=0.8))
    reading = reader.read(Entry(session=1, value=5.2))
    reading.z, reading.signals, reading.repair, reading.ceiling

`read` reads a whole course, `Course` takes late check-ins and what the two declare, `read_columns` and `read_frame`
read tables of many courses. All three give the same. A signal is a reason to ask, never a verdict.
Nothing here knows a clock, a network or a web framework; docs/alliance.md has the formulas and their sources.
"""

from typing import TYPE_CHECKING, Any

from accord.alliance.agreement import (
    LOW,
    MOST_GOALS,
    REVISIT,
    STRONG,
    THINGS,
    TOP,
    Due,
    Quality,
    Thing,
    Topic,
    due,
    topics,
)
from accord.alliance.attention import MOST, Aside, ToAsk, ceiling, to_ask
from accord.alliance.detectors import (
    DETECTORS,
    Chart,
    Detector,
    Ewma,
    IndividualsChart,
    PredictiveZ,
    ReliableDrop,
    ShrunkChart,
    VShape,
)
from accord.alliance.gap import PRIOR, CourseGap, TherapistGap, course_gap, therapist_gap, therapist_spread
from accord.alliance.mending import Standing, scored_since, standing
from accord.alliance.opening import SHOWED, Opening, opening
from accord.alliance.reader import Course, Reader, State, read, start, step
from accord.alliance.rule import VERSION, Rule
from accord.alliance.sides import SIDES, read_sides, side_scores
from accord.alliance.spread import reliable_drop, within_sd
from accord.alliance.steps import Foretelling, Told, foretold_against_felt
from accord.alliance.values import Ceiling, Declared, Entry, Level, Reading, Repair, Signal

if TYPE_CHECKING:
    from accord.alliance.table import Readings, read_columns, read_frame, sd_from_file

__all__ = [
    "DETECTORS",
    "LOW",
    "MOST",
    "MOST_GOALS",
    "PRIOR",
    "REVISIT",
    "SHOWED",
    "SIDES",
    "STRONG",
    "THINGS",
    "TOP",
    "VERSION",
    "Aside",
    "Ceiling",
    "Chart",
    "Course",
    "CourseGap",
    "Declared",
    "Detector",
    "Due",
    "Entry",
    "Ewma",
    "Foretelling",
    "IndividualsChart",
    "Level",
    "Opening",
    "PredictiveZ",
    "Quality",
    "Reader",
    "Reading",
    "Readings",
    "ReliableDrop",
    "Repair",
    "Rule",
    "ShrunkChart",
    "Signal",
    "Standing",
    "State",
    "TherapistGap",
    "Thing",
    "ToAsk",
    "Told",
    "Topic",
    "VShape",
    "ceiling",
    "course_gap",
    "due",
    "foretold_against_felt",
    "opening",
    "read",
    "read_columns",
    "read_frame",
    "read_sides",
    "reliable_drop",
    "scored_since",
    "sd_from_file",
    "side_scores",
    "standing",
    "start",
    "step",
    "therapist_gap",
    "therapist_spread",
    "to_ask",
    "topics",
    "within_sd",
]


def __getattr__(name: str) -> Any:
    """Whole tables need NumPy, which a single check-in can do without."""
    if name in ("Readings", "read_columns", "read_frame", "sd_from_file"):
        from accord.alliance import table

        return getattr(table, name)
    raise AttributeError(name)
