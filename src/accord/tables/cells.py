"""What one cell says. A parser gives a value, None for missing, or a Bad that says why not, without saying what."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from accord.tables.course import ATTENDED, Reason
from accord.tables.map import Occasion
from accord.tables.source import clean

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}(\.0+)?", re.ASCII)
# A Parquet date column with a clock writes midnight; any other time of day would be dropped silently, so is refused.
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_PARTED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that cannot be used."""

    reason: Reason
    what: str


Parser = Callable[[str], T | Bad | None]


class _Memo(dict[str, Any]):
    """A column of a million cells has few different ones: each is read once."""

    def __init__(self, parse: Parser[Any], missing: frozenset[str]) -> None:
        super().__init__()
        self._parse, self._missing = parse, missing

    def __missing__(self, cell: str) -> Any:
        text = cell.strip()
        value = self[cell] = None if text in self._missing else self._parse(text)
        return value


def parsed(column: Iterable[str], parse: Parser[T], missing: frozenset[str]) -> list[T | Bad | None]:
    memo = _Memo(parse, missing)
    return [memo[cell] for cell in column]


def code(text: str) -> str:
    return clean(text)


def own_code(text: str) -> str:
    """A code from a CSV that Accord wrote: one apostrophe that guards against formulas is taken off again."""
    return clean(text[1:] if text[0] == "'" and text[1:2] in GUARDED else text)


# What a spreadsheet would take for a formula; the apostrophe itself, so that taking it off is never wrong.
GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


def score(low: float, high: float, kind: str, *, whole: bool) -> Parser[float]:
    """A total or an item's answer, inside its range."""

    def parse(text: str) -> float | Bad:
        if not _NUMBER.fullmatch(text):
            comma = "; write decimals with a point, as in 4.5" if "," in text else ""
            return Bad(Reason.NOT_A_NUMBER, f"not a number{comma}")
        value = float(text)
        if value < low:
            return Bad(Reason.BELOW, f"below the lowest possible {kind} ({low:g})")
        if value > high:
            return Bad(Reason.ABOVE, f"above the highest possible {kind} ({high:g})")
        if whole and value % 1:
            return Bad(Reason.NOT_WHOLE, "not a whole number")
        return int(value) if kind == "answer" and not value % 1 else value

    return parse


def session(text: str) -> int | Bad:
    if _WHOLE.fullmatch(text) and float(text) >= 1:
        return int(float(text))
    return Bad(Reason.NOT_A_SESSION, "a session is a whole number from 1")


def attended(words: Mapping[str, str]) -> Parser[str]:
    def parse(text: str) -> str | Bad:
        return words.get(text) or Bad(Reason.NOT_A_WORD, f"not one of {', '.join(ATTENDED)}, nor a word of the map")

    return parse


def day(order: str) -> Parser[date]:
    wanted = {"iso": "2026-05-31", "day first": "31/05/2026", "month first": "05/31/2026"}[order]

    def parse(text: str) -> date | Bad:
        if found := _ISO.fullmatch(text):
            return _date(int(found[1]), int(found[2]), int(found[3]))
        if order == "iso" or not (found := _PARTED.fullmatch(text)):
            return Bad(Reason.NOT_A_DATE, f"not a date written like {wanted}")
        first, second = int(found[1]), int(found[2])
        month, day_ = (second, first) if order == "day first" else (first, second)
        return _date(int(found[3]), month, day_)

    return parse


def _date(year: int, month: int, day_: int) -> date | Bad:
    try:
        return date(year, month, day_)
    except ValueError:
        return Bad(Reason.NOT_A_DATE, "no such day in the calendar")


def counted_day(occasion: Occasion) -> Parser[date]:
    """The day that a count of days, weeks, months or years stands for, from the start that the map states."""

    def parse(text: str) -> date | Bad:
        count = int(float(text)) if _WHOLE.fullmatch(text) else occasion.labels.get(text)
        if count is None:
            return Bad(Reason.LABEL, f"{occasion.unit} label {text[:30]!r} has no meaning in the map")
        if count < 0:
            return Bad(Reason.NOT_A_DATE, f"a {occasion.unit} before the start")
        return later(occasion.start, occasion.unit, count)

    return parse


def later(start: date, unit: str, count: int) -> date | Bad:
    try:
        if unit in ("day", "week"):
            return start + timedelta(days=count * (7 if unit == "week" else 1))
        months = start.year * 12 + start.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return Bad(Reason.NOT_A_DATE, f"more {unit}s than a calendar holds")
