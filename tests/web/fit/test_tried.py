"""What was tried on the way from a list to a choice by somebody who means no good, or is only unlucky.

Times, numbers, what is kept, two tabs, what is promised: most failed before they were mended.
"""

from datetime import UTC, datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.fit.replies import Reply, in_words, usual
from accord.web.alliance.actions.sessions import book_session
from accord.web.alliance.models import Course
from accord.web.fit import actions, ask_forms, meeting_words
from accord.web.fit.actions import meetings
from accord.web.fit.models import Feedback, Meeting, ReplyTime, Search
from accord.web.fit.queries import times
from accord.web.notices.models import Notice
from accord.web.people.asker import of_member
from accord.web.people.models import Client, Member
from tests.cast import Cast
from tests.web.fit.meeting import confirm, first_free, letters, met
from tests.web.fit.test_finding import search_of, text_of
from tests.web.fit.test_path import OPEN_LIMITS, asked_two, asking, picked, plain
from tests.web.fit.test_whose_word import secrets_in

# --- the calendar


def test_one_address_does_not_hold_a_whole_evening(them: dict[str, Member]) -> None:
    """No limit by address: four searches of one mailbox hold all that is left of an evening, confirmed."""
    berg = them["berg"]
    for _ in range(6):
        browser = search_of(**OPEN_LIMITS)
        asking(browser, berg, **picked(berg))
        confirm()
    held = Meeting.objects.filter(member=berg).exclude(starts_at=None).count()
    assert held <= 1, f"one address holds {held} times with one therapist"


def test_a_stranger_is_not_flooded_with_letters(them: dict[str, Member]) -> None:
    for _ in range(10):
        asking(search_of(**OPEN_LIMITS), them["berg"], email="victim@example.org")
    first = len(letters())
    Visitor().post("/find/back/", {"email": "victim@example.org"})
    again = len(letters())
    assert first <= 3, f"{first} letters"
    assert again <= 3, f"one press of 'send me the link' sends {again} letters"


def test_the_way_back_sends_no_letter_a_second(them: dict[str, Member]) -> None:
    asked_two(them)
    letters()
    sent = 0
    for _ in range(10):
        Visitor().post("/find/back/", {"email": "zoe@example.org"})
        sent += len(letters())
    assert sent <= 3, f"{sent} letters in a moment"


