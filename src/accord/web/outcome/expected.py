"""One course beside what was to be expected of it, where its practice switched that on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from accord import charts, outcome
from accord.measures import Measure
from accord.outcome import Expected, Rational, Standard
from accord.outcome.band import Method
from accord.web.alliance.course import Meeting
from accord.web.outcome.changed import by_session, number

LOOK = "worth a look"


@dataclass(frozen=True)
class Seen:
    """One measure of a course beside its band. `since`: the session in which the present stretch began.

    A stretch is the unbroken row of ratings beyond the limit that the latest one belongs to, once it is worth a look.
    """

    measure: Measure
    method: Method
    told: Sequence[Expected]
    since: int | None

    @property
    def latest(self) -> Expected | None:
        """The last session that was rated and had one before it."""
        return next((one for one in reversed(self.told) if one.state), None)

    @property
    def look(self) -> bool:
        return self.latest is not None and self.latest.state == LOOK

    @property
    def state(self) -> str:
        if self.latest is None:
            return (
                "Too little to say: from the second rating in a session on, each is set beside what was to be expected."
            )
        if self.look:
            return "Not on track: worth a look."
        if self.latest.red:
            return "Beyond the limit once."
        return "On track by this rule, which is no reassurance: some who get worse do not show it on a form."

    @property
    def reason(self) -> str:
        """The rule's sentence, to one decimal, without the words that stand above it already."""
        said = self.latest.reason.removeprefix("not on track: worth a look; ") if self.latest else ""
        return re.sub(r"\d+\.\d+", lambda found: number(float(found[0])), said)

    @property
    def session(self) -> int:
        """The session that the latest word is about."""
        return int(self.latest.session) if self.latest else 0

    @property
    def method_said(self) -> str:
        if isinstance(self.method, Rational):
            return "limits from the measure’s own error (the rational method)"
        return f"a curve fitted on {self.method.n_used} past courses of this practice"


def seen(rows: Sequence[Meeting], measure: Measure, method: Method) -> Seen:
    """Read one measure of a course by a rule."""
    told = outcome.expect(by_session(rows, measure.id), method)
    return Seen(measure, method, told, _since(told))


def _since(told: Sequence[Expected]) -> int | None:
    """Where the present stretch of ratings beyond the limit began; None where the latest one does not lie beyond it."""
    begun = None
    for one in told:
        if one.state is not None:
            begun = (begun if begun is not None else int(one.session)) if one.red else None
    return begun


def rational(standard: Standard) -> Rational | None:
    """The method that needs no past course; None where the measure has no line between change and error."""
    rule = standard.rule
    return Rational(rule.points, rule.better, standard.cutoff) if rule else None


def band(held: Sequence[Meeting], found: Seen) -> charts.Band:
    """Behind the rated sessions: what most past courses came to; by the rational method the side that gives no sign."""
    by_number = {int(one.session): one.band for one in found.told if one.band}
    bands = [by_number.get(row.occasion.number or 0) for row in held]
    low, high = found.measure.range
    best = low if found.method.better == "lower" else high
    edges = [(one.good if one.good is not None else best, one.red) if one else None for one in bands]
    label = "within the limits" if isinstance(found.method, Rational) else "80 of 100 past courses"
    clipped = [(max(low, min(edge)), min(high, max(edge))) if edge else (None, None) for edge in edges]
    return charts.Band([one for one, _ in clipped], [one for _, one in clipped], label)


def wedge(held: Sequence[Meeting], first: int | None, standard: Standard, measure: Measure) -> list[charts.Band]:
    """How far measurement error alone is likely to move the first rating: from a point to its full width."""
    values = [row.total(measure.id, "client") for row in held]
    if not standard.rule or first is None or len(held) < 2 or values[first] is None:
        return []
    start, (least, most) = values[first], measure.range
    assert start is not None
    low, high = max(least, start - standard.half), min(most, start + standard.half)
    sides = [(None, None)] * first + [(start, start)] + [(low, high)] * (len(held) - first - 1)
    return [charts.Band([one for one, _ in sides], [one for _, one in sides], "no more than error")]
