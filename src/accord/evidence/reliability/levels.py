"""Reliability of change: how much of a person's ups and downs between sessions is more than error.

    levels = by_level(answers, ["goals", "trust", "respect"], client="client")
    levels.omega_within, levels.omega_between, levels.sem_change, levels.reliable_change
    reliability_of_change(answers, items, client="client", session="session")     Cranford et al. 2006

A scale can tell people apart well (between) and one person's sessions badly (within). Claims about change rest on the
within one: .70 is aimed at, .60 is enough to watch.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.reliability.single import Coefficient, omega_error, on_logit
from accord.evidence.structural.moments import Floats, Ints, columns
from accord.evidence.structural.two_level import Level, TwoLevelFit, fit_two_level

AIM, WATCH = 0.70, 0.60


@dataclass(frozen=True, eq=False)
class ByLevel:
    """omega of the scale within and between people (Geldhof, Preacher & Zyphur 2014), and what it means for change.

    sd_within: of the mean of the items, within a person; sem_change: standard error of a difference of two sessions,
    SD_w sqrt(1 - omega_w) sqrt(2); reliable_change: 1.96 of them. All in points of the mean of the items.
    """

    omega_within: Coefficient
    omega_between: Coefficient
    sd_within: float
    sem_change: float
    reliable_change: float
    fit: TwoLevelFit


def by_level(answers: Any, items: Sequence[str], *, client: str = "client", conf_level: float = 0.95) -> ByLevel:
    """A row a session; rows with an item left out are left out. Raises DataError where the answers cannot carry it."""
    values, person, notes = rows_of(answers, items, client)
    fit = fit_two_level(values, person, items)
    return from_fit(fit, conf_level, notes)


def from_fit(fit: TwoLevelFit, conf_level: float = 0.95, notes: tuple[str, ...] = ()) -> ByLevel:
    """What a fitted two-level factor says of reliability."""
    within = _coefficient("omega within", fit.within, fit, conf_level, notes)
    between = _coefficient("omega between", fit.between, fit, conf_level, notes)
    left = math.sqrt(max(1 - within.estimate, 0.0))
    sem = fit.sd_scale_within * left * math.sqrt(2)
    return ByLevel(within, between, fit.sd_scale_within, sem, 1.959964 * sem, fit)


def _coefficient(name: str, level: Level, fit: TwoLevelFit, conf_level: float, notes: tuple[str, ...]) -> Coefficient:
    common = float(level.loadings.sum()) ** 2 * level.variance
    estimate = common / (common + float(level.residuals.sum()))
    error = omega_error(level.loadings, level.residuals, level.variance, level.vcov)
    low, high = on_logit(estimate, error, conf_level)
    told = (*notes, *fit.notes)
    return Coefficient(name, estimate, low, high, conf_level, "delta", len(level.loadings), fit.persons, told)


def rows_of(answers: Any, items: Sequence[str], client: str) -> tuple[Floats, Ints, tuple[str, ...]]:
    """Complete answer sets [rows, k], whose they are (0, 1, ..), and what was left out."""
    if len(items) < 3:
        raise UsageError(f"{len(items)} items; wanted 3 or more")
    values = columns(answers, items)
    who = who_of(answers, client, len(values))
    kept = ~np.isnan(values).any(axis=1)
    if not kept.any():
        raise DataError(f"nobody answered all of {', '.join(items)}")
    dropped = int((~kept).sum())
    notes = (f"{dropped} of {len(values)} answer sets have an item left out and are left out",) if dropped else ()
    return values[kept], np.unique(who[kept], return_inverse=True)[1], notes


def who_of(answers: Any, client: str, rows: int) -> Ints:
    """The column that says whose an answer set is, as numbers."""
    held = list(answers.keys() if hasattr(answers, "keys") else getattr(answers, "columns", ()))
    if client not in held:
        raise UsageError(f"no column {client!r} among {', '.join(map(str, held))}")
    listed = list(answers[client])
    if len(listed) != rows:
        raise DataError(f"{len(listed)} values of {client!r} and {rows} rows")
    if any(each is None or each != each for each in listed):
        raise DataError(f"column {client!r} does not say for every row whose it is")
    place = {each: at for at, each in enumerate(dict.fromkeys(listed))}
    return np.array([place[each] for each in listed], np.int64)


@dataclass(frozen=True)
class OfChange:
    """R_C = s2_T / (s2_T + s2_e / k): how reliably the mean of k items shows change within a person.

    design: 'nested' where each person has sessions of their own; 'crossed' where all have the same ones (Cranford et
    al. 2006), and then what moves everyone alike at a session is no part of a person's change. In both an item that one
    person always answers higher is no error of change: it is there before and after.
    """

    estimate: float
    design: str
    variance_change: float
    variance_error: float
    persons: int
    rows: int
    notes: tuple[str, ...] = ()


def reliability_of_change(
    answers: Any, items: Sequence[str], *, client: str = "client", session: str | None = None
) -> OfChange:
    """By analysis of variance. Crossed where `session` is given and everyone has every session, else nested."""
    values, person, notes = rows_of(answers, items, client)
    if session is not None:
        when, held = columns(answers, [session])[:, 0], columns(answers, items)
        cube = _cube(values, person, when[~np.isnan(held).any(axis=1)])
        if cube is not None:
            return _crossed(cube, notes)
    return _nested(values, person, notes)


def _cube(values: Floats, person: Ints, when: Floats) -> Floats | None:
    """[persons, sessions, items] where everyone has every session once."""
    times, place = np.unique(when, return_inverse=True)
    persons, k = int(person.max()) + 1, values.shape[1]
    filled = np.zeros((persons, len(times)), np.int64)
    np.add.at(filled, (person, place), 1)
    if len(times) < 2 or persons < 2 or np.isnan(when).any() or (filled != 1).any():
        return None
    cube = np.zeros((persons, len(times), k))
    cube[person, place] = values
    return cube


def _crossed(cube: Floats, notes: tuple[str, ...]) -> OfChange:
    """Person x session x item: the variance of person x session, and the error of person x session x item."""
    n, t, k = cube.shape
    mean = [cube.mean(axis=axes) for axes in ((2,), (1,), (0,), (1, 2), (0, 2), (0, 1))]
    pt, pi, ti, p, s, i = mean
    whole = cube.mean()
    both = pt - p[:, None] - s[None, :] + whole
    left = cube - pt[:, :, None] - pi[:, None, :] - ti[None] + p[:, None, None] + s[None, :, None] + i - whole
    ms_change = k * float((both**2).sum()) / ((n - 1) * (t - 1))
    ms_error = float((left**2).sum()) / ((n - 1) * (t - 1) * (k - 1))
    return _of_change(ms_change, ms_error, k, "crossed", n, n * t, notes)


def _nested(values: Floats, person: Ints, notes: tuple[str, ...]) -> OfChange:
    count = np.bincount(person)
    rows, k, free = len(values), values.shape[1], len(values) - len(count)
    if free < 2:
        raise DataError(f"{rows} answer sets of {len(count)} people: change within a person needs two sessions or more")
    sums = np.stack([np.bincount(person, weights=column) for column in values.T], axis=1)
    off = values - (sums / count[:, None])[person]
    own = off.mean(axis=1)
    ms_change = k * float(own @ own) / free
    ms_error = float(((off - own[:, None]) ** 2).sum()) / (free * (k - 1))
    return _of_change(ms_change, ms_error, k, "nested", len(count), rows, notes)


def _of_change(
    ms_change: float, ms_error: float, k: int, design: str, persons: int, rows: int, notes: tuple[str, ...]
) -> OfChange:
    change = (ms_change - ms_error) / k
    if ms_change <= 0:
        raise DataError("nobody's answers moved between sessions, so there is no change to be reliable")
    if change < 0:
        notes = (*notes, "the variance of change is below 0 and was set to 0: answers move no more than error does")
    change = max(change, 0.0)
    return OfChange(change / (change + ms_error / k) if change else 0.0, design, change, ms_error, persons, rows, notes)
