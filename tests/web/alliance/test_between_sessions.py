"""Between two sessions: one step, words at hand, what to bring; and nothing of what a client keeps for themself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance import actions, between_reading, queries
from accord.web.alliance.models import Brought, Saying, Step
from accord.web.alliance.queries import SeenStep
from accord.web.notices.models import Notice
from accord.web.people.asker import Asker, of_client, of_member
from tests.cast import Cast

ATTEMPT = UUID("5a1ad0c4-8f0e-4f53-9f7e-3d5f0b7a9a10")
SECRET = "I turned round at the door and cried"


def ada(cast: Cast) -> Asker:
    return of_client(cast.ada)


def berg(cast: Cast) -> Asker:
    return of_member(cast.therapist)


def agreed(cast: Cast, what: str = "Ask one question", by: Asker | None = None) -> SeenStep:
    return actions.agree_step(asker=by or berg(cast), course=cast.course, what=what, attempt=uuid4())


def tell(cast: Cast, step: SeenStep, felt: int | None = 4, *, kept: bool = False, went: str = "done") -> None:
    noted = {"went": went, "company": "alone", "happened": SECRET}
    actions.tell_step(asker=ada(cast), step=step, felt=felt, kept=kept, **noted)


def told(cast: Cast, foretold: int, felt: int, *, kept: bool = False) -> SeenStep:
    step = agreed(cast)
    actions.foretell(asker=ada(cast), step=step, foretold=foretold, kept=kept)
    tell(cast, step, felt, kept=kept)
    return step


def desk_page(cast: Cast) -> str:
    """Her therapist's page, without what differs each time it is shown: tokens, attempts, the time of day."""
    page = cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/between/").content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    page = re.sub(r'name="attempt" value="[\w-]+"', "", page)
    return re.sub(r"\d+:\d\d [ap]m", "", page)


def my_page(cast: Cast, visitor: Visitor | None = None) -> str:
    return (visitor or cast.visitor(cast.ada)).get(f"/my/between/{cast.course.pk}/").content.decode()


# the journey


def test_from_a_step_agreed_in_the_room_to_the_next_session(cast: Cast) -> None:
    desk, phone = cast.visitor(cast.therapist), cast.visitor(cast.ada)
    here, mine = f"/courses/{cast.course.pk}/between/", f"/my/between/{cast.course.pk}/"

    # The two agree on a step, and keep a few words for the hard moment.
    desk.post(f"{here}agree/", {"what": "Ask one question on Tuesday", "attempt": str(uuid4())})
    desk.post(f"{here}words/", {"text": "It rises, it stays a while, it passes."})
    step = between_reading.current_step(queries.steps(ada(cast), cast.course))
    assert step is not None
    page = phone.get(mine).content.decode()
    assert page.index("It rises, it stays") < page.index("how afraid do you think you will be?")

    # Before it she foretells 8; afterwards she felt 5, and shares it.
    phone.post(f"/my/steps/{step.pk}/foretell/", {"foretold": "8"})
    assert "Fear foretold: 8 of 10" in desk_page(cast)
    answers = {"went": "done", "felt": "5", "company": "with", "happened": "My voice shook.", "reads": "share"}
    assert "Your therapist can read it" in phone.post(f"/my/steps/{step.pk}/", answers, follow=True).content.decode()
    assert "My voice shook." in desk_page(cast)
    assert "done, with somebody" in desk_page(cast)

    # One tap brings it to the next session; the therapist says that they talked about it; she sees when.
    phone.post(f"{mine}bring/", {"kind": "step", "about": str(step.pk)})
    [brought] = queries.brought(berg(cast), cast.course)
    assert "a step: Ask one question on Tuesday" in desk.get(here).content.decode()
    desk.post(f"/brought/{brought.pk}/talked/")
    assert "Talked about (1)" in phone.get(mine).content.decode()
    assert queries.brought(ada(cast), cast.course) == []


