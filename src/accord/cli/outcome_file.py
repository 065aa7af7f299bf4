"""Files for `accord outcome`: pairs before and after, wide tables, courses. Every bad row is named."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import polars as pl

from accord.cli import course_file, scored_file
from accord.cli.course_file import Refused, blank, column, numbers
from accord.errors import DataError, TableError, UsageError

SCORE = "a number, or nothing"


def table(file: str, map_file: Path | None) -> pl.DataFrame:
    """The file as it is, or what a map makes of it: client, session, held_on, day, and the totals."""
    return scored_file.read(file) if map_file is None else _mapped(file, map_file)


def _mapped(file: str, map_file: Path) -> pl.DataFrame:
    """A course table by its map; what is kept out is told on stderr, as `accord import` tells it."""
    from accord.measures import load, names
    from accord.tables import Map, read_courses

    if not map_file.is_file():
        raise UsageError(f"there is no file {map_file}")
    if file != "-" and not Path(file).is_file():
        raise UsageError(f"there is no file {file}")
    measures = [load(name) for name in names()]
    source: Any = Path(file) if file != "-" else sys.stdin.buffer
    read = read_courses(
        source,
        Map.read(map_file),
        ranges={each.id: each.range for each in measures},
        items={each.id: {item.key: (item.low, item.high) for item in each.items} for each in measures},
        fractional=[each.id for each in measures if any(item.decimals for item in each.items)],
    )
    for reason, count in read.reasons().items():
        print(f"accord: kept out by the map, {reason}: {count}", file=sys.stderr)
    totals = sorted({name for row in read.rows for name in row.totals})
    return pl.DataFrame(
        {
            "client": [row.client for row in read.rows],
            "session": [None if row.session is None else str(row.session) for row in read.rows],
            "held_on": [None if row.held_on is None else row.held_on.isoformat() for row in read.rows],
            "day": [None if row.held_on is None else str(row.held_on.toordinal()) for row in read.rows],
        }
        | {".".join(name): [_text(row.totals.get(name)) for row in read.rows] for name in totals},
        schema_overrides={"session": pl.String, "held_on": pl.String, "day": pl.String},
    )


def _text(value: float | None) -> str | None:
    return None if value is None else repr(value)


def pairs(rows: pl.DataFrame, who: str, time: str, before: str, after: str, score: str) -> pl.DataFrame:
    """id, pre, post of everyone in the order they first appear; null where one of the two is missing."""
    names = scored_file.ids(rows, column(rows, who))
    when = rows[column(rows, time)].cast(pl.String).str.strip_chars()
    value, refused = numbers(rows[column(rows, score)], wanted=SCORE, whole=False)
    if (before, after) == ("first", "last") and not when.is_in(["first", "last"]).any():
        return _ends(pl.DataFrame({"id": names, "when": when, "value": value}), who, time, refused)
    if same(before, after):
        raise UsageError(f"--pre and --post are both {before}; wanted two times")
    place = _at(when, before, 0) + _at(when, after, 1)
    for wanted, at in ((before, 1), (after, 2)):
        if not (place == at).any():
            raise TableError(f"no row is at {wanted}; there are {_some(when)}", column=time)
    known = pl.DataFrame({"id": names, "place": place, "value": value}).with_row_index("row")
    here = known.filter(pl.col("place") > 0)
    again = here.filter(~pl.struct("id", "place").is_first_distinct() & pl.col("id").is_not_null())
    twice = [
        (row + 1, time, f"{name} stands at this time already") for row, name in again.select("row", "id").iter_rows()
    ]
    stop(sorted([*refused, *blank(names, who, "wanted who it was"), *twice]), "nothing was read")
    sides = [
        here.filter(pl.col("place") == at).select("id", pl.col("value").alias(name))
        for at, name in ((1, "pre"), (2, "post"))
    ]
    people = here.select("id").unique(maintain_order=True)
    return people.join(sides[0], on="id", how="left", maintain_order="left").join(
        sides[1], on="id", how="left", maintain_order="left"
    )


def _ends(known: pl.DataFrame, who: str, time: str, refused: Refused) -> pl.DataFrame:
    """Each person's first and last rating; null after where there is one alone."""
    when = known["when"]
    order = when.cast(pl.Float64, strict=False)
    if order.null_count() > when.null_count() and when.str.contains(r"^\d{4}-\d{2}-\d{2}$").all():
        order = when.str.to_date(strict=False).cast(pl.Int64).cast(pl.Float64)
    wrong = order.is_null().arg_true().to_list()
    odd = [
        (row + 1, time, f"got {when[row] or 'nothing'}, wanted a number, or a date as in 2026-05-31") for row in wrong
    ]
    stop(sorted([*refused, *blank(known["id"], who, "wanted who it was"), *odd]), "nothing was read")
    rated = known.with_columns(order=order).filter(pl.col("value").is_not_null()).sort("order", maintain_order=True)
    ends = rated.group_by("id", maintain_order=True).agg(
        pl.col("value").first().alias("pre"), pl.col("value").last().alias("post"), pl.len().alias("n")
    )
    one = pl.when(pl.col("n") > 1).then(pl.col("post"))
    people = known.select("id").unique(maintain_order=True)
    return people.join(ends.with_columns(post=one).drop("n"), on="id", how="left", maintain_order="left")


