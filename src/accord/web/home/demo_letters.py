"""The letters of the demonstration, read back from the folder into which they are written instead of being sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

SHOWN = 30
# How Django's file backend ends each message of a file.
BETWEEN = re.compile(rb"^-{79}$", re.MULTILINE)
ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)")


@dataclass(frozen=True)
class Letter:
    """One message: to whom, about what, its paragraphs, the path it leads to, what is attached."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    leads_to: str
    attached: tuple[str, ...]


def newest() -> list[Letter]:
    """The last ones, newest first; none where messages are really sent."""
    if not settings.MAIL_IS_A_FOLDER:
        return []
    files = sorted(Path(settings.MAIL["EMAIL_FILE_PATH"]).glob("*.log"), key=lambda one: one.stat().st_mtime)
    found = [letter for file in files[-SHOWN:] for letter in _letters(file)]
    return found[::-1][:SHOWN]


def _letters(file: Path) -> Iterator[Letter]:
    for part in BETWEEN.split(file.read_bytes()):
        if part.strip():
            yield _letter(message_from_bytes(part.strip(), policy=policy.default))


def _letter(message: EmailMessage) -> Letter:
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    said = tuple(each for each in text.split("\n\n") if each.strip() and not ADDRESS.fullmatch(each.strip()))
    path = ADDRESS.search(text)
    attached = tuple(one.get_filename() or "" for one in message.iter_attachments())
    return Letter(str(message["to"]), str(message["subject"]), said, path.group(1) if path else "", attached)
