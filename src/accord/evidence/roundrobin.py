"""Round robin: everyone in a group rates everyone else. How much lies with who rates, who is rated, and the pair.

    found = round_robin(ratings)               # [n, n], a row an actor, a column a partner; the diagonal is not read
    found = round_robins([group, group])       # several groups
    found.actor.estimate, found.actor.se, found.actor_reliability, found.words()

The social relations model X_ij = m + a_i + b_j + g_ij by Kenny's ANOVA estimators (Kenny 1994, appendix B). A client
has one therapist, so this is for teams and groups alone; clients nested in therapists want the one-with-many model.

Standard errors, derived: the model is the same for any order of the n people, so ratings fall into three parts that do
not bear on each other: the actor and partner effects, a 2 x 2 Wishart matrix with n - 1 degrees of freedom; the
symmetric part of what is left, chi^2 with n (n - 3) / 2; the antisymmetric part, chi^2 with (n - 1)(n - 2) / 2. Every
component is a sum of these, and the variance of each is estimated without bias: 2 s^2 / (df + 2) for a mean square s.
For normal ratings this is the error of Lashley & Bond (1997) as TripleR prints it. No person's effect is shown.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.errors import DataError

Floats = NDArray[np.float64]
FEWEST = 4
PARTS = ("actor", "partner", "relationship", "actor_partner", "reciprocity")
CALLED = {
    "actor": "who rates",
    "partner": "who is rated",
    "relationship": "the pair itself, with all error",
    "actor_partner": "rating high and being rated high",
    "reciprocity": "rating each other alike",
}
COVARIANCES = {
    "actor_partner": ("Who rates high is rated high too.", "Who rates high is rated low."),
    "reciprocity": (
        "In a pair, a high rating goes with a high one back.",
        "In a pair, a high rating goes with a low one back.",
    ),
}


@dataclass(frozen=True, slots=True)
class Component:
    """One variance or covariance; an estimate of a variance may lie below 0, which stands for none.

    low, high by t with as many degrees of freedom as people less one a group (or groups less one, for errors between).
    """

    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class RoundRobin:
    """What one or several groups came to.

    actor, partner, relationship     variances
    actor_partner, reciprocity       covariances: of a person's two effects, of a pair's two relationship effects
    *_reliability                    of a person's effect as this group measures it; None where none differ
    generalized, dyadic              the covariances as correlations; None where a variance is not above 0
    people                           number in each group
    errors                           "within": from the ratings of each group; "between": from how groups differ
    """

    mean: float
    actor: Component
    partner: Component
    relationship: Component
    actor_partner: Component
    reciprocity: Component
    actor_reliability: float | None
    partner_reliability: float | None
    people: tuple[int, ...]
    errors: str
    conf_level: float

    @property
    def shares(self) -> dict[str, float]:
        """Of all variance, what lies with each; a variance below 0 counts as none."""
        found = [max(0.0, getattr(self, part).estimate) for part in PARTS[:3]]
        return {part: value / sum(found) if sum(found) else 0.0 for part, value in zip(PARTS, found, strict=False)}

    @property
    def generalized(self) -> float | None:
        """Correlation of actor and partner effects."""
        return _correlation(self.actor_partner.estimate, self.actor.estimate, self.partner.estimate)

    @property
    def dyadic(self) -> float | None:
        """Correlation of the two relationship effects of a pair."""
        return _correlation(self.reciprocity.estimate, self.relationship.estimate, self.relationship.estimate)

    def table(self) -> dict[str, Any]:
        """Plain cells: estimate, standard error, interval and share."""
        shares = self.shares
        rows = []
        for part in PARTS:
            one: Component = getattr(self, part)
            share = f"{shares[part]:.0%}" if part in shares else ""
            rows.append(
                [CALLED[part], f"{one.estimate:.3f}", f"{one.se:.3f}", f"{one.low:.3f} to {one.high:.3f}", share]
            )
        columns = ["what", "estimate", "standard error", f"{self.conf_level:.0%} interval", "share"]
        return {"caption": f"Round robin, {sum(self.people)} people in {len(self.people)} group(s)",
                "columns": columns, "rows": rows}  # fmt: skip

    def words(self) -> tuple[str, ...]:
        """The shares and the two covariances in plain words."""
        actor, partner, pair = (f"{self.shares[part]:.0%}" for part in PARTS[:3])
        below = [CALLED[part] for part in PARTS[:3] if getattr(self, part).estimate < 0]
        return (
            f"Of all differences between ratings, {actor} lie with who rates, {partner} with who is rated, "
            f"{pair} with the pair itself and with error.",
            *(f"What lies with {part} came out below 0, which stands for: none was found." for part in below),
            *(self._covariance(part) for part in COVARIANCES),
        )

    def _covariance(self, part: str) -> str:
        one: Component = getattr(self, part)
        if one.low <= 0 <= one.high:
            return f"Not enough to say of {CALLED[part]}: the interval holds 0."
        return COVARIANCES[part][one.estimate < 0]


@dataclass(frozen=True, slots=True)
class _Squares:
    """The mean squares of one group: 2 x 2 of the effects, of the symmetric and of the antisymmetric rest."""

    n: int
    mean: float
    effects: Floats
    alike: float
    apart: float

    @property
    def weights(self) -> tuple[float, float]:
        """How much of the rest's variance and covariance stands in the variance of effects."""
        return (self.n - 1) / (self.n * (self.n - 2)), 1 / (self.n * (self.n - 2))

    def estimates(self) -> dict[str, float]:
        c, c2 = self.weights
        g, gg = (self.alike + self.apart) / 2, (self.alike - self.apart) / 2
        rest, cross = c * g + c2 * gg, c * gg + c2 * g
        return {"actor": float(self.effects[0, 0]) - rest, "partner": float(self.effects[1, 1]) - rest,
                "relationship": g, "actor_partner": float(self.effects[0, 1]) - cross, "reciprocity": gg}  # fmt: skip

    def variances(self) -> dict[str, float]:
        """Of each estimate, without bias for normal ratings."""
        (c, c2), df = self.weights, self.n - 1
        alike = 2 * self.alike**2 / (self.n * (self.n - 3) / 2 + 2)
        apart = 2 * self.apart**2 / ((self.n - 1) * (self.n - 2) / 2 + 2)
        rest = ((c + c2) / 2) ** 2 * alike + ((c - c2) / 2) ** 2 * apart
        aa, bb, ab = float(self.effects[0, 0]), float(self.effects[1, 1]), float(self.effects[0, 1])
        # Of a Wishart covariance: (s_aa s_bb + s_ab^2) / df, with the bias of both products taken out.
        cross = (df * aa * bb + (df - 2) * ab**2) / ((df + 2) * (df - 1))
        whole = (alike + apart) / 4
        return {"actor": 2 * aa**2 / (df + 2) + rest, "partner": 2 * bb**2 / (df + 2) + rest,
                "relationship": whole, "actor_partner": cross + rest, "reciprocity": whole}  # fmt: skip


