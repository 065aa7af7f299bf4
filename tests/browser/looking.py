"""Looking at a page as people do: on a phone and on a desk, by day and by night, with axe beside them."""

import os
from itertools import count
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

PICTURES = os.environ.get("ACCORD_PICTURES")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NUMBERS = count(1)
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


class Visitor:
    """A page with its site, and everything the browser complained about on the way."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(site) or self.complaints.append(asked.url))

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def press(self, name: str, role: str = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()

    def fill(self, **fields: str) -> None:
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)

    def look(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        number = next(NUMBERS)
        for width in (390, 1280):
            for light in ("light", "dark"):
                self.page.set_viewport_size({"width": width, "height": 844})
                self.page.emulate_media(color_scheme=light)
                self._judge(f"{number:02} {heading} {width} {light}")
        assert not self.complaints, f"{heading}: {self.complaints}"

    def _judge(self, name: str) -> None:
        assert self.page.evaluate(FITS), f"{name}: wider than the screen"
        found = Axe().run(self.page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name.replace('?', '').replace(' ', '-')}.png", full_page=True)
