"""What becomes of a meeting: yes, another time, a kind no, called off; its calendar file; how it was."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from accord.errors import AnswerError, RefusedError
from accord.web.fit import actions, queries
from accord.web.fit.models import Impression, Meeting, TakenTime
from accord.web.notices.models import Notice
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.web.fit.meeting import asked, first_free, keep_free, letters, met, rated, searching
from tests.web.fit.offering import a_few
from tests.web.fit.test_asking import state


@pytest.fixture
def berg(cast: Cast):  # type: ignore[no-untyped-def]
    them = a_few(cast)
    keep_free(them["berg"], them["birk"])
    return them["berg"]


def calendar_of(message) -> Calendar:  # type: ignore[no-untyped-def]
    ((name, text, kind),) = message.attachments
    assert (name, kind) == ("appointment.ics", "text/calendar")
    return Calendar.from_ical(text)


def appointment():  # type: ignore[no-untyped-def]
    """The one that was sent last."""
    sent = [message for message in mail.outbox if message.attachments]
    return calendar_of(sent[-1]).walk("VEVENT")[0]


def test_a_yes_confirms_to_both_with_a_calendar_file_that_names_nothing(berg) -> None:  # type: ignore[no-untyped-def]
    (one,) = asked(searching(), berg)
    letters()
    for _ in range(2):
        actions.accept(asker=of_member(berg), meeting=one)
    assert state(one) == "coming"
    letters()
    sent = {message.to[0]: message for message in mail.outbox}
    assert sorted(sent) == ["berg@example.org", "zoe@example.org"]
    one.refresh_from_db()
    for message in sent.values():
        (event,) = calendar_of(message).walk("VEVENT")
        assert event["summary"] == "Appointment"
        assert (event["dtstart"].dt, event["dtend"].dt) == (one.starts_at, one.ends_at)
        assert "Berg" not in str(message.message())
        assert "Zoe" not in str(message.message())


def test_another_time_is_proposed_and_agreed_to_and_the_first_is_free_again(berg) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    first, other = first_free(berg), first_free(berg, place=3)
    held = one.starts_at
    actions.propose_time(asker=of_member(berg), meeting=one, starts_at=other, words="I am ill on that day.")
    assert state(one) == "proposed"
    assert first_free(berg) == held != first
    actions.agree_to_time(search=search, meeting=one)
    assert state(one) == "coming"
    assert [row.at for row in TakenTime.objects.all()] == [other]


def test_a_new_time_after_a_yes_asks_again_and_replaces_the_old_one_in_the_calendar(berg) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    actions.accept(asker=of_member(berg), meeting=one)
    letters()
    first = appointment()
    actions.pick_time(search=search, meeting=one, starts_at=first_free(berg, place=5))
    assert state(one) == "asked"
    assert not Impression.objects.exists()
    Meeting.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    actions.accept(asker=of_member(berg), meeting=Meeting.objects.get())
    letters()
    second = appointment()
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]
    assert Impression.objects.count() == 2


def test_a_kind_no_with_somebody_to_turn_to(berg, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    (one,) = asked(searching(), berg)
    letters()
    asker = of_member(berg)
    with pytest.raises(RefusedError, match="a colleague of your practice"):
        actions.decline(asker=asker, meeting=one, words="", refer_to=cast.foreign_therapist)
    actions.decline(asker=asker, meeting=one, words="Not my field.", refer_to=cast.other_therapist)
    assert state(one) == "declined"
    assert [text.split("\n")[0] for text in letters()] == ["There is news for you"]
    assert not TakenTime.objects.exists()


def test_called_off_by_the_seeker_clears_both_calendars(berg) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    actions.accept(asker=of_member(berg), meeting=one)
    letters()
    actions.call_off(search=search, meeting=one)
    letters()
    assert {message.subject for message in mail.outbox} == {"An appointment is called off"}
    assert {calendar_of(message)["method"] for message in mail.outbox} == {"CANCEL"}
    assert not Impression.objects.exists()
    assert not Notice.objects.filter(kind="impression", cancelled_at=None).exists()


def test_nobody_answers_for_another(berg, cast: Cast) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    other = of_member(cast.other_therapist)
    for refused in (
        lambda: actions.accept(asker=other, meeting=one),
        lambda: actions.decline(asker=other, meeting=one, words=""),
        lambda: actions.propose_time(asker=other, meeting=one, starts_at=first_free(berg, place=2)),
        lambda: actions.call_off(search=searching(), meeting=one),
        lambda: actions.agree_to_time(search=searching(), meeting=one),
        lambda: actions.agree_to_time(search=search, meeting=one),  # nobody proposed another time
    ):
        with pytest.raises(RefusedError):
            refused()
    assert state(one) == "asked"


def test_after_the_meeting_both_sides_are_asked_and_the_impression_can_be_given_again(berg) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    actions.accept(asker=of_member(berg), meeting=one)
    with pytest.raises(RefusedError, match="time is over"):
        actions.give_impression(impression=one.impressions.get(day="first"), answers={"heard": 5})
    with pytest.raises(RefusedError, match="once you have met"):
        actions.rate_own_side(asker=of_member(berg), meeting=one, answers={"own-side": 4})
    met(one)
    assert state(one) == "met"
    rated(one, heard=2)
    assert rated(one, heard=3).answers["heard"] == 3  # type: ignore[index]
    actions.rate_own_side(asker=of_member(berg), meeting=one, answers={"own-side": 4, "within-reach": None})
    with pytest.raises(AnswerError):
        rated(one, heard=6)


def test_a_letter_asks_on_the_day_and_on_the_next_evening(berg) -> None:  # type: ignore[no-untyped-def]
    (one,) = asked(searching(), berg)
    actions.accept(asker=of_member(berg), meeting=one)
    one.refresh_from_db()
    due = sorted(Notice.objects.filter(kind="impression").values_list("due_at", flat=True))
    assert due[0] == one.ends_at + timedelta(minutes=5)
    assert due[1].astimezone(one.practice.zone).hour == 18
    assert due[1].astimezone(one.practice.zone).date() == one.ends_at.astimezone(one.practice.zone).date() + timedelta(
        days=1
    )


def test_one_that_did_not_take_place_is_not_rated_and_can_be_taken_back(berg) -> None:  # type: ignore[no-untyped-def]
    search = searching()
    (one,) = asked(search, berg)
    met(one)
    assert queries.due_impressions(search)
    actions.say_missed(search=search, meeting=one)
    assert (state(one), queries.due_impressions(search)) == ("missed", [])
    actions.say_missed(search=search, meeting=one, undo=True)
    assert state(one) == "met"
