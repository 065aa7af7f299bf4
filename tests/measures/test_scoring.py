"""One person's answers, scored: examples that are the documentation, and properties that hold for every measure."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import AnswerError, UsageError
from accord.measures import load, names, score


def answered(name, value, **other):
    """Every item that counts answered alike, apart from some."""
    return {item.key: value for item in load(name).scored} | {key.strip("_"): each for key, each in other.items()}


def test_a_phq_9_is_the_sum_of_its_nine_answers():
    result = score("phq-9", {"1": 3, "2": 2, "3": 1, "4": 2, "5": 0, "6": 3, "7": 1, "8": 0, "9": 0})
    assert (result.total, result.missing, result.prorated, result.risk) == (12.0, (), False, False)


def test_two_missing_answers_are_made_up_for_by_the_mean_of_the_others_and_decimals_stay():
    # Witness, by hand: seven answers add up to 10; 10 / 7 x 9 = 12.857...
    result = score("phq-9", {"1": 3, "2": 2, "3": 1, "4": 2, "5": 0, "6": 2, "9": 0})
    assert result.total == pytest.approx(90 / 7)
    assert result.prorated
    assert result.missing == ("7", "8")


def test_three_missing_answers_are_too_many():
    result = score("phq-9", {"1": 3, "2": 2, "3": 1, "4": 2, "5": 0, "9": 0})
    assert result.total is None
    assert result.reason == "3 of 9 answers are missing; a total needs at least 7"


def test_without_item_9_there_is_no_total_and_risk_is_unknown():
    result = score("phq-9", answered("phq-9", 1, _9=None))
    assert result.total is None
    assert result.risk is None
    assert "item 9 was not answered" in result.reason


@pytest.mark.parametrize(
    ("name", "item", "quiet", "loud"), [("phq-9", "9", 0, 1), ("core-10", "6", 0, 1), ("dass-21", "21", 1, 2)]
)
def test_safety_items_speak_at_their_threshold_and_are_never_no_when_unanswered(name, item, quiet, loud):
    zeros = answered(name, 0)
    assert score(name, zeros | {item: quiet}).risk is False
    assert score(name, zeros | {item: loud}).risk is True
    assert score(name, zeros | {item: None}).risk is None
    assert score(name, {item: loud}).risk is True


def test_a_measure_that_does_not_ask_about_risk_does_not_know():
    assert score("gad-7", answered("gad-7", 0)).risk is None


def test_the_difficulty_item_is_accepted_and_never_scored():
    assert score("phq-9", answered("phq-9", 1, difficulty=3)).total == 9
    assert "difficulty" not in score("phq-9", answered("phq-9", 1)).missing


# Golden vectors. Witness: worked out by hand from the published keys as they stand in the definition files.
GOLDEN = [
    ("gad-7", answered("gad-7", 2, _7=0), 12, {}),
    ("phq-4", {"1": 3, "2": 2, "3": 1, "4": 0}, 6, {"anxiety": 5, "depression": 1}),
    ("k10", answered("k10", 1), 10, {}),
    ("k6", answered("k6", 4), 24, {}),
    (
        "pcl-5",
        answered("pcl-5", 1, _6=4, _7=4),
        26,
        {"intrusion": 5, "avoidance": 8, "cognition_mood": 7, "arousal": 6},
    ),
    ("core-10", answered("core-10", 4), 32, {}),
    ("core-10", answered("core-10", 0), 8, {}),
    ("who-5", {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}, 60, {}),
    ("wai-sr", answered("wai-sr", 3, _1=5, _2=5, _10=5, _12=5), 44 / 12, {"task": 5, "bond": 3, "goal": 3}),
    ("srs", {"1": 9.5, "2": 8.25, "3": 10, "4": 7}, 34.75, {}),
    ("ors", {"1": 2.5, "2": 5, "3": 5, "4": 5}, 17.5, {}),
    ("haq-ii", answered("haq-ii", 6), 14 * 6 + 5 * 1, {}),
    ("arm-5", answered("arm-5", 7), (4 * 7 + 1) / 5, {}),
    ("oq-45", answered("oq-45", 0), 9 * 4, {"symptom_distress": 12, "interpersonal_relations": 16, "social_role": 8}),
]


@pytest.mark.parametrize(("name", "answers", "total", "subscales"), GOLDEN)
def test_golden_vectors(name, answers, total, subscales):
    result = score(name, answers)
    assert result.total == pytest.approx(total)
    assert dict(result.subscales) == pytest.approx(subscales)


def test_dass_21_keeps_depression_and_anxiety_apart_from_each_other():
    """Some pages swap D and A. Item 21 (no meaning in life) and 3 are depression, 2 (dry mouth) and 4 are anxiety."""
    low_mood = score("dass-21", answered("dass-21", 0) | dict.fromkeys(["3", "5", "10", "13", "16", "17", "21"], 3))
    panic = score("dass-21", answered("dass-21", 0) | dict.fromkeys(["2", "4", "7", "9", "15", "19", "20"], 3))
    assert dict(low_mood.subscales) == {"depression": 42, "anxiety": 0, "stress": 0}
    assert dict(panic.subscales) == {"depression": 0, "anxiety": 42, "stress": 0}


def test_c_nip_has_scales_with_signs_and_no_total():
    result = score("c-nip", answered("c-nip", -1, _1=3, _11=-3))
    assert result.total is None
    assert result.reason == "this measure has no total; read its scales"
    assert dict(result.subscales) == {"directiveness": -1, "intensity": -5, "time": -5, "warmth": -5}


@pytest.mark.parametrize("value", [4, -1, 1.5, "2", True, math.inf, 10**400, 1j, [1]])
def test_an_answer_out_of_range_is_refused_by_item_and_value(value):
    with pytest.raises(AnswerError, match=r"phq-9, item 3: got .*, wanted a whole number from 0 to 3") as caught:
        score("phq-9", answered("phq-9", 1, _3=value))
    assert (caught.value.measure, caught.value.item, caught.value.value) == ("phq-9", "3", value)


def test_a_misspelt_item_is_refused_and_not_taken_for_a_missing_one():
    with pytest.raises(AnswerError, match="item 10: got 1, wanted an item of this measure: 1, 2, 3"):
        score("phq-9", answered("phq-9", 1, _10=1))


def test_an_answer_that_does_not_count_is_checked_all_the_same():
    with pytest.raises(AnswerError, match="item difficulty: got 4"):
        score("phq-9", answered("phq-9", 1, difficulty=4))


def test_whole_floats_and_numpy_numbers_are_answers_and_nan_is_none():
    result = score("phq-9", answered("phq-9", 1, _1=2.0, _2=np.int8(3), _3=float("nan")))
    assert result.missing == ("3",)
    assert result.total == pytest.approx((2 + 3 + 6) / 8 * 9)


def test_an_unknown_measure_names_those_there_are():
    with pytest.raises(UsageError, match="no measure 'phq'; wanted one of alliance, arm-5"):
        score("phq", {})


def answers_to(measure):
    """Any mixture of given and missing answers to a measure."""
    each = {}
    for item in measure.scored:
        whole = st.integers(int(item.low), int(item.high))
        some = st.floats(item.low, item.high, width=32) if item.decimals else whole
        each[item.key] = st.none() | some
    return st.fixed_dictionaries(each)


@given(st.data())
def test_every_score_lies_in_its_range_and_says_why_when_there_is_none(data):
    measure = load(data.draw(st.sampled_from(names())))
    result = score(measure, data.draw(answers_to(measure)))
    assert (result.total is None) == (result.reason is not None)
    for scale in measure.scales:
        value = result.total if scale is measure.total else result.subscales[scale.key]
        assert value is None or scale.range[0] - 1e-9 <= value <= scale.range[1] + 1e-9


@given(st.data())
def test_proration_keeps_the_mean_of_the_answered_items(data):
    answers = data.draw(answers_to(load("phq-9")))
    result = score("phq-9", answers)
    given_ = [value for value in answers.values() if value is not None]
    if result.total is not None:
        assert result.total / 9 == pytest.approx(sum(given_) / len(given_))
        assert len(given_) >= 7
