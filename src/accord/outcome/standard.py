"""What a change on a measure is judged by: out of its definition alone, or a plain word that something is missing."""

import math
from dataclasses import dataclass

from accord.measures import Measure
from accord.measures.measure import Figure, Norm
from accord.outcome.rule import CRITERION, Better, ChangeRule
from accord.outcome.words import number

TREATED, PUBLIC = "people in therapy", "general population"
# A published change of so many points counts when it is reached; the rule of this room when it is passed.
HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class Standard:
    """How a change on one measure is read.

    rule    None where the definition says neither how much the measure errs nor which change counts
    by      what the line between change and error rests on, in words, with its source; or what is missing
    cutoff  the line of recovery; None where none is published, and then nobody is called recovered
    cutoff_by   where that stands, in words; or that it is missing
    """

    rule: ChangeRule | None
    by: str
    cutoff: float | None
    cutoff_by: str

    @property
    def half(self) -> float:
        """Half the width of the 95 % interval of a change: 1.96 standard errors of a difference."""
        return self.rule.points if self.rule else math.nan


def standard(measure: Measure) -> Standard:
    """From the spread of people treated and the reliability; else the published change; else nothing."""
    if measure.total is None or measure.direction == "neither":
        return Standard(None, f"{measure.short} has no total that could get better or worse", None, "")
    cutoff, cutoff_by = _recovery(measure)
    treated, reliable = _norm(measure, TREATED), measure.reliability
    beyond = -math.inf if measure.direction == "lower" else math.inf
    if treated and reliable:
        rule = ChangeRule(
            mean=treated.mean,
            sd=treated.sd,
            reliability=reliable.value,
            better=measure.direction,
            cutoff=beyond if cutoff is None else cutoff,
            kind=reliable.name,
            n=treated.n or 0,
        )
        return Standard(rule, _by(reliable, treated), cutoff, cutoff_by)
    if measure.rci:
        rule = _of_points(measure, measure.rci.value, beyond if cutoff is None else cutoff)
        return Standard(rule, _published(measure.rci), cutoff, cutoff_by)
    lacking = " and ".join(
        what
        for what, there in (("its reliability", reliable), ("how much people in therapy differ", treated))
        if not there
    )
    return Standard(
        None,
        f"nothing published is at hand about {lacking}, so change and error cannot be told apart",
        cutoff,
        cutoff_by,
    )


def _norm(measure: Measure, group: str) -> Norm | None:
    return next((each for each in measure.norms if each.group == group), None)


def _recovery(measure: Measure) -> tuple[float | None, str]:
    """The published line, on which one has not recovered yet; else the cut-off c of both norms."""
    if measure.recovery:
        towards = -math.inf if measure.direction == "lower" else math.inf
        said = f"{measure.recovery.source}{_memory(measure.recovery)}"
        return math.nextafter(measure.recovery.value, towards), said
    treated, public = _norm(measure, TREATED), _norm(measure, PUBLIC)
    if treated and public:
        c = (treated.sd * public.mean + public.sd * treated.mean) / (treated.sd + public.sd)
        said = f"cut-off c, between people in therapy and the general population ({treated.source}; {public.source})"
        return c, said if treated.source != public.source else said.replace(f"; {public.source}", "")
    return None, "no line of recovery is published for it"


def _of_points(measure: Measure, points: float, cutoff: float) -> ChangeRule:
    """A rule whose smallest reliable change is what was published; the SD only carries it there."""
    reliability = measure.reliability.value if measure.reliability else 0.5
    sd = points * (1 - HAIR) / (CRITERION * math.sqrt(2 * (1 - reliability)))
    better: Better = "higher" if measure.direction == "higher" else "lower"
    return ChangeRule(math.nan, sd, reliability, better, cutoff=cutoff, kind="published change")


def _by(reliable: Figure, treated: Norm) -> str:
    people = f"SD {number(treated.sd)} of people in therapy ({treated.source})"
    return f"reliability {number(reliable.value)}, {reliable.name} ({reliable.source}{_memory(reliable)}); {people}"


def _published(figure: Figure) -> str:
    return f"the published change of {number(figure.value)} points ({figure.source}{_memory(figure)})"


def _memory(figure: Figure) -> str:
    return "" if figure.confirmed else "; from memory, not checked at the source"
