"""What becomes of a place on a list on account of something else: an address confirmed, somebody asked or chosen."""

from uuid import UUID

from django.utils import timezone

from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit.actions import letters
from accord.web.fit.models import FindingRules, Meeting, Search, Waiting
from accord.web.notices import actions as notices
from accord.web.people.asker import STRANGER


def confirm_places(search: Search) -> None:
    """From now on they count, by a number of their own; they have waited since they asked for it."""
    for one in queries.waitings(search):
        if one.number is None:
            give_number(one)
            record(STRANGER, "wait on list", one.pk, practice=one.practice_id)


def give_number(one: Waiting) -> None:
    """The next one of this practice; a number that was somebody's is never given again."""
    FindingRules.objects.get_or_create(practice_id=one.practice_id)
    rules = FindingRules.objects.select_for_update().get(practice_id=one.practice_id)
    rules.last_number += 1
    rules.save(update_fields=["last_number"])
    one.number = rules.last_number
    one.save()
    letters.ask_whether_still_waiting(one)


def sign_of_life(search: Search) -> None:
    """They did something with their search: the letter that asks whether they still wait is put off."""
    for one in queries.waitings(search):
        if one.number:
            letters.ask_whether_still_waiting(one)


def take_back_untold(search: Search, member_id: UUID | None = None) -> None:
    """What the practice would suggest, but of which nobody has heard: gone, with its letters."""
    untold = Meeting.objects.filter(search=search, asked_at__gt=timezone.now())
    for one in untold.filter(member=member_id) if member_id else untold:
        delete_untold(one)


def delete_untold(one: Meeting) -> None:
    for key in (letters.suggestion_key(one), letters.late_key(one)):
        notices.cancel(key)
    one.delete()


def leave_lists(search: Search, only: Waiting | None = None) -> None:
    """They do not wait any more; what was suggested and told stays as it is."""
    for one in [only] if only else queries.waitings(search):
        one.left_at = timezone.now()
        one.save(update_fields=["left_at"])
        notices.cancel(letters.still_waiting_key(one))
    untold = Meeting.objects.filter(search=search, asked_at__gt=timezone.now())
    for each in untold.filter(practice=only.practice_id) if only else untold:
        delete_untold(each)
