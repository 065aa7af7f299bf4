"""A licensee's words appear where the measure is asked; without them its shape alone is known."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client as Visitor

from accord import measures
from accord.web import wording
from accord.web.alliance.forms import plannable
from accord.web.design.environment import number


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    file = tmp_path / "theirs.toml"
    items = "\n".join(f'{number} = "Our licensed words {number}"' for number in range(1, 6))
    file.write_text(f'measure = "who-5"\nends = ["never", "always"]\n\n[items]\n{items}\n')
    return measures.store_text("who-5", file, tmp_path)


def test_without_words_a_measure_cannot_be_planned() -> None:
    assert "who-5" not in plannable()


def test_with_words_it_can_be_asked_and_is_shown(brought: Path, db: None) -> None:
    assert wording.measure("who-5").has_text
    assert "who-5" in plannable()
    assert "Our licensed words 3" in Visitor().get("/measures/").content.decode()


def test_nothing_is_written_as_less_than_nothing() -> None:
    assert [number(value, 1) for value in (-0.04, -0.0, -0.06)] == ["0.0", "0.0", "-0.1"]
