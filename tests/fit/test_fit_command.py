"""`accord fit`: the contract of --json, both inputs, every bad cell named, and what people see."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from accord.cli import main

HEAD = "id,verified,licensed_until,methods,places,free_from,regions,languages,formats,fee,lead,words\n"
THERAPISTS = HEAD + (
    "vera,yes,2027-03-31,cbt;erp,2,,CA,English;Spanish,in person;video,120,-2,We take clear steps\n"
    "tomas,yes,2026-12-31,cbt,1,2026-07-01,CA; NV,English,video,90,3,Humour and patience\n"
    "ada,yes,2026-05-30,cbt,3,,CA,English,video,80,-3,\n"
    "noor,yes,2028-01-01,psychodynamic,1,,CA,English,in person,150,2,I listen\n"
)
NEEDS = {"concerns": ["panic"], "region": "CA", "formats": ["video"], "lead": -3, "at_ease": "humour, and clear steps"}
PEOPLE = (
    "id,concerns,region,lead,since,note\n"
    "p1,panic,CA,-3,2026-01-01,x\np2,depression;panic,CA,2,2026-03-01,\np3,trauma,CA,,,\n"
)
ON = ("--on", "2026-05-31")


@pytest.fixture
def therapists(tmp_path: Path) -> Path:
    return written(tmp_path / "therapists.csv", THERAPISTS)


@pytest.fixture
def needs(tmp_path: Path) -> Path:
    return written(tmp_path / "needs.json", json.dumps(NEEDS))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def told(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    assert run(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_rank_keeps_its_contract(needs: Path, therapists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "fit", "rank", needs, therapists, *ON, "--seed", 4)
    assert [list(each) for each in found["shortlist"]] == [["id", "reasons", "differs"]] * 2
    assert [each["id"] for each in found["shortlist"]] == ["vera", "tomas"]
    assert found["excluded"] == {"credential": 1, "expertise": 1, "format": 1}
    vera, tomas = found["shortlist"]
    assert "leads and gives things to try, as you would like" in vera["reasons"]
    assert any("somebody who leads" in each for each in tomas["differs"])
    assert "can begin on 2026-07-01" in tomas["differs"]
    assert found["relaxed"] == []


def test_assign_keeps_its_contract(tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "fit", "assign", written(tmp_path / "people.csv", PEOPLE), therapists, *ON)
    assert list(found) == ["assigned", "unassigned", "total"]
    assert {each["person"]: each["therapist"] for each in found["assigned"]}["p1"] == "vera"
    assert [each["person"] for each in found["unassigned"]] == ["p3"]
    assert found["unassigned"][0]["reason"].startswith("nobody passes")
    assert isinstance(found["total"], float)


def test_parquet_with_lists_and_a_json_list_of_people_do_as_well(
    tmp_path: Path, therapists: Path, needs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pl.read_csv(therapists, try_parse_dates=True)
    for name in ("methods", "regions", "languages", "formats"):
        table = table.with_columns(pl.col(name).str.split(";"))
    table.write_parquet(tmp_path / "therapists.parquet")
    plain = told(capsys, "fit", "rank", needs, therapists, *ON)
    assert told(capsys, "fit", "rank", needs, tmp_path / "therapists.parquet", *ON) == plain
    people = written(tmp_path / "people.json", json.dumps([NEEDS | {"id": "p1", "since": "2026-01-01"}]))
    assert told(capsys, "fit", "assign", people, tmp_path / "therapists.parquet", *ON)["assigned"] == [
        {"person": "p1", "therapist": "vera"}
    ]


def test_each_of_the_two_can_come_from_standard_input(
    needs: Path, therapists: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = told(capsys, "fit", "rank", needs, therapists, *ON)
    typed(monkeypatch, json.dumps(NEEDS))
    assert told(capsys, "fit", "rank", "-", therapists, *ON) == plain
    typed(monkeypatch, THERAPISTS)
    assert told(capsys, "fit", "rank", needs, "-", *ON) == plain
    typed(monkeypatch, PEOPLE)
    assert len(told(capsys, "fit", "assign", "-", therapists, *ON)["assigned"]) == 2
    assert run("fit", "rank", "-", "-") == 2


def test_a_misspelt_column_is_named_instead_of_being_a_limit_that_nobody_sees(
    tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = written(tmp_path / "people.csv", "ID,concerns,langauges\np1,panic,Welsh\n")
    assert run("fit", "assign", people, therapists, *ON, "--json") == 0
    assert "passed over langauges" in capsys.readouterr().err
    assert run("fit", "assign", written(tmp_path / "p.csv", "ID,concerns\np1,panic\n"), therapists, *ON) == 0
    assert capsys.readouterr().err == ""


def test_every_bad_cell_is_named_and_nothing_stands_on_stdout(
    tmp_path: Path, needs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = written(
        tmp_path / "bad.csv",
        HEAD + "vera,maybe,2027-03-31,cbt,2,,,,,,,\nvera,yes,31/03/2027,hypnosis,1.5,soon,,,zoom,-4,7,\n,,,,,,,,,,,\n",
    )
    assert run("fit", "rank", needs, bad, *ON, "--json") == 1
    out, err = capsys.readouterr()
    assert out == ""
    for cell in (
        "row 1, column verified: got maybe, wanted yes or no",
        "row 2, column id: got vera, wanted one row for each; it stands there already",
        "row 2, column licensed_until: got 31/03/2027, wanted a day such as 2026-05-31",
        "row 2, column methods: got hypnosis, wanted words out of cbt",
        "row 2, column places: got 1.5, wanted a whole number",
        "row 2, column free_from: got soon",
        "row 2, column formats: got zoom, wanted words out of in person, video, phone, text",
        "row 2, column fee: got -4, wanted an amount, 0 or more",
        "row 2, column lead: got 7, wanted a whole number from -3 to 3",
        "row 3, column id: is empty",
        "row 3, column verified: is empty, wanted yes or no",
        "row 3, column licensed_until: is empty",
        "row 3, column places: is empty",
        "3 rows of",
    ):
        assert cell in err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "field concerns: is missing"),
        ({"concerns": ["blues"]}, "field concerns: got 'blues', wanted one of depression"),
        ({"concerns": ["panic", "ocd", "grief", "eating"]}, "field concerns: got 4, wanted one to three"),
        ({"concerns": ["panic"], "langauges": ["English"]}, "field langauges: is not a field of needs"),
        ({"concerns": ["panic"], "lead": 2.5}, "field lead: got 2.5, wanted a whole number from -3 to 3"),
        ({"concerns": ["panic"], "lead": True}, "field lead: got True"),
        ({"concerns": ["panic"], "fee": "cheap"}, "field fee: got 'cheap', wanted an amount, 0 or more"),
        ({"concerns": ["panic"], "fee": -1}, "field fee: got -1"),
        ({"concerns": ["panic"], "times": ["midnight"]}, "field times: got 'midnight', wanted one of mon morning"),
        ({"concerns": ["panic"], "within_km": 5}, "field within_km: is a distance without a place"),
        ({"concerns": ["panic"], "since": "May"}, "field since: got 'May', wanted a day such as 2026-05-31"),
        ({"concerns": 3}, "field concerns: got 3, wanted a list of words"),
        ([1], "got a list, wanted one JSON object"),
    ],
)
def test_needs_that_cannot_be_used_are_named_by_field(
    wrong: object, said: str, tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "rank", written(tmp_path / "n.json", json.dumps(wrong)), therapists, *ON) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_people_that_cannot_be_used_are_named_by_row(
    tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = written(tmp_path / "people.csv", "id,concerns,lead\np1,panic,9\np1,blues,\n,panic,\n")
    assert run("fit", "assign", people, therapists, *ON) == 1
    out, err = capsys.readouterr()
    assert out == ""
    for cell in ("row 1, column lead", "row 2, column concerns", "row 2, column id", "row 3, column id"):
        assert cell in err


@pytest.mark.parametrize(
    "words", [("missing.json", "t.csv"), ("n.json", "missing.csv"), ("n.json", "t.csv", "--on", "May")]
)
def test_a_wrong_call_is_exit_code_2(words: tuple[str, ...], tmp_path: Path) -> None:
    written(tmp_path / "n.json", json.dumps(NEEDS))
    written(tmp_path / "t.csv", THERAPISTS)
    files = [tmp_path / word if "." in word else word for word in words]
    assert run("fit", "rank", *files) == 2


def test_a_missing_column_and_broken_json_are_the_datas_fault(
    tmp_path: Path, needs: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "rank", needs, written(tmp_path / "t.csv", "id,verified\nvera,yes\n")) == 1
    assert "column 'licensed_until'" in capsys.readouterr().err
    assert run("fit", "rank", written(tmp_path / "n.json", "{'concerns'"), therapists) == 1
    assert "line 1" in capsys.readouterr().err


def test_people_see_reasons_and_how_many_were_kept_out(
    needs: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "rank", needs, therapists, *ON) == 0
    out = capsys.readouterr().out
    assert "+ licence verified" in out
    assert "2 pass. Kept out (who fails two is in both): credential 1, expertise 1, format 1." in out
    assert "Free words were compared by" in out
    assert "%" not in out


def test_brackets_in_a_name_stay_brackets(
    tmp_path: Path, needs: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = written(tmp_path / "odd.csv", THERAPISTS.replace("vera", "[/a] [red]v"))
    assert run("fit", "rank", needs, odd, *ON) == 0
    assert "[red]v" in capsys.readouterr().out


def test_when_nobody_passes_the_way_out_is_printed(
    tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = written(tmp_path / "n.json", json.dumps({"concerns": ["panic"], "languages": ["Spanish"], "fee": 100}))
    assert run("fit", "rank", asked, therapists, *ON) == 0
    out = capsys.readouterr().out
    assert "1 therapist would fit if it could cost more" in out
    assert "1 therapist would fit if another language would do" in out
    assert told(capsys, "fit", "rank", asked, therapists, *ON)["shortlist"] == []


def test_people_see_who_goes_to_whom_and_why_not(
    tmp_path: Path, therapists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "assign", written(tmp_path / "people.csv", PEOPLE), therapists, *ON) == 0
    out = capsys.readouterr().out
    assert "2 placed, 1 not" in out
    assert "nobody passes" in out


def test_concerns_and_schema_say_what_a_file_may_hold(capsys: pytest.CaptureFixture[str]) -> None:
    rows = told(capsys, "fit", "concerns")
    assert {each["concern"] for each in rows} >= {"depression", "not-sure"}
    assert all(each["confirmed"] is False for each in rows if each["method"])
    assert "cbt-i" in {each["method"] for each in told(capsys, "fit", "concerns", "--methods")}
    assert run("fit", "schema") == 0
    out = capsys.readouterr().out
    for word in ("licensed_until", "at_ease", "within_km", "free_from", "since"):
        assert f"`{word}`" in out


def test_the_schema_names_every_field_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    from accord.fit.asking import FIELDS
    from accord.fit.table import COLUMNS

    run("fit", "schema")
    out = capsys.readouterr().out
    assert [name for name in (*FIELDS, *COLUMNS.values()) if f"`{name}`" not in out] == []


def test_the_page_on_formats_says_what_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    run("fit", "schema")
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len(rows) > 30
    assert [row for row in rows if row not in page] == []
