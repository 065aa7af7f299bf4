"""People on the list of Riverside, and a manager who assigns them: as the actions leave them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accord.web.fit import actions, preview, queries
from accord.web.fit.actions import Who
from accord.web.fit.actions.letters import suggestion_key
from accord.web.fit.models import Assignment, Meeting, Suggestion, Waiting
from accord.web.notices.models import Notice
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.web.fit.meeting import NEEDS, confirm


def keeps_a_list(cast: Cast, on: bool = True) -> None:
    actions.settle_finding(asker=of_member(cast.manager), practice=cast.practice, reply_days=2, assigns=on)


def waits(cast: Cast, name: str = "Zoe Quint", *, weeks: int = 0, **needs: Any) -> Waiting:
    """Somebody on the list, since so many weeks."""
    who = Who(name, f"{name.split()[0].lower()}@example.org", "America/New_York", "555-0199")
    since = timezone.now() - timedelta(weeks=weeks, hours=1)
    asker = of_member(cast.manager)
    one = actions.put_on_list(asker=asker, practice=cast.practice, needs={**NEEDS, **needs}, who=who, since=since)
    confirm()
    one.refresh_from_db()
    return one


def previewed(cast: Cast) -> preview.Preview:
    return preview.preview(queries.board(of_member(cast.manager), timezone.now()))


def who_to_whom(found: preview.Preview) -> dict[int, str]:
    return {one.waiting.number or 0: one.member.name for one in found.pairs}


def applied(cast: Cast, found: preview.Preview | None = None, only: Collection[int] = ()) -> Assignment:
    found = found or previewed(cast)
    numbers = only or [one.waiting.number or 0 for one in found.pairs]
    return actions.apply_assignment(asker=of_member(cast.manager), stamp=found.stamp, numbers=numbers)


def told(one: Assignment) -> None:
    """A quarter of an hour later: the clock is put forward for what is stored of it."""
    past = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=one.pk).update(told_at=past)
    keys = [suggestion_key(each.meeting) for each in one.suggestions.all() if each.meeting]
    Meeting.objects.filter(suggestion__assignment=one).update(asked_at=past, told_at=past)
    Notice.objects.filter(cancel_key__in=keys).update(due_at=past)
    one.refresh_from_db()


def suggested(cast: Cast, waiting: Waiting) -> Meeting:
    """Assigned, told, and the first call that came of it for this person."""
    told(applied(cast))
    found = Suggestion.objects.get(waiting=waiting).meeting
    assert found
    return found
