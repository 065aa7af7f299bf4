"""What a practice publishes: articles, and the comments that somebody let through."""

import uuid

from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SealedText
from accord.web.people.models import Member, Practice


class Article(models.Model):
    """One article, in Markdown. Seen by everyone while `published_at` is set; comments are off until switched on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    author = models.ForeignKey(Member, on_delete=models.PROTECT)
    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    text = SealedText(blank=True, default="")
    comments_open = models.BooleanField(default=False)
    written_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-published_at", "-written_at"]

    # Public by intent: what stands in an article is for everyone. It is sealed as all free text is.
    privacy = dict.fromkeys(
        (
            "id",
            "practice",
            "author",
            "slug",
            "title",
            "text",
            "comments_open",
            "written_at",
            "published_at",
        ),
        PLAIN,
    )


class Comment(models.Model):
    """What a reader wrote. Nobody sees it before a member lets it through; the address is never shown, and goes."""

    WAITING, SHOWN, REFUSED = "waiting", "shown", "refused"
    STATES = [(WAITING, "waits"), (SHOWN, "shown"), (REFUSED, "not shown")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    name = SealedText()
    email = SealedText(blank=True, default="")
    text = SealedText()
    reply = SealedText(blank=True, default="")
    state = models.CharField(max_length=7, choices=STATES, default=WAITING)
    attempt = models.UUIDField(unique=True)
    said_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["said_at"]

    privacy = {
        **dict.fromkeys(("id", "practice", "article", "state", "attempt", "said_at", "decided_at"), PLAIN),
        **dict.fromkeys(("name", "email", "text"), IDENTIFYING),
        "reply": PLAIN,
    }
