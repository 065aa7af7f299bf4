"""Not on track opens a few questions asked only then; what is decided is kept, shown, changed, or laid aside."""

from uuid import uuid4

from accord.web.outcome import actions
from accord.web.outcome.models import Decision
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.rules.test_addresses import switch_on
from tests.web.outcome.rating import rate


def off_course(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 8, 9, 15, None)


def look(cast: Cast, place: str = "") -> str:
    return f"/courses/{cast.course.pk}/{place}"


def read(cast: Cast, place: str = "") -> str:
    return cast.visitor(cast.therapist).get(look(cast, place)).content.decode()


def decide(cast: Cast, **given: object):  # type: ignore[no-untyped-def]
    form = {
        "attempt": str(uuid4()),
        "alliance.aims": "topic",
        "steps": ["alliance"],
        "note": "We begin with it.",
        **given,
    }
    return cast.visitor(cast.therapist).post(look(cast, "look/"), form)


def test_the_questions_are_asked_only_where_a_course_is_worth_a_look(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 17, 14, 11, 9)
    assert cast.visitor(cast.therapist).get(look(cast, "look/")).status_code == 404
    rate(cast, None, None, None, None)


def test_the_four_areas_each_with_a_next_step_and_its_source(cast: Cast) -> None:
    off_course(cast)
    page = read(cast, "look/")
    for title in ("The two of you", "Willingness", "Support", "Life events"):
        assert f">{title}</h2>" in page
    assert page.count("If it is a topic, a next step") == 4
    assert page.count("Clinical Support Tools name this area (from memory)") == 4
    assert "Eubanks, Muran &amp; Safran 2018" in page
    assert "our own wording and not validated" in page


def test_what_was_decided_stands_on_the_course_and_before_the_session_and_can_be_changed(cast: Cast) -> None:
    off_course(cast)
    decide(cast, asked="on")
    for place in ("", "before/"):
        page = read(cast, place)
        assert "We begin with it." in page
        assert "with your client" in page
        assert "A topic: the two of you" in page
    assert "Decided: Ask what the last meetings were like" in read(cast, "before/")
    assert 'value="topic" required' in read(cast, "look/") or "checked" in read(cast, "look/")
    decide(cast, note="On second thought: sleep first.", steps=["life"])
    assert "On second thought" in read(cast)
    assert [one.note for one in Decision.objects.order_by("at")] == [
        "We begin with it.",
        "On second thought: sleep first.",
    ]


def test_the_same_form_sent_twice_is_kept_once(cast: Cast) -> None:
    off_course(cast)
    attempt = str(uuid4())
    decide(cast, attempt=attempt)
    decide(cast, attempt=attempt)
    assert Decision.objects.count() == 1


def test_an_empty_form_says_what_to_do_and_keeps_nothing(cast: Cast) -> None:
    off_course(cast)
    answer = decide(cast, **{"alliance.aims": "", "steps": [], "note": ""})
    assert answer.status_code == 422
    assert "nothing was ticked or written" in answer.content.decode()
    assert not Decision.objects.exists()


def test_laid_aside_it_does_not_come_back_for_the_same_stretch_and_can_be_taken_up_again(cast: Cast) -> None:
    off_course(cast)
    visitor = cast.visitor(cast.therapist)
    visitor.post(look(cast, "look/aside/"), {"why": "known", "attempt": str(uuid4())})
    assert "Laid aside on" in read(cast)
    assert "Not on track" not in read(cast, "before/")
    rate(cast, None, None, None, 19)
    assert "What may stand behind it" not in read(cast)
    visitor.post(look(cast, "look/back/"), {"attempt": str(uuid4())})
    assert "What may stand behind it" in read(cast)


def test_a_new_stretch_is_a_new_sign(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 8, 15, None, None)
    decide(cast)
    assert "Decided on" in read(cast)
    rate(cast, None, None, 9, 16)
    page = read(cast)
    assert "What may stand behind it" in page
    assert "What was decided so far" in page


def test_what_was_decided_stands_encrypted_and_is_audited(cast: Cast) -> None:
    from django.db import connection

    from accord.web.audit.models import Act

    off_course(cast)
    decide(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM outcome_decision")
        assert "begin" not in str(cursor.fetchall())
    assert Act.objects.filter(verb="decided about course", object=Decision.objects.get().pk).exists()


def test_a_colleague_and_a_manager_find_nothing_of_it(cast: Cast) -> None:
    off_course(cast)
    for person in (cast.other_therapist, cast.manager, cast.researcher):
        assert cast.visitor(person).get(look(cast, "look/")).status_code == 404


def test_switched_off_nothing_is_asked_any_more_and_what_was_decided_stays(cast: Cast) -> None:
    off_course(cast)
    decide(cast)
    actions.switch_off(asker=of_member(cast.manager), practice=cast.practice.pk, what="course")
    page = read(cast)
    assert "Not on track" not in page
    assert "What was decided so far" in page
    assert cast.visitor(cast.therapist).get(look(cast, "look/")).status_code == 404
