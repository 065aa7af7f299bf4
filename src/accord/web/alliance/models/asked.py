"""What was asked, what is being filled in, and what was answered."""

import uuid
from collections.abc import Collection, Mapping

from django.db import models
from django.utils import timezone

from accord.web.alliance.models.course import Occasion, PlannedMeasure
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Practice

Answers = Mapping[str, int | float | None]


class CheckIn(models.Model):
    """What a client is asked once: a link that only writes. Of the link's secret, the hash alone is kept.

    `sent_by` is the browser that sent it last: it alone is told whether what it presses again is stored already.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="check_ins")
    moment = models.CharField(max_length=6, choices=PlannedMeasure._meta.get_field("moment").choices)
    measures = models.JSONField()
    generation = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=24, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "moment"], name="asked_once_before_and_once_after")]

    privacy = {
        **dict.fromkeys(("id", "practice", "occasion", "moment", "measures", "generation", "expires_at"), PLAIN),
        **dict.fromkeys(("started_at", "answered_at", "sent_by"), PLAIN),
        "token_hash": SENSITIVE,
    }


class Draft(models.Model):
    """What a client has ticked and not yet sent; gone when it is sent.

    `kept` names, for each measure, the answers they keep for themself; `mended` is their word on an open repair.
    """

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    attempt = models.UUIDField(default=uuid.uuid4)
    answers = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    words = SealedText(null=True)
    words_kept = models.BooleanField(default=False)
    mended = models.CharField(max_length=8, blank=True)
    holder = models.CharField(max_length=24, blank=True)
    order = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("check_in", "practice", "attempt", "holder", "order", "saved_at"), PLAIN),
        **dict.fromkeys(("answers", "kept", "words", "words_kept", "mended"), SENSITIVE),
    }


class AnswerSet(models.Model):
    """The answers to one measure on one occasion from one side. Never changed: a correction is a new revision.

    `answers` holds the items as given, unreversed; an imported total stands alone in `total` (items unknown).
    `kept` names the items that the client keeps for themself, and is theirs to change.
    """

    CLIENT, THERAPIST = "client", "therapist"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="answer_sets")
    measure = models.CharField(max_length=24)
    measure_version = models.CharField(max_length=16)
    rater = models.CharField(max_length=9, choices=[(CLIENT, "client"), (THERAPIST, "therapist")])
    revision = models.PositiveSmallIntegerField(default=1)
    answers = models.JSONField(null=True)
    total = models.FloatField(null=True)
    kept = models.JSONField(default=list)
    kept_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=9)
    attempt = models.UUIDField()
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "measure", "rater", "revision"], name="one_answer_set_a_revision"
            ),
            models.UniqueConstraint(fields=["attempt", "measure"], name="sent_twice_stored_once"),
        ]

    privacy = {
        **dict.fromkeys(("id", "practice", "occasion", "measure", "measure_version", "rater", "revision"), PLAIN),
        **dict.fromkeys(("source", "attempt", "answered_at"), PLAIN),
        **dict.fromkeys(("answers", "total", "kept", "kept_at"), SENSITIVE),
    }

    @property
    def shared(self) -> Answers | None:
        """The answers as everybody but their client knows them: a kept one is a skipped one."""
        return without_kept(self.answers, self.kept)


def without_kept(answers: Answers | None, kept: Collection[str]) -> Answers | None:
    """A kept answer is a skipped one."""
    if not answers or not kept:
        return answers
    return {item: None if item in kept else value for item, value in answers.items()}


class Words(models.Model):
    """What a client said in their own words with a check-in. `kept`: for themself alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="words")
    text = SealedText()
    kept = models.BooleanField(default=False)
    kept_at = models.DateTimeField(null=True)
    attempt = models.UUIDField(unique=True)
    said_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("id", "practice", "occasion", "attempt", "said_at"), PLAIN),
        **dict.fromkeys(("text", "kept", "kept_at"), SENSITIVE),
    }
