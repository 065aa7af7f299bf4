"""Truth and bias: one course by hand, one therapist against published arithmetic and simulated courses."""

import math
from collections import defaultdict

import numpy as np
import pytest

from accord.alliance import PRIOR, course_gap, therapist_gap, therapist_spread
from accord.alliance.gap import Spread
from accord.errors import DataError
from accord.mechanism import simulate


def test_one_course_by_hand() -> None:
    """C - mean: -1.5, -.5, .5, 1.5; T - mean(C): -1, -1, 0, 0. tau = 2/5, residuals .1, -.3, .3, -.1."""
    gap = course_gap([2, 3, 4, 5], [2.5, 2.5, 3.5, 3.5])
    assert gap is not None
    sigma = math.sqrt(0.2 / 2)
    assert (gap.d, gap.tau, gap.n_used) == (pytest.approx(-0.5), pytest.approx(0.4), 4)
    assert gap.d_se == pytest.approx(sigma / 2)
    assert gap.tau_se == pytest.approx(sigma / math.sqrt(5))
    assert gap.reason == "over 4 sessions the therapist rates 0.5 below the client"


def test_one_course_against_least_squares() -> None:
    dice = np.random.default_rng(3)
    client, therapist = dice.normal(4, 0.5, 9), dice.normal(3.5, 0.5, 9)
    gap = course_gap(client.tolist(), therapist.tolist())
    x = np.column_stack([np.ones(9), client - client.mean()])
    (d, tau), left, *_ = np.linalg.lstsq(x, therapist - client.mean())
    errors = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * left / 7)
    assert gap is not None
    assert (gap.d, gap.tau, gap.d_se, gap.tau_se) == pytest.approx((d, tau, *errors))


def test_three_sessions_are_too_few_and_kept_answers_are_left_out() -> None:
    assert course_gap([4, 4, 4], [3, 3, 3]) is None
    assert course_gap([4, 4, 4, None], [3, 3, 3, 5]) is None
    gap = course_gap([2, None, 3, 4, 5], [2.5, 1, 2.5, 3.5, 3.5])
    assert gap == course_gap([2, 3, 4, 5], [2.5, 2.5, 3.5, 3.5])
    with pytest.raises(DataError, match="got 1 ratings of the client and 2"):
        course_gap([1], [1, 2])


def test_a_client_who_always_rates_alike_cannot_be_followed() -> None:
    gap = course_gap([5, 5, 5, 5], [4, 4.5, 4, 4.5])
    assert gap is not None
    assert (gap.d, gap.tau, gap.tau_se) == (-0.75, None, None)


@pytest.mark.parametrize(("n", "pooling"), [(5, 0.21), (10, 0.34), (15, 0.44), (30, 0.61), (60, 0.76), (100, 0.84)])
def test_pooling_is_as_published(n: int, pooling: float) -> None:
    """At an intraclass correlation of .05; printed with two decimals."""
    gap = therapist_gap([-0.6] * n, Spread(-0.5, math.sqrt(0.05), math.sqrt(0.95), ""))
    assert gap is not None
    assert gap.pooling == pytest.approx(pooling, abs=0.006)


def test_what_a_therapist_is_told() -> None:
    gap = therapist_gap([-0.65] * 20, Spread(-0.5, 0.31, 0.66, ""))
    assert gap is not None
    assert gap.reason == "you tend to rate 0.6 below your clients (probably 0.4 to 0.8); most therapists rate below"
    assert gap.low < gap.value < gap.high
    level = therapist_gap([0.4] * 4)
    assert level is not None
    assert level.reason.startswith("you tend to rate level with your clients (")
    assert therapist_gap([]) is None


def test_the_spread_of_dyestuff() -> None:
    """Unequal numbers reduce to the textbook where numbers are equal: Yield ~ 1 + (1|Batch), 1764.05 and 2451.25."""
    yields = {
        "A": [1545, 1440, 1440, 1520, 1580], "B": [1540, 1555, 1490, 1560, 1495], "C": [1595, 1550, 1605, 1510, 1560],
        "D": [1445, 1440, 1595, 1465, 1545], "E": [1595, 1630, 1515, 1635, 1625], "F": [1520, 1455, 1450, 1480, 1445],
    }  # fmt: skip
    assert therapist_spread(yields) is PRIOR  # six are fewer than ten
    twice = therapist_spread(yields | {name * 2: values for name, values in yields.items()})
    # Each batch twice: the mean and the spread within stay; between, (2 x 56357.5 / 11 - 2451.25) / 5.
    assert twice.mean == pytest.approx(1527.5)
    assert twice.sigma**2 == pytest.approx(2451.25)
    assert twice.tau**2 == pytest.approx((2 * 56357.5 / 11 - 2451.25) / 5)


def test_the_spread_that_was_put_in_is_found_again() -> None:
    courses = simulate(100, 20, 12, seed=3)
    gaps = defaultdict(list)
    ratings = zip(courses.truth.therapist, courses.truth.client_rating, courses.truth.therapist_rating, strict=True)
    for therapist, client, other in ratings:
        pairs = [(c, t) for c, t in zip(client.tolist(), other.tolist(), strict=True) if c == c and t == t]
        if gap := course_gap([c for c, _ in pairs], [t for _, t in pairs]):
            gaps[str(therapist)].append(gap.d)
    spread = therapist_spread(gaps)
    p = courses.parameters
    # 100 therapists: the standard error of an SD of .35 is .025, of the mean .04; alliance skill adds to the SD.
    assert spread.mean == pytest.approx(-p.gap, abs=0.12)
    assert spread.tau == pytest.approx(p.s_Tj, abs=0.10)
