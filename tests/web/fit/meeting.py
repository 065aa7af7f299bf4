"""Somebody who looks, therapists with free times, and a first call between them: as the actions leave them."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.core import mail
from django.utils import timezone

from accord.web.fit import actions, queries
from accord.web.fit import search as plain
from accord.web.fit.actions import Who
from accord.web.fit.models import Impression, Meeting, Search, TakenTime
from accord.web.fit.queries import times
from accord.web.notices import worker
from accord.web.people.asker import of_member
from accord.web.people.models import Member

ZOE = Who("Zoe Quint", "zoe@example.org", "America/New_York", "555-0199")
NEEDS = {"concerns": ["panic"], "region": "CA"}


def keep_free(*members: Member) -> None:
    """Every day from seven to nine in the evening, for calls and consultations."""
    for member in members:
        for weekday in range(7):
            actions.add_weekly_time(asker=of_member(member), member=member, weekday=weekday, begins=at(19), ends=at(21))


def at(hour: int, minute: int = 0) -> Any:
    return datetime(2000, 1, 1, hour, minute).time()


def searching(**needs: Any) -> Search:
    """A search whose four questions are answered."""
    one = actions.begin_search()
    for page in plain.FOUR:
        actions.save_answers(search=one, page=page, given={**NEEDS, **needs} if page == "what" else {})
    one.refresh_from_db()
    return one


def first_free(member: Member, kind: str = "call", place: int = 0) -> datetime:
    offer = queries.offer(member.pk)
    assert offer
    return times.free(member, kind, times.minutes_of(offer, kind), timezone.now())[place]


def asked(search: Search, *members: Member, who: Who = ZOE, **more: Any) -> list[Meeting]:
    """First calls asked for, each at another free time, and the address confirmed."""
    wanted = {one.pk: first_free(one, place=place) for place, one in enumerate(members)}
    made = actions.ask_for_calls(search=search, who=who, wanted=wanted, **more)
    confirm()
    return made


def confirm() -> None:
    """Open the link in the letter that waits, and press the button there."""
    for secret in re.findall(r"/find/open/([^/]+)/", " ".join(letters("confirm"))):
        actions.open_by_way_back(secret=secret)


def letters(*subjects: str) -> list[str]:
    """Send all that is due; the texts of what went out since the last look."""
    mail.outbox.clear()
    while worker.send_due():
        pass
    return [f"{one.subject}\n{one.to[0]}\n{one.body}" for one in mail.outbox]


def met(one: Meeting, *, hours_ago: float = 1.0) -> Meeting:
    """Agreed on, and held so long ago: the clock is turned back for what is stored of it."""
    if one.agreed_at is None:
        actions.accept(asker=of_member(one.member), meeting=one)
    past = timezone.now() - timedelta(hours=hours_ago, minutes=one.minutes)
    past = past.replace(minute=past.minute // 15 * 15, second=0, microsecond=0)
    one.refresh_from_db()
    assert one.starts_at
    moved = one.starts_at - past
    Meeting.objects.filter(pk=one.pk).update(
        starts_at=past, asked_at=one.asked_at - moved, agreed_at=past - timedelta(days=1)
    )
    for asked_for in Impression.objects.filter(meeting=one):
        asked_for.opens_at -= moved
        asked_for.save()
    TakenTime.objects.filter(meeting=one).delete()
    one.refresh_from_db()
    return one


def rated(one: Meeting, day: str = "first", **answers: int | None) -> Impression:
    """The impression of one day; 4 where nothing else is said."""
    impression = one.impressions.get(day=day)
    if day == "next":
        Impression.objects.filter(pk=impression.pk).update(opens_at=timezone.now() - timedelta(minutes=1))
    given = {item: answers.get(item.replace("-", "_"), 4) for item in ITEMS}
    actions.give_impression(impression=impression, answers=given)
    impression.refresh_from_db()
    return impression


ITEMS = ("heard", "respected", "at-ease", "honest", "sense", "can-help")
