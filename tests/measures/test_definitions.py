"""The definition files that come with Accord: what they ask, what their licences allow, and how they are laid out."""

import tomllib

import pytest

from accord.measures import load, names, unconfirmed
from accord.measures.catalogue import DEFINITIONS

SHIPPED = {"phq-9", "gad-7", "phq-4", "pcl-5", "k10", "k6", "alliance"}
BARE = {"wai-sr", "srs", "ors", "core-10", "who-5", "oq-45", "dass-21", "c-nip", "haq-ii", "arm-5"}


def test_every_definition_loads_and_is_the_same_object_each_time():
    assert set(names()) == SHIPPED | BARE
    assert all(load(name) is load(name) for name in names())


def test_text_travels_only_where_the_licence_lets_it():
    for name in names():
        measure = load(name)
        assert measure.has_text == (name in SHIPPED)
        assert (measure.licence.status in ("green", "cc0")) == (name in SHIPPED)
        assert measure.licence.notice


@pytest.mark.parametrize("name", sorted(BARE))
def test_red_and_amber_files_hold_no_item_text_and_no_answer_labels(name):
    raw = tomllib.loads((DEFINITIONS / f"{name}.toml").read_text(encoding="utf-8"))
    assert isinstance(raw["count"], int)
    assert not {"items", "instructions"} & raw.keys()
    assert not {"labels", "ends"} & raw["answers"].keys()
    assert all(not item.text and not item.options and not item.ends for item in load(name).items)


def test_the_lowest_answer_of_the_gad_7_is_not_at_all():
    """A common reproduction says 'Not at all sure'."""
    assert [option.label for option in load("gad-7").items[0].options] == [
        "Not at all",
        "Several days",
        "More than half the days",
        "Nearly every day",
    ]


def test_the_phq_9_carries_its_codes_and_its_tenth_item_is_never_scored():
    measure = load("phq-9")
    # Witness: LOINC panel 44249-1.
    codes = [
        "44250-9",
        "44255-8",
        "44259-0",
        "44254-1",
        "44251-7",
        "44258-2",
        "44252-5",
        "44253-3",
        "44260-8",
        "69722-7",
    ]
    assert [item.loinc for item in measure.items] == codes
    assert [option.loinc for option in measure.item("1").options] == ["LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9"]
    assert not measure.item("difficulty").scored
    assert measure.item("difficulty").options[0].label == "Not difficult at all"


@pytest.mark.parametrize("name", names())
def test_pages_ask_every_item_that_counts_once_and_hold_one_to_five(name):
    measure = load(name)
    asked = [item.key for item in measure.asked(1)]
    assert len(asked) == len(set(asked))
    assert {item.key for item in measure.scored} <= set(asked)
    assert all(1 <= len(page) <= 5 for page in measure.pages(1))


def test_item_9_of_the_phq_9_stands_alone():
    assert [[item.key for item in page] for page in load("phq-9").pages()][-1] == ["9"]


def test_what_is_from_memory_is_marked():
    assert "reliable change" in unconfirmed(load("phq-9"))
    assert unconfirmed(load("core-10"))["scoring key"] == "from memory"
    assert "cut-off total 11" not in unconfirmed(load("core-10"))
    assert [cut.confirmed for cut in load("k10").cutoffs] == [False, False, False]


def test_cutoffs_carry_their_label_side_and_source():
    assert [(cut.value, cut.label) for cut in load("phq-9").cutoffs] == [
        (5, "mild"),
        (10, "moderate"),
        (15, "moderately severe"),
        (20, "severe"),
    ]
    assert {cut.side for cut in load("srs").cutoffs} == {"below"}
    assert all(cut.source for name in names() for scale in load(name).scales for cut in scale.cutoffs)


def test_core_10_figures_agree_with_each_other():
    """Witness: 1.645 x sqrt 2 x 7.7 x sqrt(1 - .90) = 5.66, published as 6."""
    measure = load("core-10")
    sd = next(norm.sd for norm in measure.norms if norm.group == "people in therapy")
    assert round(1.645 * 2**0.5 * sd * (1 - measure.reliability.value) ** 0.5, 2) == 5.66
    assert measure.rci.value == 6


def test_reliability_of_subscales_is_not_passed_off_as_that_of_the_whole():
    assert load("dass-21").reliability is None
    assert len(load("dass-21").reliabilities) == 3


class TestAlliance:
    measure = load("alliance")
    eight = ("goals", "approach", "collaboration", "trust", "respect", "connection", "safety", "openness")

    def test_both_forms_have_words_of_their_own(self):
        assert self.measure.raters == ("client", "therapist")
        for item in self.measure.items:
            assert item.text_for("client")
            assert item.text_for("therapist")
        assert self.measure.item("trust").text_for("client") != self.measure.item("trust").text_for("therapist")
        assert self.measure.instructions_for("therapist") != self.measure.instructions_for("client")

    def test_eight_items_make_the_score_and_strain_is_told_apart(self):
        from accord.measures import score

        warm = dict.fromkeys(self.eight, 5)
        result = score(self.measure, warm | {"off": 4, "held_back": 5, "at_ease": 0})
        assert result.total == 5
        assert dict(result.subscales) == {"strain": 4.5}
        assert score(self.measure, warm).subscales["strain"] is None

    def test_one_rotating_item_a_session_and_at_most_twelve_in_all(self):
        turns = [self.measure.asked(session)[-1].key for session in range(1, 8)]
        assert turns[:6] == ["looked_forward", "took_part", "less_burdened", "could_use", "open_up", "at_ease"]
        assert turns[6] == turns[0]
        assert all(len(self.measure.asked(session)) == 11 for session in range(1, 20))

    def test_only_the_two_ends_have_names(self):
        assert self.measure.item("goals").ends == ("Not at all", "Completely")
        assert [option.label for option in self.measure.item("goals").options] == [
            "Not at all",
            *[""] * 4,
            "Completely",
        ]

    def test_it_says_that_it_is_new(self):
        assert not self.measure.validated
        assert "not yet validated" in self.measure.note
        assert self.measure.licence.status == "cc0"
