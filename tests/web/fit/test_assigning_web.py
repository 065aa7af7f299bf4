"""A manager assigns: numbers beside therapists and no need, once, never more than there are places, and undone."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.audit.models import Act
from accord.web.fit import actions, capacity, queries
from accord.web.fit.actions import StaleError
from accord.web.fit.models import Assignment, Credential, Meeting, Offer, ReplyTime, Seeker, Suggestion, Waiting
from accord.web.people.asker import of_member
from accord.web.people.models import Member
from tests.cast import Cast, make_cast
from tests.web.fit.meeting import confirm, first_free, keep_free, letters
from tests.web.fit.offering import a_few, in_days
from tests.web.fit.test_asking import state
from tests.web.fit.test_finding import search_of, text_of
from tests.web.fit.test_path import OPEN_LIMITS, asking, picked
from tests.web.fit.waiting import applied, keeps_a_list, previewed, told, waits, who_to_whom


@pytest.fixture
def them(cast: Cast) -> dict[str, Member]:
    found = a_few(cast)
    keeps_a_list(cast)
    return found


def test_a_manager_reads_numbers_and_days_and_never_what_somebody_needs(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast, "Ann Secret", weeks=9, concerns=["panic"], languages=["Spanish"], lead=3)
    waits(cast, "Ben Hidden", weeks=1, concerns=["grief"], region="Utah", musts=["a quiet dog"])
    boss = cast.visitor(cast.manager)
    pages = [text_of(boss, place) for place in ("/practice/waiting/", "/practice/waiting/preview/")]
    told(applied(cast))
    pages.append(text_of(boss, f"/practice/waiting/{Assignment.objects.get().pk}/"))
    pages.append(text_of(boss, "/practice/finding/"))
    assert "No. 1 , waiting since" in pages[0]
    assert "No. 1 → Jonah Birk" in pages[1]
    assert "Nobody here is both trained for what they come with and within the limits they named." in pages[1]
    for page in pages:
        for hidden in ("Ann", "Secret", "Ben", "Hidden", "anic", "rief", "Spanish", "Utah", "quiet dog", "%"):
            assert hidden not in page


def test_each_reason_for_a_pair_or_for_staying_is_true(cast: Cast, them: dict[str, Member]) -> None:
    Offer.objects.filter(pk__in=[them["berg"].pk, them["birk"].pk]).update(places=1)
    waits(cast, "Led", weeks=5, lead=-3)
    waits(cast, "Leads", weeks=4, lead=3, wishes=["a garden"])
    waits(cast, "Late", weeks=1)
    waits(cast, "Art", weeks=8, concerns=["substance"])
    found = previewed(cast)
    assert who_to_whom(found) == {1: "Dr. Berg", 2: "Jonah Birk"}
    assert {one.waiting.number: one.why for one in found.pairs} == {
        1: "Passes every limit they named; preferences are met.",
        2: "Passes every limit they named; something they would like is different, and they are told what.",
    }
    assert {one.waiting.number: one.why for one in found.left} == {
        3: "2 therapists fit; each of their places went to somebody who has waited at least as many weeks.",
        4: "Nobody here is both trained for what they come with and within the limits they named.",
    }


def test_who_would_fit_and_has_no_place_is_counted(cast: Cast, them: dict[str, Member]) -> None:
    Offer.objects.update(places=0)
    waits(cast)
    (stays,) = previewed(cast).left
    assert stays.why == "2 therapists would fit, and have no place free just now."


def test_only_who_is_licensed_and_can_answer_is_assigned_shown_to_the_public_or_not(
    cast: Cast, them: dict[str, Member]
) -> None:
    Member.objects.filter(pk=them["berg"].pk).update(published=False)
    Credential.objects.filter(member=them["birk"]).update(until=in_days(-1))
    waits(cast)
    found = previewed(cast)
    assert who_to_whom(found) == {1: "Dr. Berg"}
    told(applied(cast, found))
    assert Suggestion.objects.get().member == them["berg"]


def test_nobody_hears_of_it_for_a_quarter_of_an_hour_and_an_undo_by_then_reaches_nobody(
    cast: Cast, them: dict[str, Member]
) -> None:
    one = waits(cast, weeks=3)
    assignment = applied(cast)
    call, now = Meeting.objects.get(), timezone.now()
    assert timedelta(minutes=14) < assignment.told_at - now <= timedelta(minutes=15)
    assert queries.standings(one.search, now) == []
    assert queries.requests(of_member(call.member), now) == []
    assert letters() == []
    assert queries.waiting_now(of_member(cast.manager), now) == []
    for _ in range(2):
        done = actions.undo_assignment(asker=of_member(cast.manager), assignment=assignment)
    assert (done.unseen, done.called_off) == (0, 0)  # the second press
    assert not Meeting.objects.exists()
    told(assignment)
    assert letters() == []
    assert [each.joined_at for each in queries.waiting_now(of_member(cast.manager), now)] == [one.joined_at]
    assert not ReplyTime.objects.exists()


def test_a_later_undo_calls_off_what_is_not_agreed_and_says_so_to_all(cast: Cast, them: dict[str, Member]) -> None:
    keep_free(them["berg"], them["birk"])
    first, second = waits(cast, "Ann", weeks=2), waits(cast, "Ben", weeks=1)
    assignment = applied(cast)
    told(assignment)
    letters()
    agreed, other = (Suggestion.objects.get(waiting=one).meeting for one in (first, second))
    assert agreed
    assert other
    actions.propose_time(asker=of_member(agreed.member), meeting=agreed, starts_at=first_free(agreed.member))
    actions.agree_to_time(search=first.search, meeting=agreed)
    letters()
    boss = cast.visitor(cast.manager)
    assert "An undo calls off the 1 pair not agreed yet" in text_of(boss, f"/practice/waiting/{assignment.pk}/")
    answer = boss.post(f"/practice/waiting/{assignment.pk}/undo/", follow=True).content.decode()
    assert "Called off: 1 pair. Both sides had been told, and are told of this. 1 pair stayed" in answer
    assert (state(agreed), state(other)) == ("coming", "off")
    assert sorted(text.split("\n")[1] for text in letters()) == sorted(
        ["ben@example.org", other.member.account.email]
    )  # fmt: skip
    assert [one.number for one in queries.waiting_now(of_member(cast.manager), timezone.now())] == [2]
    assert who_to_whom(previewed(cast))  # what a practice took back can be suggested again


def test_what_is_agreed_cannot_be_undone(cast: Cast, them: dict[str, Member]) -> None:
    keep_free(them["berg"], them["birk"])
    one = waits(cast)
    assignment = applied(cast)
    told(assignment)
    call = Meeting.objects.get()
    actions.propose_time(asker=of_member(call.member), meeting=call, starts_at=first_free(call.member))
    actions.agree_to_time(search=one.search, meeting=call)
    with pytest.raises(RefusedError, match="each pair is agreed, or over"):
        actions.undo_assignment(asker=of_member(cast.manager), assignment=assignment)


def test_applied_once_however_often_it_is_pressed_and_audited(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast, "Ann")
    waits(cast, "Ben")
    found = previewed(cast)
    assert applied(cast, found) == applied(cast, found)
    assert (Assignment.objects.count(), Meeting.objects.count(), Suggestion.objects.count()) == (1, 2, 2)
    assert Act.objects.filter(verb="apply assignment").count() == 1


def test_a_pair_that_was_unticked_stays_on_the_list(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast, "Ann")
    waits(cast, "Ben")
    found = previewed(cast)
    boss = cast.visitor(cast.manager)
    answer = boss.post("/practice/waiting/apply/", {"stamp": found.stamp, "pair": ["2"]}, follow=True)
    assert "Assigned: 1 pair." in answer.content.decode()
    assert [one.number for one in queries.waiting_now(of_member(cast.manager), timezone.now())] == [1]
    nothing = boss.post("/practice/waiting/apply/", {"stamp": previewed(cast).stamp})
    assert nothing.status_code == 422
    assert "leave at least one ticked" in nothing.content.decode()


def test_a_preview_that_does_not_hold_any_more_is_refused_and_says_what_changed(
    cast: Cast, them: dict[str, Member]
) -> None:
    one, two, three = waits(cast, "Ann"), waits(cast, "Ben"), waits(cast, "Cem")
    found = previewed(cast)
    waits(cast, "Dot")
    actions.leave_list(search=one.search, waiting=one)
    actions.save_answers(search=two.search, page="musts", given={"fee": 40})
    Offer.objects.filter(pk=them["berg"].pk).update(places=1)
    Credential.objects.filter(member=them["birk"]).update(until=in_days(-1))
    with pytest.raises(StaleError) as refused:
        applied(cast, found)
    assert refused.value.changes == [
        "No. 4 waits now, too.",
        "No. 1 does not wait any more.",
        "No. 2 has changed what they look for, or has been in touch with somebody.",
        "1 therapist cannot take anybody now: a licence, or who works here, has changed.",
        "Dr. Berg has 1 place left, not 2.",
    ]
    assert not Assignment.objects.exists()
    answer = cast.visitor(cast.manager).post("/practice/waiting/apply/", {"stamp": found.stamp, "pair": ["3"]})
    assert answer.status_code == 409
    assert "Below are the pairs as they would be now" in answer.content.decode()
    assert three.left_at is None


def test_a_stamp_of_another_practice_or_of_nobody_is_none(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast)
    found = previewed(cast)
    stranger = of_member(cast.foreign_therapist)
    boss = type(stranger)(cast.elsewhere.pk, cast.foreign_therapist.pk, frozenset({"manager"}))
    for asker, stamp, words in (
        (boss, found.stamp, "preview of another practice"),
        (of_member(cast.manager), found.stamp[:-2], "no preview of ours"),
        (of_member(cast.therapist), found.stamp, "assigned by its manager"),
    ):
        with pytest.raises(RefusedError, match=words):
            actions.apply_assignment(asker=asker, stamp=stamp, numbers=[1])
    with pytest.raises(UsageError):
        actions.apply_assignment(asker=of_member(cast.manager), stamp=found.stamp, numbers=[7])
    assert not Meeting.objects.exists()


def test_what_is_suggested_holds_its_place_until_it_is_over(cast: Cast, them: dict[str, Member]) -> None:
    Offer.objects.filter(pk=them["berg"].pk).update(places=1)
    Offer.objects.filter(pk=them["birk"].pk).update(places=0)
    first = waits(cast, "Ann", weeks=2)
    told(applied(cast))
    waits(cast, "Ben")
    assert previewed(cast).left[0].why == "2 therapists would fit, and have no place free just now."
    call = Suggestion.objects.get(waiting=first).meeting
    assert call
    actions.ask_for_another(search=first.search, meeting=call)
    assert who_to_whom(previewed(cast)) == {2: "Dr. Berg"}


@pytest.mark.django_db(transaction=True)
def test_ten_press_at_once_and_no_place_is_given_twice() -> None:
    """Ten previews of the same list with ten stamps: one is applied, nine are told what changed."""
    cast = make_cast()
    a_few(cast)
    keeps_a_list(cast)
    for number in range(8):
        waits(cast, f"Seeker{number}", weeks=number)
    previews, outcomes, start = [previewed(cast) for _ in range(10)], [], threading.Barrier(10)

    def press(place: int) -> None:
        start.wait()
        try:
            applied(cast, previews[place])
            outcomes.append("applied")
        except StaleError as error:
            outcomes.append("told" if "has 0 places left, not 2." in " ".join(error.changes) else error.changes)
        connection.close()

    threads = [threading.Thread(target=press, args=(place,)) for place in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (outcomes.count("applied"), outcomes.count("told")) == (1, 9)
    assert queries.board(of_member(cast.manager), timezone.now()).places == 0
    assert Suggestion.objects.count() == Meeting.objects.count() == 4


def test_how_requests_are_handled_is_settled_on_a_page(cast: Cast) -> None:
    boss = cast.visitor(cast.manager)
    wrong = boss.post("/practice/finding/", {"reply_days": "40"})
    assert wrong.status_code == 422
    assert boss.post("/practice/finding/", {"reply_days": "5", "assigns": "on"})["Location"] == "/practice/finding/"
    settled = queries.rules(cast.practice)
    assert (settled.reply_days, settled.assigns) == (5, True)
    actions.settle_finding(asker=of_member(cast.manager), practice=cast.practice, reply_days=3)
    assert queries.rules(cast.practice).assigns
    assert "Room and waiting" in text_of(boss, "/practice/")


def figures(cast: Cast) -> dict[str, str]:
    found = capacity.figures(of_member(cast.manager), timezone.now())
    assert found
    return dict([*found.counts, *found.waits])


def test_room_and_waiting_in_totals_nothing_of_fewer_than_ten(cast: Cast, them: dict[str, Member]) -> None:
    keep_free(them["berg"])
    for number in range(9):
        waits(cast, f"Seeker{number}", weeks=number)
    shown = figures(cast)
    assert shown["Places open"] == "4"
    assert shown["Therapists with a place"] == "2 of 2"
    assert shown["Have named free times"] == "1 of 2"
    assert (shown["On the waiting list"], shown["Those on the list now"]) == ("fewer than 10", "too few to say")
    assert (shown["Requests in 90 days"], shown["Until the first answer"]) == ("fewer than 10", "too few to say")
    waits(cast, "Tenth", weeks=20)
    shown = figures(cast)
    assert shown["On the waiting list"] == "10"
    assert shown["Those on the list now"] == "half of them have waited 32 days or longer"  # 4 and 5 weeks: 28, 35
    assert capacity.figures(of_member(cast.therapist), timezone.now()) is None


def test_how_long_until_an_answer_with_its_interval_and_no_therapist_apart(cast: Cast, them: dict[str, Member]) -> None:
    """40 answered after 1 to 40 hours: half within 20, as in the domain's own tests."""
    two, three = ("berg", "birk"), ("berg", "birk", "other")
    for whom, words in ((two, "not said of so few therapists"), (three, "half within 20 hours (probably 1")):
        ReplyTime.objects.all().delete()
        for hours in range(1, 41):
            member = them[whom[hours % len(whom)]]
            ReplyTime.objects.create(practice=cast.practice, member=member, hours=hours, answered=True)
        assert figures(cast)["Until the first answer"].startswith(words)
    ReplyTime.objects.update(answered=False)
    assert figures(cast)["Until the first answer"] == "fewer than half have been answered so far"


