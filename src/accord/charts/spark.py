"""The sparkline: a course in the height of a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from accord.charts.scale import Frame, Point, known, reach, runs
from accord.charts.svg import path, stroke, tag, words

_ROOM = 5.0


def sparkline(
    values: Sequence[float | None], *, low: float, high: float, title: str, width: float = 120, height: float = 28
) -> str:
    """A line with gaps where there is no value and a dot at the last one, hollow when answers have stopped since."""
    ys = reach(low, high, values)
    frame = Frame(width, -4, width + 4, _ROOM, height - _ROOM, (0, len(values) - 1), ys)
    points = [None if (v := known(value)) is None else (frame.x(k), frame.y(v)) for k, value in enumerate(values)]
    drawn = "".join(_stretch(run) for run in runs(points)) or _nothing(width, height)
    return tag(
        "svg",
        tag("title", words(title)),
        drawn,
        _last(points),
        class_="chart sparkline",
        role="img",
        width=width,
        height=height,
        viewBox=f"0 0 {width:g} {height:g}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _stretch(run: list[Point]) -> str:
    if len(run) > 1:
        return stroke(path(run), "spark-line", width=1.5)
    return tag("circle", class_="spark-dot", cx=run[0][0], cy=run[0][1], r=1.25, fill="currentColor")


def _last(points: Sequence[Point | None]) -> str:
    found = [point for point in points if point is not None]
    if not found:
        return ""
    x, y = found[-1]
    old = points[-1] is None
    colours = {"fill": "none" if old else "currentColor", "stroke": "currentColor", "stroke_width": 1.5}
    return tag("circle", class_="spark-last spark-old" if old else "spark-last", cx=x, cy=y, r=2.75, **colours)


def _nothing(width: float, height: float) -> str:
    return stroke(path([(5, height / 2), (width - 5, height / 2)]), "spark-base", dash="1 5")
