"""What the two did about a strain. That there is one is derived from the answers each time, and stored nowhere."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.alliance.models.course import Course, Occasion
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Member, Practice


class Repair(models.Model):
    """Something between the two that is being mended, since one session or, without a score, since one day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="repairs")
    since = models.ForeignKey(Occasion, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "since"], name="one_repair_for_one_drop")]

    privacy = dict.fromkeys(("id", "practice", "course", "since", "opened_at"), PLAIN)

    @property
    def session(self) -> int | None:
        """The number of the session it began with; none without one, or where that was with an earlier therapist."""
        return self.since.number if self.since and self.since.course_id == self.course_id else None


class Talk(models.Model):
    """One talk about it, as the therapist notes it: what it was about, how it showed, what was tried."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="talks")
    talked_on = models.DateField()
    about = models.JSONField(default=list)
    showed = models.CharField(max_length=13, blank=True)
    tried = models.JSONField(default=list)
    note = SealedText(blank=True, default="")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    attempt = models.UUIDField(unique=True)
    written_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("id", "practice", "repair", "talked_on", "member", "attempt", "written_at"), PLAIN),
        **dict.fromkeys(("about", "showed", "tried", "note"), SENSITIVE),
    }


class Declared(models.Model):
    """What one side says of a repair. Never changed; the latest word of each side counts."""

    CLIENT, THERAPIST = "client", "therapist"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="declared")
    by = models.CharField(max_length=9, choices=[(CLIENT, "client"), (THERAPIST, "therapist")])
    mended = models.BooleanField()
    said_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("id", "practice", "repair", "by", "said_at"), PLAIN),
        "mended": SENSITIVE,
    }


class Dismissal(models.Model):
    """A signal that its therapist laid aside, and why. It does not come back for the same drop."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="dismissals")
    since = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=24)
    why = models.CharField(max_length=24)
    note = SealedText(blank=True, default="")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["since", "what"], name="laid_aside_once")]

    privacy = {
        **dict.fromkeys(("id", "practice", "course", "since", "member", "at"), PLAIN),
        **dict.fromkeys(("what", "why", "note"), SENSITIVE),
    }
