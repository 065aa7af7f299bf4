"""Mixed models beside their peers: clients with twelve sessions, therapists with unequal caseloads, in memory.

    python bench/evidence.py [--quick] [--long] [--json]

Job `fit`: y ~ within + between + session + (1 + within | client) + (1 | therapist) by REML, at a thousand to a million
clients. `accord` is compiled where that pays, `accord numpy` the same in arrays. `lme4` and `mixedlm` fit the same
model; `mixedlm-rs` knows no therapists, and `statsmodels` no correlation of intercept and slope, so they fit less. A
peer that is too slow for a size is fitted at the largest it does in a minute or two; --long has lme4 at a million, too,
for a quarter of an hour and 9 GB. `ratio` is its CPU time over ours on the same rows.

Job `bootstrap`: therapists drawn with replacement, with all their clients, and the model fitted again: `accord` 1,000
times, `lme4` three times; seconds and CPU are those of one refit. Then bench/evidence_structural.py runs.

Each runs in a process of its own; making and reading the data, R's start and compiling are not timed. Ours are medians.
`beta` and `variances` are the largest relative difference from ours, `criterion` theirs minus ours: above 0 theirs is
the worse. The growth exponent is that of CPU time between the two largest sizes. Absent subjects are named on stderr;
`script/bench --r` and `script/bench --peers` install them.
"""

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
SESSIONS, CASELOAD = 12, 20
SIZES, QUICK = (1_000, 10_000, 100_000, 1_000_000), (1_000, 10_000)
FORMULA = "y ~ within + between + session + (1 + within | client) + (1 | therapist)"
# How many clients each is given at most; None is as many as there are.
SUBJECTS: dict[str, int | None] = {
    "accord": None, "accord numpy": None, "mixedlm": None, "mixedlm-rs": None, "lme4": 100_000,
    "lme4 calc.derivs=FALSE": 100_000, "statsmodels": 1_000,
}  # fmt: skip
LESS = {"mixedlm-rs": "no therapists", "statsmodels": "no correlation"}
REFITS, REFIT_CLIENTS = 1_000, 10_000
Columns = dict[str, np.ndarray]
Told = dict[str, Any]


def panel(clients: int) -> Columns:
    """Alliance and symptoms: an alliance that carries over to the next session, effects as published ones are large."""
    dice = np.random.default_rng(1)
    therapists = max(clients // CASELOAD, 4)
    share = dice.lognormal(0.0, 0.6, therapists)
    therapist = np.sort(dice.choice(therapists, clients, p=share / share.sum())).astype(np.int32)
    own = dice.standard_normal((clients, 3)) @ np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.25], [0.0, 0.0, 0.7]])
    alliance = np.empty((clients, SESSIONS))
    now = dice.standard_normal(clients)
    for t in range(SESSIONS):
        now = 0.4 * now + 0.6 * dice.standard_normal(clients)
        alliance[:, t] = own[:, 0] + now
    mean = alliance.mean(axis=1, keepdims=True)
    within, between = alliance - mean, np.broadcast_to(mean - mean.mean(), alliance.shape)
    session = np.broadcast_to(np.arange(1.0, SESSIONS + 1), alliance.shape)
    level = 14 + own[:, 1] + 0.5 * dice.standard_normal(therapists)[therapist]
    y = level[:, None] + (own[:, 2] - 0.8)[:, None] * within - 1.2 * between - 0.25 * session
    y += 2.0 * dice.standard_normal(y.shape)
    rows = {"y": y, "within": within, "between": between, "session": session}
    made = {name: np.ascontiguousarray(values).ravel() for name, values in rows.items()}
    who = {"client": np.arange(clients, dtype=np.int32), "therapist": therapist}
    return made | {name: np.repeat(codes, SESSIONS) for name, codes in who.items()}


def written(folder: Path, clients: int) -> None:
    for name, values in panel(clients).items():
        values.tofile(folder / name)


