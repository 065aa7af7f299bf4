"""The only readers of switches, of what was worked out, and of decisions. Who asks comes first."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accord.web.alliance.models import Course
from accord.web.alliance.queries import seen_by
from accord.web.outcome.models import Decision, Switch, Worked
from accord.web.people.asker import Asker


def switches(asker: Asker) -> dict[str, Switch]:
    """The latest turn of each switch of the asker's practice; one that was never turned is not there, and off."""
    if not asker.roles & {"therapist", "manager", "operator"}:
        return {}
    latest: dict[str, Switch] = {}
    for one in Switch.objects.filter(practice=asker.practice).select_related("member").order_by("at"):
        latest[one.what] = one
    return latest


def worked(asker: Asker) -> dict[tuple[str, str], Worked]:
    """What was worked out for the asker's practice, by what it is and the measure: counts of many, for its staff."""
    if not asker.roles & {"therapist", "manager", "operator"}:
        return {}
    return {(one.what, one.measure): one for one in Worked.objects.filter(practice=asker.practice)}


def decisions(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Decision]]:
    """All that was decided about these courses, the newest first; for whoever sees them as their therapist."""
    if "therapist" not in asker:
        return {}
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Decision]] = defaultdict(list)
    found = Decision.objects.filter(course__in=seen).select_related("since", "member")
    for one in found.order_by("-at"):
        grouped[one.course_id].append(one)
    return grouped


def settled_since(asker: Asker, moment: datetime) -> set[UUID]:
    """The courses about which this therapist decided something since then, or laid it aside."""
    found = Decision.objects.filter(member=asker.who, at__gte=moment, course__in=seen_by(asker))
    return set(found.exclude(kind=Decision.BACK).values_list("course", flat=True))


def decision_of(asker: Asker, attempt: UUID) -> Decision | None:
    """What a form, sent once already, has stored."""
    return Decision.objects.filter(attempt=attempt, course__in=seen_by(asker)).first()
