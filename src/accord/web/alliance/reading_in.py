"""A course table read with the ranges of every measure known here."""

import io

from accord import measures
from accord.tables import Map, Reading, read_courses
from accord.web import wording


def read(text: str, map_text: str = "") -> Reading:
    """Rows accepted and refused; an unreadable file or map raises an error that says what and where."""
    known = [wording.measure(name) for name in measures.names()]
    return read_courses(
        io.StringIO(text),
        Map.parse(map_text) if map_text.strip() else None,
        ranges={one.id: one.range for one in known},
        items={one.id: {item.key: (item.low, item.high) for item in one.items} for one in known},
        fractional=[one.id for one in known if _has_decimals(one)],
    )


def _has_decimals(one: measures.Measure) -> bool:
    return any(item.decimals for item in one.items) or bool(one.total and one.total.method == "mean")
