"""From a course table to the panel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from accord.errors import DataError, TableError, UsageError
from accord.evidence.panels import cells, centring, order
from accord.evidence.panels.cells import Refused
from accord.evidence.panels.names import Columns, find

Detrend = Literal["no", "log", "linear"]
MOST_NAMED = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why rows of the table are not in the panel, or cannot be used for what comes next."""

    reason: str
    rows: int
    people: int | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """`rows` is the panel; `outcome` and `alliance` are its columns (alliance None where the table has none).

    `sessions` has every session in order, rated or not: practice, therapist, client, session, and attended if known.
    `by_day`: the table has no session numbers, and they count the days on which somebody was there.
    """

    rows: pl.DataFrame
    sessions: pl.DataFrame
    outcome: str
    alliance: str | None
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
    by_day: bool = False


def panel(courses: pl.DataFrame, outcome: str = "phq-9", alliance: str | None = "alliance", **how: Any) -> pl.DataFrame:
    """The panel's rows alone; see `read_panel`."""
    return read_panel(courses, outcome, alliance, **how).rows


def read_panel(
    courses: pl.DataFrame,
    outcome: str = "phq-9",
    alliance: str | None = "alliance",
    *,
    detrend: Detrend = "no",
    over_missed: bool = True,
    keep: Sequence[str] = (),
) -> Panel:
    """One row a rated session.

    detrend       within-person columns as residuals of each course's own line on log time ("log") or time ("linear"),
                  instead of differences from its mean
    over_missed   whether the next score may lie more than one session ahead
    keep          further columns to carry along, such as covariates

    Raises TableError for a cell that cannot be used (the first is named, the others are counted), DataError where no
    session is rated, UsageError for an unknown option.
    """
    if detrend not in ("no", "log", "linear"):
        raise UsageError(f"detrend: got {detrend!r}, wanted 'no', 'log' or 'linear'")
    frame, named, refused = typed(courses, outcome, alliance, keep)
    by_day = frame["session"].null_count() == frame.height
    if not refused:
        frame, lost = order.numbered(frame)
        frame, refused = order.merged(order.in_order(frame), _measures(named))
    if refused:
        stop(refused)
    made = _built(frame, named, lost, detrend, over_missed)
    by_day_note = "Sessions are numbered by their days: the table has no session numbers."
    return replace(made, by_day=True, notes=(by_day_note, *made.notes)) if by_day else made


def refusals(courses: pl.DataFrame, outcome: str, alliance: str | None, keep: Sequence[str] = ()) -> list[Refused]:
    """Every cell that cannot be used: (row from 1 without the heading, column, what is wrong)."""
    frame, named, refused = typed(courses, outcome, alliance, keep)
    if refused:
        return sorted(refused)
    return sorted(order.merged(order.in_order(order.numbered(frame)[0]), _measures(named))[1])


def stop(refused: list[Refused]) -> None:
    row, column, wrong = min(refused)
    more = f" (and {len(refused) - 1} more cells)" if len(refused) > 1 else ""
    raise TableError(f"{wrong}{more}", row=row, column=column)


def _measures(named: Columns) -> list[str]:
    there = ((named.outcome, True), (named.alliance, named.alliance_column))
    found = [name for name, column in there if name and column]
    return found + ([f"{named.alliance}_therapist"] if named.therapist_column else [])


def typed(
    courses: pl.DataFrame, outcome: str, alliance: str | None, keep: Sequence[str] = ()
) -> tuple[pl.DataFrame, Columns, list[Refused]]:
    """The columns that are used, under the panel's names and as what they should be; and every cell that is not."""
    named = find(courses.columns, outcome, alliance)
    made: list[pl.Series] = []
    refused: list[Refused] = []
    readers: dict[str, Any] = {"session": cells.sessions, "held_on": cells.days}
    for name, column in named.who.items():
        if column is None:
            continue
        if name in readers:
            series, wrong = readers[name](courses[column], column)
            refused += wrong
        else:
            series = cells.codes(courses[column])
        made.append(series.alias(name))
    for name, column, limits in _scored(named, outcome, alliance):
        series, wrong = cells.numbers(courses[column], column, *limits)
        made.append(series.alias(name))
        refused += wrong
    made += _kept(courses, keep, [each.name for each in made])
    frame = _complete(pl.DataFrame(made), courses.height)
    refused += [(row + 1, "client", "is empty, wanted who it was") for row in frame["client"].is_null().arg_true()]
    return frame, named, refused


def _scored(named: Columns, outcome: str, alliance: str | None) -> list[tuple[str, str, tuple[float, float]]]:
    found = [(named.outcome, named.outcome_column, cells.limits(outcome))]
    if named.alliance and alliance:
        limits = cells.limits(alliance)
        if named.alliance_column:
            found.append((named.alliance, named.alliance_column, limits))
        if named.therapist_column:
            found.append((f"{named.alliance}_therapist", named.therapist_column, limits))
    return found


def _kept(courses: pl.DataFrame, keep: Sequence[str], taken: list[str]) -> list[pl.Series]:
    for name in keep:
        if name not in courses.columns:
            raise TableError("there is no such column to keep", column=name)
    return [courses[name] for name in keep if name not in taken]


def _complete(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    """With the columns the rest counts on, and each row's number."""
    missing: dict[str, Any] = {"session": pl.Int64, "held_on": pl.Date}
    return frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in missing.items() if name not in frame.columns
    ).with_columns(pl.int_range(1, rows + 1, dtype=pl.Int64).alias("row"))


