"""Funnel plot: how far units (sites, or a therapist's own) differ beyond chance, without a name and without a rank.

    funnel = funnel_of_means(means, n, sd=5.9)                 # each unit's mean of n people
    funnel = funnel_of_shares(events, n)                       # each unit's count out of n people
    funnel.outside, funnel.expected_outside, funnel.words(); picture(funnel, title="...")

Limits around the common value (Spiegelhalter 2005, Statistics in Medicine 24:1185), wider where units differ more than
chance for many small reasons (Spiegelhalter 2005, Quality and Safety in Health Care 14:347). Takes no names, keeps no
order, and is for the library alone: no figure of single therapists is for a manager's screen.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.charts.scale import round_ticks
from accord.charts.svg import path, stroke, tag, text, words
from accord.errors import DataError, UsageError

Floats = NDArray[np.float64]
Spread = Literal["none", "multiplicative", "additive"]
FEWEST, SMALLEST, LARGEST = 5, 1e-9, 1e9
# Two and three standard deviations, as is usual for such plots.
LEVELS = (0.95, 0.998)


@dataclass(frozen=True, eq=False)
class Funnel:
    """k units around one common value.

    values, n      [k], from the smallest unit to the largest: places say nothing of who is who
    target         the common value;  sd: of single people around it, from which the limits come
    phi            how much wider the units spread than chance (1: as chance);  tau2: its additive form
    exact          shares: limits by the binomial distribution instead of the normal one
    """

    kind: Literal["mean", "share"]
    values: Floats
    n: Floats
    target: float
    sd: float
    spread: Spread
    phi: float
    tau2: float
    exact: bool

    def limits(self, n: Any, level: float) -> tuple[Floats, Floats]:
        """Between which values a share `level` of units of n people would lie, were all alike; [m], [m]."""
        if not 0 < level < 1:
            raise UsageError(f"level: got {level}, wanted a number between 0 and 1")
        sizes = np.atleast_1d(np.asarray(n, np.float64))
        if self.exact:
            tail = (1 - level) / 2
            return _binomial(tail, sizes, self.target), _binomial(1 - tail, sizes, self.target)
        wide = _normal((1 + level) / 2) * self._error(sizes)
        low, high = self.target - wide, self.target + wide
        return (np.maximum(low, 0.0), np.minimum(high, 1.0)) if self.kind == "share" else (low, high)

    def _error(self, n: Floats) -> Floats:
        """The standard deviation of a unit's value: chance, and the small reasons that `spread` allows for."""
        chance = self.sd**2 / n
        error: Floats = np.sqrt(chance * self.phi if self.spread == "multiplicative" else chance + self.tau2)
        return error

    @property
    def outside(self) -> dict[float, int]:
        """How many units lie beyond each pair of limits; not which."""
        return {level: self._beyond(level) for level in LEVELS}

    def _beyond(self, level: float) -> int:
        low, high = self.limits(self.n, level)
        return int(((self.values < low - 1e-12) | (self.values > high + 1e-12)).sum())

    @property
    def expected_outside(self) -> dict[float, float]:
        """How many would by chance alone, were all units alike."""
        return {level: len(self.n) * (1 - level) for level in LEVELS}

    def words(self) -> tuple[str, ...]:
        """What is to be seen, and what it does not say."""
        k, wide = len(self.n), LEVELS[-1]
        found, chance = self.outside[wide], self.expected_outside[wide]
        said = [
            f"{k} units around {_told(self.target, self.kind)}. Beyond the outer limits: {found}; by chance "
            f"alone it would be about {chance:.1f}."
        ]
        if self.phi > 1 and self.spread != "none":
            said.append("The limits allow for many small differences that nobody measured, so they are wider.")
        said.append(
            "Beyond a limit is a reason to look at the data, at who came and at how it was asked. It is no verdict, "
            "and the units are in no order."
        )
        return tuple(said)


