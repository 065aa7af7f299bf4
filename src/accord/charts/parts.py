"""What a course chart, and one of many courses, is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["note", "strain", "repair", "missed", "cancelled", "late"]


@dataclass(frozen=True)
class Series:
    """One line: a value per x, None where there is none. With `hrefs`, a point that has an address becomes a link."""

    name: str
    values: Sequence[float | None]
    hrefs: Sequence[str | None] | None = None


@dataclass(frozen=True)
class Line:
    """A level to compare with, such as a cut-off, drawn across the whole plot and named."""

    value: float
    label: str


@dataclass(frozen=True)
class Band:
    """A range per x, such as the person's own usual range; None on either side leaves that x out."""

    lower: Sequence[float | None]
    upper: Sequence[float | None]
    label: str


@dataclass(frozen=True)
class Event:
    """Something that happened at an x: its mark differs by kind, its words stand above the plot."""

    x: float
    label: str
    kind: Kind = "note"


@dataclass(frozen=True)
class Panel:
    """Many courses of one kind: their middle, ranges from the widest to the narrowest, and some courses singly."""

    name: str
    middle: Sequence[float | None]
    bands: Sequence[Band] = ()
    singles: Sequence[Sequence[float | None]] = ()
    events: Sequence[Event] = ()