def _built(frame: pl.DataFrame, named: Columns, lost: dict[str, int], detrend: Detrend, over_missed: bool) -> Panel:
    measures, frame = _measures(named), _one_client_each(frame)
    rated = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in measures))
    if not rated.height:
        raise DataError(f"no session has a rating of {' or '.join(measures)}; there is nothing to make a panel of")
    left = [LeftOut(reason, rows) for reason, rows in lost.items()]
    left += _unrated(frame, rated)
    rows, without_next = _columns(rated, named, detrend, over_missed)
    heads = [name for name in ("practice", "therapist", "client", "session", "attended") if name in frame.columns]
    notes = tuple(_notes(rows, named, detrend))
    return Panel(rows, frame.select(heads), named.outcome, named.alliance, (*left, *without_next), notes)


def _unrated(frame: pl.DataFrame, rated: pl.DataFrame) -> list[LeftOut]:
    rows = frame.height - rated.height
    if not rows:
        return []
    people = frame["client"].n_unique() - rated["client"].n_unique()
    return [LeftOut("session without a rating", rows, people)]


def _one_client_each(frame: pl.DataFrame) -> pl.DataFrame:
    """Client codes that stand for different people in different practices get the practice's code in front."""
    if "practice" not in frame.columns or frame["practice"].n_unique() < 2:
        return frame
    if frame.select("practice", "client").n_unique() == frame["client"].n_unique():
        return frame
    both = pl.concat_str(
        [pl.col("practice").cast(pl.String).fill_null("none"), pl.col("client").cast(pl.String)], separator="/"
    )
    return frame.with_columns(both.alias("client"))


def starts_of(frame: pl.DataFrame) -> Any:
    """Where each course begins, and the end; rows sorted by course."""
    same = frame.select(order.same_course(frame)).to_series().to_numpy()
    return np.append(np.flatnonzero(~same), frame.height).astype(np.int64)


def _columns(
    frame: pl.DataFrame, named: Columns, detrend: Detrend, over_missed: bool
) -> tuple[pl.DataFrame, list[LeftOut]]:
    starts, session = starts_of(frame), frame["session"].to_numpy()
    time = {"no": None, "log": np.log(session), "linear": session.astype(np.float64)}[detrend]
    made: dict[str, Any] = {"log_session": np.log(session.astype(np.float64))}
    y = _array(frame, named.outcome)
    places = centring.next_rated(y, starts)
    ahead = (session[places] - session) if len(places) else session
    if not over_missed:
        places = np.where(ahead == 1, places, -1)
    made[named.outcome], made[f"{named.outcome}_next"] = y, centring.taken(y, places)
    for name in _measures(named):
        x = _array(frame, name)
        made[name] = x
        made[f"{name}_within"], made[f"{name}_between"] = centring.within_between(x, starts, time)
    if named.therapist_column and named.alliance_column:
        made["gap"] = made[f"{named.alliance}_therapist"] - made[str(named.alliance)]
    return _assembled(frame, made, starts), _without_next(frame, starts, places)


def _array(frame: pl.DataFrame, name: str) -> Any:
    return frame[name].fill_null(float("nan")).to_numpy()


def _assembled(frame: pl.DataFrame, made: dict[str, Any], starts: Any) -> pl.DataFrame:
    heads = [name for name in ("practice", "therapist", "client", "session") if name in frame.columns]
    rest = [name for name in frame.columns if name not in (*heads, *made, "row", "held_on", "attended")]
    columns = [frame[name] for name in heads]
    columns += [pl.Series(name, values, dtype=pl.Float64).fill_nan(None) for name, values in made.items()]
    if frame["held_on"].null_count() < frame.height:
        columns.insert(len(heads) + 1, frame["held_on"])
        columns.insert(len(heads) + 2, _weeks(frame, starts))
    return pl.DataFrame([*columns, *(frame[name] for name in rest)])


def _weeks(frame: pl.DataFrame, starts: Any) -> pl.Series:
    """Weeks since the rated session before; null for the first of a course and where a day is not known."""
    day = frame["held_on"].cast(pl.Int32).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    weeks = np.append(np.nan, np.diff(day)) / 7
    weeks[starts[:-1]] = np.nan
    return pl.Series("weeks_since_previous", weeks).fill_nan(None)


def _without_next(frame: pl.DataFrame, starts: Any, places: Any) -> list[LeftOut]:
    """Rows that stand in the panel and have no later score; people none of whose rows has one."""
    missing = places < 0
    if not missing.any():
        return []
    everyone = frame["client"].gather(starts[:-1])
    followed = everyone.filter(np.logical_or.reduceat(~missing, starts[:-1]))
    people = everyone.n_unique() - followed.n_unique()
    return [LeftOut("in the panel, and without a later score of the outcome", int(missing.sum()), people)]


def _notes(rows: pl.DataFrame, named: Columns, detrend: Detrend) -> list[str]:
    said = []
    if named.alliance is None:
        said.append("The table has no alliance ratings.")
    elif named.therapist_column is None:
        said.append("The table has no alliance ratings by therapists.")
    elif named.alliance_column is None:
        said.append("The table has no alliance ratings by clients.")
    if named.who["therapist"] is None:
        said.append("The table does not say who the therapists are.")
    elif rows["therapist"].null_count():
        said.append("Some courses have no therapist in the table.")
    if detrend != "no":
        kind = "log time" if detrend == "log" else "time"
        said.append(
            f"Within-person columns are what is left of each course's own line on {kind}; courses with fewer than "
            "three ratings have none."
        )
    return said
