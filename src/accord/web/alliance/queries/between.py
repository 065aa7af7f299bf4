"""Between two sessions: steps, words at hand, what a client brings. A kept step is, for others, not told yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accord.web.alliance.models import Brought, Course, Saying, Step
from accord.web.alliance.queries.courses import seen_by
from accord.web.people.asker import Asker


@dataclass(frozen=True, slots=True)
class SeenStep:
    """A step as one asker may see it. For anybody but the client a kept one holds only what was agreed, and when."""

    pk: UUID
    course: UUID
    what: str
    by: str
    agreed_at: datetime
    set_aside_at: datetime | None
    foretold: int | None = None
    foretold_at: datetime | None = None
    felt: int | None = None
    went: str = ""
    company: str = ""
    happened: str = ""
    kept: bool = False
    told_at: datetime | None = None

    @property
    def state(self) -> str:
        """'told', 'aside' or 'open'."""
        return "told" if self.told_at else "aside" if self.set_aside_at else "open"

    @property
    def how_it_went(self) -> str:
        return dict(Step.WENT).get(self.went, "")

    @property
    def with_whom(self) -> str:
        return dict(Step.COMPANY).get(self.company, "")


NOTED = ("foretold", "foretold_at", "felt", "went", "company", "happened", "kept", "told_at")


def _as_seen(asker: Asker, one: Step) -> SeenStep:
    noted = {} if one.kept and "client" not in asker else {name: getattr(one, name) for name in NOTED}
    return SeenStep(one.pk, one.course_id, one.what, one.by, one.agreed_at, one.set_aside_at, **noted)


def steps(asker: Asker, course: Course) -> list[SeenStep]:
    """Every step of a course, the newest first."""
    return [_as_seen(asker, one) for one in Step.objects.filter(course__in=_seen(asker, course))]


def step(asker: Asker, step_id: UUID) -> SeenStep | None:
    found = Step.objects.filter(pk=step_id, course__in=seen_by(asker)).first() if asker.who else None
    return _as_seen(asker, found) if found else None


def sayings(asker: Asker, course: Course, *, removed: bool = False) -> list[Saying]:
    """The words at hand, the oldest first; or those that were removed and can be brought back."""
    found = Saying.objects.filter(course__in=_seen(asker, course), removed_at__isnull=not removed)
    return list(found.order_by("-removed_at") if removed else found)


def saying(asker: Asker, saying_id: UUID) -> Saying | None:
    found = Saying.objects.select_related("course").filter(pk=saying_id, course__in=seen_by(asker))
    return found.first() if asker.who else None


def brought(asker: Asker, course: Course, waiting: bool = True) -> list[Brought]:
    """What waits for the next session, in the order it was brought; or what was taken up, the latest first."""
    found = Brought.objects.filter(course__in=_seen(asker, course), withdrawn_at=None, taken_up_at__isnull=waiting)
    return list(found if waiting else found.order_by("-taken_up_at"))


def withdrawn(asker: Asker, course: Course) -> list[Brought]:
    """What a client took back and can still bring after all. For nobody else it was ever there."""
    if "client" not in asker:
        return []
    found = Brought.objects.filter(course__in=_seen(asker, course)).exclude(withdrawn_at=None)
    return list(found.order_by("-withdrawn_at")[:5])


def one_brought(asker: Asker, brought_id: UUID) -> Brought | None:
    found = Brought.objects.select_related("course").filter(pk=brought_id, course__in=seen_by(asker))
    if "client" not in asker:
        found = found.filter(withdrawn_at=None)
    return found.first() if asker.who else None


def _seen(asker: Asker, course: Course) -> "QuerySet[Course]":
    return seen_by(asker).filter(pk=course.pk) if asker.who else Course.objects.none()
