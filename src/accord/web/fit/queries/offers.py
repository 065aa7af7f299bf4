"""What a therapist says of how they work, and the same as the gate sees it on a day."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from accord.fit import Profile
from accord.fit.needs import folded
from accord.web.fit.licences import counts
from accord.web.fit.models import Credential, Offer
from accord.web.fit.queries.gate import on_the_list


def offer(member: UUID) -> Offer | None:
    """What this therapist said so far of how they work."""
    return Offer.objects.select_related("member", "practice").filter(member=member).first()


def published_offers(members: Iterable[UUID] | None = None) -> dict[str, Offer]:
    """What the therapists who show a page say of their work, all or these, by the id that the gate knows them by."""
    shown = on_the_list() if members is None else on_the_list().filter(pk__in=[*members])
    return {str(each.pk): each for each in shown.select_related("member__practice")}


def profiles(offers: Iterable[Offer], on: date, region: str = "") -> list[Profile]:
    """These therapists as the gate sees them on this day, by somebody who will be in this region."""
    them = list(offers)
    licences: dict[UUID, list[Credential]] = {}
    for one in Credential.objects.filter(member__in=[each.pk for each in them], withdrawn_at=None):
        licences.setdefault(one.member_id, []).append(one)
    return [profile(each, licences.get(each.pk, ()), on, region) for each in them]


def profile(one: Offer, licences: Iterable[Credential], on: date, region: str = "") -> Profile:
    """What was verified and is in date counts; where none is, the last day that was verified is told.

    Of several licences the one for the region tells until when, since the others do not hold there.
    """
    verified = [each for each in licences if counts(each)]
    current = [each for each in verified if each.until >= on]
    telling = [each for each in current if folded(each.region) == folded(region)] or current or verified
    return Profile(
        id=str(one.pk),
        verified=bool(verified),
        licensed_until=max((each.until for each in telling), default=date.min),
        methods=frozenset(one.methods),
        places=one.places,
        regions=frozenset(each.region for each in current),
        languages=frozenset(one.languages),
        formats=frozenset(one.formats),
        insurers=frozenset(one.insurers),
        gender=one.gender,
        times=frozenset(one.times),
        offers=frozenset(one.extras),
        fee=None if one.fee is None else float(one.fee),
        latitude=one.latitude,
        longitude=one.longitude,
        free_from=one.free_from,
        lead=one.lead,
        focus=one.focus,
        when=one.when,
        tone=one.tone,
        words=one.member.about,
    )