def round_robin(ratings: Any, *, conf_level: float = 0.95) -> RoundRobin:
    """One group: ratings [n, n], row i what person i says of column j; n >= 4; the diagonal is not read.

    DataError where a rating is missing. TripleR, when told to, fills such gaps in; here nothing is made up.
    """
    return _told([_squares(_given(ratings, ""))], "within", conf_level)


def round_robins(groups: Sequence[Any], *, errors: str = "within", conf_level: float = 0.95) -> RoundRobin:
    """Several groups, each estimate weighted by n - 1.

    errors: "within" from each group's own ratings (Lashley & Bond 1997); "between" from how the groups' estimates
    differ, which asks for two groups or more and supposes nothing of the ratings (Kenny & La Voie 1984).
    """
    if not len(groups):
        raise DataError("got no group at all; wanted one or more")
    if errors not in ("within", "between"):
        raise DataError(f"errors: got {errors!r}, wanted within or between")
    if errors == "between" and len(groups) < 2:
        raise DataError("errors: got one group, wanted two or more to see how groups differ; use within")
    return _told([_squares(_given(each, f"group {at}: ")) for at, each in enumerate(groups, 1)], errors, conf_level)


def from_rows(
    actor: Sequence[Any], partner: Sequence[Any], rating: Any, group: Sequence[Any] | None = None
) -> list[Floats]:
    """Ratings [n, n] of each group from columns, a row a rating; people and groups in their sorted order.

    DataError where a pair was rated twice. A pair that is not there stays NaN, and `round_robin` will name it.
    """
    value = np.asarray(rating, np.float64)
    which = [""] * len(value) if group is None else list(group)
    if not len(actor) == len(partner) == len(value) == len(which):
        raise DataError(f"got {len(actor)} actors, {len(partner)} partners and {len(value)} ratings; wanted one each")
    rows: dict[Any, list[int]] = {}
    for at, name in enumerate(which):
        rows.setdefault(name, []).append(at)
    return [_square(actor, partner, value, rows[name]) for name in _ordered(rows)]


def _ordered(names: Iterable[Any]) -> list[Any]:
    try:
        return sorted(names)
    except TypeError:
        raise DataError("people or groups are named by words and numbers at once; wanted one kind of name") from None


