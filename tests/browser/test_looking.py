"""The visitor sees faults: without this, 'no faults' would say nothing."""

import pytest

from tests.browser.looking import Visitor

BAD = "<html><body><h1>Bad</h1><img src='x'><input><p style='color:#ccc;background:#fff'>pale</p></body></html>"
WIDE = "<html lang='en'><title>Wide</title><body><main><h1>Wide</h1><pre>" + "x" * 900 + "</pre></main></body></html>"


def test_what_axe_finds_fails(page):
    visitor = Visitor(page, "about:")
    page.set_content(BAD)
    visitor.complaints.clear()
    with pytest.raises(AssertionError, match="color-contrast"):
        visitor.look("Bad")


def test_a_page_wider_than_the_screen_fails(page):
    page.set_content(WIDE)
    with pytest.raises(AssertionError, match="wider than the screen"):
        Visitor(page, "about:").look("Wide")


@pytest.mark.django_db(transaction=True)
def test_a_script_that_the_policy_forbids_fails(live_server, page):
    visitor = Visitor(page, live_server.url)
    visitor.open("/account/signup/")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        visitor.look("Getting an account")
