"""Two engines, any number of threads: the same courses."""

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import accord.mechanism
from accord.mechanism import Parameters, Scenario, Simulated, Truth, simulate, told
from accord.mechanism.courses import Engine

SCENARIOS = {
    "as it comes": Scenario(),
    "rupture, never repaired": Scenario(rupture_at=5, repair="never", avoidance=1.5, bond=-1),
    "shallow rupture, repaired next": Scenario(rupture_at=3, rupture_depth=1, repair="next"),
    "feedback": told(0.5, 0.3, size=(20, 20, 16)),
}


def run(engine: Engine, scenario: Scenario, threads: int = 1) -> Simulated:
    return simulate(60, 50, 16, seed=3, scenario=scenario, engine=engine, threads=threads)


def furthest(a: Truth, b: Truth) -> float:
    """The largest difference anywhere; what is missing in one must be missing in the other."""
    most = 0.0
    for field in fields(Truth):
        x, y = (np.asarray(getattr(one, field.name), float) for one in (a, b))
        assert (np.isnan(x) == np.isnan(y)).all(), field.name
        most = max(most, float(np.nanmax(np.abs(x - y))))
    return most


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_compiled_code_and_arrays_agree(scenario: Scenario) -> None:
    # 1e-9 is the promise across machines; here they differ by a few units in the last place.
    assert furthest(run("compiled", scenario).truth, run("arrays", scenario).truth) < 1e-9


def test_compiled_code_and_arrays_agree_far_from_the_usual_parameters() -> None:
    strange = Parameters(kappa=1, surprise=3, p_R=0.5, alpha=1, s_alpha=1.5, phi=-0.9, w_prot=1, z_0=-1, k_0=-2, k_Ru=2)
    one, other = (simulate(20, 20, 30, strange, 5, engine=engine).truth for engine in ("compiled", "arrays"))
    assert furthest(one, other) < 1e-9


@pytest.mark.parametrize("engine", ["compiled", "arrays"])
def test_the_number_of_threads_changes_nothing(engine: Engine) -> None:
    one, two = (run(engine, Scenario(), threads).truth for threads in (1, 2))
    assert furthest(one, two) == 0


def test_a_course_does_not_depend_on_those_beside_it() -> None:
    few, many = (simulate(number, 30, 8, seed=2, engine="arrays").truth for number in (3, 90))
    assert (few.score == many.score[:90])[~np.isnan(few.score)].all()


def test_importing_loads_neither_numba_nor_polars_and_few_courses_do_not_either() -> None:
    code = (
        "import sys, accord.mechanism as m; m.simulate(3, 3); "
        "print([name for name in ('numba', 'polars', 'scipy', 'django') if name in sys.modules])"
    )
    assert python(code) == "[]"


def test_the_kernel_is_kept_in_the_users_cache_folder_and_not_beside_the_source(tmp_path: Path) -> None:
    code = "import accord.mechanism as m; m.simulate(2, 2, 2, engine='compiled')"
    python(code, NUMBA_CACHE_DIR=str(tmp_path))
    assert list(tmp_path.rglob("*.nbi"))
    assert not list(Path(accord.mechanism.__file__).parent.rglob("*.nbi"))


def test_without_a_place_to_keep_it_the_kernel_still_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from accord.alliance.compiled import cache_folder

    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert cache_folder(Path(__file__).parent) is None


def python(code: str, **environment: str) -> str:
    """What a fresh interpreter prints."""
    source = Path(accord.mechanism.__file__).parents[2]
    known = os.environ | {"PYTHONPATH": str(source)} | environment
    done = subprocess.run([sys.executable, "-c", code], env=known, capture_output=True, text=True, check=True)
    return done.stdout.strip()
