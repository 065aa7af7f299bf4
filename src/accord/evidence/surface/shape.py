"""What a surface is made of: six numbers, and the lines, point and axes that follow from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.errors import UsageError

Floats = NDArray[np.float64]
Errors = Literal["classical", "hc3", "bootstrap"]
B = ("b0", "b1", "b2", "b3", "b4", "b5")
LINES = ("a1", "a2", "a3", "a4", "a5")
AXES = ("x0", "y0", "p10", "p11", "p20", "p21")
# What is smaller than this beside the terms it is made of is rounding, and a quotient by it would be noise.
TINY = 1e-10


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its error; `se` is None for an axis by bootstrap, whose draws have no steady spread."""

    estimate: float
    se: float | None
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Surface:
    """A fitted surface; `surface["a4"]` is one Estimate, or None where the shape has no such point or axis.

    b0 .. b5      as in the formula
    a1, a2        slope and curve along X = Y;  a3, a4: along X = -Y;  a5 = b3 - b5
    x0, y0        stationary point;  p10, p11: intercept and slope of the first principal axis;  p20, p21: of the second
    middle        what was taken from X and from Y;  means [2], spread [2, 2]: of the views as they were given
    """

    estimates: dict[str, Estimate | None]
    rows: int
    pairs: int
    clusters: int
    middle: float
    means: Floats
    spread: Floats
    r2: float
    sigma: float
    errors: Errors
    conf_level: float
    names: tuple[str, str, str]
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> Estimate | None:
        return self.estimates[name]

    @property
    def b(self) -> Floats:
        return np.array([one.estimate for name in B if (one := self.estimates[name])])

    def table(self) -> dict[str, Any]:
        """Plain cells, a row a number."""
        rows = []
        for name, one in self.estimates.items():
            told = (
                ["", "", "none: the surface has no such shape"]
                if one is None
                else [
                    f"{one.estimate:.3f}",
                    "" if one.se is None else f"{one.se:.3f}",
                    f"{one.low:.3f} to {one.high:.3f}",
                ]
            )
            rows.append([name, *told])  # fmt: skip
        columns = ["number", "estimate", "standard error", f"{self.conf_level:.0%} interval"]
        return {"caption": f"Response surface, {self.pairs} pairs", "columns": columns, "rows": rows}


# What is made of b, for real numbers, for whole columns of draws, and for the complex step of the delta method.
FORMULAS: dict[str, Callable[[Any], Any]] = {
    "b0": lambda b: b[0],
    "b1": lambda b: b[1],
    "b2": lambda b: b[2],
    "b3": lambda b: b[3],
    "b4": lambda b: b[4],
    "b5": lambda b: b[5],
    "a1": lambda b: b[1] + b[2],
    "a2": lambda b: b[3] + b[4] + b[5],
    "a3": lambda b: b[1] - b[2],
    "a4": lambda b: b[3] - b[4] + b[5],
    "a5": lambda b: b[3] - b[5],
    "x0": lambda b: (b[2] * b[4] - 2 * b[1] * b[5]) / (4 * b[3] * b[5] - b[4] ** 2),
    "y0": lambda b: (b[1] * b[4] - 2 * b[2] * b[3]) / (4 * b[3] * b[5] - b[4] ** 2),
    "p11": lambda b: (b[5] - b[3] + np.sqrt((b[3] - b[5]) ** 2 + b[4] ** 2)) / b[4],
    "p21": lambda b: (b[5] - b[3] - np.sqrt((b[3] - b[5]) ** 2 + b[4] ** 2)) / b[4],
    "p10": lambda b: FORMULAS["y0"](b) - FORMULAS["p11"](b) * FORMULAS["x0"](b),
    "p20": lambda b: FORMULAS["y0"](b) - FORMULAS["p21"](b) * FORMULAS["x0"](b),
}


def shapes_of(b: Any) -> dict[str, float | None]:
    """All numbers of a surface from b0 .. b5 (or b1 .. b5); None for a point or an axis that it does not have."""
    given = np.asarray(b, np.float64)
    if given.shape not in ((5,), (6,)) or not np.isfinite(given).all():
        raise UsageError(f"b: got {b!r}, wanted the five numbers b1 .. b5, or six with b0")
    return shapes(np.concatenate([[0.0], given]) if len(given) == 5 else given)


def shapes(b: Floats) -> dict[str, float | None]:
    d, scale = 4 * b[3] * b[5] - b[4] ** 2, 4 * abs(b[3] * b[5]) + b[4] ** 2
    point = abs(d) > TINY * scale
    axes = abs(b[4]) > TINY * (abs(b[3]) + abs(b[5]) + abs(b[4]))
    there = {**dict.fromkeys((*B, *LINES), True), "x0": point, "y0": point, "p11": axes, "p21": axes}
    there |= dict.fromkeys(("p10", "p20"), point and axes)
    return {name: float(FORMULAS[name](b)) if there[name] else None for name in (*B, *LINES, *AXES)}
