"""What differs between two crowds, in words, with the luck of the draw."""

from typing import Any

from accord.mechanism import Comparison, Difference
from accord.web.mechanism import forms
from accord.web.mechanism.forms import SESSIONS, Setting

_RUPTURES = {"shallow": "a shallow rupture", "middle": "a rupture of middle depth", "deep": "a deep rupture"}
_MENDED = {"fitted": "mended as it comes", "next": "mended at the next session", "never": "never mended"}
_THAN = {
    "nothing": "than with nothing changed",
    "mended": "than when ruptures are mended at the next session",
    "whole": "than without the what-ifs",
}
_LIMIT = (
    "A rupture that stays open all this time goes further than the studies behind the model. "
    "Read it as an outer edge, not as a forecast."
)


def names(setting: Setting) -> tuple[str, str]:
    """What the two sides are called."""
    first = {"nothing": "Nothing changed", "mended": "Mended at the next session", "whole": "Without the what-ifs"}
    return first[setting.against], "As set here"


def difference(found: Comparison, setting: Setting, other: Setting, against: str) -> list[str]:
    """Who stops coming, what becomes of symptoms, and what to know about it."""
    if setting == other:
        return ["Both sides are the same so far. Change something, then draw."]
    said = (
        f"In this model, {_cause(setting, other)}, {_stopping(found.left, _THAN[against])}. "
        f"On average, the last symptom score is {_scores(found.last)}."
    )
    return [said, _LIMIT] if setting.repair == "never" else [said]


def _cause(setting: Setting, other: Setting) -> str:
    """The change by name, if it is one or two; more would make a sentence that nobody reads."""
    causes = []
    if setting.rupture != other.rupture:
        causes.append(f"with {_RUPTURES[setting.depth]} in session {setting.rupture}")
    if setting.repair != other.repair:
        causes.append(
            {"fitted": "with repair as it comes", "never": "with no repair", "next": "with repair"}[setting.repair]
        )
    if setting.guarded != other.guarded:
        causes.append(f"with a client {dict(forms.GUARDED)[f'{setting.guarded:g}']}")
    if setting.bond != other.bond:
        causes.append(f"with a {_bond(setting)} bond")
    causes += [f"if {dict(forms.WHAT_IF)[name]}" for name in setting.off if name not in other.off]
    return " and ".join(causes) if len(causes) <= 2 else "with these changes"


def _bond(setting: Setting) -> str:
    return dict(forms.BONDS)[f"{setting.bond:g}"]


def _stopping(found: Difference, than: str) -> str:
    until = f"stop coming before session {SESSIONS}"
    if not found.clear or round(abs(found.value)) == 0:
        return f"about as many people {until} {than.replace('than', 'as', 1)}{_range(found, 0, ('fewer', 'more'))}"
    more = "more" if found.value > 0 else "fewer"
    return f"{abs(found.value):.0f} {more} of 100 people {until} {than}{_range(found, 0, ('fewer', 'more'))}"


def _scores(found: Difference) -> str:
    if not found.clear or round(abs(found.value), 1) == 0:
        return f"about the same{_range(found, 1, ('lower', 'higher'))}"
    worse = "higher, which is worse" if found.value > 0 else "lower, which is better"
    return f"{abs(found.value):.1f} points {worse}{_range(found, 1, ('lower', 'higher'))}"


def _range(found: Difference, digits: int, sides: tuple[str, str]) -> str:
    """Between which bounds other luck would probably have put it."""
    if found.low == found.high:
        return ""
    if found.clear:
        low, high = sorted((abs(found.low), abs(found.high)))
        return f" (probably between {low:.{digits}f} and {high:.{digits}f})"
    return f" (probably between {-found.low:.{digits}f} {sides[0]} and {found.high:.{digits}f} {sides[1]})"


def settings(setting: Setting) -> str:
    """Everything that was set, for a printed page."""
    said = [_rupture(setting), f"client: {dict(forms.GUARDED)[f'{setting.guarded:g}']}", f"bond: {_bond(setting)}"]
    said += [f"as if {dict(forms.WHAT_IF)[name]}" for name in setting.off]
    return "; ".join(said) + f"; draw {setting.seed}."


def _rupture(setting: Setting) -> str:
    if not setting.rupture:
        return f"ruptures as they come, {_MENDED[setting.repair]}"
    return f"{_RUPTURES[setting.depth]} in session {setting.rupture}, {_MENDED[setting.repair]}"


def middle_half(three: Any) -> tuple[float, float, float]:
    """The middle, then the two ends of the middle half."""
    low, middle, high = (float(value) for value in three)
    return middle, low, high
