"""The panel: what each column holds, by hand, and what becomes of tables that are not as they should be."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence.panels import formula_names, panel, plain, read_panel
from accord.evidence.panels.reading import refusals

# Two courses: ada missed session 2, ben was rated by both in every session.
COURSES = pl.DataFrame(
    {
        "therapist": ["t1"] * 4 + ["t2"] * 3,
        "client": ["ada"] * 4 + ["ben"] * 3,
        "session": [1, 2, 3, 4, 1, 2, 3],
        "held_on": [date(2026, 1, day) for day in (1, 8, 15, 29)] + [date(2026, 1, day) for day in (2, 9, 16)],
        "attended": ["yes", "no", "yes", "yes", "yes", "yes", "yes"],
        "phq-9.client": [12, None, 9, 6, 20, 18, 22],
        "alliance.client": [3.0, None, 4.0, 5.0, 2.0, 3.0, 1.0],
        "alliance.therapist": [2.5, None, 3.5, 4.0, 3.0, None, 2.0],
    }
)


def test_the_alliance_of_a_session_stands_beside_the_score_before_the_next_rated_one() -> None:
    rows = panel(COURSES)
    assert rows["phq9"].to_list() == [12, 9, 6, 20, 18, 22]
    assert rows["phq9_next"].to_list() == [9, 6, None, 18, 22, None]
    assert rows["session"].to_list() == [1, 3, 4, 1, 2, 3]
    np.testing.assert_allclose(rows["log_session"], np.log([1, 3, 4, 1, 2, 3]))


def test_a_missed_session_ends_the_pair_where_the_next_score_must_be_of_the_very_next_session() -> None:
    rows = panel(COURSES, over_missed=False)
    assert rows["phq9_next"].to_list() == [None, 6, None, 18, 22, None]


def test_within_is_the_difference_from_the_courses_own_mean_and_between_that_of_the_mean_from_all() -> None:
    rows = panel(COURSES)
    # Means 4 and 2 of the two courses, 3 of both, each course counted once.
    np.testing.assert_allclose(rows["alliance_within"], [-1, 0, 1, 0, 1, -1])
    np.testing.assert_allclose(rows["alliance_between"], [1, 1, 1, -1, -1, -1])
    np.testing.assert_allclose(rows["phq9_within"], [3, 0, -3, 0, -2, 2])
    assert rows["alliance_therapist_within"].to_list() == pytest.approx([-2.5 / 3, 0.5 / 3, 2 / 3, 0.5, None, -0.5])


def test_the_gap_is_the_therapists_view_less_the_clients() -> None:
    assert panel(COURSES)["gap"].to_list() == [-0.5, -0.5, -1.0, 1.0, None, 1.0]


def test_weeks_are_counted_from_the_rated_session_before() -> None:
    assert panel(COURSES)["weeks_since_previous"].to_list() == [None, 2.0, 2.0, None, 1.0, 1.0]


def test_what_was_left_out_is_said_with_its_reason() -> None:
    made = read_panel(COURSES)
    said = {one.reason: (one.rows, one.people) for one in made.left_out}
    assert said == {
        "session without a rating": (1, 0),
        "in the panel, and without a later score of the outcome": (2, 0),
    }


def test_detrended_is_what_each_courses_own_line_on_time_leaves() -> None:
    """By numpy's least squares, course by course."""
    rows = panel(COURSES, detrend="linear")
    for client in ("ada", "ben"):
        own = rows.filter(pl.col("client") == client)
        t, x = own["session"].to_numpy(), own["alliance"].to_numpy()
        left = x - np.polyval(np.polyfit(t, x, 1), t)
        np.testing.assert_allclose(own["alliance_within"], left, atol=1e-12)


def test_a_course_of_two_ratings_has_nothing_left_beside_its_line() -> None:
    rows = panel(COURSES.filter(pl.col("session") != 3), detrend="log")
    assert rows.filter(pl.col("client") == "ben")["alliance_within"].to_list() == [None, None]


def test_rows_in_any_order_give_the_same() -> None:
    shuffled = COURSES.sample(fraction=1, shuffle=True, seed=3)
    assert panel(shuffled).equals(panel(COURSES))


def test_measures_of_one_session_may_stand_on_several_lines() -> None:
    apart = pl.concat(
        [COURSES.drop("alliance.client"), COURSES.select("therapist", "client", "session", "alliance.client")],
        how="diagonal",
    )
    assert panel(apart)["alliance_within"].to_list() == panel(COURSES)["alliance_within"].to_list()


def test_the_same_measure_twice_in_one_session_is_named_by_its_row() -> None:
    twice = pl.concat([COURSES, COURSES.slice(4, 1)])
    with pytest.raises(TableError, match=r"row 8.*already"):
        panel(twice)


def test_a_course_without_session_numbers_is_numbered_by_its_days() -> None:
    made = read_panel(COURSES.drop("session"))
    assert made.rows["session"].to_list() == [1, 3, 4, 1, 2, 3]
    assert made.by_day
    assert any("numbered by their days" in note for note in made.notes)


def test_an_occasion_without_a_number_in_a_numbered_course_is_outside_of_sessions() -> None:
    after = COURSES.with_columns(pl.when(pl.col("session") < 4).then(pl.col("session")).alias("session"))
    made = read_panel(after)
    assert made.rows.height == 5
    assert any(one.reason.startswith("outside of sessions") and one.rows == 1 for one in made.left_out)


