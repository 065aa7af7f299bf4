"""The one way to what was answered: it takes who sees it and for what purpose."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

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


def answers(seen_by: Asker, purpose: Purpose, occasion_ids: Iterable[UUID]) -> dict[UUID, list[Rating]]:
    """What was answered on these occasions, the latest revision of each measure and side.

    `own` is a person rereading what they themselves entered; for `care` a kept answer equals a skipped one.
    """
    if "client" in seen_by and purpose != "own":
        raise ValueError("a client reads their own answers: purpose 'own'")
    visible = Occasion.objects.filter(pk__in=list(occasion_ids), course__in=courses_seen_by(seen_by)).values("pk")
    found = AnswerSet.objects.filter(occasion__in=visible)
    if "client" in seen_by:
        found = found.filter(rater=AnswerSet.CLIENT)
    latest: dict[tuple[UUID, str, str], AnswerSet] = {}
    for one in found.order_by("revision"):
        latest[one.occasion_id, one.measure, one.rater] = one
    grouped: dict[UUID, list[Rating]] = defaultdict(list)
    for one in latest.values():
        grouped[one.occasion_id].append(_rating(one, hide_kept=purpose == "care"))
    return grouped


def _rating(one: AnswerSet, *, hide_kept: bool) -> Rating:
    given = one.answers
    if given is not None and hide_kept and one.kept:
        given = {item: None if item in one.kept else value for item, value in given.items()}
    score = _score(one.measure, given, one.total, one.measure_version)
    return Rating(one.occasion_id, one.measure, one.rater, one.revision, given, score, one.answered_at, one.source)


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


def sent_already(one: CheckIn, measure: Measure, given: Mapping[str, int | float | None]) -> bool:
    """Whether just these answers are what was stored last."""
    sets = AnswerSet.objects.filter(occasion=one.occasion, measure=measure.id, rater=AnswerSet.CLIENT)
    last = sets.order_by("-revision").first()
    return bool(last and last.answers and given.items() <= last.answers.items())
