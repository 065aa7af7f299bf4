"""A linear mixed model beside its peers: clients with twelve sessions each, in therapists, in memory.

    python bench/evidence.py [--quick] [--json]

Job `fit`: y ~ within + between + session + (1 + within | client) + (1 | therapist), by REML. `accord` is the whole call,
formula and coding included; `accord numpy` the reference without compiled code; `mixedlm` and `R lme4` too.
Job `bootstrap`: a thousand refits with therapists drawn anew, 10,000 clients.

Each runs in a process of its own; making the data, compiling and R's start are not timed. The slow ones get fewer
clients and are compared by the row, which favours them: they grow faster than their rows. `beta` is the largest
difference of a fixed effect from ours on the same data, `criterion` how much lower ours is. `ratio` is CPU time a row
over ours; the exponent is that of our CPU time over sizes. Absent subjects are named on stderr.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SESSIONS, REFITS = 12, 1_000
FORMULA = "y ~ within + between + session + (1 + within | client) + (1 | therapist)"
# Of the clients of the largest fit.
SUBJECTS = {("fit", "accord"): 1, ("fit", "accord numpy"): 10, ("fit", "mixedlm"): 10, ("fit", "R lme4"): 100}
GROWTH = (1, 4, 16, 64)
LME4 = """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1])
start <- proc.time()
m <- lmer(y ~ within + between + session + (1 + within | client) + (1 | therapist), d,
          control=lmerControl(calc.derivs=FALSE))
took <- proc.time() - start
cat(took[["elapsed"]], took[["user.self"]] + took[["sys.self"]], REMLcrit(m), fixef(m))
"""


def courses(clients: int) -> dict[str, np.ndarray]:
    """Twelve sessions each, about twenty clients a therapist, in the order of the clients."""
    dice = np.random.default_rng(1)
    therapists = max(clients // 20, 5)
    client, therapist = np.repeat(np.arange(clients), SESSIONS), dice.integers(0, therapists, clients)
    within, between = dice.normal(size=len(client)), dice.normal(size=clients)[client]
    session = np.tile(np.arange(1.0, SESSIONS + 1), clients)
    y = 10 + 0.5 * within + 0.3 * between - 0.1 * session + (1.5 * dice.normal(size=clients))[client]
    y += (0.4 * dice.normal(size=clients))[client] * within
    y += (0.5 * dice.normal(size=therapists))[therapist][client] + 1.2 * dice.normal(size=len(client))
    named = {"y": y, "within": within, "between": between, "session": session}
    return {**named, "client": client, "therapist": therapist[client]}


def run_accord(job: str, subject: str, clients: int) -> Any:
    import polars as pl

    from accord.evidence import bootstrap, fit

    data = pl.DataFrame(courses(clients))
    if job == "bootstrap":
        fitted = fit(FORMULA, data)
        return lambda: {"draws": len(bootstrap(fitted, n=REFITS, seed=1, kind="cases"))}
    engine = "numpy" if subject.endswith("numpy") else "numba"

    def run() -> dict[str, Any]:
        fitted = fit(FORMULA, data, engine=engine)
        return {"criterion": fitted.criterion, "beta": fitted.beta.tolist()}

    return run


def run_mixedlm(job: str, subject: str, clients: int) -> Any:
    import mixedlm  # type: ignore[import-not-found]
    import polars as pl

    data = pl.DataFrame(courses(clients))
    return lambda: {"beta": list(mixedlm.lmer(FORMULA, data).fixef().values())}


def measure_here(job: str, subject: str, clients: int, repeats: int) -> dict[str, Any]:
    run = (run_mixedlm if subject == "mixedlm" else run_accord)(job, subject, clients)
    said = run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        said = run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return told(job, subject, clients, statistics.median(seconds), statistics.median(cpu), peak) | said


def told(job: str, subject: str, clients: int, seconds: float, cpu: float, peak: int | None) -> dict[str, Any]:
    size = clients * SESSIONS
    return {"job": job, "size": size, "subject": subject, "seconds": seconds, "cpu": cpu, "peak_mb": peak}


def measure_lme4(job: str, subject: str, clients: int) -> dict[str, Any] | None:
    if not shutil.which("Rscript"):
        print(f"{job}, {subject}: Rscript is not installed", file=sys.stderr)
        return None
    data = courses(clients)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "courses.csv"
        rows = np.column_stack(list(data.values()))
        np.savetxt(path, rows, delimiter=",", header=",".join(data), comments="", fmt="%.17g")
        done = subprocess.run(["Rscript", "-e", LME4, str(path)], capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {(done.stderr.strip().splitlines() or ['failed'])[0]}", file=sys.stderr)
        return None
    seconds, cpu, criterion, *beta = map(float, done.stdout.split())
    return told(job, subject, clients, seconds, cpu, None) | {"criterion": criterion, "beta": beta}


def in_own_process(job: str, subject: str, clients: int, repeats: int) -> dict[str, Any] | None:
    """The same in a fresh process; None where the subject is not installed."""
    if subject == "R lme4":
        return measure_lme4(job, subject, clients)
    call = [sys.executable, __file__, "--subject", f"{job}/{subject}", "--clients", str(clients)]
    done = subprocess.run([*call, "--repeats", str(repeats)], capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def beside(result: dict[str, Any], clients: int) -> dict[str, Any]:
    """How far a peer's answer lies from ours on the same data."""
    ours = in_own_process("fit", "accord", clients, 1)
    if ours is None or "beta" not in result:
        return result
    apart = np.abs(np.sort(result.pop("beta")) - np.sort(ours["beta"])).max()
    result["beta_apart"] = float(f"{apart:.2g}")
    if "criterion" in result:
        result["criterion_above_ours"] = round(result.pop("criterion") - ours["criterion"], 6)
    return result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the clients, fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    options.add_argument("--clients", type=int, default=0, help="clients of the largest fit (default a million)")
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 3)")
    given = options.parse_args()
    clients = given.clients or (100_000 if given.quick else 1_000_000)
    repeats = given.repeats or (1 if given.quick else 3)
    if given.subject:
        print(json.dumps(measure_here(*given.subject.split("/"), clients, repeats)))
        return
    found = []
    for (job, subject), share in SUBJECTS.items():
        result = in_own_process(job, subject, max(clients // share, 1_000), repeats)
        if result:
            found.append(beside(result, max(clients // share, 1_000)) if subject != "accord" else result)
    found += [result for result in [in_own_process("bootstrap", "accord", 10_000, 1)] if result]
    report(found, given.json)
    sizes = [clients * part // GROWTH[-1] for part in GROWTH]
    cpu = [(in_own_process("fit", "accord", size, repeats) or {})["cpu"] for size in sizes]
    grows = round(float(np.polyfit(np.log(sizes), np.log(cpu), 1)[0]), 2)
    line = {"job": "fit", "subject": "accord", "sizes": sizes, "cpu": cpu, "exponent": grows}
    print(json.dumps(line) if given.json else f"fit: CPU time grows with the clients to the power {grows}")


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    ours = next(each["cpu"] / each["size"] for each in results if (each["job"], each["subject"]) == ("fit", "accord"))
    for result in results:
        result.pop("beta", None)
        if result["job"] == "fit":
            result["ratio"] = round(result["cpu"] / result["size"] / ours, 2)
        if as_json:
            print(json.dumps(result))
        else:
            print("  ".join(f"{name} {value}" for name, value in result.items()))


if __name__ == "__main__":
    main()
