"""How large a study must be: what is there is found more often in larger studies, what is not there hardly ever."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from accord.cli import main
from accord.errors import UsageError
from accord.mechanism import Parameters, power
from accord.mechanism.power import Cell, Power, Share, _arms, _courses, share


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["mechanism", "power", *words])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.fixture(scope="module")
def within() -> Power:
    return power("within", clients=[40, 160], therapists=[10], sessions=[16], runs=40)


def test_larger_studies_find_the_effect_within_people_more_often(within: Power) -> None:
    small, large = within.cells
    assert small.power.value < large.power.value
    assert large.power.value > 0.85
    # The model's own, of check(): -.092 standardised.
    assert large.estimate == pytest.approx(-0.092, abs=0.02)


def test_where_nothing_is_there_it_is_found_in_about_one_in_twenty(within: Power) -> None:
    """Of 80 runs without an effect 4 are expected; more than 10 would be p < .003."""
    assert sum(cell.false.value * cell.runs for cell in within.cells) <= 10


def test_more_therapists_and_a_larger_spread_between_them_are_found_more_often() -> None:
    grid: dict[str, Any] = {"clients": [400], "therapists": [10, 40], "sessions": [8], "runs": 30}
    usual, wider = power("therapist", **grid), power("therapist", effect=2.0, **grid)
    assert wider.cells[0].power.value > usual.cells[0].power.value
    assert usual.cells[1].estimate == pytest.approx(0.055, abs=0.025)
    assert all(cell.false.value <= 0.2 for cell in usual.cells)


def test_a_feedback_trial_finds_what_a_stronger_response_would_do() -> None:
    grid: dict[str, Any] = {"clients": [600], "therapists": [20], "sessions": [12], "runs": 20}
    usual, stronger = power("feedback", **grid), power("feedback", effect=3.0, **grid)
    assert stronger.cells[0].estimate > usual.cells[0].estimate > 0
    assert stronger.cells[0].power.value > usual.cells[0].power.value


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    grid: dict[str, Any] = {"clients": [60], "therapists": [6], "sessions": [6], "runs": 6}
    assert power("therapist", seed=3, **grid).cells == power("therapist", seed=3, **grid).cells
    assert power("therapist", seed=3, **grid).cells != power("therapist", seed=4, **grid).cells


def test_clients_that_do_not_come_out_even_are_shared_out_as_evenly_as_can_be() -> None:
    courses, kept = _courses((23, 5, 4), Parameters(), 1)
    assert np.bincount(courses.therapist[kept])[1:].tolist() == [5, 5, 5, 4, 4]


def test_half_of_each_therapists_clients_are_in_either_arm_and_luck_decides_who() -> None:
    therapist = np.repeat(np.arange(1, 9), 11)
    arms = [_arms(therapist, seed) for seed in range(40)]
    for arm in arms:
        assert set(np.bincount(therapist, arm)[1:]) <= {5, 6}
    assert 0.35 < np.mean([arm[0] for arm in arms]) < 0.65


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Wilson (1927), by hand for 8 of 10: (.8 + z2/20 +- z sqrt(.016 + z2/400)) / (1 + z2/10), z2 = 3.841459
    eight = share(np.arange(10) < 8)
    assert (eight.value, eight.error) == pytest.approx((0.8, np.sqrt(0.016)))
    assert (eight.low, eight.high) == pytest.approx((0.49016, 0.94332), abs=5e-5)
    none = share(np.zeros(10, bool))
    assert (none.low, none.error) == (0, 0)
    assert none.high == pytest.approx(3.841459 / 13.841459)


AS_IT_SHOULD = Share(0.05, 0.01, 0.03, 0.08)


def cell(clients: int, value: float, false: Share = AS_IT_SHOULD, failed: int = 0) -> Cell:
    return Cell(clients, 10, 8, 200, share(np.arange(200) < 200 * value), false, -0.1, 0.01, failed)


def test_the_smallest_size_is_said_with_how_sure_it_is() -> None:
    found = Power("within", 1.0, 0.05, (cell(50, 0.5), cell(100, 0.815), cell(200, 0.97)))
    assert found.smallest == found.cells[1]
    assert found.words[0].startswith("Smallest in this grid with 80%: 100 clients of 10 therapists over 8 sessions")
    assert "in 82 of 100 runs (between 76 and 86)" in found.words[0]
    assert found.words[1].startswith("Its interval reaches below 80")
    clear = Power("within", 1.0, 0.05, (cell(50, 0.5), cell(200, 0.97)))
    assert len(clear.words) == 1


def test_what_is_not_enough_or_not_to_be_trusted_is_said() -> None:
    false = Share(0.2, 0.03, 0.15, 0.26)
    found = Power("within", 1.0, 0.05, (cell(50, 0.5, false, failed=3),))
    assert found.smallest is None
    assert found.words[0].startswith("No size in this grid reaches 80%")
    assert "more than the 5 it should: part of its power is not real" in found.words[1]
    assert found.words[2] == "3 runs could not be analysed and count as having found nothing."


def test_a_size_that_cannot_be_is_left_out_with_its_reason() -> None:
    found = power("therapist", clients=[20, 40], therapists=[10, 20], sessions=[4], runs=2)
    assert [(one.clients, one.therapists) for one in found.cells] == [(20, 10), (40, 10), (40, 20)]
    assert found.left_out == ("20 clients of 20 therapists, 4 sessions: wanted two clients or more of each therapist",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"study": "fit"}, "study 'fit' is unknown; there are: within, therapist, feedback"),
        ({"runs": 1}, "runs: got 1"),
        ({"effect": 0.0}, "effect: got 0.0"),
        ({"effect": float("nan")}, "effect: got nan"),
        ({"alpha": 1.0}, "alpha: got 1.0"),
        ({"clients": []}, r"clients: got \[\]"),
        ({"sessions": [1]}, r"sessions: got \[1\], wanted whole numbers of at least 2"),
        ({"clients": [4]}, "no size of the study can be analysed; 4 clients of 10 therapists"),
    ],
)
def test_what_cannot_be_simulated_is_refused_by_name(change: dict[str, Any], said: str) -> None:
    asked: dict[str, Any] = {"study": "within", "therapists": [10], **change}
    with pytest.raises(UsageError, match=said):
        power(asked.pop("study"), **asked)


def test_the_picture_has_a_title_and_says_each_number(within: Power) -> None:
    svg = ElementTree.fromstring(within.picture())
    title, said = svg[0].text, svg[1].text
    assert title == "Power to find the effect of the alliance on the next score, within people"
    assert said is not None
    assert "40 clients of 10 therapists over 16 sessions: " in said
    assert within.picture() == within.picture()


SMALL = ("--clients", "40,60", "--therapists", "10", "--sessions", "6", "--runs", "4")


def test_the_verb_prints_a_table_and_the_smallest_size(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawn = tmp_path / "power.svg"
    code, out, err = run(capsys, "therapist", *SMALL, "--plot", str(drawn))
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split() == [
        "clients", "therapists", "sessions", "power", "interval", "false", "estimate",
    ]  # fmt: skip
    assert "of 100 runs" in out
    assert ElementTree.parse(drawn).getroot().tag.endswith("svg")


def test_the_verb_writes_json_whose_shares_have_error_and_interval(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "feedback", *SMALL, "--json")
    made = json.loads(out)
    assert code == 0
    assert list(made) == ["study", "effect", "alpha", "cells", "smallest", "words", "left_out"]
    assert [one["clients"] for one in made["cells"]] == [40, 60]
    assert set(made["cells"][0]["power"]) == {"value", "error", "low", "high"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sleep",), "study 'sleep' is unknown"),
        (("within", "--clients", "few"), "--clients: got 'few', wanted whole numbers with commas"),
        (("within", "--plot", "power.png"), "end the name in .svg"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str], words: Any, said: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err
