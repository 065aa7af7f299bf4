"""Who waits on a practice's list, for whom there is room, and what was assigned to whom."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accord.fit import Needs, Profile
from accord.web.fit.licences import today
from accord.web.fit.models import Assignment, FindingRules, Meeting, Offer, Search, Suggestion, Waiting
from accord.web.fit.queries.meetings import BEHIND, stand
from accord.web.fit.queries.offers import profiles
from accord.web.fit.search import read
from accord.web.fit.standing import Standing
from accord.web.people import queries as people
from accord.web.people.asker import Asker
from accord.web.people.models import Practice

# Whoever does nothing for so long is not waiting any more; a letter asks before that.
FRESH, ASK_AFTER = timedelta(days=90), timedelta(days=60)
NOT_OVER = Q(meeting__called_off_at=None, meeting__declined_at=None, meeting__missed_at=None)
HOLDS = NOT_OVER & Q(meeting__isnull=False, meeting__chosen_at=None, meeting__passed_over_at=None)
"""A suggestion holds its place until one of the two says no, it is taken back, or the person has chosen."""


@dataclass(frozen=True)
class Person:
    """Somebody who waits, as the assignment sees them: a number, needs, and those who are not to be suggested (again).

    What they need stays in here: no page for managers shows any of it.
    """

    waiting: Waiting
    needs: Needs
    apart: frozenset[str]

    @property
    def number(self) -> int:
        return int(self.needs.id)


@dataclass(frozen=True)
class Room:
    """A therapist with a verified licence in date, and how many places are left beside what is suggested already."""

    offer: Offer
    profile: Profile


@dataclass(frozen=True)
class Board:
    """All that an assignment goes by, on one day."""

    practice: UUID | None
    on: date
    people: Sequence[Person] = ()
    rooms: Sequence[Room] = ()

    @property
    def places(self) -> int:
        return sum(each.profile.places for each in self.rooms)


def lists() -> list[Practice]:
    """The practices that keep a list, by name."""
    kept = FindingRules.objects.filter(assigns=True).select_related("practice")
    return sorted((one.practice for one in kept), key=lambda one: one.name.casefold())


def waitings(search: Search) -> list[Waiting]:
    """The lists that this search is on, also before the address is confirmed."""
    found = Waiting.objects.filter(search=search, left_at=None).select_related("practice", "search__seeker")
    return list(found.order_by("joined_at"))


def own_waiting(search: Search, id: UUID) -> Waiting | None:
    return next((one for one in waitings(search) if one.pk == id), None)


def on_list(practice: UUID | None, now: datetime) -> "QuerySet[Waiting]":
    """Everyone who is confirmed, has not left and gave a sign within the last months; suggested somebody or not."""
    found = Waiting.objects.filter(practice=practice, left_at=None, number__isnull=False)
    found = found.filter(search__changed_at__gt=now - FRESH, search__seeker__confirmed_at__isnull=False)
    return found.select_related("search", "practice").order_by("number")


def holding(practice: UUID | None) -> "QuerySet[Suggestion]":
    return Suggestion.objects.filter(HOLDS, practice=practice)


def waiting_now(asker: Asker, now: datetime) -> list[Waiting]:
    """Those to whom nobody is suggested at the moment, who has waited longest first."""
    if "manager" not in asker:
        return []
    suggested = holding(asker.practice).values("waiting")
    return list(on_list(asker.practice, now).exclude(pk__in=suggested).order_by("joined_at", "number"))


def suggested_now(asker: Asker, now: datetime) -> int:
    """To how many somebody is suggested at the moment."""
    if "manager" not in asker:
        return 0
    return on_list(asker.practice, now).filter(pk__in=holding(asker.practice).values("waiting")).count()


def board(asker: Asker, now: datetime) -> Board:
    """For a manager: everyone who waits, and every therapist who may take somebody, shown to the public or not."""
    if "manager" not in asker:
        return Board(None, now.date())
    there = waiting_now(asker, now)
    practice = people.own_practice(asker)
    on = today(practice)
    return Board(practice.pk, on, _people(there, practice), rooms(practice.pk, on))


def _people(there: Sequence[Waiting], practice: Practice) -> list[Person]:
    apart = kept_apart([one.search_id for one in there])
    found = []
    for one in sorted(there, key=lambda each: each.number or 0):
        if needs := read(one.search.needs).needs_now:
            since = one.joined_at.astimezone(practice.zone).date()
            named = replace(needs, id=str(one.number), since=since)
            found.append(Person(one, named, frozenset(apart.get(one.search_id, ()))))
    return found


def kept_apart(searches: Collection[UUID]) -> dict[UUID, set[str]]:
    """By search: who said no, whom they passed over or did not want suggested, and whom they are to meet already."""
    said_no = Q(declined_at__isnull=False) | Q(passed_over_at__isnull=False)
    said_no |= Q(suggestion__isnull=False, called_off_by="seeker")
    under_way = Q(called_off_at=None, missed_at=None)
    found: dict[UUID, set[str]] = {}
    rows = Meeting.objects.filter(said_no | under_way, search__in=searches)
    for search, member in rows.values_list("search", "member"):
        found.setdefault(search, set()).add(str(member))
    return found


def rooms(practice: UUID, on: date) -> list[Room]:
    """Therapists who can answer, with a verified licence in date; those without a place left, too."""
    there = Offer.objects.filter(practice=practice, member__is_therapist=True, member__account__is_active=True)
    offers = {str(one.pk): one for one in there.select_related("member__practice")}
    held = held_places(practice)
    found = []
    for each in profiles(offers.values(), on):
        if each.verified and each.licensed_until >= on:
            offer = offers[each.id]
            found.append(Room(offer, replace(each, places=max(0, offer.places - held[offer.pk]))))
    return sorted(found, key=lambda one: one.profile.id)


def open_places(asker: Asker) -> int:
    """How many somebody could be suggested to just now."""
    if "manager" not in asker:
        return 0
    practice = people.own_practice(asker)
    return sum(each.profile.places for each in rooms(practice.pk, today(practice)))


def held_places(practice: UUID) -> Counter[UUID]:
    """How many places of each therapist are promised by suggestions that are still open."""
    return Counter(holding(practice).values_list("member", flat=True))


def assignments(asker: Asker, since: datetime) -> list[Assignment]:
    """What was assigned since then, the newest first."""
    found = Assignment.objects.filter(practice=asker.practice, made_at__gt=since).select_related("made_by")
    return list(found.order_by("-made_at")) if "manager" in asker else []


def assignment(asker: Asker, id: UUID) -> Assignment | None:
    found = Assignment.objects.filter(practice=asker.practice, pk=id).select_related("made_by", "practice")
    return found.first() if "manager" in asker else None


def suggestions(one: Assignment) -> list[Suggestion]:
    """Its pairs by number, without those who deleted their search since."""
    found = Suggestion.objects.filter(assignment=one).select_related("waiting", "member", "meeting")
    return list(found.order_by("waiting__number"))


def stands(them: Iterable[Suggestion], now: datetime) -> dict[UUID, Standing]:
    """Where the first call of each stands, by suggestion; without those that were undone before anybody was told."""
    rows = {one.meeting_id: one.pk for one in them if one.meeting_id}
    found = Meeting.objects.filter(pk__in=rows).select_related(*BEHIND)
    return {rows[each.meeting.pk]: each for each in stand(found, now)}
