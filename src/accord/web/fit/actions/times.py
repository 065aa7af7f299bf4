"""When a therapist can meet somebody new. What was agreed already stays, whatever becomes of the week."""

from datetime import date, time

from django.db import IntegrityError, transaction

from accord.errors import RefusedError, UsageError
from accord.fit.calendar import Window
from accord.web.audit.actions import record
from accord.web.fit.models import DayApart, FindingRules, WeeklyTime
from accord.web.fit.models.times import BOTH, KINDS
from accord.web.people.asker import Asker
from accord.web.people.models import Member, Practice

MOST_DAYS = 31


@transaction.atomic
def add_weekly_time(
    *, asker: Asker, member: Member, weekday: int, begins: time, ends: time, kinds: str = BOTH
) -> WeeklyTime:
    """Every week from now on. One that overlaps another of the same day is refused."""
    _own(asker, member)
    _check(begins, ends, kinds)
    if not 0 <= weekday <= 6:
        raise UsageError(f"weekday: got {weekday}, wanted 0 (Monday) to 6 (Sunday)")
    there = WeeklyTime.objects.filter(member=member, weekday=weekday)
    if same := there.filter(begins=begins, ends=ends, kinds=kinds).first():
        return same  # pressed twice
    _no_overlap(there, begins, ends)
    one = WeeklyTime.objects.create(
        practice_id=member.practice_id, member=member, weekday=weekday, begins=begins, ends=ends, kinds=kinds
    )
    record(asker, "add weekly time", one.pk)
    return one


def _check(begins: time, ends: time, kinds: str) -> None:
    if kinds not in dict(KINDS):
        raise UsageError(f"kinds: got {kinds!r}, wanted one of {', '.join(dict(KINDS))}")
    Window(begins, ends, frozenset())  # says what is wrong with the times


def _no_overlap(there, begins: time, ends: time) -> None:  # type: ignore[no-untyped-def]
    if other := there.filter(begins__lt=ends, ends__gt=begins).first():
        got, there_is = f"{begins:%H:%M} to {ends:%H:%M}", f"{other.begins:%H:%M} to {other.ends:%H:%M}"
        raise RefusedError(f"{got} overlaps {there_is}, which is there already")


@transaction.atomic
def remove_weekly_time(*, asker: Asker, time: WeeklyTime) -> None:
    _own(asker, time.member)
    WeeklyTime.objects.filter(pk=time.pk).delete()
    record(asker, "remove weekly time", time.pk)


@transaction.atomic
def close_days(*, asker: Asker, member: Member, first: date, last: date) -> int:
    """Nothing of the week holds from the first to the last day; returns how many days are newly closed."""
    _own(asker, member)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise UsageError(f"got {first.isoformat()} to {last.isoformat()}, wanted 1 to {MOST_DAYS} days in a row")
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    new = [_closed(member, day) for day in days]
    record(asker, "close days", member.pk)
    return sum(new)


def _closed(member: Member, day: date) -> bool:
    _, new = DayApart.objects.get_or_create(
        member=member, day=day, begins=None, defaults={"practice_id": member.practice_id}
    )
    return new


@transaction.atomic
def add_extra_time(*, asker: Asker, member: Member, day: date, begins: time, ends: time, kinds: str = BOTH) -> DayApart:
    """One day, beside the week; also on a day that is closed otherwise."""
    _own(asker, member)
    _check(begins, ends, kinds)
    there = DayApart.objects.filter(member=member, day=day, begins__isnull=False)
    if same := there.filter(begins=begins, ends=ends, kinds=kinds).first():
        return same
    _no_overlap(there, begins, ends)
    try:
        one = DayApart.objects.create(
            practice_id=member.practice_id, member=member, day=day, begins=begins, ends=ends, kinds=kinds
        )
    except IntegrityError:
        raise RefusedError(f"{begins:%H:%M} is there already on that day") from None
    record(asker, "add extra time", one.pk)
    return one


@transaction.atomic
def remove_day_apart(*, asker: Asker, day: DayApart) -> None:
    _own(asker, day.member)
    DayApart.objects.filter(pk=day.pk).delete()
    record(asker, "remove day apart", day.pk)


def _own(asker: Asker, member: Member) -> None:
    if asker.who != member.pk or "therapist" not in asker:
        raise RefusedError("a therapist's free times are theirs alone to set")


@transaction.atomic
def settle_finding(*, asker: Asker, practice: Practice, reply_days: int, assigns: bool | None = None) -> None:
    """How long a request may wait, also those that wait now; whether the practice keeps a list (None: as it was).

    Without a list nobody new can join it; those on it wait on.
    """
    if "manager" not in asker or asker.practice != practice.pk:
        raise RefusedError("how the practice handles requests is settled by its manager")
    if not 1 <= reply_days <= 14:
        raise UsageError(f"reply_days: got {reply_days}, wanted 1 to 14")
    settled = {"reply_days": reply_days} | ({} if assigns is None else {"assigns": assigns})
    FindingRules.objects.update_or_create(practice=practice, defaults=settled)
    record(asker, "settle finding rules", practice.pk)
