"""Truth and bias: how far apart two views stand, whether they move together, and what that has to do with outcome."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import TableError, UsageError
from accord.evidence.gap import truth_and_bias
from accord.mechanism import simulate

TWO_VIEWS = Path(__file__).parent / "nlme" / "two_views.csv"
GAP_SD, TRACKING_SD, TOGETHER = 0.6, 0.3, 0.4


def made(seed: int, people: int = 300, sessions: int = 8) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Courses and outcomes from the model itself: gap -.6, tracking .35, y = .5 d - .3 d^2 + .8 tau."""
    rng = np.random.default_rng(seed)
    both = TOGETHER * GAP_SD * TRACKING_SD
    v = rng.multivariate_normal([0, 0], [[GAP_SD**2, both], [both, TRACKING_SD**2]], people)
    d, tau = -0.6 + v[:, 0], 0.35 + v[:, 1]
    usual, who = rng.normal(3.5, 0.7, people), np.repeat(np.arange(people), sessions)
    w = rng.normal(0, 0.6, len(who))
    w -= (np.bincount(who, w) / sessions)[who]
    therapist = usual[who] + d[who] + tau[who] * w + rng.normal(0, 0.5, len(who))
    y = 0.5 * d - 0.3 * d**2 + 0.8 * tau + rng.normal(0, 1, people)
    courses = pl.DataFrame({"client": who, "alliance": usual[who] + w, "alliance_therapist": therapist})
    return courses, pl.DataFrame({"client": np.arange(people), "y": y, "age": rng.normal(40, 9, people)})


def simulated(seed: int = 4, therapists: int = 12, each: int = 15) -> pl.DataFrame:
    truth = simulate(therapists, each, 16, seed=seed).truth
    c, t = np.nonzero(~np.isnan(truth.client_rating))
    ratings = {"alliance": truth.client_rating[c, t], "alliance_therapist": truth.therapist_rating[c, t]}
    return pl.DataFrame({"client": c, "therapist": truth.therapist[c], **ratings})


@pytest.mark.parametrize(
    ("therapist", "gap", "tracking", "sds", "criterion"),
    [
        # lme4 1.1-31 on sessions both rated, of clients with four; z = alliance_therapist - m, w = alliance - m:
        # lmer(z ~ w + (1 + w | client), d) and lmer(z ~ w + (1 + w | client) + (1 | therapist), d)
        (None, -0.57897727, -0.06373805, (0.95527336, 0.03924171), 481.7577),
        ("therapist", -0.56518842, -0.07303382, (np.sqrt(0.46576351 + 0.44724827), 0.1031002), 472.5694),
    ],
)
def test_the_model_is_that_of_lme4(
    therapist: str | None, gap: float, tracking: float, sds: tuple[float, float], criterion: float
) -> None:
    found = truth_and_bias(pl.read_csv(TWO_VIEWS), therapist=therapist, resamples=0)
    assert (found.sessions, found.clients, found.left_out) == (176, 44, 26)
    assert found.gap.value == pytest.approx(gap, abs=1e-6)
    assert found.tracking.value == pytest.approx(tracking, abs=1e-6)
    assert (found.gap_sd.value, found.tracking_sd.value) == pytest.approx(sds, rel=1e-4)
    assert found.fitted.criterion == pytest.approx(criterion, abs=1e-4)


def test_each_persons_gap_and_tracking_are_those_of_lme4_with_their_errors() -> None:
    people = truth_and_bias(pl.read_csv(TWO_VIEWS), therapist=None, resamples=0).people
    assert people is not None
    # coef(f)$client and attr(ranef(f, condVar = TRUE)$client, "postVar"), clients 5, 7, 8, 10
    assert people["client"].head(4).to_list() == [5, 7, 8, 10]
    assert people["gap"].head(4).to_list() == pytest.approx(
        [-0.7493029021, 0.2706251243, -1.3209256644, -2.2894641412], abs=2e-5
    )
    assert people["tracking"].head(4).to_list() == pytest.approx(
        [-0.056741241836, -0.098638898585, -0.033259531689, 0.006527092077], abs=2e-5
    )
    assert people["gap_error"].head(2).to_list() == pytest.approx([0.3412043978, 0.3412284640], rel=1e-5)
    assert people["tracking_error"].head(2).to_list() == pytest.approx([0.01401634662, 0.01401733523], rel=1e-3)


def test_a_known_truth_lies_inside_the_intervals() -> None:
    """Of 20 practices 15 or more for each of the five numbers (19 are expected; fewer than 15: p < .0004)."""
    truth = {"gap": -0.6, "tracking": 0.35, "gap_sd": GAP_SD, "tracking_sd": TRACKING_SD, "together": TOGETHER}
    found = [truth_and_bias(made(seed)[0], therapist=None, resamples=60, seed=seed) for seed in range(20)]
    for name, value in truth.items():
        each = [getattr(one, name) for one in found]
        assert sum(one.low <= value <= one.high for one in each) >= 15, name
        assert np.mean([one.value for one in each]) == pytest.approx(value, abs=0.035), name


