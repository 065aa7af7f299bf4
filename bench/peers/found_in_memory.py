"""Finding a therapist the other way: every published therapist is loaded and opened, and the gate runs in memory."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from accord.fit import Profiles, shortlist
from accord.fit.needs import folded
from accord.web.fit import queries
from accord.web.fit.search import Looking
from accord.web.fit.shortlisted import Found, both, waiting_or_not


def shortlisted(looking: Looking, on: date, seed: int, gone: Collection[UUID] = ()) -> Found:
    needs, now = both(looking)
    offers = {key: offer for key, offer in queries.published_offers().items() if offer.pk not in gone}
    seen = {profile.id: profile for profile in queries.profiles(offers.values(), on, needs.region)}
    columns = Profiles.of(waiting_or_not(profile, looking) for profile in seen.values())
    trained = any(each.methods & set(needs.first.methods) for each in seen.values())
    return Found(shortlist(now, columns, on, seed), offers, seen, trained)


def here(on: date) -> queries.Here:
    them = queries.profiles(queries.published_offers().values(), on)
    return queries.Here(
        _each_once(word for one in them for word in one.regions),
        _each_once(word for one in them for word in one.languages),
        _each_once(word for one in them for word in one.insurers),
        _each_once(one.gender for one in them),
        _each_once(word for one in them for word in one.offers),
    )


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    found = {folded(word): word for word in sorted(words, reverse=True) if word.strip()}
    return tuple(found[word] for word in sorted(found))


def anyone() -> bool:
    return bool(queries.published_offers())
