"""In the demonstration a letter can be read where it was written to; nowhere else is there such a page."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client as Visitor

from accord.web.home import demo_letters


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    settings.MAIL, settings.MAIL_IS_A_FOLDER, settings.DEMO = {"EMAIL_FILE_PATH": str(tmp_path)}, True, True
    return tmp_path


def write(folder: Path, *subjects: str) -> None:
    letters = [
        EmailMessage(one, f"Hello –\n\nhttp://x.org/find/open/{one}/\n\nBye.", "a@b.c", ["z@x.org"]) for one in subjects
    ]
    letters[-1].attach("appointment.ics", "BEGIN:VCALENDAR", "text/calendar")
    EmailBackend(file_path=str(folder)).send_messages(letters)


def test_the_newest_first_each_with_its_link(folder: Path, db: None) -> None:
    write(folder, "one", "two")
    two, one = demo_letters.newest()
    assert (two.subject, two.to, two.leads_to, two.attached) == (
        "two",
        "z@x.org",
        "/find/open/two/",
        ("appointment.ics",),
    )
    assert one.paragraphs[0] == "Hello –"
    page = Visitor().get("/demo/letters/").content.decode()
    assert 'href="/find/open/one/"' in page


def test_there_is_none_outside_of_the_demonstration(folder: Path, settings, db: None) -> None:  # type: ignore[no-untyped-def]
    write(folder, "one")
    settings.DEMO = False
    assert Visitor().get("/demo/letters/").status_code == 404
