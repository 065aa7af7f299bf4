"""Whose address it is, whose choice, and what becomes of those who have left: tried by somebody who means no good.

Every test here was found by trying, and failed before it was mended.
"""

import re
from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import AccordError
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import Course
from accord.web.fit import actions, queries
from accord.web.fit.models import Meeting, Search, Seeker, TakenTime
from accord.web.fit.queries import times
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Client, Member
from accord.web.safety import actions as safety
from tests.cast import LINES, Cast
from tests.web.fit.meeting import ZOE as WHO
from tests.web.fit.meeting import confirm, letters, met, searching
from tests.web.fit.test_finding import search_of, text_of
from tests.web.fit.test_path import OPEN_LIMITS, asked_two, asking, picked, plain


def brave() -> Visitor:
    """A browser in which the four questions are answered; an error is a page and no exception."""
    browser = search_of(**OPEN_LIMITS)
    browser.raise_request_exception = False
    return browser


def leaves(cast: Cast, member: Member) -> None:
    """As a manager closes an account: with somebody who takes over."""
    safety.settle_plan(
        asker=COMMAND, practice=cast.practice.pk, responsible=cast.other_therapist, deputy_name="O",
        deputy_email="o@example.org", lines=LINES, read_by="soon", hours=24, complaints="O",
    )  # fmt: skip
    alliance.member_leaves(asker=of_member(cast.manager), member=member, to=cast.other_therapist)


def secrets_in(texts: list[str]) -> list[str]:
    return re.findall(r"/find/open/([^/]+)/", " ".join(texts))


# --- whose address it is


def test_a_code_sent_to_one_address_does_not_confirm_another(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, email="mallory@example.org")
    (secret,) = secrets_in(letters())
    asking(browser, berg, email="victim@example.org")  # the same therapist again, and somebody else's address
    Visitor().post(f"/find/open/{secret}/")
    person = Seeker.objects.get()
    assert not (person.email == "victim@example.org" and person.confirmed_at), "confirmed by a letter it never got"


def test_a_client_is_never_added_by_an_address_that_was_not_confirmed(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg), email="mallory@example.org")
    confirm()
    one = met(Meeting.objects.get())
    TakenTime.objects.create(practice=one.practice, meeting=one, member=berg, search=one.search, at=one.starts_at)
    letters()
    browser.post("/find/back/", {"email": "mallory@example.org"})
    (secret,) = secrets_in(letters())
    asking(browser, berg, email="victim@example.org")
    browser.post(f"/find/open/{secret}/")
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    assert "victim@example.org" not in {each.email for each in Client.objects.all() if each.email_confirmed_at}


def test_a_meeting_that_was_held_keeps_its_time_after_a_second_confirmation(them: dict[str, Member]) -> None:
    """Another address, two hours, and somebody else asks the same therapist: the quarters held are swept away."""
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    one = met(Meeting.objects.get())
    asking(browser, them["birk"], email="zoe.quint@example.org")
    confirm()
    assert queries.own_meeting(one.search, one.pk, timezone.now()).state == "met"  # type: ignore[union-attr]


def test_another_address_gets_a_letter_also_where_nobody_new_is_asked(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, email="zoe@exmaple.org")  # a slip
    letters()
    asking(browser, berg, email="zoe@example.org")
    assert [text.splitlines()[1] for text in letters()] == ["zoe@example.org"]


