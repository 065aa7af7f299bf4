"""What a client said about research, what a manager froze, and whether it is shown. Nothing here is ever changed."""

import uuid
from typing import Any, NoReturn

from django.db import models
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.people.fields import PLAIN, SENSITIVE, SealedText
from accord.web.people.models import Client, Member, Practice

EVALUATION, RESEARCH = "evaluation", "research"
CONSENT = "1"
"""Of the text that a client answers; a new text is answered anew, and until then counts as no."""


class Written(models.QuerySet):  # type: ignore[type-arg]
    """Rows that are written once."""

    def update(self, **_: Any) -> NoReturn:
        raise RefusedError(f"a {self.model._meta.verbose_name} stays as it was written; write a new one")

    def delete(self) -> NoReturn:
        raise RefusedError(f"a {self.model._meta.verbose_name} stays; nothing takes it away")


class WrittenOnce(models.Model):
    """A row that is inserted and never written again."""

    objects = Written.as_manager()

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding:
            raise RefusedError(f"a {self._meta.verbose_name} stays as it was written; write a new one")
        super().save(**{**options, "force_insert": True})

    def delete(self, **_: Any) -> NoReturn:  # type: ignore[override]
        raise RefusedError(f"a {self._meta.verbose_name} stays; nothing takes it away")


class Consent(WrittenOnce):
    """One word of a client on research: yes or no, to which text, when. The latest counts; without one it is no."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    client = models.ForeignKey(Client, on_delete=models.PROTECT)
    yes = models.BooleanField()
    text = models.CharField(max_length=8)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "word on research"
        indexes = [models.Index(fields=["practice", "client", "said_at"])]

    privacy = {
        **dict.fromkeys(("id", "practice", "client", "text", "said_at"), PLAIN),
        "yes": SENSITIVE,
    }


class Release(WrittenOnce):
    """Aggregates as they were on one day.

    `first` and `last` are quarters, as `accord.outcome.withheld` numbers them; `frozen` is the report as the very text
    whose SHA-256 is `sha256`; `cells` says in blind indexes who gave what in which quarter, so that a later release can
    be compared with it. `number` counts a practice's releases, so that of two frozen at once one is compared anew.
    """

    PURPOSES = [(EVALUATION, "Service evaluation"), (RESEARCH, "Research")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    made_on = models.DateField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    purpose = models.CharField(max_length=10, choices=PURPOSES)
    title = models.CharField(max_length=120)
    shown_to = models.JSONField(default=list)
    clients = models.PositiveIntegerField()
    frozen = SealedText()
    sha256 = models.CharField(max_length=64)
    cells = models.JSONField(default=dict)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT)
    attempt = models.UUIDField(unique=True)

    class Meta:
        verbose_name = "release"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["practice", "number"], name="one_release_of_a_number")]

    privacy = {
        **dict.fromkeys(("id", "practice", "number", "made_at", "made_on", "first", "last", "purpose"), PLAIN),
        **dict.fromkeys(("title", "shown_to", "sha256", "member", "attempt"), PLAIN),
        **dict.fromkeys(("clients", "frozen", "cells"), SENSITIVE),
    }

    @property
    def turned(self) -> "Turn | None":
        """The latest word on whether it is shown."""
        return max(self.turns.all(), key=lambda one: one.at, default=None)

    @property
    def hidden(self) -> bool:
        return bool(self.turned and self.turned.hidden)


class Turn(WrittenOnce):
    """A release was taken out of sight, or shown again: by whom, when and why. The latest counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="turns")
    hidden = models.BooleanField()
    why = SealedText(blank=True, default="")
    member = models.ForeignKey(Member, on_delete=models.PROTECT)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "turn of a release"

    privacy = {
        **dict.fromkeys(("id", "practice", "release", "hidden", "member", "at"), PLAIN),
        "why": SENSITIVE,
    }
