"""Impressions side by side: item by item, with the noise of one rating, and no sum of anything."""

import math
from dataclasses import fields

import pytest

from accord.errors import AnswerError
from accord.fit import NOISE, SEEKER, THERAPIST, Comparison, Impression, OtherSide, compare, threshold
from accord.fit.comparison import CLOSE, ENDING, QUESTIONS

EVEN = {item.id: 3 for item in SEEKER}


def met(therapist: str, order: int, day: str = "first", **answers: int | None) -> Impression:
    named = {name.replace("_", "-"): value for name, value in answers.items()}
    return Impression(therapist, order, "call", day, EVEN | named)  # type: ignore[arg-type]


def line(comparison: Comparison, item: str):  # type: ignore[no-untyped-def]
    return next(each for each in comparison.lines if each.item.id == item)


def test_a_difference_that_one_rating_makes_by_chance_is_too_close_to_tell_apart() -> None:
    assert threshold() == pytest.approx(1.96 * math.sqrt(2) * NOISE)
    assert 1 < threshold() < 2
    told = compare([met("vera", 1, heard=4), met("tomas", 2, heard=3)])
    assert line(told, "heard").words == CLOSE
    assert line(told, "heard").apart == ()


def test_a_larger_one_is_said_with_its_direction() -> None:
    told = line(compare([met("vera", 1, heard=5), met("tomas", 2, heard=3)]), "heard")
    assert told.words == "you rated vera 2 higher than tomas"
    assert [(each.higher, each.lower, each.by) for each in told.apart] == [("vera", "tomas", 2)]


def test_the_noise_of_a_single_rating_stays_on_the_scale() -> None:
    vera, tomas = line(compare([met("vera", 1, heard=5), met("tomas", 2, heard=3)]), "heard").marks
    assert (vera.low, vera.high) == (pytest.approx(5 - 1.96 * NOISE), 5)
    assert (tomas.low, tomas.high) == (pytest.approx(3 - 1.96 * NOISE), pytest.approx(3 + 1.96 * NOISE))


def test_comfort_and_can_help_me_stay_apart_and_nothing_is_added_up() -> None:
    told = compare([met("warm", 1, at_ease=5, can_help=1), met("able", 2, at_ease=1, can_help=5)])
    assert line(told, "at-ease").words == "you rated warm 4 higher than able"
    assert line(told, "can-help").words == "you rated able 4 higher than warm"
    assert [item.id for item in SEEKER if item.side == "confidence"] == ["can-help"]
    assert [each.name for each in fields(Comparison)] == [
        "order", "lines", "threshold", "recent", "questions", "ending",
    ]  # fmt: skip


def test_it_ends_in_two_questions() -> None:
    told = compare([met("vera", 1)])
    assert told.questions == QUESTIONS == ("Could you be honest with this person?", "Do you think they can help?")
    assert told.ending == ENDING == "Then it is enough to begin; you can change later."


def test_both_days_are_shown_and_the_next_one_is_compared() -> None:
    told = compare([met("vera", 1, heard=5), met("vera", 1, "next", heard=3), met("tomas", 2, heard=3)])
    vera = line(told, "heard").marks[0]
    assert (vera.first, vera.next, vera.value) == (5, 3, 3)
    assert line(told, "heard").words == CLOSE


def test_the_order_of_meeting_is_kept_and_the_last_one_named() -> None:
    told = compare([met("tomas", 2), met("vera", 1)])
    assert told.order == ("vera", "tomas")
    assert told.recent is not None
    assert told.recent.startswith("You met tomas last.")
    assert compare([met("vera", 1)]).recent is None


def test_what_the_next_day_made_of_the_last_one_is_said() -> None:
    lower = {item.id.replace("-", "_"): 2 for item in SEEKER}
    told = compare([met("vera", 1), met("tomas", 2), met("tomas", 2, "next", **lower)])
    assert told.recent is not None
    assert told.recent.endswith("The next day you rated tomas 1.0 lower, on average over 6 items.")
    same = compare([met("vera", 1), met("tomas", 2), met("tomas", 2, "next")])
    assert same.recent is not None
    assert same.recent.endswith("about the same.")


def test_of_a_call_and_a_consultation_the_later_counts() -> None:
    told = compare([met("vera", 1, heard=1), met("tomas", 2), met("vera", 3, heard=5)])
    assert told.order == ("tomas", "vera")
    assert line(told, "heard").marks[1].value == 5


def test_kept_and_skipped_answers_look_the_same() -> None:
    kept = compare([met("vera", 1, heard=None), met("tomas", 2)])
    left_out = Impression("vera", 1, "call", "first", {name: 3 for name in EVEN if name != "heard"})
    assert kept == compare([left_out, met("tomas", 2)])
    assert line(kept, "heard").words == "not enough answers to compare"


@pytest.mark.parametrize("wrong", [{"heard": 6}, {"heard": -1}, {"heard": True}, {"loved": 3}])
def test_answers_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(AnswerError):
        Impression("vera", 1, "call", "first", wrong)


def test_the_therapist_says_in_two_items_whether_it_fits_their_side() -> None:
    assert len(THERAPIST) == 2
    assert OtherSide(1, {item.id: 4 for item in THERAPIST}).met == 1
    with pytest.raises(AnswerError):
        OtherSide(1, {"heard": 4})


def test_more_than_two_are_told_apart_pair_by_pair() -> None:
    told = line(compare([met("a", 1, heard=5), met("b", 2, heard=4), met("c", 3, heard=1)]), "heard")
    assert told.words == "you rated a 4 higher than c; you rated b 3 higher than c"
