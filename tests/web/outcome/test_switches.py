"""Off in every practice at first; on only after the text, by its manager; off again at any time; all of it kept."""

import json
from datetime import timedelta

import pytest

from accord.errors import RefusedError
from accord.outcome import Judged
from accord.outcome.judged import share
from accord.web.alliance import actions as alliance
from accord.web.alliance import queries as courses
from accord.web.audit.models import Act
from accord.web.outcome import actions, figures, past, switch_views
from accord.web.outcome.models import Switch, Worked
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.web.outcome.rating import bring_in_past

PLACE = "/practice/expected/"


def manager(cast: Cast):  # type: ignore[no-untyped-def]
    return cast.visitor(cast.manager)


def test_the_page_says_what_it_is_for_what_it_is_not_and_that_it_may_be_a_device(cast: Cast) -> None:
    page = manager(cast).get(PLACE).content.decode()
    assert (
        "records and displays client feedback for discussion. It is not for diagnosis, triage or emergency use" in page
    )
    assert "medical device" in page
    assert "It is <b>off</b>, as in every practice at first." in page


def test_without_having_read_it_nothing_is_switched_on(cast: Cast) -> None:
    answer = manager(cast).post(f"{PLACE}course/", {"turn": "on"})
    assert answer.status_code == 422
    assert "tick that you have read it" in answer.content.decode()
    assert not Switch.objects.exists()


def test_who_and_when_is_kept_audited_and_shown_and_it_can_be_switched_off_again(cast: Cast) -> None:
    visitor = manager(cast)
    visitor.post(f"{PLACE}course/", {"turn": "on", "read": "on"})
    assert "switched on by Nora Quist on" in visitor.get(PLACE).content.decode()
    visitor.post(f"{PLACE}course/", {"turn": "off"})
    visitor.post(f"{PLACE}course/", {"turn": "off"})
    assert "switched off by Nora Quist on" in visitor.get(PLACE).content.decode()
    assert [(one.on, one.purpose) for one in Switch.objects.order_by("at")] == [(True, "1"), (False, "1")]
    verbs = list(Act.objects.filter(verb__startswith="switch").order_by("at").values_list("verb", flat=True))
    assert verbs == ["switch course on", "switch course off"]


def test_pressed_twice_it_is_turned_once(cast: Cast) -> None:
    for _ in range(2):
        actions.switch_on(asker=of_member(cast.manager), practice=cast.practice.pk, what="course")
    assert Switch.objects.count() == 1


def test_who_may_stop_coming_is_a_second_switch_with_its_definition(cast: Cast) -> None:
    visitor = manager(cast)
    given = {"turn": "on", "read": "on", "definition": "therapist judgement"}
    refused = visitor.post(f"{PLACE}leaving/", given)
    assert refused.status_code == 422
    assert "rests on the expected course" in refused.content.decode()
    visitor.post(f"{PLACE}course/", {"turn": "on", "read": "on"})
    assert visitor.post(f"{PLACE}leaving/", {**given, "definition": "below the agreed dose"}).status_code == 422
    visitor.post(f"{PLACE}leaving/", {**given, "definition": "below the agreed dose", "dose": "6"})
    one = Switch.objects.get(what="leaving")
    assert (one.on, one.definition, one.dose) == (True, "below the agreed dose", 6)
    page = visitor.get(PLACE).content.decode()
    assert "the course ended after fewer sessions than agreed (6)" in page
    assert "fewer than 10 of the rarer kind so far" in page


def test_only_a_manager_of_the_practice_turns_a_switch(cast: Cast) -> None:
    for person in (cast.therapist, cast.operator, cast.foreign_therapist):
        with pytest.raises(RefusedError, match="only a manager"):
            actions.switch_on(asker=of_member(person), practice=cast.practice.pk, what="course")


def test_one_practice_says_nothing_of_another(cast: Cast) -> None:
    actions.switch_on(asker=of_member(cast.manager), practice=cast.practice.pk, what="course")
    page = cast.visitor(cast.foreign_therapist).get("/how-expected/").content.decode()
    assert "It is off in your practice." in page


