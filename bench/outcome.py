"""Change and expected course beside their peers: clients with twelve ratings each, in memory.

    python bench/outcome.py [--quick] [--json]

Job `change`: reliable and clinically significant change of every client, first rating to last. `accord` is whole
columns, `accord one by one` the same with its reason in words, `plain python` what anybody would write, `pandas` the
same on a frame, `R` on vectors, and `R clinicalsignificance` the package itself.

Job `course`: a growth model fitted by REML on all clients and every rating set beside its band. `accord` does both;
`statsmodels` and `R lme4` fit the same model (they set nothing beside it) on fewer clients, compared by the row.

Each runs in a process of its own; making the ratings and R's start are not timed. Whoever counts changes must count the
same. `seconds` and `cpu` are medians; `ratio` is CPU time a row over ours; the growth exponent is that of our CPU time
over sizes. Absent subjects are named on stderr.
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

SESSIONS = 12
RELIABILITY, M_FUNCTIONAL, SD_FUNCTIONAL = 0.85, 5.0, 4.0
# The slow ones get fewer clients, and are compared by the row.
SUBJECTS = {
    ("change", "accord"): 1, ("change", "accord one by one"): 20, ("change", "plain python"): 20,
    ("change", "pandas"): 1, ("change", "R"): 1, ("change", "R clinicalsignificance"): 100,
    ("course", "accord"): 1, ("course", "statsmodels"): 2_000, ("course", "R lme4"): 200,
}  # fmt: skip
GROWTH = (1, 2, 4, 8)
Run = Callable[[], Any]


def ratings(clients: int) -> np.ndarray:
    """[client, session], as PHQ-9 moves: no gaps, so that every subject has the same work."""
    dice = np.random.default_rng(12)
    t = np.log(np.arange(1, SESSIONS + 1))
    own = dice.standard_normal((clients, 2)) * [4.0, 1.2]
    start = 16 + own[:, 0]
    return start[:, None] + (-2 + own[:, 1])[:, None] * t + 2.5 * dice.standard_normal((clients, SESSIONS))


def change_accord(value: np.ndarray) -> Run:
    from accord.outcome import change_columns, rule_from

    norms = {"functional_mean": M_FUNCTIONAL, "functional_sd": SD_FUNCTIONAL}
    pre, post = value[:, 0].copy(), value[:, -1].copy()
    return lambda: change_columns(pre, post, rule_from(pre, post, RELIABILITY, **norms)).counts


def change_accord_one_by_one(value: np.ndarray) -> Run:
    from accord.outcome import change, rule_from

    norms = {"functional_mean": M_FUNCTIONAL, "functional_sd": SD_FUNCTIONAL}
    pre, post = value[:, 0], value[:, -1]

    def run() -> dict[str, int]:
        rule = rule_from(pre, post, RELIABILITY, **norms)
        kinds = [change(a, b, rule).kind for a, b in zip(pre.tolist(), post.tolist(), strict=True)]
        return {name: kinds.count(name) for name in ("recovered", "improved", "unchanged", "deteriorated", "harmed")}

    return run


def one_by_one(pre: list[float], post: list[float]) -> dict[str, int]:
    """As one would write it down."""
    n = len(pre)
    mean = math.fsum(pre) / n
    sd = math.sqrt(math.fsum((x - mean) ** 2 for x in pre) / (n - 1))
    s_diff = math.sqrt(2) * sd * math.sqrt(1 - RELIABILITY)
    cut = (sd * M_FUNCTIONAL + SD_FUNCTIONAL * mean) / (sd + SD_FUNCTIONAL)
    found = dict.fromkeys(("recovered", "improved", "unchanged", "deteriorated", "harmed"), 0)
    for a, b in zip(pre, post, strict=True):
        index = (b - a) / s_diff
        if index < -1.96:
            found["recovered" if a > cut > b else "improved"] += 1
        elif index > 1.96:
            found["harmed" if a <= cut <= b else "deteriorated"] += 1
        else:
            found["unchanged"] += 1
    return found


def change_plain_python(value: np.ndarray) -> Run:
    pre, post = value[:, 0].tolist(), value[:, -1].tolist()
    return lambda: one_by_one(pre, post)


def change_pandas(value: np.ndarray) -> Run:
    import pandas as pd

    frame = pd.DataFrame({"pre": value[:, 0], "post": value[:, -1]})

    def run() -> dict[str, int]:
        sd, mean = frame["pre"].std(), frame["pre"].mean()
        index = (frame["post"] - frame["pre"]) / (math.sqrt(2) * sd * math.sqrt(1 - RELIABILITY))
        cut = (sd * M_FUNCTIONAL + SD_FUNCTIONAL * mean) / (sd + SD_FUNCTIONAL)
        better, worse = index < -1.96, index > 1.96
        recovered = better & (frame["pre"] > cut) & (frame["post"] < cut)
        harmed = worse & (frame["pre"] <= cut) & (frame["post"] >= cut)
        counts = recovered, better & ~recovered, ~better & ~worse, worse & ~harmed, harmed
        names = ("recovered", "improved", "unchanged", "deteriorated", "harmed")
        return {name: int(each.sum()) for name, each in zip(names, counts, strict=True)}

    return run


def course_accord(value: np.ndarray) -> Run:
    from accord.outcome import courses, expect_columns, fit_growth

    client = np.repeat(np.arange(len(value)), SESSIONS)
    session = np.tile(np.arange(1, SESSIONS + 1), len(value))

    def run() -> int:
        given = courses(client, session, value.ravel())
        return int((expect_columns(given, fit_growth(given)).state == 2).sum())

    return run


def course_statsmodels(value: np.ndarray) -> Run:
    import pandas as pd
    from statsmodels.formula.api import mixedlm

    rows = long(value)
    frame = pd.DataFrame(rows, columns=["client", "x", "y0", "y"])
    return lambda: mixedlm("y ~ (y0 + I(y0**2)) + x + y0:x", frame, groups="client", re_formula="~x").fit(reml=True).llf


def long(value: np.ndarray) -> np.ndarray:
    """client, ln t, first rating, rating: all ratings but the first."""
    client = np.repeat(np.arange(len(value)), SESSIONS - 1)
    x = np.tile(np.log(np.arange(2, SESSIONS + 1)), len(value))
    return np.column_stack([client, x, np.repeat(value[:, 0], SESSIONS - 1), value[:, 1:].ravel()])


PREPARE: dict[tuple[str, str], Callable[[np.ndarray], Run]] = {
    ("change", "accord"): change_accord,
    ("change", "accord one by one"): change_accord_one_by_one,
    ("change", "plain python"): change_plain_python,
    ("change", "pandas"): change_pandas,
    ("course", "accord"): course_accord,
    ("course", "statsmodels"): course_statsmodels,
}

TIMED = """
start <- proc.time(); %s; took <- proc.time() - start
cat(took[["elapsed"]], took[["user.self"]] + took[["sys.self"]])
"""
R = {
    ("change", "R"): """
