"""A message from the outbox to a real mail server, by the worker as a process of its own."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from accord.web.people import keys
from tests.installed.service import REPOSITORY, clean_environment, free_port

SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from accord.web.alliance import actions
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
practice = people.open_practice(asker=COMMAND, name="Mail test")
member = people.add_member(asker=COMMAND, practice=practice.pk, name="T", roles=frozenset({"therapist"}))
client = people.add_client(asker=of_member(member), practice=practice.pk, name="Ada Lovell", email="ada@example.org")
course = actions.open_course(asker=of_member(member), client=client, therapist=member)
session = actions.book_session(asker=of_member(member), course=course, starts_at=timezone.now())
actions.send_link(asker=of_member(member), check_in=session.check_ins.get())
"""


class Mailbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server, session, envelope) -> str:  # type: ignore[no-untyped-def]  # noqa: N802
        self.letters.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 taken"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    keys.make(tmp_path / "keys.json")
    path = f"{REPOSITORY}/src"
    return clean_environment(ACCORD_DATA=str(tmp_path), PYTHONPATH=path, DJANGO_SETTINGS_MODULE="accord.web.settings")


def test_the_link_arrives_and_nothing_in_the_letter_tells_of_whom(environment: dict[str, str]) -> None:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    subprocess.run([sys.executable, "-c", SETUP], env=environment, check=True)
    sent_by = {**environment, "ACCORD_MAIL_URL": f"smtp://127.0.0.1:{port}", "ACCORD_MAIL_FROM": "forms@example.org"}
    worker = subprocess.Popen([sys.executable, "-m", "accord", "worker"], env=sent_by)
    try:
        until = time.monotonic() + 20
        while not box.letters and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
        server.stop()
    to, letter = box.letters[0]
    assert to == ["ada@example.org"]
    assert "From: forms@example.org" in letter
    assert "/c/" in letter
    assert "Lovell" not in letter
    assert len(box.letters) == 1
