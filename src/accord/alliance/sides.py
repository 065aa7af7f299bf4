"""Goals, approach, bond and safety: the sides of the Alliance check-in, each read apart."""

from collections.abc import Iterable, Iterator, Mapping

from accord.alliance.detectors import mean
from accord.alliance.reader import level_of
from accord.alliance.rule import K
from accord.alliance.values import Level

SIDES: Mapping[str, tuple[str, ...]] = {
    "goals": ("goals",),
    "approach": ("approach", "collaboration"),
    "bond": ("trust", "respect", "connection"),
    "safety": ("safety", "openness"),
}


def side_scores(answers: Mapping[str, float | None]) -> dict[str, float | None]:
    """Goals, approach, bond and safety of one Alliance check-in; None where an item of the side was not answered."""
    return {side: _side([answers.get(item) for item in items]) for side, items in SIDES.items()}


def _side(given: list[float | None]) -> float | None:
    known = tuple(value for value in given if value is not None)
    return mean(known) if len(known) == len(given) else None


def read_sides(
    answers: Iterable[Mapping[str, float | None]], sd_within: Mapping[str, float] | float
) -> Iterator[dict[str, Level]]:
    """Each side apart, session by session: level, baseline, change. No signals: one to three items are too few."""
    last: dict[str, tuple[float, ...]] = dict.fromkeys(SIDES, ())
    for each in answers:
        scores = side_scores(each)
        found = {}
        for side, y in scores.items():
            sd = sd_within if isinstance(sd_within, int | float) else sd_within[side]
            found[side] = level_of(last[side], y, sd)
            last[side] = last[side] if y is None else (*last[side][1 - K :], y)
        yield found
