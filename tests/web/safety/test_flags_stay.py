"""What cannot wait, part two (S1 to S9): no flag is thinned out, thrown away or lost sight of."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import ProtectedError
from django.test import Client as Visitor
from django.utils import timezone

from accord import measures
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import AnswerSet, Draft
from accord.web.notices import actions as notices
from accord.web.notices.models import Heartbeat, Notice
from accord.web.people import actions as people
from accord.web.people.asker import of_member
from accord.web.safety import actions, queries
from accord.web.safety.models import Flag, SafetyPlan
from tests.cast import Cast, phq9, send
from tests.journey.test_one_loop import link_to

SOURCE = Path(actions.__file__).parents[1]


def ninth(value: int | None) -> dict[str, dict[str, int | None]]:
    return {"phq-9": phq9(1, 1, 1, 1, 1, 1, 1, 1, value)}


def test_s1_a_tick_that_arrives_late_is_flagged_though_it_changes_nothing(cast: Cast) -> None:
    """A phone that was out of reach sends its ticks out of order."""
    alliance.save_draft(check_in=cast.before, given={"phq-9": {"9": 0}}, order=7)
    alliance.save_draft(check_in=cast.before, given={"phq-9": {"9": 2}}, order=6, in_passing=True)
    assert Draft.objects.get().answers["phq-9"]["9"] == 0
    assert Flag.objects.get().value == 2


@pytest.mark.parametrize("hours", [1, 4, 72])
def test_s4_the_deputy_is_told_after_the_hours_of_the_plan(cast: Cast, hours: int) -> None:
    SafetyPlan.objects.update(hours=hours)
    send(cast.before, ninth(1))
    late = Notice.objects.get(kind="flag-late")
    assert abs(late.due_at - Flag.objects.get().raised_at - timedelta(hours=hours)) < timedelta(seconds=5)


def test_s4_it_stands_before_everything_else_on_the_desk(cast: Cast) -> None:
    send(cast.before, ninth(1))
    page = cast.visitor(cast.therapist).get("/desk/").content.decode()
    assert page.index("spoke of self-harm") < page.index("Today")
    assert page.index("spoke of self-harm") < page.index(f"/courses/{cast.course.pk}/")


def test_s4_it_goes_out_before_messages_that_waited_longer(cast: Cast) -> None:
    for _ in range(10):
        notices.write(practice=cast.practice.pk, kind="check-in", address="ada@example.org")
    send(cast.before, ninth(1))
    assert notices.lease(1)[0].kind == "flag"


def test_s5_many_at_once_are_neither_held_back_nor_rolled_into_one(cast: Cast) -> None:
    """Thirty clients within a minute: thirty flags, thirty messages, thirty lines on the desk."""
    asker = of_member(cast.therapist)
    for place in range(30):
        client = people.add_client(asker=asker, practice=cast.practice.pk, name=f"C {place}")
        course = alliance.open_course(asker=asker, client=client, therapist=cast.therapist)
        alliance.plan_measures(asker=asker, course=course, wanted={"phq-9": ("before", 1)})
        session = alliance.book_session(asker=asker, course=course, starts_at=timezone.now())
        send(session.check_ins.get(), ninth(1))
    assert Notice.objects.filter(kind="flag", due_at__lte=timezone.now()).count() == 30
    assert cast.visitor(cast.therapist).get("/desk/").content.decode().count("spoke of self-harm") == 30


def test_s5_nothing_deletes_a_flag_or_its_note(cast: Cast) -> None:
    send(cast.before, ninth(1))
    actions.acknowledge(asker=of_member(cast.therapist), flag=Flag.objects.get(), note="Called.")
    for whom in (cast.ada, cast.therapist, cast.practice, Flag.objects.get()):
        with pytest.raises(ProtectedError):
            whom.delete()


def test_s5_no_line_of_the_program_deletes_or_changes_a_flag() -> None:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\b(Flag|Acknowledgement)\.objects\b.*\.(delete|update)\(", text), file
        assert file.parent.name != "safety" or ".delete(" not in text, file


def test_s5_the_end_of_the_course_does_not_hide_it(cast: Cast) -> None:
    send(cast.before, ninth(1))
    alliance.end_course(asker=of_member(cast.therapist), course=cast.course)
    desk = cast.visitor(cast.therapist)
    assert "spoke of self-harm" in desk.get("/desk/").content.decode()
    assert desk.get(f"/flags/{Flag.objects.get().pk}/").status_code == 200


def test_s7_a_worker_that_stopped_is_told_of_at_healthz(cast: Cast) -> None:
    notices.beat()
    assert Visitor().get("/healthz").status_code == 200
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=20))
    assert Visitor().get("/healthz").json()["worker"] == "late"
    assert Visitor().get("/healthz").status_code == 503


def test_s8_a_responsible_clinician_who_can_no_longer_sign_in_is_none(cast: Cast) -> None:
    cast.therapist.account.is_active = False
    cast.therapist.account.save()
    assert "responsible clinician" in " ".join(queries.missing_for_self_harm_items(cast.practice.pk))
    assert not queries.may_be_asked(measures.load("phq-9"), cast.practice.pk)


@pytest.mark.parametrize("others", [0, 3])
def test_s9_a_skip_is_kept_as_a_skip_and_gives_neither_a_total_nor_an_all_clear(cast: Cast, others: int) -> None:
    send(cast.before, {"phq-9": phq9(*[others] * 8, None)})
    stored = AnswerSet.objects.get(measure="phq-9")
    assert stored.answers["9"] is None
    score = measures.score(measures.load("phq-9"), stored.answers)
    assert (score.total, score.risk) == (None, None)
    assert not Flag.objects.exists()


def test_s9_the_page_offers_to_skip_it(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    assert "Skip" in phone.get("/check-in/3/").content.decode()
