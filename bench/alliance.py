"""Reading courses beside its peers: sessions in memory, 8 % of them not rated.

    python bench/alliance.py [--quick] [--json]

Two jobs. *predictive z*: `accord` reads sorted columns with the compiled kernel, `accord plain` the same rule in plain
Python, `plain python` is a reader anybody would write, `pandas groupby` the same in a function applied to each client:
all four give z, frozen z, signal and repair. `pandas rolling`, `statsmodels` and `pykalman` (the rule as a state-space
model) give z and signal alone, which is less work. *individuals chart*: the lower limit before each rating;
`accord i-chart` gives z, frozen z, signal and repair besides.

Each runs in a process of its own; making the ratings and compiling are not timed. What a subject gives must be what
accord gives, numbers to within 1e-9 and all else exactly; `same` says what was compared and the largest difference.
`seconds` and `cpu` are medians; `ratio` is CPU time a row over that of the job's first subject. Absent subjects are
named on stderr, and why. Any Python that has the peers and Accord's own requirements will do, with PYTHONPATH=src.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from peers import predictive_z as peers
from peers.predictive_z import DROP, SD, WINDOW, Found, Ratings, Run

SESSIONS = 12
# The slow ones get fewer courses, and are compared by the row.
JOBS = {
    "predictive z": {
        "accord": 1, "accord plain": 20, "plain python": 20, "pandas groupby": 50, "pandas rolling": 10,
        "statsmodels": 1_000, "pykalman": 1_000,
    },
    "individuals chart": {"accord i-chart": 20, "R base": 20, "R qcc": 1_000},
}  # fmt: skip
CHECKED = 1_000
TOLERANCE = 1e-9
CHART = Path(__file__).parent / "peers" / "individuals_chart.R"


class AbsentError(Exception):
    """This subject is not installed here."""


def ratings(clients: int) -> Ratings:
    dice = np.random.default_rng(12)
    value = 4 + SD * dice.standard_normal(clients * SESSIONS)
    value[dice.random(len(value)) < 0.03] -= 1.2
    value[dice.random(len(value)) < 0.08] = np.nan
    return np.repeat(np.arange(clients), SESSIONS), np.tile(np.arange(1, SESSIONS + 1), clients), value


def accord(given: Ratings, engine: Any = "compiled", method: Any = "predictive-z") -> Run:
    from accord.alliance import Rule, read_columns

    rule = Rule(sd_within=SD, reliable_drop=DROP, window=WINDOW, method=method)

    def run() -> Found:
        read = read_columns(*given, rule, engine=engine)
        return {name: getattr(read, name) for name in peers.NAMES}

    return run


def accord_plain(given: Ratings) -> Run:
    return accord(given, "plain")


def chart() -> Any:
    """Our individuals chart with the 3 sigma of the others: 2.66 is that, rounded."""
    from accord.alliance.detectors import D2, IndividualsChart

    return IndividualsChart(width=3 / D2)


def accord_chart(given: Ratings) -> Run:
    return accord(given, "auto", chart())


PREPARE: dict[str, Callable[[Ratings], Run]] = {
    "accord": accord,
    "accord plain": accord_plain,
    "plain python": peers.plain_python,
    "pandas groupby": peers.pandas_groupby,
    "pandas rolling": peers.pandas_rolling,
    "statsmodels": peers.statsmodels,
    "pykalman": peers.pykalman,
    "accord i-chart": accord_chart,
}


def in_r(subject: str, given: Ratings, repeats: int) -> tuple[np.ndarray, dict[str, Any]]:
    """The limits, and what it took; R times itself."""
    if not shutil.which("Rscript"):
        raise AbsentError("Rscript is not installed")
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "ratings.txt", Path(folder) / "limits.txt"
        np.savetxt(asked, given[2].reshape(-1, SESSIONS), fmt="%.17g")
        call = ["Rscript", str(CHART), subject.split()[1], str(asked), str(repeats), str(told)]
        done = subprocess.run(call, capture_output=True, text=True)
        said = (done.stderr.replace("Execution halted", "").strip().splitlines() or ["failed"])[-1].strip()
        if done.returncode == 3:
            raise AbsentError(said)
        if done.returncode:
            raise SystemExit(f"{subject}: {said}")
        limits = np.genfromtxt(told, missing_values="NA").reshape(-1)
    seconds, cpu, peak, *who = done.stdout.split()
    took = {"seconds": float(seconds), "cpu": float(cpu), "peak_mb": None if peak == "nan" else int(peak)}
    return limits, {**took, "who": " ".join(who)}


def measure_here(subject: str, clients: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    given = ratings(clients)
    if subject.startswith("R "):
        return in_r(subject, given, repeats)[1]
    run = PREPARE[subject](given)
    run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    return {
        "seconds": statistics.median(seconds), "cpu": statistics.median(cpu), "peak_mb": peak_mb(),
        "who": edition(subject),
    }  # fmt: skip


def peak_mb() -> int:
    """This process's own peak: what `getrusage` says was begun by the process that started it."""
    status = Path("/proc/self/status")
    if status.is_file():
        return round(int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def edition(subject: str) -> str:
    name = subject.split()[0]
    try:
        return f"{name} {version(name)}" if name not in ("accord", "plain") else ""
    except PackageNotFoundError:
        return name


def measured(job: str, subject: str, clients: int, repeats: int) -> dict[str, Any]:
    """The same in a fresh process."""
    call = [sys.executable, __file__, "--subject", subject, "--clients", str(clients), "--repeats", str(repeats)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{subject}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return {"job": job, "size": clients * SESSIONS, "subject": subject, **json.loads(done.stdout)}


def wanted(job: str, given: Ratings) -> Found:
    """What accord gives: for the chart also the limit, from its detector, session by session."""
    if job == "predictive z":
        return peers.as_columns(accord(given)())
    how, lower = chart(), np.full(len(given[2]), np.nan)
    for first in range(0, len(lower), SESSIONS):
        kept = how.start()
        for row in range(first, first + SESSIONS):
            if (y := given[2][row]) == y:
                look = how.look(kept, y, SD, DROP)
                lower[row] = look.threshold if look else np.nan
                kept = how.learn(kept, y)
    return {**peers.as_columns(accord_chart(given)()), "fires": given[2] <= lower, "lower": lower}


def found(subject: str, given: Ratings) -> Found:
    """What a subject gives; AbsentError if it is not here."""
    if subject.startswith("R "):
        limits = in_r(subject, given, 1)[0]
        return {"lower": limits, "fires": given[2] <= limits}
    try:
        got = peers.as_columns(PREPARE[subject](given)())
    except ModuleNotFoundError as missing:
        raise AbsentError(f"{missing.name} is not installed") from None
    return got | ({"fires": got["signal"] > 0} if subject == "accord i-chart" else {})


def same(subject: str, got: Found, ours: Found) -> str:
    """What agrees, and how closely; SystemExit if anything does not."""
    most = 0.0
    for name, column in got.items():
        if not np.allclose(column, ours[name], rtol=0, atol=TOLERANCE, equal_nan=True):
            raise SystemExit(f"{subject}: {name} is not what accord gives")
        if column.dtype.kind == "f":
            most = max(most, float(np.nanmax(np.abs(column - ours[name]), initial=0)))
        elif not np.array_equal(column, ours[name]):
            raise SystemExit(f"{subject}: {name} is not what accord gives")
    return f"{', '.join(got)} ({most:.0e})"


def run_job(job: str, clients: int, repeats: int) -> list[dict[str, Any]]:
    """Each subject that is here: first whether it gives the same, then how long it takes."""
    given, results = ratings(CHECKED), []
    ours = wanted(job, given)
    for subject, share in JOBS[job].items():
        try:
            agrees = same(subject, found(subject, given), ours)
        except AbsentError as why:
            print(f"{subject}: {why}", file=sys.stderr)
            continue
        result = measured(job, subject, max(clients // share, 20), repeats)
        first = results[0] if results else result
        result["ratio"] = round(result["cpu"] / result["size"] / (first["cpu"] / first["size"]), 2)
        results.append({**result, "same": agrees})
    return results


def show(results: list[dict[str, Any]]) -> None:
    print(
        f"{results[0]['job']:17} {'sessions':>11} {'seconds':>8} {'cpu':>8} {'M/s cpu':>8} {'peak MB':>7} {'ratio':>9}"
        "  same (largest difference)"
    )
    for result in results:
        speed = result["size"] / result["cpu"] / 1e6
        print(
            f"{result['subject']:17} {result['size']:11,} {result['seconds']:8.4f} {result['cpu']:8.4f} {speed:8.3f} "
            f"{result['peak_mb'] or '':>7} {result['ratio']:9,.2f}  {result['same']}"
        )
    print(", ".join(dict.fromkeys(result["who"] for result in results if result["who"])) or "no peers", end="\n\n")


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
    before = os.getloadavg()[0]
    for job in JOBS:
        results = run_job(job, clients, repeats)
        if given.json:
            print(*map(json.dumps, results), sep="\n", flush=True)
        else:
            show(results)
    if not given.json:
        print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load when it began {before:.1f}")


if __name__ == "__main__":
    main()
