"""Reading a course table: what can be brought in, and why the rest cannot."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accord.errors import TableError
from accord.tables import cells
from accord.tables.cells import Bad
from accord.tables.course import Key, Reading, Reason, Refusal, Row
from accord.tables.map import Map, some
from accord.tables.source import Grid, Source, read_grid

Ranges = Mapping[str, tuple[float, float]]
ItemRanges = Mapping[str, Mapping[str, tuple[float, float]]]
Name = tuple[str, str]


def read_courses(
    source: Source, map: Map | None = None, *, ranges: Ranges, items: ItemRanges, fractional: Collection[str] = ()
) -> Reading:
    """The rows of a course table. `fractional` names the measures whose scores have decimals by their definition."""
    grid = read_grid(source)
    plan = map or Map.own(grid.header)
    _check(plan, grid, ranges, items)
    with _collector_at_rest():
        pass_ = _Pass(plan, grid, _head(plan, grid), _measured(plan, grid, ranges, items, fractional))
        return pass_.reading()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Nothing made here refers back to itself, and going over millions of new rows again and again doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class _Measured:
    """One measure by one rater: its parsed total column, and its parsed item columns."""

    name: Name
    total: tuple[str, Sequence[Any]] | None
    items: Sequence[tuple[str, str, Sequence[Any]]]
    item_names: tuple[str, ...]
    faulty: frozenset[int]
    answers: Sequence[tuple[Any, ...]]


def _check(plan: Map, grid: Grid, ranges: Ranges, items: ItemRanges) -> None:
    for key, column in plan.used().items():
        if column not in grid.header:
            raise TableError(f"map: key '{key}': the table has no column {column!r}; it has: {some(grid.header)}")
    for named in plan.measures:
        _check_key(named, ranges, items)


def _check_key(key: Key, ranges: Ranges, items: ItemRanges) -> None:
    known: Collection[str] = ranges if key.item is None else items
    if key.measure not in known:
        raise TableError(f"column '{key}': no measure {key.measure!r} is known; known: {some(sorted(known))}")
    if key.item is not None and key.item not in (own := items[key.measure]):
        raise TableError(f"column '{key}': {key.measure} has no item {key.item!r}; it has: {some(own)}")


def _head(plan: Map, grid: Grid) -> dict[str, tuple[str, list[Any]]]:
    """The columns that say who and when, each with its name in the file and its parsed cells."""
    code = cells.own_code if grid.from_csv and all(key == column for key, column in _names(plan)) else cells.code
    parsers: dict[str, cells.Parser[Any]] = {
        "client": code,
        "therapist": code,
        "session": cells.session,
        "held_on": cells.day(plan.dates),
        "attended": cells.attended(plan.attended),
    }
    columns = dict(plan.columns)
    if plan.occasion:
        columns["held_on"], parsers["held_on"] = plan.occasion.column, cells.counted_day(plan.occasion)
    return {name: (column, _parsed(plan, grid, column, parsers[name])) for name, column in columns.items()}


def _names(plan: Map) -> list[tuple[str, str]]:
    return [(key.split(".", 1)[1], column) for key, column in plan.used().items()]


def _parsed(plan: Map, grid: Grid, column: str, parser: cells.Parser[Any]) -> list[Any]:
    return cells.parsed(grid.columns[grid.header.index(column)], parser, plan.missing)


def _measured(plan: Map, grid: Grid, ranges: Ranges, items: ItemRanges, fractional: Collection[str]) -> list[_Measured]:
    def column(key: Key) -> list[Any]:
        exact = key.measure not in fractional
        if key.item is None:
            whole = exact and not plan.rules.accepts_decimals(key.measure)
            parser = cells.score(*ranges[key.measure], "total", whole=whole)
        else:
            parser = cells.score(*items[key.measure][key.item], "answer", whole=exact)
        return _parsed(plan, grid, plan.measures[key], parser)

    found = []
    for name in dict.fromkeys((key.measure, key.rater) for key in plan.measures):
        keys = [key for key in plan.measures if key[:2] == name]
        total = next(((plan.measures[key], column(key)) for key in keys if key.item is None), None)
        answers = [(key.item, plan.measures[key], column(key)) for key in keys if key.item is not None]
        found.append(_Measured(name, total, answers, tuple(item for item, *_ in answers), *_joined(total, answers)))
    return found


def _joined(
    total: tuple[str, list[Any]] | None, items: Sequence[tuple[str, str, list[Any]]]
) -> tuple[frozenset[int], list[tuple[Any, ...]]]:
    """The rows where something is at fault, and the items' answers row by row: found once, a column at a time."""
    columns = [*([total[1]] if total else []), *(values for *_, values in items)]
    faulty = frozenset(k for values in columns for k, value in enumerate(values) if value.__class__ is Bad)
    return faulty, list(zip(*(values for *_, values in items), strict=True))