def funnel_of_means(
    means: Any, n: Any, *, sd: Any, target: float | None = None, spread: Spread = "none", winsorised: float = 0.1
) -> Funnel:
    """Each unit's mean of n people [k], [k].

    sd          of single people within units: one number, or one a unit, which are then pooled
    target      the common value; the mean of all people otherwise
    spread      "none", or limits made wider: "multiplicative" (by sqrt phi) or "additive" (by tau^2)
    winsorised  the share at either end that is drawn in before phi is taken, so that few far ones do not widen all

    DataError below five units or for numbers that cannot be.
    """
    values, sizes = _units(means, n)
    within = np.atleast_1d(np.asarray(sd, np.float64))
    if within.shape not in ((1,), values.shape) or not ((within > SMALLEST) & (within < LARGEST)).all():
        raise DataError(f"sd: got {sd!r}, wanted one number above 0, or one a unit")
    if len(within) > 1 and sizes.sum() == len(sizes):
        raise DataError("sd: got one a unit, but every unit has one person; wanted one number")
    pooled = float(within[0]) if len(within) == 1 else float(np.sqrt((sizes - 1) @ within**2 / (sizes - 1).sum()))
    middle = float(values @ sizes / sizes.sum()) if target is None else _finite(target)
    return _funnel("mean", values, sizes, middle, pooled, spread, winsorised, False)


def funnel_of_shares(
    events: Any, n: Any, *, target: float | None = None, exact: bool = True, spread: Spread = "none",
    winsorised: float = 0.1,
) -> Funnel:  # fmt: skip
    """Each unit's count of events out of n people [k], [k]; `exact`: limits by the binomial distribution.

    Wider limits (`spread`) go with normal ones alone: exact=False. DataError where nobody or everybody has the event.
    """
    counts, sizes = _units(events, n)
    if (counts < 0).any() or (counts > sizes).any() or (counts % 1 != 0).any():
        raise DataError("events: got a count that is not whole, below 0 or above the number of people; wanted 0 to n")
    if exact and spread != "none":
        raise UsageError(
            f"spread: got {spread!r} with exact limits; wanted exact=False, since it goes with normal ones"
        )
    middle = float(counts.sum() / sizes.sum()) if target is None else _finite(target)
    if not 0 < middle < 1:
        raise DataError(
            f"target: got a common share of {middle:g}, wanted one between 0 and 1: there is nothing to spread"
        )
    sd = float(np.sqrt(middle * (1 - middle)))
    return _funnel("share", counts / sizes, sizes, middle, sd, spread, winsorised, exact)


def _units(values: Any, n: Any) -> tuple[Floats, Floats]:
    """Checked, and from the smallest unit to the largest: the order that was given is not kept."""
    try:
        found, sizes = np.asarray(values, np.float64), np.asarray(n, np.float64)
    except (TypeError, ValueError):
        raise DataError("units: got something that is no number; wanted a value and a number of people each") from None
    if found.shape != sizes.shape or found.ndim != 1:
        raise DataError(
            f"units: got the shapes {found.shape} and {sizes.shape}; wanted a value and a number of people each"
        )
    if len(found) < FEWEST:
        raise DataError(f"units: got {len(found)}, wanted {FEWEST} or more; with fewer, a point is as good as a name")
    if not (np.isfinite(found).all() and np.isfinite(sizes).all()):
        raise DataError("units: got a number that is missing or infinite; leave such units out")
    if np.abs(found).max() > LARGEST or sizes.max() > LARGEST:
        raise DataError(f"units: got a number beyond {LARGEST:g}; wanted values on their scale and numbers of people")
    if (sizes < 1).any() or (sizes % 1 != 0).any():
        raise DataError(f"n: got {sizes.min():g} people or a part of one; wanted whole numbers, 1 or more")
    order = np.lexsort((found, sizes))
    return found[order], sizes[order]


def _finite(target: float) -> float:
    if not np.isfinite(target):
        raise UsageError(f"target: got {target}, wanted a number")
    return float(target)


