"""The page of the model in a real browser: by keyboard, by thumb, without scripts, in light and dark."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits
from tests.browser.test_every_page import NARROW, TOO_SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(live_server) -> str:  # type: ignore[no-untyped-def]
    return live_server.url + reverse("model")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK, NARROW], ids=["phone", "desk", "narrow"])
def test_everyone_can_use_it(watched: Page, place: str, size: dict[str, int], scheme: str) -> None:
    watched.set_viewport_size(size)  # type: ignore[arg-type]
    watched.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for query in ("", "?repair=never&guarded=2&bond=-1.5&off=cost&off=prepared&against=mended", "?bond=no&seed=0"):
        watched.goto(place + query)
        watched.get_by_text("Every session as a table").click()
        expect(watched.get_by_role("row")).to_have_count(18)
        expect(watched.get_by_role("img").filter(visible=True)).to_have_count(2)
        assert_fits(watched)
        assert_accessible(watched)
        assert watched.evaluate(TOO_SMALL) == []


def test_sliders_by_keyboard_draw_anew(watched: Page, place: str) -> None:
    watched.goto(place)
    before = watched.locator("#said").inner_text()
    slider = watched.get_by_role("slider", name="A rupture")
    expect(slider).to_have_attribute("aria-valuetext", "in session 5")
    slider.focus()
    for _ in range(3):
        watched.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "in session 8")
    expect(watched.locator("output").first).to_have_text("in session 8")
    expect(watched.locator("#said")).to_contain_text("in session 8")
    expect(slider).to_be_focused()
    watched.wait_for_url(re.compile("rupture=8"))
    watched.keyboard.press("Home")
    expect(watched.locator("#said")).to_contain_text("Both sides are the same so far")
    watched.reload()
    expect(slider).to_have_attribute("aria-valuetext", "none")
    assert watched.locator("#said").inner_text() != before


def test_by_thumb_on_a_phone(watched: Page, place: str) -> None:
    watched.goto(place)
    watched.get_by_role("link", name="Change it").tap()
    watched.get_by_label("Are ruptures mended?").select_option("never")
    expect(watched.locator("#said")).to_contain_text("not as a forecast")
    watched.get_by_label("ruptures did not raise symptoms").check()
    expect(watched.locator("#picture")).to_contain_text("as if ruptures did not raise symptoms")
    watched.get_by_role("button", name="Draw other people").tap()
    expect(watched.locator("#picture")).to_contain_text("draw 2.")
    expect(watched.get_by_role("img", name=re.compile("^Alliance")).filter(visible=True)).to_be_in_viewport()
    assert "seed=2" in watched.url
    assert watched.url.count("seed=") == 1
    assert_accessible(watched)


def test_the_last_of_many_quick_changes_is_what_stays(watched: Page, place: str) -> None:
    watched.goto(place)
    watched.get_by_role("slider", name="How strong the bond is").focus()
    for key in ("End", "Home", "End", "ArrowLeft"):
        watched.keyboard.press(key)
    expect(watched.locator("#picture")).to_contain_text("bond: stronger;")
    watched.wait_for_url(re.compile("bond=1&"))


def test_a_lost_connection_loses_no_setting(page: Page, place: str) -> None:
    """What cannot be fetched is opened as a page."""
    page.goto(place)
    page.route("**/model/?*", lambda one: one.abort() if one.request.resource_type == "fetch" else one.continue_())
    page.get_by_label("Compare with").select_option("mended")
    page.wait_for_url(re.compile("against=mended.*#drawn"))
    expect(page.get_by_label("Compare with")).to_have_value("mended")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_without_scripts(browser: Browser, place: str, size: dict[str, int]) -> None:
    page = browser.new_context(java_script_enabled=False, viewport=size).new_page()  # type: ignore[arg-type]
    page.goto(place)
    assert page.get_by_role("slider").count() == 0
    page.get_by_label("A rupture").select_option("in session 3")
    page.get_by_label("How guarded the client is").select_option("more guarded than 84 of 100 people")
    page.get_by_label("the alliance did not help learning").check()
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator("#picture")).to_contain_text("in session 3, mended as it comes; client: more guarded than 84")
    expect(page.get_by_label("A rupture")).to_have_value("3")
    page.get_by_role("button", name="Draw other people").click()
    expect(page.locator("#picture")).to_contain_text("draw 2.")
    page.get_by_text("Every session as a table").click()
    expect(page.get_by_role("table")).to_be_visible()
    page.context.close()


def test_on_paper_the_table_stands_open_and_the_settings_are_words(watched: Page, place: str) -> None:
    watched.set_viewport_size({"width": 680, "height": 960})  # A4 or letter, within its margins
    watched.goto(place)
    watched.emulate_media(media="print")
    assert watched.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.getElementById('numbers'))")
    expect(watched.get_by_role("table")).to_be_visible()
    expect(watched.get_by_text("Drawn here: a rupture of middle depth in session 5")).to_be_visible()
    expect(watched.locator("form[data-draw]")).to_be_hidden()
