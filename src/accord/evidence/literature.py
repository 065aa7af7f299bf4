"""What others found, to stand beside a local result: the numbers of `literature.toml`, and how they may be said.

    beside("alliance-outcome, between")      the findings on that topic between people, never those within people
    say(finding)                             in plain words, with level, interval, studies and source
    compare(Local("r", .31, .12, .48, "between people"), finding)
    table(findings)                          caption, columns and rows of plain cells

What is from memory is left out unless asked for, and then says so.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from accord.errors import UsageError
from accord.measures.toml import Table

FILE = Path(__file__).with_name("literature.toml")
LEVELS = {
    "between people": "Comparing people with each other",
    "within people": "Comparing the sessions of each person",
    "therapists": "Comparing therapists as a whole",
    "two views": "Comparing the client's view with the therapist's",
    "trials": "Comparing groups in trials",
    "before and after": "Comparing before with after, without a second group",
    "how often": "How often it happens",
}
SHORT = {"between": "between people", "within": "within people"}
KINDS = {
    "r": "r", "d": "d", "g": "g", "OR": "odds ratio", "HR": "hazard ratio", "b": "slope", "beta": "standardised slope",
    "share": "share", "words": "",
}  # fmt: skip
# Those whose r and d stand for the same comparison of people: between people, never within one.
ALIKE, CONVERTIBLE = ("r", "d", "g"), ("between people", "trials")
INHERITED = ("topic", "level", "kind", "source", "confirmed", "spread", "k", "of", "n", "n_more", "caution")
FIELDS: dict[type, tuple[str, ...]] = {
    str: ("topic", "level", "what", "kind", "source", "spread", "said", "of", "caution"),
    float: ("value", "low", "high", "se"),
    int: ("k", "n"),
    bool: ("confirmed", "n_more", "print"),
}
FROM_MEMORY = "From memory, not checked on a page."


@dataclass(frozen=True, slots=True)
class Finding:
    """One published number (or, of kind `words`, what was found) with where it is from.

    low, high   a 95% interval, or with spread `range` the smallest and largest there are
    k, of       of how many studies (or of what else); n people, with n_more: more than so many
    """

    id: str
    topic: str
    level: str
    what: str
    kind: str
    source: str
    confirmed: bool
    value: float | None = None
    low: float | None = None
    high: float | None = None
    spread: str = "interval"
    se: float | None = None
    said: str = ""
    k: int | None = None
    of: str = "studies"
    n: int | None = None
    n_more: bool = False
    print: bool = True
    caution: str = ""

    @property
    def as_r(self) -> float:
        """The value as a correlation; UsageError where that would mix levels or kinds."""
        return self.value_of() if self.kind == "r" else r_from_d(self._convertible())

    @property
    def as_d(self) -> float:
        """The value as a difference in SDs; UsageError where that would mix levels or kinds."""
        return self.value_of() if self.kind in ("d", "g") else d_from_r(self._convertible())

    def value_of(self) -> float:
        if self.value is None:
            raise UsageError(f"{self.id}: has no single value; it says: {number_words(self) or self.said}")
        return self.value

    def _convertible(self) -> float:
        if self.kind not in ALIKE or self.level not in CONVERTIBLE:
            raise UsageError(f"{self.id}: a {self.kind} at the level '{self.level}' cannot be told as r or d")
        return self.value_of()


@dataclass(frozen=True, slots=True)
class Local:
    """A result of one's own, to be set beside a finding of the same level and kind (r, d and g count as one kind)."""

    kind: str
    value: float
    low: float
    high: float
    level: str


def r_from_d(d: float, n1: int | None = None, n2: int | None = None) -> float:
    """r = d / sqrt(d^2 + a), a = (n1 + n2)^2 / (n1 n2), 4 for like groups (Borenstein et al. 2009, ch. 7)."""
    return d / math.sqrt(d * d + _a(n1, n2))


def d_from_r(r: float, n1: int | None = None, n2: int | None = None) -> float:
    """d = r sqrt(a) / sqrt(1 - r^2), the way back; 2 r / sqrt(1 - r^2) where the groups are alike."""
    if not -1 < r < 1:
        raise UsageError(f"r: got {r}, wanted a correlation between -1 and 1")
    return r * math.sqrt(_a(n1, n2)) / math.sqrt(1 - r * r)


def d_from_or(odds_ratio: float) -> float:
    """d = ln(OR) sqrt(3) / pi (Hasselblad & Hedges 1995): as if the yes or no were a cut through a logistic scale."""
    if not (math.isfinite(odds_ratio) and odds_ratio > 0):
        raise UsageError(f"odds ratio: got {odds_ratio}, wanted a number above 0")
    return math.log(odds_ratio) * math.sqrt(3) / math.pi


