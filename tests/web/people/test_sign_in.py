"""Staff come in by their e-mail, and nobody else does."""

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse

from accord.web.people.actions import invitation_path
from accord.web.people.models import Account
from tests.web.people.ways_in import NEW, PASSWORD, add_app, app_code, confirm, give_passkey, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("roles", "path"),
    [
        (["therapist"], "/desk/"),
        (["deputy"], "/desk/"),
        (["therapist", "manager", "operator"], "/desk/"),
        (["manager"], "/practice/"),
        (["manager", "operator"], "/practice/"),
        (["researcher"], "/research/"),
        (["operator"], "/machinery/"),
    ],
)
def test_the_first_page_is_that_of_the_role(client, give_account, roles, path):
    give_account(*roles)
    assert sign_in(client).headers["Location"] == path
    assert client.get(path).status_code == 200


def test_the_page_one_came_for_opens_afterwards(client, give_account):
    give_account("therapist")
    asked = client.get("/clients/new/")
    assert asked.headers["Location"] == "/account/login/?next=%2Fclients%2Fnew%2F"
    assert b'name="next" value="/clients/new/"' in client.get(asked.headers["Location"]).content
    assert sign_in(client, next="/clients/new/").headers["Location"] == "/clients/new/"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_other_site_opens_afterwards(client, give_account, evil):
    give_account("therapist")
    assert sign_in(client, next=evil).headers["Location"] == "/desk/"
    assert client.get(reverse("account_login"), {"next": evil}).headers["Location"] == "/desk/"
    left = client.post(reverse("account_logout"), {"next": evil})
    assert left.headers["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_read_the_same(client, give_account):
    give_account("therapist")
    wrong = sign_in(client, password="four other words here").content.decode()
    unknown = sign_in(client, email="nobody@example.org").content.decode()
    for page in (wrong, unknown):
        assert '<a href="#id_login">This e-mail and password do not go together.' in page
    assert client.get("/desk/").status_code == 302


def test_the_fields_let_a_password_manager_help(client):
    page = client.get(reverse("account_login")).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "data-passkey hidden>Sign in with a passkey" in page


def test_after_many_wrong_passwords_the_right_one_waits_too(client, give_account):
    give_account("therapist")
    for _ in range(5):
        sign_in(client, password="four other words here")
    assert "Too many tries" in sign_in(client).content.decode()


def test_many_tries_of_any_kind_get_the_page_that_says_so(client):
    answers = [
        client.post(reverse("account_login"), {"login": f"x{n}@example.org", "password": "x"}) for n in range(40)
    ]
    assert answers[-1].status_code == 429
    assert "<h1>Too many tries</h1>" in answers[-1].content.decode()
    assert "accord/accord.css" in answers[-1].content.decode()


def test_nobody_signs_up_alone(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert "Accounts are made by the practice" in page
    sent = {"email": "eve@example.org", "password1": NEW}
    assert "Accounts are made by the practice" in client.post(reverse("account_signup"), sent).content.decode()
    assert not Account.objects.exists()


def test_an_invitation_leads_to_a_password_and_in(client, give_account):
    account = give_account("therapist", password=None)
    assert not account.has_usable_password()
    path = invitation_path(account)
    form = client.get(path)
    assert form.status_code == 302
    chosen = client.post(form.headers["Location"], {"password1": NEW, "password2": NEW}, follow=True)
    assert "<h1>Welcome</h1>" in chosen.content.decode()
    assert "Your password is saved." in chosen.content.decode()
    client.session.flush()
    assert sign_in(client, password=NEW).headers["Location"] == "/desk/"


def test_an_invitation_works_once_and_survives_being_looked_at(client, give_account):
    account = give_account("therapist", password=None)
    path = invitation_path(account)
    for _ in range(3):  # as programs do that open every link in a mail
        assert client.get(path).status_code == 302
    form = client.get(path).headers["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert "<h1>This link is used up</h1>" in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("too short", "too short"),
        ("password1234", "too common"),
        ("ada@example.org", "too similar"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client, give_account, chosen, said):
    account = give_account("therapist", password=None)
    form = client.get(invitation_path(account)).headers["Location"]
    page = client.post(form, {"password1": chosen, "password2": chosen}).content.decode()
    assert said in page
    assert '<a href="#id_password1">New password:' in page
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_a_long_password_of_any_letters_is_welcome(client, give_account):
    account = give_account("therapist", password=None)
    long = "löwenzahn  and ünusual 語 " * 4
    form = client.get(invitation_path(account)).headers["Location"]
    assert client.post(form, {"password1": long, "password2": long}).status_code == 302
    assert sign_in(client, password=long).headers["Location"] == "/desk/"


def test_a_forgotten_password_is_renewed_by_a_link(client, give_account, settings):
    give_account("therapist")
    client.post(reverse("account_reset_password"), {"email": "Ada@example.org"})
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    assert link.startswith(settings.ORIGIN)
    form = client.get(link.removeprefix(settings.ORIGIN)).headers["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert sign_in(client, password=NEW).headers["Location"] == "/desk/"


def test_asking_for_a_link_says_the_same_to_everyone(client, give_account):
    give_account("therapist")
    pages = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True).content
        for email in ("ada@example.org", "nobody@example.org")
    ]
    assert pages[0] == pages[1]
    assert [message.subject for message in mail.outbox] == ["Choose a new password"]  # a stranger gets no letter


def test_a_new_password_leaves_the_second_factor_in_place(client, give_account):
    account = give_account("therapist")
    sign_in(client)
    add_app(client)
    client.post(reverse("account_logout"))
    account.refresh_from_db()
    form = client.get(invitation_path(account)).headers["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert sign_in(client, password=NEW).headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/").status_code == 302


def test_without_the_second_factor_the_password_opens_nothing(client, give_account):
    give_account("therapist")
    sign_in(client)
    secret = add_app(client)
    client.post(reverse("account_logout"))
    assert sign_in(client, next="/clients/new/").headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert '<a href="#id_code">Code: That did not match.' in wrong
    assert client.post(reverse("mfa_authenticate"), {"code": app_code(secret)}).headers["Location"] == "/clients/new/"


def test_recovery_codes_are_shown_once_and_work_once(client, give_account):
    give_account("therapist")
    sign_in(client)
    add_app(client)
    shown = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = shown.split("<textarea")[1].split(">")[1].split("<")[0].split()
    assert len(set(codes)) == 10
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    for expected in ("/desk/", None):
        client.post(reverse("account_logout"))
        sign_in(client)
        answer = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert answer.headers.get("Location") == expected


def test_what_codes_are_made_of_is_encrypted(client, give_account):
    account = give_account("therapist")
    sign_in(client)
    secret = add_app(client)
    kept = {row.type: row.data for row in account.authenticator_set.all()}
    assert secret not in str(kept)
    assert kept["totp"]["secret"].startswith("k1:")
    assert kept["recovery_codes"]["seed"].startswith("k1:")


def test_every_change_of_the_way_in_asks_again(client, give_account):
    account = give_account("therapist")
    key = give_passkey(account)
    client.force_login(account)
    for name, args in [
        ("mfa_activate_totp", []),
        ("mfa_generate_recovery_codes", []),
        ("mfa_add_webauthn", []),
        ("mfa_edit_webauthn", [key.pk]),
        ("mfa_remove_webauthn", [key.pk]),
    ]:
        answer = client.get(reverse(name, args=args))
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate")), name


def test_nobody_touches_the_passkey_of_somebody_else(client, give_account):
    key = give_passkey(give_account("therapist", email="ben@example.org"))
    give_account("therapist")
    sign_in(client)
    confirm(client)
    assert client.get(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk])).status_code == 404


