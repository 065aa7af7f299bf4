"""Factor analysis and invariance beside lavaan 0.6-14, on generated data and on published means and covariances."""

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, UsageError
from accord.evidence.structural import cfa, invariance, invariance_over_time, sample
from accord.evidence.structural.invariance import STEPS, judge
from accord.evidence.structural.syntax import parse
from tests.evidence.lavaan.beside import LAVAAN, estimates_apart, fit_apart
from tests.evidence.lavaan.made import factors, repeated

TWO = "f =~ x1 + x2 + x3\nh =~ x4 + x5 + x6"
LABELS = "f =~ NA*x1 + a*x2 + a*x3\nh =~ x4 + 0.75*x5 + x6\nf ~~ 1*f\nx1 ~~ x4\nf ~~ 0*h"
THREE = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"
CASES = {
    "plain": (TWO, False, {}),
    "observed": (TWO, False, {"information": "observed"}),
    "fiml": (TWO, True, {}),
    "fiml_expected": (TWO, True, {"information": "expected"}),
    "std_lv": (TWO, False, {"std_lv": True}),
    "labels": (LABELS, False, {}),
    "second_order": (TWO + "\ntop =~ 1*f + 1*h", False, {}),
}


def school(name: str) -> object:
    told = LAVAAN["hs_statistics"]
    known = told["all"] if name == "all" else told["schools"][name]
    return sample(known["n"], known["mean"], known["cov"], [f"x{at}" for at in range(1, 10)])


SCHOOLS = {name: school(name) for name in LAVAAN["hs_statistics"]["schools"]}


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_lavaan_says(name: str) -> None:
    model, missing, options = CASES[name]
    fit = cfa(model, factors(missing=missing), **options)
    apart = estimates_apart(fit, LAVAAN["cfa"][name])
    assert max(apart["estimate"], apart["std"]) < 2e-4
    assert max(apart["error"], apart["std_error"]) < 2e-5
    assert max(fit_apart(fit, LAVAAN["cfa"][name]).values()) < 1e-5


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_groups_with_more_and_more_held_equal_are_what_lavaan_says(step: str, missing: bool) -> None:
    told = LAVAAN["groups_missing" if missing else "groups"][step]
    fit = cfa(TWO, factors(missing=missing), group="g", equal=STEPS[step])
    apart = estimates_apart(fit, told)
    assert apart["estimate"] < 2e-4
    assert apart["error"] < 2e-5
    assert max(fit_apart(fit, told).values()) < 1e-5


def test_holzinger_and_swineford_by_means_and_covariances_alone() -> None:
    """Reference: chi2 85.305, df 24, CFI .931, TLI .896, RMSEA .092 (.071 to .114), SRMR .065."""
    fit = cfa(THREE, school("all"))
    found = fit.indices
    assert (round(found.chisq, 3), found.df) == (85.306, 24)
    shown = [
        round(each, 3) for each in (found.cfi, found.tli, found.rmsea, found.rmsea_low, found.rmsea_high, found.srmr)
    ]
    assert shown == [0.931, 0.896, 0.092, 0.071, 0.114, 0.065]
    assert max(fit_apart(fit, LAVAAN["hs"]["all"]).values()) < 1e-5
    assert estimates_apart(fit, LAVAAN["hs"]["all"])["std"] < 2e-4


def test_holzinger_and_swineford_by_school_pass_metric_and_fail_scalar() -> None:
    """Reference: 115.851/48/.9234, 124.044/54/.9209, 164.103/60/.8825, 181.511/69/.8730."""
    found = invariance(THREE, SCHOOLS)
    shown = [(round(step.fit.chisq, 2), step.fit.df, round(step.fit.cfi, 4)) for step in found.steps]
    assert shown == [(115.85, 48, 0.9234), (124.04, 54, 0.9209), (164.10, 60, 0.8825), (181.51, 69, 0.873)]
    for step, fit in zip(STEPS, found.fits, strict=True):
        assert max(fit_apart(fit, LAVAAN["hs"][step]).values()) < 1e-5
    assert [step.holds for step in found.steps] == [None, True, False, True]
    assert found.steps[1].cfi_change == pytest.approx(-0.0025, abs=5e-5)
    assert found.steps[2].cfi_change == pytest.approx(-0.038, abs=5e-4)
    assert found.reached == "metric"
    assert "CFI fell by 0.038 (limit 0.010)" in found.words[2]
    assert found.words[-1].endswith("(metric; limits of Chen (2007), from memory)")
    assert found.tidy().height == 4


def test_what_holds_after_a_step_that_does_not_is_not_reached() -> None:
    """Strict holds against scalar, but scalar does not hold: nothing is claimed beyond metric."""
    found = invariance(THREE, SCHOOLS)
    assert found.steps[3].holds
    assert found.reached == "metric"


