"""What a client keeps for themself: hunted for by everybody else, at every address, and found by nobody."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import Client as Visitor
from django.urls import reverse
from django.utils import timezone

from accord.web.alliance import actions, course, queries
from accord.web.alliance.models import AnswerSet, Words
from accord.web.audit.models import Act
from accord.web.home import gather
from accord.web.notices import worker
from accord.web.notices.models import Notice
from accord.web.people.asker import of_client, of_member
from accord.web.people.models import Client
from tests.cast import Cast, alliance_answers, make_cast, phq9, send
from tests.journey.test_one_loop import answer_all, form, link_to, press_send
from tests.rules.test_addresses import places_of

MARKER = "the-blue-heron-on-the-stairs"
"""Words that stand nowhere else."""


def answer_after(cast: Cast, answers: dict[str, int | None], **last: object) -> Visitor:
    """Go through the pages of the check-in after the session, and send it with this last page."""
    phone = Visitor()
    phone.get(link_to(cast.after))
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", answers), "check_in": str(cast.after.pk)})
    press_send(phone, cast.after, 4, **last)
    return phone


def as_her_therapist(cast: Cast) -> queries.Rating:
    return queries.answers(of_member(cast.therapist), "care", [cast.session.pk])[cast.session.pk][0]


def as_ada(cast: Cast) -> queries.Rating:
    return queries.answers(of_client(cast.ada), "own", [cast.session.pk])[cast.session.pk][0]


# --- the hunt ---------------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """All that everybody but Ada could find, with what differs from one moment to the next taken out."""

    pages: dict[str, str]
    log: str
    letters: str
    audit: str
    figures: str

    def everything(self) -> str:
        return "\n".join([*self.pages.values(), self.log, self.letters, self.audit, self.figures])


def a_world(caplog: pytest.LogCaptureFixture, answers: dict[str, int | None], **last: object) -> Seen:
    """A practice of its own in which Ada answers just so; looked at from all sides, and undone again."""
    caplog.clear()
    mail.outbox.clear()
    with caplog.at_level(logging.DEBUG), transaction.atomic():
        cast = make_cast()
        earlier = cast.course.occasions.get(number=3).check_ins.get(moment="after")
        send(earlier, {"alliance": alliance_answers(4, session=3, off=1)})
        actions.rate_session(
            asker=of_member(cast.therapist), occasion=cast.session, items=alliance_answers(3), attempt=uuid4()
        )
        answer_after(cast, answers, **last)
        seen = _look(cast, caplog)
        transaction.set_rollback(True)
    return seen


def _look(cast: Cast, caplog: pytest.LogCaptureFixture) -> Seen:
    pages, places = {}, places_of(cast)
    for person, visitor in cast.everyone.items():
        if person == "client":
            continue
        for name, place in places.items():
            pages[f"{person} at {name}"] = _plain(_read(visitor, place))
            visitor.cookies.pop("accord-link", None)
    for person in ("her therapist", "stranger"):  # with the link in hand, too
        pages |= {f"{person} with the link at {place}": text for place, text in _by_link(cast, person)}
    worker.send_due()
    letters = [f"{letter.to} {letter.subject} {letter.body}" for letter in mail.outbox]
    notices = [str(row) for row in Notice.objects.order_by("kind", "due_at").values("kind", "cancel_key")]
    return Seen(
        pages=pages,
        log=_plain("\n".join(sorted(record.getMessage() for record in caplog.records if "sql" not in record.__dict__))),
        letters="\n".join(sorted(map(_plain, [*letters, *notices]))),
        audit=_plain("\n".join(sorted(str(row) for row in Act.objects.values("role", "verb", "object", "who")))),
        figures=_plain(_figures(cast)),
    )


def _read(visitor: Visitor, place: str) -> str:
    answer = visitor.get(place, follow=True)
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return f"{answer.status_code} {answer.redirect_chain} {headers}\n{answer.content.decode()}"


def _by_link(cast: Cast, person: str) -> Iterator[tuple[str, str]]:
    visitor = cast.everyone[person]
    visitor.get(link_to(cast.after))
    for place in ("/check-in/", "/check-in/1/", "/check-in/3/", "/check-in/4/", "/check-in/done/", "/check-in/wrong/"):
        yield place, _plain(_read(visitor, place))
    for value in range(6):  # who tries every answer learns nothing from what the page says of it
        tried = {"alliance.off": str(value), "check_in": str(cast.after.pk)}
        yield f"tried {value}", _plain(visitor.post("/check-in/3/", tried).content.decode())
    for kept in ([], ["alliance.off"]):
        answer = press_send(visitor, cast.after, 4, kept=kept, words=MARKER.upper() if kept else "")
        yield f"tried keeping {kept}", _plain(answer.content.decode())


def _figures(cast: Cast) -> str:
    """What the readers below the pages give: the caseload, the course's numbers, the manager's figures."""
    now, asker = timezone.now(), of_member(cast.therapist)
    lines = [
        (str(line.spark), line.alliance, line.strain, line.outcome, line.new, line.lacks)
        for line in gather.caseload(asker, now)
    ]
    held = queries.occasions(asker, [cast.course])[cast.course.pk]
    ratings = queries.answers(asker, "care", [one.pk for one in held])
    rows = course.meetings(held, ratings)
    scores = [(rating.answers, rating.score, rating.revision, rating.kept) for row in rows for rating in row.ratings]
    own = [rating.answers for rows in queries.answers(asker, "own", [cast.session.pk]).values() for rating in rows]
    words = [said.text for rows in queries.words(asker, [one.pk for one in held]).values() for said in rows]
    figures = gather.practice_figures(of_member(cast.manager), now)
    return "\n".join(map(str, [lines, scores, own, words, figures, course.alliance_chart(rows)]))


def _plain(text: str) -> str:
    """Without what is drawn anew each time: ids, tokens, the picture of a link, the clock."""
    for what, instead in (
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", "ID"),
        (r"(name=.csrfmiddlewaretoken. value=.)\w+", r"\1TOKEN"),
        (r"/(c|enter|open)/[\w-]{20,}", r"/\1/SECRET"),
        (r"(?s)<svg[^>]*qr-code.*?</svg>", "QR"),
        (r"\d{1,2}:\d\d ?(am|pm)|\d\d:\d\d:\d\d(\.\d+)?", "CLOCK"),
        (r"just now|\d+ minutes? ago", "AGO"),
        (r"0x[0-9a-f]+", "AT"),
        (r"time \S+", "time"),
    ):
        text = re.sub(what, instead, text)
    return text


SHOWN_ON = ("desk", "before", "course", "session", "repair", "lay_aside")
KEPT = {"kept": ["alliance.off"], "words": MARKER, "words_for": "keep"}
SHARED = {"words": MARKER, "words_for": "share"}


def test_what_is_kept_is_for_everybody_else_as_if_it_had_been_skipped(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Once with a strain of 5 and words of her own, both kept; once skipped and empty. Nobody can tell which it was."""
    kept = a_world(caplog, alliance_answers(4, off=5), **KEPT)
    skipped = a_world(caplog, alliance_answers(4, off=None))
    assert sorted(kept.pages) == sorted(skipped.pages)
    assert not [where for where, text in kept.pages.items() if text != skipped.pages[where]]
    for part in ("log", "letters", "audit", "figures"):
        assert getattr(kept, part) == getattr(skipped, part), part
    assert MARKER not in kept.everything()


