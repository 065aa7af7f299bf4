"""The course chart: measures the room, then stacks the layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from accord.charts import layers
from accord.charts.parts import Band, Event, Line, Series
from accord.charts.scale import FONT, Frame, Point, fitted, known, lanes, reach, round_ticks, spread, text_width
from accord.charts.svg import path, stroke, tag, text, words

_PLOT = 220.0
_ROW = 19.0


@dataclass(frozen=True)
class _Drawn:
    """Everything that is to be drawn, checked."""

    series: Sequence[Series]
    x: Sequence[float]
    x_labels: Sequence[str]
    lines: Sequence[Line]
    bands: Sequence[Band]
    events: Sequence[Event]
    x_title: str
    empty: str
    narrow: bool


@dataclass(frozen=True)
class _Name:
    """A name beside the plot, or in the key above it."""

    label: str
    class_: str
    kind: int | None
    at: Point


def course(
    series: Sequence[Series],
    *,
    x: Sequence[float],
    x_labels: Sequence[str],
    low: float,
    high: float,
    title: str,
    description: str,
    lines: Sequence[Line] = (),
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
    id: str,
    x_title: str = "",
    empty: str = "No answers yet",
    narrow: bool = False,
) -> str:
    """Up to three series over sessions, with cut-offs, the person's own range and what happened.

    `low` and `high` are the ends of the measure's range. `narrow` draws for a phone's width, letters as large.
    """
    drawn = _Drawn(series, x, x_labels, lines, bands, sorted(events, key=lambda e: e.x), x_title, empty, narrow)
    _check(drawn, id)
    frame, names, key = _frame(drawn, _range(drawn, low, high))
    linked = any(any(item.hrefs or ()) for item in series)
    picture = _under(frame, drawn) + _over(frame, drawn) + _naming(frame, drawn, names, key)
    inside = tag("title", words(title), id=f"{id}-title") + tag("desc", words(description), id=f"{id}-desc")
    # Links inside role=img would be hidden from whoever cannot see it: with links the picture is a group, and what is
    # only picture is hidden instead.
    inside += tag("g", picture, aria_hidden="true" if linked else None) + _points(frame, drawn)
    return tag(
        "svg",
        inside,
        class_=f"chart course course-{'narrow' if narrow else 'wide'}",
        role="group" if linked else "img",
        aria_labelledby=f"{id}-title",
        aria_describedby=f"{id}-desc",
        viewBox=f"0 0 {frame.width:g} {frame.bottom + (44 if x_title else 28):g}",
        font_size=FONT,
        xmlns="http://www.w3.org/2000/svg",
    )


def course_for_page(
    series: Sequence[Series],
    *,
    x: Sequence[float],
    x_labels: Sequence[str],
    low: float,
    high: float,
    title: str,
    description: str,
    lines: Sequence[Line] = (),
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
    id: str,
    x_title: str = "",
    empty: str = "No answers yet",
) -> str:
    """The wide and the narrow shape together: charts.css shows one of them, by the width of the page."""
    wide, narrow = (
        course(
            series, x=x, x_labels=x_labels, low=low, high=high, title=title, description=description,
            lines=lines, bands=bands, events=events, id=f"{id}-{name}", x_title=x_title, empty=empty,
            narrow=name == "narrow",
        )
        for name in ("wide", "narrow")
    )  # fmt: skip
    return tag("div", wide, narrow, class_="chart-pair")


def _check(drawn: _Drawn, id: str) -> None:
    if not re.fullmatch(r"[A-Za-z][\w-]*", id):
        raise ValueError(f"id must start with a letter and hold letters, digits, - and _ only, got {id!r}")
    if len(drawn.series) > 3:
        raise ValueError(f"a course shows at most 3 series, got {len(drawn.series)}")
    if not all(map(isfinite, [*drawn.x, *(e.x for e in drawn.events), *(item.value for item in drawn.lines)])):
        raise ValueError("every x and every line must be a finite number")
    if any(b < a for a, b in zip(drawn.x, drawn.x[1:], strict=False)):
        raise ValueError("x must be in order")
    lengths = {len(drawn.x_labels)} | {len(s.values) for s in drawn.series} | {len(b.lower) for b in drawn.bands}
    lengths |= {len(b.upper) for b in drawn.bands} | {len(s.hrefs) for s in drawn.series if s.hrefs is not None}
    if lengths - {len(drawn.x)}:
        raise ValueError(
            f"each x needs one label and one value a series: {len(drawn.x)} x, got lengths {sorted(lengths)}"
        )


def _range(drawn: _Drawn, low: float, high: float) -> tuple[float, float]:
    values: list[float | None] = [line.value for line in drawn.lines]
    for item in drawn.series:
        values.extend(item.values)
    return reach(low, high, values)


def _frame(drawn: _Drawn, ys: tuple[float, float]) -> tuple[Frame, list[_Name], list[list[tuple[float, _Name]]]]:
    """The plot's rectangle, after its names, its key and the rows of event words have taken their room."""
    width = 360.0 if drawn.narrow else 700.0
    ends = [text_width(label) / 2 - 8 for label in (*drawn.x_labels[:1], *drawn.x_labels[-1:])] or [0.0]
    left = max(ends[0], 12 + max(text_width(f"{level:g}") for level in round_ticks(*ys) or [0.0]))
    widest = max((text_width(label) for label in _labels(drawn)), default=0)
    beside = not drawn.narrow and widest <= 0.3 * width
    right = width - max(widest + 18 if beside and widest else 10, ends[-1])
    everything = [*drawn.x, *(event.x for event in drawn.events)]
    xs = (min(everything, default=0), max(everything, default=0))
    frame = Frame(width, left, right, 0, _PLOT, xs, ys)
    key = [] if beside else _key(_names(frame, drawn), width)
    rows = max((row + 1 for _, row, _ in _event_rows(frame, drawn) if row is not None), default=0)
    top = 10 + _ROW * len(key) + 16 * rows + (6 if drawn.events else 0)
    frame = replace(frame, top=top, bottom=top + _PLOT)
    return frame, _names(frame, drawn) if beside else [], key


