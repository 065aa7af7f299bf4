"""The best allotment as a flow of least cost, and the proof that no better one was left out.

The solver sees each person's best arcs only. Prices for the therapists are then worked out under which nobody would
rather take another of those arcs. Whoever would rather take one that was left out gets it, and it is solved again; when
nobody would, the allotment is the best there is over all arcs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Fits = NDArray[np.int16]
Seen = NDArray[np.bool_]
# How many arcs each person begins with.
ARCS = 100
SHUT = -(2**30)
BLOCK = 256


@dataclass(frozen=True, eq=False)
class Flow:
    """For each person the therapist's column, or -1; the sum of fits, and how often it was solved to prove it."""

    therapist: Whole
    total: int
    rounds: int


def best_flow(fit: Fits, priority: Whole, places: Whole, arcs: int = ARCS) -> Flow:
    """Most priority placed, then the largest total of `fit`; -1 in `fit` is no arc."""
    people, therapists = fit.shape
    if not people or not therapists:
        return Flow(np.full(people, -1, np.int64), 0, 0)
    # One step of priority outweighs whatever the fits can add up to.
    worth = priority * (people * (int(fit.max()) + 1) + 1)
    seen, rounds = _kept(fit, min(arcs, therapists)), 0
    while True:
        rounds += 1
        chosen = _solved(fit, worth, places, seen)
        price = prices(np.where(seen, fit, np.int16(-1)), worth, places, chosen)
        if price is None:
            raise ArithmeticError("the solver of flows gave an allotment that is not the best of its own arcs")
        missed = wished_for(fit, seen, worth, chosen, price)
        if not len(missed[0]):
            placed = np.flatnonzero(chosen >= 0)
            return Flow(chosen, int(fit[placed, chosen[placed]].sum(dtype=np.int64)), rounds)
        seen[missed] = True


def _kept(fit: Fits, arcs: int) -> Seen:
    """Each person's best arcs. Among equal ones every person keeps others, so that not all want the same few."""
    seen = np.zeros(fit.shape, bool)
    columns = np.arange(fit.shape[1])
    for at in range(0, len(fit), BLOCK):
        block = fit[at : at + BLOCK].astype(np.int32)
        rows = np.arange(at, at + len(block))[:, None]
        turned = block * 4096 + (columns * 1_103_515 + rows * 2_654_435 >> 7) % 4096
        best = np.argpartition(-turned, arcs - 1, axis=1)[:, :arcs]
        np.put_along_axis(seen[at : at + BLOCK], best, True, axis=1)
    return seen & (fit >= 0)


def _solved(fit: Fits, worth: Whole, places: Whole, seen: Seen) -> Whole:
    """The flow of least cost over these arcs: person to therapist to the end, or straight to the end at no gain."""
    from ortools.graph.python import min_cost_flow

    people, therapists = fit.shape
    persons, columns, end = np.arange(people), np.arange(therapists), people + therapists
    solver: Any = min_cost_flow.SimpleMinCostFlow()
    tails, heads = (each.astype(np.int64) for each in np.nonzero(seen))
    gain = worth[tails] + fit[tails, heads]
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, people + heads, np.ones_like(tails), -gain)
    solver.add_arcs_with_capacity_and_unit_cost(
        people + columns, np.full(therapists, end), np.maximum(places, 0), np.zeros(therapists, np.int64)
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        persons, np.full(people, end), np.ones(people, np.int64), np.zeros(people, np.int64)
    )
    solver.set_nodes_supplies(
        np.arange(end + 1), np.r_[np.ones(people, np.int64), np.zeros(therapists, np.int64), -people]
    )
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise ArithmeticError(f"the solver of flows said {status} of a flow that always exists")
    chosen = np.full(people, -1, np.int64)
    used = np.flatnonzero(solver.flows(arcs) > 0) if len(tails) else np.zeros(0, np.int64)
    chosen[tails[used]] = heads[used]
    return chosen


def prices(fit: Fits, worth: Whole, places: Whole, chosen: Whole) -> Whole | None:
    """Prices that prove the allotment the best over these arcs; None where it is not, since then there are none.

    A price is at least what somebody left out would bring, and at least the price elsewhere plus what a person there
    would gain by moving. A therapist with room costs nothing, and nobody pays more than they bring.
    """
    placed = np.flatnonzero(chosen >= 0)
    gains = _gains(fit, chosen, placed)
    price = _bids(fit, worth, np.flatnonzero(chosen < 0))
    spare = np.bincount(chosen[placed], minlength=fit.shape[1]) < places
    brings = np.full(fit.shape[1], np.iinfo(np.int64).max)
    np.minimum.at(brings, chosen[placed], worth[placed] + fit[placed, chosen[placed]])
    moved = np.arange(fit.shape[1])
    # Prices that still rise after as many rounds as there are therapists would rise for ever.
    for _ in range(fit.shape[1] + 1):
        if (price[spare] > 0).any() or (price > brings).any():
            return None
        offered: Whole = np.maximum(price, (price[moved, None] + gains[moved]).max(axis=0))
        moved = np.flatnonzero(offered > price)
        price = offered
        if not len(moved):
            return price
    return None


def wished_for(fit: Fits, seen: Seen, worth: Whole, chosen: Whole, price: Whole) -> tuple[Whole, Whole]:
    """The arcs not seen that somebody would rather have at these prices than what they have; nobody: it is the best."""
    placed = np.flatnonzero(chosen >= 0)
    have = -worth
    have[placed] = fit[placed, chosen[placed]] - price[chosen[placed]]
    rows, columns = [], []
    for at in range(0, len(fit), BLOCK):
        block = slice(at, at + BLOCK)
        better = (fit[block] - price > have[block, None]) & (fit[block] >= 0) & ~seen[block]
        row, column = np.nonzero(better)
        rows.append(row + at)
        columns.append(column)
    return np.concatenate(rows), np.concatenate(columns)


def _bids(fit: Fits, worth: Whole, left: Whole) -> Whole:
    """What those left out would bring to each therapist."""
    price = np.zeros(fit.shape[1], np.int64)
    for person in left:
        there = np.flatnonzero(fit[person] >= 0)
        price[there] = np.maximum(price[there], worth[person] + fit[person, there])
    return price


def _gains(fit: Fits, chosen: Whole, placed: Whole) -> NDArray[np.int32]:
    """From each therapist to each other: the most that one of their people would gain by the move."""
    gains = np.full((fit.shape[1], fit.shape[1]), SHUT, np.int32)
    by_column = placed[np.argsort(chosen[placed], kind="stable")]
    columns, starts = np.unique(chosen[by_column], return_index=True)
    ends = np.r_[starts[1:], len(by_column)]
    for at in range(0, len(columns), BLOCK):
        first, last = starts[at], ends[min(at + BLOCK, len(columns)) - 1]
        block = by_column[first:last]
        gain = fit[block].astype(np.int32)
        shut = gain < 0
        gain -= fit[block, chosen[block], None]
        gain[shut] = SHUT
        gains[columns[at : at + BLOCK]] = np.maximum.reduceat(gain, starts[at : at + BLOCK] - first, axis=0)
    return gains
