"""Invented therapists as the actions store them, oddly spelled, with licences of every kind; and people who look."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accord.fit import Needs
from accord.web.fit import actions, queries
from accord.web.fit.actions import Offered
from accord.web.fit.models import Credential
from accord.web.fit.search import Looking
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Member, Practice
from tests.fit.making import OFFERS, ON, REGIONS, WORDS, perhaps, person, some, therapist

# Words that some ways of comparing take for the same and others do not.
TONGUES = ("English", "Spanish", "Deutsch", "Großrussisch", "İstanbul Türkçesi", "")
PLACES = (*REGIONS, "Preußen")
DAYS_LEFT = (-30, -1, 0, 1, 400)
LOOKED_AT = ("verified", "verified", "verified", "waits", "refused", "withdrawn", "both")


def oddly(dice: random.Random, word: str) -> str:
    """The same word, as somebody else would write it."""
    return dice.choice(
        (word, word, word.upper(), word.swapcase(), f"  {word} ", word.replace(" ", " \t"), word.casefold())
    )


def staff(practice: Practice, how_many: int) -> list[Member]:
    """Those who are there in every world; the last two are shown to nobody."""
    names = [f"Therapist {number}" for number in range(how_many)]
    them = [
        people.add_member(asker=COMMAND, practice=practice.pk, name=each, roles=frozenset({"therapist"}))
        for each in names
    ]
    for member in them[:-1]:
        member.published = True
        member.save()
    return them


@contextmanager
def world(dice: random.Random, them: list[Member]) -> Iterator[None]:
    """Most of them say how they work and state licences; afterwards nobody has."""
    with transaction.atomic():
        for member in them:
            if dice.random() < 0.9:
                say(dice, member)
        Member.objects.filter(pk=them[-2].pk).update(is_therapist=False)
        yield
        transaction.set_rollback(True)


def say(dice: random.Random, member: Member) -> None:
    """An offer by its action, and licences by theirs: in date, ended, waiting, refused, withdrawn; several, or none."""
    seen = therapist(dice, str(member.pk))
    sets = {"languages": some(dice, TONGUES, 4), "insurers": seen.insurers, "extras": seen.offers}
    spelled = {name: tuple(oddly(dice, word) for word in words) for name, words in sets.items()}
    plain = {name: getattr(seen, name) for name in ("places", "latitude", "longitude", "free_from")}
    styles = {name: getattr(seen, name) for name in ("lead", "focus", "when", "tone")}
    settled = {name: tuple(getattr(seen, name)) for name in ("methods", "formats", "times")}
    fee = None if seen.fee is None else Decimal(f"{seen.fee:.2f}")
    offered = Offered(**spelled, **plain, **styles, **settled, gender=oddly(dice, seen.gender), fee=fee)
    member.about = seen.words
    member.save()
    actions.state_offer(asker=of_member(member), member=member, offered=offered)
    for region in dice.choices(PLACES, k=dice.choice((0, 1, 1, 2, 3))):
        license_as(dice.choice(LOOKED_AT), member, oddly(dice, region), dice.choice(DAYS_LEFT))


def license_as(how: str, member: Member, region: str, days: int) -> None:
    said = {"title": "Psychologist", "region": region, "number": "PSY 1", "until": timezone.localdate()}
    one = actions.state_credential(asker=of_member(member), member=member, attempt=uuid4(), **said)
    now = timezone.now()
    Credential.objects.filter(pk=one.pk).update(
        until=ON + timedelta(days=days),
        verified_at=None if how in ("waits", "refused") else now,
        refused_at=now if how in ("refused", "both") else None,
        withdrawn_at=now if how == "withdrawn" else None,
    )


def seeker(dice: random.Random) -> Needs:
    """Anybody: each limit is there or not, spelled as they like; now and then exactly what somebody asks for."""
    needs = person(dice)
    fees = [one.fee for one in queries.published_offers().values() if one.fee is not None]
    if fees and dice.random() < 0.5:
        needs = replace(needs, fee=float(dice.choice(fees)) + dice.choice((-0.01, -0.004, 0, 0.004, 0.01)))
    changed: dict[str, Any] = {"languages": perhaps(dice, some(dice, TONGUES[:-1], 2)) or ()}
    changed["region"] = oddly(dice, dice.choice(PLACES)) if needs.region else ""
    changed["insurer"] = oddly(dice, needs.insurer)
    needs = replace(needs, musts=some(dice, OFFERS, 3) if needs.musts else ())
    for name in ("genders", "musts", "wishes"):
        changed[name] = tuple(oddly(dice, word) for word in getattr(needs, name))
    return replace(needs, **changed, at_ease=" and ".join(some(dice, WORDS, 3)))


def easy(dice: random.Random, needs: Needs) -> Needs:
    """With some of the limits let go, so that somebody passes now and then."""
    nothing: dict[str, Any] = {"region": "", "fee": None, "insurer": "", "within_km": None}
    nothing |= dict.fromkeys(("languages", "formats", "times", "genders", "musts"), ())
    nothing["concerns"] = ("not-sure", *(each for each in needs.concerns if each != "not-sure"))[:2]
    return replace(needs, **{name: value for name, value in nothing.items() if dice.random() < 0.7})


def looking_for(dice: random.Random, needs: Needs) -> Looking:
    """The same as the answers of a search, some limits of which were given up."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(needs).items()}
    looking = Looking({name: value for name, value in given.items() if value not in (None, "", [])})
    return replace(looking, without=tuple(limit for limit in looking.limits if dice.random() < 0.2))
