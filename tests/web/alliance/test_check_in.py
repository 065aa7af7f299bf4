"""A check-in by link: what is kept, what is sent, what is stored once, and the kind pages."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.web.alliance import actions, queries
from accord.web.alliance.models import AnswerSet, CheckIn, Draft
from accord.web.people.asker import of_client, of_member
from tests.cast import Cast, alliance_answers, phq9, send
from tests.journey.test_one_loop import answer_all, form, link_to, press_send


def stored(cast: Cast) -> list[AnswerSet]:
    return list(AnswerSet.objects.filter(occasion=cast.session).order_by("revision"))


def page_of(phone: Visitor, cast: Cast, page: int, answers: dict[str, int | None], **more: str):  # type: ignore[no-untyped-def]
    body = {**form("alliance", answers), "check_in": str(cast.after.pk), **more}
    return phone.post(f"/check-in/{page}/", body)


def test_opening_a_link_uses_nothing_up(cast: Cast) -> None:
    for _ in range(5):  # mail programs open links before people do
        assert Visitor().get(link_to(cast.after)).status_code == 302
    assert answer_all(Visitor(), cast.after, "alliance", alliance_answers()).status_code == 200
    assert len(stored(cast)) == 1


def test_the_secret_is_not_in_the_address_that_follows_nor_in_the_database(cast: Cast) -> None:
    answer = Visitor().get(link_to(cast.after))
    assert answer["Location"] == "/check-in/"
    secret = link_to(cast.after).split("/")[2]
    row = CheckIn.objects.filter(pk=cast.after.pk).values_list().get()
    assert secret not in map(str, row)


def test_closing_the_page_loses_nothing(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    page_of(phone, cast, 1, alliance_answers(3))
    start = phone.get(link_to(cast.after), follow=True).content.decode()
    assert "Carry on" in start
    assert "/check-in/2/" in start
    assert "checked" in phone.get("/check-in/1/").content.decode()


def test_somebody_else_with_the_same_link_does_not_see_what_was_ticked(cast: Cast) -> None:
    phone, other = Visitor(), Visitor()
    phone.get(link_to(cast.after))
    page_of(phone, cast, 1, alliance_answers(3))
    assert "Carry on" not in other.get(link_to(cast.after), follow=True).content.decode()
    assert " checked" not in other.get("/check-in/1/").content.decode()
    answer_all(other, cast.after, "alliance", alliance_answers(5))  # and what it sends is its own alone
    assert set(stored(cast)[0].answers.values()) == {5, 0}


def test_what_is_pressed_too_late_is_said_to_be_so(cast: Cast) -> None:
    """Back in the browser, another answer, 'send' again: the page does not say 'saved' of something dropped."""
    phone = Visitor()
    answer_all(phone, cast.after, "alliance", alliance_answers(4))
    same = page_of(phone, cast, 1, alliance_answers(4)).content.decode()
    other = page_of(phone, cast, 1, alliance_answers(1)).content.decode()
    assert "was not stored" not in same
    assert "was not stored" in other
    assert "Your earlier answers stand" in other


def test_a_cancelled_session_and_an_ended_course_ask_nothing(cast: Cast) -> None:
    actions.record_attendance(asker=of_member(cast.therapist), occasion=cast.session, attended="cancelled")
    assert Visitor().get(link_to(cast.after), follow=True).status_code == 410


def test_somebody_who_is_filling_it_in_when_the_time_ends_may_finish(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    page_of(phone, cast, 1, alliance_answers(4))
    CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    for page in (2, 3):
        page_of(phone, cast, page, alliance_answers(4))
    last = press_send(phone, cast.after)
    assert last.redirect_chain[0] == ("/check-in/done/", 302)
    assert len(stored(cast)) == 1


def test_what_is_ticked_is_kept_at_once_where_scripts_run(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    assert page_of(phone, cast, 1, {"goals": 5}, keep="1").status_code == 204
    assert Draft.objects.get().answers == {"alliance": {"goals": 5}}
    assert not stored(cast)


def test_a_tick_that_arrives_late_does_not_undo_a_newer_one(cast: Cast) -> None:
    """Three taps in a row travel as three messages; they may arrive in any order, even after 'next'."""
    phone = Visitor()
    phone.get(link_to(cast.after))
    page_of(phone, cast, 1, {"goals": 3}, keep="1", order="1003")
    page_of(phone, cast, 1, {"goals": 1}, keep="1", order="1001")
    assert Draft.objects.get().answers["alliance"]["goals"] == 3
    page_of(phone, cast, 1, alliance_answers(4), order="1005")
    page_of(phone, cast, 1, {"goals": 2}, keep="1", order="1004")
    assert Draft.objects.get().answers["alliance"]["goals"] == 4
    page_of(phone, cast, 1, alliance_answers(2), order="7")  # a clock set back must not lose a page that was sent on
    assert Draft.objects.get().answers["alliance"]["goals"] == 2


def test_an_unanswered_question_is_asked_about_and_a_skip_is_not(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    answers = alliance_answers(4, trust=None)
    answers.pop("approach")
    answer = page_of(phone, cast, 1, answers)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "#q-alliance.approach" in text
    assert "#q-alliance.trust" not in text


def test_sending_twice_stores_once(cast: Cast) -> None:
    phone = Visitor()
    answer_all(phone, cast.after, "alliance", alliance_answers(4))
    again = page_of(phone, cast, 3, alliance_answers(1))
    assert again.status_code in (200, 302)
    assert "was not stored" not in press_send(phone, cast.after).content.decode()
    assert [one.revision for one in stored(cast)] == [1]
    assert not Draft.objects.exists()


def test_what_another_browser_began_in_the_same_moment_is_not_sent_for_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the last page's being kept and its being sent somebody else opens the link and ticks one page."""
    phone, other, send = Visitor(), Visitor(), actions.send_check_in
    phone.get(link_to(cast.after))
    for page in (1, 2, 3):
        page_of(phone, cast, page, alliance_answers(4))

    def later(**given: object) -> bool:
        other.get(link_to(cast.after))
        page_of(other, cast, 1, alliance_answers(1))
        return send(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "send_check_in", later)
    said = press_send(phone, cast.after).content.decode()
    assert "are saved" not in said
    assert "Nothing was sent" in said
    assert not stored(cast)
    assert Draft.objects.get().answers["alliance"]["goals"] == 1


