"""A practice finds somebody, in two real browsers: a phone that waits, a desk that assigns."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from accord.web.fit.models import Assignment, Meeting
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.test_path_browser import checked, four_questions, letter
from tests.cast import Cast
from tests.web.fit.meeting import keep_free
from tests.web.fit.offering import a_few
from tests.web.fit.waiting import keeps_a_list, told, waits


@pytest.fixture
def boss(browser: Browser, stage: Cast, live_server) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    """The manager at a desk."""
    context = browser.new_context(viewport=DESK, locale="en-US")
    sign_in(context, live_server.url, stage.visitor(stage.manager))
    yield context.new_page()
    context.close()


def join(page: Page, site: str) -> None:
    four_questions(page, site)
    page.get_by_role("link", name="Let Riverside find someone for you").click()
    checked(page, "join")
    page.get_by_role("button", name="Put me on the list").click()
    expect(page.get_by_role("heading", name="Before you go on")).to_be_visible()
    page.get_by_label("Your name").fill("Zoe Quint")
    page.get_by_label("Your e-mail").fill("zoe@example.org")
    page.get_by_label("Your phone number").fill("555-0199")
    page.get_by_role("button", name="Put me on the list").click()
    expect(page.get_by_text("One step is left.")).to_be_visible()
    page.goto(site + letter("Please confirm your address"))
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_text("You are No. 1, since")).to_be_visible()
    checked(page, "mine, waiting")


def test_from_a_list_to_a_suggestion_undone_once_and_refused_once(  # type: ignore[no-untyped-def]
    stage: Cast, watched: Page, boss: Page, live_server
) -> None:
    page, site = watched, live_server.url
    page.set_viewport_size(PHONE)
    them = a_few(stage)
    keep_free(them["berg"], them["birk"])
    keeps_a_list(stage)
    join(page, site)

    boss.goto(f"{site}/practice/")
    for name in ("Room and waiting", "The waiting list", "Work out an assignment"):
        boss.get_by_role("link", name=name).click()
        checked(boss, name)
    waits(stage, "Yan", weeks=2, concerns=["substance"])
    boss.get_by_role("button", name="Assign those I left ticked").click()
    expect(boss.get_by_text("No. 2 waits now, too.")).to_be_visible()
    expect(boss.get_by_text("No. 2, waiting since")).to_contain_text("Nobody here is both trained")
    checked(boss, "stale")
    boss.get_by_role("button", name="Assign those I left ticked").click()
    expect(boss.get_by_text("Nobody is told yet.")).to_be_visible()
    checked(boss, "assigned")
    page.goto(f"{site}/find/mine/")
    expect(page.get_by_role("heading", name=re.compile("suggests"))).to_have_count(0)
    boss.get_by_role("button", name="Undo").click()
    expect(boss.get_by_text("nobody has heard of it")).to_be_visible()
    assert not Meeting.objects.exists()

    boss.goto(f"{site}/practice/waiting/preview/")
    boss.get_by_role("button", name="Assign those I left ticked").click()
    expect(boss.get_by_text("Nobody is told yet.")).to_be_visible()
    told(Assignment.objects.get(undone_at=None))
    page.goto(site + letter("There is news for you"))
    expect(page.get_by_role("heading", name=re.compile("Riverside suggests"))).to_be_visible()
    checked(page, "suggested")
    page.get_by_role("link", name=re.compile("Yes, pick a time")).click()
    checked(page, "pick a time")
    page.get_by_role("button", name="No, somebody else please").click()
    expect(page.get_by_text("the time you have waited counts.")).to_be_visible()
    boss.reload()
    expect(boss.get_by_text("did not come about")).to_be_visible()
