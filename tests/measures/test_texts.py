"""A licensee brings the words of a measure that comes without. The words here are made up."""

import pytest

from accord.errors import DefinitionError, UsageError
from accord.measures import load, score, store_text

LABELS = 'labels = ["1", "2", "3", "4", "5"]'


def text_of(name, count, head, skip=(), more=""):
    items = "\n".join(f'{n} = "Words for {n}"' for n in range(1, count + 1) if n not in skip)
    return f'measure = "{name}"\n{head}\n[items]\n{items}\n{more}'


def written(folder, text, name="mine.toml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_words_are_merged_and_the_scoring_stays(tmp_path):
    kept = store_text("wai-sr", written(tmp_path, text_of("wai-sr", 12, LABELS)), tmp_path)
    assert kept == tmp_path / "measures" / "wai-sr.toml"
    measure = load("wai-sr", tmp_path / "measures")
    assert measure.has_text
    assert measure.item("3").text == "Words for 3"
    assert measure.item("3").options[0].label == "1"
    assert score(measure, {str(n): 3 for n in range(1, 13)}).total == 3
    assert not load("wai-sr").has_text


def test_a_folder_without_a_file_for_this_measure_changes_nothing(tmp_path):
    assert load("wai-sr", tmp_path) is load("wai-sr")


def test_a_replaced_file_is_read_again(tmp_path):
    import os

    file = written(tmp_path, text_of("wai-sr", 12, LABELS))
    assert load("wai-sr", file).item("1").text == "Words for 1"
    file.write_text(file.read_text().replace("Words for 1", "Other words"))
    os.utime(file, ns=(1, 1))
    assert load("wai-sr", file).item("1").text == "Other words"


def test_each_rater_may_have_words_of_their_own(tmp_path):
    text = text_of(
        "arm-5", 5, 'ends = ["low", "high"]', skip=(2,), more='2 = {text = {client = "I", therapist = "We"}}'
    )
    measure = load("arm-5", written(tmp_path, text))
    assert (measure.item("2").text_for("client"), measure.item("2").text_for("therapist")) == ("I", "We")
    assert measure.item("1").ends == ("low", "high")


def test_an_item_may_be_two_poles(tmp_path):
    items = "\n".join(f'{n} = {{ends = ["left {n}", "right {n}"]}}' for n in range(1, 19))
    measure = load("c-nip", written(tmp_path, f'measure = "c-nip"\n[items]\n{items}'))
    assert measure.has_text
    assert measure.item("7").ends == ("left 7", "right 7")
    assert [option.value for option in measure.item("7").options] == [-3, -2, -1, 0, 1, 2, 3]


def test_scales_with_decimals_take_the_names_of_their_ends(tmp_path):
    measure = load("ors", written(tmp_path, text_of("ors", 4, 'ends = ["low", "high"]')))
    assert measure.item("1").ends == ("low", "high")
    assert measure.item("1").options == ()


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        (text_of("wai-sr", 12, LABELS, skip=(4,)), "items.4", "is missing"),
        (text_of("wai-sr", 13, LABELS), "items.13", "is not a field"),
        (text_of("wai-s", 12, LABELS), "measure", "got 'wai-s', wanted 'wai-sr'"),
        (text_of("wai-sr", 12, 'labels = ["1", "2"]'), "labels", "got 2 labels, wanted 5"),
        (text_of("wai-sr", 12, ""), "items.1", "has no answer labels"),
        (text_of("wai-sr", 12, LABELS + "\ncolour = 1"), "colour", "is not a field"),
    ],
)
def test_a_text_that_does_not_fit_is_refused_by_field_and_not_kept(tmp_path, text, field, problem):
    with pytest.raises(DefinitionError) as caught:
        store_text("wai-sr", written(tmp_path, text), tmp_path)
    assert caught.value.field == field
    assert problem in caught.value.problem
    assert not (tmp_path / "measures").exists()


def test_a_measure_with_words_needs_none(tmp_path):
    with pytest.raises(UsageError, match="phq-9 brings its own text"):
        store_text("phq-9", written(tmp_path, text_of("phq-9", 9, LABELS)), tmp_path)