def _funnel(
    kind: Literal["mean", "share"], values: Floats, n: Floats, target: float, sd: float, spread: Spread,
    winsorised: float, exact: bool,
) -> Funnel:  # fmt: skip
    if spread not in ("none", "multiplicative", "additive"):
        raise UsageError(f"spread: got {spread!r}, wanted none, multiplicative or additive")
    if not 0 <= winsorised < 0.5:
        raise UsageError(f"winsorised: got {winsorised}, wanted a share from 0 to below 0.5")
    z = (values - target) / (sd / np.sqrt(n))
    low, high = np.quantile(z, [winsorised, 1 - winsorised])
    k, w = len(z), n / sd**2
    phi = float((np.clip(z, low, high) ** 2).mean())
    tau2 = max(0.0, (k * phi - (k - 1)) / float(w.sum() - (w**2).sum() / w.sum())) if spread == "additive" else 0.0
    return Funnel(kind, values, n, target, sd, spread, max(1.0, phi), tau2, exact)


def _binomial(p: float, n: Floats, target: float) -> Floats:
    """The quantile of events / n, drawn out between whole counts as in Spiegelhalter (2005), A.1.1."""
    from scipy.stats import binom

    r = binom.ppf(p, n, target)
    share: Floats = (r - (binom.cdf(r, n, target) - p) / binom.pmf(r, n, target)) / n
    return np.clip(share, 0.0, 1.0)


def _normal(p: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(p))


def _told(value: float, kind: str) -> str:
    return f"{value:.0%}" if kind == "share" else f"{value:.2f}"


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640.0, 360.0, 60.0, 620.0, 20.0, 310.0


def picture(funnel: Funnel, *, title: str, description: str = "", id: str = "funnel") -> dict[str, str]:
    """Title, description and SVG: a point a unit without a name, the common value, two pairs of limits."""
    if not title:
        raise UsageError("picture: got an empty title; wanted words that say what is drawn")
    said = description or " ".join(funnel.words())
    sizes = np.unique(np.round(np.geomspace(1, 1.08 * funnel.n.max(), 160)))
    sizes = sizes[sizes >= max(1.0, 0.7 * funnel.n.min())]
    lines = [line for level in LEVELS for line in funnel.limits(sizes, level)]
    ends = np.concatenate([*lines, funnel.values])
    low, high = float(ends.min()), float(ends.max())
    spare = 0.04 * (high - low) or 0.5
    place = _Place(float(sizes[0]), float(sizes[-1]), low - spare, high + spare)
    drawn = _axes(place, funnel.kind) + stroke(place.line(sizes[[0, -1]], np.full(2, funnel.target)), "chart-reference")
    for at, line in enumerate(lines):
        drawn += stroke(place.line(sizes, line), "chart-line", dash="5 4" if at < 2 else None)
    for n, value in zip(funnel.n, funnel.values, strict=True):
        drawn += tag("circle", class_="chart-mark", cx=place.x(n), cy=place.y(value), r=3.5, fill="currentColor")
    svg = tag(
        "svg", tag("title", words(title), id=f"{id}-title"), tag("desc", words(said), id=f"{id}-desc"), drawn,
        class_="chart funnel", role="img", aria_labelledby=f"{id}-title", aria_describedby=f"{id}-desc",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", width=WIDTH, height=HEIGHT, font_size=13,
        font_family="system-ui, sans-serif", xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip
    return {"title": title, "description": said, "svg": svg}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where numbers of people and values lie in the picture."""

    first: float
    last: float
    low: float
    high: float

    def x(self, n: float) -> float:
        return LEFT + (RIGHT - LEFT) * (float(n) - self.first) / max(self.last - self.first, 1e-9)

    def y(self, value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (float(value) - self.low) / (self.high - self.low)

    def line(self, n: Floats, values: Floats) -> str:
        return path([(self.x(at), self.y(value)) for at, value in zip(n, values, strict=True)])


def _axes(place: _Place, kind: str) -> str:
    drawn = stroke(path([(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)]), "chart-axis")
    for value in round_ticks(place.low, place.high):
        told = f"{value:.0%}" if kind == "share" else f"{value:g}"
        drawn += text(told, LEFT - 6, place.y(value) + 4, "chart-tick", "end")
    for n in round_ticks(place.first, place.last):
        drawn += text(f"{n:g}", place.x(n), BOTTOM + 18, "chart-tick", "middle")
    return drawn + text("people in the unit", (LEFT + RIGHT) / 2, BOTTOM + 40, "chart-axis-title", "middle")
