"""The report as people see it: on a phone and a desk, by day and by night, with axe beside them, and printed."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accord.evidence.report import describe, page
from accord.mechanism import simulate

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page(describe(simulate(20, 20, 10, seed=6).to_frame())), encoding="utf-8")
    return file


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_it_is_accessible_fits_and_asks_for_nothing(page: Page, report: Path, width: int, light: str) -> None:
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text))
    page.on("request", lambda asked: trouble.append(asked.url) if asked.url != report.as_uri() else None)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="light" if light == "light" else "dark")
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()
    assert trouble == []


def test_one_shape_of_each_chart_is_shown(page: Page, report: Path) -> None:
    for width, shown in ((390, "narrow"), (1280, "wide")):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(report.as_uri())
        seen = page.locator("figure svg:visible")
        assert seen.count() == page.locator("figure").count()
        assert page.locator(f"figure svg.course-{shown}:visible").count() == seen.count()


def test_printed_it_has_no_list_of_contents_and_its_tables_fit(page: Page, report: Path) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    page.goto(report.as_uri())
    assert page.locator("nav").is_hidden()
    wide = page.evaluate("[...document.querySelectorAll('table')].filter(t => t.offsetWidth > 680).length")
    assert wide == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
