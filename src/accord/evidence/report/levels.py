"""Within people and between people: two questions with two answers, in words, numbers and pictures."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from accord.errors import AccordError
from accord.evidence.literature import Local, compare, finding
from accord.evidence.report.figures import Dot, intervals, slices
from accord.evidence.report.parts import Cell, Figure, Section, Table, interval_of, rows_of
from accord.evidence.report.source import Source
from accord.evidence.within import CLIENTS, Lagged, WithinBetween, lagged, within_between
from accord.evidence.wording import interval, not_enough, number

EARLY = 3
SLICES, FEW_SLICES, PEOPLE_FOR_MANY = 10, 5, 200
NAMES = {"within": "within the same person", "between": "between people", "contextual": "the second less the first"}


def section(src: Source) -> Section:
    heading = "Does the alliance go with outcome here?"
    if not src.alliance and not src.by_therapist:
        why = "The table has no alliance ratings, so nothing can be said of alliance and outcome."
        return Section("levels", heading, False, (why,), short=(why,))
    src.told("within and between people")
    found = {rater: _fitted(src, name) for name, rater in _raters(src)}
    main = next(iter(found.values()))
    src.told("what leads to what")
    ahead = lagged(src.rows, src.outcome, next(name for name, _ in _raters(src)))
    early = early_correlation(src)
    words = [*_words(found), *_ahead_words(ahead), *_early_words(early), *_notes(found)]
    return Section(
        "levels", heading, main.enough, tuple(words),
        tuple(_tables(src, found, ahead, early)), tuple(_figures(src, found, main)), tuple(_short(src, main)),
    )  # fmt: skip


def _raters(src: Source) -> list[tuple[str, str]]:
    return [(name, rater) for name, rater in ((src.alliance, "client"), (src.by_therapist, "therapist")) if name]


def _fitted(src: Source, name: str) -> WithinBetween:
    """Both levels; what the data cannot carry is said, not raised."""
    try:
        return within_between(src.rows, f"{src.outcome}_next", name)
    except AccordError as error:
        return WithinBetween(f"{src.outcome}_next", name, False, str(error), 0, 0, 0, words=(not_enough(str(error)),))


def _words(found: dict[str, WithinBetween]) -> Iterator[str]:
    for rater, one in found.items():
        if len(found) > 1:
            yield f"Alliance as the {rater} rates it."
        yield from one.words


def _notes(found: dict[str, WithinBetween]) -> list[str]:
    return list(dict.fromkeys(note for one in found.values() for note in one.notes))


def _short(src: Source, main: WithinBetween) -> Iterator[str]:
    if not main.enough or main.within is None:
        yield from main.words[:1]
        return
    yield from (word.split(". This is")[0].rstrip(".") + "." for word in main.words[:2])


def _ahead_words(ahead: Lagged) -> Iterator[str]:
    if ahead.enough:
        yield (
            "With earlier values held constant (random-intercept cross-lagged panel model, sessions 1 to "
            f"{ahead.waves}):"
        )
        yield from ahead.words
    else:
        yield f"What leads to what, with earlier values held constant: {ahead.words[0]}"


def early_correlation(src: Source) -> tuple[float, float, float, int] | str:
    """r of the early alliance (session 3 or the last before it) with the last score given the first; Fisher's interval.

    Turned so that above 0 a better alliance goes with a better outcome. Or why there is none.
    """
    if not src.alliance:
        return "the table has no alliance ratings by clients"
    early = (
        src.rows.filter((pl.col("session") <= EARLY) & pl.col(src.alliance).is_not_null())
        .group_by("client")
        .agg(pl.col(src.alliance).last().alias("early"), pl.col("session").last().alias("at"))
    )
    both = src.each.join(early, on="client").filter(
        (pl.col("last_session") > pl.col("at")) & pl.col("first").is_not_null()
    )
    if both.height < CLIENTS:
        there = src.guard.said(both.height)
        return f"{there} people have an early alliance rating and a later score; wanted {CLIENTS} or more"
    x, pre, post = (both[name].to_numpy() for name in ("early", "first", "last"))
    return _partial(x, pre, post if src.better == "higher" else -post)


def _partial(x: Any, given: Any, y: Any) -> tuple[float, float, float, int] | str:
    left = [_residual(each, given) for each in (x, y)]
    norm = math.sqrt(float(left[0] @ left[0]) * float(left[1] @ left[1]))
    if not norm > 1e-12 * max(1.0, float(x @ x), float(y @ y)):
        return "one of the ratings is the same for everybody"
    r, n = float(left[0] @ left[1]) / norm, len(x)
    r = min(max(r, -1.0), 1.0)
    half = 1.959964 / math.sqrt(n - 4)
    z = math.atanh(min(max(r, -0.999999), 0.999999))
    return r, math.tanh(z - half), math.tanh(z + half), n


def _residual(y: Any, x: Any) -> Any:
    x, y = x - x.mean(), y - y.mean()
    square = float(x @ x)
    return y - (float(x @ y) / square * x if square > 0 else 0.0)


def _early_words(early: tuple[float, float, float, int] | str) -> Iterator[str]:
    if isinstance(early, str):
        yield f"The early alliance and the outcome at the end: {not_enough(early)}"
        return
    r, low, high, _ = early
    yield (
        f"Between people, the early alliance (up to session {EARLY}) goes with the outcome at the end, given the "
        f"first score, by r = {number(r)} ({interval(low, high)}); above 0 a better alliance goes with a better "
        "outcome. "
        + compare(Local("r", r, low, high, "between people"), finding("E1"))
        + " The published number does not always hold the first score constant."
    )


def _tables(
    src: Source, found: dict[str, WithinBetween], ahead: Lagged, early: tuple[float, float, float, int] | str
) -> Iterator[Table]:
    rows: list[list[Cell]] = []
    for rater, one in found.items():
        for effect in one.effects:
            size = None if math.isnan(effect.standardised) else round(effect.standardised, 3)
            numbers = [round(value, 3) for value in (effect.estimate, effect.low, effect.high)]
            rows.append([f"{NAMES[effect.level]}, rated by the {rater}", *numbers, size, _p(effect.p_value)])
    if rows:
        columns = ("effect", "estimate", "from", "to", "in SDs of its level", "p")
        said = f"Points of the next {src.outcome_title} a point of {src.alliance_title} (95 % intervals)"
        yield Table(said, columns, rows_of(rows))
        yield _fitted_to(src, found)
    if ahead.enough:
        yield _paths(ahead)
    if not isinstance(early, str):
        r, low, high, n = early
        row = (round(r, 3), round(low, 3), round(high, 3), src.guard.count(n))
        yield Table("Early alliance and outcome at the end, between people", ("r", "from", "to", "people"), (row,))


def _p(p: float) -> Cell:
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


def _paths(ahead: Lagged) -> Table:
    rows = [
        (
            f"{one.of.replace('_', ' ')}, then {one.to.replace('_', ' ')}", round(one.std, 3), round(one.std_low, 3),
            round(one.std_high, 3), round(one.estimate, 3), _p(one.p_value),
        )
        for one in ahead.fit.overall
    ]  # fmt: skip
    columns = ("from one session to the next", "in within-person SDs", "from", "to", "in points", "p")
    return Table("Within people, earlier values held constant (RI-CLPM)", columns, tuple(rows))


def _figures(src: Source, found: dict[str, WithinBetween], main: WithinBetween) -> Iterator[Figure]:
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
    if main.enough:
        yield from _sliced(src, main)


def _sliced(src: Source, main: WithinBetween) -> Iterator[Figure]:
    """The two levels as they lie, nothing held constant."""
    y, x = main.outcome, main.cause
    rows = src.rows.filter(pl.col(y).is_not_null() & pl.col(x).is_not_null()).select("client", y, x)
    own = rows.with_columns((pl.col(name) - pl.col(name).mean().over("client")).alias(name) for name in (x, y))
    people = rows.group_by("client").agg(pl.col(x).mean(), pl.col(y).mean())
    for level, table, told in (("within", own, "from a person's own mean"), ("between", people, "mean of a person")):
        dots = _slices_of(src, table, x, y)
        if len(dots) >= 3:
            lower = "difference from the person's mean" if level == "within" else "mean"
            yield slices(
                dots, title=f"{src.alliance_title} and the next {src.outcome_title}, {NAMES[level]}",
                description=(
                    f"Slices of {src.alliance_title} ({told}) with as many ratings each, and the mean of the next "
                    f"{src.outcome_title} in each with its 95 % interval. Nothing else is held constant."
                ),
                id=f"slices-{level}", x_axis=f"{src.alliance_title}, {told}",
                y_axis=f"next {src.outcome_title}, {lower}",
            )  # fmt: skip


def _slices_of(src: Source, table: pl.DataFrame, x: str, y: str) -> list[Dot]:
    """Means by slices of x; a slice with too few people is not drawn."""
    number_ = SLICES if table["client"].n_unique() >= PEOPLE_FOR_MANY else FEW_SLICES
    values = table[x].to_numpy()
    edges = np.unique(np.quantile(values, np.linspace(0, 1, number_ + 1)))
    place = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, max(len(edges) - 2, 0))
    dots = []
    for each in range(len(edges) - 1):
        part = table.filter(pl.Series(place == each))
        least = max(src.guard.below or 0, 5)
        if part.height and part["client"].n_unique() >= least:
            mean, low, high = interval_of(part[y].to_numpy())
            if np.isfinite(low):
                dots.append(Dot("", mean, low, high, at=float(part[x].mean())))  # type: ignore[arg-type]
    return dots
