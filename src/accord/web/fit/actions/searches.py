"""A search: begun, saved page by page, forgotten. Whoever searches is a stranger in the audit, also when signed in."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit import search as plain
from accord.web.fit.actions import letters
from accord.web.fit.actions.listed import sign_of_life, take_back_untold
from accord.web.fit.actions.meetings import call_off_row
from accord.web.fit.models import Search
from accord.web.notices import actions as notices
from accord.web.people.asker import STRANGER


@transaction.atomic
def begin_search(*, needs: str = "") -> Search:
    """An empty one, or one with what was looked for before. Those that nobody came back to are deleted on the way."""
    forget_old_searches(now=timezone.now())
    one = Search(seed=secrets.randbelow(2**31), needs=needs)
    one.save(force_insert=True)
    record(STRANGER, "begin search", one.pk)
    return one


@transaction.atomic
def forget_old_searches(*, now: datetime) -> int:
    """What was not changed for a month is gone for good; whoever was asked and has not answered is told."""
    old = list(Search.objects.exclude(queries.still_kept(now)))
    for one in old:
        _let_go(one, now)
        record(STRANGER, "forget old search", one.pk)
    Search.objects.filter(pk__in=[one.pk for one in old]).delete()
    return len(old)


def _let_go(one: Search, now: datetime) -> None:
    """Call off what is open, and delete every message to whoever searched, with their address."""
    for each in queries.standings(one, now):
        if each.open:
            call_off_row(each, by="seeker", tell_seeker=False)
    take_back_untold(one)
    notices.forget(letters.of_search(one.pk))


@transaction.atomic
def save_answers(*, search: Search, page: str, given: Mapping[str, Any]) -> bool:
    """Keep the answers of one page. False where the search was forgotten meanwhile: it stays so."""
    return _write(search.pk, lambda before: before.answered(page, given))


@transaction.atomic
def relax(*, search: Search, limit: str, back: bool = False) -> bool:
    """Give up one limit for now, or take it up again. Twice is as once."""
    return _write(search.pk, lambda before: before.relaxed(limit, back=back))


def _write(search_id: UUID, change: Any) -> bool:
    one = Search.objects.select_for_update().filter(pk=search_id).first()
    if one is None:
        return False
    one.needs = plain.written(change(plain.read(one.needs)))
    one.changed_at = timezone.now()
    one.save()
    sign_of_life(one)
    record(STRANGER, "change search", one.pk)
    return True


@transaction.atomic
def forget_search(*, search: Search) -> None:
    """Gone for good, because whoever began it says so. What they asked for is called off."""
    _let_go(search, timezone.now())
    Search.objects.filter(pk=search.pk).delete()
    record(STRANGER, "forget search", search.pk)
