"""A seeker and the lists they wait on: joining, staying, leaving, and what they say to somebody who is suggested."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.web.audit.actions import record
from accord.web.fit import queries
from accord.web.fit import search as plain
from accord.web.fit.actions import letters
from accord.web.fit.actions.asking import Who, known_as
from accord.web.fit.actions.deciding import thank
from accord.web.fit.actions.flooding import no_flood
from accord.web.fit.actions.listed import give_number, leave_lists, sign_of_life
from accord.web.fit.actions.meetings import GONE, call_off_row, own
from accord.web.fit.actions.searches import begin_search, save_answers
from accord.web.fit.actions.way_back import ask_to_confirm
from accord.web.fit.models import Meeting, Search, Seeker, Waiting
from accord.web.fit.standing import COMING, MET
from accord.web.people.asker import STRANGER, Asker
from accord.web.people.models import Client, Practice


@transaction.atomic
def join_list(*, search: Search, practice: Practice, who: Who, client: Client | None = None) -> Waiting:
    """'Let the practice find someone for me.' Twice is once; the address is confirmed as when asking for a call."""
    search = Search.objects.select_for_update().get(pk=search.pk)
    there = next((one for one in queries.waitings(search) if one.practice_id == practice.pk), None)
    if there is None:
        _may_join(search, practice, who)
    person = known_as(search, who, client, timezone.now())
    search.changed_at = timezone.now()
    search.save(update_fields=["changed_at"])
    one = there or Waiting.objects.create(practice=practice, search=search)
    if there is None:
        record(STRANGER, "join list", one.pk, practice=practice.pk)
    _confirm(person, one)
    return one


def _confirm(person: Seeker, one: Waiting) -> None:
    """They count once their address is confirmed, as when asking for a call."""
    if person.confirmed_at and one.number is None:
        give_number(one)
    elif not person.confirmed_at:
        no_flood(person, (), timezone.now())
    ask_to_confirm(person, one.practice_id)


def _may_join(search: Search, practice: Practice, who: Who) -> None:
    if not queries.rules(practice).assigns:
        raise RefusedError(f"{practice.name} keeps no waiting list just now; you can still ask its therapists yourself")
    if plain.read(search.needs).missing:
        raise RefusedError("answer the four questions first: whom the practice finds goes by them")
    if not who.phone.strip():
        raise UsageError("write a number: whoever is found may ring you for the first call")


@transaction.atomic
def put_on_list(*, asker: Asker, practice: Practice, needs: Mapping[str, Any], who: Who, since: datetime) -> Waiting:
    """Somebody whom the practice knows already, by telephone or from its old list, with the day since they have waited.

    They get the same letter as everyone, and count once they have opened it: the practice cannot confirm for them.
    """
    if "manager" not in asker or asker.practice != practice.pk:
        raise RefusedError("the practice's list is kept by its manager")
    search = begin_search()
    for page in plain.FOUR:
        save_answers(search=search, page=page, given=needs if page == plain.FOUR[0] else {})
    search.refresh_from_db()
    _may_join(search, practice, who)
    one = Waiting.objects.create(practice=practice, search=search, joined_at=since)
    record(asker, "put on list", one.pk)
    _confirm(known_as(search, who, None, timezone.now()), one)
    return one


@transaction.atomic
def leave_list(*, search: Search, waiting: Waiting) -> None:
    """Off the list; who is suggested already stays among the calls. Whoever joins again begins anew."""
    one = _mine(search, waiting)
    if one.left_at is None:
        leave_lists(search, only=one)
        record(STRANGER, "leave list", one.pk, practice=one.practice_id)


@transaction.atomic
def stay_on_list(*, search: Search, waiting: Waiting) -> None:
    """'I am still waiting': kept for the next months."""
    one = _mine(search, waiting)
    if one.left_at:
        raise RefusedError("you are not on this list any more; you can join it again from your list")
    Search.objects.filter(pk=search.pk).update(changed_at=timezone.now())
    sign_of_life(search)
    record(STRANGER, "stay on list", one.pk, practice=one.practice_id)


@transaction.atomic
def welcome(*, search: Search, meeting: Meeting) -> None:
    """Yes to somebody who is suggested, at a time that the therapist proposes."""
    one = own(search, meeting)
    suggestion = one.meeting.suggested
    if suggestion is None or not one.waits_for_therapist:
        raise RefusedError(GONE)
    if suggestion.welcomed_at is None:
        suggestion.welcomed_at = timezone.now()
        suggestion.save(update_fields=["welcomed_at"])
        letters.tell_therapist(one.meeting, "request")
        record(STRANGER, "welcome suggestion", suggestion.pk, practice=suggestion.practice_id)


@transaction.atomic
def ask_for_another(*, search: Search, meeting: Meeting) -> None:
    """'Somebody else, please': back on the list with the time waited so far; this therapist is not suggested again."""
    one = own(search, meeting)
    if one.meeting.suggested is None:
        raise RefusedError("nobody suggested them; on your list you can choose others")
    if one.meeting.called_off_at or one.meeting.passed_over_at:
        return
    if one.state == MET:
        thank(one)
    elif one.open:
        call_off_row(one, by="seeker", tell_seeker=one.state == COMING)
    else:
        raise RefusedError(GONE)
    Search.objects.filter(pk=search.pk).update(changed_at=timezone.now())
    record(STRANGER, "ask for another", one.meeting.suggested.pk, practice=meeting.practice_id)


def _mine(search: Search, waiting: Waiting) -> Waiting:
    one = Waiting.objects.select_for_update().get(pk=waiting.pk)
    if one.search_id != search.pk:
        raise RefusedError("this place on a list belongs to another search")
    return one
