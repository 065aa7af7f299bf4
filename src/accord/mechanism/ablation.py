"""What the model says the alliance does: switch one cause off and see what changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from accord.mechanism.estimators import statistics
from accord.mechanism.parameters import Parameters
from accord.mechanism.simulation import simulate
from accord.mechanism.targets import engine_for

Statistics = Mapping[str, float]
Expectation = Callable[[Statistics, Statistics], bool]
SHOWN = ("r_outcome", "within_as", "pre_post", "dropout")


def _falls(name: str) -> Expectation:
    return lambda now, full: now[name] < full[name]


def _rises(name: str) -> Expectation:
    return lambda now, full: now[name] > full[name]


def _nearer_nought(name: str) -> Expectation:
    return lambda now, full: abs(now[name]) < abs(full[name])


def _below(name: str, limit: float) -> Expectation:
    return lambda now, full: abs(now[name]) < limit


@dataclass(frozen=True, slots=True)
class Ablation:
    """A change, the causes it switches off, and what must follow from it, in words and as tests."""

    change: str
    causes: tuple[str, ...]
    expected: str
    holds: tuple[Expectation, ...]


_R, _W, _PP, _DROP = SHOWN
ABLATIONS = (
    Ablation("calibrated", (), "", ()),
    Ablation("no gating of engagement", ("gating",), "r falls", (_falls(_R),)),
    Ablation(
        "no symptom cost of ruptures", ("rupture cost",), "r falls, within nearer 0, pre-post rises",
        (_falls(_R), _nearer_nought(_W), _rises(_PP)),
    ),
    Ablation(
        "neither of the two", ("gating", "rupture cost"), "r falls, within nearer 0, pre-post rises",
        (_falls(_R), _nearer_nought(_W), _rises(_PP)),
    ),
    Ablation("no expectation, preference", ("expectation and preference",), "r falls", (_falls(_R),)),
    Ablation(
        "no causal path at all", ("all causal paths",), "r < .08, within 0 ± .01",
        (_below(_R, 0.08), _below(_W, 0.01)),
    ),
    Ablation("classical inhibitor", ("prepared safety",), "pre-post falls", (_falls(_PP), _falls(_R))),
    Ablation(
        "no ruptures", ("ruptures",), "r falls, pre-post rises, dropout falls",
        (_falls(_R), _nearer_nought(_W), _rises(_PP), _falls(_DROP)),
    ),
    Ablation(
        "perfect repair", ("failed repair",), "r falls, pre-post rises, dropout falls",
        (_falls(_R), _nearer_nought(_W), _rises(_PP), _falls(_DROP)),
    ),
    Ablation(
        "no therapist variance", ("therapist variance",), "r falls, both ICC 0 ± .01",
        (_falls(_R), _below("icc_outcome", 0.01), _below("icc_alliance", 0.01)),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AblationRow:
    """What is left of the main statistics when a cause is off, and whether it moved as it must."""

    change: str
    r_outcome: float
    within_as: float
    pre_post: float
    dropout: float
    expected: str
    ok: bool


def ablations(
    seeds: Iterable[int] = range(1, 11),
    therapists: int = 200,
    clients_per_therapist: int = 40,
    sessions: int = 16,
    parameters: Parameters | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[AblationRow]:
    """The ablation table. Every change meets the same luck, so differences are sharper than the numbers."""
    full, seeds, found = parameters or Parameters(), list(seeds), []
    for done, one in enumerate(ABLATIONS, 1):
        size = (therapists, clients_per_therapist, sessions)
        found.append(mean_statistics(full.without(*one.causes), seeds, size))
        if progress:
            progress(done, len(ABLATIONS))
    return [_row(one, now, found[0]) for one, now in zip(ABLATIONS, found, strict=True)]


def mean_statistics(parameters: Parameters, seeds: list[int], size: tuple[int, int, int]) -> dict[str, float]:
    """Every statistic, averaged over seeds."""
    engine = engine_for(len(seeds))
    each = [statistics(simulate(*size, parameters, seed, engine=engine).truth) for seed in seeds]
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def _row(one: Ablation, now: Statistics, full: Statistics) -> AblationRow:
    ok = all(holds(now, full) for holds in one.holds)
    return AblationRow(one.change, now[_R], now[_W], now[_PP], now[_DROP], one.expected, ok)
