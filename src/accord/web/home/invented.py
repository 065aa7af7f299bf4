"""Simulated courses as rows of a table: what the demonstration brings in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from accord.mechanism import Simulated, simulate
from accord.tables import Reading, Row
from accord.web import wording

SIDES = (("phq-9", "client"), ("alliance", "client"), ("alliance", "therapist"))
LONG_ENOUGH = 5


@dataclass(frozen=True)
class Course:
    """One simulated person's sessions, in order: for each whether they came, and what each side answered."""

    sessions: Sequence[dict[str, object]]

    def __len__(self) -> int:
        return len(self.sessions)

    def row(self, name: str, place: int, day: date, rng: random.Random) -> Row:
        """The session at this place as a row; now and then one side did not answer."""
        seen = self.sessions[place]
        came = seen["attended"] == "yes"
        items = {side: _items(seen, *side) for side in SIDES if came and rng.random() < 0.92}
        return Row(place + 2, name, None, place + 1, day, "yes" if came else "no", {}, items)


def _items(seen: dict[str, object], measure: str, rater: str) -> dict[str, int | float | None]:
    """The answers of one side; an item the simulation does not know (a rotating one) is left out."""
    given: dict[str, int | float | None] = {}
    for item in wording.measure(measure).items:
        value = seen.get(f"{measure}.{rater}.{item.key}")
        if isinstance(value, int):
            given[item.key] = value
    return given


def caseloads(seed: int, therapists: int) -> list[list[Course]]:
    """For each therapist, people who are still in therapy after several sessions."""
    simulated = simulate(therapists, 30, 16, seed=seed)
    grouped: dict[int, dict[int, list[dict[str, object]]]] = {}
    for row in _rows(simulated):
        grouped.setdefault(_int(row["therapist"]), {}).setdefault(_int(row["client"]), []).append(row)
    return [
        [Course(sessions) for sessions in clients.values() if len(sessions) >= LONG_ENOUGH]
        for _, clients in sorted(grouped.items())
    ]


@dataclass(frozen=True)
class Over:
    """One simulated course that is over: for each session whether they came, the PHQ-9 total, the alliance answers."""

    sessions: Sequence[dict[str, object]]
    stopped: bool

    def rows(self, name: str, first_day: date) -> list[Row]:
        return [self._row(name, place, first_day + timedelta(weeks=place)) for place in range(len(self.sessions))]

    def _row(self, name: str, place: int, day: date) -> Row:
        seen = self.sessions[place]
        if seen["attended"] != "yes":
            return Row(place + 2, name, None, place + 1, day, "no", {}, {})
        total = {("phq-9", "client"): float(_int(seen["phq-9.client"]))} if seen["phq-9.client"] is not None else {}
        return Row(place + 2, name, None, place + 1, day, "yes", total, {SIDES[1]: _items(seen, *SIDES[1])})


def past(seed: int, therapists: int = 15, clients: int = 40) -> list[Over]:
    """Courses of other simulated people, each to its end."""
    simulated = simulate(therapists, clients, 16, seed=seed + 1000)
    grouped: dict[int, list[dict[str, object]]] = {}
    for row in _rows(simulated):
        grouped.setdefault(_int(row["client"]), []).append(row)
    stopped = simulated.truth.dropped
    return [Over(sessions, bool(stopped[place])) for place, (_, sessions) in enumerate(sorted(grouped.items()))]


def _rows(simulated: Simulated) -> list[dict[str, object]]:
    return list(simulated.to_frame().iter_rows(named=True))


def _int(value: object) -> int:
    assert isinstance(value, int | np.integer)
    return int(value)


def table(rows: Sequence[Row]) -> Reading:
    """As if these rows had been read from a file with nothing wrong in it."""
    return Reading(tuple(rows), (), (), ("invented people",), len(rows))