def test_a_wait_for_a_meeting_begins_when_the_therapist_could_know_whatever_address_came_later(
    cast: Cast, them: dict[str, Member]
) -> None:
    """Asked 20 days ago, met 10 days ago; the address that was given yesterday changes nothing of that."""
    keep_free(them["berg"])
    now = timezone.now()
    asking(search_of(**OPEN_LIMITS), them["berg"], **picked(them["berg"]))
    confirm()
    begun, met_at = now - timedelta(days=20), now - timedelta(days=10)
    Meeting.objects.update(asked_at=begun, told_at=begun, starts_at=met_at, agreed_at=begun)
    Seeker.objects.update(confirmed_at=now - timedelta(days=1))
    found = queries.capacity(of_member(cast.manager), now)
    assert found
    assert [(one.hours, one.answered) for one in found.meetings.waits] == [(240.0, True)]


def test_who_leaves_the_practice_is_not_suggested_any_more(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast, "Ann", lead=-3)
    waits(cast, "Ben", lead=3)
    found = previewed(cast)
    assert sorted(who_to_whom(found).values()) == ["Dr. Berg", "Jonah Birk"]
    assignment = applied(cast, found)
    assert actions.call_off_all(asker=of_member(cast.manager), member=them["berg"]) == 0
    told(assignment)
    assert sorted(text.split("\n")[1] for text in letters() if "berg@" in text) == []
    assert len(queries.waiting_now(of_member(cast.manager), timezone.now())) == 1


def test_only_a_manager_of_the_practice_sees_its_list(cast: Cast, them: dict[str, Member]) -> None:
    waits(cast)
    assignment = applied(cast)
    for member in (cast.therapist, cast.foreign_therapist):
        asker = of_member(member)
        assert queries.waiting_now(asker, timezone.now()) == []
        assert queries.board(asker, timezone.now()).people == ()
        assert queries.assignment(asker, assignment.pk) is None
        with pytest.raises(RefusedError):
            actions.undo_assignment(asker=asker, assignment=assignment)
    assert Waiting.objects.count() == 1
