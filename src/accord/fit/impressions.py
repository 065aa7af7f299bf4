"""How it was to meet: six items for the seeker after each call and consultation, and two for the therapist.

Our own wording, 0 to 5, not validated. The seeker rates on the day and again on the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from accord.errors import AnswerError

Meeting = Literal["call", "consultation"]
Day = Literal["first", "next"]
LOW, HIGH = 0, 5
ENDS = ("not at all", "completely")


@dataclass(frozen=True, slots=True)
class Question:
    """One item. `side` keeps comfort and confidence apart: they are never added up."""

    id: str
    text: str
    side: Literal["comfort", "approach", "confidence"]


SEEKER = (
    Question("heard", "I felt heard.", "comfort"),
    Question("respected", "I felt respected, as I am.", "comfort"),
    Question("at-ease", "I was at ease, or became so while we talked.", "comfort"),
    Question("honest", "I could tell this person what I would rather hide.", "comfort"),
    Question("sense", "The way of working that was described made sense to me.", "approach"),
    Question("can-help", "I believe that this person can help me.", "confidence"),
)
THERAPIST = (
    Question("within-reach", "What this person is looking for lies within what I do well.", "confidence"),
    Question("own-side", "I would like to work with this person, and could be open with them.", "comfort"),
)
NOBODY: Mapping[str, int | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Impression:
    """What one seeker ticked about one therapist once. Not answered and kept are both None.

    met    which of the meetings it was, counted from 1 over all therapists: the order of meeting
    day    on the day itself, or the next one
    """

    therapist: str
    met: int
    meeting: Meeting
    day: Day
    answers: Mapping[str, int | None]

    def __post_init__(self) -> None:
        checked(SEEKER, self.answers)

    def answer(self, item: str) -> int | None:
        return self.answers.get(item)


@dataclass(frozen=True, slots=True)
class OtherSide:
    """Whether the therapist finds that it fits their side: two items, for the talk about going on."""

    met: int
    answers: Mapping[str, int | None]

    def __post_init__(self) -> None:
        checked(THERAPIST, self.answers)


def checked(items: tuple[Question, ...], answers: Mapping[str, int | None]) -> None:
    """Raises AnswerError for an item that does not exist and an answer out of its range."""
    known = {item.id for item in items}
    for name, value in answers.items():
        if name not in known:
            raise AnswerError("impressions", name, value, f"one of the items {', '.join(sorted(known))}")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not LOW <= value <= HIGH):
            raise AnswerError("impressions", name, value, f"a whole number from {LOW} to {HIGH}, or nothing")
