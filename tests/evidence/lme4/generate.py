"""200 small data sets as varied as life, each with a formula, for two programs to fit and compare.

    python tests/evidence/lme4/generate.py | Rscript tests/evidence/lme4/fit.R > tests/evidence/lme4/recorded.json

One JSON object a line goes to R. `cases()` gives the same to the tests. The numbers are drawn from the raw bits of
PCG64, whose stream NumPy promises never to change, so that the recorded results stay those of these data.
"""

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

Array = np.ndarray
Data = dict[str, Any]
SHAPES = ("balanced", "unbalanced", "dropout", "few")


@dataclass(frozen=True)
class Case:
    """One fit: lme4's formula, columns as lists (None is missing), reml or ml, the column of prior weights."""

    name: str
    formula: str
    data: dict[str, list[Any]]
    method: str
    weights: str | None
    more: bool

    @property
    def new(self) -> dict[str, list[Any]]:
        """Rows to predict: the first four, and the last of them with a client and a therapist never seen."""
        strange = {"client": "nobody", "therapist": "nobody"}
        rows = {name: values[:5] for name, values in self.data.items()}
        for name in strange.keys() & rows.keys():
            rows[name] = [*rows[name][:4], strange[name] if isinstance(rows[name][0], str) else 999_999]
        return rows

    def line(self) -> str:
        told = {"name": self.name, "formula": self.formula, "method": self.method, "weights": self.weights}
        return json.dumps({**told, "more": self.more, "hash": self.hash, "data": self.data, "new": self.new})

    @property
    def hash(self) -> str:
        return hashlib.sha256(json.dumps([self.formula, self.method, self.data]).encode()).hexdigest()[:12]


class Dice:
    """Uniform, normal and whole numbers from raw bits."""

    def __init__(self, *seed: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))

    def uniform(self, *shape: int) -> Array:
        raw = self._bits.random_raw(int(np.prod(shape)))
        return ((raw >> np.uint64(11)) * 2.0**-53 + 2.0**-54).reshape(shape)

    def normal(self, *shape: int) -> Array:
        return np.round(ndtri(self.uniform(*shape)), 6)

    def whole(self, low: int, high: int, n: int) -> Array:
        return (low + np.floor(self.uniform(n) * (high - low + 1))).astype(np.int64)

    def pick(self, among: list[str], n: int) -> Array:
        return np.array(among, dtype=object)[self.whole(0, len(among) - 1, n)]


@dataclass(frozen=True)
class Rows:
    """Who sat with whom at which session: one entry a row."""

    client: Array
    therapist: Array
    session: Array

    @property
    def n(self) -> int:
        return len(self.client)


def rows(dice: Dice, shape: str, clients: int, sessions: int, therapists: int = 1) -> Rows:
    """Caseloads are unequal: the first therapists have most of the clients."""
    count = {
        "balanced": lambda: np.full(clients, sessions),
        "unbalanced": lambda: dice.whole(1, sessions, clients),
        "dropout": lambda: np.minimum(sessions, 2 + np.floor(-np.log(dice.uniform(clients)) * sessions / 2)),
        "few": lambda: dice.whole(1, 2, clients),
    }[shape]().astype(np.int64)
    leads = np.minimum(np.floor(dice.uniform(clients) ** 1.5 * therapists).astype(np.int64), therapists - 1)
    client = np.repeat(np.arange(clients), count)
    session = np.concatenate([np.arange(1, each + 1) for each in count])
    return Rows(client, leads[client], session)


def slopes(dice: Dice, groups: int, sd: tuple[float, ...], r: float = 0.0) -> Array:
    """[group, term]: normal, the first term correlated with each other one by r."""
    z = dice.normal(groups, len(sd))
    z[:, 1:] = r * z[:, :1] + np.sqrt(1 - r * r) * z[:, 1:]
    return z * np.array(sd)


def within(dice: Dice, at: Rows) -> tuple[Array, Array]:
    """A rating's distance to its client's own mean, and that mean."""
    level = dice.normal(at.client.max() + 1)
    x = level[at.client] + 0.6 * dice.normal(at.n)
    mean = np.bincount(at.client, x) / np.bincount(at.client)
    return np.round(x - mean[at.client], 4), np.round(mean[at.client] - mean.mean(), 4)


