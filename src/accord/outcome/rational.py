"""The rational method (Lambert et al. 2002, from memory): limits from the measure's own error."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from accord.errors import UsageError
from accord.outcome.band import Band, Bands, bad, beyond, functional
from accord.outcome.columns import Floats, Ints
from accord.outcome.rule import Better

# No change, half a reliable change, by session 5; not yet a reliable one by session 10.
HALF_BY, WHOLE_BY = 5, 10


@dataclass(frozen=True, slots=True)
class Rational:
    """Red: worse by a reliable change at any time; no half of one by session 5, or no whole one by session 10.

    The last two not in the functional range, where `cutoff` says what that is. One rating is enough, as remembered.
    """

    reliable_change: float
    better: Better = "lower"
    cutoff: float | None = None
    name: ClassVar[str] = "rational"
    in_a_row: ClassVar[int] = 1
    n_used: ClassVar[int] = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.reliable_change) and self.reliable_change > 0):
            raise UsageError(f"reliable change: got {self.reliable_change}, wanted a number of points above 0")
        if self.better not in ("lower", "higher"):
            raise UsageError(f"better: got {self.better!r}, wanted lower or higher")

    def band(self, intake: float, session: float, beside: tuple[float, ...] = ()) -> Band:
        share = 1.0 if session < HALF_BY else -0.5 if session < WHOLE_BY else -1.0
        red = intake + bad(self.better) * share * self.reliable_change
        return Band(None, None, None, red, None, session < HALF_BY)

    def bands(self, intake: Floats, session: Floats, course: Ints, beside: Floats) -> Bands:
        share = np.where(session < HALF_BY, 1.0, np.where(session < WHOLE_BY, -0.5, -1.0))
        red = intake + bad(self.better) * share * self.reliable_change
        none = np.full(red.shape, np.nan)
        return Bands(none, none, none, red, none, (session < HALF_BY).astype(np.float64))

    def is_red(self, value: float, intake: float, band: Band) -> bool:
        way = bad(self.better)
        if beyond(value, intake + way * self.reliable_change, way, True):
            return True
        return beyond(value, band.red, way, band.reached) and not functional(value, self.cutoff, way)

    def reds(self, value: Floats, intake: Floats, bands: Bands) -> Any:
        way = bad(self.better)
        worse = way * value >= way * (intake + way * self.reliable_change)
        slow = (way * value > way * bands.red) & (bands.reached == 0)
        white = np.zeros(value.shape, bool) if self.cutoff is None else way * value < way * self.cutoff
        return worse | (slow & ~white)
