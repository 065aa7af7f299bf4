"""`accord measures`: what goes in, what comes out, and how it ends."""

import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from accord.cli import main
from accord.measures import score


def accord(capsys, *words):
    """Run the command line; its exit code, stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["measures", *map(str, words)])
    captured = capsys.readouterr()
    return ended.value.code or 0, captured.out, captured.err


def phq_file(folder, *rows, head="id,phq9_1,phq9_2,phq9_3,phq9_4,phq9_5,phq9_6,phq9_7,phq9_8,phq9_9"):
    file = folder / "answers.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


def test_scores_as_json(capsys, tmp_path):
    file = phq_file(tmp_path, "a,1,1,1,1,1,1,1,1,0", "b,1,1,1,1,1,1,1,NA,2", "c,1,1,1,1,1,1,1,1,", "d,,,,,,,,,")
    code, out, _ = accord(capsys, "score", "phq-9", file, "--id", "id", "--json")
    assert code == 0
    assert json.loads(out) == [
        {"id": "a", "score": 8.0, "subscales": {}, "missing": [], "risk": False},
        {"id": "b", "score": 10.125, "subscales": {}, "missing": ["8"], "risk": True},
        {"id": "c", "score": None, "subscales": {}, "missing": ["9"], "risk": None},
        {"id": "d", "score": None, "subscales": {}, "missing": [str(n) for n in range(1, 10)], "risk": None},
    ]


def test_invalid_values_are_all_named_and_nothing_is_printed(capsys, tmp_path):
    file = phq_file(tmp_path, "a,1,1,1,1,1,1,1,1,0", "b,4,1,1,x,1,1,1,1,2", "c,1,1,1,1,1,1,1,1.5,-1")
    code, out, err = accord(capsys, "score", "phq-9", file)
    assert (code, out) == (1, "")
    assert "row 2, column phq9_1: got 4, wanted a whole number from 0 to 3" in err
    assert "row 2, column phq9_4: got x" in err
    assert "row 3, column phq9_8: got 1.5" in err
    assert "row 3, column phq9_9: got -1" in err
    assert "4 answers in 2 rows cannot be used" in err


def test_spaces_whole_floats_and_words_for_nothing_are_understood(capsys, tmp_path):
    file = phq_file(tmp_path, "a, 1 ,1.0,NaN, NA ,1,1,1,1,0")
    _, out, _ = accord(capsys, "score", "phq-9", file, "--json")
    assert json.loads(out)[0]["missing"] == ["3", "4"]
    assert json.loads(out)[0]["score"] == pytest.approx(6 / 7 * 9, rel=1e-6)


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64, pl.UInt8])
def test_parquet_gives_the_same_as_csv(capsys, tmp_path, dtype):
    table = pl.DataFrame({f"phq-9_{n}": [n % 4, None, 3] for n in range(1, 10)})
    table.write_csv(tmp_path / "a.csv")
    table.cast(dtype).write_parquet(tmp_path / "a.parquet")
    from_csv = accord(capsys, "score", "phq-9", tmp_path / "a.csv", "--json")
    assert accord(capsys, "score", "phq-9", tmp_path / "a.parquet", "--json") == from_csv
    assert [row["id"] for row in json.loads(from_csv[1])] == [1, 2, 3]


def test_subscales_and_decimals(capsys, tmp_path):
    head = "id," + ",".join(f"wai-sr_{n}" for n in range(1, 13))
    _, out, _ = accord(capsys, "score", "wai-sr", phq_file(tmp_path, "007," + ",".join("3" * 12), head=head), "--json")
    expected = {"id": "007", "score": 3.0, "subscales": {"task": 3.0, "bond": 3.0, "goal": 3.0}, "missing": []}
    assert json.loads(out) == [expected | {"risk": None}]
    file = phq_file(tmp_path, "7.5,8.25,9,10", head="ors_1,ors_2,ors_3,ors_4")
    assert json.loads(accord(capsys, "score", "ors", file, "--json")[1])[0]["score"] == 34.75


def test_a_missing_column_is_named_with_what_was_wanted(capsys, tmp_path):
    code, out, err = accord(capsys, "score", "gad-7", phq_file(tmp_path, "a,1,1,1,1,1,1,1,1,0"))
    assert (code, out) == (1, "")
    assert "column 'gad-7_1'" in err
    assert "wanted gad-7_1 or gad7_1" in err


def test_a_wrong_call_ends_with_2(capsys, tmp_path):
    assert accord(capsys, "score", "phq", phq_file(tmp_path))[0] == 2
    assert accord(capsys, "score", "phq-9", tmp_path / "none.csv")[0] == 2


def test_people_see_the_first_rows_and_a_summary(capsys, tmp_path):
    file = phq_file(tmp_path, *[f"p{n},1,1,1,1,1,1,1,1,0" for n in range(50)])
    _, out, _ = accord(capsys, "score", "phq-9", file)
    assert "p19" in out
    assert "p20" not in out
    assert "... and 30 rows more. 50 rows: 50 with a total, 0 without; 0 made up for missing answers; " in out
    assert "risk yes 0, no 50, not known 0." in out


def test_many_rows_agree_with_one_by_one(capsys, tmp_path):
    random = np.random.default_rng(5)
    answers = random.integers(-1, 4, (500, 9))
    rows = [",".join("" if value < 0 else str(value) for value in row) for row in answers]
    _, out, _ = accord(
        capsys, "score", "phq-9", phq_file(tmp_path, *[f"{n},{row}" for n, row in enumerate(rows)]), "--json"
    )
    for row, result in zip(answers, json.loads(out), strict=True):
        one = score("phq-9", {str(n): None if value < 0 else int(value) for n, value in enumerate(row, 1)})
        assert result["score"] == (None if one.total is None else pytest.approx(one.total, rel=1e-6))
        assert (result["missing"], result["risk"]) == (list(one.missing), one.risk)


def test_show_names_what_is_not_confirmed_and_the_notice(capsys):
    _, out, _ = accord(capsys, "show", "phq-9")
    assert "not confirmed" in out
    assert "No permission required to reproduce" in out
    assert "Safety: an answer of 1 or more to item 9 cannot wait." in out
    shown = json.loads(accord(capsys, "show", "core-10", "--json")[1])
    assert shown["scoring"]["confirmed"] is False
    assert shown["items"][1]["reversed"] is True


def test_a_licensees_text_is_brought_and_shown(capsys, tmp_path):
    file = tmp_path / "mine.toml"
    items = "\n".join(f'{n} = "Words for {n}"' for n in range(1, 6))
    file.write_text(f'measure = "who-5"\nends = ["low", "high"]\n[items]\n{items}')
    assert "no text" in accord(capsys, "show", "who-5", "--data", tmp_path)[1]
    assert accord(capsys, "text", "who-5", file, "--data", tmp_path)[0] == 0
    assert "Words for 5" in accord(capsys, "show", "who-5", "--data", tmp_path)[1]
    listed = json.loads(accord(capsys, "list", "--data", tmp_path, "--json")[1])
    assert next(row for row in listed if row["measure"] == "who-5")["text"] == "yes"


def test_schema_is_printed(capsys):
    assert "`phq9_1`" in accord(capsys, "schema")[1]


@pytest.mark.parametrize("words", [["--help"], ["measures", "list"], ["measures", "show", "phq-9"]])
def test_looking_needs_no_heavy_imports(words):
    watch = "import sys, atexit; atexit.register(lambda: print(*(set(sys.modules) & {'numpy', 'polars', 'numba'})))"
    run = f"{watch}; from accord.cli import main; main({words})"
    out = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == ""