def test_either_side_may_write_the_step_down(cast: Cast) -> None:
    phone = cast.visitor(cast.ada)
    phone.post(f"/my/between/{cast.course.pk}/agree/", {"what": "Ring my sister"})
    step = between_reading.current_step(queries.steps(berg(cast), cast.course))
    assert step is not None
    assert (step.what, step.by) == ("Ring my sister", "client")


def test_agreeing_on_a_new_step_sets_the_untold_one_aside_and_says_so_before(cast: Cast) -> None:
    old = agreed(cast, "Ring my sister")
    assert "‘Ring my sister’ is set aside when you agree on a new one" in desk_page(cast)
    new = agreed(cast, "Ride the bus")
    assert [one.pk for one in queries.steps(ada(cast), cast.course)] == [new.pk, old.pk]
    assert [one.state for one in queries.steps(ada(cast), cast.course)] == ["open", "aside"]


def test_a_step_set_aside_can_still_be_told(cast: Cast) -> None:
    old = agreed(cast)
    agreed(cast, "Ride the bus")
    tell(cast, old)
    assert [one.state for one in queries.steps(berg(cast), cast.course)] == ["open", "told"]


def test_telling_again_changes_it_and_leaves_what_was_foretold(cast: Cast) -> None:
    step = told(cast, 8, 5)
    tell(cast, step, 6, went="partly")
    row = queries.step(ada(cast), step.pk)
    assert row is not None
    assert (row.foretold, row.felt, row.went) == (8, 6, "partly")
    with pytest.raises(RefusedError, match="stays as it was"):
        actions.foretell(asker=ada(cast), step=step, foretold=2)


def test_the_form_opens_with_what_was_noted(cast: Cast) -> None:
    step = told(cast, 8, 5, kept=True)
    page = cast.visitor(cast.ada).get(f"/my/steps/{step.pk}/").content.decode()
    for name, value in {"went": "done", "felt": "5", "company": "alone", "reads": "keep"}.items():
        assert f'name="{name}" value="{value}" checked' in page
    assert SECRET in page


# what a client keeps


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_a_kept_step_looks_to_the_therapist_like_one_not_told(cast: Cast) -> None:
    step = actions.agree_step(asker=berg(cast), course=cast.course, what="Ask one question", attempt=ATTEMPT)
    untold = desk_page(cast)
    actions.foretell(asker=ada(cast), step=step, foretold=9, kept=True)
    assert desk_page(cast) == untold
    tell(cast, step, 3, kept=True)
    assert desk_page(cast) == untold
    assert SECRET in my_page(cast)


@pytest.mark.parametrize("then", ["agree", "aside", "aside and undo", "client agrees"])
def test_what_comes_after_does_not_give_a_kept_step_away(cast: Cast, then: str) -> None:
    """The same acts, once after a step nobody told and once after one told and kept: the same page."""
    step = actions.agree_step(asker=berg(cast), course=cast.course, what="Ask one question", attempt=uuid4())
    pages = []
    for keeps in (False, True):
        with taken_back():
            if keeps:
                tell(cast, step, 3, kept=True)
            pages.append(_after(cast, step, then))
    assert pages[0] == pages[1]


def _after(cast: Cast, step: SeenStep, then: str) -> str:
    """The page with what it said on the way."""
    desk, here = cast.visitor(cast.therapist), f"/courses/{cast.course.pk}/between/"
    if then == "client agrees":
        actions.agree_step(asker=ada(cast), course=cast.course, what="Ride the bus", attempt=ATTEMPT)
    elif then == "agree":
        desk.post(f"{here}agree/", {"what": "Ride the bus", "attempt": str(ATTEMPT)})
    else:
        desk.post(f"/steps/{step.pk}/aside/", {})
        if "undo" in then:
            desk.post(f"/steps/{step.pk}/aside/", {"undo": "1"})
    said = re.findall(r'<p class="note [^>]*>(.*?)</p>', desk.get(here).content.decode())
    course = desk.get(f"/courses/{cast.course.pk}/").content.decode()
    return "\n".join([*said, desk_page(cast), *re.findall(r"<p>(.*step.*)</p>", course)])