def told(dice: Dice, at: Rows, mean: Array, sd: float = 2.0, **columns: Array) -> Data:
    """The columns everyone has, and the outcome with its noise."""
    y = np.round(mean + sd * dice.normal(at.n), 3)
    return {"y": y, "client": at.client + 1, "therapist": at.therapist + 101, "session": at.session, **columns}


# Kinds. Each makes its k-th variant: formula, columns, and the name of the column of weights where there is one.
Made = tuple[str, Data] | tuple[str, Data, str]


def intercepts(dice: Dice, k: int) -> Made:
    at = rows(dice, SHAPES[k % 3], 8 + 12 * k, 4 + k)
    x = dice.normal(at.n)
    u = dice.normal(8 + 12 * k) * (0.5 + 0.4 * k)
    formulas = "y ~ x + (1 | client)", "y ~ session + x + (1 | client)", "y ~ 1 + (1 | client)"
    return formulas[k % 3], told(dice, at, 12 + 0.8 * x - 0.4 * at.session + u[at.client], x=x)


def growth(dice: Dice, k: int) -> Made:
    clients = 15 + 10 * k
    at = rows(dice, SHAPES[k % 3], clients, 6 + k % 5)
    u = slopes(dice, clients, (4.0, 0.5), -0.3 + 0.1 * k)
    mean = 18 + u[at.client, 0] + (u[at.client, 1] - 0.7) * at.session
    return "y ~ session + (session | client)", told(dice, at, mean, 1.5 + 0.2 * k)


def panel(dice: Dice, k: int) -> Made:
    clients, therapists = 40 + 15 * k, 5 + k
    at = rows(dice, SHAPES[k % 3], clients, 6 + k % 5, therapists)
    w, b = within(dice, at)
    u, t = slopes(dice, clients, (2.5, 0.9), 0.3), dice.normal(therapists)
    mean = 14 - 0.9 * w - 1.4 * b - 0.3 * at.session + u[at.client, 0] + u[at.client, 1] * w + t[at.therapist]
    formula = "y ~ within + between + session + (1 + within | client) + (1 | therapist)"
    return formula, told(dice, at, mean, within=w, between=b)


def uncorrelated(dice: Dice, k: int) -> Made:
    clients = 20 + 12 * k
    at = rows(dice, SHAPES[k % 3], clients, 7)
    x, u = dice.normal(at.n), slopes(dice, clients, (3.0, 1.0 + 0.1 * k))
    data = told(dice, at, 10 + x + u[at.client, 0] + u[at.client, 1] * x, x=x)
    return ("y ~ x + (x || client)", "y ~ x + (1 | client) + (0 + x | client)")[k % 2], data


def nested(dice: Dice, k: int) -> Made:
    """Odd variants number the clients anew under every therapist, so that only the pair tells who it is."""
    clients, therapists = 30 + 12 * k, 5 + k
    at = rows(dice, SHAPES[k % 3], clients, 5, therapists)
    u, t = 2 * dice.normal(clients), 1.2 * dice.normal(therapists)
    data = told(dice, at, 9 - 0.5 * at.session + u[at.client] + t[at.therapist])
    if k % 2:
        first = {who: int(at.client[at.therapist == who].min()) for who in set(at.therapist.tolist())}
        data["client"] = at.client - np.array([first[who] for who in at.therapist.tolist()]) + 1
    return "y ~ session + (1 | therapist/client)", data


def pairs(dice: Dice, k: int) -> Made:
    at = rows(dice, "unbalanced", 30 + 10 * k, 6, 6)
    room = dice.whole(1, 3, at.n)
    u = 1.5 * dice.normal(6, 3)
    return "y ~ session + (1 | therapist:room)", told(dice, at, 5 + u[at.therapist, room - 1], room=room)


def partial(dice: Dice, k: int) -> Made:
    """Therapists in one arm only; in the other everyone has the therapist 100."""
    clients, therapists = 60 + 15 * k, 6 + k
    at = rows(dice, SHAPES[k % 3], clients, 5 + k % 4, therapists)
    tx = (dice.uniform(clients) < 0.5).astype(np.int64)[at.client]
    u, t = slopes(dice, clients, (3.5, 0.4), -0.2), (0.8 + 0.3 * k) * dice.normal(therapists)
    mean = 18 - 1.2 * tx + (u[at.client, 1] - 0.3) * at.session + u[at.client, 0] + tx * t[at.therapist]
    data = told(dice, at, mean, 2.5, tx=tx)
    data["therapist"] = np.where(tx == 1, data["therapist"], 100)
    return "y ~ session * tx + (1 + session | client) + (0 + tx | therapist)", data


