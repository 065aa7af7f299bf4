"""Mixed models beside lme4's: 200 generated data sets, published ones, and fresh ones where R is installed.

What lme4 1.1.31 and lmerTest 3.1.3 said is recorded in tests/evidence/lme4, with the script that asked them. Fixed
effects, standard errors and variances agree to 1e-4, degrees of freedom to 1e-2, random effects to 1e-3. The criterion
is never more than 1e-6 above lme4's; a lower one is a better fit, up to 1e-3. tests/evidence/lme4/compare.py has it in
full.
"""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from accord.evidence import fit
from tests.evidence.lme4 import named
from tests.evidence.lme4.compare import differences, fitted, frame, plain
from tests.evidence.lme4.generate import Case, case, cases, no_variance

HERE = Path(__file__).parent / "lme4"
CASES = {case.name: case for case in cases()}


def recorded(file: str) -> dict[str, dict[str, Any]]:
    told = json.loads((HERE / file).read_text(encoding="utf-8"))
    return {each["name"]: each for each in told["fits"]}


LME4, PUBLISHED = recorded("recorded.json"), recorded("recorded_named.json")
MORE = [name for name, told in LME4.items() if "more" in told]


def test_there_are_200_data_sets_and_they_are_the_ones_that_lme4_saw() -> None:
    assert len(CASES) == len(LME4) == 200
    assert {name: case.hash for name, case in CASES.items()} == {name: told["hash"] for name, told in LME4.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_fit_is_lme4s(name: str) -> None:
    assert not differences(fitted(CASES[name]), LME4[name])


@pytest.mark.parametrize(
    ("seed", "k", "criterion"),
    [(102, 5, 1132.8512746), (104, 5, 1080.4552696), (204, 5, 1081.4679084), (207, 2, 734.8560021)],
)
def test_an_optimum_beside_a_variance_of_nought_is_found(seed: int, k: int, criterion: float) -> None:
    """With L11 = 0 a covariance cannot move, however the criterion slopes; found on two thousand fresh data sets."""
    ours = fitted(case(no_variance, k, seed))
    assert ours.criterion <= criterion + 1e-6
    assert ours.singular


@pytest.mark.parametrize("name", list(CASES)[::9])
def test_the_arrays_give_what_the_compiled_code_gives(name: str) -> None:
    assert not differences(fitted(CASES[name], engine="numpy"), LME4[name])
    assert not differences(fitted(CASES[name], engine="numba"), LME4[name])


@pytest.mark.parametrize("name", [name for name, told in LME4.items() if told["dropped"]])
def test_a_column_that_says_what_others_said_is_named_and_left_out(name: str) -> None:
    notes = plain("; ".join(fitted(CASES[name]).notes))
    assert all(plain(column) in notes for column in LME4[name]["dropped"])


@pytest.mark.parametrize("name", MORE)
def test_predictions_for_new_rows_and_strangers_are_lme4s(name: str) -> None:
    case, told = CASES[name], LME4[name]["more"]
    ours, new = fitted(case), frame(case.new)
    np.testing.assert_allclose(ours.predict(new), told["predict"], rtol=1e-4)
    np.testing.assert_allclose(ours.predict(new, level="population"), told["predict_fixed"], rtol=1e-4)


@pytest.mark.parametrize("name", MORE)
def test_information_criteria_are_lme4s(name: str) -> None:
    told = LME4[name]["more"]
    row = fitted(CASES[name]).glance().row(0, named=True)
    assert (row["AIC"], row["BIC"]) == pytest.approx((told["aic"], told["bic"]), abs=1e-3)
    assert fitted(replace(CASES[name], method="ml")).criterion == pytest.approx(told["ml_criterion"], abs=1e-3)


def as_broom(name: str) -> tuple[str | None, str]:
    """lme4's names of what it profiles, as group and term: sd_x|client, cor_x.(Intercept)|client, sigma."""
    if name == "sigma":
        return "Residual", "sd__Observation"
    what, bar, who = name.partition("|")
    if not bar:
        return None, plain(name)
    kind, _, terms = what.partition("_")
    return ":".join(sorted(who.split(":"))), f"{kind}__{'.'.join(sorted(terms.split('.')))}"


@pytest.mark.parametrize("name", ["intercepts 0", "growth 0", "uncorrelated 0", "nested 0", "weighted 0"])
def test_profile_intervals_are_lme4s(name: str) -> None:
    """To a thousandth of their width: lme4 reads its limits off a spline."""
    rows = fitted(CASES[name]).confint("profile").iter_rows()
    ours = {(group and ":".join(sorted(group.split(":"))), plain(term)): ends for group, term, _, *ends in rows}
    told = {as_broom(each): ends for each, *ends in LME4[name]["more"]["profile"]}
    assert ours.keys() == told.keys()
    for what, (low, high) in told.items():
        # With weights, lme4 1.1.31 profiles fixed effects into intervals narrower than a tenth of a standard error.
        if not (what[0] is None and CASES[name].weights):
            assert ours[what] == pytest.approx((low, high), abs=1e-3 * (high - low)), what


@pytest.mark.parametrize("name", MORE)
def test_the_likelihood_ratio_of_each_random_term_is_lmertests(name: str) -> None:
    """The p-value is not: half of the chance lies at the edge (Self & Liang 1987), which lmerTest leaves out."""
    ours = [
        (row["npar"], row["logLik"], row["LRT"] or 0.0) for row in fitted(CASES[name]).ranova().iter_rows(named=True)
    ]
    rows = LME4[name]["more"]["ranova"]
    told = [(npar, log_lik, 0.0 if lrt == "NA" else lrt) for _, npar, log_lik, _, lrt, *_ in rows]
    assert np.array(ours) == pytest.approx(np.array(told), abs=1e-3)


@pytest.mark.parametrize("name", named.NAMED)
def test_published_data_give_what_lme4_gives(name: str, shared_data: Path) -> None:
    case = named.NAMED[name](shared_data)
    assert case.hash == PUBLISHED[name]["hash"]
    assert not differences(fitted(case), PUBLISHED[name])


def test_the_sums_of_sleepstudy_give_the_numbers_of_sleepstudy() -> None:
    """The estimates are given to five digits or so: their rounding is the tolerance."""
    known: dict[str, Any] = named.SLEEPSTUDY
    ours = fit("Reaction ~ Days + (Days | Subject)", named.sleepstudy())
    assert [row.estimate for row in ours.fixed] == pytest.approx(known["fixed"], rel=1e-6)
    assert [row.std_error for row in ours.fixed] == pytest.approx(known["se"], rel=1e-4)
    assert [row.df for row in ours.fixed] == pytest.approx([17, 17], rel=1e-3)
    (a, b, cov), sigma2 = (row.vcov for row in ours.random), ours.sigma2
    assert (a, b, sigma2) == pytest.approx((*known["var"], known["sigma2"]), rel=1e-4)
    assert cov / np.sqrt(a * b) == pytest.approx(known["r"], abs=1e-4)
    assert ours.criterion == pytest.approx(known["criterion"], abs=1e-3)
    first = ours.ranef().filter(level="308").sort("term")["estimate"]
    assert first.to_list() == pytest.approx(known["first"], rel=1e-4)


def test_intercepts_alone_on_the_sums_of_sleepstudy() -> None:
    ours = fit("Reaction ~ Days + (1 | Subject)", named.sleepstudy())
    assert (ours.random[0].vcov, ours.sigma2) == pytest.approx((1378.18, 960.46), rel=1e-4)
    assert ours.criterion == pytest.approx(1786.465, abs=5e-3)


def test_the_sums_of_dyestuff_give_the_numbers_of_dyestuff() -> None:
    known: dict[str, Any] = named.DYESTUFF
    ours = fit("Yield ~ 1 + (1 | Batch)", named.dyestuff())
    assert (ours.random[0].vcov, ours.sigma2) == pytest.approx((known["var"], known["sigma2"]), rel=1e-4)
    assert ours.criterion == pytest.approx(known["criterion"], abs=1e-3)
    modes = dict(ours.ranef().select("level", "estimate").iter_rows())
    # The share of variance they were made with is known to four digits.
    assert modes == pytest.approx(known["modes"], rel=1e-4, abs=1e-3)


# Where R is installed: data that nobody has seen before, and lme4's own.
@pytest.fixture(scope="session")
def rscript() -> str:
    found = shutil.which("Rscript")
    if not found:
        pytest.skip("R is not installed; script/bench --r installs it on Debian")
    asked = "quit(status = !all(sapply(c('lme4', 'lmerTest', 'jsonlite'), requireNamespace, quietly = TRUE)))"
    if subprocess.run([found, "-e", asked], capture_output=True).returncode:
        pytest.skip("R is installed without lme4, lmerTest or jsonlite; script/bench --r installs them on Debian")
    return found


def asked_now(rscript: str, given: list[Case]) -> dict[str, dict[str, Any]]:
    lines = "\n".join(case.line() for case in given)
    call = [rscript, str(HERE / "fit.R")]
    done = subprocess.run(call, input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    return {each["name"]: each for each in json.loads(done.stdout)["fits"]}


def test_one_data_set_of_each_kind_that_nobody_has_seen_fits_as_lme4_fits_it_now(rscript: str) -> None:
    given = [replace(case, more=False) for case in cases(seed=20_261, most=3) if case.name.endswith(("1", "2"))]
    told = asked_now(rscript, given)
    apart = {case.name: differences(fitted(case), told[case.name]) for case in given}
    assert len(given) > 40
    assert not {name: what for name, what in apart.items() if what}


OWN = (
    ("sleepstudy", "Reaction ~ Days + (Days | Subject)"),
    ("sleepstudy", "Reaction ~ Days + (Days || Subject)"),
    ("Dyestuff", "Yield ~ 1 + (1 | Batch)"),
    ("Dyestuff2", "Yield ~ 1 + (1 | Batch)"),
    ("Penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
    ("Pastes", "strength ~ 1 + (1 | batch/cask)"),
    ("cake", "angle ~ recipe * temp + (1 | recipe:replicate)"),
)


def test_lme4s_own_data_give_what_lme4_gives(rscript: str) -> None:
    """They are under the GPL and not kept here: R is asked for them."""
    each = "lapply(d, function(x) if (is.factor(x)) as.character(x) else x)"
    names = ", ".join(f"'{data}'" for data in dict(OWN))
    asked = (
        f"for (n in c({names})) {{d <- getExportedValue('lme4', n); cat(jsonlite::toJSON({each}), '\\n', sep = '')}}"
    )
    done = subprocess.run([rscript, "-e", asked], capture_output=True, text=True, check=True)
    columns = dict(zip(dict(OWN), map(json.loads, done.stdout.splitlines()), strict=True))
    given = [Case(f"{data}: {formula}", formula, columns[data], "reml", None, False) for data, formula in OWN]
    told = asked_now(rscript, given)
    apart = {case.name: differences(fitted(case), told[case.name]) for case in given}
    assert not {name: what for name, what in apart.items() if what}
