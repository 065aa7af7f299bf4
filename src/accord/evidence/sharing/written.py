"""Shares and asks as files: JSON with a version, sealed against changes, read as if it came from an enemy.

    write(share, path)      share = read_share(path)      ask = read_ask(path)

The seal is a SHA-256 of all that is in the file. It finds what was broken or changed by mistake; it is no signature.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.mixed.formula import read
from accord.evidence.sharing.answering import MOST_POINTS, Answer, Ask, Share
from accord.evidence.sharing.layout import Layout, Units
from accord.evidence.sharing.part import Part
from accord.outcome.columns import Floats

VERSION = 1
SHARE, ASK = "accord evidence share", "accord evidence ask"
LARGEST_FILE, MOST_COLUMNS, MOST_UNITS, MOST_ROWS = 256 * 2**20, 500, 10**6, 10**12
ROUNDING = 1e-7


def name_of(share: Share) -> str:
    """A name for the data behind a share: the same data have the same, in whatever file."""
    numbers = [*share.mean, *share.spread, *share.total.ravel(), share.log_weights, float(share.n)]
    text = json.dumps([_layout(share.layout), [f"{float(one) + 0.0:.8g}" for one in numbers]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write(what: Share | Ask, path: Path) -> None:
    """Write a share or an ask; UsageError where the name cannot be written to."""
    told = share_as_dict(what) if isinstance(what, Share) else ask_as_dict(what)
    try:
        path.write_text(json.dumps(told, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; give another --out") from None


def share_as_dict(share: Share) -> dict[str, Any]:
    """What a share's file holds."""
    part = share.part
    told: dict[str, Any] = {
        "what": SHARE, "version": VERSION, "kind": "rounds" if part is None else "blocks", **_layout(share.layout),
        "site": share.site, "rows": share.n, "people": share.people, "log_weights": share.log_weights,
        "mean": share.mean.tolist(), "spread": share.spread.tolist(), "total": share.total.tolist(),
        "units": share.sizes,
    }  # fmt: skip
    if part is not None:
        told["blocks"] = {name: table.tolist() for name, table in zip(part.levels, part.tables, strict=True)}
        told["inside"] = part.cells.tolist()
    if share.asked is not None:
        told["asked"] = _asked(share.asked)
        told["answers"] = [
            {
                "left": a.left.tolist(),
                "logs": a.logs,
                "own": [o.tolist() for o in a.own],
                "taken": [t.tolist() for t in a.taken],
            }
            for a in share.answers
        ]
    return {**told, "seal": seal(told)}


def ask_as_dict(ask: Ask) -> dict[str, Any]:
    """What the file of an ask holds."""
    told = {"what": ASK, "version": VERSION, **_layout(ask.layout), **_asked(ask)}
    return {**told, "seal": seal(told)}


def seal(told: dict[str, Any]) -> str:
    plain = json.dumps({key: value for key, value in told.items() if key != "seal"}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "formula": layout.formula, "columns": list(layout.names), "fixed": list(layout.x),
        "random": [list(at) for at in layout.bars], "categories": [[name, list(those)] for name, those in layout.categories],
        "weights": layout.weights,
    }  # fmt: skip


def _asked(ask: Ask) -> dict[str, Any]:
    return {
        "sites": list(ask.sites), "order": list(ask.order), "centre": ask.where.centre.tolist(),
        "scale": ask.where.scale.tolist(), "points": [[D.tolist() for D in point] for point in ask.points],
    }  # fmt: skip


def read_share(path: Path) -> Share:
    """A share out of its file; DataError that names the file where it is none, is broken, or was changed."""
    reading = Reading(path, SHARE)
    made: Share = _guarded(reading, lambda: _share(reading))
    return made


def read_ask(path: Path) -> Ask:
    """An ask out of its file; DataError that names the file where it is none, is broken, or was changed."""
    reading = Reading(path, ASK)
    made: Ask = _guarded(reading, lambda: _ask(reading, reading.told, _read_layout(reading)))
    return made


def _guarded(reading: "Reading", work: Any) -> Any:
    try:
        return work()
    except AccordError as error:
        if str(error).startswith(str(reading.path)):
            raise
        raise DataError(f"{reading.path}: {error}") from None


