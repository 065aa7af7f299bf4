"""Millions of sets of answers become scores, column by column.

A block of 65,536 rows is worked on at a time, so that what is read once stays in the processor's cache. Answers stay
whole bytes to the end: a score is then looked up in a small table that `Scale.value` itself has filled in, which is
why whole columns and single answers cannot disagree. Scales with decimals or negative answers go through plain
float64 arithmetic (`by_arithmetic`), which is also the witness the tests hold the table against.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from accord.errors import AnswerError, TableError
from accord.measures.catalogue import load
from accord.measures.measure import TIMES, Item, Measure, Scale

BLOCK = 65_536

Array: TypeAlias = npt.NDArray[Any]
Columns: TypeAlias = Mapping[str, Array] | Array


@dataclass(frozen=True, eq=False)
class ScoreColumns:
    """What n sets of answers come to; every array has n elements.

    total      float32, in the units of `Measure.range`, NaN where no total may be given
    subscales  by key, float32, NaN where too few of its items were answered
    missing    int8, how many of the items that count were not answered
    prorated   bool, some number in this row was made up for missing answers by the mean of the answered ones
    risk       int8: 1 a safety item reached its threshold, 0 it did not, -1 not known (not asked or not answered)
    version    of the definition that scored them
    """

    total: npt.NDArray[np.float32]
    subscales: Mapping[str, npt.NDArray[np.float32]]
    missing: npt.NDArray[np.int8]
    prorated: npt.NDArray[np.bool_]
    risk: npt.NDArray[np.int8]
    version: str

    def scale(self, key: str) -> npt.NDArray[np.float32]:
        return self.total if key == "total" else self.subscales[key]


def score_columns(measure: Measure | str, columns: Columns) -> ScoreColumns:
    """Score whole columns: a mapping of item key to a column of n answers, or an (n, k) array of the k scored items.

    Whole-number columns (int8 is the quick kind) mark a missing answer with `measure.missing_code`, float columns
    with NaN; an item without a column was not answered by anyone. Columns are only read.
    Raises AnswerError for the first row with an answer out of range (rows counted from 0) and TableError for columns
    that do not belong to the measure or differ in length.
    """
    measure = load(measure) if isinstance(measure, str) else measure
    given = _named(measure, columns)
    rows = len(next(iter(given.values()))) if given else 0
    made = _empty(measure, rows)
    block_of = by_arithmetic if _needs_arithmetic(measure) else by_table
    for rows_here in _blocks(rows):
        answers = _read(measure, given, rows_here)
        block_of(measure, answers, rows_here, made)
    return made


def _named(measure: Measure, columns: Columns) -> dict[str, Array]:
    """The columns by item key, all of one length."""
    if isinstance(columns, np.ndarray):
        if columns.ndim != 2 or columns.shape[1] != len(measure.scored):
            shape = f"(n, {len(measure.scored)})"
            raise TableError(f"{measure.id}: got an array of shape {columns.shape}, wanted {shape}: one column an item")
        columns = {item.key: columns[:, n] for n, item in enumerate(measure.scored)}
    given = {key: np.asarray(column) for key, column in columns.items()}
    known = {item.key for item in measure.items}
    for key, column in given.items():
        if key not in known:
            raise TableError(f"{measure.id} has no item of this name", column=key)
        if column.ndim != 1 or len(column) != len(next(iter(given.values()))):
            raise TableError(f"got shape {column.shape}; wanted one row as long as the first column", column=key)
        if column.dtype.kind not in "iuf":
            raise TableError(f"got a column of {column.dtype}, wanted whole numbers or floats", column=key)
    return given


def _needs_arithmetic(measure: Measure) -> bool:
    return any(item.decimals or item.low < 0 for item in measure.items)


def _empty(measure: Measure, rows: int) -> ScoreColumns:
    return ScoreColumns(
        total=np.full(rows, np.nan, np.float32) if measure.total is None else np.empty(rows, np.float32),
        subscales={scale.key: np.empty(rows, np.float32) for scale in measure.subscales},
        missing=np.zeros(rows, np.int8),
        prorated=np.zeros(rows, np.bool_),
        risk=np.full(rows, -1, np.int8),
        version=measure.version,
    )


def _blocks(rows: int) -> Iterator[slice]:
    for start in range(0, rows, BLOCK):
        yield slice(start, min(start + BLOCK, rows))


def _read(measure: Measure, given: Mapping[str, Array], rows: slice) -> dict[str, Array]:
    """This block's answers, every one of them in range, in the type its arithmetic wants."""
    arithmetic = _needs_arithmetic(measure)
    blocks = {item.key: given[item.key][rows] for item in measure.items if item.key in given}
    if not _in_range(measure, blocks):
        raise _first_wrong(measure, given, rows)
    answers = {
        key: _floats(block, measure.missing_code) if arithmetic else _bytes(block) for key, block in blocks.items()
    }
    for item in measure.scored:
        if item.key not in answers:
            size = rows.stop - rows.start
            answers[item.key] = np.full(size, np.nan) if arithmetic else np.full(size, -1, np.int8)
    return answers


