"""The providers of NHS Talking Therapies in England, by the map of docs/fit.md: a shortlist in a region."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from accord.fit import Needs, Profiles, gate, read_profiles, relaxed, shortlist

ON = date(2025, 3, 31)
PERIOD = "2024-25"
METHODS = {
    "Depression": "cbt;ba",
    "Generalised anxiety disorder": "cbt",
    "Panic disorder [episodic paroxysmal anxiety]": "cbt",
    "Social phobias": "cbt",
    "Obsessive-compulsive disorder": "erp",
    "Post-traumatic stress disorder": "tf-cbt",
}
COUNT = pl.col("value").cast(pl.Float64, strict=False)


def words(rows: pl.LazyFrame, name: pl.Expr, meanings: dict[str, str], column: str) -> pl.LazyFrame:
    """For each provider what the rows with people in them mean."""
    meant = rows.filter(COUNT > 0).with_columns(name.replace_strict(meanings, default=None).alias(column))
    return meant.filter(pl.col(column).is_not_null()).group_by("org_code").agg(pl.col(column).unique().sort())


def mapped(folder: Path) -> pl.DataFrame:
    """One row a provider. What stands for a licence is the register: active, until it ends."""
    year = pl.scan_parquet(folder / "measures_annual.parquet").filter(
        (pl.col("org_type") == "Provider") & (pl.col("reporting_period") == PERIOD)
    )
    finished = year.filter(pl.col("measure_name") == "finished_course_treatment")
    problems = finished.filter(pl.col("variable_type") == "Presenting Complaint")
    problem = pl.when(pl.col("variable_b") == "NULL").then(pl.col("variable_a")).otherwise(pl.col("variable_b"))
    taken = year.filter((pl.col("variable_type") == "Total") & (pl.col("measure_name") == "referrals_received"))
    table = (
        pl.scan_parquet(folder / "metadata_providers.parquet")
        .join(words(problems, problem, METHODS, "methods"), on="org_code", how="left")
        .join(taken.filter(COUNT > 0).select("org_code", open=pl.lit(1)).unique(), on="org_code", how="left")
    )
    return table.select(
        id="org_code",
        verified=pl.when(pl.col("status") == "Active").then(pl.lit("yes")).otherwise(pl.lit("no")),
        licensed_until=pl.col("end_date").fill_null("2099-12-31"),
        methods="methods",
        places=pl.col("open").fill_null(0),
        regions="region_name",
        words="org_name",
    ).collect()


@pytest.fixture(scope="module")
def providers(shared_data: Path) -> Profiles:
    profiles, refused = read_profiles(mapped(shared_data / "nhstt"))
    assert refused == []
    return profiles


def test_every_provider_is_read(providers: Profiles) -> None:
    assert len(providers) == 233
    assert set(providers.regions.names) == {
        "north west", "south east", "south west", "east of england", "london", "north east and yorkshire", "midlands",
    }  # fmt: skip


@pytest.mark.parametrize("concern", ["depression", "worry", "panic", "social-anxiety", "ocd", "trauma"])
def test_a_need_in_a_region_has_a_shortlist_of_providers_there(providers: Profiles, concern: str) -> None:
    needs = Needs(concerns=(concern,), region="North West")
    found = shortlist(needs, providers, ON, 1)
    assert len(found.cards) == 5
    rows = {providers.ids[row]: row for row in range(len(providers))}
    for card in found.cards:
        profile = providers.row(rows[card.id])
        assert gate(needs, profile, ON) == ()
        assert "north west" in profile.regions
        assert profile.licensed_until >= ON


def test_turns_are_taken_among_them(providers: Profiles) -> None:
    needs = Needs(concerns=("depression",), region="London")
    assert len({shortlist(needs, providers, ON, seed).cards[0].id for seed in range(60)}) > 5


def test_a_need_they_do_not_serve_says_so(providers: Profiles) -> None:
    needs = Needs(concerns=("couple",), region="London")
    found = shortlist(needs, providers, ON, 1)
    assert found.cards == ()
    assert found.excluded["expertise"] == 233
    elsewhere = Needs(concerns=("depression",), region="Wales")
    assert [each.limit for each in relaxed(elsewhere, providers, ON)] == ["region"]
