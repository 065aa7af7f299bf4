"""Tables that wait for their therapist's yes."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from accord.tables import Reading
from accord.web.alliance.models import Intake
from accord.web.alliance.queries.courses import seen_by
from accord.web.people.asker import Asker


def intake(asker: Asker, intake_id: UUID) -> Intake | None:
    """A file this very member is bringing in."""
    return Intake.objects.filter(practice=asker.practice, member=asker.who, pk=intake_id).first() if asker.who else None


def intakes(asker: Asker) -> Sequence[Intake]:
    if "therapist" not in asker:
        return []
    return list(Intake.objects.filter(practice=asker.practice, member=asker.who).order_by("-read_at")[:20])


def already_there(asker: Asker, reading: Reading) -> int:
    """How many clients of a table this therapist already has here."""
    if "therapist" not in asker:
        return 0
    codes = [settings.KEYS.blind("client-code", row.client) for row in reading.rows]
    return seen_by(asker).filter(therapist=asker.who, client__code__in=set(codes)).values("client").distinct().count()
