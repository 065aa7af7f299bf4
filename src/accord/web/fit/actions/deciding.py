"""What a seeker makes of those they met: one of them, none of them, or not yet; and why not the others, if they say."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit.feedback import REASONS
from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions import letters
from accord.web.fit.actions.listed import leave_lists
from accord.web.fit.actions.meetings import call_off_row
from accord.web.fit.models import Feedback, Meeting, Offer, Search, Seeker
from accord.web.fit.standing import MET, Standing
from accord.web.people import actions as people
from accord.web.people.asker import STRANGER, of_member


@transaction.atomic
def choose(*, search: Search, meeting: Meeting) -> Meeting:
    """Whom they met and choose. The others are thanked, and what is open with them is called off.

    To be called by whoever opens the course, in the same transaction.
    """
    now, person = timezone.now(), _seeker(search)
    every = queries.standings(search, now)
    one = next((each for each in every if each.meeting.pk == meeting.pk), None)
    if one is None or one.state != MET:
        raise RefusedError("you can choose somebody you have met, unless they have said no since")
    if person.decided == Seeker.CHOSE:
        raise RefusedError("you have chosen already; on your own page you can look again")
    if person.confirmed_at is None:
        raise RefusedError("your address is not confirmed yet; open the link in the letter first")
    _take_place(one.meeting)
    for other in every:
        if other.meeting.member_id != one.meeting.member_id:
            thank(other)
    leave_lists(search)
    _decided(person, Seeker.CHOSE)
    one.meeting.chosen_at, one.meeting.passed_over_at = now, None
    one.meeting.save()
    letters.unconfirm_meeting(one.meeting)
    letters.tell_therapist(one.meeting, "request-news")
    record(STRANGER, "choose therapist", meeting.pk, practice=meeting.practice_id)
    return one.meeting


def _take_place(one: Meeting) -> None:
    """The therapist has room for one fewer, and must still be licensed. One place is always found for whom they met."""
    offer = (
        Offer.objects.select_for_update().select_related("member__practice", "member__account").get(pk=one.member_id)
    )
    if not queries.works_here(offer.member):
        raise RefusedError(f"{offer.member.name} does not work here any more")
    (profile,) = queries.profiles([offer], timezone.localdate())
    if not (profile.verified and profile.licensed_until >= timezone.localdate()):
        raise RefusedError(f"the licence of {offer.member.name}, as it was checked here, is not in date; ask them")
    if offer.places:
        offer.places -= 1
        offer.save(update_fields=["places"])
    if not offer.places and offer.member.has_room:
        member = offer.member
        people.publish_profile(
            asker=of_member(member), member=member, about=member.about, published=member.published, has_room=False
        )


def thank(other: Standing) -> None:
    """Called off where it was open; where they had met, the therapist reads that another was chosen, and thanks."""
    if other.open:
        call_off_row(other, by="seeker", tell_seeker=False)
    if other.state == MET and other.meeting.passed_over_at is None:
        other.meeting.passed_over_at = timezone.now()
        other.meeting.save()
        letters.tell_therapist(other.meeting, "request-news")


@transaction.atomic
def say_none(*, search: Search) -> None:
    """None of those met so far. They are left out of the list from now on; who is still to be met is met."""
    person = _undecided(search)
    for one in queries.standings(search, timezone.now()):
        if not one.open:
            thank(one)
    _decided(person, Seeker.NONE)
    record(STRANGER, "choose none", search.pk)


@transaction.atomic
def say_later(*, search: Search) -> None:
    """Not yet: nothing changes, and nobody is told."""
    _decided(_undecided(search), Seeker.LATER)
    record(STRANGER, "choose later", search.pk)


def _undecided(search: Search) -> Seeker:
    person = _seeker(search)
    if person.decided == Seeker.CHOSE:
        raise RefusedError("you have chosen already")
    return person


def _seeker(search: Search) -> Seeker:
    found = Seeker.objects.select_for_update().filter(search=search).first()
    if found is None:
        raise RefusedError("the search is not kept any more")
    return found


def _decided(person: Seeker, what: str) -> None:
    person.decided, person.decided_at = what, timezone.now()
    person.save()
    Search.objects.filter(pk=person.pk).update(changed_at=timezone.now())


@transaction.atomic
def give_feedback(*, search: Search, said: Mapping[UUID, Sequence[str]]) -> None:
    """Why not these, by meeting. Stored without any tie to who said it; once each, and all of it or nothing."""
    for reasons in said.values():
        if unknown := [one for one in reasons if one not in REASONS]:
            raise UsageError(f"reasons: got {', '.join(unknown)[:80]}; wanted some of {', '.join(REASONS)}")
    waiting = Meeting.objects.select_for_update().filter(search=search, pk__in=said, feedback_given=False)
    for one in waiting.exclude(passed_over_at=None):
        if reasons := list(dict.fromkeys(said[one.pk])):
            one.feedback_given = True
            one.save()
            _tell(one, reasons)


def _tell(one: Meeting, reasons: list[str]) -> None:
    """The therapist's row is held, so that of two who give theirs at once each has a place of its own."""
    Offer.objects.select_for_update().filter(member=one.member_id).first()
    place = Feedback.objects.filter(member=one.member_id).count() + 1
    Feedback.objects.create(practice_id=one.practice_id, member_id=one.member_id, reasons=reasons, place=place)
    record(STRANGER, "give feedback", practice=one.practice_id)
