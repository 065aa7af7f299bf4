"""Who may stop coming: facts that can be named, for their therapist alone; below the data it needs, nothing at all."""

import re

import pytest

from accord.web.alliance import actions as alliance
from accord.web.home import gather
from accord.web.outcome import actions, moments
from accord.web.outcome.models import Switch, Worked
from accord.web.people.asker import of_client, of_member
from tests.cast import Cast, alliance_answers, send
from tests.rules.test_addresses import switch_on
from tests.web.outcome.rating import bring_in_past


@pytest.fixture
def learned(cast: Cast) -> Cast:
    """A practice with 260 courses that are over, of which 110 were stopped early, after a low alliance."""
    bring_in_past(cast, 260, stopped=110)
    switch_on(cast)
    actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
    return cast


def strained_and_missed(cast: Cast) -> None:
    """Ada's alliance was low and strained, and she did not come to the last session."""
    for number, level in ((1, 3), (2, 2), (3, 1)):
        check_in = cast.course.occasions.get(number=number).check_ins.get(moment="after")
        send(check_in, {"alliance": alliance_answers(level, session=number, off=4)})
    alliance.record_attendance(asker=of_member(cast.therapist), occasion=cast.session, attended="no")


def page(cast: Cast, place: str = "") -> str:
    return cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/{place}").content.decode()


def test_below_a_hundred_of_either_kind_nothing_is_said_of_anybody(cast: Cast) -> None:
    bring_in_past(cast, 120, stopped=30)
    switch_on(cast)
    actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
    row = Worked.objects.get(what="leaving")
    assert (row.numbers, row.judged) == ({}, {})
    assert row.why == "30 of the rarer kind so far; 100 who stopped and 100 who did not are needed"
    strained_and_missed(cast)
    assert "Worth reaching out" not in page(cast)
    assert "Worth reaching out" not in cast.visitor(cast.therapist).get("/desk/").content.decode()


def test_it_names_facts_and_never_a_number(learned: Cast) -> None:
    strained_and_missed(learned)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(learned)))
    card = said[said.index("Worth reaching out") :][:300]
    assert "Missed last" in card or "missed last" in card
    assert "open strain" in card
    assert not re.search(r"\d", card.partition("You alone see this")[0])
    assert "drop out" not in said


def test_reached_out_it_is_quiet_until_the_next_session(learned: Cast) -> None:
    strained_and_missed(learned)
    learned.visitor(learned.therapist).post(f"/courses/{learned.course.pk}/reached/")
    assert "I reached out, or need not" not in page(learned)


def test_nobody_else_reads_it(learned: Cast) -> None:
    strained_and_missed(learned)
    for person in (learned.ada, learned.manager, learned.deputy, learned.researcher, learned.other_therapist):
        for place in ("/desk/", "/my/", "/practice/", f"/courses/{learned.course.pk}/"):
            said = learned.visitor(person).get(place, follow=True).content.decode()
            assert "open strain" not in said
            assert "Missed last" not in said


def test_a_colleague_who_looks_after_the_course_meanwhile_does_not_read_it(learned: Cast) -> None:
    strained_and_missed(learned)
    today = learned.practice.today
    alliance.look_after(
        asker=of_member(learned.therapist),
        courses=[learned.course],
        member=learned.other_therapist,
        since=today,
        until=today,
    )
    visitor = learned.visitor(learned.other_therapist)
    assert visitor.get(f"/courses/{learned.course.pk}/").status_code == 200
    assert "Worth reaching out" not in visitor.get(f"/courses/{learned.course.pk}/").content.decode()
    assert visitor.post(f"/courses/{learned.course.pk}/reached/").status_code == 404


def test_it_stands_on_the_desk_and_never_in_the_text_for_the_record(learned: Cast) -> None:
    strained_and_missed(learned)
    record = page(learned, "before/").partition("<textarea")[2].partition("</textarea>")[0]
    assert "reaching out" not in record
    line = gather.caseload(of_member(learned.therapist), learned.session.starts_at)[0]
    assert line.insight.reach


def test_without_the_second_switch_there_is_nothing_of_it(learned: Cast) -> None:
    strained_and_missed(learned)
    actions.switch_off(asker=of_member(learned.manager), practice=learned.practice.pk, what="leaving")
    assert "Worth reaching out" not in page(learned)
    assert "Worth reaching out" in _on_again(learned)
    actions.switch_off(asker=of_member(learned.manager), practice=learned.practice.pk, what="course")
    assert "Worth reaching out" not in page(learned)


def _on_again(cast: Cast) -> str:
    switch_on(cast)
    assert Switch.objects.filter(what="leaving").count() == 3
    return page(cast)


def test_another_definition_says_nothing_before_it_is_worked_out(learned: Cast) -> None:
    strained_and_missed(learned)
    nora, definition = of_member(learned.manager), "missed the last scheduled session"
    actions.switch_on(asker=nora, practice=learned.practice.pk, what="leaving", definition=definition)
    assert "Worth reaching out" not in page(learned)


def test_how_good_it_is_stands_on_the_page_of_the_rule(learned: Cast) -> None:
    said = learned.visitor(learned.therapist).get("/how-expected/").content.decode()
    for field in ("AUC; .5 is a coin", "Brier score; lower is better", "calibration slope; 1 is right"):
        assert field in said
    assert "260 own courses that are over; worked out just now" in said


def test_sessions_missed_at_the_end_are_what_was_to_be_foreseen_and_not_what_it_is_foreseen_by() -> None:
    given = [moments.Step(1, 4.0, False, False, False), moments.Step(2, 3.0, False, True, False)]
    came = [one.number for one in moments._until(given, "missed the last scheduled session")]
    assert came == [1]
    assert len(moments._until(given, "therapist judgement")) == 2


def test_what_is_kept_is_neither_good_nor_bad(learned: Cast) -> None:
    """Ada keeps her strain: for her therapist it is as if she had skipped it."""
    strained_and_missed(learned)
    assert "open strain" in page(learned).casefold()
    for number in (1, 2, 3):
        occasion = learned.course.occasions.get(number=number)
        alliance.choose_who_reads(
            asker=of_client(learned.ada), occasion=occasion, seen={"alliance": 1}, kept={"alliance": ["off"]}
        )
    assert "open strain" not in page(learned).casefold()
