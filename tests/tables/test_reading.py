"""Reading a course table: each reason for keeping something out, once."""

import io
from datetime import date
from pathlib import Path

import pytest

from accord.errors import TableError
from accord.tables import Map, Reading, Reason, read_courses

RANGES = {"phq-9": (0.0, 27.0), "alliance": (0.0, 5.0)}
ITEMS = {"phq-9": {str(k): (0.0, 3.0) for k in range(1, 10)}, "alliance": {"trust": (0.0, 5.0)}}


def read(table: str | bytes, map_: str | None = None) -> Reading:
    source = table if isinstance(table, bytes) else table.encode()
    given = Map.parse(map_) if map_ is not None else None
    return read_courses(source, given, ranges=RANGES, items=ITEMS, fractional={"alliance"})


def one(table: str, map_: str | None = None) -> tuple[Reason, str, bool]:
    (refusal,) = read(table, map_).refused
    return refusal.reason, refusal.what, refusal.whole_row


def test_a_table_with_its_own_names_needs_no_map() -> None:
    (row,) = read(
        "therapist,client,session,held_on,attended,phq-9.client,phq-9.client.1,phq-9.client.2,alliance.therapist\n"
        "T1,C1,3,2026-02-03,yes,11,2,,3.25\n"
    ).rows
    assert (row.line, row.client, row.therapist, row.session) == (2, "C1", "T1", 3)
    assert (row.held_on, row.attended) == (date(2026, 2, 3), "yes")
    assert row.totals == {("phq-9", "client"): 11, ("alliance", "therapist"): 3.25}
    assert row.items == {("phq-9", "client"): {"1": 2, "2": None}}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_commas_semicolons_tabs_and_a_byte_order_mark(delimiter: str, end: str, start: bytes) -> None:
    table = f"client,session,phq-9.client{end}C1,1,9{end}{end}C2,1,10{end}".replace(",", delimiter)
    rows = read(start + table.encode()).rows
    assert [(row.line, row.client) for row in rows] == [(2, "C1"), (4, "C2")]


def test_a_path_bytes_and_streams_are_the_same(tmp_path: Path) -> None:
    table = "client,session,phq-9.client\nC1,1,9\n"
    (tmp_path / "t.csv").write_text(table)
    sources = [tmp_path / "t.csv", table.encode(), io.StringIO(table), io.BytesIO(table.encode())]
    assert len({read_courses(source, ranges=RANGES, items=ITEMS).rows[0].line for source in sources}) == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",1,9", (Reason.NO_CLIENT, "no client's code", True)),
        ("C1,,9", (Reason.NO_OCCASION, "neither a session number nor a day", True)),
        ("C1,0,9", (Reason.NOT_A_SESSION, "a session is a whole number from 1", True)),
        ("C1,1.5,9", (Reason.NOT_A_SESSION, "a session is a whole number from 1", True)),
        ("C1,1,-1", (Reason.BELOW, "below the lowest possible total (0)", False)),
        ("C1,1,28", (Reason.ABOVE, "above the highest possible total (27)", False)),
        ("C1,1,9.5", (Reason.NOT_WHOLE, "not a whole number", False)),
        ("C1,1,nine", (Reason.NOT_A_NUMBER, "not a number", False)),
        ("C1,1,1_0", (Reason.NOT_A_NUMBER, "not a number", False)),
        ("C1,1,inf", (Reason.NOT_A_NUMBER, "not a number", False)),
        ("C1,1,٣", (Reason.NOT_A_NUMBER, "not a number", False)),
        ("C1,1,=1+1", (Reason.NOT_A_NUMBER, "not a number", False)),
        ("C1,1,NaN", (Reason.NOTHING, "no score and no attendance: nothing to bring in", True)),
    ],
)
def test_each_reason(row: str, expected: tuple[Reason, str, bool]) -> None:
    assert one(f"client,session,phq-9.client\n{row}\n") == expected


def test_what_stands_twice_is_taken_from_its_first_line() -> None:
    reading = read("client,session,phq-9.client,alliance.client\nC1,1,9,\nC1,1,10,4\nC1,1,9,\n")
    assert [(row.line, dict(row.totals)) for row in reading.rows] == [
        (2, {("phq-9", "client"): 9}),
        (3, {("alliance", "client"): 4}),
    ]
    assert [(r.line, r.reason) for r in reading.refused] == [(3, Reason.DUPLICATE), (4, Reason.DUPLICATE)]
    assert "already on line 2" in reading.refused[0].what


def test_a_refused_answer_keeps_out_its_measure_and_nothing_else() -> None:
    reading = read("client,session,phq-9.client,phq-9.client.1,phq-9.client.2,alliance.client\nC1,1,9,2,7,4\n")
    assert reading.rows[0].totals == {("alliance", "client"): 4}
    assert not reading.rows[0].items
    assert [str(r) for r in reading.refused] == [
        "line 2, column 'phq-9.client.2': above the highest possible answer (3) (cell kept out)"
    ]


def test_a_missed_session_is_a_row_without_scores() -> None:
    reading = read("client,session,attended,phq-9.client\nC1,1,no,\nC1,1,no,\nC1,2,perhaps,3\n")
    assert [(row.session, row.attended) for row in reading.rows] == [(1, "no"), (2, None)]
    assert [r.reason for r in reading.refused] == [Reason.DUPLICATE, Reason.NOT_A_WORD]


