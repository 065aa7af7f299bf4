"""`accord demo`, `serve` and `worker`: the running service."""

import os
import shutil
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.start import data_folder, ready
from accord.errors import UsageError

MARK = ".accord-demo"
Data = Annotated[Path | None, typer.Option("--data", help="The folder that holds keys and database.")]
Port = Annotated[int, typer.Option("--port", envvar="ACCORD_PORT", help="The port to listen on.")]


def demo(
    data: Data = None,
    port: Port = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was done and begin anew.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser where there is one.")] = True,
    seed: Annotated[int, typer.Option(help="Other invented people.")] = 1,
) -> None:
    """Start a demonstration with invented people, on this machine alone."""
    folder = data_folder(data, "~/.local/share/accord-demo")
    if fresh:
        _forget(folder)
    elif any(folder.iterdir()) and not (folder / MARK).exists():
        raise UsageError(f"{folder} holds something that is not a demonstration; choose an empty folder by --data")
    (folder / MARK).touch()
    _free(port)
    os.environ.update(ACCORD_DEMO="1", ACCORD_PORT=str(port), ACCORD_ORIGIN=f"http://127.0.0.1:{port}")
    ready(new_keys=True, migrate=True)
    _invent(seed)
    address = f"http://127.0.0.1:{port}/demo/"

    def ready_now() -> None:
        print(f"Accord is ready: {address}   (Ctrl-C ends it)", flush=True)
        if browser:
            _open(address)

    from accord.web.server import run

    run("127.0.0.1", port, ready_now)


def _forget(folder: Path) -> None:
    """Only what a demonstration made: a folder without its mark is left alone."""
    if any(folder.iterdir()) and not (folder / MARK).exists():
        raise UsageError(
            f"{folder} is not a demonstration's folder, so nothing in it is deleted; choose another by --data"
        )
    for thing in folder.iterdir():
        shutil.rmtree(thing) if thing.is_dir() else thing.unlink()


def _free(port: int) -> None:
    """Say so before minutes of preparing, not after."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise UsageError(f"port {port} cannot be used ({error}); choose another: ACCORD_PORT=8001") from error


def _invent(seed: int) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from accord.web.home import demo as invented

    if invented.is_there():
        return
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Inventing people", total=None)
        if not console.is_terminal:
            print("Inventing people (a few seconds) ...", file=sys.stderr, flush=True)
        invented.build(seed, lambda done, of: bar.update(task, completed=done, total=of))


def _open(address: str) -> None:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    try:
        webbrowser.open(address)
    except webbrowser.Error:
        print("No browser could be opened; copy the address into one.", file=sys.stderr)


def serve(
    data: Data = None,
    port: Port = 8000,
    host: Annotated[
        str, typer.Option(help="The address to listen on; a proxy with TLS stands before it.")
    ] = "127.0.0.1",
) -> None:
    """Serve Accord: one process with threads on SQLite, several on PostgreSQL."""
    if os.environ.get("ACCORD_DEMO"):
        raise UsageError("ACCORD_DEMO is set: doors without passwords belong to 'accord demo' alone; unset it")
    data_folder(data)
    os.environ.setdefault("ACCORD_PORT", str(port))
    ready(migrate=True)
    from django.conf import settings

    from accord.web.server import run

    if settings.MAIL_IS_A_FOLDER:
        print("accord: no mail server is named (ACCORD_MAIL_URL): messages only reach a folder", file=sys.stderr)
    run(host, port, lambda: print(f"Accord answers at {settings.ORIGIN}", flush=True))


def worker(data: Data = None) -> None:
    """Send waiting messages (on SQLite the serving process does it itself)."""
    import signal
    import threading

    data_folder(data)
    ready()
    from accord.web.notices import worker as sending

    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    print("The worker is sending what waits; Ctrl-C ends it.", file=sys.stderr)
    sending.run(stop)
