"""What is read beside the score: strain, the gap between the two views, a check-in that did not come, the ceiling."""

from typing import NamedTuple

from accord.alliance import words
from accord.alliance.detectors import mean
from accord.alliance.rule import K, Rule
from accord.alliance.values import Ceiling, Entry, Signal

STRAIN_AT = 3.0
GAP_AT = 1.5
# So many check-ins in a row, with none left out, make one that does not come worth a word.
FULL_COURSE = 3
# Near perfect: within this share of the best score. So many ratings are needed before it is said.
NEAR, CEILING_FROM = 0.04, 3


class Beside(NamedTuple):
    """What is kept for it: the last gaps, and whether all ratings so far came, and were near the top."""

    gaps: tuple[float, ...] = ()
    unbroken: bool = True
    rated: int = 0
    total: float = 0.0
    near_top: bool = True


def signals(kept: Beside, entry: Entry, y: float | None, rule: Rule) -> tuple[Signal, ...]:
    """Signals that do not need the score to fall; they read a high score as they read a low one."""
    if not entry.attended:
        return ()
    return (*_strain(entry), *_gap(kept, entry, y, rule), *_missing(kept, entry, y))


def learn(kept: Beside, entry: Entry, y: float | None, rule: Rule) -> Beside:
    if not entry.attended:
        return kept
    if y is None:
        # Said once: after a check-in that did not come the course of them is no longer full.
        return kept._replace(unbroken=False)
    gap = None if entry.other is None else entry.other - y
    near = rule.top is not None and y >= rule.top * (1 - NEAR)
    return Beside(
        gaps=kept.gaps if gap is None else (*kept.gaps[1 - K :], gap),
        unbroken=kept.unbroken,
        rated=kept.rated + 1,
        total=kept.total + y,
        near_top=kept.near_top and near,
    )


def ceiling(kept: Beside, rule: Rule) -> Ceiling | None:
    """Said as long as every rating from the first on has been near the best."""
    if rule.top is None or not kept.near_top or kept.rated < CEILING_FROM:
        return None
    reason = words.ceiling(kept.rated, rule.top)
    return Ceiling(kept.total / kept.rated, rule.top * (1 - NEAR), kept.rated, reason)


def _strain(entry: Entry) -> list[Signal]:
    return [
        Signal("strain", "watch", value, STRAIN_AT, 1, f"strain:{item}", words.strain(item, value))
        for item, value in entry.strain.items()
        if value is not None and value >= STRAIN_AT
    ]


def _gap(kept: Beside, entry: Entry, y: float | None, rule: Rule) -> list[Signal]:
    if y is None or entry.other is None or not kept.gaps:
        return []
    change, most = entry.other - y - mean(kept.gaps), GAP_AT * rule.sd_people
    if abs(change) < most:
        return []
    return [Signal("gap", "watch", change, most, len(kept.gaps), "gap-change", words.gap(change, len(kept.gaps)))]


def _missing(kept: Beside, entry: Entry, y: float | None) -> list[Signal]:
    if y is not None or not kept.unbroken or kept.rated < FULL_COURSE:
        return []
    return [Signal("missing", "watch", 0.0, 1.0, kept.rated, "missing-check-in", words.missing(kept.rated))]
