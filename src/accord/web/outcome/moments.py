"""What is known after each session of who may stop coming: the same of a past course and of one that goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from accord import outcome
from accord.alliance.beside import STRAIN_AT
from accord.measures import Measure
from accord.outcome import Moment, Moments
from accord.outcome.band import Method
from accord.outcome.leaving import stopped
from accord.web import wording
from accord.web.alliance import course as reading
from accord.web.alliance.course import ALLIANCE, Meeting
from accord.web.alliance.models import Occasion
from accord.web.alliance.signals import STRAIN
from accord.web.outcome import expected
from accord.web.outcome.changed import changed

Rules = Callable[[Measure], Method | None]
MISSED = outcome.DEFINITIONS[1]


@dataclass(frozen=True)
class Step:
    """One session that is over: what its client said of the alliance, whether they came, and how the course stood."""

    number: int
    alliance: float | None
    strain: bool
    missed: bool
    look: bool


def steps(rows: Sequence[Meeting], rules: Rules) -> list[Step]:
    """Every session whose outcome is known and that was not cancelled; strain stays open until it is rated away."""
    held = [row for row in rows if _is_over(row)]
    looks, found, strain = _looks(rows, rules), [], False
    for row in sorted(held, key=lambda one: one.occasion.number or 0):
        own, number = row.rating(ALLIANCE, "client"), row.occasion.number or 0
        marked = [value for item in STRAIN if (value := (own.answers or {}).get(item)) is not None] if own else []
        strain = any(value >= STRAIN_AT for value in marked) if marked else strain
        missed = row.occasion.attended == Occasion.NO
        found.append(Step(number, own.score.total if own else None, strain, missed, number in looks))
    return found


def _is_over(row: Meeting) -> bool:
    """Files often do not say who came: a session that was rated was held."""
    known = row.occasion.attended in (Occasion.YES, Occasion.LATE, Occasion.NO)
    return bool(row.occasion.number) and (known or (row.occasion.attended == Occasion.BOOKED and bool(row.ratings)))


def _looks(rows: Sequence[Meeting], rules: Rules) -> set[int]:
    """The sessions in which some measure was worth a look."""
    found = set()
    for name in reading.outcome_measures(rows):
        measure = wording.measure(name)
        if method := rules(measure):
            told = expected.seen(rows, measure, method).told
            found |= {int(one.session) for one in told if one.state == expected.LOOK}
    return found


def moments(given: Sequence[Step], practice_mean: float | None) -> list[Moment]:
    """One a session: this rating beside this person's own mean before it, and that beside the practice's."""
    found, before = [], list[float]()
    for one in given:
        own = sum(before) / len(before) if before else None
        within = one.alliance - own if one.alliance is not None and own is not None else None
        beside = own - practice_mean if own is not None and practice_mean is not None else None
        found.append(Moment(one.number, within, beside, one.strain, one.missed, one.look))
        before += [one.alliance] if one.alliance is not None else []
    return found


def _stopped(
    how: str, rows: Sequence[Meeting], found: Sequence[Step], definition: str, dose: int | None
) -> bool | None:
    """A course that is over, by the definition that the practice chose."""
    came = sum(not one.missed for one in found)
    return stopped(definition, dose, how=how, came=came, missed_last=found[-1].missed, improved=_improved(rows))


def _improved(rows: Sequence[Meeting]) -> bool | None:
    every = [changed(rows, wording.measure(name)).change for name in reading.outcome_measures(rows)]
    kinds = [one.reliable for one in every if one]
    return "improved" in kinds if kinds else None


def _until(given: Sequence[Step], definition: str) -> Sequence[Step]:
    """Up to the last moment at which nobody knew: sessions missed in a row at the end are what was to be foreseen."""
    if definition != MISSED:
        return given
    came = [place for place, one in enumerate(given) if not one.missed]
    return given[: came[-1] + 1] if came else ()


def of_past(
    courses: Sequence[tuple[str, Sequence[Meeting]]], definition: str, dose: int | None, rules: Rules
) -> tuple[Moments, float | None]:
    """All past sessions as columns, the last one of each course marked where it was left; and the mean alliance.

    A course of which it is not known whether it was left teaches nothing of that, and is not among them.
    """
    told = [(how, rows, found) for how, rows in courses if (found := steps(rows, rules))]
    rated = [one.alliance for _, _, found in told for one in found if one.alliance is not None]
    mean = sum(rated) / len(rated) if rated else None
    lines = []
    for client, (how, rows, found) in enumerate(told):
        left = _stopped(how, rows, found, definition, dose)
        if left is None:
            continue
        seen = moments(_until(found, definition), mean)
        lines += [(client, one, left and place == len(seen) - 1) for place, one in enumerate(seen)]
    who, known = np.array([line[0] for line in lines], np.int64), [line[1] for line in lines]
    numbers = {name: np.array([_number(getattr(one, name)) for one in known]) for name in Moment.__dataclass_fields__}
    return Moments(who, left=np.array([line[2] for line in lines], bool), **numbers), mean


def _number(value: float | bool | None) -> float:
    return float("nan") if value is None else float(value)