def or_from_d(d: float) -> float:
    """OR = exp(d pi / sqrt 3), the way back."""
    return math.exp(d * math.pi / math.sqrt(3))


def _a(n1: int | None, n2: int | None) -> float:
    if n1 is None or n2 is None:
        return 4.0
    if n1 < 1 or n2 < 1:
        raise UsageError(f"groups: got {n1} and {n2} people, wanted 1 or more in each")
    return (n1 + n2) ** 2 / (n1 * n2)


@cache
def literature() -> tuple[Finding, ...]:
    """All published findings, in the order of the file."""
    return read(FILE)


def read(path: Path) -> tuple[Finding, ...]:
    """The findings of a file; DefinitionError with file and field where one is wrong."""
    whole, found = Table.read(path), []
    for one in whole.tables("finding"):
        first = _finding(one, {"id": one.take("id", str)})
        found.append(first)
        given = {name: getattr(first, name) for name in INHERITED}
        for number, more in enumerate(one.tables("also"), 2):
            found.append(_finding(more, given | {"id": f"{first.id}.{number}", "print": first.print}))
            more.finish()
        one.finish()
        if sum(each.id == first.id for each in found) > 1:
            raise one.wrong("id", f"got {first.id!r} a second time; wanted one finding an id")
    whole.finish()
    return tuple(found)


def _finding(table: Table, given: dict[str, Any]) -> Finding:
    """One table, filled up from what its finding gives."""
    values = dict(given)
    for kind, names in FIELDS.items():
        values |= {name: table.take(name, kind) for name in names if name in table.values}
    for name in ("topic", "level", "what", "kind", "source"):
        if name not in values:
            table.take(name, str)
    if "confirmed" not in values:
        table.take("confirmed", bool)
    finding = Finding(**values)
    _check(table, finding)
    return finding


def _check(table: Table, one: Finding) -> None:
    for name, allowed in (("level", tuple(LEVELS)), ("kind", tuple(KINDS)), ("spread", ("interval", "range"))):
        if getattr(one, name) not in allowed:
            raise table.wrong(name, f"got {getattr(one, name)!r}, wanted one of {', '.join(allowed)}")
    if (one.low is None) != (one.high is None):
        raise table.wrong("low" if one.low is None else "high", "is missing; wanted both ends or neither")
    ends = [value for value in (one.low, one.value, one.high) if value is not None]
    if one.kind == "words" and (ends or not one.said):
        raise table.wrong("said", "wanted what was found, and no number, for the kind words")
    if one.kind != "words" and not ends:
        raise table.wrong("value", "is missing; wanted a number, or low and high")
    if ends != sorted(ends):
        raise table.wrong("low", f"got {ends}, wanted low, value and high in that order")
    lowest, highest = {"r": (-1.0, 1.0), "share": (0.0, 1.0), "OR": (0.0, math.inf), "HR": (0.0, math.inf)}.get(
        one.kind, (-math.inf, math.inf)
    )
    if ends and not (lowest <= ends[0] and ends[-1] <= highest and all(map(math.isfinite, ends))):
        raise table.wrong("value", f"got {ends}, wanted numbers from {lowest} to {highest}")
    for name, number in (("k", one.k), ("n", one.n)):
        if number is not None and number < 1:
            raise table.wrong(name, f"got {number}, wanted 1 or more")
    if not one.print and not one.caution:
        raise table.wrong("caution", "is missing; wanted why it is not shown")


def finding(id: str) -> Finding:
    """One finding by its id, also one that is never shown."""
    for one in literature():
        if one.id == id:
            return one
    raise UsageError(f"got the finding {id!r}, wanted one of {', '.join(one.id for one in literature())}")


def beside(asked: str, *, unconfirmed: bool = False) -> tuple[Finding, ...]:
    """What may stand beside a local result: 'topic, level', as in 'alliance-outcome, between' or 'gap, two views'.

    The level may be left out where the topic stands at one level alone. `unconfirmed`: also what is from memory, which
    then says so. UsageError for a topic that is not there, or a level that must be named.
    """
    topic, _, level = (part.strip() for part in asked.partition(","))
    about = [one for one in literature() if one.topic == topic and one.print]
    if not about:
        raise UsageError(f"got the topic {topic!r}, wanted one of {', '.join(topics())}")
    levels = list(dict.fromkeys(one.level for one in about))
    level = SHORT.get(level, level)
    if not level and len(levels) > 1:
        raise UsageError(f"{topic}: stands at several levels, which must not be mixed; name one of {', '.join(levels)}")
    if level and level not in LEVELS:
        raise UsageError(f"got the level {level!r}, wanted one of {', '.join(LEVELS)}")
    return tuple(one for one in about if one.level == (level or levels[0]) and (one.confirmed or unconfirmed))


