"""The one way to what was answered: it takes who sees it and for what purpose."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet

from accord import measures
from accord.measures import Measure, Score
from accord.web.alliance.models import AnswerSet, CheckIn, Occasion
from accord.web.alliance.queries.courses import seen_by as courses_seen_by
from accord.web.people.asker import Asker

Purpose = Literal["care", "own"]


@dataclass(frozen=True, slots=True)
class Rating:
    """One measure by one side on one occasion, as the asker may see it, with its score."""

    occasion: UUID
    measure: str
    rater: str
    revision: int
    answers: Mapping[str, int | float | None] | None
    score: Score
    answered_at: datetime
    source: str
    kept: frozenset[str] = frozenset()
    """What the client who asks keeps for themself; of anybody else's asking it is empty."""


def answers(seen_by: Asker, purpose: Purpose, occasion_ids: Iterable[UUID]) -> dict[UUID, list[Rating]]:
    """What was answered on these occasions, the latest revision of each measure and side.

    `own` is a client rereading what they themselves entered; for anybody else a kept answer equals a skipped one.
    """
    if "client" in seen_by and purpose != "own":
        raise ValueError("a client reads their own answers: purpose 'own'")
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=courses_seen_by(seen_by)).values("pk")
    found = AnswerSet.objects.filter(occasion__in=visible)
    if "client" in seen_by:
        found = found.filter(rater=AnswerSet.CLIENT)
    return latest(found, lambda one: seen_by.may_reread(one.kept_at))


def latest(found: "QuerySet[AnswerSet]", own: Callable[[AnswerSet], bool]) -> dict[UUID, list[Rating]]:
    """Of these the latest revision of each, by occasion; `own` says which of them their client rereads."""
    last: dict[tuple[UUID, str, str], AnswerSet] = {}
    for one in found.order_by("revision", "measure", "rater"):  # never by when a row was last written to
        last[one.occasion_id, one.measure, one.rater] = one
    grouped: dict[UUID, list[Rating]] = defaultdict(list)
    for one in last.values():
        grouped[one.occasion_id].append(_rating(one, own=own(one)))
    return grouped


def _rating(one: AnswerSet, *, own: bool) -> Rating:
    given = one.answers if own else one.shared
    score = _score(one.measure, given, one.total, one.measure_version)
    kept = frozenset(one.kept) if own else frozenset()
    return Rating(
        one.occasion_id, one.measure, one.rater, one.revision, given, score, one.answered_at, one.source, kept
    )


def _score(measure: str, given: Mapping[str, int | float | None] | None, total: float | None, version: str) -> Score:
    if given is not None:
        return measures.score(measure, given)
    return Score(
        total=total,
        subscales={},
        missing=(),
        prorated=False,
        risk=None,  # a total alone says nothing of single answers, so never 'no'
        reason="a total brought in alone: its items are not known",
        version=version,
    )


def sent_already(one: CheckIn, measure: Measure, given: Mapping[str, int | float | None], holder: str) -> bool:
    """Whether just these answers are what was stored last; told to the browser that sent them alone.

    Anybody else who holds the link could find out by trying what was answered, kept answers too.
    """
    if not holder or holder != one.sent_by:
        return False
    sets = AnswerSet.objects.filter(occasion=one.occasion, measure=measure.id, rater=AnswerSet.CLIENT)
    last = sets.order_by("-revision").first()
    return bool(last and last.answers and given.items() <= last.answers.items())
