"""The random-intercept cross-lagged panel model beside its peers: n people, five waves of two variables, in memory.

    python bench/evidence_structural.py [--quick] [--json]

Jobs `ri_clpm` (nothing missing, maximum likelihood) and `ri_clpm_fiml` (people stop coming and leave holes: 40 to 60
patterns), each with the lagged paths equal over time. `accord` and `lavaan` give estimates, standard errors and
chi-square; `semopy` estimates alone (no standard errors, no fit), and nothing at all with missing values. Making the
data, R's start and reading the file are not timed. Who gives a chi-square must give the same. `ratio` is CPU time over
ours. Absent subjects are named on stderr.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

WAVES = 5
JOBS = {"ri_clpm": False, "ri_clpm_fiml": True}
PEER = Path(__file__).parent / "peers" / "ri_clpm.R"
Run = Callable[[], Any]


def panel(people: int, missing: bool) -> dict[str, np.ndarray]:
    """x1 .. x5, y1 .. y5: stable differences, and paths within a person."""
    dice = np.random.default_rng(14)
    usual = dice.multivariate_normal([0, 0], [[1.0, -0.4], [-0.4, 0.8]], people)
    now = dice.multivariate_normal([0, 0], [[1.0, -0.3], [-0.3, 1.0]], people)
    made = np.empty((people, 2, WAVES))
    for t in range(WAVES):
        if t:
            noise = dice.multivariate_normal([0, 0], [[0.8, -0.2], [-0.2, 0.7]], people)
            now = now @ np.array([[0.3, -0.1], [-0.15, 0.25]]) + noise
        made[:, :, t] = usual + now
    if missing:
        last = dice.integers(2, WAVES + 2, people)
        made[np.broadcast_to(np.arange(WAVES) >= last[:, None, None], made.shape)] = np.nan
        made[dice.random(made.shape) < 0.03] = np.nan
    return {f"{v}{t + 1}": made[:, at, t] for at, v in enumerate("xy") for t in range(WAVES)}


def names(letter: str) -> list[str]:
    return [f"{letter}{t + 1}" for t in range(WAVES)]


def by_accord(data: dict[str, np.ndarray], missing: bool) -> Run:
    from accord.evidence.structural import ri_clpm

    return lambda: ri_clpm(data, names("x"), names("y")).fit.indices.chisq


def by_semopy(data: dict[str, np.ndarray], missing: bool) -> Run:
    if missing:
        raise SystemExit("semopy's FIML does not reach the answer on this model")
    import pandas as pd
    from semopy import Model

    rows = [f"bx =~ {' + '.join('1*' + x for x in names('x'))}", f"by =~ {' + '.join('1*' + y for y in names('y'))}"]
    for t in range(1, WAVES + 1):
        rows += [f"wx{t} =~ 1*x{t}", f"wy{t} =~ 1*y{t}", f"x{t} ~~ 0*x{t}", f"y{t} ~~ 0*y{t}", f"wx{t} ~~ wy{t}"]
        rows += [f"bx ~~ 0*wx{t}", f"bx ~~ 0*wy{t}", f"by ~~ 0*wx{t}", f"by ~~ 0*wy{t}"] if t == 1 else []
        rows += [f"wx{t} ~ a*wx{t - 1} + b*wy{t - 1}", f"wy{t} ~ c*wx{t - 1} + d*wy{t - 1}"] if t > 1 else []
    frame, text = pd.DataFrame(data), "\n".join([*rows, "bx ~~ by"])
    return lambda: Model(text).fit(frame)


PREPARE: dict[str, Callable[[dict[str, np.ndarray], bool], Run]] = {"accord": by_accord, "semopy": by_semopy}


def measure_here(job: str, subject: str, people: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process."""
    run = PREPARE[subject](panel(people, JOBS[job]), JOBS[job])
    chisq = run()
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    found = told(job, subject, people, statistics.median(seconds), statistics.median(cpu), peak)
    return found | ({"chisq": chisq} if isinstance(chisq, float) else {})


def told(job: str, subject: str, people: int, seconds: float, cpu: float, peak: int | None) -> dict[str, Any]:
    return {"job": job, "size": people, "subject": subject, "seconds": seconds, "cpu": cpu, "peak_mb": peak}


def measure_lavaan(job: str, people: int, repeats: int) -> dict[str, Any] | None:
    """R times itself."""
    if not shutil.which("Rscript"):
        print(f"{job}, lavaan: Rscript is not installed", file=sys.stderr)
        return None
    data = panel(people, JOBS[job])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        np.savetxt(path, np.column_stack(list(data.values())), delimiter=",", header=",".join(data), comments="")
        call = ["Rscript", str(PEER), str(path), "fiml" if JOBS[job] else "ml", "constrained", str(repeats)]
        done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, lavaan: {(done.stderr.strip().splitlines() or ['failed'])[0]}", file=sys.stderr)
        return None
    seconds, cpu, chisq = map(float, done.stdout.split()[-5:-2])
    return told(job, "lavaan", people, seconds, cpu, None) | {"chisq": chisq}


def measure(job: str, subject: str, people: int, repeats: int) -> dict[str, Any] | None:
    """In a fresh process; None where the subject is not installed or does not reach the answer."""
    if subject == "lavaan":
        return measure_lavaan(job, people, max(repeats // 4, 3))
    call = [
        sys.executable,
        __file__,
        "--subject",
        f"{job}/{subject}",
        "--people",
        str(people),
        "--repeats",
        str(repeats),
    ]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        print(f"{job}, {subject}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def results(people: int, repeats: int) -> list[dict[str, Any]]:
    """Every job and subject that is here, with the ratio of CPU time to ours; refuses results that do not agree."""
    found = []
    for job in JOBS:
        own = [measure(job, subject, people, repeats) for subject in ("accord", "lavaan", "semopy")]
        here = [each for each in own if each]
        ours = here[0]
        for each in here:
            if abs(each.get("chisq", ours["chisq"]) - ours["chisq"]) > 1e-3:
                raise SystemExit(f"{job}: {each['subject']} and accord differ: {each['chisq']} and {ours['chisq']}")
            found.append(each | {"ratio": round(each["cpu"] / ours["cpu"], 2)})
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--people", type=int, default=1000, help="how many people (default 1,000)")
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 40)")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    given = options.parse_args()
    repeats = given.repeats or (12 if given.quick else 40)
    if given.subject:
        print(json.dumps(measure_here(*given.subject.split("/"), given.people, repeats)))
        return
    if not given.json:
        print(f"{'job':14} {'subject':10} {'people':>9} {'seconds':>9} {'cpu':>9} {'peak MB':>8} {'chi2':>10} ratio")
    for each in results(given.people, repeats):
        if given.json:
            print(json.dumps(each))
            continue
        chisq = f"{each['chisq']:10.4f}" if "chisq" in each else " " * 10
        print(
            f"{each['job']:14} {each['subject']:10} {each['size']:9,} {each['seconds']:9.4f} {each['cpu']:9.4f} "
            f"{each['peak_mb'] or '':>8} {chisq} {each['ratio']:.2f}"
        )


if __name__ == "__main__":
    main()
