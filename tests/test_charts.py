"""The two charts: well-formed, escaped, honest about gaps, and nothing drawn outside the plot."""

import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.charts import Band, Event, Line, Series, course, course_for_page, sparkline

SVG = "{http://www.w3.org/2000/svg}"
ANY_TEXT = st.text(max_size=40)
VALUE = st.none() | st.floats(0, 27)
ANY_VALUE = st.none() | st.floats(-1e6, 1e6) | st.just(float("nan")) | st.just(float("inf"))


def drawing(count: int = 5, **changed: object) -> str:
    given_ = {
        "series": [Series("Client", [3.0, 3.5, None, 2.0, 4.0][:count])],
        "x": list(range(1, count + 1)),
        "x_labels": [str(k) for k in range(1, count + 1)],
        "low": 0,
        "high": 5,
        "title": "Alliance",
        "description": "Five sessions.",
        "id": "alliance",
    }
    return course(**{**given_, **changed})


def parts(svg: str, class_: str) -> list[ET.Element]:
    return [element for element in ET.fromstring(svg).iter() if class_ in element.get("class", "").split()]


def points(d: str) -> Iterator[tuple[float, float]]:
    for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", d):
        yield float(x), float(y)


@st.composite
def courses(draw: st.DrawFn) -> dict[str, object]:
    count = draw(st.integers(0, 30))
    column = st.lists(ANY_VALUE, min_size=count, max_size=count)
    return {
        "series": [Series(draw(ANY_TEXT), draw(column)) for _ in range(draw(st.integers(0, 3)))],
        "x": sorted(draw(st.lists(st.floats(-1e4, 1e4), min_size=count, max_size=count))),
        "x_labels": draw(st.lists(ANY_TEXT, min_size=count, max_size=count)),
        "low": draw(st.floats(-5, 5)),
        "high": draw(st.floats(5, 100)),
        "title": draw(ANY_TEXT),
        "description": draw(ANY_TEXT),
        "lines": [Line(10, draw(ANY_TEXT))],
        "bands": [Band(draw(column), draw(column), draw(ANY_TEXT))],
        "events": [Event(draw(st.floats(-1e4, 1e4)), draw(ANY_TEXT), "strain")],
        "narrow": draw(st.booleans()),
    }


@settings(max_examples=150, deadline=None)
@given(courses())
def test_any_course_is_well_formed_and_carries_no_style(given_: dict[str, object]) -> None:
    svg = course(**given_, id="c")
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    for element in root.iter():
        assert element.tag != f"{SVG}style"
        assert not {"style", "onclick", "onload"} & set(element.attrib)
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>.*?</\1>", "", svg, flags=re.S)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY_VALUE, max_size=40), ANY_TEXT)
def test_any_sparkline_is_well_formed(values: list[float | None], title: str) -> None:
    root = ET.fromstring(sparkline(values, low=0, high=27, title=title))
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"


@settings(max_examples=100, deadline=None)
@given(st.lists(VALUE, min_size=1, max_size=60), st.booleans())
def test_every_point_lies_inside_the_plot(values: list[float | None], narrow: bool) -> None:
    labels = [str(k) for k in range(len(values))]
    svg = drawing(
        series=[Series("PHQ-9", values)], x=range(len(values)), x_labels=labels, low=0, high=27, narrow=narrow
    )
    (left, bottom), (right, _) = points(parts(svg, "chart-axis")[0].attrib["d"])
    top = min(y for line in parts(svg, "chart-grid") for _, y in points(line.attrib["d"]))
    drawn = [p for line in parts(svg, "chart-line") if "M" in line.attrib["d"] for p in points(line.attrib["d"])]
    in_plot = [(x, y) for x, y in drawn if y > top - 10] if narrow else drawn
    assert all(left <= x <= right and y <= bottom for x, y in in_plot)
    # The uppermost round level of 0 to 27 is 25: a value above it at most 2/25 of the plot higher.
    assert all(y >= top - (bottom - top) * 2 / 25 - 0.1 for _, y in in_plot)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 240), st.booleans())
def test_x_labels_never_touch(count: int, narrow: bool) -> None:
    labels = [f"{k} March" for k in range(count)]
    svg = drawing(series=[Series("A", [1.0] * count)], x=range(count), x_labels=labels, narrow=narrow)
    shown = [t for t in parts(svg, "chart-tick") if t.get("text-anchor") == "middle"]
    ends = [(float(t.attrib["x"]), len(t.text or "") * 13 * 0.58 / 2) for t in shown]
    assert all(b - a >= half + next_half for (a, half), (b, next_half) in itertools.pairwise(ends))


