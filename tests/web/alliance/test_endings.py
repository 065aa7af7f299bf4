"""How a course ends: what stops, what is asked later, what is kept, and how all of it is taken back."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance import actions, queries
from accord.web.alliance import course as reading
from accord.web.alliance.models import CheckIn, Course, Ending, Occasion
from accord.web.notices.models import Notice
from accord.web.people.asker import of_client, of_member
from accord.web.safety.models import Flag
from tests.cast import Cast, phq9
from tests.journey.test_one_loop import answer_all, link_to


def end(cast: Cast, **more: object) -> Course:
    actions.end_course(asker=of_member(cast.therapist), course=cast.course, **more)  # type: ignore[arg-type]
    cast.course.refresh_from_db()
    return cast.course


def next_session(cast: Cast, days: int = 3) -> Occasion:
    soon = timezone.now() + timedelta(days=days)
    return actions.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=soon)


def waiting(check_in: CheckIn) -> list[Notice]:
    return list(Notice.objects.filter(cancel_key=f"check-in:{check_in.pk}", cancelled_at=None, done_at=None))


def follow_up(cast: Cast) -> CheckIn:
    return CheckIn.objects.get(occasion__course=cast.course, occasion__number=None)


def begin(one: CheckIn, days_ago: float = 0) -> CheckIn:
    """As if its day had come."""
    starts_at = timezone.now() - timedelta(days=days_ago, minutes=1)
    Occasion.objects.filter(pk=one.occasion_id).update(starts_at=starts_at)
    CheckIn.objects.filter(pk=one.pk).update(expires_at=starts_at + queries.FOLLOW_UP_LIFE)
    return CheckIn.objects.get(pk=one.pk)


class TestAttendance:
    def test_a_cancelled_session_says_by_whom_and_undo_forgets_it(self, cast: Cast) -> None:
        desk, place = cast.visitor(cast.therapist), f"/sessions/{cast.session.pk}/attended/"
        said = desk.post(place, {"attended": "cancelled-client"}, follow=True).content.decode()
        assert "Noted: cancelled by the client" in said
        assert "cancelled by the client" in desk.get(f"/courses/{cast.course.pk}/").content.decode()
        desk.post(place, {"attended": "cancelled-therapist"})
        cast.session.refresh_from_db()
        assert cast.session.attendance == "cancelled by the therapist"
        desk.post(place, {"attended": ""})
        cast.session.refresh_from_db()
        assert (cast.session.attended, cast.session.cancelled_by) == ("", "")

    @pytest.mark.parametrize("word", ["cancelled-manager", "yes-client", "perhaps", "-client"])
    def test_what_is_no_button_changes_nothing(self, cast: Cast, word: str) -> None:
        cast.visitor(cast.therapist).post(f"/sessions/{cast.session.pk}/attended/", {"attended": word})
        cast.session.refresh_from_db()
        assert cast.session.attended == "yes"

    def test_the_client_reads_it_in_plain_words(self, cast: Cast) -> None:
        asker, own = of_member(cast.therapist), cast.visitor(cast.ada)
        for attended, by, words in (
            ("no", "", "you were not there"),
            ("late", "", "you came a little late"),
            ("cancelled", "client", "you cancelled"),
            ("cancelled", "therapist", "Dr. Berg cancelled"),
        ):
            actions.record_attendance(asker=asker, occasion=cast.session, attended=attended, cancelled_by=by)
            page = own.get("/my/").content.decode()
            assert words in page
            assert "missed<" not in page

    @pytest.mark.parametrize("by_days", [True, False])
    def test_it_stands_beside_the_alliance_by_days_and_by_steps(self, cast: Cast, by_days: bool) -> None:
        """Each kind has its own words, also where days are not known and sessions are steps."""
        asker, sessions = of_member(cast.therapist), list(cast.course.occasions.order_by("number"))
        for one, attended, by in zip(sessions[1:], ("no", "cancelled", "late"), ("", "client", ""), strict=True):
            actions.record_attendance(asker=asker, occasion=one, attended=attended, cancelled_by=by)
        if not by_days:
            cast.course.occasions.update(held_on=None)
        rows = reading.meetings(queries.occasions(asker, [cast.course])[cast.course.pk], {})
        drawn = reading.alliance_chart(rows)
        for words in ("did not come", "client cancelled", "late"):
            assert f">{words}</title>" in drawn
        for kind in ("missed", "cancelled", "late"):
            assert f"event-{kind}" in drawn

    def test_sessions_on_days_in_a_row_are_still_placed_by_their_days(self, cast: Cast) -> None:
        asker, today = of_member(cast.therapist), cast.practice.today
        for one in cast.course.occasions.all():
            Occasion.objects.filter(pk=one.pk).update(held_on=today - timedelta(days=8 - one.number))
        late = actions.book_session(asker=asker, course=cast.course, starts_at=timezone.now() - timedelta(days=1))
        actions.record_attendance(asker=asker, occasion=late, attended="no")
        rows = reading.meetings(queries.occasions(asker, [cast.course])[cast.course.pk], {})
        held = [row for row in rows if row.occasion.attended == "yes"]
        assert [event.x for event in reading._attendance(rows, held, own=False)] == [6]

    def test_a_session_cancelled_ahead_is_not_drawn_before_its_day(self, cast: Cast) -> None:
        coming, asker = next_session(cast), of_member(cast.therapist)
        actions.record_attendance(asker=asker, occasion=coming, attended="cancelled", cancelled_by="client")
        rows = reading.meetings(queries.occasions(asker, [cast.course])[cast.course.pk], {})
        assert "event-cancelled" not in reading.alliance_chart(rows)


class TestEnding:
    def test_the_page_says_before_what_will_happen(self, cast: Cast) -> None:
        next_session(cast)
        actions.send_link(asker=of_member(cast.therapist), check_in=cast.after)
        page = cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/end/").content.decode()
        assert "1 booked session is cancelled" in page
        assert "1 message is not sent" in page
        assert not Ending.objects.exists()

    def test_it_stops_reminders_and_sessions_and_reopening_brings_them_back(self, cast: Cast) -> None:
        asker, coming = of_member(cast.therapist), next_session(cast)
        asked = coming.check_ins.get(moment="after")
        actions.send_link(asker=asker, check_in=asked)
        course = end(cast, how="stopped")
        coming.refresh_from_db()
        assert (coming.attended, coming.cancelled_by) == ("cancelled", "therapist")
        assert waiting(asked) == []
        assert Visitor().get(link_to(cast.after), follow=True).status_code == 410
        assert queries.waiting_check_ins(of_client(cast.ada), timezone.now()) == []

        actions.reopen_course(asker=asker, course=course)
        coming.refresh_from_db()
        assert (coming.attended, coming.cancelled_by) == ("", "")
        assert [one.due_at for one in waiting(asked)] == [coming.starts_at]
        assert Visitor().get(link_to(cast.after), follow=True).status_code == 200

    def test_what_was_sent_before_the_end_can_no_longer_be_changed(self, cast: Cast) -> None:
        answer_all(Visitor(), cast.before, "phq-9", phq9(1))
        end(cast)
        page = Visitor().get(link_to(cast.before), follow=True)
        assert page.status_code == 410
        assert "We have your answers" in page.content.decode()

    def test_reopening_leaves_what_was_cancelled_before_the_end(self, cast: Cast) -> None:
        asker, before = of_member(cast.therapist), next_session(cast)
        actions.record_attendance(asker=asker, occasion=before, attended="cancelled", cancelled_by="therapist")
        actions.reopen_course(asker=asker, course=end(cast))
        before.refresh_from_db()
        assert before.attended == "cancelled"

    def test_it_can_stop_without_a_word_and_nothing_says_failed(self, cast: Cast) -> None:
        desk = cast.visitor(cast.therapist)
        page = desk.post(f"/courses/{cast.course.pk}/end/", {"how": "stopped"}, follow=True).content.decode()
        own = cast.visitor(cast.ada).get(f"/my/ending/{cast.course.pk}/").content.decode()
        assert "has ended" in page
        assert "They stopped on" in own
        for text in (page, own):
            assert "fail" not in text.lower()
            assert "drop" not in text.lower()

    def test_without_saying_how_nothing_ends_and_nothing_typed_is_lost(self, cast: Cast) -> None:
        desk = cast.visitor(cast.therapist)
        page = desk.post(f"/courses/{cast.course.pk}/end/", {"review": "Walking helped."})
        assert page.status_code == 422
        assert "Walking helped." in page.content.decode()
        cast.course.refresh_from_db()
        assert cast.course.ended_on is None

    def test_pressed_twice_it_is_one_end(self, cast: Cast) -> None:
        coming = next_session(cast)
        body = {"how": "planned", "review": "Good.", "follow_ups": ["1"]}
        for _ in range(2):
            cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/end/", body)
        assert Ending.objects.get().stopped["sessions"] == [str(coming.pk)]
        assert Occasion.objects.filter(course=cast.course, number=None).count() == 1

    def test_a_page_that_was_open_when_it_ended_books_nothing_any_more(self, cast: Cast) -> None:
        before, asker = Course.objects.get(pk=cast.course.pk), of_member(cast.therapist)
        end(cast)
        with pytest.raises(RefusedError, match="has ended"):
            actions.book_session(asker=asker, course=before, starts_at=timezone.now())
        body = {"day": f"{cast.practice.today}", "time": "10:00"}
        answer = cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/book/", body, follow=True)
        assert answer.status_code == 200
        assert "Not booked: this course has ended" in answer.content.decode()

    def test_both_read_the_review(self, cast: Cast) -> None:
        end(cast, review="Sundays were hard.", noted="I can ask for help.")
        for person, place in (
            (cast.therapist, f"/courses/{cast.course.pk}/end/"),
            (cast.ada, f"/my/ending/{cast.course.pk}/"),
        ):
            page = cast.visitor(person).get(place).content.decode()
            assert "Sundays were hard." in page
            assert "I can ask for help." in page

    def test_the_clients_page_is_there_only_when_it_has_ended(self, cast: Cast) -> None:
        own = cast.visitor(cast.ada)
        assert own.get(f"/my/ending/{cast.course.pk}/").status_code == 404
        end(cast)
        assert own.get(f"/my/ending/{cast.course.pk}/").status_code == 200
        assert f"/my/ending/{cast.course.pk}/" in own.get("/my/").content.decode()
        assert cast.visitor(cast.bo).get(f"/my/ending/{cast.course.pk}/").status_code == 404

    def test_a_course_is_not_reopened_beside_a_newer_one(self, cast: Cast) -> None:
        asker, course = of_member(cast.therapist), end(cast)
        actions.open_course(asker=asker, client=cast.ada, therapist=cast.therapist)
        with pytest.raises(RefusedError, match="another open course"):
            actions.reopen_course(asker=asker, course=course)


SECRET = "The blue bench by the river"


class TestWhatITakeWithMe:
    def write(self, cast: Cast, **more: str) -> None:
        cast.visitor(cast.ada).post(f"/my/ending/{cast.course.pk}/", {"taken": SECRET, **more})

    def test_shared_it_is_read_by_both(self, cast: Cast) -> None:
        end(cast)
        self.write(cast)
        assert SECRET in cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/end/").content.decode()

    def test_kept_it_is_for_everybody_else_as_if_it_had_never_been_written(self, cast: Cast) -> None:
        end(cast, review="Good.")
        desk = cast.visitor(cast.therapist)
        places = [
            f"/courses/{cast.course.pk}/end/",
            f"/courses/{cast.course.pk}/",
            "/desk/",
            f"/sessions/{cast.session.pk}/",
        ]
        before = [form_free(desk.get(place)) for place in places]
        self.write(cast, kept="on")
        assert [form_free(desk.get(place)) for place in places] == before
        own = cast.visitor(cast.ada).get(f"/my/ending/{cast.course.pk}/").content.decode()
        assert SECRET in own
        assert "No one is alerted by what you write here" in own

    def test_what_the_therapist_writes_later_does_not_touch_it(self, cast: Cast) -> None:
        end(cast)
        self.write(cast, kept="on")
        end(cast, noted="I can ask.")
        assert queries.ending(of_client(cast.ada), cast.course).taken == SECRET  # type: ignore[union-attr]
        assert queries.ending(of_member(cast.therapist), cast.course).taken == ""  # type: ignore[union-attr]

    def test_nobody_else_writes_it_and_not_before_the_end(self, cast: Cast) -> None:
        with pytest.raises(RefusedError, match="goes on"):
            actions.take_along(asker=of_client(cast.ada), course=cast.course, taken=SECRET, kept=True)
        end(cast, follow_ups=[1])
        for asker in (of_member(cast.therapist), of_client(cast.bo)):
            with pytest.raises(RefusedError, match="only the client"):
                actions.take_along(asker=asker, course=cast.course, taken="theirs", kept=False)
            with pytest.raises(RefusedError, match="only the client"):
                actions.stop_asking(asker=asker, course=cast.course, stopped=True)


def form_free(answer) -> str:  # type: ignore[no-untyped-def]
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


class TestAskedLater:
    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2027, 11, 30), 3, date(2028, 2, 29)),
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2026, 11, 24), 1, date(2026, 12, 24)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
        ],
    )
    def test_months_are_those_of_the_calendar(self, day: date, months: int, later: date) -> None:
        assert queries.months_later(day, months) == later

    def test_it_opens_at_its_time_and_not_before_though_the_course_has_ended(self, cast: Cast) -> None:
        end(cast, follow_ups=[1])
        one = follow_up(cast)
        day = queries.months_later(cast.practice.today, 1)
        assert one.measures == ["phq-9"]  # never the alliance
        assert one.occasion.starts_at == datetime(day.year, day.month, day.day, 12, tzinfo=cast.practice.zone)
        assert [notice.due_at for notice in waiting(one)] == [one.occasion.starts_at]
        assert queries.waiting_check_ins(of_client(cast.ada), timezone.now()) == []
        assert "A little early" in Visitor().get(link_to(one), follow=True).content.decode()

        one = begin(one)
        start = Visitor().get(link_to(one), follow=True).content.decode()
        assert "some time after your sessions with <b>Dr. Berg</b>" in start
        assert "Some time after your sessions with Dr. Berg" in cast.visitor(cast.ada).get("/my/").content.decode()
        done = answer_all(Visitor(), one, "phq-9", phq9(1))
        assert "Your answers are saved" in done.content.decode()
        assert cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/").status_code == 200
        assert "answered" in cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/end/").content.decode()

    def test_it_is_over_after_two_weeks(self, cast: Cast) -> None:
        end(cast, follow_ups=[1])
        late = begin(follow_up(cast), days_ago=14)
        assert queries.link_state(late, timezone.now()) == "expired"

    def test_the_alliance_chart_does_not_stretch_to_it(self, cast: Cast) -> None:
        end(cast, follow_ups=[6])
        one, asker = begin(follow_up(cast)), of_member(cast.therapist)
        answer_all(Visitor(), one, "phq-9", phq9(1))
        occasions = queries.occasions(asker, [cast.course])[cast.course.pk]
        rows = reading.meetings(occasions, queries.answers(asker, "care", [each.pk for each in occasions]))
        assert "4 occasions" in reading.alliance_chart(rows)
        assert "1 occasions" in reading.outcome_chart(rows, "phq-9", cutoffs=True)

    def test_danger_said_there_reaches_the_therapist(self, cast: Cast) -> None:
        end(cast, follow_ups=[1])
        page = answer_all(Visitor(), begin(follow_up(cast)), "phq-9", phq9(0, 0, 0, 0, 0, 0, 0, 0, 2))
        assert "talk to someone now" in page.content.decode()
        assert Flag.objects.get().responsible == cast.therapist
        assert Notice.objects.filter(kind="flag").exists()

    def test_without_an_address_or_a_measure_it_says_what_is_missing(self, cast: Cast) -> None:
        asker, desk = of_member(cast.therapist), cast.visitor(cast.therapist)
        actions.plan_measures(asker=asker, course=cast.course, wanted={"alliance": ("after", 1)})
        assert "Nothing can be asked later" in desk.get(f"/courses/{cast.course.pk}/end/").content.decode()
        with pytest.raises(RefusedError, match="nothing to ask"):
            end(cast, follow_ups=[1])
        actions.change_address(asker=asker, client=cast.ada, email="")
        page = desk.get(f"/courses/{cast.course.pk}/end/").content.decode()
        assert "add an e-mail address" in page
        assert 'name="follow_ups"' not in page
        cast.course.refresh_from_db()
        with pytest.raises(RefusedError, match="no e-mail address"):
            end(cast, follow_ups=[1])

    def test_the_client_stops_it_and_no_therapist_takes_that_back(self, cast: Cast) -> None:
        end(cast, follow_ups=[1, 3])
        own, place = cast.visitor(cast.ada), f"/my/ending/{cast.course.pk}/"
        assert "will not be asked" in own.post(place, {"asking": "stop"}, follow=True).content.decode()
        asked = CheckIn.objects.filter(occasion__course=cast.course, occasion__number=None)
        assert not any(waiting(one) for one in asked)
        end(cast, follow_ups=[1, 3, 6])
        assert not any(waiting(one) for one in asked.all())
        own.post(place, {"asking": "again"})
        assert [len(waiting(one)) for one in asked.all()] == [1, 1]

    def test_no_other_page_asks_somebody_who_stopped_it(self, cast: Cast) -> None:
        """Not by noting that they 'came', not by another day, and not by sending the link all the same."""
        end(cast, follow_ups=[1])
        cast.visitor(cast.ada).post(f"/my/ending/{cast.course.pk}/", {"asking": "stop"})
        one, desk = follow_up(cast), cast.visitor(cast.therapist)
        session, day = f"/sessions/{one.occasion_id}", cast.practice.today
        for place, body in (
            (f"{session}/attended/", {"attended": ""}),
            (f"{session}/move/", {"day": f"{day}", "time": "10:00"}),
            (f"/check-ins/{one.pk}/send/", {}),
        ):
            page = desk.post(place, body, follow=True).content.decode()
            assert "this is no session" in page or "nothing is asked here any more" in page
        after = Occasion.objects.get(pk=one.occasion_id)
        assert (after.attended, after.cancelled_by, after.starts_at) == ("cancelled", "client", one.occasion.starts_at)
        assert waiting(one) == []

    def test_reopening_withdraws_it_and_ending_again_plans_it_anew(self, cast: Cast) -> None:
        course = end(cast, follow_ups=[1])
        one = follow_up(cast)
        actions.reopen_course(asker=of_member(cast.therapist), course=course)
        assert waiting(one) == []
        assert queries.link_state(begin(follow_up(cast)), timezone.now()) == "expired"
        assert "event-cancelled" not in cast.visitor(cast.therapist).get(f"/courses/{course.pk}/").content.decode()
        end(cast, follow_ups=[1])
        assert len(waiting(follow_up(cast))) == 1

    def test_a_new_address_is_asked_too(self, cast: Cast) -> None:
        end(cast, follow_ups=[1])
        actions.change_address(asker=of_client(cast.ada), client=cast.ada, email="new@example.org")
        assert [one.address for one in waiting(follow_up(cast))] == ["new@example.org"]
