"""A site: it keeps its rows, and tells sums of many.

    site = Site("y ~ x + (1 + x | client) + (1 | therapist)", rows)
    share = site.share()            what may leave it: tables of blocks of ten and more, or totals alone
    site.share(ask)                 totals, and answers to what the pooling side asks

An answer to covariances D is C'V^-1 C and log|V| summed over the site, and how both move with each D. Added over sites
they are those of the whole, as long as nobody belongs to two sites.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from accord.errors import DataError, RefusedError, UsageError
from accord.evidence.mixed.design import Design
from accord.evidence.mixed.formula import read
from accord.evidence.mixed.nested import above, outward
from accord.evidence.mixed.sums import Sums, parents, reduce
from accord.evidence.sharing import disclosure
from accord.evidence.sharing.layout import Layout, Units
from accord.evidence.sharing.part import Met, Part, mean_weight, met, moments, reduced
from accord.outcome.columns import Floats
from accord.outcome.withheld import SMALLEST

MOST_POINTS = 600


class Answer(NamedTuple):
    """left [c, c]; logs; own [q, q] and taken [q, q, c, c] of each level: the criterion's slope is own - taken : M."""

    left: Floats
    logs: float
    own: tuple[Floats, ...]
    taken: tuple[Floats, ...]


Point = tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What the pooling side wants to know: of which sites, in which units and order of levels, at which covariances."""

    layout: Layout
    sites: tuple[str, ...]
    order: tuple[str, ...]
    where: Units
    weight: float
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What leaves a site. `part` has tables only in a share of blocks; `answers` go with `asked`."""

    layout: Layout
    site: str
    n: int
    people: int
    weight: float
    log_weights: float
    mean: Floats
    spread: Floats
    total: Floats
    sizes: dict[str, int]
    part: Part | None = None
    asked: Ask | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def where(self) -> Units:
        from accord.evidence.sharing.layout import units

        return units(self.layout, self.mean, self.spread)


def key(arrays: Sequence[Floats]) -> bytes:
    """The same for the same numbers; nought is nought, with either sign."""
    return b"".join(np.ascontiguousarray(one + 0.0).tobytes() for one in arrays)


def answer(sums: Sums, covariances: Sequence[Floats]) -> Answer:
    """What a site's sums say at covariances [q, q] over sigma^2, innermost first."""
    plain = replace(sums, compiled=False)
    out = outward(plain, covariances)
    own, taken = [], []
    for units, passed, outer in zip(plain.units, out.levels, above(plain, out), strict=True):
        Y = passed.Y
        assert Y is not None
        up = Y[:, :, list(outer.rows)]
        rest = Y - up @ outer.A[units.parent]
        K = Y[:, :, list(units.at)].sum(axis=0)
        K -= np.einsum("iqu,iuv,irv->qr", up, outer.Q[units.parent], up, optimize=True)
        own.append((K + K.T) / 2)
        flat = rest.reshape(len(rest), -1)
        taken.append((flat.T @ flat).reshape(*rest.shape[1:], *rest.shape[1:]).swapaxes(1, 2))
    return Answer(out.left, out.logs, tuple(own), tuple(taken))


@dataclass
class Site:
    """The rows of one site. RefusedError where too few people stand behind what would be told.

    person: the column that says who a row is about. levels: the categories of columns of words, where a site has not
    all that others have; the others are compared with the first. rounds: send no block's sums, answer in rounds; None
    chooses rounds where a unit of the innermost level is one person.
    """

    formula: str
    data: Any
    person: str = "client"
    weights: str | None = None
    levels: Mapping[str, Sequence[str]] | None = None
    rounds: bool | None = None
    smallest: int = SMALLEST
    met: Met = field(init=False, repr=False)
    who: disclosure.People = field(init=False, repr=False)
    _given: dict[bytes, Answer] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        found = met(read(self.formula), self.data, self.weights, known=self.levels, also=(self.person,))
        if found is None:
            raise DataError("no row is whole; there is nothing to share")
        self.met, self.who = found, disclosure.people(found.rows, self.person)
        disclosure.check_all(self.met, self.who, self.smallest)
        self.rounds = disclosure.single(self.met, self.who) if self.rounds is None else self.rounds
        if self.rounds:
            disclosure.check_rounds(self.met, self.who, self.smallest)
        else:
            disclosure.check_blocks(self.met, self.who, self.smallest)

    def share(self, ask: Ask | None = None) -> Share:
        """What may leave this site; with `ask`, the answers to it too."""
        part = reduced(self.met) if not self.rounds else None
        totals = _totals(self.met)
        from accord.evidence.sharing.written import name_of

        made = Share(
            self.met.layout, "", self.met.design.n, self.who.count, *totals,
            {level.name: level.size for level in self.met.design.levels}, _unnamed(part),
        )  # fmt: skip
        made = replace(made, site=name_of(made))
        return made if ask is None else replace(made, asked=ask, answers=self._answers(made, ask))

    def _answers(self, share: Share, ask: Ask) -> tuple[Answer, ...]:
        from accord.evidence.sharing.layout import differs

        if not self.rounds:
            raise UsageError("this site's blocks were shared whole, so there is nothing more to ask; pool what it sent")
        words = differs(ask.layout, share.layout)
        if words:
            raise UsageError(f"what is asked is not about these data: of the data here {words}")
        if share.site not in ask.sites:
            raise RefusedError(
                f"what is asked was not asked of these data ({share.site[:12]}): they are not those that were shared "
                "first. Answer with the same file and formula, or start again with a first share"
            )
        if len(ask.points) > MOST_POINTS:
            raise RefusedError(f"{len(ask.points)} answers are asked; a site gives {MOST_POINTS} at most")
        return self._worked_out(ask)

    def _worked_out(self, ask: Ask) -> tuple[Answer, ...]:
        """What was asked before, to the letter, is not worked out again."""
        about = repr((ask.order, ask.weight)).encode() + key(ask.where)
        if any(about + key(point) not in self._given for point in ask.points):
            sums = asked_sums(self.met.design, ask)
            for point in ask.points:
                if about + key(point) not in self._given:
                    self._given[about + key(point)] = answer(sums, point)
        return tuple(self._given[about + key(point)] for point in ask.points)


def _totals(of: Met) -> tuple[float, float, Floats, Floats, Floats]:
    from accord.evidence.mixed.sums import gram

    logs = 0.0 if of.design.weights is None else float(np.log(of.design.weights).sum())
    return mean_weight(of.design), logs, *moments(of.design.columns), gram(of.design, np.arange(of.design.n))


def asked_sums(design: Design, ask: Ask) -> Sums:
    """A site's sums as they are asked for: in the units and the order of levels of all sites."""
    by_name = {level.name: level for level in design.levels}
    levels = tuple(by_name[name] for name in ask.order)
    weights = None if design.weights is None else design.weights / ask.weight
    made = replace(design, levels=levels, weights=weights, centre=ask.where.centre, scale=ask.where.scale)
    up = parents(made)
    if up is None:
        raise DataError(
            f"{' and '.join(ask.order)}: somebody here belongs to two of these, so they do not lie one inside the "
            "other; leave one of the random terms out"
        )
    return reduce(made, made.x, up, compiled=False)


def _unnamed(part: Part | None) -> Part | None:
    """Blocks by number: nobody's name leaves a site."""
    if part is None:
        return None
    return replace(part, labels=tuple(tuple(str(at + 1) for at in range(len(those))) for those in part.labels))
