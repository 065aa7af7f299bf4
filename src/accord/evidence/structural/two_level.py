"""One factor at two levels: what moves within a person, and what differs between persons, each with its own loadings.

y_ti = mu + b_i + w_ti; Sigma_b = lambda_b phi_b lambda_b' + Theta_b, Sigma_w alike (Geldhof, Preacher & Zyphur 2014).

Turned by an orthogonal matrix, the n_i rows of a person are n_i - 1 rows of Sigma_w and the one row sqrt(n_i) mean_i
with covariance Sigma_w + n_i Sigma_b. So the exact likelihood of unbalanced data is that of one group 'within' and
one group for each number of sessions, and the engine for groups fits it. Ours is the same likelihood as lavaan's
two-level one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accord.errors import DataError
from accord.evidence.structural.fitting import Found, maximise
from accord.evidence.structural.indices import against, no_less_than_0, rmsea_of, upper
from accord.evidence.structural.model import Model, Row, build
from accord.evidence.structural.moments import Floats, Ints, Moments


@dataclass(frozen=True, eq=False)
class Level:
    """One level of the factor: loadings and residual variances [k], variance of the factor, covariance of (loadings,
    residuals, variance) [2k + 1, 2k + 1] with 0 for the loading that is fixed at 1."""

    loadings: Floats
    residuals: Floats
    variance: float
    vcov: Floats


@dataclass(frozen=True, eq=False)
class TwoLevelFit:
    """Both levels, and how well the model fits. rows: sessions of people; persons: with at least one;
    sd_scale_within: of the mean of the items, within a person."""

    items: tuple[str, ...]
    within: Level
    between: Level
    means: Floats
    rows: int
    persons: int
    loglik: float
    chisq: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    sd_scale_within: float
    notes: tuple[str, ...] = ()


def levels(values: Floats, person: Ints, items: Sequence[str]) -> tuple[tuple[Moments, ...], Floats]:
    """The group 'within' and one for each number of sessions; and those numbers. `values` [rows, k] without gaps."""
    count = np.bincount(person)
    rows, persons, k = len(values), len(count), values.shape[1]
    if rows - persons <= k or persons <= k:
        raise DataError(
            f"{rows} answer sets of {persons} people cannot tell what moves within from what differs between people; "
            f"wanted more than {k} people, and more than {k} sessions beyond each one's first"
        )
    sums = np.stack([np.bincount(person, weights=column) for column in values.T], axis=1)
    mean = sums / count[:, None]
    off = values - mean[person]
    names = tuple(items)
    known = [_moments(names, rows - persons, np.zeros(k), off.T @ off / (rows - persons))]
    sizes = np.unique(count)
    for size in sizes:
        own = mean[count == size] * math.sqrt(size)
        centre = own.mean(axis=0)
        known.append(_moments(names, len(own), centre, (own - centre).T @ (own - centre) / len(own)))
    return tuple(known), sizes.astype(np.float64)


def _moments(names: tuple[str, ...], n: int, mean: Floats, cov: Floats) -> Moments:
    return Moments(names, np.array([float(n)]), mean[None], cov[None], np.ones((1, len(names)), bool))


def fit_two_level(values: Floats, person: Ints, items: Sequence[str]) -> TwoLevelFit:
    """One factor at each level; `person` [rows] from 0 on. Raises DataError where the data cannot carry it."""
    return fit_levels(*levels(values, person, items))


def fit_levels(known: tuple[Moments, ...], sizes: Floats) -> TwoLevelFit:
    """The same from what `levels` makes of the rows: all that a fit needs to know of them."""
    items, start = known[0].names, _starts(known, sizes)
    for item, spread in zip(items, np.diag(start[0]), strict=True):
        if not spread > 1e-12:
            raise DataError(f"item {item!r} never moves within a person, so nothing can be said of change in it")
    found, model = _fit(_factor(items, sizes, *start), items, ["w", "b"], known, observed=True)
    free = _loglik(_saturated(items, sizes, *start), items, known)
    return _result(model, found, free, _loglik(_apart(items, sizes, *start), items, known), known)


def _loglik(rows: list[Row], items: Sequence[str], known: tuple[Moments, ...]) -> float:
    """NaN where the data do not settle it: then there is no chi-square, and the factors stand all the same."""
    try:
        return _fit(rows, items, [], known)[0].at.loglik
    except DataError:
        return math.nan


def _starts(known: tuple[Moments, ...], sizes: Floats) -> tuple[Floats, Floats, Floats]:
    """Moment estimates of Sigma_w, Sigma_b and the means; what is not a covariance is drawn towards its diagonal."""
    people = np.array([own.people for own in known[1:]], np.float64)
    mean = sum(n * math.sqrt(s) * own.mean[0] for n, s, own in zip(people, sizes, known[1:], strict=True))
    centre = mean / float(people @ sizes)
    within = known[0].cov[0]
    total = np.zeros_like(within)
    for n, s, own in zip(people, sizes, known[1:], strict=True):
        away = own.mean[0] - math.sqrt(s) * centre
        total += n * (own.cov[0] + np.outer(away, away))
    between = (total - people.sum() * within) / float(people @ sizes)
    least = 0.05 * np.diag(within)
    spread = np.maximum(np.diag(between), least)
    between = between + np.diag(spread - np.diag(between))
    while np.linalg.eigvalsh(between)[0] < 1e-3 * spread.min():
        between = (between + np.diag(spread)) / 2
    return within, between, centre


def _common(items: Sequence[str], sizes: Floats, centre: Floats) -> list[Row]:
    rows = []
    for g, size in enumerate(sizes, 1):
        root = math.sqrt(size)
        for item, mean in zip(items, centre, strict=True):
            rows.append(Row(item, "~1", "", f"mean {item}", start=float(mean), coef=root, group=g))
            rows.append(Row(f"own {item}", "=~", item, value=1.0, coef=root, group=g))
    return rows


def _factor(items: Sequence[str], sizes: Floats, within: Floats, between: Floats, centre: Floats) -> list[Row]:
    rows = _common(items, sizes, centre)
    for g, root in enumerate([0.0, *np.sqrt(sizes)]):
        for level, cov in (("w", within), ("b", between)):
            if level == "b" and not g:
                continue
            times = root if level == "b" else 1.0
            for at, item in enumerate(items):
                label = f"{level} =~ {item}"
                fixed = 1.0 if at == 0 else None
                start = _loading(cov, at)
                rows.append(Row(level, "=~", item, label, fixed, start, times, g))
                left, name = 0.5 * float(cov[at, at]), f"own {item}" if level == "b" else item
                rows.append(Row(name, "~~", name, f"{level} left {item}", start=left, group=g))
            rows.append(Row(level, "~~", level, f"{level} ~~ {level}", start=0.5 * float(cov[0, 0]), group=g))
    return rows


def _loading(cov: Floats, at: int) -> float:
    """Where a loading starts: by the first principal direction, the first item's being 1."""
    scale = np.sqrt(np.diag(cov))
    first = np.linalg.eigh(cov / np.outer(scale, scale))[1][:, -1]
    return float(first[at] / first[0] * scale[at] / scale[0]) if abs(first[0]) > 0.1 else 1.0


