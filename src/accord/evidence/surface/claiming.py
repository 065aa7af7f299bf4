"""The claim that agreement matters, condition by condition."""

from dataclasses import dataclass
from typing import Literal

from accord.evidence.surface.shape import Surface

ENOUGH = 300


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a claim asks for. None: the interval is too wide to say, or there is no such axis."""

    name: str
    wanted: str
    found: str
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Claim:
    """'Agreement goes with the best outcome', condition by condition; one that holds is one nothing speaks against."""

    verdict: Literal["supported", "not supported", "not enough to say"]
    conditions: tuple[Condition, ...]
    words: str


CONDITIONS = (
    ("p10", "0", "the ridge goes through the point where both views are in the middle"),
    ("p11", "1", "the ridge runs along equal views"),
    ("a4", "below 0", "the outcome falls as the two views part"),
    ("a3", "0", "it does not matter which of the two is higher"),
    ("a5", "0", "both views curve alike"),
)


def claim(surface: Surface) -> Claim:
    """The checklist of a strict congruence effect; 'not enough to say' below 300 pairs, whatever it finds.

    Also where rows of one pair or cluster were counted as if each stood alone: errors="bootstrap" is for those.
    """
    conditions = tuple(_condition(surface, *each) for each in CONDITIONS)
    failed = [one for one in conditions if one.holds is False]
    if surface.pairs < ENOUGH:
        words = f"{surface.pairs} pairs; not enough to say whether agreement matters: that asks for {ENOUGH}."
        return Claim("not enough to say", conditions, words)
    if surface.clusters < surface.rows and surface.errors != "bootstrap":
        words = "Rows belong together, which the errors do not know; not enough to say before errors='bootstrap' does."
        return Claim("not enough to say", conditions, words)
    if failed:
        words = "Agreement as such was not found to matter. What did not hold: " + "; ".join(
            one.wanted for one in failed
        )
        return Claim("not supported", conditions, f"{words}.")
    if any(one.holds is None for one in conditions):
        return Claim("not enough to say", conditions, "The intervals are too wide to say whether agreement matters.")
    words = (
        "The outcome is best where the two views agree, and nothing speaks against it being the agreement that counts."
    )
    return Claim("supported", conditions, f"{words} It does not say that agreement is the cause.")


def _condition(surface: Surface, name: str, wanted: str, said: str) -> Condition:
    one = surface[name]
    if one is None:
        return Condition(name, said, "the surface has no such axis", None)
    found = f"{one.estimate:.2f} ({one.low:.2f} to {one.high:.2f})"
    if wanted == "below 0":
        return Condition(name, said, found, True if one.high < 0 else False if one.low >= 0 else None)
    if name == "p11" and one.low <= 0:
        return Condition(name, said, f"{found}: no direction", None if one.high >= 1 else False)
    return Condition(name, said, found, one.low <= float(wanted) <= one.high)
