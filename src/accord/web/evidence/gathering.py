"""A practice's sessions as a course table for one release: random names of this release alone, no day, nothing kept.

Of time only the number of each session stands in it: enough for the models, and no calendar tells whose it was.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from accord.evidence.suppression import Cells
from accord.measures import load
from accord.outcome.withheld import quarter
from accord.web.alliance import queries as alliance
from accord.web.alliance.course import ALLIANCE
from accord.web.alliance.queries import Session
from accord.web.evidence import queries
from accord.web.evidence.models import RESEARCH
from accord.web.people.asker import Asker

if TYPE_CHECKING:
    import polars as pl

USUAL = "phq-9"
LENGTHS = ((1, 2), (3, 6), (7, 12), (13, None))
SHORT = 16
"""Hexadecimal digits of a fingerprint: 64 bits."""


@dataclass(frozen=True)
class Gathered:
    """What a release is made of. Nothing of it is stored but `cells`."""

    courses: "pl.DataFrame"
    cells: Cells
    leaders: Sequence[frozenset[UUID]]
    names: frozenset[str]
    lengths: Mapping[str, tuple[int, int]]
    """Sessions in it -> people with two or more PHQ-9 scores or alliance ratings, and people without."""

    @property
    def clients(self) -> int:
        return len(self.cells)

    @property
    def sessions(self) -> int:
        return len(self.courses)

    @property
    def outcome(self) -> str:
        """What clients filled in most often beside the alliance; by name where two are level."""
        names = [each.split(".")[0] for each in self.courses.columns if each.endswith(".client")]
        rated = {name: self.courses[f"{name}.client"].count() for name in names if name != ALLIANCE}
        return min(rated, key=lambda name: (-rated[name], name), default=USUAL)


def begins(number: int) -> date:
    """The first day of a quarter."""
    year, part = divmod(number, 4)
    return date(year, part * 3 + 1, 1)


def quarters(asker: Asker, practice: UUID, today: date) -> list[int]:
    """Every quarter that is over, from the first one with a session on."""
    first = alliance.first_session_day(asker, practice)
    return list(range(quarter(first), quarter(today))) if first else []


def work(asker: Asker, practice: UUID, first: int, last: int) -> int:
    """How many sessions a release of these quarters holds at most."""
    return alliance.how_many_sessions(asker, practice, begins(first), begins(last + 1))


def gather(asker: Asker, practice: UUID, purpose: str, first: int, last: int) -> Gathered:
    """The sessions of these quarters: of everybody, or for research of those who said yes."""
    period = begins(first), begins(last + 1)
    if purpose == RESEARCH:
        yes = queries.consenting(asker, practice)
        found = alliance.for_release(asker, "research", practice, *period, clients=yes)
    else:
        found = alliance.for_release(asker, "evaluation", practice, *period)
    grouped: dict[UUID, list[Session]] = defaultdict(list)
    for one in found:
        grouped[one.client].append(one)
    names = _names(found)
    return Gathered(
        courses=_table(grouped, names),
        cells={_blind("client", str(client)): _cells(client, rows) for client, rows in grouped.items()},
        leaders=[frozenset(row.therapist for row in rows) for rows in grouped.values()],
        names=frozenset(names.values()),
        lengths=_lengths(grouped.values()),
    )


def _names(found: Iterable[Session]) -> dict[UUID, str]:
    """A random name for each person, thrown away with the release: it is in no other, and nowhere stored."""
    clients, therapists = {one.client for one in found}, {one.therapist for one in found}
    return {
        **{one: f"c-{secrets.token_hex(6)}" for one in clients},
        **{one: f"t-{secrets.token_hex(6)}" for one in therapists},
    }


def _blind(kind: str, text: str) -> str:
    return settings.KEYS.blind(f"release-{kind}", text)[:SHORT]


def _cells(client: UUID, rows: Sequence[Session]) -> list[str]:
    """One fingerprint a quarter of all that this person gave in it."""
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        said = [[*side, row.totals[side], _sorted(row.answers.get(side))] for side in sorted(row.totals)]
        grouped[quarter(row.held_on)].append([row.number, str(row.therapist), row.attended, said])
    return [_blind("cell", json.dumps([str(client), key, given])) for key, given in sorted(grouped.items())]


def _sorted(answers: Mapping[str, Any] | None) -> list[tuple[str, Any]] | None:
    return None if answers is None else sorted((item, value) for item, value in answers.items() if value is not None)


def _table(grouped: Mapping[UUID, Sequence[Session]], names: Mapping[UUID, str]) -> "pl.DataFrame":
    """The course table, in the order of the random names."""
    import polars as pl

    rows = [row for client in sorted(grouped, key=lambda one: names[one]) for row in grouped[client]]
    sides = sorted({side for row in rows for side in row.totals})
    columns: dict[str, pl.Series] = {
        "therapist": pl.Series([names[row.therapist] for row in rows], dtype=pl.String),
        "client": pl.Series([names[row.client] for row in rows], dtype=pl.String),
        "session": pl.Series([row.number for row in rows], dtype=pl.Int64),
        "attended": pl.Series([row.attended for row in rows], dtype=pl.String),
    }
    for measure, rater in sides:
        side, name = (measure, rater), f"{measure}.{rater}"
        columns[name] = pl.Series([row.totals.get(side) for row in rows], dtype=pl.Float64)
        for item in load(measure).items:
            given = [row.answers.get(side, {}).get(item.key) for row in rows]
            columns[f"{name}.{item.key}"] = pl.Series(given, dtype=pl.Float64, strict=False)
    return pl.DataFrame(columns)


def _lengths(grouped: Iterable[Sequence[Session]]) -> dict[str, tuple[int, int]]:
    counts = {_length_words(*each): [0, 0] for each in LENGTHS}
    for rows in grouped:
        words = next(_length_words(low, high) for low, high in LENGTHS if high is None or len(rows) <= high)
        counts[words][0 if _rated(rows) else 1] += 1
    return {words: (rated, not_rated) for words, (rated, not_rated) in counts.items()}


def _length_words(low: int, high: int | None) -> str:
    return f"{low} or more" if high is None else f"{low} to {high}"


def _rated(rows: Sequence[Session]) -> bool:
    """Whether there is a change to see: the same form filled in by the client at two sessions or more."""
    seen: dict[str, int] = defaultdict(int)
    for row in rows:
        for (measure, rater), total in row.totals.items():
            seen[measure] += rater == "client" and total is not None
    return any(count > 1 for count in seen.values())
