"""The only writer of the audit."""

from typing import Protocol
from uuid import UUID

from accord.web.audit.models import Act


class Asking(Protocol):
    """Whoever asks: the audit keeps the id and the role, never a name."""

    @property
    def practice(self) -> UUID | None: ...
    @property
    def who(self) -> UUID | None: ...
    @property
    def role(self) -> str: ...


def record(asker: Asking, verb: str, object_id: UUID | None = None, *, practice: UUID | None = None) -> None:
    """Write one act, in the transaction of the action that calls it."""
    Act.objects.create(practice=practice or asker.practice, who=asker.who, role=asker.role, verb=verb, object=object_id)
