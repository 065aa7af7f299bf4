"""Fear foretold against fear felt: numbers worked by hand, t values as published, and what must hold for any steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.alliance import Told, foretold_against_felt
from accord.alliance.steps import t_quantile
from accord.errors import DataError

FEAR = st.integers(0, 10)
STEPS = st.lists(st.builds(Told, FEAR, FEAR), min_size=3, max_size=20)

# Student's t, 95th percentile, as printed in the NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
PUBLISHED = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 9: 1.833, 10: 1.812, 20: 1.725, 30: 1.697, 100: 1.660}


@pytest.mark.parametrize(("df", "t"), PUBLISHED.items())
def test_t_is_as_published(df: int, t: float) -> None:
    assert t_quantile(df) == pytest.approx(t, abs=0.0005)


def test_five_steps_by_hand() -> None:
    """Differences -3, -1, 0, -5, -2: mean -2.2, SD sqrt(14.8 / 4) = 1.9235, half 2.1318 x 1.9235 / sqrt(5) = 1.8339."""
    found = foretold_against_felt([Told(8, 5), Told(7, 6), Told(6, 6), Told(9, 4), Told(5, 3)])
    assert found is not None
    assert found.value == pytest.approx(-2.2)
    assert (found.low, found.high) == (pytest.approx(-4.0339, abs=1e-4), pytest.approx(-0.3661, abs=1e-4))
    assert (found.less, found.n_used) == (4, 5)
    assert found.reason == "in 4 of 5 steps the fear was smaller than foretold"
    assert found.average == (
        "on average it was 2.2 smaller than foretold (probably between 0.4 smaller and 4.0 smaller)"
    )


def test_an_interval_on_both_sides_says_both() -> None:
    """Differences -3, 1, -1: mean -1, SD 2, half 2.9200 x 2 / sqrt(3) = 3.3717."""
    found = foretold_against_felt([Told(8, 5), Told(4, 5), Told(6, 5)])
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(-4.3717, abs=1e-4), pytest.approx(2.3717, abs=1e-4))
    assert found.average.endswith("1.0 smaller than foretold (probably between 4.4 smaller and 2.4 larger)")


def test_none_felt_less_is_said_as_plainly() -> None:
    found = foretold_against_felt([Told(2, 4), Told(3, 5), Told(1, 3)])
    assert found is not None
    assert found.reason == "in none of 3 steps was the fear smaller than foretold"
    assert found.average == "on average it was 2.0 larger than foretold, in each step the same"


def test_below_three_steps_nothing_is_said() -> None:
    assert foretold_against_felt([]) is None
    assert foretold_against_felt([Told(8, 5), Told(7, 6)]) is None


def test_a_step_without_both_numbers_is_left_out() -> None:
    whole = [Told(8, 5), Told(7, 6), Told(6, 6)]
    assert foretold_against_felt([*whole, Told(None, 9), Told(9, None)]) == foretold_against_felt(whole)
    assert foretold_against_felt([*whole[:2], Told(None, 9)]) is None


@pytest.mark.parametrize(("foretold", "felt"), [(11, 5), (5, -1)])
def test_fear_off_the_scale_is_refused_with_what_was_got(foretold: int, felt: int) -> None:
    with pytest.raises(DataError, match=r"is (11|-1); wanted 0 to 10"):
        Told(foretold, felt)


def test_no_interval_reaches_beyond_the_scale() -> None:
    found = foretold_against_felt([Told(10, 0), Told(0, 10), Told(10, 0)])
    assert found is not None
    assert (found.low, found.high) == (-10, 10)


@given(STEPS, st.randoms(use_true_random=False))
def test_the_order_of_the_steps_does_not_matter(steps: list[Told], dice) -> None:  # type: ignore[no-untyped-def]
    mixed = list(steps)
    dice.shuffle(mixed)
    one, other = foretold_against_felt(steps), foretold_against_felt(mixed)
    assert one is not None
    assert other is not None
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    assert (one.less, one.reason, one.average) == (other.less, other.reason, other.average)


LOW = st.integers(0, 5)


@given(st.lists(st.tuples(LOW, LOW), min_size=3, max_size=20), st.integers(0, 5))
def test_both_numbers_moved_alike_change_nothing(steps: list[tuple[int, int]], by: int) -> None:
    here = foretold_against_felt(Told(a, b) for a, b in steps)
    assert here == foretold_against_felt(Told(a + by, b + by) for a, b in steps)


@given(st.lists(st.tuples(LOW, LOW), min_size=3, max_size=20), st.integers(0, 5))
def test_more_fear_felt_moves_the_mean_by_as_much(steps: list[tuple[int, int]], by: int) -> None:
    here = foretold_against_felt(Told(a, b) for a, b in steps)
    moved = foretold_against_felt(Told(a, b + by) for a, b in steps)
    assert here is not None
    assert moved is not None
    assert moved.value == pytest.approx(here.value + by)
    assert moved.less <= here.less


@given(STEPS)
def test_the_mean_lies_in_its_interval_and_turning_it_round_turns_the_sign(steps: list[Told]) -> None:
    found = foretold_against_felt(steps)
    turned = foretold_against_felt(Told(one.felt, one.foretold) for one in steps)
    assert found is not None
    assert turned is not None
    assert found.low <= found.value <= found.high
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
