"""Who may stop coming: nothing below 100, words for what can be named, and how good it is with its uncertainty."""

import math

import numpy as np
import pytest

from accord.errors import DataError, UsageError
from accord.outcome import Leaving, Moment, Moments, NotEnough, fit_leaving, hazards, performance, reach, recalibrate
from accord.outcome.leaving import CAUSES, DEFINITIONS, _auc, judge_hazards, stopped

DEFINITION = "missed the last scheduled session"
TRUE = {"within": -0.4, "between": -0.5, "strain": 0.8, "missed": 1.0, "not_on_track": 0.5}


def invented(clients: int, seed: int = 1, base: float = -3.0) -> Moments:
    """Courses of up to ten sessions with the hazard written above."""
    dice = np.random.default_rng(seed)
    between = dice.normal(0, 1, clients)
    rows: list[tuple] = []
    for who in range(clients):
        for session in range(1, 11):
            known = (dice.normal(), between[who], dice.random() < 0.15, dice.random() < 0.1, dice.random() < 0.2)
            line = base - 0.3 * math.log(session) + sum(b * each for b, each in zip(TRUE.values(), known, strict=True))
            left = dice.random() < 1 / (1 + math.exp(-line))
            rows.append((who, session, *known, left))
            if left:
                break
    return Moments(*(np.array(column) for column in zip(*rows, strict=True)))


@pytest.fixture(scope="module")
def given() -> Moments:
    return invented(3_000)


@pytest.fixture(scope="module")
def model(given: Moments) -> Leaving:
    fitted = fit_leaving(given, DEFINITION)
    assert isinstance(fitted, Leaving)
    return fitted


def test_below_a_hundred_nothing_is_said() -> None:
    few = fit_leaving(invented(150), DEFINITION)
    assert isinstance(few, NotEnough)
    assert few.threshold == 100
    assert few.value < 100
    assert "100 who did and 100 who did not are needed" in few.reason
    assert performance(invented(150), DEFINITION, seed=1, source="invented") == few


def test_known_answers_come_back(given: Moments, model: Leaving) -> None:
    """On the scale of the causes; a ridge of one is light beside 3,000 clients."""
    for name, b, sd in zip(CAUSES, model.b[2:], model.sd, strict=True):
        assert b / sd == pytest.approx(TRUE[name], abs=0.17)
    assert model.definition == DEFINITION
    assert (model.n_used, model.n_left) == (3_000, int(given.left.sum()))


def test_the_penalty_draws_towards_nought(given: Moments, model: Leaving) -> None:
    tight = fit_leaving(given, DEFINITION, ridge=1e6)
    assert isinstance(tight, Leaving)
    assert max(map(abs, tight.b[2:])) < 0.01 < min(map(abs, model.b[2:]))


def test_it_is_worded_as_a_reason_to_reach_out(model: Leaving) -> None:
    told = reach(model, Moment(4, within=-1.0, between=0.2, strain=True, missed=True))
    assert told.value >= told.threshold
    assert told.reason is not None
    assert told.reason.startswith("worth reaching out: ")
    assert set(told.causes) == {"missed", "strain", "within"}
    assert reach(model, Moment(2, strain=True, missed=True)).reason in (
        "worth reaching out: missed last, open strain",
        "worth reaching out: open strain, missed last",
    )
    calm = reach(model, Moment(4, within=0.5, between=0.5))
    assert (calm.reason, calm.causes) == (None, ())


def test_a_kept_rating_counts_as_one_that_was_not_given(model: Leaving) -> None:
    unknown = Moments(*(np.array([each]) for each in (1, 4, np.nan, np.nan, False, False, False, False)))
    assert hazards(model, unknown)[0] == pytest.approx(reach(model, Moment(4)).value)


def test_one_client_and_columns_give_the_same(given: Moments, model: Leaving) -> None:
    together = hazards(model, given)
    for row in range(0, 200, 7):
        causes = {name: getattr(given, name)[row].item() for name in CAUSES}
        assert reach(model, Moment(int(given.session[row]), **causes)).value == pytest.approx(together[row])


def test_a_site_with_another_rate_is_recalibrated(model: Leaving) -> None:
    site = invented(3_000, seed=2, base=-2.0)
    moved = recalibrate(model, site)
    assert isinstance(moved, Leaving)
    assert moved.intercept + (moved.slope - 1) * -2.5 == pytest.approx(1.0, abs=0.25)
    assert moved.slope == pytest.approx(1.0, abs=0.15)
    assert hazards(moved, site).mean() == pytest.approx(site.left.mean(), abs=1e-4)
    assert abs(hazards(model, site).mean() - site.left.mean()) > 0.03
    assert isinstance(recalibrate(model, invented(50)), NotEnough)


def test_performance_comes_with_its_uncertainty(given: Moments) -> None:
    found = performance(given, DEFINITION, seed=3, source="invented", draws=60)
    for one in (found.brier, found.auc, found.slope):
        assert one.low < one.value < one.high
    assert 0.6 < found.auc.value < 0.85
    assert found.slope.value == pytest.approx(1, abs=0.15)
    assert found.brier.value < found.base
    again = performance(given, DEFINITION, seed=3, source="invented", draws=60)
    assert again == found
    assert performance(given, DEFINITION, seed=4, source="invented", draws=60).auc.low != found.auc.low


def test_the_auc_is_the_share_of_pairs() -> None:
    dice = np.random.default_rng(5)
    p, y = np.round(dice.random(80), 1), (dice.random(80) < 0.3).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in p[y == 1] for b in p[y == 0]]
    assert _auc(p, y, np.ones(80)) == pytest.approx(np.mean(pairs))


def test_hazards_that_say_too_much_have_a_slope_below_one(given: Moments, model: Leaving) -> None:
    line = np.log(hazards(model, given) / (1 - hazards(model, given)))
    loud = 1 / (1 + np.exp(-(2 * line + 2.5)))
    found = judge_hazards(loud, given, seed=1, source="invented", draws=20)
    assert found.slope.value == pytest.approx(0.5, abs=0.06)


def test_what_cannot_be_is_refused(given: Moments) -> None:
    with pytest.raises(UsageError, match="there is no definition"):
        fit_leaving(given, "vanished")
    with pytest.raises(UsageError, match="ridge"):
        fit_leaving(given, DEFINITION, ridge=-1)
    stayed = Moments(*(getattr(given, name) for name in Moments.__dataclass_fields__ if name != "left"), given.left * 0)
    with pytest.raises(DataError, match="nobody left"):
        judge_hazards(np.full(len(given.left), 0.1), stayed, seed=1, source="invented")


def test_stopped_is_one_rule_and_says_nothing_of_what_nobody_wrote_down() -> None:
    minded, missed, dose, no_change = DEFINITIONS
    course = {"how": "", "came": 5, "missed_last": True, "improved": None}
    assert stopped(minded, None, **course) is None  # type: ignore[arg-type]
    assert stopped(minded, None, **{**course, "how": "moved"}) is False  # type: ignore[arg-type]
    assert stopped(minded, None, **{**course, "how": "stopped"}) is True  # type: ignore[arg-type]
    assert stopped(missed, None, **course) is True  # type: ignore[arg-type]
    assert (stopped(dose, 6, **course), stopped(dose, 5, **course)) == (True, False)  # type: ignore[arg-type]
    assert stopped(no_change, None, **course) is None  # type: ignore[arg-type]
    assert stopped(no_change, None, **{**course, "improved": False}) is True  # type: ignore[arg-type]
