"""What cannot wait (S1 to S9): an answer to a self-harm item is flagged with the answer, and help is shown at once."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError
from accord.tables import Reading
from accord.web.alliance import actions as alliance
from accord.web.alliance import queries as alliance_queries
from accord.web.alliance.forms import plannable
from accord.web.alliance.models import AnswerSet, CheckIn, Draft, PlannedMeasure
from accord.web.alliance.reading_in import read
from accord.web.notices.models import Notice
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Account
from accord.web.safety import actions, queries
from accord.web.safety.models import Flag, SafetyPlan
from tests.cast import LINES, Cast, phq9, send
from tests.journey.test_one_loop import answer_all, form, link_to, press_send

SOMETIMES = phq9(1, 1, 1, 1, 1, 1, 1, 1, 1)


@pytest.mark.parametrize("ninth", [1, 2, 3])
def test_s1_an_answer_above_nought_is_flagged(cast: Cast, ninth: int) -> None:
    send(cast.before, {"phq-9": phq9(0, 0, 0, 0, 0, 0, 0, 0, ninth)})
    flag = Flag.objects.get()
    assert (flag.client, flag.value, flag.responsible) == (cast.ada, ninth, cast.therapist)


@pytest.mark.parametrize("ninth", [0, None])
def test_s1_nought_and_a_skip_are_not(cast: Cast, ninth: int | None) -> None:
    send(cast.before, {"phq-9": phq9(3, 3, 3, 3, 3, 3, 3, 3, ninth)})
    assert not Flag.objects.exists()


def test_s1_a_page_kept_but_never_sent_is_flagged_too(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    phone.post("/check-in/3/", {"phq-9.9": "1", "check_in": str(cast.before.pk), "keep": "1"})
    assert Flag.objects.count() == 1
    assert not AnswerSet.objects.exists()


def test_s1_saving_again_raises_one_flag_and_a_worse_answer_another(cast: Cast) -> None:
    for ninth in (1, 1, 2):
        alliance.save_draft(check_in=cast.before, given={"phq-9": {"9": ninth}})
    alliance.send_check_in(check_in=cast.before)
    assert sorted(Flag.objects.values_list("value", flat=True)) == [1, 2]


def test_s1_answer_and_flag_stand_or_fall_together(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the flag cannot be written, neither is the answer: no answer above nought without its flag."""

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Flag.objects, "get_or_create", broken)
    with pytest.raises(OSError, match="disk"):
        alliance.save_draft(check_in=cast.before, given={"phq-9": SOMETIMES})
    assert not Draft.objects.exists()