def _labels(drawn: _Drawn) -> list[str]:
    return [band.label for band in drawn.bands] + [line.label for line in drawn.lines] + [s.name for s in drawn.series]


def _names(frame: Frame, drawn: _Drawn) -> list[_Name]:
    names = []
    for kind, item in enumerate(drawn.series):
        found = [point for point in _at(frame, drawn, item.values) if point]
        if found:
            names.append(_Name(item.name, f"chart-label series-{kind + 1}", kind, found[-1]))
    at_end = ((line, (frame.right, frame.y(line.value))) for line in drawn.lines)
    names.extend(_Name(line.label, "chart-reference-label", None, at) for line, at in at_end)
    for band in drawn.bands:
        upper, lower = ([p for p in _at(frame, drawn, side) if p] for side in (band.upper, band.lower))
        if upper and lower:
            x, y = upper[-1]
            names.append(_Name(band.label, "chart-band-label", None, (x, (y + lower[-1][1]) / 2)))
    return names


def _at(frame: Frame, drawn: _Drawn, values: Sequence[float | None]) -> list[Point | None]:
    return [
        None if (value := known(given)) is None else (frame.x(at), frame.y(value))
        for at, given in zip(drawn.x, values, strict=True)
    ]


def _key(names: Sequence[_Name], width: float) -> list[list[tuple[float, _Name]]]:
    """Rows of (x, name) above the plot; cut-offs are named at their own line instead."""
    rows: list[list[tuple[float, _Name]]] = []
    end = width
    for name in names:
        if name.class_ == "chart-reference-label":
            continue
        room = 32 + text_width(fitted(name.label, width - 44)) + 14
        if end + room > width + 8:
            rows.append([])
            end = 4
        rows[-1].append((end, name))
        end += room
    return rows


def _event_rows(frame: Frame, drawn: _Drawn) -> list[tuple[float, int | None, str]]:
    """For each event: the middle of its words, their row, and the words."""
    said = [fitted(event.label, 0.45 * frame.width) for event in drawn.events]
    placed = _placed(frame, drawn, said)
    if any(row is None or row > 1 for _, row in placed):
        # Too many to name each: the first of each wording names its mark, and the others have the mark alone.
        said = [label if label not in said[:k] else "" for k, label in enumerate(said)]
        placed = _placed(frame, drawn, said)
    return [(middle, row if label else None, label) for (middle, row), label in zip(placed, said, strict=True)]


