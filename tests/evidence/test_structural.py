"""The engine under the structural models: derivatives, saturated moments, patterns, and what it refuses."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import DataError, UsageError
from accord.evidence.structural import Row, build, fit_model, moments, sample, saturated
from accord.evidence.structural import likelihood as engine
from accord.evidence.structural.model import Model
from accord.evidence.structural.moments import Moments

room = import_module("accord.evidence.structural.moments")

NAMES = [f"x{at}" for at in range(6)]


def mixed_model() -> Model:
    """Everything at once: two groups, labels, coefficients, paths before paths, residual covariance, latent means."""
    rows = []
    for g in range(2):
        rows += [Row("f", "=~", "x0", value=1, group=g), Row("f", "=~", "x1", label="a", group=g)]
        rows += [Row("f", "=~", "x2", coef=2.0, group=g), Row("h", "=~", "x3", value=1, group=g)]
        rows += [Row("h", "=~", "x4", label="a", group=g), Row("h", "=~", "x5", group=g), Row("h", "=~", "x1", group=g)]
        rows += [Row("h", "~", "f", group=g), Row("k", "~", "h", group=g), Row("k", "=~", "x5", value=0.5, group=g)]
        rows += [Row(name, "~~", name, start=1.5, group=g) for name in ("f", "h", "k", *NAMES)]
        rows += [Row("k", "~~", "f", group=g), Row("x0", "~~", "x4", group=g)]
        rows += [Row(name, "~1", "", group=g) for name in ("f", "h", *NAMES)]
    return build(rows, NAMES, ["f", "h", "k"], 2)


def with_gaps(seed: int, people: int = 200) -> tuple[Moments, Moments]:
    dice = np.random.default_rng(seed)
    values = dice.normal(size=(people, 6)) @ dice.normal(size=(6, 6))
    values[dice.random(values.shape) < 0.2] = np.nan
    return moments(values[::2], NAMES), moments(values[1::2], NAMES)


@pytest.mark.parametrize("wide", [1, 64])
def test_gradient_and_observed_information_are_the_derivatives(wide: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By central differences; once pattern by pattern and once from the one table."""
    monkeypatch.setattr(engine, "WIDE", wide)
    model, known = mixed_model(), with_gaps(1)
    theta = model.start + np.random.default_rng(2).normal(size=len(model.start)) * 0.1
    at = engine.everywhere(model, known, theta)
    slope, _ = engine.first(model, known, at)
    curve = engine.second(model, known, at)
    for place in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[place]
        above, below = (engine.everywhere(model, known, theta + sign * step) for sign in (1, -1))
        assert slope[place] == pytest.approx((above.loglik - below.loglik) / 2e-5, rel=1e-6, abs=1e-5)
        turn = (engine.first(model, known, below)[0] - engine.first(model, known, above)[0]) / 2e-5
        assert curve[place] == pytest.approx(turn, rel=1e-5, abs=1e-4)


def test_expected_information_is_the_mean_of_the_observed_one() -> None:
    """At the truth of 4,000 draws of 300 people; 5% of the largest entry is Monte Carlo error."""
    rows = [Row("f", "=~", name, value=1.0 if name == "x0" else None, start=0.8) for name in NAMES[:3]]
    rows += [Row(name, "~~", name, start=1.0) for name in ("f", *NAMES[:3])]
    rows += [Row(name, "~1", "", start=0.5) for name in NAMES[:3]]
    model = build(rows, NAMES[:3], ["f"])
    dice = np.random.default_rng(3)
    truth = engine.implied(model.groups[0], model.start)
    total = 0.0
    for _ in range(400):
        known = moments(dice.multivariate_normal(truth.mu, truth.sigma, 300), NAMES[:3])
        at = engine.everywhere(model, (known,), model.start)
        total = total + engine.second(model, (known,), at) / 400
    _, expected = engine.first(model, (known,), at)
    assert np.abs(total - expected).max() < 0.05 * np.abs(expected).max()


def test_one_table_and_pattern_by_pattern_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model, known = mixed_model(), with_gaps(4)
    at = engine.everywhere(model, known, model.start)
    one = engine.first(model, known, at)[1]
    monkeypatch.setattr(engine, "WIDE", 1)
    assert engine.first(model, known, at)[1] == pytest.approx(one, rel=1e-12, abs=1e-10)


def test_inverses_by_size_are_the_same_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known = with_gaps(5)[0]
    sigma = np.eye(6) + 0.3
    plain = room.weights(sigma, known.seen)
    monkeypatch.setattr(room, "LARGE", 2)
    for a, b in zip(plain, room.weights(sigma, known.seen), strict=True):
        assert a == pytest.approx(b, abs=1e-12)


def test_saturated_moments_of_gaps_are_the_highest_place() -> None:
    """EM against the engine's own Fisher scoring on a model in which everything is free."""
    known = with_gaps(6)[0]
    found = saturated(known)
    pairs = [(a, b) for at, a in enumerate(NAMES) for b in NAMES[: at + 1]]
    rows = [Row(a, "~~", b, start=2.0 if a == b else 0.0) for a, b in pairs] + [Row(a, "~1", "") for a in NAMES]
    fit = fit_model(build(rows, NAMES, []), (known,))
    assert found.loglik == pytest.approx(fit.indices.loglik, abs=1e-6)
    assert found.cov == pytest.approx(fit.implied[0].sigma, abs=1e-4)
    assert found.mean == pytest.approx(fit.implied[0].mu, abs=1e-4)
    assert fit.indices.df == 0
    assert fit.indices.chisq < 1e-5