def _in_range(measure: Measure, blocks: Mapping[str, Array]) -> bool:
    """Whether nothing in these blocks needs refusing."""
    quick = [block for block in blocks.values() if block.dtype == np.int8 and measure.missing_code == -1]
    slow = [key for key, block in blocks.items() if block.dtype != np.int8 or measure.missing_code != -1]
    return _quickly_in_range(quick, measure.items[0]) and not any(
        _wrong(blocks[key], measure.item(key), measure.missing_code).any() for key in slow
    )


def _quickly_in_range(blocks: list[Array], item: Item) -> bool:
    """The same for int8 from 0 upward with -1 for missing, all items of a measure having one range."""
    if not blocks:
        return True
    lowest, highest = blocks[0].copy(), blocks[0].copy()
    for block in blocks[1:]:
        np.minimum(lowest, block, out=lowest)
        np.maximum(highest, block, out=highest)
    between = item.low > 0 and any((block.view(np.uint8) < item.low).any() for block in blocks)
    return bool(lowest.min() >= -1 and highest.max() <= item.high and not between)


def _wrong(block: Array, item: Item, code: int) -> npt.NDArray[np.bool_]:
    """Which answers are neither missing nor allowed."""
    outside: npt.NDArray[np.bool_] = (block < item.low) | (block > item.high)
    if block.dtype.kind != "f":
        outside &= block != code
    elif not item.decimals:
        outside |= ~np.isnan(block) & (block != np.floor(block))
    return outside


def _first_wrong(measure: Measure, given: Mapping[str, Array], rows: slice) -> AnswerError:
    """The refusal of the first row, and in it the first item, that cannot be used."""
    items = [item for item in measure.items if item.key in given]
    wrong = [_wrong(given[item.key][rows], item, measure.missing_code) for item in items]
    row, item = min((int(mask.argmax()), number) for number, mask in enumerate(wrong) if mask.any())
    column = given[items[item].key]
    missing = "NaN" if column.dtype.kind == "f" else str(measure.missing_code)
    wanted = items[item].wanted.replace("nothing", f"{missing} for no answer")
    return AnswerError(measure.id, f"{items[item].key}, row {rows.start + row}", column[rows][row].item(), wanted)


def _bytes(block: Array) -> npt.NDArray[np.int8]:
    """Contiguous int8 with -1 for missing; no copy where the column is that already."""
    if block.dtype.kind == "f":
        block = np.where(np.isnan(block), -1, block)
    return np.ascontiguousarray(block, dtype=np.int8)


def _floats(block: Array, code: int) -> npt.NDArray[np.float64]:
    """float64 with NaN for missing."""
    floats = block.astype(np.float64)
    if block.dtype.kind != "f":
        floats[block == code] = np.nan
    return floats


def by_table(measure: Measure, answers: Mapping[str, Array], rows: slice, made: ScoreColumns) -> None:
    """Score one block of whole numbers from 0 upward, -1 for missing."""
    # Shifting a byte right by 7 leaves its sign: -1 for a missing answer, 0 for any other.
    absent = {item.key: answers[item.key] >> 7 for item in measure.scored}
    made.missing[rows] = _count(absent, tuple(absent))
    for scale in measure.scales:
        _look_up(measure, scale, answers, absent, rows, made)
    for number, safety in enumerate(measure.safety):
        risk = (answers[safety.item] >= safety.at_least).view(np.int8) + absent[safety.item]
        made.risk[rows] = risk if number == 0 else _either(made.risk[rows], risk)


def _count(absent: Mapping[str, Array], keys: tuple[str, ...]) -> npt.NDArray[np.int8]:
    """How many of these items were not answered."""
    missing = np.zeros(len(absent[keys[0]]), np.int8)
    for key in keys:
        missing -= absent[key]
    return missing


