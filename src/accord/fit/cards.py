"""The shortlist: three to five therapists who pass, unlike each other, each with what fits and what does not."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from accord.fit.columns import UNKNOWN_STYLE, Profiles, Rows
from accord.fit.concerns import methods
from accord.fit.filters import Relaxed, nobody, passing, relaxed
from accord.fit.likeness import Engine
from accord.fit.needs import AXES, Needs
from accord.fit.profile import Profile, Reason
from accord.fit.ranking import POOL, Ranked, accommodation, ranked
from accord.fit.reasons import differs, reasons

MOST = 5
# Of one way of working, as long as there are others.
ALIKE = 2


@dataclass(frozen=True, slots=True)
class Card:
    """One therapist on the list: why they are on it, and what does not match."""

    id: str
    reasons: tuple[Reason, ...]
    differs: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What came of it.

    passed      how many pass the gate; `excluded` how many each limit keeps out, who fails two is counted in both
    near_best   how many of those who pass are too near the first place to tell apart, and take turns at it
    words       how free words were compared: None where there was nothing to compare
    relaxed     when nobody passes, what one limit less would bring, and `nobody` why in one sentence
    """

    cards: tuple[Card, ...]
    passed: int
    excluded: dict[str, int]
    near_best: int = 0
    words: Engine | None = None
    relaxed: tuple[Relaxed, ...] = ()
    nobody: str | None = None


def shortlist(
    needs: Needs, profiles: Profiles, on: date, seed: int, *, top: int = MOST, engine: Engine = "auto"
) -> Shortlist:
    """Gate, rank, and spread out. The same seed gives the same list, in whatever order the therapists stand."""
    gate = passing(needs, profiles, on)
    if not len(gate.rows):
        less = relaxed(needs, profiles, on)
        why = nobody(needs, len(profiles), gate.excluded, less)
        return Shortlist((), 0, gate.excluded, relaxed=less, nobody=why)
    best = chosen(needs, profiles, gate.rows, on, seed, top=top, engine=engine)
    cards = tuple(card(needs, profiles.row(row), on) for row in best.rows.tolist())
    return Shortlist(cards, len(gate.rows), gate.excluded, best.near_best, best.words)


def chosen(
    needs: Needs, profiles: Profiles, passed: Rows, on: date, seed: int, *, top: int = MOST, engine: Engine = "auto"
) -> Ranked:
    """Of those who pass, who gets a card: the best, in order, spread out.

    It looks at ids, methods, what they offer, styles, when they can begin and what they write, and at nothing else.
    """
    order = ranked(needs, profiles, passed, on, seed, engine)
    rows = spread(_with_others(needs, profiles, passed, order.rows), needs, profiles, top)
    return replace(order, rows=np.array(rows, np.int64))


def card(needs: Needs, profile: Profile, on: date) -> Card:
    """What stands on the card of somebody who passes."""
    return Card(profile.id, reasons(needs, profile, on), differs(needs, profile, on))


def kinds(needs: Needs, profiles: Profiles, rows: Rows) -> NDArray[np.int64]:
    """A number for each way of working: the method for the first concern, and the side on each axis."""
    kind = np.zeros(len(rows), np.int64)
    for styles in profiles.styles[:, rows]:
        kind = kind * 3 + np.where(styles == UNKNOWN_STYLE, 0, np.sign(styles)) + 1
    method = np.full(len(rows), len(methods()), np.int64)
    known = [name for name in needs.first.methods or methods() if name in profiles.methods.names]
    for place in range(len(known) - 1, -1, -1):
        for bits, mask in profiles.methods.any_of([known[place]]):
            method[(bits[rows] & mask) != 0] = place
    found: NDArray[np.int64] = method * 3 ** len(AXES) + kind
    return found


def spread(rows: Rows, needs: Needs, profiles: Profiles, top: int) -> list[int]:
    """The first of each kind and a second one, by rank; more of a kind only when there are no others left."""
    seen: dict[int, int] = {}
    chosen: list[int] = []
    left: list[int] = []
    for row, kind in zip(rows.tolist(), kinds(needs, profiles, rows).tolist(), strict=True):
        seen[kind] = seen.get(kind, 0) + 1
        (chosen if seen[kind] <= ALIKE else left).append(row)
    return [*chosen, *left][:top]


def _with_others(needs: Needs, profiles: Profiles, passed: Rows, best: Rows) -> Rows:
    """The ranked ones, and behind them the best of other kinds where the ranked are all alike."""
    found = set(kinds(needs, profiles, best).tolist())
    if len(passed) <= POOL or len(found) > ALIKE:
        return best
    others = passed[~np.isin(kinds(needs, profiles, passed), list(found))]
    met = accommodation(needs, profiles, others)
    return np.concatenate([best, others[np.lexsort((profiles.keys[others], -met))[:POOL]]])
