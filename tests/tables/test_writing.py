"""What is written reads back the same, and is harmless in a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accord.errors import TableError
from accord.tables import Row, codebook, read_courses, write_courses
from accord.tables.course import ATTENDED, MISSING
from accord.tables.source import clean

RANGES = {"phq-9": (0.0, 27.0), "alliance": (0.0, 5.0)}
ITEMS = {"phq-9": {str(k): (0.0, 3.0) for k in range(1, 11)}, "alliance": {"trust": (0.0, 5.0)}}

CODE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=12).map(clean)
CODES = (CODE | st.sampled_from(["=1+1", "'=x", "''", "'", "-3", "@a", "+", "a;b", 'say "x"'])).filter(
    lambda code: code not in MISSING
)
ANSWERS = st.dictionaries(st.sampled_from([str(k) for k in range(1, 11)]), st.none() | st.integers(0, 3), min_size=1)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    rows = []
    for line in range(2, draw(st.integers(1, 8)) + 2):
        totals = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    ("phq-9", "client"): st.integers(0, 27).map(float),
                    ("alliance", "therapist"): st.floats(0, 5, allow_subnormal=False),
                },
            )
        )
        answers = draw(st.none() | ANSWERS)
        items = {("phq-9", "client"): answers} if answers and any(a is not None for a in answers.values()) else {}
        attended = draw(st.sampled_from(ATTENDED))
        day = draw(st.none() | st.dates(date(1, 1, 1)))
        rows.append(Row(line, draw(CODES), draw(st.none() | CODES), line, day, attended, totals, items))
    return rows


def complete(rows: list[Row]) -> list[Row]:
    """An item that some row has is a column, so it is open in the rows that do not have it."""
    every = {item for row in rows for answers in row.items.values() for item in answers}
    return [
        replace(row, items={name: {item: answers.get(item) for item in every} for name, answers in row.items.items()})
        for row in rows
    ]


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from(["csv", "parquet"]))
def test_what_is_written_reads_back_the_same(rows: list[Row], format: str) -> None:
    assume(any(row.totals or row.items for row in rows))
    stream = io.BytesIO()
    write_courses(rows, stream, format)
    reading = read_courses(stream.getvalue(), ranges=RANGES, items=ITEMS, fractional={"alliance"})
    assert not reading.refused
    # A code may hold a line break, and then later rows stand on later lines.
    assert [replace(row, line=0) for row in reading.rows] == [replace(row, line=0) for row in complete(rows)]


ROW = Row(
    2, "C1", None, 1, date(2026, 5, 1), "yes", {("phq-9", "client"): 9.0}, {("phq-9", "client"): {"2": 1, "10": 0}}
)


@pytest.mark.parametrize("code", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_code_like_a_formula_is_written_as_text(code: str) -> None:
    stream = io.BytesIO()
    write_courses([replace(ROW, client=code)], stream, "csv")
    written = list(csv.reader(io.StringIO(stream.getvalue().decode())))[1][1]
    assert written == f"'{code}"
    assert read_courses(stream.getvalue(), ranges=RANGES, items=ITEMS).rows[0].client == code


@pytest.mark.parametrize("code", [" C1", "NA", "", "a\0b"])
def test_a_code_that_could_not_be_read_back_is_refused(code: str) -> None:
    with pytest.raises(TableError, match="column 'client'"):
        write_courses([replace(ROW, client=code)], io.BytesIO(), "csv")


def test_a_codebook_stands_beside_the_file(tmp_path: Path) -> None:
    write_courses([ROW], tmp_path / "out.csv", "csv", ranges=RANGES, items=ITEMS)
    lines = list(csv.DictReader((tmp_path / "out.codebook.csv").open(encoding="utf-8")))
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert [line["column"] for line in lines] == header
    assert header[-3:] == ["phq-9.client", "phq-9.client.2", "phq-9.client.10"]
    assert [line["allowed"] for line in lines[-3:]] == ["0 to 27", "0 to 3", "0 to 3"]
    assert codebook([ROW]).decode().splitlines()[0] == "column,label,type,allowed,missing code"


def test_nothing_but_the_names_is_written_for_no_rows() -> None:
    for format in ("csv", "parquet"):
        stream = io.BytesIO()
        write_courses([], stream, format)
        with pytest.raises(TableError, match=r"no rows|no column is named like"):
            read_courses(stream.getvalue(), ranges=RANGES, items=ITEMS)
