"""Ruptures by Accord's own rule, whether scores returned, and what became of people. Associations, nothing more."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from accord.alliance import Rule, read_columns, sd_from_file
from accord.alliance.spread import ALPHA, reliable_drop
from accord.errors import AccordError
from accord.evidence.report.parts import Cell, Section, Table, interval_of, rows_of
from accord.evidence.report.source import Source
from accord.evidence.within import CLIENTS, THERAPISTS
from accord.evidence.wording import interval, not_enough, number
from accord.measures import Measure

# Two before it and one after: fewer ratings can show no drop from one's own level, or nothing after it.
RATINGS = 4
GROUPS = ("no rupture", "rupture, scores returned", "rupture, open at the end")
HEADING = "Ruptures, repair and outcome"


@dataclass(frozen=True, eq=False)
class Seen:
    """[course] a place in GROUPS, -1 where too few ratings could show one; and by which rule."""

    group: Any
    rule: Rule
    notes: tuple[str, ...]


def section(src: Source) -> Section:
    if not src.alliance:
        why = "The table has no alliance ratings by clients, so no rupture can be seen."
        return Section("ruptures", HEADING, False, (why,))
    src.told("ruptures")
    seen = see(src)
    people = src.each.with_columns(pl.Series("group", seen.group)).filter(
        (pl.col("group") >= 0) & (pl.col("ratings") >= 2)
    )
    counts = [people.filter(pl.col("group") == place).height for place in range(3)]
    words = [_rule_words(seen), *seen.notes]
    if people.height < CLIENTS or min(counts[0], counts[1] + counts[2]) < max(src.guard.below or 0, 5):
        why = f"{src.guard.said(counts[1] + counts[2])} courses with a rupture and {src.guard.said(counts[0])} without"
        return Section("ruptures", HEADING, False, (not_enough(f"{why} can be compared"), *words))
    table, told = _compared(src, people, counts)
    caution = (
        "Who stays longer has more time for a rupture, and for scores to return; somebody who feels worse may rate "
        "both lower. The comparison holds the first score and the number of ratings constant and nothing else."
    )
    often = _how_often(src, counts)
    return Section("ruptures", HEADING, True, (often, *told, caution, *words), (table,), short=tuple(told[:1]))


def see(src: Source) -> Seen:
    """Each course read by the alliance room's rule."""
    rule, notes = _rule(src)
    value = src.rows[str(src.alliance)].fill_null(float("nan")).to_numpy()
    course = np.repeat(np.arange(len(src.starts) - 1), np.diff(src.starts))
    read = read_columns(course, src.rows["session"].to_numpy(), value, rule)
    first = src.starts[:-1]
    alerts = np.logical_or.reduceat(read.signal == 2, first)
    rated = np.add.reduceat((~np.isnan(value)).astype(np.int64), first)
    # Where a course stands at its end: a session without a rating leaves it as it was.
    open_ = read.repair[src.starts[1:] - 1] == 1
    group = np.where(rated < RATINGS, -1, np.where(~alerts, 0, np.where(open_, 2, 1)))
    return Seen(group, rule, tuple(notes))


def _rule(src: Source) -> tuple[Rule, list[str]]:
    """The fixed rule for the Alliance check-in; for any other scale one estimated from the table, which is said."""
    measure: Measure | None = src.measures[1]
    top = measure.range[1] if measure else None
    if measure and measure.id == "alliance":
        return Rule(top=top), []
    rows = src.rows.filter(pl.col(str(src.alliance)).is_not_null())
    course = rows.select(pl.struct("client").rank("dense")).to_series().to_numpy()
    order = np.argsort(course, kind="stable")
    values = rows[str(src.alliance)].to_numpy()
    rule = replace(sd_from_file(course[order], values[order]), top=top)
    people = float(rows.group_by("client").agg(pl.col(str(src.alliance)).mean())[str(src.alliance)].std() or 0.0)  # type: ignore[arg-type]
    if people > 0:
        rule = replace(rule, reliable_drop=reliable_drop(people, ALPHA))
    return rule, [
        "The usual change of one person and the reliable drop were estimated from this same table: fit to look back, "
        f"not to read new courses with. A reliability of {ALPHA:g} was taken, without proof."
    ]


def _rule_words(seen: Seen) -> str:
    rule = seen.rule
    return (
        "A rupture is here a rating unusual for this one person (predictive z of -2.5 or lower against the mean of "
        f"the last three, usual change {number(rule.sd_within)}) and at least {number(rule.reliable_drop)} below "
        f"that mean. Scores count as returned when they come back within {rule.window} rated sessions. Courses with "
        f"fewer than {RATINGS} ratings are left out. It is seen in scores alone: what was said between the two is "
        "not known."
    )


