"""Reasons in plain words. No diagnosis, no blame, no promise, no praise; the same words for one and for many."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.outcome.rule import ChangeRule

WORTH_A_LOOK = "not on track: worth a look"


def number(value: float) -> str:
    """Two decimals at most, no sign for nought."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def change(pre: float, post: float, kind: str, rule: "ChangeRule") -> str:
    """How far, whether that is more than error, and on which side of the cut-off it ends."""
    points = number(rule.points)
    way = "no change" if post == pre else f"{number(abs(post - pre))} {'up' if post > pre else 'down'}"
    told = f"{way}, from {number(pre)} to {number(post)}"
    if rule.line.slope != 1.0 or rule.line.intercept:
        usual = rule.line.intercept + rule.line.slope * pre
        told += f", where {number(usual)} was to be expected"
    if kind == "unchanged":
        return f"{told}: no more than measurement error can make ({points})"
    told += f": more than measurement error is likely to make ({points})"
    cutoff = number(rule.crossing.cutoff)
    if kind == "recovered":
        return f"{told}, and beyond the cut-off ({cutoff})"
    if kind == "harmed":
        return f"{told}, and back across the cut-off ({cutoff})"
    return told


def gain(before: float, after: float, session: int, back: bool) -> str:
    way = "lower" if after < before else "higher"
    told = f"{number(abs(after - before))} {way} from session {session} to {session + 1}"
    told += f" ({number(before)} to {number(after)}), and the sessions around it differ too"
    return f"{told}; half of it or more was lost again later" if back else told


def first_rating() -> str:
    return "the first rating: what comes after is set beside it"


def not_rated() -> str:
    return "not rated, which says nothing either way"
