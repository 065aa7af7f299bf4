"""One row an act. No values, no names, no foreign keys: ids alone, which mean nothing once their row is erased."""

import uuid

from django.db import models
from django.utils import timezone


class Act(models.Model):
    """`who` did `verb` to `object` at `at`. Kept for ever; nothing in it says what was answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.UUIDField(null=True, db_index=True)
    at = models.DateTimeField(default=timezone.now)
    who = models.UUIDField(null=True)
    role = models.CharField(max_length=24)
    verb = models.CharField(max_length=40)
    object = models.UUIDField(null=True)

    privacy = {
        "id": "plain",
        "practice": "plain",
        "at": "plain",
        "who": "plain",
        "role": "plain",
        "verb": "plain",
        "object": "plain",
    }
