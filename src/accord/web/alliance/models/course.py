"""A course: its occasions, what is planned, who stands in for its therapist, and how it ended."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Client, Member, Practice


class Course(models.Model):
    """One client with one therapist; without a therapist yet, it waits for one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    therapist = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT)
    opened_at = models.DateTimeField(default=timezone.now)
    ended_on = models.DateField(null=True, blank=True)
    # Handed over: the course of the same client with an earlier therapist.
    continues = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )

    class Meta:
        indexes = [models.Index(fields=["practice", "therapist"])]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "therapist"], condition=models.Q(ended_on=None), name="one_open_course"
            )
        ]

    privacy = dict.fromkeys(("id", "practice", "client", "therapist", "opened_at", "ended_on", "continues"), PLAIN)


class Cover(models.Model):
    """A colleague who looks after a course from one day to another, while its therapist is away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="covers")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "member", "since", "until"], name="asked_to_stand_in_once")
        ]

    privacy = dict.fromkeys(("id", "practice", "course", "member", "since", "until", "made_at"), PLAIN)


class Ending(models.Model):
    """How a course ended, looked back on together.

    What the client takes along, in their own words: `taken` as they wrote it themself, and perhaps keep; `noted` as
    the therapist wrote it down. `handed_note` is what a therapist who hands the course over leaves word of for the
    next one. `stopped` names the sessions and messages that the ending called off, so that it can be taken back.
    """

    PLANNED, MOVED, STOPPED = "planned", "moved", "stopped"
    HOW = [(PLANNED, "ended as planned"), (MOVED, "moved to somebody else"), (STOPPED, "stopped before the end")]

    course = models.OneToOneField(Course, primary_key=True, on_delete=models.CASCADE, related_name="ending")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    how = models.CharField(max_length=7, choices=HOW)
    review = SealedText(blank=True, default="")
    taken = SealedText(blank=True, default="")
    taken_kept = models.BooleanField(default=False)
    noted = SealedText(null=True)
    handed_note = SealedText(blank=True, default="")
    stopped = models.JSONField(default=dict)
    follow_ups = models.JSONField(default=list)
    written_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("course", "practice", "how", "stopped", "follow_ups", "written_at"), PLAIN),
        **dict.fromkeys(("review", "taken", "taken_kept", "noted", "handed_note"), SENSITIVE),
    }


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
    """A session, or a day on which something was rated outside of one (then it has no number).

    A time without a number is a follow-up: what is asked some time after the course has ended.
    """

    BOOKED, YES, NO, LATE, CANCELLED = "", "yes", "no", "late", "cancelled"
    ATTENDED = [(BOOKED, "booked"), (YES, "came"), (NO, "did not come"), (LATE, "came late"), (CANCELLED, "cancelled")]
    SIDES = [("client", "the client"), ("therapist", "the therapist")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="occasions")
    number = models.PositiveIntegerField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    attended = models.CharField(max_length=9, choices=ATTENDED, default=BOOKED, blank=True)
    cancelled_by = models.CharField(max_length=9, choices=SIDES, default="", blank=True)

    class Meta:
        ordering = ["held_on", "number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="one_session_of_a_number")]
        indexes = [models.Index(fields=["practice", "starts_at"])]

    privacy = dict.fromkeys(
        ("id", "practice", "course", "number", "held_on", "starts_at", "attended", "cancelled_by"), PLAIN
    )

    @property
    def attendance(self) -> str:
        """In words; of a session brought in from a file nobody may know."""
        if self.attended == self.CANCELLED and self.cancelled_by:
            return f"cancelled by {self.get_cancelled_by_display()}"
        return "not known" if self.attended == self.BOOKED and self.starts_at is None else self.get_attended_display()

    @property
    def is_follow_up(self) -> bool:
        return self.number is None and self.starts_at is not None

    @property
    def title(self) -> str:
        """What it is called on a page."""
        if self.number:
            return f"Session {self.number}"
        return "Asked after the ending" if self.is_follow_up else "Rated outside a session"
