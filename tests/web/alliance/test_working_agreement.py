"""The working agreement: proposed, answered, revisited; topics and not faults; what is kept is kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.alliance import THINGS
from accord.errors import RefusedError
from accord.web.alliance import actions, agreed, queries
from accord.web.alliance.models import Agreement, AnswerSet, Goal, Progress
from accord.web.audit.models import Act
from accord.web.people.asker import STRANGER, of_client, of_member
from tests.cast import Cast, alliance_answers, send

TICKS = {"explained": "on", "asked": "on", "welcomed": "on"}
APPROACH = "We look at one worry a week and try something small."


def proposal(*goals: str, **more: str) -> dict[str, str]:
    """The form as a page posts it."""
    words = {f"goal_{place}": goal for place, goal in enumerate(goals, 1)}
    return {**TICKS, "approach": APPROACH, "attempt": str(uuid4()), **words, **more}


def pages(cast: Cast) -> tuple[Visitor, str, Visitor, str]:
    """Her therapist and the place of the agreement; she and the place of hers."""
    of, hers = f"/courses/{cast.course.pk}/agreement/", f"/my/agreement/{cast.course.pk}/"
    return cast.visitor(cast.therapist), of, cast.visitor(cast.ada), hers


def latest(cast: Cast) -> Agreement:
    found = queries.agreement(of_member(cast.therapist), cast.course)
    assert found
    return found


def answer(cast: Cast, what: str, willing: dict[str, str] | None = None, **more: str) -> dict[str, str]:
    """A client's filled-in page: the words of the goals as they stand but for those named."""
    one = latest(cast)
    words = {f"goal-{goal.pk}": goal.words for goal in one.goals.all()}
    six = {f"willing-{key}": value for key, value in (willing or {}).items()}
    return {"what": what, "agreement": str(one.pk), **words, **six, **more}


def proposed(cast: Cast, *goals: str) -> Agreement:
    cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/agreement/new/", proposal(*goals or ("to sleep",)))
    return latest(cast)


def signed(cast: Cast, willing: dict[str, str] | None = None, *goals: str) -> Agreement:
    proposed(cast, *goals)
    cast.visitor(cast.ada).post(f"/my/agreement/{cast.course.pk}/", answer(cast, "sign", willing))
    return latest(cast)


def text(response) -> str:  # type: ignore[no-untyped-def]
    return response.content.decode()


def test_from_an_empty_page_to_a_second_version_that_both_signed(cast: Cast) -> None:
    desk, of, own, hers = pages(cast)
    assert "Begin one" in text(desk.get(of))
    assert "has not proposed one yet" in text(own.get(hers))
    assert "not made yet" in text(own.get("/my/"))

    # He proposes; she finds it on her page, and says what should be otherwise.
    desk.post(f"{of}new/", proposal("to sleep through", "to call my sister"))
    assert "waits for your answer" in text(own.get("/my/"))
    assert "proposed a working agreement. There is no hurry." in text(own.get("/my/"))
    page = text(own.get(hers))
    assert "This is an invitation, not a contract. You can say no to any of it, now or later." in page
    assert "No one is alerted by what you write here." in page
    assert "988" in page
    own.post(hers, answer(cast, "otherwise", otherwise="Please not every week."))
    assert "Please not every week." in text(desk.get(of))
    assert "would like something otherwise" in text(desk.get(f"/courses/{cast.course.pk}/"))
    assert "Please not every week." in text(desk.get(f"{of}new/"))  # the wish is in sight while it is answered

    # The second version begins with the first; the goal that stays keeps its thread.
    again = text(desk.get(f"{of}new/"))
    assert APPROACH in again
    thread = latest(cast).goals.all()[0].thread
    desk.post(f"{of}new/", proposal("to sleep through", "to rest", approach="Every second week.", thread_1=str(thread)))
    assert latest(cast).version == 2
    assert [goal.thread == thread for goal in latest(cast).goals.all()] == [True, False]

    # She puts a goal into other words, says how willing she is, and signs.
    given = answer(cast, "sign", {"coming": "2", "sharing": "9", "trust": "no"})
    given[f"goal-{latest(cast).goals.all()[0].pk}"] = "to sleep until six"
    assert "You are in." in text(own.post(hers, given, follow=True))
    both = text(desk.get(of))
    assert "Version 2: both signed" in both
    assert "to sleep until six" in both

    # Low willingness is a topic with words to open it; the first version is still there as it was.
    assert "A low number is a topic, never a fault." in both
    assert "Coming: 2 of 10" in both
    assert "What could we change?" in both
    assert "Sharing: 9 of 10" not in both
    first = text(desk.get(f"{of}1/"))
    assert "to sleep through" in first
    assert "Please not every week." in first
    assert "Version 1" in text(own.get(hers))


