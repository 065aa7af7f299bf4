"""Raise a flag, look at it, settle the plan. Raising is part of the transaction that stores the answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.measures import Measure
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.people.asker import Asker
from accord.web.people.models import Client, Member
from accord.web.safety.models import Acknowledgement, Flag, HandedOver, SafetyPlan
from accord.web.safety.queries import can_sign_in, plan


def raise_flags(
    *,
    asker: Asker,
    client: Client,
    course: UUID,
    therapist: Member | None,
    measure: Measure,
    answers: Mapping[str, Any],
    source: str,
    cause: UUID,
    tell: bool = True,
    also: Sequence[Member] = (),
) -> list[Flag]:
    """A flag for every listed item answered at or above its mark. Must run inside the caller's transaction.

    The same answer of the same attempt raises one flag, however often it is saved; a higher answer raises another.
    Many at once, out of a file, are told of together (`tell_of_file`). `also`: who looks after the course meanwhile.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("raise_flags must share the transaction that stores the answers")
    raised = []
    for mark in measure.safety:
        value = answers.get(mark.item)
        if value is not None and value >= mark.at_least:
            raised += _raise_one(asker, client, course, therapist, measure.id, mark.item, int(value), source, cause)
    for flag in raised:
        _add_to(flag, also)
    for flag in raised if tell else ():
        _tell(flag, plan(client.practice_id))
    return raised


def _raise_one(
    asker: Asker,
    client: Client,
    course: UUID,
    therapist: Member | None,
    measure: str,
    item: str,
    value: int,
    source: str,
    cause: UUID,
) -> list[Flag]:
    responsible = therapist if therapist and can_sign_in(therapist) else plan(client.practice_id).responsible
    flag, new = Flag.objects.get_or_create(
        cause=cause,
        measure=measure,
        item=item,
        value=value,
        defaults={
            "practice_id": client.practice_id,
            "client": client,
            "course": course,
            "responsible": responsible,
            "source": source,
        },
    )
    if not new:
        return []
    record(asker, "raise flag", flag.pk, practice=client.practice_id)
    return [flag]


def _tell(flag: Flag, settled: SafetyPlan) -> None:
    """The clinician now, the deputy when nobody has looked in the agreed time; looking cancels the second.

    Where nobody can be reached now, the deputy is told now.
    """
    path, key = f"/flags/{flag.pk}/", f"flag:{flag.pk}"
    handed = {one.member for one in flag.handed.select_related("member__account")}
    now = [one for one in {flag.responsible, settled.responsible, *handed} - {None} if one and can_sign_in(one)]
    for address in (one.account.email for one in now if one.account):
        notices.write(practice=flag.practice_id, kind="flag", address=address, path=path)
    if settled.deputy_email:
        due = timezone.now() + (timedelta(hours=settled.hours) if now else timedelta())
        notices.write(
            practice=flag.practice_id,
            kind="flag-late",
            address=settled.deputy_email,
            path=path,
            cancel_key=key,
            due_at=due,
        )


def tell_of_file(*, flags: Sequence[Flag]) -> None:
    """One message to each clinician for all the flags that a file brought, instead of one a flag."""
    for responsible in {flag.responsible_id: flag for flag in flags}.values():
        _tell(responsible, plan(responsible.practice_id))


def _add_to(flag: Flag, members: Iterable[Member]) -> list[Member]:
    """Whoever of these can sign in and did not have the flag yet has it now."""
    reached = [one for one in members if can_sign_in(one) and one.pk != flag.responsible_id]
    rows = ((one, {"practice_id": flag.practice_id, "flag": flag, "member": one}) for one in reached)
    return [one for one, row in rows if HandedOver.objects.get_or_create(flag=flag, member=one, defaults=row)[1]]


@transaction.atomic
def hand_over_flags(*, asker: Asker, flags: Iterable[Flag], to: Member) -> int:
    """Somebody else looks at these from now on, and is told; whoever had them has them still. Returns how many."""
    if not can_sign_in(to):
        raise RefusedError("somebody who cannot sign in would never see a flag; choose somebody who can")
    new = [flag for flag in flags if _add_to(flag, [to])]
    for flag in new:
        assert to.account
        path = f"/flags/{flag.pk}/"
        notices.write(practice=flag.practice_id, kind="flag", address=to.account.email, path=path)
        record(asker, "hand over flag", flag.pk, practice=flag.practice_id)
    return len(new)


@transaction.atomic
def acknowledge(*, asker: Asker, flag: Flag, note: str) -> Acknowledgement:
    """Say that you looked and what you did. Stops the message to the deputy; the flag itself stays for ever."""
    if not note.strip():
        raise RefusedError("say in a word what you did, so that the record shows it")
    looked = Acknowledgement(practice_id=flag.practice_id, member_id=asker.me, note=note.strip())
    Flag.objects.select_for_update().get(pk=flag.pk)
    if before := Acknowledgement.objects.filter(flag=flag).first():
        return before  # pressed twice, or two looked at once: the first word stands
    looked.flag = flag
    looked.save(force_insert=True)
    notices.cancel(f"flag:{flag.pk}")
    record(asker, "acknowledge flag", flag.pk)
    return looked


@transaction.atomic
def settle_plan(
    *,
    asker: Asker,
    practice: UUID,
    responsible: Member | None,
    deputy_name: str,
    deputy_email: str,
    lines: Sequence[Mapping[str, str]],
    read_by: str,
    hours: int,
    complaints: str,
) -> SafetyPlan:
    """Write the whole plan; what is asked of clients depends on it being complete."""
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, practice):
        raise RefusedError("only a manager settles the safety plan of their own practice")
    settled = SafetyPlan(
        practice_id=practice,
        responsible=responsible,
        deputy_name=deputy_name,
        deputy_email=deputy_email,
        lines=list(lines),
        read_by=read_by,
        hours=hours,
        complaints=complaints,
    )
    settled.save()
    record(asker, "settle safety plan", practice, practice=practice)
    return settled
