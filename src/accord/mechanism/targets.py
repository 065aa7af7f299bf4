"""Published statistics, the bands that are accepted, and whether the model lies inside."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from accord.mechanism.courses import Engine
from accord.mechanism.estimators import statistics
from accord.mechanism.parameters import Parameters
from accord.mechanism.simulation import simulate
from accord.mechanism.stream import Floats

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Target:
    """One published statistic; `aim` is what calibration tries to hit."""

    name: str
    label: str
    published: str
    aim: float
    low: float
    high: float


# Sources by number: docs/mechanism.md. A published value in brackets is from memory, not confirmed on a page.
TARGETS = (
    Target("r_outcome", "early alliance x outcome, r", ".278", 0.278, 0.24, 0.31),
    Target("dropout", "dropout", "19.7%", 0.197, 0.177, 0.217),
    Target("d_dropout", "alliance and dropout, d", ".55", 0.55, 0.40, 0.70),
    Target("icc_outcome", "therapists in outcome, ICC", "5-8%", 0.06, 0.03, 0.08),
    Target("icc_alliance", "therapists in alliance, ICC", "[9%]", 0.09, 0.04, 0.15),
    Target("attendance", "sessions attended", "80-91%", 0.88, 0.80, 0.92),
    Target("within_as", "alliance -> next symptoms", "-.05 to -.20", -0.10, -0.20, -0.05),
    Target("within_sa", "symptoms -> alliance", "-.05 to -.20", -0.10, -0.20, -0.05),
    Target("unrepaired", "a rupture unrepaired", "10.7%", 0.107, 0.067, 0.147),
    Target("repaired", "all ruptures repaired", "14.7%", 0.147, 0.107, 0.187),
    Target("r_repair", "repaired x outcome, r", ".29", 0.29, 0.10, 0.47),
    Target("gap", "client - therapist, d", ".41-.63", 0.60, 0.40, 0.70),
    Target("r_views", "client x therapist, r", ".36", 0.36, 0.30, 0.42),
    Target("insecurity", "insecurity x alliance, r", "-.17", -0.17, -0.23, -0.10),
    Target("expectation", "expectation x outcome, r", "[.18]", 0.18, 0.14, 0.22),
    Target("preference_d", "preference x outcome, d", ".28", 0.28, 0.20, 0.36),
    Target("preference_or", "preference x dropout, OR", "1.79", 1.79, 1.4, 2.2),
    Target("pre_post", "first - last score, d", "[.8-1.1]", 0.93, 0.7, 1.2),
    Target("deteriorated", "reliably deteriorated", "5-10%", 0.06, 0.04, 0.10),
    Target("improved", "reliably improved", "[40-65%]", 0.47, 0.35, 0.65),
    Target("concealed", "ever concealed something", "93%", 0.92, 0.80, 0.97),
    Target("person_share", "people in alliance, ICC", "[.6-.75]", 0.70, 0.55, 0.80),
    Target("dropout_post", "dropouts' last score, SD", "> 0", 0.60, 0.0, 2.0),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic beside its target; `spread` is the SD from seed to seed."""

    statistic: str
    label: str
    published: str
    simulated: float
    spread: float
    low: float
    high: float

    @property
    def ok(self) -> bool:
        """Inside the band; a statistic that could not be estimated is not."""
        return self.low <= self.simulated <= self.high


def check(
    seeds: Iterable[int] = range(1, 31),
    therapists: int = 200,
    clients_per_therapist: int = 40,
    sessions: int = 16,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
) -> list[Row]:
    """Simulate once a seed and set every statistic beside what was published."""
    seeds, found = list(seeds), []
    for done, seed in enumerate(seeds, 1):
        simulated = simulate(
            therapists, clients_per_therapist, sessions, parameters, seed, engine=engine_for(len(seeds))
        )
        found.append(statistics(simulated.truth))
        if progress:
            progress(done, len(seeds))
    return [_row(target, np.array([one[target.name] for one in found])) for target in TARGETS]


def engine_for(runs: int) -> Engine:
    """Compiled code pays for loading once a few runs follow each other."""
    return "compiled" if runs >= 4 else "auto"


def _row(target: Target, values: Floats) -> Row:
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return Row(target.name, target.label, target.published, float(values.mean()), spread, target.low, target.high)
