"""The published counts on the files they were published of; skipped where the files are not there."""

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from accord.cli import main
from accord.outcome import Courses, choose, courses, expect_columns, fit_growth, judge_rule
from accord.outcome.mixed import reml, sums


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str], shared_data: Path):
    def told(verb: str, file: str, *words: object) -> dict:
        with pytest.raises(SystemExit) as left:
            main(["outcome", verb, str(shared_data / file), *map(str, words), "--json"])
        assert not left.value.code
        found: dict = json.loads(capsys.readouterr().out)
        return found

    return told


def counts(told: dict) -> tuple[int, ...]:
    return tuple(told["counts"].values())


def test_jacobson_1989(out) -> None:
    asked = ("clinicalsignificance/jacobson_1989.csv", "--id", "subject", "--cutoff", "a", "--reliability", 0.80)
    assert counts(out("change", *asked, "--score", "das", "--better", "higher")) == (10, 6, 13, 1, 0)
    assert counts(out("change", *asked, "--score", "gds")) == (10, 4, 12, 0, 0)


def test_claus_2020(out) -> None:
    asked = ("clinicalsignificance/claus_2020.csv", "--pre", 1, "--post", 4, "--score", "hamd", "--reliability", 0.80)
    told = out("change", *asked, "--cutoff", "c", "--functional-mean", 8, "--functional-sd", 8)
    assert counts(told) == (26, 3, 10, 1, 0)


def test_hechler_2014_leaves_out_who_was_not_rated_twice(out) -> None:
    asked = (
        "clinicalsignificance/hechler_2014.csv",
        "--id",
        "patient",
        "--time",
        "measurement",
        "--pre",
        1,
        "--post",
        2,
    )
    told = out("change", *asked, "--score", "disability", "--reliability", 0.80)
    assert (told["people"], told["left_out"]) == (92, 12)
    assert sum(counts(told)) == 92


@pytest.mark.parametrize("columns", [("bdi_s0", ".."), ("bdi_s1", "..")])
def test_24_sudden_gains(out, columns: tuple[str, ...]) -> None:
    """With and without the rating from before session 1: from 1 to 2 none is looked for, as in the package."""
    told = out("gains", "suddengains/sgdata.csv", "--id", "id", "--wide", *columns)
    assert (told["gains"], told["people"], told["reversals"]) == (24, 15, 4)
    assert (round(told["mean"], 2), round(told["sd"], 2)) == (11.00, 3.43)


@pytest.fixture(scope="module")
def enrichd(shared_data: Path) -> Courses:
    rows = pl.read_csv(shared_data / "npmlda" / "BDIdata.csv").sort("ID", "time", maintain_order=True)
    assert rows.height == 7_117
    return courses(*(rows[name].to_numpy() for name in ("ID", "time", "BDI")), days=True)


def test_enrichd_gives_lme4s_numbers(enrichd: Courses, shared_data: Path) -> None:
    rows = pl.read_csv(shared_data / "npmlda" / "BDIdata.csv").sort("ID", "time", maintain_order=True)
    months = rows["time"].to_numpy() / 30
    one = np.ones((len(enrichd), 1))
    fit = reml(sums(months, enrichd.value, enrichd.starts), one, one)
    assert fit.b == pytest.approx([14.820, -1.889], abs=5e-4)
    assert np.sqrt(np.diag(fit.cov)) == pytest.approx([0.306, 0.066], abs=5e-4)
    assert (fit.psi[0, 0], fit.psi[1, 1]) == pytest.approx((46.45, 1.670), abs=5e-3)
    assert fit.psi[0, 1] / math.sqrt(fit.psi[0, 0] * fit.psi[1, 1]) == pytest.approx(-0.483, abs=5e-4)
    assert fit.sigma2 == pytest.approx(19.67, abs=5e-3)
    assert fit.loglik == pytest.approx(-21919.27, abs=5e-3)
    assert fit.n == 7_117


def test_the_growth_model_gives_statsmodels_numbers(enrichd: Courses) -> None:
    """`mixedlm("y ~ y0 + I(y0**2) + x + y0:x", groups="id", re_formula="~x")` of statsmodels 0.14 on the same rows."""
    model = fit_growth(enrichd)
    assert model.b == pytest.approx([18.49520, 5.96945, 0.11201, -3.94051, -1.17186], abs=1e-4)
    assert model.psi == pytest.approx((92.545, -28.040, 12.002), abs=2e-3)
    assert model.sigma2 == pytest.approx(14.0781, abs=1e-4)
    assert model.loglik == pytest.approx(-19168.96497, abs=1e-5)
    assert (model.n_used, model.n_rows) == (557, 6_533)


def test_a_band_from_two_thirds_covers_the_other_third(enrichd: Courses) -> None:
    """Every third patient was left out. One rating each, drawn by a fixed seed: ratings of one patient are not n."""
    third = np.arange(len(enrichd)) % 3 == 2
    rest = enrichd.some(third)
    read = expect_columns(rest, fit_growth(enrichd.some(~third)))
    dice = np.random.default_rng(1)
    drawn = [int(dice.integers(first + 1, last)) for first, last in zip(rest.starts, rest.starts[1:], strict=False)]
    for limit, nominal in ((read.bands.red, 0.90), (read.bands.yellow, 0.84)):
        covered = float((rest.value <= limit)[drawn].mean())
        assert abs(covered - nominal) <= 1.96 * math.sqrt(nominal * (1 - nominal) / len(drawn))
    later = read.state > 0
    assert (rest.value <= read.bands.red)[later].mean() == pytest.approx(0.905, abs=5e-4)


def test_the_red_rule_on_enrichd(enrichd: Courses) -> None:
    found = judge_rule(enrichd, fit_growth, 9.0, source="ENRICHD")
    assert found.sensitivity.n_used == 4
    assert 0.75 < found.specificity.value < 0.90


REFRAMED = ("reframed/reframed.csv", "--map", Path(__file__).parents[2] / "docs" / "examples" / "reframed.toml")


def test_refra_med_by_its_map(out) -> None:
    dates = ("--id", "client", "--time", "held_on", "--pre", "2012-01-01", "--post", "2013-01-01")
    told = out("change", *REFRAMED, *dates, "--score", "phq-9.client", "--reliability", 0.84, "--cutoff", 10)
    assert counts(told) == (36, 25, 79, 4, 1)
    assert (told["people"], told["left_out"]) == (145, 95)


def test_refra_med_is_too_small_for_a_model_of_its_own(out) -> None:
    told = out("expect", *REFRAMED, "--session", "day", "--days", "--reliable-change", 6, "--cutoff", 10)
    assert told["method"] == "rational"
    assert told["why"].startswith("219 past courses")
    assert told["clients"] == 245


def test_a_seven_point_anchor_on_claus_is_counted_by_hand(shared_data: Path) -> None:
    """Published: improved 25, unchanged 11, deteriorated 4 of 40. The reading of the file is what is tested."""
    rows = pl.read_csv(shared_data / "clinicalsignificance" / "claus_2020.csv")
    wide = rows.pivot(on="time", index="id", values="bdi").drop_nulls(["1.0", "4.0"])
    change = (wide["4.0"] - wide["1.0"]).to_numpy()
    assert (len(change), int((change <= -7).sum()), int((change >= 7).sum())) == (40, 25, 4)


def test_the_chosen_method_has_its_reason(enrichd: Courses) -> None:
    assert choose(enrichd, 9).why == "557 past courses with two ratings or more; the growth model needs 300"
