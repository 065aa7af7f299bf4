"""Every address of signing in answers with a page on our base, and nothing is ever drawn by allauth's own templates."""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.template import engines
from django.template.loader import get_template
from django.urls import get_resolver, reverse

import accord.web.people
from accord.web.people.actions import invitation_path
from tests.web.people.ways_in import NEW, PASSWORD, add_app, confirm, give_passkey, sign_in

pytestmark = pytest.mark.django_db
OURS = Path(accord.web.people.__file__).parent / "templates"
ADDRESSES = {
    one.name: one for one in get_resolver().url_patterns if getattr(one, "name", "").startswith(("account_", "mfa_"))
}

# name -> (who looks, what they see). A path that answers only a device, or leads on at once, has its own test below.
PAGES = {
    "account_login": ("stranger", "Staff sign-in"),
    "account_inactive": ("stranger", "This account is closed"),
    "account_signup": ("stranger", "Getting an account"),
    "account_reset_password": ("stranger", "A new password"),
    "account_reset_password_done": ("stranger", "Look in your mail"),
    "account_reset_password_from_key_done": ("stranger", "Welcome"),
    "account_reset_password_from_key": ("invited", "Choose a password"),
    "mfa_authenticate": ("halfway", "Second factor"),
    "account_logout": ("member", "Sign out?"),
    "account_reauthenticate": ("member", "Is it you?"),
    "account_change_password": ("member", "Change your password"),
    "account_set_password": ("member without password", "Choose a password"),
    "mfa_index": ("member", "How you sign in"),
    "mfa_activate_totp": ("member", "Add an authenticator app"),
    "mfa_deactivate_totp": ("member with an app", "Take the app off?"),
    "mfa_reauthenticate": ("member with an app", "Is it you?"),
    "mfa_view_recovery_codes": ("member with an app", "Recovery codes"),
    "mfa_generate_recovery_codes": ("member with an app", "New recovery codes?"),
    "mfa_list_webauthn": ("member with a passkey", "Passkeys"),
    "mfa_add_webauthn": ("member", "Add a passkey"),
    "mfa_reauthenticate_webauthn": ("member with a passkey", "Is it you?"),
    "mfa_edit_webauthn": ("member with a passkey", "Rename a passkey"),
    "mfa_remove_webauthn": ("member with a passkey", "Remove this passkey?"),
}
WITHOUT_A_PAGE = {"mfa_login_webauthn"}


def become(client, give_account, who):
    """Somebody in this position; returns what stands in the address."""
    if who == "stranger":
        return []
    account = give_account("therapist", password=None if who in ("invited", "member without password") else PASSWORD)
    if who == "invited":
        return client.get(invitation_path(account)).headers["Location"]
    if who == "member without password":
        return client.force_login(account)
    key = give_passkey(account) if who in ("member with a passkey", "halfway") else None
    sign_in(client)
    if who == "halfway":
        return []
    if key:  # signed in by password alone, as from before the key was there
        client.force_login(account)
    if who == "member with an app":
        add_app(client)
    confirm(client)
    return [key.pk] if key else []


def test_every_address_of_signing_in_is_in_the_table():
    assert set(ADDRESSES) == set(PAGES) | WITHOUT_A_PAGE


def test_there_is_one_engine_and_it_is_ours():
    assert [engine.name for engine in engines.all()] == ["jinja2"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_template_of_each_address_is_ours(name):
    view = ADDRESSES[name].callback.view_class
    for chosen in (view.template_name, getattr(view, "template_name_signup_closed", None)):
        if chosen and chosen != "account/signup.html":  # sign-up is closed: this one is never drawn
            template = get_template(chosen)
            assert template.backend.name == "jinja2"
            assert Path(template.origin.name).is_relative_to(OURS)


@pytest.mark.parametrize("name", PAGES)
def test_each_address_answers_with_a_page_on_our_base(client, give_account, name):
    who, heading = PAGES[name]
    found = become(client, give_account, who)
    path = (
        found
        if isinstance(found, str)
        else reverse(name, args=found if "keys/" in str(ADDRESSES[name].pattern) else [])
    )
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 200, answer.headers.get("Location")
    assert f"<h1>{heading}</h1>" in page
    assert '<a class="skip" href="#main">' in page
    assert "accord/accord.css" in page
    assert "style=" not in page
    assert 'src="data:' not in page


def test_a_spent_link_has_a_page_with_a_way_on(client):
    page = client.get("/account/password/reset/key/abc-def/").content.decode()
    assert "<h1>This link is used up</h1>" in page
    assert reverse("account_reset_password") in page


def test_a_passkey_is_asked_for_as_data_and_never_shown_as_a_page(client):
    path = reverse("mfa_login_webauthn")
    assert client.get(path).headers["Location"] == reverse("account_login")
    assert (
        "challenge" in client.get(path, headers={"accept": "application/json"}).json()["request_options"]["publicKey"]
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "Your device has not answered yet."),
        ("not json", "Your device has not answered yet."),
        ("{}", "Your device has not answered yet."),
        ('{"id": "x"}', "That did not match."),
        ('{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}', "That did not match."),
        ("[1]", "That did not match."),
        ('"x"', "That did not match."),
    ],
)
def test_an_answer_that_no_device_gave_is_refused(client, answer, said):
    refused = client.post(reverse("mfa_login_webauthn"), {"credential": answer}, follow=True)
    assert said in refused.content.decode()


def test_what_is_not_offered_has_no_address(client):
    for path in ("email/", "confirm-email/", "login/code/confirm/", "phone/change/", "2fa/trust/", ""):
        assert client.get(f"/account/{path}").status_code == 404, path


def test_the_square_for_the_app_is_drawn_in_the_page_and_stands_there_as_text(client, give_account):
    become(client, give_account, "member")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "<svg" in page
    assert client.session["mfa.totp.secret"] in page


def test_a_passkey_without_the_answer_of_a_device_says_what_to_do(client, give_account):
    become(client, give_account, "member")
    for answer, said in [("", "Your device has not answered yet."), ('{"id": "x"}', "That did not match.")]:
        page = client.post(reverse("mfa_add_webauthn"), {"name": "Phone", "credential": answer}).content.decode()
        assert said in page
    assert not Authenticator.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_mails_are_short_neutral_and_ours(client, give_account):
    account = give_account("therapist")
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    sign_in(client)
    add_app(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    key = give_passkey(account)
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    client.post(reverse("mfa_deactivate_totp"))
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    account.refresh_from_db()
    client.post(reverse("account_logout"))
    form = client.get(invitation_path(account)).headers["Location"]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert [message.subject for message in mail.outbox] == [
        "Choose a new password",
        "An app was added to your account",
        "Your account has new recovery codes",
        "A passkey was removed from your account",
        "An app was taken off your account",
        "Your password has changed",
        "Your password has changed",
    ]
    for message in mail.outbox:
        words = (message.subject + message.body).lower()
        assert len(words) < 500
        for word in ("therap", "client", "patient", "session", "accord ", "&#", "testserver", "elm street", "ada cole"):
            assert word not in words, (message.subject, word)


def test_each_mail_and_note_that_can_be_sent_is_ours():
    for name in ("account/email/password_set", "mfa/email/webauthn_added"):
        for part in ("subject", "message"):
            assert Path(get_template(f"{name}_{part}.txt").origin.name).is_relative_to(OURS)
