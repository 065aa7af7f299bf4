"""The working agreement: an invitation, not a contract. Each version stays as it was."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.alliance.models.course import Course
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Member, Practice


class Agreement(models.Model):
    """One version: the therapist proposes and signs first; the client says yes, or what they would like otherwise.

    `willing` holds, for each of the six things therapy asks, 0 to 10 as the client said it; None was not answered.
    """

    PAGE, ROOM = "page", "room"
    WHERE = [(PAGE, "on their page"), (ROOM, "in the room")]
    WAITS, OTHERWISE, AGREED = "waits", "otherwise", "agreed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    approach = SealedText(blank=True, default="")
    willing = models.JSONField(default=dict)
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField(default=timezone.now)
    client_signed_at = models.DateTimeField(null=True)
    client_signed_in = models.CharField(max_length=4, choices=WHERE, blank=True)
    otherwise = SealedText(blank=True, default="")
    otherwise_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["course", "version"], name="one_agreement_of_a_version")]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "version", "member", "proposed_at"), PLAIN),
        **dict.fromkeys(("client_signed_at", "client_signed_in", "otherwise_at"), PLAIN),
        **dict.fromkeys(("approach", "willing", "otherwise"), SENSITIVE),
    }

    @property
    def state(self) -> str:
        """Where it stands with the client: of a yes and a wish for something otherwise, the later one counts."""
        if self.otherwise_at and (self.client_signed_at is None or self.otherwise_at > self.client_signed_at):
            return self.OTHERWISE
        return self.AGREED if self.client_signed_at else self.WAITS

    @property
    def answered(self) -> bool:
        """Whether the client has said anything of it."""
        return bool(self.client_signed_at or self.otherwise_at or self.willing)


class Goal(models.Model):
    """One goal of one version, in the client's own words. `thread` is the same goal through all versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="goals")
    thread = models.UUIDField(default=uuid.uuid4)
    place = models.PositiveSmallIntegerField()
    words = SealedText()

    class Meta:
        ordering = ["place"]

    privacy = {**dict.fromkeys(("id", "practice", "agreement", "thread", "place"), PLAIN), "words": SENSITIVE}


class Progress(models.Model):
    """How near a goal is, 0 to 10, as the client says. `kept`: for themself alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="progress")
    thread = models.UUIDField()
    value = models.PositiveSmallIntegerField()
    kept = models.BooleanField(default=False)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["said_at"]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "thread", "said_at"), PLAIN),
        **dict.fromkeys(("value", "kept"), SENSITIVE),
    }
