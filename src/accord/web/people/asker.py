"""Who asks: the first argument of every reader and every action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accord.web.people.models import Account, Client, Member

CLIENT_KEY = "client"


@dataclass(frozen=True)
class Asker:
    """One person at one practice: a member with roles, a client, or a stranger (no practice, no id, no roles)."""

    practice: UUID | None = None
    who: UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def role(self) -> str:
        return "+".join(sorted(role[:2] for role in self.roles)) or "stranger"

    def __contains__(self, role: str) -> bool:
        return role in self.roles


STRANGER = Asker()
COMMAND = Asker(roles=frozenset({"operator"}))
"""Whoever holds the machine and types a command: no practice until the command names one."""


def of_member(member: Member) -> Asker:
    return Asker(practice=member.practice_id, who=member.pk, roles=member.roles)


def of_client(client: Client) -> Asker:
    return Asker(practice=client.practice_id, who=client.pk, roles=frozenset({"client"}))


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
        client = Client.objects.select_related("practice").filter(pk=client_id).first()
        return (of_client(client) if client else STRANGER), None, client
    return STRANGER, None, None
