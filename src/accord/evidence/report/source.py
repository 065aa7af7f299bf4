"""What the sections look at: the course table read once, its panel, and what each course comes to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from accord.evidence.panels import Panel, cells, read_panel
from accord.evidence.panels.names import Columns, find
from accord.evidence.panels.reading import starts_of
from accord.evidence.report.parts import Guard
from accord.measures import Measure, load, names


@dataclass(frozen=True, eq=False)
class Source:
    """A course table and everything that is made of it once."""

    courses: pl.DataFrame
    panel: Panel
    named: Columns
    measures: tuple[Measure | None, Measure | None]
    guard: Guard
    seed: int
    told: Callable[[str], None]

    @property
    def outcome(self) -> str:
        return self.panel.outcome

    @property
    def alliance(self) -> str | None:
        """The client's rating of the alliance, None where there is none."""
        return self.panel.alliance if self.named.alliance_column else None

    @property
    def by_therapist(self) -> str | None:
        return f"{self.panel.alliance}_therapist" if self.named.therapist_column else None

    @property
    def better(self) -> str:
        """lower or higher: which scores of the outcome are better; lower where the measure is not known."""
        measure = self.measures[0]
        return measure.direction if measure and measure.direction in ("lower", "higher") else "lower"

    @property
    def session_title(self) -> str:
        """What the x axis counts."""
        return "Occasion, numbered by its day" if self.panel.by_day else "Session"

    @property
    def outcome_title(self) -> str:
        return title_of(self.measures[0], self.outcome)

    @property
    def alliance_title(self) -> str:
        return title_of(self.measures[1], str(self.panel.alliance))

    @cached_property
    def rows(self) -> pl.DataFrame:
        return self.panel.rows

    @cached_property
    def starts(self) -> Any:
        return starts_of(self.rows)

    @cached_property
    def therapists(self) -> int:
        return self.rows["therapist"].drop_nulls().n_unique() if "therapist" in self.rows.columns else 0

    @cached_property
    def people(self) -> int:
        return self.rows["client"].n_unique()

    @cached_property
    def ends(self) -> Any:
        """[course with a session] the number of its last session, rated or not."""
        who = [name for name in ("practice", "therapist", "client") if name in self.panel.sessions.columns]
        return self.panel.sessions.group_by(who).agg(pl.col("session").max())["session"].to_numpy()

    @cached_property
    def each(self) -> pl.DataFrame:
        """One row a course: first and last outcome, how often rated, first alliance, last session rated."""
        y = pl.col(self.outcome)
        rated = pl.col("session").filter(y.is_not_null())
        columns = [
            pl.col("client").first(),
            y.drop_nulls().first().alias("first"),
            y.drop_nulls().last().alias("last"),
            y.is_not_null().sum().alias("ratings"),
            rated.max().alias("last_session"),
            *([pl.col("therapist").first()] if "therapist" in self.rows.columns else []),
            *([pl.col(self.alliance).drop_nulls().first().alias("ally")] if self.alliance else []),
        ]
        numbered = self.rows.with_columns(
            pl.Series("course", np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts)))
        )
        return numbered.group_by("course", maintain_order=True).agg(columns)


def source(
    courses: pl.DataFrame, outcome: str, alliance: str | None, guard: Guard, seed: int, told: Callable[[str], None]
) -> Source:
    """Read the table. Raises what `read_panel` raises."""
    made = read_panel(courses, outcome, alliance)
    known = (measure_of(outcome), measure_of(alliance) if alliance else None)
    return Source(courses, made, find(courses.columns, outcome, alliance), known, guard, seed, told)


def measure_of(name: str) -> Measure | None:
    wanted = name.split(".")[0].replace("-", "").lower()
    found = next((each for each in names() if each.replace("-", "") == wanted), None)
    return load(found) if found else None


def title_of(measure: Measure | None, name: str) -> str:
    return measure.short if measure else name.replace("_", " ")


def items_of(src: Source, which: int, rater: str = "client") -> dict[str, Any]:
    """The answers to the scored items of the outcome (0) or the alliance (1), by key, NaN where missing; {} if none."""
    measure = src.measures[which]
    if measure is None:
        return {}
    found: dict[str, Any] = {}
    bare = {_bare(name): name for name in reversed(src.courses.columns)}
    for item in _scored(measure):
        plain = f"{measure.id}_{item.key}" if rater == "client" else f"{measure.id}_{rater}_{item.key}"
        column = bare.get(_bare(f"{measure.id}.{rater}.{item.key}")) or bare.get(_bare(plain))
        if column is None:
            return {}
        series, wrong = cells.numbers(src.courses[column], column, item.low, item.high)
        if wrong:
            return {}
        found[item.key] = series.fill_null(float("nan")).to_numpy()
    return found


def _scored(measure: Measure) -> list[Any]:
    """The items of the total; of all that count where there is no total."""
    return [item for item in measure.scored if measure.total is None or item.key in measure.total.items]


def _bare(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())
