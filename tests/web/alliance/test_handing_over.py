"""While a therapist is away, and when they go: what a colleague sees, what moves, and what stays where it was said."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance import actions, queries
from accord.web.alliance.models import Brought, Course, Cover, Occasion, Saying, Step
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_client, of_member
from accord.web.people.models import Account, Member
from accord.web.safety import actions as safety_actions
from accord.web.safety import queries as safety
from accord.web.safety.models import Flag
from tests.cast import Cast, alliance_answers, phq9, send
from tests.journey.test_one_loop import link_to

PLAN_WITHOUT_A_CLINICIAN = {
    "asker": COMMAND,
    "responsible": None,
    "deputy_name": "",
    "deputy_email": "",
    "lines": [],
    "read_by": "",
    "hours": 24,
    "complaints": "",
}
NOTE = "Begin with the letter to her sister."


def days(cast: Cast, first: int, last: int) -> dict[str, object]:
    """From so many days after today to so many."""
    return {"since": cast.practice.today + timedelta(days=first), "until": cast.practice.today + timedelta(days=last)}


def look_after(cast: Cast, first: int, last: int) -> Cover:
    asker, to = of_member(cast.therapist), cast.other_therapist
    return actions.look_after(asker=asker, courses=[cast.course], member=to, **days(cast, first, last))[0]  # type: ignore[arg-type]


def pages_of_hers(cast: Cast) -> list[str]:
    session = cast.session.pk
    return [f"/courses/{cast.course.pk}/", f"/sessions/{session}/", f"/check-ins/{cast.after.pk}/"]


def found_by(cast: Cast, person) -> set[int]:  # type: ignore[no-untyped-def]
    return {cast.visitor(person).get(place).status_code for place in pages_of_hers(cast)}


def next_session(cast: Cast, day: int = 3) -> Occasion:
    soon = timezone.now() + timedelta(days=day)
    return actions.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=soon)


def hand_over(cast: Cast, note: str = NOTE) -> Course:
    return actions.hand_over(asker=of_member(cast.therapist), course=cast.course, to=cast.other_therapist, note=note)


def make_member(cast: Cast) -> Member:
    member = people.add_member(
        asker=COMMAND, practice=cast.practice.pk, name="Dr. Third", roles=frozenset({"therapist"})
    )
    people.give_account(asker=COMMAND, member=member, email="third@example.org")
    return member


class TestAway:
    @pytest.mark.parametrize(
        ("first", "last", "seen"), [(0, 0, 200), (0, 5, 200), (-3, 0, 200), (1, 5, 404), (-5, -1, 404)]
    )
    def test_a_colleague_sees_a_course_on_these_days_and_on_no_other(
        self, cast: Cast, first: int, last: int, seen: int
    ) -> None:
        look_after(cast, first, last)
        assert found_by(cast, cast.other_therapist) == {seen}
        assert found_by(cast, cast.therapist) == {200}
        assert found_by(cast, cast.deputy) == {404}
        assert found_by(cast, cast.foreign_therapist) == {404}

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
    def test_the_days_are_those_of_the_practice(self, cast: Cast, zone: str) -> None:
        """On one of these two it is another day than in London, whenever this runs."""
        cast.practice.time_zone = zone
        cast.practice.save()
        cover = look_after(cast, 0, 0)
        assert found_by(cast, cast.other_therapist) == {200}
        tomorrow = cast.practice.today + timedelta(days=1)
        Cover.objects.filter(pk=cover.pk).update(since=tomorrow, until=tomorrow)
        assert found_by(cast, cast.other_therapist) == {404}

    def test_the_desk_says_for_whom_and_until_when(self, cast: Cast) -> None:
        desk = cast.visitor(cast.other_therapist)
        assert "Ada Lovell" not in desk.get("/desk/").content.decode()
        look_after(cast, 0, 5)
        page = desk.get("/desk/").content.decode()
        assert "Ada Lovell" in page
        assert "looking after for Dr. Berg until" in page

    def test_the_client_reads_who_is_there_meanwhile(self, cast: Cast) -> None:
        look_after(cast, 0, 5)
        page = cast.visitor(cast.ada).get("/my/").content.decode()
        assert "Jonah Birk looks after you meanwhile" in page
        assert "Jonah Birk" not in cast.visitor(cast.bo).get("/my/").content.decode().replace("With Jonah Birk", "")
        start = Visitor().get(link_to(cast.after), follow=True).content.decode()
        assert "Dr. Berg is away: Jonah Birk reads it meanwhile" in start

    def test_a_stand_in_cannot_hand_the_course_on(self, cast: Cast) -> None:
        look_after(cast, 0, 5)
        assert cast.visitor(cast.other_therapist).get(f"/courses/{cast.course.pk}/hand-over/").status_code == 404
        with pytest.raises(RefusedError, match="lead yourself"):
            actions.look_after(
                asker=of_member(cast.other_therapist),
                courses=[cast.course],
                member=cast.foreign_therapist,
                **days(cast, 0, 1),
            )  # type: ignore[arg-type]

    @pytest.mark.parametrize("who", ["foreign_therapist", "manager", "therapist"])
    def test_only_another_therapist_of_the_practice_who_can_sign_in_stands_in(self, cast: Cast, who: str) -> None:
        with pytest.raises(RefusedError):
            actions.look_after(
                asker=of_member(cast.therapist), courses=[cast.course], member=getattr(cast, who), **days(cast, 0, 1)
            )  # type: ignore[arg-type]
        Account.objects.filter(pk=cast.other_therapist.account_id).update(is_active=False)
        cast.other_therapist.refresh_from_db()
        with pytest.raises(RefusedError, match="can sign in"):
            look_after(cast, 0, 1)

    def test_by_the_page_arranged_twice_stored_once_and_ended_early(self, cast: Cast) -> None:
        desk, (first, last) = cast.visitor(cast.therapist), days(cast, 0, 5).values()
        body = {
            "to": str(cast.other_therapist.pk),
            "since": f"{first}",
            "until": f"{last}",
            "courses": str(cast.course.pk),
        }
        for _ in range(2):
            assert desk.post("/you/away/", body).status_code == 302
        cover = Cover.objects.get()
        assert "Ada Lovell" in desk.get("/you/away/").content.decode()
        stranger = cast.visitor(cast.other_therapist)
        stranger.post("/you/away/", {"end": str(cover.pk)})
        assert found_by(cast, cast.other_therapist) == {200}
        desk.post("/you/away/", {"end": str(cover.pk)})
        assert found_by(cast, cast.other_therapist) == {404}

    @pytest.mark.parametrize("wrong", [{"until": "2020-01-01"}, {"since": "2020-01-01"}, {"courses": "x"}, {"to": "x"}])
    def test_what_cannot_be_comes_back_with_what_was_typed(self, cast: Cast, wrong: dict[str, str]) -> None:
        first, last = days(cast, 0, 5).values()
        body = {
            "to": str(cast.other_therapist.pk),
            "since": f"{first}",
            "until": f"{last}",
            "courses": str(cast.course.pk),
        }
        answer = cast.visitor(cast.therapist).post("/you/away/", body | wrong)
        assert answer.status_code == 422
        assert not Cover.objects.exists()

    def test_somebody_elses_client_cannot_be_given_away(self, cast: Cast) -> None:
        first, last = days(cast, 0, 5).values()
        body = {"to": str(cast.therapist.pk), "since": f"{first}", "until": f"{last}", "courses": str(cast.course.pk)}
        assert cast.visitor(cast.other_therapist).post("/you/away/", body).status_code == 422

    def test_where_nobody_else_works_the_page_says_what_to_do(self, cast: Cast) -> None:
        desk = cast.visitor(cast.foreign_therapist)
        for place in ("/you/away/", "/you/leaving/"):
            assert "add a colleague" in desk.get(place).content.decode()


class TestHandingOver:
    def test_bookings_move_numbered_anew_and_their_links_stay_good(self, cast: Cast) -> None:
        first, second = next_session(cast, 10), next_session(cast, 3)
        link = link_to(second.check_ins.get(moment="after"))
        actions.send_link(asker=of_member(cast.therapist), check_in=second.check_ins.get(moment="after"))
        new = hand_over(cast)
        first.refresh_from_db()
        second.refresh_from_db()
        assert [(one.course, one.number) for one in (second, first)] == [(new, 1), (new, 2)]
        assert "A little early" in Visitor().get(link, follow=True).content.decode()
        Occasion.objects.filter(pk=second.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
        assert "Jonah Birk" in Visitor().get(link, follow=True).content.decode()
        assert {one.measure for one in new.plan.all()} == {"phq-9", "alliance"}

    def test_past_answers_stay_and_each_finds_their_own_alone(self, cast: Cast) -> None:
        send(cast.after, {"alliance": alliance_answers(4)})
        coming, new = next_session(cast), None
        new = hand_over(cast)
        old, taker, own = (cast.visitor(one) for one in (cast.therapist, cast.other_therapist, cast.ada))
        assert taker.get(f"/courses/{new.pk}/").status_code == 200
        assert found_by(cast, cast.other_therapist) == {404}
        assert old.get(f"/courses/{new.pk}/").status_code == 404
        assert old.get(f"/sessions/{coming.pk}/").status_code == 404
        assert old.get(f"/sessions/{cast.session.pk}/").status_code == 200
        assert own.get(f"/my/sessions/{cast.session.pk}/").status_code == 200
        assert "You go on with Jonah Birk" in own.get("/my/").content.decode()
        for person in (cast.deputy, cast.manager, cast.foreign_therapist, cast.bo):
            assert cast.visitor(person).get(f"/courses/{new.pk}/").status_code == 404

    def test_a_form_answered_before_a_moved_session_stays_with_whom_it_was_for(self, cast: Cast) -> None:
        coming = next_session(cast, 1)
        send(coming.check_ins.get(moment="before"), {"phq-9": phq9(2)})
        after = coming.check_ins.get(moment="after")
        new = hand_over(cast)
        after.refresh_from_db()
        assert (after.occasion.course, after.occasion.number) == (new, 1)
        coming.refresh_from_db()
        assert (coming.course, coming.number) == (cast.course, None)
        assert queries.answers(of_member(cast.other_therapist), "care", [coming.pk, after.occasion_id]) == {}
        assert queries.answers(of_member(cast.therapist), "care", [coming.pk])[coming.pk][0].score.total == 2
        assert queries.answers(of_client(cast.ada), "own", [coming.pk])

    def test_the_note_is_for_the_next_therapist_alone(self, cast: Cast) -> None:
        new = hand_over(cast)
        assert NOTE in cast.visitor(cast.other_therapist).get(f"/courses/{new.pk}/").content.decode()
        for place in ("/my/", f"/my/ending/{cast.course.pk}/"):
            assert NOTE not in cast.visitor(cast.ada).get(place).content.decode()

    def test_what_is_open_moves_and_what_is_done_stays(self, cast: Cast) -> None:
        asker, of = of_member(cast.therapist), {"practice": cast.practice, "course": cast.course}
        step = Step.objects.create(**of, what="Call her", by="client")
        done = Step.objects.create(**of, what="Write", by="client", told_at=timezone.now())
        saying = Saying.objects.create(**of, text="One step", by="therapist")
        brought = Brought.objects.create(**of, kind="thought", text="The dream")
        taken_up = Brought.objects.create(**of, kind="thought", text="Old", taken_up_at=timezone.now())
        mended, still_open = (actions.open_repair(asker=asker, course=cast.course, since=None) for _ in range(2))
        actions.declare(asker=of_client(cast.ada), repair=mended, mended=True)
        actions.declare(asker=asker, repair=still_open, mended=True)
        actions.declare(asker=asker, repair=still_open, mended=False)
        new = hand_over(cast)
        for one in (step, saying, brought, still_open):
            one.refresh_from_db()
            assert one.course == new
        for one in (done, taken_up, mended):
            one.refresh_from_db()
            assert one.course == cast.course
        assert step.what == "Call her"

    def test_a_step_that_was_told_and_kept_goes_over_like_one_not_told(self, cast: Cast) -> None:
        """Did it stay behind, the old therapist and the new one would know that it was told, and kept."""
        berg, ada = of_member(cast.therapist), of_client(cast.ada)
        step = actions.agree_step(asker=berg, course=cast.course, what="Ride the bus", attempt=uuid4())
        told = {"went": "done", "felt": 2, "company": "", "happened": "", "kept": True}
        actions.tell_step(asker=ada, step=step, **told)
        new = hand_over(cast)
        assert queries.steps(berg, cast.course) == []
        [seen] = queries.steps(of_member(cast.other_therapist), new)
        assert (seen.state, seen.felt, seen.kept) == ("open", None, False)
        assert queries.steps(ada, new)[0].felt == 2

    @pytest.mark.parametrize("words", ["", "The blue bench"])
    def test_whether_kept_words_were_sent_before_a_moved_session_does_not_show(self, cast: Cast, words: str) -> None:
        """Its one measure has fallen away, so that there is nothing but words to send."""
        coming = next_session(cast, 1)
        safety_actions.settle_plan(**PLAN_WITHOUT_A_CLINICIAN, practice=cast.practice.pk)
        closing = queries.Closing(words, words_kept=True)
        actions.save_draft(check_in=coming.check_ins.get(moment="before"), given={}, closing=closing)
        actions.send_check_in(check_in=coming.check_ins.get(moment="before"))
        new = hand_over(cast)
        coming.refresh_from_db()
        assert (coming.course, coming.number) == (cast.course, None)
        assert [one.number for one in queries.occasions(of_member(cast.other_therapist), [new])[new.pk]] == [1]

    def test_what_waits_to_be_brought_opens_for_the_next_therapist_whatever_it_is_about(self, cast: Cast) -> None:
        """A session of the earlier course is named to nobody who may not see it, and no page breaks over it."""
        of = {"practice": cast.practice, "course": cast.course}
        old = Step.objects.create(**of, what="Write the letter", by="client", told_at=timezone.now())
        for kind, about in (("session", cast.session.pk), ("step", old.pk), ("thought", None)):
            Brought.objects.create(**of, kind=kind, about=about, text="The dream" if kind == "thought" else "")
        new = hand_over(cast)
        taker, own = cast.visitor(cast.other_therapist), cast.visitor(cast.ada)
        for place in ("between/", "before/", "agreement/", "", "end/", "plan/", "hand-over/"):
            assert taker.get(f"/courses/{new.pk}/{place}").status_code == 200, place
        page = taker.get(f"/courses/{new.pk}/between/").content.decode()
        assert "The dream" in page
        assert f"/sessions/{cast.session.pk}/" not in page
        assert "Write the letter" not in page
        for course in (new, cast.course):
            for place in ("between", "agreement"):
                assert own.get(f"/my/{place}/{course.pk}/").status_code == 200
        assert own.get("/my/").status_code == 200

    def test_a_repair_that_moved_opens_for_both(self, cast: Cast) -> None:
        repair = actions.open_repair(asker=of_member(cast.therapist), course=cast.course, since=cast.session)
        new = hand_over(cast)
        page = cast.visitor(cast.other_therapist).get(f"/repairs/{repair.pk}/")
        assert page.status_code == 200
        assert "With the therapist before" in page.content.decode()
        repair.refresh_from_db()
        assert repair.session is None  # the fourth session of the new course is another one
        assert cast.visitor(cast.therapist).get(f"/repairs/{repair.pk}/").status_code == 404
        assert cast.visitor(cast.other_therapist).get(f"/courses/{new.pk}/").status_code == 200
        assert cast.visitor(cast.other_therapist).get("/desk/").status_code == 200
        before = cast.visitor(cast.other_therapist).get(f"/courses/{new.pk}/before/").content.decode()
        assert f"/repairs/{repair.pk}/" in before  # to what is being mended, not to a new talk about it

    def test_an_ended_course_asks_nothing_more_and_is_not_reopened_beside_the_new_one(self, cast: Cast) -> None:
        hand_over(cast)
        assert Visitor().get(link_to(cast.after), follow=True).status_code == 410
        cast.course.refresh_from_db()
        with pytest.raises(RefusedError, match="hand it back"):
            actions.reopen_course(asker=of_member(cast.therapist), course=cast.course)
        with pytest.raises(RefusedError, match="ended already"):
            hand_over(cast)  # pressed twice

    def test_it_can_be_handed_back(self, cast: Cast) -> None:
        coming = next_session(cast)
        new = hand_over(cast)
        back = actions.hand_over(asker=of_member(cast.other_therapist), course=new, to=cast.therapist)
        coming.refresh_from_db()
        assert (coming.course, coming.number, back.therapist) == (back, 1, cast.therapist)
        assert cast.visitor(cast.therapist).get(f"/courses/{back.pk}/").status_code == 200

    def test_a_colleague_who_works_with_the_client_already_goes_on_in_that_course(self, cast: Cast) -> None:
        asker = of_member(cast.other_therapist)
        there = actions.open_course(asker=asker, client=cast.ada, therapist=cast.other_therapist)
        actions.book_session(asker=asker, course=there, starts_at=timezone.now() + timedelta(days=9))
        coming = next_session(cast)
        assert hand_over(cast) == there
        coming.refresh_from_db()
        assert coming.number == 2

    def test_from_two_colleagues_to_one_both_lead_to_them(self, cast: Cast) -> None:
        """What is said late of either course reaches whoever works with the client now."""
        third = make_member(cast)
        beside = actions.open_course(asker=of_member(third), client=cast.ada, therapist=third)
        goes_on = hand_over(cast)
        ended = actions.hand_over(asker=of_member(third), course=beside, to=cast.other_therapist, note=NOTE)
        assert ended == goes_on
        assert [queries.last_of(one) for one in (cast.course, beside)] == [goes_on, goes_on]
        goes_on.refresh_from_db()
        assert queries.earlier(goes_on) == [beside.pk, cast.course.pk]
        with pytest.raises(RefusedError, match="hand it back"):
            actions.reopen_course(asker=of_member(cast.therapist), course=Course.objects.get(pk=cast.course.pk))

    def test_whoever_stood_in_for_the_old_course_sees_it_no_more(self, cast: Cast) -> None:
        look_after(cast, 0, 5)
        new = hand_over(cast)
        assert not Cover.objects.exists()
        assert found_by(cast, cast.other_therapist) == {404}
        assert queries.looks_after(cast.course, cast.practice.today) == cast.other_therapist == new.therapist

    def test_by_the_page(self, cast: Cast) -> None:
        desk, place = cast.visitor(cast.therapist), f"/courses/{cast.course.pk}/hand-over/"
        assert "What was answered so far stays" in desk.get(place).content.decode()
        assert desk.post(place, {"to": str(cast.foreign_therapist.pk), "note": NOTE}).status_code == 422
        page = desk.post(place, {"to": str(cast.other_therapist.pk), "note": NOTE}, follow=True).content.decode()
        assert "goes on with Jonah Birk" in page
        assert NOTE not in page


class TestLeaving:
    def test_each_to_whom_it_fits_with_its_flags_and_no_other(self, cast: Cast) -> None:
        """Ada and what she said go to one colleague; the other, who takes everybody else, never hears of her."""
        from accord.web.people import actions as people
        from accord.web.people.asker import COMMAND
        from tests.cast import settle_safety

        settle_safety(cast.practice, cast.deputy)
        third = people.add_member(
            asker=COMMAND, practice=cast.practice.pk, name="Lea Stern", roles=frozenset({"therapist"})
        )
        people.give_account(asker=COMMAND, member=third, email="stern@example.org")
        send(cast.before, {"phq-9": phq9(0, 0, 0, 0, 0, 0, 0, 0, 1)})
        today = cast.practice.today.isoformat()
        body = {"to": str(cast.other_therapist.pk), "last_day": today, f"to-{cast.course.pk}": str(third.pk)}
        assert cast.visitor(cast.therapist).post("/you/leaving/", body).status_code == 302
        place = f"/flags/{Flag.objects.get().pk}/"
        assert cast.visitor(third).get(place).status_code == 200
        assert cast.visitor(cast.other_therapist).get(place).status_code == 404

    def test_today_it_happens_at_once(self, cast: Cast) -> None:
        cast.therapist.published = True
        cast.therapist.save()
        body = {"to": str(cast.other_therapist.pk), "last_day": cast.practice.today.isoformat()}
        page = cast.visitor(cast.therapist).post("/you/leaving/", body, follow=True).content.decode()
        assert "Everybody is handed over" in page
        assert Course.objects.get(client=cast.ada, ended_on=None).therapist == cast.other_therapist
        cast.therapist.refresh_from_db()
        assert not cast.therapist.published

    def test_no_day_is_chosen_beforehand(self, cast: Cast) -> None:
        visitor = cast.visitor(cast.therapist)
        assert f'value="{cast.practice.today.isoformat()}"' not in visitor.get("/you/leaving/").content.decode()
        page = visitor.post("/you/leaving/", {"to": str(cast.other_therapist.pk), "last_day": ""})
        assert page.status_code == 422
        assert "choose a day" in page.content.decode()
        assert Course.objects.get(client=cast.ada).therapist == cast.therapist

    def test_a_later_day_changes_nothing_until_it_is_over(self, cast: Cast) -> None:
        last = cast.practice.today + timedelta(days=3)
        body = {"to": str(cast.other_therapist.pk), "last_day": last.isoformat()}
        cast.visitor(cast.therapist).post("/you/leaving/", body)
        cast.course.refresh_from_db()
        assert cast.course.ended_on is None
        assert found_by(cast, cast.other_therapist) == {404}
        assert queries.looks_after(cast.course, last) == cast.therapist
        assert queries.looks_after(cast.course, last + timedelta(days=1)) == cast.other_therapist


class TestAMemberWhoLeft:
    def leave(self, cast: Cast, person=None, **more: str):  # type: ignore[no-untyped-def]
        body = {"to": str(cast.other_therapist.pk), "sure": "on", **more}
        return cast.visitor(person or cast.manager).post(self.place(cast), body, follow=True)

    def place(self, cast: Cast) -> str:
        return f"/practice/people/{cast.therapist.pk}/hand-over/"

    @pytest.fixture(autouse=True)
    def another_answers(self, cast: Cast) -> None:
        from tests.cast import settle_safety

        settle_safety(cast.practice, cast.deputy)

    def test_a_manager_sees_a_number_and_never_a_name(self, cast: Cast) -> None:
        page = cast.visitor(cast.manager).get(self.place(cast)).content.decode()
        assert "Open courses: <b>1</b>" in page
        for after in (page, self.leave(cast).content.decode()):
            assert "Lovell" not in after
            assert "Ada" not in after

    def test_courses_go_over_and_the_account_is_closed_everywhere(self, cast: Cast) -> None:
        signed_in, coming = cast.visitor(cast.therapist), next_session(cast)
        self.leave(cast)
        coming.refresh_from_db()
        assert coming.course.therapist == cast.other_therapist
        assert signed_in.get("/desk/").status_code == 302
        cast.manager.refresh_from_db()
        page = cast.visitor(cast.manager).post(self.place(cast), {"again": "1"}, follow=True).content.decode()
        assert "A link to choose a password is on its way" in page
        assert signed_in.get("/desk/").status_code == 302  # an old session does not come back with the account
        assert Account.objects.get(pk=cast.therapist.account_id).is_active

    def test_flags_they_answered_for_are_seen_by_the_colleague(self, cast: Cast) -> None:
        send(cast.before, {"phq-9": phq9(0, 0, 0, 0, 0, 0, 0, 0, 1)})
        flag, taker = Flag.objects.get(), cast.visitor(cast.other_therapist)
        assert taker.get(f"/flags/{flag.pk}/").status_code == 404
        self.leave(cast)
        assert taker.get(f"/flags/{flag.pk}/").status_code == 200
        assert f"/flags/{flag.pk}/" in taker.get("/desk/").content.decode()
        flag.refresh_from_db()
        assert flag.responsible == cast.therapist  # a flag never changes

    def test_whom_they_looked_after_is_looked_after_by_the_colleague_or_its_therapist(self, cast: Cast) -> None:
        asker = of_member(cast.other_therapist)
        actions.look_after(asker=asker, courses=[cast.other_course], member=cast.therapist, **days(cast, -1, 5))  # type: ignore[arg-type]
        self.leave(cast)
        assert queries.looks_after(cast.other_course, cast.practice.today) == cast.other_therapist

    def test_nobody_leaves_while_they_answer_for_the_practice(self, cast: Cast) -> None:
        from tests.cast import settle_safety

        settle_safety(cast.practice, cast.therapist)
        assert "name somebody else there" in self.leave(cast).content.decode()
        cast.course.refresh_from_db()
        assert cast.course.ended_on is None

    def test_no_one_else_can_and_nobody_without_a_colleague(self, cast: Cast) -> None:
        for person in (cast.other_therapist, cast.therapist, cast.deputy, cast.ada):
            assert self.leave(cast, person).status_code == 404
        assert self.leave(cast, to="").status_code == 422
        cast.course.refresh_from_db()
        assert cast.course.ended_on is None

    def test_what_was_to_be_asked_after_an_earlier_ending_is_withdrawn(self, cast: Cast) -> None:
        asker = of_member(cast.therapist)
        actions.end_course(asker=asker, course=cast.course, follow_ups=[1])
        self.leave(cast)
        assert Occasion.objects.get(course=cast.course, number=None).attended == "cancelled"


def test_open_flags_are_those_of_the_desk_and_the_course_page_too(cast: Cast) -> None:
    """Handed over with its course, a flag stands in red on the new course's page."""
    send(cast.before, {"phq-9": phq9(0, 0, 0, 0, 0, 0, 0, 0, 1)})
    new = hand_over(cast)
    assert "spoke of self-harm" in cast.visitor(cast.other_therapist).get(f"/courses/{new.pk}/").content.decode()
    assert safety.open_flags(of_member(cast.therapist))  # and whoever had it has it still
