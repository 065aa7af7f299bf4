"""One factor within and between people beside lavaan 0.6-14: generated sessions, and lavaan's Demo.twolevel."""

import numpy as np
import pytest

from accord.errors import DataError
from accord.evidence.reliability import by_level, from_fit
from accord.evidence.structural import Moments, TwoLevelFit, fit_levels, fit_two_level
from tests.evidence.lavaan.beside import LAVAAN
from tests.evidence.lavaan.made import sessions

ITEMS = [f"i{at}" for at in range(1, 5)]


def demo(items: int) -> TwoLevelFit:
    """From the covariance within, and number, means and covariances of the clusters of each size."""
    told = LAVAAN["demo_statistics"]
    names, k = tuple(f"y{at + 1}" for at in range(items)), items

    def known(n: float, mean: np.ndarray, cov: list) -> Moments:
        return Moments(names, np.array([float(n)]), mean[None, :k], np.array(cov)[None, :k, :k], np.ones((1, k), bool))

    made = [known(told["rows"] - told["clusters"], np.zeros(4), told["within"])]
    for each in told["sizes"]:
        size, n = each["size"], each["n"]
        cov = np.array(each["cov"]) * size * (n - 1) / n
        made.append(known(n, np.sqrt(size) * np.array(each["mean"]), cov.tolist()))
    return fit_levels(tuple(made), np.array([float(each["size"]) for each in told["sizes"]]))


def sessions_fit() -> TwoLevelFit:
    data = sessions()
    return fit_two_level(np.column_stack([data[item] for item in ITEMS]), data["client"].astype(int), ITEMS)


@pytest.mark.parametrize("name", ["two_level", "demo", "demo4"])
def test_it_is_what_lavaan_says(name: str) -> None:
    """Estimates to 1e-3 of a standard error. lavaan's EM for its saturated model stops at 1e-4 of the
    log-likelihood, so that its chi-square is too small by that; ours is never smaller."""
    told = LAVAAN[name]
    fit = {"two_level": sessions_fit, "demo": lambda: demo(3), "demo4": lambda: demo(4)}[name]()
    known = told["fit"]
    assert fit.loglik == pytest.approx(known["logl"], abs=1e-5)
    assert -1e-6 < fit.chisq - known["chisq"] < 1e-3
    assert fit.df == known["df"]
    assert fit.cfi == pytest.approx(known["cfi"], abs=1e-5)
    assert fit.tli == pytest.approx(known["tli"], abs=3e-5)
    assert fit.rmsea == pytest.approx(known["rmsea"], abs=5e-5)
    for row in told["estimates"]:
        value, error = _ours(fit, row["term"], row["level"])
        assert abs(value - row["est"]) < 1e-3 * row["se"], row["term"]
        assert error is None or error == pytest.approx(row["se"], rel=1e-3)


def _ours(fit: TwoLevelFit, term: str, level: int) -> tuple[float, float | None]:
    lhs, op, rhs = (*term.split(" "), "")[:3]
    own, k = (fit.within if level == 1 else fit.between), len(fit.items)
    errors = np.sqrt(np.diag(own.vcov))
    if op == "~1":
        return fit.means[fit.items.index(lhs)], None
    if op == "=~":
        place = fit.items.index(rhs)
        return own.loadings[place], errors[place]
    if lhs in fit.items:
        place = fit.items.index(lhs)
        return own.residuals[place], errors[k + place]
    return own.variance, errors[-1]


@pytest.mark.parametrize("name", ["two_level", "demo"])
def test_omega_within_and_between_with_their_errors(name: str) -> None:
    """Reference for Demo.twolevel: .6762 and .9352. The interval is lavaan's delta-method error, taken to the logit."""
    told = LAVAAN[name]
    found = from_fit(sessions_fit() if name == "two_level" else demo(3))
    for level, each in (("w", found.omega_within), ("b", found.omega_between)):
        omega, error = told["omega"][f"omega_{level}"], told["omega_se"][f"omega_{level}"]
        assert each.estimate == pytest.approx(omega, abs=2e-6)
        at, reach = np.log(omega / (1 - omega)), 1.959964 * error / (omega * (1 - omega))
        assert each.low == pytest.approx(1 / (1 + np.exp(-(at - reach))), abs=1e-4)
        assert each.high == pytest.approx(1 / (1 + np.exp(-(at + reach))), abs=1e-4)
    if name == "demo":
        assert (round(found.omega_within.estimate, 4), round(found.omega_between.estimate, 4)) == (0.6762, 0.9352)


def test_the_error_of_a_change_follows_from_omega_within() -> None:
    data = sessions()
    found = by_level(data, ITEMS)
    mean = np.column_stack([data[item] for item in ITEMS]).mean(axis=1)
    who = data["client"].astype(int)
    off = mean - (np.bincount(who, weights=mean) / np.bincount(who))[who]
    sd = np.sqrt(off @ off / (len(off) - who.max() - 1))
    assert found.sd_within == pytest.approx(sd)
    assert found.sem_change == pytest.approx(sd * np.sqrt(2 * (1 - found.omega_within.estimate)))
    assert found.reliable_change == pytest.approx(1.959964 * found.sem_change)


def test_the_likelihood_is_that_of_whole_rows() -> None:
    """Each person's rows as one normal vector, written out."""
    data = {name: column[:200] for name, column in sessions().items()}
    values, who = np.column_stack([data[item] for item in ITEMS]), data["client"].astype(int)
    fit = fit_two_level(values, who, ITEMS)
    cov = [
        np.outer(level.loadings, level.loadings) * level.variance + np.diag(level.residuals)
        for level in (fit.within, fit.between)
    ]
    total = 0.0
    for person in np.unique(who):
        own = values[who == person]
        n = len(own)
        sigma = np.kron(np.eye(n), cov[0]) + np.kron(np.ones((n, n)), cov[1])
        off = (own - fit.means).ravel()
        total -= 0.5 * (len(off) * np.log(2 * np.pi) + np.linalg.slogdet(sigma)[1] + off @ np.linalg.solve(sigma, off))
    assert fit.loglik == pytest.approx(total, abs=1e-8)


def test_data_that_cannot_tell_the_levels_apart_are_refused() -> None:
    dice = np.random.default_rng(1)
    values = dice.normal(size=(40, 4))
    with pytest.raises(DataError, match="40 answer sets of 40 people cannot tell"):
        fit_two_level(values, np.arange(40), ITEMS)
    with pytest.raises(DataError, match="40 answer sets of 1 people cannot tell"):
        fit_two_level(values, np.zeros(40, int), ITEMS)
    person = np.repeat(np.arange(10), 4)
    values[:, 2] = person
    with pytest.raises(DataError, match="item 'i3' never moves within a person"):
        fit_two_level(values, person, ITEMS)
