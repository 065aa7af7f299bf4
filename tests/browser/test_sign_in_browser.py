"""Staff come in, in a real browser: by password, by app, by recovery code, by passkey; nobody needs JavaScript."""

import re
import time

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accord.web.people import actions
from accord.web.people.asker import COMMAND
from tests.browser.looking import Visitor
from tests.web.people.ways_in import NEW, PASSWORD, app_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
REFUSING = "navigator.credentials.get = async () => { throw new DOMException('no', 'NotAllowedError') }"


@pytest.fixture
def visitor(live_server, page):
    cache.clear()
    return Visitor(page, live_server.url)


@pytest.fixture
def member(transactional_db):
    practice = actions.open_practice(asker=COMMAND, name="Elm Street")
    roles = frozenset({"therapist"})
    return actions.add_member(asker=COMMAND, practice=practice.pk, name="Ada Cole", roles=roles)


@pytest.fixture
def account(member):
    return actions.give_account(asker=COMMAND, member=member, email="ada@example.org", password=PASSWORD)


def sign_in(visitor, password=PASSWORD):
    visitor.open("/account/login/")
    visitor.page.get_by_label("E-mail").fill("ada@example.org")
    visitor.page.get_by_label("Password", exact=True).fill(password)
    visitor.press("Sign in")


def on_the_desk(visitor):
    expect(visitor.page).to_have_url(visitor.site + "/desk/")


def sign_out(visitor):
    visitor.press("Sign out")
    expect(visitor.page.get_by_text("You are signed out.")).to_be_visible()


def confirm(visitor):
    visitor.fill(Password=PASSWORD)
    visitor.press("Yes, it is me")


def fresh_code(secret):
    """Not one that ends while it is typed."""
    if time.time() % 30 > 26:
        time.sleep(5)
    return app_code(secret)


def test_pages_for_those_who_are_not_in(visitor, account):
    for path, heading in [
        ("login/", "Staff sign-in"),
        ("signup/", "Getting an account"),
        ("inactive/", "This account is closed"),
        ("password/reset/", "A new password"),
        ("password/reset/key/abc-def/", "This link is used up"),
    ]:
        visitor.open(f"/account/{path}")
        visitor.look(heading)
    visitor.open("/account/password/reset/")
    visitor.page.get_by_label("E-mail").fill("ada@example.org")
    visitor.press("Send me a link")
    visitor.look("Look in your mail")


def test_a_wrong_password_is_said_at_the_top_and_leads_to_the_field(visitor, account):
    sign_in(visitor, "four other words here")
    problems = visitor.page.get_by_role("alert").filter(has_text="Before you go on")
    expect(problems).to_be_focused()
    visitor.look("Staff sign-in")
    problems.get_by_role("link").click()
    expect(visitor.page.get_by_label("E-mail")).to_be_focused()
    assert visitor.complaints == []


def test_an_invitation_ends_on_the_desk(visitor, member):
    account = actions.give_account(asker=COMMAND, member=member, email="ada@example.org")
    visitor.open(actions.invitation_path(account))
    visitor.look("Choose a password")
    visitor.page.get_by_label("New password").fill("short")
    visitor.page.get_by_label("The same again").fill("short")
    visitor.press("Save it")
    visitor.look("Choose a password")
    visitor.page.get_by_label("New password").fill(NEW)
    visitor.page.get_by_label("The same again").fill(NEW)
    visitor.press("Save it")
    visitor.look("Welcome")
    visitor.press("Sign in", role="link")
    sign_in(visitor, NEW)
    on_the_desk(visitor)