def test_a_shared_step_that_is_kept_later_is_gone_and_shared_again_is_told_then(cast: Cast) -> None:
    step = told(cast, 8, 5)
    first = queries.steps(berg(cast), cast.course)[0].told_at
    tell(cast, step, 5, kept=True)
    seen = queries.steps(berg(cast), cast.course)[0]
    assert (seen.foretold, seen.felt, seen.went, seen.happened, seen.told_at, seen.state) == (
        None, None, "", "", None, "open",
    )  # fmt: skip
    assert SECRET not in desk_page(cast)
    tell(cast, step, 5)
    again = queries.steps(berg(cast), cast.course)[0].told_at
    assert again is not None
    assert first is not None
    assert again > first


def test_a_kept_step_counts_in_the_clients_sentence_and_not_in_the_therapists(cast: Cast) -> None:
    for foretold, felt, kept in ((8, 5, False), (7, 6, False), (6, 6, False), (9, 4, True), (5, 3, False)):
        told(cast, foretold, felt, kept=kept)
    assert "Felt less than foretold in 4 of 5 steps." in my_page(cast)
    assert "In 3 of 4 steps the fear was smaller than foretold." in desk_page(cast)
    assert "kept for yourself" not in desk_page(cast)


def test_a_step_not_done_is_in_the_table_and_not_in_the_sentence(cast: Cast) -> None:
    for _ in range(2):
        told(cast, 8, 5)
    tell(cast, agreed(cast), None, went="not")
    assert "not this time" in my_page(cast)
    assert "Felt less than foretold" not in my_page(cast)


# bad input


@pytest.mark.parametrize("number", ["11", "-1", "4.5", "many", "", "٣"])
def test_a_number_off_the_scale_is_refused_and_what_was_typed_stays(cast: Cast, number: str) -> None:
    step, phone = agreed(cast), cast.visitor(cast.ada)
    answers = {"went": "partly", "felt": number, "company": "with", "happened": SECRET, "reads": "keep"}
    answer = phone.post(f"/my/steps/{step.pk}/", answers)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "0 to 10" in page
    assert number in page
    assert SECRET in page
    for name, value in {"went": "partly", "company": "with", "reads": "keep"}.items():
        assert f'name="{name}" value="{value}" checked' in page
    assert phone.post(f"/my/steps/{step.pk}/foretell/", {"foretold": number}).status_code == 422
    row = Step.objects.get()
    assert (row.foretold, row.felt, row.told_at) == (None, None, None)


def test_a_changed_form_with_answers_that_are_none_is_refused(cast: Cast) -> None:
    step, phone = agreed(cast), cast.visitor(cast.ada)
    for body in ({"went": "well"}, {"company": "dog"}, {"reads": "all"}, {"happened": "x" * 2001}):
        whole = {"went": "done", "felt": "3", "reads": "share", **body}
        assert phone.post(f"/my/steps/{step.pk}/", whole).status_code == 422
    assert Step.objects.get().told_at is None


def test_the_felt_fear_may_be_skipped_and_is_not_asked_of_what_was_not_done(cast: Cast) -> None:
    step, phone = agreed(cast), cast.visitor(cast.ada)
    for body in ({"went": "done", "felt": "skip"}, {"went": "not"}):
        assert phone.post(f"/my/steps/{step.pk}/", {**body, "reads": "share"}).status_code == 302
        assert Step.objects.get().felt is None


@pytest.mark.parametrize("place", ["agree", "words"])
def test_nothing_and_too_much_are_refused_on_both_sides(cast: Cast, place: str) -> None:
    name = "what" if place == "agree" else "text"
    for person, root in ((cast.therapist, "/courses"), (cast.ada, "/my/between")):
        path = f"{root}/{cast.course.pk}/{'between/' if root == '/courses' else ''}{place}/"
        assert cast.visitor(person).post(path, {name: "  "}).status_code == 422
        answer = cast.visitor(person).post(path, {name: "y" * 700})
        assert answer.status_code == 422
        assert "y" * 700 in answer.content.decode()
    assert not Step.objects.exists()
    assert not Saying.objects.exists()


