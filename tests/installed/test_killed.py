"""Nothing acknowledged is lost: the server is killed in the middle of sending, again and again.

The full figure is 20 kills (KILLS=20); the tests do fewer each time.
"""

import os
import re
import sqlite3
import threading
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from tests.installed.asked import links, new_service
from tests.installed.service import Service, accord

KILLS = int(os.environ.get("KILLS", "6"))
CLIENTS = 4
MAIL = "smtp://127.0.0.1:1"  # nobody listens there; a self-harm item is asked only where a mail server is named


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return new_service(tmp_path)


class Person(threading.Thread):
    """Somebody who answers check-ins and presses 'send' again until the page says 'saved'."""

    def __init__(self, service: Service, mine: list[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.service, self.mine, self.stop = service, mine, stop
        self.saved: list[str] = []
        self.again = 0

    def run(self) -> None:
        for link in self.mine:
            while not self.stop.is_set():
                try:
                    self.saved.append(self.answer(build_opener(HTTPCookieProcessor()), link))
                    break
                except (URLError, OSError, HTTPException):
                    self.again += 1
                    time.sleep(0.05)

    def answer(self, browser: OpenerDirector, link: str) -> str:
        base = self.service.address
        browser.open(base + link, timeout=5).read()
        key = ""
        for page in (1, 2, 3, 4):  # three of questions, and the last one sends
            shown = browser.open(f"{base}/check-in/{page}/", timeout=5).read().decode()
            if "We have your answers" in shown:
                return key or link
            key = re.search(r'name="check_in" value="([^"]+)"', shown)[1]  # type: ignore[index]
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)[1]  # type: ignore[index]
            body = {f"phq-9.{item}": "1" for item in range(1, 10)}
            body |= {"closing": "1", "words_for": "share", "words": "Once."} if page == 4 else {}
            sent = urlencode({**body, "check_in": key, "csrfmiddlewaretoken": token}).encode()
            shown = browser.open(Request(f"{base}/check-in/{page}/", sent), timeout=5).read().decode()
        if "Your answers are saved" not in shown:
            raise URLError("not acknowledged")
        return key


def test_nothing_acknowledged_is_lost_and_nothing_is_stored_twice(service: Service) -> None:
    waiting = links(service, 400, MAIL)
    service.start(ACCORD_MAIL_URL=MAIL)
    service.wait()
    stop = threading.Event()
    people = [Person(service, waiting[number::CLIENTS], stop) for number in range(CLIENTS)]
    for person in people:
        person.start()
    for _ in range(KILLS):
        time.sleep(1.2)
        service.kill()
        service.start(ACCORD_MAIL_URL=MAIL)
        service.wait()
    time.sleep(1)
    stop.set()
    for person in people:
        person.join(timeout=20)
    service.stop()
    check(service, people)


def check(service: Service, people: list[Person]) -> None:
    saved = [key for person in people for key in person.saved]
    with sqlite3.connect(service.data / "accord.sqlite3") as database:
        answered = {row[0] for row in database.execute("select id from alliance_checkin where answered_at is not null")}
        sets = database.execute("select count(*), count(distinct occasion_id) from alliance_answerset").fetchone()
        flags = database.execute("select count(distinct cause) from safety_flag").fetchone()[0]
        whole = database.execute("pragma integrity_check").fetchone()[0]
        synchronous = database.execute("pragma journal_mode").fetchone()[0]
    print(f"{KILLS} kills, {len(saved)} acknowledged, {sum(person.again for person in people)} tries again")
    assert len(saved) > KILLS
    assert sum(person.again for person in people) > 0  # the kills were felt
    assert {key.replace("-", "") for key in saved if "/" not in key} <= answered
    assert sets[0] == sets[1] == len(answered)  # each stored once
    assert flags >= len(answered)  # every answer above nought to the ninth question has its flag
    assert (whole, synchronous) == ("ok", "wal")


def test_a_settings_mistake_is_said_in_one_line(tmp_path: Path) -> None:
    done = accord("serve", "--data", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "no key file" in done.stderr
    assert done.stderr.count("\n") == 1


def test_doors_without_passwords_are_never_served_in_production(tmp_path: Path) -> None:
    done = accord("serve", "--data", str(tmp_path), ACCORD_DEMO="1")
    assert done.returncode == 2
    assert "ACCORD_DEMO" in done.stderr
