"""Reading courses beside its peers: z, frozen z, signal and repair of sessions in memory, 8 % of them not rated.

    python bench/alliance.py [--quick] [--json]

`accord` reads sorted columns with the compiled kernel, `accord plain` the same rule in plain Python, `plain python` is
a reader anybody would write, `pandas groupby` the same in a function applied to each client. statsmodels and pykalman
filter a local level with known variances, and R's qcc draws an individuals chart a client: other rules, the nearest
their users have. Each runs in a process of its own; making the ratings and compiling are not timed. The subjects that
follow the same rule must agree on every signal. `seconds` and `cpu` are medians; `ratio` is CPU time a row over ours.
Absent subjects are named on stderr.
"""

import argparse
import json
import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

JOB = "read courses"
SESSIONS = 12
SD, DROP, LIMIT, WINDOW = 0.3, 0.7, -2.5, 3
# The slow ones get fewer courses, and are compared by the row.
SUBJECTS = {
    "accord": 1, "accord plain": 20, "plain python": 20, "pandas groupby": 50,
    "statsmodels": 5_000, "pykalman": 5_000, "R qcc": 5_000,
}  # fmt: skip
SAME_RULE = ("accord", "accord plain", "plain python", "pandas groupby")
Ratings = tuple[np.ndarray, np.ndarray, np.ndarray]
Run = Callable[[], Any]


def ratings(clients: int) -> Ratings:
    dice = np.random.default_rng(12)
    value = 4 + SD * dice.standard_normal(clients * SESSIONS)
    value[dice.random(len(value)) < 0.03] -= 1.2
    value[dice.random(len(value)) < 0.08] = np.nan
    return np.repeat(np.arange(clients), SESSIONS), np.tile(np.arange(1, SESSIONS + 1), clients), value


def prepare_accord(given: Ratings, engine: Any = "compiled") -> Run:
    from accord.alliance import Rule, read_columns

    rule = Rule(sd_within=SD, reliable_drop=DROP)
    return lambda: read_columns(*given, rule, engine=engine).signal


def prepare_accord_plain(given: Ratings) -> Run:
    return prepare_accord(given, "plain")


def one_course(values: list[float]) -> list[tuple[float, float, int, int]]:
    """The rule as one would write it down: z, frozen z, signal, repair."""
    seen: list[float] = []
    told = []
    base: float | None = None
    parts, after, late = 0, 0, False
    for y in values:
        if y != y:
            told.append((math.nan, math.nan, 0, 1 if base is not None else 0))
            continue
        last = seen[-3:]
        m = sum(last) / len(last) if last else math.nan
        z = (y - m) / (SD * math.sqrt(1 + 1 / len(last))) if last else math.nan
        frozen, state, signal = z, 0, 0
        if base is not None:
            frozen, state, after = (y - base) / (SD * math.sqrt(1 + 1 / parts)), 1, after + 1
            if y >= base - DROP / 2:
                late = True
                if after <= WINDOW:
                    base, state = None, 2
        if z <= LIMIT:
            signal = 2 if m - y >= DROP else 1
            if base is None or late:
                base, parts, after, late, state = m, len(last), 0, False, 1
        told.append((z, frozen, signal, state))
        seen.append(y)
    return told


def prepare_plain_python(given: Ratings) -> Run:
    courses = given[2].reshape(-1, SESSIONS).tolist()
    return lambda: [row[2] for course in courses for row in one_course(course)]


def prepare_pandas_groupby(given: Ratings) -> Run:
    import pandas as pd

    table = pd.DataFrame({"client": given[0], "session": given[1], "value": given[2]})
    columns = ["z", "z_frozen", "signal", "repair"]

    def course(rows: Any) -> Any:
        return pd.DataFrame(one_course(rows["value"].tolist()), columns=columns, index=rows.index)

    return lambda: table.groupby("client", sort=False)[["value"]].apply(course)["signal"].to_numpy()


def prepare_statsmodels(given: Ratings) -> Run:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    courses = given[2].reshape(-1, SESSIONS)
    return lambda: [UnobservedComponents(each, "llevel").filter([SD**2, 0.01]).llf for each in courses]


