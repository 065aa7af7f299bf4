"""Who reads what a client said: theirs to change, at any time."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accord.errors import RefusedError
from accord.web import wording
from accord.web.alliance import queries
from accord.web.alliance.models import AnswerSet, Occasion, Words
from accord.web.audit.actions import record
from accord.web.people.asker import Asker


@transaction.atomic
def choose_who_reads(
    *,
    asker: Asker,
    occasion: Occasion,
    seen: Mapping[str, int],
    kept: Mapping[str, Collection[str]],
    words_seen: Collection[UUID] = (),
    words_kept: Collection[UUID] = (),
) -> None:
    """What of one day a client keeps for themself from now on; all else that they were shown is shared.

    `seen` is the version of each measure that they chose for: of a newer one they have not said anything yet. No new
    version is stored, since it would show; and the audit says the same, whichever way it goes.
    """
    occasion = Occasion.objects.select_for_update().select_related("course").get(pk=occasion.pk)
    if asker.who != occasion.course.client_id:
        raise RefusedError("only the client says who reads their answers")
    for name, revision in seen.items():
        _keep(asker, occasion, name, revision, kept.get(name, ()))
    for one in Words.objects.filter(occasion=occasion, pk__in=words_seen):
        if not one.kept or asker.may_reread(one.kept_at):
            one.kept, one.kept_at = one.pk in words_kept, timezone.now()
            one.save(update_fields=["kept", "kept_at"])
    record(asker, "choose who reads", occasion.pk)


def _keep(asker: Asker, occasion: Occasion, name: str, revision: int, kept: Collection[str]) -> None:
    sets = AnswerSet.objects.filter(occasion=occasion, measure=name, rater=AnswerSet.CLIENT)
    last = sets.order_by("-revision").first()
    if last is None or last.revision != revision:
        raise RefusedError("you answered again meanwhile; look at the newer answers below and choose once more")
    may = queries.keepable(wording.measure(name), last.answers or {})
    if asker.may_reread(last.kept_at):
        last.kept, last.kept_at = [item.key for item in may if item.key in kept], timezone.now()
    else:  # what they may not see stays kept
        last.kept = [item.key for item in may if item.key in {*last.kept, *kept}]
    last.save(update_fields=["kept", "kept_at"])