def _placed(frame: Frame, drawn: _Drawn, said: Sequence[str]) -> list[tuple[float, int | None]]:
    return lanes([frame.x(e.x) for e in drawn.events], [text_width(label) for label in said], 4, frame.width - 4)


def _under(frame: Frame, drawn: _Drawn) -> str:
    under = "".join(layers.band(frame, drawn.x, item, outlined=k > 0) for k, item in enumerate(drawn.bands))
    under += layers.grid(frame, round_ticks(*frame.ys)) + layers.x_axis(frame, drawn.x, drawn.x_labels, drawn.x_title)
    return under + "".join(layers.reference(frame, line) for line in drawn.lines)


def _over(frame: Frame, drawn: _Drawn) -> str:
    rows = zip(drawn.events, _event_rows(frame, drawn), strict=True)
    over = "".join(layers.event(frame, event, middle, row, said) for event, (middle, row, said) in rows)
    for kind, item in enumerate(drawn.series):
        line = layers.line_of(kind, _at(frame, drawn, item.values))
        over += tag("g", line, class_=f"chart-series series-{kind + 1}") if line else ""
    if any(known(value) is not None for item in drawn.series for value in item.values):
        return over
    middle = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
    return over + text(drawn.empty, *middle, "chart-empty", "middle")


def _points(frame: Frame, drawn: _Drawn) -> str:
    tab = layers.tab_stop(_linked(frame, drawn))
    groups = []
    for kind, item in enumerate(drawn.series):
        marks = layers.marks(kind, item, _at(frame, drawn, item.values), drawn.x_labels, tab)
        groups.append(tag("g", marks, class_=f"chart-series series-{kind + 1}") if marks else "")
    return "".join(groups)


def _linked(frame: Frame, drawn: _Drawn) -> list[Point]:
    return [
        point
        for item in drawn.series
        for point, href in zip(_at(frame, drawn, item.values), item.hrefs or (), strict=False)
        if point and href
    ]


def _naming(frame: Frame, drawn: _Drawn, names: list[_Name], key: list[list[tuple[float, _Name]]]) -> str:
    if names:
        return _beside(frame, names)
    return _above(key, frame.width) + _on_lines(frame, drawn.lines)


def _beside(frame: Frame, names: list[_Name]) -> str:
    heights = spread([name.at[1] for name in names], 16, frame.top + 2, frame.bottom - 2)
    parts = []
    for name, y in zip(names, heights, strict=True):
        x, wanted = name.at
        start = x + 8 if name.kind is not None else frame.right + 2
        if frame.right - x > 14 or abs(y - wanted) > 3:
            parts.append(stroke(path([(start, wanted), (frame.right + 9, y)]), "chart-leader", width=0.75, dash="1 3"))
        parts.append(text(name.label, frame.right + 12, y + 4.5, name.class_))
    return "".join(parts)


def _above(key: list[list[tuple[float, _Name]]], width: float) -> str:
    parts = []
    for row, entries in enumerate(key):
        y = 10 + _ROW * row
        for x, name in entries:
            parts.append(_sample(name, x, y))
            parts.append(text(fitted(name.label, width - 44), x + 32, y + 4.5, name.class_))
    return "".join(parts)


def _sample(name: _Name, x: float, y: float) -> str:
    if name.kind is None:
        return tag(
            "rect", class_="chart-band", x=x, y=y - 6, width=26, height=12, fill="currentColor", fill_opacity=0.1
        )
    line = stroke(path([(x, y), (x + 26, y)]), "chart-line", width=2, dash=layers.DASHES[name.kind])
    return tag("g", line, layers.marker(name.kind, x + 13, y), class_=f"chart-series series-{name.kind + 1}")


def _on_lines(frame: Frame, lines: Sequence[Line]) -> str:
    wanted = [
        frame.y(line.value) - 5 if frame.y(line.value) - frame.top > 18 else frame.y(line.value) + 14 for line in lines
    ]
    heights = spread(wanted, 16, frame.top + 12, frame.bottom - 4)
    room = frame.right - frame.left - 12
    return "".join(
        text(fitted(line.label, room), frame.left + 6, y, "chart-reference-label")
        for line, y in zip(lines, heights, strict=True)
    )
