"""The worker: lease, send, mark. It knows no room; all it needs stands in the notice."""

import logging
import threading

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import close_old_connections

from accord.web.notices import actions
from accord.web.notices.models import Notice
from accord.web.notices.texts import TEXTS

log = logging.getLogger("accord.notices")


def run(stop: threading.Event, pause: float = 2.0) -> None:
    """Send what is due until told to stop; nothing that goes wrong with one message ends the worker."""
    while not stop.is_set():
        try:
            close_old_connections()
            actions.beat()
            busy = send_due()
        except Exception:
            log.exception("the worker stumbled and goes on")
            busy = 0
        if not busy:
            stop.wait(pause)


def send_due() -> int:
    """One round; returns how many messages were taken."""
    taken = actions.lease()
    for notice in taken:
        try:
            _send(notice)
        except Exception as error:
            log.error("notice %s was not sent (%s), will try again", notice.pk, type(error).__name__)
            actions.mark_failed(notice)
        else:
            actions.mark_sent(notice)
    return len(taken)


def _send(notice: Notice) -> None:
    subject, text = TEXTS[notice.kind]
    message = EmailMessage(subject, text.format(link=link(notice)), settings.MAIL_FROM, [notice.address])
    message.extra_headers["Message-ID"] = f"<{notice.pk}@accord.invalid>"  # lets a mailbox drop a message sent twice
    if notice.attachment:
        message.attach("appointment.ics", notice.attachment, "text/calendar")
    message.send()


def link(notice: Notice) -> str:
    """The address in the message: a secret one is derived here, and stored nowhere."""
    if notice.link is None:
        return f"{settings.ORIGIN}{notice.path}"
    return f"{settings.ORIGIN}/c/{settings.KEYS.token(notice.link, notice.generation)}/"