def test_a_yes_in_the_room_that_is_refused_leaves_no_proposal_behind(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody proposes another version in between: the page says that nothing was saved, and nothing was."""

    def overtaken(**_: object) -> None:
        raise RefusedError("another version has taken its place meanwhile; please read that one")

    monkeypatch.setattr(actions, "agree_in_room", overtaken)
    desk, of, _, _ = pages(cast)
    page = desk.post(f"{of}new/", proposal("to sleep", together="on"))
    assert page.status_code == 422
    assert "Not saved: another version has taken its place" in text(page)
    assert not Agreement.objects.exists()


def test_a_proposal_pressed_twice_is_one_version(cast: Cast) -> None:
    desk, of, _, _ = pages(cast)
    filled = proposal("to sleep", together="on", willing_coming="3")
    for _ in range(2):
        assert desk.post(f"{of}new/", filled).status_code == 302
    assert Agreement.objects.count() == Goal.objects.count() == 1
    changed = {**filled, "goal_1": "to sleep well"}  # gone back, changed, sent again: that is another one
    desk.post(f"{of}new/", changed)
    assert [one.version for one in queries.agreements(of_member(cast.therapist), cast.course)] == [2, 1]


@pytest.mark.parametrize("left_out", [*TICKS, "approach", "goal_1"])
def test_a_proposal_that_lacks_something_is_refused_and_nothing_typed_is_lost(cast: Cast, left_out: str) -> None:
    desk, of, _, _ = pages(cast)
    filled = proposal("to sleep", goal_3="", thread_1="")
    page = desk.post(f"{of}new/", {**filled, left_out: ""})
    assert page.status_code == 422
    assert not Agreement.objects.exists()
    for field, typed in filled.items():
        if field != left_out and typed not in ("on", ""):
            assert typed in text(page), field
    assert "Before you go on" in text(page)


def test_the_action_itself_refuses_what_was_not_explained(cast: Cast) -> None:
    given = {"course": cast.course, "approach": "x", "goals": [actions.Wanted("to sleep")], "attempt": uuid4()}
    with pytest.raises(RefusedError, match="say that a no is welcome"):
        actions.propose_agreement(asker=of_member(cast.therapist), **given, explained=True, asked=True, welcomed=False)
    five = {**given, "goals": [actions.Wanted(str(place)) for place in range(5)]}
    with pytest.raises(RefusedError, match="got 5 goals"):
        actions.propose_agreement(asker=of_member(cast.therapist), **five, explained=True, asked=True, welcomed=True)


def test_numbers_without_their_yes_are_asked_about(cast: Cast) -> None:
    desk, of, _, _ = pages(cast)
    page = desk.post(f"{of}new/", proposal("to sleep", willing_coming="3"))
    assert page.status_code == 422
    assert "how willing is theirs to say" in text(page)


def test_signing_in_the_room_is_said_on_both_pages(cast: Cast) -> None:
    desk, of, own, hers = pages(cast)
    one = proposed(cast)
    body = {"agreement": str(one.pk), "coming": "4", "trust": ""}
    for _ in range(2):
        assert desk.post(of, body).status_code == 302
    one = latest(cast)
    assert (one.state, one.client_signed_in) == ("agreed", "room")
    assert one.willing == {**dict.fromkeys(thing.key for thing in THINGS), "coming": 4}
    assert "in the room" in text(desk.get(of))
    assert "If that is not how it was, say so below." in text(own.get(hers))


def test_a_number_that_is_none_signs_nothing_in_the_room(cast: Cast) -> None:
    desk, of, _, _ = pages(cast)
    page = desk.post(of, {"agreement": str(proposed(cast).pk), "coming": "99"})
    assert page.status_code == 422
    assert "Select a valid choice" in text(page)
    assert latest(cast).state == "waits"


def test_the_therapist_does_not_sign_on_the_clients_page_nor_the_client_in_the_room(cast: Cast) -> None:
    one = proposed(cast)
    for asker, where in ((of_member(cast.therapist), "page"), (of_client(cast.ada), "room")):
        with pytest.raises(RefusedError, match="a client signs on their page"):
            actions.sign_agreement(asker=asker, agreement=one, where=where)


def test_a_yes_can_be_taken_back_and_given_again(cast: Cast) -> None:
    _, _, own, hers = pages(cast)
    signed(cast, {"coming": "8"})
    assert own.post(hers, answer(cast, "otherwise", {"coming": "8"}, otherwise="I changed my mind.")).status_code == 302
    assert latest(cast).state == "otherwise"
    own.post(hers, answer(cast, "sign", {"coming": "8"}))
    assert latest(cast).state == "agreed"


def test_what_is_signed_stays_as_it_was(cast: Cast) -> None:
    _, _, own, hers = pages(cast)
    one = signed(cast, {"coming": "8"}, "to sleep")
    page = own.post(hers, {**answer(cast, "sign", {"coming": "1"})})  # a page left open, pressed much later
    assert page.status_code == 422
    assert "it is signed, and stays as it was" in text(page)
    stale = {**answer(cast, "later", {"coming": "8"}), f"goal-{one.goals.all()[0].pk}": "something else"}
    assert own.post(hers, stale).status_code == 422
    assert latest(cast).willing["coming"] == 8
    assert latest(cast).goals.all()[0].words == "to sleep"


def test_signed_twice_is_signed_once(cast: Cast) -> None:
    _, _, own, hers = pages(cast)
    when = signed(cast).client_signed_at
    assert own.post(hers, answer(cast, "sign")).status_code == 302
    assert latest(cast).client_signed_at == when


def test_nobody_signs_what_they_did_not_read(cast: Cast) -> None:
    """A newer version came while the page was open: nothing is signed, and what was typed is still there."""
    _, _, own, hers = pages(cast)
    proposed(cast, "to sleep")
    old = answer(cast, "otherwise", {"coming": "3"}, otherwise="Please slower.")
    proposed(cast, "to run")
    page = own.post(hers, old)
    assert page.status_code == 422
    assert "another version has taken its place" in text(page)
    assert "Please slower." in text(page)
    assert 'name="willing-coming" value="3" checked' in text(page)
    assert not Agreement.objects.exclude(client_signed_at=None).exists()


def test_later_saves_and_does_not_sign(cast: Cast) -> None:
    _, _, own, hers = pages(cast)
    proposed(cast)
    own.post(hers, answer(cast, "later", {"sharing": "7"}))
    assert (latest(cast).state, latest(cast).willing["sharing"]) == ("waits", 7)
    assert 'name="willing-sharing" value="7" checked' in text(own.get(hers))


@pytest.mark.parametrize(
    "wrong", [{"willing-coming": "11"}, {"willing-coming": "-1"}, {"what": "otherwise"}, {"what": "yes"}]
)
def test_a_bad_answer_changes_nothing(cast: Cast, wrong: dict[str, str]) -> None:
    _, _, own, hers = pages(cast)
    proposed(cast)
    assert own.post(hers, {**answer(cast, "sign"), **wrong}).status_code == 422
    assert latest(cast).state == "waits"
    assert not latest(cast).willing


@pytest.mark.parametrize("what", ["sign", "later"])
def test_a_wish_that_was_written_is_not_dropped_by_another_button(cast: Cast, what: str) -> None:
    _, _, own, hers = pages(cast)
    proposed(cast)
    page = own.post(hers, answer(cast, what, otherwise="Please slower."))
    assert page.status_code == 422
    assert "this is not sent yet" in text(page)
    assert "Please slower." in text(page)
    assert latest(cast).state == "waits"


def test_an_emptied_goal_is_asked_about(cast: Cast) -> None:
    _, _, own, hers = pages(cast)
    goal = proposed(cast, "to sleep").goals.all()[0]
    page = own.post(hers, {**answer(cast, "sign"), f"goal-{goal.pk}": " "})
    assert page.status_code == 422
    assert "to leave a goal out, say so under ‘otherwise’" in text(page)


def test_a_proposal_can_be_taken_back_until_it_is_answered(cast: Cast) -> None:
    desk, of, own, hers = pages(cast)
    one = proposed(cast, "to sleep")
    page = desk.post(f"{of}back/", {"agreement": str(one.pk)})
    assert not Agreement.objects.exists()
    assert "to sleep" in text(page)  # back in the form, as it was written
    desk.post(f"{of}back/", {"agreement": str(one.pk)})  # and once more by 'reload': nothing else is taken back
    one = proposed(cast, "to run")
    own.post(hers, answer(cast, "later"))
    said = text(desk.post(f"{of}back/", {"agreement": str(one.pk)}, follow=True))
    assert "your client has answered it already" in said
    assert latest(cast) == one


def note(cast: Cast, goal: Goal, value: str, *, keep: bool = False, **more: str):  # type: ignore[no-untyped-def]
    body = {"what": "progress", f"near-{goal.thread}": value, "attempt": str(uuid4()), **more}
    kept = {f"kept-{goal.thread}": "on"} if keep else {}
    return cast.visitor(cast.ada).post(f"/my/agreement/{cast.course.pk}/", {**body, **kept})


def test_progress_is_followed_and_what_is_kept_is_nowhere_else(cast: Cast) -> None:
    desk, of, own, hers = pages(cast)
    goal = signed(cast, {}, "to sleep").goals.all()[0]
    note(cast, goal, "3")
    before = plain(text(desk.get(of)))
    note(cast, goal, "9", keep=True)
    note(cast, goal, "8", keep=True)
    assert plain(text(desk.get(of))) == before  # to the letter: no number, no count, no day, no dot
    assert "3 of 10" in before
    assert "9 of 10" not in text(own.get(hers))  # the latest is
    assert "8 of 10" in text(own.get(hers))
    seen = queries.progress(of_member(cast.therapist), cast.course)
    assert [one.value for one in seen[goal.thread]] == [3]

    kept = Progress.objects.get(value=9)
    own.post(hers, {"what": "share", "progress": str(kept.pk)})
    assert "9 of 10" in text(desk.get(of))
    own.post(hers, {"what": "keep", "progress": str(kept.pk)})
    assert plain(text(desk.get(of))) == before
    said = Act.objects.filter(object=kept.pk).exclude(verb="note progress")
    assert {one.verb for one in said} == {"choose who reads progress"}  # whichever way it went


def plain(page: str) -> str:
    """Without the token, which is masked anew each time."""
    return "".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_progress_pressed_twice_is_stored_once(cast: Cast) -> None:
    goal = signed(cast).goals.all()[0]
    attempt = str(uuid4())
    for _ in range(2):
        assert note(cast, goal, "5", attempt=attempt).status_code == 302
    assert Progress.objects.count() == 1


def test_bad_progress_changes_nothing(cast: Cast) -> None:
    goal = signed(cast).goals.all()[0]
    for value in ("11", "", "no", "many"):
        assert note(cast, goal, value).status_code == 422
    with pytest.raises(RefusedError, match="belongs to no version"):
        actions.note_progress(
            asker=of_client(cast.ada), course=cast.course, noted=[actions.Noted(uuid4(), 5)], attempt=uuid4()
        )
    noted = [actions.Noted(goal.thread, 11)]
    with pytest.raises(RefusedError, match="got 11"):
        actions.note_progress(asker=of_client(cast.ada), course=cast.course, noted=noted, attempt=uuid4())
    assert not Progress.objects.exists()


def test_progress_follows_a_goal_through_its_versions(cast: Cast) -> None:
    desk, of, _, _ = pages(cast)
    goal = signed(cast, {}, "to sleep").goals.all()[0]
    note(cast, goal, "3")
    desk.post(f"{of}new/", proposal("to sleep until six", thread_1=str(goal.thread)))
    page = text(desk.get(of))
    assert "to sleep until six" in page
    assert "3 of 10" in page


def test_nobody_else_finds_or_changes_anything(cast: Cast) -> None:
    signed(cast, {}, "to sleep")
    note(cast, latest(cast).goals.all()[0], "3")
    for asker in (of_member(cast.other_therapist), of_client(cast.bo), of_member(cast.manager), STRANGER):
        assert queries.agreement(asker, cast.course) is None
        assert queries.agreements(asker, cast.course) == []
        assert queries.progress(asker, cast.course) == {}
        assert queries.agreement_due(asker, cast.course, [], None) is None
    mine = {"what": "keep", "progress": str(Progress.objects.get().pk)}
    cast.visitor(cast.bo).post(f"/my/agreement/{cast.other_course.pk}/", mine)  # hers, from a page of his own
    assert not Progress.objects.get().kept


def test_a_thread_of_somebody_else_is_not_carried_on(cast: Cast) -> None:
    goal = signed(cast).goals.all()[0]
    other = cast.visitor(cast.other_therapist)
    other.post(f"/courses/{cast.other_course.pk}/agreement/new/", proposal("to paint", thread_1=str(goal.thread)))
    assert Goal.objects.exclude(pk=goal.pk).get().thread != goal.thread


def test_when_it_is_looked_at_again(cast: Cast) -> None:
    """Four sessions were held: none is made yet, then it is fresh; after the second session, the third has come."""
    asker = of_member(cast.therapist)
    occasions = queries.occasions(asker, [cast.course])[cast.course.pk]
    assert agreed.for_course(asker, cast.course, occasions).due.why == "not made yet"
    one = signed(cast)
    assert agreed.for_course(asker, cast.course, occasions).due is None
    Agreement.objects.update(proposed_at=timezone.now() - timedelta(days=10))
    assert agreed.for_course(asker, cast.course, occasions).due.why == "session 3 is reached"
    desk, of, _, _ = pages(cast)
    assert "Time to look at it together again: session 3 is reached." in text(desk.get(of))
    assert "session 3 is reached" in text(desk.get(f"/courses/{cast.course.pk}/"))
    assert one.version == 1


def test_the_session_one_goes_into_counts_as_reached(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    one = signed(cast)
    occasions = queries.occasions(asker, [cast.course])[cast.course.pk]
    Agreement.objects.update(proposed_at=timezone.now() - timedelta(days=20))
    due = {
        going_in: queries.agreement_due(asker, cast.course, occasions[:2], one, going_in=going_in)
        for going_in in (False, True)
    }
    one.refresh_from_db()
    assert due[False] is None
    due = queries.agreement_due(asker, cast.course, occasions[:2], one, going_in=True)
    assert due
    assert due.why == "session 3 is reached"


def test_a_session_that_was_not_held_does_not_count(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    one = signed(cast)
    Agreement.objects.update(proposed_at=timezone.now() - timedelta(days=10))
    one.refresh_from_db()
    for occasion in cast.course.occasions.filter(number__gte=3):
        actions.record_attendance(asker=asker, occasion=occasion, attended="cancelled")
    occasions = queries.occasions(asker, [cast.course])[cast.course.pk]
    assert queries.agreement_due(asker, cast.course, occasions, one) is None


def test_after_something_was_mended_it_is_looked_at_again(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    one = signed(cast)
    repair = actions.open_repair(asker=asker, course=cast.course, since=cast.session)
    actions.declare(asker=of_client(cast.ada), repair=repair, mended=True)
    due = queries.agreement_due(asker, cast.course, [], one)
    assert due
    assert "mended" in due.why


def test_the_seven_qualities_stand_beside_it_without_what_is_kept(cast: Cast) -> None:
    desk, of, _, _ = pages(cast)
    for occasion in cast.course.occasions.all():
        given = alliance_answers(3, session=occasion.number or 1, safety=occasion.number)
        send(occasion.check_ins.get(moment="after"), {"alliance": given})
    actions.record_attendance(asker=of_member(cast.therapist), occasion=cast.session, attended="no")
    page = text(desk.get(of))
    assert "came to 3 of 4" in page
    assert "4 answers, last 4" in page
    AnswerSet.objects.filter(occasion=cast.session).update(kept=["safety"])
    page = text(desk.get(of))
    assert "3 answers, last 3" in page
    assert "4 answers, last 4" not in page


def test_an_ended_course_can_be_read_and_not_changed(cast: Cast) -> None:
    desk, of, own, hers = pages(cast)
    signed(cast, {}, "to sleep")
    actions.end_course(asker=of_member(cast.therapist), course=cast.course)
    assert "to sleep" in text(own.get(hers))
    assert "I would like something otherwise" not in text(own.get(hers))
    assert desk.post(f"{of}new/", proposal("to run")).status_code == 422
    assert own.post(hers, answer(cast, "otherwise", otherwise="Hm.")).status_code == 422
    assert latest(cast).version == 1


def test_what_was_said_can_be_shown_in_few_lines(cast: Cast) -> None:
    signed(cast, {"coming": "1"}, "to sleep", "to run")
    shown = agreed.for_course(of_member(cast.therapist), cast.course, [])
    assert (shown.state, shown.goals, shown.approach) == ("agreed", ("to sleep", "to run"), APPROACH)
    assert [topic.key for topic in shown.topics] == ["coming"]
    long = proposal("to sleep", approach="word " * 100)
    cast.visitor(cast.therapist).post(f"/courses/{cast.course.pk}/agreement/new/", long)
    assert len(agreed.for_course(of_member(cast.therapist), cast.course, []).approach) <= agreed.ONE_LINE + 1


def test_each_step_is_in_the_audit_and_no_words_are(cast: Cast) -> None:
    goal = signed(cast, {"coming": "2"}, "to sleep").goals.all()[0]
    note(cast, goal, "4")
    verbs = set(Act.objects.values_list("verb", flat=True))
    assert {"propose agreement", "say willing", "sign agreement", "note progress"} <= verbs
    assert all(len(verb) <= 40 for verb in verbs)