def _how_often(src: Source, counts: list[int]) -> str:
    total = sum(counts)
    shares = [src.guard.share(each, total) for each in counts[1:]]
    told = ["a share too small to be told" if each is None else f"{each:g} %" for each in shares]
    return (
        f"Of {src.guard.said(total)} courses that were rated often enough, {told[0]} had a rupture after which scores "
        f"returned, and {told[1]} one that was open at the end."
    )


def _compared(src: Source, people: pl.DataFrame, counts: list[int]) -> tuple[Table, list[str]]:
    """Change by group, and differences from those without a rupture given the first score and the number of ratings."""
    sign = 1.0 if src.better == "higher" else -1.0
    better = people.with_columns((sign * (pl.col("last") - pl.col("first"))).alias("better"))
    adjusted = _adjusted(src, better, counts)
    rows: list[list[Cell]] = []
    for place, name in enumerate(GROUPS):
        part = better.filter(pl.col("group") == place)
        row: list[Cell] = [name, src.guard.count(part.height)]
        if src.guard.tells(part.height) and part.height >= 2:
            row += [round(float(part["first"].mean()), 2), *(_rounded(each) for each in interval_of(part["better"]))]  # type: ignore[arg-type]
            row += [_rounded(each) for each in adjusted.get(place, (np.nan,) * 3)]
        else:
            row += ["too few"] * 7
        rows.append(row)
    columns = (
        "course", "people", f"first {src.outcome_title}", "better by", "from", "to",
        "beside those without a rupture", "from (adjusted)", "to (adjusted)",
    )  # fmt: skip
    table = Table(f"Change on {src.outcome_title} by what became of ruptures (above 0: better)", columns, rows_of(rows))
    return table, [_told(src, place, *adjusted[place]) for place in (2, 1) if place in adjusted]


def _rounded(value: float) -> Cell:
    return round(value, 2) if np.isfinite(value) else None


def _told(src: Source, place: int, value: float, low: float, high: float) -> str:
    who = "a rupture open at the end" if place == 2 else "a rupture after which scores returned"
    said = f"People with {who} ended"
    if low <= 0 <= high:
        return (
            f"{said} on {src.outcome_title} about as others without one, as far as can be told: the difference is "
            f"{number(value)} ({interval(low, high)}; above 0: better), with the same first score and as many ratings."
        )
    near, far = sorted((abs(low), abs(high)))
    return (
        f"{said} {number(abs(value))} {'better' if value > 0 else 'worse'} on {src.outcome_title} "
        f"({interval(near, far)}) than people without one, with the same first score and as "
        "many ratings."
    )


def _adjusted(src: Source, people: pl.DataFrame, counts: list[int]) -> dict[int, tuple[float, float, float]]:
    """Differences from group 0 in change, given first score and log number of ratings; therapists pooled where "
    "known."""
    used = [place for place in (1, 2) if counts[place] >= max(src.guard.below or 0, 5)]
    rows = people.with_columns(
        pl.col("ratings").cast(pl.Float64).log().alias("log_ratings"),
        *((pl.col("group") == place).cast(pl.Float64).alias(f"group{place}") for place in used),
    ).filter(pl.col("group").is_in([0, *used]))
    terms = ["first", "log_ratings", *(f"group{place}" for place in used)]
    found = _mixed(src, rows, terms)
    return {place: found[f"group{place}"] for place in used if f"group{place}" in found}


def _mixed(src: Source, rows: pl.DataFrame, terms: list[str]) -> dict[str, tuple[float, float, float]]:
    """Estimates with intervals, therapists as a random effect where there are enough; else least squares."""
    if src.therapists >= THERAPISTS and not rows["therapist"].null_count():
        from accord.evidence import fit

        try:
            fitted = fit(f"better ~ {' + '.join(terms)} + (1 | therapist)", rows)
        except AccordError:
            return {}
        return {one.term: (one.estimate, one.conf_low, one.conf_high) for one in fitted.fixed}
    return _least_squares(rows, terms)


def _least_squares(rows: pl.DataFrame, terms: list[str]) -> dict[str, tuple[float, float, float]]:
    from scipy.stats import t

    X = np.column_stack([np.ones(rows.height), *(rows[name].to_numpy() for name in terms)])
    y = rows["better"].to_numpy()
    df = len(y) - X.shape[1]
    if df < 1 or np.linalg.matrix_rank(X) < X.shape[1]:
        return {}
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    left = y - X @ beta
    se = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * float(left @ left) / df)
    reach = float(t.ppf(0.975, df)) * se
    return {name: (float(b), float(b - r), float(b + r)) for name, b, r in zip(terms, beta[1:], reach[1:], strict=True)}
