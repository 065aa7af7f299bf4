"""Meta-analysis: metafor's numbers on generated and published studies, and what is said where little is known."""

import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.meta import egger, forest, leave_one_out, pool, pool_correlations
from accord.evidence.meta.spread import q_profile, reml, restricted_criterion

# Written by metafor/record.R with metafor 3.8-1; its scoring stops near 1e-13, its root search near 1e-8.
RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "metafor" / "metafor.json").read_text())
METHODS = ("fixed", "dl", "reml")
NEAR, BY_SEARCH = 1e-8, 1e-5


def near(got: float | None, wanted: float | None, within: float = NEAR) -> bool:
    return got == pytest.approx(wanted, rel=within, abs=within)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", RECORDED)
def test_metafor_finds_the_same_mean_and_spread(name: str, method: Any) -> None:
    one, told = RECORDED[name], RECORDED[name][method]
    pooled = pool(one["y"], one["v"], method=method)
    for what in ("estimate", "se", "low", "high", "p", "q"):
        assert near(getattr(pooled, what), told[what]), what
    if pooled.k > 1:
        assert near(pooled.i2, told["i2"])
        assert near(pooled.h2, told["h2"])
        assert near(pooled.q_p, told["q_p"])
    if method != "fixed" and pooled.k > 1:
        assert pooled.prediction is not None
        assert near(pooled.tau2, told["tau2"])
        assert near(pooled.tau2_se, told["tau2_se"])
        assert near(pooled.prediction[0], told["prediction_low"])
        assert near(pooled.prediction[1], told["prediction_high"])


@pytest.mark.parametrize("name", [name for name in RECORDED if name != "one"])
def test_metafor_finds_the_same_interval_of_tau2(name: str) -> None:
    one, told = RECORDED[name], RECORDED[name]["reml"]
    low, high = q_profile(np.array(one["y"]), np.array(one["v"]), 0.95)
    assert near(low, told["tau2_low"], BY_SEARCH)
    assert near(high, told["tau2_high"], BY_SEARCH)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name in RECORDED if name != "one"])
@pytest.mark.parametrize("interval", ["knapp-hartung", "modified"])
def test_metafor_finds_the_same_knapp_hartung_intervals(name: str, method: Any, interval: Any) -> None:
    one, told = RECORDED[name], RECORDED[name][f"{method}_{interval.split('-')[0]}"]
    pooled = pool(one["y"], one["v"], method=method, interval=interval)
    for what in ("se", "low", "high", "p"):
        assert near(getattr(pooled, what), told[what]), what


@pytest.mark.parametrize("name", [name for name in RECORDED if "without" in RECORDED[name]["reml"]])
def test_metafor_finds_the_same_without_each_study(name: str) -> None:
    one = RECORDED[name]
    for method in ("dl", "reml"):
        without = leave_one_out(pool(one["y"], one["v"], method=method))
        assert near([each.estimate for each in without], one[method]["without"])


@pytest.mark.parametrize("name", [name for name in RECORDED if "egger" in RECORDED[name]])
def test_metafor_finds_the_same_asymmetry(name: str) -> None:
    one, told = RECORDED[name], RECORDED[name]["egger"]
    found = egger(pool(one["y"], one["v"], method="dl"))
    assert near(found.statistic, told["statistic"])
    assert near(found.p, told["p"])
    assert near(found.limit, told["limit"])
    assert near(found.limit_range[0], told["low"])
    assert near(found.limit_range[1], told["high"])


def test_positive_regard_and_outcome(shared_data: Path) -> None:
    """15 studies as MAc pools them; z, r, tau2, I2, Q and the prediction interval to the digits recorded."""
    studies = pl.read_csv(shared_data / "mac/positive_regard_15studies.csv", null_values="NA")
    pooled = pool_correlations(studies["r"], studies["n"], method="dl")
    assert (round(pooled.estimate, 4), round(pooled.se, 4)) == (0.3138, 0.0678)
    assert {name: round(value or 0, 3) for name, value in pooled.shown.items()} == {
        "estimate": 0.304, "low": 0.179, "high": 0.419, "prediction_low": -0.095, "prediction_high": 0.618,
    }  # fmt: skip
    assert (round(pooled.tau2 or 0, 4), round(pooled.i2 or 0, 3), round(pooled.q, 2)) == (0.0389, 0.678, 43.43)
    fixed = pool_correlations(studies["r"], studies["n"], method="fixed")
    assert round(fixed.shown["estimate"] or 0, 3) == 0.233


