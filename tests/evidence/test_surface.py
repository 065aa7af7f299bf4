"""Response surfaces: R's numbers on a made surface, a package's on real motives, a claim not made too soon."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from accord.errors import AccordError, DataError, UsageError
from accord.evidence.surface import Surface, claim, fit_surface, picture, shapes_of


def near(got: float | None, wanted: float | None) -> bool:
    """To the digits that R printed."""
    return got == pytest.approx(wanted, rel=1e-8, abs=1e-9)


def made(n: int = 120) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same numbers in R: i <- 1:120; x <- sin(i*1.7)*2; y <- cos(i*.9)*1.5 + .4*x; z as below."""
    i = np.arange(1, n + 1)
    x = np.sin(i * 1.7) * 2
    y = np.cos(i * 0.9) * 1.5 + 0.4 * x
    noise = np.sin(i * i * 0.37) * (0.5 + 0.3 * np.abs(x))
    return x, y, 0.3 * x + 0.2 * y - 0.2 * x**2 + 0.3 * x * y - 0.15 * y**2 + noise


# R 4.2.2: m <- lm(z ~ x + y + I(x^2) + I(x*y) + I(y^2)); V <- vcov(m), or HC3 as
# XtXi %*% crossprod(X * (resid(m) / (1 - hatvalues(m)))) %*% XtXi; g the gradient of each formula by deriv(),
# sqrt(g %*% V %*% t(g)). Columns: value, classical, HC3.
R = {
    "b0": (0.1771874614, 0.12226265466, 0.12136319092),
    "b1": (0.2903432293, 0.04441402907, 0.04785114427),
    "b2": (0.2046238877, 0.05204195672, 0.05359198357),
    "b3": (-0.1666804722, 0.04377479845, 0.04341728865),
    "b4": (0.3917284888, 0.06669853031, 0.07432270125),
    "b5": (-0.3333467159, 0.06934306880, 0.07566423729),
    "a1": (0.49496711706, 0.04958114903, 0.05400361842),
    "a2": (-0.10829869923, 0.05013671882, 0.05324115246),
    "a3": (0.08571934159, 0.08308821900, 0.08606552515),
    "a4": (-0.89175567692, 0.15067311555, 0.16642761331),
    "a5": (0.16666624371, 0.07273268264, 0.07401185070),
    "x0": (3.97868492400, 3.08509408744, 3.07902303765),
    "y0": (2.64467600332, 1.88947769083, 1.93399782976),
    "p10": (0.01363747214, 0.08208829904, 0.08335934254),
    "p11": (0.66128345959, 0.09591999423, 0.09531639228),
    "p20": (8.66128637860, 6.98019164395, 6.90146773882),
    "p21": (-1.51221081594, 0.21934807327, 0.21796776746),
}


@pytest.mark.parametrize("errors", ["classical", "hc3"])
def test_r_finds_the_same_numbers_and_errors(errors: Any) -> None:
    surface = fit_surface(*made(), centre=None, errors=errors)
    for name, (value, classical, hc3) in R.items():
        one = surface[name]
        assert one is not None
        assert near(one.estimate, value), name
        assert near(one.se, classical if errors == "classical" else hc3), name
    assert near(surface.r2, 0.562556268)


def test_the_worked_vector() -> None:
    """b = (.30, .20, -.20, .30, -.15)."""
    found = {
        name: round(value, 5)
        for name, value in shapes_of((0.30, 0.20, -0.20, 0.30, -0.15)).items()
        if value is not None
    }
    wanted = {"a1": 0.5, "a2": -0.05, "a3": 0.1, "a4": -0.65, "a5": -0.05, "x0": 5.0, "y0": 5.66667, "p11": 1.18046}
    assert {name: found[name] for name in wanted} == wanted
    assert round(found["p10"], 4) == -0.2356


def test_motives_of_84_people(shared_data: Path) -> None:
    """motcon of RSA: postVA ~ ePow * iPow, not centred anew; b0 .. b5, a1 .. a4 and R2 as printed."""
    rows = [line.split()[1:] for line in (shared_data / "rsa/motcon.tab").read_text().splitlines()[1:]]
    x, y, z = np.array(rows, float).T
    surface = fit_surface(x, y, z, centre=None, errors="classical")
    assert surface.pairs == 84
    assert [round(value, 4) for value in surface.b] == [0.4204, 0.2975, 0.2579, -0.0058, 0.1229, -0.1649]
    told = [one.estimate for name in ("a1", "a2", "a3", "a4") if (one := surface[name])]
    assert [round(value, 4) for value in told] == [0.5553, -0.0478, 0.0396, -0.2936]
    assert round(surface.r2, 4) == 0.15
    assert claim(surface).verdict == "not enough to say"


@given(hnp.arrays(float, 5, elements=st.floats(-2, 2).filter(lambda value: abs(value) > 1e-3)))
def test_the_two_axes_cross_at_right_angles_in_the_stationary_point(b: np.ndarray) -> None:
    found = shapes_of(b)
    if found["p10"] is None or found["p20"] is None:
        return
    p11, p21, x0 = found["p11"] or 0.0, found["p21"] or 0.0, found["x0"] or 0.0
    assert p11 * p21 == pytest.approx(-1.0, rel=1e-6)
    assert found["p10"] + p11 * x0 == pytest.approx(found["y0"], rel=1e-6, abs=1e-6 * (1 + abs(x0 * p11)))
    assert found["a4"] == pytest.approx(b[2] - b[3] + b[4])


