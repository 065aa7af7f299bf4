"""What others found: the file is whole, levels are never mixed, r and d are told as each other only where alike."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import DefinitionError, UsageError
from accord.evidence.literature import (
    FROM_MEMORY,
    LEVELS,
    Local,
    beside,
    compare,
    d_from_or,
    d_from_r,
    finding,
    literature,
    or_from_d,
    r_from_d,
    read,
    say,
    table,
    topics,
)

IDS = [
    f"{row}{number}"
    for row, last in zip("EWRDTP", (16, 5, 11, 11, 16, 11), strict=True)
    for number in range(1, last + 1)
]


def test_every_row_of_the_published_table_is_there_once() -> None:
    assert [one.id for one in literature() if "." not in one.id] == IDS
    assert len({one.id for one in literature()}) == len(literature())


@pytest.mark.parametrize(
    ("id", "value", "low", "high", "k", "n"),
    [
        ("E1", 0.278, 0.256, 0.299, 295, 30_000),
        ("E10", 0.38, 0.30, 0.44, 16, 1502),
        ("W2", -1.27, -2.44, -0.10, None, 345),
        ("R1", 0.29, 0.10, 0.47, 11, 1314),
        ("R2", 0.11, -0.09, 0.30, 6, 276),
        ("D1", 0.197, 0.187, 0.207, 669, 83_834),
        ("T1", 0.05, 0.002, 0.29, 20, None),
        ("T8", 0.15, 0.10, 0.20, 58, 21_699),
        ("T8.2", 0.17, 0.11, 0.22, 58, 21_699),
        ("T9", 1.19, 1.03, 1.38, None, None),
        ("P4", 0.41, 0.28, 0.53, 40, 2727),
        ("P7", 0.17, 0.10, 0.23, 17, 886),
    ],
)
def test_numbers_stand_as_published(
    id: str, value: float, low: float, high: float, k: int | None, n: int | None
) -> None:
    one = finding(id)
    assert (one.value, one.low, one.high, one.k, one.n) == (value, low, high, k, n)


def test_what_is_from_memory_is_marked() -> None:
    remembered = {"E3", "E8", "E12", "E13", "E14", "E15", "E16", "W3", "W4", "D3", "T3", "T12", "P8"}
    assert {one.id for one in literature() if not one.confirmed and "." not in one.id} == remembered
    # Numbers remembered beside a row that was read.
    parts = {one.id for one in literature() if not one.confirmed and "." in one.id} - {
        one.id for one in literature() if one.id.split(".")[0] in remembered
    }
    assert parts == {"W1.2", "R9.2", "R9.3", "T6.2", "T6.3", "T6.4", "P9.2"}


# The authors pooled r and d each for itself, so the two agree to rounding only where studies were alike.
TOLD = [("E1", "E1.2", 0.001), *((f"E{n}", f"E{n}.2", 0.008) for n in (5, 6, 7, 8, 13, 14, 16)), ("R2", "R2.2", 0.008)]
POOLED_APART = [("E10", "E10.2", 0.03), ("E12", "E12.2", 0.03), ("R1", "R1.2", 0.03)]


@pytest.mark.parametrize(("r", "d", "within"), TOLD + POOLED_APART)
def test_r_and_d_of_a_source_are_told_as_each_other(r: str, d: str, within: float) -> None:
    assert finding(r).as_d == pytest.approx(finding(d).value, abs=within)
    assert finding(d).as_r == pytest.approx(finding(r).value, abs=within)


def test_the_published_d_of_leaving_early_is_the_r_that_is_quoted_with_it() -> None:
    assert finding("D4").as_r == pytest.approx(0.27, abs=0.006)


def test_conversions_follow_their_formulas() -> None:
    """a = 4 for like groups, (n1 + n2)^2 / (n1 n2) else; one SD of a logistic scale is pi / sqrt 3."""
    assert r_from_d(0.5) == pytest.approx(0.5 / math.sqrt(4.25))
    assert d_from_or(math.exp(math.pi / math.sqrt(3))) == pytest.approx(1.0)
    assert r_from_d(0.5, 30, 90) == pytest.approx(0.5 / math.sqrt(0.25 + 120**2 / 2700))


@given(st.floats(-0.99, 0.99), st.integers(1, 500), st.integers(1, 500))
def test_conversions_go_back_where_they_came_from(r: float, n1: int, n2: int) -> None:
    assert r_from_d(d_from_r(r, n1, n2), n1, n2) == pytest.approx(r, abs=1e-12)
    assert d_from_or(or_from_d(r)) == pytest.approx(r, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: d_from_r(1.0),
        lambda: d_from_r(math.nan),
        lambda: d_from_or(0.0),
        lambda: d_from_or(math.inf),
        lambda: r_from_d(0.5, 0, 3),
        lambda: finding("E99"),
        lambda: finding("W2").as_r,
        lambda: finding("W2.2").as_d,
        lambda: finding("P2").as_d,
        lambda: finding("D1").as_d,
        lambda: finding("E15").as_d,
    ],
)
def test_what_cannot_be_converted_is_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        wrong()


def test_beside_a_result_between_people_stands_none_within() -> None:
    between, within = beside("alliance-outcome, between"), beside("alliance-outcome, within people")
    assert [one.id for one in between] == ["E1", "E1.2"]
    assert [one.id for one in within] == ["W1", "W2", "W2.2"]
    assert [one.id for one in beside("alliance-outcome, within", unconfirmed=True)] == [
        "W1",
        "W1.2",
        "W2",
        "W2.2",
        "W3",
        "W4",
    ]
    assert [one.id for one in beside("gap")] == ["P1", "P3", "P4"]


def test_a_topic_of_several_levels_wants_its_level_named() -> None:
    with pytest.raises(UsageError, match="must not be mixed"):
        beside("alliance-outcome")
    with pytest.raises(UsageError, match="wanted one of alliance-outcome"):
        beside("weather")
    with pytest.raises(UsageError, match="level 'inside'"):
        beside("gap, inside")
    assert beside("gap, within people") == ()


@pytest.mark.parametrize("topic", topics())
def test_every_topic_can_be_asked_for(topic: str) -> None:
    levels = {one.level for one in literature() if one.topic == topic and one.print}
    assert all(beside(f"{topic}, {level}", unconfirmed=True) for level in levels)


def test_what_is_not_to_be_shown_never_is() -> None:
    hidden = finding("T13")
    assert not hidden.print
    assert hidden not in beside("foreseeing-deterioration", unconfirmed=True)
    assert table([hidden])["rows"] == []
    with pytest.raises(UsageError, match="may not be shown"):
        say(hidden)


@pytest.mark.parametrize("id", [one.id for one in literature() if one.print])
def test_everything_that_is_said_names_its_level_and_source_and_what_is_remembered(id: str) -> None:
    one = finding(id)
    said = say(one)
    assert said.startswith(LEVELS[one.level])
    assert one.source in said
    assert (FROM_MEMORY in said) == (not one.confirmed)
    assert one.caution in said


def test_a_sentence_reads_as_one() -> None:
    assert say(finding("P7")) == (
        "Comparing people with each other: secure attachment and alliance: r 0.17 (0.10 to 0.23) "
        "(17 studies, 886 people; Diener & Monroe 2011). Larger where clients rate the alliance."
    )
    assert "5% (from 0.2% to 29%)" in say(finding("T1"))


def test_a_local_result_is_compared_with_its_own_level_alone() -> None:
    local = Local("r", 0.31, 0.12, 0.48, "between people")
    assert compare(local, finding("E1")) == (
        "Here: r 0.31 (0.12 to 0.48). Elsewhere: r 0.278 (0.256 to 0.299). "
        "The two intervals overlap: nothing says that it is different here."
    )
    for other in ("W2.2", "P2", "T1"):
        with pytest.raises(UsageError, match="not alike"):
            compare(local, finding(other))
    with pytest.raises(UsageError, match="same kind"):
        compare(local, finding("D10"))


def test_a_local_d_is_set_beside_a_published_r_on_its_own_scale() -> None:
    said = compare(Local("d", 0.20, 0.05, 0.35, "between people"), finding("E1"))
    assert "Elsewhere: d 0.58 (0.53 to 0.63) (published as r 0.278 (0.256 to 0.299))" in said
    assert "The number here is lower" in said
    assert "higher" in compare(Local("r", 0.61, 0.55, 0.70, "between people"), finding("E1"))
    assert "not compared further" in compare(Local("r", 0.5, 0.4, 0.6, "between people"), finding("E11"))


def test_the_table_is_of_plain_cells() -> None:
    told = table(beside("therapist-effect"))
    assert len(told["rows"]) == 5
    assert all(len(row) == len(told["columns"]) and all(isinstance(cell, str) for cell in row) for row in told["rows"])


GOOD = """
[[finding]]
id = "X1"
topic = "t"
level = "between people"
what = "w"
kind = "r"
value = 0.2
source = "s"
confirmed = true
"""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("value = 0.2", "value = 1.2"), "value"),
        (("value = 0.2", "value = '0.2'"), "value"),
        (("value = 0.2", "value = nan"), "value"),
        (("value = 0.2", ""), "value"),
        (("value = 0.2", "value = 0.2\nlow = 0.1"), "high"),
        (("value = 0.2", "value = 0.2\nlow = 0.3\nhigh = 0.4"), "low"),
        (("value = 0.2", "value = 0.2\nk = 0"), "k"),
        (("value = 0.2", "value = 0.2\nn = 1.5"), "n"),
        (("value = 0.2", "value = 0.2\nprint = false"), "caution"),
        (("value = 0.2", "value = 0.2\nspread = 'sd'"), "spread"),
        (("value = 0.2", "value = 0.2\nyear = 2011"), "year"),
        (('kind = "r"', 'kind = "q"'), "kind"),
        (('kind = "r"', 'kind = "words"'), "said"),
        (('level = "between people"', 'level = "anywhere"'), "level"),
        (('source = "s"', ""), "source"),
        (("confirmed = true", ""), "confirmed"),
        (('id = "X1"', ""), "id"),
        (("confirmed = true", "confirmed = true\n[[finding.also]]\nvalue = 0.3"), "what"),
        (("confirmed = true", "confirmed = true\n[[finding.also]]\nwhat = 'v'"), "value"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_file_and_field(tmp_path: Path, change: tuple[str, str], field: str) -> None:
    path = tmp_path / "more.toml"
    path.write_text(GOOD.replace(*change))
    with pytest.raises(DefinitionError) as told:
        read(path)
    assert told.value.file == "more.toml"
    assert told.value.field.rsplit(".", 1)[-1] == field


def test_an_id_stands_once_and_a_file_is_toml(tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text(GOOD)
    assert [one.id for one in read(path)] == ["X1"]
    for wrong, told in ((GOOD + GOOD, "second time"), ("[[finding", "not TOML"), (f"more = 1\n{GOOD}", "not a field")):
        path.write_text(wrong)
        with pytest.raises(DefinitionError, match=told):
            read(path)
