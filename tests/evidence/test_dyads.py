"""One therapist and many clients: nlme's numbers, a known truth, and when nothing can be told."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence import pairs
from accord.evidence.dyads import OneWithMany, one_with_many
from accord.evidence.pairs import Covariances

TWO_VIEWS = Path(__file__).parent / "nlme" / "two_views.csv"
B = np.array([[0.3, 0.1], [0.1, 0.3]])
R = np.array([[0.5, 0.2], [0.2, 0.4]])
E = np.array([[0.2, 0.05], [0.05, 0.6]])


@pytest.fixture(scope="module")
def two_views() -> pl.DataFrame:
    return pl.read_csv(TWO_VIEWS)


def made(
    seed: int, therapists: int = 40, clients: int = 12, sessions: int = 5, between: Any = B, missing: float = 0.0
) -> pl.DataFrame:
    """Courses from the model itself."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(therapists), clients)
    dyad = np.repeat(np.arange(therapists * clients), sessions)
    b = rng.multivariate_normal([0, 0], between, therapists)[owner][dyad]
    r = rng.multivariate_normal([0, 0], R, len(owner))[dyad]
    y = np.array([3.5, 3.0]) + b + r + rng.multivariate_normal([0, 0], E, len(dyad))
    y[rng.random(y.shape) < missing] = np.nan
    columns = {"alliance": y[:, 0], "alliance_therapist": y[:, 1], "client": dyad, "therapist": owner[dyad]}
    return pl.DataFrame(columns).fill_nan(None)


@pytest.mark.parametrize(
    ("method", "criterion", "therapist", "pair", "session", "means"),
    [
        (
            "reml", 1199.44592503, [0.39305058, -0.03001678, 0.20361847], [0.34782043, 0.18422207, 0.36405733],
            [0.473375169496, 1.607458946, -0.04049654889], [3.42099311, 2.79110442],
        ),
        (
            "ml", 1195.84643866, [0.35919129, -0.03040727, 0.18175342], [0.34779802, 0.18420092, 0.36381749],
            [0.473373795433, 1.607565955, -0.04057967388], [3.42101290, 2.79121425],
        ),
    ],
)  # fmt: skip
def test_means_and_covariances_are_those_of_nlme(
    two_views: pl.DataFrame, method: Any, criterion: float, therapist: Any, pair: Any, session: Any, means: Any
) -> None:
    found = one_with_many(two_views, method=method)
    sigma, ratio, rho = session
    assert found.criterion == pytest.approx(criterion, abs=1e-5)
    assert found.parts is not None
    # nlme's optimiser stops at a relative change of about 1e-4 in a variance; its criterion is not the lower one.
    for part, expected in zip(
        found.parts, (therapist, pair, [sigma**2, sigma**2 * ratio * rho, (sigma * ratio) ** 2]), strict=True
    ):
        assert part[[0, 0, 1], [0, 1, 1]] == pytest.approx(expected, rel=5e-4, abs=5e-5)
    assert [found.client.mean.value, found.therapist.mean.value] == pytest.approx(means, rel=1e-5)


def test_it_is_the_mixed_model_of_rows_whitened_by_the_errors(two_views: pl.DataFrame) -> None:
    """A second way to the same optimum: the engine for one error variance, on ratings made independent."""
    from accord.evidence import fit

    found = one_with_many(two_views)
    assert found.parts is not None
    error = found.parts.E
    L = np.linalg.inv(np.linalg.cholesky(error))
    rows: list[tuple[float, float, float, int, int]] = []
    logs = 0.0
    for c, t, client, therapist in two_views.iter_rows():
        kept = [place for place, rating in enumerate((c, t)) if rating is not None]
        turn = L if len(kept) == 2 else np.diag(1 / np.sqrt(np.diag(error)))[kept]
        z = turn @ [c or 0.0, t or 0.0]
        logs -= 2 * float(np.log(np.diag(L) if len(kept) == 2 else turn[0, kept]).sum())
        rows += [(value, *where, client, therapist) for value, where in zip(z, turn, strict=True)]
    white = pl.DataFrame(rows, schema=["z", "c", "t", "client", "therapist"], orient="row")
    other = fit("z ~ 0 + c + t + (0 + c + t | client) + (0 + c + t | therapist)", white)
    assert other.sigma2 == pytest.approx(1, abs=1e-4)
    assert other.criterion + logs == pytest.approx(found.criterion, abs=1e-5)
    assert other.covariances[1] == pytest.approx(found.parts.B, abs=2e-4)
    assert other.covariances[0] == pytest.approx(found.parts.R, abs=2e-4)


