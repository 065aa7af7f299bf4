"""Invented needs and therapists: small worlds in which things happen to meet."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from accord.fit import FORMATS, SLOTS, Needs, Profile, concerns, methods

ON = date(2026, 5, 31)
REGIONS = ("CA", "NV", "Île-de-France")
LANGUAGES = ("English", "Spanish", "Deutsch")
INSURERS = ("Aster", "Blue Oak")
GENDERS = ("woman", "man", "nonbinary")
OFFERS = ("step-free access", "sign language", "evening calls", "faith")
WORDS = ("humour", "patience", "clear steps", "silence", "questions", "calm voice", "homework", "stories")


def some(dice: random.Random, of: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(dice.sample(of, dice.randint(0, min(most, len(of)))))


def perhaps(dice: random.Random, value: Any, chance: float = 0.5) -> Any:
    return value if dice.random() < chance else None


def person(dice: random.Random, id: str = "seeker") -> Needs:
    """Anybody: each limit is there or not."""
    place = dice.random() < 0.4
    return Needs(
        concerns=tuple(dice.sample(list(concerns()), dice.randint(1, 3))),
        id=id,
        region=perhaps(dice, dice.choice(REGIONS)) or "",
        languages=some(dice, LANGUAGES, 2),
        formats=some(dice, FORMATS, 2),
        latitude=dice.uniform(40, 41) if place else None,
        longitude=dice.uniform(-75, -74) if place else None,
        within_km=dice.uniform(0, 60) if place and dice.random() < 0.7 else None,
        fee=perhaps(dice, float(dice.randint(40, 160))),
        insurer=perhaps(dice, dice.choice(INSURERS), 0.3) or "",
        times=some(dice, SLOTS, 6) if dice.random() < 0.4 else (),
        genders=some(dice, GENDERS, 2) if dice.random() < 0.3 else (),
        musts=some(dice, OFFERS, 1) if dice.random() < 0.3 else (),
        wishes=some(dice, OFFERS, 2),
        lead=dice.randint(-3, 3),
        focus=dice.randint(-3, 3),
        when=dice.randint(-3, 3),
        tone=dice.randint(-3, 3),
        at_ease=" and ".join(some(dice, WORDS, 3)),
        since=perhaps(dice, ON - timedelta(days=dice.randint(0, 200))),
    )


def therapist(dice: random.Random, id: str) -> Profile:
    """Anybody: much is known of some, little of others."""
    place = dice.random() < 0.7
    return Profile(
        id=id,
        verified=dice.random() < 0.95,
        licensed_until=ON + timedelta(days=dice.choice((-30, -1, 0, 1, 400))),
        methods=frozenset(dice.sample(list(methods()), dice.randint(0, 9))),
        places=dice.choice((0, 1, 1, 2, 3)),
        regions=frozenset(some(dice, REGIONS, 3)),
        languages=frozenset(some(dice, LANGUAGES, 3)),
        formats=frozenset(some(dice, FORMATS, 3)),
        insurers=frozenset(some(dice, INSURERS, 2)),
        gender=perhaps(dice, dice.choice(GENDERS), 0.8) or "",
        times=frozenset(some(dice, SLOTS, 12)),
        offers=frozenset(some(dice, OFFERS, 3)),
        fee=perhaps(dice, dice.randint(4000, 16000) / 100, 0.8),
        latitude=dice.uniform(40, 41) if place else None,
        longitude=dice.uniform(-75, -74) if place else None,
        free_from=perhaps(dice, ON + timedelta(days=dice.randint(-20, 150))),
        lead=perhaps(dice, dice.randint(-3, 3), 0.8),
        focus=perhaps(dice, dice.randint(-3, 3), 0.8),
        when=perhaps(dice, dice.randint(-3, 3), 0.8),
        tone=perhaps(dice, dice.randint(-3, 3), 0.8),
        words=". ".join(some(dice, WORDS, 4)),
    )


def therapists(seed: int, how_many: int) -> list[Profile]:
    dice = random.Random(seed)
    return [therapist(dice, f"t{number:04}") for number in range(how_many)]


def plain(id: str, **other: Any) -> Profile:
    """A therapist for panic with a licence and room, and whatever else is said."""
    given: dict[str, Any] = {
        "id": id, "verified": True, "licensed_until": date(2030, 1, 1), "methods": frozenset(["cbt"]), "places": 1,
    }  # fmt: skip
    return Profile(**(given | other))
