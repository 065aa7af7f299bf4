"""A table that waits for its therapist's yes."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Member, Practice


class Intake(models.Model):
    """A file somebody wants to bring in: read, shown, and waiting for their yes. Emptied when it is settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=120)
    text = SealedText()
    map_text = SealedText(blank=True, default="")
    read_at = models.DateTimeField(default=timezone.now)
    brought_in_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)

    privacy = {
        **dict.fromkeys(("id", "practice", "member", "read_at", "brought_in_at", "added"), PLAIN),
        "file_name": IDENTIFYING,
        "text": SENSITIVE,
        "map_text": SENSITIVE,
    }
