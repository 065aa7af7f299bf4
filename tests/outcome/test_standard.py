"""What a change on a measure is judged by, out of its definition: published lines come out as they were published."""

import pytest

from accord import measures
from accord.outcome import change, standard


def kind(name: str, pre: float, post: float) -> str:
    rule = standard(measures.load(name)).rule
    assert rule
    return change(pre, post, rule).kind


@pytest.mark.parametrize(("name", "points"), [("phq-9", 6), ("gad-7", 4)])
def test_spread_and_reliability_give_what_nhs_talking_therapies_counts_as_reliable(name: str, points: int) -> None:
    """They publish 6 and 4 points or more; here both follow from the reliability and the SD of people treated."""
    settled = standard(measures.load(name))
    assert settled.rule
    assert points - 1 < settled.half < points
    assert kind(name, 20, 20 - points) == "improved"
    assert kind(name, 20, 20 - points + 1) == "unchanged"


def test_who_begins_on_the_line_can_recover_and_who_ends_on_it_has_not() -> None:
    assert kind("phq-9", 10, 4) == "recovered"
    assert kind("phq-9", 17, 10) == "improved"
    assert kind("phq-9", 9, 15) == "harmed"
    assert kind("phq-9", 12, 18) == "deteriorated"


def test_core_10_has_the_cutoff_between_its_two_norms() -> None:
    """Witness: (7.7 x 4.7 + 4.8 x 19.7) / 12.5 = 10.46, published as 11 or above."""
    settled = standard(measures.load("core-10"))
    assert settled.cutoff == pytest.approx(10.46, abs=0.005)
    assert kind("core-10", 25, 10) == "recovered"
    assert kind("core-10", 25, 11) == "improved"


@pytest.mark.parametrize(("name", "points"), [("pcl-5", 15), ("k10", 8), ("oq-45", 14)])
def test_a_published_change_counts_when_it_is_reached(name: str, points: int) -> None:
    assert kind(name, 50, 50 - points) == "improved"
    assert kind(name, 50, 50 - points + 1) == "unchanged"
    assert kind(name, 20, 20 + points) == "deteriorated"


def test_without_a_line_of_recovery_nobody_is_called_recovered() -> None:
    settled = standard(measures.load("ors"))
    assert settled.cutoff is None
    assert settled.cutoff_by == "no line of recovery is published for it"
    assert kind("ors", 5, 40) == "improved"
    assert kind("ors", 40, 5) == "deteriorated"


@pytest.mark.parametrize("name", ["k6", "phq-4", "c-nip", "alliance"])
def test_what_is_missing_is_said_instead_of_a_number(name: str) -> None:
    settled = standard(measures.load(name))
    assert settled.rule is None
    assert "nothing published" in settled.by or "no total" in settled.by


def test_every_word_carries_its_source_and_whether_it_was_checked() -> None:
    settled = standard(measures.load("phq-9"))
    assert settled.by.startswith("reliability 0.86, internal consistency (alpha) (.86-.89 reported")
    assert "from memory" in settled.by
    assert "Open Government Licence v3.0" in settled.by
    assert "from 10 or above to below 10" in settled.cutoff_by
