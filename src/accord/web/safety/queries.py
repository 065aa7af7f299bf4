"""Who may see a flag: the one responsible, the client's therapist, the deputy. Nobody else, not even a count."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from accord.measures import Measure
from accord.web.people.asker import Asker
from accord.web.people.models import Member, Practice
from accord.web.safety.models import Acknowledgement, Flag, HandedOver, SafetyPlan

# Public numbers, known from the services' own pages; a practice edits its list before it goes live.
DEFAULT_LINES = {
    "US": [
        {"name": "988 Suicide & Crisis Lifeline", "number": "988", "how": "Call or text, day and night, free"},
        {"name": "Emergency", "number": "911", "how": "If you are in danger right now"},
    ],
    "GB": [
        {"name": "Emergency", "number": "999", "how": "If you are in danger right now"},
        {"name": "NHS 111", "number": "111", "how": "Choose the mental health option, day and night"},
        {"name": "Samaritans", "number": "116 123", "how": "Call free, day and night"},
    ],
}


@dataclass(frozen=True)
class Help:
    """Whom to call now, and when a person will read what was answered."""

    lines: Sequence[dict[str, str]]
    read_by: str
    complaints: str


def plan(practice: UUID) -> SafetyPlan:
    return SafetyPlan.objects.select_related("responsible__account").filter(practice=practice).first() or SafetyPlan(
        practice_id=practice
    )


def help_for(practice: Practice | None) -> Help:
    """What a person is told. Without a practice (public pages), the numbers of the United States."""
    if practice is None:
        return Help(DEFAULT_LINES["US"], "", "")
    found = plan(practice.pk)
    # No numbers are better than another country's: the page then names the local emergency number.
    lines = found.lines or DEFAULT_LINES.get(practice.country, [])
    return Help(lines, found.read_by, found.complaints)


def missing_for_self_harm_items(practice: UUID) -> list[str]:
    """What the practice still has to settle before a self-harm item may be asked; empty when all is there."""
    found = plan(practice)
    wanted = {
        "a responsible clinician who can sign in": found.responsible and can_sign_in(found.responsible),
        "a deputy": found.deputy_name and found.deputy_email,
        "a number to call": found.lines,
        "when a person reads the answers": found.read_by,
        "a mail server (a folder on this machine reaches nobody)": settings.DEMO or not settings.MAIL_IS_A_FOLDER,
    }
    return [what for what, there in wanted.items() if not there]


def can_sign_in(member: Member) -> bool:
    """Only then can a message reach them, and can they look."""
    return bool(member.account and member.account.is_active)


def may_be_asked(measure: Measure, practice: UUID) -> bool:
    """A measure without a self-harm item always; one with it only under a complete safety plan."""
    return not measure.safety or not missing_for_self_harm_items(practice)


def open_flags(asker: Asker, *, courses: Iterable[UUID] = ()) -> list[Flag]:
    """Flags nobody has looked at yet, oldest first: those the asker answers for, and those of their own courses.

    `courses`: those the asker leads, or looks after while a colleague is away.
    """
    if not asker.roles & {"therapist", "deputy"}:
        return []
    waiting = Flag.objects.select_related("client").filter(practice=asker.practice, acknowledgement=None)
    if not _sees_every_flag(asker):
        waiting = waiting.filter(_told(asker.me) | Q(course__in=list(courses)))
    return list(waiting.order_by("raised_at"))


def waiting_for(member: Member, courses: Iterable[UUID]) -> "QuerySet[Flag]":
    """Open flags that are this member's to look at: what has to go to somebody else when they go. For actions alone."""
    mine = _told(member.pk) | Q(course__in=list(courses))
    return Flag.objects.filter(mine, practice=member.practice_id, acknowledgement=None)


def open_of(courses: Iterable[object]) -> "QuerySet[Flag]":
    """Every open flag of these courses, whoever answers for it. For actions alone."""
    return Flag.objects.filter(course__in=list(courses), acknowledgement=None)


def looked_at(client: UUID) -> int:
    """How many flags of this client somebody has looked at. For actions alone."""
    return Acknowledgement.objects.filter(flag__client=client).count()


def _told(who: UUID) -> Q:
    """Answered for by this member, or handed to them."""
    return Q(responsible=who) | Q(pk__in=HandedOver.objects.filter(member=who).values("flag"))


def flag(asker: Asker, flag_id: UUID, *, courses: Iterable[UUID] = ()) -> Flag | None:
    """One flag, open or looked at, for someone who may see it."""
    if not asker.roles & {"therapist", "deputy"}:
        return None
    found = Flag.objects.select_related("client", "acknowledgement__member").filter(practice=asker.practice, pk=flag_id)
    one = found.first()
    if one is None or _sees_every_flag(asker) or one.course in set(courses):
        return one
    return one if found.filter(_told(asker.me)).exists() else None


def _sees_every_flag(asker: Asker) -> bool:
    """The deputy, and whoever answers for the whole practice."""
    return "deputy" in asker or plan(asker.home).responsible_id == asker.who
