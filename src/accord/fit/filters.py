"""The gate over whole columns, and what one relaxed limit would bring. The answers are those of `gate.gate`."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from accord.fit.columns import BELTS, UNKNOWN_BELT, Mask, Profiles, Rows, Sets, Where, day_number
from accord.fit.gate import EARTH_KM, cents
from accord.fit.needs import REMOTE, Needs, folded

Floats = NDArray[np.float64]
Look = Callable[[Where], Mask]
# Rows looked at together: what one block needs stays in the processor's cache.
BLOCK = 131_072
# A mask is sparse when fewer than one row in so many is true.
SPARSE = 500
# A degree of latitude is never shorter than this.
KM_A_DEGREE = 110.0
# How many limits one sentence names.
NAMED = 3
NOT_TRADED = ("credential", "expertise")


@dataclass(frozen=True, eq=False)
class Passing:
    """The rows that pass, and for each limit how many it keeps out; who fails two is counted in both."""

    rows: Rows
    excluded: dict[str, int]


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What giving up one limit alone would bring."""

    limit: str
    count: int
    text: str


def passing(needs: Needs, profiles: Profiles, on: date) -> Passing:
    """Expertise and hard limits, for all of them."""
    looks = dict(checks(needs, profiles, on))
    kept_out = dict.fromkeys(looks, 0)
    found = []
    for at in range(0, len(profiles), BLOCK):
        rows = slice(at, min(at + BLOCK, len(profiles)))
        good: Mask | None = None
        for limit, look in looks.items():
            passes = look(rows)
            kept_out[limit] += len(passes) - int(np.count_nonzero(passes))
            good = passes if good is None else np.logical_and(good, passes, out=good)
        assert good is not None
        found.append(true_rows(good) + at)
    rows_found = np.concatenate(found) if found else np.zeros(0, np.int64)
    return Passing(rows_found, {limit: count for limit, count in kept_out.items() if count})


def relaxed(needs: Needs, profiles: Profiles, on: date) -> tuple[Relaxed, ...]:
    """For each limit how many more would pass without it, the most first. Licence and training are not given up."""
    looks = dict(checks(needs, profiles, on))
    apart = dict.fromkeys(looks, 0)
    for at in range(0, len(profiles), BLOCK):
        rows = slice(at, min(at + BLOCK, len(profiles)))
        failed = {limit: ~look(rows) for limit, look in looks.items()}
        alone = (
            sum((each.astype(np.uint8) for each in failed.values()), np.zeros(rows.stop - rows.start, np.uint8)) == 1
        )
        for limit in apart:
            apart[limit] += int(np.count_nonzero(failed[limit] & alone))
    return brought(needs, apart)


def brought(needs: Needs, alone: Mapping[str, int]) -> tuple[Relaxed, ...]:
    """What giving up a limit would bring, the most first, told how many each of them alone keeps out."""
    given_up = {limit: count for limit, count in alone.items() if count and limit not in NOT_TRADED}
    found = [Relaxed(limit, count, _bring(needs, limit, count)) for limit, count in given_up.items()]
    return tuple(sorted(found, key=lambda each: (-each.count, each.limit)))


def nobody(needs: Needs, how_many: int, excluded: dict[str, int], less: tuple[Relaxed, ...]) -> str:
    """Why nobody passes, in one sentence: what one limit less would bring, or what keeps every one of them out."""
    if less:
        return f"nobody passes; {'; '.join(each.text for each in less[:NAMED])}"
    if not how_many:
        return "nobody passes: there are no therapists"
    if excluded.get("expertise") == how_many:
        return f"nobody passes: no therapist is trained in a method with research support for: {needs.first.name}"
    if excluded.get("credential") == how_many:
        return "nobody passes: no licence is verified and in date"
    return "nobody passes, and no single limit less would change that"


def true_rows(mask: Mask) -> Rows:
    """Where a mask is true. One that hardly ever is gets searched as bytes, which is ten times faster than a look."""
    if np.count_nonzero(mask) * SPARSE > len(mask):
        return np.flatnonzero(mask)
    rows, text = [], mask.tobytes()
    row = text.find(1)
    while row >= 0:
        rows.append(row)
        row = text.find(1, row + 1)
    return np.array(rows, np.int64)


