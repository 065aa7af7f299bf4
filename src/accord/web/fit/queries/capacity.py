"""How much room a practice has, and how long people wait there: totals, for its manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accord.fit.replies import Reply
from accord.web.fit.models import Meeting, Offer, ReplyTime
from accord.web.fit.queries.meetings import hours_waited
from accord.web.fit.queries.times import has_times
from accord.web.fit.queries.waiting import on_list, rooms
from accord.web.people import queries as people
from accord.web.people.asker import Asker

COUNTED = timedelta(days=90)


@dataclass(frozen=True)
class Waits:
    """How long some requests waited, and at how many therapists."""

    waits: Sequence[Reply]
    therapists: int


@dataclass(frozen=True)
class Capacity:
    """`with_room`, `published` and `with_times` count therapists who say how they work; `waited` is in days."""

    places: int
    with_room: int
    published: int
    with_times: int
    therapists: int
    answers: Waits
    meetings: Waits
    waited: Sequence[float]


def capacity(asker: Asker, now: datetime) -> Capacity | None:
    """None for whoever is no manager."""
    if "manager" not in asker:
        return None
    practice = people.own_practice(asker)
    offers = Offer.objects.filter(practice=practice, member__is_therapist=True, member__account__is_active=True)
    members = [one.member for one in offers.select_related("member__practice")]
    free = [one.profile.places for one in rooms(practice.pk, practice.today)]
    return Capacity(
        places=sum(free),
        with_room=sum(each > 0 for each in free),
        published=sum(one.published for one in members),
        with_times=sum(has_times(one) for one in members),
        therapists=len(members),
        answers=_until_answer(practice.pk, now),
        meetings=_until_met(practice.pk, now),
        waited=[(now - one.joined_at).total_seconds() / 86400 for one in on_list(practice.pk, now)],
    )


def _until_answer(practice: UUID, now: datetime) -> Waits:
    """What was answered or taken back in this time, and what waits now."""
    noted = list(ReplyTime.objects.filter(practice=practice, at__gt=now - COUNTED))
    waiting = [one for one in _asked(practice, now) if not (one.answered_at or one.called_off_at or one.declined_at)]
    waits = [Reply(one.hours, one.answered) for one in noted]
    waits += [Reply(hours_waited(one, now), False) for one in waiting]
    return Waits(waits, len({one.member_id for one in noted} | {one.member_id for one in waiting}))


def _until_met(practice: UUID, now: datetime) -> Waits:
    """From a person's first request here to their first meeting here; of the searches that are kept."""
    by_search: dict[UUID, list[Meeting]] = {}
    for one in _asked(practice, now):
        by_search.setdefault(one.search_id, []).append(one)
    waits = [_first_met(them, now) for them in by_search.values()]
    return Waits(waits, len({one.member_id for them in by_search.values() for one in them}))


def _asked(practice: UUID, now: datetime) -> list[Meeting]:
    found = Meeting.objects.filter(practice=practice, asked_at__gt=now - COUNTED, asked_at__lte=now)
    return list(found.filter(told_at__isnull=False))


def _first_met(them: Sequence[Meeting], now: datetime) -> Reply:
    """From when a therapist could know of it. Where they have not met: until now, or until the last of it was over."""
    begun = min(one.told_at or one.asked_at for one in them)
    held = [one.starts_at for one in them if one.starts_at and _took_place(one, now)]
    if held:
        return Reply(_hours(begun, min(held)), True)
    ends = [one.called_off_at or one.declined_at or one.missed_at or now for one in them]
    return Reply(_hours(begun, max(ends)), False)


def _took_place(one: Meeting, now: datetime) -> bool:
    over = bool(one.agreed_at and one.ends_at and one.ends_at <= now)
    said_no = one.declined_at and one.ends_at and one.declined_at < one.ends_at
    return over and not (one.called_off_at or one.missed_at or said_no)


def _hours(begun: datetime, ended: datetime) -> float:
    return max(0.0, (ended - begun).total_seconds() / 3600)
