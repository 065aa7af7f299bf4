"""Whole tables: order, what is refused, and the warning of an SD that has seen its own future."""

import numpy as np
import polars as pl
import pytest

from accord.alliance import Rule, read_columns, read_frame, sd_from_file, within_sd
from accord.alliance.table import BLOCK
from accord.errors import TableError, UsageError


def many(courses: int, sessions: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(4)
    value = 4 + 0.3 * dice.standard_normal(courses * sessions)
    value[dice.random(len(value)) < 0.03] -= 1.2
    value[dice.random(len(value)) < 0.08] = np.nan
    return np.repeat(np.arange(courses), sessions), np.tile(np.arange(1, sessions + 1), courses), value


def test_the_kernel_and_plain_python_agree_to_the_last_bit() -> None:
    """More courses than one block holds, so that the seams are in it."""
    client, session, value = many(BLOCK + 500, 4)
    one, two = (read_columns(client, session, value, engine=engine) for engine in ("compiled", "plain"))
    assert (one.signal > 0).sum() > 1000
    for name in ("z", "z_frozen", "signal", "repair"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_threads_change_nothing() -> None:
    client, session, value = many(BLOCK * 2 + 1, 3)
    one, two = (read_columns(client, session, value, engine="compiled", threads=number) for number in (1, 2))
    for name in ("z", "z_frozen", "signal", "repair"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    read_columns(*many(BLOCK + 1, 2), engine="compiled", progress=lambda done, total: told.append((done, total)))
    assert told == [(BLOCK, BLOCK + 1), (BLOCK + 1, BLOCK + 1)]


def test_a_frame_in_any_order_with_names() -> None:
    frame = pl.DataFrame(
        {"who": ["b", "a", "b", "a", "b"], "when": [3, 2, 1, 1, 2], "score": [1.0, 4.0, 4.0, 4.0, None]}
    )
    told = read_frame(frame, Rule(), client="who", session="when", score="score")
    assert told.client.tolist() == ["b", "b", "b", "a", "a"]
    assert told.session.tolist() == [1, 2, 3, 1, 2]
    assert told.signal.tolist() == [0, 0, 2, 0, 0]
    assert told.flagged().tolist() == [0]


def test_an_empty_table_is_read() -> None:
    for engine in ("plain", "compiled"):
        assert len(read_columns([], [], [], engine=engine).z) == 0  # type: ignore[arg-type]


def test_an_sd_from_the_file_warns_that_it_looks_ahead() -> None:
    client, _, value = many(200)
    rule = sd_from_file(client, value)
    courses = [[y for y in course if y == y] for course in value.reshape(200, 12).tolist()]
    assert rule.sd_within == pytest.approx(within_sd(courses), rel=1e-12)
    assert rule.warning is not None
    assert "sessions after it" in rule.warning
    assert Rule().warning is None


def test_an_sd_from_a_file_of_perfect_scores_is_the_floor() -> None:
    assert sd_from_file([1, 1, 1], [5, 5, 5]).sd_within == 0.125


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1, 1], [2, 1], [4, 4]), "row 2: a session does not come after the one before"),
        (([1, 1], [1, 1], [4, 4]), "row 2: a session does not come after the one before"),
        (([1, 2, 1], [1, 1, 2], [4, 4, 4]), "the rows of one client do not stand together"),
        (([1, 1], [1, 2], [4, np.inf]), "row 2: got inf, wanted a number or nothing"),
        (([1], [1, 2], [4, 4]), "have the shapes"),
    ],
)
def test_columns_that_cannot_be_read(columns: tuple, message: str) -> None:
    with pytest.raises(TableError, match=message):
        read_columns(*columns)


def test_what_has_no_kernel_says_so() -> None:
    with pytest.raises(UsageError, match="ewma has no compiled kernel"):
        read_columns([1], [1], [4], Rule(method="ewma"), engine="compiled")
    with pytest.raises(UsageError, match="engine 'fast' is unknown"):
        read_columns([1], [1], [4], engine="fast")  # type: ignore[arg-type]
