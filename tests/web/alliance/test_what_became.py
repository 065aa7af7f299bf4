"""What became of what a client said: talked about, mended or not in their own word, brought and taken up."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Visitor
from django.urls import reverse
from django.utils import timezone

from accord.web.alliance import actions, queries
from accord.web.alliance.models import Brought, CheckIn, Declared, Repair
from accord.web.audit.models import Act
from accord.web.design.environment import day
from accord.web.people.asker import of_client, of_member
from tests.cast import Cast, alliance_answers, send
from tests.journey.test_one_loop import form, link_to, press_send

QUESTION = "If something between you had felt off: does it feel mended by now?"
CARD = "You talked about something that felt off. Does it feel mended?"
NOTED = {"about": ["the-bond"], "showed": "withdrew", "tried": ["asked-openly"], "note": "A note for me alone."}


@pytest.fixture
def repair(cast: Cast) -> Repair:
    """The session before the last brought something up; it is not talked about yet."""
    since = cast.course.occasions.get(number=3)
    send(since.check_ins.get(moment="after"), {"alliance": alliance_answers(4, session=3, off=5)})
    return actions.open_repair(asker=of_member(cast.therapist), course=cast.course, since=since)


def talk(cast: Cast, repair: Repair, days_ago: int = 1) -> None:
    on = timezone.localdate() - timedelta(days=days_ago)
    actions.note_talk(asker=of_member(cast.therapist), repair=repair, talked_on=on, attempt=uuid4(), **NOTED)


def said(repair: Repair) -> list[bool]:
    return list(
        Declared.objects.filter(repair=repair, by="client").order_by("said_at").values_list("mended", flat=True)
    )


def up_to_the_last_page(cast: Cast) -> Visitor:
    phone = Visitor()
    phone.get(link_to(cast.after))
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", alliance_answers(4)), "check_in": str(cast.after.pk)})
    return phone


class TestByLink:
    """The one question of a check-in's last page, asked only when there was a talk."""

    def test_it_is_asked_only_when_the_two_talked_and_it_is_not_mended_yet(self, cast: Cast, repair: Repair) -> None:
        phone = up_to_the_last_page(cast)
        assert QUESTION not in phone.get("/check-in/4/").content.decode()
        talk(cast, repair)
        assert QUESTION in phone.get("/check-in/4/").content.decode()
        actions.declare(asker=of_client(cast.ada), repair=repair, mended=True)
        assert QUESTION not in phone.get("/check-in/4/").content.decode()

    @pytest.mark.parametrize(
        ("given", "stored"), [("yes", [True]), ("not yet", [False]), ("nothing", []), ("", [])], ids=str
    )
    def test_their_word_is_stored_with_the_send_and_once(
        self, cast: Cast, repair: Repair, given: str, stored: list[bool]
    ) -> None:
        talk(cast, repair)
        phone = up_to_the_last_page(cast)
        body = {"closing": "1", "check_in": str(cast.after.pk), "words_for": "share", "mended": given}
        phone.post("/check-in/4/", {**body, "keep": "1", "order": "5"})
        assert said(repair) == []  # kept in the draft, said with the send
        press_send(phone, cast.after, 4, mended=given)
        again = press_send(phone, cast.after, 4, mended=given).content.decode()
        assert said(repair) == stored
        assert "was not stored" not in again

    def test_the_page_gives_nothing_of_it_away(self, cast: Cast, repair: Repair) -> None:
        """Whoever else holds the link reads a question that anybody could be asked."""
        talk(cast, repair)
        page = up_to_the_last_page(cast).get("/check-in/4/").content.decode()
        for secret in (*map(str, NOTED.values()), "the-bond", str(repair.pk), day(repair.since.held_on), "talked"):
            assert secret not in page

    def test_a_forged_word_without_a_talk_is_not_stored(self, cast: Cast, repair: Repair) -> None:
        press_send(up_to_the_last_page(cast), cast.after, 4, mended="yes")
        assert said(repair) == []


