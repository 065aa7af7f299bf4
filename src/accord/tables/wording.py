"""The rules of a map in words, each with how much it touched, so that a reading explains itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from accord.tables.course import Reason, Refusal, Row
from accord.tables.map import Map, Occasion


def rules_in_words(plan: Map, rows: Sequence[Row], refused: Sequence[Refusal]) -> tuple[str, ...]:
    count = Counter(refusal.reason for refusal in refused)
    said = [f"Cells that hold {_listed(plan.missing)} count as no answer."]
    if plan.occasion:
        said.append(_days(plan.occasion, rows))
        said.append(_labels(plan.occasion, count[Reason.LABEL]))
    elif "held_on" in plan.columns:
        said.append(f"Dates are read {_ORDER[plan.dates]}; {_kept_out(count[Reason.NOT_A_DATE], 'row')}.")
    if "therapist" in plan.columns:
        said.append(_therapists(plan, rows, count[Reason.NO_THERAPIST]))
    said.append(_decimals(plan, rows, count[Reason.NOT_WHOLE]))
    outside = count[Reason.BELOW] + count[Reason.ABOVE]
    said.append(f"A score outside its range is refused: {_kept_out(outside, 'cell')}.")
    twice = count[Reason.DUPLICATE]
    said.append(f"What stands twice is taken from its first line: {_kept_out(twice, 'later one')}.")
    said.append(f"A row without score or attendance brings nothing in: {_number(count[Reason.NOTHING], 'row')}.")
    return tuple(said)


_ORDER = {"iso": "as year-month-day", "day first": "with the day first", "month first": "with the month first"}


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _kept_out(count: int, thing: str) -> str:
    return f"{_number(count, thing)} kept out"


def _listed(missing: frozenset[str]) -> str:
    return ", ".join(["nothing", *sorted(missing - {""})])


def _days(occasion: Occasion, rows: Sequence[Row]) -> str:
    unit, start = occasion.unit, occasion.start.isoformat()
    return (
        f"The day is counted, not recorded: {occasion.column!r} 0 is {start}, each step is one {unit}: "
        f"{_number(sum(row.held_on is not None for row in rows), 'row')}."
    )


def _labels(occasion: Occasion, refused: int) -> str:
    stated = [f"{label!r} means {unit}" for label, unit in occasion.labels.items() if unit is not None]
    meaning = f"{'; '.join(stated)}; other labels" if stated else "Labels"
    return f"{meaning} in {occasion.column!r} are refused: {_kept_out(refused, 'row')}."


def _therapists(plan: Map, rows: Sequence[Row], refused: int) -> str:
    if plan.rules.no_therapist == "refuse":
        return f"A row without a therapist is refused: {_kept_out(refused, 'row')}."
    unassigned = sum(row.therapist is None for row in rows)
    return f"A client without a therapist is brought in unassigned: {_number(unassigned, 'row')}."


def _decimals(plan: Map, rows: Sequence[Row], refused: int) -> str:
    chosen = plan.rules.not_whole
    taken = _number(sum(total % 1 != 0 for row in rows for total in row.totals.values()), "total")
    where = "where the measure has decimals"
    if chosen:
        where = "by the map" if chosen is True else f"by the map for {', '.join(sorted(chosen))}"
    said = f"A score that is not a whole number is refused: {_kept_out(refused, 'cell')}"
    return f"{said}; taken as it stands {where}: {taken}."
