"""What reading a course gives: frozen values, each with its reason in plain words. A signal is a reason to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from accord.alliance.rule import VERSION

Tier = Literal["watch", "alert"]
Kind = Literal["drop", "strain", "gap", "missing"]
NONE: Mapping[str, float | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Entry:
    """What one session brought. Unanswered and kept answers are both None: nobody but the client can tell them apart.

    `other` is the therapist's rating of the same session, `strain` the strain items, 0 to 5 each.
    """

    session: int
    value: float | None
    attended: bool = True
    other: float | None = None
    strain: Mapping[str, float | None] = field(default_factory=lambda: NONE)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something to ask about. It fires when `value` reaches `threshold`; `reason` says so without either."""

    kind: Kind
    tier: Tier
    value: float
    threshold: float
    n_used: int
    method: str
    reason: str
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Repair:
    """Where a drop stands, by the scores alone. Whether it feels mended only the two can say: see `Declared`."""

    state: Literal["open", "repaired"]
    value: float | None
    threshold: float
    baseline: float
    since: int
    n_used: int
    reason: str
    method: str = "scored"
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Declared:
    """What client or therapist says of a repair: a fact of its own, never mixed with `Repair`."""

    session: int
    by: Literal["client", "therapist"]
    mended: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Near perfect from the start: such scores tell little, however good things are."""

    value: float
    threshold: float
    n_used: int
    reason: str
    question: str = "What would have made it a little better?"
    method: str = "ceiling"
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class Level:
    """Where one number stands: this rating, the mean of the last three, those before it, and the change.

    `baseline_se` is the uncertainty of the baseline, s_w / sqrt(n_used); `change` is since the last rating.
    """

    value: float | None
    level: float | None
    baseline: float | None
    baseline_se: float | None
    change: float | None
    n_used: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One session, read with what was known then."""

    session: int
    level: Level
    z: float | None
    z_frozen: float | None
    signals: tuple[Signal, ...]
    repair: Repair | None
    ceiling: Ceiling | None
    version: str = VERSION

    @property
    def value(self) -> float | None:
        return self.level.value

    @property
    def drop(self) -> Signal | None:
        """The signal the score itself gives, if any."""
        return next((signal for signal in self.signals if signal.kind == "drop"), None)

    @property
    def tier(self) -> Tier | None:
        """The highest of all signals."""
        tiers = {signal.tier for signal in self.signals}
        return "alert" if "alert" in tiers else "watch" if tiers else None
