"""What a structural model is: rows that say what is free, fixed or equal, and the matrices made of them.

A row is one path, covariance or mean, in lavaan's words:

    =~   a latent variable is measured by (loading)          ~    is predicted by (among latent variables)
    ~~   variance, or covariance of two                      ~1   mean or intercept

Rows with the same label are one number. In matrices (LISREL's): y = nu + Lambda eta + e, eta = alpha + B eta + z, z ~
Psi, e ~ Theta; so Sigma = Lambda A Psi A' Lambda' + Theta with A = (I - B)^-1. Every cell is coef x one parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from accord.errors import UsageError
from accord.evidence.structural.moments import Bools, Floats, Ints

LAMBDA, BETA, PSI, THETA, NU, ALPHA = range(6)


class Row(NamedTuple):
    """One line of a model. Free with its own name where `label` is None, fixed where `value` is given."""

    lhs: str
    op: str
    rhs: str
    label: str | None = None
    value: float | None = None
    start: float = 0.0
    coef: float = 1.0
    group: int = 0

    @property
    def name(self) -> str:
        return f"{self.lhs} {self.op}" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def key(self) -> str:
        """By this rows are one parameter."""
        return self.label or (self.name if self.group == 0 else f"{self.name} in group {self.group + 1}")


@dataclass(frozen=True, eq=False)
class Group:
    """One group's matrices in one flat vector, and its free cells, in the order paths, Psi, Theta, nu, alpha.

    base [size] fixed values; place, source, times: which flat places are moved by which cell, times what
    kind, row, col [q] of the cells; spread [q, parameters]: by how much each parameter moves each cell
    """

    p: int
    m: int
    base: Floats
    place: Ints
    source: Ints
    times: Floats
    kind: Ints
    row: Ints
    col: Ints
    spread: Floats

    def matrices(self, theta: Floats) -> list[Floats]:
        """Lambda, B, Psi, Theta, nu, alpha at these parameters."""
        flat = self.base.copy()
        flat[self.place] += self.times * theta[self.source]
        shapes = _shapes(self.p, self.m)
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)]

    @property
    def paths(self) -> int:
        return int((self.kind <= BETA).sum())

    @property
    def covariances(self) -> int:
        """Cells that move Sigma; the rest move the means alone."""
        return int((self.kind <= THETA).sum())

    @property
    def doubled(self) -> Floats:
        """1/2 for a variance, whose derivative u v' + v u' counts itself twice, and 1 else."""
        inside = (self.kind == PSI) | (self.kind == THETA)
        return np.where(inside & (self.row == self.col), 0.5, 1.0)[: self.covariances]


@dataclass(frozen=True, eq=False)
class Model:
    """All groups, the names and starting values of the free parameters, and the rows they came from."""

    rows: tuple[Row, ...]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    groups: tuple[Group, ...]
    parameters: tuple[str, ...]
    start: Floats
    free: Ints

    @property
    def means(self) -> bool:
        return any(row.op == "~1" for row in self.rows)


def _shapes(p: int, m: int) -> tuple[tuple[int, ...], ...]:
    return (p, m), (m, m), (m, m), (p, p), (p,), (m,)


def build(rows: Sequence[Row], observed: Sequence[str], latent: Sequence[str], groups: int = 1) -> Model:
    """Matrices from rows. Raises UsageError for a name that is neither measured nor latent, and for a row given
    twice."""
    keys = {row.key: None for row in rows if row.value is None}
    number = {key: at for at, key in enumerate(keys)}
    free = np.array([number[row.key] if row.value is None else -1 for row in rows], np.int64)
    start = np.zeros(len(number))
    for row, at in zip(reversed(rows), reversed(free.tolist()), strict=True):
        if at >= 0:
            start[at] = row.start
    own = [_group(rows, free, g, list(observed), list(latent), len(number)) for g in range(groups)]
    return Model(tuple(rows), tuple(observed), tuple(latent), tuple(own), tuple(number), start, free)


def _group(
    rows: Sequence[Row], free: Ints, group: int, observed: list[str], latent: list[str], parameters: int
) -> Group:
    p, m = len(observed), len(latent)
    offsets = np.cumsum([0, *(int(np.prod(shape)) for shape in _shapes(p, m))])
    base, taken = np.zeros(offsets[-1]), set()
    where = {name: (True, at) for at, name in enumerate(observed)} | {
        name: (False, at) for at, name in enumerate(latent)
    }
    cells: list[tuple[int, int, int, int, float, list[int]]] = []
    for row, number in zip(rows, free.tolist(), strict=True):
        if row.group != group:
            continue
        kind, i, j = _cell(row, where)
        if (kind, i, j) in taken:
            raise UsageError(f"{row.name!r} stands twice in the model; each path, covariance and mean is wanted once")
        taken.add((kind, i, j))
        places = _places(kind, i, j, int(offsets[kind]), m, p)
        if row.value is None:
            cells.append((kind, i, j, number, row.coef, places))
        else:
            base[places] += row.coef * row.value
    cells.sort(key=lambda cell: cell[0])
    return _arrays(cells, base, p, m, parameters)


def _arrays(
    cells: list[tuple[int, int, int, int, float, list[int]]], base: Floats, p: int, m: int, parameters: int
) -> Group:
    spread = np.zeros((len(cells), parameters))
    for at, cell in enumerate(cells):
        spread[at, cell[3]] = cell[4]
    moved = [(place, cell[3], cell[4]) for cell in cells for place in cell[5]]
    place, source, times = zip(*moved, strict=True) if moved else ((), (), ())
    kind, row, col = (np.array([cell[part] for cell in cells], np.int64) for part in range(3))
    whole = np.array(place, np.int64), np.array(source, np.int64), np.array(times, np.float64)
    return Group(p, m, base, *whole, kind, row, col, spread)


def _cell(row: Row, where: dict[str, tuple[bool, int]]) -> tuple[int, int, int]:
    """Matrix, row and column of one line of the model."""
    names = (row.lhs,) if row.op == "~1" else (row.lhs, row.rhs)
    for name in names:
        if name not in where:
            raise UsageError(f"{row.name!r}: {name!r} is neither a column nor a latent variable of the model")
    seen, i = where[row.lhs]
    if row.op == "~1":
        return (NU if seen else ALPHA), i, 0
    other, j = where[row.rhs]
    if row.op == "=~" and not seen:
        return (LAMBDA, j, i) if other else (BETA, j, i)
    if row.op == "~" and not seen and not other:
        return BETA, i, j
    if row.op == "~~" and seen == other:
        return (THETA if seen else PSI), max(i, j), min(i, j)
    raise UsageError(f"{row.name!r} is no loading, path among latent variables, covariance within a level, or mean")


def _places(kind: int, i: int, j: int, offset: int, m: int, p: int) -> list[int]:
    if kind in (NU, ALPHA):
        return [offset + i]
    wide = p if kind == THETA else m
    both = {offset + i * wide + j, offset + j * wide + i} if kind in (PSI, THETA) else {offset + i * wide + j}
    return sorted(both)


def pattern_of(model: Model) -> tuple[Bools, ...]:
    """For each group, which parameters move anything in it."""
    return tuple((group.spread != 0).any(axis=0) for group in model.groups)
