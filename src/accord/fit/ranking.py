"""The order of those who pass: preferences met, their own words, waiting. Near ties take turns, by seed.

No number of this leaves the room: a card carries reasons, never a score or a percentage.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from accord.fit.columns import NEVER, UNKNOWN_STYLE, Profiles, Rows, day_number, keys_of, mixed
from accord.fit.concerns import concern
from accord.fit.filters import any_of
from accord.fit.likeness import Engine, available, likeness
from accord.fit.needs import AXES, STRONG, STRONGEST, Needs

Floats = NDArray[np.float64]
# Our choices: what words and waiting weigh beside the preferences, and what is too near to tell apart.
WORDS_WEIGH, WAITING_WEIGHS, NEAR = 0.2, 0.2, 0.05
# A wait of three months or more is as long as any other.
LONGEST_WAIT = 90
# So many of the best by the rest have their words compared.
POOL = 200
# How much a second and a third concern count, beside a preference of full strength.
FURTHER_CONCERNS = (2 / 3, 1 / 3)


@dataclass(frozen=True, eq=False)
class Ranked:
    """Rows, best first; how many share the first place; how words were compared, None where nothing was to compare."""

    rows: Rows
    near_best: int
    words: Engine | None


def accommodation(needs: Needs, profiles: Profiles, rows: Rows) -> Floats:
    """How far strong preferences are met, 0 to 1: sum of strength times accommodation, over the sum of strengths.

    On an axis the accommodation is 1 - |wanted - offered| / 6; who has not said counts as the middle. A wish and a
    further concern are met or not. Nothing strong to meet is 1 for everybody.
    """
    met, strengths = np.zeros(len(rows)), 0.0
    for place, axis in enumerate(AXES):
        if abs(wanted := needs.style(axis.id)) >= STRONG:
            said = profiles.styles[place, rows].astype(np.float64)
            offered = np.where(said == UNKNOWN_STYLE, 0.0, said)
            strength = abs(wanted) / STRONGEST
            met += strength * (1 - np.abs(wanted - offered) / (2 * STRONGEST))
            strengths += strength
    for wish in needs.wishes:
        met += any_of(profiles.offers, (wish,))(rows)
        strengths += 1
    for name, strength in zip(needs.concerns[1:], FURTHER_CONCERNS, strict=False):
        met += strength if concern(name).open else strength * any_of(profiles.methods, concern(name).methods)(rows)
        strengths += strength
    return met / strengths if strengths else np.ones(len(rows))


def waiting_days(profiles: Profiles, rows: Rows, on: date) -> NDArray[np.int64]:
    """Days until somebody new can begin."""
    start = profiles.free_from[rows].astype(np.int64)
    return np.where(start == NEVER, 0, np.maximum(start - day_number(on), 0))


def ranked(needs: Needs, profiles: Profiles, rows: Rows, on: date, seed: int, engine: Engine = "auto") -> Ranked:
    """The best of those who pass, in order: POOL at most."""
    wait = np.minimum(waiting_days(profiles, rows, on), LONGEST_WAIT) / LONGEST_WAIT
    base = accommodation(needs, profiles, rows) + WAITING_WEIGHS * (1 - wait)
    turns = turns_of(profiles, rows, seed)
    pool = _pool(base, turns)
    score, words = base[pool], None
    if needs.words.strip() and len(pool):
        texts = profiles.texts(rows[pool])
        if any(texts):
            words = available(engine)
            score = score + WORDS_WEIGH * likeness(needs.words, texts, words)
    order, first = in_turns(score, turns[pool])
    if words is None and len(base):
        first = int(np.count_nonzero(base >= base.max() - NEAR))
    return Ranked(rows[pool[order]], first, words)


def turns_of(profiles: Profiles, rows: Rows, seed: int) -> NDArray[np.uint64]:
    """What decides among equals: as good as chance for every seed, and the same wherever a row stands."""
    start = np.full(1, seed % 2**64, np.uint64)
    few = "keys" not in vars(profiles) and len(rows) * 4 < len(profiles)
    keys = keys_of([profiles.ids[row] for row in rows.tolist()]) if few else profiles.keys[rows]
    return mixed(keys ^ mixed(start))


def in_turns(score: Floats, turns: NDArray[np.uint64]) -> tuple[Rows, int]:
    """The order, and how many share the first place. All within NEAR of the best left share a place, and take turns."""
    falling = np.argsort(-score, kind="stable")
    group, best, place = np.zeros(len(score), np.int64), np.inf, -1
    for row in falling:
        if best - score[row] > NEAR or place < 0:
            best, place = score[row], place + 1
        group[row] = place
    return np.lexsort((turns, group)), int(np.count_nonzero(group == 0))


def _pool(base: Floats, turns: NDArray[np.uint64]) -> Rows:
    """The POOL best; where more than that share the first place, those whose turn it is."""
    if len(base) <= POOL:
        return np.arange(len(base))
    best = float(base.max())
    share = np.flatnonzero(base >= best - NEAR)
    if len(share) >= POOL:
        return share[np.argpartition(turns[share], POOL - 1)[:POOL]]
    least = np.partition(base, len(base) - POOL)[len(base) - POOL]
    above, equal = np.flatnonzero(base > least), np.flatnonzero(base == least)
    return np.concatenate([above, equal[np.argsort(turns[equal])[: POOL - len(above)]]])
