"""A practice that finds somebody for those who wait: its list, what was assigned, whom it suggests to whom."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.fit.models.meetings import Meeting
from accord.web.fit.models.offers import Search
from accord.web.people.fields import PLAIN
from accord.web.people.models import Member, Practice


class Waiting(models.Model):
    """One person on the list of one practice, from `joined_at` until `left_at`, whatever is suggested meanwhile.

    `number` is all that managers know them by. It is given once their address is confirmed, and is never another's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="waiting")
    number = models.PositiveIntegerField(null=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["search", "practice"], condition=models.Q(left_at=None), name="on_a_list_once"
            ),
            models.UniqueConstraint(fields=["practice", "number"], name="a_number_is_one_persons"),
        ]

    privacy = dict.fromkeys(("id", "practice", "search", "number", "joined_at", "left_at"), PLAIN)


class Assignment(models.Model):
    """Pairs that a manager made in one go. Nobody hears of them before `told_at`; until then all can be undone unseen.

    `pairs` is how many there were: who deletes their search is gone from them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    made_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    pairs = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    privacy = dict.fromkeys(("id", "practice", "made_by", "pairs", "made_at", "told_at", "undone_at"), PLAIN)


class Suggestion(models.Model):
    """One pair of it. Its first call is a meeting like any other; one that was undone before they were told is gone.

    `welcomed_at`: the person said yes without a time, so that the therapist proposes one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="suggestions")
    waiting = models.ForeignKey(Waiting, on_delete=models.CASCADE, related_name="suggestions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    meeting = models.OneToOneField(Meeting, null=True, on_delete=models.SET_NULL, related_name="suggestion")
    welcomed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "waiting"], name="one_suggestion_an_assignment")]

    privacy = dict.fromkeys(("id", "practice", "assignment", "waiting", "member", "meeting", "welcomed_at"), PLAIN)
