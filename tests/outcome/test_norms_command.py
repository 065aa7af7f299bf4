"""`accord outcome norms`: from the published file to the one a manager's page reads."""

import json
from pathlib import Path

import polars as pl
import pytest

from accord.cli import main
from accord.outcome.norms import FILE, find, from_plain
from tests.outcome.test_norms import CBT, published


@pytest.fixture(autouse=True)
def the_environment_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command says in it where the data are."""
    monkeypatch.setenv("ACCORD_DATA", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As the data come: two years, and a provider beside England."""
    provider = published().with_columns(org_type=pl.lit("Provider"))
    pl.concat([published("2022-23"), published(), provider]).write_parquet(tmp_path / "proms_annual.parquet")
    return tmp_path


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main(["outcome", "norms", *map(str, arguments)])
    return int(left.value.code or 0)


def test_the_latest_year_of_england_is_written_whole(folder: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    data = tmp_path / "data"
    assert run(folder, "--data", data, "--on", "2026-05-31") == 0
    plain = json.loads((data / FILE).read_text())
    assert plain["brought_in_on"] == "2026-05-31"
    norm = find(from_plain(plain), "phq-9", "Depression", CBT)
    assert norm
    assert (norm.year, norm.n) == ("2024-25", 80570)
    assert list(data.iterdir()) == [data / FILE]
    assert "2 of 2 agree" in capsys.readouterr().out


def test_another_year_takes_its_place(folder: Path, tmp_path: Path) -> None:
    for year in ("2024-25", "2022-23"):
        assert run(folder / "proms_annual.parquet", "--data", tmp_path / "data", "--year", year) == 0
    assert {one.year for one in from_plain(json.loads((tmp_path / "data" / FILE).read_text()))} == {"2022-23"}


def test_a_dry_run_writes_nothing_and_json_is_for_programs(folder: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert run(folder, "--data", tmp_path / "data", "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["norms"], told["year"], told["file"]) == (1, "2024-25", None)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("given", "said", "code"),
    [
        (["nowhere"], "there is no file", 2),
        (["--year", "1999"], "got 1999, there are 2022-23, 2024-25", 2),
        (["--on", "soon"], "got soon, wanted a day", 2),
    ],
)
def test_a_mistake_is_said_in_one_line(
    folder: Path,
    tmp_path: Path,
    capsys,
    given: list[str],
    said: str,
    code: int,  # type: ignore[no-untyped-def]
) -> None:
    where = [tmp_path / "nowhere"] if given == ["nowhere"] else [folder, *given]
    assert run(*where, "--data", tmp_path / "data") == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "data" / FILE).exists()


def test_another_table_is_refused_by_what_it_lacks(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    pl.DataFrame({"org_type": ["England"], "value": [1.0]}).write_parquet(tmp_path / "proms_annual.parquet")
    assert run(tmp_path, "--dry-run") == 1
    assert "reporting_period" in capsys.readouterr().err
    (tmp_path / "proms_annual.parquet").write_text("no table")
    assert run(tmp_path, "--dry-run") == 1
    assert "cannot be read as Parquet" in capsys.readouterr().err
