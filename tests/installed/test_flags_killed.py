"""No answer that speaks of self-harm is without its flag, wherever the server dies: before, during or after storing it.

A number of people answer the ninth question of the PHQ-9 above nought. For half of them the server is killed while it
has their answer and before they have its page; they press again until a page comes. Then there is one flag for each.
`script/check --long` does it with 1,000 answers (ANSWERS=1000), and waits until every message has arrived.
"""

import json
import os
import random
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from aiosmtpd.controller import Controller

from tests.installed.asked import links, new_service
from tests.installed.service import Service, free_port

ANSWERS = int(os.environ.get("ANSWERS", "40"))
LONG = ANSWERS >= 1000
AT_ONCE = 8  # as many as the server has threads: each is being worked on, none waits in a queue
ARRIVED_IN = 300.0


class Mailbox:
    """A mail server that knows when it was first told of which flag, and who was told."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        self.told: set[str] = set()

    async def handle_DATA(self, server, session, envelope) -> str:  # type: ignore[no-untyped-def]  # noqa: N802
        found = re.search(r"/flags/([0-9a-f-]{36})/", envelope.content.decode())
        if found:
            self.first.setdefault(found[1].replace("-", ""), time.time())
            self.told |= set(envelope.rcpt_tos)
        return "250 taken"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, str]]:
    box, port = Mailbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"smtp://127.0.0.1:{port}"
    server.stop()


class Person:
    """Somebody before the ninth question: the page is open, and an answer above nought is ticked."""

    def __init__(self, service: Service, link: str, value: int) -> None:
        self.port, self.value = service.port, value
        self.jar = CookieJar()
        self.browser = build_opener(HTTPCookieProcessor(self.jar))
        self.browser.open(service.address + link, timeout=20).read()
        page = self.browser.open(f"{service.address}/check-in/3/", timeout=20).read().decode()
        assert "talk to someone now" not in page
        self.check_in = re.search(r'name="check_in" value="([^"]+)"', page)[1]  # type: ignore[index]
        self.token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]
        self.line: HTTPConnection | None = None
        self.pressed_at = self.saved_at = 0.0
        self.cut = 0

    def connect(self) -> None:
        self.line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.line.connect()

    def press(self) -> bool:
        """Send the answer over the line that is open. Cut off: the server had it, and no page came."""
        assert self.line
        self.pressed_at = self.pressed_at or time.time()
        form = {"phq-9.9": str(self.value), "check_in": self.check_in, "csrfmiddlewaretoken": self.token}
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        sent["Cookie"] = "; ".join(f"{one.name}={one.value}" for one in self.jar)
        try:
            self.line.request("POST", "/check-in/3/", urlencode(form), sent)
        except OSError:
            return False  # dead before it could be handed over: not counted as cut off
        try:
            answer = self.line.getresponse()
            answer.read()
        except (OSError, HTTPException):
            self.cut += 1
            return False
        assert answer.status == 302, answer.status
        self.saved_at = time.time()
        self._the_next_page(answer.headers["Location"])
        return True

    def _the_next_page(self, path: str) -> None:
        """Read at once; a kill in between is pressed 'reload' at."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                page = self.browser.open(f"http://127.0.0.1:{self.port}{path}", timeout=20).read().decode()
                break
            except (URLError, OSError, HTTPException):
                time.sleep(0.1)
        assert page.index("talk to someone now") < page.index("<form")
        for needed in ("988", "by the end of the next working day", "around the clock"):
            assert needed in page

    def press_until_it_is_saved(self) -> None:
        while not self.saved_at:
            try:
                self.connect()
                self.press()
            except OSError:
                time.sleep(0.05)


def at_once(people: Sequence[Person], what: Callable[[Person], object]) -> float:
    """All of them in the same moment; returns how long it took."""
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(what, people))
    return time.monotonic() - began


