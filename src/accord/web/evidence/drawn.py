"""A frozen report made ready for a page: numbers as people write them, figures that keep the page's own rules."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

STYLE = re.compile(r'\sstyle="([^"]*)"')
BLOCK = re.compile(r"<(style|metadata|script)\b.*?</\1>|<\?xml.*?\?>|<!DOCTYPE[^>]*>", re.DOTALL)
IDS = re.compile(r'(\bid="|url\(#|href="#|aria-labelledby="|aria-describedby=")([^"\s)]+)')


def shown(report: Mapping[str, Any]) -> dict[str, Any]:
    """The sections with their tables as texts and their figures as markup."""
    sections = [{**one, **_section(one, f"s{place}")} for place, one in enumerate(report["sections"])]
    return {**report, "sections": sections}


def _section(one: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        "tables": [table(each) for each in one.get("tables", ())],
        "figures": [
            {**each, "svg": inline(str(each["svg"]), f"{prefix}f{place}-")}
            for place, each in enumerate(one.get("figures", ()))
        ],
    }


def table(one: Mapping[str, Any]) -> dict[str, Any]:
    """Its cells as texts, and which columns are numbers."""
    numeric = [_is_numeric(column) for column in zip(*one["rows"], strict=False)] or [False] * len(one["columns"])
    return {**one, "rows": [[cell(value) for value in row] for row in one["rows"]], "numeric": numeric}


def _is_numeric(column: tuple[Any, ...]) -> bool:
    known = [value for value in column if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def cell(value: Any) -> str:
    """A cell: whole numbers with commas, others to three figures that say something, a dash where there is nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) >= 1000 else _short(value)
    return str(value)


def _short(value: float) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:,.1f}"
    return f"{value:.2e}"


def inline(svg: str, prefix: str) -> Markup:
    """An SVG as it may stand in a page: no inline style (the page's policy forbids it), ids of its own."""
    bare = STYLE.sub(lambda found: _attributes(found[1]), BLOCK.sub("", svg))
    return Markup(IDS.sub(lambda found: found[1] + prefix + found[2], bare).strip())


def _attributes(style: str) -> str:
    """`fill: none; stroke: #000` as attributes, which mean the same in SVG."""
    pairs = [part.partition(":") for part in style.split(";") if ":" in part]
    return "".join(f' {name.strip()}="{value.strip()}"' for name, _, value in pairs if name.strip() != "font")


def words(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The headings with their words alone, of the sections that have enough to say."""
    return list(_words(report))


def _words(report: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for one in report["sections"]:
        if one["enough"] and one["words"]:
            yield str(one["heading"]), [str(each) for each in one["words"]]
