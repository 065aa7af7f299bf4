"""A client's way in: a link to the address their therapist has, good once, and no hint whether the address is known."""

from datetime import timedelta

from django.conf import settings
from django.core import mail
from django.test import Client as Visitor
from django.utils import timezone

from accord.web.notices import worker
from accord.web.people.models import Client, OneTimeCode
from tests.cast import Cast


def ask(address: str) -> str:
    """The path in the message; empty when none was sent."""
    Visitor().post("/my/sign-in/", {"email": address})
    worker.send_due()
    return mail.outbox[-1].body.split(settings.ORIGIN)[1].split()[0] if mail.outbox else ""


def test_the_link_in_the_message_opens_the_page_once(cast: Cast) -> None:
    path, phone = ask("ADA@example.org "), Visitor()
    for _ in range(3):
        assert phone.get(path).status_code == 200  # looking uses nothing up
    assert phone.post(path)["Location"] == "/my/"
    assert "Hello, Ada" in phone.get("/my/").content.decode()
    assert Visitor().post(path).status_code == 410
    assert Client.objects.get(pk=cast.ada.pk).email_confirmed_at


def test_after_a_quarter_of_an_hour_it_is_too_late(cast: Cast) -> None:
    path = ask("ada@example.org")
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Visitor().post(path).status_code == 410


def test_somebody_else_who_asks_spoils_nothing_and_floods_nobody(cast: Cast) -> None:
    """An older link stays good; after three that wait no further one is sent."""
    first = ask("ada@example.org")
    for _ in range(20):
        ask("ada@example.org")
    assert len(mail.outbox) == 3
    assert Visitor().post(first).status_code == 302


def test_a_confirmed_address_is_changed_by_its_client_alone(cast: Cast) -> None:
    """It opens their own record: a therapist who could put in an address of theirs could read as the client."""
    Visitor().post(ask("ada@example.org"))
    place = f"/courses/{cast.course.pk}/address/"
    page = cast.visitor(cast.therapist).post(place, {"email": "berg-private@example.org"}, follow=True)
    assert "they change it on their own page" in page.content.decode()
    assert Client.objects.get(pk=cast.ada.pk).email == "ada@example.org"
    own = cast.visitor(Client.objects.get(pk=cast.ada.pk))
    assert "Look in your mail" in own.post("/my/address/", {"email": "ada@new.example"}).content.decode()
    worker.send_due()
    assert mail.outbox[-1].to == ["ada@new.example"]
    path = mail.outbox[-1].body.split(settings.ORIGIN)[1].split()[0]
    assert Visitor().post(path)["Location"] == "/my/"
    assert own.get("/my/").status_code == 302  # whoever was in by the old address is out


def test_a_changed_address_ends_the_old_one(cast: Cast) -> None:
    path, phone = ask("ada@example.org"), cast.visitor(cast.ada)
    cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/address/", {"email": "ada@new.example"})
    assert Visitor().post(path).status_code == 410
    assert phone.get("/my/").status_code == 302


def test_the_page_says_the_same_for_an_address_nobody_has(cast: Cast) -> None:
    known = Visitor().post("/my/sign-in/", {"email": "ada@example.org"}).content
    unknown = Visitor().post("/my/sign-in/", {"email": "nobody@example.org"}).content
    assert known == unknown
    assert OneTimeCode.objects.count() == 1


def test_leaving_ends_it(cast: Cast) -> None:
    phone = cast.visitor(cast.ada)
    cookie = phone.cookies["sessionid" if "sessionid" in phone.cookies else settings.SESSION_COOKIE_NAME].value
    answer = phone.post("/my/leave/")
    assert answer["Clear-Site-Data"]
    replayed = Visitor()
    replayed.cookies[settings.SESSION_COOKIE_NAME] = cookie
    assert replayed.get("/my/").status_code == 302


def test_a_new_colleague_chooses_a_password_by_a_link(cast: Cast) -> None:
    manager = cast.visitor(cast.manager)
    body = {"name": "Dr. New", "email": "new@example.org", "roles": ["therapist"]}
    assert "Dr. New" in manager.post("/practice/people/", body, follow=True).content.decode()
    worker.send_due()
    assert "/account/password/reset/key/" in mail.outbox[-1].body
    again = manager.post("/practice/people/", body)
    assert again.status_code == 422
    assert "already belongs" in again.content.decode()
