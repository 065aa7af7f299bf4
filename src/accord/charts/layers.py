"""The layers of a course chart, from the bottom up; each is a string and knows nothing of the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from accord.charts.parts import Band, Event, Line, Series
from accord.charts.scale import Frame, Point, known, runs, thinned
from accord.charts.svg import number, path, safe_href, shown, stroke, tag, text, words

DASHES = (None, "7 5", "1 5")
_TARGET = 24.0


def grid(frame: Frame, levels: Sequence[float], *, labelled: bool = True) -> str:
    rows = []
    for level in levels:
        y = frame.y(level)
        rows.append(stroke(path([(frame.left, y), (frame.right, y)]), "chart-grid", width=0.5))
        rows.append(text(shown(level), frame.left - 7, y + 4.5, "chart-tick", "end") if labelled else "")
    return "".join(rows)


def x_axis(frame: Frame, x: Sequence[float], labels: Sequence[str], title: str) -> str:
    at = [frame.x(value) for value in x]
    parts = [stroke(path([(frame.left, frame.bottom), (frame.right, frame.bottom)]), "chart-axis")]
    for k in thinned(at, labels):
        parts.append(stroke(path([(at[k], frame.bottom), (at[k], frame.bottom + 4)]), "chart-axis"))
        parts.append(text(labels[k], at[k], frame.bottom + 18, "chart-tick", "middle"))
    if title:
        parts.append(text(title, frame.right, frame.bottom + 35, "chart-axis-title", "end"))
    return "".join(parts)


def band(frame: Frame, x: Sequence[float], item: Band, *, outlined: bool = False) -> str:
    """`outlined` tells a second band from the first where they lie over one another."""
    upper: list[Point | None] = []
    lower: list[Point | None] = []
    for at, low, high in zip(x, map(known, item.lower), map(known, item.upper), strict=True):
        whole = low is not None and high is not None
        lower.append((frame.x(at), frame.y(low or 0)) if whole else None)
        upper.append((frame.x(at), frame.y(high or 0)) if whole else None)
    areas = zip(runs(upper), runs(lower), strict=True)
    return "".join(_area(top, foot, outlined) for top, foot in areas)


def _area(upper: list[Point], lower: list[Point], outlined: bool) -> str:
    if len(upper) == 1:
        # A range known at one x only has no width of its own: it is drawn as wide as a marker.
        (x, y), (_, foot) = upper[0], lower[0]
        upper, lower = [(x - 5, y), (x + 5, y)], [(x - 5, foot), (x + 5, foot)]
    d = path([*upper, *reversed(lower)]) + "Z"
    area = tag("path", class_="chart-band", d=d, fill="currentColor", fill_opacity=0.1)
    edges = path(upper) + path(lower)
    return area + stroke(edges, "chart-band-edge", width=1, dash="6 3") if outlined else area


def reference(frame: Frame, item: Line) -> str:
    y = frame.y(item.value)
    return stroke(path([(frame.left, y), (frame.right, y)]), "chart-reference", width=1.25, dash="3 3")


def marker(kind: int, x: float, y: float, r: float = 4) -> str:
    """A disc, a hollow square or a triangle: told apart without colour, also in print."""
    if kind == 0:
        return tag("circle", class_="chart-mark", cx=x, cy=y, r=r, fill="currentColor")
    if kind == 1:
        return tag(
            "rect", class_="chart-mark chart-mark-hollow", x=x - r, y=y - r, width=2 * r, height=2 * r,
            fill="none", stroke="currentColor", stroke_width=1.75,
        )  # fmt: skip
    d = path([(x, y - 1.25 * r), (x + 1.2 * r, y + 0.85 * r), (x - 1.2 * r, y + 0.85 * r)]) + "Z"
    return tag("path", class_="chart-mark", d=d, fill="currentColor")


def line_of(kind: int, points: Sequence[Point | None]) -> str:
    d = "".join(path(run) for run in runs(points) if len(run) > 1)
    return stroke(d, "chart-line", width=2, dash=DASHES[kind]) if d else ""


def marks(kind: int, item: Series, points: Sequence[Point | None], x_labels: Sequence[str], tab: int | None) -> str:
    hrefs = item.hrefs or [None] * len(points)
    shape = _thin(points)
    drawn = []
    for k, point in enumerate(points):
        if point is None:
            continue
        said = f"{item.name}, {x_labels[k]}: {shown(round(item.values[k] or 0, 1))}"  # as the table beside it says it
        drawn.append(_mark(kind, point, said, hrefs[k], tab, visible=k in shape))
    return "".join(drawn)


def _mark(kind: int, at: Point, said: str, href: str | None, tab: int | None, *, visible: bool) -> str:
    shape = marker(kind, *at) if visible else ""
    if href is None:
        return shape
    target = tag("circle", class_="chart-target", cx=at[0], cy=at[1], r=_TARGET / 2, fill="none", pointer_events="all")
    inside = tag("title", words(said)) + target + shape
    return tag("a", inside, class_="chart-point", href=safe_href(href), aria_label=said, tabindex=tab)


def _thin(points: Sequence[Point | None]) -> set[int]:
    """Markers far enough apart to be told from one another; stretches of one point and the last are always marked."""
    chosen: set[int] = set()
    at = -1e9
    last = max((k for k, point in enumerate(points) if point), default=-1)
    for k, point in enumerate(points):
        if point is None:
            continue
        alone = (k == 0 or points[k - 1] is None) and (k + 1 == len(points) or points[k + 1] is None)
        if k == last or alone or point[0] - at >= 11:
            chosen.add(k)
            at = point[0]
    return chosen


def tab_stop(linked: Sequence[Point]) -> int | None:
    """Points too close to be hit one by one stay links for a mouse; the keyboard has the table beside the chart."""
    ordered = sorted(linked)
    for k, (x, y) in enumerate(ordered):
        for other_x, other_y in ordered[k + 1 :]:
            if other_x - x >= _TARGET:
                break
            if hypot(other_x - x, other_y - y) < _TARGET:
                return -1
    return None


def event(frame: Frame, item: Event, middle: float, row: int | None, said: str) -> str:
    x, top = frame.x(item.x), frame.top
    # An event without words is one of many: a stem for each would bury the course.
    stem = (
        "" if row is None else stroke(path([(x, top), (x, frame.bottom)]), "chart-event-stem", width=0.75, dash="2 4")
    )
    label = "" if row is None else text(said, middle, top - 13 - 16 * row, "chart-event-label", "middle")
    inside = tag("title", words(item.label)) + stem + _event_mark(item.kind, x, top) + label
    return tag("g", inside, class_=f"chart-event event-{item.kind}")


def _event_mark(kind: str, x: float, y: float) -> str:
    n = number
    if kind == "missed":
        d = f"M{n(x - 4)},{n(y - 4)}L{n(x + 4)},{n(y + 4)}M{n(x - 4)},{n(y + 4)}L{n(x + 4)},{n(y - 4)}"
        return stroke(d, "chart-event-mark", width=2)
    if kind == "cancelled":
        return stroke(f"M{n(x - 4)},{n(y + 4)}L{n(x + 4)},{n(y - 4)}", "chart-event-mark", width=2)
    if kind == "late":
        d = path([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]) + "Z"
        return stroke(d, "chart-event-mark", width=2)
    if kind == "repair":
        return tag(
            "circle", class_="chart-event-mark", cx=x, cy=y, r=4, fill="none", stroke="currentColor", stroke_width=2
        )
    if kind == "strain":
        d = path([(x - 5, y - 4.5), (x + 5, y - 4.5), (x, y + 4)]) + "Z"
        return tag("path", class_="chart-event-mark chart-event-solid", d=d, fill="currentColor")
    return stroke(path([(x, y - 5), (x, y + 5)]), "chart-event-mark", width=2)
