"""The rows a formula needs, and a fit as a table or JSON."""

import math
from typing import Any

import polars as pl

from accord.cli import evidence_file
from accord.cli.output import show_json, show_table
from accord.evidence.panels import cells

# Of a column's cells, so many must be numbers for the others to be slips and not words.
MOSTLY = 0.5
FURTHEST = 1e150


def rows(table: pl.DataFrame, columns: dict[str, str], groups: set[str]) -> pl.DataFrame:
    """The columns that are used, by their plain names, as numbers or words. Every cell that is neither is named."""
    made, refused = [], []
    for name, column in columns.items():
        series, wrong = _column(table[column], name in groups)
        made.append(series.alias(name))
        refused += wrong
    if refused:
        evidence_file.stop(sorted(refused), "nothing was fitted")
    return pl.DataFrame(made) if made else table.head(0).select([])


def _column(given: pl.Series, group: bool) -> tuple[pl.Series, list[cells.Refused]]:
    if group or given.dtype in (pl.Boolean, pl.Categorical, pl.Enum):
        return cells.codes(given), []
    found, wrong = cells.numbers(given, given.name, -FURTHEST, FURTHEST)
    if not wrong or given.dtype.is_numeric():
        return found, wrong
    known = given.len() - given.null_count()
    return (found, wrong) if len(wrong) <= MOSTLY * known else (cells.codes(given), [])


def show(fitted: Any, formula: str, method: str, *, as_json: bool) -> None:
    told = as_dict(fitted, formula, method)
    if as_json:
        show_json(told)
        return
    print(formula)
    show_table([_for_people(one) for one in told["fixed"]])
    print()
    show_table([{name: _short(value) for name, value in one.items()} for one in _spread(told)])
    print(f"\n{_said(told)}")
    for note in told["notes"]:
        print(note)


def _for_people(one: dict[str, Any]) -> dict[str, Any]:
    """Fewer columns than broom has, so that a line is a line."""
    low, high, p = one["conf.low"], one["conf.high"], one["p.value"]
    return {
        "term": one["term"],
        "estimate": _short(one["estimate"]),
        "SE": _short(one["std.error"]),
        "df": None if one["df"] is None else f"{one['df']:,.0f}",
        "p": None if p is None else "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0"),
        "95 % interval": None if low is None or high is None else f"{_short(low)} to {_short(high)}",
    }


def as_dict(fitted: Any, formula: str, method: str) -> dict[str, Any]:
    """broom's names; what cannot be estimated is null, since JSON has no NaN."""
    return {
        "fixed": [{_broom(name): _plain(value) for name, value in one._asdict().items()} for one in fitted.fixed],
        "random": [
            {"group": group, "term1": one, "term2": other, "vcov": _plain(value)}
            for group, one, other, value in fitted.random
        ],
        "sigma2": _plain(fitted.sigma2),
        "logLik": _plain(fitted.logLik),
        "criterion": _plain(fitted.criterion),
        "nobs": int(fitted.nobs),
        "groups": {name: int(levels) for name, levels in fitted.groups.items()},
        "formula": formula,
        "method": method,
        "singular": bool(fitted.singular),
        "notes": list(fitted.notes),
    }


def _broom(name: str) -> str:
    """std_error is std.error, as broom writes it."""
    return {"std_error": "std.error", "p_value": "p.value", "conf_low": "conf.low", "conf_high": "conf.high"}.get(
        name, name
    )


def _plain(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def _spread(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Variances with their SD, covariances with their correlation."""
    variance = {(one["group"], one["term1"]): one["vcov"] for one in told["random"] if one["term2"] is None}
    found = []
    for one in told["random"]:
        group, first, second = one["group"], one["term1"], one["term2"]
        scale = math.sqrt(max((variance.get((group, first)) or 0) * (variance.get((group, second)) or 0), 0))
        own = second is None
        found.append(
            {
                "group": group,
                "varies": first if own else f"{first} with {second}",
                "variance": one["vcov"],
                "SD": math.sqrt(max(one["vcov"] or 0, 0)) if own else None,
                "correlation": None if own or not scale else one["vcov"] / scale,
            }
        )
    residual = {"group": "residual", "varies": "", "variance": told["sigma2"], "SD": math.sqrt(told["sigma2"] or 0)}
    return [*found, {**residual, "correlation": None}]


def _said(told: dict[str, Any]) -> str:
    groups = ", ".join(f"{levels:,} {name}" for name, levels in told["groups"].items())
    kind = "REML criterion" if told["method"] == "reml" else "deviance"
    return (
        f"{told['nobs']:,} rows; {groups}. Log likelihood {_short(told['logLik'])}, "
        f"{kind} {_short(told['criterion'])}. "
        "Degrees of freedom after Satterthwaite; intervals of 95 %."
    )


def _short(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.2f}"
