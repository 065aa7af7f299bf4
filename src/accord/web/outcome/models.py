"""What a practice switched on, what its rules were worked out to be, and what was decided about a course."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.alliance.models import Course, Occasion
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Member, Practice

COURSE, LEAVING = "course", "leaving"
"""The expected course, and who may stop coming: two switches."""


class Switch(models.Model):
    """One turn of a switch, by whom and when, after which text. Never changed: the latest of each counts."""

    WHAT = [(COURSE, "the expected course"), (LEAVING, "who may stop coming")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    what = models.CharField(max_length=7, choices=WHAT)
    on = models.BooleanField()
    # What counts as having stopped coming, and the agreed number of sessions where that is the definition.
    definition = models.CharField(max_length=40, blank=True, default="")
    dose = models.PositiveSmallIntegerField(null=True)
    purpose = models.CharField(max_length=8, blank=True, default="")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["practice", "what", "at"])]

    privacy = dict.fromkeys(("id", "practice", "what", "on", "definition", "dose", "purpose", "member", "at"), PLAIN)


class Worked(models.Model):
    """A rule as it was worked out on a practice's own past: numbers of many courses, never of one.

    `numbers` is the fitted model, empty where the rule needs none; `judged` is how good it was; `n_used` the courses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    what = models.CharField(max_length=7, choices=Switch.WHAT)
    measure = models.CharField(max_length=24, blank=True, default="")
    method = models.CharField(max_length=24, blank=True)
    numbers = models.JSONField(default=dict)
    judged = models.JSONField(default=dict)
    n_used = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=16)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "what", "measure"], name="worked_out_once_for_each_measure")
        ]

    privacy = dict.fromkeys(
        ("id", "practice", "what", "measure", "method", "numbers", "judged", "n_used", "why", "version", "made_at"),
        PLAIN,
    )


class Decision(models.Model):
    """What a therapist found and decided when a course was worth a look, or a reason to reach out came up.

    It belongs to the stretch of sessions around `since`. Never changed: the latest one of a stretch counts.
    """

    DECIDED, ASIDE, BACK = "decided", "aside", "back"
    KINDS = [(DECIDED, "decided"), (ASIDE, "laid aside"), (BACK, "taken up again")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="decisions")
    since = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=7, choices=Switch.WHAT, default=COURSE)
    kind = models.CharField(max_length=7, choices=KINDS)
    answers = models.JSONField(default=dict)
    asked = models.BooleanField(default=False)
    steps = models.JSONField(default=list)
    why = models.CharField(max_length=24, blank=True, default="")
    note = SealedText(blank=True, default="")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    attempt = models.UUIDField(unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["course", "at"])]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "since", "member", "attempt", "at"), PLAIN),
        **dict.fromkeys(("what", "kind", "answers", "asked", "steps", "why", "note"), SENSITIVE),
    }
