"""Letting a practice find somebody: on the list, kept while waiting, suggested to, yes and 'somebody else please'."""

from datetime import timedelta

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.fit import actions, queries
from accord.web.fit.actions import Who
from accord.web.fit.models import Meeting, Search, Suggestion, Waiting
from accord.web.notices.models import Notice
from accord.web.people.asker import of_member
from accord.web.people.models import Member
from tests.cast import Cast
from tests.web.fit.meeting import ZOE, confirm, first_free, keep_free, letters, met, searching
from tests.web.fit.offering import a_few
from tests.web.fit.test_asking import state
from tests.web.fit.test_finding import search_of, text_of
from tests.web.fit.waiting import applied, keeps_a_list, previewed, suggested, told, waits, who_to_whom

OPEN_LIMITS = {"musts": {"nothing": "1"}, "how": {}}
FORM = {"name": "Zoe Quint", "email": "zoe@example.org", "phone": "555-0199", "zone": "Europe/Berlin"}


@pytest.fixture
def them(cast: Cast) -> dict[str, Member]:
    found = a_few(cast)
    keeps_a_list(cast)
    return found


def joined(cast: Cast) -> Visitor:
    browser = search_of(**OPEN_LIMITS)
    assert browser.post(f"/find/waiting/{cast.practice.pk}/", FORM)["Location"] == "/find/mine/"
    confirm()
    return browser


def back_on_the_list(cast: Cast) -> list[int]:
    return [one.number or 0 for one in queries.waiting_now(of_member(cast.manager), timezone.now())]


