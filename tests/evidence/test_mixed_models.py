"""A linear mixed model by example: what is asked, what comes back, and what is refused by name."""

import warnings
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import AccordError, DataError, TableError, UsageError
from accord.evidence import bootstrap, compare, fit
from accord.evidence.mixed.crossed import Crossed
from accord.evidence.mixed.descent import _turned
from accord.evidence.mixed.design import design
from accord.evidence.mixed.formula import read
from accord.evidence.mixed.likelihood import Likelihood, Nested
from accord.evidence.mixed.sums import parents, reduce

MODEL = "y ~ x + session + (1 + x | client) + (1 | therapist)"


def courses(clients: int = 120, therapists: int = 12, sessions: int = 8, seed: int = 7) -> dict[str, Any]:
    """Clients within therapists; x moves y by 0.5 on average, with a slope of each client's own."""
    dice = np.random.default_rng(seed)
    client = np.repeat(np.arange(clients), sessions)
    therapist = dice.integers(0, therapists, clients)[client]
    x, session = dice.normal(size=len(client)), np.tile(np.arange(1.0, sessions + 1), clients)
    own = dice.normal(size=(clients, 2)) @ [[1.0, 0.2], [0.0, 0.4]]
    y = 10 + 0.5 * x - 0.1 * session + own[client, 0] + own[client, 1] * x
    y += 0.6 * dice.normal(size=therapists)[therapist] + dice.normal(size=len(client))
    return {"y": y, "x": x, "session": session, "client": client, "therapist": therapist}


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    return courses()


def test_a_fit_gives_brooms_columns(data: dict[str, Any]) -> None:
    fitted = fit(MODEL, data)
    columns = [
        "effect",
        "group",
        "term",
        "estimate",
        "std.error",
        "statistic",
        "df",
        "p.value",
        "conf.low",
        "conf.high",
    ]
    assert fitted.tidy().columns == columns
    assert [one.term for one in fitted.fixed] == ["(Intercept)", "x", "session"]
    assert fitted.glance()["nobs"].item() == 960
    assert fitted.groups == {"client": 120, "therapist": 12}
    assert fitted.ranef().columns == ["grpvar", "level", "term", "estimate", "std.error"]


def test_the_truth_lies_within_the_intervals(data: dict[str, Any]) -> None:
    """Six standard errors wide, so that this holds for every seed worth a test."""
    for one, truth in zip(fit(MODEL, data).fixed, (10, 0.5, -0.1), strict=True):
        assert abs(one.estimate - truth) < 6 * one.std_error


def dense_criterion(data: dict[str, Any], covariances: list[np.ndarray]) -> float:
    """REML's criterion as the textbook writes it, with V as one matrix (Harville 1977); covariances over sigma^2."""
    y, n = data["y"], len(data["y"])
    X = np.column_stack([np.ones(n), data["x"], data["session"]])
    V = np.eye(n)
    for codes, Z, D in (
        (data["client"], X[:, :2], covariances[0]),
        (data["therapist"], X[:, :1], covariances[1]),
    ):
        V += (codes[:, None] == codes[None, :]) * (Z @ D @ Z.T)
    inverse = np.linalg.inv(V)
    A = X.T @ inverse @ X
    e = y - X @ np.linalg.solve(A, X.T @ inverse @ y)
    free = n - 3
    dets = np.linalg.slogdet(V)[1] + np.linalg.slogdet(A)[1]
    return float(dets + free * (1 + np.log(2 * np.pi * (e @ inverse @ e) / free)))


def test_the_criterion_is_the_textbooks(data: dict[str, Any]) -> None:
    fitted = fit(MODEL, data)
    relative = [D / fitted.sigma2 for D in fitted.covariances]
    assert fitted.criterion == pytest.approx(dense_criterion(data, relative), abs=1e-6)
    moved = [relative[0] * 1.05, relative[1] * 0.95]
    assert dense_criterion(data, moved) > fitted.criterion


@pytest.mark.parametrize("wide", [False, True])
def test_arrays_compiled_code_and_the_crossed_way_give_the_same_criterion_and_slope(wide: bool) -> None:
    given = courses()
    given["site"] = given["therapist"] % 3
    formula = "y ~ x + session + (1 + x | client) + (1 + x | therapist)"
    if wide:
        formula = "y ~ x + (1 + x + session | client) + (1 + x | therapist) + (1 | site) + (0 + session | site)"
    made = design(read(formula), given)
    up = parents(made)
    assert up is not None
    nested = [Nested(reduce(made, made.x, up, compiled)) for compiled in (False, True)]
    looks = []
    for structure in (*nested, Crossed(made, made.x)):
        likelihood = Likelihood(structure, True)
        theta = np.random.default_rng(3).normal(size=len(likelihood.start()))
        looks.append(likelihood.look(theta))
        steps = 1e-5 * np.eye(len(theta))
        slope = [(likelihood.look(theta + e).criterion - likelihood.look(theta - e).criterion) / 2e-5 for e in steps]
        # Central differences of a criterion near 5,000 are good to about 1e-6 of it over the step.
        np.testing.assert_allclose(looks[-1].gradient, slope, atol=1e-3, rtol=1e-5)
    for look in looks[1:]:
        assert look.criterion == pytest.approx(looks[0].criterion, abs=1e-8)
        np.testing.assert_allclose(look.gradient, looks[0].gradient, rtol=1e-6, atol=1e-6)


