"""How a therapist works and for whom, as they say it themselves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit import AXES, FORMATS, SLOTS, methods
from accord.fit.needs import folded
from accord.web.audit.actions import record
from accord.web.fit.models import LONGEST_WORD, Offer, OfferWord
from accord.web.people import actions as people
from accord.web.people.asker import Asker
from accord.web.people.models import Member


@dataclass(frozen=True)
class Offered:
    """What a therapist offers; what is empty or None was not said."""

    methods: Sequence[str] = ()
    languages: Sequence[str] = ()
    formats: Sequence[str] = ()
    insurers: Sequence[str] = ()
    times: Sequence[str] = ()
    extras: Sequence[str] = ()
    gender: str = ""
    fee: Decimal | None = None
    places: int = 0
    free_from: date | None = None
    latitude: float | None = None
    longitude: float | None = None
    lead: int | None = None
    focus: int | None = None
    when: int | None = None
    tone: int | None = None
    rings: str = "therapist"
    call_cost: str = ""
    call_minutes: int = 15
    reach: str = ""
    consultation_minutes: int = 50
    consultation_cost: str = ""
    consultation_place: str = ""

    def columns(self) -> dict[str, Any]:
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


@transaction.atomic
def state_offer(*, asker: Asker, member: Member, offered: Offered) -> Offer:
    """Written by that therapist alone. Saved twice it is the same, and only what changed is noted."""
    if asker.who != member.pk or "therapist" not in asker:
        raise RefusedError("how a therapist works is written by that therapist alone")
    _check(offered)
    columns = offered.columns()
    one = Offer.objects.select_for_update().filter(pk=member.pk).first()
    if one is None or any(getattr(one, name) != value for name, value in columns.items()):
        at = {"practice_id": member.practice_id, "changed_at": timezone.now()}
        one, _ = Offer.objects.update_or_create(member=member, defaults={**columns, **at})
        _write_words(one)
        record(asker, "state offer", member.pk)
    _say_room(asker, member, offered.places > 0)
    return one


def _write_words(one: Offer) -> None:
    """The words by which the database finds this offer, all anew: what is no longer said no longer finds it."""
    OfferWord.objects.filter(offer=one).delete()
    OfferWord.objects.bulk_create(words_of(one))


def words_of(one: Offer) -> list[OfferWord]:
    """Each word of an offer once, as it is compared; of two ways to spell it, the first by alphabet."""
    said = {"method": one.methods, "language": one.languages, "format": one.formats, "insurer": one.insurers}
    said |= {"time": one.times, "gender": [one.gender] if one.gender else [], "extra": one.extras}
    found = {(kind, folded(word)): word for kind, words in said.items() for word in sorted(words, reverse=True)}
    return [
        OfferWord(practice_id=one.practice_id, offer=one, kind=kind, word=word, spelled=spelled)
        for (kind, word), spelled in found.items()
    ]


def _say_room(asker: Asker, member: Member, room: bool) -> None:
    """The public page says whether there is room; it never says otherwise than the places do."""
    if member.has_room != room:
        people.publish_profile(
            asker=asker, member=member, about=member.about, published=member.published, has_room=room
        )


def _check(offered: Offered) -> None:
    _known("methods", offered.methods, methods())
    _known("formats", offered.formats, FORMATS)
    _known("times", offered.times, SLOTS)
    _known("rings", [offered.rings], dict(Offer.RINGS))
    for word in (*offered.languages, *offered.insurers, *offered.extras, offered.gender):
        if max(len(word), len(folded(word))) > LONGEST_WORD:
            raise UsageError(f"got {word[:30]}… of {len(word)} letters, wanted a word of {LONGEST_WORD} at most")
    for axis in AXES:
        value = getattr(offered, axis.id)
        if value is not None and not -3 <= value <= 3:
            raise UsageError(f"{axis.id}: got {value}, wanted a whole number from -3 to 3, or None")
    if offered.fee is not None and offered.fee < 0:
        raise UsageError(f"fee: got {offered.fee}, wanted 0 or more, or None")
    if offered.places < 0:
        raise UsageError(f"places: got {offered.places}, wanted 0 or more")
    for name, most in (("call_minutes", 60), ("consultation_minutes", 120)):
        if not 10 <= (minutes := getattr(offered, name)) <= most:
            raise UsageError(f"{name}: got {minutes}, wanted 10 to {most}")
    if (offered.latitude is None) != (offered.longitude is None):
        raise UsageError("a place is a latitude and a longitude; got one of the two")


def _known(name: str, given: Sequence[str], known: Collection[str]) -> None:
    if unknown := [each for each in given if each not in known]:
        raise UsageError(f"{name}: got {', '.join(unknown)}; wanted some of {', '.join(known)}")
