"""Every number of the model, with its unit, its range and where it comes from.

Names are the letters of the equations in docs/mechanism.md. `theory` means that the literature gives the direction,
`fitted` that the value was found by matching published statistics, `fixed` that it was set by hand and left alone.
"""

# ruff: noqa: N815 - the names are the letters of the equations
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from typing import Any, Literal

from accord.errors import DataError, UsageError

Origin = Literal["fitted", "fixed", "theory"]


class ParameterError(DataError):
    """A parameter outside its range; says which, what it was and what is allowed."""

    def __init__(self, name: str, value: object, low: float, high: float) -> None:
        self.name, self.value, self.low, self.high = name, value, low, high
        super().__init__(f"parameter {name!r}: got {value!r}, wanted a number from {low:g} to {high:g}")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one parameter."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    origin: Origin
    meaning: str


def _p(value: float, low: float, high: float, unit: str, origin: Origin, meaning: str) -> Any:
    return field(default=value, metadata={"unit": unit, "low": low, "high": high, "origin": origin, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one course of therapy; SD = standard deviation at intake or early in therapy."""

    tau_a: float = _p(0.311, 0, 2, "SD", "fitted", "spread of therapists' alliance skill")
    tau_e: float = _p(0.320, 0, 1, "log", "fitted", "spread of therapists' skill in helping people learn")
    rho_ae: float = _p(0.5, -0.99, 0.99, "r", "fixed", "correlation of the two skills")
    c_vx: float = _p(0.2, -0.99, 0.99, "r", "fixed", "correlation of avoidance and attachment anxiety")
    s_u: float = _p(0.719, 0, 3, "SD", "fitted", "spread of clients' alliance set point that nothing else explains")
    b_v: float = _p(0.118, -1, 1, "SD/SD", "fitted", "avoidance lowers the set point")
    b_x: float = _p(0.094, -1, 1, "SD/SD", "fitted", "attachment anxiety lowers the set point")
    b_q: float = _p(0.146, -1, 1, "SD/SD", "fitted", "expectation raises the set point")
    b_m: float = _p(0.274, -2, 2, "SD", "fitted", "a met preference raises the set point")

    kappa: float = _p(0.50, 0.01, 1, "rate", "theory", "how fast the learned safety follows what happens")
    surprise: float = _p(1.6, 1, 3, "factor", "theory", "faster in a session of rupture or repair (Pearce-Hall)")
    growth: float = _p(0.25, -1, 2, "SD", "fixed", "rise of the relational outcome from first to last session")
    s_o: float = _p(0.280, 0, 2, "SD", "fitted", "chance in a session's relational outcome")
    g_S: float = _p(0.517, -2, 2, "SD/SD", "fitted", "a bad week lowers the relational outcome")

    p_R: float = _p(0.0247, 0, 1, "probability", "fitted", "rupture in an attended session, for the average client")
    r_v: float = _p(0.20, -1, 1, "log/SD", "fixed", "avoidance makes ruptures likelier")
    r_x: float = _p(0.10, -1, 1, "log/SD", "fixed", "attachment anxiety makes ruptures likelier")
    r_A: float = _p(-0.15, -1, 1, "log/SD", "fixed", "alliance makes ruptures rarer")
    D_mu: float = _p(2.668, 0.01, 6, "SD", "fitted", "median depth of a rupture")
    s_D: float = _p(0.35, 0, 1, "log", "fixed", "spread of depth")
    pi_0: float = _p(-0.506, -60, 60, "logit", "fitted", "repair in an attended session with an open rupture")
    pi_a: float = _p(0.8, -4, 4, "logit", "fixed", "repair by therapist: from one SD below average to one above")
    B_rep: float = _p(0.159, -2, 2, "SD", "fitted", "a repair raises the set point")

    alpha: float = _p(0.137, 0, 1, "rate", "fitted", "learning of safety a session, full engagement")
    s_alpha: float = _p(0.467, 0, 1.5, "log", "fitted", "spread of learning between clients")
    l_q: float = _p(0.240, -1, 1, "log/SD", "fitted", "expectation speeds learning")
    l_m: float = _p(0.354, -2, 2, "log", "fitted", "a met preference speeds learning")
    s_xi: float = _p(0.176, 0, 2, "SD", "fitted", "chance in the threat memory a session")
    s_W: float = _p(0.9, 0, 3, "SD", "fixed", "spread of the threat memory at intake")
    lam: float = _p(-2.0, -6, 0, "SD", "fixed", "level at which nothing is left to unlearn")
    phi: float = _p(0.5, -0.95, 0.95, "r", "fixed", "carry-over of a passing state to the next session")
    s_n: float = _p(0.448, 0, 2, "SD", "fitted", "spread of the passing state")
    b_buf: float = _p(0.30, 0, 1, "share", "theory", "threat taken away by a full alliance (social buffering)")
    w_prot: float = _p(0.0, 0, 1, "share", "theory", "0 prepared safety, 1 classical conditioned inhibitor")
    k_Ru: float = _p(0.349, 0, 2, "SD", "fitted", "symptoms added by each session with an open rupture (kR)")

    w_D: float = _p(0.5, 0, 1, "share", "fixed", "weight of disclosure in engagement; homework has the rest")
    d_0: float = _p(1.0, -5, 5, "logit", "fixed", "disclosure of the average client")
    d_A: float = _p(0.565, -3, 3, "logit/SD", "fitted", "alliance opens people up")
    d_v: float = _p(0.25, -3, 3, "logit/SD", "fixed", "avoidance closes them")
    d_F: float = _p(0.25, -3, 3, "logit/SD", "fixed", "expressed threat closes them")
    h_0: float = _p(0.25, -5, 5, "logit", "fixed", "homework of the average client")
    h_A: float = _p(0.452, -3, 3, "logit/SD", "fitted", "alliance helps homework")
    h_q: float = _p(0.30, -3, 3, "logit/SD", "fixed", "expectation helps homework")

    k_0: float = _p(1.999, -5, 10, "logit", "fitted", "attendance of the average client")
    k_A: float = _p(0.30, -3, 3, "logit/SD", "fixed", "alliance helps attendance")
    k_R: float = _p(0.50, -3, 3, "logit", "fixed", "an open rupture keeps people away")
    z_0: float = _p(-4.639, -20, 5, "logit", "fitted", "leaving after a session")
    z_A: float = _p(0.322, -3, 3, "logit/SD", "fitted", "alliance keeps people")
    z_R: float = _p(0.664, -3, 3, "logit", "fitted", "an open rupture makes people leave")
    z_m: float = _p(0.462, -3, 3, "logit", "fitted", "a met preference keeps people")
    z_miss: float = _p(1.0, -3, 3, "logit", "fixed", "a missed session makes leaving likelier")

    s_halo: float = _p(0.30, 0, 2, "SD", "fixed", "politeness of a client's ratings, stable")
    s_ec: float = _p(0.162, 0, 2, "SD", "fitted", "error of a client's rating")
    gap: float = _p(0.63, -3, 3, "SD", "fitted", "therapists rate lower")
    l_T: float = _p(0.392, -2, 2, "SD/SD", "fitted", "how far therapists' ratings follow the alliance")
    s_Tj: float = _p(0.35, 0, 2, "SD", "fixed", "therapists' rating style")
    s_Ti: float = _p(0.55, 0, 2, "SD", "fixed", "a therapist's view of one client, stable")
    s_eT: float = _p(0.55, 0, 2, "SD", "fixed", "error of a therapist's rating")
    s_eS: float = _p(0.35, 0, 2, "SD", "fixed", "error of the symptom score")

    def __post_init__(self) -> None:
        for known in known_parameters():
            value = getattr(self, known.name)
            if not (isinstance(value, int | float) and isfinite(value) and known.low <= value <= known.high):
                raise ParameterError(known.name, value, known.low, known.high)

    def but(self, **changes: float) -> "Parameters":
        """The same parameters with some changed; an unknown name is refused."""
        unknown = sorted(set(changes) - {known.name for known in known_parameters()})
        if unknown:
            raise UsageError(f"no parameter named {', '.join(map(repr, unknown))}; see docs/mechanism.md for the names")
        return replace(self, **changes)

    def without(self, *causes: str) -> "Parameters":
        """The same model with some causes switched off: names of `CAUSES`."""
        return self.but(**{name: value for cause in causes for name, value in _cause(cause).items()})

    def values(self) -> tuple[float, ...]:
        """The numbers in the order of `known_parameters()`."""
        return tuple(float(getattr(self, known.name)) for known in known_parameters())


def known_parameters() -> tuple[Known, ...]:
    """Name, default, unit, range, origin and meaning of every parameter, in the order of the model."""
    return _KNOWN


_KNOWN = tuple(Known(name=f.name, value=f.default, **f.metadata) for f in fields(Parameters))  # type: ignore[arg-type]

_NO_GATING = {"d_A": 0.0, "h_A": 0.0}
_NO_RUPTURE_COST = {"k_Ru": 0.0}
_NO_EXPECTATION = {"l_q": 0.0, "l_m": 0.0, "h_q": 0.0}

CAUSES: Mapping[str, Mapping[str, float]] = {
    "gating": _NO_GATING,
    "rupture cost": _NO_RUPTURE_COST,
    "expectation and preference": _NO_EXPECTATION,
    # A therapist good at both makes alliance and outcome go together without one causing the other.
    "all causal paths": {**_NO_GATING, **_NO_RUPTURE_COST, **_NO_EXPECTATION, "rho_ae": 0.0},
    "prepared safety": {"w_prot": 1.0},
    "buffering": {"b_buf": 0.0},
    "ruptures": {"p_R": 0.0},
    "failed repair": {"pi_0": 60.0, "pi_a": 0.0},
    "therapist variance": {"tau_a": 0.0, "tau_e": 0.0},
}


def _cause(name: str) -> Mapping[str, float]:
    if name not in CAUSES:
        raise UsageError(f"no cause named {name!r}; there are: {', '.join(CAUSES)}")
    return CAUSES[name]
