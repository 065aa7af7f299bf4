"""alpha, omega, their intervals, and reliability of change: beside psych 2.2.9, lavaan, and what was published."""

import csv
from pathlib import Path

import numpy as np
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence.reliability import alpha, omega, reliability_of_change
from accord.evidence.reliability.one_factor import one_factor
from accord.evidence.reliability.single import alpha_of, omega_of
from accord.evidence.structural import cfa, sample
from tests.evidence.lavaan.beside import LAVAAN
from tests.evidence.lavaan.made import scale, sessions


def test_alpha_and_feldts_interval_are_those_of_psych() -> None:
    found, told = alpha(scale()), LAVAAN["scale"]
    assert found.estimate == pytest.approx(told["alpha"], abs=1e-9)
    assert (found.low, found.high) == pytest.approx(told["feldt"], abs=1e-9)
    assert (found.items, found.people, found.interval) == (6, 260, "feldt")


def test_omega_and_its_error_are_those_of_lavaan() -> None:
    found, told = omega(scale()), LAVAAN["scale"]
    assert found.estimate == pytest.approx(told["omega"], abs=1e-6)
    at, reach = np.log(told["omega"] / (1 - told["omega"])), 1.959964 * told["omega_se"]
    reach /= told["omega"] * (1 - told["omega"])
    assert found.low == pytest.approx(1 / (1 + np.exp(-(at - reach))), abs=1e-5)
    assert found.high == pytest.approx(1 / (1 + np.exp(-(at + reach))), abs=1e-5)


def test_holzinger_and_swineford_by_their_covariances() -> None:
    """Reference: visual .6261 and .6326, textual .8827 and .8859, speed .6885 and .6961."""
    cov = np.array(LAVAAN["hs_statistics"]["all"]["cov"])
    wanted = {"visual": (0.6261, 0.6326), "textual": (0.8827, 0.8859), "speed": (0.6885, 0.6961)}
    for first, (name, both) in zip((0, 3, 6), wanted.items(), strict=True):
        block = cov[None, first : first + 3, first : first + 3]
        assert (round(float(alpha_of(block)[0]), 4), round(float(omega_of(block)[0]), 4)) == both
        told = LAVAAN["hs_reliability"][name]
        assert alpha_of(block)[0] == pytest.approx(told["alpha"], abs=1e-9)
        assert omega_of(block)[0] == pytest.approx(told["omega"], abs=1e-6)


