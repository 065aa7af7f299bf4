"""The pooling side: shares in, a fit out, or what must be asked next.

    found = pool(shares)                     a fit at once, if every site sent its blocks
    while isinstance(found, Ask):            else rounds: each site answers, and all is worked out anew from the answers
        found = pool([site.share(found) for site in sites])

Nothing is kept between rounds: the answers given so far lead the search along the same way again, up to the first
covariances nobody was asked about. A round asks for a point and its neighbours, so that each step is one of Newton's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from accord.errors import DataError, UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed.likelihood import Likelihood, Nested
from accord.evidence.sharing import layout as laying
from accord.evidence.sharing.answering import MOST_POINTS, Answer, Ask, Point, Share, Site, key
from accord.evidence.sharing.joining import PooledFit, fitted, joined, known_method
from accord.evidence.sharing.newton import newton

ROUNDS = 80


class Unanswered(Exception):  # noqa: N818 (no error: the search stops here until the answers are in)
    """Covariances at which the criterion is not known yet."""


@dataclass(slots=True)
class Gathered:
    """A structure of the likelihood that stands at the sites: it knows the sum of their answers."""

    x: tuple[int, ...]
    n: int
    log_weights: float
    shapes: list[list[int]]
    total: Floats
    answers: dict[bytes, Answer]
    wanted: dict[bytes, Point] = field(default_factory=dict)

    def only(self, kept: tuple[int, ...]) -> "Gathered":
        self.x = kept
        return self

    def need(self, points: Sequence[Sequence[Floats]]) -> None:
        """Unanswered where one of these is not known."""
        for point in points:
            self.wanted.setdefault(key(point), tuple(point))
        if any(key(point) not in self.answers for point in points):
            raise Unanswered

    def told(self, likelihood: Likelihood) -> Callable[[Sequence[Floats]], None]:
        """The same for thetas."""
        return lambda thetas: self.need([[L @ L.T for L in likelihood.factors(theta)] for theta in thetas])

    def left(self, covariances: Sequence[Floats]) -> tuple[Floats, float, Any]:
        self.need([covariances])
        found = self.answers[key(covariances)]
        return found.left, found.logs, found

    def slopes(self, state: Any, M: Floats) -> list[Floats]:
        made = []
        for own, taken in zip(state.own, state.taken, strict=True):
            slope = own - np.einsum("qrcd,cd->qr", taken, M)
            made.append((slope + slope.T) / 2)
        return made

    def effects(self, state: Any, a: Floats) -> list[tuple[Floats, Floats]]:
        raise UsageError("each unit's sums stayed at its site; nothing of a single unit is known here")


def pool(shares: Sequence[Share], *, method: str = "reml", names: Sequence[str] = ()) -> PooledFit | Ask:
    """The fit of all sites' data, equal to that of their rows in one table; or what they must be asked first.

    method: "reml" or "ml". names: what the shares are called where one of them is wrong.
    DataError where shares do not go together: another formula, other columns, the same site twice. Luo et al. (2022).
    """
    known_method(method)
    check(shares, names or [f"share {at}" for at in range(1, len(shares) + 1)])
    # In one order, whatever order they came in: sums are the same to the last digit, and so is what is asked next.
    shares = sorted(shares, key=lambda share: share.site)
    try:
        with np.errstate(all="ignore"):
            return _pooled(shares, method == "reml")
    except np.linalg.LinAlgError:
        raise DataError("the numbers of the shares are those of no data; ask for them again") from None


def _pooled(shares: Sequence[Share], reml: bool) -> PooledFit | Ask:
    if all(share.part is not None for share in shares):
        parts = [_named(share.part, at) for at, share in enumerate(shares, 1) if share.part is not None]
        whole = joined(parts, notes=_notes(shares, 0))
        return fitted(whole.design, Nested(whole.sums), reml)
    return _by_rounds(shares, reml)


def across(sites: Sequence[Site], *, method: str = "reml", told: Callable[[int, int], None] | None = None) -> PooledFit:
    """The same where all sites can be reached from here: as many rounds as it takes. `told` (round, rounds or so)."""
    shares = [site.share() for site in sites]
    if any(share.part is None for share in shares):
        sites = [site if site.rounds else replace(site, rounds=True) for site in sites]
        shares = [site.share() for site in sites]
    for at in range(ROUNDS):
        found = pool(shares, method=method)
        if isinstance(found, PooledFit):
            return found
        if told:
            told(at + 1, max(12, at + 2))
        shares = [site.share(found) for site in sites]
    raise DataError(f"the fit does not settle within {ROUNDS} rounds; take a random slope out")


def check(shares: Sequence[Share], names: Sequence[str]) -> None:
    """DataError where shares do not go together."""
    if len(shares) < 2:
        raise DataError(
            f"got {len(shares)} share{'' if len(shares) == 1 else 's'}; wanted one of each site, two at least"
        )
    first: dict[str, str] = {}
    for share, name in zip(shares, names, strict=True):
        words = laying.differs(shares[0].layout, share.layout)
        if words:
            raise DataError(f"{name} does not go with {names[0]}: {words}")
        if share.site in first:
            raise DataError(f"{name} is of the same data as {first[share.site]}; each site counts once")
        first[share.site] = name
    whole = [name for share, name in zip(shares, names, strict=True) if share.part is not None]
    if whole and len(whole) < len(shares):
        raise DataError(
            f"{whole[0]} holds blocks, others are for rounds; make it anew with --rounds (in Python: rounds=True)"
        )


def _named(part: Any, at: int) -> Any:
    return replace(part, labels=tuple(tuple(f"{at}.{label}" for label in those) for those in part.labels))


def _notes(shares: Sequence[Share], points: int) -> tuple[str, ...]:
    how = f"in rounds, {points} answers of each" if points else "at once"
    return (f"pooled from the sums of {len(shares)} sites, {how}",)


def _by_rounds(shares: Sequence[Share], reml: bool) -> PooledFit | Ask:
    layout, n = shares[0].layout, sum(share.n for share in shares)
    where = laying.units(layout, *_moments(shares))
    sizes = {name: sum(share.sizes[name] for share in shares) for name in shares[0].sizes}
    order = laying.order(layout, sizes)
    weight = sum(share.n * share.weight for share in shares) / n
    asked = Ask(layout, tuple(share.site for share in shares), order, where, weight, ())
    answers = _added(shares, asked)
    labels = [(name, pl.DataFrame({name: np.arange(1, sizes[name] + 1)})) for name in order]
    design = laying.rowless(layout, labels, where, n, weight, _notes(shares, len(answers)))
    turns = [laying.turn(layout, share.where, where) for share in shares]
    total = np.sum([T.T @ share.total @ T for T, share in zip(turns, shares, strict=True)], axis=0) / weight
    logs = sum(share.log_weights for share in shares) - n * float(np.log(weight))
    shapes = [[len(term.at) for term in level.terms] for level in design.levels]
    structure = Gathered(design.x, n, logs, shapes, (total + total.T) / 2, answers)
    try:
        found = fitted(design, structure, reml, lambda likelihood: newton(likelihood, structure.told(likelihood)))
    except Unanswered:
        if len(structure.wanted) > MOST_POINTS:
            raise DataError(
                f"the fit does not settle with {MOST_POINTS} answers of each site; take a random slope out"
            ) from None
        return replace(asked, points=tuple(structure.wanted.values()))
    return found


def _moments(shares: Sequence[Share]) -> tuple[Floats, Floats]:
    n = np.array([share.n for share in shares], np.float64)
    means, spreads = np.array([share.mean for share in shares]), np.array([share.spread for share in shares])
    mean = (n @ means) / n.sum()
    return mean, np.sqrt((n @ (spreads**2 + (means - mean) ** 2)) / n.sum())


def _about(ask: Ask) -> tuple[Any, ...]:
    """What a question is about, beside its points."""
    return ask.sites, ask.order, ask.weight, key(ask.where)


def _added(shares: Sequence[Share], asked: Ask) -> dict[bytes, Answer]:
    """The sum of all sites' answers, at every point that all have answered to the same question."""
    of: list[dict[bytes, Answer]] = []
    for share in shares:
        ask = share.asked
        good = ask is not None and _about(ask) == _about(asked)
        of.append(
            {key(point): found for point, found in zip(ask.points, share.answers, strict=True)} if good and ask else {}
        )
    return {one: _sum([answers[one] for answers in of]) for one in of[0] if all(one in answers for answers in of)}


def _sum(answers: Sequence[Answer]) -> Answer:
    added = [
        tuple(np.sum(those, axis=0) for those in zip(*sides, strict=True))
        for sides in zip(*(a[2:] for a in answers), strict=True)
    ]
    return Answer(np.sum([a.left for a in answers], axis=0), sum(a.logs for a in answers), added[0], added[1])
