"""Practices, the people who work in them, and the people who come to them."""

import uuid
from datetime import date
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from accord.web.people.fields import IDENTIFYING, PLAIN, SENSITIVE, SealedText


class Practice(models.Model):
    """Where people work together; a solo practice is one with a single member."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, default="US")
    time_zone = models.CharField(max_length=60, default="UTC")
    contact = models.CharField(max_length=200, blank=True)
    invented = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now)

    privacy = dict.fromkeys(("id", "name", "country", "time_zone", "contact", "invented", "opened_at"), PLAIN)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        """The day it is on the practice's own calendar."""
        return timezone.localdate(timezone=self.zone)


class AccountManager(BaseUserManager["Account"]):
    """What Django's commands and allauth expect of a user manager."""

    def create_user(self, email: str, password: str | None = None) -> "Account":
        account = self.model(email=self.normalize_email(email).lower())
        account.set_password(password)
        account.save()
        return account

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """How a member of staff signs in. Clients have none: they use links and one-time codes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = AccountManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    privacy = {
        "id": PLAIN,
        "email": IDENTIFYING,
        "password": SENSITIVE,
        "last_login": PLAIN,
        "is_active": PLAIN,
        "joined_at": PLAIN,
    }


class Member(models.Model):
    """Somebody who works in a practice, in one or several roles; after an import, perhaps without an account yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    account = models.OneToOneField(Account, null=True, blank=True, on_delete=models.SET_NULL)
    name = SealedText()
    code = models.CharField(max_length=64, blank=True)
    is_therapist = models.BooleanField(default=False)
    is_manager = models.BooleanField(default=False)
    is_deputy = models.BooleanField(default=False)
    is_researcher = models.BooleanField(default=False)
    is_operator = models.BooleanField(default=False)
    # What a therapist chooses to publish.
    published = models.BooleanField(default=False)
    about = SealedText(blank=True, default="")
    has_room = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "code"], condition=~models.Q(code=""), name="one_member_per_imported_code"
            )
        ]

    privacy = {
        "id": PLAIN,
        "practice": PLAIN,
        "account": IDENTIFYING,
        "name": IDENTIFYING,
        "code": IDENTIFYING,
        "is_therapist": PLAIN,
        "is_manager": PLAIN,
        "is_deputy": PLAIN,
        "is_researcher": PLAIN,
        "is_operator": PLAIN,
        "published": PLAIN,
        "about": IDENTIFYING,
        "has_room": PLAIN,
    }

    @property
    def roles(self) -> frozenset[str]:
        every = ("therapist", "manager", "deputy", "researcher", "operator")
        return frozenset(role for role in every if getattr(self, f"is_{role}"))


class Client(models.Model):
    """A person in therapy here. `code` is a blind index of the practice's own number, by which an import finds them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT)
    name = SealedText()
    email = SealedText(blank=True, default="")
    email_index = models.CharField(max_length=64, blank=True, db_index=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    # When somebody else set the address by which this person's own page opens, and when they first came in by one.
    address_set_at = models.DateTimeField(null=True, blank=True)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "code"], condition=~models.Q(code=""), name="one_client_per_imported_code"
            )
        ]

    privacy = {
        "id": PLAIN,
        "practice": PLAIN,
        "name": IDENTIFYING,
        "email": IDENTIFYING,
        "email_index": IDENTIFYING,
        "email_confirmed_at": PLAIN,
        "address_set_at": PLAIN,
        "signed_in_at": PLAIN,
        "code": IDENTIFYING,
        "added_at": PLAIN,
    }

    @property
    def masked_email(self) -> str:
        """Enough for its owner to know it again: 'a…@e…'."""
        name, _, host = self.email.partition("@")
        return f"{name[:1]}…@{host[:1]}…" if host else ""

    @property
    def initials(self) -> str:
        return " ".join(f"{part[0].upper()}." for part in self.name.split()[:2])


class OneTimeCode(models.Model):
    """A code sent to a client's address, good once, for a few minutes. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE)
    client = models.ForeignKey(Client, on_delete=models.CASCADE)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    privacy = {
        "id": PLAIN,
        "practice": PLAIN,
        "client": PLAIN,
        "code_hash": SENSITIVE,
        "expires_at": PLAIN,
        "used_at": PLAIN,
    }
