"""A real serving process on a port of its own, started and stopped as a person or an accident would."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of somebody who never ran these tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ACCORD_", "DJANGO_", "PYTHONPATH"))}
    return {**kept, **more}


def accord(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One call of the command line, to its end."""
    clean = clean_environment(PYTHONPATH=str(REPOSITORY / "src"), **environment)
    command = [sys.executable, "-m", "accord", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean, timeout=60, check=False)


class Service:
    """`accord <verb>` in its own process group, so that kill -9 reaches all of it."""

    def __init__(self, *arguments: str, data: Path, port: int, command: tuple[str, ...] = ()) -> None:
        self.port, self.data, self.arguments = port, data, arguments
        self.command = command or (sys.executable, "-m", "accord")
        self.log = data.parent / f"{data.name}-{port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **environment: str) -> None:
        installed = self.command[0].endswith("accord")
        clean = clean_environment() if installed else clean_environment(PYTHONPATH=str(REPOSITORY / "src"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, *self.arguments, "--data", str(self.data), "--port", str(self.port)],
                env={**clean, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, path: str = "/help/", seconds: float = 90) -> None:
        """Until it answers; says what it printed if it does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(URLError, ConnectionError, TimeoutError), urlopen(self.address + path, timeout=5):
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"no answer at {self.address}: {self.log.read_text()}")

    def kill(self) -> None:
        """kill -9 of every process of it: nothing can tidy up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        """Ctrl-C."""
        assert self.process
        self._signal(signal.SIGINT)
        return self.process.returncode

    def _signal(self, sign: signal.Signals) -> None:
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, sign)
        self.process.wait(timeout=20)
