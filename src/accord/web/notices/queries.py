"""What the desks and /healthz ask of the outbox."""

from datetime import datetime, timedelta

from django.utils import timezone

from accord.web.notices.models import Heartbeat, Notice

STALE = timedelta(minutes=15)


def stuck_since() -> datetime | None:
    """When sending stopped working, if it did: an overdue message, or one that was given up."""
    late = timezone.now() - STALE
    open_ones = Notice.objects.filter(done_at=None, cancelled_at=None)
    # A message that was tried and failed waits for its next try: its due time alone would never look late.
    failing = open_ones.filter(attempts__gt=0, written_at__lt=late)
    stuck = open_ones.filter(due_at__lt=late) | failing | open_ones.filter(dead_at__isnull=False)
    first = stuck.order_by("written_at").first()
    return first.written_at if first else None


def last_heartbeat() -> datetime | None:
    beat = Heartbeat.objects.filter(pk=1).first()
    return beat.at if beat else None


def already_sent(cancel_key: str) -> datetime | None:
    """When the last message under this key was handed over."""
    sent = Notice.objects.filter(cancel_key=cancel_key, done_at__isnull=False).order_by("-done_at").first()
    return sent.done_at if sent else None


def waiting(cancel_key: str) -> bool:
    return Notice.objects.filter(cancel_key=cancel_key, done_at=None, dead_at=None, cancelled_at=None).exists()
