"""What a client said in their own words, what they may keep for themself, and what they brought to a session."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from accord.measures import Item, Measure
from accord.web import wording
from accord.web.alliance.models import AnswerSet, Brought, CheckIn, Course, Declared, Occasion, Words
from accord.web.alliance.queries.courses import seen_by
from accord.web.people.asker import Asker


@dataclass(frozen=True, slots=True)
class Closing:
    """The last page of a check-in: own words, what is kept, and a word on whether something is mended."""

    YES, NOT_YET, NOTHING = "yes", "not yet", "nothing"

    words: str = ""
    words_kept: bool = False
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mended: str = ""

    @property
    def word(self) -> bool | None:
        """Mended or not; None where there is nothing to be said of it."""
        return {self.YES: True, self.NOT_YET: False}.get(self.mended)


def words(asker: Asker, occasion_ids: Iterable[UUID]) -> dict[UUID, list[Words]]:
    """A client's own words on these occasions, the oldest first: all of them to the client, to others the shared."""
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=seen_by(asker)).values("pk")
    found = Words.objects.filter(occasion__in=visible)
    if "client" not in asker:
        found = found.filter(kept=False)
    grouped: dict[UUID, list[Words]] = defaultdict(list)
    for one in found.order_by("said_at"):
        if not one.kept or asker.may_reread(one.kept_at):
            grouped[one.occasion_id].append(one)
    return grouped


def keepable(measure: Measure, given: Mapping[str, int | float | None]) -> list[Item]:
    """The answered questions that a client may keep for themself: never one that asks about self-harm."""
    listed = {mark.item for mark in measure.safety}
    return [item for item in measure.items if given.get(item.key) is not None and item.key not in listed]


def never_kept(measure: Measure, given: Mapping[str, int | float | None]) -> list[Item]:
    """The answered questions that always go to the clinician responsible."""
    listed = {mark.item for mark in measure.safety}
    return [item for item in measure.items if given.get(item.key) is not None and item.key in listed]


def closing_sent_already(one: CheckIn, closing: Closing, holder: str) -> bool:
    """Whether the last page was stored just so; told to the browser that sent it alone, as for the answers."""
    if not holder or holder != one.sent_by or one.answered_at is None:
        return False
    return (
        _said_just_so(one, closing, one.answered_at)
        and _declared_just_so(one, closing.word, one.answered_at)
        and _kept_just_so(one, closing, one.answered_at)
    )


def _said_just_so(one: CheckIn, closing: Closing, sent_at: datetime) -> bool:
    said = Words.objects.filter(occasion=one.occasion, said_at=sent_at).first()
    if said is None:
        return not closing.words
    return (said.text, said.kept) == (closing.words, closing.words_kept)


def _declared_just_so(one: CheckIn, mended: bool | None, sent_at: datetime) -> bool:
    """Said with the check-in, or in the hour before it: then the check-in stored no second word."""
    if mended is None:
        return True
    said = Declared.objects.filter(repair__course=one.occasion.course, by=Declared.CLIENT, mended=mended)
    return said.filter(said_at__lte=sent_at, said_at__gte=sent_at - timedelta(hours=1)).exists()


def _kept_just_so(one: CheckIn, closing: Closing, sent_at: datetime) -> bool:
    sets = AnswerSet.objects.filter(occasion=one.occasion, rater=AnswerSet.CLIENT, answered_at=sent_at)
    for last in sets:
        may = {item.key for item in keepable(wording.measure(last.measure), last.answers or {})}
        if set(last.kept) != may & set(closing.kept.get(last.measure, ())):
            return False
    return True


def what_was_brought(asker: Asker, courses: Iterable[Course]) -> dict[UUID, list[Brought]]:
    """What clients brought to their sessions and did not take back, the newest first."""
    seen = seen_by(asker).filter(pk__in=[one.pk for one in courses])
    grouped: dict[UUID, list[Brought]] = defaultdict(list)
    for one in Brought.objects.filter(course__in=seen, withdrawn_at=None).order_by("-brought_at"):
        grouped[one.course_id].append(one)
    return grouped
