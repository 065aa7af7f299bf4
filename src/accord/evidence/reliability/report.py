"""One call that says how well a measure measures, of the answers of whoever uses it.

    report = measure_report(answers, ["goals", "trust", "respect"], top=5, seed=1)
    report.words; report.as_dict()

`answers` has a row a session: who, which session, the items. Each part that the data cannot carry is None, and
`lacking` says why. What the parts mean and what is aimed at: docs/evidence-structural.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.reliability.levels import ByLevel, OfChange, by_level, reliability_of_change, who_of
from accord.evidence.reliability.report_words import words
from accord.evidence.reliability.single import Coefficient, alpha, omega
from accord.evidence.structural.cfa import cfa
from accord.evidence.structural.indices import Indices
from accord.evidence.structural.invariance import Invariance, invariance_over_time
from accord.evidence.structural.moments import Floats, columns
from accord.evidence.structural.result import Estimate
from accord.evidence.structural.waves import waves

SESSIONS = (1, 3, 6, 10)
# For a factor analysis; and at each session before it is compared with others.
ENOUGH, ENOUGH_LATER = 300, 100
CEILING = 0.25
T = TypeVar("T")


@dataclass(frozen=True)
class Ceiling:
    """The share of answers, and of whole answer sets, at the highest possible answer. `top`: which that is."""

    top: float
    answers: float
    sets: float
    by_item: dict[str, float]


@dataclass(frozen=True)
class OneFactor:
    """One factor at the first session: how it fits, and each item's loading on the scale of standard deviations."""

    fit: Indices
    loadings: dict[str, float]
    errors: dict[str, float]
    people: int


@dataclass(frozen=True, eq=False)
class MeasureReport:
    """What can be said of a measure from these answers; None where it cannot, with the reason in `lacking`."""

    items: tuple[str, ...]
    people: int
    sets: int
    first_session: int
    alpha: Coefficient | None
    omega: Coefficient | None
    by_level: ByLevel | None
    of_change: OfChange | None
    ceiling: Ceiling
    factor: OneFactor | None
    invariance: Invariance | None
    lacking: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """What it says, a sentence a part."""
        return words(self)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: plain numbers and words, None where there is nothing."""
        levels, steps = self.by_level, self.invariance
        return {
            "items": list(self.items), "people": self.people, "sets": self.sets, "first_session": self.first_session,
            "alpha": _plain(self.alpha), "omega": _plain(self.omega),
            "omega_within": _plain(levels.omega_within) if levels else None,
            "omega_between": _plain(levels.omega_between) if levels else None,
            "sem_change": levels.sem_change if levels else None,
            "reliable_change": levels.reliable_change if levels else None,
            "of_change": _plain(self.of_change), "ceiling": _plain(self.ceiling), "factor": _plain(self.factor),
            "invariance": [_plain(step) for step in steps.steps] if steps else None,
            "invariance_reached": steps.reached if steps else None,
            "lacking": dict(self.lacking), "words": self.words,
        }  # fmt: skip


def _plain(part: Any) -> dict[str, Any] | None:
    return None if part is None else _finite(asdict(part))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value


def measure_report(
    answers: Any,
    items: Sequence[str],
    *,
    client: str = "client",
    session: str = "session",
    top: float | None = None,
    sessions: Sequence[int] = SESSIONS,
    seed: int = 1,
    draws: int = 2000,
) -> MeasureReport:
    """`items` turned so that all point the same way; `top`: the highest possible answer, the highest given if None.

    Raises UsageError for columns that are not there or fewer than three items, DataError where there are no answers.
    """
    if len(items) < 3:
        raise UsageError(f"{len(items)} items; wanted 3 or more")
    values, when = columns(answers, items), columns(answers, [session])[:, 0]
    if not np.isfinite(values).any() or not np.isfinite(when).any():
        raise DataError(f"no answers to {', '.join(items)} at a numbered session")
    people = len(np.unique(who_of(answers, client, len(values))))
    given = np.isfinite(values).any(axis=1) & np.isfinite(when)
    first = int(when[given].min())
    at_first = dict(zip(items, values[when == first].T, strict=True))
    lacking: dict[str, str] = {}

    def part(name: str, found: Callable[[], T]) -> T | None:
        try:
            return found()
        except DataError as error:
            lacking[name] = str(error)
            return None

    return MeasureReport(
        tuple(items), people, int(given.sum()), first,
        part("alpha", lambda: alpha(at_first, items, seed=seed, draws=draws)),
        part("omega", lambda: omega(at_first, items, seed=seed, draws=draws)),
        part("omega within and between", lambda: by_level(answers, items, client=client)),
        part("reliability of change", lambda: reliability_of_change(answers, items, client=client, session=session)),
        _ceiling(values, items, top),
        part("one factor", lambda: _factor(at_first, items)),
        part("the same over time", lambda: _over_time(answers, items, client, session, sessions, when)),
        lacking,
    )  # fmt: skip


def _ceiling(values: Floats, items: Sequence[str], top: float | None) -> Ceiling:
    highest = float(np.nanmax(values)) if top is None else top
    if np.nanmax(values) > highest:
        raise DataError(f"an answer of {np.nanmax(values):g} is above the highest possible one, {highest:g}")
    given, at_top = np.isfinite(values), values >= highest
    whole = given.all(axis=1)
    by_item = {item: float(at_top[:, at].sum() / max(given[:, at].sum(), 1)) for at, item in enumerate(items)}
    sets = float(at_top[whole].all(axis=1).mean()) if whole.any() else 0.0
    return Ceiling(highest, float(at_top.sum() / given.sum()), sets, by_item)


def _factor(at_first: dict[str, Floats], items: Sequence[str]) -> OneFactor:
    complete = int(np.isfinite(np.stack([at_first[item] for item in items])).any(axis=0).sum())
    if complete < ENOUGH:
        raise DataError(f"{complete} people at the first session; a factor analysis is worth its name from {ENOUGH} on")
    short = {f"i{at}": at_first[item] for at, item in enumerate(items)}
    fit = cfa("f =~ " + " + ".join(short), short, std_lv=True)
    rows: list[Estimate] = [each for each in fit.estimates() if each.op == "=~"]
    return OneFactor(
        fit.indices,
        {item: each.std_all for item, each in zip(items, rows, strict=True)},
        {item: each.std_all_error for item, each in zip(items, rows, strict=True)},
        fit.indices.people,
    )


def _over_time(
    answers: Any, items: Sequence[str], client: str, session: str, sessions: Sequence[int], when: Floats
) -> Invariance:
    whole = np.isfinite(columns(answers, items)).all(axis=1)
    count = {each: int((whole & (when == each)).sum()) for each in sessions}
    enough = [each for each, n in count.items() if n >= (ENOUGH if each == min(sessions) else ENOUGH_LATER)]
    if len(enough) < 2 or min(sessions) not in enough:
        shown = ", ".join(f"{n} at session {each}" for each, n in count.items())
        raise DataError(f"{shown}; wanted {ENOUGH} at the first and {ENOUGH_LATER} at another")
    return invariance_over_time(items, enough, waves(answers, client, session, list(items), take=enough))
