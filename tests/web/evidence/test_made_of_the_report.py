"""Releases made of the real report, and what clients read of one."""

import json
import re
from typing import Any

import polars as pl
import pytest

from accord.mechanism import simulate
from accord.web.alliance import actions as alliance
from accord.web.alliance.reading_in import read
from accord.web.evidence import contents, gathering, queries
from accord.web.evidence.gathering import Gathered
from accord.web.evidence.models import Release
from accord.web.evidence.plain import in_plain_words
from accord.web.people.asker import COMMAND, of_member
from tests.cast import Cast
from tests.web.evidence.releasing import a_day, courses, freeze, wanted


def simulated(cast: Cast) -> None:
    """Forty simulated people of four therapists, with all their answers, brought in as a table."""
    frame = simulate(4, 10, 8, seed=3).to_frame()
    items = [name for name in frame.columns if name.count(".") == 2]
    frame = frame.select(
        pl.format("S-{}", "client").alias("client"),
        pl.format("T-{}", "therapist").alias("therapist"),
        "session",
        pl.lit(str(a_day(1))).alias("held_on"),
        "attended",
        *items,
    )
    alliance.bring_in(asker=COMMAND, practice=cast.practice, reading=read(frame.write_csv()))


@pytest.fixture
def one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[Release, Gathered]:
    simulated(cast)
    seen: list[Gathered] = []
    real = gathering.gather
    monkeypatch.setattr(gathering, "gather", lambda *given: seen.append(real(*given)) or seen[-1])
    return freeze(cast, wanted(shown_to=("therapist",)), describing=contents.describe), seen[0]


def test_it_holds_the_reports_parts_and_no_therapists_or_clients_name(one: tuple[Release, Gathered]) -> None:
    release, gathered = one
    report = json.loads(release.frozen)
    assert [each["id"] for each in report["sections"]][:3] == ["whose", "data", "course"]
    assert report["suppressed_below"] == 10
    assert len(gathered.names) == 44
    assert not [name for name in gathered.names if name in release.frozen]
    assert not re.search(r"\b[TS]-\d", release.frozen)
    assert list(contents.small_counts(report)) == []


def test_no_therapists_own_figure_stands_in_it(one: tuple[Release, Gathered]) -> None:
    """The means that one therapist's clients have, by any way to write them, are nowhere."""
    release, gathered = one
    report = json.loads(release.frozen)
    headings = [column for each in report["sections"] for table in each["tables"] for column in table["columns"]]
    assert "therapist" not in headings
    means = gathered.courses.group_by("therapist").agg(pl.col("phq-9.client").mean())["phq-9.client"]
    told = {cell for each in report["sections"] for table in each["tables"] for row in table["rows"] for cell in row}
    assert not told & {round(mean, 2) for mean in means}


def test_it_opens_on_a_page_and_as_a_file(cast: Cast, one: tuple[Release, Gathered]) -> None:
    visitor = cast.visitor(cast.manager)
    page = visitor.get(f"/releases/{one[0].pk}/").content.decode()
    assert page.count('class="chart-pair"') >= 2
    assert 'style="' not in page  # the page's policy allows none
    taken = visitor.get(f"/releases/{one[0].pk}/release.html").content.decode()
    assert "It is not research, and must not be passed off as such. Not a test of cause" in taken
    assert "Whose answers are in it" in taken


def test_a_practice_that_asks_another_form_reads_of_that_form(cast: Cast) -> None:
    lines = ["client,therapist,session,held_on,gad-7.client"]
    for place in range(30):
        who = f"G-{place},T-{place % 3}"
        lines += [f"{who},{number},{a_day(1)},{12 - number + place % 4}" for number in (1, 2, 3)]
    alliance.bring_in(asker=COMMAND, practice=cast.practice, reading=read("\n".join(lines) + "\n"))
    made = freeze(cast, describing=contents.describe)
    report = queries.report_of(made)
    assert report
    assert report["measures"] == {"outcome": "GAD-7", "alliance": None}


def test_a_practice_in_which_nothing_was_rated_is_told_so(cast: Cast) -> None:
    courses(cast.practice, 18)
    from accord.web.alliance.models import AnswerSet

    AnswerSet.objects.all().delete()
    page = cast.visitor(cast.manager).get(
        "/practice/releases/new/",
        {"purpose": "evaluation", "first": wanted().first, "last": wanted().last},
    )
    assert page.status_code == 200
    assert "It cannot be frozen." in page.content.decode()
    assert not Release.objects.exists()
    assert gathering.work(of_member(cast.manager), cast.practice.pk, wanted().first, wanted().last) == 54


def gathered(changes: list[float], **columns: Any) -> Gathered:
    """For each change somebody whose PHQ-9 was 15 at first and so much more at last."""
    rows = [(f"c{who}", n, 15.0 + n * change) for who, change in enumerate(changes) for n in (0, 1)]
    frame = pl.DataFrame(rows, schema=["client", "session", "phq-9.client"], orient="row").with_columns(**columns)
    return Gathered(frame, {f"c{who}": [] for who in range(len(changes))}, (), frozenset(), {})


def test_clients_read_a_change_with_how_sure_it_is() -> None:
    """By hand: mean -4.5, SD .522 of 12, SE .151, t(11) 2.201: half-width .33."""
    words = " ".join(in_plain_words(gathered([-5.0, -4.0] * 6), "July to September 2026"))
    assert "On average the last score was 4.5 points lower than the first, probably between 4.2 and 4.8." in words
    assert "On this form lower is better." in words
    assert "does not say what therapy did" in words


def test_a_change_that_may_be_none_is_said_to_be_none() -> None:
    words = " ".join(in_plain_words(gathered([-5.0, 5.0] * 6), "July to September 2026"))
    assert "about the same as their first, as far as can be told" in words
    assert "points" not in words


def test_of_fewer_than_ten_nothing_is_said() -> None:
    rated_by_nine = pl.Series([15.0, 10.0] * 9 + [None] * 6)
    words = in_plain_words(gathered([0.0] * 12, **{"phq-9.client": rated_by_nine}), "x")
    assert words[1:] == ["There is not enough yet to say more."]


def test_how_working_together_was_is_said_with_how_sure_it_is() -> None:
    together = pl.Series([3.0, 4.0] * 12)
    words = " ".join(in_plain_words(gathered([0.0] * 12, **{"alliance.client": together}), "x"))
    assert "on average 3.5 out of 5, probably between 3.5 and 3.5" in words


@pytest.mark.parametrize("column", ["people", "People still there", "n"])
def test_a_small_count_in_any_table_is_found_by_the_last_look(column: str) -> None:
    table = {"caption": "Who", "columns": ["session", column], "rows": [[1, 30], [2, 7]]}
    report = {"sections": [{"heading": "What is in the data", "tables": [table]}]}
    assert list(contents.small_counts(report)) == ["What is in the data, Who"]
    table["rows"] = [[1, 30], [2, "fewer than 10"], [3, 0]]
    assert list(contents.small_counts(report)) == []
