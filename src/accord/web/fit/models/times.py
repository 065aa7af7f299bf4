"""When a therapist can meet somebody new: a weekly pattern on the practice's own clock, and days that differ."""

import uuid

from django.db import models

from accord.web.people.fields import PLAIN
from accord.web.people.models import Member, Practice

CALL, CONSULTATION, BOTH = "call", "consultation", "both"
KINDS = [(BOTH, "first calls and consultations"), (CALL, "first calls only"), (CONSULTATION, "consultations only")]


class WeeklyTime(models.Model):
    """Every week, from one time to another. `weekday`: 0 is Monday."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="weekly_times")
    weekday = models.PositiveSmallIntegerField()
    begins = models.TimeField()
    ends = models.TimeField()
    kinds = models.CharField(max_length=12, choices=KINDS, default=BOTH)

    class Meta:
        ordering = ["weekday", "begins"]
        constraints = [models.UniqueConstraint(fields=["member", "weekday", "begins"], name="one_weekly_time_a_start")]

    privacy = dict.fromkeys(("id", "practice", "member", "weekday", "begins", "ends", "kinds"), PLAIN)


class DayApart(models.Model):
    """One day that differs: without times nothing of the week holds on it, with times they hold beside the week's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="days_apart")
    day = models.DateField()
    begins = models.TimeField(null=True, blank=True)
    ends = models.TimeField(null=True, blank=True)
    kinds = models.CharField(max_length=12, choices=KINDS, default=BOTH)

    class Meta:
        ordering = ["day", "begins"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "day"], condition=models.Q(begins=None), name="a_day_is_closed_once"
            ),
            models.UniqueConstraint(fields=["member", "day", "begins"], name="one_extra_time_a_start"),
        ]

    privacy = dict.fromkeys(("id", "practice", "member", "day", "begins", "ends", "kinds"), PLAIN)

    @property
    def closed(self) -> bool:
        return self.begins is None