@pytest.mark.parametrize("step", STEPS)
def test_the_same_people_over_time_are_one_model_as_in_lavaan(step: str) -> None:
    found = invariance_over_time(list("abcd"), [1, 3, 6], repeated())
    fit, told = dict(zip(STEPS, found.fits, strict=True))[step], LAVAAN["over_time"][step]
    assert max(fit_apart(fit, told).values()) < 1e-5
    ours = {each.term: each for each in fit.estimates()}
    for row in told["estimates"]:
        words = [f"at {part[1:]}" if part[0] == "t" else part for part in row["term"].split(" ")]
        each = ours.get(" ".join(words)) or ours[" ".join([words[2], words[1], words[0]])]
        assert abs(each.estimate - row["est"]) < 2e-4 * row["se"]
        assert each.std_error == pytest.approx(row["se"], rel=5e-5)


def test_limits_are_chens() -> None:
    before = cfa(TWO, factors(), group="g").indices

    def after(**moved: float) -> bool | None:
        return judge("metric", before, type(before)(**{**vars(before), **moved})).holds

    assert after(cfi=before.cfi - 0.0099)
    assert not after(cfi=before.cfi - 0.0101)
    assert after(rmsea=before.rmsea + 0.0149)
    assert not after(rmsea=before.rmsea + 0.0151)
    assert after(srmr=before.srmr + 0.029)
    assert not after(srmr=before.srmr + 0.031)
    assert after(cfi=float("nan")) is None
    assert not judge("scalar", before, type(before)(**{**vars(before), "srmr": before.srmr + 0.011})).holds


def test_the_scale_of_a_factor_does_not_change_the_fit_nor_a_turned_item_its_finding() -> None:
    data = factors()
    plain, unit = cfa(TWO, data), cfa(TWO, data, std_lv=True)
    assert plain.indices.chisq == pytest.approx(unit.indices.chisq, abs=1e-7)
    turned = cfa(TWO, {**data, "x2": -data["x2"], "x1": 1000 * data["x1"]})
    assert turned.indices.chisq == pytest.approx(plain.indices.chisq, abs=1e-6)
    assert turned.find("f =~ x2").std_all == pytest.approx(-plain.find("f =~ x2").std_all, abs=1e-6)


def test_frames_of_any_kind_and_groups_by_name() -> None:
    data = factors()
    named = {**data, "g": np.where(data["g"] == 1, "client", "therapist")}
    frame = pl.DataFrame(named)
    by_name = cfa(TWO, frame, group="g")
    assert set(by_name.groups) == {"client", "therapist"}
    assert by_name.indices.chisq == pytest.approx(LAVAAN["groups"]["configural"]["fit"]["chisq"], abs=1e-5)
    assert by_name.tidy()["group"].n_unique() == 2


def test_the_syntax_is_read_as_written() -> None:
    terms = parse("f =~ a + NA*b +\n 0.5*c # the third\n; f + h =~ d\n a ~~ same*b")
    assert [(term.lhs, term.rhs, term.label, term.value, term.free) for term in terms] == [
        ("f", "a", None, None, False),
        ("f", "b", None, None, True),
        ("f", "c", None, 0.5, False),
        ("f", "d", None, None, False),
        ("h", "d", None, None, False),
        ("a", "b", "same", None, False),
    ]


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("", "no measurement in the model"),
        ("a ~~ b", "no measurement in the model"),
        ("f =~ a + b\nf ~ x", "a regression, mean or intercept"),
        ("f =~ a + b\nx := 2", "a defined parameter"),
        ("f =~ a + b\na == b", "a constraint"),
        ("f =~ a + ", "cannot read ''"),
        ("f =~ a b", "cannot read 'a b'"),
        ("f =~ start(1)*a", r"cannot read 'start\(1\)'"),
        ("2f =~ a", "cannot read '2f'"),
        ("y | t1", "a threshold"),
        ("hello", "cannot read the line 'hello'"),
    ],
)
def test_what_is_not_known_is_refused_with_its_line(model: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        cfa(model, factors())


def test_data_that_cannot_carry_it_are_refused_by_name() -> None:
    data = factors()
    with pytest.raises(UsageError, match="no column 'x9'"):
        cfa("f =~ x1 + x2 + x9", data)
    with pytest.raises(UsageError, match="equal: got 'means'"):
        cfa(TWO, data, group="g", equal=("means",))
    with pytest.raises(UsageError, match="means=False with missing values"):
        cfa(TWO, factors(missing=True), means=False)
    with pytest.raises(DataError, match="has one group only"):
        cfa(TWO, {**data, "g": np.ones(420)}, group="g")
    with pytest.raises(DataError, match=r"g 3\.0: 1 people for 6 measurements"):
        cfa(TWO, {**data, "g": np.append(data["g"][:-1], 3.0)}, group="g")
    with pytest.raises(DataError, match="does not say for everyone"):
        cfa(TWO, {**data, "g": np.append(data["g"][:-1], np.nan)}, group="g")
    with pytest.raises(DataError, match="not identified"):
        cfa("f =~ x1 + x2", data)
    with pytest.raises(UsageError, match="invariance compares groups"):
        invariance(TWO, data)
    with pytest.raises(UsageError, match="2 items at 2 sessions"):
        invariance_over_time(["a", "b"], [1, 3], repeated())