def _look_up(
    measure: Measure,
    scale: Scale,
    answers: Mapping[str, Array],
    absent: Mapping[str, Array],
    rows: slice,
    made: ScoreColumns,
) -> None:
    """One scale of one block: add bytes, then read the number from the scale's table."""
    items = {item.key: item for item in measure.items}
    points = np.zeros(rows.stop - rows.start, _adder(scale))
    every = len(scale.items) == len(absent)
    missing = made.missing[rows].copy() if every else _count(absent, scale.items)
    for key in scale.items:
        if key in measure.reverse:
            # OR with the sign keeps -1 for a missing answer, so that every one of them adds -1, turned or not.
            points += (np.int8(items[key].low + items[key].high) - answers[key]) | absent[key]
        else:
            points += answers[key]
    points += missing
    np.minimum(missing, scale.missing_allowed + 1, out=missing)
    for key in scale.needed:
        np.maximum(missing, absent[key] * np.int8(-(scale.missing_allowed + 1)), out=missing)
    # Places stay in int16, four times as many a cache line as NumPy's own kind of index; a test holds the tables small.
    place = points.astype(np.int16)
    place *= np.int16(scale.missing_allowed + 2)
    place += missing
    # 'clip' spares NumPy a second buffer; no place lies outside, as every answer was checked.
    np.take(_table(scale), place, out=made.scale(scale.key)[rows], mode="clip")
    if scale.missing_allowed:
        missing -= 1
        made.prorated[rows] |= missing.view(np.uint8) < scale.missing_allowed


def _adder(scale: Scale) -> type[np.signedinteger[Any]]:
    """The smallest type that holds the sum of the answers."""
    return np.int8 if _most(scale) <= np.iinfo(np.int8).max else np.int16


def _most(scale: Scale) -> int:
    """The highest sum of answers: the range with the scoring taken back out."""
    whole = scale.range[1] * (len(scale.items) if scale.method == "mean" else 1)
    return round(whole / TIMES[scale.method])


@cache
def _table(scale: Scale) -> npt.NDArray[np.float32]:
    """The scale's number at [sum of answers, missing answers], flat; one missing too many stands for all beyond."""
    rows = range(_most(scale) + 1)
    columns = range(scale.missing_allowed + 2)
    values = [[scale.value(points, missing) for missing in columns] for points in rows]
    return np.array(values, dtype=np.float32).ravel()


def _either(one: Array, other: Array) -> Array:
    """Risk of two safety items: known if either says so, unknown if either is, else no."""
    return np.where((one == 1) | (other == 1), np.int8(1), np.minimum(one, other))


def by_arithmetic(measure: Measure, answers: Mapping[str, Array], rows: slice, made: ScoreColumns) -> None:
    """Score one block of float64 answers, NaN for missing: any range, with or without decimals."""
    for item in measure.scored:
        made.missing[rows] += np.isnan(answers[item.key])
    turned = {item.key: item.low + item.high for item in measure.items if item.key in measure.reverse}
    for scale in measure.scales:
        points, missing = np.zeros(rows.stop - rows.start), np.zeros(rows.stop - rows.start, np.intp)
        for key in scale.items:
            value = turned[key] - answers[key] if key in turned else answers[key]
            points += np.where(np.isnan(value), 0.0, value)
            missing += np.isnan(value)
        needed = np.any([np.isnan(answers[key]) for key in scale.needed], axis=0) if scale.needed else False
        none = (missing > scale.missing_allowed) | (missing == len(scale.items)) | needed
        made.scale(scale.key)[rows] = np.where(none, np.nan, _values(scale, points, missing))
        made.prorated[rows] |= ~none & (missing > 0)
    for number, safety in enumerate(measure.safety):
        answer = answers[safety.item]
        risk = np.where(np.isnan(answer), -1, answer >= safety.at_least).astype(np.int8)
        made.risk[rows] = risk if number == 0 else _either(made.risk[rows], risk)


def _values(scale: Scale, points: npt.NDArray[np.float64], missing: Array) -> npt.NDArray[np.float64]:
    """`Scale.value` for arrays, in the same order of operations."""
    answered = np.maximum(len(scale.items) - missing, 1)
    values: npt.NDArray[np.float64] = points / answered
    if scale.method != "mean":
        values = np.where(missing > 0, points * len(scale.items) / answered, points) * TIMES[scale.method]
    return values
