"""Shares and asks as files: JSON with a version, sealed against changes, read as if it came from an enemy.

    write(share, path)      share = read_share(path)      ask = read_ask(path)

The seal is a SHA-256 of all that is in the file. It finds what was broken or changed by mistake; it is no signature.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.mixed.formula import read
from accord.evidence.sharing.answering import MOST_POINTS, Answer, Ask, Share
from accord.evidence.sharing.layout import Layout, Units
from accord.evidence.sharing.part import Part
from accord.evidence.sharing.reading import ROUNDING, VERSION, Reading, seal, short
from accord.outcome.columns import Floats

SHARE, ASK = "accord evidence share", "accord evidence ask"
MOST_COLUMNS, MOST_ROWS = 500, 10**12
# More than this is no number that a column, or a sum over a table of them, has.
LARGEST = 1e60


def name_of(share: Share) -> str:
    """A name for the data behind a share: the same data have the same, in whatever file."""
    # In units of the data, rounded: another order of rows or another processor changes the last digits.
    scale = share.where.scale
    numbers = [*share.mean / scale, *share.spread / scale, *share.total.ravel() / share.n, share.log_weights / share.n]
    rounded = [round(float(one), 7) + 0.0 for one in numbers]
    text = json.dumps([_layout(share.layout), share.n, f"{share.weight:.8g}", rounded], sort_keys=True)
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
        "site": share.site, "rows": share.n, "people": share.people, "weight": share.weight,
        "log_weights": share.log_weights, "mean": share.mean.tolist(), "spread": share.spread.tolist(),
        "total": share.total.tolist(), "units": share.sizes,
    }  # fmt: skip
    if part is not None:
        told["blocks"] = {name: table.tolist() for name, table in zip(part.levels, part.tables, strict=True)}
        told["inside"] = {name: cells.tolist() for name, cells in zip(part.levels, part.cells.T, strict=True)}
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


def _layout(layout: Layout) -> dict[str, Any]:
    return {
        "formula": layout.formula, "columns": list(layout.names), "fixed": list(layout.x),
        "random": [list(at) for at in layout.bars], "weights": layout.weights,
        "categories": [[name, list(those)] for name, those in layout.categories],
    }  # fmt: skip


def _asked(ask: Ask) -> dict[str, Any]:
    return {
        "sites": list(ask.sites), "order": list(ask.order), "centre": ask.where.centre.tolist(),
        "scale": ask.where.scale.tolist(), "weight": ask.weight,
        "points": [[D.tolist() for D in point] for point in ask.points],
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


def _read_layout(reading: Reading) -> Layout:
    told = reading.told
    formula = read(reading.text(told, "formula"))
    names = reading.texts(told.get("columns"), "columns", MOST_COLUMNS)
    if len(names) < 2 or len(set(names)) < len(names) or names[-1] != formula.response:
        reading.bad(
            f"columns are {short(told.get('columns'))}, wanted two or more different ones, {formula.response} last"
        )
    last = len(names) - 1
    random = told.get("random")
    if not isinstance(random, list) or len(random) != len(formula.bars):
        reading.bad(f"random is {short(random)}, wanted {len(formula.bars)} lists of places, one for each random term")
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
        reading.bad(f"categories are {short(value)}, wanted a list")
    found = []
    for one in value:
        if not isinstance(one, list) or len(one) != 2 or not isinstance(one[0], str):
            reading.bad(f"categories hold {short(one)}, wanted a name and its words")
        found.append((one[0], reading.texts(one[1], "categories", MOST_COLUMNS)))
    return tuple(found)


def _share(reading: Reading) -> Share:
    told, layout = reading.told, _read_layout(reading)
    c = layout.columns
    mean, spread = (reading.numbers(told.get(name), name, (c,)) for name in ("mean", "spread"))
    n = reading.whole(told, "rows", 1, MOST_ROWS)
    if (spread < 0).any() or max(np.abs(mean).max(), spread.max()) > LARGEST:
        reading.bad(f"mean and spread are none that data have: from {spread.min():g} to {np.abs(mean).max():g}")
    share = Share(
        layout, reading.text(told, "site", 64), n, reading.whole(told, "people", 1, n),
        _weight(reading, told), float(reading.numbers(told.get("log_weights"), "log_weights", ())), mean, spread,
        reading.square(told.get("total"), "total", c), _sizes(reading, layout, n),
    )  # fmt: skip
    _hold_together(reading, share)
    if share.site != name_of(share):
        reading.bad("its name does not fit its numbers; ask for it again")
    if told.get("kind") not in ("blocks", "rounds"):
        reading.bad(f"kind is {short(told.get('kind'))}, wanted blocks or rounds")
    part = _part(reading, share) if told["kind"] == "blocks" else None
    asked = told.get("asked")
    if asked is None:
        return replace(share, part=part)
    ask = _ask(reading, asked, layout)
    return replace(share, part=part, asked=ask, answers=_answers(reading, ask))


def _hold_together(reading: Reading, share: Share) -> None:
    """Without weights, sums of squares are those that means and standard deviations say."""
    where = share.where
    squares = share.n * (((share.mean - where.centre) / where.scale) ** 2 + (share.spread / where.scale) ** 2)
    if share.layout.weights is None:
        good = share.weight == 1 and share.log_weights == 0
        if not good or (np.abs(np.diag(share.total) - squares) > 1e-6 * squares + 1e-9 * share.n).any():
            reading.bad("its sums of squares do not fit its means and standard deviations")
    elif np.abs(share.total).max() > LARGEST or abs(share.log_weights) > LARGEST:
        reading.bad(f"total is up to {np.abs(share.total).max():g}, which no data have")


def _weight(reading: Reading, told: dict[str, Any]) -> float:
    weight = float(reading.numbers(told.get("weight"), "weight", ()))
    if not 1e-50 < weight < LARGEST:
        reading.bad(f"weight is {weight:g}, wanted a mean of weights, which are more than 0")
    return weight


def _sizes(reading: Reading, layout: Layout, n: int) -> dict[str, int]:
    value, names = reading.told.get("units"), [level.name for level in layout.levels]
    if not isinstance(value, dict) or sorted(value) != sorted(names):
        reading.bad(f"units are {short(value)}, wanted how many there are of {', '.join(names)}")
    return {name: reading.whole(value, name, 1, n) for name in names}


def _part(reading: Reading, share: Share) -> Part:
    """Blocks that fit their totals: the sums of all units of a level are those of everybody."""
    told, layout = reading.told, share.layout
    blocks = told.get("blocks")
    if not isinstance(blocks, dict) or set(blocks) != set(share.sizes):
        reading.bad(f"blocks are {short(blocks)}, wanted tables of {', '.join(share.sizes)}")
    tables = {}
    for level in layout.levels:
        at = list(level.at)
        table = reading.numbers(
            blocks[level.name], f"the blocks of {level.name}", (share.sizes[level.name], len(at), layout.columns)
        )
        size = np.sqrt(np.abs(np.outer(np.diag(share.total)[at], np.diag(share.total))))
        if (np.abs(table.sum(axis=0) - share.total[at]) > ROUNDING * np.maximum(size, 1e-12 * size.max())).any():
            reading.bad(f"the blocks of {level.name} do not add up to its total")
        _squares(reading, table[:, :, at], level.name)
        tables[level.name] = table
    names = tuple(sorted(tables, key=lambda name: -share.sizes[name]))
    cells = _cells(reading, names, share.sizes)
    labels = tuple(tuple(str(at + 1) for at in range(share.sizes[name])) for name in names)
    return Part(
        layout, share.n, share.weight, share.log_weights, share.mean, share.spread, share.where, share.total, names,
        tuple(tables[name] for name in names), cells, labels,
    )  # fmt: skip


def _squares(reading: Reading, G: Floats, name: str) -> None:
    """Each block's Z'W Z is a sum of squares."""
    size = np.abs(G).max(axis=(1, 2), initial=0.0)
    if (np.abs(G - np.swapaxes(G, 1, 2)).max(axis=(1, 2)) > ROUNDING * size).any():
        reading.bad(f"a block of {name} is not symmetric, which sums of products are")
    if (np.linalg.eigvalsh(G)[:, 0] < -ROUNDING * size).any():
        reading.bad(f"a block of {name} has a negative eigenvalue, which sums of squares have not")


def _cells(reading: Reading, names: Sequence[str], sizes: dict[str, int]) -> Any:
    """Which unit of each level each innermost one lies in."""
    inside, count = reading.told.get("inside"), sizes[names[0]]
    if not isinstance(inside, dict) or set(inside) != set(names):
        reading.bad(f"inside is {short(inside)}, wanted which of {', '.join(names)} each of {names[0]} lies in")
    found = np.stack([reading.numbers(inside[name], "inside", (count,)) for name in names], axis=1)
    for name, column in zip(names, found.T, strict=True):
        if not np.array_equal(np.unique(column), np.arange(sizes[name])):
            reading.bad(f"inside names units of {name} that are not there, or leaves some out")
    return found.astype(np.int64)


def _ask(reading: Reading, asked: Any, layout: Layout) -> Ask:
    if not isinstance(asked, dict):
        reading.bad(f"asked is {short(asked)}, wanted an object")
    c, levels = layout.columns, {level.name: level for level in layout.levels}
    order = reading.texts(asked.get("order"), "order", len(levels))
    if sorted(order) != sorted(levels):
        reading.bad(f"order is {short(asked.get('order'))}, wanted {', '.join(levels)} in some order")
    where = Units(*(reading.numbers(asked.get(name), name, (c,)) for name in ("centre", "scale")))
    if (where.scale <= 0).any() or (where.centre[~np.array(layout.movable)] != 0).any():
        reading.bad("centre or scale are none that this formula can have")
    points = asked.get("points")
    if (
        not isinstance(points, list)
        or not 0 < len(points) <= MOST_POINTS
        or not all(isinstance(p, list) and len(p) == len(order) for p in points)
    ):
        reading.bad(f"points are {short(points)}, wanted 1 to {MOST_POINTS} lists of {len(order)} covariances")
    sizes = [len(levels[name].at) for name in order]
    made = tuple(tuple(_covariance(reading, D, q) for D, q in zip(point, sizes, strict=True)) for point in points)
    return Ask(layout, reading.texts(asked.get("sites"), "sites", 10_000), order, where, _weight(reading, asked), made)


def _covariance(reading: Reading, value: Any, q: int) -> Floats:
    D = reading.square(value, "a covariance", q)
    if np.abs(D).max() > 1e12:
        reading.bad("a covariance is larger than 10^12; no fit wants that")
    return D


def _answers(reading: Reading, ask: Ask) -> tuple[Answer, ...]:
    value, c = reading.told.get("answers"), ask.layout.columns
    if not isinstance(value, list) or len(value) != len(ask.points):
        reading.bad(f"answers are {short(value)}, wanted {len(ask.points)}, one for each point asked")
    sizes = [len(level.at) for name in ask.order for level in ask.layout.levels if level.name == name]
    found = []
    for one in value:
        if not isinstance(one, dict) or not all(
            isinstance(one.get(k), list) and len(one[k]) == len(sizes) for k in ("own", "taken")
        ):
            reading.bad(f"an answer is {short(one)}, wanted left, logs, own and taken")
        found.append(
            Answer(
                reading.square(one.get("left"), "left", c), float(reading.numbers(one.get("logs"), "logs", ())),
                tuple(reading.numbers(o, "own", (q, q)) for o, q in zip(one["own"], sizes, strict=True)),
                tuple(reading.numbers(t, "taken", (q, q, c, c)) for t, q in zip(one["taken"], sizes, strict=True)),
            )
        )  # fmt: skip
    return tuple(found)
