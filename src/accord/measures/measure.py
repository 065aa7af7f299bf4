"""What a measure is: its items, its scales, what may be done with it. Plain frozen data that can be looked up.

Made only by `accord.measures.reading`, which refuses a definition that contradicts itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Direction = Literal["higher", "lower", "neither"]
Method = Literal["sum", "mean", "x2", "x4"]
Status = Literal["cc0", "green", "amber", "red"]
Side = Literal["at or above", "at or below", "below"]

ALPHA = "internal consistency (alpha)"
TIMES: Mapping[str, int] = {"sum": 1, "mean": 1, "x2": 2, "x4": 4}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen; the label is empty where only the two ends have names."""

    value: int
    label: str
    loinc: str | None = None


# All the options, and the labels of the outermost two when only those have names.
Options = tuple[tuple[Option, ...], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `text` is empty when the owner's licence does not let the text travel with Accord."""

    key: str
    number: int
    low: float
    high: float
    decimals: bool = False
    texts: Mapping[str, str] | None = None
    options: tuple[Option, ...] = ()
    ends: tuple[str, str] | None = None
    scored: bool = True
    group: str | None = None
    loinc: str | None = None

    @property
    def text(self) -> str:
        """The words for the first rater who has some."""
        return next(iter(self.texts.values()), "") if self.texts else ""

    def text_for(self, rater: str) -> str:
        """The words as this rater reads them; the first rater's where no own ones are given."""
        return (self.texts or {}).get(rater) or self.text

    @property
    def wanted(self) -> str:
        """What an answer may be, in words, for error messages."""
        kind = "a number" if self.decimals else "a whole number"
        return f"{kind} from {self.low:g} to {self.high:g}, or nothing"


@dataclass(frozen=True, slots=True)
class Cutoff:
    """A published threshold; `label` is the instrument's word for what lies on `side` of it."""

    value: float
    label: str
    source: str
    confirmed: bool
    side: Side = "at or above"


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number with where it comes from; `confirmed` is False where it was not checked at the source."""

    name: str
    value: float
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and standard deviation of a described group."""

    group: str
    mean: float
    sd: float
    n: int | None
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Licence:
    """Who owns the words and what their licence lets us do: green and cc0 ship with text, amber and red without."""

    status: Status
    owner: str
    notice: str
    url: str


@dataclass(frozen=True, slots=True)
class SafetyItem:
    """An answer of `at_least` to this item cannot wait."""

    item: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Scale:
    """Items that are added up into one number: the total, or a subscale.

    `missing_allowed` answers may be absent and are then made up for by the mean of the others; without an item in
    `needed` there is no number at all.
    """

    key: str
    title: str
    items: tuple[str, ...]
    method: Method
    missing_allowed: int
    range: tuple[float, float]
    direction: Direction
    needed: frozenset[str] = frozenset()
    cutoffs: tuple[Cutoff, ...] = ()

    def value(self, points: float, missing: int) -> float | None:
        """The scale's number from the points of the answered items; None when too few were answered."""
        answered = len(self.items) - missing
        if missing > self.missing_allowed or not answered:
            return None
        if self.method == "mean":
            return points / answered
        whole = points * len(self.items) / answered if missing else points
        return float(whole * TIMES[self.method])


@dataclass(frozen=True, eq=False)
class Measure:
    """One instrument, in one version. Two loads of the same measure are the same object."""

    id: str
    version: str
    title: str
    direction: Direction
    range: tuple[float, float]
    raters: tuple[str, ...]
    instructions_by_rater: Mapping[str, str]
    items: tuple[Item, ...]
    reverse: frozenset[str]
    total: Scale | None
    subscales: tuple[Scale, ...]
    layout: tuple[tuple[str, ...], ...]
    safety: tuple[SafetyItem, ...]
    licence: Licence
    validated: bool
    reliabilities: tuple[Figure, ...] = ()
    rci: Figure | None = None
    recovery: Figure | None = None
    norms: tuple[Norm, ...] = ()
    loinc: Mapping[str, str] | None = None
    note: str = ""
    scoring_source: str = ""
    scoring_confirmed: bool = True
    missing_rule: Figure | None = None

    @property
    def short(self) -> str:
        """The name people use: what stands in brackets at the end of the title, else the title."""
        return self.title.rpartition("(")[2].rstrip(")") if self.title.endswith(")") else self.title

    @property
    def instructions(self) -> str:
        """What is said above the first question, to the first rater."""
        return next(iter(self.instructions_by_rater.values()), "")

    def instructions_for(self, rater: str) -> str:
        return self.instructions_by_rater.get(rater) or self.instructions

    @property
    def cutoffs(self) -> tuple[Cutoff, ...]:
        """Cut-offs of the total; those of a subscale stand with the subscale."""
        return self.total.cutoffs if self.total else ()

    @property
    def reliability(self) -> Figure | None:
        """Internal consistency of the whole; None where it is published for the subscales only."""
        return next((figure for figure in self.reliabilities if figure.name == ALPHA), None)

    @property
    def has_text(self) -> bool:
        return all(item.text or item.ends for item in self.items) and bool(self.items)

    @property
    def scored(self) -> tuple[Item, ...]:
        """The items that count in the total or in a subscale, in their order."""
        return tuple(item for item in self.items if item.scored)

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The total first, if there is one, then the subscales."""
        return (self.total, *self.subscales) if self.total else self.subscales

    @property
    def missing_code(self) -> int:
        """The number that stands for 'not answered' in whole-number columns: -1, or -128 where -1 is an answer."""
        return -128 if any(item.low < 0 for item in self.items) else -1

    @cached_property
    def _by_key(self) -> dict[str, Item]:
        return {item.key: item for item in self.items}

    def item(self, key: str) -> Item:
        """The item of this key; KeyError for a key the measure does not have."""
        return self._by_key[key]

    def pages(self, session: int = 1) -> tuple[tuple[Item, ...], ...]:
        """The questions of this session, page by page.

        Of a group named on a page (such as 'rotating') one item is asked, the next one each session, round and round.
        """
        return tuple(tuple(self._turn(name, session) for name in page) for page in self.layout)

    def asked(self, session: int = 1) -> tuple[Item, ...]:
        """The questions of this session in the order they are asked."""
        return tuple(item for page in self.pages(session) for item in page)

    def _turn(self, name: str, session: int) -> Item:
        if name in self._by_key:
            return self._by_key[name]
        group = [item for item in self.items if item.group == name]
        return group[(session - 1) % len(group)]
