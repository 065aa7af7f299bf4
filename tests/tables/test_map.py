"""A mistake in a map is named by its key, with what is allowed."""

from pathlib import Path

import pytest

from accord.errors import TableError
from accord.tables import Map

GOOD = """
[columns]
client = "who"
session = "n"
[measures]
"phq-9.client" = "phq9"
"""


def test_defaults_are_the_strict_ones() -> None:
    map_ = Map.parse(GOOD)
    assert map_.rules.not_whole is False
    assert map_.rules.no_therapist == "refuse"
    assert map_.dates == "iso"
    assert map_.missing == {"", "NA", "NaN", "."}


def test_decimals_can_be_accepted_for_one_measure() -> None:
    rules = Map.parse(GOOD + '[rules]\nnot_whole = { alliance = "accept", "phq-9" = "refuse" }').rules
    assert rules.accepts_decimals("alliance")
    assert not rules.accepts_decimals("phq-9")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = ", "not valid TOML"),
        (GOOD + "[ruls]", "key 'ruls' is not known; allowed: columns, measures"),
        (GOOD + '[rules]\nnot_hole = "refuse"', "key 'rules.not_hole' is not known"),
        (GOOD + '[rules]\nnot_whole = "maybe"', "key 'rules.not_whole' holds 'maybe'; allowed: refuse, accept"),
        (GOOD + "[rules]\nnot_whole = { x = 1 }", "key 'rules.not_whole.x' holds 1"),
        (GOOD + '[rules]\nout_of_range = "accept"', "key 'rules.out_of_range' holds 'accept'; allowed: refuse"),
        (GOOD + "[rules]\nno_therapist = true", "'rules.no_therapist' holds True"),
        (GOOD + '[dates]\norder = "american"', "allowed: iso, day first, month first"),
        (GOOD + "[missing]\nvalues = [9]", "key 'missing.values'"),
        (GOOD + '[attended]\nDNA = "missed"', "key 'attended.DNA' holds 'missed'; allowed: yes, no"),
        (GOOD + '"phq9" = "x"', "is not a measure column"),
        (GOOD + '"phq-9.mother" = "x"', "with rater client or therapist"),
        (GOOD + '"gad-7.client" = "phq9"', "already names"),
        (GOOD + '"gad-7.client" = 3', "holds 3; allowed: the name of a column"),
        (GOOD.replace('client = "who"', ""), "key 'columns.client' is not given"),
        (GOOD.replace('session = "n"', ""), "says nothing of when"),
        (GOOD.replace('"phq-9.client" = "phq9"', ""), "key 'measures' is empty"),
        (GOOD + '[occasion]\ncolumn="m"\nunit="month"\nstart=2012-01-31', "a day from 1 to 28"),
        (GOOD + '[occasion]\ncolumn="m"\nunit="fortnight"\nstart=2012-01-01', "allowed: day, week, month, year"),
        (GOOD + '[occasion]\ncolumn="m"\nunit="month"\nstart="2012-01-01"', "a date without quotes"),
        (GOOD + '[occasion]\ncolumn="m"\nunit="month"\nstart=2012-01-01T10:00:00', "a date without quotes"),
        (GOOD + '[occasion]\ncolumn="m"\nunit="day"\nstart=2012-01-01\nlabels={End=-1}', 'labels."End"'),
        (
            GOOD.replace("session", "held_on") + '[occasion]\ncolumn="m"\nunit="day"\nstart=2012-01-01',
            "stands beside columns.held_on",
        ),
    ],
)
def test_each_mistake_is_named(text: str, said: str) -> None:
    with pytest.raises(TableError) as caught:
        Map.parse(text)
    assert said in str(caught.value)


def test_a_map_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot read the map"):
        Map.read(tmp_path / "none.toml")
    (tmp_path / "m.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TableError, match="not UTF-8"):
        Map.read(tmp_path / "m.toml")
