"""Many courses at once: panels on one scale, each with its middle, its spread and some single courses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import isfinite

from accord.charts import layers
from accord.charts.parts import Panel
from accord.charts.scale import FONT, Frame, Point, fitted, known, reach, round_ticks, runs, text_width
from accord.charts.svg import path, stroke, tag, text, words

_ROW = 19.0
_GAP = 26.0
# The panel that others are compared with comes first; it is dashed wherever it is drawn, so the eye rests on the other.
_COMPARED, _MAIN = 1, 0


@dataclass(frozen=True)
class _Drawn:
    panels: Sequence[Panel]
    x: Sequence[float]
    x_labels: Sequence[str]
    ys: tuple[float, float]
    x_title: str
    single: str
    empty: str


def many(
    panels: Sequence[Panel],
    *,
    x: Sequence[float],
    x_labels: Sequence[str],
    low: float,
    high: float,
    title: str,
    description: str,
    id: str,
    x_title: str = "",
    single: str = "single courses, to their end",
    empty: str = "Nothing to draw",
    narrow: bool = False,
) -> str:
    """One or two panels. The first one's middle line is drawn again in the second, to compare.

    `narrow` stands the panels one above the other, for a phone.
    """
    _check(panels, x, x_labels, id)
    drawn = _Drawn(panels, x, x_labels, _range(panels, low, high), x_title, single, empty)
    width = 360.0 if narrow else 700.0
    key, top = _key(drawn, width)
    frames = _frames(drawn, width, top, narrow=narrow)
    inside = tag("title", words(title), id=f"{id}-title") + tag("desc", words(description), id=f"{id}-desc") + key
    inside += "".join(_panel(drawn, k, frame, ticks=narrow or k == 0) for k, frame in enumerate(frames))
    return tag(
        "svg",
        inside,
        class_=f"chart course many course-{'narrow' if narrow else 'wide'}",
        role="img",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-desc",
        viewBox=f"0 0 {width:g} {frames[-1].bottom + (44 if x_title else 28):g}",
        font_size=FONT,
        xmlns="http://www.w3.org/2000/svg",
    )


def many_for_page(
    panels: Sequence[Panel],
    *,
    x: Sequence[float],
    x_labels: Sequence[str],
    low: float,
    high: float,
    title: str,
    description: str,
    id: str,
    x_title: str = "",
    single: str = "single courses, to their end",
) -> str:
    """The wide and the narrow shape together: charts.css shows one of them, by the width of the page."""
    wide, narrow = (
        many(
            panels, x=x, x_labels=x_labels, low=low, high=high, title=title, description=description,
            id=f"{id}-{name}", x_title=x_title, single=single, narrow=name == "narrow",
        )
        for name in ("wide", "narrow")
    )  # fmt: skip
    return tag("div", wide, narrow, class_="chart-pair")


def _check(panels: Sequence[Panel], x: Sequence[float], x_labels: Sequence[str], id: str) -> None:
    if not re.fullmatch(r"[A-Za-z][\w-]*", id):
        raise ValueError(f"id must start with a letter and hold letters, digits, - and _ only, got {id!r}")
    if not 1 <= len(panels) <= 2:
        raise ValueError(f"one or two panels can be drawn, got {len(panels)}")
    events = [event.x for panel in panels for event in panel.events]
    if not all(map(isfinite, [*x, *events])) or any(b < a for a, b in pairwise(x)):
        raise ValueError("every x must be a finite number, in order")
    lengths = {len(x_labels)} | {len(column) for panel in panels for column in _columns(panel)}
    if lengths - {len(x)}:
        raise ValueError(f"each x needs one label and one value a line: {len(x)} x, got lengths {sorted(lengths)}")


def _columns(panel: Panel) -> list[Sequence[float | None]]:
    sides = [side for band in panel.bands for side in (band.lower, band.upper)]
    return [panel.middle, *sides, *panel.singles]


def _range(panels: Sequence[Panel], low: float, high: float) -> tuple[float, float]:
    return reach(low, high, list(chain.from_iterable(column for panel in panels for column in _columns(panel))))


def _frames(drawn: _Drawn, width: float, top: float, *, narrow: bool) -> list[Frame]:
    """Side by side or one above the other, all of one size."""
    left = 12 + max(text_width(f"{level:g}") for level in round_ticks(*drawn.ys) or [0.0])
    heading = 26.0 + (16 if any(panel.events for panel in drawn.panels) else 0)
    events = [event.x for panel in drawn.panels for event in panel.events]
    xs = (min([*drawn.x, *events], default=0), max([*drawn.x, *events], default=0))
    count = len(drawn.panels)
    if narrow:
        each, below = 150.0, 44.0
        tops = [top + heading + k * (heading + each + below) for k in range(count)]
        return [Frame(width, left, width - 8, at, at + each, xs, drawn.ys) for at in tops]
    each = (width - 8 - left - _GAP * (count - 1)) / count
    starts = [left + k * (each + _GAP) for k in range(count)]
    return [Frame(width, at, at + each, top + heading, top + heading + 210, xs, drawn.ys) for at in starts]


def _panel(drawn: _Drawn, index: int, frame: Frame, *, ticks: bool) -> str:
    panel = drawn.panels[index]
    rows = [text(fitted(panel.name, frame.right - frame.left), frame.left, frame.top - _heading(drawn), "chart-panel")]
    rows += [layers.band(frame, drawn.x, band) for band in panel.bands]
    rows += [layers.grid(frame, round_ticks(*drawn.ys), labelled=ticks)]
    rows += [layers.x_axis(frame, drawn.x, drawn.x_labels, drawn.x_title)]
    rows += [_singles(frame, drawn.x, panel.singles)]
    rows += [layers.event(frame, event, *_said(frame, event.x, event.label)) for event in panel.events]
    return tag("g", *rows, _middles(drawn, index, frame))


def _middles(drawn: _Drawn, index: int, frame: Frame) -> str:
    """The panel's own line over the one it is compared with."""
    own = drawn.panels[index].middle
    if not any(known(value) is not None for value in own):
        middle = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
        return text(drawn.empty, *middle, "chart-empty", "middle")
    if len(drawn.panels) == 1:
        return _middle(_MAIN, _points(frame, drawn.x, own))
    compared = _middle(_COMPARED, _points(frame, drawn.x, drawn.panels[0].middle))
    return compared + (_middle(_MAIN, _points(frame, drawn.x, own)) if index else "")


