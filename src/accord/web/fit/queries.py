"""Who can be found, by whom: what therapists publish, their licences for those who check them, one's own search."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from accord.fit import Profile
from accord.web.fit.licences import WAITS, counts, state, today
from accord.web.fit.models import Credential, Offer
from accord.web.people.asker import Asker

BEHIND = ("member", "practice", "verified_by")


def offer(member: UUID) -> Offer | None:
    """What this therapist said so far of how they work."""
    return Offer.objects.select_related("member", "practice").filter(member=member).first()


def profiles(on: date) -> list[Profile]:
    """Every therapist who shows a page, as the gate sees them on this day."""
    published = Offer.objects.select_related("member").filter(member__published=True, member__is_therapist=True)
    licences: dict[UUID, list[Credential]] = {}
    for one in Credential.objects.filter(member__in=[each.pk for each in published], withdrawn_at=None):
        licences.setdefault(one.member_id, []).append(one)
    return [profile(each, licences.get(each.pk, ()), on) for each in published]


def profile(one: Offer, licences: Iterable[Credential], on: date) -> Profile:
    """What was verified and is in date counts; where none is, the last day that was verified is told."""
    verified = [each for each in licences if counts(each)]
    current = [each for each in verified if each.until >= on]
    return Profile(
        id=str(one.pk),
        verified=bool(verified),
        licensed_until=max((each.until for each in verified), default=date.min),
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


def credentials(asker: Asker, member: UUID) -> list[Credential]:
    """A therapist's own licences; a manager sees those of the practice, to check them."""
    found = Credential.objects.filter(practice=asker.practice, member=member).select_related(*BEHIND)
    return list(found) if asker.who == member or "manager" in asker else []


def my_credential(asker: Asker, id: UUID) -> Credential | None:
    """A licence of the asker's own."""
    return Credential.objects.select_related(*BEHIND).filter(pk=id, member=asker.who).first() if asker.who else None


def licences(asker: Asker) -> list[Credential]:
    """Every licence of the practice, for its managers; not what was withdrawn, nor of those who have left."""
    found = Credential.objects.filter(practice=asker.practice, withdrawn_at=None).select_related(*BEHIND)
    return list(found.exclude(member__account__is_active=False)) if "manager" in asker else []


def licences_to_check(asker: Asker) -> list[Credential]:
    """Those that wait for a manager of the practice, the oldest first."""
    waiting = (one for one in licences(asker) if state(one, today(one.practice)) == WAITS)
    return sorted(waiting, key=lambda one: one.stated_at)


def credential(asker: Asker, id: UUID) -> Credential | None:
    """One licence of the practice, with its number, for those who check it."""
    found = Credential.objects.filter(pk=id, practice=asker.practice).select_related(*BEHIND)
    return found.first() if "manager" in asker else None
