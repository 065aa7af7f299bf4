"""One call that says how well a measure measures, for anybody's answers."""

import json

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, UsageError
from accord.evidence.reliability import measure_report

ITEMS = ["goals", "approach", "trust", "respect"]


def answers(people: int, sessions: int, seed: int = 1) -> pl.DataFrame:
    """A scale from 0 to 5 with much at the top, as alliance measures have it; people stop coming."""
    dice = np.random.default_rng(seed)
    last = dice.integers(1, sessions + 1, people)
    who, when = np.repeat(np.arange(people), last), np.concatenate([np.arange(1, n + 1) for n in last])
    usual, now = dice.normal(0, 0.8, people)[who], dice.normal(0, 0.6, len(who))
    own = dice.normal(0, 0.3, (people, 4))[who]
    items = 3.6 + (usual + now)[:, None] * [1, 0.9, 0.8, 1.1] + own + dice.normal(0, 0.6, (len(who), 4))
    items = np.clip(np.round(items), 0, 5)
    named = dict(zip(ITEMS, items.T, strict=True))
    return pl.DataFrame({"client": [f"c{at}" for at in who], "session": when, **named})


def test_with_enough_every_part_is_there() -> None:
    found = measure_report(answers(900, 8), ITEMS, top=5, draws=300)
    assert not found.lacking
    assert found.people == 900
    assert found.alpha.estimate < found.omega.high
    assert found.omega.interval == "bca"
    assert found.by_level.omega_within.estimate < found.by_level.omega_between.estimate
    assert 0 < found.of_change.estimate < 1
    assert 0 < found.ceiling.sets < found.ceiling.answers < 1
    assert found.factor.fit.cfi > 0.95
    assert found.invariance.groups == ("1", "3", "6")
    assert found.invariance.reached == "strict"
    told = " ".join(found.words)
    assert "One factor fits at the first session" in told
    assert "Not enough" not in told


def test_with_few_people_it_says_what_is_lacking_and_why() -> None:
    found = measure_report(answers(60, 6), ITEMS, top=5, draws=300)
    assert found.factor is None
    assert found.invariance is None
    assert (
        "60 people at the first session; a factor analysis is worth its name from 300 on" in found.lacking["one factor"]
    )
    assert found.lacking["the same over time"].startswith("60 at session 1")
    assert any(line.startswith("Not enough to say of one factor") for line in found.words)
    assert found.alpha is not None


def test_one_session_each_says_nothing_of_change() -> None:
    found = measure_report(answers(80, 1), ITEMS, draws=300)
    assert found.by_level is None
    assert found.of_change is None
    assert "cannot tell what moves within" in found.lacking["omega within and between"]


def test_it_becomes_json_and_is_the_same_for_the_same_seed() -> None:
    data = answers(350, 6)
    first, second = (measure_report(data, ITEMS, top=5, seed=3, draws=200).as_dict() for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(second, allow_nan=False)
    assert {"alpha", "omega_within", "sem_change", "ceiling", "factor", "invariance", "lacking", "words"} <= set(first)


def test_ceilings_are_counted_by_hand() -> None:
    table = {"client": [1, 1, 2, 2, 3], "session": [1, 2, 1, 2, 1]}
    table |= {"a": [5, 5, 4, 5, None], "b": [5, 4, 4, 5, 5], "c": [5, 3, 2, 5, 5]}
    found = measure_report(table, ["a", "b", "c"], top=5).ceiling
    assert found.answers == pytest.approx(9 / 14)
    assert found.sets == pytest.approx(2 / 4)
    assert found.by_item == pytest.approx({"a": 3 / 4, "b": 3 / 5, "c": 3 / 5})


def test_words_for_change_rest_on_the_lower_end_of_the_interval() -> None:
    told = " ".join(measure_report(answers(900, 8), ITEMS, draws=200).words)
    assert "good enough to speak of change" in told or "good enough to watch" in told
    assert "not known to be good enough" in " ".join(measure_report(answers(30, 4, seed=2), ITEMS, draws=200).words)


def test_what_is_no_table_of_answers_is_refused() -> None:
    data = answers(50, 4)
    with pytest.raises(UsageError, match="2 items; wanted 3"):
        measure_report(data, ITEMS[:2])
    with pytest.raises(UsageError, match="no column 'bond'"):
        measure_report(data, [*ITEMS, "bond"])
    with pytest.raises(UsageError, match="no column 'who'"):
        measure_report(data, ITEMS, client="who")
    with pytest.raises(DataError, match="above the highest possible one, 3"):
        measure_report(data, ITEMS, top=3)
    with pytest.raises(DataError, match="no answers to goals"):
        measure_report(data.with_columns(pl.lit(None).cast(pl.Float64).alias(name) for name in ITEMS), ITEMS)
