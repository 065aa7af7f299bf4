"""What `accord outcome expect` comes to: every rating beside its band, each course's standing, the rule judged."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from accord.cli import outcome_file
from accord.cli.output import show_json_rows, show_table
from accord.errors import DataError, UsageError
from accord.outcome import (
    Chosen,
    Courses,
    Expectations,
    Expected,
    Judged,
    courses,
    expect_columns,
    fit_growth,
    fit_neighbours,
    judge_rule,
    tell,
)
from accord.outcome.growth import NEEDED
from accord.outcome.words import not_rated, number

FIRST_ROWS = 40
# Where nobody says how reliable the measure is.
RELIABILITY = 0.80
BAND = ("expected", "good", "yellow", "red", "se", "reached")


def load(file: str, map_file: Path | None, columns: dict[str, Any]) -> tuple[pl.DataFrame, Courses]:
    """The rows in order, and the courses of those that were rated."""
    asked = (columns["client"], columns["session"], columns["score"])
    table = outcome_file.table(file, map_file)
    rows = outcome_file.course_rows(table, *asked, days=columns["days"], beside=columns["beside"])
    names = [name for name in rows.columns if name.startswith("beside ")]
    known = rows.select(names).cast(pl.Float64).fill_null(float("nan")).to_numpy() if names else None
    value = rows["score"].fill_null(float("nan")).to_numpy()
    return rows, courses(
        rows["first"].to_numpy(), rows["session"].to_numpy(), value, days=columns["days"], beside=known
    )


def reliable(given: Courses, change: float | None, reliability: float | None) -> float:
    """The reliable change: stated, or from the SD of the first ratings."""
    if change is not None:
        if not change > 0:
            raise UsageError(f"--reliable-change: got {change}, wanted a number of points above 0")
        return change
    share = RELIABILITY if reliability is None else reliability
    if not 0 <= share < 1:
        raise UsageError(f"--reliability: got {share}, wanted 0 or more and below 1")
    sd = float(given.intake.std(ddof=1)) if len(given) > 1 else 0.0
    if not sd > 0:
        raise DataError(
            "the first ratings do not differ, so no reliable change can be worked out; give --reliable-change"
        )
    points = 1.96 * float(np.sqrt(2 * (1 - share))) * sd
    said = "" if reliability is not None else ", a default"
    print(
        f"accord: a reliable change of {points:.3g} points, from reliability {share:g}{said} and the first ratings' SD "
        f"{sd:.3g}; --reliable-change gives the measure's own",
        file=sys.stderr,
    )
    return points


def judged(past: Courses, chosen: Chosen, change: float, how: dict[str, Any]) -> Judged:
    """The rule on the past courses, each fifth by a fit on the rest."""
    source = "the past courses given"
    if chosen.method.name == "rational":
        return judge_rule(past, chosen.method, change, source=source)
    if chosen.method.name == "growth":
        # Four fifths may be fewer than a model of one's own needs; that makes the judgement a little harsh, not kind.
        given = {"better": how["better"], "cutoff": how["cutoff"], "needed": NEEDED // 2}
        return judge_rule(past, lambda part: fit_growth(part, **given), change, source=source)
    near = {"better": how["better"], "cutoff": how["cutoff"], "k": how["k"]}
    return judge_rule(past, lambda part: fit_neighbours(part, **near), change, source=source)


def told(height: int, read: Expectations) -> Iterator[Expected | None]:
    """What is said of every row of the file, one after the other; None where it was not rated."""
    said = tell(read)
    at = 0
    for row in read.courses.row.tolist():
        yield from (None for _ in range(at, row))
        yield next(said)
        at = row + 1
    yield from (None for _ in range(at, height))


def write_json(
    rows: pl.DataFrame, given: Courses, chosen: Chosen, judged: Judged | None, progress: Callable[[int, int], None]
) -> None:
    read = expect_columns(given, chosen.method)
    head = {
        "method": chosen.method.name,
        "why": chosen.why,
        "past_courses": chosen.method.n_used,
        "in_a_row": chosen.method.in_a_row,
        "better": chosen.method.better,
        "cutoff": chosen.method.cutoff,
        "clients": len(given),
        "worth_a_look": int(read.flagged.sum()),
        "judged": None if judged is None else asdict(judged),
    }
    show_json_rows(head, _json_rows(rows, read, progress))


def _json_rows(
    rows: pl.DataFrame, read: Expectations, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    names, sessions = rows["client"].to_list(), rows["session"].to_list()
    for row, one in enumerate(told(rows.height, read)):
        if row % 10_000 == 0:
            progress(row, rows.height)
        yield {
            "client": names[row] if isinstance(names[row], int | str) else str(names[row]),
            "session": sessions[row],
            "value": None if one is None else one.value,
            "band": None if one is None or one.band is None else {name: getattr(one.band, name) for name in BAND},
            "red": one is not None and one.red,
            "state": None if one is None else one.state,
            "reason": not_rated() if one is None else one.reason,
        }


def show(rows: pl.DataFrame, given: Courses, chosen: Chosen, judged: Judged | None) -> None:
    """Where each course stands with its last rating, those worth a look first; then the method, and how good it is."""
    last: dict[Any, tuple[int, Expected]] = {}
    names, sessions = rows["client"].to_list(), rows["session"].to_list()
    ever = set()
    for row, one in enumerate(told(rows.height, expect_columns(given, chosen.method))):
        if one is not None:
            last[names[row]] = (sessions[row], one)
            if one.state == "worth a look":
                ever.add(names[row])
    standing = [_standing(name, *each) for name, each in last.items()]
    standing.sort(key=lambda row: row["now"] != "worth a look")
    show_table(standing[:FIRST_ROWS])
    if len(standing) > FIRST_ROWS:
        print(f"... and {len(standing) - FIRST_ROWS:,} clients more.")
    now = sum(row["now"] == "worth a look" for row in standing)
    print(
        f"\n{len(standing):,} clients: {now:,} worth a look now, {len(ever):,} at any time. "
        f"Method: {chosen.method.name} ({chosen.why}). A flag is a reason to look, not a forecast."
    )
    if judged:
        _show_judged(judged)


def _standing(name: Any, session: int, one: Expected) -> dict[str, Any]:
    band = one.band
    expected = "" if band is None or band.expected is None else number(band.expected)
    red = "" if band is None else number(band.red)
    value = "" if one.value is None else number(one.value)
    row = {"client": name, "session": session, "score": value, "expected": expected, "red": red}
    return row | {"now": one.state or "", "why": one.reason}


def _show_judged(judged: Judged) -> None:
    shares = ("sensitivity", "specificity", "ppv", "base", "flagged")
    print(
        f"\nThis rule on {judged.n_used:,} courses of {judged.source}, worse meaning {number(judged.threshold)} points:"
    )
    show_table([{"": name, **_share(getattr(judged, name))} for name in shares])
    print(judged.reason + ".")


def _share(share: Any) -> dict[str, str]:
    if share.value is None:
        return {"value": "", "95 %": "", "of": "0"}
    return {"value": f"{share.value:.2f}", "95 %": f"{share.low:.2f} to {share.high:.2f}", "of": str(share.n_used)}
