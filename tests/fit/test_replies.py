"""How soon a therapist usually replies."""

import pytest

from accord.fit.replies import Reply, in_words, middle, usual

QUICK = [Reply(hours, True) for hours in (3, 5, 8, 20, 30)]
WAITING = [Reply(200, False)]


def test_the_median_of_what_was_answered() -> None:
    found = usual(QUICK)
    assert found is not None
    assert (found.hours, found.n) == (8, 5)
    assert in_words(found) == "usually replies within a day (half of the last 5 requests)"


def test_too_few_say_nothing() -> None:
    assert usual(QUICK[:4]) is None
    assert "too few" in in_words(None)


def test_what_was_never_answered_counts_as_long_as_it_waited() -> None:
    """Three answered at once and four left waiting: fewer than half were ever answered, so no median is claimed."""
    found = usual([*QUICK[:3], *WAITING * 4])
    assert found is not None
    assert found.hours is None
    assert in_words(found).startswith("often does not reply soon")


def test_a_request_taken_back_within_a_day_says_nothing() -> None:
    assert usual([*[Reply(1, False)] * 9, *QUICK]) == usual(QUICK)
    assert usual([Reply(1, False)] * 9) is None


def test_one_taken_back_later_was_waiting_until_then() -> None:
    """Of five at risk, answers after 3, 5 and 8 hours leave 4/5, 3/5 and 2/5 waiting: the median is 8."""
    found = usual([Reply(30, False), *QUICK[:4]])
    assert found is not None
    assert (found.hours, found.n) == (8, 5)


def test_the_interval_is_greenwoods_on_the_share_still_waiting() -> None:
    """n = 5, all answered: the share is .8, .6, .4, .2, 0 with errors .179, .219, .219, .179, 0, worked out by hand.

    .6 - 1.96 x .219 = .17 is the first at or below .5 from below (already .8 - 1.96 x .179 = .449 is); from above
    .4 + .43 = .83, .2 + .35 = .55, so only the last is.
    """
    found = usual(QUICK)
    assert found is not None
    assert (found.low, found.high) == (3, 30)


def test_only_the_last_twenty_count() -> None:
    found = usual([*[Reply(300, True)] * 40, *[Reply(2, True)] * 20])
    assert found is not None
    assert (found.hours, found.n) == (2, 20)


@pytest.mark.parametrize(("hours", "words"), [(24, "a day"), (25, "2 days"), (160, "a week"), (300, "two weeks")])
def test_hours_in_words(hours: float, words: str) -> None:
    assert f"within {words} (" in in_words(usual([Reply(hours, True)] * 5))


def test_the_median_of_all_is_not_cut_to_the_last_twenty() -> None:
    """41 answered after 1, 2 .. 41 hours: the share still waiting is a half or less from 21 on."""
    found = middle(Reply(hours, True) for hours in range(1, 42))
    assert (found.hours, found.n) == (21, 41)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 21 < found.high
    assert middle([]).hours is None
