"""How near two texts are: a small embedding where it is installed, else the words they share.

No text leaves the machine.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Engine = Literal["auto", "wordllama", "shared words"]
WORD = re.compile(r"[^\W\d_]{3,}")
# Words that say nothing of a person. Short ones are left out by their length.
EMPTY_WORDS = (
    "about after all also and any anything are because been being but can could did does doing don each even feel felt "
    "find for from get had has have her him his how into just know like make many more most much need not one only "
    "other our out over people person really she should some someone something than that the their them then there "
    "these they thing things this those though through too very want was way were what when where which while who "
    "will with work would you your session sessions therapist therapists therapy"
)
EMPTY = frozenset(EMPTY_WORDS.split())


def available(engine: Engine = "auto") -> Engine:
    """Which of the two compares texts here."""
    if engine == "auto":
        return "wordllama" if find_spec("wordllama") else "shared words"
    return engine


def likeness(asked: str, texts: Sequence[str], engine: Engine = "auto") -> NDArray[np.float64]:
    """0 to 1 for each text: nothing in common, or the same."""
    if available(engine) == "wordllama":
        return _embedded(asked, texts)
    return np.array([_overlap(telling(asked), telling(text)) for text in texts], np.float64)


def telling(text: str) -> frozenset[str]:
    """The words of a text that say something, in lower case."""
    return frozenset(word for word in WORD.findall(text.casefold()) if word not in EMPTY)


def _overlap(asked: frozenset[str], told: frozenset[str]) -> float:
    """The shared words against the geometric mean of both: long texts gain nothing by their length."""
    return len(asked & told) / np.sqrt(len(asked) * len(told)) if asked and told else 0.0


def _embedded(asked: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """Cosine of the two vectors; empty texts and opposite ones count as nothing in common."""
    full = [place for place, text in enumerate(texts) if text.strip()]
    near = np.zeros(len(texts))
    if full and asked.strip():
        vectors = _model().embed([asked, *(texts[place] for place in full)], norm=True)
        near[full] = np.clip(vectors[1:] @ vectors[0], 0.0, 1.0)
    return near


@cache
def _model() -> Any:
    """The weights and the tokenizer lie in the package's own folder; given as its cache, nothing is fetched."""
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