def test_411_trials_of_therapy_for_depression(shared_data: Path) -> None:
    trials = pl.read_csv(shared_data / "metapsy/depression_411.csv", null_values="NA")
    pooled = pool(trials["g"], trials["SE"] ** 2, names=trials["study"].to_list())
    told = (pooled.estimate, pooled.se, pooled.low, pooled.high, pooled.tau2 or 0, pooled.i2 or 0)
    assert [round(value, 3) for value in told] == [0.740, 0.033, 0.676, 0.803, 0.324, 0.857]


def test_reml_is_where_the_restricted_likelihood_is_highest() -> None:
    for one in RECORDED.values():
        y, v = np.array(one["y"]), np.array(one["v"])
        if len(y) > 1:
            best = restricted_criterion(y, v, reml(y, v).tau2)
            grid = np.concatenate([[0.0], np.geomspace(1e-6, 20, 400)])
            assert best <= min(restricted_criterion(y, v, float(at)) for at in grid) + 1e-9


def test_what_scoring_does_not_reach_a_search_does() -> None:
    one = RECORDED["many"]
    stopped = pool(one["y"], one["v"], steps=1)
    assert near(stopped.tau2, one["reml"]["tau2"], BY_SEARCH)
    assert any("did not settle" in note for note in stopped.notes)


HILLS = (
    ([0.5973, -7.4823, -0.0123, 1.534, -0.0327], [0.4268, 1.85, 0.002, 2.9985, 0.0003]),
    ([2.411, 9.3134, -0.2773, 0.0316, -0.0035, 0.8323], [4.7471, 4.346, 2.6347, 0.0006, 0.0041, 4.3636]),
)


@pytest.mark.parametrize(("effects", "variances"), HILLS)
def test_the_higher_of_two_hills_is_taken(effects: list[float], variances: list[float]) -> None:
    """Two exact studies agree, one inexact one lies far out: the likelihood has a hill at 0 and one further out."""
    y, v = np.array(effects), np.array(variances)
    spread = reml(y, v)
    assert any("two hills" in note for note in spread.notes)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 100, 1000)])
    assert restricted_criterion(y, v, spread.tau2) <= min(restricted_criterion(y, v, float(at)) for at in grid)


def test_one_study_says_nothing_of_how_studies_differ() -> None:
    pooled = pool([0.42], [0.01])
    assert (pooled.tau2, pooled.i2, pooled.prediction, pooled.q_p) == (None, None, None, None)
    assert (pooled.estimate, round(pooled.se, 12)) == (0.42, 0.1)
    assert any("One study alone" in note for note in pooled.notes)
    assert pooled.words()[0] == "One study finds 0.42; probably between 0.22 and 0.62."


def test_studies_that_agree_more_than_chance_have_no_spread_and_an_empty_interval() -> None:
    pooled = pool([0.3] * 6, [0.02, 0.05, 0.03, 0.04, 0.02, 0.06])
    assert (pooled.tau2, pooled.tau2_range, pooled.i2) == (0.0, (0.0, 0.0), 0.0)
    assert pooled.prediction == (pooled.low, pooled.high)


def test_knapp_hartung_never_claims_an_error_of_nought() -> None:
    same = pool([0.3] * 4, [0.02] * 4, interval="knapp-hartung")
    assert near(same.se, math.sqrt(0.02 / 4))
    assert any("found the same" in note for note in same.notes)


