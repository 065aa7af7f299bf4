"""Asking for a first call: who may ask, when it reaches the therapist, and why no time is ever held twice."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.fit import actions, queries
from accord.web.fit.actions import TakenError, Who
from accord.web.fit.models import Meeting, ReplyTime, Search, Seeker, TakenTime
from accord.web.notices.models import Notice
from accord.web.people.asker import of_member
from tests.cast import Cast, make_cast
from tests.web.fit.meeting import ZOE, asked, confirm, first_free, keep_free, letters, met, searching
from tests.web.fit.offering import a_few


def state(one: Meeting) -> str:
    (found,) = queries.stand([Meeting.objects.select_related(*queries.BEHIND).get(pk=one.pk)], timezone.now())
    return found.state


def test_nothing_reaches_a_therapist_before_the_address_is_confirmed(cast: Cast) -> None:
    them = a_few(cast)
    keep_free(them["berg"])
    (one,) = actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: first_free(them["berg"])})
    assert state(one) == "unconfirmed"
    assert queries.requests(of_member(them["berg"]), timezone.now()) == []
    sent = letters()
    assert [text.split("\n")[:2] for text in sent] == [["Please confirm your address", "zoe@example.org"]]
    actions.open_by_way_back(secret=sent[0].split("/find/open/")[1].split("/")[0])
    assert state(one) == "asked"
    assert [text.split("\n")[:2] for text in letters()] == [["Somebody has written to you", "berg@example.org"]]
    assert [each.meeting.pk for each in queries.requests(of_member(them["berg"]), timezone.now())] == [one.pk]


def test_a_confirmation_is_good_once_and_for_a_day(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    actions.ask_for_calls(search=search, who=ZOE, wanted={them["berg"].pk: None})
    secret = letters()[0].split("/find/open/")[1].split("/")[0]
    assert actions.open_by_way_back(secret=secret) == search
    assert actions.open_by_way_back(secret=secret) is None
    assert actions.open_by_way_back(secret="no-such-secret-at-all") is None


def test_the_same_form_sent_twice_asks_once(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    for _ in range(2):
        actions.ask_for_calls(search=search, who=ZOE, wanted={them["berg"].pk: None, them["birk"].pk: None})
    assert Meeting.objects.count() == 2


def test_three_at_a_time(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    names = ("berg", "birk", "far", "full")
    with pytest.raises(RefusedError, match="3 people asked at a time"):
        actions.ask_for_calls(search=search, who=ZOE, wanted={them[name].pk: None for name in names})
    assert not Meeting.objects.exists()
    made = asked_without_times(search, them["berg"], them["birk"], them["far"])
    actions.call_off(search=search, meeting=made[0])
    asked_without_times(search, them["full"])


def asked_without_times(search: Search, *members) -> list[Meeting]:  # type: ignore[no-untyped-def]
    return actions.ask_for_calls(search=search, who=ZOE, wanted={one.pk: None for one in members})


def test_whoever_is_rung_gives_a_number(cast: Cast) -> None:
    them = a_few(cast)
    who = Who("Zoe Quint", "zoe@example.org", "America/New_York")
    with pytest.raises(UsageError, match="rings you for a first call; write a number"):
        actions.ask_for_calls(search=searching(), who=who, wanted={them["berg"].pk: None})
    assert not Meeting.objects.exists()


def test_a_time_is_gone_once_it_is_held_and_the_second_is_told_whose(cast: Cast) -> None:
    them = a_few(cast)
    keep_free(them["berg"])
    at = first_free(them["berg"])
    actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: at})
    other = Who("Yan", "yan@example.org", "UTC", "1")
    with pytest.raises(TakenError, match=r"that time with Dr\. Berg has just been taken"):
        actions.ask_for_calls(search=searching(), who=other, wanted={them["berg"].pk: at, them["birk"].pk: None})
    assert Meeting.objects.count() == 1


def test_a_time_that_was_not_offered_is_not_given(cast: Cast) -> None:
    them = a_few(cast)
    keep_free(them["berg"])
    early = first_free(them["berg"]) - timedelta(hours=6)
    with pytest.raises(TakenError):
        actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: early})


def test_one_seeker_is_not_in_two_places_at_once(cast: Cast) -> None:
    them = a_few(cast)
    keep_free(them["berg"], them["birk"])
    at = first_free(them["berg"])
    with pytest.raises(RefusedError, match="another meeting of yours is held"):
        actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: at, them["birk"].pk: at})


def test_what_nobody_confirmed_is_free_again_after_half_an_hour_and_kept_where_nobody_took_it(cast: Cast) -> None:
    them = a_few(cast)
    keep_free(them["berg"])
    at = first_free(them["berg"])
    (one,) = actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: at})
    Meeting.objects.filter(pk=one.pk).update(asked_at=timezone.now() - timedelta(minutes=31))
    assert first_free(them["berg"]) == at
    other = Who("Yan", "yan@example.org", "UTC", "1")
    (two,) = actions.ask_for_calls(search=searching(), who=other, wanted={them["berg"].pk: at})
    confirm()
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.starts_at, two.starts_at) == (None, at)
    assert state(one) == state(two) == "asked"


def test_who_has_not_answered_by_the_practices_limit_is_said_and_the_seeker_is_told(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    actions.settle_finding(asker=of_member(cast.manager), practice=cast.practice, reply_days=3)
    (one,) = asked_without_times(search, them["berg"])
    confirm()
    news = Notice.objects.get(kind="search-news")
    assert timedelta(days=2.9) < news.due_at - timezone.now() < timedelta(days=3)
    Meeting.objects.update(told_at=timezone.now() - timedelta(days=3))
    assert state(one) == "late"
    actions.decline(asker=of_member(them["berg"]), meeting=one, words="I am full.")
    news.refresh_from_db()
    assert news.cancelled_at


def test_a_reply_is_counted_with_how_long_it_took_and_one_taken_back_with_how_long_it_waited(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    keep_free(them["berg"], them["birk"])
    one, two = asked(search, them["berg"], them["birk"])
    actions.accept(asker=of_member(them["berg"]), meeting=one)
    actions.call_off(search=search, meeting=two)
    assert sorted(ReplyTime.objects.values_list("member", "answered")) == sorted(
        [(them["berg"].pk, True), (them["birk"].pk, False)]
    )


def test_forgetting_the_search_calls_off_what_is_open_and_leaves_no_name(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    keep_free(them["berg"])
    (one,) = asked(search, them["berg"])
    actions.accept(asker=of_member(them["berg"]), meeting=one)
    letters()
    actions.forget_search(search=search)
    assert not Meeting.objects.exists()
    assert not TakenTime.objects.exists()
    sent = letters()
    assert [text.split("\n")[:2] for text in sent] == [["An appointment is called off", "berg@example.org"]]
    assert not [one for one in Notice.objects.filter(done_at=None, cancelled_at=None) if one.address == ZOE.email]


def test_a_search_is_kept_as_long_as_somebody_is_to_be_met(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    keep_free(them["berg"])
    (one,) = asked(search, them["berg"])
    old = timezone.now() - timedelta(days=40)
    Search.objects.update(changed_at=old)
    assert queries.search(str(search.pk), timezone.now()) == search
    met(one, hours_ago=24 * 20)
    Search.objects.update(changed_at=old)
    assert queries.search(str(search.pk), timezone.now()) is None
    actions.forget_old_searches(now=timezone.now())
    assert not Search.objects.exists()


def test_one_address_is_not_flooded_with_letters(cast: Cast) -> None:
    them = a_few(cast)
    for name in ("berg", "birk", "far"):
        search = searching()
        (one,) = actions.ask_for_calls(search=search, who=ZOE, wanted={them[name].pk: None})
        actions.call_off(search=search, meeting=one)
    with pytest.raises(RefusedError, match=r"zoe@example\.org was asked to confirm 3 times today"):
        actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["full"].pk: None})
    assert Meeting.objects.count() == 3
    assert actions.send_way_back(email=ZOE.email) == 0  # the letters went out just now
    Seeker.objects.update(way_back_until=timezone.now() + timedelta(hours=23))
    assert actions.send_way_back(email="ZOE@example.org ") == 1


def test_one_address_asks_three_at_a_time_in_all_its_searches_and_nobody_twice(cast: Cast) -> None:
    them = a_few(cast)
    asked_without_times(searching(), them["berg"])
    with pytest.raises(RefusedError, match=r"you have asked Dr\. Berg already, in another search"):
        asked_without_times(searching(), them["berg"])
    asked_without_times(searching(), them["birk"], them["far"])
    with pytest.raises(RefusedError, match="3 people asked at a time"):
        asked_without_times(searching(), them["full"])


def test_one_therapist_is_not_flooded_with_requests_that_nobody_confirms(cast: Cast) -> None:
    them = a_few(cast)
    for place in range(20):
        who = Who("N", f"n{place}@example.org", "UTC", "1")
        actions.ask_for_calls(search=searching(), who=who, wanted={them["berg"].pk: None})
    with pytest.raises(RefusedError, match="many people ask the same therapist"):
        actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["berg"].pk: None})
    actions.ask_for_calls(search=searching(), who=ZOE, wanted={them["birk"].pk: None})


def test_what_is_open_with_somebody_who_leaves_is_called_off_and_said(cast: Cast) -> None:
    them, search = a_few(cast), searching()
    keep_free(them["berg"], them["birk"])
    one, two = asked(search, them["berg"], them["birk"])
    actions.accept(asker=of_member(them["berg"]), meeting=one)
    letters()
    with pytest.raises(RefusedError, match="by a manager of their practice"):
        actions.call_off_all(asker=of_member(them["birk"]), member=them["berg"])
    assert actions.call_off_all(asker=of_member(cast.manager), member=them["berg"]) == 1
    assert (state(one), state(two)) == ("off", "asked")
    sent = [text.split("\n")[:2] for text in letters()]
    assert ["An appointment is called off", "zoe@example.org"] in sent


@pytest.mark.django_db(transaction=True)
def test_fifty_ask_for_ten_times_at_once_and_each_time_is_held_once() -> None:
    """Each presses at the same moment, for one of ten times: ten are held, forty are told, nothing breaks."""
    cast = make_cast()
    berg = a_few(cast)["berg"]
    keep_free(berg)
    wanted = [first_free(berg, place=place) for place in range(10)]
    searches = [searching() for _ in range(50)]
    start, outcomes = threading.Barrier(10), []

    def press(mine: list[tuple[int, Search]]) -> None:
        start.wait()
        for place, search in mine:
            who = Who(f"Seeker {place}", f"seeker{place}@example.org", "UTC", "1")
            try:
                actions.ask_for_calls(search=search, who=who, wanted={berg.pk: wanted[place % 10]})
                outcomes.append("held")
            except TakenError:
                outcomes.append("taken")
        connection.close()

    shares = [list(enumerate(searches))[part::10] for part in range(10)]
    threads = [threading.Thread(target=press, args=(share,)) for share in shares]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (outcomes.count("held"), outcomes.count("taken")) == (10, 40)
    assert Meeting.objects.count() == TakenTime.objects.count() == 10
