"""Write, cancel, lease, mark: the only writers of the outbox."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone

from accord.web.notices.models import Heartbeat, Notice
from accord.web.notices.texts import FORGOTTEN

LEASE = timedelta(seconds=60)
FLAGS_FIRST = Case(When(kind__startswith="flag", then=0), default=1)
GIVE_UP_AFTER = 12  # tries with doubling waits, about three days


def write(
    *,
    practice: UUID,
    kind: str,
    address: str,
    path: str = "",
    attachment: str = "",
    link: UUID | None = None,
    generation: int = 0,
    cancel_key: str = "",
    due_at: datetime | None = None,
) -> Notice:
    """Put a message into the outbox, inside the transaction of whatever caused it."""
    return Notice.objects.create(
        practice_id=practice,
        kind=kind,
        address=address,
        path=path,
        attachment=attachment,
        link=link,
        generation=generation,
        cancel_key=cancel_key,
        due_at=due_at or timezone.now(),
    )


def cancel(cancel_key: str) -> int:
    """Withdraw what waits under this key; returns how many."""
    waiting = Notice.objects.filter(cancel_key=cancel_key, done_at=None, dead_at=None, cancelled_at=None)
    return waiting.update(cancelled_at=timezone.now())


def forget(prefix: str) -> None:
    """Delete every message under the keys that begin so, sent or not, with its address: somebody wants to be gone."""
    Notice.objects.filter(cancel_key__startswith=prefix).delete()


@transaction.atomic
def lease(count: int = 5) -> list[Notice]:
    """Take what is due, for a minute. Whoever dies holding it loses the lease, never the message."""
    now = timezone.now()
    waiting = Notice.objects.filter(done_at=None, dead_at=None, cancelled_at=None, due_at__lte=now)
    free = waiting.filter(Q(lease_until=None) | Q(lease_until__lt=now)).order_by(FLAGS_FIRST, "due_at")
    if connection.features.has_select_for_update_skip_locked:
        free = free.select_for_update(skip_locked=True)
    taken = list(free[:count])
    ids = [notice.pk for notice in taken]
    Notice.objects.filter(pk__in=ids).update(lease_until=now + LEASE, attempts=F("attempts") + 1)
    return taken


def mark_sent(notice: Notice) -> None:
    """Only after it was handed over: a crash in between sends twice, never not at all."""
    sent = Notice.objects.filter(pk=notice.pk)
    if notice.kind in FORGOTTEN:
        sent.delete()
    else:
        sent.update(done_at=timezone.now(), lease_until=None)


def mark_failed(notice: Notice) -> None:
    """Try again later, each time twice as late; after the last try say so loudly by `dead_at`."""
    now, tries = timezone.now(), notice.attempts + 1
    if tries >= GIVE_UP_AFTER:
        Notice.objects.filter(pk=notice.pk).update(dead_at=now, lease_until=None)
        return
    wait = timedelta(minutes=min(2**tries, 24 * 60) // 2 or 1)
    Notice.objects.filter(pk=notice.pk).update(due_at=now + wait, lease_until=None)


def beat() -> None:
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})
