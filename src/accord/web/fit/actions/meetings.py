"""What becomes of a meeting that was asked for: yes, another time, a kind no, called off, how it was.

A therapist's word comes with who asks; a seeker's with their search, which their browser holds.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.fit.impressions import SEEKER, THERAPIST, checked
from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions import letters
from accord.web.fit.actions.holding import take
from accord.web.fit.actions.listed import delete_untold
from accord.web.fit.models import Impression, Meeting, ReplyTime, Search, TakenTime
from accord.web.fit.standing import COMING, MET, PROPOSED, Standing
from accord.web.notices import actions as notices
from accord.web.people.asker import STRANGER, Asker
from accord.web.people.models import Member

GONE = "it changed meanwhile; look at where it stands now"


@transaction.atomic
def accept(*, asker: Asker, meeting: Meeting) -> None:
    """The therapist says yes to the time that the seeker picked. Twice is once."""
    one = _asked_of(asker, meeting)
    if one.state == COMING:
        return
    if not one.waits_for_therapist or one.meeting.proposed_by != "seeker" or not one.meeting.starts_at:
        raise RefusedError(GONE)
    if one.meeting.starts_at <= timezone.now():
        raise RefusedError("the time that was picked is over; propose another one")
    _agree(one.meeting)
    record(asker, f"accept {one.meeting.what}", meeting.pk)


@transaction.atomic
def propose_time(*, asker: Asker, meeting: Meeting, starts_at: datetime, words: str = "") -> None:
    """The therapist proposes another time; a meeting that was agreed on is open again until the seeker says yes."""
    one = _asked_of(asker, meeting)
    if not one.open:
        raise RefusedError(GONE)
    row = one.meeting
    if row.agreed_at:
        letters.unconfirm_meeting(row)
    take(row, starts_at, only_free=False)
    _answered(row)
    row.proposed_by, row.proposed_words, row.agreed_at = "therapist", words.strip(), None
    row.save()
    letters.tell_seeker(row, "search-news")
    record(asker, f"propose time for {row.what}", row.pk)


@transaction.atomic
def decline(*, asker: Asker, meeting: Meeting, words: str, refer_to: Member | None = None) -> None:
    """A kind no, before or after the two have met, with somebody else to turn to where there is one."""
    one = _asked_of(asker, meeting)
    if one.meeting.declined_at:
        return
    if not (one.open or one.state == MET):
        raise RefusedError(GONE)
    row, agreed = one.meeting, one.state == COMING
    if refer_to and (refer_to.practice_id != row.practice_id or refer_to.pk == row.member_id):
        raise RefusedError("you can refer to a colleague of your practice who shows a page")
    _answered(row)
    row.declined_at, row.declined_words, row.referred_to = timezone.now(), words.strip(), refer_to
    row.save()
    TakenTime.objects.filter(meeting=row).delete()
    if one.open:
        letters.call_off_meeting(row, agreed=agreed, by="therapist")
    else:
        letters.tell_seeker(row, "search-news")
    record(asker, f"decline {row.what}", row.pk)


@transaction.atomic
def rate_own_side(*, asker: Asker, meeting: Meeting, answers: Mapping[str, int | None]) -> None:
    """The therapist's two answers after the two have met, for the talk about going on. Saved anew, the last counts."""
    one = _asked_of(asker, meeting)
    if one.state != MET:
        raise RefusedError("this is said once you have met")
    checked(THERAPIST, answers)
    one.meeting.own_side, one.meeting.own_side_at = dict(answers), timezone.now()
    one.meeting.save()
    record(asker, "rate own side", meeting.pk)


@transaction.atomic
def agree_to_time(*, search: Search, meeting: Meeting) -> None:
    """The seeker says yes to the time that the therapist proposed."""
    one = own(search, meeting)
    if one.state == COMING:
        return
    if one.state != PROPOSED:
        raise RefusedError(GONE)
    _agree(one.meeting)
    record(STRANGER, f"agree to time of {one.meeting.what}", meeting.pk, practice=meeting.practice_id)


@transaction.atomic
def pick_time(*, search: Search, meeting: Meeting, starts_at: datetime) -> None:
    """The seeker picks another of the free times; the therapist says yes to it again."""
    one = own(search, meeting)
    if not one.open:
        raise RefusedError(GONE)
    row = one.meeting
    if row.starts_at == starts_at and row.proposed_by == "seeker":
        return
    if row.agreed_at:
        letters.unconfirm_meeting(row)
    take(row, starts_at, only_free=True)
    row.proposed_by, row.proposed_words, row.agreed_at = "seeker", "", None
    row.save()
    if row.told_at:
        letters.tell_therapist(row, "request")
    record(STRANGER, f"pick time of {row.what}", row.pk, practice=row.practice_id)