def test_a_client_with_two_therapists_has_two_courses() -> None:
    """The alliance is of two people: the mean of one course says nothing of the other."""
    both = COURSES.with_columns(pl.lit("ada").alias("client"))
    rows = panel(both)
    np.testing.assert_allclose(rows["alliance_within"], [-1, 0, 1, 0, 1, -1])
    assert rows["phq9_next"].to_list() == [9, 6, None, 18, 22, None]


def test_the_same_code_in_two_practices_is_two_people() -> None:
    rows = panel(COURSES.with_columns(pl.Series("practice", ["a"] * 4 + ["b"] * 3), pl.lit("x").alias("client")))
    assert rows["client"].unique(maintain_order=True).to_list() == ["a/x", "b/x"]


def test_plain_names_are_found_too() -> None:
    named = COURSES.rename({"phq-9.client": "phq9", "alliance.client": "alliance", "held_on": "Held On"})
    assert panel(named)["phq9_next"].to_list() == [9, 6, None, 18, 22, None]


def test_another_measure_gives_its_own_names() -> None:
    other = COURSES.rename({"phq-9.client": "gad-7.client"}).with_columns(pl.col("gad-7.client").clip(0, 21))
    assert {"gad7", "gad7_next", "gad7_within"} <= set(panel(other, outcome="gad-7").columns)


def test_a_table_without_alliance_gives_the_rest_and_says_so() -> None:
    made = read_panel(COURSES.drop("alliance.client", "alliance.therapist"))
    assert made.alliance is None
    assert "The table has no alliance ratings." in made.notes
    assert "phq9_next" in made.rows.columns


def test_further_columns_are_carried_along() -> None:
    arm = COURSES.with_columns(pl.lit("tau").alias("arm"))
    assert panel(arm, keep=["arm"])["arm"].to_list() == ["tau"] * 6


def test_text_is_read_as_numbers_and_blank_as_nothing() -> None:
    text = COURSES.select(pl.all().cast(pl.String)).with_columns(pl.col("phq-9.client").fill_null("NA"))
    assert panel(text)["phq9_next"].to_list() == [9, 6, None, 18, 22, None]


@pytest.mark.parametrize("cell", ["abc", "inf", "-1", "28", "1e400", "9" * 400, "0x10", "=1+1", "1,5"])
def test_a_cell_that_is_no_score_is_named_and_never_guessed(cell: str) -> None:
    text = COURSES.select(pl.all().cast(pl.String))
    spoilt = text.with_columns(
        pl.when(pl.col("session") == "3").then(pl.lit(cell)).otherwise("phq-9.client").alias("phq-9.client")
    )
    assert [(row, column) for row, column, _ in refusals(spoilt, "phq-9", "alliance")] == [
        (3, "phq-9.client"),
        (7, "phq-9.client"),
    ]
    with pytest.raises(TableError, match=r"row 3, column 'phq-9.client'.*and 1 more"):
        panel(spoilt)


@pytest.mark.parametrize("session", ["0", "-2", "1.5", "one", "1e9"])
def test_a_session_is_a_whole_number_from_1(session: str) -> None:
    spoilt = COURSES.with_columns(pl.col("session").cast(pl.String).replace("2", session))
    with pytest.raises(TableError, match="column 'session'"):
        panel(spoilt)


def test_a_row_without_a_client_is_refused() -> None:
    with pytest.raises(TableError, match="row 1, column 'client': is empty"):
        panel(COURSES.with_columns(pl.when(pl.col("session") > 1).then(pl.col("client")).alias("client")))


def test_a_table_with_nothing_rated_is_refused() -> None:
    blank = COURSES.with_columns(pl.lit(None).alias(name) for name in COURSES.columns if "." in name)
    with pytest.raises(DataError, match="no session has a rating"):
        panel(blank)


@pytest.mark.parametrize("missing", ["client", "phq-9.client"])
def test_a_table_without_the_column_is_refused_by_its_name(missing: str) -> None:
    with pytest.raises(TableError, match=missing):
        panel(COURSES.drop(missing))


def test_a_table_in_which_nothing_says_what_came_first_is_refused() -> None:
    with pytest.raises(TableError, match="neither session nor held_on"):
        panel(COURSES.drop("session", "held_on"))


def test_unknown_ways_to_detrend_are_refused() -> None:
    with pytest.raises(UsageError, match="detrend"):
        panel(COURSES, detrend="cubic")


def test_names_in_formulas_drop_hyphens_and_rater() -> None:
    assert plain("phq-9.client") == "phq9"
    assert plain("alliance.therapist") == "alliance_therapist"
    assert plain("phq-9.client.1") == plain("phq-9_1") == "phq9_1"
    assert plain("alliance.therapist.held_back") == "alliance_therapist_held_back"
    assert plain("9 lives") == "_9_lives"


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="both 'phq9'"):
        formula_names(["phq-9.client", "phq9"])


def test_reframed_gives_a_panel_by_its_map(shared_data: Path) -> None:
    """245 people have a whole PHQ-9 in range; 26 of them only one (counted with another program on the file)."""
    from accord.cli.evidence_file import courses

    repository = Path(__file__).resolve().parents[2]
    table = courses(str(shared_data / "reframed/reframed.csv"), repository / "docs/examples/reframed.toml")
    made = read_panel(table)
    assert (made.rows.height, made.rows["client"].n_unique(), made.rows["therapist"].n_unique()) == (2378, 245, 23)
    assert made.left_out[-1].people == 26
