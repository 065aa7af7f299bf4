"""What an RI-CLPM says, in plain words, level by level: within one person over time, and between people."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.evidence.structural.ri_clpm import Lag, RiClpm

CAUTION = (
    "To come first is not to be the cause: something that moves both, first the one and then the other, would look "
    "the same."
)


def words(fit: "RiClpm") -> list[str]:
    """A sentence a path, one for what differs between people, and what neither says."""
    alpha, beta, gamma, delta = (_by_letter(fit)[letter] for letter in ("alpha", "beta", "gamma", "delta"))
    told = [_leads(beta), _leads(gamma), _lasts(alpha), _lasts(delta), _between(fit), CAUTION]
    return [*told, *fit.notes]


def _by_letter(fit: "RiClpm") -> dict[str, "Lag"]:
    return {lag.letter: lag for lag in fit.overall}


def _size(lag: "Lag") -> str:
    return (
        f"{lag.std:+.2f} of a person's own usual spread for each one of the other's "
        f"(probably between {lag.std_low:+.2f} and {lag.std_high:+.2f})"
    )


def _sure(lag: "Lag") -> bool:
    return math.isfinite(lag.std_low) and (lag.std_low > 0 or lag.std_high < 0)


def _leads(lag: "Lag") -> str:
    if not _sure(lag):
        return (
            f"Within a person: whether {lag.of} comes before a change in {lag.to} cannot be told from these data: "
            f"{_size(lag)}. That is not the same as 'it does not'."
        )
    way = "higher" if lag.std > 0 else "lower"
    return (
        f"Within a person: after a time when {lag.of} was higher than is usual for them, {lag.to} was {way} "
        f"than is usual for them: {_size(lag)}."
    )


def _lasts(lag: "Lag") -> str:
    if not _sure(lag):
        return f"Within a person: whether an unusual {lag.to} lasts to the next time cannot be told: {_size(lag)}."
    if lag.std > 0:
        return f"Within a person: an unusual {lag.to} lasts in part to the next time: {_size(lag)}."
    return f"Within a person: an unusual {lag.to} swings to the other side at the next time: {_size(lag)}."


def _between(fit: "RiClpm") -> str:
    both = fit.between
    r, error = both.std_all, both.std_all_error
    end = "This compares people with each other. It does not say what happens when one person changes."
    if not (math.isfinite(r) and math.isfinite(error)):
        return f"Between people: these data do not show lasting differences in both {fit.x} and {fit.y}. {end}"
    # On Fisher's z, so that the interval stays a correlation.
    reach = 1.959964 * error / max(1 - r * r, 1e-9)
    inside = abs(r) < 1
    low, high = (math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach)) if inside else (r, r)
    shown = f"correlation {r:+.2f} (probably between {low:+.2f} and {high:+.2f})"
    if low <= 0 <= high or not inside:
        return f"Between people: how the usual {fit.x} and the usual {fit.y} go together is not clear: {shown}. {end}"
    way = "higher" if r > 0 else "lower"
    return f"Between people: those whose {fit.x} is usually higher have a usually {way} {fit.y}: {shown}. {end}"
