"""The RefraMED trial, as dirty as it was published: every row is accounted for, by the rule that decided."""

from pathlib import Path

import pytest

from accord.tables import Map, Reading, Reason, read_courses

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "reframed.toml"


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    file = shared_data / "reframed" / "reframed.csv"
    if not file.is_file():
        pytest.skip(f"no RefraMED file at {file}")
    return file


def reading(file: Path, **changed: str) -> Reading:
    text = EXAMPLE.read_text(encoding="utf-8")
    for key, choice in changed.items():
        start = text.index(f"{key} = ")
        text = f'{text[:start]}{key} = "{choice}"{text[text.index(chr(10), start) :]}'
    return read_courses(file, Map.parse(text), ranges={"phq-9": (0, 27)}, items={})


def test_every_row_is_accounted_for(file: Path) -> None:
    read = reading(file)
    assert read.rows_read == 2825
    assert read.reasons() == {Reason.LABEL: 198, Reason.NOTHING: 194, Reason.NOT_WHOLE: 54, Reason.BELOW: 1}
    assert len(read.rows) == 2378 == 2825 - 198 - 194 - 54 - 1
    assert len({row.client for row in read.rows}) == 245
    assert len({row.therapist for row in read.rows} - {None}) == 22
    assert sum(row.therapist is None for row in read.rows) == 804


def test_decimals_come_in_when_the_map_says_so(file: Path) -> None:
    read = reading(file, not_whole="accept")
    assert read.reasons() == {Reason.LABEL: 198, Reason.NOTHING: 194, Reason.BELOW: 1}
    assert len(read.rows) == 2432
    assert len({row.client for row in read.rows}) == 246
    assert any("taken as it stands by the map: 54 totals" in rule for rule in read.rules)


def test_the_comparison_arm_stays_out_without_the_rule(file: Path) -> None:
    read = reading(file, no_therapist="refuse")
    assert read.reasons()[Reason.NO_THERAPIST] == 942
    assert len(read.rows) == 1574
    assert {row.therapist is None for row in read.rows} == {False}


def test_no_answer_is_said(file: Path) -> None:
    (below,) = [refusal for refusal in reading(file).refused if refusal.reason is Reason.BELOW]
    assert (below.line, below.column, below.whole_row) == (227, "phq9", False)
    assert str(below) == "line 227, column 'phq9': below the lowest possible total (0) (cell kept out)"


def test_the_scores_are_those_of_the_file(file: Path) -> None:
    total = sum(row.totals["phq-9", "client"] for row in reading(file, not_whole="accept").rows)
    plain = [line.split(",")[7] for line in file.read_text(encoding="utf-8").splitlines()[1:]]
    kept = [float(cell) for cell in plain if cell != "NaN" and float(cell) >= 0]
    assert total == pytest.approx(sum(kept), abs=1e-6)
