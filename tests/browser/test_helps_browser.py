"""'Does it help?' in a real browser, with figures in it: on a phone and on a desk, by day and by night."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from accord.outcome.norms import FILE, to_plain
from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits, sign_in
from tests.browser.test_every_page import TOO_SMALL
from tests.cast import Cast
from tests.web.outcome.test_helps import a_quarter_ago, ended, norm, people_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(stage: Cast) -> Iterator[Cast]:
    """Eighty people, and two published groups to set beside them."""
    ended(stage.practice, people_of(24, 24, 16, 16), a_quarter_ago())
    file = Path(settings.DATA) / FILE
    norms = [norm(), norm(problem="Social phobias", n=40, recovered=10, better=20, worse=4)]
    file.write_text(json.dumps(to_plain(norms, "2026-11-25")))
    yield stage
    file.unlink()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(filled: Cast, watched: Page, live_server, scheme: str) -> None:  # type: ignore[no-untyped-def]
    sign_in(watched.context, live_server.url, filled.visitor(filled.manager))
    watched.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for size in (PHONE, DESK):
        watched.set_viewport_size(size)  # type: ignore[arg-type]
        watched.goto(f"{live_server.url}/practice/")
        for words in ("Set something else beside it", "How these are counted"):
            watched.get_by_text(words).click()
        expect(watched.get_by_role("row", name="Recovered")).to_contain_text("30 %")
        assert_fits(watched)
        assert_accessible(watched)
        assert watched.evaluate(TOO_SMALL) == []


def test_something_else_is_set_beside_without_scripts(filled: Cast, browser: Browser, live_server) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, live_server.url, filled.visitor(filled.manager))
    page = context.new_page()
    page.goto(f"{live_server.url}/practice/")
    page.get_by_text("Set something else beside it").click()
    page.get_by_label("Problem").select_option("Social phobias")
    page.get_by_label("Therapy").select_option("Cognitive Behaviour Therapy (CBT)")
    page.get_by_role("button", name="Set beside").click()
    expect(
        page.get_by_text("Social phobias, Cognitive Behaviour Therapy (CBT), England 2024-25, 40 people")
    ).to_be_visible()
    context.close()
