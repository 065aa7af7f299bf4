"""A time is held for the two it belongs to, by rows that the database gives to nobody else."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit.calendar import quarters
from accord.web.fit import queries
from accord.web.fit.actions.letters import tell_of_request
from accord.web.fit.models import Meeting, Search, TakenTime
from accord.web.fit.queries import times


class TakenError(RefusedError):
    """A time that somebody else was quicker to take; the same meeting may be asked for at another."""

    def __init__(self, therapist: str) -> None:
        super().__init__(f"that time with {therapist} has just been taken; pick another one")


def take(one: Meeting, starts_at: datetime, *, only_free: bool) -> None:
    """Hold this time for the two, and let go of the one before. The database refuses what somebody else holds.

    `only_free`: a seeker picks from what their therapist keeps free; a therapist may propose any time.
    """
    now = timezone.now()
    if starts_at <= now:
        raise UsageError("that time is over; pick a later one")
    TakenTime.objects.filter(pk__in=times.stale(one.member, now)).delete()
    TakenTime.objects.filter(meeting=one).delete()
    if only_free and starts_at not in times.free(one.member, one.kind, one.minutes, now):
        raise TakenError(one.member.name)
    same = {"practice_id": one.practice_id, "meeting": one, "member_id": one.member_id, "search_id": one.search_id}
    rows = [TakenTime(at=at, **same) for at in quarters(starts_at, one.minutes)]
    try:
        with transaction.atomic():
            TakenTime.objects.bulk_create(rows)
    except IntegrityError:
        _say_who_has_it(one, rows)
    one.starts_at = starts_at
    one.save()


def _say_who_has_it(one: Meeting, rows: Sequence[TakenTime]) -> None:
    if TakenTime.objects.filter(search=one.search_id, at__in=[row.at for row in rows]).exists():
        raise RefusedError("at that time another meeting of yours is held already; pick another time")
    raise TakenError(one.member.name)


def send_requests(search: Search) -> None:
    """Whom nobody told so far. What was held too long and went to somebody else is asked without a time."""
    waiting = Meeting.objects.filter(search=search, told_at=None, called_off_at=None, declined_at=None)
    for one in waiting.select_related(*queries.BEHIND):
        if one.starts_at and not TakenTime.objects.filter(meeting=one).exists():
            _hold_again(one)
        tell_of_request(one)
    Search.objects.filter(pk=search.pk).update(changed_at=timezone.now())


def _hold_again(one: Meeting) -> None:
    assert one.starts_at
    try:
        take(one, one.starts_at, only_free=False)
    except (RefusedError, UsageError):
        one.starts_at, one.proposed_by = None, ""
        one.save()
