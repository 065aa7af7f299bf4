"""Courses of one measure as columns: the rated sessions, each counted from the first rating of its course."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Ratings on days are set on the scale of weekly sessions, so that the first week's curve is as steep as it is.
WEEK = 7.0


@dataclass(frozen=True, eq=False)
class Courses:
    """n ratings of m courses, course by course.

    session  [n] 1 for the first rating of a course, then as many sessions (or weeks) later as it was
    value    [n] never NaN
    starts   [m + 1] where each course begins, and the end
    row      [n] the place of each rating among the rows given
    beside   [m, k] what else was known at intake, for nearest neighbours
    """

    session: Floats
    value: Floats
    starts: Ints
    row: Ints
    beside: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    @property
    def intake(self) -> Floats:
        """The first rating of each course."""
        return self.value[self.starts[:-1]]

    @property
    def course(self) -> Ints:
        """The number of the course, a rating."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def some(self, which: Any) -> "Courses":
        """Those courses alone, by number or by True and False."""
        chosen = np.zeros(len(self), bool)
        chosen[which] = True
        kept = chosen[self.course]
        starts = np.concatenate([[0], np.cumsum(self.sizes[chosen])])
        beside = self.beside[chosen] if len(self.beside) else self.beside
        return Courses(self.session[kept], self.value[kept], starts, self.row[kept], beside)


def courses(client: Any, session: Any, value: Any, *, days: bool = False, beside: Any = None) -> Courses:
    """Courses from columns sorted by client and session; NaN where a session was not rated: those are left out.

    `days`: the sessions are days, of which a course may have several ratings on one. `beside`: columns [n, k], of which
    each course's first rated row counts.
    """
    who, when = np.asarray(client), np.asarray(session, np.float64)
    given = np.asarray(value, np.float64)
    if not (who.shape == when.shape == given.shape and who.ndim == 1):
        raise TableError(
            f"client, session and score have the shapes {who.shape}, {when.shape}, {given.shape}; wanted one each"
        )
    row = np.flatnonzero(~np.isnan(given)).astype(np.int64)
    who, when, given = who[row], when[row], given[row]
    new = np.concatenate([[True], who[1:] != who[:-1]]) if len(who) else np.empty(0, bool)
    back = np.flatnonzero((np.diff(when) < 0 if days else np.diff(when) <= 0) & ~new[1:])
    if len(back):
        raise TableError(
            "a session does not come after the one before; sort by client and session", row=int(row[back[0] + 1]) + 1
        )
    first = np.flatnonzero(new)
    if len(np.unique(who[first])) < len(first):
        raise TableError("the rows of one client do not stand together; sort by client and session")
    starts = np.concatenate([first, [len(who)]]).astype(np.int64)
    passed = (when - np.repeat(when[first], np.diff(starts))) / (WEEK if days else 1.0)
    known = np.empty((0, 0)) if beside is None else np.asarray(beside, np.float64)[row[first]]
    return Courses(1.0 + passed, given, starts, row, known)
