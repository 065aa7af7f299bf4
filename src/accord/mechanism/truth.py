"""What nobody sees in real data: the hidden side of simulated courses."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from accord.mechanism.record import EVENTS, PERSON, REASONS, STATES, Ints, Record
from accord.mechanism.stream import Floats

if TYPE_CHECKING:
    import polars as pl

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Arrays [course, session] (NaN or False after the course has ended), and arrays [course].

    `client_rating` and `therapist_rating` are the two views of the alliance and `score` the symptom score, all in SD,
    before they are rounded to a scale; `last_score` is taken after the last session, or is the last one before leaving.
    """

    symptom: Floats
    score: Floats
    alliance: Floats
    client_rating: Floats
    therapist_rating: Floats
    threat: Floats
    engagement: Floats
    disclosure: Floats
    depth: Floats
    attended: Bools
    open: Bools
    onset: Bools
    repaired: Bools
    concealed: Bools
    avoidance: Floats
    anxiety: Floats
    expectation: Floats
    preference: Floats
    set_point: Floats
    learning: Floats
    last_score: Floats
    ended: Ints
    why: Ints
    therapist: Ints

    @property
    def dropped(self) -> Bools:
        """Who left before the last session."""
        return self.why > 0

    @property
    def held(self) -> Bools:
        """Sessions of courses still going on, attended or missed."""
        return np.arange(1, self.symptom.shape[1] + 1) <= self.ended[:, None]

    def to_frame(self) -> "pl.DataFrame":
        """A row a session, in the order of the course table."""
        import polars as pl

        course, session = np.nonzero(self.held)
        hidden = {name: getattr(self, name)[course, session] for name in (*STATES, *EVENTS)}
        frame = pl.DataFrame(
            {"therapist": self.therapist[course], "client": course + 1, "session": session + 1, **hidden}
        )
        return frame.with_columns(pl.col(*STATES).fill_nan(None))

    def clients(self) -> "pl.DataFrame":
        """A row a client: what they brought, how long they stayed, why they left."""
        import polars as pl

        brought = {name: getattr(self, name) for name in PERSON[:-2]}
        why = [REASONS[reason] for reason in self.why]
        return pl.DataFrame(
            {
                "therapist": self.therapist,
                "client": np.arange(1, len(why) + 1),
                **brought,
                "ended": self.ended,
                "why": why,
            }
        )


def truth(record: Record, each: int) -> Truth:
    """Names for what an engine wrote."""
    known: dict[str, Any] = dict(zip(STATES, _apart(record.states), strict=True))
    known |= dict(zip(EVENTS, _apart(record.events.view(np.bool_)), strict=True))
    known |= dict(zip(PERSON, _apart(record.persons), strict=True))
    known |= {name: known[name].astype(np.int64) for name in ("ended", "why")}
    known["therapist"] = np.arange(len(known["why"])) // each + 1
    return Truth(**{f.name: known[f.name] for f in fields(Truth)})


def _apart(slab: Any) -> Any:
    """One view a name; nothing is copied, because a million courses take a gigabyte already."""
    return np.moveaxis(slab, 1, 0)
