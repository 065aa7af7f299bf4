"""What may be told of many people so that nothing can be told of a few: small cells, rounding, two releases compared.

    suppress([[14, 3], [40, 25]])             a table with its totals; small cells hidden, and what would give them away
    rounded(127)                              130; of fewer than ten it is None
    too_near(new, earlier)                    whether a release and earlier ones, subtracted, would tell of a few
    one_colleagues(leaders)                   whether the figures would be one therapist's own

Hiding the next smallest cell where a total would give a small one away is how OpenSAFELY redacts tables
(docs.opensafely.org, 'Statistical disclosure control'); the words for it are those of Willenborg & de Waal (2001),
primary and secondary suppression.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from accord.errors import DataError
from accord.outcome.withheld import SMALLEST

Cells = Mapping[str, Collection[str]]
"""Who is in a release, each with the fingerprints of what they gave: one fingerprint a quarter."""
SIGNS = ((-1, -1), (-1, 1), (1, -1))
NOTHING = 1e-9
"""Below this a loading of the null space is rounding."""


def rounded(count: int, *, to: int = SMALLEST, smallest: int = SMALLEST) -> int | None:
    """To the nearest ten, halves upwards; of fewer than `smallest` nothing is told."""
    _check(count)
    return None if count < smallest else (count + to // 2) // to * to


@dataclass(frozen=True)
class Suppressed:
    """A table of counts as it may be shown: None where a count is hidden. `hidden` says how many are, totals too."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None
    hidden: int


def suppress(counts: Sequence[Sequence[int]], *, smallest: int = SMALLEST, zeros: bool = False) -> Suppressed:
    """Hide what is below `smallest`, and as many others as it takes that no total gives a hidden one away.

    counts     rows of whole numbers of people, all of one length
    zeros      whether 'nobody' may be told; it is hidden otherwise, for it tells something of everybody in the row

    In each row and column at least two are hidden or none, and those hidden there come to `smallest` or more; no
    hidden cell follows from the shown ones by adding and subtracting, over the whole table. Who knows how many are
    hidden still knows a range for each.
    """
    table = _with_totals(counts)
    hidden = (table < smallest) & ~((table == 0) & zeros)
    while (found := _given_away(table, hidden, smallest)) is not None:
        hidden[found] = True
    shown = [[None if hidden[i, j] else int(table[i, j]) for j in range(table.shape[1])] for i in range(len(table))]
    inner = tuple(tuple(row[:-1]) for row in shown[:-1])
    return Suppressed(
        inner, tuple(row[-1] for row in shown[:-1]), tuple(shown[-1][:-1]), shown[-1][-1], int(hidden.sum())
    )


