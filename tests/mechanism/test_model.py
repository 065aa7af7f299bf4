"""What holds for every course, whatever the parameters."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import UsageError
from accord.mechanism import REASONS, ParameterError, Parameters, Scenario, known_parameters, simulate

KNOWN = {known.name: known for known in known_parameters()}
IN_RANGE = st.fixed_dictionaries(
    {}, optional={name: st.floats(known.low, known.high) for name, known in KNOWN.items()}
).map(lambda changed: Parameters(**changed))


@settings(max_examples=60, deadline=None)
@given(IN_RANGE, st.integers(0, 2**63), st.integers(1, 20))
def test_no_parameters_in_range_give_a_nan(parameters: Parameters, seed: int, sessions: int) -> None:
    truth = simulate(3, 4, sessions, parameters, seed, engine="arrays").truth
    for name in ("symptom", "score", "alliance", "threat", "engagement", "depth"):
        assert np.isfinite(getattr(truth, name)[truth.held]).all(), name
    for name in ("client_rating", "therapist_rating", "disclosure"):
        assert np.isfinite(getattr(truth, name)[truth.attended]).all(), name
    for name in ("avoidance", "anxiety", "set_point", "learning", "last_score"):
        assert np.isfinite(getattr(truth, name)).all(), name


@settings(max_examples=20, deadline=None)
@given(IN_RANGE, st.integers(0, 2**32))
def test_a_dropout_ends_a_course(parameters: Parameters, seed: int) -> None:
    truth = simulate(3, 4, 8, parameters, seed, engine="arrays").truth
    after = ~truth.held
    assert np.isnan(truth.score[after]).all()
    assert not (truth.attended | truth.open | truth.onset | truth.repaired | truth.concealed)[after].any()
    assert (truth.dropped == (truth.ended < 8)).all()
    assert (truth.attended[:, 0]).all()


@settings(max_examples=10, deadline=None)
@given(IN_RANGE, st.integers(0, 2**32))
def test_equal_seeds_give_equal_tables(parameters: Parameters, seed: int) -> None:
    one, two = (simulate(2, 3, 5, parameters, seed, engine="arrays").to_frame() for _ in range(2))
    assert one.equals(two)


def test_other_seeds_give_other_tables() -> None:
    assert not simulate(2, 3, 5, seed=1).to_frame().equals(simulate(2, 3, 5, seed=2).to_frame())


def test_a_rupture_opens_stays_open_and_is_repaired_in_attended_sessions_only() -> None:
    truth = simulate(50, 40, 16, Parameters(p_R=0.2), seed=4).truth
    before = np.zeros_like(truth.open)
    before[:, 1:] = truth.open[:, :-1]
    assert (truth.onset <= truth.attended).all()
    assert (truth.repaired <= (truth.attended & before)).all()
    held = truth.held
    assert (truth.open == (before & ~truth.repaired | truth.onset))[held].all()
    assert ((truth.depth > 0) == truth.open)[held].all()
    assert not truth.onset[:, 0].any()


def test_who_never_leaves_completes_and_every_dropout_has_a_reason() -> None:
    assert (simulate(20, 20, 16, Parameters(z_0=-20)).truth.why == 0).all()
    why = simulate(200, 20, 16).truth.clients()["why"]
    assert set(why) == set(REASONS)


def test_a_rupture_in_session_5_that_nobody_repairs() -> None:
    truth = simulate(100, 5, 16, scenario=Scenario(rupture_at=5, repair="never", rupture_depth=2.0)).truth
    there = truth.ended >= 5
    assert truth.open[there, 4].all()
    assert not truth.repaired.any()
    fresh = there & truth.onset[:, 4]
    assert (truth.depth[fresh, 4] == 2.0).all()
    drop = truth.client_rating[fresh, 3] - truth.client_rating[fresh, 4]
    # kappa x surprise x depth = .8 x 2 = 1.6; growth, the week and error add about .1.
    assert np.nanmean(drop) == pytest.approx(1.6, abs=0.15)


def test_a_rupture_repaired_at_once_costs_less_than_one_never_repaired() -> None:
    never, next_ = (
        simulate(100, 10, 16, scenario=Scenario(rupture_at=5, repair=repair)).truth for repair in ("never", "next")
    )
    assert next_.last_score.mean() < never.last_score.mean() - 0.5
    assert next_.dropped.mean() < never.dropped.mean()


def test_a_guarded_client_and_a_weak_bond() -> None:
    usual = simulate(100, 10, 16).truth
    guarded = simulate(100, 10, 16, scenario=Scenario(avoidance=2.0)).truth
    weak = simulate(100, 10, 16, scenario=Scenario(bond=-1.5)).truth
    assert (guarded.avoidance == 2.0).all()
    for worse in (guarded, weak):
        assert np.nanmean(worse.disclosure) < np.nanmean(usual.disclosure)
        assert np.nanmean(worse.alliance) < np.nanmean(usual.alliance)
        assert worse.last_score.mean() > usual.last_score.mean()


def test_one_session_one_therapist_one_client_is_enough() -> None:
    assert simulate(1, 1, 1).to_frame().height == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"phi": 2.0}, "parameter 'phi': got 2.0, wanted a number from -0.95 to 0.95"),
        ({"kappa": float("nan")}, "parameter 'kappa': got nan, wanted a number from 0.01 to 1"),
        ({"tau_a": "big"}, "parameter 'tau_a': got 'big', wanted a number from 0 to 2"),
    ],
)
def test_a_parameter_outside_its_range_is_named(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as error:
        Parameters(**changed)
    assert str(error.value) == message


def test_what_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="no parameter named 'tau'"):
        Parameters().but(tau=1)
    with pytest.raises(UsageError, match="no cause named 'love'; there are: gating, "):
        Parameters().without("love")
    with pytest.raises(UsageError, match="clients_per_therapist: got 0"):
        simulate(3, 0)
    with pytest.raises(UsageError, match="engine 'fast' is unknown"):
        simulate(3, 3, engine="fast")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="scenario: bond: got 9"):
        Scenario(bond=9)
    with pytest.raises(UsageError, match=r"rupture_at: got 2\.5, wanted the number of a session"):
        Scenario(rupture_at=2.5)  # type: ignore[arg-type]


def test_the_published_parameters_are_the_defaults() -> None:
    # Witness: the calibrated table (docs/mechanism.md), fitted ones only.
    fitted = {name: known.value for name, known in KNOWN.items() if known.origin == "fitted"}
    assert fitted == {
        "tau_a": 0.311, "tau_e": 0.320, "s_u": 0.719, "b_v": 0.118, "b_x": 0.094, "b_q": 0.146, "b_m": 0.274,
        "s_o": 0.280, "g_S": 0.517, "p_R": 0.0247, "D_mu": 2.668, "pi_0": -0.506, "B_rep": 0.159, "alpha": 0.137,
        "s_alpha": 0.467, "l_q": 0.240, "l_m": 0.354, "s_xi": 0.176, "s_n": 0.448, "k_Ru": 0.349, "d_A": 0.565,
        "h_A": 0.452, "k_0": 1.999, "z_0": -4.639, "z_A": 0.322, "z_R": 0.664, "z_m": 0.462, "s_ec": 0.162,
        "gap": 0.63, "l_T": 0.392,
    }  # fmt: skip