class Reading:
    """A file's JSON, and checked values out of it."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.told = self._loaded()
        found = self.told.get("what")
        if found != what:
            self.bad(f"it is {_short(found)}, wanted {what!r}")
        if self.told.get("version") != VERSION or isinstance(self.told.get("version"), bool):
            self.bad(
                f"its version is {_short(self.told.get('version'))}, wanted {VERSION}; bring both sides to the same Accord"
            )
        if self.told.get("seal") != seal(self.told):
            self.bad("it is not as it was written (its seal does not fit); ask for it again")

    def _loaded(self) -> dict[str, Any]:
        try:
            if self.path.stat().st_size > LARGEST_FILE:
                self.bad(f"it has {self.path.stat().st_size:,} bytes; at most {LARGEST_FILE:,}")
            told = json.loads(self.path.read_text(encoding="utf-8"), parse_constant=self._constant)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror or error}") from None
        except (ValueError, RecursionError) as error:
            self.bad(f"it is no JSON: {str(error)[:100]}")
        if not isinstance(told, dict):
            self.bad(f"it holds {type(told).__name__}, wanted an object")
        return told

    def _constant(self, name: str) -> NoReturn:
        raise ValueError(f"{name} is no number")

    def bad(self, words: str) -> NoReturn:
        raise DataError(f"{self.path}: {words}")

    def text(self, told: dict[str, Any], name: str, longest: int = 2_000) -> str:
        value = told.get(name)
        if not isinstance(value, str) or len(value) > longest:
            self.bad(f"{name} is {_short(value)}, wanted text of at most {longest} signs")
        return value

    def texts(self, value: Any, name: str, most: int) -> tuple[str, ...]:
        if (
            not isinstance(value, list)
            or len(value) > most
            or not all(isinstance(one, str) and len(one) <= 2_000 for one in value)
        ):
            self.bad(f"{name} is {_short(value)}, wanted up to {most} words")
        return tuple(value)

    def whole(self, told: dict[str, Any], name: str, low: int, high: int) -> int:
        value = told.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.bad(f"{name} is {_short(value)}, wanted a whole number of {low} to {high}")
        return value

    def places(self, value: Any, name: str, below: int) -> tuple[int, ...]:
        good = (
            isinstance(value, list)
            and len(value) <= below
            and all(type(one) is int and 0 <= one < below for one in value)
        )
        if not good or len(set(value)) < len(value):
            self.bad(f"{name} is {_short(value)}, wanted different whole numbers below {below}")
        return tuple(value)

    def numbers(self, value: Any, name: str, shape: Sequence[int]) -> Floats:
        """An array of this shape; -1 stands for any length up to MOST_UNITS."""
        try:
            made = np.array(
                value if isinstance(value, list | float | int) and not isinstance(value, bool) else None, dtype=object
            )
            fits = made.ndim == len(shape) and all(w in (-1, g) for w, g in zip(shape, made.shape, strict=True))
            good = fits and made.size <= 50 * MOST_UNITS and all(type(one) in (int, float) for one in made.ravel())
            found = made.astype(np.float64) if good else None
        except (ValueError, TypeError, OverflowError, MemoryError):
            found = None
        if found is None or not np.isfinite(found).all() or (np.abs(found) > 1e150).any():
            self.bad(
                f"{name} is {_short(value)}, wanted finite numbers, {' by '.join('any' if w < 0 else str(w) for w in shape) or 'one'}"
            )
        return found

    def square(self, value: Any, name: str, size: int) -> Floats:
        """A symmetric matrix without a negative eigenvalue, as sums of squares and covariances are."""
        found = self.numbers(value, name, (size, size))
        largest = float(np.abs(found).max(initial=0.0))
        if (np.abs(found - found.T) > ROUNDING * largest).any():
            self.bad(f"{name} is not symmetric, which sums of products are")
        diagonal = np.sqrt(np.maximum(np.diag(found), 1e-300))
        if (largest > 0 and np.linalg.eigvalsh(found / np.outer(diagonal, diagonal)).min() < -1e-6) or (
            np.diag(found) < 0
        ).any():
            self.bad(f"{name} has a negative eigenvalue, which sums of squares have not")
        return found


def _short(value: object) -> str:
    text = repr(value) if not isinstance(value, list | dict) else f"{type(value).__name__} of {len(value)}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _read_layout(reading: Reading) -> Layout:
    told = reading.told
    formula = read(reading.text(told, "formula"))
    names = reading.texts(told.get("columns"), "columns", MOST_COLUMNS)
    if len(names) < 2 or len(set(names)) < len(names) or names[-1] != formula.response:
        reading.bad(
            f"columns are {_short(told.get('columns'))}, wanted two or more different ones, {formula.response} last"
        )
    last = len(names) - 1
    random = told.get("random")
    if not isinstance(random, list) or len(random) != len(formula.bars):
        reading.bad(f"random is {_short(random)}, wanted {len(formula.bars)} lists of places, one for each random term")
    bars = tuple(reading.places(one, "random", last) for one in random)
    fixed = reading.places(told.get("fixed"), "fixed", last)
    if not fixed or not all(bars):
        reading.bad("a term of the formula has no column")
    weights = told.get("weights")
    return Layout(
        formula.text, names, fixed, bars, _read_categories(reading, told.get("categories")),
        None if weights is None else reading.text(told, "weights"),
    )  # fmt: skip


def _read_categories(reading: Reading, value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, list) or len(value) > MOST_COLUMNS:
        reading.bad(f"categories are {_short(value)}, wanted a list")
    found = []
    for one in value:
        if not isinstance(one, list) or len(one) != 2 or not isinstance(one[0], str):
            reading.bad(f"categories hold {_short(one)}, wanted a name and its words")
        found.append((one[0], reading.texts(one[1], "categories", MOST_COLUMNS)))
    return tuple(found)


def _share(reading: Reading) -> Share:
    told, layout = reading.told, _read_layout(reading)
    c = layout.columns
    mean, spread = (reading.numbers(told.get(name), name, (c,)) for name in ("mean", "spread"))
    n = reading.whole(told, "rows", 1, MOST_ROWS)
    if (spread < 0).any():
        reading.bad(f"spread is {spread.min():g} somewhere; a standard deviation is not below 0")
    share = Share(
        layout, reading.text(told, "site", 64), n, reading.whole(told, "people", 1, n),
        float(reading.numbers(told.get("log_weights"), "log_weights", ())), mean, spread,
        reading.square(told.get("total"), "total", c), _sizes(reading, layout, n),
    )  # fmt: skip
    if share.site != name_of(share):
        reading.bad("its name does not fit its numbers; ask for it again")
    if told.get("kind") not in ("blocks", "rounds"):
        reading.bad(f"kind is {_short(told.get('kind'))}, wanted blocks or rounds")
    part = _part(reading, share) if told["kind"] == "blocks" else None
    asked = told.get("asked")
    if asked is None:
        return replace(share, part=part)
    ask = _ask(reading, asked, layout)
    return replace(share, part=part, asked=ask, answers=_answers(reading, ask))


def _sizes(reading: Reading, layout: Layout, n: int) -> dict[str, int]:
    value, names = reading.told.get("units"), [level.name for level in layout.levels]
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        reading.bad(f"units are {_short(value)}, wanted how many there are of {', '.join(names)}")
    return {name: reading.whole(value, name, 1, n) for name in names}


def _part(reading: Reading, share: Share) -> Part:
    """Blocks that fit their totals: the sums of all units of a level are those of everybody."""
    told, layout = reading.told, share.layout
    blocks = told.get("blocks")
    if not isinstance(blocks, dict) or set(blocks) != set(share.sizes):
        reading.bad(f"blocks are {_short(blocks)}, wanted tables of {', '.join(share.sizes)}")
    tables = {}
    for level in layout.levels:
        at = list(level.at)
        table = reading.numbers(
            blocks[level.name], f"the blocks of {level.name}", (share.sizes[level.name], len(at), layout.columns)
        )
        size = np.sqrt(np.abs(np.outer(np.diag(share.total)[at], np.diag(share.total))))
        if (np.abs(table.sum(axis=0) - share.total[at]) > ROUNDING * np.maximum(size, 1e-12 * size.max())).any():
            reading.bad(f"the blocks of {level.name} do not add up to its total")
        tables[level.name] = table
    names = tuple(sorted(tables, key=lambda name: -share.sizes[name]))
    cells = _cells(reading, [share.sizes[name] for name in blocks])
    order = [list(blocks).index(name) for name in names]
    labels = tuple(tuple(str(at + 1) for at in range(share.sizes[name])) for name in names)
    return Part(
        layout, share.n, share.log_weights, share.mean, share.spread, share.where, share.total, names,
        tuple(tables[name] for name in names), cells[:, order], labels,
    )  # fmt: skip


def _cells(reading: Reading, sizes: Sequence[int]) -> Any:
    found = reading.numbers(reading.told.get("inside"), "inside", (max(sizes), len(sizes)))
    cells = found.astype(np.int64)
    for column, size in zip(cells.T, sizes, strict=True):
        if not np.array_equal(np.unique(column), np.arange(size)):
            reading.bad(f"inside names units that are not there, or leaves some out; wanted each of 0 to {size - 1}")
    if not np.array_equal(cells, found):
        reading.bad("inside holds fractions, wanted the numbers of units")
    return cells


def _ask(reading: Reading, asked: Any, layout: Layout) -> Ask:
    if not isinstance(asked, dict):
        reading.bad(f"asked is {_short(asked)}, wanted an object")
    c, levels = layout.columns, {level.name: level for level in layout.levels}
    order = reading.texts(asked.get("order"), "order", len(levels))
    if sorted(order) != sorted(levels):
        reading.bad(f"order is {_short(asked.get('order'))}, wanted {', '.join(levels)} in some order")
    where = Units(*(reading.numbers(asked.get(name), name, (c,)) for name in ("centre", "scale")))
    if (where.scale <= 0).any() or (where.centre[~np.array(layout.movable)] != 0).any():
        reading.bad("centre or scale are none that this formula can have")
    points = asked.get("points")
    if (
        not isinstance(points, list)
        or not 0 < len(points) <= MOST_POINTS
        or not all(isinstance(p, list) and len(p) == len(order) for p in points)
    ):
        reading.bad(f"points are {_short(points)}, wanted 1 to {MOST_POINTS} lists of {len(order)} covariances")
    sizes = [len(levels[name].at) for name in order]
    made = tuple(tuple(_covariance(reading, D, q) for D, q in zip(point, sizes, strict=True)) for point in points)
    return Ask(layout, reading.texts(asked.get("sites"), "sites", 10_000), order, where, made)


def _covariance(reading: Reading, value: Any, q: int) -> Floats:
    D = reading.square(value, "a covariance", q)
    if np.abs(D).max() > 1e12:
        reading.bad("a covariance is larger than 10^12; no fit wants that")
    return D


def _answers(reading: Reading, ask: Ask) -> tuple[Answer, ...]:
    value, c = reading.told.get("answers"), ask.layout.columns
    if not isinstance(value, list) or len(value) != len(ask.points):
        reading.bad(f"answers are {_short(value)}, wanted {len(ask.points)}, one for each point asked")
    sizes = [len(level.at) for name in ask.order for level in ask.layout.levels if level.name == name]
    found = []
    for one in value:
        if not isinstance(one, dict) or not all(
            isinstance(one.get(k), list) and len(one[k]) == len(sizes) for k in ("own", "taken")
        ):
            reading.bad(f"an answer is {_short(one)}, wanted left, logs, own and taken")
        found.append(
            Answer(
                reading.square(one.get("left"), "left", c), float(reading.numbers(one.get("logs"), "logs", ())),
                tuple(reading.numbers(o, "own", (q, q)) for o, q in zip(one["own"], sizes, strict=True)),
                tuple(reading.numbers(t, "taken", (q, q, c, c)) for t, q in zip(one["taken"], sizes, strict=True)),
            )
        )  # fmt: skip
    return tuple(found)