def test_names_at_line_ends_keep_apart() -> None:
    svg = drawing(
        series=[Series(name, [3.0] * 5) for name in ("Client", "Therapist", "Partner")], lines=[Line(3, "Cut-off 3")]
    )
    heights = sorted(float(t.attrib["y"]) for t in parts(svg, "chart-label") + parts(svg, "chart-reference-label"))
    assert len(heights) == 4
    assert all(b - a >= 15.9 for a, b in itertools.pairwise(heights))


def test_a_gap_breaks_the_line() -> None:
    (line,) = parts(drawing(), "chart-line")
    assert line.attrib["d"].count("M") == 2
    assert len(parts(drawing(), "chart-mark")) == 4


def test_series_differ_without_colour() -> None:
    svg = drawing(series=[Series(name, [1.0, 2, 3, 4, 5]) for name in "ABC"])
    assert len({line.get("stroke-dasharray") for line in parts(svg, "chart-line")}) == 3
    assert len({mark.tag + str(mark.get("fill")) for mark in parts(svg, "chart-mark")}) == 3


def test_text_is_escaped() -> None:
    evil = "<script>alert('x')</script>&\x00\""
    svg = drawing(
        series=[Series(evil, [1.0] * 5)], title=evil, description=evil, x_labels=[evil] * 5, events=[Event(2, evil)]
    )
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    ET.fromstring(svg)


def test_a_point_can_be_a_link_that_says_its_value() -> None:
    svg = drawing(series=[Series("Client", [3.0, 3.5, None, 2.0, 4.0], ["/s/1", None, "/s/3", "/s/4", "/s/5?a=1&b=2"])])
    links = list(ET.fromstring(svg).iter(f"{SVG}a"))
    assert [link.get("href") for link in links] == ["/s/1", "/s/4", "/s/5?a=1&b=2"]
    assert [link[0].text for link in links] == ["Client, 1: 3", "Client, 4: 2", "Client, 5: 4"]
    assert ET.fromstring(svg).get("role") == "group"
    assert ET.fromstring(drawing()).get("role") == "img"


def test_points_too_close_to_hit_leave_the_keyboard_to_the_table() -> None:
    hrefs = [f"/s/{k}" for k in range(200)]
    svg = drawing(series=[Series("A", [1.0] * 200, hrefs)], x=range(200), x_labels=hrefs)
    assert {link.get("tabindex") for link in parts(svg, "chart-point")} == {"-1"}


@pytest.mark.parametrize("href", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x"])
def test_a_point_never_leads_to_a_script(href: str) -> None:
    with pytest.raises(ValueError, match="scheme"):
        drawing(series=[Series("A", [1.0] * 5, [href] * 5)])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"series": [Series(n, [1.0] * 5) for n in "ABCD"]}, "at most 3"),
        ({"x": [1, 2]}, "one value a series"),
        ({"x": [5, 4, 3, 2, 1]}, "in order"),
        ({"low": 9}, "in order"),
        ({"id": 'a" onload="x'}, "id must"),
        ({"lines": [Line(float("nan"), "x")]}, "finite"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drawing(**changed)


def test_both_shapes_of_a_page_share_no_id() -> None:
    html = course_for_page([], x=[], x_labels=[], low=0, high=5, title="t", description="d", id="one")
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4
    assert "No answers yet" in html


def test_a_value_outside_the_range_widens_it_instead_of_moving() -> None:
    svg = drawing(series=[Series("A", [1.0, 12.0, 1.0, 1.0, 1.0])])
    assert "10" in [t.text for t in parts(svg, "chart-tick")]


def test_many_events_are_named_once() -> None:
    events = [Event(k, "Missed session", "missed") for k in range(1, 100)]
    svg = drawing(series=[Series("A", [1.0] * 100)], x=range(100), x_labels=[""] * 100, events=events)
    assert len(parts(svg, "chart-event-mark")) == 99
    assert len(parts(svg, "chart-event-label")) == 1


def test_a_sparkline_marks_its_last_value() -> None:
    assert len(parts(sparkline([1, None, 3], low=0, high=5, title="t"), "spark-last")) == 1
    assert parts(sparkline([1, 3, None], low=0, high=5, title="t"), "spark-old")
    assert parts(sparkline([None], low=0, high=5, title="t"), "spark-base")


def test_each_kind_of_event_has_a_mark_of_its_own() -> None:
    """Told apart by shape and words, without colour."""
    kinds = ("note", "strain", "repair", "missed", "cancelled", "late")
    marks = [re.findall(r'(<\w+ class="chart-event-mark.*?>)', drawing(events=[Event(2, "x", kind)])) for kind in kinds]
    assert all(marks)
    assert len({mark[0] for mark in marks}) == len(kinds)