def _square(actor: Sequence[Any], partner: Sequence[Any], value: Floats, rows: list[int]) -> Floats:
    people = _ordered({actor[at] for at in rows} | {partner[at] for at in rows})
    place = {person: at for at, person in enumerate(people)}
    found = np.full((len(people), len(people)), np.nan)
    seen = set()
    for at in rows:
        pair = place[actor[at]], place[partner[at]]
        if pair in seen:
            raise DataError(
                f"row {at + 1}: the same pair was rated before; wanted one rating of each pair in each direction"
            )
        seen.add(pair)
        found[pair] = value[at]
    return found


def effects(ratings: Any) -> tuple[Floats, Floats]:
    """Actor and partner effects [n], [n] in the order given: deviations from the group, least squares (Kenny 1994).

    For whoever checks the model. They are of people: never to be sorted, ranked or shown to others.
    """
    X = _given(ratings, "")
    n, row, column, m = len(X), X.sum(1) / (len(X) - 1), X.sum(0) / (len(X) - 1), X.sum() / (len(X) * (len(X) - 1))
    near, far, all_ = (n - 1) ** 2 / (n * (n - 2)), (n - 1) / (n * (n - 2)), (n - 1) / (n - 2)
    return near * row + far * column - all_ * m, near * column + far * row - all_ * m


def _given(ratings: Any, where: str) -> Floats:
    try:
        X = np.array(ratings, np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{where}got something that is no number; wanted ratings [n, n]") from None
    if X.ndim != 2 or X.shape[0] != X.shape[1]:
        raise DataError(f"{where}got ratings of the shape {X.shape}; wanted as many columns as rows, everyone in both")
    if len(X) < FEWEST:
        raise DataError(f"{where}got {len(X)} people; a round robin asks for {FEWEST} or more")
    np.fill_diagonal(X, 0.0)
    missing = np.argwhere(~np.isfinite(X))
    if len(missing):
        i, j = missing[0] + 1
        raise DataError(
            f"{where}{len(missing)} of {len(X) * (len(X) - 1)} ratings are missing, the first of person {i} about "
            f"person {j}; wanted all of them: leave out who rated or was rated too seldom"
        )
    return X


def _squares(X: Floats) -> _Squares:
    n, m = len(X), float(X.sum()) / (len(X) * (len(X) - 1))
    a, b = effects(X)
    rest = X - a[:, None] - b[None, :] - m
    upper = np.triu_indices(n, 1)
    alike, apart = (rest + rest.T)[upper] / 2, (rest - rest.T)[upper] / 2
    pair = np.array([[a @ a, a @ b], [a @ b, b @ b]]) / (n - 1)
    return _Squares(
        n, m, pair, 2 * float(alike @ alike) / (n * (n - 3) / 2), 2 * float(apart @ apart) / ((n - 1) * (n - 2) / 2)
    )


def _told(groups: list[_Squares], errors: str, conf_level: float) -> RoundRobin:
    if not 0 < conf_level < 1:
        raise DataError(f"conf_level: got {conf_level}, wanted a number between 0 and 1")
    weights = np.array([one.n - 1.0 for one in groups])
    weights /= weights.sum()
    each = {part: np.array([one.estimates()[part] for one in groups]) for part in PARTS}
    mean = {part: float(weights @ each[part]) for part in PARTS}
    if errors == "between":
        k = len(groups)
        variance = {part: float(weights @ (each[part] - mean[part]) ** 2) / (k - 1) for part in PARTS}
    else:
        variance = {part: float(weights**2 @ [one.variances()[part] for one in groups]) for part in PARTS}
    wide = _quantile(conf_level, len(groups) - 1 if errors == "between" else sum(one.n - 1 for one in groups))
    a, b, g, ab, gg = [_component(mean[part], math.sqrt(variance[part]), wide) for part in PARTS]
    trust_a, trust_b = [_reliability(groups, weights, mean, part) for part in PARTS[:2]]
    m = float(weights @ [one.mean for one in groups])
    return RoundRobin(m, a, b, g, ab, gg, trust_a, trust_b, tuple(one.n for one in groups), errors, conf_level)


def _component(estimate: float, se: float, wide: float) -> Component:
    return Component(estimate, se, estimate - wide * se, estimate + wide * se)


def _reliability(groups: list[_Squares], weights: Floats, mean: dict[str, float], part: str) -> float | None:
    """Variance of the true effects over that of the estimated ones, in groups of this size (Kenny 1994)."""
    if mean[part] <= 0:
        return None
    c, c2 = (float(weights @ [one.weights[at] for one in groups]) for at in (0, 1))
    rest = c * mean["relationship"] + c2 * mean["reciprocity"]
    return mean[part] / (mean[part] + rest)


def _correlation(covariance: float, one: float, other: float) -> float | None:
    return covariance / math.sqrt(one * other) if one > 0 and other > 0 else None


def _quantile(conf_level: float, df: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + conf_level) / 2, df))
