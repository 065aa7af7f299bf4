"""The one next step, and words to open it. Withdrawal and confrontation are asked about, never guessed from a score.

The words are our own. That a rupture shows as withdrawal or as confrontation, that the therapist speaks of it first,
with interest and without defending, and looks for their own part, follows Safran & Muran (2000); from memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

SHOWED: Mapping[str, str] = MappingProxyType(
    {
        "unsure": "I cannot tell",
        "withdrawal": "They went quiet, agreed quickly, or talked around it",
        "confrontation": "They complained, pushed back, or were cross",
        "both": "A little of both",
    }
)
"""How it shows, as the therapist says: withdrawal, confrontation, both, or not clear."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What to do next, and what one could say, by how it shows ('unsure' is always there)."""

    do: str
    words: Mapping[str, str]


def opening(what: str | None, state: str | None = None) -> Opening:
    """For what there is to ask about (`what`, and a repair's state), for 'ceiling', for None: nothing stands out."""
    if what == "mending":
        return MENDING.get(state or "", MENDING["talked"])
    return OPENINGS[what or "nothing"]


def _opening(do: str, unsure: str, withdrawal: str = "", confrontation: str = "") -> Opening:
    said = {"unsure": unsure, "withdrawal": withdrawal, "confrontation": confrontation}
    return Opening(do, MappingProxyType({how: words for how, words in said.items() if words}))


OPENINGS: Mapping[str, Opening] = MappingProxyType(
    {
        "drop": _opening(
            "Ask first how the last meeting was for them, before anything else.",
            "I would like to begin with the two of us. How was last time for you? I may have missed something.",
            "I had the feeling that something I said or did last time did not sit right, and that you let it pass. "
            "I would rather know. What was it like for you?",
            "You were not happy with how it went, and I am glad that you showed it. "
            "Tell me what bothered you. I want to understand my part in it.",
        ),
        "strain:off": _opening(
            "Say that you saw it, thank them for marking it, and ask.",
            "You marked that something between us felt off. Thank you for telling me. What was it?",
            "You marked that something felt off. It is not easy to say such a thing to me. "
            "We can go as slowly as you like: where did it begin?",
            "You marked that something felt off, and I would like to hear it plainly. What should I have done?",
        ),
        "strain:held_back": _opening(
            "Do not ask for what was held back. Ask what would make it easier to say.",
            "You marked that there was something you wanted to say and did not. You do not have to say it now. "
            "What would make it easier to say such things here?",
        ),
        "gap": _opening(
            "Ask for their view before you give yours.",
            "We may have seen our last meetings differently, you and I. How were they from your side?",
        ),
        "missing": _opening(
            "Ask lightly. A form that was not filled in may mean nothing at all.",
            "I had no check-in from you after last time, and that is fine. "
            "Was there anything about the meeting that was hard to put into it?",
        ),
        "ceiling": _opening(
            "Ask for one small change. Full marks say little, however good things are.",
            "What would have made it a little better? Even one small thing helps me.",
        ),
        "nothing": _opening(
            "Nothing stands out. Ask the usual question all the same.",
            "Is there anything about how we work that you would like to be different today?",
        ),
    }
)

MENDING: Mapping[str, Opening] = MappingProxyType(
    {
        "talked": _opening(
            "Come back to what you talked about.",
            "We talked about what went wrong between us. Where is that for you now?",
        ),
        "returned": _opening(
            "Ask whether it feels mended. Scores can come back by themselves.",
            "Your check-ins look as they did before. Numbers can do that by themselves. Does it feel mended to you?",
        ),
        "not-yet": _opening(
            "Ask what is still in the way, and what they would need from you.",
            "You said that it does not feel mended yet. I am glad to know. What is still in the way?",
            "You said that it does not feel mended yet. It may be easier to leave it be. "
            "I would like to try once more, at your pace. What do you need from me?",
            "You said that it does not feel mended yet. Tell me again what happened for you; I will only listen.",
        ),
    }
)