def test_the_hunt_would_have_found_it(db: None, caplog: pytest.LogCaptureFixture) -> None:
    """Without this, the test above would be worth nothing: the same answers, shared, are seen."""
    shared = a_world(caplog, alliance_answers(4, off=5), **SHARED)
    skipped = a_world(caplog, alliance_answers(4, off=None))
    differ = {where for where, text in shared.pages.items() if text != skipped.pages[where]}
    assert differ == {f"her therapist at {name}" for name in SHOWN_ON}
    assert MARKER in shared.pages["her therapist at session"]
    assert shared.figures != skipped.figures
    assert shared.audit == skipped.audit


def test_the_hunt_goes_to_every_address_where_there_is_something(db: None, caplog: pytest.LogCaptureFixture) -> None:
    seen = a_world(caplog, alliance_answers(4), **SHARED)
    found = {where.split(" at ")[1] for where, text in seen.pages.items() if text.startswith("200")}
    assert {*SHOWN_ON[:5], "practice", "research", "machinery", "check_in_link", "intake"} <= found


def test_a_file_cannot_try_out_what_is_kept(cast: Cast) -> None:
    """Bringing in says which lines differ from what stands: of a kept answer each of them does, as of a skipped one."""
    asker = of_member(cast.therapist)
    client = [actions.bring_in(asker=asker, practice=cast.practice, reading=_table(4), therapist=cast.therapist)]
    occasion = AnswerSet.objects.get(source="import").occasion
    owner = of_client(occasion.course.client)
    actions.choose_who_reads(asker=owner, occasion=occasion, seen={"alliance": 1}, kept={"alliance": ["off"]})
    for value in range(6):
        client.append(
            actions.bring_in(asker=asker, practice=cast.practice, reading=_table(value), therapist=cast.therapist)
        )
    assert [done.differ for done in client[1:]] == [[2]] * 6


