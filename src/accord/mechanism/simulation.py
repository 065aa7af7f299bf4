"""`simulate`: whole courses of therapy, as a practice would see them and as they truly were."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from accord.mechanism import courses
from accord.mechanism.courses import Engine
from accord.mechanism.observed import Observed, observe
from accord.mechanism.parameters import Parameters
from accord.mechanism.scenario import Scenario
from accord.mechanism.truth import Truth, truth

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Simulated:
    """Courses of therapy: `truth` is what happened, `observed` what a practice would hold of it."""

    therapists: int
    clients_per_therapist: int
    sessions: int
    parameters: Parameters
    scenario: Scenario
    seed: int
    truth: Truth

    @cached_property
    def observed(self) -> Observed:
        """Answers to items, made when first asked for: most uses need the latent scores only."""
        return observe(self.truth, self.seed)

    def to_frame(self) -> "pl.DataFrame":
        """The course table, as any practice could have sent it."""
        return self.observed.to_frame()


def simulate(
    therapists: int = 200,
    clients_per_therapist: int = 40,
    sessions: int = 16,
    parameters: Parameters | None = None,
    seed: int = 1,
    *,
    scenario: Scenario | None = None,
    engine: Engine = "auto",
    threads: int | None = None,
) -> Simulated:
    """Simulate courses. Equal seeds give equal courses, whatever the engine and the number of threads.

    `engine`: "arrays" is NumPy, "compiled" is numba, "auto" takes the one that is done first.
    """
    p, what = parameters or Parameters(), scenario or Scenario()
    record = courses.run(therapists, clients_per_therapist, sessions, p, seed, what, engine, threads)
    hidden = truth(record, clients_per_therapist)
    return Simulated(therapists, clients_per_therapist, sessions, p, what, seed, hidden)
