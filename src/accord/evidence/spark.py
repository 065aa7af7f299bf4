"""The same fit where the rows lie on a Spark cluster: each partition reduces its own, the driver fits.

    found = fit_on_spark("y ~ x + (1 + x | client) + (1 | therapist)", frame)

Sums add up, so a client's rows may lie in any partition; they are brought together by the first random term's group to
keep what travels small. To the driver come each unit's table, about 80 bytes a client of the usual model, and no row.
Wants the extra `spark` (PySpark, pyarrow) and Java.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed.formula import Formula, read
from accord.evidence.mixed.likelihood import Nested
from accord.evidence.sharing.joining import PooledFit, fitted, joined, known_method
from accord.evidence.sharing.part import met, reduced

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Of a column of words; more is a name and no category.
MOST_CATEGORIES = 100


def fit_on_spark(formula: str, frame: "DataFrame", *, method: str = "reml", weights: str | None = None) -> PooledFit:
    """A linear mixed model of a Spark frame, equal to `fit` of its rows in one table.

    Levels lie one inside the other. UsageError for a formula that cannot be, DataError for data that cannot carry it.
    """
    known_method(method)
    asked = read(formula)
    needed = _needed(asked, weights)
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise UsageError(f"there is no column {absent[0]}; the frame has {', '.join(frame.columns[:12])}")
    rows = frame.select(*(f"`{name}`" for name in needed))
    work = _reducer(asked, weights, _categories(rows, asked))
    found = rows.repartition(*(rows[f"`{name}`"] for name in asked.bars[0].group)).mapInArrow(work, "part binary")
    told = [pickle.loads(bytes(row["part"])) for row in found.collect()]
    wrong = next((one for one in told if isinstance(one, AccordError)), None)
    if wrong is not None:
        raise wrong
    if not told:
        raise DataError("no row is whole; nothing can be fitted")
    whole = joined(told, same=True, notes=(f"reduced in {len(told)} partitions",))
    return fitted(whole.design, Nested(whole.sums), method == "reml")


def _needed(asked: Formula, weights: str | None) -> list[str]:
    sides = [read_columns.side(text) for text in (f"0 + {asked.response}", asked.fixed, *(b.inner for b in asked.bars))]
    names = [name for side in sides for name in side.used] + [name for bar in asked.bars for name in bar.group]
    return list(dict.fromkeys([*names, *([weights] if weights else [])]))


def _categories(rows: "DataFrame", asked: Formula) -> dict[str, list[str]]:
    """What stands in each column of words that is an effect: every partition must know all of it, in one order."""
    sides = [read_columns.side(text) for text in (asked.fixed, *(bar.inner for bar in asked.bars))]
    words = {name for name, kind in rows.dtypes if kind in ("string", "boolean")}
    found = {}
    for name in dict.fromkeys(name for side in sides for name in side.used if name in words):
        those = [row[0] for row in rows.select(f"`{name}`").distinct().limit(MOST_CATEGORIES + 2).collect()]
        values = sorted(str(one) for one in those if one is not None)
        if len(values) > MOST_CATEGORIES:
            raise DataError(f"the column {name} has more than {MOST_CATEGORIES} different words; put values together")
        found[name] = values
    return found


def _reducer(asked: Formula, weights: str | None, known: dict[str, list[str]]) -> Callable[[Any], Iterator[Any]]:
    """What runs where the rows are. An error of ours travels as a value, so that it arrives with its own words."""

    def work(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow

        tables = [pl.DataFrame(pl.from_arrow(batch)) for batch in batches if batch.num_rows]
        if not tables:
            return
        try:
            of = met(asked, pl.concat(tables), weights, known=known)
            part: Any = None if of is None else reduced(of)
        except AccordError as error:
            part = error
        if part is not None:
            yield _sent(pyarrow, [pickle.dumps(part)])

    return work


def _sent(pyarrow: Any, parts: Sequence[bytes]) -> Any:
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(parts, pyarrow.binary())], ["part"])
