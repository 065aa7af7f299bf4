"""From a drop to 'mended': what the therapist sees before the session, what is noted, and who says how it stands."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accord.web.alliance import actions, before
from accord.web.alliance.models import CheckIn, Course, Declared, Dismissal, Repair, Talk
from accord.web.home import gather
from accord.web.people import actions as people
from accord.web.people.asker import of_client, of_member
from tests.cast import Cast, alliance_answers, send


def rated(cast: Cast, *levels: int | None, off: int = 0) -> None:
    """Ada's ratings of her sessions in order, None for one she left out; strain at the last rated one."""
    for number, level in enumerate(levels, 1):
        if level is not None:
            after = cast.course.occasions.get(number=number).check_ins.get(moment="after")
            strain = off if number == len(levels) else 0
            send(after, {"alliance": alliance_answers(level, session=number, off=strain)})


def things(cast: Cast) -> list[str]:
    asker = of_member(cast.therapist)
    return [one.what for one in before.read(asker, [cast.course], timezone.now())[cast.course.pk].to_ask]


def page(cast: Cast) -> str:
    return cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/before/").content.decode()


def talk(cast: Cast, **more: object):  # type: ignore[no-untyped-def]
    body = {
        "talked_on": timezone.now().date().isoformat(),
        "showed": "withdrawal",
        "about": ["pace"],
        "tried": ["part"],
    }
    body |= {"since": str(cast.session.pk), "attempt": str(uuid4()), **more}
    return cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/talked/", body, follow=True)


