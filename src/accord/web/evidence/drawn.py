"""A frozen report made ready for a page: numbers as people write them, figures as markup."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup


def shown(report: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with their tables as texts and their figures as markup."""
    return {**report, "sections": [{**one, **_section(one)} for one in report["sections"]]}


def _section(one: Mapping[str, Any]) -> dict[str, Any]:
    """Figures are our own charts, which keep the page's policy; the text they stand in is sealed and was compared."""
    figures = [{**each, "svg": Markup(each["svg"])} for each in one.get("figures", ())]
    return {"tables": [table(each) for each in one.get("tables", ())], "figures": figures}


def table(one: Mapping[str, Any]) -> dict[str, Any]:
    """Its cells as texts; of a column of numbers all with the same decimals."""
    columns = [[row[place] for row in one["rows"]] for place in range(len(one["columns"]))]
    digits = [_digits(column) for column in columns]
    rows = [[cell(value, each) for value, each in zip(row, digits, strict=True)] for row in one["rows"]]
    return {**one, "rows": rows, "numeric": [each is not None for each in digits]}


def _digits(column: Sequence[Any]) -> int | None:
    """How many decimals a column of numbers has, three at most; None for a column of words."""
    numbers = [value for value in column if isinstance(value, int | float) and not isinstance(value, bool)]
    return max((_decimals(value) for value in numbers), default=None)


def _decimals(value: float) -> int:
    return 0 if isinstance(value, int) else len(f"{value:.3f}".rstrip("0").partition(".")[2])


def cell(value: Any, digits: int | None) -> str:
    """A number with commas; what is hidden or not known is said to be."""
    if value is None:
        return "" if digits is None else "not told"
    if isinstance(value, str) or digits is None:
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:z,.{digits}f}"