def test_an_agreed_time_stays_held_when_the_seeker_gives_another_address(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    one = Meeting.objects.get()
    actions.accept(asker=of_member(berg), meeting=one)
    Meeting.objects.update(asked_at=timezone.now() - timedelta(hours=3))
    asking(browser, them["birk"], email="zoe.quint@example.org")  # another therapist, another address
    one.refresh_from_db()
    assert one.agreed_at
    assert one.starts_at not in times.free(berg, "call", one.minutes, timezone.now()), "an agreed time is offered again"
    other = searching()
    with pytest.raises(AccordError):
        actions.ask_for_calls(search=other, who=WHO, wanted={berg.pk: one.starts_at})


def test_a_request_the_therapist_has_read_does_not_vanish_with_another_address(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    asking(browser, them["birk"], email="zoe.quint@example.org")
    assert [each.meeting.member for each in queries.requests(of_member(berg), timezone.now())] == [berg]


def test_a_second_confirmation_asks_nobody_twice_and_holds_no_declined_time(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    actions.decline(asker=of_member(berg), meeting=Meeting.objects.get(), words="No, sorry.")
    letters()
    asking(browser, them["birk"], email="zoe.quint@example.org")
    confirm()
    assert not TakenTime.objects.filter(member=berg).exists(), "the time of a declined call is held again"
    told = [text.splitlines()[1] for text in letters("request")]
    assert "berg@example.org" not in told, "who has declined is told again of a request"


# --- choosing


def test_who_has_chosen_does_not_choose_again_by_asking_once_more(cast: Cast, them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one, two = (met(each) for each in Meeting.objects.order_by("asked_at"))
    places = them["birk"].offer.places
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    asking(browser, them["berg"])  # the one they chose; nothing new
    browser.post(f"/find/mine/{two.pk}/choose/", {})
    them["birk"].offer.refresh_from_db()
    assert Meeting.objects.exclude(chosen_at=None).count() == 1
    assert them["birk"].offer.places == places


def test_taking_back_missed_after_asking_again_is_no_broken_page(them: dict[str, Member]) -> None:
    browser, berg = brave(), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    one = met(Meeting.objects.get())
    browser.post(f"/find/mine/{one.pk}/missed/")
    asking(browser, berg, **picked(berg))
    assert Meeting.objects.count() == 2
    assert browser.post(f"/find/mine/{one.pk}/held/").status_code == 302


def test_nobody_is_chosen_whose_account_is_closed(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = asked_two(them), them["berg"]
    one = met(Meeting.objects.get(member=berg))
    people.close_account(asker=of_member(cast.manager), member=berg)
    before = Course.objects.count()
    said = text_of(browser, f"/find/mine/{one.pk}/")
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    assert "Choose Dr. Berg" not in said
    assert Course.objects.count() == before, "a course with somebody who has left, and nobody reads it"


def test_no_consultation_with_somebody_who_shows_no_page_any_more(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = asked_two(them), them["berg"]
    one = met(Meeting.objects.get(member=berg))
    people.close_account(asker=of_member(cast.manager), member=berg)
    browser.post(f"/find/mine/{one.pk}/consultation/", {"at": ""})
    assert Meeting.objects.filter(member=berg).count() == 1


def test_who_waits_is_told_when_the_therapist_has_left(cast: Cast, them: dict[str, Member]) -> None:
    asked_two(them)
    actions.accept(asker=of_member(them["berg"]), meeting=Meeting.objects.get(member=them["berg"]))
    letters()
    leaves(cast, them["berg"])
    one = Meeting.objects.get(member=them["berg"])
    assert one.called_off_at, "the call stands as agreed, and nobody will ring"
    assert "zoe@example.org" in [text.splitlines()[1] for text in letters()]


def test_after_none_of_them_nobody_reads_that_somebody_else_was_chosen(cast: Cast, them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one = met(Meeting.objects.get(member=them["berg"]))
    browser.post("/find/mine/none/", {})
    assert "They chose somebody else" not in plain(cast.visitor(them["berg"]).get(f"/requests/{one.pk}/"))


def test_who_is_chosen_after_all_does_not_read_that_another_was(cast: Cast, them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one = met(Meeting.objects.get(member=them["berg"]))
    browser.post("/find/mine/none/", {})
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    said = plain(cast.visitor(them["berg"]).get(f"/requests/{one.pk}/"))
    assert "They chose you." in said
    assert "They chose somebody else" not in said


def test_none_of_them_is_said_on_ones_own_page_and_not_asked_about_again(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    for one in Meeting.objects.all():
        met(one)
    browser.post("/find/mine/none/", {})
    said = text_of(browser, "/find/mine/")
    assert "How was it?" not in said, "asked to rate those who are off the list"


def test_a_letter_of_confirmation_still_works_when_somebody_asks_for_the_way_back(them: dict[str, Member]) -> None:
    """Anybody who knows the address can make the letter in the mailbox worthless, as often as they like."""
    asking(search_of(**OPEN_LIMITS), them["berg"])
    (secret,) = secrets_in(letters())
    Visitor().post("/find/back/", {"email": "zoe@example.org"})
    assert Visitor().post(f"/find/open/{secret}/").status_code == 302


def test_whom_a_colleague_names_has_a_page_to_go_to(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one = Meeting.objects.get(member=them["berg"])
    actions.decline(asker=of_member(them["berg"]), meeting=one, words="No.", refer_to=them["birk"])
    Member.objects.filter(pk=them["birk"].pk).update(published=False)
    (link,) = re.findall(r'They name somebody: <a href="([^"]+)"', browser.get("/find/mine/").content.decode()) or [""]
    assert not link or browser.get(link).status_code == 200


def test_a_search_forgotten_in_another_tab_while_asking_is_no_broken_page(them: dict[str, Member]) -> None:
    browser, real = brave(), actions.ask_for_calls

    def first_forgotten(**given):  # type: ignore[no-untyped-def]
        Search.objects.all().delete()
        return real(**given)

    with mock.patch("accord.web.fit.actions.ask_for_calls", first_forgotten):
        assert asking(browser, them["berg"]).status_code < 500