def _heading(drawn: _Drawn) -> float:
    return 29 if any(panel.events for panel in drawn.panels) else 13


def _said(frame: Frame, x: float, label: str) -> tuple[float, int, str]:
    """The middle, the row and the words of an event, kept inside its panel."""
    said = fitted(label, frame.right - frame.left)
    half = text_width(said) / 2
    return min(max(frame.x(x), frame.left + half), frame.right - half), 0, said


def _points(frame: Frame, x: Sequence[float], values: Sequence[float | None]) -> list[Point | None]:
    found = zip(x, map(known, values), strict=True)
    return [None if value is None else (frame.x(at), frame.y(value)) for at, value in found]


def _middle(kind: int, points: Sequence[Point | None]) -> str:
    line = layers.line_of(kind, points)
    alone = "".join(layers.marker(kind, *run[0]) for run in runs(points) if len(run) == 1)
    return tag("g", line, alone, class_=f"chart-series series-{kind + 1}") if line or alone else ""


def _singles(frame: Frame, x: Sequence[float], courses: Sequence[Sequence[float | None]]) -> str:
    """All thin lines as one path, so that crossings stay as faint as the lines; a dot where a course stops early."""
    stretches, stops = [], []
    for values in courses:
        # Thin lines need no hundredths, and there are many of them to send.
        points = [(round(p[0], 1), round(p[1], 1)) if p else None for p in _points(frame, x, values)]
        stretches += [path(run) for run in runs(points) if len(run) > 1]
        last = max((k for k, point in enumerate(points) if point), default=None)
        if last is not None and last + 1 < len(points):
            stops.append(points[last] or (0.0, 0.0))
    if not stretches and not stops:
        return ""
    dots = "".join(tag("circle", class_="chart-stop", cx=x, cy=y, r=2, fill="currentColor") for x, y in stops)
    return (stroke("".join(stretches), "chart-single", width=0.75) if stretches else "") + dots


def _key(drawn: _Drawn, width: float) -> tuple[str, float]:
    """Rows of samples with their words above the panels, and where they end."""
    rows, x, y = [], 4.0, 10.0
    for sample, label in _entries(drawn):
        room = 32 + text_width(label) + 14
        if x > 4 and x + room > width + 8:
            x, y = 4.0, y + _ROW
        rows.append(tag("g", _sample(sample, x, y)) + text(fitted(label, width - 44), x + 32, y + 4.5, "chart-key"))
        x += room
    return "".join(rows), y + 16


def _entries(drawn: _Drawn) -> list[tuple[str, str]]:
    names = [panel.name for panel in drawn.panels]
    kinds = [_MAIN] if len(names) == 1 else [_COMPARED, _MAIN]
    lines = [(f"line-{kind}", f"middle: {name}") for kind, name in zip(kinds, names, strict=True)]
    bands = [(f"band-{k + 1}", band.label) for k, band in enumerate(drawn.panels[-1].bands)]
    single = [("single", drawn.single)] if any(panel.singles for panel in drawn.panels) else []
    return lines + bands[::-1] + single


def _sample(kind: str, x: float, y: float) -> str:
    name, _, number = kind.partition("-")
    if name == "line":
        return _middle(int(number), [(x, y), (x + 26, y)])
    if name == "band":
        # Bands lie over one another in the plot, so the inner ones are as dark here as they come out there.
        d = path([(x, y - 6), (x + 26, y - 6), (x + 26, y + 6), (x, y + 6)]) + "Z"
        return tag("path", class_="chart-band", d=d, fill="currentColor", fill_opacity=0.1) * int(number)
    line = stroke(path([(x, y + 3), (x + 8, y - 3), (x + 22, y + 1)]), "chart-single", width=0.75)
    return line + tag("circle", class_="chart-stop", cx=x + 22, cy=y + 1, r=2, fill="currentColor")
