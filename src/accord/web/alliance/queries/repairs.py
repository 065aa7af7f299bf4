"""What became of strains: repairs with their talks and each side's word, and signals that were laid aside."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from accord.web.alliance.models import CheckIn, Course, Declared, Dismissal, Repair, Talk
from accord.web.alliance.queries.courses import seen_by
from accord.web.people.asker import Asker


def repair(asker: Asker, repair_id: UUID) -> Repair | None:
    """One repair, for the therapist and for the client whose it is."""
    found = Repair.objects.select_related("course__client", "course__therapist", "course__practice", "since")
    return found.filter(pk=repair_id, course__in=seen_by(asker)).first() if asker.who else None


def repairs(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Repair]]:
    """The repairs of these courses, the newest first, with their talks and words."""
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    found = Repair.objects.filter(course__in=seen).select_related("since").prefetch_related("talks__member", "declared")
    grouped: dict[UUID, list[Repair]] = defaultdict(list)
    for one in found.order_by("-opened_at"):
        grouped[one.course_id].append(one)
    return grouped


def laid_aside(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Dismissal]]:
    """Signals that the therapist laid aside; for the therapist alone."""
    if "therapist" not in asker:
        return {}
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Dismissal]] = defaultdict(list)
    for one in Dismissal.objects.filter(course__in=seen).select_related("since"):
        grouped[one.course_id].append(one)
    return grouped


def dismissal(asker: Asker, dismissal_id: UUID) -> Dismissal | None:
    """One signal that was laid aside, for the therapist."""
    if "therapist" not in asker:
        return None
    return Dismissal.objects.filter(pk=dismissal_id, course__in=seen_by(asker)).first()


def repair_of_talk(asker: Asker, attempt: UUID) -> Repair | None:
    """The repair that a form, sent once already, has opened."""
    talk = Talk.objects.filter(attempt=attempt, repair__course__in=seen_by(asker)).select_related("repair").first()
    return talk.repair if talk else None


def settled_since(asker: Asker, moment: datetime) -> set[UUID]:
    """The courses for which this therapist noted a talk or laid a signal aside since then."""
    talks = Talk.objects.filter(member=asker.who, written_at__gte=moment, repair__course__in=seen_by(asker))
    laid = Dismissal.objects.filter(member=asker.who, at__gte=moment, course__in=seen_by(asker))
    return {*talks.values_list("repair__course", flat=True), *laid.values_list("course", flat=True)}


def word_of(one: Repair, by: str) -> Declared | None:
    """The latest word of one side."""
    said = sorted((word for word in one.declared.all() if word.by == by), key=lambda word: word.said_at)
    return said[-1] if said else None


def awaits_word(one: CheckIn) -> Repair | None:
    """The newest repair that was talked about before this check-in's session and that its client has not called mended.

    The page of a link asks for their word only then, in words that give nothing of it away.
    """
    found = Repair.objects.filter(course=one.occasion.course, talks__isnull=False).distinct()
    waiting = [each for each in found.order_by("-opened_at") if not _mended(each)]
    return waiting[0] if waiting else None


def _mended(one: Repair) -> bool:
    word = word_of(one, Declared.CLIENT)
    return bool(word and word.mended)


def mended_since(course: Course, moment: datetime) -> bool:
    """Whether a client called something mended after this moment: a reason to look at the agreement again."""
    said = Declared.objects.filter(repair__course=course, by=Declared.CLIENT, mended=True, said_at__gt=moment)
    return said.exists()
