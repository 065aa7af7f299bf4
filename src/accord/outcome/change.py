"""Reliable and clinically significant change: what it is for one person, and for whole columns."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from accord.errors import DataError
from accord.outcome import words
from accord.outcome.rule import VERSION, ChangeRule

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["recovered", "improved", "unchanged", "deteriorated", "harmed"]
KINDS: tuple[Kind, ...] = ("recovered", "improved", "unchanged", "deteriorated", "harmed")
RECOVERED, IMPROVED, UNCHANGED, DETERIORATED, HARMED, NOT_RATED = 0, 1, 2, 3, 4, -1


@dataclass(frozen=True, slots=True)
class Change:
    """One person's change. `value` is the index of the method, reliable beyond `threshold`; `kind` is exclusive.

    `reliable` is inclusive: whoever recovered also improved. `crossed`: from the one side of the cut-off to the other.
    """

    kind: Kind
    reliable: Literal["improved", "deteriorated"] | None
    crossed: bool
    points: float
    value: float
    threshold: float
    n_used: int
    method: str
    reason: str
    version: str = VERSION


def change(pre: float, post: float, rule: ChangeRule) -> Change:
    """One person before and after."""
    for name, score in (("before", pre), ("after", post)):
        if not math.isfinite(score):
            raise DataError(f"the score {name}: got {score}, wanted a number")
    index = rule.line.of(pre, post)
    good, limit = rule.sign * index, rule.criterion
    improved, worse = good > limit, good < -limit
    before, after = _clinical(pre, rule), _functional(post, rule)
    # Hageman & Arrindell ask where somebody ends, not where they began.
    begun = before or rule.method == "ha"
    kind = _kind(improved, worse, begun and after, _harmed(pre, post, rule))
    crossed = kind in ("recovered", "harmed")
    reliable: Literal["improved", "deteriorated"] | None = "improved" if improved else "deteriorated" if worse else None
    reason = words.change(pre, post, kind, rule)
    return Change(kind, reliable, crossed, post - pre, index, limit, 2, rule.method, reason)


def _kind(improved: bool, worse: bool, recovered: bool, harmed: bool) -> Kind:
    if improved:
        return "recovered" if recovered else "improved"
    if worse:
        return "harmed" if harmed else "deteriorated"
    return "unchanged"


def _clinical(pre: float, rule: ChangeRule) -> bool:
    return rule.sign * pre < rule.sign * rule.crossing.cutoff


def _functional(post: float, rule: ChangeRule) -> bool:
    """Strictly beyond: who ends on the cut-off has not crossed it."""
    crossing = rule.crossing
    return rule.sign * (crossing.estimate(post) - crossing.cutoff) > crossing.beyond


def _harmed(pre: float, post: float, rule: ChangeRule) -> bool:
    """From beyond the cut-off back to it; never by Hageman & Arrindell, whose method has no such class."""
    if rule.method == "ha":
        return False
    edge = rule.sign * rule.crossing.cutoff
    return not rule.sign * pre < edge and not rule.sign * post > edge


@dataclass(frozen=True, eq=False)
class Changes:
    """What n pairs come to; every array has n elements.

    index     float64, NaN where one of the two was not rated
    reliable  int8, 1 improved, -1 deteriorated, 0 neither: inclusive
    kind      int8, a place in KINDS, -1 where one of the two was not rated: exclusive
    """

    index: "NDArray[Any]"
    reliable: "NDArray[Any]"
    kind: "NDArray[Any]"
    rule: ChangeRule

    @property
    def n_used(self) -> int:
        return int((self.kind >= 0).sum())

    @property
    def counts(self) -> dict[str, int]:
        """Each person once."""
        return {name: int((self.kind == place).sum()) for place, name in enumerate(KINDS)}

    @property
    def inclusive(self) -> dict[str, int]:
        """All reliable changes, whether or not the cut-off was crossed."""
        return {"improved": int((self.reliable > 0).sum()), "deteriorated": int((self.reliable < 0).sum())}


def change_columns(pre: Any, post: Any, rule: ChangeRule) -> Changes:
    """The same for whole columns, NaN where somebody was not rated; bit for bit what `change` gives."""
    import numpy as np

    before, after = np.asarray(pre, np.float64), np.asarray(post, np.float64)
    line, crossing, sign = rule.line, rule.crossing, rule.sign
    index = after - line.slope * before if line.slope != 1.0 else after - before
    if line.intercept:
        index -= line.intercept
    index /= line.scale
    improved, worse = (index > rule.criterion), (index < -rule.criterion)
    if sign < 0:
        improved, worse = worse, improved
    estimate = after if crossing.shrink == 1.0 else crossing.centre + (after - crossing.centre) * crossing.shrink
    clinical = before < crossing.cutoff if sign > 0 else before > crossing.cutoff
    functional = sign * (estimate - crossing.cutoff) > crossing.beyond
    recovered = improved & functional if rule.method == "ha" else improved & functional & clinical
    # As numbers: worse than unchanged counts up, better counts down, one more step for each that crossed.
    kind = np.full(index.shape, UNCHANGED, np.int8)
    kind += worse
    kind -= improved
    kind -= recovered
    if rule.method != "ha":
        beyond = after > crossing.cutoff if sign > 0 else after < crossing.cutoff
        kind += worse & ~clinical & ~beyond
    kind[np.isnan(index)] = NOT_RATED
    reliable = improved.astype(np.int8) - worse
    return Changes(index, reliable, kind, rule)


def rule_from(pre: Any, post: Any, reliability: float, **stated: Any) -> ChangeRule:
    """A rule with the norms of the people themselves: those rated both times; what is `stated` stands."""
    import numpy as np

    before, after = np.asarray(pre, np.float64), np.asarray(post, np.float64)
    both = ~np.isnan(before + after)
    if not both.all():
        before, after = before[both], after[both]
    if len(before) < 2 or not (spread := float(before.std(ddof=1))) > 0:
        raise DataError(f"rated both times: {len(before)}; wanted two or more people who differ, to know the SD")
    norms: dict[str, Any] = {"mean": float(before.mean()), "sd": spread, "n": len(before)}
    if stated.get("method") in ("hll", "ha"):
        norms["post_mean"] = float(after.mean())
    if stated.get("method") == "ha" and after.std() > 0:
        norms |= {"post_sd": float(after.std(ddof=1)), "r": float(np.corrcoef(before, after)[0, 1])}
    return ChangeRule(reliability=reliability, **(norms | stated))