def test_a_surface_without_a_point_or_an_axis_says_so() -> None:
    plane, bowl = shapes_of((0.3, 0.2, 0, 0, 0)), shapes_of((0.3, 0.2, -0.2, 0.0, -0.1))
    assert all(plane[name] is None for name in ("x0", "y0", "p10", "p11"))
    assert bowl["x0"] == pytest.approx(0.75)
    assert bowl["p11"] is None
    # A ridge of equal height, -(X - Y)^2: no single point is the highest.
    ridge = shapes_of((0.0, 0.0, -1.0, 2.0, -1.0))
    assert (ridge["x0"], ridge["p11"], ridge["p10"]) == (None, 1.0, None)


def agreeing(n: int, seed: int, tilt: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=n), rng.normal(size=n)
    return x, y, 0.3 * (x + y) - 0.25 * (x - y) ** 2 - 0.05 * (x + y) ** 2 + tilt * (x - y) + rng.normal(size=n) * 0.7


def test_agreement_that_is_there_is_found_from_300_pairs_on() -> None:
    few, many = (fit_surface(*agreeing(n, 4), centre=None) for n in (299, 1500))
    assert claim(few).verdict == "not enough to say"
    assert "299 pairs" in claim(few).words
    found = claim(many)
    assert found.verdict == "supported"
    assert all(one.holds for one in found.conditions)
    assert "not say that agreement is the cause" in found.words


def test_height_alone_is_no_agreement() -> None:
    x, y, _ = agreeing(1500, 5)
    z = 0.5 * x + 0.5 * y + np.random.default_rng(6).normal(size=1500)
    assert claim(fit_surface(x, y, z, centre=None)).verdict != "supported"


def test_a_tilt_towards_one_view_breaks_the_claim_by_name() -> None:
    found = claim(fit_surface(*agreeing(2000, 7, tilt=0.5), centre=None))
    assert found.verdict == "not supported"
    assert {one.name for one in found.conditions if one.holds is False} >= {"a3"}
    assert "which of the two is higher" in found.words


def test_pairs_with_several_rows_count_once_and_want_the_bootstrap() -> None:
    x, y, z = agreeing(1600, 8)
    who = np.repeat(np.arange(400), 4)
    naive = fit_surface(x, y, z, centre=None, pairs=who)
    assert naive.pairs == 400
    assert any("bootstrap" in note for note in naive.notes)
    assert claim(naive).verdict == "not enough to say"
    drawn = fit_surface(x, y, z, centre=None, pairs=who, errors="bootstrap", seed=1, draws=400)
    assert claim(drawn).verdict == "supported"
    assert fit_surface(x[:1196], y[:1196], z[:1196], centre=None, pairs=who[:1196]).pairs == 299


def test_bootstrap_repeats_by_its_seed_and_agrees_with_the_delta_method() -> None:
    """1,500 independent rows: both estimate the same error; 2,000 draws know it to about 1.6%, HC3 differs by less."""
    x, y, z = agreeing(1500, 9)
    once, again = (fit_surface(x, y, z, centre=None, errors="bootstrap", seed=3) for _ in range(2))
    other, delta = fit_surface(x, y, z, centre=None, errors="bootstrap", seed=4), fit_surface(x, y, z, centre=None)
    for name in R:
        one, same, fresh, exact = once[name], again[name], other[name], delta[name]
        assert one is not None
        assert fresh is not None
        assert exact is not None
        assert one == same
        assert one.estimate == exact.estimate
        if one.se is not None and exact.se is not None:
            assert one != fresh
            assert one.se == pytest.approx(exact.se, rel=0.12)
    assert once["p11"] is not None
    assert once["p11"].se is None


def test_clusters_that_hang_together_widen_the_intervals() -> None:
    rng, of = np.random.default_rng(10), np.repeat(np.arange(60), 20)
    x, y, z = agreeing(1200, 10)
    x, z = x + rng.normal(size=60)[of], z + rng.normal(size=60)[of]
    alone, together = (
        fit_surface(x, y, z, centre="mean", errors="bootstrap", seed=2, draws=500, cluster=each) for each in (None, of)
    )
    assert alone["b0"] is not None
    assert together["b0"] is not None
    assert (together["b0"].se or 0) > 1.5 * (alone["b0"].se or 0)


def test_both_views_are_centred_at_one_point() -> None:
    x, y, z = made()
    plain, moved, mean = (
        fit_surface(x + by, y + by, z, centre=centre) for by, centre in ((0.0, None), (3.0, 3.0), (7.0, "mean"))
    )
    for name in R:
        first, second = plain[name], moved[name]
        assert first is not None
        assert second is not None
        assert second.estimate == pytest.approx(first.estimate, rel=1e-7, abs=1e-9)
    assert mean.middle == pytest.approx(7 + float(np.concatenate([x, y]).mean()))


