"""Many courses at once: well-formed, inside the plot, on one scale, and told apart without colour."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.charts import Band, Event, Panel, many, many_for_page
from tests.test_charts import ANY_TEXT, ANY_VALUE, SVG, parts, points


def panel(name: str = "Usual", **changed: object) -> Panel:
    bands = [Band([0.0, 1, 1], [5.0, 5, 4], "8 in 10"), Band([1.0, 2, 2], [4.0, 4, 3], "half of them")]
    return Panel(**{"name": name, "middle": [2.0, 3.0, 2.5], "bands": bands, "singles": [[1, 2, 3]], **changed})  # type: ignore[arg-type]


def drawing(*panels: Panel, **changed: object) -> str:
    given_ = {"x": [1, 2, 3], "x_labels": ["1", "2", "3"], "low": 0, "high": 5, "title": "t", "description": "d"}
    return many(panels or (panel(), panel("Changed")), **{**given_, "id": "m", **changed})  # type: ignore[arg-type]


@st.composite
def crowds(draw: st.DrawFn) -> dict[str, object]:
    count = draw(st.integers(0, 20))
    column = st.lists(ANY_VALUE, min_size=count, max_size=count)
    panels = [
        Panel(
            draw(ANY_TEXT),
            draw(column),
            [Band(draw(column), draw(column), draw(ANY_TEXT)) for _ in range(draw(st.integers(0, 2)))],
            [draw(column) for _ in range(draw(st.integers(0, 4)))],
            [Event(draw(st.floats(-1e4, 1e4)), draw(ANY_TEXT), "strain") for _ in range(draw(st.integers(0, 2)))],
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    x = sorted(draw(st.lists(st.floats(-1e4, 1e4), min_size=count, max_size=count)))
    labels = draw(st.lists(ANY_TEXT, min_size=count, max_size=count))
    return {"panels": panels, "x": x, "x_labels": labels, "narrow": draw(st.booleans())}


@settings(max_examples=100, deadline=None)
@given(crowds(), ANY_TEXT)
def test_any_crowd_is_well_formed_and_carries_no_style(given_: dict[str, object], words: str) -> None:
    svg = many(**given_, low=0, high=5, title=words, description=words, id="c", x_title=words, single=words)  # type: ignore[arg-type]
    root = ET.fromstring(svg)
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert not [element for element in root.iter() if {"style", "onclick", "onload"} & set(element.attrib)]
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>.*?</\1>", "", svg, flags=re.S)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.floats(0, 27), min_size=6, max_size=6), min_size=1, max_size=9), st.booleans())
def test_every_line_lies_inside_its_panel(courses: list[list[float]], narrow: bool) -> None:
    panels = [Panel(name, courses[0], (), courses) for name in "AB"]
    svg = many(
        panels, x=range(6), x_labels=list("123456"), low=0, high=27, title="t", description="d", id="m", narrow=narrow
    )
    axes = [list(points(axis.attrib["d"])) for axis in parts(svg, "chart-axis") if "L" in axis.attrib["d"]]
    left, right = min(x for axis in axes for x, _ in axis), max(x for axis in axes for x, _ in axis)
    bottom = max(y for axis in axes for _, y in axis)
    for line in parts(svg, "chart-single"):
        assert all(left <= x <= right and y <= bottom for x, y in points(line.attrib["d"]) if y > 60)


def test_the_first_middle_is_drawn_again_in_the_second_panel_to_compare() -> None:
    first, again, own = [line for line in parts(drawing(), "chart-line") if line.attrib["d"].count("L") > 1]
    assert first.get("stroke-dasharray") == again.get("stroke-dasharray") is not None
    assert own.get("stroke-dasharray") is None
    heights = [[y for _, y in points(line.attrib["d"])] for line in (first, again)]
    assert heights[0] == heights[1]


def test_both_panels_share_one_scale_even_where_one_lies_outside() -> None:
    svg = drawing(panel(), panel("Far", middle=[2.0, 40.0, 2.0]))
    levels = [tick.text for tick in parts(svg, "chart-tick") if tick.get("text-anchor") == "end"]
    assert "40" in levels


def test_a_course_that_stops_early_ends_in_a_dot() -> None:
    key = 1
    assert len(parts(drawing(panel(singles=[[1, 2, 3]])), "chart-stop")) == key
    assert len(parts(drawing(panel(singles=[[1, 2, None], [None] * 3])), "chart-stop")) == key + 1


def test_the_key_names_every_kind_of_mark() -> None:
    words = [word.text for word in parts(drawing(), "chart-key")]
    assert words == ["middle: Usual", "middle: Changed", "half of them", "8 in 10", "single courses, to their end"]


def test_one_panel_and_an_empty_one_can_be_drawn() -> None:
    assert len(parts(drawing(panel(singles=[])), "chart-panel")) == 1
    assert "Nothing to draw" in drawing(panel(middle=[None] * 3))


@pytest.mark.parametrize(
    ("panels", "changed", "said"),
    [
        ([panel()] * 3, {}, "one or two panels"),
        ([panel(middle=[1.0])], {}, "one value a line"),
        ([panel()], {"x": [3, 2, 1]}, "in order"),
        ([panel(events=[Event(float("nan"), "x")])], {}, "finite"),
        ([panel()], {"id": 'a" onload="x'}, "id must"),
    ],
)
def test_what_cannot_be_drawn_is_refused(panels: list[Panel], changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        drawing(*panels, **changed)


def test_both_shapes_of_a_page_share_no_id() -> None:
    html = many_for_page(
        [panel()], x=[1, 2, 3], x_labels=["1", "2", "3"], low=0, high=5, title="t", description="d", id="one"
    )
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4
