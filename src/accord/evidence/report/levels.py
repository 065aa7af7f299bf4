"""Within people and between people: two questions with two answers, in words, numbers and pictures."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from accord.errors import AccordError
from accord.evidence import wording
from accord.evidence.report.figures import Dot, intervals, slices
from accord.evidence.report.parts import Cell, Figure, Section, Table, interval_of, rows_of
from accord.evidence.report.source import Source
from accord.evidence.within import WithinBetween, within_between
from accord.evidence.wording import not_enough

SLICES, FEW_SLICES, PEOPLE_FOR_MANY = 10, 5, 200
LEAST_SLICES, LEAST_PEOPLE = 3, 5
NAMES = {
    "within": "within the same person",
    "between": "between people",
    "contextual": "the one less the other (contextual effect)",
}


def section(src: Source) -> Section:
    heading = "Alliance and outcome, within people and between people"
    if not src.alliance and not src.by_therapist:
        why = "The table has no alliance ratings, so nothing can be said of alliance and outcome."
        return Section("levels", heading, False, (why,), short=(why,))
    src.told("within and between people")
    found = {rater: _fitted(src, name) for name, rater in _raters(src)}
    main = next(iter(found.values()))
    words = [*_words(src, found), *src.guard.notes(note for one in found.values() for note in one.notes)]
    sliced = [*_sliced(src, main)] if main.enough else []
    return Section(
        "levels", heading, main.enough, tuple(words),
        (*_tables(src, found), *(table for _, table in sliced)),
        (*_figures(src, found), *(figure for figure, _ in sliced)), tuple(_short(src, main)),
    )  # fmt: skip


def _raters(src: Source) -> list[tuple[str, str]]:
    return [(name, rater) for name, rater in ((src.alliance, "client"), (src.by_therapist, "therapist")) if name]


def _fitted(src: Source, name: str) -> WithinBetween:
    """Both levels; what the data cannot carry is said, not raised."""
    try:
        return within_between(src.rows, f"{src.outcome}_next", name)
    except AccordError as error:
        return WithinBetween(f"{src.outcome}_next", name, False, str(error), 0, 0, 0)


def _words(src: Source, found: dict[str, WithinBetween]) -> Iterator[str]:
    for rater, one in found.items():
        if len(found) > 1:
            yield f"As the {rater} rates it:"
        yield from _said(src, one)
    if any(one.enough for one in found.values()):
        yield wording.NO_PROOF


def _said(src: Source, one: WithinBetween) -> Iterator[str]:
    if one.enough:
        yield from wording.within_between(one, src.alliance_title, src.outcome_title)
    else:
        yield not_enough(src.guard.why(one.why))


def _short(src: Source, main: WithinBetween) -> Iterator[str]:
    """The first sentence of each level."""
    for word in [*_said(src, main)][: 2 if main.enough else 1]:
        yield word.split(". This is")[0].rstrip(".") + "."


def _tables(src: Source, found: dict[str, WithinBetween]) -> Iterator[Table]:
    rows: list[list[Cell]] = []
    for rater, one in found.items():
        for effect in one.effects:
            size = None if math.isnan(effect.standardised) else round(effect.standardised, 3)
            numbers = [round(value, 3) for value in (effect.estimate, effect.low, effect.high)]
            rows.append([f"{NAMES[effect.level]}, rated by the {rater}", *numbers, size, p_cell(effect.p_value)])
    if rows:
        columns = ("effect", "estimate", "from", "to", "in SDs of its level", "p")
        said = f"Points of the next {src.outcome_title} a point of {src.alliance_title} (95 % intervals)"
        yield Table(said, columns, rows_of(rows))
        yield _fitted_to(src, found)


def p_cell(p: float) -> Cell:
    if math.isnan(p):
        return None
    return "below .001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def _fitted_to(src: Source, found: dict[str, WithinBetween]) -> Table:
    g = src.guard
    rows = [
        (f"rated by the {rater}", g.count(one.rows), g.count(one.clients), g.count(one.therapists), one.formula)
        for rater, one in found.items()
        if one.enough
    ]
    return Table("The models", ("alliance", "sessions", "people", "therapists", "formula"), tuple(rows))


def _figures(src: Source, found: dict[str, WithinBetween]) -> Iterator[Figure]:
    dots = [
        Dot(f"{NAMES[one.level]} ({rater})", one.estimate, one.low, one.high)
        for rater, each in found.items()
        for one in each.effects
        if one.level != "contextual"
    ]
    if dots:
        said = (
            f"How far the next {src.outcome_title} lies from what it was else, a point of {src.alliance_title}; the "
            "line is the 95 % interval. Left of 0: a lower score. The numbers stand in the table."
        )
        yield intervals(
            dots, title="Effects within and between people", description=said, id="effects",
            axis=f"points of {src.outcome_title} a point of {src.alliance_title}",
        )  # fmt: skip


def _sliced(src: Source, main: WithinBetween) -> Iterator[tuple[Figure, Table]]:
    """The two levels as they lie, nothing held constant."""
    y, x = main.outcome, main.cause
    rows = src.rows.filter(pl.col(y).is_not_null() & pl.col(x).is_not_null()).select("client", y, x)
    own = rows.with_columns((pl.col(name) - pl.col(name).mean().over("client")).alias(name) for name in (x, y))
    people = rows.group_by("client", maintain_order=True).agg(pl.col(x).mean(), pl.col(y).mean())
    ally, score = src.alliance_title, src.outcome_title
    within = _Slices(
        "within",
        f"{ally}, less the person's mean",
        f"next {score}, less the person's mean",
        f"Ratings of {ally} less the person's own mean, cut into slices of equally many; in each the mean of the next "
        f"{score} less the person's own mean, with its 95 % interval.",
    )
    between = _Slices(
        "between",
        f"{ally}, mean of a person",
        f"next {score}, mean of a person",
        f"People by their mean {ally}, cut into slices of equally many; in each their mean next {score}, with its 95 % "
        "interval.",
    )
    for one, table in ((within, own), (between, people)):
        dots = _slices_of(src, table, x, y)
        if len(dots) >= LEAST_SLICES:
            yield _drawn(src, one, dots)


class _Slices(NamedTuple):
    """What one picture of slices is about."""

    level: str
    x_axis: str
    y_axis: str
    said: str


def _drawn(src: Source, one: _Slices, dots: list[tuple[Dot, int]]) -> tuple[Figure, Table]:
    title = f"{src.alliance_title} and the next {src.outcome_title}, {NAMES[one.level]}"
    figure = slices(
        [dot for dot, _ in dots], title=title,
        description=f"{one.said} Nothing else is held constant. The numbers stand in the table.",
        id=f"slices-{one.level}", x_axis=one.x_axis, y_axis=one.y_axis,
    )  # fmt: skip
    rows = [
        (*(round(each, 2) for each in (dot.at, dot.value, dot.low, dot.high)), src.guard.count(people))
        for dot, people in dots
    ]
    return figure, Table(f"{title}: slices", (one.x_axis, one.y_axis, "from", "to", "people"), rows_of(rows))


def _slices_of(src: Source, table: pl.DataFrame, x: str, y: str) -> list[tuple[Dot, int]]:
    """Means by slices of x, and of how many people; a slice with too few is not drawn."""
    wanted = SLICES if table["client"].n_unique() >= PEOPLE_FOR_MANY else FEW_SLICES
    values = table[x].to_numpy()
    edges = np.unique(np.quantile(values, np.linspace(0, 1, wanted + 1)))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    found = []
    for each in range(len(edges) - 1):
        part = table.filter(pl.Series(place == each))
        people = part["client"].n_unique()
        if people >= max(src.guard.below or 0, LEAST_PEOPLE):
            mean, low, high = interval_of(part[y].to_numpy())
            found.append((Dot("", mean, low, high, at=float(part[x].to_numpy().mean())), people))
    return found
