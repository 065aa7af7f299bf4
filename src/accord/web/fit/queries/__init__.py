"""Who can be found, by whom: what therapists publish, their licences for those who check them, one's own search."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from accord.fit.needs import folded
from accord.web.fit.licences import WAITS, state, today
from accord.web.fit.models import Credential, Meeting, OfferWord, Search, Waiting
from accord.web.fit.queries.capacity import capacity
from accord.web.fit.queries.gate import Gate, anyone, gate_of, in_date, on_the_list, who_passes
from accord.web.fit.queries.meetings import (
    BEHIND,
    IMPRESSION_LIFE,
    address_index,
    by_address,
    calls_of,
    colleagues_to_refer_to,
    due_impressions,
    feedback,
    hours_waited,
    impression,
    impression_by_token,
    impression_state,
    impressions,
    left_behind,
    own_meeting,
    request,
    requests,
    rules,
    seeker,
    seeker_by_way_back,
    seekers_by_address,
    stand,
    standings,
    to_tell,
    usual_replies,
    works_here,
)
from accord.web.fit.queries.offers import offer, profile, profiles, published_offers
from accord.web.fit.queries.waiting import (
    ASK_AFTER,
    FRESH,
    Board,
    Room,
    assignment,
    assignments,
    board,
    lists,
    open_places,
    own_waiting,
    stands,
    suggested_now,
    suggestions,
    waiting_now,
    waitings,
)
from accord.web.people.asker import Asker

__all__ = [
    "ASK_AFTER",
    "BEHIND",
    "FRESH",
    "IMPRESSION_LIFE",
    "SEARCH_KEPT",
    "Board",
    "Gate",
    "Here",
    "Room",
    "address_index",
    "anyone",
    "assignment",
    "assignments",
    "board",
    "by_address",
    "calls_of",
    "capacity",
    "colleagues_to_refer_to",
    "credential",
    "credentials",
    "due_impressions",
    "feedback",
    "gate_of",
    "here",
    "hours_waited",
    "impression",
    "impression_by_token",
    "impression_state",
    "impressions",
    "left_behind",
    "licences",
    "licences_to_check",
    "lists",
    "my_credential",
    "offer",
    "open_places",
    "own_meeting",
    "own_waiting",
    "profile",
    "profiles",
    "public_credentials",
    "published_offers",
    "request",
    "requests",
    "rules",
    "search",
    "seeker",
    "seeker_by_way_back",
    "seekers_by_address",
    "stand",
    "standings",
    "stands",
    "still_kept",
    "suggested_now",
    "suggestions",
    "to_tell",
    "usual_replies",
    "waiting_now",
    "waitings",
    "who_passes",
    "works_here",
]

SEARCH_KEPT, AFTER_MEETING = timedelta(days=30), timedelta(days=14)
LICENCE = ("member", "practice", "verified_by")


def credentials(asker: Asker, member: UUID) -> list[Credential]:
    """A therapist's own licences; a manager sees those of the practice, to check them."""
    found = Credential.objects.filter(practice=asker.practice, member=member).select_related(*LICENCE)
    return list(found) if asker.who == member or "manager" in asker else []


def public_credentials(member: UUID) -> list[Credential]:
    """What everyone may know of a therapist's licences: what was verified, and what is stated and waits for it."""
    found = Credential.objects.filter(member=member, withdrawn_at=None, refused_at=None).select_related("practice")
    return sorted(found, key=lambda one: (one.verified_at is None, one.region, -one.until.toordinal()))


@dataclass(frozen=True)
class Here:
    """The words that therapists here use of themselves: what a seeker can choose from."""

    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    insurers: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


def here(on: date) -> Here:
    """Each word once, however it is spelled, by alphabet."""
    shown = on_the_list().values("pk")
    said = OfferWord.objects.filter(offer__in=shown, kind__in=("language", "insurer", "gender", "extra"))
    words: dict[str, list[str]] = {}
    for kind, spelled in said.values_list("kind", "spelled").distinct():
        words.setdefault(kind, []).append(spelled)
    licensed = in_date(on).filter(member__in=shown).values_list("region", flat=True).distinct()
    kinds = (words.get(kind, ()) for kind in ("language", "insurer", "gender", "extra"))
    return Here(_each_once(licensed), *map(_each_once, kinds))


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    found = {folded(word): word for word in sorted(words, reverse=True) if word.strip()}
    return tuple(found[word] for word in sorted(found))


def search(search_id: str, now: datetime) -> Search | None:
    """The search of a browser's cookie; one that was not changed for a month is gone."""
    try:
        wanted = UUID(search_id)
    except ValueError:
        return None
    return Search.objects.filter(still_kept(now), pk=wanted).first()


def still_kept(now: datetime) -> Q:
    """Changed within a month, or somebody is met soon or was met lately, or they wait on a list and gave a sign."""
    met = Meeting.objects.filter(starts_at__gt=now - AFTER_MEETING, called_off_at=None, declined_at=None)
    listed = Waiting.objects.filter(left_at=None, number__isnull=False, search__changed_at__gt=now - FRESH)
    return Q(changed_at__gt=now - SEARCH_KEPT) | Q(pk__in=met.values("search")) | Q(pk__in=listed.values("search"))


def my_credential(asker: Asker, id: UUID) -> Credential | None:
    """A licence of the asker's own."""
    return Credential.objects.select_related(*LICENCE).filter(pk=id, member=asker.who).first() if asker.who else None


def licences(asker: Asker) -> list[Credential]:
    """Every licence of the practice, for its managers; not what was withdrawn, nor of those who have left."""
    found = Credential.objects.filter(practice=asker.practice, withdrawn_at=None).select_related(*LICENCE)
    return list(found.exclude(member__account__is_active=False)) if "manager" in asker else []


def licences_to_check(asker: Asker) -> list[Credential]:
    """Those that wait for a manager of the practice, the oldest first."""
    waiting = (one for one in licences(asker) if state(one, today(one.practice)) == WAITS)
    return sorted(waiting, key=lambda one: one.stated_at)


def credential(asker: Asker, id: UUID) -> Credential | None:
    """One licence of the practice, with its number, for those who check it."""
    found = Credential.objects.filter(pk=id, practice=asker.practice).select_related(*LICENCE)
    return found.first() if "manager" in asker else None