def _table(off: int):  # type: ignore[no-untyped-def]
    from accord.web.alliance import reading_in

    return reading_in.read(f"client,session,alliance.client.off\nK-7,1,{off}\n", "")


# --- the last page ----------------------------------------------------------------------------------------------------


def test_the_last_page_can_be_left_as_it_is(cast: Cast) -> None:
    done = answer_all(Visitor(), cast.after, "alliance", alliance_answers(4))
    assert "Your answers are saved" in done.content.decode()
    assert (AnswerSet.objects.get().kept, Words.objects.count()) == ([], 0)


def test_words_are_shared_unless_they_are_kept(cast: Cast) -> None:
    answer_after(cast, alliance_answers(4), words=f"  {MARKER}\r\nsecond line ", words_for="share")
    said = Words.objects.get()
    assert (said.text, said.kept) == (f"{MARKER}\nsecond line", False)
    page = cast.visitor(cast.therapist).get(f"/sessions/{cast.session.pk}/").content.decode()
    assert page.index(MARKER) < page.index("<h2>Answers</h2>")
    assert MARKER not in cast.visitor(cast.ada).get(reverse("my")).content.decode()
    assert MARKER in cast.visitor(cast.ada).get(reverse("my_session", args=[cast.session.pk])).content.decode()


def test_words_are_words_on_every_page(cast: Cast) -> None:
    """Whatever somebody writes is shown as they wrote it, and does nothing."""
    written = "<script>alert(1)</script> & {{ 7 * 7 }}"
    answer_after(cast, alliance_answers(4), words=written, words_for="share")
    for person, place in (("her therapist", "session"), ("client", "my_session")):
        page = cast.everyone[person].get(reverse(place, args=[cast.session.pk])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }}" in page


def test_words_stand_encrypted_in_the_database(cast: Cast) -> None:
    from django.db import connection

    answer_after(cast, alliance_answers(4), words=MARKER, words_for="keep")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM alliance_words")
        assert MARKER not in str(cursor.fetchall())


def test_only_what_was_answered_is_offered_and_the_self_harm_item_with_its_reason(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    answers = phq9(1, None, 2, 0, 0, 0, 0, 0, 0)
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("phq-9", answers), "check_in": str(cast.before.pk)})
    page = phone.get("/check-in/4/").content.decode()
    offered = re.findall(r'name="kept" value="phq-9\.(\d)"', page)
    assert offered == ["1", "3", "4", "5", "6", "7", "8"]
    assert "This one always goes to the clinician responsible at the practice" in page


def test_a_measure_with_a_kept_answer_scores_as_if_it_was_skipped(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    answers = phq9(3, 3, 3, 3, 1, 1, 1, 1, 0)
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("phq-9", answers), "check_in": str(cast.before.pk)})
    press_send(phone, cast.before, 4, kept=["phq-9.1"])
    from accord import measures

    assert as_her_therapist(cast).score == measures.score("phq-9", {**answers, "1": None})
    assert as_her_therapist(cast).score.prorated
    assert as_ada(cast).score.total == 16