@dataclass
class _Pass:
    """One pass over the rows, with what has been seen so far."""

    plan: Map
    grid: Grid
    head: Mapping[str, tuple[str, Sequence[Any]]]
    measured: Sequence[_Measured]
    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    seen: dict[tuple[str, int | None, date | None, Name], int] = field(default_factory=dict)
    occasions: dict[tuple[str, int | None, date | None], int] = field(default_factory=dict)

    def reading(self) -> Reading:
        empty: Sequence[None] = [None] * len(self.grid.lines)
        columns = [self.head.get(name, ("", empty))[1] for name in _HEAD]
        for index, (line, *head) in enumerate(zip(self.grid.lines, *columns, strict=True)):
            if not self._row_refused(line, head):
                self._take(index, line, head)
        used = set(self.plan.used().values())
        ignored = tuple(name for name in self.grid.header if name not in used)
        return Reading(tuple(self.rows), tuple(self.refused), ignored, self._rules(), len(self.grid.lines))

    def _refuse(self, line: int, name: str, bad: Bad, *, whole_row: bool) -> None:
        column = self.head[name][0] if name in self.head else name
        self.refused.append(Refusal(line, column, bad.reason, bad.what, whole_row))

    def _row_refused(self, line: int, head: list[Any]) -> bool:
        client, therapist, session, held_on, _ = head
        name, bad = "", None
        if client is None:
            name, bad = "client", _NO_CLIENT
        elif therapist is None and "therapist" in self.head and self.plan.rules.no_therapist == "refuse":
            name, bad = "therapist", _NO_THERAPIST
        elif held_on.__class__ is Bad:
            name, bad = "held_on", held_on
        elif session.__class__ is Bad:
            name, bad = "session", session
        elif session is None and held_on is None:
            name, bad = "held_on" if "held_on" in self.head else "session", _NO_OCCASION
        if bad is None:
            return False
        self._refuse(line, name, bad, whole_row=True)
        return True

    def _take(self, index: int, line: int, head: list[Any]) -> None:
        client, therapist, session, held_on, attended = head
        before = len(self.refused)
        if attended.__class__ is Bad:
            self._refuse(line, "attended", attended, whole_row=False)
            attended = None
        totals: dict[Name, float] = {}
        items: dict[Name, Mapping[str, int | float | None]] = {}
        for measure in self.measured:
            self._measure(measure, index, line, (client, session, held_on), totals, items)
        if totals or items or (attended and self._first(line, (client, session, held_on))):
            self.rows.append(Row(line, client, therapist, session, held_on, attended, totals, items))
            self.occasions.setdefault((client, session, held_on), line)
        elif len(self.refused) == before:
            self._refuse(line, "(all)", _NOTHING, whole_row=True)

    def _first(self, line: int, occasion: tuple[str, int | None, date | None]) -> bool:
        """Whether a row that brings attendance alone is the first to speak of its occasion."""
        if (first := self.occasions.get(occasion)) is None:
            return True
        self._refuse(line, "attended", _again(first), whole_row=True)
        return False

    def _measure(
        self,
        measure: _Measured,
        index: int,
        line: int,
        occasion: tuple[str, int | None, date | None],
        totals: dict[Name, float],
        items: dict[Name, Mapping[str, int | float | None]],
    ) -> None:
        if index in measure.faulty:
            self._refuse_cells(measure, index, line)
            return
        total = measure.total[1][index] if measure.total else None
        answers = measure.answers[index] if measure.answers else ()
        given = answers.count(None) < len(answers)
        if total is None and not given:
            return
        first = self.seen.setdefault((*occasion, measure.name), line)
        if first != line:
            column = measure.total[0] if measure.total else measure.items[0][1]
            self._refuse(line, column, _again(first), whole_row=False)
            return
        if total is not None:
            totals[measure.name] = total
        if given:
            items[measure.name] = dict(zip(measure.item_names, answers, strict=True))

    def _refuse_cells(self, measure: _Measured, index: int, line: int) -> None:
        columns = [measure.total] if measure.total else []
        for column, cells_ in (*columns, *((name, values) for _, name, values in measure.items)):
            if isinstance(bad := cells_[index], Bad):
                self._refuse(line, column, bad, whole_row=False)

    def _rules(self) -> tuple[str, ...]:
        from accord.tables.wording import rules_in_words

        return rules_in_words(self.plan, self.rows, self.refused)


_HEAD = ("client", "therapist", "session", "held_on", "attended")
_NO_CLIENT = Bad(Reason.NO_CLIENT, "no client's code")
_NO_THERAPIST = Bad(Reason.NO_THERAPIST, "no therapist's code, and the rule no_therapist is 'refuse'")
_NO_OCCASION = Bad(Reason.NO_OCCASION, "neither a session number nor a day")
_NOTHING = Bad(Reason.NOTHING, "no score and no attendance: nothing to bring in")


def _again(first: int) -> Bad:
    return Bad(Reason.DUPLICATE, f"the same client, occasion and measure stand already on line {first}")
