"""Simulated courses come in by the same door as real ones."""

import io

import numpy as np
import polars as pl
import pytest

from accord.measures.columns import score_columns
from accord.mechanism import Simulated, simulate
from accord.mechanism.observed import ALLIANCE_ITEMS, PHQ_ITEMS, STRAIN_ITEMS, phq_items, phq_total
from accord.tables import read_courses

RANGES = {"phq-9": (0.0, 27.0), "alliance": (0.0, 5.0)}
ITEMS = {
    "phq-9": dict.fromkeys(PHQ_ITEMS, (0.0, 3.0)),
    "alliance": dict.fromkeys((*ALLIANCE_ITEMS, *STRAIN_ITEMS), (0.0, 5.0)),
}


@pytest.fixture(scope="module")
def table(courses: Simulated) -> pl.DataFrame:
    return courses.to_frame()


@pytest.fixture(scope="module")
def attended(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("attended") == "yes")


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_every_row_is_read_as_a_course_table(format: str) -> None:
    table, file = simulate(5, 6).to_frame(), io.BytesIO()
    table.write_csv(file) if format == "csv" else table.write_parquet(file)
    reading = read_courses(file.getvalue(), ranges=RANGES, items=ITEMS, fractional={"alliance"})
    assert reading.refused == ()
    assert reading.ignored_columns == ()
    assert len(reading.rows) == table.height


@pytest.mark.parametrize(("measure", "rater"), [("phq-9", "client"), ("alliance", "client"), ("alliance", "therapist")])
def test_scoring_the_items_gives_the_totals(attended: pl.DataFrame, measure: str, rater: str) -> None:
    start = f"{measure}.{rater}."
    items = {name.removeprefix(start): attended[name].to_numpy() for name in attended.columns if name.startswith(start)}
    totals = np.asarray(score_columns(measure, items).total, float)
    # Scores are single precision: 1e-6 of 27.
    assert totals == pytest.approx(attended[f"{measure}.{rater}"].to_numpy(), abs=3e-5)


def test_a_missed_session_has_its_row_and_no_answers(table: pl.DataFrame) -> None:
    missed = table.filter(pl.col("attended") == "no")
    assert missed.height > 10_000
    assert (
        missed.select(pl.exclude("therapist", "client", "session", "attended").is_null().all()).row(0) == (True,) * 32
    )


def test_answers_are_whole_and_in_range(attended: pl.DataFrame) -> None:
    for name in attended.columns[5:14]:
        assert attended[name].is_between(0, 3).all(), name
    for name in [name for name in attended.columns if name.count(".") == 2 and name.startswith("alliance")]:
        assert attended[name].is_between(0, 5).all(), name
    assert attended.null_count().row(0) == (0,) * attended.width


def test_the_total_is_15_plus_five_and_a_half_per_sd() -> None:
    assert phq_total(np.array([-9.0, -1.0, 0.0, 0.1, 1.0, 9.0])).tolist() == [0, 10, 15, 16, 20, 27]


def test_items_take_their_steps_in_order_of_lateness() -> None:
    late = np.array([[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 9.0]])
    shown = [phq_items(np.array([total], np.int8), late)[0].tolist() for total in (0, 1, 9, 24, 25, 27)]
    assert shown == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 0, 0, 0],
        [2, 1, 1, 1, 1, 1, 1, 1, 0],
        [3, 3, 3, 3, 3, 3, 3, 3, 0],
        [3, 3, 3, 3, 3, 3, 3, 3, 1],
        [3, 3, 3, 3, 3, 3, 3, 3, 3],
    ]


def test_thoughts_of_death_are_rare_and_come_with_severity(attended: pl.DataFrame) -> None:
    by = attended.select((pl.col("phq-9.client") // 5).alias("band"), pl.col("phq-9.client.9") > 0)
    share = dict(by.group_by("band").agg(pl.col("phq-9.client.9").mean()).iter_rows())
    # Own choice, in the range seen in clinics: hardly anyone below 10 points, about one in five from 15 to 19.
    assert share[0] < 0.01
    assert share[1] < 0.03
    assert 0.1 < share[3] < 0.35
    assert [share[band] for band in range(5)] == sorted(share[band] for band in range(5))


def test_answers_hang_together_and_pile_up_at_the_top(attended: pl.DataFrame) -> None:
    items = attended.select([f"alliance.client.{name}" for name in ALLIANCE_ITEMS]).to_numpy().astype(float)
    alpha = 8 / 7 * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
    # Alliance scales report about .9 or more; a ceiling in under a quarter of totals is what validation asks for.
    assert 0.88 < alpha < 0.97
    assert 0.15 < (items == 5).mean() < 0.45
    assert (items.mean(axis=1) == 5).mean() < 0.25


def test_strain_shows_in_a_rupture_and_politeness_hides_some_of_it(courses: Simulated, attended: pl.DataFrame) -> None:
    truth = courses.truth
    open_ = truth.open[truth.attended]
    off = attended["alliance.client.off"].to_numpy()
    assert off[open_].mean() > 2
    assert off[~open_].mean() < 0.8
    polite = (truth.client_rating - truth.alliance)[truth.attended]
    assert off[open_ & (polite > 0.3)].mean() < off[open_ & (polite < -0.3)].mean() - 0.3
