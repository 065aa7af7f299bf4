"""A seeker asks for first calls: who they are, whom they ask, at which times. Their address is confirmed first.

Nothing reaches a therapist before the address is confirmed, so nobody can ask in somebody else's name. A time that was
picked is held meanwhile, for half an hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions.flooding import no_flood, not_again, not_too_many
from accord.web.fit.actions.holding import send_requests, take
from accord.web.fit.actions.letters import tell_of_request
from accord.web.fit.actions.listed import confirm_places, take_back_untold
from accord.web.fit.actions.way_back import ask_to_confirm, put_letter_off
from accord.web.fit.models import Meeting, Offer, Search, Seeker
from accord.web.fit.queries import times
from accord.web.people.asker import STRANGER
from accord.web.people.models import Client

GONE = "the search is not kept any more; please begin again"


@dataclass(frozen=True)
class Who:
    """Who asks, as they said it."""

    name: str
    email: str
    time_zone: str
    phone: str = ""


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
    now, one = timezone.now(), Search.objects.select_for_update().filter(pk=search.pk).first()
    if one is None:
        raise RefusedError(GONE)
    if not wanted:
        raise UsageError("got nobody to ask; choose at least one therapist")
    person = known_as(one, who, client, now)
    new = [member for member, starts_at in wanted.items() if _is_new(one, member, kind, starts_at)]
    not_too_many(person, new, kind, now)
    if person.confirmed_at is None:
        no_flood(person, new, now)
    made = [_ask(one, person, member, wanted[member], words.strip(), kind) for member in new]
    first = Meeting.objects.filter(search=one).first()
    ask_to_confirm(person, first.practice_id if first else None)
    one.changed_at = now
    one.save(update_fields=["changed_at"])
    return made


def _is_new(search: Search, member_id: UUID, kind: str, starts_at: datetime | None) -> bool:
    """Sent twice asks once; another time for somebody who is asked already is not dropped without a word."""
    there = Meeting.objects.filter(search=search, member=member_id, kind=kind, asked_at__lte=timezone.now())
    asked = there.select_related("member").filter(called_off_at=None, declined_at=None, missed_at=None).first()
    if asked and starts_at and starts_at != asked.starts_at:
        raise RefusedError(
            f"you have asked {asked.member.name} already; another time can be picked on the page of that call"
        )
    return asked is None


def known_as(search: Search, who: Who, client: Client | None, now: datetime) -> Seeker:
    """Said once. Another address is taken up when a letter sent to it was opened; until then the old one holds."""
    email = who.email.strip().lower()
    one = Seeker.objects.filter(search=search).first() or Seeker(search=search)
    if one.decided == Seeker.CHOSE:
        raise RefusedError("you have chosen already; on your own page you can look again")
    if one.confirmed_at is None:
        one.email, one.email_index = email, queries.address_index(email)
        if client and client.email.lower() == email and client.email_confirmed_at:
            one.confirmed_at = now
    one.new_email = email if one.email != email else None
    one.name, one.phone, one.time_zone = who.name.strip(), who.phone.strip(), who.time_zone
    one.client = client or one.client
    one.decided, one.decided_at = "", None
    one.save()
    return one


def _ask(search: Search, person: Seeker, member_id: UUID, starts_at: datetime | None, words: str, kind: str) -> Meeting:
    offer = Offer.objects.select_related("member__practice", "member__account").get(pk=member_id)
    not_again(person, offer.member, kind)
    if not queries.works_here(offer.member):
        raise RefusedError(f"{offer.member.name} takes no requests any more")
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
    put_letter_off(person)
    send_requests(search)
    confirm_places(search)
    record(STRANGER, "confirm invented address", search.pk)
