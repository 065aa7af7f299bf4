"""The letter that confirms an address, and the link by which somebody comes back to their search.

One code at a time, good once, and only for the address it was sent to. Asked for again before it was used, the same
code goes out again, so that nobody can make a letter worthless that lies in somebody's mailbox.
"""

from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions import letters
from accord.web.fit.actions.holding import send_requests
from accord.web.fit.actions.listed import confirm_places
from accord.web.fit.models import Meeting, Search, Seeker
from accord.web.notices import actions as notices
from accord.web.people.asker import STRANGER
from accord.web.people.keys import token_hash

CONFIRM_LIFE, WAY_BACK_LIFE = timedelta(hours=24), timedelta(hours=1)
BETWEEN_LETTERS = timedelta(minutes=2)


def ask_to_confirm(person: Seeker, practice: UUID | None) -> None:
    """A letter to the address that is not confirmed yet: the first one, or a new one. Not twice in two minutes."""
    email = person.new_email or (person.email if person.confirmed_at is None else None)
    if email and practice:
        _send(person, practice, email, "confirm", CONFIRM_LIFE)


@transaction.atomic
def send_way_back(*, email: str) -> int:
    """A one-time link to the newest search that this address asked from, but not twice in two minutes."""
    them = [(each, _practice_of(each.search)) for each in queries.seekers_by_address(email)]
    asked = [(person, practice) for person, practice in them if practice]
    for person, practice in sorted(asked, key=lambda pair: pair[0].search.changed_at)[-1:]:
        kind, life = ("way-back", WAY_BACK_LIFE) if person.confirmed_at else ("confirm", CONFIRM_LIFE)
        return int(_send(person, practice, person.email, kind, life))
    return 0


def _practice_of(search: Search) -> UUID | None:
    """One that they asked something of: in its name the letter is written."""
    first = Meeting.objects.filter(search=search).first() or next(iter(queries.waitings(search)), None)
    return first.practice_id if first else None


def _send(person: Seeker, practice: UUID, email: str, kind: str, life: timedelta) -> bool:
    now, to = timezone.now(), queries.address_index(email)
    good = bool(person.way_back and person.way_back_until and person.way_back_until > now and person.way_back_to == to)
    if good and person.way_back_until and person.way_back_until - life > now - BETWEEN_LETTERS:
        return False
    if not good:
        person.way_back_number += 1
    secret = settings.KEYS.token(person.pk, person.way_back_number)
    person.way_back, person.way_back_until, person.way_back_to = token_hash(secret), now + life, to
    person.save()
    put_letter_off(person)
    key, path = letters.way_back_key(person.search), f"/find/open/{quote(secret)}/"
    notices.write(practice=practice, kind=kind, address=email, path=path, cancel_key=key)
    return True


def put_letter_off(person: Seeker) -> None:
    notices.cancel(letters.way_back_key(person.search))


@transaction.atomic
def open_by_way_back(*, secret: str) -> Search | None:
    """Spend a one-time code: the address it went to is confirmed, and what was asked for goes out."""
    person = queries.seeker_by_way_back(secret, timezone.now())
    if person is None:
        return None
    person = Seeker.objects.select_for_update().select_related("search").get(pk=person.pk)
    first = person.confirmed_at is None
    _confirm(person)
    if person.confirmed_at:
        send_requests(person.search)
        confirm_places(person.search)
    record(STRANGER, "confirm address" if first else "come back to search", person.pk)
    return person.search


def _confirm(person: Seeker) -> None:
    """The code is spent. Sent to the new address, it takes the place of the old one; else it says the old one is so."""
    if person.new_email and person.way_back_to == queries.address_index(person.new_email):
        person.email, person.email_index, person.new_email = person.new_email, person.way_back_to, None
        person.confirmed_at = timezone.now()
    elif person.way_back_to == person.email_index:
        person.confirmed_at = person.confirmed_at or timezone.now()
    person.way_back, person.way_back_until, person.way_back_to = "", None, ""
    person.way_back_number += 1
    person.save()
