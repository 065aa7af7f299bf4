"""Who asks: the first argument of every reader and every action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accord.errors import RefusedError
from accord.web.people.models import Account, Client, Member

CLIENT_KEY, ADDRESS_KEY = "client", "client-address"


@dataclass(frozen=True)
class Asker:
    """One person at one practice: a member with roles, a client, or a stranger (no practice, no id, no roles)."""

    practice: UUID | None = None
    who: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    since: datetime | None = None

    def may_reread(self, kept_at: datetime | None) -> bool:
        """Whether this client may see what they keep for themself: not what was kept before somebody else set the
        address that their page opens by (`since`), for whoever set it could come in by it."""
        return "client" in self.roles and (self.since is None or kept_at is None or kept_at >= self.since)

    @property
    def home(self) -> UUID:
        """The practice of a member or client; a stranger has none, and no page that asks for it."""
        if self.practice is None:
            raise RefusedError("a stranger has no practice")
        return self.practice

    @property
    def me(self) -> UUID:
        """The row of whoever acts; a stranger has none."""
        if self.who is None:
            raise RefusedError("a stranger has no record here")
        return self.who

    @property
    def role(self) -> str:
        return "+".join(sorted(role[:2] for role in self.roles)) or "stranger"

    def __contains__(self, role: str) -> bool:
        return role in self.roles


class Request(HttpRequest):
    """A request after the middleware below: who asks, and the row behind them if there is one.

    A view for one role may read its row without asking twice: the guard before it has made sure.
    """

    asker: Asker
    member: Any
    client: Any


STRANGER = Asker()
COMMAND = Asker(roles=frozenset({"operator"}))
"""Whoever holds the machine and types a command: no practice until the command names one."""


def of_member(member: Member) -> Asker:
    return Asker(practice=member.practice_id, who=member.pk, roles=member.roles)


def of_client(client: Client) -> Asker:
    return Asker(client.practice_id, client.pk, frozenset({"client"}), since=client.address_set_at)


def know_who_asks(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `request.asker` is there before any view runs."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.asker, request.member, request.client = _find(request)  # type: ignore[attr-defined]
        return get_response(request)

    return answer


def _find(request: HttpRequest) -> tuple[Asker, Member | None, Client | None]:
    if isinstance(request.user, Account):
        member = Member.objects.select_related("practice").filter(account=request.user).first()
        return (of_member(member) if member else STRANGER), member, None
    if client_id := request.session.get(CLIENT_KEY):
        here = Client.objects.select_related("practice").filter(pk=client_id)
        # Whoever came in by an address that was changed since is no longer let in by it.
        client = here.filter(email_index=request.session.get(ADDRESS_KEY, "")).first()
        return (of_client(client) if client else STRANGER), None, client
    return STRANGER, None, None