def test_the_ninth_item_cannot_be_kept_not_even_by_a_forged_post(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("phq-9", phq9(1, 1)), "phq-9.9": "2", "check_in": str(cast.before.pk)})
    press_send(phone, cast.before, 4, kept=["phq-9.9", "phq-9.2", "phq-9.77", "nonsense", "no-such.1"])
    assert AnswerSet.objects.get().kept == ["2"]
    assert as_her_therapist(cast).answers["9"] == 2
    own = cast.visitor(cast.ada)
    own.post(reverse("my_sharing", args=[cast.session.pk]), {"seen": "phq-9.1", "kept": ["phq-9.9"]})
    assert AnswerSet.objects.get().kept == []
    assert "phq-9.9" not in own.get(reverse("my_session", args=[cast.session.pk])).content.decode()


def test_closing_the_last_page_loses_nothing_and_another_browser_sees_nothing(cast: Cast) -> None:
    phone, other = Visitor(), Visitor()
    phone.get(link_to(cast.after))
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", alliance_answers(4)), "check_in": str(cast.after.pk)})
    body = {"closing": "1", "check_in": str(cast.after.pk), "keep": "1", "order": "9"}
    kept = phone.post("/check-in/4/", {**body, "words": MARKER, "words_for": "keep", "kept": ["alliance.off"]})
    assert kept.status_code == 204
    late = phone.post("/check-in/4/", {**body, "order": "3", "words": "older", "words_for": "share"})
    assert late.status_code == 204
    page = phone.get("/check-in/4/").content.decode()
    assert MARKER in page
    assert 'value="keep" checked' in page
    assert 'value="alliance.off" checked' in page
    assert " open>" in page
    other.get(link_to(cast.after))
    assert MARKER not in other.get("/check-in/4/", follow=True).content.decode()
    other.post("/check-in/1/", {**form("alliance", alliance_answers(1)), "check_in": str(cast.after.pk)})
    assert MARKER not in phone.get("/check-in/4/", follow=True).content.decode()  # the other one began anew
    assert not Words.objects.exists()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"words": "x" * 2001, "words_for": "share"}, "2001 characters"),
        ({"words": "hm", "words_for": "everyone"}, "Choose who may read your words"),
        ({"words": "hm", "words_for": "keep", "mended": "perhaps"}, "Choose one of the answers shown"),
    ],
)
def test_a_last_page_that_cannot_be_read_is_asked_about_and_nothing_is_lost(
    cast: Cast, more: dict[str, str], says: str
) -> None:
    phone = answer_after(cast, alliance_answers(4), **more)
    assert not AnswerSet.objects.exists()
    answer = press_send(phone, cast.after, 4, **more)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert more["words"] in answer.content.decode()


def test_two_thousand_characters_are_counted_as_a_person_counts_them(cast: Cast) -> None:
    answer_after(cast, alliance_answers(4), words="a\r\n" * 999 + "bb", words_for="share")
    assert len(Words.objects.get().text) == 2000


def test_send_pressed_twice_stores_once_and_says_so(cast: Cast) -> None:
    last = {"words": MARKER, "words_for": "keep", "kept": ["alliance.off"]}
    phone = answer_after(cast, alliance_answers(4), **last)
    again = press_send(phone, cast.after, 4, **last).content.decode()
    other = press_send(phone, cast.after, 4, **{**last, "words_for": "share"}).content.decode()
    unkept = press_send(phone, cast.after, 4, **{**last, "kept": []}).content.decode()
    assert "was not stored" not in again
    assert "was not stored" in other
    assert "was not stored" in unkept
    assert (Words.objects.count(), AnswerSet.objects.count()) == (1, 1)


