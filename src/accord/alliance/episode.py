"""A drop and what becomes of it: its baseline is frozen when it begins, and stays so until scores return."""

from typing import NamedTuple

from accord.alliance.detectors import mean
from accord.alliance.rule import Rule

QUIET, OPEN, REPAIRED = 0, 1, 2


class Episode(NamedTuple):
    """A drop without a return so far: its frozen baseline, what counts as a return, and rated sessions since."""

    baseline: float
    n: int
    needed: float
    window: int
    since: int
    after: int = 0
    # Back at the old level, but after the window: open by the rule, and no reason to overlook the next drop.
    late: bool = False


class Step(NamedTuple):
    """Where it stands after a rating: what is kept, what is told about it, and which of the three states."""

    kept: Episode | None
    told: Episode | None
    state: int


def advance(episode: Episode | None, session: int, y: float, last: tuple[float, ...], fires: bool, rule: Rule) -> Step:
    """One rated session on."""
    step = _follow(episode, y)
    if fires and (step.kept is None or step.kept.late):
        m = mean(last)
        needed, window = rule.needed(m, last[-1])
        begun = Episode(m, len(last), needed, window, session)
        return Step(begun, begun, OPEN)
    return step


def _follow(episode: Episode | None, y: float) -> Step:
    if episode is None:
        return Step(None, None, QUIET)
    after, back = episode.after + 1, y >= episode.needed
    moved = episode._replace(after=after, late=episode.late or back)
    if back and after <= episode.window:
        return Step(None, moved, REPAIRED)
    return Step(moved, moved, OPEN)
