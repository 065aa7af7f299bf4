"""Confirmatory factor analysis: does a measure hang together as its authors say?

    fit = cfa("visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6", data)
    fit.glance(); fit.tidy()
    cfa(model, data, group="school", equal=("loadings",))

As lavaan's `cfa`: the first loading of a factor is 1 (or its variance, with std_lv), factors covary, every residual
variance is free. Means are modelled where something is missing or there are groups. Instead of a frame, `sample(..)`
or a mapping of group to `sample(..)` may be given: number, means and covariances are all that a fit needs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from accord.errors import DataError, UsageError
from accord.evidence.structural.model import Row, build
from accord.evidence.structural.moments import Floats, Moments, Saturated, columns, moments, saturated
from accord.evidence.structural.result import StructuralFit, fit_model
from accord.evidence.structural.syntax import Term, parse

EQUAL = ("loadings", "intercepts", "residuals")


def cfa(
    model: str,
    data: Any,
    *,
    group: str | None = None,
    equal: Sequence[str] = (),
    std_lv: bool = False,
    means: bool | None = None,
    information: str | None = None,
) -> StructuralFit:
    """Fit by ML, or FIML where something is missing. `equal`: what is the same in all groups.

    Raises UsageError for what the model's words or names do not allow, DataError for data that cannot carry it.
    """
    terms = parse(model)
    unknown = [each for each in equal if each not in EQUAL]
    if unknown:
        raise UsageError(f"equal: got {unknown[0]!r}, wanted some of {', '.join(EQUAL)}")
    known = samples(data, observed_of(terms), group)
    free = tuple(saturated(own) for own in known.values())
    complete = all(own.complete for own in known.values())
    with_means = (not complete or len(known) > 1) if means is None else means
    if not with_means and not complete:
        raise UsageError("means=False with missing values: FIML needs the means")
    names = tuple(known)
    rows = [row for g in range(len(names)) for row in _rows(terms, g, equal, std_lv, with_means, free)]
    made = build(rows, observed_of(terms), latent_of(terms), len(names))
    return fit_model(made, tuple(known.values()), names, information, free=free)


def latent_of(terms: Sequence[Term]) -> list[str]:
    return list(dict.fromkeys(term.lhs for term in terms if term.op == "=~"))


def observed_of(terms: Sequence[Term]) -> list[str]:
    latent = latent_of(terms)
    return list(dict.fromkeys(term.rhs for term in terms if term.op == "=~" and term.rhs not in latent))


def samples(data: Any, names: Sequence[str], group: str | None) -> dict[str, Moments]:
    """Moments by group, in the order in which groups appear."""
    if isinstance(data, Moments):
        return {"": _chosen(data, names)}
    if isinstance(data, Mapping) and data and all(isinstance(each, Moments) for each in data.values()):
        return {str(name): _chosen(each, names) for name, each in data.items()}
    values = columns(data, names)
    if group is None:
        return {"": moments(values, names)}
    which = _labels(data, group)
    if len(which) != len(values):
        raise DataError(f"{len(which)} values of {group!r} and {len(values)} rows")
    found = {}
    for name in dict.fromkeys(which):
        try:
            found[str(name)] = moments(values[np.array([each == name for each in which])], names)
        except DataError as error:
            raise DataError(f"{group} {name}: {error}") from None
    if len(found) < 2:
        raise DataError(f"column {group!r} has one group only, {', '.join(found)}; wanted two or more")
    return found


def _labels(data: Any, group: str) -> list[Any]:
    held = list(data.keys() if isinstance(data, Mapping) else getattr(data, "columns", ()))
    if group not in held:
        raise UsageError(f"no column {group!r} among {', '.join(map(str, held))}")
    found = list(data[group])
    if any(each is None or each != each for each in found):
        raise DataError(f"column {group!r} does not say for everyone which group they are of")
    return found


def _chosen(known: Moments, names: Sequence[str]) -> Moments:
    absent = [name for name in names if name not in known.names]
    if absent:
        raise UsageError(f"no measurement {absent[0]!r} among {', '.join(known.names)}")
    some = [known.names.index(name) for name in names]
    return Moments(
        tuple(names), known.n, known.mean[:, some], known.cov[:, some][:, :, some], known.seen[:, some], known.dropped
    )


def _rows(
    terms: Sequence[Term], g: int, equal: Sequence[str], std_lv: bool, means: bool, free: Sequence[Saturated]
) -> list[Row]:
    latent, observed = latent_of(terms), observed_of(terms)
    scale = np.sqrt(np.diag(free[g].cov))
    rows = _loadings(terms, g, "loadings" in equal, std_lv, free[0].cov, observed)
    given = {frozenset((term.lhs, term.rhs)): term for term in terms if term.op == "~~"}
    below = {term.rhs for term in terms if term.op == "=~" and term.rhs in latent}
    for name, sd in zip(observed, scale, strict=True):
        label = f"{name} ~~ {name}" if "residuals" in equal else None
        rows.append(_covariance(name, name, given, g, label, 0.5 * float(sd) ** 2))
    starts = _variances(terms, free[g].cov, observed, std_lv)
    for name in latent:
        fixed = 1.0 if std_lv and not (g and "loadings" in equal) else None
        rows.append(_covariance(name, name, given, g, None, starts[name], fixed))
    over = [name for name in latent if name not in below]
    rows += [_covariance(a, b, given, g, None, 0.0) for i, a in enumerate(over) for b in over[:i]]
    rows += [_covariance(*_both(pair), {pair: term}, g, None, 0.0) for pair, term in given.items() if len(pair) > 1]
    return rows + (_means(observed, latent, g, "intercepts" in equal, free[g].mean) if means else [])


def _both(pair: frozenset[str]) -> tuple[str, str]:
    first, second = sorted(pair)
    return first, second


def _covariance(
    a: str,
    b: str,
    given: Mapping[frozenset[str], Term],
    g: int,
    label: str | None,
    start: float,
    fixed: float | None = None,
) -> Row:
    """As the model's own line has it, where there is one; it is taken out there, so that it stands once."""
    term = given.pop(frozenset((a, b)), None) if isinstance(given, dict) else None
    if term is None:
        return Row(a, "~~", b, label, fixed, start, group=g)
    value = term.value if term.value is not None or term.free or term.label else fixed
    return Row(a, "~~", b, term.label or label, value, start, group=g)


