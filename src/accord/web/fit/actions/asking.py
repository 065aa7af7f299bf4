"""A seeker asks for first calls: who they are, whom they ask, at which times. Their address is confirmed first.

Nothing reaches a therapist before the address is confirmed, so nobody can ask in somebody else's name. A time that was
picked is held meanwhile, for half an hour.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit.calendar import quarters
from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions.letters import tell_of_request, way_back_key
from accord.web.fit.actions.listed import confirm_places, take_back_untold
from accord.web.fit.models import Meeting, Offer, Search, Seeker, TakenTime
from accord.web.fit.queries import times
from accord.web.notices import actions as notices
from accord.web.people.asker import STRANGER
from accord.web.people.keys import token_hash
from accord.web.people.models import Client

MOST_OPEN = 3
# So that nobody is flooded with letters, and no calendar with requests that nobody stands behind.
MOST_UNCONFIRMED_BY_ADDRESS, MOST_UNCONFIRMED_BY_THERAPIST = 3, 20
A_DAY, BETWEEN_LETTERS = timedelta(days=1), timedelta(minutes=2)
CONFIRM_LIFE, WAY_BACK_LIFE = timedelta(hours=24), timedelta(hours=1)


@dataclass(frozen=True)
class Who:
    """Who asks, as they said it."""

    name: str
    email: str
    time_zone: str
    phone: str = ""


class TakenError(RefusedError):
    """A time that somebody else was quicker to take; `meeting` may be asked for at another."""

    def __init__(self, therapist: str) -> None:
        super().__init__(f"that time with {therapist} has just been taken; pick another one")


@transaction.atomic
def ask_for_calls(
    *,
    search: Search,
    who: Who,
    wanted: Mapping[UUID, datetime | None],
    words: str = "",
    kind: str = Meeting.CALL,
    client: Client | None = None,
) -> list[Meeting]:
    """Ask up to three therapists in one go, each at the time picked, or at one that they will propose.

    All or none: where one time is gone, nothing is stored, and the error says whose. The same again changes nothing.
    """
    now, search = timezone.now(), Search.objects.select_for_update().get(pk=search.pk)
    _enough_room(search, wanted, kind, now)
    person = known_as(search, who, client, now)
    if person.confirmed_at is None:
        no_flood(person, wanted, now)
    made = []
    for member_id, starts_at in wanted.items():
        if not _asked_already(search, member_id, kind):
            made.append(_ask(search, person, member_id, starts_at, words.strip(), kind))
    search.changed_at = now
    search.save(update_fields=["changed_at"])
    if made and person.confirmed_at is None:
        write_way_back(person, made[0].practice_id, "confirm", CONFIRM_LIFE)
    return made


def _enough_room(search: Search, wanted: Mapping[UUID, object], kind: str, now: datetime) -> None:
    if not wanted:
        raise UsageError("got nobody to ask; choose at least one therapist")
    there = queries.standings(search, now)
    new = [one for one in wanted if not _asked_already(search, one, kind)]
    if sum(one.open for one in there) + len(new) > MOST_OPEN:
        raise RefusedError(
            f"you can have {MOST_OPEN} people asked at a time, so that each of them can count on you; "
            "call one off, or wait for an answer"
        )


def no_flood(person: Seeker, wanted: Iterable[UUID], now: datetime) -> None:
    """No address gets letter after letter, and no therapist more requests than a person could mean."""
    waiting = Seeker.objects.filter(confirmed_at=None, search__begun_at__gt=now - A_DAY)
    others = waiting.filter(email_index=person.email_index).exclude(pk=person.pk)
    if others.count() >= MOST_UNCONFIRMED_BY_ADDRESS:
        raise RefusedError(
            f"{person.email} was asked to confirm {MOST_UNCONFIRMED_BY_ADDRESS} times today; "
            "open the newest of those letters, or try again tomorrow"
        )
    unconfirmed = Meeting.objects.filter(asked_at__gt=now - A_DAY, search__seeker__confirmed_at=None)
    for member in wanted:
        if unconfirmed.filter(member=member).exclude(search=person.pk).count() >= MOST_UNCONFIRMED_BY_THERAPIST:
            raise RefusedError("many people ask the same therapist just now; try again in some hours")


def _asked_already(search: Search, member_id: UUID, kind: str) -> bool:
    there = Meeting.objects.filter(search=search, member=member_id, kind=kind, asked_at__lte=timezone.now())
    return there.filter(called_off_at=None, declined_at=None, missed_at=None).exists()


def known_as(search: Search, who: Who, client: Client | None, now: datetime) -> Seeker:
    """Said once; another address has to be confirmed again. A client who is signed in has confirmed theirs."""
    email = who.email.strip().lower()
    one = Seeker.objects.filter(search=search).first() or Seeker(search=search)
    if one.confirmed_at is None or one.email != email:
        one.confirmed_at = now if client and client.email.lower() == email and client.email_confirmed_at else None
    one.name, one.email, one.phone, one.time_zone = who.name.strip(), email, who.phone.strip(), who.time_zone
    one.email_index = settings.KEYS.blind("seeker-email", email)
    one.client = client or one.client
    one.decided, one.decided_at = "", None
    one.save()
    return one


def _ask(search: Search, person: Seeker, member_id: UUID, starts_at: datetime | None, words: str, kind: str) -> Meeting:
    offer = Offer.objects.select_related("member__practice", "member__account").get(pk=member_id)
    if offer.rings == "therapist" and kind == Meeting.CALL and not person.phone:
        raise UsageError(f"{offer.member.name} rings you for a first call; write a number")
    take_back_untold(search, member_id)  # they were quicker than the practice
    one = Meeting.objects.create(
        practice_id=offer.practice_id,
        member=offer.member,
        search=search,
        kind=kind,
        minutes=times.minutes_of(offer, kind),
        rings=offer.rings,
        cost=offer.call_cost if kind == Meeting.CALL else offer.consultation_cost,
        words=words,
        proposed_by="seeker" if starts_at else "",
    )
    if starts_at:
        take(one, starts_at, only_free=True)
    record(STRANGER, f"ask for {one.what}", one.pk, practice=one.practice_id)
    if person.confirmed_at:
        tell_of_request(one)
    return one


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


def write_way_back(person: Seeker, practice: UUID, kind: str, life: timedelta) -> None:
    """A one-time link to the search, which confirms the address, too."""
    secret = secrets.token_urlsafe(24)
    person.way_back, person.way_back_until = token_hash(secret), timezone.now() + life
    person.save()
    key = way_back_key(person.search)
    notices.cancel(key)
    path = f"/find/open/{quote(secret)}/"
    notices.write(practice=practice, kind=kind, address=person.email, path=path, cancel_key=key)


@transaction.atomic
def send_way_back(*, email: str) -> int:
    """A one-time link to each search that this address asked from, but not twice in two minutes; returns how many."""
    sent = 0
    for person in queries.seekers_by_address(email):
        practice = _practice_of(person.search)
        kind, life = ("way-back", WAY_BACK_LIFE) if person.confirmed_at else ("confirm", CONFIRM_LIFE)
        lately = person.way_back_until and person.way_back_until - life > timezone.now() - BETWEEN_LETTERS
        if practice and not lately:
            write_way_back(person, practice, kind, life)
            sent += 1
    return sent


def _practice_of(search: Search) -> UUID | None:
    """One that they asked something of: in its name the letter is written."""
    first = Meeting.objects.filter(search=search).first() or next(iter(queries.waitings(search)), None)
    return first.practice_id if first else None


@transaction.atomic
def open_by_way_back(*, secret: str) -> Search | None:
    """Spend a one-time code: its address is confirmed, and what was asked for goes to the therapists now."""
    person = queries.seeker_by_way_back(secret, timezone.now())
    if person is None:
        return None
    person = Seeker.objects.select_for_update().select_related("search").get(pk=person.pk)
    person.way_back, person.way_back_until = "", None
    first = person.confirmed_at is None
    person.confirmed_at = person.confirmed_at or timezone.now()
    person.save()
    if first:
        _send_requests(person.search)
        confirm_places(person.search)
    record(STRANGER, "confirm address" if first else "come back to search", person.pk)
    return person.search


@transaction.atomic
def confirm_invented(*, search: Search) -> None:
    """Invented people open no letters; nobody else's address is ever confirmed so."""
    practices = [one.practice for one in Meeting.objects.filter(search=search)]
    practices += [one.practice for one in queries.waitings(search)]
    if not all(one.invented for one in practices):
        raise RefusedError("only the addresses of invented people are confirmed without a letter")
    person = Seeker.objects.select_for_update().get(search=search)
    person.confirmed_at = person.confirmed_at or timezone.now()
    person.save()
    notices.cancel(way_back_key(search))
    _send_requests(search)
    confirm_places(search)
    record(STRANGER, "confirm invented address", search.pk)


def _send_requests(search: Search) -> None:
    """What was held too long and went to somebody else is asked without a time; the therapist proposes one."""
    asked = Meeting.objects.filter(search=search, called_off_at=None, asked_at__lte=timezone.now())
    for one in asked.select_related(*queries.BEHIND):
        if one.starts_at and not TakenTime.objects.filter(meeting=one).exists():
            _hold_again(one)
        tell_of_request(one)
    search.changed_at = timezone.now()
    search.save(update_fields=["changed_at"])


def _hold_again(one: Meeting) -> None:
    assert one.starts_at
    try:
        take(one, one.starts_at, only_free=False)
    except (RefusedError, UsageError):
        one.starts_at, one.proposed_by = None, ""
        one.save()
