"""A course beside what was to be expected of it: session by session, and for whole columns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from accord.errors import DataError, UsageError
from accord.outcome import words
from accord.outcome.band import RED, Band, Bands, Method, bad, functional
from accord.outcome.columns import WEEK, Courses
from accord.outcome.growth import NEEDED, fit_growth, usable
from accord.outcome.neighbours import K, fit_neighbours
from accord.outcome.rational import Rational
from accord.outcome.rule import VERSION, Better

State = Literal["on track", "worth a look"]
STATES: tuple[State | None, ...] = (None, "on track", "worth a look")
NONE, ON_TRACK, LOOK = 0, 1, 2
COURSES_A_TIME = 5_000
MODELS = ("auto", "rational", "growth", "neighbours")


@dataclass(frozen=True, slots=True)
class Expected:
    """One session beside its band. `red`: beyond it; `state` needs as many in a row as the method asks for.

    None where there is nothing to say: the first rating, and a session that was not rated.
    """

    session: float
    value: float | None
    band: Band | None
    red: bool
    state: State | None
    threshold: float | None
    n_used: int
    method: str
    reason: str
    version: str = VERSION


def expect(
    points: Sequence[tuple[float, float | None]],
    method: Method,
    *,
    days: bool = False,
    beside: tuple[float, ...] = (),
) -> tuple[Expected, ...]:
    """One course, (session, value) in order; None where a session was not rated. The first rating is the intake."""
    told: list[Expected] = []
    first: tuple[float, float] | None = None
    row, before = 0, -np.inf
    for session, value in points:
        if not before <= session:
            raise DataError(f"session {session} stands after {before}; wanted them in order")
        before = session
        if value is None or first is None:
            first = (session, value) if first is None and value is not None else first
            reason = words.not_rated() if value is None else words.first_rating()
            told.append(Expected(session, value, None, False, None, None, 0, method.name, reason))
            continue
        t = 1.0 + (session - first[0]) / (WEEK if days else 1.0)
        band = method.band(first[1], t, beside)
        red = method.is_red(value, first[1], band)
        row = row + 1 if red else 0
        state: State = "worth a look" if row >= method.in_a_row else "on track"
        reason = _reason(value, first[1], band, red, row, method)
        told.append(Expected(session, value, band, red, state, band.red, method.n_used, method.name, reason))
    return tuple(told)


def _reason(value: float, intake: float, band: Band, red: bool, row: int, method: Method) -> str:
    way = bad(method.better)
    limit, said = words.number(band.red), words.number(value)
    if isinstance(method, Rational):
        return _rational(value, intake, red, method)
    side = "above" if way > 0 else "below"
    usual = f"{said} where about {words.number(band.expected or 0.0)} was to be expected"
    if row >= method.in_a_row:
        count = "twice in a row" if row == 2 else f"{row} times in a row"
        share = f"about {round(RED * 100)} in 100 past courses that began alike stood better"
        return f"{words.WORTH_A_LOOK}; {usual}; {count} {side} {limit}: {share}"
    if red:
        return f"{usual}; {side} {limit} once: looked at again with the next rating"
    if functional(value, method.cutoff, way) and way * value > way * band.red:
        return f"{usual}; in the range people without the problem usually have"
    return f"{usual}; on the better side of {limit}"


def _rational(value: float, intake: float, red: bool, method: Rational) -> str:
    way, change = bad(method.better), words.number(method.reliable_change)
    moved = f"{words.number(value)}, from {words.number(intake)} at the first rating"
    if not red:
        return f"{moved}; within the limits that the measure's own error sets ({change})"
    if way * (value - intake) >= method.reliable_change:
        return f"{words.WORTH_A_LOOK}; {moved}: worse by more than measurement error is likely to make ({change})"
    return f"{words.WORTH_A_LOOK}; {moved}: less change by now than usual (a reliable change is {change})"


@dataclass(frozen=True, eq=False)
class Expectations:
    """What n ratings of many courses come to; every array has n elements, in the order of `courses`.

    red    bool
    state  int8, a place in STATES: nothing, on track, worth a look
    """

    courses: Courses
    bands: Bands
    red: NDArray[np.bool_]
    state: NDArray[np.int8]
    method: Method

    @property
    def flagged(self) -> NDArray[np.bool_]:
        """The courses that were worth a look at any time."""
        ever = np.zeros(len(self.courses), bool)
        ever[self.courses.course[self.state == LOOK]] = True
        return ever


def expect_columns(given: Courses, method: Method) -> Expectations:
    """The same for many courses at once; to rounding what `expect` gives."""
    later = np.ones(len(given.value), bool)
    later[given.starts[:-1]] = False
    intake = given.intake
    bands, red = Bands(*np.empty((6, len(given.value)))), np.empty(len(given.value), bool)
    for first in range(0, len(given), COURSES_A_TIME):
        _fill(given, intake, slice(first, min(first + COURSES_A_TIME, len(given))), method, bands, red)
    red &= later
    state = np.where(later, ON_TRACK, NONE).astype(np.int8)
    state[in_a_row(red, later, method.in_a_row)] = LOOK
    return Expectations(given, bands, red, state, method)


def _fill(given: Courses, first: Any, some: slice, method: Method, bands: Bands, red: Any) -> None:
    """Some of the courses: few enough that what is made on the way stays in the processor's cache."""
    rows = slice(int(given.starts[some.start]), int(given.starts[some.stop]))
    sizes = np.diff(given.starts[some.start : some.stop + 1])
    intake = np.repeat(first[some], sizes)
    course = np.repeat(np.arange(len(sizes)), sizes)
    beside = given.beside[some] if given.beside.size else given.beside
    made = method.bands(intake, given.session[rows], course, beside)
    for whole, part in zip(bands, made, strict=True):
        whole[rows] = part
    red[rows] = method.reds(given.value[rows], intake, made)