def _with_totals(counts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    if not counts or not counts[0] or len({len(row) for row in counts}) > 1:
        raise DataError(f"got rows of {sorted({len(row) for row in counts})} counts; wanted rows of one length above 0")
    for row in counts:
        for count in row:
            _check(count)
    inner = np.array(counts, np.int64)
    wide = np.column_stack([inner, inner.sum(1)])
    return np.vstack([wide, wide.sum(0)])


def _check(count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 0:
        raise DataError(f"got {count!r} for a number of people; wanted a whole number from 0")


Place = tuple[int, int]


def _lines(shape: tuple[int, ...]) -> Iterator[list[Place]]:
    """Each row and each column as places, its total last."""
    rows, columns = shape
    yield from ([(i, j) for j in range(columns)] for i in range(rows))
    yield from ([(i, j) for i in range(rows)] for j in range(columns))


def _given_away(table: NDArray[np.int64], hidden: NDArray[np.bool_], smallest: int) -> Place | None:
    """The next cell that has to be hidden too, or None where all is safe."""
    for line in _lines(table.shape):
        if _gives_away(line, table, hidden, smallest):
            return _next_smallest(line, table, hidden)
    for place in _known(table.shape, hidden):
        for line in _lines(table.shape):
            if place in line and any(not hidden[one] for one in line):
                return _next_smallest(line, table, hidden)
    return None


def _gives_away(line: list[Place], table: NDArray[np.int64], hidden: NDArray[np.bool_], smallest: int) -> bool:
    inside = [one for one in line[:-1] if hidden[one]]
    if hidden[line[-1]]:
        return not inside
    return bool(inside) and (len(inside) < 2 or sum(int(table[one]) for one in inside) < smallest)


def _next_smallest(line: list[Place], table: NDArray[np.int64], hidden: NDArray[np.bool_]) -> Place:
    """The smallest that is still shown; the total only where nothing else is."""
    left = [one for one in line[:-1] if not hidden[one]]
    return min(left, key=lambda one: (table[one], one)) if left else line[-1]


def _known(shape: tuple[int, ...], hidden: NDArray[np.bool_]) -> list[Place]:
    """Hidden cells that follow from the shown ones: those on which no solution of the sums is free."""
    places = [(int(i), int(j)) for i, j in np.argwhere(hidden)]
    if not places:
        return []
    at = {place: column for column, place in enumerate(places)}
    rows = []
    for line in _lines(shape):
        row = np.zeros(len(places))
        for place in line:
            if place in at:
                row[at[place]] = -1.0 if place == line[-1] else 1.0
        rows.append(row)
    _, strength, loading = np.linalg.svd(np.array(rows), full_matrices=True)
    free = loading[int((strength > NOTHING).sum()) :]
    return [place for place, column in at.items() if not np.any(np.abs(free[:, column]) > NOTHING)]


@dataclass(frozen=True)
class Near:
    """Earlier releases, by their places, from which a new one differs by what `clients` gave: too few to be told of."""

    earlier: tuple[int, ...]
    clients: int


def too_near(new: Cells, earlier: Sequence[Cells], *, smallest: int = SMALLEST) -> Near | None:
    """Whether adding or subtracting a release and one or two earlier ones leaves what 1 to 9 people gave.

    Somebody differs where they are in one and not in the other, and where what they gave in a quarter is not the
    same. Exactly the same is no difference: nothing is learned from it. None where all is well.
    """
    table, first = _releases([new, *earlier])
    for places, left in _differences(table):
        clients = int(np.logical_or.reduceat(left != 0, first).sum()) if len(left) else 0
        if 0 < clients < smallest:
            return Near(places, clients)
    return None


def _releases(every: Sequence[Cells]) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """A row a release, a column for what somebody gave in a quarter; and the column at which each person begins."""
    columns = sorted({(client, cell) for one in every for client, cells in one.items() for cell in cells})
    at = {column: place for place, column in enumerate(columns)}
    table = np.zeros((len(every), len(columns)), np.int8)
    for row, one in enumerate(every):
        table[row, [at[client, cell] for client, cells in one.items() for cell in cells]] = 1
    first = [place for place, (client, _) in enumerate(columns) if not place or columns[place - 1][0] != client]
    return table, np.array(first, np.int64)


def _differences(table: NDArray[np.int8]) -> Iterator[tuple[tuple[int, ...], NDArray[np.int8]]]:
    new, earlier = table[0], table[1:]
    for place, one in enumerate(earlier):
        yield (place,), new - one
    for a, b in combinations(range(len(earlier)), 2):
        for sign_a, sign_b in SIGNS:
            yield (a, b), new + sign_a * earlier[a] + sign_b * earlier[b]


def one_colleagues(
    leaders: Iterable[Collection[Hashable]],
    *,
    own: Hashable = None,
    to_colleagues: bool = False,
    smallest: int = SMALLEST,
) -> bool:
    """Whether figures of these clients would be, for somebody who reads them, one colleague's own.

    leaders          of each client the therapists who led them
    own              whoever makes the figures, where they lead clients themself: they know those, and may show them
    to_colleagues    also therapists read them, each of whom could subtract their own clients
    """
    clients = [frozenset(one) for one in leaders]
    everybody = {one for each in clients for one in each}
    readers = {None, *([own] if own in everybody else []), *(everybody if to_colleagues else [])}
    return any(_stands_out(clients, reader, own, smallest) for reader in readers)


def _stands_out(clients: Sequence[frozenset[Hashable]], reader: Hashable, own: Hashable, smallest: int) -> bool:
    others = [one for one in clients if reader is None or reader not in one]
    leading = Counter(leader for one in others for leader in one if leader != own)
    return bool(leading) and len(others) - max(leading.values()) < smallest
