"""Reliability of the measures from their items: of one answer set, and of the changes within a person."""

from typing import Any

import numpy as np

from accord.errors import AccordError
from accord.evidence.panels import cells
from accord.evidence.report.parts import Cell, Table, rows_of
from accord.evidence.report.source import Source, items_of
from accord.evidence.wording import not_enough

# Own choice: below so many people a coefficient's interval is too wide to say anything.
PEOPLE = 50
# Sessions enough to know it to two decimals; more only take longer.
MOST_PEOPLE = 20_000
AIM, WATCH = 0.70, 0.60


def told(src: Source) -> tuple[list[Table], list[str]]:
    """Tables and words; neither where no items are known."""
    rows: list[list[Cell]] = []
    said: list[str] = []
    for which, rater, title in _asked(src):
        items = items_of(src, which, rater)
        if len(items) < 2:
            said.append(f"{title}: the table holds no answers to single items, so its reliability is not known here.")
            continue
        found, why = _coefficients(src, items)
        rows += [[f"{title}: {name}", *numbers] for name, numbers in found]
        said += [f"{title}: {each}" for each in (*_reading(found), *why)]
    if not rows:
        return [], said
    columns = ("reliability", "estimate", "from", "to", "people")
    return [Table("Reliability here (95 % intervals)", columns, rows_of(rows))], said


def _asked(src: Source) -> list[tuple[int, str, str]]:
    asked = [(0, "client", src.outcome_title)]
    if src.alliance:
        asked.append((1, "client", f"{src.alliance_title}, by the client"))
    if src.by_therapist:
        asked.append((1, "therapist", f"{src.alliance_title}, by the therapist"))
    return asked


Found = list[tuple[str, list[Cell]]]


def _coefficients(src: Source, items: dict[str, Any]) -> tuple[Found, list[str]]:
    """Of each person's first complete answers, and over all of them; and why something is not there."""
    client, values = _complete(src, items)
    people, first = np.unique(client, return_index=True)
    if len(people) < max(PEOPLE, src.guard.below or 0):
        return [], [not_enough(f"{src.guard.said(len(people))} people answered all items; wanted {PEOPLE} or more")]
    once = dict(zip(items, values[first].T, strict=True))
    found, why = _tried(
        src, [("alpha, of first answers", "alpha"), ("omega, of first answers", "omega")], once, len(people)
    )
    some = client < MOST_PEOPLE
    again = dict(zip(items, values[some].T, strict=True)) | {"client": client[some]}
    more, why_not = _by_level(src, again, list(items))
    return found + more, why + why_not


def _complete(src: Source, items: dict[str, Any]) -> tuple[Any, Any]:
    """Whose they are, as numbers in the order of first appearance, and the complete answer sets [rows, items]."""
    values = np.column_stack(list(items.values()))
    whole = ~np.isnan(values).any(axis=1)
    codes = cells.codes(src.courses[str(src.named.who["client"])])
    client = codes.rank("dense").fill_null(0).to_numpy().astype(np.int64)[whole]
    return np.unique(client, return_inverse=True)[1], values[whole]


def _tried(src: Source, asked: list[tuple[str, str]], data: dict[str, Any], people: int) -> tuple[Found, list[str]]:
    from accord.evidence.reliability import single

    found: Found = []
    why: list[str] = []
    for name, which in asked:
        try:
            one = getattr(single, which)(data, list(data))
        except AccordError as error:
            why.append(not_enough(f"{name}: {src.guard.why(str(error))}"))
            continue
        found.append((name, [_two(one.estimate), _two(one.low), _two(one.high), src.guard.count(people)]))
    return found, why


def _by_level(src: Source, data: dict[str, Any], items: list[str]) -> tuple[Found, list[str]]:
    from accord.evidence.reliability.levels import by_level

    people = len(np.unique(data["client"]))
    if len(data["client"]) < 2 * people:
        return [], [not_enough("reliability of changes within a person wants two answer sets or more of each")]
    try:
        both = by_level(data, items)
    except AccordError as error:
        return [], [not_enough(f"reliability of changes within a person: {src.guard.why(str(error))}")]
    names = (("omega within people", both.omega_within), ("omega between people", both.omega_between))
    count = src.guard.count(people)
    return [(name, [_two(one.estimate), _two(one.low), _two(one.high), count]) for name, one in names], []


def _two(value: float) -> Cell:
    return round(float(value), 2) if np.isfinite(value) else None


def _reading(found: Found) -> list[str]:
    """What the reliability of changes allows."""
    within = next((numbers[0] for name, numbers in found if name == "omega within people"), None)
    if not isinstance(within, float):
        return []
    if within >= AIM:
        return [f"changes within a person can be told from error well enough (omega within people {within:.2f})."]
    if within >= WATCH:
        return [f"changes within a person can be watched, not relied on one by one (omega within people {within:.2f})."]
    return [
        f"most of a change within a person may be error (omega within people {within:.2f}; .70 is aimed at), which "
        "draws effects within people towards nothing."
    ]
