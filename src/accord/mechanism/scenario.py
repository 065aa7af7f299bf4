"""What is done to a course from outside: a rupture in a given session, no repair, a guarded client, feedback."""

from dataclasses import dataclass
from math import isfinite, nan
from typing import Literal, NamedTuple

import numpy as np

from accord.errors import UsageError
from accord.mechanism.stream import Floats

Repair = Literal["fitted", "never", "next"]
_REPAIR: dict[str, float] = {"fitted": 0.0, "never": -1.0, "next": 1.0}


@dataclass(frozen=True, slots=True)
class Feedback:
    """Therapists are told who is not on track, and of ruptures, and act on it for some sessions.

    `bounds` has a row (intercept, slope on the first score) a session: above it a client is not on track.
    """

    repair: float
    learning: float
    bounds: tuple[tuple[float, float], ...]
    spread: float
    sessions: int = 3
    limit: float = -2.5


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to every course alike; nothing by default."""

    rupture_at: int = 0
    rupture_depth: float | None = None
    repair: Repair = "fitted"
    avoidance: float | None = None
    bond: float = 0.0
    feedback: Feedback | None = None

    def __post_init__(self) -> None:
        if self.repair not in _REPAIR:
            raise UsageError(f"repair {self.repair!r} is unknown; there are: {', '.join(_REPAIR)}")
        for name, low, high in (
            ("rupture_at", 0, 1000),
            ("rupture_depth", 0.01, 6),
            ("avoidance", -6, 6),
            ("bond", -6, 6),
        ):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and low <= value <= high):
                raise UsageError(f"scenario: {name}: got {value!r}, wanted a number from {low} to {high}")
        if int(self.rupture_at) != self.rupture_at:
            raise UsageError(f"scenario: rupture_at: got {self.rupture_at!r}, wanted the number of a session")

    def plan(self) -> "Plan":
        """The scenario as plain numbers, which is what the engines read."""
        told = self.feedback
        return Plan(
            rupture_at=float(self.rupture_at),
            rupture_depth=float(self.rupture_depth or 0),
            repair=_REPAIR[self.repair],
            avoidance=nan if self.avoidance is None else float(self.avoidance),
            bond=float(self.bond),
            boost=float(told.sessions) if told else 0.0,
            boost_repair=float(told.repair) if told else 0.0,
            boost_learning=float(told.learning) if told else 0.0,
            spread=float(told.spread) if told else 1.0,
            limit=float(told.limit) if told else -np.inf,
        )

    def bounds(self, sessions: int) -> Floats:
        """Above these lines a client is not on track; infinitely high without feedback."""
        if self.feedback is None:
            return np.tile([np.inf, 0.0], (sessions, 1))
        if len(self.feedback.bounds) != sessions:
            raise UsageError(f"feedback has bounds for {len(self.feedback.bounds)} sessions, the course has {sessions}")
        return np.array(self.feedback.bounds)


class Plan(NamedTuple):
    """A scenario as numbers; NaN and 0 mean 'as it comes'."""

    rupture_at: float
    rupture_depth: float
    repair: float
    avoidance: float
    bond: float
    boost: float
    boost_repair: float
    boost_learning: float
    spread: float
    limit: float
