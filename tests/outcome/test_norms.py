"""NHS Talking Therapies' published figures as norms: read, worked out again, and found by problem and therapy."""

import json
from pathlib import Path

import polars as pl
import pytest

from accord.errors import DataError
from accord.outcome.norms import LICENCE, MEASURES, Norm, find, from_plain, nhs_talking_therapies, to_plain

CBT = "Cognitive Behaviour Therapy (CBT)"
HEAD = ("reporting_period", "org_type", "variable_a", "variable_b", "measure_name", "measure_statistic", "measure_time")


def published(year: str = "2024-25", n: float = 80570, **changed: float) -> pl.DataFrame:
    """Depression and CBT in England, as the file has it."""
    figures = {
        "courses_of_therapy.count.": n,
        "not_caseness.count.": 6227,
        "ther_recovery.percentage.": 43.7,
        "ther_rel_recovery.count.": 29648,
        "ther_rel_recovery.percentage.": 39.9,
        "ther_improvement.count.": 47501,
        "ther_improvement.percentage.": 59.0,
        "ther_no_change.count.": 26493,
        "ther_deterioration.count.": 5512,
        "ther_deterioration.percentage.": 6.8,
        "phq.mean.start": 15.9,
        "phq.sd.start": 5.5,
        "phq.mean.end": 10.6,
        "phq.sd.end": 6.6,
        "phq.effect_size.": 1.0,
    } | changed
    rows = [(year, "England", "Depression", CBT, *name.split("."), value) for name, value in figures.items()]
    return pl.DataFrame(rows, schema=[*HEAD, "value"], orient="row").with_columns(
        measure_time=pl.col("measure_time").replace("", None)
    )


def test_a_norm_has_who_they_were_and_what_became_of_them() -> None:
    norm = nhs_talking_therapies(published())[0]
    assert (norm.measure, norm.problem, norm.therapy, norm.year) == ("phq-9", "Depression", CBT, "2024-25")
    assert (norm.n, norm.above) == (80570, 74343)
    assert (norm.start, norm.start_sd, norm.end, norm.end_sd) == (15.9, 5.5, 10.6, 6.6)
    assert (norm.recovered, norm.better, norm.worse) == (29648, 47501, 5512)
    assert norm.recovered / norm.above == pytest.approx(norm.percent["reliable recovery"] / 100, abs=0.0005)  # type: ignore[operator]
    assert norm.better / norm.n == pytest.approx(norm.percent["better"] / 100, abs=0.0005)  # type: ignore[operator]


def test_the_effect_size_is_worked_out_again_from_means_and_sd() -> None:
    norm = nhs_talking_therapies(published())[0]
    assert norm.effect_size == pytest.approx(5.3 / 5.5)
    assert norm.rounds
    assert norm.agrees


@pytest.mark.parametrize(("effect", "rounds", "agrees"), [(1.0, True, True), (0.8, False, False), (1.1, False, False)])
def test_another_published_one_does_not_agree(effect: float, rounds: bool, agrees: bool) -> None:
    norm = nhs_talking_therapies(published(**{"phq.effect_size.": effect}))[0]
    assert (norm.rounds, norm.agrees) == (rounds, agrees)


def test_near_the_middle_of_two_decimals_rounding_before_may_have_decided() -> None:
    """4.3 / 5.7 is .754; with means a little less apart it rounds to .7, as published."""
    near = {"phq.mean.start": 13.0, "phq.mean.end": 8.7, "phq.sd.start": 5.7, "phq.effect_size.": 0.7}
    norm = nhs_talking_therapies(published(**near))[0]
    assert (norm.rounds, norm.agrees) == (False, True)


def test_the_latest_year_is_found_and_one_year_can_be_asked_for() -> None:
    both = pl.concat([published("2022-23", 70000), published("2024-25")])
    assert [one.year for one in nhs_talking_therapies(both, "2022-23")] == ["2022-23"]
    found = find(nhs_talking_therapies(both), "phq-9", "Depression", CBT)
    assert found
    assert found.year == "2024-25"
    assert find([], "phq-9", "Depression", CBT) is None
    with pytest.raises(DataError, match="2031-32; there are 2022-23, 2024-25"):
        nhs_talking_therapies(both, "2031-32")


def test_fewer_than_ten_people_are_no_norm() -> None:
    assert nhs_talking_therapies(published(n=9)) == []


def test_another_file_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(DataError, match=r"org_type.*proms_annual"):
        nhs_talking_therapies(pl.DataFrame({"reporting_period": ["2024-25"]}))


def test_a_file_of_norms_says_its_source_and_comes_back_as_it_was() -> None:
    norms = nhs_talking_therapies(published())
    plain = json.loads(json.dumps(to_plain(norms, "2026-11-25")))
    assert (plain["licence"], plain["brought_in_on"]) == (LICENCE, "2026-11-25")
    assert from_plain(plain) == norms
    with pytest.raises(DataError, match="no file of norms"):
        from_plain({"norms": [{"measure": "phq-9"}]})


@pytest.fixture(scope="module")
def england(shared_data: Path) -> list[Norm]:
    rows = pl.scan_parquet(shared_data / "nhstt" / "proms_annual.parquet").filter(pl.col("org_type") == "England")
    return nhs_talking_therapies(rows.collect())


def test_every_published_effect_size_is_reproduced_to_its_rounding(england: list[Norm]) -> None:
    """856 of 856 for either measure, in six years; 815 and 802 of them from the rounded means and SD alone."""
    counts = {name: [one for one in england if one.measure == name and one.effect is not None] for name in MEASURES}
    assert {name: len(found) for name, found in counts.items()} == {"phq-9": 856, "gad-7": 856}
    assert all(one.agrees for one in england if one.effect is not None)
    assert {name: sum(one.rounds for one in found) for name, found in counts.items()} == {"phq-9": 815, "gad-7": 802}


def test_what_was_published_of_depression_and_cbt_is_there(england: list[Norm]) -> None:
    norm = find(england, "phq-9", "Depression", CBT)
    assert norm
    assert (norm.n, norm.start, norm.end, norm.effect) == (80570, 15.9, 10.6, 1.0)
    assert (norm.percent["recovery"], norm.percent["reliable recovery"], norm.percent["worse"]) == (43.7, 39.9, 6.8)


def test_published_percentages_are_those_of_the_counts(england: list[Norm]) -> None:
    """Of 1,000 people and more: smaller counts are themselves rounded to five before they are published."""
    for one in england:
        if one.n >= 1000 and one.better is not None and "better" in one.percent:
            assert 100 * one.better / one.n == pytest.approx(one.percent["better"], abs=0.3)