def test_the_page_says_what_this_very_rule_did_on_this_practices_own_past(cast: Cast) -> None:
    bring_in_past(cast, 60)
    visitor = manager(cast)
    visitor.post(f"{PLACE}work-out/")
    row = Worked.objects.get()
    assert (row.measure, row.method, row.n_used, row.numbers) == ("phq-9", "rational", 60, {})
    page = visitor.get(PLACE).content.decode()
    assert "PHQ-9: the rational method" in page
    assert "60 own courses that are over; worked out just now" in page
    assert "below 300 the measure" in page
    assert "8,000 simulated courses, seed 5" in page


def test_what_is_about_fewer_than_ten_is_not_shown_and_not_given_away_by_subtraction(cast: Cast) -> None:
    bring_in_past(cast, 60)
    actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
    judged = Worked.objects.get().judged
    assert [judged[name] for name in ("base", "sensitivity", "specificity", "ppv")] == [past.HIDDEN] * 4


@pytest.mark.parametrize(
    ("both", "flagged", "worse", "shown"),
    [(12, 80, 25, True), (11, 80, 20, False), (9, 80, 25, False), (12, 21, 25, False)],
    ids=["ten or more everywhere", "nine were missed", "nine were found", "nine were flagged for nothing"],
)
def test_one_small_number_of_the_four_hides_the_shares_it_follows_from(
    both: int, flagged: int, worse: int, shown: bool
) -> None:
    shares = (share(both, worse), share(400 - worse - flagged + both, 400 - worse), share(both, flagged))
    judged = Judged(*shares, share(worse, 400), share(flagged, 400), 5.7, 400, "growth", "invented", "")
    told = past.told(judged)
    assert [told[name]["value"] is not None for name in ("sensitivity", "specificity", "ppv")] == [shown] * 3
    assert told["base"]["value"] == round(worse / 400, 2)


def test_with_nothing_to_look_at_it_says_so(cast: Cast) -> None:
    page = manager(cast).post(f"{PLACE}work-out/", follow=True).content.decode()
    assert "No course that is over has answers to work anything out from yet" in page
    assert "Nothing was worked out on your own past yet" in page


def test_the_command_works_out_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.cli import start
    from accord.cli.outcome import work_out

    bring_in_past(cast, 30)
    monkeypatch.setattr(start, "ready", lambda **_: None)
    monkeypatch.setattr(start, "data_folder", lambda _: None)
    work_out(practice="Riverside", json=True)
    assert (Worked.objects.get().practice_id, Worked.objects.get().n_used) == (cast.practice.pk, 30)


def test_a_long_past_is_left_to_the_command(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bring_in_past(cast, 12)
    monkeypatch.setattr(switch_views, "MOST_HERE", 10)
    page = manager(cast).post(f"{PLACE}work-out/", follow=True).content.decode()
    assert "accord outcome work-out" in page
    assert not Worked.objects.exists()


def test_working_out_twice_gives_the_same_once(cast: Cast) -> None:
    bring_in_past(cast, 305)
    asker = of_member(cast.manager)
    first = [one.numbers for one in actions.work_out(asker=asker, practice=cast.practice.pk)]
    second = [one.numbers for one in actions.work_out(asker=asker, practice=cast.practice.pk)]
    assert json.dumps(first) == json.dumps(second)
    assert Worked.objects.count() == 1
    assert Worked.objects.get().method == "growth"


def test_the_simulated_figures_are_what_the_command_prints() -> None:
    """They say by which command they came; run again, it prints the same."""
    from accord.cli.outcome_judged import judged

    kept = figures.simulated()
    assert kept["command"] == "accord outcome judge --json"
    assert kept["rows"] == judged(8_000, 5, lambda done, of: None)


def test_what_ended_in_this_quarter_is_not_in_the_figures_yet(cast: Cast) -> None:
    """Worked out before and after one ending, they would tell of that one."""
    manager = of_member(cast.manager)
    before = courses.how_many_past(manager, cast.practice.pk)
    alliance.end_course(asker=of_member(cast.therapist), course=cast.course)
    assert courses.how_many_past(manager, cast.practice.pk) == before
    cast.course.refresh_from_db()
    cast.course.ended_on -= timedelta(days=100)
    cast.course.save()
    assert courses.how_many_past(manager, cast.practice.pk) == before + 1