def test_a_changed_password_ends_what_is_open_elsewhere(client, give_account):
    give_account("therapist")
    elsewhere = type(client)()
    sign_in(elsewhere)
    sign_in(client)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), sent).headers["Location"] == reverse("mfa_index")
    assert client.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/").status_code == 302


def test_a_cookie_from_before_is_dead_after_signing_out(client, give_account):
    give_account("therapist")
    client.get(reverse("account_login"))
    sign_in(client)
    old = client.cookies["accord"].value
    client.post(reverse("account_logout"))
    client.cookies["accord"] = old
    assert client.get("/desk/").status_code == 302


def test_a_closed_account_is_told_so_and_stays_out(client, give_account):
    account = give_account("therapist")
    account.is_active = False
    account.save()
    assert "do not go together" in sign_in(client, password="four other words here").content.decode()
    assert sign_in(client).headers["Location"] == reverse("account_inactive")
    assert client.get("/desk/").status_code == 302


def test_an_account_without_a_place_here_goes_round_in_no_circle(client, db):
    Account.objects.create_user(email="gone@example.org", password=PASSWORD)
    assert sign_in(client, email="gone@example.org").headers["Location"] == "/"
    assert client.get("/desk/").status_code == 404


def test_a_mail_server_that_is_down_undoes_nothing(client, give_account, monkeypatch):
    def refuse(self: EmailMessage, **options: object) -> None:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr(EmailMessage, "send", refuse)
    give_account("therapist")
    sign_in(client)
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
    assert client.get("/desk/").status_code == 200
    assert not mail.outbox