@pytest.mark.parametrize("reml", [True, False])
def test_the_likelihood_and_its_slopes_are_those_of_the_whole_covariance_matrix(reml: bool) -> None:
    table = made(3, 6, 4, 3, missing=0.2).filter(~pl.all_horizontal(pl.col("^alliance.*$").is_null()))
    y = table.select(pl.col("^alliance.*$").fill_null(float("nan"))).to_numpy()
    dyad = table["client"].rank("dense").to_numpy().astype(np.int64) - 1
    owner = table.unique("client").sort("client")["therapist"].to_numpy()
    sums = pairs.reduce(y, dyad, owner)
    at = Covariances(B, R, E)
    seen = pairs.look(sums, at, reml)
    z = (y - sums.centre) / sums.scale
    assert seen.criterion == pytest.approx(dense(z, dyad, owner, at, reml), rel=1e-12)
    for level in range(3):
        for a, b in ((0, 0), (0, 1), (1, 1)):
            move = np.zeros((2, 2))
            move[a, b] = move[b, a] = 1e-5
            up, down = list(at), list(at)
            up[level], down[level] = up[level] + move, down[level] - move
            slope = dense(z, dyad, owner, Covariances(*up), reml) - dense(z, dyad, owner, Covariances(*down), reml)
            assert (seen.slopes[level] * move).sum() == pytest.approx(slope / 2, rel=1e-5, abs=1e-9)


def dense(z: Any, dyad: Any, owner: Any, at: Covariances, reml: bool) -> float:
    """-2 log L written out over all ratings at once."""
    row, side = np.nonzero(~np.isnan(z))
    d, t = dyad[row], owner[dyad[row]]
    V = at.B[np.ix_(side, side)] * (t[:, None] == t) + at.R[np.ix_(side, side)] * (d[:, None] == d)
    V += at.E[np.ix_(side, side)] * (row[:, None] == row)
    X, y = np.eye(2)[side], z[row, side]
    A = X.T @ np.linalg.solve(V, X)
    left = y - X @ np.linalg.solve(A, X.T @ np.linalg.solve(V, y))
    value = np.linalg.slogdet(V)[1] + left @ np.linalg.solve(V, left) + len(y) * np.log(2 * np.pi)
    return float(value + (np.linalg.slogdet(A)[1] - 2 * np.log(2 * np.pi) if reml else 0))


def test_a_known_truth_lies_inside_the_intervals_and_is_hit_on_average() -> None:
    """24 practices of 40 x 12 x 5: the mean within three Monte Carlo errors, of 24 intervals 20 or more (p < .01)."""
    truth = {
        "var P": (B[0, 0], lambda one: one.client.therapist),
        "var A": (B[1, 1], lambda one: one.therapist.therapist),
        "var R": (R[0, 0], lambda one: one.client.pair),
        "var e'": (E[1, 1], lambda one: one.therapist.session),
        "r(P, A)": (1 / 3, lambda one: one.generalised_reciprocity),
        "r(R, R')": (0.2 / np.sqrt(0.2), lambda one: one.dyadic_reciprocity),
        "r(e, e')": (0.05 / np.sqrt(0.12), lambda one: one.session_reciprocity),
    }
    found = [one_with_many(made(seed, missing=0.1)) for seed in range(24)]
    for name, (value, of) in truth.items():
        each = np.array([of(one) for one in found])
        error = each[:, 0].std(ddof=1) / np.sqrt(24)
        assert each[:, 0].mean() == pytest.approx(value, abs=3 * error), name
        assert ((each[:, 1] <= value) & (value <= each[:, 2])).sum() >= 20, name


def test_both_kinds_of_interval_agree_where_there_is_much_to_learn_from() -> None:
    table = made(2, 60, 12, 4)
    drawn, curved = one_with_many(table, intervals="bootstrap", resamples=200), one_with_many(table)
    for of in (lambda one: one.dyadic_reciprocity, lambda one: one.client.pair, lambda one: one.therapist.session):
        a, b = of(drawn), of(curved)
        assert a.value == b.value
        assert (a.high - a.low) == pytest.approx(b.high - b.low, rel=0.35)