def with_a_kill(service: Service, url: str, people: Sequence[Person], after: float) -> int:
    """Everybody presses, and so long afterwards every process of the server is gone.

    Returns how many were cut off although their answer, and its flag, had been stored.
    """
    before = assert_no_answer_without_its_flag(service.data / "accord.sqlite3")
    for person in people:
        person.connect()
    ready = threading.Barrier(len(people) + 1)

    def press(person: Person) -> None:
        ready.wait()
        person.press()

    threads = [threading.Thread(target=press, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    ready.wait()
    time.sleep(after)
    service.kill()
    stored = assert_no_answer_without_its_flag(service.data / "accord.sqlite3")  # as it lies, before anything mends it
    service.start(ACCORD_MAIL_URL=url)
    service.wait()
    for thread in threads:
        thread.join()
    return stored - before - sum(person.saved_at > 0 for person in people)


def assert_no_answer_without_its_flag(file: Path) -> int:
    """Answer, flag and messages are there together or not at all; returns how many."""
    with closing(sqlite3.connect(file)) as database:
        kept = {
            (attempt, json.loads(answers)["phq-9"]["9"])
            for attempt, answers in database.execute("select attempt, answers from alliance_draft")
        }
        flags = {key: (cause, value) for key, cause, value in database.execute(FLAGS)}
        notices = database.execute("select kind, cancel_key from notices_notice").fetchall()
    assert kept == set(flags.values())
    assert len(flags) == sum(kind == "flag" for kind, _ in notices)
    keys = {key.removeprefix("flag:").replace("-", "") for kind, key in notices if kind == "flag-late"}
    assert keys == set(flags)
    return len(flags)


FLAGS = "select id, cause, value from safety_flag"
TIMES = """
select flag.raised_at, late.due_at, draft.check_in_id
from safety_flag flag join alliance_draft draft on draft.attempt = flag.cause
join notices_notice late on replace(late.cancel_key, '-', '') = 'flag:' || flag.id
"""


def seconds(stored: str) -> float:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC).timestamp()


def assert_none_is_late(service: Service, people: Sequence[Person]) -> None:
    """Raised with the answer, before the page said so; the therapist's message due at once, the deputy's in a day."""
    known = {person.check_in.replace("-", ""): person for person in people}
    with closing(sqlite3.connect(service.data / "accord.sqlite3")) as database:
        times = database.execute(TIMES).fetchall()
        waited = "select written_at, due_at from notices_notice where kind = 'flag' and attempts < 2"
        due = database.execute(waited).fetchall()
    assert len(times) == len(people)
    for raised, deputy, check_in in times:
        assert known[check_in].pressed_at < seconds(raised) < known[check_in].saved_at
        assert 23.9 < (seconds(deputy) - seconds(raised)) / 3600 < 24.1
    assert all(seconds(due_at) - seconds(written) < 1 for written, due_at in due)


def assert_all_have_arrived(service: Service, box: Mailbox, patience: float) -> float:
    """Every flag's message reached the mail server; returns the longest that one took."""
    with closing(sqlite3.connect(service.data / "accord.sqlite3")) as database:
        raised = {key: seconds(at) for key, at in database.execute("select id, raised_at from safety_flag")}
    until = time.monotonic() + patience
    while set(raised) - set(box.first) and time.monotonic() < until:
        time.sleep(0.5)
    assert set(box.first) == set(raised)
    assert box.told == {"t@example.org"}  # nobody else was told anything
    return max(box.first[key] - at for key, at in raised.items())


def test_every_answer_above_nought_has_its_flag_with_the_server_killed_in_mid_request(
    tmp_path: Path, mail: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, url = mail
    service, dice = new_service(tmp_path), random.Random(9)
    waiting = links(service, ANSWERS, url)
    service.start(ACCORD_MAIL_URL=url)
    service.wait()
    people = [Person(service, link, 1 + place % 3) for place, link in enumerate(waiting)]
    calm, rest = people[: AT_ONCE // 2], people[AT_ONCE // 2 :]
    aim = at_once(calm, Person.press_until_it_is_saved) / 4  # begins early: then everybody in it is cut off
    kills = stored = 0
    while sum(person.cut > 0 for person in people) < ANSWERS // 2:
        batch, rest = rest[:AT_ONCE], rest[AT_ONCE:]
        assert batch, "the kills came too late to cut off half of them"
        stored += with_a_kill(service, url, batch, dice.uniform(aim / 2, aim))
        kills += 1
        answered = sum(person.saved_at > 0 for person in batch)
        aim *= 1.3 if answered == 0 else 0.6 if answered > AT_ONCE // 4 else 1  # to where answers are just being stored
        rest = [person for person in batch if not person.cut and not person.saved_at] + rest  # those it never reached
        at_once([person for person in batch if person.cut], Person.press_until_it_is_saved)
    at_once(rest, Person.press_until_it_is_saved)
    cut = sum(person.cut > 0 for person in people)
    assert assert_no_answer_without_its_flag(service.data / "accord.sqlite3") == ANSWERS
    assert_none_is_late(service, people)
    arrived = f", the slowest message after {assert_all_have_arrived(service, box, ARRIVED_IN):.0f} s" if LONG else ""
    service.stop()
    assert stored in range(cut + 1)
    print(f"{ANSWERS} answers, {cut} cut off by {kills} kills ({stored} stored by then), {ANSWERS} flags{arrived}")
