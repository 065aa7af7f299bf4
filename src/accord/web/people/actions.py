"""The only writers of people."""

import secrets
from collections.abc import Collection, Iterable
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.audit.actions import record
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.people.models import Account, Client, Member, OneTimeCode, Practice

CODE_LIFE = timedelta(minutes=15)
CODES_WAITING = 3
ROLES = ("therapist", "manager", "deputy", "researcher", "operator")


@transaction.atomic
def open_practice(
    *, asker: Asker, name: str, country: str = "US", time_zone: str = "UTC", contact: str = "", invented: bool = False
) -> Practice:
    practice = Practice.objects.create(
        name=name, country=country, time_zone=time_zone, contact=contact, invented=invented
    )
    record(asker, "open practice", practice.pk, practice=practice.pk)
    return practice


@transaction.atomic
def add_member(*, asker: Asker, practice: UUID, name: str, roles: frozenset[str], code: str = "") -> Member:
    """Somebody who works here. `code` is the practice's own short name for them, by which imports find them."""
    if unknown := roles - set(ROLES):
        raise UsageError(f"no such role: {', '.join(sorted(unknown))}; there are {', '.join(ROLES)}")
    if asker.practice not in (None, practice) or not asker.roles & {"manager", "operator"}:
        raise RefusedError("only a manager or the operator adds people to a practice")
    index = settings.KEYS.blind("member-code", code) if code else ""
    member = Member(practice_id=practice, name=name, code=index, **{f"is_{role}": True for role in roles})
    member.save()
    record(asker, "add member", member.pk, practice=practice)
    return member


@transaction.atomic
def give_account(*, asker: Asker, member: Member, email: str, password: str | None = None) -> Account:
    """A way to sign in. Without a password, they choose one by the link that `invitation_path` gives."""
    _check_address(email)
    if member.account_id:
        raise RefusedError(f"this member already signs in as {member.account.email}")  # type: ignore[union-attr]
    if Account.objects.filter(email=email.lower()).exists():
        raise RefusedError(f"{email} already belongs to somebody: an address serves one account")
    member.account = Account.objects.create_user(email=email, password=password)
    member.save()
    record(asker, "give account", member.pk, practice=member.practice_id)
    return member.account


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise UsageError(f"'{email}' is not an e-mail address; wanted one such as name@example.org") from None


def invitation_path(account: Account) -> str:
    """Where a new member chooses their password; works once, for three days."""
    key = default_token_generator.make_token(account)
    return f"/account/password/reset/key/{user_pk_to_url_str(account)}-{key}/"


@transaction.atomic
def invite(*, asker: Asker, practice: UUID, name: str, email: str, roles: frozenset[str]) -> tuple[Member, str]:
    """A new member with an account; returns them and the path where they choose their password."""
    member = add_member(asker=asker, practice=practice, name=name, roles=roles)
    return member, invitation_path(give_account(asker=asker, member=member, email=email))


@transaction.atomic
def close_account(*, asker: Asker, member: Member) -> None:
    """Somebody does not work here any more: no sign-in, wherever they are signed in now, and no public page."""
    _only_their_manager(asker, member)
    if asker.who == member.pk:
        raise RefusedError("you cannot close your own account; another manager can")
    member.published = member.has_room = False
    member.save()
    if member.account:
        member.account.is_active = False
        member.account.set_unusable_password()  # ends every session that the old one began
        member.account.save()
    record(asker, "close account", member.pk)


@transaction.atomic
def open_account_again(*, asker: Asker, member: Member) -> str:
    """Undo closing it; returns the path where they choose a new password. What they handed over stays handed over."""
    _only_their_manager(asker, member)
    if member.account is None:
        raise RefusedError("this member never had an account")
    member.account.is_active = True
    member.account.save()
    record(asker, "open account again", member.pk)
    return invitation_path(member.account)


def _only_their_manager(asker: Asker, member: Member) -> None:
    if "manager" not in asker or asker.practice != member.practice_id:
        raise RefusedError("only a manager of their practice closes or opens somebody's account")


@transaction.atomic
def publish_profile(*, asker: Asker, member: Member, about: str, published: bool, has_room: bool) -> None:
    """What a therapist shows of themself to everyone."""
    if asker.who != member.pk:
        raise RefusedError("a therapist's page is written by that therapist alone")
    member.about, member.published, member.has_room = about, published, has_room
    member.save()
    record(asker, "publish profile", member.pk)


@transaction.atomic
def add_client(*, asker: Asker, practice: UUID, name: str, email: str = "", code: str = "") -> Client:
    """A person in therapy here. The practice's number for them is kept as a blind index only."""
    client = Client(
        practice_id=practice,
        name=name,
        email=email.strip(),
        email_index=settings.KEYS.blind("client-email", email.strip().lower()) if email.strip() else "",
        code=settings.KEYS.blind("client-code", code) if code else "",
        address_set_at=timezone.now() if email.strip() else None,
    )
    client.save()
    record(asker, "add client", client.pk, practice=practice)
    return client