class TestOnTheirPage:
    """What the therapist did that the client may know, and the client's own word, theirs to change."""

    def test_nothing_is_shown_before_the_two_talked(self, cast: Cast, repair: Repair) -> None:
        own = cast.visitor(cast.ada)
        assert CARD not in own.get(reverse("my")).content.decode()
        assert own.post(reverse("my_repair", args=[repair.pk]), {"mended": "yes"}).status_code == 404
        assert said(repair) == []

    def test_when_it_was_talked_about_and_nothing_of_the_notes(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair, days_ago=3)
        talk(cast, repair, days_ago=1)
        own = cast.visitor(cast.ada)
        for place in (reverse("my"), reverse("my_session", args=[repair.since_id])):
            page = own.get(place).content.decode()
            for days in (3, 1):
                on = timezone.localdate() - timedelta(days=days)
                assert f"You and Dr. Berg talked about it on {day(on)}" in page
            for noted in ("the-bond", "withdrew", "asked-openly", "A note for me alone"):
                assert noted not in page
        other_day = own.get(reverse("my_session", args=[cast.session.pk])).content.decode()
        assert "talked about it" not in other_day

    def test_they_say_whether_it_feels_mended_and_change_it(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair)
        own, place = cast.visitor(cast.ada), reverse("my_repair", args=[repair.pk])
        page = own.post(place, {"mended": "not yet"}, follow=True).content.decode()
        assert CARD in page
        assert "You last said ‘Not yet’" in page
        page = own.post(place, {"mended": "yes"}, follow=True).content.decode()
        assert CARD not in page
        assert "You said that it feels mended" in page
        own.post(place, {"mended": "not yet"})
        assert said(repair) == [False, True, False]

    def test_pressed_twice_it_is_one_word(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair)
        for _ in range(2):
            cast.visitor(cast.ada).post(reverse("my_repair", args=[repair.pk]), {"mended": "yes"})
        assert said(repair) == [True]

    def test_another_answer_changes_nothing(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair)
        own = cast.visitor(cast.ada)
        answer = own.post(reverse("my_repair", args=[repair.pk]), {"mended": "perhaps"}, follow=True)
        assert "Nothing changed" in answer.content.decode()
        assert said(repair) == []

    def test_what_the_therapist_says_of_it_is_not_shown(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair)
        actions.declare(asker=of_member(cast.therapist), repair=repair, mended=True)
        page = cast.visitor(cast.ada).get(reverse("my")).content.decode()
        assert CARD in page
        assert "You last said" not in page

    def test_nobody_else_says_it_for_them(self, cast: Cast, repair: Repair) -> None:
        talk(cast, repair)
        for person, visitor in cast.everyone.items():
            if person != "client":
                assert visitor.post(reverse("my_repair", args=[repair.pk]), {"mended": "yes"}).status_code in (302, 404)
        assert said(repair) == []

    def test_what_they_brought_and_whether_it_was_taken_up(self, cast: Cast) -> None:
        for text, taken_up, withdrawn in (("My sister", True, False), ("Sleep", False, False), ("Gone", False, True)):
            Brought(
                practice=cast.practice,
                course=cast.course,
                kind=Brought.THOUGHT,
                text=text,
                taken_up_at=timezone.now() if taken_up else None,
                withdrawn_at=timezone.now() if withdrawn else None,
            ).save()
        saying = actions.save_saying(asker=of_member(cast.therapist), course=cast.course, text="It passes.")
        actions.bring(asker=of_client(cast.ada), course=cast.course, kind="saying", about=saying.pk)
        page = cast.visitor(cast.ada).get(reverse("my")).content.decode()
        assert page.index("‘My sister’") < page.index("You talked about it on ")
        assert "Not talked about yet" in page[page.index("‘Sleep’") :].split("</p>")[0]
        assert "Gone" not in page
        assert "You brought ‘It passes.’" in page  # words at hand are named by their words
        assert "Sleep" not in cast.visitor(cast.bo).get(reverse("my")).content.decode()
        assert queries.what_was_brought(of_member(cast.other_therapist), [cast.course]) == {}


class TestTheWayOut:
    """Every page that a link opens says whom to call, and whom to tell about a therapist."""

    def leads_out(self, page: str) -> bool:
        foot = page[page.index("<footer") :]
        return reverse("check_in_wrong") in foot and reverse("help") in foot and "wrong with my therapist" in foot

    def test_each_page_of_a_link_has_it(self, cast: Cast) -> None:
        phone = up_to_the_last_page(cast)
        for place in ("/check-in/", "/check-in/1/", "/check-in/4/"):
            assert self.leads_out(phone.get(place).content.decode()), place
        done = press_send(phone, cast.after)
        assert "Your answers are saved" in done.content.decode()
        assert self.leads_out(done.content.decode())
        assert self.leads_out(phone.get("/check-in/").content.decode())  # 'we have your answers'
        assert self.leads_out(phone.post("/check-in/not-me/").content.decode())
        assert self.leads_out(phone.get("/c/no-such-link-at-all/").content.decode())

    def test_with_a_link_it_names_whom_to_tell_and_nothing_of_the_client(self, cast: Cast) -> None:
        phone, acts = Visitor(), Act.objects.count()
        phone.get(link_to(cast.after))
        page = phone.get(reverse("check_in_wrong")).content.decode()
        assert "Dr. Osei, 555-0101" in page
        for secret in ("Ada", "Lovell", "A. L.", "Berg", str(cast.after.pk)):
            assert secret not in page
        assert Act.objects.count() == acts  # 'keeps no note that you were here'

    @pytest.mark.parametrize("how", ["no link", "renewed"])
    def test_without_one_it_says_what_holds_everywhere(self, cast: Cast, how: str) -> None:
        phone = Visitor()
        if how == "renewed":
            phone.get(link_to(cast.after))
            actions.renew_link(asker=of_member(cast.therapist), check_in=cast.after)
        answer = phone.get(reverse("check_in_wrong"))
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "988" in page
        assert "licensing board" in page
        assert "Osei" not in page

    def test_it_is_there_when_the_time_is_over(self, cast: Cast) -> None:
        phone = Visitor()
        phone.get(link_to(cast.after))
        CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(days=1))
        assert self.leads_out(phone.get("/check-in/").content.decode())
        assert "Dr. Osei" in phone.get(reverse("check_in_wrong")).content.decode()
