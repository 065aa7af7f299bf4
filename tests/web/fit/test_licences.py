"""A licence from being stated to its last day: who checks it, when it counts, and when somebody is reminded."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit import Needs, Profile, gate
from accord.web.audit.models import Act
from accord.web.fit import actions, licences, queries
from accord.web.fit.actions import Offered
from accord.web.fit.models import Credential
from accord.web.home import demo
from accord.web.notices import worker
from accord.web.notices.models import Notice
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Member
from tests.cast import Cast
from tests.rules.test_privacy import raw

NUMBER = "PSY-77-SECRET"
SAID = {"title": "Licensed psychologist", "region": "New York", "number": NUMBER}


def profiles_on(on: date) -> list[Profile]:
    """Every therapist who shows a page, as the gate sees them on this day."""
    return queries.profiles(queries.published_offers().values(), on)


def days(count: int) -> date:
    return timezone.localdate() + timedelta(days=count)


def stated(member: Member, until: date | None = None, attempt: UUID | None = None, **other: str) -> Credential:
    given = {**SAID, **other}
    return actions.state_credential(
        asker=of_member(member), member=member, until=until or days(400), attempt=attempt or uuid4(), **given
    )


@pytest.fixture
def checked(cast: Cast) -> Credential:
    one = stated(cast.therapist)
    actions.verify_credential(asker=of_member(cast.manager), credential=one)
    one.refresh_from_db()
    return one


def shown(cast: Cast) -> None:
    """Dr. Berg works in a way, has room, and shows a page."""
    asker, offered = of_member(cast.therapist), Offered(methods=["cbt"], places=1)
    people.publish_profile(asker=asker, member=cast.therapist, about="", published=True, has_room=True)
    cast.therapist.refresh_from_db()
    actions.state_offer(asker=asker, member=cast.therapist, offered=offered)


def shut(on: date) -> list[str]:
    """What keeps somebody with panic attacks and Dr. Berg apart on this day."""
    (profile,) = profiles_on(on)
    return [reason.about for reason in gate(Needs(concerns=("panic",), region="New York"), profile, on)]


def waiting_for(one: Credential) -> list[Notice]:
    found = Notice.objects.filter(cancel_key=f"licence:{one.pk}", cancelled_at=None)
    return list(found.order_by("due_at"))


def test_stated_then_checked_then_it_counts_until_its_last_day(cast: Cast) -> None:
    shown(cast)
    assert shut(days(0)) == ["credential", "region"]
    desk, page = cast.visitor(cast.therapist), cast.visitor(cast.manager)
    typed = {**SAID, "until": days(30).isoformat(), "attempt": str(uuid4())}
    assert desk.post("/you/licence/", typed).status_code == 302
    one = Credential.objects.get()
    assert shut(days(0)) == ["credential", "region"]  # stated is not checked
    assert "Waits to be checked" in desk.get("/you/licence/").content.decode()
    assert [each.pk for each in queries.licences_to_check(of_member(cast.manager))] == [one.pk]
    assert "1 licence to check" in page.get("/practice/").content.decode()
    assert NUMBER in page.get(f"/practice/licences/{one.pk}/").content.decode()
    page.post(f"/practice/licences/{one.pk}/", {"what": "verify", "looked": "on"})
    assert shut(days(0)) == []
    assert shut(days(30)) == []
    assert shut(days(31)) == ["credential", "region"]
    assert "Checked by Nora Quist" in desk.get("/you/licence/").content.decode()
    assert not queries.licences_to_check(of_member(cast.manager))


def test_accepting_wants_a_look_first(cast: Cast) -> None:
    one = stated(cast.therapist)
    answer = cast.visitor(cast.manager).post(f"/practice/licences/{one.pk}/", {"what": "verify"})
    assert answer.status_code == 422
    assert "look first, then tick this" in answer.content.decode()
    one.refresh_from_db()
    assert one.verified_at is None


def test_refused_with_a_reason_that_its_therapist_reads(cast: Cast) -> None:
    one, manager = stated(cast.therapist), cast.visitor(cast.manager)
    place = f"/practice/licences/{one.pk}/"
    assert manager.post(place, {"what": "refuse", "why": " "}).status_code == 422
    manager.post(place, {"what": "refuse", "why": "The number is somebody else’s."})
    own = cast.visitor(cast.therapist).get("/you/licence/").content.decode()
    assert "Not accepted" in own
    assert "The number is somebody else’s." in own
    assert not [value for value in raw("refused_why", "fit_credential") if "somebody" in value]
    shown(cast)
    assert "credential" in shut(days(0))


def test_a_decision_can_be_undone_and_made_anew(cast: Cast, checked: Credential) -> None:
    manager, place = cast.visitor(cast.manager), f"/practice/licences/{checked.pk}/"
    with pytest.raises(RefusedError, match="accepted meanwhile"):
        actions.refuse_credential(asker=of_member(cast.manager), credential=checked, why="Late.")
    manager.post(place, {"what": "undo"})
    assert queries.licences_to_check(of_member(cast.manager)) == [checked]
    assert waiting_for(checked) == []
    manager.post(place, {"what": "refuse", "why": "Not found."})
    with pytest.raises(RefusedError, match="not accepted meanwhile"):
        actions.verify_credential(asker=of_member(cast.manager), credential=checked)
    manager.post(place, {"what": "undo"})
    manager.post(place, {"what": "verify", "looked": "on"})
    checked.refresh_from_db()
    assert (bool(checked.verified_at), checked.refused_at, checked.refused_why) == (True, None, "")
    assert len(waiting_for(checked)) == 2


def test_pressing_twice_states_once_and_decides_once(cast: Cast) -> None:
    attempt = uuid4()
    one = stated(cast.therapist, attempt=attempt)
    assert stated(cast.therapist, attempt=attempt) == one
    for _ in range(2):
        actions.verify_credential(asker=of_member(cast.manager), credential=one)
    assert Credential.objects.count() == 1
    assert Act.objects.filter(verb="verify licence").count() == 1
    assert len(waiting_for(one)) == 2


@pytest.mark.parametrize(
    ("field", "got", "wanted"),
    [("until", "2020-01-05", "2020-01-05 is over"), ("until", "soon", "not a day"), ("number", "", "required")],
)
def test_what_cannot_be_comes_back_and_states_nothing(cast: Cast, field: str, got: str, wanted: str) -> None:
    typed = {**SAID, "until": days(9).isoformat(), "attempt": str(uuid4()), field: got}
    answer = cast.visitor(cast.therapist).post("/you/licence/", typed)
    assert answer.status_code == 422
    assert wanted in answer.content.decode()
    assert "Licensed psychologist" in answer.content.decode()
    assert not Credential.objects.exists()


def test_the_action_refuses_what_no_form_would_send(cast: Cast) -> None:
    with pytest.raises(UsageError, match="is over"):
        stated(cast.therapist, days(-1))
    with pytest.raises(UsageError, match="has a title"):
        stated(cast.therapist, number=" ")
    with pytest.raises(UsageError, match="with a reason"):
        actions.refuse_credential(asker=of_member(cast.manager), credential=stated(cast.therapist), why="  ")


def test_what_ended_before_anybody_looked_cannot_be_accepted(cast: Cast) -> None:
    one = stated(cast.therapist)
    Credential.objects.update(until=days(-1))
    with pytest.raises(RefusedError, match="its last day is over"):
        actions.verify_credential(asker=of_member(cast.manager), credential=one)
    page = cast.visitor(cast.manager).get(f"/practice/licences/{one.pk}/").content.decode()
    assert "before anybody checked it" in page
    assert "Accept it" not in page


def test_a_manager_of_another_practice_finds_nothing_and_decides_nothing(cast: Cast, checked: Credential) -> None:
    far = people.add_member(asker=COMMAND, practice=cast.elsewhere.pk, name="Fay", roles=frozenset({"manager"}))
    people.give_account(asker=COMMAND, member=far, email="fay@example.org")
    asker, visitor, place = of_member(far), cast.visitor(far), f"/practice/licences/{checked.pk}/"
    assert visitor.get(place).status_code == 404
    assert visitor.post(place, {"what": "undo"}).status_code == 404
    assert "Berg" not in visitor.get("/practice/licences/").content.decode()
    assert queries.credentials(asker, cast.therapist.pk) == queries.licences(asker) == []
    for act, more in (
        (actions.verify_credential, {}),
        (actions.refuse_credential, {"why": "Mine."}),
        (actions.undo_decision, {}),
    ):
        with pytest.raises(RefusedError, match="same practice"):
            act(asker=asker, credential=checked, **more)  # type: ignore[operator]
    checked.refresh_from_db()
    assert checked.verified_by == cast.manager


def test_another_therapist_finds_nothing_and_withdraws_nothing(cast: Cast, checked: Credential) -> None:
    asker, visitor = of_member(cast.other_therapist), cast.visitor(cast.other_therapist)
    assert "psychologist," not in visitor.get("/you/licence/").content.decode()
    assert NUMBER not in visitor.get(f"/you/licence/?renew={checked.pk}").content.decode()
    assert visitor.post(f"/you/licence/{checked.pk}/withdraw/").status_code == 404
    assert queries.my_credential(asker, checked.pk) is queries.credential(asker, checked.pk) is None
    assert queries.credentials(asker, cast.therapist.pk) == []
    for act in (actions.withdraw_credential, actions.put_back_credential, actions.verify_credential):
        with pytest.raises(RefusedError):
            act(asker=asker, credential=checked)
    with pytest.raises(RefusedError):
        actions.state_credential(asker=asker, member=cast.therapist, until=days(9), attempt=uuid4(), **SAID)


def test_a_manager_withdraws_nobodys_licence(cast: Cast, checked: Credential) -> None:
    with pytest.raises(RefusedError, match="the therapist it belongs to"):
        actions.withdraw_credential(asker=of_member(cast.manager), credential=checked)


def test_withdrawing_can_be_undone_while_nobody_looked_and_not_after(cast: Cast) -> None:
    one, desk = stated(cast.therapist), cast.visitor(cast.therapist)
    desk.post(f"/you/licence/{one.pk}/withdraw/")
    assert not queries.licences_to_check(of_member(cast.manager))
    with pytest.raises(RefusedError, match="withdrawn it meanwhile"):
        actions.verify_credential(asker=of_member(cast.manager), credential=one)
    assert "has withdrawn it" in cast.visitor(cast.manager).get(f"/practice/licences/{one.pk}/").content.decode()
    assert "Put it back" in desk.get("/you/licence/").content.decode()
    desk.post(f"/you/licence/{one.pk}/back/")
    assert queries.licences_to_check(of_member(cast.manager)) == [one]
    actions.verify_credential(asker=of_member(cast.manager), credential=one)
    desk.post(f"/you/licence/{one.pk}/withdraw/")
    assert "Put it back" not in desk.get("/you/licence/").content.decode()
    answer = desk.post(f"/you/licence/{one.pk}/back/", follow=True).content.decode()
    assert "state it anew" in answer
    one.refresh_from_db()
    assert one.withdrawn_at


def test_the_number_is_encrypted_and_on_no_public_page(cast: Cast, checked: Credential) -> None:
    shown(cast)
    assert Credential.objects.get().number == NUMBER
    assert not [value for value in raw("number", "fit_credential") if "SECRET" in value]
    public = ("/", "/therapists/", f"/therapists/{cast.therapist.pk}/")
    for visitor in (cast.everyone["stranger"], cast.visitor(cast.ada), cast.visitor(cast.other_therapist)):
        assert not [place for place in public if NUMBER in visitor.get(place).content.decode()]
    assert NUMBER not in str(list(Act.objects.values_list()))


def test_its_therapist_is_reminded_sixty_and_fourteen_days_before(cast: Cast, checked: Credential) -> None:
    early, late = waiting_for(checked)
    assert [one.address for one in (early, late)] == ["berg@example.org"] * 2
    morning = datetime.combine(checked.until, time(9), UTC)
    assert [one.due_at for one in (early, late)] == [morning - timedelta(days=60), morning - timedelta(days=14)]
    assert Notice.objects.count() == 2  # to nobody else
    Notice.objects.update(due_at=timezone.now())
    worker.send_due()
    assert "/you/licence/" in mail.outbox[0].body
    assert "licen" not in (mail.outbox[0].subject + mail.outbox[0].body).replace("/you/licence/", "").lower()


def test_a_day_that_has_passed_is_not_reminded_of(cast: Cast) -> None:
    one = stated(cast.therapist, days(30))
    actions.verify_credential(asker=of_member(cast.manager), credential=one)
    assert len(waiting_for(one)) == 1


def test_without_an_account_nobody_is_written_to(cast: Cast) -> None:
    one = stated(cast.therapist)
    cast.therapist.account = None
    cast.therapist.save()
    actions.verify_credential(asker=of_member(cast.manager), credential=one)
    assert not Notice.objects.exists()


def test_whoever_has_left_is_not_reminded_and_stands_in_no_list(cast: Cast, checked: Credential) -> None:
    account, manager = cast.therapist.account, of_member(cast.manager)
    for here in (False, True):
        account.is_active = here
        account.save()
        actions.settle_reminders(member=cast.therapist.pk)
        assert len(waiting_for(checked)) == (2 if here else 0)
        assert queries.licences(manager) == ([checked] if here else [])


def test_a_renewal_settles_the_reminders_and_its_refusal_wakes_them(cast: Cast, checked: Credential) -> None:
    newer = stated(cast.therapist, days(1000))
    assert waiting_for(checked) == []
    assert waiting_for(newer) == []  # nobody has looked at it yet
    actions.refuse_credential(asker=of_member(cast.manager), credential=newer, why="Another name.")
    assert len(waiting_for(checked)) == 2
    actions.undo_decision(asker=of_member(cast.manager), credential=newer)
    actions.verify_credential(asker=of_member(cast.manager), credential=newer)
    assert waiting_for(checked) == []
    assert len(waiting_for(newer)) == 2
    actions.withdraw_credential(asker=of_member(cast.therapist), credential=newer)
    assert waiting_for(newer) == []
    assert len(waiting_for(checked)) == 2


def test_a_licence_for_another_region_is_no_renewal(cast: Cast, checked: Credential) -> None:
    stated(cast.therapist, days(1000), region="Ohio")
    assert len(waiting_for(checked)) == 2


def test_a_reminder_that_went_out_is_not_sent_again(cast: Cast, checked: Credential) -> None:
    early, _ = waiting_for(checked)
    Notice.objects.filter(pk=early.pk).update(done_at=timezone.now(), due_at=timezone.now())
    Credential.objects.filter(pk=checked.pk).update(until=days(50))
    newer = stated(cast.therapist, days(1000))
    actions.withdraw_credential(asker=of_member(cast.therapist), credential=newer)
    assert len([one for one in waiting_for(checked) if one.done_at is None]) == 1


def test_the_list_begins_with_those_that_wait_then_those_that_end(cast: Cast, checked: Credential) -> None:
    ended, soon = (stated(cast.other_therapist, region=region) for region in ("Ohio", "Utah"))
    for one, left in ((ended, -2), (soon, 59)):
        actions.verify_credential(asker=of_member(cast.manager), credential=one)
        Credential.objects.filter(pk=one.pk).update(until=days(left))
    waits = stated(cast.other_therapist, region="Iowa")
    desk = licences.desk(queries.licences(of_member(cast.manager)), timezone.localdate())
    places = [[one.licence.pk for one in part] for part in (desk.waiting, desk.soon, desk.ended, desk.others)]
    assert places == [[waits.pk], [soon.pk], [ended.pk], [checked.pk]]
    stated(cast.other_therapist, days(900), region="ohio")
    desk = licences.desk(queries.licences(of_member(cast.manager)), timezone.localdate())
    assert desk.ended == []  # a renewal was stated; that one waits now


def test_in_a_solo_practice_one_checks_ones_own_and_it_says_so(cast: Cast) -> None:
    roles = frozenset({"therapist", "manager", "operator"})
    alone = people.add_member(asker=COMMAND, practice=cast.elsewhere.pk, name="Ruth Amsel", roles=roles)
    people.give_account(asker=COMMAND, member=alone, email="ruth@example.org")
    one, visitor = stated(alone), cast.visitor(alone)
    place = f"/practice/licences/{one.pk}/"
    assert "This is your own licence, and you check it yourself" in visitor.get(place).content.decode()
    visitor.post(place, {"what": "verify", "looked": "on"})
    assert "You checked this yourself" in visitor.get(place).content.decode()
    assert "You checked this yourself" in visitor.get("/you/licence/").content.decode()
    assert Notice.objects.get(cancel_key=f"licence:{one.pk}", due_at__lt=timezone.now() + timedelta(days=345))


def test_reading_a_licence_is_in_the_audit(cast: Cast, checked: Credential) -> None:
    cast.visitor(cast.manager).get(f"/practice/licences/{checked.pk}/")
    assert Act.objects.filter(verb="read licence", object=checked.pk, who=cast.manager.pk).exists()


def test_the_invented_practices_have_offers_and_licences_of_every_kind(db: None) -> None:
    demo.build(seed=2)
    on = licences.today(demo.account_for_door("manager").member.practice)
    found = {
        one.id: gate(Needs(concerns=("not-sure",)), one, on)
        for one in queries.profiles(queries.published_offers().values(), on)
    }
    assert len(found) == 5
    assert sorted(reason.about for reasons in found.values() for reason in reasons) == ["credential", "room"]
    desk = licences.desk(queries.licences(of_member(demo.account_for_door("manager").member)), on)
    assert [len(part) for part in (desk.waiting, desk.soon, desk.ended, desk.others)] == [1, 1, 0, 2]
