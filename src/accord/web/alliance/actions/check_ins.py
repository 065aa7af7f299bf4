"""The client's side of a session: links, drafts, sending; and the therapist's own rating."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accord import measures
from accord.errors import RefusedError
from accord.web import wording
from accord.web.alliance import queries
from accord.web.alliance.actions.endings import remind
from accord.web.alliance.actions.repairs import declare
from accord.web.alliance.actions.sessions import AFTER_LIFE
from accord.web.alliance.models import AnswerSet, CheckIn, Draft, Occasion, Words
from accord.web.audit.actions import record
from accord.web.notices import actions as notices
from accord.web.people import actions as people
from accord.web.people.asker import Asker
from accord.web.people.keys import token_hash
from accord.web.people.models import Client
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries

Given = Mapping[str, Mapping[str, int | float | None]]
"""measure -> item -> answer; None is a skipped item."""


@transaction.atomic
def renew_link(*, asker: Asker, check_in: CheckIn) -> CheckIn:
    """A new link for the same questions; the old one stops working."""
    check_in = CheckIn.objects.select_for_update().get(pk=check_in.pk)
    check_in.generation += 1
    check_in.token_hash = token_hash(settings.KEYS.token(check_in.pk, check_in.generation))
    check_in.expires_at = max(check_in.expires_at, timezone.now() + AFTER_LIFE)
    check_in.save()
    notices.cancel(f"check-in:{check_in.pk}")
    record(asker, "renew link", check_in.pk)
    return check_in


@transaction.atomic
def send_link(*, asker: Asker, check_in: CheckIn) -> None:
    """Put the link into the outbox, for an after-session check-in not before the session has begun."""
    client = check_in.occasion.course.client
    if not client.email:
        raise RefusedError("this client has no e-mail address here; show or copy the link instead")
    if queries.is_called_off(check_in):
        raise RefusedError("nothing is asked here any more, so no message goes out")
    notices.cancel(f"check-in:{check_in.pk}")
    notices.write(
        practice=check_in.practice_id,
        kind="check-in",
        address=client.email,
        link=check_in.pk,
        generation=check_in.generation,
        cancel_key=f"check-in:{check_in.pk}",
        due_at=max(timezone.now(), queries.opens_at(check_in)),
    )
    record(asker, "send link", check_in.pk)


@transaction.atomic
def change_address(*, asker: Asker, client: Client, email: str) -> None:
    """Another address: what waits for the old one is withdrawn, and whoever came in by it is out.

    What was agreed to be asked after an ending goes to the new one.
    """
    people.set_client_address(asker=asker, client=client, email=email)
    for one in CheckIn.objects.filter(occasion__course__client=client, answered_at=None):
        notices.cancel(f"check-in:{one.pk}")
        if one.occasion.is_follow_up and one.occasion.attended != Occasion.CANCELLED:
            remind(one)  # agreed long before, and nobody is there to send it again


@transaction.atomic
def save_draft(
    *,
    check_in: CheckIn,
    given: Given,
    closing: queries.Closing | None = None,
    holder: str = "",
    order: int = 0,
    in_passing: bool = False,
    at: datetime | None = None,
) -> Draft | None:
    """Keep what was ticked so far; an answer that speaks of danger raises its flag here already.

    A page keeps each tick `in_passing`, numbered by `order`: one that arrives late, after a newer one, changes nothing.
    `closing` is the last page: own words, and what is kept. `holder` is the browser that began: another one begins
    anew, and never reads what the first had ticked or written.
    None when it was sent meanwhile: a second 'send' of the same page must not begin a new draft.
    """
    check_in = CheckIn.objects.select_for_update().get(pk=check_in.pk)
    draft = Draft.objects.filter(check_in=check_in).first()
    if draft is None and check_in.answered_at:
        flag_answers(check_in=check_in, given=given)
        return None
    draft = draft or Draft(check_in=check_in, practice_id=check_in.practice_id, holder=holder)
    if draft.holder != holder:
        draft.answers, draft.order, draft.holder, draft.attempt = {}, 0, holder, uuid4()
        _close(draft, queries.Closing())
    flag_answers(check_in=check_in, given=given, cause=draft.attempt)
    if in_passing and order < draft.order:
        return draft
    _fill(draft, given, closing, order, at or timezone.now())
    if check_in.started_at is None:
        check_in.started_at = draft.saved_at
        check_in.save()
    return draft


def _fill(draft: Draft, given: Given, closing: queries.Closing | None, order: int, at: datetime) -> None:
    for name, items in given.items():
        draft.answers[name] = {**draft.answers.get(name, {}), **items}
    if closing:
        _close(draft, closing)
    draft.order, draft.saved_at = max(order, draft.order), at
    draft.save()


def _close(draft: Draft, closing: queries.Closing) -> None:
    draft.words, draft.words_kept, draft.mended = closing.words, closing.words_kept, closing.mended
    draft.kept = {name: list(items) for name, items in closing.kept.items() if name in draft.check_in.measures}


@transaction.atomic
def flag_answers(*, check_in: CheckIn, given: Given, cause: UUID | None = None) -> None:
    """Raise what has to be raised, also for answers that come too late or twice to be stored.

    Such a one is a new flag as soon as somebody has looked at the one before: nobody else would hear of it again.
    """
    looked_at = safety_queries.looked_at(check_in.occasion.course.client_id)
    cause = cause or uuid5(check_in.pk, str(looked_at))
    for name, items in given.items():
        _flag(check_in, name, items, "check-in", cause)


def _flag(check_in: CheckIn, name: str, items: Mapping[str, Any], source: str, cause: UUID) -> None:
    """To the therapist, and to whoever looks after the course today; one that was handed over has another therapist."""
    measure = wording.measure(name)
    if all(items.get(mark.item) is None for mark in measure.safety):
        return
    course = queries.last_of(check_in.occasion.course)
    meanwhile = queries.looks_after(course, course.practice.today)
    safety.raise_flags(
        asker=by_link(check_in),
        client=check_in.occasion.course.client,
        course=course.pk,
        therapist=course.therapist,
        also=[meanwhile] if meanwhile else [],
        measure=measure,
        answers=items,
        source=source,
        cause=cause,
    )


def by_link(check_in: CheckIn) -> Asker:
    """Whoever holds the link acts as the client, and can only write."""
    return Asker(check_in.practice_id, check_in.occasion.course.client_id, frozenset({"client"}))


@transaction.atomic
def send_check_in(*, check_in: CheckIn, holder: str = "", at: datetime | None = None) -> bool:
    """Turn the draft into answers. False: nothing is stored, since it is sent, or another browser has begun anew."""
    check_in = CheckIn.objects.select_for_update().get(pk=check_in.pk)
    draft = Draft.objects.filter(check_in=check_in).first()
    if draft is None or draft.holder != holder:
        return False
    at = at or timezone.now()
    for name in (measure.id for measure in queries.asked(check_in)):
        given, kept = draft.answers.get(name, {}), draft.kept.get(name, ())
        store(check_in.occasion, name, AnswerSet.CLIENT, given, "check-in", draft.attempt, at, kept)
        _flag(check_in, name, given, "check-in", draft.attempt)
    _say(check_in, draft, at)
    check_in.answered_at, check_in.sent_by = at, draft.holder
    check_in.save()
    draft.delete()
    notices.cancel(f"check-in:{check_in.pk}")
    record(by_link(check_in), "send check-in", check_in.pk)
    return True


def _say(check_in: CheckIn, draft: Draft, at: datetime) -> None:
    """Their own words, and their word on what is being mended. No line in the audit tells whether there were any."""
    if draft.words:
        said = Words(practice_id=check_in.practice_id, occasion=check_in.occasion, attempt=draft.attempt, said_at=at)
        said.text, said.kept = draft.words, draft.words_kept
        said.save(force_insert=True)
    word = queries.Closing(mended=draft.mended).word
    if word is not None and (repair := queries.awaits_word(check_in)):
        declare(asker=by_link(check_in), repair=repair, mended=word, at=at)


@transaction.atomic
def answer_again(*, check_in: CheckIn, holder: str = "") -> Draft:
    """Begin anew with empty questions; until it is sent, the earlier answers count."""
    begun = {"practice_id": check_in.practice_id, "holder": holder}
    draft, _ = Draft.objects.get_or_create(check_in=check_in, defaults=begun)
    record(by_link(check_in), "answer again", check_in.pk)
    return draft


@transaction.atomic
def rate_session(
    *, asker: Asker, occasion: Occasion, items: Mapping[str, Any], attempt: UUID, at: datetime | None = None
) -> bool:
    """The therapist's own side of the Alliance check-in; sent twice it is stored once."""
    occasion = Occasion.objects.select_for_update().get(pk=occasion.pk)
    if before := AnswerSet.objects.filter(attempt=attempt).first():
        if before.answers == dict(items):
            return False
        attempt = uuid4()  # the page was changed after it was sent: a new version
    store(occasion, "alliance", AnswerSet.THERAPIST, items, "therapist", attempt, at)
    record(asker, "rate session", occasion.pk)
    return True


def store(
    occasion: Occasion,
    name: str,
    rater: str,
    items: Mapping[str, Any],
    source: str,
    attempt: UUID,
    at: datetime | None = None,
    kept: Collection[str] = (),
) -> AnswerSet:
    """`kept` names the answers that a client keeps for themself; a skipped or a self-harm item never is."""
    measure = wording.measure(name)
    measures.score(measure, items)  # refuses what is out of range before anything is written
    before = AnswerSet.objects.filter(occasion=occasion, measure=name, rater=rater)
    return AnswerSet.objects.create(
        practice_id=occasion.practice_id,
        occasion=occasion,
        measure=name,
        measure_version=measure.version,
        rater=rater,
        revision=(before.aggregate(last=Max("revision"))["last"] or 0) + 1,
        answers=dict(items),
        kept=[item.key for item in queries.keepable(measure, items) if item.key in kept],
        source=source,
        attempt=attempt,
        answered_at=at or timezone.now(),
    )
