"""The best allotment as a flow of least cost, and the proof that no better one was left out.

The solver sees each person's best arcs only. Prices for the therapists are then worked out over *all* arcs: if such
prices exist under which nobody would rather go elsewhere, the allotment is the best there is; if not, the solver gets
more arcs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Fits = NDArray[np.int16]
# How many arcs each person begins with.
ARCS = 200
# How often prices may move before the proof is given up and more arcs are taken.
MOVES = 500
SHUT = -(2**30)
BLOCK = 256


@dataclass(frozen=True, eq=False)
class Flow:
    """For each person the therapist's column, or -1; the sum of fits; and whether no sum is larger."""

    therapist: Whole
    total: int
    optimal: bool


def best_flow(fit: Fits, priority: Whole, places: Whole, arcs: int = ARCS) -> Flow:
    """Most priority placed, then the largest total of `fit`; -1 in `fit` is no arc."""
    people, therapists = fit.shape
    if not people or not therapists:
        return Flow(np.full(people, -1, np.int64), 0, True)
    # One step of priority outweighs whatever the fits can add up to.
    worth = priority * (people * (int(fit.max()) + 1) + 1)
    while True:
        chosen = _solved(fit, worth, places, _kept(fit, arcs))
        proven = arcs >= therapists or nobody_would_move(fit, worth, places, chosen)
        if proven:
            placed = np.flatnonzero(chosen >= 0)
            return Flow(chosen, int(fit[placed, chosen[placed]].sum(dtype=np.int64)), True)
        arcs *= 2


def _kept(fit: Fits, arcs: int) -> tuple[Whole, Whole]:
    """Each person's best arcs. Among equal ones every person keeps others, so that not all want the same few."""
    tails, heads = [], []
    columns = np.arange(fit.shape[1])
    for at in range(0, len(fit), BLOCK):
        block = fit[at : at + BLOCK].astype(np.int32)
        rows = np.arange(at, at + len(block))[:, None]
        turned = block * 4096 + (columns * 1_103_515 + rows * 2_654_435 >> 7) % 4096
        turned[block < 0] = SHUT
        if arcs < fit.shape[1]:
            best = np.argpartition(-turned, arcs - 1, axis=1)[:, :arcs]
        else:
            best = np.broadcast_to(columns, block.shape)
        there = np.take_along_axis(block, best, axis=1) >= 0
        tails.append(np.broadcast_to(rows, best.shape)[there])
        heads.append(best[there])
    return np.concatenate(tails).astype(np.int64), np.concatenate(heads).astype(np.int64)


def _solved(fit: Fits, worth: Whole, places: Whole, kept: tuple[Whole, Whole]) -> Whole:
    """The flow of least cost over these arcs: person to therapist to the end, or straight to the end at no gain."""
    from ortools.graph.python import min_cost_flow

    people, therapists = fit.shape
    persons, columns, end = np.arange(people), np.arange(therapists), people + therapists
    solver: Any = min_cost_flow.SimpleMinCostFlow()
    tails, heads = kept
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


def nobody_would_move(fit: Fits, worth: Whole, places: Whole, chosen: Whole) -> bool:
    """Whether there are prices that prove the allotment: the dual check, over every arc.

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
    for _ in range(MOVES):
        if (price[spare] > 0).any() or (price > brings).any():
            return False
        offered = np.maximum(price, (price[moved, None] + gains[moved]).max(axis=0))
        moved = np.flatnonzero(offered > price)
        price = offered
        if not len(moved):
            return True
    return False


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
