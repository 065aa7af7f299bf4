"""When a therapist is free for somebody new: the week, the days that differ, and what is taken already."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from accord.fit.calendar import Pattern, Window, free_times
from accord.web.fit.models import DayApart, Offer, TakenTime, WeeklyTime
from accord.web.fit.models.times import BOTH, CALL, CONSULTATION
from accord.web.fit.standing import HELD
from accord.web.people.asker import Asker
from accord.web.people.models import Member

Busy = Callable[[Member, datetime, datetime], Iterable[datetime]]
BUSY: list[Busy] = []
"""Later rooms put here what tells when a therapist is taken otherwise: the quarters, between two moments."""
# Sooner than this nobody is surprised with a call; later than this no time is offered.
SOONEST, HORIZON = timedelta(hours=12), timedelta(days=28)


def my_weekly_times(asker: Asker) -> list[WeeklyTime]:
    return list(WeeklyTime.objects.filter(member=asker.who)) if "therapist" in asker else []


def my_days_apart(asker: Asker, since: datetime) -> list[DayApart]:
    """Those that are not over."""
    found = DayApart.objects.filter(member=asker.who, day__gte=since.date() - timedelta(days=1))
    return list(found) if "therapist" in asker else []


def pattern(member: Member) -> Pattern:
    weekly, apart = WeeklyTime.objects.filter(member=member), list(DayApart.objects.filter(member=member))
    return Pattern(
        weekly=tuple((one.weekday, _window(one.begins, one.ends, one.kinds)) for one in weekly),
        closed=frozenset(one.day for one in apart if one.closed),
        extra=tuple((one.day, _window(one.begins, one.ends, one.kinds)) for one in apart if one.begins and one.ends),
    )


def _window(begins: time, ends: time, kinds: str) -> Window:
    return Window(begins, ends, frozenset({CALL, CONSULTATION} if kinds == BOTH else {kinds}))


def taken(member: Member, now: datetime) -> set[datetime]:
    """Quarters that are gone; a time picked by somebody who never confirmed their address is free again."""
    held = TakenTime.objects.filter(member=member, at__gt=now - timedelta(days=1))
    return set(held.exclude(pk__in=stale(member, now)).values_list("at", flat=True))


def stale(member: Member, now: datetime) -> list[UUID]:
    """What is held for requests that were not confirmed in time."""
    late = TakenTime.objects.filter(member=member, meeting__told_at=None)
    return list(late.filter(meeting__asked_at__lt=now - HELD).values_list("pk", flat=True))


def minutes_of(offer: Offer, kind: str) -> int:
    return offer.call_minutes if kind == CALL else offer.consultation_minutes


def free(member: Member, kind: str, minutes: int, now: datetime) -> list[datetime]:
    """The moments at which somebody new could begin such a meeting, soonest first."""
    zone = member.practice.zone
    until = (now + HORIZON).astimezone(zone).date()
    held = taken(member, now).union(*(busy(member, now, now + HORIZON) for busy in BUSY))
    return free_times(pattern(member), kind, minutes, zone, after=now + SOONEST, until=until, taken=held)


def has_times(member: Member) -> bool:
    return (
        WeeklyTime.objects.filter(member=member).exists()
        or DayApart.objects.filter(member=member, begins__isnull=False).exists()
    )


def by_day(times: Iterable[datetime], zone: tzinfo) -> list[tuple[datetime, list[datetime]]]:
    """Grouped by the day they fall on for whoever reads them; the first of each day stands for it."""
    found: dict[date, list[datetime]] = {}
    for at in times:
        found.setdefault(at.astimezone(zone).date(), []).append(at)
    return [(group[0], group) for group in found.values()]