@transaction.atomic
def add_client_by_themself(*, practice: UUID, name: str, email: str) -> Client:
    """Somebody who chose a therapist here, by an address that they have confirmed."""
    index = settings.KEYS.blind("client-email", email.strip().lower())
    client = Client(practice_id=practice, name=name, email=email.strip(), email_index=index)
    client.email_confirmed_at = timezone.now()
    client.save()
    record(Asker(practice, client.pk, frozenset({"client"})), "add myself", client.pk)
    return client


@transaction.atomic
def bring_in_therapists(*, asker: Asker, practice: UUID, codes: Iterable[str]) -> tuple[dict[str, Member], int]:
    """Therapists by the practice's short names; unknown ones are added without an account. Returns how many are new."""
    found: dict[str, Member] = {}
    added = 0
    for code in sorted(set(codes)):
        index = settings.KEYS.blind("member-code", code)
        found[code], new = Member.objects.get_or_create(
            practice_id=practice, code=index, defaults={"name": code, "is_therapist": True}
        )
        added += new
    record(asker, "bring in therapists", practice=practice)
    return found, added


@transaction.atomic
def bring_in_clients(
    *, asker: Asker, practice: UUID, codes: Iterable[str], of: UUID | None = None, own: Collection[UUID] = ()
) -> tuple[dict[str, Client], int]:
    """Clients by the practice's numbers; unknown ones are added under their number. Returns how many are new.

    With `of`, a therapist's: a number then means one of their `own` clients or somebody new, never a colleague's
    client, whose record it would open.
    """
    there = {one.code: one for one in Client.objects.filter(practice=practice).exclude(code="")}
    found, new = {}, []
    for code in sorted(set(codes)):
        shared, private = (settings.KEYS.blind("client-code", text) for text in (code, f"{of}\0{code}"))
        client = there.get(private if of else shared) or (there.get(shared) if of else None)
        if client is None or (of and client.pk not in own):
            client = Client(practice_id=practice, name=code, code=private if of else shared)
            new.append(client)
        found[code] = client
    Client.objects.bulk_create(new)
    record(asker, "bring in clients", practice=practice)
    return found, len(new)


@transaction.atomic
def set_client_address(*, asker: Asker, client: Client, email: str) -> None:
    """A changed address has to be confirmed again by its own one-time code; what was sent to the old one is void.

    Whoever has come in by an address once changes it alone: it opens their own record. What was kept before somebody
    else set an address is not shown by it (`Asker.may_reread`), since nobody can know whose mailbox it is.
    """
    client = Client.objects.select_for_update().get(pk=client.pk)
    if (client.signed_in_at or client.email_confirmed_at) and asker.who != client.pk:
        raise RefusedError("this client has confirmed an address; they change it on their own page")
    OneTimeCode.objects.filter(client=client, used_at=None).delete()
    client.email, client.email_confirmed_at = email.strip(), None
    client.email_index = settings.KEYS.blind("client-email", email.strip().lower()) if email.strip() else ""
    if asker.who != client.pk:
        client.address_set_at = timezone.now()
    client.save()
    record(asker, "set client address", client.pk)


@transaction.atomic
def make_code(*, client: Client, life: timedelta = CODE_LIFE) -> str | None:
    """The path of a link that signs this client in once; None when several wait already, so that nobody is flooded."""
    waiting = OneTimeCode.objects.filter(client=client, used_at=None, expires_at__gt=timezone.now())
    if waiting.count() >= CODES_WAITING:
        return None
    secret = secrets.token_urlsafe(24)
    OneTimeCode.objects.create(
        practice_id=client.practice_id,
        client=client,
        code_hash=token_hash(secret),
        expires_at=timezone.now() + life,
    )
    return f"/my/enter/{quote(secret)}/"


@transaction.atomic
def redeem_code(*, secret: str) -> Client | None:
    """The client whom an unused, unexpired code belongs to; the code is spent and the address confirmed."""
    now = timezone.now()
    code = (
        OneTimeCode.objects.select_for_update()
        .select_related("client")
        .filter(code_hash=token_hash(secret), used_at=None, expires_at__gt=now)
        .first()
    )
    if code is None:
        return None
    code.used_at = code.client.email_confirmed_at = now
    code.client.signed_in_at = code.client.signed_in_at or now
    code.save()
    code.client.save()
    record(Asker(code.practice_id, code.client_id, frozenset({"client"})), "sign in", code.client_id)
    return code.client
