"""`page`: a report as one HTML page that needs nothing beside it: no script, nothing from outside, light and dark, "
"printed."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from accord.charts.svg import words as safe

STYLE = Path(__file__).with_name("style.css")


def page(told: Mapping[str, Any]) -> str:
    """The whole page. `told` is what `describe` gave, or the same read back from JSON."""
    title = _text(told["title"])
    sections = "".join(_section(each) for each in told["sections"])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>\n"
        f"{_head(told, title)}{_contents(told)}{sections}{_methods(told)}{_made(told)}</main>\n</body>\n</html>\n"
    )


def _text(value: Any) -> str:
    return safe(str(value))


def _head(told: Mapping[str, Any], title: str) -> str:
    about = told["measures"]
    of = f"{about['alliance']} and {about['outcome']}" if about["alliance"] else str(about["outcome"])
    dated = f"Made on {_text(told['made_on'])}. " if told["made_on"] else ""
    short = "".join(f"<li>{_text(word)}</li>" for word in told["summary"])
    return (
        f'<header><p class="kind">Report</p><h1>{title}</h1>'
        f'<p class="lede">{_text(of)}. {dated}{_text(told["label"])}</p></header>\n'
        f'<section class="short" aria-labelledby="in-short"><h2 id="in-short">In short</h2><ul>{short}</ul></section>\n'
    )


def _contents(told: Mapping[str, Any]) -> str:
    links = [(each["id"], each["heading"]) for each in told["sections"]]
    links += [("methods", "Methods and sources"), ("made", "How this was made")]
    rows = "".join(f'<li><a href="#{_text(id)}">{_text(heading)}</a></li>' for id, heading in links)
    return f'<nav aria-label="Contents"><ol>{rows}</ol></nav>\n'


def _section(each: Mapping[str, Any]) -> str:
    mark = "" if each["enough"] or _says_so(each) else '<p class="mark">Not enough data yet</p>'
    said = "".join(f"<p>{_text(word)}</p>" for word in each["words"])
    figures = "".join(_figure(one) for one in each["figures"])
    tables = "".join(_table(one, f"{each['id']}-{place}") for place, one in enumerate(each["tables"], 1))
    id = _text(each["id"])
    return (
        f'<section aria-labelledby="{id}"><h2 id="{id}">{_text(each["heading"])}</h2>{mark}{said}{figures}{tables}'
        "</section>\n"
    )


def _says_so(each: Mapping[str, Any]) -> bool:
    return any(str(word).startswith("Not enough data yet") for word in each["words"])


def _figure(one: Mapping[str, Any]) -> str:
    return (
        f"<figure>{one['svg']}<figcaption><strong>{_text(one['title'])}.</strong> {_text(one['description'])}"
        "</figcaption></figure>"
    )


def _table(one: Mapping[str, Any], id: str) -> str:
    """A caption, a head, rows whose first cell names them; numbers stand right, aligned by their decimals."""
    kinds = [_kind([row[place] for row in one["rows"]]) for place in range(len(one["columns"]))]
    head = "".join(
        f'<th scope="col"{_class(kind)}>{_text(name)}</th>' if name else "<td></td>"
        for name, kind in zip(one["columns"], kinds, strict=True)
    )
    body = "".join(_row(row, kinds) for row in one["rows"])
    wide = ' class="wide"' if len(one["columns"]) > 5 else ""
    return (
        f'<div class="table" role="region" aria-labelledby="table-{_text(id)}" tabindex="0"><table{wide}>'
        f'<caption id="table-{_text(id)}">{_text(one["caption"])}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Any, kinds: list[int | None]) -> str:
    cells = list(zip(row, kinds, strict=True))
    first = f'<th scope="row"{_class(cells[0][1])}>{_cell(*cells[0])}</th>'
    return (
        "<tr>" + first + "".join(f"<td{_class(kind)}>{_cell(value, kind)}</td>" for value, kind in cells[1:]) + "</tr>"
    )


def _class(kind: int | None) -> str:
    return "" if kind is None else ' class="number"'


def _kind(values: list[Any]) -> int | None:
    """How many decimals a column of numbers has; None for a column of words."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if not numbers:
        return None
    return max(_decimals(value) for value in numbers)


def _decimals(value: float) -> int:
    if isinstance(value, int):
        return 0
    return len(f"{value:.3f}".rstrip("0").partition(".")[2])


def _cell(value: Any, kind: int | None) -> str:
    if value is None:
        return ""
    if kind is None or isinstance(value, str):
        return _text(value)
    return f"{value:,}" if isinstance(value, int) else f"{value + 0.0:,.{kind}f}"


def _methods(told: Mapping[str, Any]) -> str:
    rows = "".join(f"<li>{_text(one['what'])} <cite>{_text(one['source'])}</cite></li>" for one in told["methods"])
    return (
        '<section aria-labelledby="methods"><h2 id="methods">Methods and sources</h2>'
        f'<ul class="methods">{rows}</ul></section>\n'
    )


def _made(told: Mapping[str, Any]) -> str:
    return (
        '<section aria-labelledby="made"><h2 id="made">How this was made</h2><dl>'
        + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in _made_rows(told))
        + "</dl></section>\n"
    )


def _made_rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if told["call"]:
        yield "Call", f"<code>{_text(told['call'])}</code>"
    yield "SHA-256 of the data", f"<code>{_text(told['hash'])}</code>"
    yield "Programs", _text(", ".join(f"{name} {number}" for name, number in told["versions"].items()))
    if told["suppressed_below"] is not None:
        yield "Smallest group", _text(f"{told['suppressed_below']} people")
