"""Between two sessions: one small step, the therapist's words at hand, what to bring next time. Not messaging."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.alliance.models.course import Course
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Practice

SIDES = [("client", "client"), ("therapist", "therapist")]


class Step(models.Model):
    """One small step agreed together: fear foretold before it, fear felt after it, 0 to 10.

    `kept`: what the client noted of it (both numbers, what happened, alone or not) is for themself alone.
    """

    ALONE, ACCOMPANIED = "alone", "with"
    COMPANY = [(ALONE, "alone"), (ACCOMPANIED, "with somebody")]
    DONE, PARTLY, NOT = "done", "partly", "not"
    WENT = [(DONE, "done"), (PARTLY, "partly"), (NOT, "not this time")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="steps")
    what = SealedText()
    by = models.CharField(max_length=9, choices=SIDES)
    agreed_at = models.DateTimeField(default=timezone.now)
    foretold = models.PositiveSmallIntegerField(null=True)
    foretold_at = models.DateTimeField(null=True)
    felt = models.PositiveSmallIntegerField(null=True)
    went = models.CharField(max_length=6, choices=WENT, blank=True)
    company = models.CharField(max_length=5, choices=COMPANY, blank=True)
    happened = SealedText(blank=True, default="")
    kept = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-agreed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["course"], condition=models.Q(told_at=None, set_aside_at=None), name="one_step_at_a_time"
            )
        ]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "by", "agreed_at"), PLAIN),
        **dict.fromkeys(("foretold_at", "told_at", "set_aside_at"), PLAIN),
        **dict.fromkeys(("what", "foretold", "felt", "went", "company", "happened", "kept"), SENSITIVE),
    }


class Saying(models.Model):
    """Words for hard moments, at hand on the client's phone: the therapist's own, saved by either."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sayings")
    text = SealedText()
    by = models.CharField(max_length=9, choices=SIDES)
    saved_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["saved_at"]

    privacy = {**dict.fromkeys(("id", "practice", "course", "by", "saved_at", "removed_at"), PLAIN), "text": SENSITIVE}


class Brought(models.Model):
    """What a client wants to bring to the next session: a step, a saying, a session, or a thought of their own."""

    STEP, SAYING, SESSION, THOUGHT = "step", "saying", "session", "thought"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="brought")
    kind = models.CharField(
        max_length=7,
        choices=[(STEP, "a step"), (SAYING, "words at hand"), (SESSION, "a session"), (THOUGHT, "a thought")],
    )
    about = models.UUIDField(null=True)
    text = SealedText(blank=True, default="")
    brought_at = models.DateTimeField(default=timezone.now)
    taken_up_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["brought_at"]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "kind", "about", "brought_at"), PLAIN),
        **dict.fromkeys(("taken_up_at", "withdrawn_at"), PLAIN),
        "text": SENSITIVE,
    }
