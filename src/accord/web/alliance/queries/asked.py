"""Check-ins: what was asked, when it can be answered, and the links to it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from accord.measures import Measure
from accord.web import wording
from accord.web.alliance.models import CheckIn, Occasion, PlannedMeasure
from accord.web.alliance.queries.courses import seen_by
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.safety import queries as safety

CHANGE_WINDOW = timedelta(hours=24)
"""For this long after sending, a client may send the same check-in again; the latest answers count."""
GRACE = timedelta(hours=2)
"""Somebody who is filling in a check-in when its time ends may finish."""
BEFORE_OPENS = timedelta(days=3)
"""So long before a session the form that belongs before it can be answered."""


def check_ins(asker: Asker, occasion_ids: Iterable[UUID]) -> dict[UUID, list[CheckIn]]:
    """What clients were asked on these occasions; whether they answered, not what."""
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=seen_by(asker)).values("pk")
    grouped: dict[UUID, list[CheckIn]] = defaultdict(list)
    for one in CheckIn.objects.filter(occasion__in=visible).order_by("-moment"):
        grouped[one.occasion_id].append(one)
    return grouped


def check_in(asker: Asker, check_in_id: UUID) -> CheckIn | None:
    """A check-in as its therapist sees it: the link, never the draft."""
    if "therapist" not in asker:
        return None
    found = CheckIn.objects.select_related("occasion__course__client", "occasion__course__therapist", "practice")
    return found.filter(pk=check_in_id, occasion__course__in=seen_by(asker)).first()


def waiting_check_ins(asker: Asker, now: datetime) -> list[CheckIn]:
    """What a client can answer now."""
    if "client" not in asker:
        return []
    mine = CheckIn.objects.select_related("occasion__course__therapist", "practice")
    mine = mine.filter(occasion__course__client=asker.who, answered_at=None, expires_at__gt=now)
    found = [one for one in mine if opens_at(one) <= now and not is_called_off(one)]
    return sorted(found, key=lambda one: (opens_at(one), one.moment))


def opens_at(one: CheckIn) -> datetime:
    """Before a session: in its last days, since 'the last two weeks' should end near it. After: when it has begun."""
    starts_at = one.occasion.starts_at or one.expires_at
    return starts_at if one.moment == PlannedMeasure.AFTER else starts_at - BEFORE_OPENS


def by_token(token: str) -> CheckIn | None:
    """The check-in that a link's secret opens, whatever its state."""
    return _for_link().filter(token_hash=token_hash(token)).first()


def by_cookie(check_in_id: str) -> CheckIn | None:
    """The check-in of the cookie that a link was swapped for; a renewed link ends the older cookie, says its caller."""
    return _for_link().filter(pk=check_in_id).first()


def _for_link() -> "QuerySet[CheckIn]":
    return CheckIn.objects.select_related(
        "occasion__course__client", "occasion__course__therapist", "practice", "draft"
    )


def link_state(one: CheckIn, now: datetime) -> str:
    """'open', 'early' (the session has not begun), 'expired', 'answered' (can still be changed) or 'closed'."""
    draft = getattr(one, "draft", None)
    if one.answered_at is not None:
        if _is_over(one):
            return "closed"
        changing = now < min(one.expires_at, one.answered_at + CHANGE_WINDOW)
        return ("open" if draft else "answered") if changing else "closed"
    if is_called_off(one):
        return "expired"
    begun = draft and draft.saved_at > now - GRACE
    if now >= one.expires_at and not begun:
        return "expired"
    return "early" if opens_at(one) > now else "open"


def is_called_off(one: CheckIn) -> bool:
    """Nothing is asked of a session that was not held, nor after the end but for what was agreed for then."""
    return _is_over(one) or one.occasion.attended in (Occasion.NO, Occasion.CANCELLED)


def _is_over(one: CheckIn) -> bool:
    return bool(one.occasion.course.ended_on) and not one.occasion.is_follow_up


def asked(one: CheckIn) -> list[Measure]:
    """What this check-in asks now: a measure that the practice's safety plan no longer covers is left out."""
    every = [wording.measure(name) for name in one.measures]
    return [measure for measure in every if safety.may_be_asked(measure, one.practice_id)]


def link_path(one: CheckIn) -> str:
    return f"/c/{settings.KEYS.token(one.pk, one.generation)}/"
