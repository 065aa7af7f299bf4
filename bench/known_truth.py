"""What the estimators of the evidence room make of a known truth, as tables in the documentation.

    python bench/known_truth.py [--runs 200] [--write docs/evidence-known-truth.md]

Without --write the tables are printed. With it they take the place of what stands between the markers there. Exits 1
where, with every causal path off, something is found that is not there: an effect within people beyond 0 ± .01, or a
correlation of .08 or more.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from accord.mechanism.recovery import ESTIMATORS, LAGGED, OF_OUTCOME, Estimator, Recovered, known_truth, markdown

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
OFF = ("all causal paths",)
WITHIN, BETWEEN = 0.01, 0.08


def bar(words: str, done: int, total: int) -> None:
    """On a terminal alone."""
    if sys.stderr.isatty():
        print(f"\r{words}: {done}/{total} ", end="" if done < total else "\n", file=sys.stderr, flush=True)


def table(
    words: str, runs: int, sessions: int, causes: tuple[str, ...], estimators: tuple[Estimator, ...]
) -> list[Recovered]:
    return known_truth(
        runs,
        sessions=sessions,
        causes=causes,
        estimators=estimators,
        progress=lambda done, total: bar(words, done, total),
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--write", type=Path)
    given = asked.parse_args()
    started = time.monotonic()
    model = table("the model", given.runs, 16, (), ESTIMATORS)
    off = table("every causal path off", given.runs, 16, OFF, OF_OUTCOME)
    short = table("the same, 8 sessions", given.runs, 8, OFF, LAGGED)
    call, took = f"python bench/known_truth.py --runs {given.runs}", time.monotonic() - started
    text = "\n\n".join([
        f"`{call}`, {datetime.now(UTC):%Y-%m-%d}, {took:.0f} seconds: {given.runs} practices of 40 "
        "therapists x 25 clients a table; truth from four times 1,000 therapists x 25 clients.",
        "### The model as fitted, 16 sessions", markdown(model),
        "### Every causal path off, 16 sessions", markdown(off, nothing=True),
        "### Every causal path off, 8 sessions", markdown(short, nothing=True),
    ])  # fmt: skip
    if given.write:
        head, rest = given.write.read_text(encoding="utf-8").split(BEGIN)
        given.write.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    else:
        print(text)
    return 0 if nothing_found(off) else 1


def nothing_found(off: list[Recovered]) -> bool:
    truth = {row.name: row.truth for row in off}
    return abs(truth["within_before"]) <= WITHIN and abs(truth["r_outcome"]) < BETWEEN


if __name__ == "__main__":
    sys.exit(main())
