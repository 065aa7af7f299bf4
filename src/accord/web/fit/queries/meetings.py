"""Who asked whom, and where it stands: for whoever searches, and for the therapist who was asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accord.fit.feedback import Together, together
from accord.fit.replies import Reply, Usual, usual
from accord.web.fit.models import Feedback, FindingRules, Impression, Meeting, ReplyTime, Search, Seeker
from accord.web.fit.standing import UNCONFIRMED, Standing, standing
from accord.web.people import queries as people
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.people.models import Member, Practice

COUNTED_FOR = timedelta(days=180)
IMPRESSION_LIFE = timedelta(days=14)
BEHIND = (
    "member__practice",
    "member__account",
    "practice",
    "search__seeker",
    "referred_to",
    "member__offer",
    "suggestion",
)


def seeker(search: Search) -> Seeker | None:
    """Who they said they are, once they asked for a call."""
    return Seeker.objects.select_related("search", "client").filter(search=search).first()


def seeker_by_way_back(secret: str, now: datetime) -> Seeker | None:
    """Whom a one-time code that is still good brings back to their search."""
    found = Seeker.objects.select_related("search").filter(way_back=token_hash(secret), way_back_until__gt=now)
    return found.first()


def address_index(email: str) -> str:
    """By which an address is found again."""
    return str(settings.KEYS.blind("seeker-email", email.strip().lower()))


def seekers_by_address(email: str) -> list[Seeker]:
    index = address_index(email)
    return list(Seeker.objects.select_related("search").filter(email_index=index))


def rules(practice: Practice | UUID) -> FindingRules:
    """What the practice has settled, or what holds until it does."""
    key = practice.pk if isinstance(practice, Practice) else practice
    return FindingRules.objects.filter(practice=key).first() or FindingRules(practice_id=key)


def standings(search: Search, now: datetime) -> list[Standing]:
    """Everyone this search asked, in the order of asking, and whom the practice suggested, once both are told."""
    found = Meeting.objects.filter(search=search, asked_at__lte=now).select_related(*BEHIND)
    return stand(found.order_by("asked_at", "pk"), now)


def stand(found: Iterable[Meeting], now: datetime) -> list[Standing]:
    them = list(found)
    days = {
        one.practice_id: one.reply_days
        for one in FindingRules.objects.filter(practice__in={m.practice_id for m in them})
    }
    usual_days = FindingRules().reply_days
    return [standing(one, now, days.get(one.practice_id, usual_days)) for one in them]


def own_meeting(search: Search, id: UUID, now: datetime) -> Standing | None:
    """One meeting of this very search."""
    found = Meeting.objects.filter(search=search, pk=id, asked_at__lte=now).select_related(*BEHIND)
    return next(iter(stand(found, now)), None)


def requests(asker: Asker, now: datetime) -> list[Standing]:
    """Who asked this therapist, the newest last; nobody whose address is not confirmed yet."""
    if "therapist" not in asker:
        return []
    found = Meeting.objects.filter(member=asker.who, asked_at__lte=now).select_related(*BEHIND).order_by("asked_at")
    return [one for one in stand(found, now) if one.state != UNCONFIRMED]


def request(asker: Asker, id: UUID, now: datetime) -> Standing | None:
    return next((one for one in requests(asker, now) if one.meeting.pk == id), None)


def by_address(index: str, now: datetime) -> list[Standing]:
    """Everyone that one address asked, in whatever search."""
    found = Meeting.objects.filter(search__seeker__email_index=index, asked_at__lte=now).select_related(*BEHIND)
    return stand(found.order_by("asked_at"), now)


def calls_of(asker: Asker, since: datetime, until: datetime, now: datetime) -> list[Standing]:
    """The agreed meetings of this therapist between two moments, in order of time."""
    if "therapist" not in asker:
        return []
    found = Meeting.objects.filter(member=asker.who, starts_at__gte=since, starts_at__lt=until, agreed_at__isnull=False)
    agreed = found.filter(called_off_at=None, declined_at=None, missed_at=None).select_related(*BEHIND)
    return stand(agreed.order_by("starts_at"), now)


def works_here(member: Member) -> bool:
    """Whether somebody could answer at all: a therapist whose account, where they have one, is not closed."""
    return member.is_therapist and (member.account is None or member.account.is_active)


def colleagues_to_refer_to(member: Member) -> list[Member]:
    """Who else of the practice shows a page and has room."""
    found = [one for one in people.published_therapists() if one.practice_id == member.practice_id]
    return [one for one in found if one.has_room and one.pk != member.pk]


def usual_replies(members: Sequence[UUID], now: datetime) -> dict[UUID, Usual | None]:
    """How soon each usually replies: answered requests of half a year, and those that wait now."""
    known: dict[UUID, list[tuple[datetime, Reply]]] = {one: [] for one in members}
    for one in ReplyTime.objects.filter(member__in=members, at__gt=now - COUNTED_FOR):
        known[one.member_id].append((one.at, Reply(one.hours, one.answered)))
    waiting = Meeting.objects.filter(member__in=members, asked_at__lte=now)
    waiting = waiting.filter(answered_at=None, called_off_at=None, declined_at=None)
    for each in waiting.exclude(told_at=None):
        known[each.member_id].append((now, Reply(hours_waited(each, now), False)))
    return {one: usual(reply for _, reply in sorted(rows, key=lambda row: row[0])) for one, rows in known.items()}


def hours_waited(one: Meeting, now: datetime) -> float:
    """From when the therapist could know of it."""
    return max(0.0, (now - (one.told_at or now)).total_seconds() / 3600)


def impressions(search: Search) -> list[Impression]:
    """All of this search, asked and given."""
    found = Impression.objects.filter(meeting__search=search).select_related("meeting__member")
    return sorted(found, key=lambda one: (one.opens_at, one.day))


def impression_by_token(token: str) -> Impression | None:
    found = Impression.objects.select_related("meeting__member__practice", "meeting__search", "meeting__practice")
    return found.filter(token_hash=token_hash(token)).first()


def impression(id: str) -> Impression | None:
    """The one of a browser's cookie."""
    try:
        wanted = UUID(id)
    except ValueError:
        return None
    found = Impression.objects.select_related("meeting__member__practice", "meeting__search", "meeting__practice")
    return found.filter(pk=wanted).first()


