"""The outcome part of a course page: for each measure its chart, the change in words, and the expected course."""

from collections.abc import Sequence
from dataclasses import dataclass

from accord import charts
from accord.measures import Measure
from accord.outcome import Rational
from accord.web import wording
from accord.web.alliance import course as reading
from accord.web.alliance.course import Mark, Meeting
from accord.web.outcome import expected
from accord.web.outcome.changed import Changed, changed
from accord.web.outcome.expected import Seen
from accord.web.outcome.looks import Insight


@dataclass(frozen=True)
class Outcome:
    """One measure on a course page. `seen` is None while the expected course is off."""

    measure: Measure
    chart: str
    changed: Changed
    seen: Seen | None

    @property
    def limit(self) -> bool:
        """Whether the band is the rational method's: a limit, and no curve."""
        return self.seen is not None and isinstance(self.seen.method, Rational)


def outcomes(rows: Sequence[Meeting], insight: Insight) -> list[Outcome]:
    """Every outcome measure of a course, the most often rated first."""
    return [_outcome(rows, wording.measure(name), insight.seen.get(name)) for name in reading.outcome_measures(rows)]


def _outcome(rows: Sequence[Meeting], measure: Measure, seen: Seen | None) -> Outcome:
    found = changed(rows, measure)

    def behind(held: Sequence[Meeting]) -> list[charts.Band]:
        rated = [place for place, row in enumerate(held) if row.total(measure.id, "client") is not None]
        wedge = expected.wedge(held, rated[0] if rated else None, found.standard, measure)
        return [*wedge, *([expected.band(held, seen)] if seen and seen.latest else [])]

    drawn = reading.outcome_chart(rows, measure.id, cutoffs=True, bands=behind, more=_marks(found))
    return Outcome(measure, drawn, found, seen)


def _marks(found: Changed) -> list[Mark]:
    better = found.standard.rule.sign if found.standard.rule else 1
    return [
        Mark(one.session + 1, "sudden gain" if (one.after - one.before) * better > 0 else "sudden loss", "note")
        for one in found.gains
    ]
