"""What the two do about a strain: talked about, tried, and whether it feels mended. A signal may be laid aside."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.web.alliance.models import Course, Declared, Dismissal, Occasion, Repair, Talk
from accord.web.audit.actions import record
from accord.web.people.asker import Asker

ONE_BREATH = timedelta(hours=1)
"""The same word again within this time is one word, pressed twice."""


@transaction.atomic
def open_repair(*, asker: Asker, course: Course, since: Occasion | None) -> Repair:
    """Begin to mend what a session brought up; the same session opens one repair, however often it is pressed."""
    if since is not None and since.course_id != course.pk:
        raise RefusedError("this session belongs to another course")
    made = {"practice_id": course.practice_id, "course": course, "since": since}
    if since is None:
        repair = Repair.objects.create(**made)
    else:
        repair, _ = Repair.objects.get_or_create(course=course, since=since, defaults=made)
    record(asker, "open repair", repair.pk)
    return repair


@transaction.atomic
def note_talk(
    *,
    asker: Asker,
    repair: Repair,
    talked_on: date,
    about: Sequence[str],
    showed: str,
    tried: Sequence[str],
    note: str,
    attempt: UUID,
    at: datetime | None = None,
) -> Talk:
    """Write down one talk; the same filled-in form is stored once, and one that was changed meanwhile is another."""
    Repair.objects.select_for_update().get(pk=repair.pk)
    noted: dict[str, Any] = {
        "talked_on": talked_on,
        "about": list(about),
        "showed": showed,
        "tried": list(tried),
        "note": note.strip(),
    }
    if before := Talk.objects.filter(attempt=attempt).first():
        if before.repair_id == repair.pk and all(getattr(before, name) == value for name, value in noted.items()):
            return before
        attempt = uuid4()
    talk = Talk(practice_id=repair.practice_id, repair=repair, member_id=asker.me, attempt=attempt, **noted)
    talk.written_at = at or timezone.now()
    talk.save(force_insert=True)
    record(asker, "note talk", talk.pk)
    return talk


@transaction.atomic
def declare(*, asker: Asker, repair: Repair, mended: bool, at: datetime | None = None) -> Declared:
    """One side's own word on it; the latest of each side counts."""
    by, at = Declared.CLIENT if "client" in asker else Declared.THERAPIST, at or timezone.now()
    Repair.objects.select_for_update().get(pk=repair.pk)
    before = Declared.objects.filter(repair=repair, by=by).order_by("-said_at").first()
    if before and before.mended == mended and abs(at - before.said_at) < ONE_BREATH:
        return before
    said = Declared.objects.create(practice_id=repair.practice_id, repair=repair, by=by, mended=mended, said_at=at)
    record(asker, "say whether mended", repair.pk)
    return said


@transaction.atomic
def lay_aside(*, asker: Asker, course: Course, since: Occasion, what: str, why: str, note: str = "") -> Dismissal:
    """Lay a signal aside, with the reason; it does not come back for the same drop."""
    if before := Dismissal.objects.filter(since=since, what=what).first():
        return before
    laid = Dismissal(
        practice_id=course.practice_id,
        course=course,
        since=since,
        what=what,
        why=why,
        note=note.strip(),
        member_id=asker.me,
    )
    laid.save(force_insert=True)
    record(asker, "lay signal aside", laid.pk)
    return laid


@transaction.atomic
def take_up_again(*, asker: Asker, laid: Dismissal) -> None:
    """Undo laying it aside: the signal is back."""
    record(asker, "take signal up again", laid.pk)
    Dismissal.objects.filter(pk=laid.pk).delete()
