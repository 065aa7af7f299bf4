"""A page that fails the test on any script error, any refused resource and any request to another host."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.cast import Cast, make_cast

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def stage(transactional_db: None) -> Cast:
    """The cast, committed, so that the live server sees it."""
    return make_cast()


@pytest.fixture
def watched(page: Page, live_server) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    """The page under test: quiet in its console, and talking to this server alone."""
    trouble: list[str] = []
    here = urlsplit(live_server.url).netloc
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: trouble.append(request.url) if urlsplit(request.url).netloc != here else None)
    yield page
    expected = ("status of 4", "status of 503")  # pages that say what was wrong answer so on purpose
    assert not [line for line in trouble if not any(part in line for part in expected)]


def sign_in(context: BrowserContext, base: str, visitor) -> None:  # type: ignore[no-untyped-def]
    """Give the browser the cookie of somebody of the cast."""
    cookies = [{"name": name, "value": morsel.value, "url": base} for name, morsel in visitor.cookies.items()]
    context.add_cookies(cookies)  # type: ignore[arg-type]


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
