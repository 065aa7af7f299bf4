"""Looking for a therapist on a phone, with scripts switched off: every page used, read by axe, and measured."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits
from tests.browser.test_every_page import NARROW, TOO_SMALL
from tests.cast import Cast
from tests.web.fit.offering import a_few, colleague, publish


@pytest.fixture
def here(stage: Cast) -> Cast:
    """Five who offer, and one more like the first."""
    a_few(stage)
    colleague(stage.practice, "Wilhelmina Featherstonehaugh-Cholmondeley", extras=["step-free access", "a garden"])
    return stage


@pytest.fixture
def plain(browser: Browser, here: Cast, live_server) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    """A phone that runs no scripts."""
    context = browser.new_context(base_url=live_server.url, viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def headed(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def walk(page: Page) -> None:
    """From the front page to the list."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Find someone").click()
    headed(page, "Find someone you can work with")
    press(page, "Begin")
    headed(page, "What brings you?")
    page.get_by_label("Panic attacks").check()
    press(page, "Next")
    headed(page, "Where will you be during sessions?")
    page.get_by_label("CA", exact=True).check()
    press(page, "Next")
    headed(page, "How would you talk?")
    page.get_by_label("English").check()
    page.get_by_label("By video").check()
    press(page, "Next")
    headed(page, "Is there anything that must be so?")
    page.get_by_label("A session may cost at most").fill("60")
    page.get_by_label("Monday morning").check()
    press(page, "Next")
    headed(page, "Your list")


def test_the_whole_way_without_scripts(plain: Page) -> None:
    walk(plain)
    expect(plain.get_by_text("Nobody here fits all of what you need.")).to_be_visible()
    press(plain, "Do without: what it may cost, and insurance")
    expect(plain.get_by_role("heading", name="Dr. Berg")).to_be_visible()
    expect(plain.get_by_text("Takes 90, more than 60").first).to_be_visible()
    press(plain, "Put back: what it may cost, and insurance")
    expect(plain.get_by_text("Nobody here fits all of what you need.")).to_be_visible()
    plain.get_by_role("link", name="Change cost and insurance").click()
    plain.get_by_label("A session may cost at most").fill("a lot")
    press(plain, "Save")
    expect(plain.get_by_role("alert")).to_contain_text("got ‘a lot’")
    plain.get_by_label("A session may cost at most").fill("95")
    press(plain, "Save")
    plain.get_by_role("link", name="Make it better").click()
    plain.get_by_label("I very much want to lead myself, with a therapist who follows").check()
    press(plain, "Save")
    plain.get_by_label("What would help you feel at ease with somebody?").fill("humour and calm")
    plain.get_by_label("What hurt or went wrong there?").fill("Being rushed.")
    press(plain, "Save")
    plain.get_by_role("link", name="Dr. Berg").click()
    expect(plain.get_by_text("Uses words of yours: calm, humour")).to_be_visible()
    expect(plain.get_by_text("Being rushed.")).to_be_visible()
    expect(plain.get_by_role("heading", name="To ask for a first call")).to_be_visible()
    press(plain, "Forget my search")
    expect(plain.get_by_role("status")).to_contain_text("Your search is deleted")
    expect(plain.get_by_role("button", name="Begin")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_a_search_can_be_used_by_everyone(  # type: ignore[no-untyped-def]
    here: Cast, watched: Page, live_server, scheme: str
) -> None:
    """axe needs scripts; the pages do not."""
    watched.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page = Site(watched, live_server.url)
    walk(page)  # type: ignore[arg-type]
    look(watched, f"nobody-{scheme}")
    press(watched, "Do without: what it may cost, and insurance")
    look(watched, f"list-without-{scheme}")
    for name in ("what", "where", "how", "musts", "style", "words"):
        page.goto(f"/find/{name}/")
        look(watched, f"{name}-{scheme}")
    watched.get_by_label("What hurt or went wrong there?").fill("Being rushed.")
    watched.get_by_label("What would help you feel at ease with somebody?").fill("humour")
    press(watched, "Save")
    look(watched, f"list-{scheme}")
    watched.get_by_role("link", name="Dr. Berg").click()
    look(watched, f"profile-{scheme}")
    for place in ("/find/", "/therapists/", "/"):
        page.goto(place)
        look(watched, f"{re.sub('/', '', place) or 'front'}-{scheme}")
    page.goto("/find/musts/")
    watched.get_by_label("A session may cost at most").fill("a lot")
    press(watched, "Save")
    look(watched, f"wrong-{scheme}")


def test_the_pages_before_anybody_has_said_how_they_work(stage: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    publish(stage.therapist, "I like plain words.")
    for place in ("/find/", "/therapists/", f"/therapists/{stage.therapist.pk}/"):
        watched.goto(live_server.url + place)
        look(watched, f"{re.sub('/', '', place)[:12]}-empty-light")


class Site:
    """The same page, with addresses that begin at this server."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site

    def goto(self, place: str) -> None:
        self.page.goto(self.site + place)

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return getattr(self.page, name)


def look(page: Page, name: str) -> None:
    for size, width in ((NARROW, "narrow"), (PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_fits(page)
        if width != "narrow":
            assert_accessible(page)
            assert page.evaluate(TOO_SMALL) == [], f"{name} {width}"