def test_the_outcome_model_finds_its_slopes_from_estimated_gaps() -> None:
    """With many sessions of many people d and tau are well known, and the slopes come out."""
    courses, people = made(3, 3000, 40)
    found = truth_and_bias(courses, therapist=None, people=people, outcome="y", also=["age"], resamples=0).outcome
    assert found is not None
    assert found.people == 3000
    assert list(found.slopes) == ["gap", "gap^2", "tracking", "age"]
    # Their standard errors are about .06, .03 and .08.
    assert found.slopes["gap"].value == pytest.approx(0.5, abs=0.2)
    assert found.slopes["gap^2"].value == pytest.approx(-0.3, abs=0.1)
    assert found.slopes["tracking"].value == pytest.approx(0.8, abs=0.25)
    assert found.slopes["age"].value == pytest.approx(0.0, abs=0.01)


def test_where_people_hardly_differ_in_tracking_nothing_is_said_of_it_and_outcome() -> None:
    """The simulated therapists all follow alike, so tau of a person is no more than noise."""
    panel = simulated()
    people = panel.select("client").unique().with_columns(y=pl.col("client").cast(pl.Float64).sin())
    found = truth_and_bias(panel, people=people, outcome="y", resamples=10)
    assert found.outcome is not None
    assert np.isnan(found.outcome.slopes["tracking"].value)
    assert np.isfinite(found.outcome.slopes["gap"].value)
    assert any("nothing is said of that and y" in each for each in found.words)


def test_the_simulated_gap_and_tracking_are_found_and_said() -> None:
    found = truth_and_bias(simulated(2, 30, 30), resamples=0)
    # gap .63 SD and l_T .392 are set; tracking comes out lower since a client's rating holds error (docs).
    assert found.gap.low < -0.63 < found.gap.high
    assert 0.30 < found.tracking.value < 0.392
    assert found.words[0].startswith("On average therapists rate the alliance 0.")
    assert " lower than their clients (probably between " in found.words[0]
    assert "the therapist's rating is up by 0.3" in found.words[1]


def test_people_with_few_sessions_are_left_out_or_drawn_towards_the_mean_of_all() -> None:
    panel = simulated()
    short = panel.group_by("client").len().filter(pl.col("len") < 4).height
    without, kept = truth_and_bias(panel, resamples=0), truth_and_bias(panel, shrink=True, resamples=0)
    assert short > 0
    assert (without.left_out, kept.left_out) == (short, 0)
    assert kept.clients - without.clients == short
    assert kept.gap.value == pytest.approx(without.gap.value, abs=0.05)


def test_therapists_are_drawn_where_there_are_ten_and_people_otherwise() -> None:
    heard: list[tuple[int, int]] = []
    by_therapist = truth_and_bias(simulated(), resamples=8, progress=lambda done, total: heard.append((done, total)))
    assert by_therapist.drawn == "therapists"
    assert heard[-1] == (8, 8)
    assert truth_and_bias(simulated(therapists=8), resamples=2).drawn == "people"


def test_the_same_seed_draws_the_same() -> None:
    panel = made(1, 60)[0]
    one, two = (truth_and_bias(panel, therapist=None, resamples=25, seed=5) for _ in range(2))
    assert one.together == two.together
    assert one.together != truth_and_bias(panel, therapist=None, resamples=25, seed=6).together


def test_order_of_rows_changes_nothing() -> None:
    panel = simulated()
    other = panel.sample(fraction=1, shuffle=True, seed=1)
    a, b = truth_and_bias(panel, resamples=0), truth_and_bias(other, resamples=0)
    assert a.gap.value == pytest.approx(b.gap.value, abs=1e-9)
    assert a.people is not None
    assert b.people is not None
    assert a.people["client"].to_list() == b.people["client"].to_list()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.head(0), "0 people have 4 or more sessions that both rated"),
        (lambda rows: rows.filter(pl.col("client") < 29), "people have 4 or more sessions"),
        (lambda rows: rows.with_columns(alliance=pl.col("client") * 0.1), "no client's rating ever moves"),
        (lambda rows: rows.with_columns(alliance_therapist=pl.lit(3.0)), "every rating by therapists is 3"),
        (lambda rows: rows.with_columns(alliance_therapist=pl.lit(None, pl.Float64)), "0 people have"),
    ],
)
def test_too_little_is_said_as_such(change: Any, why: str) -> None:
    found = truth_and_bias(change(simulated()), resamples=2)
    assert not found.enough
    assert why in found.why
    assert found.words[0].startswith("Not enough data yet: ")


def test_what_cannot_be_used_is_a_named_error() -> None:
    panel = simulated()
    with pytest.raises(TableError, match="column 'bond'"):
        truth_and_bias(panel, "bond")
    with pytest.raises(TableError, match="holds String"):
        truth_and_bias(panel.with_columns(alliance=pl.lit("good")))
    with pytest.raises(TableError, match="infinite rating"):
        truth_and_bias(panel.with_columns(alliance=pl.lit(float("inf"))))
    with pytest.raises(UsageError, match="people and outcome together"):
        truth_and_bias(panel, outcome="y")
    twice = pl.DataFrame({"client": [1, 1], "y": [1.0, 2.0]})
    with pytest.raises(TableError, match="the same client stands in two rows"):
        truth_and_bias(panel, people=twice, outcome="y")
