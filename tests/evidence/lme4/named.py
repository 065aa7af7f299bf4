"""Data sets that are published elsewhere, each with the model whose numbers are known; read from a folder, never kept.

    here=tests/evidence/lme4
    python -m tests.evidence.lme4.named FOLDER | Rscript $here/fit.R > $here/recorded_named.json

Two more have no file: what lme4 says of sleepstudy and Dyestuff hangs on a few sums alone, since both are balanced.
`sleepstudy` and `dyestuff` here are other data with the same sums, made from the published estimates.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tests.evidence.lme4.generate import Case


def as_case(name: str, formula: str, data: pl.DataFrame, method: str = "reml") -> Case:
    columns = {column: data[column].to_list() for column in data.columns}
    return Case(name, formula, columns, method, None, False)


def refraMED(folder: Path) -> Case:  # noqa: N802 (the trial's name)
    """Months as numbers, ratings that are there; who had usual treatment had none of the 22 therapists."""
    data = pl.read_csv(folder / "reframed" / "reframed.csv", infer_schema_length=None, null_values=["NaN", "NA"])
    kept = data.select(
        "patient",
        "phq9",
        pl.col("month").cast(pl.Float64, strict=False),
        pl.col("therapist").fill_null("none"),
        tx=(pl.col("grp") == "RO-DBT").cast(pl.Int64),
    ).drop_nulls()
    return as_case("RefraMED", "phq9 ~ month * tx + (1 + month | patient) + (0 + tx | therapist)", kept)


def enrichd(folder: Path) -> Case:
    data = pl.read_csv(folder / "npmlda" / "BDIdata.csv", null_values="NA")
    return as_case("ENRICHD", "BDI ~ month + (1 + month | ID)", data.select("ID", "BDI", month=pl.col("time") / 30))


def beat_the_blues(folder: Path) -> Case:
    """Followed up after 2, 3, 5 and 8 months; the rows that are there."""
    wide = pl.read_csv(folder / "btheb" / "btheb_wide.csv", null_values="NA")
    months = {"bdi.2m": 2, "bdi.3m": 3, "bdi.5m": 5, "bdi.8m": 8}
    long = wide.unpivot(list(months), index=["subject", "bdi.pre", "treatment", "drug", "length"], value_name="bdi")
    time = long.select(
        "subject", "bdi", "bdi.pre", "treatment", "drug", "length", time=pl.col("variable").replace_strict(months)
    )
    formula = "bdi ~ bdi.pre + time + treatment + drug + length + (1 | subject)"
    return as_case("Beat the Blues", formula, time.drop_nulls(), "ml")


def antidepressants(folder: Path) -> Case:
    """Three readings a day for a week; time in days."""
    data = pl.read_csv(folder / "alda" / "antidepressants.csv")
    part = pl.col("reading").replace_strict({"8 AM": 0.0, "3 PM": 1 / 3, "10 PM": 2 / 3})
    kept = data.select("id", "positive_mood", "treatment", time=pl.col("day") + part).drop_nulls()
    return as_case("antidepressants", "positive_mood ~ treatment * time + (1 + time | id)", kept, "ml")


NAMED = {"RefraMED": refraMED, "ENRICHD": enrichd, "Beat the Blues": beat_the_blues, "antidepressants": antidepressants}


def named(folder: Path) -> Iterator[Case]:
    yield from (made(folder) for made in NAMED.values())


# What lme4 says of sleepstudy and Dyestuff, REML, with lme4 1.1.
SLEEPSTUDY = {
    "fixed": (251.4051, 10.46729), "se": (6.824597, 1.54579), "var": (612.10, 35.07), "r": 0.0656, "sigma2": 654.94,
    "criterion": 1743.628, "first": (2.258551, 9.198976),
}  # fmt: skip
DYESTUFF = {
    "var": 1764.05, "sigma2": 2451.25, "criterion": 319.6543, "share": 0.7825,
    "modes": {"A": -17.607, "B": 0.391, "C": 28.562, "D": -23.085, "E": 56.733, "F": -44.995}, "mean": 1527.5,
}  # fmt: skip


def dyestuff() -> dict[str, Any]:
    """Six batches of five: their means are the modes over the share of variance, within each the same spread."""
    known: dict[str, Any] = DYESTUFF
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) * np.sqrt(known["sigma2"] * 4 / 10)
    means = [known["mean"] + mode / known["share"] for mode in known["modes"].values()]
    batch = [name for name in known["modes"] for _ in spread]
    return {"Yield": np.concatenate([mean + spread for mean in means]).tolist(), "Batch": batch}


def sleepstudy() -> dict[str, Any]:
    """18 people on 10 days. Of balanced data REML's estimates are moments of the people's own lines."""
    known: dict[str, Any] = SLEEPSTUDY
    people, days = 18, np.arange(10.0)
    Z = np.column_stack([np.ones(10), days])
    sd = np.sqrt(known["var"])
    D = np.outer(sd, sd) * [[1, known["r"]], [known["r"], 1]]
    spread = D + known["sigma2"] * np.linalg.inv(Z.T @ Z)
    # The first one's mode is D spread^-1 times how their own line stands off; the others make the moments right.
    first = np.linalg.solve(np.linalg.cholesky(spread), spread @ np.linalg.solve(D, np.array(known["first"])))
    rest = people - 1
    left = np.linalg.cholesky(rest * np.eye(2) - np.outer(first, first) * (1 + 1 / rest))
    waves = np.column_stack([np.cos(2 * np.pi * k * np.arange(rest) / rest) for k in (1, 2)]) * np.sqrt(2 / rest)
    white = np.vstack([first, waves @ left.T - first / rest])
    lines = np.array(known["fixed"]) + white @ np.linalg.cholesky(spread).T
    # A wave that no line follows carries the error's sum of squares: 8 of 10 days' worth for each person.
    wave = np.cos(np.pi * days)
    wave -= Z @ np.linalg.lstsq(Z, wave, rcond=None)[0]
    errors = wave * np.sqrt(known["sigma2"] * 8 / (wave @ wave))
    subject = np.repeat(np.arange(308, 308 + people), 10)
    return {
        "Reaction": (lines @ Z.T + errors).ravel().tolist(),
        "Days": np.tile(days, people).tolist(),
        "Subject": subject.tolist(),
    }


if __name__ == "__main__":
    for each in named(Path(sys.argv[1])):
        # Nothing of a single person is recorded.
        sys.stdout.write(json.dumps(json.loads(each.line()) | {"people": False}) + "\n")
