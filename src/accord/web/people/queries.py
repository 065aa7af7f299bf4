"""The only readers of people. Who asks comes first; scope first, then open and sort."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accord.web.people.asker import Asker
from accord.web.people.models import Account, Client, Member, Practice


def account(email: str) -> Account:
    """The account of an address that is known to be there."""
    return Account.objects.get(email=email)


def practices() -> list[Practice]:
    """Every practice, by name; for commands, which ask for nobody in particular."""
    return list(Practice.objects.order_by("name"))


def own_practice(asker: Asker) -> Practice:
    """Where the asker works, or comes to."""
    return Practice.objects.get(pk=asker.home)


def member_by_account(account: AbstractBaseUser | AnonymousUser) -> Member | None:
    """Who has just signed in; before that nobody is there to ask."""
    return Member.objects.filter(account_id=account.pk).first() if account.pk else None


def members(asker: Asker) -> list[Member]:
    """Everyone who works in the asker's practice, by name; the manager's list."""
    if "manager" not in asker:
        return []
    found = Member.objects.select_related("account").filter(practice=asker.practice)
    return sorted(found, key=lambda one: one.name.casefold())


def colleagues(asker: Asker) -> list[Member]:
    """Who could be responsible for safety: therapists and deputies of the practice."""
    if not asker.roles & {"manager", "therapist", "deputy"}:
        return []
    found = Member.objects.filter(practice=asker.practice)
    return sorted((one for one in found if one.roles & {"therapist", "deputy"}), key=lambda one: one.name.casefold())


def member(asker: Asker, member_id: UUID) -> Member | None:
    """Somebody who works in the asker's practice, for its manager."""
    if "manager" not in asker:
        return None
    return Member.objects.select_related("account", "practice").filter(practice=asker.practice, pk=member_id).first()


def fellow_therapists(asker: Asker, *, but: UUID) -> list[Member]:
    """Who could take over from a therapist: those of the practice who can sign in, by name."""
    if not asker.roles & {"manager", "therapist"}:
        return []
    found = Member.objects.select_related("account").filter(practice=asker.practice, is_therapist=True)
    found = found.filter(account__is_active=True).exclude(pk=but)
    return sorted(found, key=lambda one: one.name.casefold())


def published_therapists() -> list[Member]:
    """What therapists chose to show to everyone, those with room first."""
    found = Member.objects.select_related("practice").filter(published=True, is_therapist=True)
    return sorted(found, key=lambda one: (not one.has_room, one.practice.name, one.name.casefold()))


def published_therapist(member_id: UUID) -> Member | None:
    return Member.objects.select_related("practice").filter(published=True, is_therapist=True, pk=member_id).first()


def clients_by_address(email: str) -> list[Client]:
    """Every client record that an address opens: a person may be known in two practices."""
    index = settings.KEYS.blind("client-email", email.strip().lower())
    return list(Client.objects.select_related("practice").filter(email_index=index))


def confirmed_client(practice: UUID, name: str, email: str) -> Client | None:
    """Who is known here by this name and this confirmed address; a mailbox that two share is no proof by itself."""
    here = [one for one in clients_by_address(email) if one.practice_id == practice and one.email_confirmed_at]
    return next((one for one in here if one.name.casefold() == name.casefold()), None)


def therapist_by_code(practice: UUID, code: str) -> Member | None:
    return Member.objects.filter(practice=practice, code=settings.KEYS.blind("member-code", code)).first()