def test_only_the_browser_that_sent_it_is_told_what_stands(cast: Cast) -> None:
    """Else whoever has the link, a therapist too, could try the answers one by one."""
    last = {"words": MARKER, "words_for": "keep", "kept": ["alliance.off"]}
    answer_after(cast, alliance_answers(4, off=5), **last)
    other = cast.visitor(cast.therapist)
    other.get(link_to(cast.after))
    body = {**form("alliance", alliance_answers(4, off=5)), "check_in": str(cast.after.pk)}
    assert "was not stored" in other.post("/check-in/3/", body).content.decode()
    assert "was not stored" in press_send(other, cast.after, 4, **last).content.decode()


def test_answered_again_it_begins_empty_and_the_earlier_words_stay(cast: Cast) -> None:
    phone = answer_after(cast, alliance_answers(4, off=5), words="first", words_for="keep", kept=["alliance.off"])
    phone.post("/check-in/again/")
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", alliance_answers(3)), "check_in": str(cast.after.pk)})
    shown = phone.get("/check-in/4/").content.decode()
    assert "first" not in shown
    assert 'name="kept" value="alliance.off" checked' not in shown
    press_send(phone, cast.after, 4, words="second", kept=["alliance.trust"])
    assert [one.kept for one in AnswerSet.objects.order_by("revision")] == [["off"], ["trust"]]
    own = queries.words(of_client(cast.ada), [cast.session.pk])[cast.session.pk]
    assert [(one.text, one.kept) for one in own] == [("first", True), ("second", False)]


def test_a_check_in_whose_measures_have_all_fallen_away_still_takes_words(cast: Cast) -> None:
    from accord.web.safety.models import SafetyPlan

    SafetyPlan.objects.all().delete()  # the questionnaire asks about self-harm, and may not be asked any more
    phone = Visitor()
    start = phone.get(link_to(cast.before), follow=True).content.decode()
    assert "/check-in/1/" in start
    assert "Page 1 of 1" in phone.get("/check-in/1/").content.decode()
    done = press_send(phone, cast.before, 1, words=MARKER)
    assert "Your answers are saved" in done.content.decode()
    assert (Words.objects.get().text, AnswerSet.objects.count()) == (MARKER, 0)
    own = cast.visitor(cast.ada)
    assert reverse("my_session", args=[cast.session.pk]) in own.get(reverse("my")).content.decode()
    assert MARKER in own.get(reverse("my_session", args=[cast.session.pk])).content.decode()
    assert "was not stored" not in press_send(phone, cast.before, 1, words=MARKER).content.decode()


# --- changed later ----------------------------------------------------------------------------------------------------


def choose(cast: Cast, *kept: str, words_kept: bool = False, revision: int = 1):  # type: ignore[no-untyped-def]
    said = [str(one.pk) for one in Words.objects.all()]
    body = {"seen": f"alliance.{revision}", "kept": list(kept), "words": said, "words_kept": said if words_kept else []}
    return cast.visitor(cast.ada).post(reverse("my_sharing", args=[cast.session.pk]), body, follow=True)


def test_from_shared_to_kept_and_back(cast: Cast) -> None:
    answer_after(cast, alliance_answers(4, off=5), words=MARKER, words_for="share")
    desk, place = cast.visitor(cast.therapist), f"/sessions/{cast.session.pk}/"
    assert as_her_therapist(cast).score.subscales["strain"] == 2.5

    answer = choose(cast, "alliance.off", words_kept=True).content.decode()
    assert "kept for me" in answer
    assert "Your therapist may have read it already" in answer
    assert as_her_therapist(cast).answers["off"] is None
    assert MARKER not in desk.get(place).content.decode()
    assert AnswerSet.objects.count() == 1  # a new version would show

    choose(cast)
    assert as_her_therapist(cast).score.subscales["strain"] == 2.5
    assert MARKER in desk.get(place).content.decode()
    assert list(Act.objects.filter(verb="choose who reads").values_list("object", flat=True)) == [cast.session.pk] * 2


def test_a_choice_made_for_older_answers_does_not_share_newer_ones(cast: Cast) -> None:
    phone = answer_after(cast, alliance_answers(4, off=5))
    phone.post("/check-in/again/")
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", alliance_answers(3)), "check_in": str(cast.after.pk)})
    press_send(phone, cast.after, 4, kept=["alliance.trust"], words=MARKER, words_for="keep")
    answer = choose(cast, revision=1).content.decode()
    assert "you answered again meanwhile" in answer
    assert AnswerSet.objects.get(revision=2).kept == ["trust"]
    assert Words.objects.get().kept


