"""What a course is to itself: the next rating, its mean, how a session differs from it. Whole columns, NumPy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def next_rated(y: Floats, starts: Places) -> Places:
    """[row] the next row of the same course in which y is known; -1 where there is none. Rows sorted by course."""
    n = len(y)
    here = np.where(np.isnan(y), n, np.arange(n))
    later = np.minimum.accumulate(here[::-1])[::-1]
    after = np.append(later[1:], n)
    end = np.repeat(starts[1:], np.diff(starts))
    return np.where(after < end, after, -1).astype(np.int64)


def taken(y: Floats, places: Places) -> Floats:
    """y at these places; NaN where the place is -1."""
    return np.where(places >= 0, y[places], np.nan) if len(y) else y


def course_means(x: Floats, starts: Places) -> Floats:
    """[course] the mean of what is known; NaN where nothing is."""
    if len(starts) < 2:
        return np.empty(0)
    known = ~np.isnan(x)
    n = np.add.reduceat(known.astype(np.float64), starts[:-1])
    total = np.add.reduceat(np.where(known, x, 0.0), starts[:-1])
    means: Floats = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return means


def spread(per_course: Any, starts: Places) -> Any:
    """[row] what holds for the course."""
    return np.repeat(per_course, np.diff(starts))


def within_between(x: Floats, starts: Places, time: Floats | None = None) -> tuple[Floats, Floats]:
    """x minus its course's mean, and that mean minus the mean of all courses, each course counted once.

    With `time`, within is the residual of the course's own least-squares line on time instead (Curran & Bauer 2011);
    NaN for courses with fewer than three ratings, whose line leaves nothing.
    """
    mean = course_means(x, starts)
    between = spread(mean - (np.nanmean(mean) if (~np.isnan(mean)).any() else 0.0), starts)
    within = x - spread(mean, starts)
    if time is not None:
        within = _detrended(x, within, starts, time)
    return within, between


def _detrended(x: Floats, centred: Floats, starts: Places, time: Floats) -> Floats:
    known = ~np.isnan(x)
    t = np.where(known, time, np.nan)
    t = t - spread(course_means(t, starts), starts)
    # Means instead of sums: both have the same divisor, so the slope is the same.
    cross, square = course_means(t * centred, starts), course_means(t * t, starts)
    slope = np.divide(cross, square, out=np.zeros(len(cross)), where=square > 0)
    n = np.add.reduceat(known.astype(np.int64), starts[:-1]) if len(starts) > 1 else np.empty(0)
    return np.where(spread(n >= 3, starts), centred - spread(slope, starts) * t, np.nan)
