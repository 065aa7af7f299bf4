"""The scale from 0 to 10 on a phone: large enough, no wider than the smallest screen, and usable by keyboard alone."""

from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accord.web.alliance import actions, between_reading, queries
from accord.web.people.asker import of_client, of_member
from tests.browser.conftest import PHONE, assert_fits, sign_in
from tests.browser.test_every_page import NARROW
from tests.cast import Cast

SIZES = """[...document.querySelectorAll('.scale.ten label')].map(one => one.getBoundingClientRect())
    .map(box => [box.width, box.height])"""


@pytest.fixture
def at_hand(stage: Cast, watched: Page, live_server) -> Page:  # type: ignore[no-untyped-def]
    """Ada's page with a step that waits for her."""
    asker = of_member(stage.therapist)
    actions.agree_step(asker=asker, course=stage.course, what="Ask one question", attempt=uuid4())
    sign_in(watched.context, live_server.url, stage.visitor(stage.ada))
    watched.goto(live_server.url + reverse("my_between", args=[stage.course.pk]))
    return watched


@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "smallest"])
def test_eleven_answers_fit_a_phone_and_a_thumb(at_hand: Page, size: dict[str, int]) -> None:
    at_hand.set_viewport_size(size)  # type: ignore[arg-type]
    sizes = at_hand.evaluate(SIZES)
    assert len(sizes) == 11
    assert all(height >= 44 and width >= 36 for width, height in sizes), sizes
    assert_fits(at_hand)


def test_by_keyboard_alone(at_hand: Page, stage: Cast) -> None:
    at_hand.locator('input[name="foretold"]').first.focus()
    at_hand.keyboard.press("Space")
    for _ in range(7):
        at_hand.keyboard.press("ArrowRight")
    at_hand.keyboard.press("Tab")
    at_hand.keyboard.press("Space")  # keep it
    at_hand.keyboard.press("Tab")
    at_hand.keyboard.press("Enter")
    at_hand.get_by_text("You foretold a fear of 7 of 10, kept for yourself").wait_for()
    step = between_reading.current_step(queries.steps(of_client(stage.ada), stage.course))
    assert step is not None
    assert (step.foretold, step.kept) == (7, True)


def test_without_scripts_a_step_is_told(stage: Cast, browser, live_server) -> None:  # type: ignore[no-untyped-def]
    step = actions.agree_step(
        asker=of_member(stage.therapist), course=stage.course, what="Ask one question", attempt=uuid4()
    )
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    sign_in(context, live_server.url, stage.visitor(stage.ada))
    page = context.new_page()
    page.goto(live_server.url + reverse("my_step", args=[step.pk]))
    page.get_by_role("radio", name="Done").check(force=True)
    page.locator('input[name="felt"][value="10"]').check(force=True)
    page.get_by_role("radio", name="I keep it for myself").check(force=True)
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("as if nothing had been noted").count() == 1
    assert page.get_by_text("kept for yourself").count() == 1
    context.close()