def test_from_the_list_of_cards_to_the_list_of_a_practice(cast: Cast, them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    assert "Let Riverside find someone for you" in text_of(browser)
    page = text_of(browser, f"/find/waiting/{cast.practice.pk}/")
    assert "Whoever runs the list sees a number and since when you wait: not your name" in page
    browser.post(f"/find/waiting/{cast.practice.pk}/", FORM)
    said = text_of(browser, "/find/mine/")
    assert "One step is left" in said
    assert "You are on it once you have confirmed your address." in said
    assert back_on_the_list(cast) == []
    confirm()
    assert "You are No. 1, since" in text_of(browser, "/find/mine/")
    assert back_on_the_list(cast) == [1]
    assert "You are on the list of Riverside." in text_of(browser)


def test_somebody_whom_nobody_here_fits_is_offered_the_list_too(cast: Cast, them: dict[str, Member]) -> None:
    browser = search_of(where={"region": "elsewhere", "elsewhere": "Utah"})
    page = text_of(browser)
    assert "Nobody here fits all of what you need." in page
    assert "Let Riverside find someone for you" in page


def test_a_practice_without_a_list_offers_none(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(**OPEN_LIMITS)
    assert "Or let a practice find someone for you" not in text_of(browser)
    assert browser.get(f"/find/waiting/{cast.practice.pk}/").status_code == 404
    with pytest.raises(RefusedError, match="Riverside keeps no waiting list"):
        actions.join_list(search=searching(), practice=cast.practice, who=ZOE)
    assert not Waiting.objects.exists()


def test_what_is_missing_is_said_and_nothing_typed_is_lost(cast: Cast, them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    answer = browser.post(f"/find/waiting/{cast.practice.pk}/", {**FORM, "phone": "", "email": "none"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "write a number: whoever is found may ring you" in page
    assert 'value="Zoe Quint"' in page
    assert not Waiting.objects.exists()
    with pytest.raises(UsageError, match="write a number"):
        actions.join_list(search=searching(), practice=cast.practice, who=Who("Zoe", "z@example.org", "UTC"))


def test_the_same_form_sent_twice_is_one_place_and_one_letter(cast: Cast, them: dict[str, Member]) -> None:
    search = searching()
    first, second = (actions.join_list(search=search, practice=cast.practice, who=ZOE) for _ in range(2))
    assert first == second
    assert len(letters("confirm")) == 1


def test_another_address_is_confirmed_anew_and_the_place_is_the_same(cast: Cast, them: dict[str, Member]) -> None:
    search = searching()
    one = actions.join_list(search=search, practice=cast.practice, who=ZOE)
    confirm()
    moved = Who(ZOE.name, "zoe@elsewhere.example", ZOE.time_zone, ZOE.phone)
    assert actions.join_list(search=search, practice=cast.practice, who=moved) == one
    assert back_on_the_list(cast) == [1]
    assert queries.seeker(search).email == ZOE.email  # the old one holds until the new one is confirmed
    confirm()
    assert back_on_the_list(cast) == [1]
    assert queries.seeker(search).email == "zoe@elsewhere.example"


def test_a_number_stays_theirs_and_is_nobodys_after_them(cast: Cast, them: dict[str, Member]) -> None:
    one, two = waits(cast, "Ann"), waits(cast, "Ben")
    assert (one.number, two.number) == (1, 2)
    actions.forget_search(search=two.search)
    assert waits(cast, "Cem").number == 3
    actions.leave_list(search=one.search, waiting=one)
    again = actions.join_list(search=one.search, practice=cast.practice, who=ZOE)
    confirm()
    again.refresh_from_db()
    assert again.number == 4


def test_a_place_is_kept_while_there_is_a_sign_and_a_letter_asks_before_it_goes(
    cast: Cast, them: dict[str, Member]
) -> None:
    one, now = waits(cast), timezone.now()
    asking = Notice.objects.get(kind="still-waiting", cancelled_at=None)
    assert timedelta(days=59) < asking.due_at - now < timedelta(days=61)
    Search.objects.update(changed_at=now - timedelta(days=70))
    actions.forget_old_searches(now=now)
    assert back_on_the_list(cast) == [1]
    actions.stay_on_list(search=one.search, waiting=one)
    asking.refresh_from_db()
    assert asking.cancelled_at
    assert Search.objects.get().changed_at >= now
    Search.objects.update(changed_at=now - timedelta(days=91))
    assert back_on_the_list(cast) == []
    actions.forget_old_searches(now=now)
    assert not Search.objects.exists()
    assert not Notice.objects.filter(kind="still-waiting", cancelled_at=None).exists()


def test_the_page_asks_whether_they_still_wait_and_a_press_is_enough(cast: Cast, them: dict[str, Member]) -> None:
    browser = joined(cast)
    Search.objects.update(changed_at=timezone.now() - timedelta(days=65))
    assert "It is a while since we heard from you." in text_of(browser, "/find/mine/")
    one = Waiting.objects.get()
    browser.post(f"/find/mine/list/{one.pk}/stay/")
    said = text_of(browser, "/find/mine/")
    assert "Your place is kept." in said
    assert "It is a while" not in said
    browser.post(f"/find/mine/list/{one.pk}/leave/")
    assert "On the list of Riverside" not in text_of(browser, "/find/mine/")
    assert search_of(**OPEN_LIMITS).post(f"/find/mine/list/{one.pk}/stay/")["Location"] == "/find/back/"


def test_a_suggestion_is_shown_with_what_fits_this_very_person(cast: Cast, them: dict[str, Member]) -> None:
    browser = joined(cast)
    keep_free(them["berg"], them["birk"])
    told(applied(cast))
    name = Suggestion.objects.get().member.name
    said = text_of(browser, "/find/mine/")
    assert f"Riverside suggests {name}" in said
    assert "with research support for: panic attacks" in said
    assert "Yes, pick a time" in said
    sent = letters()
    assert sorted(text.split("\n")[0] for text in sent) == ["Somebody has written to you", "There is news for you"]
    assert not [text for text in sent if "Zoe" in text or name in text or "panic" in text]


def test_yes_at_a_time_of_theirs_is_a_first_call_like_any_other(cast: Cast, them: dict[str, Member]) -> None:
    keep_free(them["berg"], them["birk"])
    one = waits(cast)
    call = suggested(cast, one)
    actions.pick_time(search=one.search, meeting=call, starts_at=first_free(call.member))
    (asked,) = queries.requests(of_member(call.member), timezone.now())
    actions.accept(asker=of_member(call.member), meeting=asked.meeting)
    assert state(call) == "coming"
    met(Meeting.objects.get(pk=call.pk))
    chosen = actions.choose(search=one.search, meeting=call)
    one.refresh_from_db()
    assert chosen.chosen_at
    assert one.left_at
    assert back_on_the_list(cast) == []


def test_the_therapist_may_propose_before_or_after_a_yes_without_a_time(cast: Cast, them: dict[str, Member]) -> None:
    browser = joined(cast)
    told(applied(cast))
    call = Meeting.objects.get()
    desk = cast.visitor(call.member)
    assert "Suggested by your practice on" in text_of(desk, f"/requests/{call.pk}/")
    assert "Has not answered yet; you can propose a time already" in text_of(desk, f"/requests/{call.pk}/")
    assert "Yes, let them propose a time" in text_of(browser, "/find/mine/")
    browser.post(f"/find/mine/{call.pk}/welcome/")
    assert "Would like to meet you; propose a time" in text_of(desk, f"/requests/{call.pk}/")
    actions.propose_time(asker=of_member(call.member), meeting=call, starts_at=first_time(call.member))
    browser.post(f"/find/mine/{call.pk}/agree/")
    assert state(call) == "coming"


def first_time(member: Member):  # type: ignore[no-untyped-def]
    keep_free(member)
    return first_free(member)


def test_somebody_else_please_keeps_the_time_waited_and_leaves_that_therapist_out(
    cast: Cast, them: dict[str, Member]
) -> None:
    browser = joined(cast)
    one = Waiting.objects.get()
    told(applied(cast))
    call = Meeting.objects.get()
    answer = browser.post(f"/find/mine/{call.pk}/another/", follow=True).content.decode()
    assert "is not suggested again; you are on the list, and the time you have waited counts." in answer
    assert state(call) == "off"
    again = previewed(cast)
    assert [each.waiting.joined_at for each in again.pairs] == [one.joined_at]
    assert set(who_to_whom(again).values()) == {"Dr. Berg", "Jonah Birk"} - {call.member.name}
    actions.ask_for_another(search=one.search, meeting=call)  # pressed twice
    told(applied(cast, again))
    other = Meeting.objects.exclude(pk=call.pk).get()
    actions.decline(asker=of_member(other.member), meeting=other, words="Not my field.")
    assert [each.why for each in previewed(cast).left] == ["Whoever fits was suggested or asked before."]


def test_after_a_first_call_somebody_else_is_as_good_an_answer(cast: Cast, them: dict[str, Member]) -> None:
    keep_free(them["berg"], them["birk"])
    one = waits(cast)
    call = suggested(cast, one)
    actions.pick_time(search=one.search, meeting=call, starts_at=first_free(call.member))
    met(Meeting.objects.get(pk=call.pk))
    assert back_on_the_list(cast) == []
    actions.ask_for_another(search=one.search, meeting=call)
    call.refresh_from_db()
    assert call.passed_over_at
    assert back_on_the_list(cast) == [1]


def test_nobody_answers_for_another_and_not_for_whom_they_asked_themselves(cast: Cast, them: dict[str, Member]) -> None:
    one, other = waits(cast, "Ann"), waits(cast, "Ben")
    call = suggested(cast, one)
    (own,) = actions.ask_for_calls(search=other.search, who=ZOE, wanted={them["full"].pk: None})
    for refused in (
        lambda: actions.welcome(search=other.search, meeting=call),
        lambda: actions.ask_for_another(search=other.search, meeting=call),
        lambda: actions.leave_list(search=other.search, waiting=one),
        lambda: actions.stay_on_list(search=other.search, waiting=one),
        lambda: actions.welcome(search=other.search, meeting=own),
        lambda: actions.ask_for_another(search=other.search, meeting=own),
    ):
        with pytest.raises(RefusedError):
            refused()
    assert state(call) == "asked"


def test_whoever_asks_the_same_therapist_themselves_is_quicker_than_the_practice(
    cast: Cast, them: dict[str, Member]
) -> None:
    one = waits(cast)
    applied(cast)
    (member,) = Suggestion.objects.values_list("member", flat=True)
    (own,) = actions.ask_for_calls(search=one.search, who=ZOE, wanted={member: None})
    confirm()
    assert [each.meeting.pk for each in queries.standings(one.search, timezone.now())] == [own.pk]
    assert Suggestion.objects.get().meeting is None


def test_forgetting_the_search_before_anybody_is_told_reaches_nobody(cast: Cast, them: dict[str, Member]) -> None:
    one = waits(cast)
    applied(cast)
    actions.forget_search(search=one.search)
    Notice.objects.update(due_at=timezone.now())
    assert letters() == []
    assert not Waiting.objects.exists()
    assert not Meeting.objects.exists()
