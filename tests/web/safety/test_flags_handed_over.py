"""A flag while its therapist is away, or after they left: somebody sees it always, and nobody who should not."""

from datetime import timedelta

import pytest

from accord.errors import RefusedError
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import Cover
from accord.web.notices.models import Notice
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Account
from accord.web.safety import actions, queries
from accord.web.safety.models import Flag, HandedOver
from tests.cast import Cast, phq9, send, settle_safety


@pytest.fixture(autouse=True)
def the_deputy_answers_for_the_practice(cast: Cast) -> None:
    """So that a therapist sees flags as a therapist alone."""
    settle_safety(cast.practice, cast.deputy)


def danger(cast: Cast) -> Flag:
    send(cast.before, {"phq-9": phq9(0, 0, 0, 0, 0, 0, 0, 0, 2)})
    return Flag.objects.get()


def away(cast: Cast, first: int, last: int) -> None:
    today = cast.practice.today
    alliance.look_after(
        asker=of_member(cast.therapist),
        courses=[cast.course],
        member=cast.other_therapist,
        since=today + timedelta(days=first),
        until=today + timedelta(days=last),
    )


def told() -> set[str]:
    return {one.address for one in Notice.objects.filter(kind="flag")}


def test_raised_during_a_leave_it_reaches_both(cast: Cast) -> None:
    away(cast, 0, 5)
    flag = danger(cast)
    assert {"berg@example.org", "birk@example.org", "osei@example.org"} <= told()
    for person in (cast.therapist, cast.other_therapist):
        visitor = cast.visitor(person)
        assert f"/flags/{flag.pk}/" in visitor.get("/desk/").content.decode()
        assert visitor.get(f"/flags/{flag.pk}/").status_code == 200


def test_raised_before_or_after_it_does_not_reach_the_colleague(cast: Cast) -> None:
    away(cast, 1, 5)
    flag = danger(cast)
    assert "birk@example.org" not in told()
    assert cast.visitor(cast.other_therapist).get(f"/flags/{flag.pk}/").status_code == 404


def test_open_when_a_leave_begins_it_goes_to_the_colleague_at_once(cast: Cast) -> None:
    flag = danger(cast)
    away(cast, 0, 5)
    away(cast, 0, 5)  # pressed twice: told once
    assert Notice.objects.filter(kind="flag").count() == 3  # therapist, practice, colleague
    visitor = cast.visitor(cast.other_therapist)
    assert "Noted" in visitor.post(f"/flags/{flag.pk}/", {"note": "Spoke by phone."}, follow=True).content.decode()
    assert Flag.objects.get().acknowledgement.member == cast.other_therapist


def test_open_before_a_leave_that_begins_later_it_is_seen_from_the_first_day(cast: Cast) -> None:
    flag = danger(cast)
    away(cast, 1, 5)
    assert not HandedOver.objects.exists()
    cast.course.covers.update(since=cast.practice.today)  # its day has come
    visitor = cast.visitor(cast.other_therapist)
    assert f"/flags/{flag.pk}/" in visitor.get("/desk/").content.decode()
    assert visitor.get(f"/flags/{flag.pk}/").status_code == 200


def test_whoever_got_it_keeps_it_when_the_leave_ends(cast: Cast) -> None:
    away(cast, 0, 5)
    flag = danger(cast)
    alliance.end_covers(asker=of_member(cast.therapist), covers=list(cast.course.covers.all()))
    visitor = cast.visitor(cast.other_therapist)
    page = visitor.get(f"/flags/{flag.pk}/")
    assert page.status_code == 200
    assert "Their course" not in page.content.decode()  # which they see no more


def test_a_stand_in_who_cannot_sign_in_is_passed_over(cast: Cast) -> None:
    away(cast, 0, 5)
    Account.objects.filter(pk=cast.other_therapist.account_id).update(is_active=False)
    danger(cast)
    assert told() == {"berg@example.org", "osei@example.org"}
    cast.other_therapist.refresh_from_db()
    with pytest.raises(RefusedError, match="cannot sign in"):
        actions.hand_over_flags(asker=of_member(cast.therapist), flags=Flag.objects.all(), to=cast.other_therapist)


