"""Why somebody went on with another therapist, told to the one they did not choose: only together, and in tens.

Told one by one, or anew with each that comes, the last reason would be known by its time. So the counts are those of
the first ten, twenty, thirty .. and what came since waits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

GROUP = 10
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "ease": "I was more at ease with somebody else",
        "way": "another way of working suited me better",
        "times": "the times",
        "cost": "what it costs",
        "place": "where or how we would meet",
        "sooner": "somebody else could begin sooner",
        "close": "it was close; I had to choose one",
    }
)


@dataclass(frozen=True, slots=True)
class Together:
    """How many people it rests on (0 where there are fewer than ten), and how often each reason was ticked."""

    shown: int
    counts: tuple[tuple[str, int], ...]


def together(said: Sequence[Sequence[str]]) -> Together:
    """`said`: the reasons of one person each, in the order in which they came."""
    shown = len(said) // GROUP * GROUP
    counted = Counter(reason for reasons in said[:shown] for reason in dict.fromkeys(reasons))
    return Together(shown, tuple((REASONS[key], counted[key]) for key in REASONS if counted[key]))
