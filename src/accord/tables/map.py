"""The map: which columns of a file are what, and what is done with cells that leave a choice.

Each mistake in a map is a TableError that names the key, what it holds and what is allowed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from accord.errors import TableError
from accord.tables.course import ATTENDED, MISSING, OCCASION, RATERS, Key
from accord.tables.source import clean

UNITS = ("day", "week", "month", "year")
ORDERS = ("iso", "day first", "month first")
REFUSE = "refuse"
_SECTIONS = ("columns", "measures", "occasion", "missing", "dates", "attended", "rules")
_NONE: Mapping[Any, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Occasion:
    """How a row without a date gets its day: a count of `unit`s in `column`, from a `start` the map's author states."""

    column: str
    unit: str
    start: date
    labels: Mapping[str, int | None] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True)
class Rules:
    """What is done where there is a choice; the default is the strict one.

    `not_whole` names the measures whose totals may have decimals; True means all of them.
    """

    not_whole: bool | frozenset[str] = False
    no_therapist: str = REFUSE

    def accepts_decimals(self, measure: str) -> bool:
        return self.not_whole if isinstance(self.not_whole, bool) else measure in self.not_whole


@dataclass(frozen=True)
class Map:
    """Columns of a file by their meaning, and the rules for reading them."""

    columns: Mapping[str, str]
    measures: Mapping[Key, str]
    occasion: Occasion | None = None
    missing: frozenset[str] = frozenset(MISSING)
    dates: str = "iso"
    attended: Mapping[str, str] = field(default_factory=lambda: {word: word for word in ATTENDED})
    rules: Rules = Rules()

    @classmethod
    def read(cls, path: Path | str) -> Map:
        try:
            return cls.parse(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise TableError(f"cannot read the map {path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise TableError(f"the map {path} is not UTF-8 text") from error

    @classmethod
    def parse(cls, text: str) -> Map:
        try:
            given = tomllib.loads(text)
        except (
            ValueError,
            RecursionError,
        ) as error:
            raise TableError(f"map: not valid TOML: {str(error)[:200]}") from error
        _only(given, _SECTIONS, "")
        made = cls(
            columns=_columns(_table(given, "columns")),
            measures=_measures(_table(given, "measures")),
            occasion=_occasion(_table(given, "occasion")) if "occasion" in given else None,
            missing=_missing(_table(given, "missing")),
            dates=_dates(_table(given, "dates")),
            attended=_attended(_table(given, "attended")),
            rules=_rules(_table(given, "rules")),
        )
        made._check()
        return made

    @classmethod
    def own(cls, header: Collection[str]) -> Map:
        """The map of a table whose columns already have the course table's names."""
        keys = {key: name for name in header if (key := Key.parse(name))}
        made = cls(columns={name: name for name in OCCASION if name in header}, measures=keys, rules=_OWN)
        if "client" not in made.columns:
            raise TableError(f"the table has no column 'client', and no map was given; it has: {some(header)}")
        if not keys and "attended" not in made.columns:
            raise TableError(f"no column is named like 'phq-9.client', and no map was given; it has: {some(header)}")
        made._check()
        return made

    def used(self) -> dict[str, str]:
        """Each key of the map that names a column, with the column."""
        named = {f"columns.{name}": column for name, column in self.columns.items()}
        named |= {f"measures.{key}": column for key, column in self.measures.items()}
        return named | ({"occasion.column": self.occasion.column} if self.occasion else {})

    def _check(self) -> None:
        if "client" not in self.columns:
            _wrong("columns.client", "is not given", "the name of the column with the client's code")
        if not self.measures and "attended" not in self.columns:
            _wrong("measures", "is empty", 'at least one measure, such as "phq-9.client" = "phq9"')
        if self.occasion and "held_on" in self.columns:
            _wrong("occasion", "stands beside columns.held_on", "one of the two: a date, or a count of days")
        if not (self.occasion or {"held_on", "session"} & self.columns.keys()):
            _wrong("columns", "says nothing of when", "session, held_on, or an [occasion] to count from")
        seen: dict[str, str] = {}
        for key, column in self.used().items():
            if column in seen:
                _wrong(key, f"names the column {column!r} that {seen[column]} already names", "a column of its own")
            seen[column] = key


# The course table itself says what an empty therapist means; a foreign table does not.
_OWN = Rules(no_therapist="unassigned")


def some(names: Collection[str]) -> str:
    """Names for a message, not more than can be read."""
    shown = ", ".join(list(names)[:40])
    return f"{shown} and {len(names) - 40} more" if len(names) > 40 else shown


def _wrong(key: str, found: str, allowed: str) -> NoReturn:
    raise TableError(f"map: key '{key}' {found}; allowed: {allowed}")


def _only(table: Mapping[str, Any], allowed: Collection[str], section: str) -> None:
    for key in table:
        if key not in allowed:
            _wrong(f"{section}.{key}" if section else key, "is not known", ", ".join(allowed))


def _table(given: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    table = given.get(section, {})
    if not isinstance(table, dict):
        _wrong(section, f"holds {table!r}", f"a table, written [{section}]")
    return table


def _text(table: Mapping[str, Any], key: str, section: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        _wrong(f"{section}.{key}", "is not given" if value is None else f"holds {value!r}", "the name of a column")
    return clean(value)


def _choice(table: Mapping[str, Any], key: str, section: str, allowed: Collection[str], default: str) -> str:
    value = table.get(key, default)
    if value not in allowed:
        _wrong(f"{section}.{key}", f"holds {value!r}", ", ".join(allowed))
    return str(value)


def _columns(table: Mapping[str, Any]) -> dict[str, str]:
    _only(table, OCCASION, "columns")
    return {name: _text(table, name, "columns") for name in OCCASION if name in table}


def _measures(table: Mapping[str, Any]) -> dict[Key, str]:
    found = {}
    for name in table:
        key = Key.parse(name)
        if key is None:
            _wrong(
                f'measures."{name}"', "is not a measure column",
                f'"measure.rater" or "measure.rater.item" in quotes, with rater {" or ".join(RATERS)}',
            )  # fmt: skip
        found[key] = _text(table, name, "measures")
    return found


def _occasion(table: Mapping[str, Any]) -> Occasion:
    _only(table, ("column", "unit", "start", "labels"), "occasion")
    unit = _choice(table, "unit", "occasion", UNITS, "(nothing)")
    start = table.get("start")
    # A date with a clock is a kind of date in Python, and would carry its hours along.
    if type(start) is not date:
        _wrong("occasion.start", f"holds {start!r}", "a date without quotes, such as 2012-01-01")
    if unit in ("month", "year") and start.day > 28:
        _wrong("occasion.start", f"holds day {start.day}", "a day from 1 to 28, which every month has")
    labels = table.get("labels", {})
    if not isinstance(labels, dict):
        _wrong("occasion.labels", f"holds {labels!r}", 'a table, such as { "Post-Rx" = "refuse" }')
    return Occasion(_text(table, "column", "occasion"), unit, start, {k: _label(k, v) for k, v in labels.items()})


def _label(label: str, meaning: object) -> int | None:
    if meaning == REFUSE:
        return None
    if isinstance(meaning, int) and not isinstance(meaning, bool) and meaning >= 0:
        return meaning
    _wrong(f'occasion.labels."{label}"', f"holds {meaning!r}", '"refuse", or the whole number it stands for')


def _missing(table: Mapping[str, Any]) -> frozenset[str]:
    _only(table, ("values",), "missing")
    values = table.get("values", list(MISSING))
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        _wrong("missing.values", f"holds {values!r}", 'a list of texts, such as ["", "NA"]')
    # An empty cell can never be an answer, so it need not be listed.
    return frozenset(value.strip() for value in values) | {""}


def _dates(table: Mapping[str, Any]) -> str:
    _only(table, ("order",), "dates")
    return _choice(table, "order", "dates", ORDERS, "iso")


def _attended(table: Mapping[str, Any]) -> dict[str, str]:
    words = {word: word for word in ATTENDED}
    return words | {said.strip(): _choice(table, said, "attended", ATTENDED, "") for said in table}


def _rules(table: Mapping[str, Any]) -> Rules:
    _only(table, ("not_whole", "out_of_range", "no_therapist"), "rules")
    _choice(table, "out_of_range", "rules", (REFUSE,), REFUSE)
    no_therapist = _choice(table, "no_therapist", "rules", (REFUSE, "unassigned"), REFUSE)
    given = table.get("not_whole", REFUSE)
    if not isinstance(given, dict):
        return Rules(_choice(table, "not_whole", "rules", (REFUSE, "accept"), REFUSE) == "accept", no_therapist)
    chosen = {measure: _choice(given, measure, "rules.not_whole", (REFUSE, "accept"), REFUSE) for measure in given}
    return Rules(frozenset(measure for measure, choice in chosen.items() if choice == "accept"), no_therapist)
