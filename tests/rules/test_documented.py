"""What is there is written down: every setting, verb, option and room; and no link between pages leads nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from accord.cli import app
from tests.rules.test_tree import REPOSITORY, SOURCE, WEB, name_of

DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *DOCS.rglob("*.md")])
SETTING = re.compile(r"\bACCORD_[A-Z_]*[A-Z]\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
READERS = [SOURCE, REPOSITORY / "script", REPOSITORY / "tests", REPOSITORY / "bench"]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def settings_read() -> set[str]:
    """Every name of a setting in a program or script."""
    files = [file for root in READERS for file in root.rglob("*") if file.is_file() and file.suffix in ("", ".py")]
    return {name for file in files for name in SETTING.findall(text_of(file))}


def test_every_setting_is_in_the_table() -> None:
    page = text_of(DOCS / "operating.md")
    assert settings_read() - set(SETTING.findall(page)) == set()


def test_no_setting_is_documented_that_nobody_reads() -> None:
    documented = {name for page in PAGES for name in SETTING.findall(text_of(page))}
    assert documented - settings_read() == set()


def verbs(command: Any, name: str = "accord") -> Iterator[tuple[str, Any]]:
    """Each verb by its full name, as one types it."""
    for word, one in getattr(command, "commands", {}).items():
        yield from verbs(one, f"{name} {word}")
    if not hasattr(command, "commands"):
        yield name, command


VERBS = dict(verbs(typer.main.get_command(app)))


def test_the_walk_finds_the_verbs() -> None:
    """Without this, an empty walk would pass everything below."""
    assert {"accord import", "accord user add", "accord measures score"} <= set(VERBS)


def section(page: str, heading: str) -> str:
    """The text under one heading, up to the next of any level; empty when it is not there."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#+ |\Z)", page, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_is_on_the_page(verb: str) -> None:
    written = section(text_of(DOCS / "command-line.md"), verb)
    assert written, f"docs/command-line.md has no heading '{verb}'"
    options = [name for one in VERBS[verb].params for name in (*one.opts, *one.secondary_opts) if name.startswith("--")]
    assert [name for name in options if name != "--help" and f"`{name}`" not in written] == []


def test_no_verb_is_documented_that_is_not_there() -> None:
    rooms = {name.rsplit(" ", 1)[0] for name in VERBS}
    headings = re.findall(r"^#+ (accord .*)$", text_of(DOCS / "command-line.md"), re.MULTILINE)
    assert set(headings) - set(VERBS) - rooms == set()


def rooms() -> list[str]:
    """The rooms of the domain, and those of the web side."""
    domain = [one.stem for one in SOURCE.iterdir() if one.is_dir() or one.name == "errors.py"]
    web = [f"web/{one.name}" for one in WEB.iterdir() if one.is_dir()]
    return sorted(one for one in (*domain, *web) if "__" not in one)


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_a_section(room: str) -> None:
    assert section(text_of(DOCS / "README.md"), room).strip()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in LINK.findall(text_of(page)) if "://" not in target]
    assert [target for target in targets if target and not (page.parent / target).exists()] == []


def test_every_page_can_be_found_from_the_readme() -> None:
    """By links alone, however many steps; a page nobody leads to is not read."""
    seen: set[Path] = set()
    todo = [REPOSITORY / "README.md"]
    while todo:
        page = todo.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = [target.partition("#")[0] for target in LINK.findall(text_of(page)) if "://" not in target]
        todo += [page.parent / target for target in links if target]
    assert [name_of(page) for page in PAGES if page.resolve() not in seen] == []


PARTS = re.compile(r"`(test_\w+\*?)`")


def test_the_tests_that_hold_safety_are_there() -> None:
    """docs/safety.md names them; a renamed one is noticed."""
    there = "\n".join(text_of(file) for file in (REPOSITORY / "tests").rglob("test_*.py"))
    named = PARTS.findall(text_of(DOCS / "safety.md"))
    assert len(named) > 10
    assert [name for name in named if f"def {name.rstrip('*')}" not in there] == []
