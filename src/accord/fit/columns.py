"""Many therapists as columns: sets of words as bits, days and money as whole numbers, so that a gate is a few masks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.fit.concerns import methods
from accord.fit.gate import cents
from accord.fit.needs import AXES, FORMATS, SLOTS, folded
from accord.fit.profile import Profile

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
Where = slice | Rows
Texts = Sequence[str | None]

DAY_ONE = date(1970, 1, 1)
# Days, money and styles that are not known. An unknown fee is the dearest once it is seen without a sign.
NEVER, UNKNOWN_FEE, UNKNOWN_STYLE = -(2**31), -1, -9
BELTS, UNKNOWN_BELT = 100, 2**16 - 1
# Sets whose words are settled beforehand; the words of the others are whatever occurs.
SETTLED: Mapping[str, tuple[str, ...]] = {"methods": tuple(methods()), "formats": FORMATS, "times": SLOTS}
SETS = ("methods", "regions", "languages", "formats", "insurers", "genders", "times", "offers")


def day_number(day: date) -> int:
    return (day - DAY_ONE).days


def day_of(number: int) -> date:
    return DAY_ONE + timedelta(days=number)


@dataclass(frozen=True, eq=False)
class Sets:
    """A set of words a row. `bits` has a plane of bytes for each eight words known.

    A question about a few words reads one or two planes, however many words there are.
    """

    names: Mapping[str, int]
    bits: NDArray[np.uint8]

    @classmethod
    def of(cls, rows: Sequence[Iterable[str]], settled: Sequence[str] | None = None) -> "Sets":
        """From the words of every row; other words than the settled ones count for nothing."""
        plain = [sorted(map(folded, row)) for row in rows]
        known = [folded(each) for each in settled] if settled is not None else sorted(set().union(*plain))
        names = {name: place for place, name in enumerate(known)}
        # Each row ends in a word that is none, so that an empty one has its place too.
        places = np.array([place for row in plain for place in (*(names.get(each, -1) for each in row), -1)], np.int64)
        return cls.placed(names, places, np.cumsum([0, *(len(row) + 1 for row in plain[:-1])])[: len(plain)])

    @classmethod
    def placed(cls, names: Mapping[str, int], places: Rows, starts: Rows) -> "Sets":
        """From the places of all words, row after row; -1 is no word, and each row has at least one place."""
        bits = np.zeros((max(1, -(-len(names) // 8)), len(starts)), np.uint8)
        for plane in range(len(bits)) if len(starts) else ():
            one = np.where(places // 8 == plane, np.left_shift(1, places % 8), 0).astype(np.uint8)
            bits[plane] = np.bitwise_or.reduceat(one, starts)
        return cls(names, bits)

    def any_of(self, wanted: Iterable[str]) -> list[tuple[NDArray[np.uint8], np.uint8]]:
        """What to look at for a row that has any of the wanted: planes and the mask for each."""
        masks: dict[int, int] = {}
        for name in map(folded, wanted):
            if (place := self.names.get(name)) is not None:
                masks[place // 8] = masks.get(place // 8, 0) | 1 << place % 8
        return [(self.bits[plane], np.uint8(mask)) for plane, mask in masks.items()]

    def row(self, row: int) -> frozenset[str]:
        planes = [int(plane) for plane in self.bits[:, row]]
        return frozenset(name for name, place in self.names.items() if planes[place // 8] >> place % 8 & 1)


@dataclass(frozen=True, eq=False)
class Profiles:
    """n therapists; every array has n elements, in the order of the rows given.

    licensed_until   the last day of the licence as a number of days; NEVER where it was not verified (`until` keeps it)
    styles           a row for each of AXES, -3 to 3 or UNKNOWN_STYLE
    words            what they write of themselves: a text or None for each row, or what fetches those of the rows that
                     it is given; only the few that are to be compared are asked for
    """

    ids: Sequence[str]
    verified: Mask
    until: NDArray[np.int32]
    places: NDArray[np.int32]
    free_from: NDArray[np.int32]
    fee: NDArray[np.int32]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    styles: NDArray[np.int8]
    methods: Sets
    regions: Sets
    languages: Sets
    formats: Sets
    insurers: Sets
    genders: Sets
    times: Sets
    offers: Sets
    words: Texts | Callable[[Rows], Texts]

    @classmethod
    def of(cls, profiles: Iterable[Profile]) -> "Profiles":
        """The same therapists as columns."""
        them = list(profiles)
        sets = {name: Sets.of([_words(each, name) for each in them], SETTLED.get(name)) for name in SETS}
        return cls(
            ids=[each.id for each in them],
            verified=np.array([each.verified for each in them], bool),
            until=_whole(day_number(each.licensed_until) for each in them),
            places=_whole(each.places for each in them),
            free_from=_whole(NEVER if each.free_from is None else day_number(each.free_from) for each in them),
            fee=_whole(UNKNOWN_FEE if each.fee is None else cents(each.fee) for each in them),
            latitude=_numbers(each.latitude for each in them),
            longitude=_numbers(each.longitude for each in them),
            styles=np.array([[_style(each.style(axis.id)) for each in them] for axis in AXES], np.int8),
            words=[each.words for each in them],
            **sets,
        )

    def __len__(self) -> int:
        return len(self.verified)

    @cached_property
    def licensed_until(self) -> NDArray[np.int32]:
        return np.where(self.verified, self.until, np.int32(NEVER))

    @cached_property
    def room(self) -> Mask:
        return self.places >= 1

    @cached_property
    def belt(self) -> NDArray[np.uint16]:
        """Latitude in steps of a hundredth of a degree from the south pole: a coarse look. Unknown is the last."""
        steps = np.floor((self.latitude + 90) * BELTS)
        return np.where(np.isnan(steps), np.float64(UNKNOWN_BELT), steps).astype(np.uint16)

    @cached_property
    def keys(self) -> NDArray[np.uint64]:
        """A number for each id that looks like chance, and is the same wherever the row stands."""
        return keys_of(self.ids)

    def row(self, row: int) -> Profile:
        """One therapist again. Words of sets come back in lower case, which is how they are compared."""
        styles: dict[str, Any] = {
            axis.id: _known(int(value), UNKNOWN_STYLE) for axis, value in zip(AXES, self.styles[:, row], strict=True)
        }
        fee, start = _known(int(self.fee[row]), UNKNOWN_FEE), _known(int(self.free_from[row]), NEVER)
        return Profile(
            id=self.ids[row],
            verified=bool(self.verified[row]),
            licensed_until=day_of(int(self.until[row])),
            places=int(self.places[row]),
            gender=next(iter(self.genders.row(row)), ""),
            fee=None if fee is None else fee / 100,
            latitude=_finite(self.latitude[row]),
            longitude=_finite(self.longitude[row]),
            free_from=None if start is None else day_of(start),
            words=self.texts(np.array([row]))[0],
            **{name: getattr(self, name).row(row) for name in SETS if name != "genders"},
            **styles,
        )

    def texts(self, rows: Rows) -> list[str]:
        """What these write of themselves; nothing where they wrote nothing."""
        found = self.words(rows) if callable(self.words) else [self.words[row] for row in rows.tolist()]
        return [each or "" for each in found]

    def take(self, rows: Rows) -> "Profiles":
        """Some of them, in the order given."""
        arrays: dict[str, Any] = {"words": self.texts(rows)}
        for name in (each.name for each in fields(self) if each.name != "words"):
            value = getattr(self, name)
            if isinstance(value, Sets):
                arrays[name] = Sets(value.names, np.ascontiguousarray(value.bits[:, rows]))
            elif isinstance(value, np.ndarray):
                arrays[name] = np.ascontiguousarray(value[..., rows])
            else:
                arrays[name] = [value[int(row)] for row in rows]
        return Profiles(**arrays)


def keys_of(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Eight bytes at a time through a mixer (splitmix64); ids that differ get keys that differ, but for rare chance."""
    plain = np.array([each.encode() for each in ids] or [b""], dtype=bytes)
    size = -(-plain.dtype.itemsize // 8)
    words = np.ascontiguousarray(plain.astype(f"S{size * 8}")).view("<u8").reshape(len(plain), size)
    key = np.zeros(len(plain), np.uint64)
    for column in range(size):
        key = mixed(key ^ words[:, column])
    return key[: len(ids)]


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """splitmix64: every bit of what goes in moves every bit of what comes out."""
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _words(profile: Profile, name: str) -> Iterable[str]:
    if name == "genders":
        return [profile.gender] if profile.gender else []
    found: frozenset[str] = getattr(profile, name)
    return found


def _whole(values: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(values), np.int32)


def _numbers(values: Iterable[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _style(value: int | None) -> int:
    return UNKNOWN_STYLE if value is None else value


def _known(value: int, unknown: int) -> int | None:
    return None if value == unknown else value


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
