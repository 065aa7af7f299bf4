"""A client reads their scores and their change; no page of theirs holds a flag, a label of a cut-off, or advice."""

import re

import pytest

from accord import measures
from accord.web.outcome import finding, own
from tests.cast import Cast
from tests.journey.test_one_loop import link_to
from tests.rules.test_addresses import TABLE, switch_on
from tests.web.outcome.rating import rate

LABELS = {cut.label for name in measures.names() for cut in measures.load(name).cutoffs}
JUDGED = (
    "not on track", "on track", "worth a look", "worth reaching out", "may stop", "expected course", "recovered",
    "improved", "unchanged", "deteriorated", "within the limits", "no more than error", "sudden gain", "sudden loss",
    "cut-off", "past courses", "percentile", "dropout",
)  # fmt: skip


def text_of(answer) -> str:  # type: ignore[no-untyped-def]
    """What stands on a page, for eyes and for screen readers; not where its links lead."""
    inside = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside)).casefold()


def test_scores_and_change_in_plain_words_with_the_interval(cast: Cast) -> None:
    rate(cast, 17, 14, 11, 7)
    said = text_of(cast.visitor(cast.ada).get("/my/"))
    assert "from your first answers to your latest: 17 to 7, 10 lower." in said
    assert "filling in a form is never exact: it is probably between 4.3 and 15.7 lower." in said


def test_nothing_is_said_of_a_change_before_there_are_two_answers(cast: Cast) -> None:
    rate(cast, 17)
    assert "from your first answers" not in text_of(cast.visitor(cast.ada).get("/my/"))


@pytest.mark.parametrize("totals", [(8, 9, 15, 18), (22, 14, 11, 3)], ids=["worse", "recovered"])
def test_no_client_page_holds_a_flag_a_label_of_a_cutoff_or_advice(cast: Cast, totals: tuple[int, ...]) -> None:
    switch_on(cast)
    rate(cast, *totals)
    visitor = cast.visitor(cast.ada)
    visitor.get(link_to(cast.after))
    found = []
    for place in places_of_a_client(cast):
        said = text_of(visitor.get(place, follow=True))
        found += [f"{place}: {word}" for word in (*JUDGED, *LABELS) if re.search(rf"\b{re.escape(word)}\b", said)]
        found += [f"{place}: {step}" for _, step in finding.STEPS if step.casefold() in said]
    assert not found


def places_of_a_client(cast: Cast) -> list[str]:
    """Her own pages and those of her link."""
    assert {name for name in TABLE if name.startswith("my")} >= {"my", "my_session", "my_between"}
    course, session = cast.course.pk, cast.session.pk
    own_pages = ["/my/", f"/my/sessions/{session}/", f"/my/between/{course}/", f"/my/agreement/{course}/", "/my/wrong/"]
    return [*own_pages, "/check-in/", "/check-in/1/", "/check-in/2/", "/check-in/3/", "/check-in/4/"]


def test_the_hunt_would_have_found_it(cast: Cast) -> None:
    """The same words stand on her therapist's page."""
    switch_on(cast)
    rate(cast, 8, 9, 15, 18)
    said = text_of(cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/"))
    assert "worth a look" in said
    assert "moderately severe" in said


def test_a_measure_without_published_spread_has_no_interval() -> None:
    from accord.web.alliance.course import meetings

    assert own.in_words(meetings([], {}), measures.load("k6")) == ""
