"""Each way to see a drop, by hand."""

import math

import pytest

from accord.alliance import DETECTORS, Entry, Ewma, IndividualsChart, Rule, ShrunkChart, VShape, read
from accord.errors import UsageError

VECTOR = (5.2, 5.4, 5.3, 5.5, 5.4, 3.9, 4.2, 5.3)


def fired(values: tuple[float, ...], method: object, sd: float = 0.35, drop: float = 0.8) -> list[int]:
    """The sessions with a signal."""
    rule = Rule(sd_within=sd, reliable_drop=drop, method=method, top=None)  # type: ignore[arg-type]
    told = read([Entry(number, value) for number, value in enumerate(values, 1)], rule)
    return [each.session for each in told if each.drop]


def after(method: IndividualsChart, values: tuple[float, ...]) -> tuple:
    kept = method.start()
    for value in values:
        kept = method.learn(kept, value)
    return kept


def test_the_published_chart() -> None:
    chart = IndividualsChart().chart(after(IndividualsChart(), VECTOR[:5]), sw=0.35)
    # Printed with three decimals, sigma with four.
    assert chart.mean == pytest.approx(5.36)
    assert chart.moving_range == pytest.approx(0.15)
    assert chart.sigma == pytest.approx(0.1330, abs=5e-5)
    assert chart.lower == pytest.approx(4.961, abs=5e-4)
    assert fired(VECTOR, "i-chart") == [6]


def test_the_shrunk_moving_range() -> None:
    chart = ShrunkChart().chart(after(ShrunkChart(), VECTOR[:5]), sw=0.35)
    assert chart.moving_range == pytest.approx((5 * 1.128 * 0.35 + 4 * 0.15) / (5 + 4))


def test_a_course_that_never_moved_still_has_a_limit() -> None:
    assert fired((5, 5, 5, 5, 4.9), "i-chart") == []
    assert fired((5, 5, 5, 5, 3.9), "i-chart") == [5]


def test_a_reliable_drop_is_from_the_rating_before() -> None:
    assert fired((5, 4.5, 4, 3.5, 2.6, 2.6), "reliable-drop") == [5]


def test_ewma_by_hand() -> None:
    limit = 2.7 * 0.35 * math.sqrt(0.3 / 1.7)
    look = Ewma().look((3, 15.0, 5.0), 3.0, 0.35, 0.8)
    assert look is not None
    assert look.value == pytest.approx(0.3 * 3 + 0.7 * 5)
    assert look.threshold == pytest.approx(5 - limit)
    assert fired((5, 5, 5, 3, 5), "ewma") == [4]


@pytest.mark.parametrize(("c", "sd", "sessions"), [(1, "pooled", [5]), (2, "pooled", [5]), (4, "pooled", [])])
def test_the_v_shape_takes_c_standard_deviations(c: float, sd: str, sessions: list[int]) -> None:
    assert fired((5, 5.1, 5, 5.1, 4.1), VShape(c=c, sd=sd)) == sessions


def test_the_v_shape_knows_the_stricter_of_two_spreads() -> None:
    restless = (5.0, 3.0, 5.0, 3.0, 4.6, 4.1)
    assert 6 in fired(restless, VShape(sd="pooled"))
    assert 6 not in fired(restless, VShape(sd="max"))


@pytest.mark.parametrize(("back", "state"), [("prev-level", "open"), ("prev-0.5RC", "repaired")])
def test_what_closes_the_v(back: str, state: str) -> None:
    rule = Rule(sd_within=0.35, reliable_drop=0.8, method=VShape(back=back), top=None)
    told = read([Entry(n, y) for n, y in enumerate((5, 5, 5, 3, 4.7), 1)], rule)
    assert told[-1].repair is not None
    assert told[-1].repair.state == state


def test_the_own_sd_of_the_whole_series_is_refused() -> None:
    with pytest.raises(UsageError, match=r"own-sd is refused: .* looks ahead"):
        Rule(method="own-sd")
    with pytest.raises(UsageError, match="there is no method 'magic'; there are predictive-z"):
        Rule(method="magic")


@pytest.mark.parametrize(
    ("wrong", "message"), [({"sd": "whole"}, "sd: got"), ({"back": "far"}, "back: got"), ({"window": 6}, "window: got")]
)
def test_a_v_shape_that_cannot_be(wrong: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        VShape(**wrong)


@pytest.mark.parametrize("method", DETECTORS)
def test_every_method_sees_a_great_drop_and_is_quiet_on_a_level_course(method: str) -> None:
    assert fired((5, 5, 5, 5, 5, 1), method) == [6]
    assert fired((5, 5.1, 5, 5.1, 5, 5.1, 5), method) == []
