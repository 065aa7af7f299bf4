"""What is sent on account of a meeting, to whom, when, and what takes it back. Neutral words, no name in them."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accord.web.fit import queries
from accord.web.fit.appointment import SEEKERS, THERAPISTS, calendar_file
from accord.web.fit.models import Impression, Meeting, Search, Waiting
from accord.web.notices import actions as notices
from accord.web.people.keys import token_hash

NEXT_DAY_AT, SOON_AFTER = time(18), timedelta(minutes=5)


def tell_of_request(one: Meeting) -> None:
    """The therapist now; the seeker, if nobody has answered by the practice's limit."""
    one.told_at = timezone.now()
    one.save(update_fields=["told_at"])
    tell_therapist(one, "request")
    limit = timedelta(days=queries.rules(one.practice_id).reply_days)
    tell_seeker(one, "search-news", cancel_key=late_key(one), due_at=timezone.now() + limit)


def of_search(search_id: UUID) -> str:
    """How the keys of all letters to one seeker begin, so that they can be deleted together."""
    return f"search:{search_id.hex}:"


def tell_of_suggestion(one: Meeting) -> None:
    """Both, once it can no longer be undone unseen; the seeker again, if nobody has answered by the limit."""
    tell_therapist(one, "request", cancel_key=suggestion_key(one), due_at=one.asked_at)
    tell_seeker(one, "search-news", cancel_key=suggestion_key(one), due_at=one.asked_at)
    limit = timedelta(days=queries.rules(one.practice_id).reply_days)
    tell_seeker(one, "search-news", cancel_key=late_key(one), due_at=one.asked_at + limit)


def suggestion_key(one: Meeting) -> str:
    return f"{of_search(one.search_id)}suggest:{one.pk.hex}"


def ask_whether_still_waiting(one: Waiting) -> None:
    """In some weeks, if nothing comes of it before; only the last of these letters counts."""
    person = one.search.seeker
    notices.cancel(still_waiting_key(one))
    notices.write(
        practice=one.practice_id,
        kind="still-waiting",
        address=person.email,
        path=SEEKERS,
        cancel_key=still_waiting_key(one),
        due_at=timezone.now() + queries.ASK_AFTER,
    )


def still_waiting_key(one: Waiting) -> str:
    return f"{of_search(one.search_id)}still:{one.pk.hex}"


def late_key(one: Meeting) -> str:
    return f"{of_search(one.search_id)}late:{one.pk.hex}"


def tell_therapist(
    one: Meeting, kind: str, *, attachment: str = "", cancel_key: str = "", due_at: datetime | None = None
) -> None:
    account = one.member.account
    if account and account.is_active:
        notices.write(
            practice=one.practice_id,
            kind=kind,
            address=account.email,
            path=THERAPISTS,
            cancel_key=cancel_key,
            due_at=due_at,
            attachment=attachment,
        )


def tell_seeker(
    one: Meeting, kind: str, *, attachment: str = "", cancel_key: str = "", due_at: datetime | None = None
) -> None:
    person = one.search.seeker
    if person.confirmed_at:
        notices.write(
            practice=one.practice_id,
            kind=kind,
            address=person.email,
            path=SEEKERS,
            cancel_key=cancel_key or of_search(one.search_id),
            due_at=due_at,
            attachment=attachment,
        )


def confirm_meeting(one: Meeting) -> None:
    """Both get the appointment; the seeker is asked how it was, just after and on the next evening."""
    now = timezone.now()
    tell_seeker(one, "appointment", attachment=calendar_file(one, path=SEEKERS, now=now))
    tell_therapist(one, "appointment", attachment=calendar_file(one, path=THERAPISTS, now=now))
    assert one.ends_at
    zone = one.practice.zone
    evening = datetime.combine(one.ends_at.astimezone(zone).date() + timedelta(days=1), NEXT_DAY_AT, zone)
    _ask_how_it_was(one, Impression.FIRST, one.ends_at + SOON_AFTER)
    _ask_how_it_was(one, Impression.NEXT, evening)


def _ask_how_it_was(one: Meeting, day: str, opens_at: datetime) -> None:
    asked = Impression.objects.filter(meeting=one, day=day).first() or Impression(
        practice_id=one.practice_id, meeting=one, day=day
    )
    token = settings.KEYS.token(asked.pk, 0)
    asked.opens_at, asked.token_hash = opens_at, token_hash(token)
    asked.save()
    person, key = one.search.seeker, impression_key(one)
    if person.confirmed_at:
        path = f"/i/{token}/"
        notices.write(
            practice=one.practice_id,
            kind="impression",
            address=person.email,
            path=path,
            cancel_key=key,
            due_at=opens_at,
        )


def impression_key(one: Meeting) -> str:
    return f"{of_search(one.search_id)}rate:{one.pk.hex}"


def unconfirm_meeting(one: Meeting) -> None:
    """What was to be asked afterwards is not, as the meeting is off or gets another time."""
    notices.cancel(impression_key(one))
    Impression.objects.filter(meeting=one, given_at=None).delete()


def way_back_key(one: Search) -> str:
    return f"{of_search(one.pk)}way-back"


def call_off_meeting(one: Meeting, *, agreed: bool, by: str, seeker_too: bool = True) -> None:
    """Whoever did not call it off is told; where there was an appointment, both calendars are cleared.

    `seeker_too`: not where they deleted their search, and with it their address.
    """
    now, attached = timezone.now(), {"seeker": "", "therapist": ""}
    if agreed:
        attached = {
            "seeker": calendar_file(one, path=SEEKERS, now=now, off=True),
            "therapist": calendar_file(one, path=THERAPISTS, now=now, off=True),
        }
    notices.cancel(late_key(one))
    unconfirm_meeting(one)
    if seeker_too and (agreed or by != "seeker"):
        tell_seeker(one, "appointment-off" if agreed else "search-news", attachment=attached["seeker"])
    if agreed or by != "therapist":
        tell_therapist(one, "appointment-off" if agreed else "request-news", attachment=attached["therapist"])