def read(folder: Path, rows: int = -1) -> Columns:
    names = {**dict.fromkeys(("y", "within", "between", "session"), np.float64), "client": np.int32}
    return {name: np.fromfile(folder / name, kind, rows) for name, kind in {**names, "therapist": np.int32}.items()}


# In a process of its own
def fit_here(subject: str, folder: Path, repeats: int) -> Told:
    from accord.evidence import fit

    engine = "numpy" if subject == "accord numpy" else "auto"
    for warm in ("numpy",) if engine == "numpy" else ("numpy", "numba"):
        fit(FORMULA, read(folder, 100 * SESSIONS), engine=warm)
    data = read(folder)
    seconds, cpu, fitted = [], [], None
    for _ in range(repeats):
        fitted = None
        wall, processor = time.perf_counter(), time.process_time()
        fitted = fit(FORMULA, data, engine=engine)
        errors = fitted.std_errors
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    assert fitted is not None
    assert np.isfinite(errors).all()
    found = {(one.group, one.term1, one.term2): one.vcov for one in fitted.random}
    one, slope = "(Intercept)", "within"
    client = [found["client", one, None], found["client", one, slope], found["client", slope, None]]
    variances = [*client, found["therapist", one, None], fitted.sigma2]
    told = {"fixed": fitted.beta.tolist(), "variances": variances, "criterion": fitted.criterion}
    return told | timed(seconds, cpu)


def refits_here(folder: Path) -> Told:
    from accord.evidence import bootstrap, fit

    fitted = fit(FORMULA, read(folder))
    bootstrap(fitted, 10, seed=2, kind="cases")
    wall, processor = time.perf_counter(), time.process_time()
    drawn = bootstrap(fitted, REFITS, seed=1, kind="cases")
    took = [time.perf_counter() - wall], [time.process_time() - processor]
    assert len(drawn) == REFITS
    told = timed(*took)
    return told | {"seconds": told["seconds"] / REFITS, "cpu": told["cpu"] / REFITS}


def timed(seconds: list[float], cpu: list[float]) -> Told:
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {"seconds": statistics.median(seconds), "cpu": statistics.median(cpu), "peak_mb": peak}