def test_the_same_seed_draws_the_same_and_progress_is_told() -> None:
    table, heard = made(4, 20, 6, 3), []
    first = one_with_many(
        table, intervals="bootstrap", resamples=25, seed=3, progress=lambda done, total: heard.append((done, total))
    )
    assert first.client.therapist == one_with_many(table, intervals="bootstrap", resamples=25, seed=3).client.therapist
    assert first.client.therapist != one_with_many(table, intervals="bootstrap", resamples=25, seed=4).client.therapist
    assert heard[-1] == (25, 25)


def test_the_words_say_what_goes_together_and_what_cannot_be_told() -> None:
    found = one_with_many(made(1, 60, 10, 5))
    assert found.words[2].startswith("Among one therapist's clients, those who rate the alliance high tend to be those")
    alone = one_with_many(made(1, 60, 10, 5, between=np.zeros((2, 2))))
    assert alone.words[1].startswith("These data cannot tell whether therapists whose clients")


def test_with_one_session_of_each_pair_the_day_is_in_the_pair_and_that_is_said() -> None:
    once = made(6, 60, 12, 1)
    found = one_with_many(once)
    assert not found.apart
    assert np.isnan(found.client.pair.value)
    assert found.dyadic_reciprocity.value == pytest.approx(0.25 / np.sqrt(0.7), abs=0.15)
    assert found.words[-1] == "Most pairs rated one session only, so the pair and the day cannot be told apart."


def test_a_client_with_two_therapists_is_two_pairs() -> None:
    table = made(5, 20, 6, 4)
    moved = table.with_columns(therapist=pl.when(pl.int_range(pl.len()) < 2).then(19).otherwise("therapist"))
    assert one_with_many(moved).dyads == one_with_many(table).dyads + 1


def test_order_of_rows_and_names_of_people_change_nothing() -> None:
    table = made(7, 20, 6, 4)
    other = table.sample(fraction=1, shuffle=True, seed=2).with_columns(
        client=pl.format("c{}", 999 - pl.col("client")), therapist=pl.format("t{}", "therapist")
    )
    a, b = one_with_many(table), one_with_many(other)
    assert a.criterion == pytest.approx(b.criterion, abs=1e-6)
    assert a.client.therapist.value == pytest.approx(b.client.therapist.value, rel=1e-3)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.head(0), "0 pairs of client and therapist have a rating by clients"),
        (lambda rows: rows.filter(pl.col("therapist") < 9), "9 therapists with ratings"),
        (lambda rows: rows.with_columns(therapist=pl.col("client")), "wanted two or more of each"),
        (lambda rows: rows.with_columns(alliance_therapist=pl.lit(None, pl.Float64)), "have a rating by therapists"),
        (
            lambda rows: rows.with_columns(
                alliance=pl.when(pl.int_range(pl.len()) % 2 == 0).then("alliance"),
                alliance_therapist=pl.when(pl.int_range(pl.len()) % 2 == 1).then("alliance_therapist"),
            ),
            "0 pairs rated the same session from both sides",
        ),
    ],
)
def test_too_little_is_said_as_such(change: Any, why: str) -> None:
    found = one_with_many(change(made(1, 20, 4, 3)))
    assert not found.enough
    assert why in found.why
    assert found.words[0].startswith("Not enough data yet: ")


def test_what_cannot_be_used_is_a_named_error() -> None:
    table = made(1, 20, 4, 3)
    with pytest.raises(TableError, match="no such column"):
        one_with_many(table, "bond")
    with pytest.raises(TableError, match="infinite rating"):
        one_with_many(table.with_columns(alliance=pl.lit(float("inf"))))
    with pytest.raises(DataError, match="every rating by the client is 4"):
        one_with_many(table.with_columns(alliance=pl.lit(4.0)))
    with pytest.raises(DataError, match="no error to estimate"):
        one_with_many(table.with_columns(alliance_therapist=pl.col("alliance")))
    with pytest.raises(UsageError, match="wanted four different ones"):
        one_with_many(table, "alliance", "alliance")
    with pytest.raises(UsageError, match="resamples 0"):
        one_with_many(table, resamples=0)


def test_where_a_variance_is_nought_there_is_no_curvature_and_therapists_are_drawn() -> None:
    found: OneWithMany = one_with_many(made(12, 40, 12, 5, between=np.zeros((2, 2))), resamples=60)
    assert found.intervals == "bootstrap"
    assert found.therapist.therapist_share.low < 1e-3
    assert found.words[1].startswith("These data cannot tell")