def test_codes_are_trimmed_and_put_in_one_unicode_form() -> None:
    reading = read("client,session,phq-9.client\n Zoe\u0301 ,1,9\nZo\u00e9,1,9\n")
    assert reading.rows[0].client == "Zo\u00e9"
    assert reading.reasons() == {Reason.DUPLICATE: 1}


COUNTED = """
columns.client = "who"
measures."phq-9.client" = "score"
occasion = { column = "month", unit = "month", start = 2012-01-31 }
"""


@pytest.mark.parametrize(
    ("unit", "count", "day"),
    [
        ("month", "0", date(2012, 1, 15)),
        ("month", "13", date(2013, 2, 15)),
        ("month", "1.0", date(2012, 2, 15)),
        ("day", "17", date(2012, 2, 1)),
        ("week", "1", date(2012, 1, 22)),
        ("year", "2", date(2014, 1, 15)),
        ("month", "End", date(2012, 6, 15)),
    ],
)
def test_days_are_counted_from_the_stated_start(unit: str, count: str, day: date) -> None:
    map_ = COUNTED.replace('"month", start = 2012-01-31', f'"{unit}", start = 2012-01-15, labels = {{ End = 5 }}')
    assert read(f"who,month,score\nC1,{count},9\n", map_).rows[0].held_on == day


def test_labels_without_a_meaning_and_impossible_counts_are_refused() -> None:
    map_ = COUNTED.replace("2012-01-31", "2012-01-15")
    assert one("who,month,score\nC1,Post-Rx,9\n", map_)[:2] == (
        Reason.LABEL,
        "month label 'Post-Rx' has no meaning in the map",
    )
    assert one("who,month,score\nC1,-1,9\n", map_)[0] is Reason.NOT_A_DATE
    assert one("who,month,score\nC1,999999999,9\n", map_)[0] is Reason.NOT_A_DATE


@pytest.mark.parametrize(
    ("order", "cell", "day"),
    [
        ("iso", "2026-05-31", date(2026, 5, 31)),
        ("day first", "31/05/2026", date(2026, 5, 31)),
        ("day first", "3.4.2026", date(2026, 4, 3)),
        ("month first", "3/4/2026", date(2026, 3, 4)),
        ("iso", "03/04/2026", None),
        ("day first", "05/31/2026", None),
        ("day first", "3/4/26", None),
        ("iso", "2026-02-30", None),
        ("iso", "2026-05-31 14:30", None),
    ],
)
def test_dates_are_never_guessed(order: str, cell: str, day: date | None) -> None:
    map_ = f'dates.order = "{order}"\ncolumns = {{ client = "c", held_on = "d" }}\nmeasures."phq-9.client" = "s"'
    reading = read(f"c,d,s\nC1,{cell},9\n", map_)
    assert [row.held_on for row in reading.rows] == ([day] if day else [])
    assert set(reading.reasons()) == (set() if day else {Reason.NOT_A_DATE})


def test_words_for_attendance_come_from_the_map() -> None:
    map_ = 'columns = { client = "c", session = "n", attended = "came" }\nattended = { DNA = "no" }'
    assert [r.attended for r in read("c,n,came\nC1,1,DNA\nC1,2,late\n", map_).rows] == ["no", "late"]


def test_a_reading_says_what_it_left_aside() -> None:
    reading = read("client,session,phq-9.client,note\nC1,1,9,private words\n")
    assert reading.ignored_columns == ("note",)
    assert "private" not in repr(reading)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n \n", "empty"),
        (b"client,session,phq-9.client\n", "no rows"),
        (b"client,session,session\nC1,1,2\n", "stands twice"),
        (b"client,,phq-9.client\nC1,1,2\n", "column 2 of 3 has no name"),
        (b"client,session,phq-9.client\nC1,1\n", "row 2: has 2 cells, and the header has 3"),
        (b"client,session,phq-9.client\nC1,1,2\nC1,1,2,3\n", "row 3: has 4 cells"),
        (b"client,session,phq-9.client\nC\x001,1,2\n", "row 2: holds a NUL byte"),
        (b"client,session,phq-9.client\nJos\xe9,1,2\n", "row 2: the text is not UTF-8"),
        (b'client,session,phq-9.client\n"C1,1,2\n', "row 2: cannot be read as CSV"),
        (b'client,session,phq-9.client\n"C1"x,1,2\n', "row 2: cannot be read as CSV"),
        (b"x" * 10_000_000, "cannot be read as CSV|no column 'client'"),
        (b"x," * 5_000_000, "more than 5,000"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        ("client".encode("utf-16"), "UTF-16"),
        (b"PAR1 and no more", "Parquet"),
        (b"name,session,phq-9.client\nC1,1,2\n", "no column 'client', and no map was given"),
        (b"client,session,phq9\nC1,1,2\n", "no column is named like"),
        (b"client,session,phq9.client\nC1,1,2\n", "no measure 'phq9' is known; known: alliance, phq-9"),
        (b"client,session,phq-9.client.10\nC1,1,2\n", "phq-9 has no item '10'; it has: 1, 2"),
    ],
)
def test_what_is_no_table_gives_one_clear_error(table: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said) as caught:
        read(table)
    assert len(str(caught.value)) < 500


def test_a_missing_file_and_a_missing_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"cannot read .*none\.csv"):
        read_courses(tmp_path / "none.csv", ranges={}, items={})
    with pytest.raises(TableError, match=r"key 'columns.client': the table has no column 'patiant'; it has: patient"):
        read("patient,n,s\n1,1,1\n", 'columns = { client = "patiant", session = "n" }\nmeasures."phq-9.client" = "s"')
