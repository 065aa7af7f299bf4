"""RI-CLPM beside lavaan 0.6-14 on generated panels, and what is said of it in words.

Estimates agree to 2e-4 of a standard error and standard errors to 2e-5, which is as close as lavaan's own stopping rule
comes; chi-square, CFI, RMSEA and the rest to 1e-5.
"""

import math

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence.structural import RiClpm, ri_clpm, waves
from tests.evidence.lavaan.beside import LAVAAN, estimates_apart, fit_apart
from tests.evidence.lavaan.made import PANELS, Columns, panel


def fitted(data: Columns, constrained: bool = True) -> RiClpm:
    count = len(data) // 2
    return ri_clpm(data, [f"x{t + 1}" for t in range(count)], [f"y{t + 1}" for t in range(count)], constrained)


@pytest.mark.parametrize("name", LAVAAN["ri_clpm"])
def test_it_is_what_lavaan_says_complete_and_with_missing_values(name: str) -> None:
    told = LAVAAN["ri_clpm"][name]
    made, kind = name.split()
    fit = fitted(panel(*PANELS[made]), kind == "constrained").fit
    apart = estimates_apart(fit, told)
    assert apart["estimate"] < 2e-4
    assert apart["std"] < 2e-4
    assert apart["error"] < 2e-5
    assert apart["std_error"] < 2e-5
    assert max(fit_apart(fit, told).values()) < 1e-5


def test_degrees_of_freedom_are_those_of_the_model() -> None:
    assert fitted(panel(5, 200, False)).fit.indices.df == 33
    assert fitted(panel(5, 200, False), constrained=False).fit.indices.df == 21
    assert fitted(panel(3, 200, False), constrained=False).fit.indices.df == 1


def test_the_truth_lies_in_its_intervals_as_often_as_they_say() -> None:
    """200 panels of 2,000 people: 95% intervals hold between 90.5% and 99% of the truths (3 Monte Carlo errors)."""
    truth = {"alpha": 0.3, "beta": -0.15, "gamma": -0.1, "delta": 0.25}
    held = dict.fromkeys(truth, 0)
    for people in range(2000, 2200):  # the seed is made of the number of people
        for lag in fitted(panel(4, people, False)).overall:
            held[lag.letter] += lag.conf_low < truth[lag.letter] < lag.conf_high
    assert all(181 <= count <= 198 for count in held.values()), held


def test_standardised_paths_use_the_spread_within_people() -> None:
    found = fitted(panel(5, 1000, False))
    lag = next(lag for lag in found.lags if lag.letter == "beta" and lag.wave == 3)
    phi = found.fit.implied[0].phi
    place = found.fit.model.latent.index
    within = math.sqrt(phi[place("within.y2"), place("within.y2")] / phi[place("within.x3"), place("within.x3")])
    assert lag.std == pytest.approx(lag.estimate * within, rel=1e-9)
    whole = math.sqrt(found.fit.implied[0].sigma[6, 6] / found.fit.implied[0].sigma[2, 2])
    assert lag.std != pytest.approx(lag.estimate * whole, rel=0.01)


def test_without_stable_differences_in_the_lags_the_two_levels_stay_apart() -> None:
    """Between people the two go together strongly, within a person not at all: no path is found, and it is said so."""
    dice = np.random.default_rng(11)
    usual = dice.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 800)
    made = usual[:, :, None] + dice.normal(size=(800, 2, 5))
    data = {f"{v}{t + 1}": made[:, at, t] for at, v in enumerate("xy") for t in range(5)}
    found = fitted(data)
    assert found.between.std_all == pytest.approx(0.8, abs=0.08)
    crossed = [lag for lag in found.overall if lag.letter in ("beta", "gamma")]
    assert all(abs(lag.std) < 3 * lag.std_std_error for lag in crossed)
    told = found.words
    assert any(
        line.startswith("Between people: those whose x is usually higher have a usually higher y") for line in told
    )
    assert sum("cannot be told" in line for line in told) >= 2


def test_the_words_say_within_for_paths_and_between_for_people_and_never_cause() -> None:
    told = fitted(panel(5, 1000, False)).words
    assert told[0].startswith("Within a person: after a time when y was higher than is usual for them, x was lower")
    assert told[1].startswith("Within a person: after a time when x was higher than is usual for them, y was lower")
    assert told[4].startswith("Between people: ")
    assert "does not say what happens when one person changes" in told[4]
    assert all(("Within" in line) != ("Between" in line) for line in told[:5])
    assert "not to be the cause" in told[5]


def test_tidy_and_glance_have_brooms_columns() -> None:
    found = fitted(panel(3, 250, False))
    tidy, glance = found.tidy(), found.glance()
    wanted = [
        "term",
        "op",
        "estimate",
        "std.error",
        "statistic",
        "p.value",
        "conf.low",
        "conf.high",
        "std.lv",
        "std.all",
    ]
    assert set(wanted) <= set(tidy.columns)
    wanted = ["chisq", "npar", "rmsea", "cfi", "tli", "srmr", "AIC", "BIC", "nobs", "norig", "nexcluded", "converged"]
    assert set(wanted) <= set(glance.columns)
    assert glance.height == 1
    assert tidy.filter(pl.col("op") == "~").height == 8
    assert found.table().height == 8