def test_only_what_is_in_this_course_can_be_brought(cast: Cast) -> None:
    other = actions.save_saying(asker=of_member(cast.other_therapist), course=cast.other_course, text="Breathe.")
    phone, path = cast.visitor(cast.ada), f"/my/between/{cast.course.pk}/bring/"
    for body in ({"kind": "saying", "about": str(other.pk)}, {"kind": "step", "about": str(uuid4())}, {"kind": "step"}):
        assert phone.post(path, body, follow=True).status_code == 200
    for body in ({}, {"kind": "cat"}, {"kind": "step", "about": "no-id"}, {"kind": "thought", "text": " "}):
        assert phone.post(path, body).status_code == 422
    assert not Brought.objects.exists()


# pressed twice, and undone


def test_pressed_twice_stores_once(cast: Cast) -> None:
    desk, phone = cast.visitor(cast.therapist), cast.visitor(cast.ada)
    here, mine = f"/courses/{cast.course.pk}/between/", f"/my/between/{cast.course.pk}/"
    for _ in range(2):
        desk.post(f"{here}agree/", {"what": "Ask one question", "attempt": str(ATTEMPT)})
        desk.post(f"{here}words/", {"text": "It passes."})
        phone.post(f"{mine}bring/", {"kind": "thought", "text": "Why do I say yes?"})
        phone.post(f"{mine}bring/", {"kind": "session", "about": str(cast.session.pk)})
    assert (Step.objects.count(), Saying.objects.count(), Brought.objects.count()) == (1, 1, 2)
    assert Step.objects.get().set_aside_at is None
    one = Brought.objects.first()
    for _ in range(2):
        desk.post(f"/brought/{one.pk}/talked/")
    assert len(queries.brought(berg(cast), cast.course, waiting=False)) == 1