def _saturated(items: Sequence[str], sizes: Floats, within: Floats, between: Floats, centre: Floats) -> list[Row]:
    rows = _common(items, sizes, centre)
    for g in range(len(sizes) + 1):
        for i, a in enumerate(items):
            for j, b in enumerate(items[: i + 1]):
                rows.append(Row(a, "~~", b, f"w {a} {b}", start=float(within[i, j]), group=g))
                if g:
                    rows.append(Row(f"own {a}", "~~", f"own {b}", f"b {a} {b}", start=float(between[i, j]), group=g))
    return rows


def _apart(items: Sequence[str], sizes: Floats, within: Floats, between: Floats, centre: Floats) -> list[Row]:
    """Nothing goes together, at either level: what CFI and TLI start from."""
    free = _saturated(items, sizes, within, between, centre)
    return [row for row in free if row.op != "~~" or row.lhs == row.rhs]


def _fit(
    rows: list[Row], items: Sequence[str], latent: list[str], known: tuple[Moments, ...], observed: bool = False
) -> tuple[Found, Model]:
    model = build(rows, items, [*latent, *(f"own {item}" for item in items)], len(known))
    return maximise(model, known, "observed" if observed else "expected"), model


def _result(model: Model, found: Found, free: float, apart: float, known: tuple[Moments, ...]) -> TwoLevelFit:
    k, persons = len(model.observed), sum(own.people for own in known[1:])
    rows = persons + known[0].people
    df, base_df = k * (k + 1) + k - len(model.parameters), k * (k - 1)
    chisq = no_less_than_0(2 * (free - found.at.loglik))
    cfi, tli = against(chisq, df, 2 * (free - apart), base_df)
    within, between = (_level(model, found, level) for level in "wb")
    notes = [
        f"a residual variance {name} people is below 0 (a Heywood case)"
        for name, level in (("within", within), ("between", between))
        if (level.residuals < 0).any()
    ]
    means = found.theta[[model.parameters.index(f"mean {item}") for item in model.observed]]
    return TwoLevelFit(
        model.observed, within, between, means, rows, persons, found.at.loglik, chisq, df, upper(chisq, df), cfi, tli,
        rmsea_of(chisq, df, rows)[0], math.sqrt(known[0].cov[0].mean()), tuple(notes),
    )  # fmt: skip


def _level(model: Model, found: Found, level: str) -> Level:
    place = {name: at for at, name in enumerate(model.parameters)}
    loadings = [place.get(f"{level} =~ {item}", -1) for item in model.observed]
    names = [*loadings, *(place[f"{level} left {item}"] for item in model.observed), place[f"{level} ~~ {level}"]]
    some = np.array(names)
    theta = np.where(some >= 0, found.theta[some], 1.0)
    vcov = np.where((some >= 0)[:, None] & (some >= 0), found.vcov[np.ix_(some, some)], 0.0)
    k = len(model.observed)
    return Level(theta[:k], theta[k : 2 * k], float(theta[-1]), vcov)
