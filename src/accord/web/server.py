"""The serving process: gunicorn, with the worker as one of its threads on SQLite."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from gunicorn.app.base import BaseApplication

_stop = threading.Event()


class Server(BaseApplication):
    """gunicorn with our settings instead of a file of its own."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from accord.web.wsgi import application

        return application


def run(host: str, port: int, when_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until told to stop; requests under way are finished first. `when_ready`: called once it answers."""
    sqlite = connection.vendor == "sqlite"
    Server(
        {
            "bind": f"{host}:{port}",
            # Two processes that write to one SQLite file wait for each other (p99 0.9 s); one with threads does not.
            "workers": 1 if sqlite else 2,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "accesslog": None,
            "control_socket_disable": True,
            "post_worker_init": _start_sending if sqlite else _nothing,
            "worker_exit": _stop_sending,
            "when_ready": lambda server: when_ready(),
        }
    ).run()


def _nothing(worker: Any) -> None:
    """On PostgreSQL the worker is a process of its own."""


def _start_sending(worker: Any) -> None:
    from accord.web.notices.worker import run as send

    threading.Thread(target=send, args=(_stop,), name="worker", daemon=True).start()


def _stop_sending(server: Any, worker: Any) -> None:
    _stop.set()
