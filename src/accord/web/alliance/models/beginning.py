"""How a course began, where its client found their therapist here: the starting point of the story, and no more.

It never enters a baseline, a signal, a score or a figure: its items are others, and the best of several falls back by
itself.
"""

from django.db import models
from django.utils import timezone

from accord.web.alliance.models.course import Course
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Practice


class Beginning(models.Model):
    """What the client rated after they first met, and what they were looking for.

    `impression`: day -> item -> answer. `needs` is the text of what they said, sealed.
    The therapist sees of both what `impression_shared` and `needs_shared` say, which is the client's to change.
    """

    course = models.OneToOneField(Course, primary_key=True, on_delete=models.CASCADE, related_name="beginning")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    met_as = models.CharField(max_length=12)
    met_on = models.DateField()
    impression = models.JSONField(default=dict)
    impression_shared = models.BooleanField(default=False)
    needs = SealedText(null=True)
    needs_shared = models.BooleanField(default=False)
    began_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("course", "practice", "met_as", "met_on", "began_at"), PLAIN),
        **dict.fromkeys(("impression", "impression_shared", "needs", "needs_shared"), SENSITIVE),
    }