def test_an_old_link_after_a_handing_over_reaches_who_is_there_now(cast: Cast) -> None:
    new = alliance.hand_over(asker=of_member(cast.therapist), course=cast.course, to=cast.other_therapist)
    alliance.flag_answers(check_in=cast.before, given={"phq-9": {"9": 3}})
    flag = Flag.objects.get()
    assert (flag.responsible, flag.course) == (cast.other_therapist, new.pk)
    page = cast.visitor(cast.other_therapist).get(f"/courses/{new.pk}/").content.decode()
    assert f"/flags/{flag.pk}/" in page


def test_the_page_before_the_session_names_what_went_over_with_the_course(cast: Cast) -> None:
    flag = danger(cast)
    new = alliance.hand_over(asker=of_member(cast.therapist), course=cast.course, to=cast.other_therapist)
    desk = cast.visitor(cast.other_therapist)
    for place in ("/desk/", f"/courses/{new.pk}/", f"/courses/{new.pk}/before/"):
        assert f"/flags/{flag.pk}/" in desk.get(place).content.decode(), place


@pytest.mark.parametrize("first", [0, 1])
def test_what_went_over_reaches_who_looks_after_the_course_then(cast: Cast, first: int) -> None:
    """Raised with Dr. Berg, handed over to Jonah Birk, who is away today or from tomorrow on."""
    flag = danger(cast)
    new = alliance.hand_over(asker=of_member(cast.therapist), course=cast.course, to=cast.other_therapist)
    third = people.add_member(asker=COMMAND, practice=cast.practice.pk, name="Mia Sol", roles=frozenset({"therapist"}))
    people.give_account(asker=COMMAND, member=third, email="sol@example.org")
    since = cast.practice.today + timedelta(days=first)
    days = {"since": since, "until": since}
    [cover] = alliance.look_after(asker=of_member(cast.other_therapist), courses=[new], member=third, **days)
    desk = cast.visitor(third)
    if first:
        assert f"/flags/{flag.pk}/" not in desk.get("/desk/").content.decode()
        assert desk.get(f"/flags/{flag.pk}/").status_code == 404
        Cover.objects.filter(pk=cover.pk).update(since=cast.practice.today)
    else:
        assert "sol@example.org" in told()
    for place in ("/desk/", f"/courses/{new.pk}/", f"/courses/{new.pk}/before/"):
        assert f"/flags/{flag.pk}/" in desk.get(place).content.decode(), place
    assert "I have looked at this" in desk.get(f"/flags/{flag.pk}/").content.decode()
    assert "Noted" in desk.post(f"/flags/{flag.pk}/", {"note": "Called."}, follow=True).content.decode()


def test_a_deputy_leaves_only_where_somebody_else_sees_every_flag(cast: Cast) -> None:
    flag, asker = danger(cast), of_member(cast.manager)
    settle_safety(cast.practice, None)
    with pytest.raises(RefusedError, match="responsible clinician"):
        alliance.member_leaves(asker=asker, member=cast.deputy, to=None)
    settle_safety(cast.practice, cast.other_therapist)
    alliance.member_leaves(asker=asker, member=cast.deputy, to=None)
    assert cast.visitor(cast.other_therapist).get(f"/flags/{flag.pk}/").status_code == 200
    cast.deputy.account.refresh_from_db()
    assert not cast.deputy.account.is_active


def test_no_one_else_sees_what_was_handed_over(cast: Cast) -> None:
    flag = danger(cast)
    actions.hand_over_flags(asker=of_member(cast.therapist), flags=[flag], to=cast.other_therapist)
    for person in (cast.manager, cast.researcher, cast.operator, cast.foreign_therapist, cast.ada, cast.bo):
        assert cast.visitor(person).get(f"/flags/{flag.pk}/").status_code == 404
    assert queries.open_flags(of_member(cast.foreign_therapist)) == []


def test_a_flag_of_ones_own_client_is_found_whoever_answers_for_it(cast: Cast) -> None:
    """The desk shows it, so its page opens."""
    Account.objects.filter(pk=cast.therapist.account_id).update(is_active=False)
    flag = danger(cast)
    assert flag.responsible == cast.deputy
    Account.objects.filter(pk=cast.therapist.account_id).update(is_active=True)
    assert cast.visitor(cast.therapist).get(f"/flags/{flag.pk}/").status_code == 200
