"""Sessions of a whole practice for figures of many: no name, nothing a client keeps, each client once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from django.db.models import Min, QuerySet

from accord import measures
from accord.web.alliance.models import AnswerSet, Course, Occasion
from accord.web.alliance.models.asked import Answers, without_kept
from accord.web.people.asker import Asker

Released = Literal["evaluation", "research"]
Side = tuple[str, str]
"""A measure and who filled it in."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of one client: its number, counted from their first one here, and what each side answered.

    `answers` holds the items of each side as everybody but the client knows them; `totals` the score, None where
    there is none. `attended` is None where nobody wrote it down and nothing was rated.
    """

    client: UUID
    therapist: UUID
    number: int
    held_on: date
    attended: str | None
    totals: Mapping[Side, float | None]
    answers: Mapping[Side, Answers]


class _Held(NamedTuple):
    occasion: UUID
    course: UUID
    held_on: date
    number: int
    attended: str


def for_release(
    asker: Asker,
    purpose: Released,
    practice: UUID,
    first: date,
    until: date,
    clients: Collection[UUID] | None = None,
) -> list[Session]:
    """All sessions from `first` until before `until`, for whoever makes a practice's figures; in five queries.

    clients     who may be in it: for research those who said yes, and it has to be given; None is everybody

    A client who went on with a colleague has one course. Who was here twice is in it once, with the course of which
    more sessions fall in. Sessions without a day or a number are in none.
    """
    if purpose == "research" and clients is None:
        raise ValueError("research takes only clients who said yes: got no list of them")
    if not _may(asker, practice):
        return []
    courses = _courses(practice, clients)
    chains = _chains(courses, _held(practice, until))
    chosen = _one_each(courses, chains, first)
    answered = _answered(practice, first, until)
    return [one for chain in chosen for one in _sessions(chain, courses, first, answered)]


def _may(asker: Asker, practice: UUID) -> bool:
    return bool(asker.roles & {"manager", "operator"}) and asker.practice in (None, practice)


def first_session_day(asker: Asker, practice: UUID) -> date | None:
    """From when on there is anything to release."""
    if not _may(asker, practice):
        return None
    found: date | None = _numbered(practice).aggregate(day=Min("held_on"))["day"]
    return found


def how_many_sessions(asker: Asker, practice: UUID, first: date, until: date) -> int:
    """How much work a release of these is."""
    return _numbered(practice).filter(held_on__gte=first, held_on__lt=until).count() if _may(asker, practice) else 0


def _numbered(practice: UUID) -> "QuerySet[Occasion]":
    found = Occasion.objects.filter(practice=practice, course__therapist__isnull=False)
    return found.exclude(number=None).exclude(held_on=None)


def _courses(practice: UUID, clients: Collection[UUID] | None) -> dict[UUID, Course]:
    found = Course.objects.filter(practice=practice).only("client_id", "therapist_id", "continues_id")
    return {one.pk: one for one in found if clients is None or one.client_id in clients}


def _held(practice: UUID, until: date) -> dict[UUID, list[_Held]]:
    """By course, in order of time; also those before the period, so that each has its true number."""
    grouped: dict[UUID, list[_Held]] = defaultdict(list)
    fields = ("pk", "course_id", "held_on", "number", "attended")
    rows = _numbered(practice).filter(held_on__lt=until).order_by("held_on", "number").values_list(*fields)
    for row in rows.iterator():
        grouped[row[1]].append(_Held(*row))
    return grouped


def _chains(courses: Mapping[UUID, Course], held: Mapping[UUID, Sequence[_Held]]) -> dict[UUID, list[_Held]]:
    """The sessions of each course and of those it goes on from, under the first of them."""
    chains: dict[UUID, list[_Held]] = defaultdict(list)
    for one in courses.values():
        root, seen = one, {one.pk}
        while (before := courses.get(root.continues_id or root.pk)) and before.pk not in seen:
            root = before
            seen.add(root.pk)
        chains[root.pk] += held.get(one.pk, ())
    return {root: sorted(rows, key=lambda row: (row.held_on, row.number)) for root, rows in chains.items()}


def _one_each(
    courses: Mapping[UUID, Course], chains: Mapping[UUID, Sequence[_Held]], first: date
) -> list[Sequence[_Held]]:
    """For each client the chain with most sessions in the period; none where there is none."""
    best: dict[UUID, tuple[int, Sequence[_Held]]] = {}
    for root in sorted(chains, key=str):
        inside = sum(row.held_on >= first for row in chains[root])
        client = courses[root].client_id
        if inside > best.get(client, (0, ()))[0]:
            best[client] = (inside, chains[root])
    return [rows for _, rows in best.values()]


class _Given(NamedTuple):
    measure: str
    rater: str
    answers: Answers | None
    total: float | None


def _answered(practice: UUID, first: date, until: date) -> dict[UUID, dict[Side, _Given]]:
    """The latest revision of each measure and side, by occasion, without what the client keeps."""
    found = AnswerSet.objects.filter(practice=practice, occasion__held_on__gte=first, occasion__held_on__lt=until)
    fields = ("occasion", "measure", "rater", "answers", "total", "kept")
    grouped: dict[UUID, dict[Side, _Given]] = defaultdict(dict)
    for occasion, measure, rater, answers, total, kept in found.order_by("revision").values_list(*fields).iterator():
        grouped[occasion][measure, rater] = _Given(measure, rater, without_kept(answers, kept), total)
    return grouped


def _sessions(
    chain: Sequence[_Held], courses: Mapping[UUID, Course], first: date, answered: Mapping[UUID, Mapping[Side, _Given]]
) -> list[Session]:
    found = []
    for number, row in enumerate(chain, 1):
        course = courses[row.course]
        if row.held_on < first or course.therapist_id is None:
            continue
        given = answered.get(row.occasion, {})
        found.append(
            Session(
                course.client_id,
                course.therapist_id,
                number,
                row.held_on,
                row.attended or (Occasion.YES if given else None),  # files often do not say who came
                {side: _total(one) for side, one in given.items()},
                {side: one.answers for side, one in given.items() if one.answers is not None},
            )
        )
    return found


def _total(one: _Given) -> float | None:
    return one.total if one.answers is None else measures.score(one.measure, one.answers).total