def test_rows_with_gaps_are_left_out_and_counted() -> None:
    x, y, z = made()
    gaps = z.copy()
    gaps[[3, 50]] = np.nan
    surface = fit_surface(x, y, gaps, centre=None)
    assert surface.rows == 118
    assert surface.notes == ("2 rows without one of the views or the outcome were left out.",)


X, Y, Z = made(40)
REFUSED: list[tuple[type[AccordError], str, Callable[[], object]]] = [
    (DataError, "8 or more", lambda: fit_surface([], [], [], centre=None)),
    (DataError, "8 or more", lambda: fit_surface(X[:7], Y[:7], Z[:7], centre=None)),
    (DataError, "do not differ enough", lambda: fit_surface(X, X, Z, centre=None)),
    (DataError, "do not differ enough", lambda: fit_surface(np.ones(40), Y, Z, centre=None)),
    (DataError, "do not differ enough", lambda: fit_surface(np.zeros(40), np.zeros(40), Z, centre=None)),
    (DataError, "do not differ enough", lambda: fit_surface(np.sign(X), Y, Z, centre=None)),
    (DataError, "the same in all", lambda: fit_surface(X, Y, np.full(40, 3.0), centre=None)),
    (DataError, "infinite", lambda: fit_surface(X, Y, np.where(Z > 0, np.inf, Z), centre=None)),
    (DataError, "beyond", lambda: fit_surface(X * 1e7, Y, Z, centre=None)),
    (DataError, "shapes", lambda: fit_surface(X, Y[:-1], Z, centre=None)),
    (DataError, "no number", lambda: fit_surface(["a"] * 40, Y, Z, centre=None)),
    (DataError, "pairs and cluster", lambda: fit_surface(X, Y, Z, centre=None, pairs=[1, 2])),
    (DataError, "2 clusters", lambda: fit_surface(X, Y, Z, centre=None, cluster=X > 0, errors="bootstrap", seed=1)),
    (UsageError, "seed", lambda: fit_surface(X, Y, Z, centre=None, errors="bootstrap")),
    (UsageError, "draws", lambda: fit_surface(X, Y, Z, centre=None, errors="bootstrap", seed=1, draws=5)),
    (UsageError, "errors", lambda: fit_surface(X, Y, Z, centre=None, errors="hc0")),  # type: ignore[arg-type]
    (UsageError, "centre", lambda: fit_surface(X, Y, Z, centre="median")),  # type: ignore[arg-type]
    (UsageError, "centre", lambda: fit_surface(X, Y, Z, centre=float("nan"))),
    (UsageError, "conf_level", lambda: fit_surface(X, Y, Z, centre=None, conf_level=1.0)),
    (UsageError, "b1 .. b5", lambda: shapes_of((1, 2))),
    (UsageError, "title", lambda: picture(fit_surface(X, Y, Z, centre=None), title="")),
]


@pytest.mark.parametrize(("kind", "told", "wrong"), REFUSED)
def test_what_cannot_carry_a_surface_is_refused(
    kind: type[AccordError], told: str, wrong: Callable[[], object]
) -> None:
    with pytest.raises(kind, match=told):
        wrong()


def test_a_row_that_decides_a_number_alone_has_no_hc3_error() -> None:
    """One view is 0 or 1 but for one row, which alone tells its curve."""
    y = np.arange(40.0) % 2
    y[0] = 2.0
    assert fit_surface(X, y, Z, centre=None, errors="classical")["b5"] is not None
    with pytest.raises(DataError, match="row 1 of those used decides"):
        fit_surface(X, y, Z, centre=None)


hostile = hnp.arrays(float, st.tuples(st.integers(0, 15), st.just(3)), elements=st.floats(allow_nan=True))


@given(hostile, st.sampled_from(["classical", "hc3"]))
def test_any_numbers_give_a_surface_or_a_named_error(rows: np.ndarray, errors: Any) -> None:
    try:
        surface = fit_surface(*rows.T, centre="mean", errors=errors)
    except AccordError:
        return
    assert isinstance(surface, Surface)
    for one in surface.estimates.values():
        assert one is None or np.isfinite([one.estimate, one.se, one.low, one.high]).all()


def test_the_picture_has_words_draws_no_pair_and_is_the_same_each_time() -> None:
    surface = fit_surface(*made(), centre=None, names=("client", "therapist", "change & more"))
    drawn = picture(surface, title="Two views & change")
    root = ElementTree.fromstring(drawn["svg"])
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.attrib["role"] == "img"
    assert root.findtext("s:title", namespaces=space) == "Two views & change"
    assert root.findtext("s:desc", namespaces=space) == drawn["description"]
    assert "120 pairs" in drawn["description"]
    assert drawn == picture(surface, title="Two views & change")
    assert "circle" not in drawn["svg"]
    assert "PathCollection" not in drawn["svg"]


def test_the_table_is_of_plain_cells() -> None:
    rows = fit_surface(*made(), centre=None).table()["rows"]
    assert len(rows) == 17
    assert all(len(row) == 4 and all(isinstance(cell, str) for cell in row) for row in rows)
