"""The domain's shortlist from tables: the gate in the database, the order from a few columns, whole rows for cards.

The cards, their order and every count are those of `accord.fit.shortlist` over everyone; a test holds them equal.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np

from accord.fit import Needs, Profile, Shortlist, gate
from accord.fit.cards import card, chosen
from accord.fit.filters import nobody
from accord.web.fit import queries
from accord.web.fit.models import Offer
from accord.web.fit.search import Looking


@dataclass(frozen=True)
class Found:
    """The shortlist, and by id what stands behind its cards. `trained` is whether anybody here is, for what matters."""

    shortlist: Shortlist
    offers: Mapping[str, Offer]
    profiles: Mapping[str, Profile]
    trained: bool


def shortlisted(looking: Looking, on: date, seed: int, gone: Collection[UUID] = ()) -> Found:
    """Whom these answers bring on this day. Those who are `gone` count nowhere."""
    needs, now = both(looking)
    there = queries.gate_of(now, on, waits=looking.waits, but=gone)
    trained = there.excluded.get("expertise", 0) < there.how_many
    if not there.passed:
        why = nobody(now, there.how_many, there.excluded, there.relaxed)
        return Found(Shortlist((), 0, there.excluded, relaxed=there.relaxed, nobody=why), {}, {}, trained)
    them = queries.who_passes(now, on, waits=looking.waits, but=gone)
    best = chosen(now, them, np.arange(len(them)), on, seed)
    ids = [them.ids[row] for row in best.rows.tolist()]
    offers = queries.published_offers(map(UUID, ids))
    seen = {each.id: each for each in queries.profiles(offers.values(), on, needs.region)}
    # Asked once more of each card, since somebody may have changed what they offer between two questions.
    still = [seen[id] for id in ids if id in seen and not gate(now, waiting_or_not(seen[id], looking), on)]
    cards = tuple(card(now, profile, on) for profile in still)
    return Found(Shortlist(cards, there.passed, there.excluded, best.near_best, best.words), offers, seen, trained)


def both(looking: Looking) -> tuple[Needs, Needs]:
    """All that they need, and the same without what they gave up."""
    needs, now = looking.needs, looking.needs_now
    assert needs, "the page that asks for the list has made sure"
    assert now
    return needs, now


def waiting_or_not(profile: Profile, looking: Looking) -> Profile:
    """For somebody who would wait for a place, there is one."""
    return replace(profile, places=max(1, profile.places)) if looking.waits else profile
