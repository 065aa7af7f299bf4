"""What is asked and how it is scored.

    from accord.measures import load, score
    score("phq-9", {"1": 2, "2": 1, ...}).total

`score` takes one person's answers; `score_columns` takes whole columns, of millions of rows. Both give the same.
Nothing here knows a clock, a network or a web framework.
"""

from typing import TYPE_CHECKING, Any

from accord.measures.catalogue import load, names, store_text, unconfirmed
from accord.measures.measure import (
    Cutoff,
    Figure,
    Item,
    Licence,
    Measure,
    Norm,
    Option,
    SafetyItem,
    Scale,
)
from accord.measures.scoring import Score, score

if TYPE_CHECKING:
    from accord.measures.columns import ScoreColumns, score_columns

__all__ = [
    "Cutoff",
    "Figure",
    "Item",
    "Licence",
    "Measure",
    "Norm",
    "Option",
    "SafetyItem",
    "Scale",
    "Score",
    "ScoreColumns",
    "load",
    "names",
    "score",
    "score_columns",
    "store_text",
    "unconfirmed",
]


def __getattr__(name: str) -> Any:
    """Whole columns need NumPy, which a single check-in and `accord measures show` can do without."""
    if name in ("ScoreColumns", "score_columns"):
        from accord.measures import columns

        return getattr(columns, name)
    raise AttributeError(name)