def test_a_step_that_was_changed_before_it_was_sent_again_is_the_changed_one(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    for what in ("Ride the bus", "Ride the bus for two stops"):
        desk.post(f"/courses/{cast.course.pk}/between/agree/", {"what": what, "attempt": str(ATTEMPT)})
    assert between_reading.current_step(queries.steps(berg(cast), cast.course)).what == "Ride the bus for two stops"  # type: ignore[union-attr]


def test_what_was_talked_about_can_be_brought_again(cast: Cast) -> None:
    step = agreed(cast)
    first = actions.bring(asker=ada(cast), course=cast.course, kind="step", about=step.pk)
    actions.take_up(asker=berg(cast), brought=first)
    assert actions.bring(asker=ada(cast), course=cast.course, kind="step", about=step.pk).pk != first.pk


def test_each_act_can_be_undone(cast: Cast) -> None:
    desk, phone = cast.visitor(cast.therapist), cast.visitor(cast.ada)
    step = agreed(cast)
    saying = actions.save_saying(asker=berg(cast), course=cast.course, text="It passes.")
    brought = actions.bring(asker=ada(cast), course=cast.course, kind="saying", about=saying.pk)
    for visitor, path, gone in (
        (
            desk,
            f"/steps/{step.pk}/aside/",
            lambda: between_reading.current_step(queries.steps(ada(cast), cast.course)) is None,
        ),
        (
            phone,
            f"/my/steps/{step.pk}/aside/",
            lambda: between_reading.current_step(queries.steps(berg(cast), cast.course)) is None,
        ),
        (desk, f"/words/{saying.pk}/remove/", lambda: not queries.sayings(ada(cast), cast.course)),
        (phone, f"/my/words/{saying.pk}/remove/", lambda: not queries.sayings(ada(cast), cast.course)),
        (desk, f"/brought/{brought.pk}/talked/", lambda: not queries.brought(ada(cast), cast.course)),
        (phone, f"/my/brought/{brought.pk}/back/", lambda: not queries.brought(berg(cast), cast.course)),
    ):
        visitor.post(path)
        assert gone(), path
        visitor.post(path, {"undo": "1"})
        assert not gone(), path


def test_a_step_is_not_taken_on_again_over_a_newer_one(cast: Cast) -> None:
    old, new = agreed(cast), agreed(cast, "Ride the bus")
    with pytest.raises(RefusedError, match="another step was agreed since"):
        actions.set_aside_step(asker=berg(cast), step=old, undo=True)
    current = between_reading.current_step(queries.steps(berg(cast), cast.course))
    assert current is not None
    assert current.pk == new.pk


def test_what_is_taken_back_was_for_nobody_else_ever_there(cast: Cast) -> None:
    before = desk_page(cast)
    one = actions.bring(asker=ada(cast), course=cast.course, kind="thought", text=SECRET)
    actions.withdraw(asker=ada(cast), brought=one)
    assert desk_page(cast) == before
    assert cast.visitor(cast.therapist).post(f"/brought/{one.pk}/talked/").status_code == 404
    assert queries.withdrawn(berg(cast), cast.course) == []
    actions.withdraw(asker=ada(cast), brought=one, undo=True)
    actions.take_up(asker=berg(cast), brought=one)
    with pytest.raises(RefusedError, match="talked about this already"):
        actions.withdraw(asker=ada(cast), brought=queries.one_brought(ada(cast), one.pk))


# who


def test_only_the_client_notes_and_brings_and_only_the_therapist_takes_up(cast: Cast) -> None:
    step = agreed(cast)
    one = actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why?")
    with pytest.raises(RefusedError):
        actions.foretell(asker=berg(cast), step=step, foretold=3)
    with pytest.raises(RefusedError):
        actions.tell_step(asker=berg(cast), step=step, went="done", felt=3, company="", happened="", kept=False)
    with pytest.raises(RefusedError):
        actions.bring(asker=berg(cast), course=cast.course, kind="thought", text="Why?")
    with pytest.raises(RefusedError):
        actions.withdraw(asker=berg(cast), brought=one)
    with pytest.raises(RefusedError):
        actions.take_up(asker=ada(cast), brought=one)


def test_nobody_else_reads_a_line_of_it(cast: Cast) -> None:
    step = told(cast, 8, 5)
    saying = actions.save_saying(asker=berg(cast), course=cast.course, text="It passes.")
    one = actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why?")
    others = [of_client(cast.bo), *map(of_member, (cast.other_therapist, cast.manager, cast.deputy, cast.operator))]
    for asker in [*others, of_member(cast.foreign_therapist), Asker()]:
        assert queries.steps(asker, cast.course) == []
        assert between_reading.current_step(queries.steps(asker, cast.course)) is None
        assert queries.sayings(asker, cast.course) == queries.brought(asker, cast.course) == []
        assert queries.step(asker, step.pk) is None
        assert queries.saying(asker, saying.pk) is None
        assert queries.one_brought(asker, one.pk) is None


def test_nothing_of_it_sends_a_message(cast: Cast) -> None:
    before = Notice.objects.count()
    step = told(cast, 10, 10)
    actions.bring(asker=ada(cast), course=cast.course, kind="step", about=step.pk)
    actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="I cannot go on like this")
    assert Notice.objects.count() == before


def test_every_page_says_that_nobody_watches_and_whom_to_call(cast: Cast) -> None:
    step, phone = agreed(cast), cast.visitor(cast.ada)
    for path in (f"/my/between/{cast.course.pk}/", f"/my/steps/{step.pk}/"):
        page = phone.get(path).content.decode()
        assert "Nobody is watching this page. It is not a way to reach your therapist." in page
        assert 'href="tel:988"' in page
        fields = len(re.findall(r"<textarea|<input type=.text.", page))
        assert page.count("No one is alerted by what you write here.") == fields > 0
    assert "Nobody is watching this page" in desk_page(cast)


def test_no_two_fields_of_a_page_share_an_id(cast: Cast) -> None:
    agreed(cast)
    for page in (my_page(cast), desk_page(cast)):
        ids = re.findall(r' id="([^"]+)"', page)
        assert sorted(ids) == sorted(set(ids))


# other pages


