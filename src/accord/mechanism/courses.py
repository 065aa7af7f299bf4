"""From a seed to courses: who works with whom, in blocks, on as many threads as there are."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np

from accord.errors import UsageError
from accord.mechanism import stream
from accord.mechanism.parameters import Parameters
from accord.mechanism.record import Record, Values, blank
from accord.mechanism.scenario import Scenario
from accord.mechanism.stream import Floats

Engine = Literal["auto", "compiled", "arrays"]

# Loading the compiled engine takes half a second; from here on it is done first (bench/mechanism.py).
COMPILE_FROM = 40_000
# Small enough that the arrays of one block stay in the processor's cache.
BLOCK = 2_000


def run(
    therapists: int, each: int, sessions: int, parameters: Parameters, seed: int,
    scenario: Scenario, engine: Engine, threads: int | None,
) -> Record:  # fmt: skip
    """All courses of all therapists, therapist by therapist."""
    _sizes(therapists=therapists, clients_per_therapist=each, sessions=sessions)
    out = blank(therapists * each, sessions)
    skills = _therapists(therapists, parameters, seed)
    fill = _engine(engine, therapists * each)
    if fill.__module__.endswith("reference"):
        # Array code holds the interpreter's lock most of the time: measured, a second thread makes it slower.
        threads = threads or 1
    p, plan, bounds = Values(*parameters.values()), scenario.plan(), scenario.bounds(sessions)
    start = stream.base(seed, stream.COURSES)

    def block(first: int) -> None:
        last = min(first + BLOCK, therapists * each)
        whose = skills[np.arange(first, last) // each]
        fill(stream.keys(start, first, last), whose, p, plan, bounds, out.part(first, last))

    _spread(block, range(0, therapists * each, BLOCK), threads)
    return out


def _therapists(number: int, p: Parameters, seed: int) -> Floats:
    """Alliance skill, the same in SD, factor on learning, rating style: a row a therapist."""
    key = stream.keys(stream.base(seed, stream.THERAPISTS), 0, number)
    z, other = stream.normals(key, stream.SKILL), stream.normals(key, stream.TEACHING)
    log_e = -(p.tau_e**2) / 2 + p.tau_e * (p.rho_ae * z + np.sqrt(1 - p.rho_ae**2) * other)
    return np.stack([p.tau_a * z, z, np.exp(log_e), p.s_Tj * stream.normals(key, stream.STYLE)], axis=1)


def _engine(engine: Engine, courses: int) -> Callable[..., None]:
    if engine not in ("auto", "compiled", "arrays"):
        raise UsageError(f"engine {engine!r} is unknown; there are: auto, compiled, arrays")
    if engine == "compiled" or (engine == "auto" and courses >= COMPILE_FROM):
        from accord.mechanism import kernel

        return kernel.run
    from accord.mechanism import reference

    return reference.run


def _spread(work: Callable[[int], None], starts: range, threads: int | None) -> None:
    # Threads of our own: numba's default pool ends the process when two threads of a server use it at once.
    number = min(threads or os.cpu_count() or 1, len(starts))
    if number <= 1:
        for start in starts:
            work(start)
        return
    with ThreadPoolExecutor(number) as pool:
        for _ in pool.map(work, starts):
            pass


def _sizes(**sizes: Any) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int | np.integer) or isinstance(size, bool) or size < 1:
            raise UsageError(f"{name}: got {size!r}, wanted a whole number of at least 1")
