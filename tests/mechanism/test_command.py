"""`accord mechanism`, as it is typed."""

import json
from pathlib import Path

import polars as pl
import pytest

from accord.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["mechanism", *words])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


SMALL = ("--therapists", "4", "--clients", "5", "--sessions", "6")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_simulate_writes_the_course_table_and_the_truth(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str
) -> None:
    out, truth = tmp_path / f"courses.{ending}", tmp_path / f"truth.{ending}"
    code, said, _ = run(capsys, "simulate", *SMALL, "--seed", "2", "--out", str(out), "--truth", str(truth), "--json")
    read = pl.read_parquet if ending == "parquet" else pl.read_csv
    assert code == 0
    assert json.loads(said)["rows"] == read(out).height == read(truth).height


def test_simulate_writes_csv_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "simulate", *SMALL, "--out", "-")
    assert (code, err) == (0, "")
    assert out.startswith("therapist,client,session,attended,phq-9.client,phq-9.client.1,")


def test_a_file_of_unknown_kind_is_refused_before_anything_is_simulated(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "simulate", "--out", "courses.xlsx")
    assert (code, out) == (2, "")
    assert err == "accord: courses.xlsx: cannot write .xlsx; end the name in .parquet or .csv\n"


def test_a_folder_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "simulate", *SMALL, "--out", str(tmp_path / "none" / "c.csv"))
    assert code == 2
    assert "cannot be written" in err


def test_check_shows_every_row_and_exits_1_when_one_is_outside(capsys: pytest.CaptureFixture[str]) -> None:
    # Twenty courses cannot hit every band.
    code, out, _ = run(capsys, "check", *SMALL, "--seeds", "2", "--json")
    rows = json.loads(out)["rows"]
    assert code == 1
    assert len(rows) == 23
    assert set(rows[0]) == {"statistic", "published", "simulated", "low", "high", "ok"}
    assert not all(row["ok"] for row in rows)


def test_check_exits_0_on_the_published_size(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", "--seeds", "10")
    assert code == 0
    assert "OUTSIDE" not in out


def test_ablations_as_table_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "ablations", *SMALL, "--seeds", "1")
    assert "classical inhibitor" in out
    _, out, _ = run(capsys, "ablations", *SMALL, "--seeds", "1", "--json")
    assert len(json.loads(out)["rows"]) == 10


def test_too_few_of_anything_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "simulate", "--therapists", "0", "--out", "-")
    assert code == 2
    assert "--therapists" in err