@pytest.mark.parametrize("body", [{"seen": "alliance.x"}, {"words": "no-id"}, {"seen": "no-such.1"}])
def test_a_choice_that_no_page_sends_changes_nothing(cast: Cast, body: dict[str, str]) -> None:
    answer_after(cast, alliance_answers(4), kept=["alliance.off"])
    answer = cast.visitor(cast.ada).post(reverse("my_sharing", args=[cast.session.pk]), body, follow=True)
    assert "Nothing changed" in answer.content.decode()
    assert AnswerSet.objects.get().kept == ["off"]


def test_nobody_else_chooses(cast: Cast) -> None:
    answer_after(cast, alliance_answers(4), kept=["alliance.off"])
    place = reverse("my_sharing", args=[cast.session.pk])
    for person, visitor in cast.everyone.items():
        if person != "client":
            assert visitor.post(place, {"seen": "alliance.1"}).status_code in (302, 404)
    assert AnswerSet.objects.get().kept == ["off"]
    assert json.dumps(as_ada(cast).answers["off"]) == "0"


# --- whoever sets an address could come in by it ----------------------------------------------------------------------


def by_an_address_of(cast: Cast, email: str) -> Visitor:
    """Her therapist puts an address in, asks for a sign-in link as she would, and comes in by it."""
    cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/address/", {"email": email})
    Visitor().post("/my/sign-in/", {"email": email})
    worker.send_due()
    visitor = Visitor()
    visitor.post(mail.outbox[-1].body.split(settings.ORIGIN)[1].split()[0])
    return visitor


def test_whoever_sets_an_address_does_not_read_what_was_kept_before(cast: Cast) -> None:
    """Ada has only ever used links. Her therapist sets an address of their own, and comes in as her."""
    answer_after(cast, alliance_answers(4, off=5), **KEPT)
    thief = by_an_address_of(cast, "berg-private@example.org")
    page = thief.get(f"/my/sessions/{cast.session.pk}/").content.decode()
    assert MARKER not in page
    assert "kept for me" not in page
    assert "5" not in re.findall(r"Something between us felt off\.</td><td>(.*?)</td>", page)
    # Saving who reads what, as if all of it were to be shared, shares nothing of it either.
    body = {"seen": ["alliance.1"], "words": [str(Words.objects.get().pk)]}
    thief.post(f"/my/sessions/{cast.session.pk}/sharing/", body)
    assert as_her_therapist(cast).answers["off"] is None
    assert Words.objects.get().kept


def test_what_she_keeps_from_then_on_is_there_for_her(cast: Cast) -> None:
    answer_after(cast, alliance_answers(4, off=5), **SHARED)
    own = by_an_address_of(cast, "ada@home.example")
    revision = AnswerSet.objects.get(occasion=cast.session, rater="client").revision
    own.post(f"/my/sessions/{cast.session.pk}/sharing/", {"seen": [f"alliance.{revision}"], "kept": ["alliance.off"]})
    assert "kept for me" in own.get(f"/my/sessions/{cast.session.pk}/").content.decode()
    assert as_her_therapist(cast).answers["off"] is None


def test_after_she_has_come_in_once_nobody_else_sets_her_address(cast: Cast) -> None:
    """Not even while an address of hers, changed by herself, waits to be confirmed."""
    own = by_an_address_of(cast, "ada@home.example")
    own.post("/my/address/", {"email": "ada@moved.example"})
    cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/address/", {"email": "berg-private@example.org"})
    assert Client.objects.get(pk=cast.ada.pk).email == "ada@moved.example"


def test_the_last_page_says_by_which_address_the_own_page_opens(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.after))
    for page in (1, 2, 3):
        phone.post(f"/check-in/{page}/", {**form("alliance", alliance_answers(4)), "check_in": str(cast.after.pk)})
    text = phone.get("/check-in/4/").content.decode()
    assert "a…@e…" in text
    assert "ada@example.org" not in text