def impression_state(one: Impression, now: datetime) -> str:
    """Open, too early, or over; given ones can be given again while it is open."""
    if one.opens_at > now:
        return "early"
    row = one.meeting
    over = one.opens_at + IMPRESSION_LIFE < now or row.called_off_at or row.missed_at or row.chosen_at
    return "over" if over else "open"


def due_impressions(search: Search, now: datetime | None = None) -> list[Impression]:
    """What waits to be rated, the oldest first."""
    now = now or timezone.now()
    waiting = [one for one in impressions(search) if one.given_at is None and one.meeting.passed_over_at is None]
    return [one for one in waiting if impression_state(one, now) == "open"]


def feedback(asker: Asker) -> Together:
    """What those who chose somebody else ticked about this very therapist: together and in tens, or nothing."""
    said = Feedback.objects.filter(member=asker.who).order_by("place") if "therapist" in asker else []
    return together([one.reasons for one in said])


def left_behind(search: Search) -> set[UUID]:
    """Whom this search has met and passed over, or who said no: they are not on its list any more."""
    gone = Meeting.objects.filter(search=search)
    return set(
        gone.filter(Q(declined_at__isnull=False) | Q(passed_over_at__isnull=False)).values_list("member", flat=True)
    )


def to_tell(search: Search) -> list[Meeting]:
    """Therapists who were met and not chosen, of whom nothing was said yet."""
    found = Meeting.objects.filter(search=search, feedback_given=False).exclude(passed_over_at=None)
    return list(found.select_related("member").order_by("starts_at"))