d <- read.csv(commandArgs(TRUE)[1]); pre <- d$pre; post <- d$post
"""
    + TIMED
    % """
s <- sd(pre); m <- mean(pre); index <- (post - pre) / (sqrt(2) * s * sqrt(1 - .85))
cut <- (s * 5 + 4 * m) / (s + 4); better <- index < -1.96; worse <- index > 1.96
n <- c(sum(better & pre > cut & post < cut), sum(better), sum(worse))""",
    ("change", "R clinicalsignificance"): """
suppressMessages(library(clinicalsignificance)); d <- read.csv(commandArgs(TRUE)[1])
long <- rbind(data.frame(id=seq_len(nrow(d)), time=1, y=d$pre), data.frame(id=seq_len(nrow(d)), time=2, y=d$post))
"""
    + TIMED
    % """
invisible(cs_combined(long, id, time, y, pre=1, post=2, reliability=.85, m_functional=5, sd_functional=4,
  cutoff_type="c"))""",
    ("course", "R lme4"): """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1])
"""
    + TIMED % "invisible(lmer(y ~ y0 + I(y0^2) + x + y0:x + (1 + x | client), d))",
}


def measure_here(job: str, subject: str, clients: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    run = PREPARE[job, subject](ratings(clients))
    run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return told(job, subject, clients, statistics.median(seconds), statistics.median(cpu), peak)


def told(job: str, subject: str, clients: int, seconds: float, cpu: float, peak: int | None) -> dict[str, Any]:
    # Change looks at two ratings a client.
    size = clients * (2 if job == "change" else SESSIONS)
    return {
        "job": job, "size": size, "subject": subject, "seconds": seconds, "cpu": cpu, "peak_mb": peak,
    }  # fmt: skip


def measure_r(job: str, subject: str, clients: int) -> dict[str, Any] | None:
    """R times itself; its start and the reading of the file are left out."""
    if not shutil.which("Rscript"):
        print(f"{job}, {subject}: Rscript is not installed", file=sys.stderr)
        return None
    value = ratings(clients)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        head, rows = ("pre,post", value[:, [0, -1]]) if job == "change" else ("client,x,y0,y", long(value))
        np.savetxt(path, rows, delimiter=",", header=head, comments="")
        done = subprocess.run(["Rscript", "-e", R[job, subject], str(path)], capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {(done.stderr.strip().splitlines() or ['failed'])[0]}", file=sys.stderr)
        return None
    seconds, cpu = map(float, done.stdout.split()[-2:])
    return told(job, subject, clients, seconds, cpu, None)


def in_own_process(job: str, subject: str, clients: int, repeats: int) -> dict[str, Any] | None:
    """The same in a fresh process; None where the subject is not installed."""
    if (job, subject) in R:
        return measure_r(job, subject, clients)
    call = [sys.executable, __file__, "--subject", f"{job}/{subject}", "--clients", str(clients)]
    done = subprocess.run([*call, "--repeats", str(repeats)], capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def agree(clients: int) -> None:
    """Everyone who counts changes, and is here, counts the same."""
    value = ratings(clients)
    wanted = change_accord(value)()
    for (job, name), prepare in PREPARE.items():
        if job != "change":
            continue
        try:
            got = prepare(value)()
        except ModuleNotFoundError:
            continue
        if got != wanted:
            raise SystemExit(f"{name} and accord count differently: {got} and {wanted}")


def exponent(job: str, clients: int, repeats: int) -> float:
    """Of our CPU time over an eighth, a quarter, a half and all of the clients."""
    sizes = [clients * part // GROWTH[-1] for part in GROWTH]
    cpu = [(in_own_process(job, "accord", size, repeats) or {})["cpu"] for size in sizes]
    return float(np.polyfit(np.log(sizes), np.log(cpu), 1)[0])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the clients, fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    options.add_argument("--clients", type=int, default=0, help="clients of 12 ratings (default a million)")
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 3)")
    given = options.parse_args()
    clients = given.clients or (100_000 if given.quick else 1_000_000)
    repeats = given.repeats or (1 if given.quick else 3)
    if given.subject:
        print(json.dumps(measure_here(*given.subject.split("/"), clients, repeats)))
        return
    agree(2_000)
    found = [in_own_process(*key, max(clients // share, 400), repeats) for key, share in SUBJECTS.items()]
    report([result for result in found if result], given.json)
    for job in ("change", "course"):
        grows = round(exponent(job, clients, 1), 2)
        line = {"job": job, "subject": "accord", "exponent": grows}
        print(json.dumps(line) if given.json else f"{job}: CPU time grows with the rows to the power {grows}")


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    ours = {each["job"]: each["cpu"] / each["size"] for each in results if each["subject"] == "accord"}
    if not as_json:
        print(f"{'job':8} {'subject':24} {'ratings':>12} {'seconds':>9} {'cpu':>9} {'M/s cpu':>9} {'peak MB':>8} ratio")
    for result in results:
        result["ratio"] = round(result["cpu"] / result["size"] / ours[result["job"]], 2)
        if as_json:
            print(json.dumps(result))
            continue
        speed = result["size"] / max(result["cpu"], 1e-9) / 1e6
        print(
            f"{result['job']:8} {result['subject']:24} {result['size']:12,} {result['seconds']:9.4f} "
            f"{result['cpu']:9.4f} {speed:9.3f} {result['peak_mb'] or '':>8} {result['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