# Everybody, each in a process
def peers_python() -> str:
    """The Python that `script/bench --peers` made, or else this one."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    made = cache / "accord" / "bench-peers" / "bin" / "python"
    return str(made) if made.is_file() else sys.executable


def call_of(job: str, subject: str, folder: Path, clients: int) -> list[str]:
    if subject.startswith("accord"):
        # Long fits are not repeated as often as those that a passing cloud could double.
        repeats = 5 if clients <= 100_000 else 3
        return [
            sys.executable,
            __file__,
            "--here",
            f"{job}/{subject}",
            "--folder",
            str(folder),
            "--repeats",
            str(repeats),
        ]
    if subject.startswith("lme4"):
        script, derivs = str(HERE / "peers" / "mixed_model.R"), "default" if subject == "lme4" else "quick"
        what = "fit" if job == "fit" else "refits"
        return ["Rscript", script, what, derivs, str(folder), str(clients * SESSIONS)]
    return [peers_python(), str(HERE / "peers" / "mixed_model.py"), subject, str(folder)]


def measure(job: str, subject: str, folder: Path, clients: int) -> Told | None:
    call = call_of(job, subject, folder, clients)
    if not shutil.which(call[0]):
        print(f"{job}, {subject}: {call[0]} is not installed", file=sys.stderr)
        return None
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    told: Told = json.loads(done.stdout)
    return {"job": job, "size": clients * SESSIONS, "subject": subject, **told}


def compared(result: Told, ours: Told) -> Told:
    """With ratio and agreement instead of estimates."""
    told = {name: value for name, value in result.items() if name not in ("fixed", "variances", "criterion")}
    told["ratio"] = round(result["cpu"] / ours["cpu"], 2)
    if result["subject"] in LESS:
        return told | {"fits": LESS[result["subject"]]}
    if "fixed" in ours:
        b, own_b, v, own_v = (np.array(each[key]) for key in ("fixed", "variances") for each in (result, ours))
        scale = np.abs(own_v)
        scale[1] = math.sqrt(own_v[0] * own_v[2])
        told["beta"] = float(np.max(np.abs(b - own_b) / np.abs(own_b)))
        told["variances"] = float(np.max(np.abs(v - own_v) / scale))
        told["criterion"] = result["criterion"] - ours["criterion"]
    return told


def fits(sizes: tuple[int, ...], caps: dict[str, int | None]) -> Iterator[Told]:
    """At each size everybody who is not too slow for it; a slow one at its own."""
    slow = {cap for cap in caps.values() if cap and cap < max(sizes)}
    for clients in sorted({*sizes, *slow}):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            written(folder, clients)
            ours = measure("fit", "accord", folder, clients)
            if ours is None:
                raise SystemExit("accord could not be measured")
            yield compared(ours, ours)
            for subject, cap in caps.items():
                due = clients == cap or (clients in sizes and clients <= (cap or clients))
                if subject != "accord" and due and (result := measure("fit", subject, folder, clients)):
                    yield compared(result, ours)


def refits() -> Iterator[Told]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        written(folder, REFIT_CLIENTS)
        found = [
            measure("bootstrap", subject, folder, REFIT_CLIENTS) for subject in ("accord", "lme4 calc.derivs=FALSE")
        ]
        if found[0]:
            yield from (compared(result, found[0]) for result in found if result)


def growth(results: list[Told]) -> Iterator[Told]:
    """Of each subject's CPU time between its two largest sizes: below, what a fit costs in any size rules."""
    for subject in dict.fromkeys(result["subject"] for result in results if result["job"] == "fit"):
        points = [(each["size"], each["cpu"]) for each in results if (each["job"], each["subject"]) == ("fit", subject)]
        if len(points) > 1:
            (small, little), (large, much) = sorted(points)[-2:]
            exponent = math.log(much / little) / math.log(large / small)
            yield {"job": "fit", "subject": subject, "exponent": round(exponent, 2), "from": small, "to": large}


def say(result: Told, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result), flush=True)
        return
    if "exponent" in result:
        sizes = f"{result['from']:,} to {result['to']:,} rows"
        print(f"{result['subject']}: CPU time grows with the rows to the power {result['exponent']}, {sizes}")
        return
    close = result.get("fits", "")
    if "beta" in result and result["subject"] != "accord":
        close = f"{result['beta']:.0e} {result['variances']:.0e} {result['criterion']:+.6f}"
    print(
        f"{result['job']:9} {result['subject']:23} {result['size']:10,} {result['seconds']:9.4f} {result['cpu']:9.4f} "
        f"{result['peak_mb'] or '':>7} {result['ratio']:9.2f} {close}",
        flush=True,
    )


def structural(given: argparse.Namespace) -> None:
    words = [word for word, asked in (("--quick", given.quick), ("--json", given.json)) if asked]
    subprocess.run([sys.executable, str(HERE / "evidence_structural.py"), *words], check=False)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="up to 10,000 clients")
    options.add_argument("--long", action="store_true", help="lme4 at a million clients, too")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--here", help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--repeats", type=int, default=3, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.here:
        job, _, subject = given.here.partition("/")
        told = fit_here(subject, given.folder, given.repeats) if job == "fit" else refits_here(given.folder)
        print(json.dumps(told))
        return
    caps = SUBJECTS | ({"lme4 calc.derivs=FALSE": None} if given.long else {})
    if not given.json:
        print(f"{'job':9} {'subject':23} {'rows':>10} {'seconds':>9} {'cpu':>9} {'peak MB':>7} {'ratio':>9} "
              "beta variances criterion")  # fmt: skip
    results = []
    for result in (each for part in (fits(QUICK if given.quick else SIZES, caps), refits()) for each in part):
        results.append(result)
        say(result, given.json)
    for result in growth(results):
        say(result, given.json)
    structural(given)


if __name__ == "__main__":
    main()
