"""Therapists who have said how they work and whose licence was looked at: rows, as the actions leave them."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accord.fit.needs import folded
from accord.web.fit.actions.offers import words_of
from accord.web.fit.models import Credential, Offer, OfferWord
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND
from accord.web.people.models import Member, Practice
from tests.cast import Cast

WHOLE = {
    "methods": ["cbt"],
    "languages": ["English"],
    "formats": ["in person", "video"],
    "insurers": ["Aster"],
    "times": ["mon morning", "thu evening"],
    "extras": ["step-free access"],
    "gender": "woman",
    "fee": 90,
    "places": 2,
    "lead": -2,
}


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def publish(member: Member, about: str = "") -> Member:
    member.published, member.about = True, about
    member.save()
    return member


def offers(member: Member, *, about: str = "I like plain words.", licence: str | None = "CA", **other: Any) -> Member:
    """A published page, an offer and, unless told otherwise, a verified licence for a year."""
    publish(member, about)
    one = Offer.objects.create(member=member, practice=member.practice, **{**WHOLE, **other})
    OfferWord.objects.bulk_create(words_of(one))
    if licence:
        license_(member, licence)
    return member


def license_(member: Member, region: str = "CA", *, days: int = 365, verified: bool = True) -> Credential:
    """A licence that a manager looked at a week ago, or that waits for it."""
    manager = Member.objects.filter(practice=member.practice, is_manager=True).first()
    looked = timezone.now() - timedelta(days=7) if verified else None
    return Credential.objects.create(
        practice=member.practice, member=member, title="Psychologist", region=region, region_word=folded(region),
        number="PSY 1", until=in_days(days), verified_at=looked, verified_by=manager if verified else None,
    )  # fmt: skip


def colleague(practice: Practice, name: str, **other: Any) -> Member:
    member = people.add_member(asker=COMMAND, practice=practice.pk, name=name, roles=frozenset({"therapist"}))
    return offers(member, **other)


def a_few(cast: Cast) -> dict[str, Member]:
    """Four who treat panic, each different, and one who does not."""
    return {
        "berg": offers(cast.therapist, about="Calm and with humour, one step at a time."),
        "birk": offers(cast.other_therapist, fee=150, languages=["English", "Spanish"], lead=2, gender="man"),
        "far": offers(cast.foreign_therapist, licence="NV", formats=["video"], free_from=in_days(30)),
        "full": colleague(cast.practice, "Ria Full", places=0),
        "other": colleague(cast.practice, "Olga Art", methods=["mi"], fee=None, insurers=[]),
    }
