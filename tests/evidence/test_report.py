"""The report: what it says of courses whose truth is known, and that it says plainly what it cannot say."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence.report import describe, page
from accord.mechanism import simulate

SECTIONS = ["data", "course", "levels", "ahead", "early", "ruptures", "therapists", "measures", "published"]


@pytest.fixture(scope="module")
def courses() -> pl.DataFrame:
    return simulate(40, 25, 12, seed=2).to_frame()


@pytest.fixture(scope="module")
def told(courses: pl.DataFrame) -> dict[str, Any]:
    return describe(courses, made_on=date(2026, 5, 31), call="accord evidence report x.csv", hash="ab" * 32)


@pytest.fixture(scope="module")
def suppressed(courses: pl.DataFrame) -> dict[str, Any]:
    return describe(courses, suppress=10)


def section(told: dict[str, Any], id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in told["sections"] if each["id"] == id)
    return found


def table(told: dict[str, Any], id: str, caption: str) -> list[dict[str, Any]]:
    one = next(each for each in section(told, id)["tables"] if caption in each["caption"])
    return [dict(zip(one["columns"], row, strict=True)) for row in one["rows"]]


def test_it_answers_each_question_in_turn(told: dict[str, Any]) -> None:
    assert [each["id"] for each in told["sections"]] == SECTIONS
    assert all(each["enough"] for each in told["sections"])


def test_it_is_the_same_after_a_journey_as_json(told: dict[str, Any]) -> None:
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again == told
    assert page(again) == page(told)


def test_the_same_table_gives_the_same_report(courses: pl.DataFrame, told: dict[str, Any]) -> None:
    again = describe(courses, made_on=date(2026, 5, 31), call="accord evidence report x.csv", hash="ab" * 32)
    assert again == told


def test_counts_are_those_of_the_table(courses: pl.DataFrame, told: dict[str, Any]) -> None:
    rows = {row[""]: row["number"] for row in table(told, "data", "holds")}
    assert rows["rows of the table"] == courses.height
    assert rows["people with a rating"] == courses["client"].n_unique()
    assert rows["rated sessions"] == courses["phq-9.client"].drop_nulls().len()


def test_who_is_missing_adds_up(courses: pl.DataFrame, told: dict[str, Any]) -> None:
    assert sum(row["people"] for row in table(told, "data", "How they began")) == courses["client"].n_unique()


def test_first_scores_of_those_who_left_are_beside_those_who_stayed(
    courses: pl.DataFrame, told: dict[str, Any]
) -> None:
    """The mean of the first scores, counted by hand."""
    longest = courses.group_by("client").agg(pl.col("session").max())["session"].to_numpy()
    half = np.quantile(longest, 0.9) / 2
    rated = courses.drop_nulls("phq-9.client").sort("client", "session").group_by("client", maintain_order=True)
    each = rated.agg(pl.col("phq-9.client").first().alias("first"), pl.col("session").max(), pl.len().alias("n"))
    early = each.filter((pl.col("session") <= half) & (pl.col("n") > 1))
    row = next(row for row in table(told, "data", "How they began") if row["who"] == "last rating early")
    assert row["people"] == early.height
    assert row["first PHQ-9: mean"] == pytest.approx(early["first"].mean(), abs=0.005)


def test_the_course_of_the_alliance_is_the_mean_of_whoever_was_rated(
    courses: pl.DataFrame, told: dict[str, Any]
) -> None:
    row = table(told, "course", "by the client: mean")[2]
    third = courses.filter(pl.col("session") == 3)["alliance.client"].drop_nulls()
    assert (row["session"], row["people"]) == (3, len(third))
    assert row["mean"] == pytest.approx(third.mean(), abs=0.005)
    assert row["% at the best possible score"] == pytest.approx(100 * (third == 5).mean(), abs=0.06)


def test_shares_of_variance_come_to_the_whole(told: dict[str, Any]) -> None:
    for row in table(told, "course", "shares of their variance"):
        assert sum(value for name, value in row.items() if name.startswith("%")) == pytest.approx(100, abs=0.2)


def test_both_levels_stand_there_and_are_not_mixed(told: dict[str, Any]) -> None:
    rows = table(told, "levels", "Points of the next PHQ-9")
    assert [row["effect"].split(",")[0] for row in rows[:3]] == [
        "within the same person", "between people", "the one less the other (contextual effect)",
    ]  # fmt: skip
    words = section(told, "levels")["words"]
    assert any(word.startswith("Within the same person") for word in words)
    assert any(word.startswith("Between people") for word in words)
    assert "Neither is proof of a cause" in words[-1] or any("Neither is proof" in word for word in words)


def test_simulated_courses_show_the_effects_that_were_put_in(told: dict[str, Any]) -> None:
    """A better alliance, a lower next score, on both levels; -.03 to -.20 once earlier values are held."""
    rows = table(told, "levels", "Points of the next PHQ-9")
    assert rows[0]["to"] < 0 and rows[1]["to"] < 0  # noqa: PT018
    path = table(told, "ahead", "Paths within people")[2]
    assert path["from one session to the next"] == "Alliance check-in, then PHQ-9"
    assert -0.20 < path["in within-person SDs"] < -0.03


def test_the_early_alliance_is_set_beside_the_published_number_of_its_own_level(told: dict[str, Any]) -> None:
    words = section(told, "early")["words"]
    assert "0.278" in words[1]
    assert 0.1 < table(told, "early", "Early Alliance")[0]["r"] < 0.45


def test_open_ruptures_stand_worse_than_none(told: dict[str, Any]) -> None:
    none, _, open_ = table(told, "ruptures", "Change on PHQ-9")
    assert open_["better by"] < none["better by"]
    assert open_["to (adjusted)"] < 0


def test_no_therapist_is_named_or_put_in_order(courses: pl.DataFrame, told: dict[str, Any]) -> None:
    part = json.dumps(section(told, "therapists"))
    assert "nobody is put in order" in part
    named = describe(courses.with_columns(pl.format("QXZ{}", "therapist").alias("therapist")))
    assert "QXZ" not in page(named)


def test_no_client_code_reaches_the_page(courses: pl.DataFrame) -> None:
    told = describe(courses.with_columns(pl.format("QXZ{}", "client").alias("client")))
    assert "QXZ" not in page(told) + json.dumps(told)


def test_reliability_is_read_from_the_items(told: dict[str, Any]) -> None:
    rows = {row["reliability"]: row["estimate"] for row in table(told, "measures", "Reliability here")}
    assert 0.6 < rows["PHQ-9: alpha, of first answers"] < 1
    assert 0.3 < rows["Alliance check-in, by the client: omega within people"] < 1


def test_published_numbers_stand_level_by_level(told: dict[str, Any]) -> None:
    captions = [each["caption"] for each in section(told, "published")["tables"]]
    assert captions[:2] == ["Comparing people with each other", "Comparing the sessions of each person"]
    assert "compared" not in section(told, "published")["tables"][0]["columns"]


# What is not there
def test_a_table_without_alliance_says_so_in_each_section(courses: pl.DataFrame) -> None:
    told = describe(courses.drop([name for name in courses.columns if name.startswith("alliance")]))
    lacking = [each["id"] for each in told["sections"] if not each["enough"]]
    assert lacking == ["course", "levels", "ahead", "early", "ruptures"]
    assert all("no alliance ratings" in section(told, id)["words"][0] for id in lacking)
    assert any(word.startswith("Not enough data yet for") for word in told["summary"])


def test_a_table_without_therapists_says_so(courses: pl.DataFrame) -> None:
    told = describe(courses.drop("therapist"))
    assert section(told, "therapists")["words"] == ["The table does not say who the therapists are."]
    assert section(told, "levels")["enough"]


def test_a_handful_of_people_is_not_enough_for_any_effect(courses: pl.DataFrame) -> None:
    told = describe(courses.filter(pl.col("client") <= 8))
    assert [each["id"] for each in told["sections"] if each["enough"]] == ["data", "course", "published"]
    assert "Not enough data yet" in page(told)


def test_totals_alone_leave_reliability_open(courses: pl.DataFrame) -> None:
    totals = courses.select(name for name in courses.columns if name.count(".") < 2)
    words = section(describe(totals), "measures")["words"]
    assert any("no answers to single items" in word for word in words)


def test_one_person_with_one_rating_makes_a_report() -> None:
    told = describe(pl.DataFrame({"client": ["a"], "session": [1], "phq-9.client": [4]}))
    assert told["summary"][0] == "1 rated sessions of 1 people."


def test_reframed_is_described_and_its_gaps_are_said(shared_data: Path) -> None:
    from accord.cli.evidence_file import courses as read

    repository = Path(__file__).resolve().parents[2]
    told = describe(read(str(shared_data / "reframed/reframed.csv"), repository / "docs/examples/reframed.toml"))
    rows = {row[""]: row["number"] for row in table(told, "data", "holds")}
    assert (rows["people with a rating"], rows["rated sessions"], rows["therapists"]) == (245, 2378, 22)
    assert not section(told, "levels")["enough"]
    share = table(told, "therapists", "Last PHQ-9")[0]
    assert share["from"] == 0 < share["estimate"] < share["to"]


# Suppression
def numbers_in(told: dict[str, Any]) -> list[str]:
    return [word for each in told["sections"] for word in each["words"]]


def test_counts_of_a_release_are_rounded_to_ten(suppressed: dict[str, Any]) -> None:
    for id in ("data", "course", "ruptures", "therapists", "levels", "ahead", "early", "measures"):
        for one in section(suppressed, id)["tables"]:
            for place, name in enumerate(one["columns"]):
                if name in ("people", "number", "rows", "people still there", "sessions", "ratings", "therapists"):
                    if one["caption"].startswith("How reliable one"):
                        continue
                    cells = [row[place] for row in one["rows"]]
                    assert all(cell in ("fewer than 10", "") or cell % 10 == 0 for cell in cells), one["caption"]


def test_differences_of_two_counts_of_a_release_tell_of_ten_or_nobody(suppressed: dict[str, Any]) -> None:
    there = [row["people still there"] for row in table(suppressed, "data", "still there")]
    steps = {abs(a - b) for a, b in pairwise(there)}
    assert all(step == 0 or step >= 10 for step in steps)


def test_a_small_group_is_not_told_of(courses: pl.DataFrame) -> None:
    """Three people rated once: neither how many nor how they began."""
    few = courses.filter((pl.col("client") > 3) | (pl.col("session") == 1))
    one = courses.filter(pl.col("client").is_in(pl.Series([1, 2, 3]).implode()) & (pl.col("session") == 1)).height
    assert one == 3
    ends = few.group_by("client").agg(pl.col("phq-9.client").count().alias("n"))
    once = ends.filter(pl.col("n") == 1)["client"]
    told = describe(few.filter(~pl.col("client").is_in(once.filter(once > 3).implode())), suppress=10)
    row = next(row for row in table(told, "data", "How they began") if row["who"] == "rated once")
    assert row["people"] == "fewer than 10"
    assert set(list(row.values())[2:]) == {"too few"}


def test_no_share_tells_of_few(courses: pl.DataFrame) -> None:
    """Seven people at the best score: no share of them is told, neither is 'nobody'."""
    first = courses.filter(pl.col("session") == 1)["client"].unique().sort()[:7]
    high = pl.col("client").is_in(first.implode()) & (pl.col("session") == 1)
    flat = courses.with_columns(
        pl.when(high).then(5.0).otherwise(pl.col("alliance.client").clip(0, 4.5)).alias("alliance.client")
    )
    flat = flat.with_columns(
        pl.when(pl.col("attended") == "yes").then(pl.col("alliance.client")).alias("alliance.client")
    )
    told = describe(flat, suppress=10)
    assert {row["% at the best possible score"] for row in table(told, "course", "by the client: mean")} == {"too few"}


def test_a_release_of_fewer_than_ten_people_tells_of_nobody(courses: pl.DataFrame) -> None:
    told = describe(courses.filter(pl.col("client") <= 8), suppress=10)
    cells = [
        cell
        for each in told["sections"]
        if each["id"] != "published"
        for one in each["tables"]
        for row in one["rows"]
        for cell in row[1:]
    ]
    assert not [cell for cell in cells if isinstance(cell, float)]
    assert not any(
        re.search(r"\d\.\d", word)
        for each in told["sections"]
        if each["id"] in ("data", "course")
        for word in each["words"]
    )


def test_a_release_says_the_months_and_not_the_days(courses: pl.DataFrame) -> None:
    dated = courses.with_columns((pl.date(2026, 1, 5) + pl.duration(weeks=pl.col("session"))).alias("held_on"))
    assert re.search(r"2026-01 to 2026-0\d\.", describe(dated, suppress=10)["summary"][0])
    assert "2026-01-12" in describe(dated)["summary"][0]


def test_the_level_of_suppression_is_checked(courses: pl.DataFrame) -> None:
    for wrong in (0, 1, -5, 10_000):
        with pytest.raises(UsageError, match="suppress"):
            describe(courses, suppress=wrong)


def test_it_says_that_it_suppresses(suppressed: dict[str, Any]) -> None:
    assert suppressed["suppressed_below"] == 10
    assert any("Nothing is told of fewer than 10 people" in word for word in section(suppressed, "data")["words"])


# What cannot be used
def test_bad_cells_are_refused_by_name(courses: pl.DataFrame) -> None:
    with pytest.raises(TableError, match=r"phq-9\.client"):
        describe(courses.with_columns(pl.lit(99).alias("phq-9.client")))


def test_nothing_rated_is_refused(courses: pl.DataFrame) -> None:
    with pytest.raises(DataError, match="no session has a rating"):
        describe(courses.select("client", "session").with_columns(pl.lit(None).alias("phq-9.client")))


def test_progress_reaches_its_end(courses: pl.DataFrame) -> None:
    seen: list[tuple[int, int]] = []
    describe(courses.head(400), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(SECTIONS), len(SECTIONS))


# The page
class Reader(HTMLParser):
    """What a page refers to, and whether its elements close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        self.refers += [str(named[name]) for name in ("src", "href", "xlink:href", "action") if named.get(name)]
        if tag not in ("meta", "link", "br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_it(told: dict[str, Any]) -> None:
    reader = Reader()
    text = page(told)
    reader.feed(text)
    assert reader.open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(reader.tags)
    assert all(each.startswith("#") for each in reader.refers)
    assert {each[1:] for each in reader.refers} <= set(reader.ids)
    assert len(reader.ids) == len(set(reader.ids))
    assert "url(" not in text
    assert "style=" not in text.split("</style>")[1]


def test_each_picture_has_a_title_a_description_and_a_table_in_its_section(told: dict[str, Any]) -> None:
    for each in told["sections"]:
        for figure in each["figures"]:
            assert figure["title"] and figure["description"]  # noqa: PT018
            assert "<title" in figure["svg"]
            assert "<desc" in figure["svg"]
            assert each["tables"]


def test_the_page_names_the_call_the_programs_and_the_data(told: dict[str, Any]) -> None:
    text = page(told)
    assert "accord evidence report x.csv" in text
    assert "ab" * 32 in text
    assert "numpy" in text
    assert "2026-05-31" in text


def test_names_with_html_in_them_stay_text(courses: pl.DataFrame) -> None:
    nasty = "<script>alert(1)</script>\"'&\x00\ud800"
    spoilt = courses.rename({"alliance.client": "a<b>&\"'.client"}).drop("alliance.therapist")
    told = describe(spoilt, alliance="a<b>&\"'.client", title=nasty, call=nasty, label=nasty)
    reader = Reader()
    text = page(told)
    text.encode("utf-8")
    reader.feed(text)
    assert "script" not in reader.tags
    assert "b" not in reader.tags


@pytest.mark.parametrize("people", [17, 83, 117, 143])
def test_no_exact_number_of_people_stands_in_a_release(courses: pl.DataFrame, people: int) -> None:
    """Neither in words, nor in tables, nor in pictures; models count in what they say of themselves too."""
    gappy = courses.filter(pl.col("client") <= people).with_columns(
        pl.when(pl.int_range(pl.len()) % 7 > 0).then(pl.col("alliance.client")).alias("alliance.client")
    )
    told = describe(gappy, suppress=10)
    said = re.sub(r"<[^>]*>", " ", json.dumps([each for each in told["sections"] if each["id"] != "published"]))
    for number in (people, gappy["phq-9.client"].count(), int(gappy["alliance.client"].count()), gappy.height):
        found = re.search(rf"(?<![\d.,-])({number}|{number:,})(?![\d.,]*\d)", said)
        assert not found or number % 10 == 0, said[max(found.start() - 80, 0) : found.end() + 40]


def test_therapists_fewer_than_ten_are_not_counted_in_a_release(courses: pl.DataFrame) -> None:
    told = describe(courses.filter(pl.col("therapist") <= 7), suppress=10)
    assert not section(told, "therapists")["enough"]
    assert {row[""]: row["number"] for row in table(told, "data", "holds")}["therapists"] == "fewer than 10"


def test_many_ratings_of_a_few_people_are_still_a_few_people(courses: pl.DataFrame) -> None:
    """Three people at the lowest score in every session: some thirty ratings, and no share of them."""
    low = pl.when(pl.col("client") <= 3).then(0.0).otherwise(pl.col("alliance.client").clip(0.5, 5))
    spoilt = courses.with_columns(pl.when(pl.col("attended") == "yes").then(low).alias("alliance.client"))
    rows = {row["rating"]: row for row in table(describe(spoilt, suppress=10), "measures", "Where ratings stand")}
    assert rows["Alliance check-in, by the client"]["% at the lowest possible"] == "too few"
