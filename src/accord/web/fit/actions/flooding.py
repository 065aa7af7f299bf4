"""How much one person may ask for: enough to meet several, too little to flood anybody. All of it goes by address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accord.errors import RefusedError
from accord.web.fit import queries
from accord.web.fit.models import Meeting, Seeker
from accord.web.people.models import Member

MOST_OPEN = 3
MOST_UNCONFIRMED_BY_ADDRESS, MOST_UNCONFIRMED_BY_THERAPIST = 3, 20
MOST_AGAIN = 3
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


def not_too_many(person: Seeker, new: Sequence[UUID], kind: str, now: datetime) -> None:
    """Three people asked at a time, in all searches of one address together; nobody twice for the same."""
    open_ones = [one for one in queries.by_address(person.email_index, now) if one.open]
    if len(open_ones) + len(new) > MOST_OPEN and new:
        raise RefusedError(
            f"you can have {MOST_OPEN} people asked at a time, so that each of them can count on you; "
            "call one off, or wait for an answer"
        )
    for one in open_ones:
        if one.meeting.member_id in new and one.meeting.kind == kind:
            raise RefusedError(f"you have asked {one.meeting.member.name} already, in another search of yours")


def not_again(person: Seeker, member: Member, kind: str) -> None:
    """A no is a no; and asking and calling off again and again is no asking."""
    before = Meeting.objects.filter(search__seeker__email_index=person.email_index, member=member, kind=kind)
    if before.exclude(declined_at=None).exists():
        raise RefusedError(f"{member.name} has said no to this; ask somebody else")
    if before.filter(asked_at__gt=timezone.now() - A_WEEK).count() >= MOST_AGAIN:
        raise RefusedError(f"you have asked {member.name} {MOST_AGAIN} times this week; try again next week")


def no_flood(person: Seeker, new: Sequence[UUID], now: datetime) -> None:
    """No address with letters, and no therapist with requests that nobody stands behind."""
    waiting = Seeker.objects.filter(confirmed_at=None, search__begun_at__gt=now - A_DAY)
    others = waiting.filter(email_index=person.email_index).exclude(pk=person.pk)
    if others.count() >= MOST_UNCONFIRMED_BY_ADDRESS:
        raise RefusedError(
            f"{person.email} was asked to confirm {MOST_UNCONFIRMED_BY_ADDRESS} times today; "
            "open the newest of those letters, or try again tomorrow"
        )
    unconfirmed = Meeting.objects.filter(asked_at__gt=now - A_DAY, told_at=None)
    for member in new:
        if unconfirmed.filter(member=member).exclude(search=person.pk).count() >= MOST_UNCONFIRMED_BY_THERAPIST:
            raise RefusedError("many people ask the same therapist just now; try again in some hours")