@transaction.atomic
def call_off(*, search: Search, meeting: Meeting) -> None:
    """The seeker takes it back; whoever was asked is told, and the time is free again."""
    one = own(search, meeting)
    if one.meeting.called_off_at:
        return
    if not one.open:
        raise RefusedError(GONE)
    call_off_row(one, by="seeker")
    record(STRANGER, f"call off {one.meeting.what}", meeting.pk, practice=meeting.practice_id)


def call_off_row(one: Standing, *, by: str, tell_seeker: bool = True) -> None:
    """For a search that is forgotten, too: then nothing more is sent to whoever searched."""
    row = one.meeting
    known = row.told_at is not None
    if row.answered_at is None and known:
        _note_wait(row, answered=False)
    row.called_off_at, row.called_off_by = timezone.now(), by
    row.save()
    TakenTime.objects.filter(meeting=row).delete()
    if known:
        letters.call_off_meeting(row, agreed=one.state == COMING, by=by, seeker_too=tell_seeker)


@transaction.atomic
def call_off_all(*, asker: Asker, member: Member) -> int:
    """A therapist works here no more: what is open with them is called off, and whoever asked is told."""
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, member.practice_id):
        raise RefusedError("what somebody was asked for is called off by a manager of their practice")
    found = Meeting.objects.filter(member=member, called_off_at=None, declined_at=None, missed_at=None)
    for untold in found.filter(asked_at__gt=timezone.now()):
        delete_untold(untold)
    open_ones = [one for one in queries.stand(found.select_related(*queries.BEHIND), timezone.now()) if one.open]
    for one in open_ones:
        call_off_row(one, by="practice")
        record(asker, f"call off {one.meeting.what}", one.meeting.pk)
    return len(open_ones)


@transaction.atomic
def say_missed(*, search: Search, meeting: Meeting, undo: bool = False) -> None:
    """'It did not take place', or its undo."""
    row = _locked(meeting)
    if row.search_id != search.pk or not row.agreed_at or not row.ends_at or row.ends_at > timezone.now():
        raise RefusedError(GONE)
    row.missed_at = None if undo else timezone.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise RefusedError("you have asked the same person anew meanwhile, so this one stays as it is") from None
    record(STRANGER, "take back missed" if undo else f"say {row.what} missed", row.pk, practice=row.practice_id)


@transaction.atomic
def give_impression(*, impression: Impression, answers: Mapping[str, int | None]) -> None:
    """Six ticks after a meeting; given again while it is open, the last ones count."""
    checked(SEEKER, answers)
    one = Impression.objects.select_for_update().select_related("meeting").get(pk=impression.pk)
    if queries.impression_state(one, timezone.now()) != "open":
        raise RefusedError("its time is over, so nothing was stored")
    one.answers, one.given_at = dict(answers), timezone.now()
    one.save()
    Search.objects.filter(pk=one.meeting.search_id).update(changed_at=timezone.now())
    record(STRANGER, "give impression", one.pk, practice=one.practice_id)


def _agree(row: Meeting) -> None:
    _answered(row)
    row.agreed_at = timezone.now()
    row.save()
    Search.objects.filter(pk=row.search_id).update(changed_at=row.agreed_at)
    letters.confirm_meeting(row)


def _answered(row: Meeting) -> None:
    """The first answer: how long it took is kept, and nobody is told any more that it is late."""
    if row.answered_at is None:
        _note_wait(row, answered=True)
        row.answered_at = timezone.now()
        notices.cancel(letters.late_key(row))


def _note_wait(row: Meeting, *, answered: bool) -> None:
    hours = queries.hours_waited(row, timezone.now())
    ReplyTime.objects.create(practice_id=row.practice_id, member_id=row.member_id, hours=hours, answered=answered)


def _locked(meeting: Meeting) -> Meeting:
    """It may be gone: whoever searched can forget all of it at any moment."""
    Meeting.objects.select_for_update().filter(pk=meeting.pk).first()
    found = Meeting.objects.select_related(*queries.BEHIND).filter(pk=meeting.pk).first()
    if found is None:
        raise RefusedError("whoever asked has deleted their search, and the request with it")
    return found


def _asked_of(asker: Asker, meeting: Meeting) -> Standing:
    row = _locked(meeting)
    if asker.who != row.member_id or "therapist" not in asker:
        raise RefusedError("a request is answered by the therapist who was asked")
    (one,) = queries.stand([row], timezone.now())
    return one


def own(search: Search, meeting: Meeting) -> Standing:
    """One of this search's, locked, and where it stands now."""
    row = _locked(meeting)
    if row.search_id != search.pk:
        raise RefusedError("this belongs to another search")
    (one,) = queries.stand([row], timezone.now())
    return one