@pytest.mark.parametrize(
    ("effects", "variances", "told"),
    [
        ([], [], "no study"),
        ([0.1, 0.2], [0.1, 0.0], "study 2"),
        ([0.1, 0.2], [0.1, -0.1], "variance -0.1"),
        ([0.1, float("nan")], [0.1, 0.1], "study 2"),
        ([0.1, 0.2], [0.1, float("inf")], "study 2"),
        ([0.1, None], [0.1, 0.1], "study 2"),
        ([0.1, 0.2], [0.1], "shapes"),
        ([[0.1]], [[0.1]], "shapes"),
        (["a"], [0.1], "no number"),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_its_place(effects: list, variances: list, told: str) -> None:
    with pytest.raises(DataError, match=told):
        pool(effects, variances)


@pytest.mark.parametrize(("r", "n"), [([1.0, 0.2], [30, 30]), ([0.1, -1.2], [30, 30]), ([0.1, 0.2], [30, 3])])
def test_correlations_that_fishers_z_cannot_carry_are_refused(r: list, n: list) -> None:
    with pytest.raises(DataError, match="wanted"):
        pool_correlations(r, n)


def test_unknown_wishes_are_refused() -> None:
    for wrong in ({"method": "ml"}, {"interval": "t"}, {"conf_level": 95}, {"prediction_df": 0}):
        with pytest.raises(UsageError, match="wanted"):
            pool([0.1, 0.2], [0.1, 0.1], **wrong)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="names"):
        pool([0.1, 0.2], [0.1, 0.1], names=["one"])
    with pytest.raises(DataError, match="one study"):
        leave_one_out(pool([0.1], [0.1]))


def test_eggers_test_asks_for_ten_studies_of_different_sizes() -> None:
    with pytest.raises(UsageError, match="got 4 studies"):
        egger(pool([0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.1, 0.1]))
    with pytest.raises(DataError, match="same standard error"):
        egger(pool(list(np.linspace(0, 1, 12)), [0.1] * 12))
    s = np.linspace(0.1, 0.5, 12)
    with pytest.raises(DataError, match="one line"):
        egger(pool(0.2 + 2 * s, s**2))
    assert "caution" in egger(pool(np.sin(np.arange(12)), s**2)).words


def test_a_prediction_interval_may_take_fewer_degrees_of_freedom() -> None:
    one = RECORDED["usual"]
    normal, t = pool(one["y"], one["v"]), pool(one["y"], one["v"], prediction_df=13)
    assert normal.prediction is not None
    assert t.prediction is not None
    # t of .975 with 13 degrees of freedom over the normal one, from tables: 2.1604 / 1.9600
    wide, wider = np.ptp(normal.prediction), np.ptp(t.prediction)
    assert wider / wide == pytest.approx(2.160369 / 1.959964, rel=1e-6)


def test_numbers_of_no_common_scale_are_refused() -> None:
    for effects, variances in (
        ([0.1, 0.2], [1e-9, 10.0]),
        ([1e10, 0.2], [1.0, 1.0]),
        ([0.1], [1e-13]),
        ([0.1], [1e13]),
    ):
        with pytest.raises(DataError, match="one scale"):
            pool(effects, variances)


def test_the_forest_plot_has_a_title_a_description_and_a_table_beside_it() -> None:
    one = RECORDED["usual"]
    pooled = pool(one["y"], one["v"], names=[f"<b>Study & {at}</b> with quite a long name" for at in range(15)])
    drawn = forest(pooled, title="Regard & outcome")
    root = ElementTree.fromstring(drawn["svg"])
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.attrib["role"] == "img"
    assert root.findtext("s:title", namespaces=space) == "Regard & outcome"
    assert root.findtext("s:desc", namespaces=space) == drawn["description"] == " ".join(pooled.words())
    assert len(root.findall(".//s:rect", space)) == 15
    table = pooled.table()
    assert len(table["rows"]) == 17
    assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
    with pytest.raises(UsageError, match="title"):
        forest(pooled, title="")


def test_frames_carry_brooms_names() -> None:
    one = RECORDED["few"]
    pooled = pool(one["y"], one["v"])
    assert pooled.tidy().columns == [
        "term", "type", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high",
    ]  # fmt: skip
    assert pooled.tidy().height == 5
    assert pooled.glance()["tau.squared"].item() == pooled.tau2


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.none()


@given(st.lists(st.tuples(numbers, numbers), max_size=6), st.sampled_from(METHODS))
def test_any_numbers_are_pooled_or_refused_by_name(rows: list, method: Any) -> None:
    try:
        pooled = pool([row[0] for row in rows], [row[1] for row in rows], method=method, interval="modified")
    except AccordError:
        return
    assert math.isfinite(pooled.estimate)
    assert pooled.low <= pooled.estimate <= pooled.high
    assert math.isfinite(pooled.se)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=2, max_size=30), st.floats(-10, 10))
def test_moving_or_turning_all_effects_moves_or_turns_the_mean_alone(rows: list, by: float) -> None:
    y, v = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    first, moved, turned = pool(y, v, method="dl"), pool(y + by, v, method="dl"), pool(-y, v, method="dl")
    assert moved.estimate == pytest.approx(first.estimate + by, abs=1e-8)
    assert turned.estimate == pytest.approx(-first.estimate, abs=1e-10)
    assert moved.tau2 == pytest.approx(first.tau2, abs=1e-7)
