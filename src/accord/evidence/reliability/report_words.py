"""What a report on a measure says, in plain words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.evidence.reliability.report import Ceiling, MeasureReport, OneFactor
    from accord.evidence.reliability.single import Coefficient

AIM, WATCH, CEILING = 0.70, 0.60, 0.25


def words(report: "MeasureReport") -> list[str]:
    """A sentence a part; what is lacking says why."""
    told = [f"{report.sets} answer sets of {report.people} people, {len(report.items)} items."]
    if report.omega:
        told.append(f"At the first session the items go together: {_shown(report.omega)}.")
    if report.alpha:
        told.append(f"The same by the older measure: {_shown(report.alpha)}.")
    if report.by_level:
        told += _levels(report)
    if report.of_change:
        found = report.of_change
        told.append(f"Reliability of change by the items' own spread (R_C, {found.design}): {found.estimate:.2f}.")
    told.append(_ceiling(report.ceiling))
    if report.factor:
        told.append(_factor(report.factor))
    if report.invariance:
        told += [f"Over sessions {', '.join(report.invariance.groups)}, {line}." for line in report.invariance.words]
    return [*told, *(f"Not enough to say of {name}: {why}." for name, why in report.lacking.items())]


def _shown(found: "Coefficient") -> str:
    between = f"probably between {found.low:.2f} and {found.high:.2f}"
    return f"{found.name} {found.estimate:.2f} ({between}, {found.people} people)"


def _levels(report: "MeasureReport") -> list[str]:
    levels = report.by_level
    assert levels is not None
    low = levels.omega_within.low
    worth = (
        "good enough to speak of change" if low >= AIM
        else "good enough to watch, not to claim change" if low >= WATCH
        else "not known to be good enough to read one person's ups and downs"
    )  # fmt: skip
    return [
        f"One person's ups and downs: {_shown(levels.omega_within)}: {worth}.",
        f"Differences between people: {_shown(levels.omega_between)}. Good at this is not good at the other.",
        f"Between two sessions of one person, {levels.reliable_change:.2f} points of the items' mean can be error.",
    ]


def _ceiling(found: "Ceiling") -> str:
    much = "; so much that rises cannot be seen" if found.sets > CEILING else ""
    return f"{found.answers:.0%} of answers and {found.sets:.0%} of whole answer sets are the highest possible{much}."


def _factor(found: "OneFactor") -> str:
    fit = found.fit
    fine = fit.cfi >= 0.95 and fit.rmsea <= 0.08 and fit.srmr <= 0.08
    weak = [item for item, loading in found.loadings.items() if abs(loading) < 0.4]
    end = f"; weak items: {', '.join(weak)}" if weak else ""
    return (
        f"One factor {'fits' if fine else 'does not fit well'} at the first session: CFI {fit.cfi:.3f}, "
        f"RMSEA {fit.rmsea:.3f}, SRMR {fit.srmr:.3f} (wanted .95, .08, .08){end}."
    )