def therapist_slopes(dice: Dice, k: int) -> Made:
    clients, therapists = 50 + 20 * k, 8 + 2 * k
    at = rows(dice, SHAPES[k % 3], clients, 6, therapists)
    w, b = within(dice, at)
    u, t = 2 * dice.normal(clients), slopes(dice, therapists, (1.5, 0.8), -0.2 + 0.1 * k)
    mean = 11 - b + u[at.client] + t[at.therapist, 0] + (t[at.therapist, 1] - 0.7) * w
    formula = "y ~ within + between + (1 | client) + (1 + within | therapist)"
    return formula, told(dice, at, mean, within=w, between=b)


def both_slopes(dice: Dice, k: int) -> Made:
    clients, therapists = 60 + 20 * k, 10 + 2 * k
    at = rows(dice, SHAPES[k % 3], clients, 8, therapists)
    w, b = within(dice, at)
    u, t = slopes(dice, clients, (2.0, 1.0), 0.4), slopes(dice, therapists, (1.5, 0.9), -0.3)
    mean = 11 + u[at.client, 0] + u[at.client, 1] * w + t[at.therapist, 0] + t[at.therapist, 1] * w
    last = ("(1 + within | therapist)", "(within || therapist)")[k % 2]
    formula = f"y ~ within + between + session + (1 + within | client) + {last}"
    return formula, told(dice, at, mean, within=w, between=b)


def crossed(dice: Dice, k: int) -> Made:
    """Some clients change their therapist on the way."""
    clients, therapists = 40 + 15 * k, 6 + k
    at = rows(dice, SHAPES[k % 3], clients, 8, therapists)
    second, changes = dice.whole(0, therapists - 1, clients), dice.uniform(clients) < 0.1 + 0.08 * k
    now = np.where(changes[at.client] & (at.session > 3), second[at.client], at.therapist)
    u, t = slopes(dice, clients, (2.5, 0.4), 0.1), 1.2 * dice.normal(therapists)
    mean = 16 + u[at.client, 0] + (u[at.client, 1] - 0.5) * at.session + t[now]
    client = ("(1 | client)", "(1 + session | client)")[k % 2]
    return f"y ~ session + {client} + (1 | therapist)", told(dice, Rows(at.client, now, at.session), mean)


def small_factors(dice: Dice, k: int) -> Made:
    """Everyone meets every item, or sits in one of a few rooms, whoever they are."""
    if k % 2:
        at = rows(dice, "balanced", 12 + 4 * k, 5 + k)
        item = at.session
        u, v = 1.2 * dice.normal(12 + 4 * k), dice.normal(20)
        return "y ~ 1 + (1 | client) + (1 | item)", told(dice, at, 4 + u[at.client] + v[item], 0.9, item=item)
    at = rows(dice, "unbalanced", 30 + 8 * k, 7, 5)
    room, x = dice.whole(1, 5, at.n), dice.normal(at.n)
    u, v, t = 2 * dice.normal(30 + 8 * k), 1.1 * dice.normal(6), dice.normal(5)
    mean = 7 + x + u[at.client] + v[room] + t[at.therapist]
    return "y ~ x + (1 | client) + (1 | room) + (1 | therapist)", told(dice, at, mean, room=room, x=x)


def three_levels(dice: Dice, k: int) -> Made:
    clients, therapists, clinics = 80 + 20 * k, 16 + 3 * k, 4 + k
    at = rows(dice, SHAPES[k % 3], clients, 5, therapists)
    clinic = at.therapist % clinics
    u, t, c = 2 * dice.normal(clients), 1.2 * dice.normal(therapists), 1.5 * dice.normal(clinics)
    mean = 10 - 0.4 * at.session + u[at.client] + t[at.therapist] + c[clinic]
    formula = ("(1 | clinic/therapist/client)", "(1 | client) + (1 | therapist) + (1 | clinic)")[k % 2]
    return f"y ~ session + {formula}", told(dice, at, mean, clinic=clinic + 1)


