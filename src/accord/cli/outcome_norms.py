"""`accord outcome norms`: published figures of another service into the data folder, checked against themselves."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from accord.errors import DataError, UsageError
from accord.outcome.norms import FILE, LICENCE, MEASURES, Norm, nhs_talking_therapies, to_plain

NAME = "proms_annual.parquet"


def read(given: Path) -> list[Norm]:
    """Every year of England, out of the file or the folder it is in."""
    file = given / NAME if given.is_dir() else given
    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    try:
        # Nine million rows, and a few thousand of them are England's: the others are never read into memory.
        frame = pl.scan_parquet(file).filter(pl.col("org_type") == "England").collect()
    except pl.exceptions.ColumnNotFoundError:
        raise DataError(f"{file} has no column org_type; wanted {NAME}") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{file} cannot be read as Parquet: {str(error).splitlines()[0]}") from None
    return nhs_talking_therapies(frame)


def of_year(norms: Sequence[Norm], year: str | None) -> list[Norm]:
    """One year's; the latest unless another one is named."""
    years = sorted({one.year for one in norms})
    if not years:
        raise DataError("there are no figures for England in this file")
    if year is not None and year not in years:
        raise UsageError(f"--year: got {year}, there are {', '.join(years)}")
    return [one for one in norms if one.year == (year or years[-1])]


def write(norms: Sequence[Norm], folder: Path, on: date) -> Path:
    """Whole or not at all: a page may be reading it."""
    file = folder / FILE
    waiting = file.with_suffix(".new")
    waiting.write_text(json.dumps(to_plain(norms, on.isoformat()), ensure_ascii=False), encoding="utf-8")
    waiting.replace(file)
    return file


def checked(norms: Sequence[Norm]) -> list[dict[str, Any]]:
    """For each measure how many published effect sizes come out again."""
    rows = []
    for name in MEASURES:
        found = [one for one in norms if one.measure == name and one.effect is not None]
        agree, straight = sum(one.agrees for one in found), sum(one.rounds for one in found)
        rows.append({"measure": name, "published": len(found), "reproduced": agree, "straight": straight})
    return rows


def told(kept: Sequence[Norm], rows: Sequence[dict[str, Any]], where: str) -> str:
    total, agree, straight = (sum(row[name] for row in rows) for name in ("published", "reproduced", "straight"))
    again = (
        "Effect sizes worked out again from the published means and SD, in all years: "
        f"{agree:,} of {total:,} agree within the rounding of these, {straight:,} of them straight from the figures."
    )
    return f"{len(kept)} norms of {kept[0].year}{where}. {again} {LICENCE}"