def same(one: str, other: str) -> bool:
    """The same text, or the same number: 1 and 1.0."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.strip() == other.strip()


def _at(when: pl.Series, wanted: str, place: int) -> pl.Series:
    hits = [each for each in when.unique().to_list() if each is not None and same(each, wanted)]
    return when.is_in(hits).fill_null(False).cast(pl.Int8) * (place + 1)


def _some(when: pl.Series) -> str:
    seen = when.drop_nulls().unique(maintain_order=True).head(12).to_list()
    return ", ".join(seen) or "no times at all"


def wide_columns(rows: pl.DataFrame, asked: Iterable[str]) -> list[str]:
    """The columns in order. `a .. b` is all from a to b, `a ..` all of a's stem from its number on."""
    words = [word for one in asked for word in _words(one)]
    found: list[str] = []
    for place, word in enumerate(words):
        if word == "..":
            continue
        name = column(rows, word)
        if place and words[place - 1] == ".." and found:
            first, last = rows.columns.index(found[-1]), rows.columns.index(name)
            found += rows.columns[first + 1 : last + 1]
        else:
            found.append(name)
        if words[place + 1 :] == [".."]:
            found += [each for each in rows.columns if _stem(each) == _stem(name) and number(each) > number(name)]
    if len(set(found)) < len(found):
        raise UsageError(f"a column stands twice among {', '.join(found)}")
    if len(found) < 4:
        raise UsageError(f"got {len(found)} columns; wanted four or more, one a session in order (--wide s1 .. s12)")
    return found


def _words(text: str) -> list[str]:
    return [word for part in text.replace("..", " .. ").split(",") for word in part.split()]


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def number(name: str) -> int:
    """The number a column's name ends in; -1 where it ends in none."""
    digits = name[len(_stem(name)) :]
    return int(digits) if digits else -1


def first_session(columns: list[str]) -> int:
    """0 where the first column is numbered so: it was rated before the first session."""
    return 0 if number(columns[0]) == 0 else 1


def wide(rows: pl.DataFrame, who: str | None, columns: list[str]) -> tuple[pl.Series, Any]:
    """The names, and the scores [person, session]; NaN where there is none."""
    names = scored_file.ids(rows, None if who is None else column(rows, who))
    read = [numbers(rows[each], wanted=SCORE, whole=False) for each in columns]
    refused = [*blank(names, who or "id", "wanted who it was"), *(one for _, each in read for one in each)]
    twice = names.is_not_null() & ~names.is_first_distinct()
    refused += [(row + 1, who or "id", "this person has a row already") for row in twice.arg_true().to_list()]
    stop(sorted(refused), "nothing was read")
    return names, np.column_stack([values.fill_null(float("nan")).to_numpy() for values, _ in read])


def course_rows(
    rows: pl.DataFrame, client: str, session: str, score: str, *, days: bool, beside: Iterable[str] = ()
) -> pl.DataFrame:
    """client, session, score and what stands beside, courses in the order they first appear, sessions in their own."""
    if days:
        who = scored_file.ids(rows, column(rows, client)).rename("client")
        when, odd = numbers(rows[column(rows, session)], wanted="a day, a whole number", whole=True, low=0)
        value, wrong = numbers(rows[column(rows, score)], wanted=SCORE, whole=False)
        read = pl.DataFrame({"client": who, "session": when.cast(pl.Int64, strict=False), "score": value})
        known = {row for row, _, _ in odd}
        empty = [
            (row + 1, session, "is empty, wanted a day") for row in when.is_null().arg_true() if row + 1 not in known
        ]
        refused = [*blank(who, "client", "wanted who it was"), *odd, *empty, *wrong]
    else:
        read, refused = course_file.sessions(rows, client, session, score)
    for name in beside:
        extra, wrong = numbers(rows[column(rows, name)], wanted=SCORE, whole=False)
        read, refused = read.with_columns(extra.rename(f"beside {name}")), [*refused, *wrong]
    stop(sorted(refused), "nothing was read")
    ranked = read.with_row_index("first").with_columns(pl.col("first").min().over("client"))
    return ranked.sort("first", "session", maintain_order=True)


def stop(refused: Refused, what: str) -> None:
    if refused:
        _stop(refused, what)


def _stop(refused: Refused, what: str) -> NoReturn:
    for line in course_file.wording(refused):
        print(f"accord: {line}", file=sys.stderr)
    count = len({row for row, _, _ in refused})
    rows = "1 row" if count == 1 else f"{count} rows"
    raise DataError(
        f"{rows} cannot be used, so {what}; correct them, or leave the score empty where there is none "
        "(rows are counted from 1, without the heading)"
    )
