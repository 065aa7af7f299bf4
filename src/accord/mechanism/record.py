"""Where both engines write: one slab of numbers, one of events, one row a client."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.mechanism.parameters import known_parameters
from accord.mechanism.stream import Floats

Flags = NDArray[np.int8]
Ints = NDArray[np.int64]

# NaN in a session that was missed (ratings, disclosure) and after the course has ended (all).
STATES = (
    "symptom",
    "score",
    "alliance",
    "client_rating",
    "therapist_rating",
    "threat",
    "engagement",
    "disclosure",
    "depth",
)
SYMPTOM, SCORE, ALLIANCE, CLIENT, THERAPIST, THREAT, ENGAGEMENT, DISCLOSURE, DEPTH = range(len(STATES))
EVENTS = ("attended", "open", "onset", "repaired", "concealed")
ATTENDED, OPEN, ONSET, REPAIRED, CONCEALED = range(len(EVENTS))
PERSON = ("avoidance", "anxiety", "expectation", "preference", "set_point", "learning", "last_score", "ended", "why")
P_AVOIDANCE, P_ANXIETY, P_EXPECTATION, P_PREFERENCE, P_SET_POINT, P_LEARNING, P_LAST, P_ENDED, P_WHY = range(
    len(PERSON)
)

# Why a course ended: what added most to the odds of leaving in that session.
REASONS = ("completed", "weak alliance", "open rupture", "missed session", "preference not met", "other")

# A named tuple and not the dataclass, because compiled code reads its fields by name.
Values: Any = namedtuple("Values", [known.name for known in known_parameters()])  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Record:
    """What the engines fill in: [course, name, session], [course, name, session], [course, name]."""

    states: Floats
    events: Flags
    persons: Floats

    def part(self, first: int, last: int) -> "Record":
        """A view of some of the courses."""
        return Record(self.states[first:last], self.events[first:last], self.persons[first:last])


def blank(courses: int, sessions: int) -> Record:
    """A record to be filled: the engines write every state, NaN where there is none."""
    return Record(
        np.empty((courses, len(STATES), sessions)),
        np.zeros((courses, len(EVENTS), sessions), np.int8),
        np.zeros((courses, len(PERSON))),
    )
