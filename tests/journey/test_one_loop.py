"""The whole loop, as an example: a client answers on a phone, and the therapist reads it before the next session."""

from django.conf import settings
from django.test import Client as Visitor

from tests.cast import Cast, alliance_answers, phq9


def link_to(check_in) -> str:  # type: ignore[no-untyped-def]
    return f"/c/{settings.KEYS.token(check_in.pk, check_in.generation)}/"


def form(measure: str, answers: dict[str, int | None]) -> dict[str, str]:
    """Answers as a page posts them; None is a skip."""
    return {f"{measure}.{item}": "skip" if value is None else str(value) for item, value in answers.items()}


def answer_all(phone: Visitor, check_in, measure: str, answers: dict[str, int | None], pages: int = 3):  # type: ignore[no-untyped-def]
    """Go through the pages with 'next', then press 'send' on the last one; returns what that shows."""
    phone.get(link_to(check_in))
    for page in range(1, pages + 1):
        body = {**form(measure, answers), "check_in": str(check_in.pk)}
        last = phone.post(f"/check-in/{page}/", body, follow=True)
    assert "Before you send" in last.content.decode()
    return press_send(phone, check_in, pages + 1)


def press_send(phone: Visitor, check_in, page: int = 4, **more: object):  # type: ignore[no-untyped-def]
    """The last page: own words and what is kept, all of it optional."""
    body = {"closing": "1", "words_for": "share", "check_in": str(check_in.pk), **more}
    return phone.post(f"/check-in/{page}/", body, follow=True)


def test_from_a_link_on_a_phone_to_the_therapists_desk(cast: Cast) -> None:
    phone = Visitor()

    # The link carries no name; opening it leads to a clean address and a page that says whose it is, by initials.
    start = phone.get(link_to(cast.after), follow=True)
    assert start.request["PATH_INFO"] == "/check-in/"
    assert "A. L." in start.content.decode()
    assert "Lovell" not in start.content.decode()

    # She answers all but one; the last page says 'saved', after it was stored.
    done = answer_all(phone, cast.after, "alliance", alliance_answers(4, trust=2, openness=None, off=3))
    assert "Your answers are saved" in done.content.decode()

    # Her therapist finds it on the desk, and the course holds the score and the strain.
    desk = cast.visitor(cast.therapist)
    assert "Ada Lovell" in desk.get("/desk/").content.decode()
    course = desk.get(f"/courses/{cast.course.pk}/").content.decode()
    assert "3.7" in course  # the mean of the seven that were answered: (6 x 4 + 2) / 7

    # Each answer stands behind it; a skipped one is said to be not answered.
    session = desk.get(f"/sessions/{cast.session.pk}/").content.decode()
    assert "not answered" in session


def test_a_total_needs_the_ninth_answer(cast: Cast) -> None:
    answer_all(Visitor(), cast.before, "phq-9", phq9(2, 2, 2, 2, 2, 2, 2, 2, None))
    page = cast.visitor(cast.therapist).get(f"/sessions/{cast.session.pk}/").content.decode()
    assert "item 9" in page


def test_a_therapist_rates_their_side_and_the_client_does_not_see_it(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    body = {**form("alliance", alliance_answers(1)), "attempt": "7d5c1f8e-58cf-4d0e-9f0e-b7b2f3ad7f3e"}
    assert "Saved." in desk.post(f"/sessions/{cast.session.pk}/rate/", body, follow=True).content.decode()
    own = cast.visitor(cast.ada)
    assert "herapist side" not in own.get("/my/").content.decode()
    assert own.get(f"/my/sessions/{cast.session.pk}/").content.decode().count("<section") == 0
