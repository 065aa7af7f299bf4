"""One course of therapy: occasions, what is planned, what was asked, what was answered."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Client, Member, Practice


class Course(models.Model):
    """One client with one therapist; without a therapist yet, it waits for one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    therapist = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    opened_at = models.DateTimeField(default=timezone.now)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "therapist"])]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "therapist"], condition=models.Q(ended_on=None), name="one_open_course"
            )
        ]

    privacy = dict.fromkeys(("id", "practice", "client", "therapist", "opened_at", "ended_on"), PLAIN)


class PlannedMeasure(models.Model):
    """What this client is asked, when, and every how many sessions."""

    BEFORE, AFTER = "before", "after"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="plan")
    measure = models.CharField(max_length=24)
    moment = models.CharField(max_length=6, choices=[(BEFORE, "before the session"), (AFTER, "after the session")])
    every = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "measure"], name="a_measure_is_planned_once")]

    privacy = dict.fromkeys(("id", "practice", "course", "measure", "moment", "every"), PLAIN)


class Occasion(models.Model):
    """A session, or a day on which something was rated outside of one (then it has no number)."""

    BOOKED, YES, NO, LATE, CANCELLED = "", "yes", "no", "late", "cancelled"
    ATTENDED = [(BOOKED, "booked"), (YES, "came"), (NO, "did not come"), (LATE, "came late"), (CANCELLED, "cancelled")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="occasions")
    number = models.PositiveIntegerField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    attended = models.CharField(max_length=9, choices=ATTENDED, default=BOOKED, blank=True)

    class Meta:
        ordering = ["held_on", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="one_session_of_a_number")]
        indexes = [models.Index(fields=["practice", "starts_at"])]

    privacy = dict.fromkeys(("id", "practice", "course", "number", "held_on", "starts_at", "attended"), PLAIN)

    @property
    def attendance(self) -> str:
        """In words; of a session brought in from a file nobody may know."""
        return "not known" if self.attended == self.BOOKED and self.starts_at is None else self.get_attended_display()


class CheckIn(models.Model):
    """What a client is asked once: a link that only writes. Of the link's secret, the hash alone is kept."""

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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occasion", "moment"], name="asked_once_before_and_once_after")]

    privacy = {
        **dict.fromkeys(("id", "practice", "occasion", "moment", "measures", "generation", "expires_at"), PLAIN),
        **dict.fromkeys(("started_at", "answered_at"), PLAIN),
        "token_hash": SENSITIVE,
    }


class Draft(models.Model):
    """What a client has ticked and not yet sent; gone when it is sent."""

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    attempt = models.UUIDField(default=uuid.uuid4)
    answers = models.JSONField(default=dict)
    holder = models.CharField(max_length=24, blank=True)
    order = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("check_in", "practice", "attempt", "holder", "order", "saved_at"), PLAIN),
        "answers": SENSITIVE,
    }


class AnswerSet(models.Model):
    """The answers to one measure on one occasion from one side. Never changed: a correction is a new revision.

    `answers` holds the items as given, unreversed; an imported total stands alone in `total` (items unknown).
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
        **dict.fromkeys(("answers", "total", "kept"), SENSITIVE),
    }


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