def tell(read: Expectations) -> Iterator[Expected]:
    """What `expect` says of each rating, in words, from what was read as columns."""
    given, method = read.courses, read.method
    intake = np.repeat(given.intake, given.sizes).tolist()
    first, row = set(given.starts[:-1].tolist()), 0
    columns = zip(*(each.tolist() for each in read.bands), strict=True)
    for at, (value, session, band) in enumerate(
        zip(given.value.tolist(), given.session.tolist(), columns, strict=True)
    ):
        if at in first:
            row = 0
            yield Expected(session, value, None, False, None, None, 0, method.name, words.first_rating())
            continue
        red = bool(read.red[at])
        row = row + 1 if red else 0
        expected, good, yellow, se = (None if band[i] != band[i] else band[i] for i in (0, 1, 2, 4))
        here = Band(expected, good, yellow, band[3], se, bool(band[5]))
        reason = _reason(value, intake[at], here, red, row, method)
        yield Expected(session, value, here, red, STATES[read.state[at]], here.red, method.n_used, method.name, reason)


def in_a_row(red: Any, later: Any, needed: int) -> Any:
    """Where so many ratings up to this one are red; a first rating never is, so that courses stay apart."""
    kept = red
    for back in range(1, needed):
        before = np.concatenate([np.zeros(back, bool), red[:-back]]) if back < len(red) else np.zeros(len(red), bool)
        kept = kept & before
    return kept & later


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which method, and why."""

    method: Method
    why: str


def choose(
    past: Courses | None,
    reliable_change: float | None,
    *,
    model: str = "auto",
    better: Better = "lower",
    cutoff: float | None = None,
    k: int = K,
    source: str = "",
    progress: Callable[[], None] | None = None,
) -> Chosen:
    """The growth model from 300 past courses on, the rational method before; the others by choice."""
    if model not in MODELS:
        raise UsageError(f"there is no model {model!r}; there are {', '.join(MODELS)}")
    n = int(usable(past).sum()) if past is not None and len(past) else 0
    if model == "neighbours":
        if past is None:
            raise UsageError("nearest neighbours need past courses; give some")
        return Chosen(fit_neighbours(past, k=k, better=better, cutoff=cutoff), f"asked for; {n} past courses")
    if past is not None and (model == "growth" or (model == "auto" and n >= NEEDED)):
        why = f"{n} past courses with two ratings or more; the growth model needs {NEEDED}"
        return Chosen(fit_growth(past, better=better, cutoff=cutoff, source=source, progress=progress), why)
    if model == "growth":
        raise UsageError("the growth model needs past courses; give some")
    if reliable_change is None:
        raise UsageError("the rational method needs the reliable change of the measure; give it")
    few = f"{n} past courses with two ratings or more; below {NEEDED} the measure's own error sets the limits"
    return Chosen(Rational(reliable_change, better, cutoff), "asked for" if model == "rational" else few)