def topics() -> tuple[str, ...]:
    """All topics of which something may be shown, in the order of the file."""
    return tuple(dict.fromkeys(one.topic for one in literature() if one.print))


def number_words(one: Finding) -> str:
    """'r 0.28 (0.26 to 0.30)': the number with its interval or range; empty where there is none."""
    write = _share if one.kind == "share" else _as_given
    ends = "" if one.low is None or one.high is None else f"{write(one.low)} to {write(one.high)}"
    word = {"words": "", "share": ""}.get(one.kind, f"{KINDS[one.kind]} ")
    if one.value is None:
        return f"{word}{ends}".strip()
    called = "" if one.spread == "interval" else "from "
    return f"{word}{write(one.value)}" + (f" ({called}{ends})" if ends else "")


def size_words(one: Finding) -> str:
    """'295 studies, more than 30,000 people'."""
    studies = f"{one.k} {one.of}" if one.k else ""
    people = f"{'more than ' if one.n_more else ''}{one.n:,} people" if one.n else ""
    return ", ".join(part for part in (studies, people) if part)


def say(one: Finding) -> str:
    """One finding in plain words, its level first; UsageError for one that may not be shown."""
    if not one.print:
        raise UsageError(f"{one.id} may not be shown. {one.caution}")
    told, size = number_words(one) or one.said, size_words(one)
    after = f" ({size}; {one.source})" if size else f" ({one.source})"
    memory = "" if one.confirmed else FROM_MEMORY
    return " ".join(part for part in (f"{LEVELS[one.level]}: {one.what}: {told}{after}.", one.caution, memory) if part)


def compare(local: Local, one: Finding) -> str:
    """A local result beside a published one, in plain words. UsageError where levels or kinds differ: never mixed."""
    if local.level != one.level:
        raise UsageError(
            f"{one.id}: is about the level '{one.level}', the local result about '{local.level}'; not alike"
        )
    there = _on_the_scale_of(local, one)
    said = f"Here: {number_words(_as_finding(local, one))}. Elsewhere: {number_words(there)}"
    said += "." if there is one else f" (published as {number_words(one)})."
    if there.low is None or there.high is None or there.spread == "range":
        return f"{said} How sure the published number is, is not known, so the two are not compared further."
    if there.low <= local.high and local.low <= there.high:
        return f"{said} The two intervals overlap: nothing says that it is different here."
    way = "higher" if local.low > there.high else "lower"
    return f"{said} The number here is {way}; the people, the measure or the way of asking may differ."


def _on_the_scale_of(local: Local, one: Finding) -> Finding:
    """The published finding told in the local kind."""
    if local.kind == one.kind or {local.kind, one.kind} == {"d", "g"}:
        return one
    if local.kind not in ALIKE or one.kind not in ALIKE or one.level not in CONVERTIBLE:
        raise UsageError(f"{one.id}: is a {one.kind}, the local result a {local.kind}; wanted the same kind")
    change = r_from_d if local.kind == "r" else d_from_r
    value, low, high = (None if at is None else round(change(at), 2) for at in (one.value, one.low, one.high))
    return replace(one, kind=local.kind, value=value, low=low, high=high)


def _as_finding(local: Local, one: Finding) -> Finding:
    value, low, high = (round(number, 2) for number in (local.value, local.low, local.high))
    return Finding("here", one.topic, local.level, one.what, local.kind, "", True, value, low, high)


def table(findings: Iterable[Finding]) -> dict[str, Any]:
    """For a report: a row a finding, each cell plain text; what may not be shown is left out."""
    rows = [
        [
            one.what, LEVELS[one.level], number_words(one) or one.said, size_words(one), one.source,
            " ".join(part for part in (one.caution, "" if one.confirmed else FROM_MEMORY) if part),
        ]
        for one in findings if one.print
    ]  # fmt: skip
    columns = ["what", "compared", "found (95% interval, or from what to what)", "of", "source", "to keep in mind"]
    return {"caption": "What others found", "columns": columns, "rows": rows}


def _as_given(value: float) -> str:
    """Two or, where published, three digits after the point."""
    return f"{round(value, 2):.2f}" if abs(value * 100 - round(value * 100)) < 1e-6 else f"{value:.3f}"


def _share(value: float) -> str:
    return f"{round(value * 100, 1):g}%"