def test_a_therapist_is_not_written_to_without_end(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    letters()
    for _ in range(10):
        browser.post(f"/find/mine/{Meeting.objects.order_by('-asked_at')[0].pk}/off/")
        asking(browser, berg)
    assert len([text for text in letters() if "berg@example.org" in text]) <= 6


def test_a_no_is_a_no(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    actions.decline(asker=of_member(berg), meeting=Meeting.objects.get(), words="No, sorry.")
    asking(browser, berg)
    assert Meeting.objects.count() == 1, "asked again a second after a kind no"


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2027-99-99", "10000-01-01", "-1"])
@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"])
def test_a_far_day_is_no_broken_page(cast: Cast, them: dict[str, Member], day: str, zone: str) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    berg.practice.__class__.objects.update(time_zone=zone)
    desk = cast.visitor(berg)
    desk.raise_request_exception = False
    for at in ("23:45", "00:00"):
        answer = desk.post(f"/requests/{Meeting.objects.get().pk}/", {"what": "propose", "day": day, "at": at})
        assert answer.status_code < 500


def test_a_proposal_lies_within_some_months(cast: Cast, them: dict[str, Member]) -> None:
    """A slip in the year, and the search is kept for two hundred years."""
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    url = f"/requests/{Meeting.objects.get().pk}/"
    answer = cast.visitor(berg).post(url, {"what": "propose", "day": "2226-03-24", "at": "10:00"})
    assert answer.status_code == 422


def test_the_hour_that_comes_twice_is_two_different_choices() -> None:
    zone = ZoneInfo("America/New_York")
    both = [datetime(2026, 11, 1, 5, 15, tzinfo=UTC), datetime(2026, 11, 1, 6, 15, tzinfo=UTC)]
    labels = [label for _, of_day in ask_forms.grouped(both, zone, []) for _, label in of_day]
    assert len(set(labels)) == 2, labels


def test_the_other_clock_names_its_day_where_it_is_another_day() -> None:
    at = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)  # Tuesday noon in Tokyo, Monday evening in New York
    said = meeting_words.both_clocks(at, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York"))
    assert "Mon" in said, said


# --- numbers that are told


def test_a_request_taken_back_at_once_does_not_make_a_therapist_look_slow() -> None:
    said = in_words(usual([Reply(0.1, answered=False)] * 5))
    assert "often does not reply" not in said, said


def test_one_person_cannot_make_a_therapist_look_slow(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    for _ in range(5):
        browser.post(f"/find/mine/{Meeting.objects.order_by('-asked_at')[0].pk}/off/")
        asking(browser, berg)
    assert "Often does not reply soon" not in text_of(search_of(**OPEN_LIMITS)), ReplyTime.objects.count()


# --- what is kept


def test_forgotten_is_forgotten_in_the_outbox_too(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg, **picked(berg))
    confirm()
    actions.accept(asker=of_member(berg), meeting=Meeting.objects.get())
    letters()
    browser.post("/find/forget/")
    letters()
    left = [(each.kind, bool(each.done_at), bool(each.cancelled_at))
            for each in Notice.objects.all() if each.address == "zoe@example.org"]  # fmt: skip
    assert left == [], f"the address of somebody who is forgotten is kept: {left}"


def test_nothing_is_sent_to_somebody_who_has_forgotten_their_search(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    confirm()
    letters()
    actions.decline(asker=of_member(berg), meeting=Meeting.objects.get(), words="No, sorry.")
    browser.post("/find/forget/")
    assert not [text for text in letters() if "zoe@example.org" in text]


def test_feedback_has_no_tie_to_who_said_it(them: dict[str, Member]) -> None:
    """The day of the one row and the moment on the meeting: where one person said something that day, it is theirs."""
    browser = asked_two(them)
    for each in Meeting.objects.all():
        met(each)
    browser.post("/find/mine/none/", {})
    browser.post("/find/mine/others/", {f"why_{each.pk}": ["cost"] for each in Meeting.objects.all()})
    said = Feedback.objects.get(member=them["berg"])
    assert {field.name for field in said._meta.fields} == {"id", "practice", "member", "reasons", "place"}
    assert isinstance(Meeting.objects.filter(member=said.member)[0].feedback_given, bool)


# --- two tabs


def test_who_has_gone_from_the_list_meanwhile_is_named(them: dict[str, Member]) -> None:
    """The page was open for a while; one of the two took their page down. The other is asked, and nothing is said."""
    browser = search_of(**OPEN_LIMITS)
    Member.objects.filter(pk=them["birk"].pk).update(published=False)
    answer = asking(browser, them["berg"], them["birk"])
    page = plain(answer) if answer.status_code != 302 else text_of(browser, answer["Location"])
    assert "Somebody you ticked takes no requests any more." in page


def test_what_was_typed_is_kept_where_one_has_no_room_meanwhile(them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    them["birk"].offer.__class__.objects.filter(pk=them["birk"].pk).update(places=0)
    answer = asking(browser, them["berg"], them["birk"], words="It took me a week to write this.")
    assert "It took me a week to write this." in answer.content.decode(), answer.status_code


def test_a_search_forgotten_meanwhile_is_no_broken_page(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg, real = search_of(**OPEN_LIMITS), them["berg"], meetings._locked
    asking(browser, berg, **picked(berg))
    confirm()
    one = Meeting.objects.get()

    def first_forgotten(meeting: Meeting) -> Meeting:
        """In another tab, between the look and the act."""
        Search.objects.all().delete()
        return real(meeting)

    desk = cast.visitor(berg)
    desk.raise_request_exception = False
    with mock.patch("accord.web.fit.actions.meetings._locked", first_forgotten):
        answer = desk.post(f"/requests/{one.pk}/", {"what": "accept"})
    assert answer.status_code < 500


def test_looking_again_does_not_lose_a_search_that_is_under_way(cast: Cast, them: dict[str, Member]) -> None:
    ada = cast.visitor(cast.ada)
    ada.post(f"/my/look-again/{cast.course.pk}/")
    for page, body in {"what": {"first": "panic"}, "where": {"region": "CA"}, **OPEN_LIMITS}.items():
        ada.post(f"/find/{page}/", body)
    asking(ada, them["birk"], name="Ada", email="ada@example.org", **picked(them["birk"]))
    ada.post(f"/my/look-again/{cast.course.pk}/")
    assert ada.get("/find/mine/").status_code == 200, "the calls that are under way are not found any more"


# --- what is promised


def test_a_number_given_for_the_day_reaches_the_therapist(cast: Cast, them: dict[str, Member]) -> None:
    """'If they should be able to reach you on the day': then they must see it."""
    berg = them["berg"]
    berg.offer.rings, berg.offer.reach = "link", "https://meet.example.org/berg"
    berg.offer.save()
    browser = search_of(**OPEN_LIMITS)
    page = plain(browser.get(f"/find/ask/?t={berg.pk}"))
    assert "If they should be able to reach you on the day." in page
    asking(browser, berg, **picked(berg))
    confirm()
    actions.accept(asker=of_member(berg), meeting=Meeting.objects.get())
    assert "555-0199" in plain(cast.visitor(berg).get(f"/requests/{Meeting.objects.get().pk}/"))


def test_who_only_comes_back_is_not_told_that_everyone_knows_now(them: dict[str, Member]) -> None:
    asked_two(them)
    letters()
    Visitor().post("/find/back/", {"email": "zoe@example.org"})
    (secret,) = secrets_in(letters())
    other = Visitor()
    said = plain(other.get(f"/find/open/{secret}/"))
    assert "what you asked for goes out" not in said
    said = plain(other.post(f"/find/open/{secret}/", follow=True))
    assert "Everyone you asked knows of it now." not in said


def test_who_is_chosen_can_reach_whom_they_are_to_write_to(cast: Cast, them: dict[str, Member]) -> None:
    """'Your name and your address do; they need them to reach you.'"""
    browser, berg = asked_two(them), them["berg"]
    one = met(Meeting.objects.get(member=berg))
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    zoe = next(each for each in Client.objects.all() if each.name == "Zoe Quint")
    course, desk = Course.objects.get(client=zoe), cast.visitor(berg)
    # It is in the field of 'Change the address for links', where nobody looks who wants to write to somebody.
    seen = " ".join(desk.get(page).content.decode() for page in (f"/courses/{course.pk}/", f"/requests/{one.pk}/"))
    assert "zoe@example.org" in seen or "555-0199" in seen


def test_who_is_chosen_reads_it_where_the_letter_leads(cast: Cast, them: dict[str, Member]) -> None:
    """The letter leads to /requests/: there it stands folded away, under 'Those that are over'."""
    browser, berg = asked_two(them), them["berg"]
    one = met(Meeting.objects.get(member=berg))
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    page = cast.visitor(berg).get("/requests/").content.decode()
    assert "They chose you." in page.partition("<details>")[0]


def test_no_letter_says_that_somebody_waits_where_nobody_does(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    letters()
    browser.post(f"/find/mine/{Meeting.objects.get(member=them['berg']).pk}/off/")
    assert not [text for text in letters() if "somebody waits for you" in text]


def test_the_first_link_to_ones_own_page_is_no_answer_to_a_question_nobody_asked(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one = met(Meeting.objects.get(member=them["berg"]))
    letters()
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    assert not [text for text in letters() if "Here is the link you asked for" in text], "nobody asked, and 15 minutes"


def test_another_time_picked_for_the_same_therapist_is_not_ignored(them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    asking(browser, berg)
    answer = asking(browser, berg, **picked(berg))
    said = plain(answer) if answer.status_code != 302 else text_of(browser, "/find/mine/")
    assert Meeting.objects.get().starts_at or "already" in said, "accepted, and dropped without a word"


def test_what_can_be_shared_later_can_be_shared_later(cast: Cast, them: dict[str, Member]) -> None:
    """'The rest is your choice, and you can change it later on your own page': not so for what was looked for."""
    browser, berg = asked_two(them), them["berg"]
    one = met(Meeting.objects.get(member=berg))
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    zoe = next(each for each in Client.objects.all() if each.name == "Zoe Quint")
    page = plain(cast.visitor(zoe).get(f"/my/beginning/{Course.objects.get(client=zoe).pk}/"))
    assert "What I looked for" in page


def test_a_booked_session_is_no_free_time(cast: Cast, them: dict[str, Member]) -> None:
    """The therapist sits with a client then, and this very program knows it."""
    berg = them["berg"]
    at = first_free(berg)
    book_session(asker=of_member(berg), course=cast.course, starts_at=at)
    assert at not in times.free(berg, "call", 15, timezone.now())


def test_an_agreed_call_of_today_stands_on_the_desk(cast: Cast, them: dict[str, Member]) -> None:
    asked_two(them)
    one = Meeting.objects.get(member=them["berg"])
    actions.accept(asker=of_member(them["berg"]), meeting=one)
    soon = (timezone.now() + timedelta(minutes=45)).replace(second=0, microsecond=0)
    Meeting.objects.filter(pk=one.pk).update(starts_at=soon)
    assert "Zoe Quint" in plain(cast.visitor(them["berg"]).get("/desk/"))


def test_the_button_in_the_letter_pressed_twice_leads_on(them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    asking(browser, them["berg"])
    (secret,) = secrets_in(letters())
    assert [browser.post(f"/find/open/{secret}/").status_code for _ in range(2)] == [302, 302]
