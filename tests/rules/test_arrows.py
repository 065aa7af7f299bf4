"""The arrows between rooms, and what a plain verb may not load."""

import subprocess
import sys

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.rules.test_tree import REPOSITORY


def test_later_rooms_know_earlier_ones_and_never_the_reverse() -> None:
    assert lint_imports(config_filename=str(REPOSITORY / ".importlinter")) == EXIT_STATUS_SUCCESS


def loaded_by(code: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after this code."""
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    environment = {"PYTHONPATH": str(REPOSITORY / "src"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("room", ["errors", "charts", "tables", "measures", "fit", "alliance", "outcome", "mechanism"])
def test_the_domain_stands_without_django(room: str) -> None:
    assert "django" not in loaded_by(f"import accord.{room}")


def test_help_and_a_definition_need_nothing_heavy() -> None:
    code = "from accord import cli, measures\nimport accord.web\nmeasures.load('phq-9')"
    assert not loaded_by(code) & {"numba", "scipy", "ortools", "polars", "pandas", "django", "matplotlib"}
