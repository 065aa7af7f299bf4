"""The same results as the kernel in plain Python, for any method: its witness, and quick enough for a practice."""

import math
from itertools import pairwise
from typing import Any

from accord.alliance.detectors import Look, mean, z
from accord.alliance.episode import OPEN, QUIET, Episode, advance
from accord.alliance.rule import K, Rule

NOTHING, WATCH, ALERT = 0, 1, 2


def run(
    starts: Any, session: Any, value: Any, rule: Rule, z_out: Any, frozen_out: Any, signal: Any, repair: Any
) -> None:
    """Fill the last four, course by course."""
    sessions, values = session.tolist(), value.tolist()
    bounds = starts.tolist()
    for first, last in pairwise(bounds):
        rows = zip(range(first, last), sessions[first:last], values[first:last], strict=True)
        for row, *told in _course(rows, rule):
            z_out[row], frozen_out[row], signal[row], repair[row] = told


def _course(rows: Any, rule: Rule) -> Any:
    how, sw = rule.detector, rule.sd_within
    kept, last = how.start(), ()
    episode: Episode | None = None
    for row, session, y in rows:
        if math.isnan(y):
            yield row, math.nan, math.nan, NOTHING, OPEN if episode else QUIET
            continue
        look = how.look(kept, y, sw, rule.reliable_drop)
        now = z(y, mean(last), len(last), sw) if last else math.nan
        frozen = z(y, episode.baseline, episode.n, sw) if episode else now
        fires = bool(last) and look is not None and look.fires
        moved = advance(episode, session, y, last, fires, rule)
        yield row, now, frozen, _tier(y, last, look, rule), moved.state
        kept, last, episode = how.learn(kept, y), (*last[1 - K :], y), moved.kept


def _tier(y: float, last: tuple[float, ...], look: Look | None, rule: Rule) -> int:
    if look is None or not last or not look.fires:
        return NOTHING
    return ALERT if mean(last) - y >= rule.reliable_drop else WATCH
