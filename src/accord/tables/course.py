"""The words of the course table: a row, a refusal, what reading a file gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

OCCASION = ("therapist", "client", "session", "held_on", "attended")
ATTENDED = ("yes", "no", "late", "cancelled")
RATERS = ("client", "therapist")
MISSING = ("", "NA", "NaN", ".")

_KEY = re.compile(r"([a-z0-9-]+)\.([a-z]+)(?:\.([A-Za-z0-9_-]+))?", re.ASCII)


class Key(NamedTuple):
    """A measure column: the measure, who rated it, and the item, or None for the total."""

    measure: str
    rater: str
    item: str | None

    def __str__(self) -> str:
        return ".".join(part for part in self if part is not None)

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """`phq-9.client` or `phq-9.client.1`; None when the text has another form or another rater."""
        found = _KEY.fullmatch(text)
        return cls(found[1], found[2], found[3]) if found and found[2] in RATERS else None


class Reason(StrEnum):
    """Why something was kept out. The list is complete: nothing is refused for any other reason."""

    NO_CLIENT = "no client"
    NO_THERAPIST = "no therapist"
    NO_OCCASION = "no occasion"
    LABEL = "label without a meaning"
    NOT_A_DATE = "not a date"
    NOT_A_SESSION = "not a session number"
    NOT_A_WORD = "not one of the allowed words"
    NOT_A_NUMBER = "not a number"
    NOT_WHOLE = "not a whole number"
    BELOW = "below the range"
    ABOVE = "above the range"
    DUPLICATE = "already given"
    NOTHING = "nothing to bring in"


@dataclass(frozen=True, slots=True)
class Row:
    """One occasion. Totals and items stand under (measure, rater); an item left open is None."""

    line: int
    client: str
    therapist: str | None
    session: int | None
    held_on: date | None
    attended: str | None
    totals: Mapping[tuple[str, str], float]
    items: Mapping[tuple[str, str], Mapping[str, int | float | None]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was kept out, and why. `what` never holds an answer or a client's code.

    With `whole_row` the row is not brought in. Otherwise one cell is at fault: it keeps out the measurement it belongs
    to (total and items of that measure by that rater on that line), or the attendance, and the rest of the row stays.
    """

    line: int
    column: str
    reason: Reason
    what: str
    whole_row: bool

    def __str__(self) -> str:
        kept_out = "row" if self.whole_row else "cell"
        return f"line {self.line}, column {self.column!r}: {self.what} ({kept_out} kept out)"


@dataclass(frozen=True)
class Reading:
    """All that a file gave: what can be brought in, what cannot, and by which rules."""

    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]
    ignored_columns: tuple[str, ...]
    rules: tuple[str, ...]
    rows_read: int

    def reasons(self) -> dict[Reason, int]:
        """How many were kept out for each reason, the most frequent first."""
        return dict(Counter(refusal.reason for refusal in self.refused).most_common())
