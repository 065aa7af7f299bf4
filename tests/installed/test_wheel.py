"""What `pip install .` gives somebody: the command, and a demonstration with its pages, styles and definitions."""

import socket
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.installed.service import REPOSITORY, Service, clean_environment, free_port


def run(*command: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    clean = clean_environment()
    return subprocess.run(command, capture_output=True, text=True, env=clean, cwd=cwd, timeout=60, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(REPOSITORY)]
    subprocess.run(build, check=True, capture_output=True)
    return next(out.glob("accord-*.whl"))


@pytest.fixture(scope="module")
def accord(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in an environment of its own; only the dependencies are lent, so that no network is needed."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = home / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True)
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    (Path(site) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "accord"


def test_everything_that_is_not_code_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(file.relative_to(REPOSITORY / "src"))
        for kind in ("html", "toml", "css", "js", "svg", "typed", "md")
        for file in (REPOSITORY / "src").rglob(f"*.{kind}")
    }
    assert wanted
    assert not wanted - packed
    assert not [name for name in packed if name.startswith(("tests/", "docs/"))]


def test_the_command_works_from_anywhere(accord: Path, tmp_path: Path) -> None:
    assert "accord 0." in run(str(accord), "--version", cwd=tmp_path).stdout
    assert "phq-9" in run(str(accord), "measures", "list", cwd=tmp_path).stdout
    where = subprocess.run(
        [accord.parent / "python", "-c", "import accord; print(accord.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(accord.parent.parent) in where  # the wheel's own code, not the lent environment's


def test_the_demonstration_runs_from_the_wheel(accord: Path, tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port()
    service = Service("demo", "--no-browser", data=data, port=port, command=(str(accord),))
    service.start()
    try:
        service.wait("/demo/")
        page = urlopen(service.address + "/demo/").read().decode()
        assert "Invented people" in page
        for file in ("accord.css", "charts.css", "check-in.js", "page.js", "icon.svg"):
            assert urlopen(f"{service.address}/static/accord/{file}").status == 200
        assert "PHQ-9" in urlopen(service.address + "/measures/").read().decode()
    finally:
        assert service.stop() == 0
    second = Service("demo", "--no-browser", data=data, port=port, command=(str(accord),))
    second.start()
    second.wait("/demo/", seconds=15)  # keeps its people, so it is quick
    second.stop()


def test_a_taken_port_is_said_before_the_work(accord: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [accord, "demo", "--data", str(tmp_path / "d"), "--port", port, "--no-browser"],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 2
    assert f"port {port} cannot be used" in done.stderr
    assert "ACCORD_PORT=" in done.stderr
    assert done.stderr.count("\n") == 1


def test_fresh_deletes_only_what_a_demonstration_made(accord: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = run(str(accord), "demo", "--fresh", "--data", str(tmp_path), "--no-browser")
    assert done.returncode == 2
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
