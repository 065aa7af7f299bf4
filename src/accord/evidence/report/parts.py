"""What a report is made of, and the guard that lets nothing of a few people through."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from accord.evidence.suppression import rounded

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; numbers stay numbers, the page writes them."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as SVG, wide and narrow together. The same numbers stand in a table of its section."""

    title: str
    description: str
    svg: str


@dataclass(frozen=True, slots=True)
class Section:
    """One question and what can be said of it; `enough` False: not enough data yet, and the words say why."""

    id: str
    heading: str
    enough: bool
    words: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    # The one or two sentences of it that stand at the top of the report.
    short: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        del told["short"]
        return plain(told | {"words": [sentence(word) for word in self.words]})  # type: ignore[no-any-return]


def sentence(words: str) -> str:
    """With a capital at its start; a rounded count begins with 'some'."""
    return words[:1].upper() + words[1:]


def plain(value: Any) -> Any:
    """What JSON can say: lists for tuples, null for what is not a finite number."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


@dataclass(frozen=True, slots=True)
class Guard:
    """`below` None: the file's owner looks at their own file. Else nothing is told of fewer than so many people.

    Counts are then rounded to the nearest `below`, so that no difference of two of them tells of fewer either.
    """

    below: int | None = None

    def count(self, n: int) -> Cell:
        if self.below is None:
            return int(n)
        near = rounded(int(n), to=self.below, smallest=self.below)
        return f"fewer than {self.below}" if near is None else near

    def said(self, n: int) -> str:
        """The count inside a sentence."""
        told = self.count(n)
        if not isinstance(told, int):
            return str(told)
        return f"{told:,}" if self.below is None else f"some {told:,}"

    def tells(self, people: int) -> bool:
        """Whether a mean or an estimate of so many people may be told."""
        return people >= (self.below or 1)

    def share(self, k: int, n: int) -> float | None:
        """A share in percent, None where there is none or those in it or outside are too few to be told of."""
        if not n:
            return None
        if self.below is None:
            return round(100 * k / n, 1)
        return float(round(100 * k / n)) if min(k, n - k) >= self.below else None

    def why(self, told: str) -> str:
        """A reason or a note of a model. Its counts are exact, so a release says it without."""
        if self.below is None or not any(sign.isdigit() for sign in told):
            return told
        return "there are too few people or ratings for it"

    def notes(self, told: Iterable[str]) -> list[str]:
        """Notes of a model; a release leaves out those that count."""
        return [note for note in dict.fromkeys(told) if self.why(note) == note]

    def share_at(self, at: Any, who: Any) -> float | None:
        """The share of ratings [rows] of whom [rows] something holds; people on either side must be enough."""
        at, who = np.asarray(at), np.asarray(who)
        if self.below is not None and min(len(np.unique(who[at])), len(np.unique(who[~at]))) < self.below:
            return None
        return self.share(int(at.sum()), len(at))

    def share_cell(self, k: int, n: int) -> Cell:
        """The same for a table."""
        found = self.share(k, n)
        return "too few" if found is None and n else found

    @property
    def note(self) -> str | None:
        if self.below is None:
            return None
        return (
            f"Nothing is told of fewer than {self.below} people; numbers of people and ratings are rounded to the "
            f"nearest {self.below}, so they do not always add up."
        )


def interval_of(values: Any) -> tuple[float, float, float]:
    """Mean with its 95 % interval (Student's t); NaN ends for fewer than two values."""
    from scipy.stats import t

    x = np.asarray(values, np.float64)
    x = x[~np.isnan(x)]
    if not len(x):
        return np.nan, np.nan, np.nan
    mean = float(x.mean())
    if len(x) < 2:
        return mean, np.nan, np.nan
    half = float(t.ppf(0.975, len(x) - 1) * x.std(ddof=1) / np.sqrt(len(x)))
    return mean, mean - half, mean + half


def difference(a: Any, b: Any) -> tuple[float, float, float]:
    """Mean of a less mean of b with its 95 % interval (Welch 1947); NaN where one has fewer than two."""
    from scipy.stats import t

    x, y = (np.asarray(each, np.float64) for each in (a, b))
    x, y = x[~np.isnan(x)], y[~np.isnan(y)]
    if min(len(x), len(y)) < 2:
        return np.nan, np.nan, np.nan
    u, v = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
    value, se = float(x.mean() - y.mean()), float(np.sqrt(u + v))
    if not se > 0:
        return value, value, value
    df = (u + v) ** 2 / (u**2 / (len(x) - 1) + v**2 / (len(y) - 1))
    half = float(t.ppf(0.975, df)) * se
    return value, value - half, value + half


def quartiles(values: Any) -> tuple[float, float, float]:
    x = np.asarray(values, np.float64)
    low, middle, high = np.quantile(x, [0.25, 0.5, 0.75]) if len(x) else (np.nan, np.nan, np.nan)
    return float(low), float(middle), float(high)


def rows_of(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(row) for row in rows)