def test_an_app_is_added_asked_for_and_taken_off(visitor, account):
    sign_in(visitor)
    on_the_desk(visitor)
    visitor.open("/account/2fa/")
    visitor.look("How you sign in")
    visitor.press("Add an app", role="link")
    visitor.look("Is it you?")
    confirm(visitor)
    visitor.look("Add an authenticator app")
    visitor.fill(Code="000000")
    visitor.press("Add it")
    visitor.look("Add an authenticator app")
    secret = visitor.page.locator("#secret").input_value()
    visitor.fill(Code=fresh_code(secret))
    visitor.press("Add it")
    visitor.look("Recovery codes")
    codes = visitor.page.get_by_label("Your recovery codes").input_value().split()
    assert len(codes) == 10
    visitor.page.reload()
    visitor.look("Recovery codes")
    assert codes[0] not in visitor.page.content()
    sign_out(visitor)

    sign_in(visitor)
    visitor.look("Second factor")
    visitor.fill(Code="000000")
    visitor.press("Sign in")
    visitor.look("Second factor")
    visitor.fill(Code=fresh_code(secret))
    visitor.press("Sign in")
    on_the_desk(visitor)
    sign_out(visitor)

    sign_in(visitor)
    visitor.fill(Code=codes[3])
    visitor.press("Sign in")
    on_the_desk(visitor)
    visitor.open("/account/2fa/")
    expect(visitor.page.get_by_text("9 codes left.")).to_be_visible()
    visitor.press("Make new ones", role="link")
    visitor.look("Is it you?")
    visitor.press("With a code", role="link")
    visitor.look("Is it you?")
    visitor.fill(Code=codes[4])
    visitor.press("Yes, it is me")
    visitor.look("New recovery codes?")
    visitor.press("Make new ones")
    visitor.look("Recovery codes")
    visitor.press("I have kept them", role="link")
    visitor.press("Take it off", role="link")
    visitor.look("Take the app off?")
    visitor.press("Take it off")
    visitor.look("How you sign in")
    assert not account.authenticator_set.exists()


def test_a_passkey_is_added_and_signs_in(visitor, account):
    device = visitor.page.context.new_cdp_session(visitor.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(visitor)
    on_the_desk(visitor)
    visitor.open("/account/2fa/webauthn/")
    visitor.look("Passkeys")
    visitor.press("Add a passkey", role="link")
    confirm(visitor)
    visitor.look("Add a passkey")
    visitor.page.get_by_label(re.compile("Name")).fill("My phone")
    visitor.page.get_by_label(re.compile("Name")).press("Enter")
    visitor.look("Recovery codes")
    visitor.open("/account/2fa/webauthn/")
    visitor.look("Passkeys")
    expect(visitor.page.get_by_text("Signs you in alone.")).to_be_visible()
    sign_out(visitor)

    visitor.open("/account/login/?next=/clients/new/")
    visitor.press("Sign in with a passkey")
    expect(visitor.page).to_have_url(visitor.site + "/clients/new/")
    sign_out(visitor)

    sign_in(visitor)
    visitor.look("Second factor")
    visitor.press("Use a passkey")
    on_the_desk(visitor)
    visitor.open("/account/2fa/webauthn/")
    visitor.press("Rename My phone", role="link")
    visitor.press("With a passkey", role="link")
    visitor.look("Is it you?")
    visitor.press("Use a passkey")
    visitor.look("Rename a passkey")
    visitor.page.get_by_label(re.compile("Name")).fill("The old phone")
    visitor.press("Save")
    visitor.press("Remove The old phone", role="link")
    visitor.look("Remove this passkey?")
    visitor.press("Remove it")
    visitor.look("Passkeys")
    assert not account.authenticator_set.exists()


def test_a_device_that_refuses_is_said_in_words(visitor, account):
    visitor.page.add_init_script(REFUSING)
    visitor.open("/account/login/")
    visitor.press("Sign in with a passkey")
    said = visitor.page.get_by_role("alert")
    expect(said).to_have_text(re.compile("That did not work"))
    expect(said).to_be_focused()
    visitor.look("Staff sign-in")


def test_changing_and_setting_a_password(visitor, account):
    sign_in(visitor)
    on_the_desk(visitor)
    visitor.open("/account/password/change/")
    visitor.look("Change your password")
    visitor.page.get_by_label("Password until now").fill(PASSWORD)
    visitor.page.get_by_label("New password").fill(NEW)
    visitor.page.get_by_label("The same again").fill(NEW)
    visitor.press("Change it")
    expect(visitor.page.get_by_text("Your password is saved.")).to_be_visible()
    visitor.open("/account/logout/")
    visitor.look("Sign out?")


def test_everything_but_the_passkey_works_without_javascript(live_server, browser, account):
    cache.clear()
    page = browser.new_context(java_script_enabled=False).new_page()
    visitor = Visitor(page, live_server.url)
    visitor.open("/account/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(page.get_by_text("Or without a password:")).to_be_hidden()
    sign_in(visitor)
    on_the_desk(visitor)
    visitor.open("/account/2fa/totp/activate/")
    confirm(visitor)
    visitor.fill(Code=fresh_code(page.locator("#secret").input_value()))
    visitor.press("Add it")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    visitor.open("/account/2fa/webauthn/add/")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    page.context.close()
