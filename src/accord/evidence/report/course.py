"""How the alliance and the outcome run over sessions, and what of their differences lies between people."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from accord.charts import Band, Series, course_for_page
from accord.errors import AccordError
from accord.evidence.report.parts import Cell, Figure, Section, Table, rows_of
from accord.evidence.report.source import Source
from accord.evidence.within import CLIENTS, THERAPISTS
from accord.evidence.wording import not_enough, number

MOST_SESSIONS = 40
LEAST_FOR_MEAN = 10


def section(src: Source) -> Section:
    heading = "The alliance from session to session"
    if not src.alliance and not src.by_therapist:
        return Section(
            "course", heading, False, ("The table has no alliance ratings, so their course cannot be shown.",),
            tuple(_tables(src)), tuple(_outcome_figure(src)),
        )  # fmt: skip
    shares, said = _shares(src)
    words = [*_trend(src), *said, *_ceiling(src)]
    return Section(
        "course", heading, True, tuple(words), (*_tables(src), *shares),
        (*_figure(src), *_outcome_figure(src)), tuple(word.split(" Both are")[0] for word in words[:1]),
    )  # fmt: skip


def _raters(src: Source) -> list[tuple[str, str]]:
    found = [(src.alliance, "client"), (src.by_therapist, "therapist")]
    return [(name, rater) for name, rater in found if name]


def by_session(src: Source, name: str) -> list[tuple[int, int, float, float, float]]:
    """session, people, mean, 95 % interval; sessions of too few people left out."""
    from scipy.stats import t

    stats = (
        src.rows.filter(pl.col(name).is_not_null() & (pl.col("session") <= MOST_SESSIONS))
        .group_by("session")
        .agg(pl.len().alias("n"), pl.col(name).mean().alias("mean"), pl.col(name).std().alias("sd"))
        .sort("session")
    )
    found = []
    for session, n, mean, sd in stats.iter_rows():
        if n >= max(LEAST_FOR_MEAN if src.guard.below else 2, src.guard.below or 2):
            half = float(t.ppf(0.975, n - 1)) * (sd or 0.0) / np.sqrt(n)
            found.append((session, n, mean, mean - half, mean + half))
    return found


def _tables(src: Source) -> Iterator[Table]:
    names = [*((name, f"{src.alliance_title}, by the {who}") for name, who in _raters(src))]
    for name, title in [*names, (src.outcome, src.outcome_title)]:
        rows = [
            (session, src.guard.count(n), round(mean, 2), round(low, 2), round(high, 2), *_top(src, name, session))
            for session, n, mean, low, high in by_session(src, name)
        ]
        columns = ["session", "people", "mean", "from", "to"]
        if rows and len(rows[0]) > 5:
            columns.append("% at the best possible score")
        yield Table(f"{title}: mean with its 95 % interval", tuple(columns), rows_of(rows))


def _top(src: Source, name: str, session: int) -> tuple[Cell, ...]:
    """The share of ratings at the top of the alliance's scale."""
    measure = src.measures[1]
    if name == src.outcome or measure is None:
        return ()
    x = src.rows.filter(pl.col("session") == session)[name].drop_nulls()
    return (src.guard.share_cell(int((x >= measure.range[1]).sum()), len(x)),)


def _trend(src: Source) -> Iterator[str]:
    name = src.alliance or src.by_therapist
    told = by_session(src, str(name))
    if len(told) < 2:
        yield not_enough("fewer than two sessions have enough ratings of the alliance to show a course")
        return
    first, last = told[0], told[-1]
    yield (
        f"{src.alliance_title} is on average {number(first[2])} in session {first[0]} ({number(first[3])} to "
        f"{number(first[4])}) and {number(last[2])} in session {last[0]} ({number(last[3])} to {number(last[4])}). "
        "Both are means of whoever was rated then; those who are no longer there are not in the later ones."
    )


def _ceiling(src: Source) -> Iterator[str]:
    measure = src.measures[1]
    for name, rater in _raters(src):
        rated = src.rows.filter(pl.col(name).is_not_null())
        if measure is None or not rated.height:
            continue
        share = src.guard.share_at(rated[name] >= measure.range[1], rated["client"])
        if share is not None:
            yield (
                f"{share:g} % of the ratings by the {rater} are the best possible score ({measure.range[1]:g}). High "
                "ratings are usual; where many stand at the top, a better alliance cannot show."
            )


