"""A licence: stated by its therapist, checked by a manager of the practice, reminded of before it ends.

What was stated is never changed: a renewed licence is a new row. So a manager decides on exactly what they read.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit.needs import folded
from accord.web.audit.actions import record
from accord.web.fit import licences
from accord.web.fit.models import Credential
from accord.web.notices import actions as notices
from accord.web.notices import queries as outbox
from accord.web.people.asker import Asker
from accord.web.people.models import Member

REMIND_BEFORE = (60, 14)
MORNING = time(9)


@transaction.atomic
def state_credential(
    *, asker: Asker, member: Member, title: str, region: str, number: str, until: date, attempt: UUID
) -> Credential:
    """A licence as its therapist states it. The same filled-in form states one, however often it is sent."""
    if asker.who != member.pk or "therapist" not in asker:
        raise RefusedError("a licence is stated by the therapist it belongs to")
    title, region, number = (" ".join(each.split()) for each in (title, region, number))
    if not (title and region and number):
        raise UsageError("a licence has a title, a region where it holds, and a number")
    if until < licences.today(member.practice):
        raise UsageError(f"got {until.isoformat()}, which is over; state the licence that holds now")
    # The attempt is random and stored nowhere, so that this key tells nothing of the number.
    key = uuid5(attempt, repr((member.pk, title, region, number, until)))
    said = {"practice_id": member.practice_id, "member": member, "title": title, "number": number, "until": until}
    where = {"region": region, "region_word": folded(region)}
    one, new = Credential.objects.get_or_create(pk=key, defaults={**said, **where})
    if new:
        record(asker, "state licence", one.pk)
        settle_reminders(member=one.member_id)
    return one


@transaction.atomic
def withdraw_credential(*, asker: Asker, credential: Credential) -> None:
    """It no longer counts and no longer waits. What was already looked at has to be stated and checked anew."""
    one = _own(asker, credential)
    if one.withdrawn_at is None:
        one.withdrawn_at = timezone.now()
        one.save(update_fields=["withdrawn_at"])
        record(asker, "withdraw licence", one.pk)
        settle_reminders(member=one.member_id)


@transaction.atomic
def put_back_credential(*, asker: Asker, credential: Credential) -> None:
    """Undo a withdrawal, as long as nobody had looked: a licence that was given up never counts again by itself."""
    one = _own(asker, credential)
    if one.withdrawn_at is None:
        return
    if one.verified_at or one.refused_at:
        raise RefusedError("somebody had already looked at it; state it anew, and it will be checked again")
    one.withdrawn_at = None
    one.save(update_fields=["withdrawn_at"])
    record(asker, "put back licence", one.pk)
    settle_reminders(member=one.member_id)


@transaction.atomic
def verify_credential(*, asker: Asker, credential: Credential) -> None:
    """Looked at and found to be so. It counts from now on, until its last day."""
    one = _of_my_practice(asker, credential)
    if one.verified_at:
        return
    if one.refused_at:
        raise RefusedError("it was not accepted meanwhile; undo that first")
    if one.until < licences.today(one.practice):
        raise RefusedError("its last day is over; ask for the renewed one")
    one.verified_at, one.verified_by_id = timezone.now(), asker.me
    one.save(update_fields=["verified_at", "verified_by"])
    record(asker, "verify licence", one.pk)
    settle_reminders(member=one.member_id)


@transaction.atomic
def refuse_credential(*, asker: Asker, credential: Credential, why: str) -> None:
    """Not accepted, with the reason that its therapist reads."""
    one = _of_my_practice(asker, credential)
    if not why.strip():
        raise UsageError("a licence is refused with a reason; got none")
    if one.refused_at:
        return
    if one.verified_at:
        raise RefusedError("it was accepted meanwhile; undo that first")
    one.refused_at, one.refused_why = timezone.now(), why.strip()
    one.save(update_fields=["refused_at", "refused_why"])
    record(asker, "refuse licence", one.pk)
    settle_reminders(member=one.member_id)


@transaction.atomic
def undo_decision(*, asker: Asker, credential: Credential) -> None:
    """It waits to be checked again, as if nobody had decided; the audit keeps that somebody had."""
    one = _of_my_practice(asker, credential)
    if one.verified_at or one.refused_at:
        one.verified_at = one.verified_by = one.refused_at = None
        one.refused_why = ""
        one.save(update_fields=["verified_at", "verified_by", "refused_at", "refused_why"])
        record(asker, "undo licence decision", one.pk)
        settle_reminders(member=one.member_id)


def _own(asker: Asker, credential: Credential) -> Credential:
    if asker.who != credential.member_id or "therapist" not in asker:
        raise RefusedError("a licence is withdrawn by the therapist it belongs to")
    return _locked(credential)


def _of_my_practice(asker: Asker, credential: Credential) -> Credential:
    if "manager" not in asker or asker.practice != credential.practice_id:
        raise RefusedError("licences are checked by a manager of the same practice")
    one = _locked(credential)
    if one.withdrawn_at:
        raise RefusedError("its therapist has withdrawn it meanwhile; there is nothing to decide")
    return one


def _locked(credential: Credential) -> Credential:
    return Credential.objects.select_for_update().get(pk=credential.pk)


def settle_reminders(*, member: UUID) -> None:
    """Each licence of this therapist is reminded of while it counts and no other has been stated in its place.

    All of them, since a renewal that is refused or withdrawn leaves the one before it to end unnoticed. To be called,
    too, when an account is closed or opened again.
    """
    every = list(Credential.objects.filter(member=member).select_related("practice", "member__account"))
    for one in every:
        key, account = f"licence:{one.pk}", one.member.account
        if not licences.counts(one) or licences.renewed(one, every) or account is None or not account.is_active:
            notices.cancel(key)
        elif not outbox.waiting(key):
            _write_reminders(one, account.email, key)


def _write_reminders(one: Credential, address: str, key: str) -> None:
    """To the therapist's own address, in the morning of the day; a day that has passed is not reminded of."""
    for days in REMIND_BEFORE:
        due = datetime.combine(one.until - timedelta(days=days), MORNING, one.practice.zone)
        if due > timezone.now():
            path = "/you/licence/"
            notices.write(
                practice=one.practice_id, kind="licence", address=address, path=path, cancel_key=key, due_at=due
            )