def prepare_pykalman(given: Ratings) -> Run:
    from pykalman import KalmanFilter

    courses = np.ma.masked_invalid(given[2].reshape(-1, SESSIONS))
    level = KalmanFilter([[1]], [[1]], [[0.01]], [[SD**2]], initial_state_mean=[4], initial_state_covariance=[[1]])
    return lambda: [level.filter(each)[0][-1, 0] for each in courses]


PREPARE: dict[str, Callable[[Ratings], Run]] = {
    "accord": prepare_accord,
    "accord plain": prepare_accord_plain,
    "plain python": prepare_plain_python,
    "pandas groupby": prepare_pandas_groupby,
    "statsmodels": prepare_statsmodels,
    "pykalman": prepare_pykalman,
}

QCC = """
suppressMessages(library(qcc))
y <- matrix(scan(commandArgs(TRUE)[1], quiet=TRUE, na.strings="nan"), ncol=12, byrow=TRUE)
start <- proc.time()
for (i in seq_len(nrow(y))) qcc(na.omit(y[i, ]), type="xbar.one", plot=FALSE)
took <- proc.time() - start; cat(took[["elapsed"]], took[["user.self"]] + took[["sys.self"]])
"""


def measure_here(subject: str, clients: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    run = PREPARE[subject](ratings(clients))
    run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return told(subject, clients, statistics.median(seconds), statistics.median(cpu), peak)


def told(subject: str, clients: int, seconds: float, cpu: float, peak: int | None) -> dict[str, Any]:
    return {
        "job": JOB, "size": clients * SESSIONS, "subject": subject, "seconds": seconds, "cpu": cpu, "peak_mb": peak,
    }  # fmt: skip


def measure_r(clients: int) -> dict[str, Any] | None:
    """R times itself; its start and the reading of the file are left out."""
    if not shutil.which("Rscript"):
        print("R qcc: Rscript is not installed", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.txt"
        np.savetxt(path, ratings(clients)[2].reshape(-1, SESSIONS))
        done = subprocess.run(["Rscript", "-e", QCC, str(path)], capture_output=True, text=True)
    if done.returncode:
        print(f"R qcc: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    seconds, cpu = map(float, done.stdout.split())
    return told("R qcc", clients, seconds, cpu, None)


def in_own_process(subject: str, clients: int, repeats: int) -> dict[str, Any] | None:
    """The same in a fresh process; None where the subject is not installed."""
    if subject == "R qcc":
        return measure_r(clients)
    call = [sys.executable, __file__, "--subject", subject, "--clients", str(clients), "--repeats", str(repeats)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{subject}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def agree(clients: int) -> None:
    """On the same courses everyone who is here gives the same signals."""
    given, subjects = ratings(clients), {name: PREPARE[name] for name in SAME_RULE}
    wanted = np.asarray(prepare_accord(given)())
    for name, prepare in subjects.items():
        try:
            got = np.asarray(prepare(given)())
        except ModuleNotFoundError:
            continue
        if not np.array_equal(got, wanted):
            raise SystemExit(f"{name} and accord give different signals")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the courses, fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    options.add_argument("--clients", type=int, default=0, help="courses of 12 sessions (default a million)")
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 5)")
    given = options.parse_args()
    clients = given.clients or (100_000 if given.quick else 1_000_000)
    repeats = given.repeats or (3 if given.quick else 5)
    if given.subject:
        print(json.dumps(measure_here(given.subject, clients, repeats)))
        return
    agree(2_000)
    results = [in_own_process(subject, max(clients // share, 20), repeats) for subject, share in SUBJECTS.items()]
    report([result for result in results if result], given.json)


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    ours = results[0]["cpu"] / results[0]["size"]
    if not as_json:
        print(f"{'subject':16} {'sessions':>12} {'seconds':>9} {'cpu':>9} {'M/s cpu':>9} {'peak MB':>8} {'ratio':>9}")
    for result in results:
        result["ratio"] = round(result["cpu"] / result["size"] / ours, 2)
        if as_json:
            print(json.dumps(result))
            continue
        speed = result["size"] / result["cpu"] / 1e6
        print(
            f"{result['subject']:16} {result['size']:12,} {result['seconds']:9.4f} {result['cpu']:9.4f} "
            f"{speed:9.3f} {result['peak_mb'] or '':>8} {result['ratio']:9.2f}"
        )


if __name__ == "__main__":
    main()