def test_the_sparse_way_gives_what_the_full_one_gives(data: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(2)
    two = {**data, "therapist": np.where(dice.random(960) < 0.1, dice.integers(0, 12, 960), data["therapist"])}
    full = fit(MODEL, two)
    monkeypatch.setattr("accord.evidence.mixed.crossed.DENSE", 5)
    sparse = fit(MODEL, two)
    np.testing.assert_allclose(sparse.beta, full.beta, rtol=1e-6)
    assert sparse.criterion == pytest.approx(full.criterion, abs=1e-6)
    np.testing.assert_allclose(sparse.ranef()["estimate"], full.ranef()["estimate"], atol=1e-5)


def test_a_part_first_and_then_the_whole_is_what_the_whole_gives(
    data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit(MODEL, data)
    monkeypatch.setattr("accord.evidence.mixed.fitting.PART_FROM", 50)
    monkeypatch.setattr("accord.evidence.mixed.fitting.PART", 40)
    monkeypatch.setattr("accord.evidence.mixed.fitting.FEWEST", 4)
    parted = fit(MODEL, data)
    np.testing.assert_allclose(parted.beta, whole.beta, rtol=1e-7)
    assert parted.criterion == pytest.approx(whole.criterion, abs=1e-7)


def test_units_and_origins_of_columns_change_the_numbers_only_as_they_must(data: dict[str, Any]) -> None:
    plain = fit(MODEL, data)
    turned = fit(MODEL, {**data, "x": 2024 + data["x"] / 1000, "y": data["y"] * 1e6})
    assert turned.fixed[1].estimate == pytest.approx(plain.fixed[1].estimate * 1e9, rel=1e-6)
    assert turned.fixed[1].statistic == pytest.approx(plain.fixed[1].statistic, rel=1e-6)


def test_predictions_know_units_and_fall_back_to_the_mean_for_strangers(data: dict[str, Any]) -> None:
    fitted = fit(MODEL, data)
    rows = pl.DataFrame(data)[:5]
    np.testing.assert_allclose(fitted.predict(rows), fitted.predict()[:5])
    strangers = rows.with_columns(client=pl.lit(-1), therapist=pl.lit(-1))
    np.testing.assert_allclose(fitted.predict(strangers), fitted.predict(rows, level="population"))
    assert np.isnan(fitted.predict(rows.with_columns(x=pl.lit(None, pl.Float64)))).all()


def test_a_variance_is_tested_against_a_mixture_and_models_against_each_other(data: dict[str, Any]) -> None:
    small, large = (fit(f, data, method="ml") for f in ("y ~ x + (1 | client)", "y ~ x + session + (1 | client)"))
    row = compare(large, small).row(1, named=True)
    assert row["formula"] == large.formula
    assert row["statistic"] == pytest.approx(small.criterion - large.criterion)
    terms = fit(MODEL, data).ranova()["term"].to_list()
    assert terms == ["<none>", "x in (1 + x | client)", "(1 | therapist)"]
    with pytest.raises(UsageError, match="by ML"):
        compare(fit("y ~ x + (1 | client)", data), fit("y ~ session + (1 | client)", data))


def test_the_bootstrap_repeats_with_its_seed_and_agrees_with_the_standard_errors(data: dict[str, Any]) -> None:
    fitted = fit(MODEL, data)
    one, again = (bootstrap(fitted, n=60, seed=4) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    # The spread of 60 draws is itself uncertain by a tenth; three of those.
    np.testing.assert_allclose(one[:, :3].std(axis=0, ddof=1), fitted.std_errors, rtol=0.3)
    whole = bootstrap(fitted, n=40, seed=4, kind="cases")
    assert np.isfinite(whole[:, :3]).all()


def test_no_variance_between_units_is_nought_and_said() -> None:
    dice = np.random.default_rng(0)
    data = {"y": dice.normal(size=300), "client": np.repeat(np.arange(50), 6)}
    data["y"] -= np.repeat(data["y"].reshape(50, 6).mean(axis=1), 6)
    fitted = fit("y ~ 1 + (1 | client)", data)
    assert fitted.random[0].vcov == 0
    assert fitted.singular
    assert "0" in fitted.notes[0]


REFUSED = [
    ("y ~ x", UsageError, "no random term"),
    ("y ~ x + (1 | nobody)", TableError, "no such column"),
    (
        "y ~ __import__('os').system('true') + (1 | client)",
        UsageError,
        "only these functions|no meaning|cannot be read",
    ),
    ("y ~ x.__class__ + (1 | client)", AccordError, "x.__class__"),
    ("y ~ x + (1 | client", UsageError, "never closed"),
    ("y ~ x + (1 + x + session | row)", DataError, "nobody was measured twice"),
    ("one ~ x + (1 | client)", DataError, "nothing varies"),
    ("y ~ x + (1 | one)", DataError, "one level"),
    ("y ~ (x + session + client)^9 + (1 | client)", UsageError, "up to order"),
]


@pytest.mark.parametrize(("formula", "error", "says"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_by_name(
    formula: str, error: type[Exception], says: str, data: dict[str, Any]
) -> None:
    given = {**data, "one": np.ones(960), "row": np.arange(960)}
    with pytest.raises(error, match=says):
        fit(formula, given)


def test_random_effects_that_take_up_everything_are_refused() -> None:
    data = {"y": [1.0, 1.0, 2.0, 2.0, 5.0, 5.0], "client": [1, 1, 2, 2, 3, 3]}
    with pytest.raises(DataError, match=r"no error|exactly"):
        fit("y ~ 1 + (1 | client)", data)


def test_rows_with_gaps_are_left_out_and_counted(data: dict[str, Any]) -> None:
    gappy = {**data, "x": np.where(np.arange(960) % 10 == 0, np.nan, data["x"])}
    fitted = fit(MODEL, gappy)
    assert fitted.nobs == 864
    assert "96 rows" in fitted.notes[0]


ODD: list[Any] = [
    lambda dice, n: dice.normal(size=n), lambda dice, n: np.full(n, 3.0),
    lambda dice, n: dice.integers(0, max(2, n // 4), n),
    lambda dice, n: np.array([str(k) for k in dice.integers(0, 3, n)]), lambda dice, n: [None] * n,
    lambda dice, n: np.where(dice.random(n) < 0.3, np.nan, dice.normal(size=n)), lambda dice, n: [10**30] * n,
    lambda dice, n: np.append(dice.normal(size=max(n - 1, 0)), np.inf)[:n], lambda dice, n: dice.normal(size=n) * 1e300,
    lambda dice, n: dice.normal(size=n) * 1e12 + 1e15, lambda dice, n: dice.random(n) < 0.5,
    lambda dice, n: np.arange(n),
    lambda dice, n: [None if u < 0.2 else f"<b>é{int(u * 7)}" for u in dice.random(n)],
    lambda dice, n: dice.normal(size=n) * 1e-12,
]  # fmt: skip
FORMULAS = (
    "y ~ x + (1 | g)", "y ~ x + (1 + x | g)", "y ~ x*z + (1 + x || g) + (1 | h)", "y ~ C(k) + (0 + x | h) + (1 | g)",
    "log(y) ~ poly(x, 2) + (1 | g/h)", "y ~ 1 + (1 | g:h)", "y ~ x + I(x^2) + (1 | g)", "y ~ x + (1 | g) + (1 | k)",
)  # fmt: skip


def test_a_thousand_hostile_tables_give_a_fit_or_a_named_error() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcomes = {_outcome(seed) for seed in range(1_000)}
    assert outcomes >= {"fit", "DataError", "TableError"}


def _outcome(seed: int) -> str:
    dice = np.random.default_rng(seed)
    n = int(dice.choice([0, 1, 2, 3, 5, 8, 20, 60]))
    table = {name: ODD[int(dice.choice([0, 0, 2, *range(len(ODD))]))](dice, n) for name in ("x", "y", "z")}
    table |= {name: ODD[int(dice.choice([2, 2, 3, *range(len(ODD))]))](dice, n) for name in ("g", "h", "k")}
    try:
        fitted = fit(FORMULAS[seed % len(FORMULAS)], table, method=("reml", "ml")[seed % 2])
        numbers = fitted.tidy(effects="fixed").select("estimate", "std.error").to_numpy()
        assert np.isfinite(numbers).all()
        assert fitted.summary()
    except AccordError as error:
        return type(error).__name__
    return "fit"


def test_nobody_can_write_to_the_columns_of_a_design(data: dict[str, Any]) -> None:
    made = design(read(MODEL), data)
    with pytest.raises(ValueError, match="read-only"):
        made.columns[0][0] = 1.0


@pytest.mark.parametrize("seed", range(30))
def test_turning_a_factor_changes_no_covariance(seed: int) -> None:
    """Of a term of three effects and one of two, with noughts on the diagonal; each stays lower triangular."""
    dice = np.random.default_rng(seed)
    L = np.zeros((5, 5))
    L[:3, :3], L[3:, 3:] = np.tril(dice.normal(size=(3, 3))), np.tril(dice.normal(size=(2, 2)))
    L[np.diag_indices(5)] *= dice.random(5) < 0.5
    turned = _turned(L, [3, 2])
    np.testing.assert_allclose(turned @ turned.T, L @ L.T, atol=1e-12)
    assert not np.triu(turned, 1).any()
    assert not turned[3:, :3].any()
