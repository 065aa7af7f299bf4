"""Findings in plain words. Each sentence says which level it is about, how sure it is, and what it does not say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accord.evidence.within import Effect, WithinBetween


NO_PROOF = (
    "Neither is proof of a cause: how somebody felt before the session may have moved both ratings, and is not held "
    "constant here."
)


def number(value: float, places: int = 2) -> str:
    """So many decimals, and no sign for nought."""
    return f"{round(value, places) + 0.0:.{places}f}"


def interval(low: float, high: float, places: int = 2) -> str:
    return f"{number(low, places)} to {number(high, places)}"


def not_enough(why: str) -> str:
    return f"Not enough data yet: {why}."


def moved(value: float, low: float, high: float) -> str:
    """How far and which way, with the interval; or that no direction can be told."""
    if low <= 0 <= high:
        return (
            f"about {number(abs(value))} {'lower' if value < 0 else 'higher'}, but anything from {number(abs(low))} "
            f"lower to {number(abs(high))} higher fits these data, so no direction can be told"
        )
    way = "lower" if value < 0 else "higher"
    near, far = sorted((abs(low), abs(high)))
    return f"{number(abs(value))} {way} (probably between {number(near)} and {number(far)} {way})"


def within_between(found: "WithinBetween", x: str = "", y: str = "") -> Iterator[str]:
    """The reading of both levels; x and y are what the cause and the outcome are called."""
    y, x = y or found.outcome.removesuffix("_next"), x or found.cause.replace("_", " ")
    if found.within:
        yield _within(found.within, x, y)
    if found.between:
        yield _between(found.between, x, y)
    if found.contextual:
        yield _contextual(found.contextual, x, y)
    if found.slope_sd is not None:
        yield (
            "The effect within people is not the same for everybody: its standard deviation from person to person is "
            f"{number(found.slope_sd)}."
        )


def _within(one: "Effect", x: str, y: str) -> str:
    return (
        f"Within the same person: after a session rated 1 point higher on {x} than this person's own usual, the "
        f"next {y} was {moved(one.estimate, one.low, one.high)}. This is about the ups and downs of one person, and "
        f"says nothing about who has a higher {x} than others."
    )


def _between(one: "Effect", x: str, y: str) -> str:
    return (
        f"Between people: for people whose usual {x} is 1 point higher than that of others, {y} was "
        f"{moved(one.estimate, one.low, one.high)}. This is about differences between people, and does not say what "
        f"would follow if one person's {x} rose."
    )


def _contextual(one: "Effect", x: str, y: str) -> str:
    said = f"Between people less within the same person is {number(one.estimate)} ({interval(one.low, one.high)})"
    if one.low <= 0 <= one.high:
        return f"{said}: these data cannot tell the two levels apart."
    return (
        f"{said}: the two levels differ, so neither may be read as the other. What makes people differ in {x} goes "
        f"with {y} in another way than its ups and downs do."
    )


def lagged(fit: Any, x: str = "", y: str = "") -> Iterator[str]:
    """The two crossed paths of an RI-CLPM, in within-person SDs; x and y are what cause and outcome are called."""
    paths = {one.letter: one for one in fit.overall}
    called = {fit.x: x or fit.x.replace("_", " "), fit.y: y or fit.y.replace("_", " ")}
    for letter in ("gamma", "beta"):
        yield _path(paths[letter], called)
    yield (
        "Both are about the ups and downs of one person, with the earlier values of both ratings held constant. They "
        "say what comes first, not what would follow if something else changed it."
    )


def _path(one: Any, called: dict[str, str]) -> str:
    of, to = called[one.of], called[one.to]
    return (
        f"When {of} is one SD above a person's own usual in a session, {to} in the next is "
        f"{moved(one.std, one.std_low, one.std_high)} in SDs of that person's own ups and downs."
    )
