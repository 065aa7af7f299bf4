"""Courses that are over, for a practice's totals: how each ended, first and last scores. Nobody's name or id."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from accord import measures
from accord.outcome.practice import Over
from accord.web import wording
from accord.web.alliance.models import AnswerSet, CheckIn, Course, Ending, Occasion
from accord.web.alliance.models.asked import Answers, without_kept
from accord.web.people.asker import Asker

HELD = (Occasion.YES, Occasion.LATE)


def finished(asker: Asker, of: Iterable[str]) -> list[Over]:
    """Every course of the asker's practice that is over, with its scores on these measures; for a manager's totals.

    What a client keeps counts as skipped. A client who went on with a colleague has one course, from the first
    session with the first to the last with the last, and it is over when that one is. The number of queries is fixed.
    """
    if "manager" not in asker:
        return []
    known = {one.pk: one for one in Course.objects.filter(practice=asker.practice).select_related("practice")}
    follows = {one.continues_id for one in known.values()}
    over = [one for one in known.values() if one.ended_on and one.pk not in follows]
    how = dict(Ending.objects.filter(practice=asker.practice).values_list("course", "how"))
    held = _occasions(asker.practice)
    rated = _rated(asker.practice, frozenset(of))
    asked = _asked(asker.practice)
    chains = [_chain(one, known) for one in over]
    return [_over(chain, how.get(chain[-1].pk, ""), held, rated, asked) for chain in chains]


def _chain(last: Course, known: Mapping[UUID, Course]) -> list[Course]:
    """From the first therapist's course to the last one's."""
    chain = [last]
    while before := chain[0].continues_id:
        chain.insert(0, known[before])
    return chain


def _occasions(practice: UUID | None) -> dict[UUID, list[Occasion]]:
    """All but follow-ups, which come after the end; in order of time."""
    grouped: dict[UUID, list[Occasion]] = defaultdict(list)
    fields = ("course_id", "number", "held_on", "starts_at", "attended")
    found = Occasion.objects.filter(practice=practice, course__ended_on__isnull=False).only(*fields)
    for one in found:
        if not one.is_follow_up:
            grouped[one.course_id].append(one)
    for rows in grouped.values():
        rows.sort(key=lambda one: (one.held_on or date.max, one.number or 0))
    return grouped


class Given(NamedTuple):
    """One set of answers, read without a row's weight: a large practice has hundreds of thousands."""

    measure: str
    answers: Answers | None
    kept: Sequence[str]
    total: float | None

    @property
    def score(self) -> float | None:
        """As everybody but their client knows it: a kept answer is a skipped one."""
        if self.answers is None:
            return self.total
        return measures.score(wording.measure(self.measure), without_kept(self.answers, self.kept) or {}).total


def _rated(practice: UUID | None, of: frozenset[str]) -> dict[UUID, dict[str, Given]]:
    """The latest answers of each client to each of these measures, by occasion."""
    found = AnswerSet.objects.filter(practice=practice, rater=AnswerSet.CLIENT, measure__in=of)
    rows = found.filter(occasion__course__ended_on__isnull=False).order_by("revision")
    grouped: dict[UUID, dict[str, Given]] = defaultdict(dict)
    for occasion, *given in rows.values_list("occasion", "measure", "answers", "kept", "total").iterator():
        grouped[occasion][given[0]] = Given(*given)
    return grouped


def _asked(practice: UUID | None) -> dict[UUID, list[bool]]:
    """For each course whether each check-in of a session that took place was answered."""
    called_off = (Occasion.NO, Occasion.CANCELLED)
    found = CheckIn.objects.filter(practice=practice, occasion__course__ended_on__isnull=False)
    found = found.exclude(occasion__attended__in=called_off).exclude(occasion__number=None)
    grouped: dict[UUID, list[bool]] = defaultdict(list)
    for course, answered_at in found.values_list("occasion__course", "answered_at"):
        grouped[course].append(answered_at is not None)
    return grouped


def _over(
    chain: Sequence[Course],
    how: str,
    held: Mapping[UUID, Sequence[Occasion]],
    rated: Mapping[UUID, Mapping[str, Given]],
    asked: Mapping[UUID, Sequence[bool]],
) -> Over:
    rows = [row for one in chain for row in held.get(one.pk, ())]
    came = [row for row in rows if row.number and (row.attended in HELD or _was_rated(row, rated))]
    known = [row for row in rows if row in came or (row.number and row.attended == Occasion.NO)]
    answered = [each for one in chain for each in asked.get(one.pk, ())]
    assert chain[-1].ended_on
    return Over(
        ended_on=chain[-1].ended_on,
        leaders=frozenset(one.therapist_id for one in chain if one.therapist_id),
        scores=_ends([rated[row.pk] for row in rows if row.pk in rated]),
        how=how,
        wait=_wait(chain[0], came),
        asked=len(answered),
        answered=sum(answered),
        held=len(came),
        missed_last=bool(known) and known[-1].attended == Occasion.NO,
    )


def _was_rated(row: Occasion, rated: Mapping[UUID, object]) -> bool:
    """Files often do not say who came: a session that was rated was held."""
    return row.attended == Occasion.BOOKED and row.pk in rated


def _ends(rows: Sequence[Mapping[str, Given]]) -> dict[str, tuple[float, float]]:
    """First and last total of each measure, where there are two ratings that give one; those between are not scored."""
    found = {}
    for name in {name for row in rows for name in row}:
        sets = [row[name] for row in rows if name in row]
        first = next(((place, score) for place, one in enumerate(sets) if (score := one.score) is not None), None)
        later = sets[first[0] + 1 :] if first else []
        last = next((score for one in reversed(later) if (score := one.score) is not None), None)
        if first and last is not None:
            found[name] = (first[1], last)
    return found


def _wait(first: Course, came: Sequence[Occasion]) -> int | None:
    """Days from the opening to the first session; not known of a course that was opened after it, out of a file."""
    if not came or came[0].held_on is None:
        return None
    days = (came[0].held_on - first.opened_at.astimezone(first.practice.zone).date()).days
    return days if days >= 0 else None
