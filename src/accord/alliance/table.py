"""Many courses at once. The results are those of `reader.read`, course by course."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.alliance import plain
from accord.alliance.detectors import PredictiveZ
from accord.alliance.rule import Rule
from accord.alliance.spread import FLOOR, robust_sd
from accord.errors import TableError, UsageError

if TYPE_CHECKING:
    import polars as pl

Engine = Literal["auto", "compiled", "plain"]
Progress = Callable[[int, int], None]
Floats = NDArray[np.float64]

SIGNALS = (None, "watch", "alert")
REPAIRS = (None, "open", "repaired")
# From here on loading the compiled kernel is done first (bench/alliance.py).
COMPILE_FROM = 100_000
# Courses read at a time: enough to make a thread worth its start, few enough to show progress.
BLOCK = 50_000


@dataclass(frozen=True, eq=False)
class Readings:
    """What n sessions of many courses come to; every array has n elements, in the order of the rows given.

    z, z_frozen  float64, NaN for the first rating of a course and where there is none
    signal       int8, a place in SIGNALS: nothing, watch, alert; from the score alone
    repair       int8, a place in REPAIRS: nothing, open, repaired; by the scores alone
    rule         what they were read with
    """

    client: Any
    session: Any
    value: Floats
    z: Floats
    z_frozen: Floats
    signal: NDArray[np.int8]
    repair: NDArray[np.int8]
    starts: NDArray[np.int64]
    rule: Rule

    def flagged(self) -> NDArray[np.int64]:
        """The numbers of the courses with a signal."""
        courses = np.searchsorted(self.starts, np.flatnonzero(self.signal), side="right") - 1
        return np.unique(courses)


def read_columns(
    client: Any,
    session: Any,
    value: Any,
    rule: Rule | None = None,
    *,
    engine: Engine = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Readings:
    """Read whole columns, sorted by client and session; NaN where a session was not rated.

    `client` may hold anything that can be compared, as long as the rows of one course stand together.
    """
    rule = rule or Rule()
    given = np.asarray(value, dtype=np.float64)
    who, when = np.asarray(client), np.asarray(session)
    starts = _starts(who, when, given)
    z, frozen = np.empty(len(given)), np.empty(len(given))
    signal, repair = np.empty(len(given), np.int8), np.empty(len(given), np.int8)
    fill = _filler(rule, engine, when, given, (z, frozen, signal, repair))
    _spread(fill, starts, threads, progress)
    return Readings(who, when, given, z, frozen, signal, repair, starts, rule)


def _starts(client: Any, session: Any, value: Floats) -> NDArray[np.int64]:
    """Where each course begins, and the end; TableError for rows that are not in order."""
    if not (client.ndim == 1 and client.shape == session.shape == value.shape):
        raise TableError(
            f"client, session and score have the shapes {client.shape}, {session.shape}, {value.shape}; wanted one each"
        )
    new = client[1:] != client[:-1]
    wrong = np.flatnonzero((session[1:] <= session[:-1]) & ~new)
    if len(wrong):
        raise TableError(
            "a session does not come after the one before; sort by client and session", row=int(wrong[0]) + 2
        )
    inner = np.flatnonzero(new) + 1
    if not _together(client[np.r_[0, inner]] if len(client) else client):
        raise TableError("the rows of one client do not stand together; sort by client and session")
    if len(infinite := np.flatnonzero(np.isinf(value))):
        raise TableError(f"got {value[infinite[0]]}, wanted a number or nothing", row=int(infinite[0]) + 1)
    return np.concatenate([[0], inner, [len(value)]]).astype(np.int64) if len(value) else np.zeros(1, np.int64)


def _together(firsts: Any) -> bool:
    """Whether no course begins twice; the slow look only where clients are not in order."""
    return bool((firsts[1:] > firsts[:-1]).all()) or len(np.unique(firsts)) == len(firsts)


def _filler(rule: Rule, engine: Engine, session: Any, value: Floats, out: tuple[Any, ...]) -> Callable[[Any], None]:
    """Which of the two does it: the kernel knows the default rule only."""
    if engine not in ("auto", "compiled", "plain"):
        raise UsageError(f"engine {engine!r} is unknown; there are: auto, compiled, plain")
    how = rule.detector
    if not isinstance(how, PredictiveZ):
        if engine == "compiled":
            raise UsageError(f"{how.name} has no compiled kernel; take engine='plain'")
        engine = "plain"
    if engine == "plain" or (engine == "auto" and len(value) < COMPILE_FROM):
        return lambda starts: plain.run(starts, session, value, rule, *out)
    from accord.alliance import kernel

    limit = -how.limit if isinstance(how, PredictiveZ) else 0.0
    scale = rule.sd_within * np.sqrt(1.0 + 1.0 / np.array([1.0, 1.0, 2.0, 3.0]))
    return lambda starts: kernel.run(starts, value, scale, limit, rule.reliable_drop, rule.window, *out)


def _spread(fill: Callable[[Any], None], starts: Any, threads: int | None, progress: Progress | None) -> None:
    """Blocks of courses, on as many threads as there are: the kernel works without the interpreter's lock."""
    courses, done = len(starts) - 1, 0
    blocks = [starts[at : at + BLOCK + 1] for at in range(0, courses, BLOCK)]
    with ThreadPoolExecutor(min(threads or os.cpu_count() or 1, max(len(blocks), 1))) as pool:
        for block, _ in zip(blocks, pool.map(fill, blocks), strict=True):
            done += len(block) - 1
            if progress:
                progress(done, courses)


def sd_from(client: Any, value: Any, floor: float = FLOOR) -> float:
    """s_w of these very rows, sorted as for `read_columns`."""
    who, given = np.asarray(client), np.asarray(value, dtype=np.float64)
    rated = ~np.isnan(given)
    who, given = who[rated], given[rated]
    steps = np.diff(given)[who[1:] == who[:-1]]
    return robust_sd(steps, floor) if len(steps) < BLOCK else _robust_sd(steps, floor)


def _robust_sd(steps: Floats, floor: float) -> float:
    """`spread.robust_sd` for many."""
    return max(float(1.4826 * np.median(np.abs(steps - np.median(steps))) / np.sqrt(2)), floor)


def sd_from_file(client: Any, value: Any, rule: Rule | None = None, floor: float = FLOOR) -> Rule:
    """The rule with the within-person SD of the rows it will read: it looks ahead, and says so in `warning`."""
    return replace(
        rule or Rule(), sd_within=sd_from(client, value, floor), source="estimated from this file", looks_ahead=True
    )


def read_frame(
    frame: "pl.DataFrame",
    rule: Rule | None = None,
    *,
    client: str = "client",
    session: str = "session",
    score: str = "alliance.client",
    estimate_sd: bool = False,
    engine: Engine = "auto",
    progress: Progress | None = None,
) -> Readings:
    """Read a table of rows in any order: courses in the order they first appear, sessions in their own."""
    import polars as pl

    rows = frame.select(client, session, score, pl.int_range(pl.len()).alias("first"))
    ranked = rows.with_columns(pl.col("first").min().over(client)).sort("first", session, maintain_order=True)
    value = ranked[score].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    who, when = ranked["first"].to_numpy(), ranked[session].to_numpy()
    if estimate_sd:
        rule = sd_from_file(who, value, rule)
    read = read_columns(who, when, value, rule, engine=engine, progress=progress)
    return replace(read, client=ranked[client].to_numpy())