def checks(needs: Needs, profiles: Profiles, on: date) -> Iterator[tuple[str, Look]]:
    """A look for each limit in force; the three of the gate always are. In the order of `gate.CHECKS`."""
    today = np.int32(day_number(on))
    licensed = profiles.licensed_until
    yield "credential", lambda rows: licensed[rows] >= today
    if not needs.first.open:
        yield "expertise", any_of(profiles.methods, needs.first.methods)
    room = profiles.room
    yield "room", lambda rows: room[rows]
    if needs.region:
        yield "region", any_of(profiles.regions, (needs.region,))
    if needs.languages:
        yield "language", any_of(profiles.languages, needs.languages)
    if needs.formats:
        yield "format", any_of(profiles.formats, needs.formats)
    if needs.within_km is not None and needs.place is not None:
        yield "distance", _distance(needs, profiles, needs.place, needs.within_km)
    if needs.fee is not None or needs.insurer:
        yield "fee", _fee(needs, profiles)
    if needs.times:
        yield "times", any_of(profiles.times, needs.times)
    if needs.genders:
        yield "gender", any_of(profiles.genders, needs.genders)
    for must in needs.musts:
        yield f"must: {must}", any_of(profiles.offers, (must,))


def any_of(sets: Sets, wanted: tuple[str, ...]) -> Look:
    """Rows that have any of the wanted."""
    planes = sets.any_of(wanted)
    if len(planes) == 1:
        bits, mask = planes[0]
        return lambda rows: cast(Mask, (bits[rows] & mask) != 0)

    def look(rows: Where) -> Mask:
        found: Mask = np.zeros(sets.bits[0, rows].shape, bool)
        for bits, mask in planes:
            found |= (bits[rows] & mask) != 0
        return found

    return look


def _fee(needs: Needs, profiles: Profiles) -> Look:
    """Cheap enough, or covered; an unknown fee is not cheap."""
    covered = any_of(profiles.insurers, (needs.insurer,)) if needs.insurer else None
    most = None if needs.fee is None else cents(needs.fee)

    def look(rows: Where) -> Mask:
        if most is None:
            assert covered is not None
            return covered(rows)
        # Seen without a sign, an unknown fee is the dearest there is: one comparison instead of two.
        cheap: Mask = profiles.fee[rows].view(np.uint32) <= most
        return cheap if covered is None else cheap | covered(rows)

    return look


def _distance(needs: Needs, profiles: Profiles, place: tuple[float, float], within_km: float) -> Look:
    """Near enough, or reachable from afar. The exact distance is worked out only for rows in a box."""
    wanted = {folded(each) for each in needs.formats or REMOTE}
    remote = any_of(profiles.formats, tuple(each for each in REMOTE if each in wanted))
    band = within_km / KM_A_DEGREE
    wide = _degrees_along(abs(place[0]) + band, band)
    # From the first belt to the last in one comparison: without a sign, what lies below them is far above.
    first, last = (max(0, math.floor((place[0] + way + 90) * BELTS)) for way in (-band, band))
    south, belts = np.uint16(first), np.uint16(min(last, UNKNOWN_BELT - 1) - first)
    belt = profiles.belt

    def look(rows: Where) -> Mask:
        found = remote(rows)
        near = np.flatnonzero((belt[rows] - south <= belts) > found)
        along = np.abs(profiles.longitude[rows][near] - place[1])
        near = near[(along <= wide) | (along >= 360 - wide)]
        far = distances_km(place, profiles.latitude[rows][near], profiles.longitude[rows][near])
        found[near[far <= within_km]] = True
        return found

    return look


def _degrees_along(latitude: float, band: float) -> float:
    """How many degrees of longitude the same way takes at this latitude; any number near a pole."""
    return band / math.cos(math.radians(latitude)) if latitude < 85 else 360.0


def distances_km(place: tuple[float, float], latitude: Floats, longitude: Floats) -> Floats:
    """Over the ground, as `gate.distance_km` has it; NaN where a place is not known."""
    up, along = np.radians(latitude - place[0]), np.radians(longitude - place[1])
    across = np.cos(np.radians(place[0])) * np.cos(np.radians(latitude))
    half: Floats = np.sin(up / 2) ** 2 + across * np.sin(along / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))


BRING = {
    "room": "if you could wait for a place",
    "region": "if you could be in another region during sessions",
    "language": "if another language would do",
    "format": "if another way of meeting would do",
    "distance": "if you could travel farther",
    "fee": "if it could cost more",
    "times": "if you could come at other times",
    "gender": "if their gender did not matter",
}


def _bring(needs: Needs, limit: str, count: int) -> str:
    condition = BRING.get(limit) or f"if you could do without this: {limit.removeprefix('must: ')}"
    return f"{count:,} {'therapist' if count == 1 else 'therapists'} would fit {condition}"
