"""`accord alliance read`: the contract of --json, aliases, bad rows, and what people see."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from accord.cli import main

VECTOR = (5.2, 5.4, 5.3, 5.5, 5.4, 3.9, 4.2, 5.3)
HEAD = "client,session,alliance.client\n"
TABLE = HEAD + "".join(f"ada,{number},{rating}\n" for number, rating in enumerate(VECTOR, 1)) + "007,1,4\n007,2,\n"
GIVEN = ("--sd-within", "0.35", "--reliable-drop", "0.8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(TABLE)
    return path


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


def rows(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict]:
    assert run("alliance", "read", *words, "--json") == 0
    told: list[dict] = json.loads(capsys.readouterr().out)
    return told


def test_json_keeps_its_contract(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = rows(capsys, file, "--client", "client", "--session", "session", "--score", "alliance.client", *GIVEN)
    assert list(told[0]) == ["client", "session", "value", "z", "z_frozen", "signal", "repair", "reason"]
    ada = told[:8]
    assert [each["z"] for each in ada[1:]] == pytest.approx([0.404, 0, 0.495, 0, -3.712, -1.815, 1.979], abs=5e-4)
    assert [each["z_frozen"] for each in ada[5:]] == pytest.approx([-3.712, -2.969, -0.247], abs=5e-4)
    assert [each["signal"] for each in ada] == [None] * 5 + ["alert", None, None]
    assert [each["repair"] for each in ada] == [None] * 5 + ["open", "open", "repaired"]
    assert [each["reason"] is not None for each in ada] == [False] * 5 + [True] * 3
    assert told[9] == dict.fromkeys(told[9]) | {"client": "007", "session": 2}


def test_parquet_and_whole_numbers_as_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.parquet"
    pl.DataFrame({"client": [1] * 8, "session": range(1, 9), "alliance.client": VECTOR}).write_parquet(path)
    told = rows(capsys, path, *GIVEN)
    assert [each["client"] for each in told] == [1] * 8
    assert told[5]["signal"] == "alert"


@pytest.mark.parametrize("score", ["alliance_client", "Alliance.Client", "alliance-client"])
def test_columns_have_aliases(file: Path, score: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(rows(capsys, file, "--score", score, *GIVEN)) == 10


def test_bad_rows_are_named_and_nothing_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(HEAD + "a,1,4\na,1,5\n,2,4\na,x,4\na,3,high\na,0,4\na,,4\na,5,inf\n")
    assert run("alliance", "read", path, "--json") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[:-1] == [
        "accord: row 2, column session: client a has session 1 already; a session has one row",
        "accord: row 3, column client: is empty, wanted who it was",
        "accord: row 4, column session: got x, wanted a whole number from 1",
        "accord: row 5, column alliance.client: got high, wanted a number, or nothing",
        "accord: row 6, column session: got 0, wanted a whole number from 1",
        "accord: row 7, column session: is empty, wanted a whole number from 1",
        "accord: row 8, column alliance.client: got inf, wanted a number, or nothing",
    ]
    assert "7 rows cannot be used" in said.err


def test_people_see_the_signals_and_a_count(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alliance", "read", file, *GIVEN) == 0
    said = capsys.readouterr()
    assert "3.9 is 1.5 below the mean of the last 3 ratings (5.4)" in " ".join(said.out.split())
    assert "2 courses, 9 rated sessions: 1 signal (1 alert, 0 watch) in 1 course." in said.out
    assert "not a verdict" in said.out
    assert said.err == ""


def test_defaults_are_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alliance", "read", file) == 0
    assert "default for the Alliance check-in" in capsys.readouterr().err


def test_an_sd_from_the_file_warns(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alliance", "read", file, "--sd-from-file", "--reliable-drop", "0.8") == 0
    assert "has seen the sessions after it" in capsys.readouterr().err
    assert run("alliance", "read", file, "--sd-from-file", "--sd-within", "1") == 2


def test_methods_by_name(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = rows(capsys, file, *GIVEN, "--method", "i-chart")
    assert [each["session"] for each in told if each["signal"]] == [6]
    assert run("alliance", "read", file, "--method", "own-sd") == 2
    assert "looks ahead" in capsys.readouterr().err


def test_the_page_needs_nothing_beside_it(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "page.html"
    assert run("alliance", "read", file, *GIVEN, "--html", out) == 0
    page = out.read_text()
    assert page.count("<section>") == 1
    assert "scores returned: 5.3 reaches" in page
    assert "<svg" in page
    assert "<script" not in page
    # Names of XML vocabularies are not fetched; nothing else may point outside.
    assert set(re.findall(r"https?://[^\"' )]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_names_are_written_as_text(tmp_path: Path) -> None:
    path, out = tmp_path / "odd.csv", tmp_path / "page.html"
    path.write_text(HEAD + "".join(f"<b>x,{n},{y}\n" for n, y in enumerate((5, 5, 5, 1), 1)))
    assert run("alliance", "read", path, "--html", out) == 0
    assert "<b>x" not in out.read_text()


def test_judging_in_small(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("alliance", "judge", "--clients", 200, "--json") == 0
    told = json.loads(capsys.readouterr().out)["rows"]
    assert len(told) == 27
    assert list(told[0]) == ["depth", "detector", "sensitivity", "false alarms a session", "PPV", "alarms a client"]


def test_json_reaches_the_file_while_a_bar_is_drawn_on_the_terminal(file: Path, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    out = tmp_path / "told.json"
    call = [sys.executable, "-m", "accord", "alliance", "read", str(file), "--json", *GIVEN]
    here = {**os.environ, "TERM": "xterm", "PYTHONPATH": os.pathsep.join(sys.path)}
    with out.open("wb") as told:
        done = subprocess.run(call, stdout=told, stderr=terminal, env=here, timeout=60)
    os.close(terminal)
    shown = os.read(screen, 100_000)
    os.close(screen)
    assert done.returncode == 0
    assert len(json.loads(out.read_text())) == 10
    assert b"writing" in shown
    assert b'"client"' not in shown
