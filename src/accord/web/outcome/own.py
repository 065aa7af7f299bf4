"""What a client reads of their own change: numbers and an interval in plain words; no class, no forecast, no label."""

from collections.abc import Sequence

from accord.measures import Measure
from accord.web.alliance.course import Meeting
from accord.web.outcome.changed import between, changed, number


def in_words(rows: Sequence[Meeting], measure: Measure) -> str:
    """From their first answer to their latest; nothing before there are two."""
    found = changed(rows, measure)
    if len(found.ratings) < 2:
        return ""
    first, last = found.ratings[0].value, found.ratings[-1].value
    points = round(found.points, 1)
    way = "no difference" if points == 0 else f"{number(abs(points))} {'lower' if points < 0 else 'higher'}"
    told = f"From your first answers to your latest: {number(first)} to {number(last)}, {way}."
    if found.standard.rule is None:
        return told
    return f"{told} Filling in a form is never exact: it is {between(*found.interval)}."
