"""`accord outcome`: the contract of --json, bad rows, what people see."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from accord.cli import main

PAIRS = (
    "subject,time,das\n1,pre,80\n1,post,110\n2,pre,80\n2,post,82\n3,pre,90\n3,post,\n4,pre,100\n4,post,70\n1,later,5\n"
)


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    return int(left.value.code or 0)


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]):
    def told(*words: object) -> dict:
        assert run("outcome", *words, "--json") == 0
        found: dict = json.loads(capsys.readouterr().out)
        return found

    return told


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(PAIRS)
    return path


COUPLES = (
    "--id",
    "subject",
    "--time",
    "time",
    "--pre",
    "pre",
    "--post",
    "post",
    "--score",
    "das",
    "--reliability",
    ".80",
)


def test_change_keeps_its_contract(pairs: Path, out) -> None:
    told = out("change", pairs, *COUPLES, "--cutoff", "95", "--better", "higher")
    assert list(told)[:4] == ["counts", "reliable", "threshold", "cutoff"]
    assert told["counts"] == {"recovered": 1, "improved": 0, "unchanged": 1, "deteriorated": 0, "harmed": 1}
    assert told["reliable"] == {"improved": 1, "deteriorated": 1}
    assert told["cutoff"] == 95
    assert told["threshold"] == pytest.approx(1.96 * np.sqrt(0.4) * np.std([80, 80, 100], ddof=1))
    assert [row["id"] for row in told["rows"]] == [1, 2, 4]
    assert told["rows"][0]["reason"].startswith("30 up, from 80 to 110: more than")
    assert (told["people"], told["left_out"]) == (3, 1)
    assert (told["reliability"], told["reliability_kind"], told["method"]) == (0.8, "internal consistency", "jt")


def test_times_are_the_same_as_numbers(tmp_path: Path, out) -> None:
    path = tmp_path / "times.csv"
    path.write_text("id,time,s\n" + "".join(f"{n},1.0,{20 + n}\n{n},4.0,{10 + n}\n" for n in range(5)))
    assert out("change", path, "--pre", 1, "--post", 4, "--score", "s", "--reliability", 0.9)["people"] == 5


def test_first_and_last_are_each_persons_own(tmp_path: Path, out, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "days.csv"
    path.write_text("id,day,s\n1,30,10\n1,0,20\n1,9,15\n2,0,30\n3,5,\n3,2,24\n3,40,25\n")
    asked = ("change", path, "--time", "day", "--pre", "first", "--post", "last", "--score", "s", "--reliability", 0.9)
    told = out(*asked)
    assert [(row["id"], row["pre"], row["post"]) for row in told["rows"]] == [(1, 20.0, 10.0), (3, 24.0, 25.0)]
    assert (told["people"], told["left_out"]) == (2, 1)
    path.write_text("id,day,s\n1,30,10\n1,Post-Rx,20\n1,,2\n")
    assert run("outcome", *asked) == 1
    said = capsys.readouterr().err
    assert "row 2, column day: got Post-Rx, wanted a number, or a date as in 2026-05-31" in said
    assert "row 3, column day: got nothing" in said


def test_which_way_is_better_is_seen_from_the_norms(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("outcome", "change", pairs, *COUPLES, "--functional-mean", 114, "--functional-sd", 14, "--json")
    assert run(*asked) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["better"] == "higher"
    assert "higher counts as better" in said.err


def test_bad_rows_are_named_and_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("subject,time,das\n1,pre,high\n1,post,3\n1,post,4\n,pre,5\n2,pre,7\n2,post,inf\n3,other,x\n")
    assert run("outcome", "change", path, *COUPLES, "--json") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "accord: row 1, column das: got high, wanted a number, or nothing",
        "accord: row 3, column time: 1 stands at this time already",
        "accord: row 4, column subject: is empty, wanted who it was",
        "accord: row 6, column das: got inf, wanted a number, or nothing",
        "accord: row 7, column das: got x, wanted a number, or nothing",
        "accord: 5 rows cannot be used, so nothing was read; correct them, or leave the score empty where there is "
        "none (rows are counted from 1, without the heading)",
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--method", "xx"), 2, "there are jt, gln"),
        (("--cutoff", "d"), 2, "wanted a, b, c or a number"),
        (("--cutoff", "c"), 2, "needs mean and SD"),
        (("--better", "more"), 2, "lower or higher"),
        (("--post", "never"), 1, "no row is at never; there are pre, post, later"),
        (("--score", "gds"), 1, "there is no such column"),
        (("--reliability", "1"), 2, "below 1"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(pairs: Path, words: tuple, code: int, said: str, capsys) -> None:
    assert run("outcome", "change", pairs, *COUPLES, *words) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_people_see_the_classes_and_which_reliability(pairs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("outcome", "change", pairs, *COUPLES, "--better", "higher", "--reliability-kind", "test-retest") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "3 people rated both times, 1 left out." in told
    assert "by test-retest 0.8, which the answer hangs on" in told


WIDE = "id,bdi_s0,bdi_s1,bdi_s2,bdi_s3,bdi_s4,bdi_s5,bdi_fu1\na,33,32,31,33,5,6,30\nb,20,20,18,19,12,10,\n"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    path = tmp_path / "wide.csv"
    path.write_text(WIDE)
    return path


@pytest.mark.parametrize(
    "columns",
    [
        ("bdi_s0", ".."),
        ("bdi_s0..bdi_s5",),
        ("bdi_s0,bdi_s1,bdi_s2,bdi_s3,bdi_s4,bdi_s5",),
        ("bdi_s0", "bdi_s1", "bdi_s2", "bdi_s3", "bdi_s4", "bdi_s5"),
    ],
)
def test_gains_keep_their_contract(wide: Path, columns: tuple[str, ...], out) -> None:
    told = out("gains", wide, "--id", "id", "--wide", *columns)
    assert list(told)[:5] == ["gains", "people", "mean", "sd", "reversals"]
    assert (told["gains"], told["people"], told["mean"], told["reversals"]) == (2, 2, 17.5, 0)
    assert told["sd"] == pytest.approx(14.85, abs=5e-3)
    assert [(row["id"], row["session"], row["magnitude"]) for row in told["rows"]] == [("a", 3, 28.0), ("b", 3, 7.0)]


def test_losses_and_none_at_all(wide: Path, out, capsys: pytest.CaptureFixture[str]) -> None:
    told = out("gains", wide, "--id", "id", "--wide", "bdi_s0", "..", "--losses")
    assert (told["gains"], told["mean"], told["sd"], told["rows"]) == (0, None, None, [])
    assert run("outcome", "gains", wide, "--wide", "bdi_s0 ..", "--losses") == 0
    assert "0 sudden losses in 0 of 2 people; 0 reversed." in capsys.readouterr().out
    assert run("outcome", "gains", wide, "--wide", "bdi_s0") == 2


def test_a_wide_file_names_its_bad_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,s1,s2,s3,s4\na,1,2,x,4\na,1,2,3,4\n")
    assert run("outcome", "gains", path, "--id", "id", "--wide", "s1", "..") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "row 1, column s3: got x, wanted a number, or nothing" in said.err
    assert "row 2, column id: this person has a row already" in said.err


def courses_file(path: Path, clients: int, seed: int = 1) -> Path:
    dice = np.random.default_rng(seed)
    t = np.arange(1, 7)
    value = dice.normal(16, 4, clients)[:, None] - 2 * np.log(t) + dice.normal(0, 2.5, (clients, 6))
    value[dice.random(value.shape) < 0.1] = np.nan
    frame = {"client": np.repeat(np.arange(clients), 6), "session": np.tile(t, clients), "phq-9.client": value.ravel()}
    pl.DataFrame(frame).fill_nan(None).sample(fraction=1, shuffle=True, seed=1).write_csv(path)
    return path


def test_expect_says_which_method_it_used_and_why(tmp_path: Path, out) -> None:
    few, many = courses_file(tmp_path / "few.csv", 40), courses_file(tmp_path / "many.csv", 320)
    told = out("expect", few, "--reliable-change", 6)
    assert told["method"] == "rational"
    assert told["why"].startswith("40 past courses with two ratings or more; below 300")
    told = out("expect", many, "--reliable-change", 6, "--judge")
    assert told["method"] == "growth"
    assert told["past_courses"] == 320
    assert told["rows"][0]["reason"].startswith(("the first rating", "not rated"))
    assert {row["state"] for row in told["rows"]} == {None, "on track", "worth a look"}
    row = next(row for row in told["rows"] if row["state"] == "worth a look")
    assert list(row) == ["client", "session", "value", "band", "red", "state", "reason"]
    assert row["value"] > row["band"]["red"] > row["band"]["yellow"] > row["band"]["expected"] > row["band"]["good"]
    assert row["reason"].startswith("not on track: worth a look; ")
    assert set(told["judged"]) >= {"sensitivity", "specificity", "ppv", "source", "n_used"}


def test_past_courses_are_kept_apart_from_new_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    past, new = courses_file(tmp_path / "past.csv", 320), courses_file(tmp_path / "new.csv", 5, seed=2)
    assert run("outcome", "expect", new, "--reference", past, "--reliable-change", 6) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "5 clients:" in said.out
    assert "Method: growth (320 past courses" in said.out
    assert run("outcome", "expect", past, "--reliable-change", 6) == 0
    assert "has seen the courses it is set beside" in capsys.readouterr().err


def test_a_default_reliability_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = courses_file(tmp_path / "few.csv", 40)
    assert run("outcome", "expect", few) == 0
    assert "from reliability 0.8, a default" in capsys.readouterr().err
    assert run("outcome", "expect", few, "--reliability", "0.9", "--reliable-change", "6") == 2


def test_days_may_hold_two_ratings(tmp_path: Path, out, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "days.csv"
    path.write_text("ID,time,BDI\n1,0,20\n1,7,19\n1,7,21\n1,35,30\n1,42,31\n")
    asked = ("expect", path, "--client", "ID", "--session", "time", "--score", "BDI", "--reliable-change", 6)
    told = out(*asked, "--days")
    assert [row["state"] for row in told["rows"]] == [None, "on track", "on track", "worth a look", "worth a look"]
    assert run("outcome", *asked) == 1
    assert "wanted a whole number from 1" in capsys.readouterr().err


def test_few_simulated_courses_are_judged(out) -> None:
    told = out("judge", "--clients", 800)
    assert told["source"] == "800 simulated courses, seed 5"
    assert {row["of"] for row in told["rows"]} >= {"rational", "growth, red twice in a row", "leaving"}


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("outcome", "schema") == 0
    assert "accord outcome expect" in capsys.readouterr().out
