"""The working agreement by itself: topics, when to look again, and which answers speak for a strong alliance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord import measures
from accord.alliance import LOW, REVISIT, STRONG, THINGS, TOP, due, topics
from accord.errors import DataError

KEYS = [thing.key for thing in THINGS]
WILLING = st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers(0, TOP))
COUNT = st.integers(0, 15)


def test_therapy_asks_six_things_each_with_words_for_both() -> None:
    assert len(set(KEYS)) == 6
    assert all(thing.words and thing.opening for thing in THINGS)


def test_low_willingness_is_a_topic_with_the_lowest_first() -> None:
    found = topics({"coming": 4, "sharing": 1, "trust": 5, "approach": None})
    assert [(topic.key, topic.value) for topic in found] == [("sharing", 1), ("coming", 4)]
    assert "You do not have to tell me everything" in found[0].words


@given(WILLING)
def test_only_what_was_said_and_is_low_is_a_topic(willing: dict[str, int | None]) -> None:
    found = topics(willing)
    assert {topic.key for topic in found} == {k for k, v in willing.items() if v is not None and v <= LOW}
    assert [topic.value for topic in found] == sorted(topic.value for topic in found)


@given(WILLING, st.sampled_from(KEYS))
def test_what_is_not_said_reads_as_what_was_never_asked(willing: dict[str, int | None], key: str) -> None:
    without = {k: v for k, v in willing.items() if k != key}
    assert topics({**willing, key: None}) == topics(without)


def test_a_number_outside_the_scale_is_refused_with_what_was_wanted() -> None:
    with pytest.raises(DataError, match=r"coming: got 11, wanted 0 to 10"):
        topics({"coming": 11})


@pytest.mark.parametrize(
    ("held", "at", "mended", "why"),
    [
        (0, None, False, None),
        (1, None, False, "not made yet"),
        (2, 1, False, None),
        (3, 1, False, "session 3 is reached"),
        (3, 3, False, None),  # made in that session
        (7, 1, False, "session 6 is reached"),  # the nearest mark, not every one that was missed
        (12, 10, False, None),
        (4, 3, True, "something between you was called mended since"),
        (6, 4, True, "session 6 is reached and something between you was called mended since"),
    ],
)
def test_when_to_look_at_it_again(held: int, at: int | None, mended: bool, why: str | None) -> None:
    found = due(held, at, mended)
    assert (found and found.why) == why


@given(COUNT, st.none() | COUNT, st.booleans(), COUNT)
def test_one_more_session_never_makes_it_less_due(held: int, at: int | None, mended: bool, more: int) -> None:
    if due(held, at, mended):
        assert due(held + more, at, mended)


@given(COUNT, COUNT, st.booleans())
def test_a_repair_never_makes_it_less_due(held: int, at: int, mended: bool) -> None:
    assert due(held, at, True)
    if due(held, at, False):
        assert due(held, at, mended)


@given(COUNT)
def test_a_fresh_version_is_not_due(held: int) -> None:
    assert due(held, held, False) is None


@given(COUNT)
def test_a_later_version_is_never_due_where_an_earlier_one_is_not(held: int) -> None:
    for at in range(held):
        if due(held, at, False) is None:
            assert due(held, at + 1, False) is None


def test_each_mark_calls_once() -> None:
    called, at = [], 0
    for held in range(1, 16):
        if due(held, at, False):
            called.append(held)
            at = held
    assert tuple(called) == REVISIT


def test_what_a_strong_alliance_brings_is_spoken_for_by_items_of_the_check_in() -> None:
    known = {item.key for item in measures.load("alliance").items}
    spoken = [item for quality in STRONG for item in quality.items]
    assert len(STRONG) == 7
    assert len(spoken) == len(set(spoken))
    assert set(spoken) <= known
    assert [quality.key for quality in STRONG if not quality.items] == ["attending"]
