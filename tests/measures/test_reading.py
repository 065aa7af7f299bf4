"""Every way a definition can be wrong gives an error that names the file and the field."""

import pytest

from accord.errors import DefinitionError
from accord.measures.reading import read_definition

SOUND = """
id = "mini"
version = "1"
title = "Mini"
raters = ["client"]
direction = "lower"
range = [0, 6]
validated = true
pages = [["1", "2"], ["3"]]

[answers]
range = [0, 2]
labels = ["no", "a bit", "yes"]

[[items]]
key = "1"
text = "One?"
[[items]]
key = "2"
text = "Two?"
[[items]]
key = "3"
text = "Three?"

[scoring]
total = "sum"
missing_allowed = 1

[[subscales]]
key = "half"
title = "Half"
items = ["1", "2"]

[[cutoffs]]
value = 3
label = "some"
source = "somebody 2020"

[[safety]]
item = "3"
at_least = 1

[licence]
status = "green"
owner = "somebody"
notice = "for all"
"""


def read(folder, text, name="mini.toml"):
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return read_definition(file)


def test_a_sound_definition_is_read(tmp_path):
    measure = read(tmp_path, SOUND)
    assert [len(page) for page in measure.pages()] == [2, 1]
    assert measure.total.missing_allowed == 1
    assert measure.range == (0, 6)


BROKEN = [
    ('id = "mini"', 'id = "maxi"', "id", "got 'maxi', wanted 'mini' as the file is called"),
    ('id = "mini"', "", "id", "is missing; wanted text"),
    ('version = "1"', "version = 1", "version", "got 1, wanted text"),
    ('title = "Mini"', 'title = ""', "title", "is empty"),
    ('title = "Mini"', 'titel = "Mini"', "title", "is missing"),
    ("validated = true", 'validated = "yes"', "validated", "got 'yes', wanted true or false"),
    ("validated = true", "validated = false", "note", "a measure that is not validated says so"),
    ("validated = true", "validated = true\ncolour = 1", "colour", "is not a field"),
    ('raters = ["client"]', 'raters = "client"', "raters", "got 'client', wanted a list"),
    ('direction = "lower"', 'direction = "down"', "direction", "got 'down', wanted one of higher, lower, neither"),
    ("range = [0, 6]", "range = [0, 7]", "range", "the items and the scoring give [0, 6]"),
    ("range = [0, 2]", "range = [2, 0]", "answers.range", "wanted [lowest, highest]"),
    ("range = [0, 2]", 'range = [0, "2"]', "answers.range", "got '2', wanted a number"),
    ('labels = ["no", "a bit", "yes"]', 'labels = ["no", "yes"]', "answers.labels", "got 2 labels, wanted 3"),
    ('labels = ["no", "a bit", "yes"]', 'ends = ["no"]', "answers.ends", "got 1 labels"),
    ('key = "2"', 'key = "1"', "items", "every key once"),
    ('key = "2"', 'name = "2"', "items[2].key", "is missing"),
    ('text = "Two?"', "text = 2", "items[2].text", "got 2, wanted a table"),
    ('text = "Two?"', "scored = false", "range", "the items and the scoring give [0, 4]"),
    ("[[items]]\nkey", "[[things]]\nkey", "items", "at least one item"),
    ('total = "sum"', 'total = "average"', "scoring.total", "got 'average', wanted one of sum, mean, x2, x4, none"),
    ('total = "sum"', 'total = "sum"\nitems = ["1", "2"]', "range", "the items and the scoring give [0, 4]"),
    ("missing_allowed = 1", "missing_allowed = 3", "scoring.missing_allowed", "got 3, wanted 0 to 2"),
    ("missing_allowed = 1", "missing_allowed = true", "scoring.missing_allowed", "got True, wanted a whole number"),
    ("missing_allowed = 1", 'needed = ["9"]', "scoring.needed", "got item '9'"),
    ('items = ["1", "2"]', 'items = ["1", "4"]', "subscales[1].items", "got item '4', wanted some of 1, 2, 3"),
    ('items = ["1", "2"]', 'items = ["1", "1"]', "subscales[1].items", "wanted every item once"),
    ('source = "somebody 2020"', "", "cutoffs[1].source", "is missing"),
    ("value = 3", 'value = "3"', "cutoffs[1].value", "got '3', wanted a number"),
    ('item = "3"', 'item = "4"', "safety[1].item", "got item '4'"),
    ("at_least = 1", "", "safety[1].at_least", "is missing; wanted a whole number"),
    ('status = "green"', 'status = "free"', "licence.status", "got 'free', wanted one of cc0, green, amber, red"),
    ('notice = "for all"', "", "licence.notice", "is missing"),
    ("[licence]", "[license]", "licence", "is missing; wanted a table"),
    ('pages = [["1", "2"], ["3"]]', 'pages = [["1", "9"]]', "pages", "got ['9']"),
    ('pages = [["1", "2"], ["3"]]', 'pages = ["1"]', "pages", "wanted lists of item keys"),
    ('pages = [["1", "2"], ["3"]]', 'reverse = ["5"]', "reverse", "got item '5'"),
    ('id = "mini"', 'id = "mini', "(file)", "is not TOML in UTF-8"),
]


@pytest.mark.parametrize(("sound", "broken", "field", "problem"), BROKEN)
def test_each_broken_field_is_named(tmp_path, sound, broken, field, problem):
    assert sound in SOUND
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path, SOUND.replace(sound, broken))
    assert (caught.value.file, caught.value.field) == ("mini.toml", field)
    assert problem in caught.value.problem


def test_an_item_that_counts_must_be_in_a_scale_and_one_that_does_not_in_none(tmp_path):
    stray = SOUND.replace("[0, 6]", "[0, 4]").replace("missing_allowed = 1", 'items = ["1", "2"]')
    with pytest.raises(DefinitionError, match="item '3' is in no scale, though scored is true"):
        read(tmp_path, stray)
    hidden = SOUND.replace("[0, 6]", "[0, 4]").replace('text = "Two?"', "scored = false")
    with pytest.raises(DefinitionError, match="item '2' is in a scale, though scored is false"):
        read(tmp_path, hidden)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DefinitionError, match=r"mini.toml: field '\(file\)': cannot be read"):
        read_definition(tmp_path / "mini.toml")
