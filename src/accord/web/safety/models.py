"""Whom to call, who answers for the practice, and every answer that spoke of danger."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Client, Member, Practice


class SafetyPlan(models.Model):
    """One a practice. Without a responsible clinician, a deputy and a number to call, no self-harm item is asked."""

    practice = models.OneToOneField(Practice, primary_key=True, on_delete=models.CASCADE)
    responsible = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    deputy_name = SealedText(blank=True, default="")
    deputy_email = SealedText(blank=True, default="")
    lines = models.JSONField(default=list)
    read_by = models.CharField(max_length=200, blank=True)
    hours = models.PositiveSmallIntegerField(default=24)
    complaints = models.CharField(max_length=300, blank=True)

    privacy = {
        "practice": PLAIN,
        "responsible": PLAIN,
        "deputy_name": IDENTIFYING,
        "deputy_email": IDENTIFYING,
        "lines": PLAIN,
        "read_by": PLAIN,
        "hours": PLAIN,
        "complaints": PLAIN,
    }


class Flag(models.Model):
    """An answer to a listed self-harm item. Made with the answer in one transaction; never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    course = models.UUIDField()
    responsible = models.ForeignKey(Member, null=True, on_delete=models.PROTECT)
    measure = models.CharField(max_length=24)
    item = models.CharField(max_length=24)
    value = models.SmallIntegerField()
    source = models.CharField(max_length=12)
    cause = models.UUIDField()
    raised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause", "measure", "item", "value"], name="one_flag_per_answer")
        ]
        indexes = [models.Index(fields=["practice", "raised_at"])]

    privacy = {
        **dict.fromkeys(("id", "practice", "client", "course", "responsible", "source", "cause", "raised_at"), PLAIN),
        **dict.fromkeys(("measure", "item", "value"), SENSITIVE),
    }


class Acknowledgement(models.Model):
    """Who looked at a flag, when, and what they did."""

    flag = models.OneToOneField(Flag, primary_key=True, on_delete=models.PROTECT)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)
    note = SealedText()

    privacy = {"flag": PLAIN, "practice": PLAIN, "member": PLAIN, "at": PLAIN, "note": SENSITIVE}


class HandedOver(models.Model):
    """Somebody else who looks at a flag too: while its therapist is away, or since they left. Flags never change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="handed")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["flag", "member"], name="handed_over_once")]

    privacy = dict.fromkeys(("id", "practice", "flag", "member", "at"), PLAIN)
