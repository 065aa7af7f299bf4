"""Somebody who asked for a first call, what became of it, and how it was to meet."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from accord.web.fit.models.offers import Offer, Search
from accord.web.fit.models.times import CALL, CONSULTATION
from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Client, Member, Practice

SIDES = [("seeker", "the one who looks"), ("therapist", "the therapist"), ("practice", "the practice")]


class FindingRules(models.Model):
    """How a practice handles those who look: after how many days without an answer somebody else is suggested.

    `assigns`: it keeps a waiting list, and finds somebody for those on it. `last_number` is the last one given there.
    """

    practice = models.OneToOneField(Practice, primary_key=True, on_delete=models.CASCADE)
    reply_days = models.PositiveSmallIntegerField(default=2)
    assigns = models.BooleanField(default=False)
    last_number = models.PositiveIntegerField(default=0)

    privacy = dict.fromkeys(("practice", "reply_days", "assigns", "last_number"), PLAIN)


class Seeker(models.Model):
    """Whoever asked for a call has said who they are. The search is still theirs; this row goes with it.

    `way_back` is the hash of a one-time code that opens the search, good until `way_back_until`, sent to the address of
    index `way_back_to` alone. `new_email` waits to be confirmed by a code of its own; until then the old one holds.
    `client`: somebody in therapy here, who looks again quietly. `decided`: what they made of those they met.
    """

    CHOSE, NONE, LATER = "chose", "none", "later"
    DECIDED = [(CHOSE, "chose"), (NONE, "none of them"), (LATER, "not yet")]

    search = models.OneToOneField(Search, primary_key=True, on_delete=models.CASCADE, related_name="seeker")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.CASCADE)
    name = SealedText()
    email = SealedText()
    email_index = models.CharField(max_length=64, db_index=True)
    phone = SealedText(blank=True, default="")
    time_zone = models.CharField(max_length=60)
    confirmed_at = models.DateTimeField(null=True)
    new_email = SealedText(null=True)
    way_back = models.CharField(max_length=64, blank=True, db_index=True)
    way_back_to = models.CharField(max_length=64, blank=True, default="")
    way_back_number = models.PositiveIntegerField(default=1)
    way_back_until = models.DateTimeField(null=True)
    client = models.ForeignKey(Client, null=True, on_delete=models.SET_NULL, related_name="+")
    decided = models.CharField(max_length=5, choices=DECIDED, blank=True)
    decided_at = models.DateTimeField(null=True)

    privacy = {
        **dict.fromkeys(("search", "practice", "time_zone", "confirmed_at", "way_back_until", "client"), PLAIN),
        **dict.fromkeys(("decided", "decided_at"), PLAIN),
        "way_back_number": PLAIN,
        **dict.fromkeys(("name", "email", "new_email", "phone"), IDENTIFYING),
        **dict.fromkeys(("email_index", "way_back", "way_back_to"), SENSITIVE),
    }


class Meeting(models.Model):
    """A first call, or the consultation after it: asked for, answered, held, each by the moment it was.

    `told_at` is when the therapist could first know of it: not before the seeker's address was confirmed. One that the
    practice suggests is asked for at the moment both are told of it; before that neither sees it.

    `starts_at` is the time that was picked or proposed last, by `proposed_by`; it holds for both from `agreed_at` on.
    `rings` and `cost` are what the therapist's page said when it was asked for: what was promised stays so.
    `own_side` are the therapist's two answers, `declined_words` what they said with a no, before or after meeting.
    """

    CALL, CONSULTATION = CALL, CONSULTATION
    KINDS = [(CALL, "first call"), (CONSULTATION, "consultation")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="meetings")
    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(max_length=12, choices=KINDS)
    minutes = models.PositiveSmallIntegerField()
    rings = models.CharField(max_length=9, choices=Offer.RINGS)
    cost = models.CharField(max_length=80, blank=True)
    words = SealedText(blank=True, default="")
    asked_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    proposed_by = models.CharField(max_length=9, choices=SIDES, blank=True)
    proposed_words = SealedText(blank=True, default="")
    agreed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_words = SealedText(blank=True, default="")
    referred_to = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    called_off_at = models.DateTimeField(null=True)
    called_off_by = models.CharField(max_length=9, choices=SIDES, blank=True)
    missed_at = models.DateTimeField(null=True)
    own_side = models.JSONField(null=True)
    own_side_at = models.DateTimeField(null=True)
    chosen_at = models.DateTimeField(null=True)
    passed_over_at = models.DateTimeField(null=True)
    feedback_given = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["member", "asked_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["search", "member", "kind"],
                condition=models.Q(called_off_at=None, declined_at=None, missed_at=None),
                name="asked_once_for_the_same",
            )
        ]

    privacy = {
        **dict.fromkeys(("id", "practice", "member", "search", "kind", "minutes", "rings", "cost"), PLAIN),
        **dict.fromkeys(
            ("asked_at", "told_at", "answered_at", "starts_at", "proposed_by", "agreed_at", "declined_at"), PLAIN
        ),
        **dict.fromkeys(("referred_to", "called_off_at", "called_off_by", "missed_at", "own_side_at"), PLAIN),
        **dict.fromkeys(("chosen_at", "passed_over_at", "feedback_given"), PLAIN),
        **dict.fromkeys(("words", "proposed_words", "declined_words", "own_side"), SENSITIVE),
    }

    @property
    def ends_at(self) -> datetime | None:
        return self.starts_at + timedelta(minutes=self.minutes) if self.starts_at else None

    @property
    def what(self) -> str:
        return "first call" if self.kind == CALL else "consultation"

    @property
    def suggested(self) -> Any:
        """The practice's suggestion, where it was not the seeker who asked."""
        return getattr(self, "suggestion", None)


class TakenTime(models.Model):
    """A quarter of an hour that a meeting holds. No therapist has it twice, and no seeker: so the database says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="taken")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "at"], name="a_therapist_has_a_time_once"),
            models.UniqueConstraint(fields=["search", "at"], name="a_seeker_has_a_time_once"),
        ]

    privacy = dict.fromkeys(("id", "practice", "meeting", "member", "search", "at"), PLAIN)


class Impression(models.Model):
    """What a seeker ticked after one meeting, on the day or the next one; asked by a link that only writes."""

    FIRST, NEXT = "first", "next"
    DAYS = [(FIRST, "on the day"), (NEXT, "the next day")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="impressions")
    day = models.CharField(max_length=5, choices=DAYS)
    token_hash = models.CharField(max_length=64, unique=True)
    opens_at = models.DateTimeField()
    answers = models.JSONField(null=True)
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "day"], name="one_impression_a_day")]

    privacy = {
        **dict.fromkeys(("id", "practice", "meeting", "day", "opens_at", "given_at"), PLAIN),
        **dict.fromkeys(("token_hash", "answers"), SENSITIVE),
    }


class ReplyTime(models.Model):
    """How long one request waited for its first answer, or until it was taken back. It knows nobody who asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    hours = models.FloatField()
    answered = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    privacy = dict.fromkeys(("id", "practice", "member", "hours", "answered", "at"), PLAIN)


class Feedback(models.Model):
    """Why somebody went on with another therapist, ticked by them: who said it and when is not known.

    `place` is which one it is of this therapist's, so that the first ten stay the first ten.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)
    place = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "place"], name="one_feedback_a_place")]

    privacy = {
        **dict.fromkeys(("id", "practice", "member", "place"), PLAIN),
        "reasons": SENSITIVE,
    }
