"""A manager assigns those who wait, once however often they press, and takes it back.

Letters wait a quarter of an hour, and until then neither side sees anything: an assignment that is undone by then
reaches nobody. Later only what is not agreed yet is called off.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.audit.actions import record
from accord.web.fit import preview, queries
from accord.web.fit.actions import letters
from accord.web.fit.actions.listed import delete_untold
from accord.web.fit.actions.meetings import call_off_row
from accord.web.fit.models import Assignment, FindingRules, Meeting, Offer, Suggestion, Waiting
from accord.web.fit.queries import times
from accord.web.fit.standing import COMING, Standing
from accord.web.people.asker import Asker

QUIET = timedelta(minutes=15)


class StaleError(RefusedError):
    """The list or the places are not what the preview showed; `changes` says how, in sentences."""

    def __init__(self, changes: Sequence[str]) -> None:
        super().__init__("what the preview showed does not hold any more, so nobody was assigned")
        self.changes = list(changes)


@dataclass(frozen=True)
class Undone:
    """How many pairs were taken back before anybody heard of them, called off after, and stay as they are."""

    unseen: int
    called_off: int
    stay: int


@transaction.atomic
def apply_assignment(*, asker: Asker, stamp: str, numbers: Collection[int]) -> Assignment:
    """Suggest to each of these people the therapist whom the preview showed.

    All or none. `stamp` is what the preview stood on: sent again it changes nothing, and where anything of it has
    changed, it is refused. Places are counted with the practice's offers locked, so that none is given twice.
    """
    _may(asker)
    before = preview.read(stamp, asker)
    FindingRules.objects.get_or_create(practice_id=asker.home)
    FindingRules.objects.select_for_update().get(practice_id=asker.home)
    if there := Assignment.objects.filter(pk=before.attempt, practice=asker.home).first():
        return there
    offers = {one.pk: one for one in Offer.objects.select_for_update().filter(practice=asker.home)}
    now = timezone.now()
    board = queries.board(asker, now)
    if changes := preview.changes(before, board):
        raise StaleError(changes)
    pairs = [(number, offers[member]) for number, member in before.pairs if number in numbers]
    if not pairs:
        raise UsageError("got no pair; leave at least one ticked")
    there = Assignment.objects.create(
        pk=before.attempt,
        practice_id=asker.home,
        made_by_id=asker.me,
        pairs=len(pairs),
        made_at=now,
        told_at=now + QUIET,
    )
    waiting = {each.number: each.waiting for each in board.people}
    for number, offer in pairs:
        _suggest(there, waiting[number], offer)
    record(asker, "apply assignment", there.pk)
    return there


def _suggest(assignment: Assignment, waiting: Waiting, offer: Offer) -> None:
    same = {"practice_id": assignment.practice_id, "member_id": offer.pk}
    one = Meeting.objects.create(
        **same,
        search=waiting.search,
        kind=Meeting.CALL,
        minutes=times.minutes_of(offer, Meeting.CALL),
        rings=offer.rings,
        cost=offer.call_cost,
        asked_at=assignment.told_at,
        told_at=assignment.told_at,
    )
    Suggestion.objects.create(**same, assignment=assignment, waiting=waiting, meeting=one)
    letters.tell_of_suggestion(one)


@transaction.atomic
def undo_assignment(*, asker: Asker, assignment: Assignment) -> Undone:
    """Take back what is not agreed; everyone concerned waits again, as long as before. Undone twice is undone once."""
    _may(asker)
    one = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if one.practice_id != asker.practice:
        raise RefusedError("this was assigned by another practice")
    if one.undone_at:
        return Undone(0, 0, 0)
    now = timezone.now()
    found = list(queries.stands(queries.suggestions(one), now).values())
    undone = _take_back_all(found) if now < one.told_at else _call_off(found)
    if not undone.unseen + undone.called_off:
        raise RefusedError("nothing of it can be taken back: each pair is agreed, or over")
    one.undone_at = now
    one.save(update_fields=["undone_at"])
    record(asker, "undo assignment", one.pk)
    return undone


def _take_back_all(found: Sequence[Standing]) -> Undone:
    for each in found:
        delete_untold(each.meeting)
    return Undone(len(found), 0, 0)


def _call_off(found: Sequence[Standing]) -> Undone:
    can = [each for each in found if may_call_off(each)]
    for each in can:
        call_off_row(each, by="practice")
    return Undone(0, len(can), len(found) - len(can))


def may_call_off(one: Standing) -> bool:
    return one.open and one.state != COMING


def _may(asker: Asker) -> None:
    if "manager" not in asker:
        raise RefusedError("the practice's list is assigned by its manager")