def test_a_course_panel_becomes_waves() -> None:
    panel_ = pl.DataFrame(
        {
            "client": ["a", "a", "a", "b", "b", "c"],
            "session": [1, 2, 3, 1, 3, 2],
            "phq9": [10.0, 9.0, None, 14.0, 12.0, 7.0],
            "alliance": [4.0, 4.2, 4.4, 3.0, 3.1, 5.0],
        }
    )
    wide = waves(panel_, "client", "session", ["phq9", "alliance"], take=range(1, 4))
    assert wide.columns == ["client", "phq9_1", "phq9_2", "phq9_3", "alliance_1", "alliance_2", "alliance_3"]
    assert wide["phq9_3"].to_list() == [None, 12.0, None]
    assert wide["alliance_2"].to_list() == [4.2, None, 5.0]
    assert waves(panel_, "client", "session", "phq9").width == 4


def test_waves_refuse_what_is_not_one_row_a_session() -> None:
    twice = {"client": [1, 1], "session": [1, 1], "y": [2.0, 3.0]}
    with pytest.raises(DataError, match="1 pairs of 'client' and 'session' stand more than once"):
        waves(twice, "client", "session", "y")
    with pytest.raises(TableError, match=r"row 2, column 'session': 1\.5 is no whole number"):
        waves({"client": [1, 1], "session": [1, 1.5], "y": [2.0, 3.0]}, "client", "session", "y")
    with pytest.raises(UsageError, match="no column 'who'"):
        waves(twice, "who", "session", "y")
    with pytest.raises(UsageError, match="60 sessions; choose"):
        waves({"client": [1] * 60, "session": range(60), "y": [1.0] * 60}, "client", "session", "y")


def test_names_come_from_the_columns() -> None:
    data = panel(3, 250, False)
    renamed = {f"phq9_{t}": data[f"x{t}"] for t in (1, 2, 3)} | {f"alliance_{t}": data[f"y{t}"] for t in (1, 2, 3)}
    found = ri_clpm(renamed, ["phq9_1", "phq9_2", "phq9_3"], ["alliance_1", "alliance_2", "alliance_3"])
    assert (found.x, found.y) == ("phq9", "alliance")
    assert "after a time when alliance was higher" in found.words[0] or "whether alliance" in found.words[0]


def test_what_cannot_be_fitted_is_refused_by_name() -> None:
    data = panel(3, 250, False)
    x, y = ["x1", "x2", "x3"], ["y1", "y2", "y3"]
    with pytest.raises(UsageError, match="2 waves; a random intercept"):
        ri_clpm(data, x[:2], y[:2])
    with pytest.raises(UsageError, match="3 waves of x and 2 of y"):
        ri_clpm(data, x, y[:2])
    with pytest.raises(UsageError, match="no column 'x9'"):
        ri_clpm(data, ["x1", "x2", "x9"], y)
    with pytest.raises(UsageError, match="'x1' is named twice"):
        ri_clpm(data, x, ["x1", "y2", "y3"])
    with pytest.raises(DataError, match="column 'y2' has the same value for everyone"):
        ri_clpm({**data, "y2": np.full(250, 3.0)}, x, y)
    with pytest.raises(DataError, match="5 people for 6 measurements"):
        ri_clpm({name: column[:5] for name, column in data.items()}, x, y)
    with pytest.raises(DataError, match="one follows exactly from the others"):
        ri_clpm({**data, "y3": data["x1"] * 2 + 1}, x, y)
    with pytest.raises(TableError, match="row 1, column 'x1': is infinite"):
        ri_clpm({**data, "x1": np.append(np.inf, data["x1"][1:])}, x, y)
    with pytest.raises(DataError, match="nobody has a value"):
        ri_clpm({name: np.full(9, np.nan) for name in data}, x, y)


def test_people_without_any_value_are_left_out_and_counted() -> None:
    data = panel(3, 300, True)
    longer = {name: np.append(column, [np.nan, np.nan]) for name, column in data.items()}
    found, before = fitted(longer), fitted(data)
    more = int(np.isnan(np.column_stack(list(data.values()))).all(axis=1).sum())
    assert found.fit.indices.people == before.fit.indices.people
    assert f"{more + 2} people without a single value were left out" in found.notes
    assert found.fit.indices.chisq == pytest.approx(before.fit.indices.chisq)


def test_units_change_points_and_leave_standardised_paths() -> None:
    data = panel(4, 400, True)
    moved = {name: 100 + 25 * column if name[0] == "x" else column for name, column in data.items()}
    plain, scaled = fitted(data).overall, fitted(moved).overall
    for before, after in zip(plain, scaled, strict=True):
        assert after.std == pytest.approx(before.std, abs=1e-6)
        assert after.std_std_error == pytest.approx(before.std_std_error, rel=1e-5)
    assert scaled[1].estimate == pytest.approx(25 * plain[1].estimate, rel=1e-5)