def test_a_likelihood_by_patterns_is_that_of_single_people() -> None:
    known = with_gaps(7)[0]
    dice = np.random.default_rng(7)
    values = dice.normal(size=(200, 6)) @ dice.normal(size=(6, 6))
    values[dice.random(values.shape) < 0.2] = np.nan
    mu, sigma = np.linspace(-1, 1, 6), np.eye(6) * 3 + 1
    total = 0.0
    for row in values[::2]:
        some = ~np.isnan(row)
        off, part = (row - mu)[some], sigma[np.ix_(some, some)]
        fit = np.linalg.slogdet(part)[1] + off @ np.linalg.solve(part, off)
        total -= 0.5 * (some.sum() * np.log(2 * np.pi) + fit)
    rows = [Row(a, "~~", b, value=sigma[i, j]) for i, a in enumerate(NAMES) for j, b in enumerate(NAMES[: i + 1])]
    rows += [Row(a, "~1", "", value=mu[i]) for i, a in enumerate(NAMES)]
    at = engine.everywhere(build(rows, NAMES, []), (known,), np.empty(0))
    assert at.loglik == pytest.approx(total, rel=1e-12)


def test_too_few_who_gave_both_leave_no_chi_square_and_a_note() -> None:
    """x2 and x3 were never asked together: their covariance is not settled, but a one-factor model is."""
    dice = np.random.default_rng(8)
    values = dice.normal(size=(400, 1)) + 0.7 * dice.normal(size=(400, 4))
    values[:200, 2], values[200:, 3] = np.nan, np.nan
    rows = [Row("f", "=~", name, value=1.0 if name == "x0" else None, start=1.0) for name in NAMES[:4]]
    rows += [Row(name, "~~", name, start=0.5) for name in ("f", *NAMES[:4])] + [Row(n, "~1", "") for n in NAMES[:4]]
    fit = fit_model(build(rows, NAMES[:4], ["f"]), (moments(values, NAMES[:4]),))
    assert fit.find("f =~ x3").estimate == pytest.approx(1, abs=0.2)
    assert np.isnan([fit.indices.chisq, fit.indices.cfi, fit.indices.rmsea, fit.indices.srmr]).all()
    assert any("no chi-square" in note for note in fit.notes)
    assert fit.glance()["chisq"].to_list() == [None]


def test_a_model_that_is_not_identified_is_named() -> None:
    known = moments(np.random.default_rng(9).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 100), ["a", "b"])
    rows = [Row("f", "=~", "a", value=1.0), Row("f", "=~", "b", start=1.0), Row("f", "~~", "f", start=0.5)]
    rows += [Row(name, "~~", name, start=0.5) for name in ("a", "b")] + [Row(name, "~1", "") for name in ("a", "b")]
    with pytest.raises(DataError, match=r"not identified: .*f =~ b"):
        fit_model(build(rows, ["a", "b"], ["f"]), (known,))
    idle = [Row(name, "~~", name, start=0.5) for name in ("a", "b", "f")] + [Row(n, "~1", "") for n in ("a", "b")]
    with pytest.raises(DataError, match="nothing in the data depends on f ~~ f"):
        fit_model(build(idle, ["a", "b"], ["f"]), (known,))


def test_a_heywood_case_is_noted() -> None:
    cov = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])
    rows = [Row("f", "=~", name, start=0.7) for name in NAMES[:3]] + [Row("f", "~~", "f", value=1.0)]
    rows += [Row(name, "~~", name, start=0.5) for name in NAMES[:3]]
    fit = fit_model(build(rows, NAMES[:3], ["f"]), (sample(500, None, cov, NAMES[:3]),))
    assert fit.find("x0 ~~ x0").estimate < 0
    assert "the variance of x0 is below 0 (a Heywood case): the model asks more than the data hold" in fit.notes


def test_a_model_is_read_strictly() -> None:
    with pytest.raises(UsageError, match="'z' is neither a column nor a latent variable"):
        build([Row("f", "=~", "z")], ["a"], ["f"])
    with pytest.raises(UsageError, match="'a ~~ b' stands twice"):
        build([Row("a", "~~", "b"), Row("a", "~~", "b")], ["a", "b"], [])
    with pytest.raises(UsageError, match="no loading, path among latent"):
        build([Row("a", "~", "b")], ["a", "b"], [])


def test_published_figures_are_checked() -> None:
    with pytest.raises(DataError, match="not symmetric"):
        sample(100, None, [[1, 0.5], [0.1, 1]], ["a", "b"])
    with pytest.raises(DataError, match="2 names with means"):
        sample(100, None, [[1.0]], ["a", "b"])
    with pytest.raises(DataError, match="must be finite"):
        sample(100, None, [[np.nan, 0], [0, 1]], ["a", "b"])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.floats(0, 0.9), st.sampled_from(["plain", "constant", "repeat"]))
def test_whatever_the_table_there_is_a_fit_or_a_named_error(seed: int, people: int, gaps: float, kind: str) -> None:
    dice = np.random.default_rng(seed)
    values = np.round(dice.normal(size=(people, 4)), dice.integers(0, 3))
    values[dice.random(values.shape) < gaps] = np.nan
    if kind == "constant":
        values[:, 1] = 2.0
    if kind == "repeat":
        values[:, 1] = values[:, 0]
    rows = [Row("f", "=~", name, value=1.0 if name == "x0" else None, start=1.0) for name in NAMES[:4]]
    rows += [Row(name, "~~", name, start=0.5) for name in ("f", *NAMES[:4])] + [Row(n, "~1", "") for n in NAMES[:4]]
    with np.errstate(all="raise"):
        try:
            fit = fit_model(build(rows, NAMES[:4], ["f"]), (moments(values, NAMES[:4]),))
        except DataError as error:
            assert str(error)  # noqa: PT017
            return
    assert np.isfinite(fit.theta).all()
    assert (np.diag(fit.vcov) > 0).all()
