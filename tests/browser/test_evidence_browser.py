"""Releases in a real browser: prepared, frozen, read, printed and taken along; and a client's word on research."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accord.web.evidence import contents
from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits, sign_in
from tests.browser.looking import PICTURES
from tests.browser.test_every_page import TOO_SMALL
from tests.cast import Cast
from tests.web.evidence.releasing import courses, described, released

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "describe", described)


def looked_at(page: Page, name: str) -> None:
    """A phone and a desk, by day and by night; kept as pictures where somebody wants to see them."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert_fits(page)
            assert_accessible(page)
            assert page.evaluate(TOO_SMALL) == []
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{size['width']}-{scheme}.png", full_page=True)


def test_a_manager_prepares_freezes_reads_and_hides_a_release(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    sign_in(watched.context, live_server.url, stage.visitor(stage.manager))
    courses(stage.practice, 30)
    watched.goto(f"{live_server.url}/practice/")
    watched.get_by_role("link", name="Releases").click()
    watched.wait_for_url("**/releases/")
    looked_at(watched, "releases-none")
    watched.get_by_role("link", name="Prepare a release").click()
    watched.wait_for_url("**/releases/new/")
    looked_at(watched, "release-form")
    watched.get_by_label("The researchers of the practice").check()
    watched.get_by_role("button", name="See what would be in it").click()
    expect(watched.get_by_text("of about 30 clients")).to_be_visible()
    looked_at(watched, "release-preview")
    watched.get_by_role("button", name="Freeze it").click()
    expect(watched.get_by_text("Frozen. It stays as it is now.")).to_be_visible()
    looked_at(watched, "release")
    with watched.expect_download() as taken:
        watched.get_by_role("link", name="As JSON").click()
    assert taken.value.suggested_filename.startswith("release-1-")
    watched.get_by_label("Why").fill("A wrong quarter.")
    watched.get_by_role("button", name="Take it out of sight").click()
    expect(watched.get_by_role("button", name="Show it again")).to_be_visible()
    looked_at(watched, "release-hidden")
    watched.goto(live_server.url + reverse("releases"))
    looked_at(watched, "releases")


def test_too_few_clients_are_said_to_be_too_few(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    sign_in(watched.context, live_server.url, stage.visitor(stage.manager))
    courses(stage.practice, 5)
    watched.goto(live_server.url + reverse("new_release"))
    watched.get_by_role("button", name="See what would be in it").click()
    expect(watched.get_by_role("alert")).to_contain_text("fewer than ten clients")
    looked_at(watched, "release-refused")


def test_a_client_says_yes_and_no_without_scripts(stage: Cast, browser: Browser, live_server) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server.url, stage.visitor(stage.ada))
    page = context.new_page()
    page.goto(f"{live_server.url}/my/")
    page.get_by_role("link", name="What happens with your answers").click()
    for choice, said in (("Yes, my answers may be used", "You said yes"), ("No, do not use them", "You said no")):
        page.get_by_label(choice).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(said)).to_be_visible()
    context.close()


def test_everyone_can_read_a_clients_pages(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    released(stage, ("client",))
    sign_in(watched.context, live_server.url, stage.visitor(stage.ada))
    for name in ("my_research", "my_learned"):
        watched.goto(live_server.url + reverse(name))
        looked_at(watched, name)
    watched.goto(live_server.url + reverse("my_research"))
    watched.get_by_role("button", name="Save").click()
    expect(watched.get_by_role("alert")).to_contain_text("choose yes or no")
    looked_at(watched, "my_research-empty")


def test_a_release_has_a_printed_form_without_buttons(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    one = released(stage, ("researcher",))
    sign_in(watched.context, live_server.url, stage.visitor(stage.researcher))
    watched.goto(live_server.url + reverse("release", args=[one.pk]))
    watched.emulate_media(media="print")
    expect(watched.get_by_role("heading", name="How it went")).to_be_visible()
    expect(watched.get_by_text("As JSON")).to_be_hidden()
    assert len(watched.pdf(format="A4")) > 10_000
