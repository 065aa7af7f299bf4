"""SVG as text: the only place that writes angle brackets, so the only place that must escape."""

from __future__ import annotations

import re
from html import escape

# What XML 1.0 cannot carry at all, not even escaped: one such character would make the whole page's chart unreadable.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCHEME = re.compile(r"^[\s\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\-]*):")

Attribute = str | float | None


def words(text: str) -> str:
    """Text made safe for an element or a quoted attribute."""
    return escape(_FORBIDDEN.sub("\ufffd", text), quote=True)


def number(value: float) -> str:
    """A coordinate with as few digits as can be seen."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def shown(value: float) -> str:
    """A value as people read it: 12, 3.5, 0.25."""
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def tag(name: str, *children: str, **attributes: Attribute) -> str:
    """An element; `class_` is written class, an underscore is written as a hyphen, None leaves the attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{words(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str, x: float, y: float, class_: str, anchor: str = "start") -> str:
    return tag("text", words(content), class_=class_, x=x, y=y, text_anchor=anchor, fill="currentColor")


def stroke(d: str, class_: str, *, width: float = 1, dash: str | None = None) -> str:
    """A path that is visible without any style sheet."""
    return tag(
        "path",
        class_=class_,
        d=d,
        fill="none",
        stroke="currentColor",
        stroke_width=width,
        stroke_dasharray=dash,
        stroke_linejoin="round",
        stroke_linecap="round",
    )


def path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)},{number(y)}" for x, y in points)


def safe_href(href: str) -> str:
    """The address, if it leads to a page: a chart never carries a script."""
    scheme = _SCHEME.match(href)
    if scheme and scheme.group(1).lower() not in ("http", "https"):
        raise ValueError(f"a point's address must be a path or http(s), got scheme {scheme.group(1)!r}")
    return href
