"""What a therapist offers, the licence that stands behind it, and a search that is saved as it goes."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Member, Practice

# In how many signs a word is compared: casefolding makes three of one at most, and a region has eighty.
LONGEST_WORD = 240


class Credential(models.Model):
    """A licence as its therapist states it; it counts once a manager has looked at it, and until its last day.

    A renewed licence is a new row, so that what was checked when stays known. `region_word` is the region as
    `accord.fit.needs.folded` compares it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="credentials")
    title = models.CharField(max_length=120)
    region = models.CharField(max_length=80)
    region_word = models.CharField(max_length=LONGEST_WORD)
    number = SealedText(blank=True, default="")
    until = models.DateField()
    stated_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refused_why = SealedText(blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-stated_at"]

    privacy = {
        **dict.fromkeys(("id", "practice", "member", "title", "region", "until", "stated_at"), PLAIN),
        "region_word": PLAIN,
        **dict.fromkeys(("verified_at", "verified_by", "refused_at", "withdrawn_at"), PLAIN),
        **dict.fromkeys(("number", "refused_why"), SENSITIVE),
    }


class Offer(models.Model):
    """How one therapist works and for whom, in the words of `accord.fit`; public once their page is published.

    `places` is for how many new clients there is room. A style that is None was not said. `reach` (a number or a link)
    and `consultation_place` are told only to those whom they have agreed to meet.
    """

    RINGS = [("therapist", "I ring"), ("seeker", "they ring me"), ("link", "we meet by a link")]

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="offer")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    methods = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    formats = models.JSONField(default=list)
    insurers = models.JSONField(default=list)
    times = models.JSONField(default=list)
    extras = models.JSONField(default=list)
    gender = models.CharField(max_length=40, blank=True)
    fee = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    places = models.PositiveSmallIntegerField(default=0)
    free_from = models.DateField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    lead = models.SmallIntegerField(null=True, blank=True)
    focus = models.SmallIntegerField(null=True, blank=True)
    when = models.SmallIntegerField(null=True, blank=True)
    tone = models.SmallIntegerField(null=True, blank=True)
    rings = models.CharField(max_length=9, choices=RINGS, default="therapist")
    call_cost = models.CharField(max_length=80, blank=True)
    call_minutes = models.PositiveSmallIntegerField(default=15)
    reach = SealedText(null=True, blank=True)
    consultation_minutes = models.PositiveSmallIntegerField(default=50)
    consultation_cost = models.CharField(max_length=80, blank=True)
    consultation_place = SealedText(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    # What is plain is what a therapist publishes of themself.
    privacy = {
        **dict.fromkeys(("member", "practice", "methods", "languages", "formats", "insurers", "times"), PLAIN),
        **dict.fromkeys(("extras", "gender", "fee", "places", "free_from", "latitude", "longitude"), PLAIN),
        **dict.fromkeys(("lead", "focus", "when", "tone", "rings", "call_cost", "changed_at"), PLAIN),
        **dict.fromkeys(("call_minutes", "consultation_minutes", "consultation_cost"), PLAIN),
        **dict.fromkeys(("reach", "consultation_place"), SENSITIVE),
    }


class OfferWord(models.Model):
    """One word of an offer, by which the database finds it: `word` as it is compared, `spelled` as it was written.

    Written with the offer, out of the offer alone, and never without it.
    """

    KINDS = [(kind, kind) for kind in ("method", "language", "format", "insurer", "time", "gender", "extra")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=KINDS)
    word = models.CharField(max_length=LONGEST_WORD)
    spelled = models.CharField(max_length=LONGEST_WORD)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "kind", "word"], name="one_row_per_word_of_an_offer")]
        indexes = [models.Index(fields=["kind", "word", "offer", "spelled"], name="offers_by_word")]

    privacy = dict.fromkeys(("id", "practice", "offer", "kind", "word", "spelled"), PLAIN)


class Search(models.Model):
    """What somebody looks for, kept for the browser that began it. No name, no address, no account.

    `needs` is the text of the form's answers, sealed; `seed` lets those who are equally near take turns.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, null=True, on_delete=models.CASCADE)
    needs = SealedText(blank=True, default="")
    seed = models.PositiveIntegerField()
    begun_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    privacy = {
        **dict.fromkeys(("id", "practice", "seed", "begun_at", "changed_at"), PLAIN),
        "needs": SENSITIVE,
    }