def _loadings(
    terms: Sequence[Term], g: int, equal: bool, std_lv: bool, cov: Floats, observed: Sequence[str]
) -> list[Row]:
    rows = []
    for name in latent_of(terms):
        own = [term for term in terms if term.op == "=~" and term.lhs == name]
        weight = _direction([term.rhs for term in own], cov, observed)
        for at, term in enumerate(own):
            free = term.free or term.label or term.value is not None
            value = 1.0 if at == 0 and not std_lv and not free else term.value
            label = term.label or (f"{name} =~ {term.rhs}" if equal and value is None else None)
            start = weight[at] * (1.0 if not std_lv else float(np.sqrt(_size(term.rhs, cov, observed))))
            rows.append(Row(name, "=~", term.rhs, label, value, start, group=g))
    return rows


def _size(name: str, cov: Floats, observed: Sequence[str]) -> float:
    return 0.5 * float(cov[observed.index(name), observed.index(name)]) if name in observed else 0.5


def _direction(names: Sequence[str], cov: Floats, observed: Sequence[str]) -> list[float]:
    """Where loadings start: the first principal direction of a factor's measurements, the first of them being 1."""
    if any(name not in observed for name in names) or len(names) < 2:
        return [1.0] * len(names)
    some = [observed.index(name) for name in names]
    block = cov[np.ix_(some, some)]
    scale = np.sqrt(np.diag(block))
    first = np.linalg.eigh(block / np.outer(scale, scale))[1][:, -1]
    if abs(first[0]) < 0.1 or not block[~np.eye(len(block), dtype=bool)].any():
        return [1.0] * len(names)
    found = first / first[0] * scale / scale[0]
    return [float(each) for each in found]


def _variances(terms: Sequence[Term], cov: Floats, observed: Sequence[str], std_lv: bool) -> dict[str, float]:
    first: dict[str, str] = {}
    for term in terms:
        if term.op == "=~":
            first.setdefault(term.lhs, term.rhs)
    return {name: 1.0 if std_lv else _size(_bottom(at, first), cov, observed) for name, at in first.items()}


def _bottom(name: str, first: Mapping[str, str]) -> str:
    return _bottom(first[name], first) if name in first and first[name] != name else name


def _means(observed: Sequence[str], latent: Sequence[str], g: int, equal: bool, mean: Floats) -> list[Row]:
    rows = [
        Row(name, "~1", "", f"{name} ~1" if equal else None, start=float(at), group=g)
        for name, at in zip(observed, mean, strict=True)
    ]
    if equal and g:
        rows += [Row(name, "~1", "", group=g) for name in latent]
    return rows