def test_s1_flags_are_refused_outside_of_a_transaction(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord import measures

    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(RuntimeError, match="share the transaction"):
        actions.raise_flags(
            asker=COMMAND,
            client=cast.ada,
            course=cast.course.pk,
            therapist=None,
            measure=measures.load("phq-9"),
            answers=SOMETIMES,
            source="check-in",
            cause=cast.before.pk,
        )
    monkeypatch.undo()
    assert connection.in_atomic_block


DANGER = {"phq-9.9": "3"}


def last_page(cast: Cast, phone: Visitor):  # type: ignore[no-untyped-def]
    return phone.post("/check-in/3/", {**DANGER, "check_in": str(cast.before.pk)})


def test_s1_danger_said_after_sending_is_flagged_and_answered_with_help(cast: Cast) -> None:
    """Back, the ninth at 'nearly every day', send: not stored as it stands, but never dropped in silence."""
    phone = Visitor()
    answer_all(phone, cast.before, "phq-9", phq9())
    page = last_page(cast, phone).content.decode()
    assert Flag.objects.get().value == 3
    assert "talk to someone now" in page
    assert "was not stored" in page


@pytest.mark.parametrize("how", ["expired", "renewed"])
def test_s1_danger_said_on_a_link_that_ended_meanwhile_is_flagged_too(cast: Cast, how: str) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    if how == "expired":
        CheckIn.objects.filter(pk=cast.before.pk).update(expires_at=timezone.now() - timedelta(days=1))
    else:
        alliance.renew_link(asker=of_member(cast.therapist), check_in=cast.before)
    page = last_page(cast, phone).content.decode()
    assert Flag.objects.get().value == 3
    assert "talk to someone now" in page
    assert "was not stored" in page


@pytest.mark.parametrize("state", ["open", "expired"])
def test_s1_danger_said_while_another_form_was_opened_beside_it_is_flagged_too(cast: Cast, state: str) -> None:
    """Two tabs on one phone: the second link took the place of the first, whose page is still there to be pressed."""
    phone = Visitor()
    phone.get(link_to(cast.before))
    phone.get(link_to(cast.after))
    if state == "expired":
        CheckIn.objects.filter(pk=cast.after.pk).update(expires_at=timezone.now() - timedelta(days=1))
    page = last_page(cast, phone).content.decode()
    assert (Flag.objects.get().value, Flag.objects.get().client) == (3, cast.ada)
    assert "talk to someone now" in page
    assert "was not stored" in page


def test_s1_nobody_flags_for_a_client_whose_link_they_do_not_hold(cast: Cast) -> None:
    """Whose page it was nobody can know; the person before it reads whom to call all the same."""
    asker = of_member(cast.other_therapist)
    alliance.plan_measures(asker=asker, course=cast.other_course, wanted={"phq-9": ("before", 1)})
    session = alliance.book_session(asker=asker, course=cast.other_course, starts_at=timezone.now())
    without, other = Visitor(), Visitor()
    other.get(link_to(session.check_ins.get()))
    for phone in (without, other):
        page = last_page(cast, phone)
        assert page.status_code == 404
        assert "talk to someone now" in page.content.decode()
        assert "was not stored" in page.content.decode()
    assert not Flag.objects.exists()


def test_s1_danger_said_on_a_page_that_was_open_when_the_plan_was_emptied_is_flagged(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    SafetyPlan.objects.update(read_by="")
    page = phone.post("/check-in/3/", {**DANGER, "check_in": str(cast.before.pk)}, follow=True).content.decode()
    assert Flag.objects.get().value == 3
    assert "talk to someone now" in page


def test_s1_danger_said_again_on_a_link_that_is_over_is_a_new_flag_once_the_first_was_looked_at(cast: Cast) -> None:
    phone = Visitor()
    phone.get(link_to(cast.before))
    CheckIn.objects.filter(pk=cast.before.pk).update(expires_at=timezone.now() - timedelta(days=1))
    for _ in range(2):
        last_page(cast, phone)  # pressed twice
    actions.acknowledge(asker=of_member(cast.therapist), flag=Flag.objects.get(), note="Called.")
    last_page(cast, phone)
    assert Flag.objects.filter(acknowledgement=None).count() == 1
    assert Notice.objects.filter(kind="flag").count() == 2


def test_s1_danger_said_by_another_browser_that_begins_anew_is_a_new_flag(cast: Cast) -> None:
    for _ in range(2):
        phone = Visitor()
        phone.get(link_to(cast.before))
        phone.post("/check-in/3/", {**DANGER, "check_in": str(cast.before.pk)})
    assert Flag.objects.count() == 2


def test_s1_the_same_answer_given_again_is_a_new_flag_with_a_new_message(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    actions.acknowledge(asker=of_member(cast.therapist), flag=Flag.objects.get(), note="Called.")
    alliance.answer_again(check_in=cast.before)
    send(cast.before, {"phq-9": SOMETIMES})
    assert Flag.objects.count() == 2
    assert Notice.objects.filter(kind="flag").count() == 2


def test_s2_only_the_browser_that_sent_is_reminded(cast: Cast) -> None:
    answer_all(Visitor(), cast.before, "phq-9", SOMETIMES)
    other = Visitor()
    other.get(link_to(cast.before))
    assert "talk to someone now" not in other.get("/check-in/done/").content.decode()


def test_s4_the_responsible_clinician_may_look(cast: Cast) -> None:
    SafetyPlan.objects.update(responsible=cast.other_therapist)
    send(cast.before, {"phq-9": SOMETIMES})
    desk = cast.visitor(cast.other_therapist)
    assert "spoke of self-harm" in desk.get("/desk/").content.decode()
    assert desk.get(f"/flags/{Flag.objects.get().pk}/").status_code == 200
    assert desk.get(f"/courses/{cast.course.pk}/").status_code == 404  # the flag, not the course


def test_s4_where_nobody_can_be_told_now_the_deputy_is(cast: Cast) -> None:
    Account.objects.update(is_active=False)
    send(cast.before, {"phq-9": SOMETIMES})
    notice = Notice.objects.get()
    assert notice.kind == "flag-late"
    assert notice.due_at <= timezone.now()


def test_s5_looking_twice_at_once_keeps_the_first_word(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    flag = Flag.objects.get()
    notes = [actions.acknowledge(asker=of_member(cast.therapist), flag=flag, note=note).note for note in ("one", "two")]
    assert notes == ["one", "one"]


def test_s7_a_message_that_was_tried_and_failed_counts_as_stuck(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    longago, later = timezone.now() - timedelta(minutes=20), timezone.now() + timedelta(hours=1)
    Notice.objects.filter(kind="flag").update(attempts=3, written_at=longago, due_at=later)
    assert "Messages are not going out" in cast.visitor(cast.therapist).get("/desk/").content.decode()


def test_s8_a_folder_for_letters_reaches_nobody(cast: Cast, settings) -> None:  # type: ignore[no-untyped-def]
    settings.MAIL_IS_A_FOLDER = True
    assert "mail server" in " ".join(queries.missing_for_self_harm_items(cast.practice.pk))


def test_s8_a_check_in_that_is_open_leaves_the_item_out_as_soon_as_the_plan_is_emptied(cast: Cast) -> None:
    SafetyPlan.objects.update(read_by="")
    assert [measure.id for measure in alliance_queries.asked(cast.before)] == []


def test_a_files_flags_are_told_of_in_one_message(cast: Cast) -> None:
    rows = "\n".join(f"C-{number},1,2019-01-01,{'0,' * 8}2" for number in range(30))
    items = ",".join(f"phq-9.client.{number}" for number in range(1, 10))
    reading = read(f"client,session,held_on,{items}\n{rows}\n")
    bring_in(cast, reading)
    bring_in(cast, reading)
    assert Flag.objects.count() == 30
    assert Notice.objects.filter(kind="flag").count() == 1


def test_s2_the_very_next_page_says_whom_to_call_and_when_a_person_reads(cast: Cast) -> None:
    phone = Visitor()
    page = answer_all(phone, cast.before, "phq-9", SOMETIMES).content.decode()
    assert page.index("talk to someone now") < page.index("Your answers are saved")
    for needed in ("988", "by the end of the next working day", "around the clock"):
        assert needed in page


def test_s2_and_so_does_every_page_after_it(cast: Cast) -> None:
    alliance.plan_measures(
        asker=of_member(cast.therapist), course=cast.course, wanted={"phq-9": ("before", 1), "gad-7": ("before", 1)}
    )
    soon = timezone.now() + timedelta(days=1)
    session = alliance.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=soon)
    check_in, phone = session.check_ins.get(), Visitor()
    phone.get(link_to(check_in))
    for page in (1, 2, 3, 4, 5):
        shown = phone.get(f"/check-in/{page}/").content.decode()
        if page == 5:
            phone.post("/check-in/5/", {**form("phq-9", SOMETIMES), "check_in": str(check_in.pk)})
        elif page < 3:
            phone.post(f"/check-in/{page}/", {**form("gad-7", phq9()), "check_in": str(check_in.pk)})
        else:
            phone.post(f"/check-in/{page}/", {**form("phq-9", SOMETIMES), "check_in": str(check_in.pk)})
        assert "talk to someone now" not in shown
    assert "talk to someone now" in phone.get("/check-in/6/").content.decode()
    press_send(phone, check_in, 6)
    assert "talk to someone now" in phone.get("/check-in/done/").content.decode()


def test_s3_the_form_says_that_it_is_not_watched(cast: Cast) -> None:
    phone = Visitor()
    assert "not watched around the clock" in phone.get(link_to(cast.before), follow=True).content.decode()
    ninth = phone.get("/check-in/3/").content.decode()  # before the ninth question
    assert "not watched around the clock" in ninth
    assert "cannot be kept for yourself" in ninth


def test_s4_the_message_goes_out_with_the_flag_and_gives_nothing_away(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    kinds = sorted((notice.kind, notice.address) for notice in Notice.objects.all())
    assert kinds == [("flag", "berg@example.org"), ("flag-late", "osei@example.org")]
    late = Notice.objects.get(kind="flag-late")
    assert timedelta(hours=23) < late.due_at - timezone.now() < timedelta(hours=25)


def test_s4_looking_at_it_stops_the_message_to_the_deputy(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    flag, desk = Flag.objects.get(), cast.visitor(cast.therapist)
    assert "first" in desk.get("/desk/").content.decode()
    desk.post(f"/flags/{flag.pk}/", {"note": "Spoke by phone, safe tonight."})
    assert Notice.objects.get(kind="flag-late").cancelled_at
    assert "spoke of self-harm" not in desk.get("/desk/").content.decode()
    assert "Spoke by phone" in desk.get(f"/flags/{flag.pk}/").content.decode()


def test_s5_a_flag_stays_and_needs_a_note(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    flag = Flag.objects.get()
    with pytest.raises(RefusedError, match="what you did"):
        actions.acknowledge(asker=of_member(cast.therapist), flag=flag, note="  ")
    actions.acknowledge(asker=of_member(cast.therapist), flag=flag, note="Called.")
    assert Flag.objects.filter(pk=flag.pk).exists()


def test_s6_no_risk_score_and_no_percentage(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    page = cast.visitor(cast.therapist).get(f"/flags/{Flag.objects.get().pk}/").content.decode()
    assert "%" not in page
    assert "Several days" in page


def test_s7_the_desk_says_when_messages_do_not_go_out(cast: Cast) -> None:
    send(cast.before, {"phq-9": SOMETIMES})
    Notice.objects.filter(kind="flag").update(due_at=timezone.now() - timedelta(minutes=20))
    assert "Messages are not going out" in cast.visitor(cast.therapist).get("/desk/").content.decode()
    assert Visitor().get("/healthz").status_code == 503


@pytest.mark.parametrize("lacks", ["responsible", "deputy_name", "deputy_email", "lines", "read_by"])
def test_s8_without_a_complete_plan_no_self_harm_item_is_asked(cast: Cast, lacks: str) -> None:
    empty = {"responsible": None, "lines": []}.get(lacks, "")
    plan = SafetyPlan.objects.get(practice=cast.practice)
    setattr(plan, lacks, empty)
    plan.save()
    with pytest.raises(RefusedError, match="self-harm"):
        alliance.plan_measures(asker=of_member(cast.therapist), course=cast.course, wanted={"phq-9": ("before", 1)})
    assert PlannedMeasure.objects.filter(course=cast.course).count() == 2  # nothing changed
    alliance.plan_measures(asker=of_member(cast.therapist), course=cast.course, wanted={"gad-7": ("before", 1)})
    page = cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/plan/").content.decode()
    assert "asks about self-harm" in page


def test_s8_a_plan_that_is_emptied_later_stops_the_asking_too(cast: Cast) -> None:
    SafetyPlan.objects.update(read_by="")
    soon = timezone.now() + timedelta(days=1)
    session = alliance.book_session(asker=of_member(cast.therapist), course=cast.course, starts_at=soon)
    assert [one.measures for one in session.check_ins.all()] == [["alliance"]]


def test_s8_a_plan_that_asks_about_self_harm_says_what_the_safety_plan_lacks_and_can_leave_it_out(cast: Cast) -> None:
    SafetyPlan.objects.update(responsible=None)
    desk, place = cast.visitor(cast.therapist), f"/courses/{cast.course.pk}/plan/"
    every = dict.fromkeys(plannable(), "0") | {"alliance": "2"}
    refused = desk.post(place, {**every, "phq-9": "1"})
    assert refused.status_code == 422
    assert "first the practice needs a responsible clinician" in refused.content.decode()
    desk.post(place, every)
    assert dict(cast.course.plan.values_list("measure", "every")) == {"alliance": 2}


def test_s9_a_skipped_ninth_is_not_answered_never_nought_never_made_up(cast: Cast) -> None:
    send(cast.before, {"phq-9": phq9(2, 2, 2, 2, 2, 2, 2, 2, None)})
    page = cast.visitor(cast.therapist).get(f"/sessions/{cast.session.pk}/").content.decode()
    assert "not answered" in page
    assert "– </h3>" in page or ": –" in page  # no total


def test_s10_whose_check_in_it_is_stands_on_the_first_page_in_initials(cast: Cast) -> None:
    start = Visitor().get(link_to(cast.before), follow=True).content.decode()
    assert "A. L." in start
    assert "Dr. Berg" in start
    assert "This is not me" in start


def bring_in(cast: Cast, reading: Reading) -> None:
    asker = of_member(cast.therapist)
    alliance.bring_in(asker=asker, practice=cast.practice, reading=reading, therapist=cast.therapist)


def test_a_self_harm_answer_in_a_file_is_flagged(cast: Cast) -> None:
    items = ",".join(f"phq-9.client.{number}" for number in range(1, 10))
    reading = read(f"client,session,{items}\nC-17,1,0,0,0,0,0,0,0,0,2\n")
    alliance.bring_in(
        asker=of_member(cast.therapist), practice=cast.practice, reading=reading, therapist=cast.therapist
    )
    assert Flag.objects.get().source == "import"


def test_without_a_plan_a_file_with_such_answers_is_refused_whole(cast: Cast) -> None:
    SafetyPlan.objects.all().delete()
    reading = read("client,session,phq-9.client.9\nC-17,1,2\n")
    with pytest.raises(RefusedError, match="safety plan"):
        alliance.bring_in(
            asker=of_member(cast.therapist), practice=cast.practice, reading=reading, therapist=cast.therapist
        )


def test_the_numbers_are_the_practices_own(cast: Cast) -> None:
    assert queries.help_for(cast.practice).lines == LINES
    assert {line["number"] for line in queries.help_for(cast.elsewhere).lines} == {"988", "911"}
