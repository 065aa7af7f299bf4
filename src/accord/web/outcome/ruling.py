"""By which rules a practice's courses are read: what is switched on, and what was worked out on its own past."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accord import outcome
from accord.measures import Measure
from accord.outcome import Growth, Leaving
from accord.outcome.band import Method
from accord.web.outcome import queries
from accord.web.outcome.expected import rational
from accord.web.outcome.models import COURSE, LEAVING, Switch, Worked
from accord.web.people.asker import Asker

PURPOSE = "1"
"""Of the intended-purpose text; a new text is read anew, and switches say which one stood before them."""


@dataclass(frozen=True)
class Ruling:
    """The switches as they stand and the rules behind them."""

    switches: Mapping[str, Switch]
    worked: Mapping[tuple[str, str], Worked]

    def is_on(self, what: str) -> bool:
        """On, and after the text as it is now; the second only while the first is."""
        turned = self.switches.get(what)
        on = bool(turned and turned.on and turned.purpose == PURPOSE)
        return on and (what == COURSE or self.is_on(COURSE))

    @property
    def course(self) -> bool:
        return self.is_on(COURSE)

    @property
    def leaving(self) -> bool:
        return self.is_on(LEAVING)

    def method(self, measure: Measure) -> Method | None:
        """The growth model where it was fitted, else the rational method; None where off or nothing to go by."""
        if not self.course:
            return None
        row = self.worked.get((COURSE, measure.id))
        if row and row.method == Growth.name:
            return growth_of(row.numbers)
        return rational(outcome.standard(measure))

    def hazard(self) -> tuple[Leaving, float | None] | None:
        """The fitted hazard with the practice's mean alliance; None where off, or below the data it needs."""
        row = self.worked.get((LEAVING, ""))
        if not self.leaving or not row or not row.numbers:
            return None
        numbers, chosen = dict(row.numbers), self.switches[LEAVING]
        mean, dose = numbers.pop("alliance_mean"), numbers.pop("dose")
        if (numbers["definition"], dose) != (chosen.definition, chosen.dose):
            return None  # another definition was chosen since, and is not worked out yet
        given: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in numbers.items()}
        return Leaving(**given), mean


def growth_of(numbers: Mapping[str, Any]) -> Growth:
    """The stored numbers as the model they came from."""
    given = dict(numbers)
    for name in ("b", "psi", "z"):
        given[name] = tuple(given[name])
    given["cov"] = tuple(map(tuple, given["cov"]))
    return Growth(**given)


def ruling(asker: Asker, *, before: bool = False) -> Ruling:
    """In two queries, however many courses are read by it; in one where nothing was ever switched on.

    `before`: also what was worked out before anything is.
    """
    switches = queries.switches(asker)
    return Ruling(switches, queries.worked(asker) if switches or before else {})
