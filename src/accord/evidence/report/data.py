"""The data described: what is there, what was left out, and who is missing and why that may matter."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from accord.charts import Series, course_for_page
from accord.evidence.report.parts import Cell, Figure, Section, Table, difference, interval_of, quartiles, rows_of
from accord.evidence.report.source import Source
from accord.evidence.wording import number

# A usual long course: nine in ten are no longer. Whoever's last rating lies in its first half counts as early.
LONG = 0.9
GROUPS = ("never rated", "rated once", "last rating early", "last rating later")
MOST_SESSIONS = 40


def section(src: Source) -> Section:
    groups = _groups(src)
    tables = [_there(src), _left_out(src), _missing(src, groups), sessions_table(src)]
    words = [*_size(src), *_gone(src, groups), *src.panel.notes]
    if src.guard.note:
        words.append(src.guard.note)
    return Section(
        "data", "What is in the data", True, tuple(words), tuple(each for each in tables if each.rows),
        tuple(_figures(src)), tuple(_size(src)[:1]),
    )  # fmt: skip


def _size(src: Source) -> list[str]:
    g = src.guard
    who = f"{g.said(src.people)} people"
    if src.therapists:
        who += f" with {g.said(src.therapists)} therapists"
    low, middle, high = quartiles(src.each["ratings"].to_numpy())
    said = [f"{g.said(src.rows.height)} rated sessions of {who}{_when(src)}."]
    if g.tells(src.people):
        said.append(
            f"Half of the courses have {low:.0f} to {high:.0f} ratings of {src.outcome_title} (the middle one "
            f"{middle:.0f})."
        )
    return said


def _when(src: Source) -> str:
    """From when to when: days for the owner of the file, months in a release."""
    if "held_on" not in src.rows.columns:
        return ""
    days = src.rows["held_on"].drop_nulls()
    form = "%Y-%m-%d" if src.guard.below is None else "%Y-%m"
    first, last = days.min(), days.max()
    return f", {first.strftime(form)} to {last.strftime(form)}" if first and last else ""  # type: ignore[union-attr]


def _there(src: Source) -> Table:
    g, rows = src.guard, src.rows
    counts: list[tuple[str, int]] = [
        ("rows of the table", src.courses.height),
        ("people with a rating", src.people),
        ("courses (one person with one therapist)", len(src.starts) - 1),
    ]
    if src.therapists:
        counts.append(("therapists", src.therapists))
    if "practice" in rows.columns:
        counts.append(("practices", rows["practice"].n_unique()))
    counts.append(("rated sessions", rows.height))
    titles = [
        (src.outcome, f"... with {src.outcome_title}"),
        (f"{src.outcome}_next", "... with a later score to look at"),
    ]
    if src.alliance:
        titles.append((src.alliance, f"... with {src.alliance_title} by the client"))
    if src.by_therapist:
        titles.append((src.by_therapist, f"... with {src.alliance_title} by the therapist"))
    counts += [(said, rows.height - rows[name].null_count()) for name, said in titles]
    return Table("What the table holds", ("", "number"), tuple((said, g.count(n)) for said, n in counts))


def _left_out(src: Source) -> Table:
    g = src.guard
    rows = [
        (one.reason, g.count(one.rows), "" if one.people is None else g.count(one.people)) for one in src.panel.left_out
    ]
    return Table("Left out, and why", ("why", "rows", "people with nothing else"), tuple(rows))


def _groups(src: Source) -> Any:
    """[course] a place in GROUPS."""
    each = src.each
    half = _half(src)
    ratings, last = each["ratings"].to_numpy(), each["last_session"].fill_null(0).to_numpy()
    return np.select([ratings == 0, ratings == 1, last <= half], [0, 1, 2], 3)


def _half(src: Source) -> float:
    return float(np.quantile(src.ends, LONG)) / 2 if len(src.ends) else 0.0


def _missing(src: Source, groups: Any) -> Table:
    """How those who are missing began, beside those who stayed."""
    columns = ["who", "people", f"first {src.outcome_title}: mean", "from", "to"]
    if src.alliance:
        columns += [f"first {src.alliance_title}: mean", "from", "to"]
    rows = [_group_row(src, groups == place, name) for place, name in enumerate(GROUPS) if (groups == place).any()]
    said = f"How they began, by what became of their ratings (early: up to session {_half(src):.0f}; 95 % intervals)"
    return Table(said, tuple(columns), rows_of(rows))


def _group_row(src: Source, which: Any, name: str) -> list[Cell]:
    each = src.each.filter(pl.Series(which))
    row: list[Cell] = [name, src.guard.count(each.height)]
    for column in ("first", "ally") if src.alliance else ("first",):
        known = each[column].drop_nulls()
        if len(known) and not src.guard.tells(len(known)):
            row += ["too few"] * 3
            continue
        row += [None if np.isnan(value) else round(value, 2) for value in interval_of(known.to_numpy())]
    return row


def _gone(src: Source, groups: Any) -> Iterator[str]:
    """Whether those who left early began otherwise than those who stayed."""
    each, g = src.each, src.guard
    early, later = (each.filter(pl.Series(groups == place)) for place in (2, 3))
    if not (g.tells(early.height) and g.tells(later.height) and min(early.height, later.height) >= 2):
        yield "Too few left early, or too few stayed, to compare how they began."
        return
    for column, title in (("first", src.outcome_title), ("ally", src.alliance_title)):
        if column in each.columns:
            yield _compared(difference(early[column].drop_nulls(), later[column].drop_nulls()), title)
    yield (
        f"The table does not say why a course ended. 'Early' is a last rating of {src.outcome_title} in the first "
        f"half of a usual long course, up to session {_half(src):.0f}. What later sessions show is about those who "
        "were still there."
    )


def _compared(told: tuple[float, float, float], title: str) -> str:
    value, low, high = told
    if not np.isfinite(value):
        return f"How the first {title} of those who left early differed cannot be told."
    span = f"({number(low)} to {number(high)})"
    if low <= 0 <= high:
        return (
            f"Those whose ratings end early and those who stayed began alike on {title}, as far as can be told: the "
            f"difference is {number(value)} {span}."
        )
    way = "higher" if value > 0 else "lower"
    return (
        f"Those whose ratings end early began {number(abs(value))} {way} on {title} {span} than those who stayed, so "
        "what is said of later sessions does not hold for them."
    )


def sessions_table(src: Source) -> Table:
    """By session: whose course had got so far, and how many of them were rated."""
    rows = [
        (session, src.guard.count(there), *(src.guard.share_cell(k, there) for k in rated))
        for session, there, *rated in _by_session(src)
        if src.guard.tells(there)
    ]
    columns = ["session", "people still there", f"% rated on {src.outcome_title}"]
    if src.alliance:
        columns.append(f"% rated on {src.alliance_title}")
    said = "Who is still there, and who was rated, session by session"
    return Table(said, tuple(columns), rows_of(rows))


def _by_session(src: Source) -> Iterator[list[int]]:
    """session, people whose course has it or a later one, and how many of them were rated in it."""
    ends = np.sort(src.ends)
    names = [src.outcome, *([src.alliance] if src.alliance else [])]
    rated = src.rows.group_by("session").agg(pl.col(name).is_not_null().sum() for name in names).sort("session")
    counts = {row[0]: row[1:] for row in rated.iter_rows()}
    for session in range(1, min(int(ends[-1]), MOST_SESSIONS) + 1):
        there = int(len(ends) - np.searchsorted(ends, session))
        given = counts.get(session, (0,) * len(names))
        yield [session, there, *given]


def _figures(src: Source) -> Iterator[Figure]:
    table = sessions_table(src)
    if len(table.rows) < 2:
        return
    share = [_of_first(row[1], table.rows[0][1]) for row in table.rows]
    rated = [row[2] if isinstance(row[2], int | float) else None for row in table.rows]
    title = "Who is still there"
    said = (
        "The share of all courses that had a session with this number or a later one and, where the table has rows for "
        "sessions without a rating, the share of those that were rated in it. The numbers stand in the table."
    )
    x = [float(str(row[0])) for row in table.rows]
    series = [Series("still there", share)]
    # A table that has no rows for sessions without a rating cannot tell how many were rated.
    if src.panel.sessions.height > src.rows.height:
        series.append(Series("rated", rated))
    svg = course_for_page(
        series,
        x=x, x_labels=[f"{at:.0f}" for at in x], low=0, high=100, title=title, description=said, id="retention",
        x_title=f"{src.session_title}; share in %",
    )  # fmt: skip
    yield Figure(title, said, svg)


def _of_first(count: Cell, first: Cell) -> float | None:
    """By the numbers of the table: exact ones could be read off the picture."""
    return 100 * count / first if isinstance(count, int) and isinstance(first, int) and first else None
