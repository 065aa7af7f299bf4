"""Markdown to HTML that is safe to show: no raw HTML, no pictures, no address but http, https and mailto."""

from html import unescape

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "h2", "h3", "h4", "strong", "em", "ul", "ol", "li", "blockquote", "a", "code", "pre", "hr", "br"}


def html(text: str) -> Markup:
    """As it stands on the page, whose own title is the first heading: those of the text follow, none left out."""
    markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
    tokens = markdown.parse(text)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    levels = sorted({token.tag for token in headings})
    for token in headings:
        token.tag = f"h{min(levels.index(token.tag) + 2, 4)}"
    drawn = markdown.renderer.render(tokens, markdown.options, {})
    # A second pair of eyes: whatever the first let through, nothing but these tags reaches a page.
    allowed = {"tags": TAGS, "attributes": {"a": {"href"}, "*": set()}, "url_schemes": {"http", "https", "mailto"}}
    clean = nh3.clean(drawn, link_rel="noopener nofollow", **allowed)  # type: ignore[arg-type]
    return Markup(clean)


def opening(text: str, length: int = 160) -> str:
    """The first words of an article, without marks; plain text, which a page still has to escape."""
    plain = " ".join(unescape(nh3.clean(html(text), tags=set())).split())
    return plain if len(plain) <= length else plain[: length - 1].rsplit(" ", 1)[0] + "…"