def test_a_page_cannot_be_skipped_by_its_address(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    answer = page_of(phone, cast, 3, alliance_answers(4))
    assert answer["Location"] == "/check-in/1/"
    assert not stored(cast)


def test_answering_again_is_a_new_version_and_the_latest_counts(cast: Cast) -> None:
    phone = Visitor()
    answer_all(phone, cast.after, "alliance", alliance_answers(4))
    phone.post("/check-in/again/")
    answer_all(phone, cast.after, "alliance", alliance_answers(2))
    assert [one.revision for one in stored(cast)] == [1, 2]
    rating = queries.answers(of_member(cast.therapist), "care", [cast.session.pk])[cast.session.pk][0]
    assert rating.score.total == 2


def test_what_was_sent_is_not_shown_by_the_link(cast: Cast) -> None:
    phone = Visitor()
    answer_all(phone, cast.after, "alliance", alliance_answers(2, trust=5))
    for place in ("/check-in/", "/check-in/1/", "/check-in/done/"):
        assert " checked" not in phone.get(place).content.decode()
    phone.post("/check-in/again/")
    assert " checked" not in phone.get("/check-in/1/").content.decode()


def test_the_wrong_person_can_say_so(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    assert "Thank you for telling us" in phone.post("/check-in/not-me/").content.decode()
    assert phone.get("/check-in/").status_code == 404


@pytest.mark.parametrize("value", ["6", "-1", "3.5", "abc", "NaN", "1e3", "٣", " "])
def test_an_answer_outside_the_scale_is_refused_and_the_rest_is_kept(cast: Cast, value: str) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    body = {**form("alliance", alliance_answers(4)), "alliance.trust": value, "check_in": str(cast.after.pk)}
    answer = phone.post("/check-in/1/", body)
    if value == "٣":  # a three all the same, only written in other digits
        assert answer.status_code == 302
        return
    assert answer.status_code == 422
    assert "trust" not in Draft.objects.get().answers["alliance"]
    assert Draft.objects.get().answers["alliance"]["goals"] == 4


def test_the_clock_is_the_practices_own_where_nobody_is_signed_in(cast: Cast) -> None:
    cast.practice.time_zone = "Asia/Tokyo"
    cast.practice.save()
    there = timezone.localtime(cast.session.starts_at, ZoneInfo("Asia/Tokyo"))
    start = Visitor().get(link_to(cast.after), follow=True).content.decode()
    assert f"{there:%I:%M}".lstrip("0") + (" am" if there.hour < 12 else " pm") in start


class TestKindPages:
    """An expired, used-up, early or forged link gets a page that explains, and whom to call."""

    def test_forged(self, cast: Cast) -> None:
        answer = Visitor().get("/c/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")
        assert answer.status_code == 404
        assert "988" in answer.content.decode()

    def test_expired(self, cast: Cast) -> None:
        CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        answer = Visitor().get(link_to(cast.after), follow=True)
        assert answer.status_code == 410
        assert "time for this check-in is over" in answer.content.decode()

    def test_used_up(self, cast: Cast) -> None:
        send(cast.after, {"alliance": alliance_answers()})
        CheckIn.objects.filter(pk=cast.after.pk).update(answered_at=timezone.now() - timedelta(days=2))
        answer = Visitor().get(link_to(cast.after), follow=True)
        assert answer.status_code == 410
        assert "used up" in answer.content.decode()

    def test_early(self, cast: Cast) -> None:
        tomorrow = timezone.now() + timedelta(days=1)
        later = actions.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=tomorrow)
        answer = Visitor().get(link_to(later.check_ins.get(moment="after")), follow=True)
        assert "A little early" in answer.content.decode()

    def test_replaced_by_a_newer_one(self, cast: Cast) -> None:
        old, phone = link_to(cast.after), Visitor()
        phone.get(old)
        cast.after = actions.renew_link(asker=of_member(cast.therapist), check_in=cast.after)
        assert Visitor().get(old).status_code == 404
        assert phone.get("/check-in/").status_code == 404  # the older cookie ends with the older link
        assert Visitor().get(link_to(cast.after)).status_code == 302


def test_the_plan_is_set_per_client(cast: Cast) -> None:
    """Every second session means sessions 1, 3, 5: what is not due is not asked."""
    asker, soon = of_member(cast.therapist), timezone.now() + timedelta(days=1)
    actions.plan_measures(asker=asker, course=cast.course, wanted={"gad-7": ("before", 2), "alliance": ("after", 1)})
    asked = []
    for number in (5, 6):
        session = actions.book_session(asker=asker, course=cast.course, starts_at=soon + timedelta(weeks=number))
        asked.append(sorted(name for one in session.check_ins.all() for name in one.measures))
    assert asked == [["alliance", "gad-7"], ["alliance"]]


def test_a_client_reads_all_they_entered(cast: Cast) -> None:
    send(cast.before, {"phq-9": phq9(1, 1)})
    own = cast.visitor(cast.ada)
    assert "PHQ-9 2" in own.get("/my/").content.decode()
    assert "Several days" in own.get(f"/my/sessions/{cast.session.pk}/").content.decode()
    ratings = queries.answers(of_client(cast.ada), "own", [cast.session.pk])
    assert ratings[cast.session.pk][0].answers == phq9(1, 1)


def test_a_kept_answer_equals_a_skipped_one_for_everyone_else(cast: Cast) -> None:
    send(cast.after, {"alliance": alliance_answers(4, trust=0)})
    AnswerSet.objects.filter(occasion=cast.session).update(kept=["trust"])
    seen = queries.answers(of_member(cast.therapist), "care", [cast.session.pk])[cast.session.pk][0]
    own = queries.answers(of_client(cast.ada), "own", [cast.session.pk])[cast.session.pk][0]
    assert (seen.score.total, seen.answers["trust"]) == (4, None)
    assert (own.score.total, own.answers["trust"]) == (3.5, 0)