def test_a_session_day_is_brought_with_one_tap_from_its_page(cast: Cast) -> None:
    phone = cast.visitor(cast.ada)
    body = {"kind": "session", "about": str(cast.session.pk)}
    answer = phone.post(f"/my/between/{cast.course.pk}/bring/", body, follow=True)
    assert answer.request["PATH_INFO"] == f"/my/sessions/{cast.session.pk}/"
    assert "waits for your next session" in answer.content.decode()
    assert "session 4" in desk_page(cast)


def test_before_you_go_in_holds_the_step_what_was_told_since_and_what_is_brought(cast: Cast) -> None:
    told(cast, 8, 5)
    told(cast, 9, 2, kept=True)
    step = agreed(cast, "Ride the bus")
    actions.foretell(asker=ada(cast), step=step, foretold=6)
    actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why do I say yes?")
    actions.bring(asker=ada(cast), course=cast.course, kind="step", about=step.pk)
    found = between_reading.for_course(berg(cast), cast.course)
    assert found.lines == [
        "The step: Ride the bus. Fear foretold: 6 of 10.",
        "Told: Ask one question. Done, alone; fear foretold 8, felt 5.",
        "To talk about: Why do I say yes?",
        "To talk about: a step, ‘Ride the bus’",
    ]
    assert found.state == (
        "One step is agreed, fear foretold 6 of 10; 1 step told since the last session; "
        "2 things brought to the next session."
    )
    later = timezone.now() + timedelta(days=2)
    actions.book_session(asker=berg(cast), course=cast.course, starts_at=timezone.now() + timedelta(days=1))
    assert between_reading.for_course(berg(cast), cast.course, later).told == []


def test_an_ended_course_agrees_on_nothing_new_and_keeps_its_words(cast: Cast) -> None:
    actions.save_saying(asker=berg(cast), course=cast.course, text="It passes.")
    actions.end_course(asker=berg(cast), course=cast.course)
    cast.course.refresh_from_db()
    with pytest.raises(RefusedError, match="has ended"):
        agreed(cast)
    with pytest.raises(RefusedError, match="has ended"):
        actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why?")
    answer = cast.visitor(cast.therapist).post(
        f"/courses/{cast.course.pk}/between/agree/", {"what": "Ride the bus"}, follow=True
    )
    assert "Not agreed: this course has ended" in answer.content.decode()
    assert "It passes." in my_page(cast)
    assert "/bring/" not in my_page(cast)
    for promised in ("next meet", "For our next session", "for the two of you to agree on"):
        assert promised not in my_page(cast)


def test_a_page_that_was_open_when_it_ended_changes_nothing_any_more(cast: Cast) -> None:
    """It still holds the course as it was, and buttons that were good then."""
    step, thought = agreed(cast), actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why?")
    actions.withdraw(asker=ada(cast), brought=thought)
    actions.set_aside_step(asker=ada(cast), step=step)
    actions.end_course(asker=berg(cast), course=cast.course)
    for press in (
        lambda: agreed(cast),
        lambda: actions.bring(asker=ada(cast), course=cast.course, kind="thought", text="Why not?"),
        lambda: actions.withdraw(asker=ada(cast), brought=thought, undo=True),
        lambda: actions.set_aside_step(asker=ada(cast), step=step, undo=True),
    ):
        with pytest.raises(RefusedError, match="has ended"):
            press()
    phone = cast.visitor(cast.ada)
    answer = phone.post(f"/my/brought/{thought.pk}/back/", {"undo": "1"}, follow=True).content.decode()
    assert "Nothing changed: this course has ended" in answer
    assert "bring it after all" not in answer
    assert "take it on again" not in answer
    assert "take it on again" not in desk_page(cast)


def test_after_the_end_a_therapist_puts_no_more_words_on_the_page(cast: Cast) -> None:
    actions.end_course(asker=berg(cast), course=cast.course)
    place = f"/courses/{cast.course.pk}/between/words/"
    answer = cast.visitor(cast.therapist).post(place, {"text": "Come back."}, follow=True)
    assert "Not saved: this course has ended" in answer.content.decode()
    assert not Saying.objects.exists()
    cast.visitor(cast.ada).post(f"/my/between/{cast.course.pk}/words/", {"text": "It passes."})
    assert Saying.objects.get().text == "It passes."
