"""The gate: expertise and hard limits, for one therapist. `filters` does the same for whole columns.

The licence and the training are never traded against anything. A limit that somebody set is one they set: what is not
known of a therapist does not meet it.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from accord.fit.concerns import methods
from accord.fit.needs import REMOTE, Needs, folded
from accord.fit.profile import Profile, Reason

EARTH_KM = 6371.0
Check = Callable[[Needs, Profile, date], str | None]


def gate(needs: Needs, profile: Profile, on: date) -> tuple[Reason, ...]:
    """What keeps the two apart on this day; empty where nothing does."""
    found = [(limit, unmet(needs, profile, on)) for limit, unmet in CHECKS.items()]
    apart = [Reason(limit, text) for limit, text in found if text is not None]
    apart += [Reason(f"must: {must}", f"does not offer: {must}") for must in needs.musts if not _has(profile, must)]
    return tuple(apart)


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Over the ground, between two places given as latitude and longitude in degrees."""
    up, along = math.radians(b[0] - a[0]), math.radians(b[1] - a[1])
    half = (
        math.sin(up / 2) ** 2 + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * math.sin(along / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def how_far(needs: Needs, profile: Profile) -> float | None:
    """Kilometres between the two, where both places are known."""
    if needs.place is None or profile.latitude is None or profile.longitude is None:
        return None
    return distance_km(needs.place, (profile.latitude, profile.longitude))


def cents(amount: float) -> int:
    """Money as a whole number, so that equal fees are equal."""
    return round(amount * 100)


def money(amount: float) -> str:
    """90, or 90.50: never rounded to fewer digits, so that what is said of two amounts is true."""
    return f"{amount:.2f}".removesuffix(".00")


def shares(wanted: Iterable[str], offered: frozenset[str]) -> list[str]:
    """What of the wanted is offered, as the person wrote it."""
    there = {folded(each) for each in offered}
    return [each for each in wanted if folded(each) in there]


def reachable_from_afar(needs: Needs, profile: Profile) -> bool:
    """Whether they offer a remote format that the person accepts; no format named accepts each of them."""
    return bool(shares(needs.formats or REMOTE, profile.formats & frozenset(REMOTE)))


def _credential(needs: Needs, profile: Profile, on: date) -> str | None:
    if not profile.verified:
        return "the licence was not verified"
    return None if profile.licensed_until >= on else f"the licence ended on {profile.licensed_until.isoformat()}"


def _expertise(needs: Needs, profile: Profile, on: date) -> str | None:
    if needs.first.open or profile.methods & set(needs.first.methods):
        return None
    return f"not trained in a method with research support for: {needs.first.name}"


def _room(needs: Needs, profile: Profile, on: date) -> str | None:
    return None if profile.places >= 1 else "has no room for a new client"


def _region(needs: Needs, profile: Profile, on: date) -> str | None:
    return None if not needs.region or shares([needs.region], profile.regions) else f"not licensed in {needs.region}"


def _language(needs: Needs, profile: Profile, on: date) -> str | None:
    return _none_of(needs.languages, profile.languages, "does not speak")


def _format(needs: Needs, profile: Profile, on: date) -> str | None:
    return _none_of(needs.formats, profile.formats, "does not offer")


def _distance(needs: Needs, profile: Profile, on: date) -> str | None:
    if needs.within_km is None or reachable_from_afar(needs, profile):
        return None
    far = how_far(needs, profile)
    if far is None:
        return "has not said where the practice is"
    return None if far <= needs.within_km else f"is {far:.1f} km away, more than {needs.within_km:g} km"


def _fee(needs: Needs, profile: Profile, on: date) -> str | None:
    if (needs.fee is None and not needs.insurer) or (needs.insurer and shares([needs.insurer], profile.insurers)):
        return None
    if needs.fee is None:
        return f"does not take {needs.insurer}"
    if profile.fee is not None and cents(profile.fee) <= cents(needs.fee):
        return None
    fee = "has not said the fee" if profile.fee is None else f"takes {money(profile.fee)}, more than {money(needs.fee)}"
    return f"{fee}, and does not take {needs.insurer}" if needs.insurer else fee


def _times(needs: Needs, profile: Profile, on: date) -> str | None:
    return _none_of(needs.times, profile.times, "has no time on")


def _gender(needs: Needs, profile: Profile, on: date) -> str | None:
    offered = frozenset([profile.gender]) if profile.gender else frozenset()
    return _none_of(needs.genders, offered, "has not said to be:")


def _none_of(wanted: tuple[str, ...], offered: frozenset[str], words: str) -> str | None:
    return None if not wanted or shares(wanted, offered) else f"{words} {' or '.join(wanted)}"


def _has(profile: Profile, must: str) -> bool:
    return bool(shares([must], profile.offers))


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "credential": _credential,
        "expertise": _expertise,
        "room": _room,
        "region": _region,
        "language": _language,
        "format": _format,
        "distance": _distance,
        "fee": _fee,
        "times": _times,
        "gender": _gender,
    }
)


def supported(needs: Needs, profile: Profile) -> list[str]:
    """The names of the therapist's methods that have research support for the first concern."""
    return [methods()[each].name for each in needs.first.methods if each in profile.methods]
