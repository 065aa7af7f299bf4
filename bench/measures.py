"""Scoring PHQ-9 answers beside its peers: answers in int8 columns, 3 % of them missing; out come total and risk.

    python bench/measures.py [--quick] [--json]

Every subject does the same job on the same answers: at most two missing answers are made up for by the mean of the
others, none without item 9, and item 9 is read as a safety item. Each runs in a process of its own, so that `peak_mb`
is its own; making the answers is not timed, and the subjects' sums of totals must agree. `seconds` and `cpu` are the
medians of the repeats; `ratio` is the subject's CPU time a row over Accord's.
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

JOB = "score phq-9"
ITEMS = [str(n) for n in range(1, 10)]
# The slow ones get fewer rows, and are compared by the row.
SUBJECTS = {"accord": 1, "numpy nanmean": 1, "polars": 1, "pandas": 1, "accord score()": 100, "plain python": 100}


def answers(rows: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(9)
    columns = {}
    for key in ITEMS:
        values = random.integers(0, 4, rows, dtype=np.int8)
        values[random.random(rows, dtype=np.float32) < 0.03] = -1
        columns[key] = values
    return columns


def prepare_accord(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    from accord.measures import load, score_columns

    measure = load("phq-9")
    return lambda: score_columns(measure, columns).total


def prepare_accord_score(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    from accord.measures import load, score

    measure, rows = load("phq-9"), as_dicts(columns)
    return lambda: [score(measure, row).total for row in rows]


def prepare_numpy_nanmean(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    table = np.column_stack([np.where(columns[key] < 0, np.nan, columns[key]) for key in ITEMS])

    def run() -> Any:
        missing = np.isnan(table).sum(axis=1)
        total = np.nanmean(table, axis=1) * 9
        total[(missing > 2) | np.isnan(table[:, 8])] = np.nan
        return total, np.where(np.isnan(table[:, 8]), -1, table[:, 8] > 0).astype(np.int8)

    return run


def prepare_polars(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    import polars as pl

    table = pl.DataFrame({key: pl.Series(columns[key]).replace(-1, None) for key in ITEMS})
    missing = pl.sum_horizontal(pl.col(key).is_null().cast(pl.Int8) for key in ITEMS)
    points = pl.sum_horizontal(ITEMS).cast(pl.Float32)
    total = pl.when((missing <= 2) & pl.col("9").is_not_null()).then(points * 9 / (9 - missing))
    return lambda: table.select(total.alias("total"), (pl.col("9") > 0).alias("risk"))["total"]


def prepare_pandas(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    import pandas as pd

    table = pd.DataFrame({key: np.where(columns[key] < 0, np.nan, columns[key]) for key in ITEMS})

    def run() -> Any:
        usable = (table.isna().sum(axis=1) <= 2) & table["9"].notna()
        total = (table.mean(axis=1) * 9).where(usable)
        return total, (table["9"] > 0).where(table["9"].notna())

    return run


def prepare_plain_python(columns: dict[str, np.ndarray]) -> Callable[[], Any]:
    rows = as_dicts(columns)

    def one(row: dict[str, int | None]) -> tuple[float | None, bool | None]:
        given = [value for value in row.values() if value is not None]
        ninth = row["9"]
        if ninth is None:
            return None, None
        return (sum(given) * 9 / len(given) if len(given) >= 7 else None), ninth > 0

    return lambda: [one(row)[0] for row in rows]


def as_dicts(columns: dict[str, np.ndarray]) -> list[dict[str, int | None]]:
    rows = zip(*(columns[key].tolist() for key in ITEMS), strict=True)
    return [{key: None if value < 0 else value for key, value in zip(ITEMS, row, strict=True)} for row in rows]


PREPARE: dict[str, Callable[[dict[str, np.ndarray]], Callable[[], Any]]] = {
    "accord": prepare_accord,
    "accord score()": prepare_accord_score,
    "numpy nanmean": prepare_numpy_nanmean,
    "polars": prepare_polars,
    "pandas": prepare_pandas,
    "plain python": prepare_plain_python,
}


def added_up(result: Any) -> float:
    """What a subject's totals come to, whatever it keeps them in; not timed."""
    totals = result[0] if isinstance(result, tuple) else result
    return float(np.nansum(np.array(totals, dtype=np.float64)))


def measure_here(subject: str, rows: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    run = PREPARE[subject](answers(rows))
    checksum = added_up(run())
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    timing = {"seconds": statistics.median(seconds), "cpu": statistics.median(cpu), "peak_mb": round(peak)}
    return {"job": JOB, "size": rows, "subject": subject, **timing, "checksum": checksum}


def in_own_process(subject: str, rows: int, repeats: int) -> dict[str, Any] | None:
    """The same in a fresh process; None where the subject is not installed."""
    call = [sys.executable, __file__, "--subject", subject, "--rows", str(rows), "--repeats", str(repeats)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{subject}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def agree(results: list[dict[str, Any]]) -> None:
    """The same rows must come to the same sum of totals; float32 totals are allowed their rounding."""
    for result in results:
        peer = next(each for each in results if each["size"] == result["size"])
        if not math.isclose(result["checksum"], peer["checksum"], rel_tol=1e-6):
            raise SystemExit(
                f"{result['subject']} gives {result['checksum']}, {peer['subject']} gives {peer['checksum']}"
            )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the rows, fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    options.add_argument("--rows", type=int, default=0, help="rows (default ten million)")
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 5)")
    given = options.parse_args()
    rows = given.rows or (1_000_000 if given.quick else 10_000_000)
    repeats = given.repeats or (3 if given.quick else 5)
    if given.subject:
        print(json.dumps(measure_here(given.subject, rows, repeats)))
        return
    results = [in_own_process(subject, rows // share, repeats) for subject, share in SUBJECTS.items()]
    report([result for result in results if result], given.json)


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    agree(results)
    ours = results[0]["cpu"] / results[0]["size"]
    if not as_json:
        print(f"{'subject':16} {'rows':>12} {'seconds':>9} {'cpu':>9} {'Mrows/s cpu':>12} {'peak MB':>8} {'ratio':>8}")
    for result in results:
        del result["checksum"]
        result["ratio"] = round(result["cpu"] / result["size"] / ours, 2)
        if as_json:
            print(json.dumps(result))
        else:
            speed = result["size"] / result["cpu"] / 1e6
            print(
                f"{result['subject']:16} {result['size']:12,} {result['seconds']:9.4f} {result['cpu']:9.4f} "
                f"{speed:12.2f} {result['peak_mb']:8} {result['ratio']:8.2f}"
            )


if __name__ == "__main__":
    main()
