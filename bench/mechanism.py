"""Simulating courses of therapy: compiled code, arrays, and a plain Python loop of the same model.

    python bench/mechanism.py [--quick] [--json]

Every subject simulates the full model with all it keeps. Each runs in a process of its own, so that `peak_mb` is its
own; loading and compiling are not timed. The subjects draw other luck than plain Python does, so they must agree on the
share of dropouts and on the mean last score within five standard errors. `seconds` and `cpu` are medians of the
repeats; `ratio` is plain Python's CPU time a course over the subject's: how many times faster on one core. In the rows
named growth, `ratio` is the exponent: CPU time goes with size to that power, 1 is linear.
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

from accord.mechanism import Parameters, Simulated, simulate

JOB, EACH = "simulate courses", 40
Run = Callable[[int, int], Any]


def plain_python(courses: int, sessions: int) -> Any:
    from peers import plain_course

    return plain_course.courses(courses // EACH, EACH, sessions, Parameters(), 1)


def course_table(courses: int, sessions: int) -> Any:
    made = simulate(courses // EACH, EACH, sessions, engine="compiled", threads=1)
    made.to_frame()
    return made


def engine(name: Any, threads: int | None) -> Run:
    return lambda courses, sessions: simulate(courses // EACH, EACH, sessions, engine=name, threads=threads)


# What is simulated, and what share of the courses the slow ones get: they are compared by the course.
SUBJECTS: dict[str, tuple[Run, int]] = {
    "compiled, 1 thread": (engine("compiled", 1), 1),
    "compiled, 2 threads": (engine("compiled", 2), 1),
    "arrays, 1 thread": (engine("arrays", 1), 4),
    "arrays, 2 threads": (engine("arrays", 2), 4),
    "with course table": (course_table, 10),
    "plain python": (plain_python, 50),
}


def moments(made: Any) -> tuple[float, float]:
    """Share of dropouts and mean last score, by which subjects must agree."""
    if isinstance(made, Simulated):
        return float(made.truth.dropped.mean()), float(made.truth.last_score.mean())
    return statistics.fmean(one["dropped"] for one in made), statistics.fmean(one["last"] for one in made)


def measure_here(subject: str, courses: int, sessions: int, repeats: int) -> dict[str, Any]:
    """Time one subject in this process; the first run loads and compiles."""
    run = SUBJECTS[subject][0]
    run(400, sessions)
    seconds, cpu, made = [], [], None
    for _ in range(repeats):
        made = None
        wall, processor = time.perf_counter(), time.process_time()
        made = run(courses, sessions)
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    timing = {"seconds": statistics.median(seconds), "cpu": statistics.median(cpu), "peak_mb": round(peak)}
    return {"job": JOB, "size": courses, "subject": subject, **timing, "moments": moments(made)}


def in_own_process(subject: str, courses: int, sessions: int, repeats: int) -> dict[str, Any]:
    call = [sys.executable, __file__, "--subject", subject]
    call += ["--courses", str(courses), "--sessions", str(sessions), "--repeats", str(repeats)]
    done = subprocess.run(call, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{subject}: {done.stderr.strip().splitlines()[-1]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def agree(results: list[dict[str, Any]]) -> None:
    """Five standard errors: dropout of about a fifth (SD .4), last scores with an SD of about 1.2."""
    first = results[0]
    for other in results[1:]:
        scale = 5 * math.sqrt(1 / first["size"] + 1 / other["size"])
        for k, (name, spread) in enumerate((("dropout", 0.4), ("last score", 1.2))):
            if abs(first["moments"][k] - other["moments"][k]) > scale * spread:
                raise SystemExit(f"{name}: {other['subject']} gives {other['moments'][k]}, not {first['moments'][k]}")


def growth(quick: bool, repeats: int) -> list[dict[str, Any]]:
    """How CPU time grows with courses and with sessions."""
    base, name = (20_000 if quick else 100_000), "compiled, 1 thread"
    small = in_own_process(name, base, 16, repeats)
    rows = []
    for job, courses, sessions in (("growth with courses", 4 * base, 16), ("growth with sessions", base, 64)):
        large = in_own_process(name, courses, sessions, repeats)
        exponent = math.log(large["cpu"] / small["cpu"]) / math.log(4)
        rows.append({**large, "job": job, "ratio": round(exponent, 2)})
    return rows


def compare(quick: bool, repeats: int) -> list[dict[str, Any]]:
    courses = 40_000 if quick else 400_000
    results = [in_own_process(name, courses // share, 16, repeats) for name, (_, share) in SUBJECTS.items()]
    agree(results)
    plain = results[-1]["cpu"] / results[-1]["size"]
    return [{**result, "ratio": round(plain * result["size"] / result["cpu"], 1)} for result in results]


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    if not as_json:
        print(
            f"{'job':20} {'subject':19} {'courses':>9} {'seconds':>8} {'cpu':>8} {'per s':>9} "
            f"{'peak MB':>8} {'ratio':>6}"
        )
    for result in results:
        del result["moments"]
        if as_json:
            print(json.dumps(result))
            continue
        print(
            f"{result['job']:20} {result['subject']:19} {result['size']:9,} {result['seconds']:8.3f} "
            f"{result['cpu']:8.3f} {result['size'] / result['seconds']:9,.0f} "
            f"{result['peak_mb']:8,} {result['ratio']:6}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a tenth of the courses, fewer repeats")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    options.add_argument("--subject", help=argparse.SUPPRESS)
    options.add_argument("--courses", type=int, default=0, help=argparse.SUPPRESS)
    options.add_argument("--sessions", type=int, default=16, help=argparse.SUPPRESS)
    options.add_argument("--repeats", type=int, default=0, help="timed repeats (default 5)")
    given = options.parse_args()
    repeats = given.repeats or (3 if given.quick else 5)
    if given.subject:
        print(json.dumps(measure_here(given.subject, given.courses, given.sessions, repeats)))
        return
    report(compare(given.quick, repeats) + growth(given.quick, repeats), given.json)


if __name__ == "__main__":
    main()