def weighted(dice: Dice, k: int) -> Made:
    """Mean scores of several items: the more were answered, the more the row weighs. One variant is tiny weights."""
    clients = 20 + 15 * k
    at = rows(dice, SHAPES[k % 3], clients, 7, 6)
    x, items = dice.normal(at.n), dice.whole(1, 9, at.n)
    u, t = slopes(dice, clients, (2.0, 0.8), 0.2), 1.5 * dice.normal(6)
    mean = 8 + x + u[at.client, 0] + u[at.client, 1] * x + t[at.therapist]
    data = told(dice, at, mean + 3 * dice.normal(at.n) / np.sqrt(items), 0.1, x=x)
    data["items"] = items if k % 3 < 2 else np.round(items / 1000 + 0.0005, 4)
    return f"y ~ x + {('(1 | client)', '(1 + x | client)')[k % 2]} + (1 | therapist)", data, "items"


def factors(dice: Dice, k: int) -> Made:
    clients = 40 + 12 * k
    at = rows(dice, SHAPES[k % 3], clients, 6)
    method = dice.pick(["ACT", "CBT", "IPT", "psychodynamic"][: 3 + k % 2], clients)[at.client]
    phase = np.array(["begin", "middle", "end"], dtype=object)[(at.session - 1) // 2]
    x, u = dice.normal(at.n), slopes(dice, clients, (2.5, 0.5), 0.3)
    mean = 12 + u[at.client, 0] + (u[at.client, 1] - 0.5) * x + (method == "CBT") * (x + 1) - (phase == "end")
    formulas = (
        "y ~ method * x + (1 + x | client)",
        "y ~ method + phase + (1 | client)",
        "y ~ method * phase + (1 | client)",
        "y ~ x + method:x + phase + (1 | client)",
        "y ~ 0 + method + x + (1 | client)",
        "y ~ (method + phase + x)^2 + (1 | client)",
    )
    return formulas[k % len(formulas)], told(dice, at, mean, method=method, phase=phase, x=x)


def transformed(dice: Dice, k: int) -> Made:
    clients = 25 + 12 * k
    at = rows(dice, SHAPES[k % 3], clients, 10)
    x, u = np.round(dice.uniform(at.n) * 9 + 0.5, 3), slopes(dice, clients, (2.5, 0.8), -0.2)
    mean = 15 + u[at.client, 0] + (u[at.client, 1] - 2) * np.log(at.session) + 0.05 * x**2 - 0.3 * x
    formulas = (
        "y ~ log(session) + (1 + log(session) | client)",
        "y ~ x + I(x^2) + (1 | client)",
        "y ~ poly(x, 2) + (1 | client)",
        "y ~ log(session) * x + I(x^2) + (1 | client)",
        "y ~ sqrt(x) + (1 | client)",
        "y ~ poly(session, 3) + x + (1 | client)",
        "y ~ exp(x/10) + scale(session) + (1 | client)",
        "y ~ log(session + 1) + (log(session + 1) || client)",
        "log(y + 40) ~ x + (1 | client)",
    )
    return formulas[k % len(formulas)], told(dice, at, mean, x=x)


def collinear(dice: Dice, k: int) -> Made:
    """A column that says what others said already: lme4 drops it, the later one first."""
    clients = 30 + 10 * k
    at = rows(dice, SHAPES[k % 3], clients, 6, 5)
    a, b, u = dice.normal(at.n), dice.normal(at.n), 2 * dice.normal(clients)
    arm = dice.pick(["one", "three", "two"], clients)[at.client]
    more = {"a": a, "b": b, "both": np.round(a + b, 6), "again": 2 * a, "ones": np.ones(at.n), "arm": arm}
    more["in_two"] = (arm == "two").astype(np.int64)
    formulas = (
        "y ~ a + b + both + (1 | client)",
        "y ~ both + a + b + (1 | client) + (1 | therapist)",
        "y ~ a + again + (1 + a | client)",
        "y ~ ones + a + (1 | client)",
        "y ~ arm + in_two + a + (1 | client)",
        "y ~ in_two + arm + a + (1 | client)",
        "y ~ a * again + b + (1 | client)",
    )
    return formulas[k % len(formulas)], told(dice, at, 10 + a - b + u[at.client], **more)


def no_variance(dice: Dice, k: int) -> Made:
    """Nothing differs between therapists, or between clients, but luck; mostly the variance is then estimated as 0."""
    clients, therapists = 20 + 10 * k, 4 + k
    at = rows(dice, SHAPES[k % 3], clients, 5, therapists)
    x, u = dice.normal(at.n), (k % 3 > 0) * 2.0 * dice.normal(clients)
    noise = dice.normal(at.n)
    # Each therapist's clients have the same mean, as closely as in no sample by chance.
    group = at.client if k % 3 == 0 else at.therapist
    noise -= 0.9 * (np.bincount(group, noise) / np.maximum(np.bincount(group), 1))[group]
    mean = 10 + x + u[at.client] - (np.bincount(group, u[at.client]) / np.maximum(np.bincount(group), 1))[group]
    formulas = "y ~ x + (1 | client)", "y ~ x + (1 | client) + (1 | therapist)", "y ~ x + (1 + x | therapist)"
    return formulas[k % 3], told(dice, at, mean + 2 * noise, 0.05, x=x)


def full_correlation(dice: Dice, k: int) -> Made:
    """Slope and intercept are one and the same, or there is hardly a slope."""
    clients = 12 + 4 * k
    at = rows(dice, SHAPES[k % 3], clients, 5)
    z, sign = dice.normal(clients), (1, -1)[k % 2]
    mean = 15 + 4 * z[at.client] + sign * 0.8 * z[at.client] * at.session
    return "y ~ session + (session | client)", told(dice, at, mean, 1.0 + 0.5 * k)


def badly_scaled(dice: Dice, k: int) -> Made:
    clients = 30 + 12 * k
    at = rows(dice, SHAPES[k % 3], clients, 7, 6)
    year, income = 2016 + at.session + dice.whole(0, 3, clients)[at.client], np.round(3000 + 900 * dice.normal(at.n))
    u, t = slopes(dice, clients, (2.0, 0.7), 0.2), dice.normal(6)
    z = (income - 3000) / 900
    mean = 10 + z - 0.3 * (year - 2020) + u[at.client, 0] + u[at.client, 1] * z + t[at.therapist]
    data = told(dice, at, mean, income=income, year=year)
    tiny, data["y"] = np.round(data["y"] * 1e-6, 10), np.round(data["y"] * 1e6)
    data |= {"tiny": tiny, "share": np.round(z * 1e-5, 10), "large": np.round(z * 1e6)}
    formulas = (
        "y ~ year + (1 | client)",
        "y ~ income + year + (1 | client) + (1 | therapist)",
        "tiny ~ income + (1 | client)",
        "y ~ share + (1 + share | client)",
        "tiny ~ large + year + (0 + large | client) + (1 | client)",
        "y ~ income + I(income^2) + (1 | client)",
        "tiny ~ income + (1 + income | client)",
    )
    return formulas[k % len(formulas)], data


def with_gaps(dice: Dice, k: int) -> Made:
    """Cells are missing in the outcome, a predictor, or who it was."""
    formula, data = (panel, growth, factors, nested, crossed, partial)[k % 6](dice, k % 6 + k // 6)[:2]
    data = {name: list(values) for name, values in data.items()}
    for name in ("y", "session", "within", "x", "client", "therapist", "method"):
        for i in np.flatnonzero(dice.uniform(len(data["y"])) < 0.06).tolist() if name in data else ():
            data[name][i] = None
    return formula, data


def few_rows(dice: Dice, k: int) -> Made:
    """One or two sessions a client."""
    clients, therapists = 30 + 25 * k, 5 + k
    at = rows(dice, "few", clients, 2, therapists)
    x, u, t = dice.normal(at.n), 2 * dice.normal(clients), dice.normal(therapists)
    formulas = "y ~ x + (1 | client)", "y ~ x + session + (1 | client) + (1 | therapist)", "y ~ x + (1 | therapist)"
    return formulas[k % 3], told(dice, at, 9 + x + u[at.client] + t[at.therapist], 1.5, x=x)


ODD = [
    "O'Neil", 'a "b"', "x,y", "Ærø", "a:b", "1e3", "007", "7", " before", "after ", "#7", "a/b", "TRUE", "中", "(1|g)",
    "β",
]  # fmt: skip


def odd_ids(dice: Dice, k: int) -> Made:
    clients, therapists = 40, len(ODD)
    at = rows(dice, SHAPES[k % 3], clients, 5, therapists)
    u, t = 2 * dice.normal(clients), 1.5 * dice.normal(therapists)
    data = told(dice, at, 9 - 0.3 * at.session + u[at.client] + t[at.therapist])
    data["therapist"] = np.array(ODD, dtype=object)[at.therapist]
    if k % 2:
        data["client"] = np.array([f"{ODD[i % len(ODD)]}{i}" for i in range(clients)], dtype=object)[at.client]
    else:
        data["client"] = at.client * 1_000_003 - 100_000
    formulas = "(1 | client) + (1 | therapist)", "(1 | therapist/client)", "(1 + session | client) + (1 | therapist)"
    return f"y ~ session + {formulas[k % 3]}", data


def two_slopes(dice: Dice, k: int) -> Made:
    clients = 50 + 25 * k
    at = rows(dice, SHAPES[k % 2], clients, 10)
    x, z, u = dice.normal(at.n), dice.normal(at.n), slopes(dice, clients, (2.0, 0.9, 0.7), 0.4)
    mean = 10 + x - z + u[at.client, 0] + u[at.client, 1] * x + u[at.client, 2] * z
    return f"y ~ x + z + ({('1 + x + z |', 'x + z ||')[k % 3 == 2]} client)", told(dice, at, mean, x=x, z=z)


def slope_alone(dice: Dice, k: int) -> Made:
    at = rows(dice, SHAPES[k % 3], 25 + 10 * k, 7)
    x, u = dice.normal(at.n), dice.normal(25 + 10 * k)
    return "y ~ x + (0 + x | client)", told(dice, at, 3 + x + u[at.client] * x, 1.0, x=x)


def curves(dice: Dice, k: int) -> Made:
    at = rows(dice, "balanced", 40 + 20 * k, 9)
    u, t = slopes(dice, 40 + 20 * k, (3.0, 0.9, 0.15), -0.3), at.session - 5
    mean = 12 - t + u[at.client, 0] + u[at.client, 1] * t + u[at.client, 2] * t**2
    return "y ~ t + I(t^2) + (1 + t + I(t^2) | client)", told(dice, at, mean, 1.5, t=t)


def factor_slopes(dice: Dice, k: int) -> Made:
    """A therapist's level in each arm."""
    clients, therapists = 120 + 20 * k, 12 + k
    at = rows(dice, SHAPES[k % 3], clients, 5, therapists)
    arm = dice.pick(["new", "usual"], clients)[at.client]
    u, t = 2 * dice.normal(clients), slopes(dice, therapists, (1.5, 1.2), 0.5)
    mean = 12 + u[at.client] + np.where(arm == "new", t[at.therapist, 0] - 1, t[at.therapist, 1])
    return f"y ~ arm + (1 | client) + ({('0 + arm', 'arm')[k % 2]} | therapist)", told(dice, at, mean, arm=arm)


def truths(dice: Dice, k: int) -> Made:
    """A column of yes and no."""
    at = rows(dice, SHAPES[k % 3], 40, 6)
    late, u = dice.uniform(at.n) < 0.3, 2 * dice.normal(40)
    return "y ~ late + session + (1 | client)", told(dice, at, 8 + late + u[at.client], late=late)


KINDS: dict[Callable[[Dice, int], Made], int] = {
    intercepts: 10, growth: 10, panel: 14, uncorrelated: 8, nested: 9, pairs: 3, partial: 9, therapist_slopes: 8,
    both_slopes: 6, crossed: 10, small_factors: 8, three_levels: 8, weighted: 10, factors: 12, transformed: 9,
    collinear: 7, no_variance: 9, full_correlation: 8, badly_scaled: 7, with_gaps: 9, few_rows: 8, odd_ids: 6,
    two_slopes: 5, slope_alone: 3, curves: 1, factor_slopes: 2, truths: 1,
}  # fmt: skip
# The first variant of these gets profile intervals, tests of each random term, and predictions for new rows, too.
MORE = (intercepts, growth, panel, uncorrelated, nested, weighted, crossed, factors)


def plain(values: Any) -> list[Any]:
    return values if isinstance(values, list) else values.tolist()


def tidy(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def case(kind: Callable[[Dice, int], Made], k: int, seed: int) -> Case:
    made = kind(Dice(seed, zlib.crc32(kind.__name__.encode()), k), k)
    data = {name: [tidy(value) for value in plain(values)] for name, values in made[1].items()}
    weights = made[2] if len(made) == 3 else None
    name = f"{kind.__name__.replace('_', ' ')} {k}"
    return Case(name, made[0], data, "ml" if k % 4 == 1 else "reml", weights, k == 0 and kind in MORE)


def cases(seed: int = 7, most: int = 99) -> Iterator[Case]:
    """All 200 of a seed, or the first few variants of each kind."""
    for kind, variants in KINDS.items():
        yield from (case(kind, k, seed) for k in range(min(variants, most)))


if __name__ == "__main__":
    for each in cases():
        sys.stdout.write(each.line() + "\n")
