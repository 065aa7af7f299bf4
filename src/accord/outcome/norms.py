"""What another service published of many people: norms to stand beside a practice's own figures, never a goal.

    read = nhs_talking_therapies(frame)           the rows of proms_annual.parquet, England
    norm = find(read, "phq-9", "Depression", "Cognitive Behaviour Therapy (CBT)")
    norm.effect_size, norm.agrees                 worked out again, and whether it rounds to the published one

The figures are published with one decimal, so what is worked out from them is known only so well: `possible` is the
range that the rounding of means and SD leaves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from accord.errors import DataError

if TYPE_CHECKING:
    import polars as pl

SOURCE = "NHS Talking Therapies, for anxiety and depression: annual report, NHS England, by way of bennettoxford/nhstt"
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
COUNTED = (
    "People who finished a course there (two treatment appointments or more) with first and last scores. They count a "
    "change on the PHQ-9 and on the measure of anxiety together, by a change of 6 and 4 points or more; recovery from "
    "10 and 8 or above to below."
)
MEASURES = {"phq-9": "phq", "gad-7": "gad"}
"""Our name for a measure -> theirs. Their third, the WSAS, is not among ours."""
FILE = "norms.json"
"""What the command writes into the data folder, and the manager's page reads."""
SMALLEST = 10
HALF = 0.05
"""Half of the last published decimal."""
COLUMNS = (
    "reporting_period", "org_type", "variable_a", "variable_b", "measure_name", "measure_statistic", "measure_time",
    "value",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Norm:
    """One problem, one therapy, one measure, one year.

    n           people with first and last scores; above: those of them above the line where recovery begins
    effect      as published
    recovered, better, unchanged, worse     people out of n; better by a reliable change, recovered: and across the line
    percent     as published: recovery and reliable recovery of those above, the others of n
    """

    measure: str
    problem: str
    therapy: str
    year: str
    n: int
    above: int
    start: float
    start_sd: float
    end: float
    end_sd: float
    effect: float | None
    recovered: int | None
    better: int | None
    unchanged: int | None
    worse: int | None
    percent: Mapping[str, float]

    @property
    def effect_size(self) -> float | None:
        """(mean start - mean end) / SD start, out of the published means and SD."""
        return (self.start - self.end) / self.start_sd if self.start_sd > 0 else None

    @property
    def possible(self) -> tuple[float, float]:
        """Where it lies, whatever the means and the SD were before they were rounded."""
        moved = [self.start - self.end + 2 * side * HALF for side in (-1, 1)]
        spread = [max(self.start_sd + side * HALF, 1e-9) for side in (-1, 1)]
        every = [points / sd for points in moved for sd in spread]
        return min(every), max(every)

    @property
    def rounds(self) -> bool:
        """Worked out from the rounded figures and rounded, it is the published one."""
        return self.effect is not None and self.effect_size is not None and _same(self.effect_size, self.effect)

    @property
    def agrees(self) -> bool:
        """Some figures that round to the published means and SD give what rounds to the published effect size."""
        low, high = self.possible
        return self.effect is not None and low - HALF - 1e-9 <= self.effect <= high + HALF + 1e-9


def _same(value: float, published: float) -> bool:
    """A value in the middle between two decimals may have gone either way."""
    return abs(value - published) <= HALF + 1e-9


def nhs_talking_therapies(frame: "pl.DataFrame", year: str | None = None) -> list[Norm]:
    """England's rows of `proms_annual`, by year, problem and therapy. Fewer than ten people are left out."""
    import polars as pl

    if missing := [name for name in COLUMNS if name not in frame.columns]:
        raise DataError(f"the columns {', '.join(missing)} are not there; wanted the file proms_annual.parquet")
    england = frame.filter(pl.col("org_type") == "England")
    years = sorted(england["reporting_period"].unique().to_list())
    if year is not None and year not in years:
        raise DataError(f"there are no figures for England of {year}; there are {', '.join(years) or 'none'}")
    england = england.filter(pl.col("reporting_period") == year) if year else england
    figure = pl.concat_str("measure_name", "measure_statistic", pl.col("measure_time").fill_null(""), separator=".")
    key = ["reporting_period", "variable_a", "variable_b"]
    wide = england.with_columns(figure=figure).pivot("figure", index=key, values="value", aggregate_function="first")
    rows = list(wide.sort(key).iter_rows(named=True))
    found = [_norm(row, ours, theirs) for ours, theirs in MEASURES.items() for row in rows]
    return [one for one in found if one and one.n >= SMALLEST]


# Their names for a count, and for the percentage of it.
COUNTS = {
    "recovered": "ther_rel_recovery.count.",
    "better": "ther_improvement.count.",
    "unchanged": "ther_no_change.count.",
    "worse": "ther_deterioration.count.",
}
PERCENT = {
    "recovery": "ther_recovery.percentage.",
    "reliable recovery": "ther_rel_recovery.percentage.",
    "better": "ther_improvement.percentage.",
    "unchanged": "ther_no_change.percentage.",
    "worse": "ther_deterioration.percentage.",
}


def _norm(row: Mapping[str, Any], ours: str, theirs: str) -> Norm | None:
    """None where nothing was published of this measure."""
    means = {"start": "mean.start", "start_sd": "sd.start", "end": "mean.end", "end_sd": "sd.end"}
    numbers = {name: row.get(f"{theirs}.{figure}") for name, figure in means.items()}
    n = row.get("courses_of_therapy.count.")
    if n is None or None in numbers.values():
        return None
    plain: dict[str, Any] = {
        "measure": ours,
        "problem": row["variable_a"],
        "therapy": row["variable_b"],
        "year": row["reporting_period"],
        "n": int(n),
        "above": int(n - (row.get("not_caseness.count.") or 0)),
        "effect": row.get(f"{theirs}.effect_size."),
        "percent": {name: row[figure] for name, figure in PERCENT.items() if row.get(figure) is not None},
    }
    counts = {name: row.get(figure) for name, figure in COUNTS.items()}
    plain |= numbers | {name: None if count is None else int(count) for name, count in counts.items()}
    return Norm(**plain)


def find(norms: Iterable[Norm], measure: str, problem: str, therapy: str) -> Norm | None:
    """The latest year's."""
    found = [one for one in norms if (one.measure, one.problem, one.therapy) == (measure, problem, therapy)]
    return max(found, key=lambda one: one.year, default=None)


def to_plain(norms: Sequence[Norm], on: str) -> dict[str, Any]:
    """For a file: the norms, where they come from, how they may be used, and the day they were brought in."""
    told = {"source": SOURCE, "licence": LICENCE, "counted": COUNTED, "brought_in_on": on}
    return {**told, "norms": [asdict(one) for one in norms]}


def from_plain(plain: Mapping[str, Any]) -> list[Norm]:
    """What `to_plain` gave; raises DataError where it is something else."""
    try:
        return [Norm(**one) for one in plain["norms"]]
    except (KeyError, TypeError) as error:
        raise DataError(f"this is no file of norms ({type(error).__name__}: {error})") from None
