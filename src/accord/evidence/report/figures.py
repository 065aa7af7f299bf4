"""Two small charts of a report: estimates with their intervals, and means over slices of a scale. Plain SVG, two "
"shapes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from accord.charts.scale import FONT, Frame, fitted, round_ticks, text_width
from accord.charts.svg import path, shown, stroke, tag, text, words
from accord.evidence.report.parts import Figure
from accord.evidence.wording import interval, number


@dataclass(frozen=True, slots=True)
class Dot:
    """One estimate with its interval; `at` is its place on the x axis where it has one."""

    label: str
    value: float
    low: float
    high: float
    at: float = 0.0


def intervals(dots: Sequence[Dot], *, title: str, description: str, id: str, axis: str) -> Figure:
    """A row an estimate, with a line where nothing would be."""
    return _figure(title, description, lambda narrow, key: _rows(dots, title, description, key, axis, narrow))


def slices(dots: Sequence[Dot], *, title: str, description: str, id: str, x_axis: str, y_axis: str) -> Figure:
    """Means with their intervals from left to right."""
    return _figure(
        title, description, lambda narrow, key: _slices(dots, title, description, key, (x_axis, y_axis), narrow), id
    )


def _figure(title: str, description: str, draw: Callable[[bool, str], str], id: str = "estimates") -> Figure:
    pair = tag("div", draw(False, f"{id}-wide"), draw(True, f"{id}-narrow"), class_="chart-pair")
    return Figure(title, description, pair)


def _svg(inside: str, title: str, description: str, id: str, size: tuple[float, float], narrow: bool) -> str:
    return tag(
        "svg",
        tag("title", words(title), id=f"{id}-title") + tag("desc", words(description), id=f"{id}-desc") + inside,
        class_=f"chart course course-{'narrow' if narrow else 'wide'}",
        role="img",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-desc",
        viewBox=f"0 0 {size[0]:g} {size[1]:g}",
        font_size=FONT,
        xmlns="http://www.w3.org/2000/svg",
    )


def _rows(dots: Sequence[Dot], title: str, description: str, id: str, axis: str, narrow: bool) -> str:
    width, step = (360.0, 66.0) if narrow else (700.0, 34.0)
    left = 8.0 if narrow else min(280.0, 24 + max(text_width(dot.label) for dot in dots))
    ends = [end for dot in dots for end in (dot.low, dot.high) if isfinite(end)] + [0.0]
    bottom = 14 + step * len(dots)
    frame = Frame(width, left, width - (12 if narrow else 150), 8, bottom, _wider(min(ends), max(ends)), (0, 1))
    drawn = _below(frame, axis)
    for place, dot in enumerate(dots):
        y = 14 + step * (place + (0.78 if narrow else 0.5))
        drawn += _estimate(frame, dot, y, narrow)
    return _svg(drawn, title, description, id, (width, bottom + 44), narrow)


def _wider(low: float, high: float) -> tuple[float, float]:
    spare = (high - low) * 0.05 or 0.5
    return low - spare, high + spare


def _below(frame: Frame, axis: str) -> str:
    drawn = stroke(path([(frame.left, frame.bottom), (frame.right, frame.bottom)]), "chart-axis")
    for level in round_ticks(*frame.xs, most=5):
        x = frame.x(level)
        drawn += stroke(path([(x, frame.top), (x, frame.bottom)]), "chart-grid", width=0.5)
        drawn += text(shown(level), x, frame.bottom + 18, "chart-tick", "middle")
    drawn += stroke(path([(frame.x(0), frame.top), (frame.x(0), frame.bottom)]), "chart-reference", dash="3 3")
    return drawn + text(fitted(axis, frame.width - 16), frame.width - 8, frame.bottom + 36, "chart-axis-title", "end")


def _estimate(frame: Frame, dot: Dot, y: float, narrow: bool) -> str:
    said = f"{number(dot.value)} ({interval(dot.low, dot.high)})"
    drawn = stroke(path([(frame.x(dot.low), y), (frame.x(dot.high), y)]), "chart-line", width=2)
    drawn += tag("circle", class_="chart-mark", cx=frame.x(dot.value), cy=y, r=5, fill="currentColor")
    drawn = tag("g", drawn, class_="chart-series series-1")
    if narrow:
        label = text(fitted(dot.label, frame.width - 12), 8, y - 31, "chart-label")
        return drawn + label + text(said, 8, y - 14, "chart-tick")
    return (
        drawn
        + text(fitted(dot.label, frame.left - 20), 8, y + 4.5, "chart-label")
        + text(said, frame.width - 8, y + 4.5, "chart-tick", "end")
    )


def _slices(dots: Sequence[Dot], title: str, description: str, id: str, axes: tuple[str, str], narrow: bool) -> str:
    width, bottom = (360.0, 250.0) if narrow else (700.0, 290.0)
    ys = _wider(min(dot.low for dot in dots), max(dot.high for dot in dots))
    left = 14 + max(text_width(shown(level)) for level in round_ticks(*ys))
    frame = Frame(width, left, width - 12, 30, bottom, _wider(dots[0].at, dots[-1].at), ys)
    drawn = "".join(_level(frame, level) for level in round_ticks(*ys))
    drawn += stroke(path([(frame.left, bottom), (frame.right, bottom)]), "chart-axis")
    for level in round_ticks(*frame.xs, most=5):
        drawn += text(shown(level), frame.x(level), bottom + 18, "chart-tick", "middle")
    line = stroke(path([(frame.x(dot.at), frame.y(dot.value)) for dot in dots]), "chart-line", width=1, dash="1 5")
    drawn += tag("g", line, *(_slice(frame, dot) for dot in dots), class_="chart-series series-1")
    drawn += text(fitted(axes[1], width - 16), 4, 14, "chart-axis-title")
    drawn += text(fitted(axes[0], width - 16), width - 8, bottom + 38, "chart-axis-title", "end")
    return _svg(drawn, title, description, id, (width, bottom + 46), narrow)


def _level(frame: Frame, level: float) -> str:
    y = frame.y(level)
    line = stroke(path([(frame.left, y), (frame.right, y)]), "chart-grid", width=0.5)
    return line + text(shown(level), frame.left - 7, y + 4.5, "chart-tick", "end")


def _slice(frame: Frame, dot: Dot) -> str:
    x = frame.x(dot.at)
    bar = stroke(path([(x, frame.y(dot.low)), (x, frame.y(dot.high))]), "chart-line", width=2)
    return bar + tag("circle", class_="chart-mark", cx=x, cy=frame.y(dot.value), r=4, fill="currentColor")