def _shares(src: Source) -> tuple[list[Table], list[str]]:
    """What of the variance lies between therapists, between the people of one, and within people."""
    rows: list[list[Cell]] = []
    said: list[str] = []
    for name, rater in _raters(src):
        parts = variance_shares(src, name)
        if isinstance(parts, str):
            said.append(f"{src.alliance_title} by the {rater}, its variance: {not_enough(parts)}")
            continue
        rows.append([f"by the {rater}", *(None if each is None else round(100 * each, 1) for each in parts)])
    columns = ("rating", "% between therapists", "% between people of one therapist", "% within people")
    table = Table("Where ratings of the alliance differ: shares of their variance", columns, rows_of(rows))
    if rows:
        said.insert(0, _share_words(rows[0]))
    return ([table] if rows else []), said


def _share_words(row: list[Cell]) -> str:
    therapists = "" if row[1] is None else f"{row[1]:g} % lies between therapists, "
    return (
        f"Of all differences between ratings {row[0]}, {therapists}{row[2]:g} % between people and {row[3]:g} % within "
        "people, from session to session. The last part also holds errors of measurement."
    )


def variance_shares(src: Source, name: str) -> tuple[float | None, float, float] | str:
    """Shares of therapists (None where there are too few), people and sessions; or why not."""
    from accord.evidence import fit

    rows = src.rows.filter(pl.col(name).is_not_null())
    if rows["client"].n_unique() < CLIENTS or rows.height < 2 * CLIENTS:
        return f"{src.guard.said(rows['client'].n_unique())} people are rated; wanted {CLIENTS} or more, twice each"
    many = src.therapists >= THERAPISTS and not rows["therapist"].null_count()
    try:
        fitted: Any = fit(f"{name} ~ 1 + (1 | client)" + (" + (1 | therapist)" if many else ""), rows)
    except AccordError as error:
        return src.guard.why(str(error))
    of = {one.group: one.vcov for one in fitted.random}
    total = sum(of.values()) + fitted.sigma2
    return (of["therapist"] / total if many else None), of["client"] / total, fitted.sigma2 / total


def _figure(src: Source) -> Iterator[Figure]:
    told = {rater: by_session(src, name) for name, rater in _raters(src)}
    low, high = src.measures[1].range if src.measures[1] else (np.inf, -np.inf)
    yield from _drawn(told, (low, high), f"{src.alliance_title} over sessions", "alliance-course", src.session_title)


def _outcome_figure(src: Source) -> Iterator[Figure]:
    measure = src.measures[0]
    limits = measure.range if measure else (np.inf, -np.inf)
    told = {src.outcome_title: by_session(src, src.outcome)}
    yield from _drawn(told, limits, f"{src.outcome_title} over sessions", "outcome-course", src.session_title)


def _drawn(told: dict[str, Any], limits: tuple[float, float], title: str, id: str, x_title: str) -> Iterator[Figure]:
    """Means as lines, the interval of the first as a band."""
    xs = sorted({row[0] for rows in told.values() for row in rows})
    if len(xs) < 2:
        return
    at = {rater: {row[0]: row for row in rows} for rater, rows in told.items()}
    series = [Series(rater, [rows[x][2] if x in rows else None for x in xs]) for rater, rows in at.items()]
    first = next(iter(at.values()))
    ends = [[first[x][place] if x in first else None for x in xs] for place in (3, 4)]
    values = [value for each in series for value in each.values if value is not None]
    said = "The line is the mean of whoever was rated; the band is its 95 % interval. The numbers stand in the table."
    svg = course_for_page(
        series, x=[float(x) for x in xs], x_labels=[str(x) for x in xs],
        low=min(limits[0], *values, min(values)), high=max(limits[1], *values, max(values)), title=title,
        description=said, bands=[Band(ends[0], ends[1], "95 % interval")], id=id, x_title=x_title,
    )  # fmt: skip
    yield Figure(title, said, svg)
