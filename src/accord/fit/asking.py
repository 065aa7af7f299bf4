"""What comes from outside as needs: one JSON object, or one row of a table. Every wrong field is named."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from accord.fit.concerns import concerns
from accord.fit.needs import AXES, FORMATS, MOST_CONCERNS, SLOTS, STRONGEST, Needs, folded

Problem = tuple[str, str]
Reader = Callable[[Any], Any]


class UnreadableError(ValueError):
    """What was got and what was wanted, for one field."""


def needs_of(values: Mapping[str, Any]) -> tuple[Needs | None, list[Problem]]:
    """The needs, or every field that cannot be used with what is wrong there. None, "" and [] are nothing."""
    read: dict[str, Any] = {}
    wrong: list[Problem] = []
    for name, value in values.items():
        if name not in FIELDS:
            wrong.append((name, f"is not a field of needs; wanted one of {', '.join(FIELDS)}"))
        elif value is not None and value != "" and value != []:
            try:
                read[name] = FIELDS[name](value)
            except UnreadableError as problem:
                wrong.append((name, str(problem)))
    if "concerns" not in read and "concerns" not in dict(wrong):
        wrong.append(("concerns", "is missing; wanted one to three, such as depression or not-sure"))
    if "within_km" in read and not {"latitude", "longitude"} <= read.keys():
        wrong.append(("within_km", "is a distance without a place; give latitude and longitude too"))
    return (None, wrong) if wrong else (Needs(**read), [])


def several(value: Any) -> tuple[str, ...]:
    """A list of words, or one text with semicolons between them; what stands twice counts once."""
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(each, str) for each in parts):
        raise UnreadableError(f"got {value!r}, wanted a list of words")
    found = {folded(each): " ".join(each.split()) for each in reversed(parts) if each.strip()}
    return tuple(reversed(found.values()))


def _text(value: Any) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise UnreadableError(f"got {value!r}, wanted text")
    return str(value).strip()


def _chosen(allowed: tuple[str, ...]) -> Reader:
    def read(value: Any) -> tuple[str, ...]:
        found = tuple(folded(each) for each in several(value))
        for each in found:
            if each not in allowed:
                raise UnreadableError(f"got {each!r}, wanted one of {', '.join(allowed)}")
        return found

    return read


def _concerns(value: Any) -> tuple[str, ...]:
    found = tuple(_chosen(tuple(concerns()))(value))
    if len(found) > MOST_CONCERNS:
        raise UnreadableError(f"got {len(found)}, wanted one to three, what matters most first")
    return found


def number(value: Any, low: float, high: float, wanted: str) -> float:
    """A finite number within bounds."""
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        found = math.nan
    if not low <= found <= high or math.isinf(found):
        raise UnreadableError(f"got {value!r}, wanted {wanted}")
    return found


def _number(low: float, high: float, wanted: str) -> Reader:
    return lambda value: number(value, low, high, wanted)


def _style(value: Any) -> int:
    found = number(value, -STRONGEST, STRONGEST, "a whole number from -3 to 3")
    if found != int(found):
        raise UnreadableError(f"got {value!r}, wanted a whole number from -3 to 3")
    return int(found)


def _day(value: Any) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise UnreadableError(f"got {value!r}, wanted a day such as 2026-05-31") from None


FIELDS: Mapping[str, Reader] = {
    "id": _text,
    "concerns": _concerns,
    "region": _text,
    "languages": several,
    "formats": _chosen(FORMATS),
    "latitude": _number(-90, 90, "degrees from -90 to 90"),
    "longitude": _number(-180, 180, "degrees from -180 to 180"),
    "within_km": _number(0, 1e5, "kilometres, 0 or more"),
    "fee": _number(0, 1e7, "an amount, 0 or more"),
    "insurer": _text,
    "times": _chosen(SLOTS),
    "genders": several,
    "musts": several,
    "wishes": several,
    **{axis.id: _style for axis in AXES},
    "at_ease": _text,
    "helped": _text,
    "hurt": _text,
    "since": _day,
}