class TestBeforeYouGoIn:
    def test_a_drop_is_told_with_its_reason_a_next_step_and_words(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        text = page(cast)
        assert "Session 4 was rated 2.0; usual for this person is about 4.0." in text
        assert "2 is 2 below the mean of the last 3 ratings (4)" in text  # how it is worked out
        assert "Ask first how the last meeting was for them" in text
        assert "How does it show? A score cannot tell." in text
        assert "usual for this person" in text

    def test_at_most_three_things_are_named(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4)
        given = alliance_answers(1, off=4, held_back=5)
        send(cast.after, {"alliance": given})
        assert things(cast) == ["drop", "strain:held_back", "strain:off"]
        assert page(cast).count('class="card thing"') == 3

    def test_without_anything_to_ask_it_says_so_and_still_gives_words(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 4)
        assert "Nothing stands out" in page(cast)
        assert "Is there anything about how we work" in page(cast)

    def test_before_the_first_rating_it_says_what_will_come(self, cast: Cast) -> None:
        assert "has not rated a session yet" in page(cast)

    def test_full_marks_bring_a_question_and_no_praise(self, cast: Cast) -> None:
        rated(cast, 5, 5, 5, 5)
        assert "What would have made it a little better?" in page(cast)
        assert "such scores tell little" in page(cast)

    def test_a_check_in_that_can_still_come_is_not_missed(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4)
        assert things(cast) == []
        CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        assert things(cast) == ["missing"]

    def test_a_session_that_was_cancelled_is_not_missed(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4)
        actions.record_attendance(asker=of_member(cast.therapist), occasion=cast.session, attended="cancelled")
        CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        assert things(cast) == []

    def test_the_text_for_the_record_says_the_same(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        text = page(cast)
        record = text[text.index("<textarea") : text.index("</textarea>")]
        assert "A drop in the alliance" in record
        assert "Not a diagnosis" in record
        assert "If it shows like this: they went quiet, agreed quickly, or talked around it" in record

    def test_two_late_check_ins_give_the_same_in_either_order(self, cast: Cast) -> None:
        first, second = (cast.course.occasions.get(number=n).check_ins.get(moment="after") for n in (2, 3))
        rated(cast, 4)
        send(second, {"alliance": alliance_answers(2, session=3)})
        send(first, {"alliance": alliance_answers(4, session=2)})
        assert things(cast) == ["drop"]


class TestLayingAside:
    def test_it_needs_a_reason_and_does_not_come_back(self, cast: Cast) -> None:
        rated(cast, 4, 4, 2)
        third = cast.course.occasions.get(number=3)
        place, desk = f"/sessions/{third.pk}/lay-aside/drop/", cast.visitor(cast.therapist)
        page = desk.post(place, {})
        assert page.status_code == 422
        assert "choose one of the reasons" in page.content.decode()
        assert things(cast) == ["drop"]
        assert desk.post(place, {"why": "life", "note": "a funeral"}).status_code == 302
        assert desk.post(place, {"why": "life"}).status_code == 302  # pressed twice
        send(cast.after, {"alliance": alliance_answers(2)})
        assert things(cast) == []
        assert Dismissal.objects.count() == 1

    def test_it_can_be_taken_up_again(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        asker = of_member(cast.therapist)
        laid = actions.lay_aside(asker=asker, course=cast.course, since=cast.session, what="drop", why="slip")
        desk = cast.visitor(cast.therapist)
        assert "Take it up again" in desk.get(f"/courses/{cast.course.pk}/").content.decode()
        desk.post(f"/laid-aside/{laid.pk}/back/")
        assert things(cast) == ["drop"]

    def test_what_is_not_there_cannot_be_laid_aside(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 4)
        for what in ("drop", "strain:off", "nonsense"):
            place = f"/sessions/{cast.session.pk}/lay-aside/{what}/"
            assert cast.visitor(cast.therapist).post(place, {"why": "life"}).status_code == 404
        assert not Dismissal.objects.exists()

    def test_what_is_being_mended_is_not_laid_aside_by_its_address(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        talk(cast)
        actions.declare(asker=of_client(cast.ada), repair=Repair.objects.get(), mended=False)
        place = f"/sessions/{cast.session.pk}/lay-aside/mending/"
        assert cast.visitor(cast.therapist).post(place, {"why": "life"}).status_code == 404
        assert not Dismissal.objects.exists()


class TestRepair:
    def test_from_the_signal_to_the_clients_word(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        shown = talk(cast).content.decode()
        assert "the pace, or too much at once" in shown
        assert "named my own part in it" in shown
        assert "they went quiet" in shown
        assert things(cast) == ["mending"]
        repair = Repair.objects.get()
        actions.declare(asker=of_client(cast.ada), repair=repair, mended=True)
        assert things(cast) == []
        assert "the client says that it feels mended" in shown_repair(cast, repair)

    def test_scores_that_return_are_not_a_word(self, cast: Cast) -> None:
        rated(cast, 4, 4, 2)
        third = cast.course.occasions.get(number=3)
        talk(cast, since=str(third.pk))
        send(cast.after, {"alliance": alliance_answers(4)})
        assert "scores returned; whether it feels mended was not said" in shown_repair(cast, Repair.objects.get())
        assert "Does it feel mended to you?" in page(cast)

    def test_the_clients_no_counts_whatever_the_scores_do(self, cast: Cast) -> None:
        rated(cast, 4, 4, 2)
        talk(cast, since=str(cast.course.occasions.get(number=3).pk))
        send(cast.after, {"alliance": alliance_answers(5)})
        repair = Repair.objects.get()
        actions.declare(asker=of_member(cast.therapist), repair=repair, mended=True)
        assert things(cast) == []
        actions.declare(asker=of_client(cast.ada), repair=repair, mended=False)
        assert things(cast) == ["mending"]
        assert "Not mended yet" in shown_repair(cast, repair)

    def test_sent_twice_it_is_one_talk_and_one_repair(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        attempt = str(uuid4())
        talk(cast, attempt=attempt)
        talk(cast, attempt=attempt)
        talk(cast, attempt=attempt, since="")
        assert (Repair.objects.count(), Talk.objects.count()) == (1, 1)

    def test_a_second_talk_about_the_same_session_belongs_to_the_same_repair(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        talk(cast)
        talk(cast)
        assert (Repair.objects.count(), Talk.objects.count()) == (1, 2)

    def test_what_was_noticed_in_the_room_needs_no_score(self, cast: Cast) -> None:
        shown = talk(cast, since="").content.decode()
        assert "Noticed in the room" in shown
        assert things(cast) == ["mending"]

    def test_two_that_began_without_a_score_each_lead_to_their_own(self, cast: Cast) -> None:
        talk(cast, since="")
        talk(cast, since="")
        actions.declare(asker=of_client(cast.ada), repair=Repair.objects.first(), mended=False)
        text = page(cast)
        assert all(f"/repairs/{one.pk}/" in text for one in Repair.objects.all())
        assert "What is still in the way?" in text  # the one that is not mended comes first, with its own words

    @pytest.mark.parametrize(
        "bad",
        [
            {"talked_on": "2999-01-01"},
            {"talked_on": "yesterday"},
            {"talked_on": "1999-01-01"},
            {"showed": "guessed"},
            {"about": ["nonsense"]},
            {"tried": ["nonsense"]},
            {"note": "x" * 1001},
        ],
    )
    def test_bad_input_changes_nothing_and_keeps_what_was_typed(self, cast: Cast, bad: dict[str, object]) -> None:
        answer = talk(cast, **{"note": "what I typed", **bad})
        assert answer.status_code == 422
        assert not Repair.objects.exists()
        assert "note" in bad or "what I typed" in answer.content.decode()

    def test_what_was_changed_before_it_was_sent_again_is_not_lost(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2)
        attempt = str(uuid4())
        for note in ("She went quiet.", "She went quiet when I asked about Sunday."):
            talk(cast, attempt=attempt, note=note)
        assert Repair.objects.count() == 1
        assert sorted(one.note for one in Talk.objects.all()) == [
            "She went quiet when I asked about Sunday.",
            "She went quiet.",
        ]

    def test_a_session_of_another_course_cannot_be_named(self, cast: Cast) -> None:
        other = actions.book_session(
            asker=of_member(cast.other_therapist), course=cast.other_course, starts_at=timezone.now()
        )
        assert talk(cast, since=str(other.pk)).status_code == 404
        assert not Repair.objects.exists()

    def test_the_therapists_word_can_be_taken_back(self, cast: Cast) -> None:
        talk(cast, since="")
        repair, desk = Repair.objects.get(), cast.visitor(cast.therapist)
        desk.post(f"/repairs/{repair.pk}/mended/", {"mended": "yes"})
        assert "Mended, by your word" in shown_repair(cast, repair)
        desk.post(f"/repairs/{repair.pk}/mended/", {"mended": "no"})
        assert "Being mended" in shown_repair(cast, repair)
        assert Declared.objects.count() == 2  # words are never changed, the latest counts


def shown_repair(cast: Cast, repair: Repair) -> str:
    return cast.visitor(cast.therapist).get(f"/repairs/{repair.pk}/").content.decode()


class TestTheDesk:
    def test_it_puts_a_name_first_with_one_reason(self, cast: Cast) -> None:
        rated(cast, 4, 4, 4, 2, off=4)
        desk = cast.visitor(cast.therapist).get("/desk/").content.decode()
        first = desk[desk.index("Worth a moment") : desk.index("Today</h2>")]
        assert "A drop in the alliance" in first
        assert "Something felt off" not in first

    def test_open_repairs_are_listed_until_they_are_mended(self, cast: Cast) -> None:
        talk(cast, since="")
        desk = cast.visitor(cast.therapist)
        assert "Being mended" in desk.get("/desk/").content.decode()
        actions.declare(asker=of_client(cast.ada), repair=Repair.objects.get(), mended=True)
        assert "Being mended" not in desk.get("/desk/").content.decode()

    def test_at_most_three_names_a_day_and_a_settled_one_keeps_its_place(self, cast: Cast) -> None:
        courses = [strained_course(cast, name) for name in ("Dee", "Eve", "Fay", "Gus")]
        asker, now = of_member(cast.therapist), timezone.now()
        midnight = now - timedelta(hours=6)
        names = [one.course.client.name for one in gather.first_names(asker, gather.caseload(asker, now), midnight)]
        assert names == ["Dee", "Eve", "Fay"]
        occasion = courses[0].occasions.get()
        actions.lay_aside(asker=asker, course=courses[0], since=occasion, what="strain:off", why="life")
        left = gather.first_names(asker, gather.caseload(asker, now), midnight)
        assert [one.course.client.name for one in left] == ["Eve", "Fay"]
        tomorrow = gather.first_names(asker, gather.caseload(asker, now), timezone.now() + timedelta(hours=1))
        assert [one.course.client.name for one in tomorrow] == ["Eve", "Fay", "Gus"]


def strained_course(cast: Cast, name: str) -> Course:
    asker = of_member(cast.therapist)
    client = people.add_client(asker=asker, practice=cast.practice.pk, name=name)
    course = actions.open_course(asker=asker, client=client, therapist=cast.therapist)
    session = actions.book_session(asker=asker, course=course, starts_at=timezone.now() - timedelta(hours=2))
    actions.record_attendance(asker=asker, occasion=session, attended="yes")
    send(session.check_ins.get(moment="after"), {"alliance": alliance_answers(4, session=1, off=4)})
    return course


class TestTheGap:
    def both_rate(self, cast: Cast, client: int, therapist: int) -> None:
        rated(cast, *[client] * 4)
        for occasion in cast.course.occasions.all():
            items = alliance_answers(therapist, session=occasion.number or 1)
            actions.rate_session(asker=of_member(cast.therapist), occasion=occasion, items=items, attempt=uuid4())

    def test_it_is_told_from_four_sessions_on_with_its_range(self, cast: Cast) -> None:
        self.both_rate(cast, 4, 3)
        text = cast.visitor(cast.therapist).get("/you/view/").content.decode()
        assert "You tend to rate 0.6 below your clients (probably" in text
        assert "most therapists rate below" in text

    def test_before_that_it_says_what_is_missing(self, cast: Cast) -> None:
        assert "There is not enough yet" in cast.visitor(cast.therapist).get("/you/view/").content.decode()

    def test_kept_answers_are_left_out(self, cast: Cast) -> None:
        self.both_rate(cast, 4, 3)
        every = list(alliance_answers(4))
        cast.session.answer_sets.filter(rater="client").update(kept=every)
        assert "There is not enough yet" in cast.visitor(cast.therapist).get("/you/view/").content.decode()

    def test_a_colleague_finds_their_own_alone(self, cast: Cast) -> None:
        self.both_rate(cast, 4, 3)
        text = cast.visitor(cast.other_therapist).get("/you/view/").content.decode()
        assert "Ada" not in text
        assert "There is not enough yet" in text


def test_a_practice_may_give_its_own_numbers(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    rated(cast, 4, 4, 4, 3)
    assert things(cast) == ["drop"]
    settings.SD_WITHIN = 0.9  # where ratings move that much from week to week, one point is nothing unusual
    assert things(cast) == []
