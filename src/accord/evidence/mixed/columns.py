"""Data into columns: which are needed, which rows are whole, and what a side of a formula makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from formulaic import Formula as Written
from formulaic.errors import FormulaicError

from accord.errors import DataError, TableError, UsageError
from accord.evidence.mixed import Floats, Ints
from accord.evidence.mixed.formula import checked, scan, short

INTERCEPT = "(Intercept)"
MOST_TERMS, HIGHEST_ORDER = 500, 4
# What formulaic does not bring along.
_FUNCTIONS = {name: getattr(np, name) for name in ("abs", "cos", "log1p", "sin", "sqrt")}
# Squares of more would overflow.
LARGEST = 1e100


@dataclass(frozen=True, slots=True)
class Side:
    """Terms of one side of a formula or bar. `products` where each term is a product of number columns."""

    text: str
    used: tuple[str, ...]
    products: tuple[tuple[str, ...], ...] | None
    spec: Any = None


def side(text: str) -> Side:
    """Read a sum of terms; UsageError where it is none, or would run what is not known."""
    quoted = _powers(text)
    try:
        terms = Written(quoted)
        if not hasattr(terms, "required_variables") or hasattr(terms, "rhs"):
            raise UsageError(f"the terms {short(text)}: a formula has one ~, and no | outside brackets")
        terms = list(terms)
    except (FormulaicError, RecursionError, ValueError, TypeError, KeyError, AttributeError, SyntaxError) as error:
        reason = str(error).split("\n")[0][:120]
        raise UsageError(f"the terms {short(text)} cannot be read: {reason}") from None
    if len(terms) > MOST_TERMS:
        raise UsageError(f"the terms {short(text)} are {len(terms)}; at most {MOST_TERMS}")
    if not terms:
        raise UsageError(f"the terms {short(text)} name nothing that could vary; wanted 1, a column, or both")
    return _checked_side(quoted, terms)


def _checked_side(text: str, terms: Sequence[Any]) -> Side:
    used: dict[str, None] = {}
    products: list[tuple[str, ...]] | None = []
    for term in terms:
        names = []
        for factor in term.factors:
            method = factor.eval_method.value
            if method == "lookup":
                used[factor.expr] = None
                names.append(factor.expr)
            elif method == "literal":
                if str(factor.expr) != "1":
                    raise UsageError(f"the term {term}: a bare number other than 0 and 1 is no term")
            else:
                _python(factor.expr, used)
                products = None
        if products is not None:
            products.append(tuple(names))
    return Side(text, tuple(used), None if products is None else tuple(products))


def _python(expression: str, used: dict[str, None]) -> None:
    import ast

    plain, quotes = [], expression.split("`")
    for place, part in enumerate(quotes):
        plain.append(part if place % 2 == 0 else f"q_{place}")
        if place % 2:
            used[part] = None
    tree = ast.parse(checked("".join(plain)), mode="eval")
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in called and not node.id.startswith("q_"):
            used[node.id] = None


def _powers(text: str) -> str:
    """R's ^ is Python's **; a high power of many terms would be endless."""
    import re

    signs = list(text)
    for at, sign, _ in scan(text):
        if sign == "^":
            signs[at] = "**"
    out = "".join(signs)
    for at, sign, depth in scan(out):
        order = re.match(r"\*\*\s*(\d+)", out[at:]) if sign == "*" and depth == 0 else None
        if order and int(order[1]) > HIGHEST_ORDER:
            raise UsageError(f"the terms {short(text)}: interactions up to order {HIGHEST_ORDER}, not {order[1]}")
    return out


def frame(data: Any, names: Sequence[str]) -> pl.DataFrame:
    """The columns of these names as they came, blanks as null; TableError or DataError where they cannot be used."""
    have = list(getattr(data, "columns", data if isinstance(data, Mapping) else ()))
    if not have:
        raise DataError(
            f"the data are {short(type(data).__name__)} without columns; "
            "wanted a polars or pandas frame, or arrays by name"
        )
    for name in names:
        if name not in have:
            near = ", ".join(str(one) for one in have[:12])
            raise TableError(f"there is no such column; the data have {near}", column=name)
    try:
        made = pl.DataFrame([_series(name, data[name]) for name in names])
    except (TypeError, ValueError, pl.exceptions.PolarsError, OverflowError) as error:
        raise DataError(f"the columns {', '.join(names)} cannot be put side by side: {str(error)[:120]}") from None
    return made


def _series(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        made = values.alias(name)
    elif hasattr(values, "cat"):
        labels = [str(one) for one in values.cat.categories]
        codes = [None if code < 0 else labels[code] for code in values.cat.codes]
        made = pl.Series(name, codes, dtype=pl.Enum(labels))
    elif hasattr(values, "isna"):
        plain = values.to_numpy()
        made = (
            pl.Series(name, [None if blank else one for one, blank in zip(plain.tolist(), values.isna(), strict=True)])
            if (plain.dtype == object or values.dtype.kind not in "fiub")
            else pl.Series(name, plain)
        )
    else:
        array = np.asarray(values)
        if array.ndim != 1:
            raise DataError(f"the column {name}: got an array of shape {array.shape}, wanted one row of values")
        made = pl.Series(name, array.tolist() if array.dtype == object else array)
    if made.dtype.is_float():
        made = made.cast(pl.Float64)
        # A sum that is a number has no NaN in it: cheaper than looking at each.
        return made if _sums(made) else made.fill_nan(None)
    if made.dtype.is_decimal():
        return made.cast(pl.Float64)
    return made


def whole_rows(rows: pl.DataFrame, numbers: Sequence[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows without a gap, and how many gaps each column had; DataError where a number is infinite."""
    gaps = {name: count for name, count in zip(rows.columns, rows.null_count().row(0), strict=True) if count}
    for name in numbers:
        column = rows[name]
        if column.dtype.is_float() and not _sums(column) and not (finite := column.is_finite().fill_null(True)).all():
            row = int((~finite).arg_max() or 0) + 1
            raise TableError(f"got {column[row - 1]}, wanted a finite number or nothing", row=row, column=name)
        if column.dtype.is_numeric() and (largest := _largest(column)) > LARGEST:
            raise TableError(f"holds {largest:g}, wanted numbers up to {LARGEST:g}; use a larger unit", column=name)
        if column.dtype.is_temporal() or column.dtype.is_nested() or column.dtype in (pl.Object, pl.Binary, pl.Null):
            raise TableError(f"holds {column.dtype}, wanted numbers or text", column=name)
    odd = (pl.Int128, pl.UInt128)
    wide = [pl.col(name).cast(pl.Float64) for name in dict.fromkeys(numbers) if rows[name].dtype in odd]
    rows = rows.with_columns(wide) if wide else rows
    return (rows.drop_nulls() if gaps else rows), gaps


