"""The check-in as a person has it in their hand: by thumb, by keyboard alone, and with scripts switched off."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from accord.web.alliance.models import AnswerSet, Words
from tests.browser.conftest import assert_accessible, assert_fits
from tests.browser.test_every_page import TOO_SMALL
from tests.cast import Cast
from tests.journey.test_one_loop import link_to


def answers(stage: Cast) -> dict[str, int | None]:
    return AnswerSet.objects.get(occasion=stage.session, rater="client").answers


def test_by_thumb_on_a_phone(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    watched.goto(live_server.url + link_to(stage.after))
    assert_accessible(watched)
    watched.get_by_role("link", name="Begin").tap()
    for page in (1, 2, 3):
        watched.wait_for_url(f"**/check-in/{page}/")
        assert_accessible(watched)
        assert_fits(watched)
        for group in watched.get_by_role("group").all():
            group.locator("input[value='4']").tap()
        expect(watched.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")
        watched.locator("form button").last.tap()
    expect(watched.get_by_role("heading", name="Before you send")).to_be_visible()
    assert_accessible(watched)
    assert_fits(watched)
    watched.get_by_role("button", name="Send").tap()  # one more tap, and no more
    expect(watched.get_by_role("heading", name="Thank you. Your answers are saved.")).to_be_visible()
    assert_accessible(watched)
    assert set(answers(stage).values()) == {4}


def test_by_keyboard_alone(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    """Tab to a question, an arrow to an answer, Tab on; Enter sends."""
    watched.goto(live_server.url + link_to(stage.after))
    press_until(watched, "Tab", "Begin")
    watched.keyboard.press("Enter")
    for page in (1, 2, 3):
        watched.wait_for_url(f"**/check-in/{page}/")
        for _ in range(watched.get_by_role("group").count()):
            press_until_radio(watched)
            watched.keyboard.press("Space")
            watched.keyboard.press("ArrowRight")
            watched.keyboard.press("ArrowRight")
        press_until(watched, "Tab", "Next")
        watched.keyboard.press("Enter")
    watched.wait_for_url("**/check-in/4/")
    press_until(watched, "Tab", "Send")
    watched.keyboard.press("Enter")
    expect(watched.get_by_role("heading", name="Thank you. Your answers are saved.")).to_be_visible()
    assert answers(stage) == dict.fromkeys(answers(stage), 2)


FOCUSED = "(document.activeElement?.innerText || '').trim()"


def press_until(page: Page, key: str, name: str) -> None:
    for _ in range(80):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"{name} cannot be reached by {key}")


def press_until_radio(page: Page) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'radio' && document.activeElement.value !== 'skip'"):
            return
    raise AssertionError("no question can be reached by Tab")


def test_without_scripts(stage: Cast, browser: Browser, live_server) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(live_server.url + link_to(stage.after))
    page.get_by_role("link", name="Begin").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("No answer yet")
    for _ in range(3):
        for group in page.get_by_role("group").all():
            group.get_by_label("skip this one").check()
        page.locator("form button").last.click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you. Your answers are saved.")).to_be_visible()
    assert set(answers(stage).values()) == {None}
    page.context.close()


def test_closing_the_tab_and_coming_back(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    watched.goto(live_server.url + link_to(stage.after))
    watched.get_by_role("link", name="Begin").tap()
    watched.wait_for_url("**/check-in/1/")
    watched.get_by_role("group").first.locator("input[value='5']").tap()
    expect(watched.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")
    another = watched.context.new_page()
    watched.close()
    another.goto(live_server.url + link_to(stage.after))
    expect(another.get_by_role("heading", name="Your check-in")).to_be_visible()
    another.get_by_role("link", name=re.compile("Begin|Carry on")).tap()
    expect(another.get_by_role("group").first.get_by_role("radio", name="5, Completely")).to_be_checked()


def test_an_answer_that_speaks_of_danger_brings_help_first(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    watched.goto(live_server.url + link_to(stage.before))
    watched.get_by_role("link", name="Begin").tap()
    for page in (1, 2, 3):
        expect(watched.get_by_text(f"Page {page} of 4")).to_be_visible()
        for group in watched.get_by_role("group").all():
            group.get_by_text("Several days").tap()
        watched.locator("form button").last.tap()
    help_now = watched.get_by_role("alert")
    expect(help_now).to_contain_text("988")
    expect(help_now).to_contain_text("by the end of the next working day")
    assert_accessible(watched)


def test_words_are_kept_while_they_are_written(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    """Nobody has to leave the field: a moment after the last letter it is kept, and closing the tab loses nothing."""
    answer_pages(watched, live_server, stage)
    watched.get_by_label("In your own words").press_sequentially("The hour felt short.")
    expect(watched.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")
    watched.get_by_label("Keep for me").first.check()
    expect(watched.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")
    watched.get_by_text("Keep some answers for yourself").tap()
    watched.get_by_label("Something between us felt off.").check()
    expect(watched.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")
    assert_accessible(watched)
    assert watched.evaluate(TOO_SMALL) == []
    another = watched.context.new_page()
    watched.close()
    another.goto(live_server.url + link_to(stage.after))
    another.get_by_role("link", name="Carry on").tap()
    expect(another.get_by_label("In your own words")).to_have_value("The hour felt short.")
    expect(another.get_by_label("Keep for me").first).to_be_checked()
    expect(another.get_by_label("Something between us felt off.")).to_be_checked()  # and so the list stands open
    another.get_by_role("button", name="Send").tap()
    expect(another.get_by_role("heading", name="Thank you. Your answers are saved.")).to_be_visible()
    said = Words.objects.get()
    assert (said.text, said.kept) == ("The hour felt short.", True)
    assert AnswerSet.objects.get(occasion=stage.session, rater="client").kept == ["off"]


def answer_pages(page: Page, live_server, stage: Cast) -> None:  # type: ignore[no-untyped-def]
    page.goto(live_server.url + link_to(stage.after))
    page.get_by_role("link", name="Begin").tap()
    for number in (1, 2, 3):
        page.wait_for_url(f"**/check-in/{number}/")
        for group in page.get_by_role("group").all():
            group.locator("input[value='4']").tap()
        page.get_by_role("button", name="Next").tap()
    page.wait_for_url("**/check-in/4/")


def test_nothing_of_a_check_in_stays_on_the_phone(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    watched.goto(live_server.url + link_to(stage.after))
    watched.get_by_role("link", name="Begin").tap()
    watched.wait_for_url("**/check-in/1/")
    assert watched.evaluate("localStorage.length + sessionStorage.length") == 0
    secret = settings.KEYS.token(stage.after.pk, 1)
    assert secret not in watched.url
    assert secret not in str(watched.context.cookies())


@pytest.mark.parametrize("step", ["copy", "qr"])
def test_a_therapist_shows_the_link(stage: Cast, watched: Page, live_server, step: str) -> None:  # type: ignore[no-untyped-def]
    from tests.browser.conftest import sign_in

    sign_in(watched.context, live_server.url, stage.visitor(stage.therapist))
    watched.goto(f"{live_server.url}/check-ins/{stage.after.pk}/")
    if step == "copy":
        watched.get_by_role("button", name="Copy the link").tap()
        expect(watched.locator("[data-said]")).to_have_text(re.compile("Copied|choose Copy"))
    else:
        expect(watched.get_by_role("img", name="QR code of the link")).to_be_visible()