def test_mibots_care_has_the_published_alpha(shared_data: Path) -> None:
    """alpha .896, mean 42.03, SD 7.49 (MIBOT, ACL 2025)."""
    with (shared_data / "mibot" / "data.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = {f"CAREQ{at}": np.array([float(row[f"CAREQ{at}"]) for row in rows]) for at in range(1, 11)}
    total = sum(items.values())
    assert (round(total.mean(), 2), round(total.std(ddof=1), 2)) == (42.03, 7.49)
    found = alpha(items)
    assert round(found.estimate, 3) == 0.896
    assert found.low < 0.896 < found.high
    drawn = omega(items, seed=1)
    assert drawn.low < 0.896 < drawn.high


def test_one_factor_at_once_for_many_is_the_engine_one_by_one() -> None:
    dice = np.random.default_rng(2)
    many = [np.cov(dice.normal(size=(80, 1)) * 0.9 + dice.normal(size=(80, 5)), rowvar=False) for _ in range(30)]
    found = one_factor(np.array(many))
    names = [f"x{at}" for at in range(5)]
    for at, cov in enumerate(many):
        if found.at_bound[at]:
            continue
        fit = cfa("f =~ " + " + ".join(names), sample(80, None, cov, names, unbiased=False), std_lv=True)
        loadings = [fit.find(f"f =~ {name}").estimate for name in names]
        assert found.converged[at]
        assert found.loadings[at] * np.sign(found.loadings[at, 0]) == pytest.approx(
            np.array(loadings) * np.sign(loadings[0]), abs=1e-4
        )


def test_bootstrap_intervals_are_the_same_for_the_same_seed_and_cover_what_they_should() -> None:
    """Of 200 samples of 150 people, 95% intervals hold the true omega in 88.5% to 99%: BCa falls short here."""
    assert alpha(scale(), seed=5) == alpha(scale(), seed=5)
    assert alpha(scale(), seed=5).low != alpha(scale(), seed=6).low
    dice = np.random.default_rng(3)
    loading, error = np.array([0.9, 0.8, 0.6, 0.7]), np.array([0.5, 0.7, 0.8, 0.6])
    truth = loading.sum() ** 2 / (loading.sum() ** 2 + (error**2).sum())
    held = 0
    for seed in range(200):
        values = dice.normal(size=(150, 1)) * loading + dice.normal(size=(150, 4)) * error
        found = omega({f"q{at}": column for at, column in enumerate(values.T)}, seed=seed, draws=400)
        held += found.low < truth < found.high
    assert 177 <= held <= 198


def test_bca_is_near_feldt_where_answers_are_normal() -> None:
    dice = np.random.default_rng(4)
    values = dice.normal(size=(800, 1)) + dice.normal(size=(800, 5))
    data = {f"q{at}": column for at, column in enumerate(values.T)}
    exact, drawn = alpha(data), alpha(data, seed=1)
    assert (drawn.low, drawn.high) == pytest.approx((exact.low, exact.high), abs=0.006)


def test_reliability_of_change_is_that_of_psych_and_lme4() -> None:
    """Crossed by psych::mlr; with sessions of their own by lme4, whose REML is the analysis of variance here."""
    data, items = sessions(60, same=True), [f"i{at}" for at in range(1, 5)]
    crossed = reliability_of_change(data, items, session="session")
    assert crossed.design == "crossed"
    assert crossed.estimate == pytest.approx(LAVAAN["of_change"]["crossed"], abs=1e-9)
    nested = reliability_of_change(data, items)
    assert nested.design == "nested"
    assert nested.estimate == pytest.approx(LAVAAN["of_change"]["nested"], abs=1e-5)
    assert reliability_of_change(sessions(), items, session="session").design == "nested"


def test_answers_that_only_err_have_no_reliable_change() -> None:
    dice = np.random.default_rng(6)
    data = {"client": np.repeat(np.arange(50), 4).astype(float)}
    data |= {f"i{at}": dice.normal(size=200) for at in range(3)}
    found = reliability_of_change(data, ["i0", "i1", "i2"])
    assert found.estimate < 0.25
    for at in range(3):
        data[f"i{at}"] = data[f"i{at}"] - sum(data[f"i{i}"] for i in range(3)) / 3 if at == 2 else data[f"i{at}"]
    assert reliability_of_change(data, ["i0", "i1", "i2"]).estimate >= 0


def test_what_cannot_be_answered_is_said() -> None:
    data = scale()
    with pytest.raises(DataError, match="item 'q2' has the same answer from everyone"):
        alpha({**data, "q2": np.full(260, 3.0)})
    with pytest.raises(UsageError, match="1 items; wanted 2"):
        alpha(data, ["q1"])
    with pytest.raises(UsageError, match="2 items; wanted 3"):
        omega(data, ["q1", "q2"])
    with pytest.raises(DataError, match="5 people answered all 6 items"):
        alpha({name: column[:5] for name, column in data.items()})
    with pytest.raises(TableError, match="column 'q1': holds something that is not a number"):
        alpha({**data, "q1": ["much"] * 260})
    with pytest.raises(DataError, match="nobody's answers moved"):
        reliability_of_change(
            {"client": [1, 1, 2, 2], **{f"i{at}": [1, 1, 2, 2] for at in range(3)}}, ["i0", "i1", "i2"]
        )
    with pytest.raises(DataError, match="needs two sessions or more"):
        reliability_of_change({"client": [1, 2], **{f"i{at}": [1, 2] for at in range(3)}}, ["i0", "i1", "i2"])


def test_left_out_people_and_turned_items_are_noted() -> None:
    data = scale()
    turned = alpha({**data, "q3": 6 - data["q3"]})
    assert "q3 runs against the others; should it be reversed?" in turned.notes
    gaps = {**data, "q1": np.where(np.arange(260) < 7, np.nan, data["q1"])}
    assert "7 of 260 left an item out and are left out" in alpha(gaps).notes


def test_an_item_that_is_nearly_the_factor_is_noted_and_still_answered() -> None:
    dice = np.random.default_rng(7)
    factor = dice.normal(size=300)
    data = {"a": factor, "b": 0.3 * factor + dice.normal(size=300), "c": 0.3 * factor + dice.normal(size=300)}
    data["a"] = factor + 0.01 * dice.normal(size=300)
    found = omega(data)
    assert 0 < found.estimate < 1
    assert np.isfinite(found.estimate)
