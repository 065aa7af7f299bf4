"""The page of the model: labelled for what it is, a function of its address, and never broken by one."""

import re
from urllib.parse import quote, urlencode

import pytest
from django.test import Client as Visitor
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.web.mechanism import drawing, forms
from accord.web.mechanism.forms import Setting
from tests.rules.test_arrows import loaded_by

pytestmark = pytest.mark.django_db


def page(query: str = "") -> str:
    answer = Visitor().get("/model/" + query)
    assert answer.status_code == 200
    return answer.content.decode()


def said(text: str) -> str:
    found = re.search(r'<div id="said"[^>]*>(.*?)</div>', text, re.S)
    assert found
    return re.sub(r"<[^>]+>", " ", found[1])


def test_it_says_first_that_it_is_a_model_and_again_in_every_picture() -> None:
    text = page()
    assert text.index("A model, not a person.") < text.index("<svg")
    descriptions = re.findall(r"<desc[^>]*>(.*?)</desc>", text)
    assert len(descriptions) == 4
    assert all(one.startswith("A model, not a person. Fitted to published averages") for one in descriptions)
    assert "cannot prove any of this" in text


def test_it_is_found_from_why_and_leads_back() -> None:
    assert 'href="/model/"' in Visitor().get("/why/").content.decode()
    assert 'class="back"><a href="/why/"' in page()


def test_equal_addresses_give_equal_pages_and_other_seeds_other_people() -> None:
    assert page("?rupture=8&seed=3") == page("?seed=3&rupture=8")
    assert said(page("?seed=3")) != said(page("?seed=4"))
    assert 'name="seed" value="4">Draw other people' in page("?seed=3")
    assert 'name="seed" value="1">Draw other people' in page(f"?seed={forms.MOST_SEEDS}")


def test_a_link_holds_every_setting() -> None:
    given_ = {"rupture": "8", "depth": "deep", "repair": "never", "guarded": "1.5", "bond": "-0.5", "against": "whole"}
    text = page("?" + urlencode({**given_, "off": ["cost", "learning"], "seed": 7}, doseq=True))
    for name, value in given_.items():
        field = re.search(rf'<select name="{name}".*?</select>', text, re.S)
        assert field
        assert re.findall(r'value="([^"]+)" selected', field[0]) == [value]
    assert re.findall(r'name="off" value="(\w+)"[^>]* checked', text) == ["learning", "cost"]
    assert "a deep rupture in session 8, never mended; client: more guarded than 93 of 100 people" in text


def test_what_differs_is_said_in_words_with_the_luck_of_the_draw() -> None:
    text = said(page("?repair=never&against=mended"))
    wanted = (
        r"In this model, with no repair, \d+ more of 100 people stop coming before session 16 than when ruptures are "
        r"mended at the next session \(probably between \d+ and \d+\)\. On average, the last symptom score is [\d.]+ "
        r"points higher, which is worse \(probably between [\d.]+ and [\d.]+\)\."
    )
    assert re.search(wanted, text)
    assert "not as a forecast" in text


def test_nothing_changed_makes_no_claim() -> None:
    assert "Both sides are the same so far" in said(page("?rupture=0"))
    assert "Both sides are the same so far" in said(page("?rupture=0&depth=deep"))
    assert "Both sides are the same so far" in said(page("?against=whole"))


def test_a_difference_within_luck_is_not_told_as_one() -> None:
    # Safety signals of the ordinary kind slow learning and leave staying alone.
    text = said(page("?rupture=0&off=prepared"))
    assert "about as many people stop coming before session 16 as with nothing changed." in text
    assert "if the therapist were an ordinary safety signal" in text
    assert "points higher, which is worse" in text


def test_the_table_has_every_session_as_it_was_drawn() -> None:
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>', page())
    assert rows == [str(session) for session in range(1, forms.SESSIONS + 1)]
    seen = drawing.run(Setting())
    assert f"{seen.alliance[2, 4]:.2f} <small>({seen.alliance[1, 4]:.2f} to {seen.alliance[3, 4]:.2f})" in page()


@pytest.mark.parametrize(
    "query", ["?bond=abc", "?rupture=1", "?off=gravity", "?repair=", "?seed=0", "?seed=" + "9" * 5000]
)
def test_what_cannot_be_read_is_said_and_the_usual_is_drawn(query: str) -> None:
    text = page(query)
    assert 'id="unread"' in text
    assert said(text) == said(page())
    for place in re.findall(r'<li><a href="#([^"]+)"', text):
        assert f'id="{place}"' in text


def test_a_value_is_never_echoed_as_markup() -> None:
    evil = "<script>alert(1)</script>"
    assert evil not in page("?" + urlencode(dict.fromkeys((*forms.USUAL, "off", "seed"), evil)))


NAMES = st.sampled_from([*forms.USUAL, "off", "seed", "x"])
VALUES = st.text(max_size=30) | st.sampled_from(["nan", "inf", "-inf", "1e309", "0", "-0", "٣", "\x00", "None", "[]"])
RAW = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60)


def escaped(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in pairs)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12).map(escaped) | RAW)
def test_no_address_breaks_it(query: str) -> None:
    assert page("?" + query).count("<svg") == 4


CHOICES = {
    name: st.sampled_from([value for value, _ in field.choices]) for name, field in forms.ModelForm.base_fields.items()
}  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(CHOICES), st.integers(1, forms.MOST_SEEDS))
def test_every_setting_that_is_offered_can_be_drawn(chosen: dict[str, str], seed: int) -> None:
    text = page("?" + urlencode({**chosen, "seed": seed}))
    assert 'id="unread"' not in text
    assert "nan" not in re.sub(r"<(title|desc|text)[^>]*>.*?</\1>", "", text, flags=re.S)


def test_too_many_values_are_refused_and_do_not_break_it() -> None:
    assert Visitor().get("/model/?" + "off=cost&" * 2000).status_code == 400


def test_the_page_needs_no_compiled_engine() -> None:
    code = (
        "import os, tempfile, pathlib\n"
        "folder = pathlib.Path(tempfile.mkdtemp())\n"
        "os.environ.update(ACCORD_DATA=str(folder), DJANGO_SETTINGS_MODULE='accord.web.settings')\n"
        "from accord.web.people import keys\n"
        "keys.make(folder / 'keys.json')\n"
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "assert Client(SERVER_NAME='127.0.0.1').get('/model/').status_code == 200"
    )
    assert not loaded_by(code) & {"numba", "polars", "scipy", "pandas"}
