"""Each unit's random effects, and what is expected of rows."""

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from accord.errors import UsageError
from accord.evidence.mixed import Floats
from accord.evidence.mixed import columns as read_columns
from accord.evidence.mixed.design import Level, shift

if TYPE_CHECKING:
    from accord.evidence.mixed.fitted import Fitted


def by_level(fitted: "Fitted") -> list[tuple[Floats, Floats]]:
    """Of each level, in the order of its labels and on the data's scale: effects [units, q], standard deviations."""
    if "effects" not in fitted.extra:
        fitted.extra["effects"] = _worked_out(fitted)
    made: list[tuple[Floats, Floats]] = fitted.extra["effects"]
    return made


def _worked_out(fitted: "Fitted") -> list[tuple[Floats, Floats]]:
    structure, look, design = fitted.likelihood.structure, fitted.found.look, fitted.design
    a = np.zeros(len(design.columns))
    a[list(structure.x)], a[-1] = -look.beta, 1.0
    scale, made = float(design.scale[-1]), []
    orders = (
        [units.order for units in structure.sums.units] if hasattr(structure, "sums") else [None] * len(design.levels)
    )
    for level, order, (mean, var) in zip(design.levels, orders, structure.effects(look.state, a), strict=True):
        turn = _turn(fitted, level) * scale
        mean, sd = mean @ turn.T, np.sqrt(np.maximum(np.einsum("pq,iqr,pr->ip", turn, var, turn), 0) * look.sigma2)
        if order is not None:
            back = np.argsort(order)
            mean, sd = mean[back], sd[back]
        made.append((mean, sd))
    return made


def _turn(fitted: "Fitted", level: Level) -> Floats:
    """From effects of centred and scaled columns to those of the data's own."""
    q = len(level.at)
    turn = np.zeros((q, q))
    for term, part in zip(level.terms, level.blocks, strict=True):
        turn[part, part] = np.linalg.inv(shift(fitted.design, term.at))
    return turn


def ranef(fitted: "Fitted") -> pl.DataFrame:
    """grpvar, level, term, estimate, std.error: by group, then in the order of the labels, never of the estimates."""
    parts = []
    for level, (mean, sd) in zip(fitted.design.levels, by_level(fitted), strict=True):
        by = level.labels.columns
        order = level.labels.with_row_index("row of labels").sort(by, maintain_order=True)["row of labels"].to_numpy()
        named = pl.concat_str([pl.col(name).cast(pl.String) for name in by], separator=":")
        who = level.labels[order].select(named.alias("level"))["level"]
        for at, name in enumerate(name for term in level.terms for name in term.names):
            numbers = {"estimate": mean[order, at], "std.error": sd[order, at]}
            parts.append(pl.DataFrame({"grpvar": level.name, "level": who, "term": name, **numbers}))
    return pl.concat(parts)


def predict(fitted: "Fitted", newdata: Any, level: str) -> Floats:
    if level not in ("conditional", "population"):
        raise UsageError(f"level: got {level!r}, wanted conditional or population")
    if newdata is None:
        return _of_rows_fitted(fitted, level == "conditional")
    return _of_new(fitted, newdata, level == "conditional")


def _of_rows_fitted(fitted: "Fitted", conditional: bool) -> Floats:
    design = fitted.design
    made = np.zeros(design.n)
    for at, b in zip(fitted._x, fitted.beta, strict=True):
        made += design.columns[at] * b
    if conditional:
        for level, (mean, _) in zip(design.levels, by_level(fitted), strict=True):
            for k, at in enumerate(level.at):
                made += design.columns[at] * mean[level.codes, k]
    return made


def _of_new(fitted: "Fitted", newdata: Any, conditional: bool) -> Floats:
    design = fitted.design
    numbers = list(
        dict.fromkeys(
            [
                *design.fixed.used,
                *(name for each in design.levels for term in each.terms for name in term.side.used if conditional),
            ]
        )
    )
    groups = list(dict.fromkeys(name for each in design.levels for name in each.labels.columns)) if conditional else []
    given = (
        read_columns.frame(newdata, list(dict.fromkeys([*numbers, *groups]))) if numbers or groups else _bare(newdata)
    )
    rows = given.with_row_index("row of newdata")
    whole, _ = read_columns.whole_rows(rows, numbers)
    made = np.full(rows.height, np.nan)
    if not whole.height:
        return made
    columns, _ = read_columns.matrix(design.fixed, whole)
    values = sum((columns[name] * b for name, b in zip(fitted.terms, fitted.beta, strict=True)), np.zeros(whole.height))
    if conditional:
        for each, (mean, _) in zip(design.levels, by_level(fitted), strict=True):
            values = values + _of_level(each, mean, whole)
    made[whole["row of newdata"].to_numpy()] = values
    return made


def _bare(newdata: Any) -> pl.DataFrame:
    """A model of an intercept alone asks for no column; as many rows as there are."""
    first = next(iter(getattr(newdata, "columns", newdata)))
    return pl.DataFrame({"": np.zeros(len(newdata[first]))})


def _of_level(level: Level, mean: Floats, rows: pl.DataFrame) -> Floats:
    names = level.labels.columns
    known = level.labels.select(pl.col(name).cast(pl.String) for name in names).with_row_index("code")
    asked = rows.select(pl.col(name).cast(pl.String) for name in names)
    code = asked.join(known, on=names, how="left", maintain_order="left")["code"].fill_null(len(mean)).to_numpy()
    padded = np.vstack([mean, np.zeros(mean.shape[1])])[code]
    made, at = np.zeros(rows.height), 0
    for term in level.terms:
        columns, _ = read_columns.matrix(term.side, rows)
        for name in term.names:
            made, at = made + columns[name] * padded[:, at], at + 1
    return made
