"""The outbox: a message is written in the transaction of what caused it, and sent by the worker afterwards."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Practice


class Notice(models.Model):
    """One message to one address. Waiting until `done_at`, `dead_at` or `cancelled_at` is set.

    `attachment` is an appointment as a calendar file.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    kind = models.CharField(max_length=24)
    address = SealedText()
    path = SealedText(blank=True, default="")
    attachment = SealedText(null=True, blank=True)
    link = models.UUIDField(null=True)
    generation = models.PositiveSmallIntegerField(default=0)
    cancel_key = models.CharField(max_length=80, blank=True, db_index=True)
    written_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notices_waiting",
                condition=models.Q(done_at=None, dead_at=None, cancelled_at=None),
            )
        ]

    privacy = {
        **dict.fromkeys(("id", "practice", "kind", "link", "generation", "cancel_key", "written_at", "due_at"), PLAIN),
        **dict.fromkeys(("lease_until", "attempts", "done_at", "cancelled_at", "dead_at"), PLAIN),
        "address": IDENTIFYING,
        "path": SENSITIVE,
        "attachment": SENSITIVE,
    }


class Heartbeat(models.Model):
    """When the worker last looked; a page can say that nobody is sending."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    privacy = {"id": PLAIN, "at": PLAIN}
