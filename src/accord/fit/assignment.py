"""A practice allots its waiting list: as many as can be placed, who waits longest first, and the best fit overall.

First as many people as possible are placed, and where two cannot both be, the one who has waited more weeks. Among all
ways to do that, the one with the largest total accommodation of preferences is taken. Nobody passes a gate by waiting.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from accord.errors import UsageError
from accord.fit.columns import Profiles
from accord.fit.filters import checks, nobody, passing, relaxed
from accord.fit.flow import best_flow
from accord.fit.needs import Needs
from accord.fit.ranking import accommodation

Progress = Callable[[int, int], None]
Apart = Mapping[str, Collection[str]]
NOBODY_APART: Apart = MappingProxyType({})
# Accommodation in whole thousandths, so that sums are exact.
SCALE = 1000


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Who stays without a therapist, and why; `passed` is how many fit, and went to others."""

    person: str
    reason: str
    passed: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who goes to whom. `total` is the sum of accommodations, 0 to 1 a person, and is proven to be the largest."""

    assigned: tuple[tuple[str, str], ...]
    unassigned: tuple[Unassigned, ...]
    total: float


def assign(
    people: Sequence[Needs],
    therapists: Profiles,
    on: date,
    *,
    apart: Apart = NOBODY_APART,
    progress: Progress | None = None,
) -> Assignment:
    """Allot people to therapists with room. The total does not depend on the order in which either stand.

    `apart`: by a person's id, those they are not to be allotted to, such as somebody they met and did not choose.
    """
    if len({each.id for each in people}) < len(people):
        raise UsageError("people: two have the same id; wanted one id each")
    queue = sorted(people, key=lambda each: each.id)
    fit = fits(queue, therapists, on, progress)
    _keep_apart(fit, queue, therapists, apart)
    flow = best_flow(fit, priorities(queue, on), therapists.places.astype(np.int64))
    placed = [
        (person.id, therapists.ids[int(who)]) for person, who in zip(queue, flow.therapist, strict=True) if who >= 0
    ]
    left = [
        _unassigned(person, row, therapists, on)
        for person, row, who in zip(queue, fit, flow.therapist, strict=True)
        if who < 0
    ]
    return Assignment(tuple(placed), tuple(left), flow.total / SCALE)


def fits(
    people: Sequence[Needs], therapists: Profiles, on: date, progress: Progress | None = None
) -> NDArray[np.int16]:
    """A row a person, a column a therapist: thousandths of accommodation, -1 where the gate is shut."""
    every = np.arange(len(therapists))
    found = np.full((len(people), len(therapists)), -1, np.int16)
    for place, needs in enumerate(people):
        open_to = np.ones(len(therapists), bool)
        for _, look in checks(needs, therapists, on):
            open_to &= look(slice(None))
        rows = every[open_to]
        found[place, rows] = np.rint(accommodation(needs, therapists, rows) * SCALE)
        if progress and place % 500 == 0:
            progress(place, len(people))
    return found


def _keep_apart(fit: NDArray[np.int16], people: Sequence[Needs], therapists: Profiles, apart: Apart) -> None:
    column = {name: place for place, name in enumerate(therapists.ids)} if apart else {}
    for row, person in enumerate(people):
        fit[row, [column[who] for who in apart.get(person.id, ()) if who in column]] = -1


def priorities(people: Sequence[Needs], on: date) -> NDArray[np.int64]:
    """Whole weeks waited, and one: whoever has waited longest counts most, and everybody counts."""
    days = [(on - each.since).days if each.since else 0 for each in people]
    return np.array([max(0, day) // 7 + 1 for day in days], np.int64)


def _unassigned(person: Needs, fit: NDArray[np.int16], therapists: Profiles, on: date) -> Unassigned:
    if passed := int(np.count_nonzero(fit >= 0)):
        who, places = (
            ("therapist fits", "each place there") if passed == 1 else ("therapists fit", "each of their places")
        )
        reason = f"{passed} {who}; {places} went to somebody who has waited at least as many weeks"
        return Unassigned(person.id, reason, passed)
    gate = passing(person, therapists, on)
    if len(gate.rows):
        return Unassigned(person.id, "everybody who fits is one they are not to be allotted to", 0)
    less = relaxed(person, therapists, on)
    return Unassigned(person.id, nobody(person, len(therapists), gate.excluded, less), 0)
