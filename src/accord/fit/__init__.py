"""FINDING EACH OTHER: needs, a shortlist with its reasons, impressions side by side, and allotting a waiting list.

    needs = Needs(concerns=("panic",), languages=("English",), lead=-3)
    found = shortlist(needs, profiles, on, seed)
    found.cards[0].reasons, found.cards[0].differs, found.excluded, found.relaxed

`gate` says what keeps one therapist and one person apart; `passing` the same for columns of many. Expertise and hard
limits are a gate, never traded against anything. Nothing gives a score or a percentage. Nothing here knows a clock, a
network or a web framework; docs/fit.md has the rules and where they come from.
"""

from typing import TYPE_CHECKING, Any

from accord.fit.asking import needs_of
from accord.fit.comparison import NOISE, NOISE_SOURCE, Comparison, Difference, Line, Mark, compare, threshold
from accord.fit.concerns import Concern, Support, WayOfWorking, concern, concerns, methods
from accord.fit.gate import gate
from accord.fit.impressions import SEEKER, THERAPIST, Impression, OtherSide, Question
from accord.fit.needs import AXES, FORMATS, SLOTS, Axis, Needs
from accord.fit.profile import Profile, Reason

if TYPE_CHECKING:
    from accord.fit.assignment import Assignment, Unassigned, assign
    from accord.fit.cards import Card, Shortlist, shortlist
    from accord.fit.columns import Profiles
    from accord.fit.filters import Passing, Relaxed, passing, relaxed
    from accord.fit.table import people_of, read_people, read_profiles

__all__ = [
    "AXES",
    "FORMATS",
    "NOISE",
    "NOISE_SOURCE",
    "SEEKER",
    "SLOTS",
    "THERAPIST",
    "Assignment",
    "Axis",
    "Card",
    "Comparison",
    "Concern",
    "Difference",
    "Impression",
    "Line",
    "Mark",
    "Needs",
    "OtherSide",
    "Passing",
    "Profile",
    "Profiles",
    "Question",
    "Reason",
    "Relaxed",
    "Shortlist",
    "Support",
    "Unassigned",
    "WayOfWorking",
    "assign",
    "compare",
    "concern",
    "concerns",
    "gate",
    "methods",
    "needs_of",
    "passing",
    "people_of",
    "read_people",
    "read_profiles",
    "relaxed",
    "shortlist",
    "threshold",
]  # fmt: skip

# Columns of many need NumPy or Polars, which a gate for one and a comparison can do without.
COLUMNS = {
    "assignment": ("Assignment", "Unassigned", "assign"),
    "columns": ("Profiles",),
    "filters": ("Passing", "Relaxed", "passing", "relaxed"),
    "cards": ("Card", "Shortlist", "shortlist"),
    "table": ("people_of", "read_people", "read_profiles"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in COLUMNS.items():
        if name in names:
            return getattr(import_module(f"accord.fit.{module}"), name)
    raise AttributeError(name)