def _largest(column: pl.Series) -> float:
    low, high = column.min(), column.max()
    return 0.0 if low is None or high is None else max(abs(float(low)), abs(float(high)))  # type: ignore[arg-type]


def _sums(column: pl.Series) -> bool:
    """Whether all is finite, by a sum that is."""
    return column.null_count() == 0 and bool(np.isfinite(column.to_numpy().sum()))


def matrix(
    asked: Side, rows: pl.DataFrame, known: Mapping[str, Floats] | None = None
) -> tuple[dict[str, Floats], Side]:
    """The columns that a side makes of the rows, by name, and the side with what it learned of them (knots, levels).

    A column that is `known` by its name is not made again.
    """
    known = known or {}
    if asked.products is not None and all(rows[name].dtype.is_numeric() for name in asked.used):
        named = {":".join(names) or INTERCEPT: names for names in asked.products}
        return {name: known[name] if name in known else _product(names, rows) for name, names in named.items()}, asked
    try:
        with np.errstate(all="ignore"):
            made = _by_formulaic(asked, rows)
    except Exception as error:  # formulaic lets through whatever numpy, pandas or an expression raises
        cause = error.__cause__ or error
        raise DataError(
            f"the terms {short(asked.text)} cannot be worked out: {str(cause)[:160] or type(cause).__name__}"
        ) from None
    values = np.asarray(made, np.float64)
    names = [INTERCEPT if name == "Intercept" else name for name in made.model_spec.column_names]
    for name, column in zip(names, values.T, strict=True):
        if not np.isfinite(column).all():
            row = int(np.argmin(np.isfinite(column))) + 1
            raise DataError(
                f"the term {name} is not a number in row {row} of the rows that are whole; leave such rows out"
            )
    columns = {name: known.get(name, np.ascontiguousarray(values[:, at])) for at, name in enumerate(names)}
    return columns, Side(asked.text, asked.used, None, made.model_spec)


def _by_formulaic(asked: Side, rows: pl.DataFrame) -> Any:
    """Numbers as they are, text and categories as factors, in a frame of pandas since formulaic knows it best."""
    import pandas as pd

    held: dict[str, Any] = {}
    for name in asked.used:
        column = rows[name]
        if column.dtype in (pl.Categorical, pl.Enum):
            held[name] = pd.Categorical(column.to_list(), categories=_categories(column))
        else:
            held[name] = column.to_numpy() if column.dtype.is_numeric() else np.array(column.to_list(), object)
    given = pd.DataFrame(held)
    if asked.spec is not None:
        return asked.spec.get_model_matrix(given, context=_FUNCTIONS)
    return Written(asked.text).get_model_matrix(given, output="numpy", na_action="ignore", context=_FUNCTIONS)


def _categories(column: pl.Series) -> list[str]:
    """In their order, without those that no row has: a column of noughts would say nothing."""
    there = set(column.unique().to_list())
    order = column.dtype.categories.to_list() if isinstance(column.dtype, pl.Enum) else sorted(there)
    return [name for name in order if name in there]


def _product(names: tuple[str, ...], rows: pl.DataFrame) -> Floats:
    if not names:
        return np.ones(rows.height)
    made = np.asarray(rows[names[0]].to_numpy(), np.float64)
    for name in names[1:]:
        made = made * np.asarray(rows[name].to_numpy(), np.float64)
    return made


def codes(who: pl.Series) -> tuple[Ints, pl.Series]:
    """Each row's number of its level, and the levels in that order."""
    if who.dtype in (pl.Int128, pl.UInt128):
        who = who.cast(pl.String)
    if who.dtype.is_integer() and len(who):
        low, high = int(who.min()), int(who.max())  # type: ignore[arg-type]
        if high - low < 4 * len(who) + 1_000:
            return _by_table(who.to_numpy().astype(np.int64) - low, who)
    levels = who.unique(maintain_order=True)
    table = pl.DataFrame({"who": levels, "code": np.arange(len(levels))})
    found = pl.DataFrame({"who": who}).join(table, on="who", how="left", maintain_order="left", nulls_equal=True)[
        "code"
    ]
    return found.to_numpy().astype(np.int64), levels


def _by_table(shifted: Ints, who: pl.Series) -> tuple[Ints, pl.Series]:
    """Whole numbers close together need no search: a table of who is there."""
    there = np.zeros(int(shifted.max()) + 1, np.bool_)
    there[shifted] = True
    levels = np.flatnonzero(there)
    numbered = np.cumsum(there, dtype=np.int64) - 1
    return numbered[shifted], pl.Series(who.name, levels + int(who.min()))  # type: ignore[arg-type]
