"""From latent scores to what a practice would hold: answers to items, with halo, ceiling and missed sessions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from accord.mechanism import stream
from accord.mechanism.stream import Floats, Words
from accord.mechanism.truth import Bools, Truth

if TYPE_CHECKING:
    import polars as pl

ALLIANCE_ITEMS = ("goals", "approach", "collaboration", "trust", "respect", "connection", "safety", "openness")
STRAIN_ITEMS = ("off", "held_back")
PHQ_ITEMS = tuple(str(number) for number in range(1, 10))
Answers = NDArray[np.int8]
Scores = NDArray[Any]
# Answered at a time: the 27 steps of so many PHQ-9s fit the processor's cache.
ROWS = 20_000

# 4.0 + .7 C on a scale from 1 to 5 is this on one from 0 to 5; most early answers lie in the upper half.
CENTRE, SLOPE, NOISE = 3.75, 0.875, 0.6
# Some things are easier to say yes to: respect rather than openness. Mean nought, so that the total keeps its place.
EASE = np.array([-0.05, -0.05, 0.05, 0.05, 0.3, 0.0, -0.05, -0.25])

# How late each PHQ-9 item joins as the total rises: tiredness early, thoughts of death last (own choice, by the usual
# order of item means in out-patients); each further step of an item comes STEP later.
PHQ_LATE = np.array([0.0, 0.0, -0.2, -0.4, 0.1, 0.1, 0.2, 0.8, 2.2])
PHQ_STEP, PHQ_PERSON, PHQ_DAY = 1.0, 0.6, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """The course table in columns; a missed session has its row and no answers (-1 or NaN here, empty in the frame)."""

    therapist: NDArray[np.int64]
    client: NDArray[np.int64]
    session: NDArray[np.int64]
    attended: Bools
    answers: dict[str, Scores]

    def to_frame(self) -> "pl.DataFrame":
        """The course table."""
        import polars as pl

        rows = {"therapist": self.therapist, "client": self.client, "session": self.session}
        frame = pl.DataFrame({**rows, "attended": self.attended, **self.answers})
        here = pl.col("attended")
        return frame.with_columns(
            pl.when(here).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("attended"),
            *(pl.when(here).then(pl.col(name)).alias(name) for name in self.answers),
        )


def observe(truth: Truth, seed: int) -> Observed:
    """What would be in the table; outcome is rated before a session and alliance after it."""
    course, session = np.nonzero(truth.held)
    here = truth.attended[course, session]
    person = stream.keys(stream.base(seed, stream.ITEMS), 0, len(truth.ended))
    answers: dict[str, Scores] = {}
    attended = np.flatnonzero(here)
    for first in range(0, len(attended), ROWS):
        part = attended[first : first + ROWS]
        c, t = course[part], session[part]
        day = stream.mix(person[c] + (t + 1).astype(np.uint64) * np.uint64(stream.GAMMA))
        for name, values in _answers(truth, c, t, person[c], day):
            answers.setdefault(name, _none(len(here), values.dtype))[part] = values
    return Observed(truth.therapist[course], course + 1, session + 1, here, answers)


def _none(rows: int, dtype: np.dtype[Any]) -> Scores:
    return np.full(rows, np.nan if dtype.kind == "f" else -1, dtype)


def _answers(truth: Truth, c: Scores, t: Scores, person: Words, day: Words) -> Iterator[tuple[str, Scores]]:
    total = phq_total(truth.score[c, t])
    yield "phq-9.client", total
    for name, item in zip(PHQ_ITEMS, phq_items(total, _phq_late(person, day)).T, strict=True):
        yield f"phq-9.client.{name}", item
    places = iter(range(9, 9 + 2 * (len(ALLIANCE_ITEMS) + len(STRAIN_ITEMS))))
    for rater, latent in (("client", truth.client_rating[c, t]), ("therapist", truth.therapist_rating[c, t])):
        items = [_rate(latent * SLOPE + CENTRE + ease, day, next(places)) for ease in EASE]
        yield f"alliance.{rater}", np.mean(items, axis=0)
        yield from ((f"alliance.{rater}.{name}", item) for name, item in zip(ALLIANCE_ITEMS, items, strict=True))
        for name, strain in zip(STRAIN_ITEMS, _strain(truth, c, t, rater), strict=True):
            yield f"alliance.{rater}.{name}", _rate(strain, day, next(places))


def _strain(truth: Truth, c: Scores, t: Scores, rater: str) -> tuple[Floats, Floats]:
    """How strong the two strain items are, before noise."""
    depth, hidden = truth.depth[c, t], 1 - truth.disclosure[c, t]
    if rater == "therapist":
        # Therapists notice about half of it (part of the gap between the two views); theirs is what they held back.
        return 0.3 + 0.5 * depth, 0.3 + 0.25 * depth
    # Who rates the alliance higher than it is, out of politeness, admits to less strain.
    polite = truth.client_rating[c, t] - truth.alliance[c, t]
    return 0.4 + 0.95 * depth - 0.8 * polite, 0.3 + 3.5 * hidden - 0.8 * polite


def _rate(expected: Floats, day: Words, place: int) -> Answers:
    return np.clip(np.rint(expected + NOISE * stream.normals(day, place)), 0, 5).astype(np.int8)


def phq_total(score: Floats) -> Answers:
    """The PHQ-9 total of a symptom score in SD."""
    return np.rint(on_phq_scale(score)).astype(np.int8)


def on_phq_scale(score: Floats) -> Floats:
    """Where a symptom score in SD stands between 0 and 27, before rounding."""
    return np.asarray(np.clip(15 + 5.5 * score, 0, 27), np.float64)


def on_alliance_scale(latent: Floats) -> Floats:
    """Where an alliance in SD stands between 0 and 5, before rounding."""
    return np.asarray(np.clip(CENTRE + SLOPE * latent, 0, 5), np.float64)


def phq_items(total: Answers, late: Floats) -> Answers:
    """Nine items from 0 to 3 that add up to the total: of their 27 steps, the earliest are taken.

    This is a partial-credit model given its total; `late` has a row an occasion and a column an item.
    """
    steps = (late[:, :, None] + PHQ_STEP * np.arange(3)).reshape(len(late), 27)
    taken = np.empty(steps.shape, np.int8)
    np.put_along_axis(taken, steps.argsort(axis=1), np.arange(27) < total[:, None], axis=1)
    return np.asarray(taken.reshape(len(late), 9, 3).sum(axis=2, dtype=np.int8), np.int8)


def _phq_late(person: Words, day: Words) -> Floats:
    places = range(len(PHQ_ITEMS))
    stable = np.stack([stream.normals(person, place) for place in places], axis=1)
    passing = np.stack([stream.normals(day, place) for place in places], axis=1)
    return np.asarray(PHQ_LATE + PHQ_PERSON * stable + PHQ_DAY * passing, np.float64)
