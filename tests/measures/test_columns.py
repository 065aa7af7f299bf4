"""Whole columns: the same numbers as one by one, whatever the kind of column."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.errors import AnswerError, TableError
from accord.measures import columns, load, names, score, score_columns


def some_answers(measure, rows, seed, share_missing=0.1):
    """Random answers as a column an item; None where missing. Seeded, so that a failure can be seen again."""
    random = np.random.default_rng(seed)
    table = {}
    for item in measure.items:
        values = random.integers(int(item.low), int(item.high) + 1, rows).astype(float)
        if item.decimals:
            values = np.round(random.uniform(item.low, item.high, rows), 1)
        values[random.random(rows) < share_missing] = np.nan
        table[item.key] = values
    return table


def as_bytes(measure, table):
    code = measure.missing_code
    return {key: np.where(np.isnan(values), code, values).astype(np.int8) for key, values in table.items()}


def assert_same(measure, table, made):
    for row in range(len(made.total)):
        one = score(measure, {key: float(values[row]) for key, values in table.items()})
        expected = np.float32(np.nan if one.total is None else one.total)
        np.testing.assert_array_equal(made.total[row], expected)
        for key, value in one.subscales.items():
            np.testing.assert_array_equal(made.subscales[key][row], np.float32(np.nan if value is None else value))
        assert made.missing[row] == len(one.missing)
        assert made.prorated[row] == one.prorated
        assert made.risk[row] == {True: 1, False: 0, None: -1}[one.risk]


@pytest.mark.parametrize("name", names())
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([0.0, 0.05, 0.2, 0.9]))
@settings(max_examples=8, deadline=None)
def test_columns_and_single_answers_agree(name, seed, share):
    measure = load(name)
    table = some_answers(measure, 40, seed, share)
    assert_same(measure, table, score_columns(measure, table))
    if not any(item.decimals for item in measure.items):
        assert_same(measure, table, score_columns(measure, as_bytes(measure, table)))


@pytest.mark.parametrize("name", [name for name in names() if not columns._needs_arithmetic(load(name))])
def test_the_table_and_plain_arithmetic_agree_across_blocks(name):
    measure = load(name)
    rows = columns.BLOCK + 17
    table = some_answers(measure, rows, seed=1)
    quick = score_columns(measure, as_bytes(measure, table))
    plain = columns._empty(measure, rows)
    columns.by_arithmetic(measure, table, slice(0, rows), plain)
    for scale in measure.scales:
        np.testing.assert_array_equal(quick.scale(scale.key), plain.scale(scale.key))
    for part in ("missing", "prorated", "risk"):
        np.testing.assert_array_equal(getattr(quick, part), getattr(plain, part))


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.float32, np.float64])
def test_other_kinds_of_numbers_give_the_same(dtype):
    measure = load("phq-9")
    table = some_answers(measure, 200, seed=2)
    bytes_ = as_bytes(measure, table)
    other = table if np.issubdtype(dtype, np.floating) else bytes_
    made = score_columns(measure, {key: values.astype(dtype) for key, values in other.items()})
    np.testing.assert_array_equal(made.total, score_columns(measure, bytes_).total)


def test_an_array_of_rows_is_read_in_the_order_of_the_items():
    measure = load("phq-9")
    table = as_bytes(measure, some_answers(measure, 50, seed=3))
    array = np.column_stack([table[item.key] for item in measure.scored])
    np.testing.assert_array_equal(score_columns("phq-9", array).total, score_columns("phq-9", table).total)


def test_columns_are_only_read():
    table = as_bytes(load("phq-9"), some_answers(load("phq-9"), 50, seed=4))
    before = {key: values.copy() for key, values in table.items()}
    for values in table.values():
        values.flags.writeable = False
    score_columns("phq-9", table)
    assert all((before[key] == values).all() for key, values in table.items())


def test_an_item_without_a_column_was_not_answered_by_anyone():
    made = score_columns("phq-9", {str(n): np.ones(3, np.int8) for n in range(1, 9)})
    assert np.isnan(made.total).all()
    assert made.risk.tolist() == [-1, -1, -1]


def test_no_rows_give_no_scores():
    assert score_columns("phq-9", np.empty((0, 9), np.int8)).total.tolist() == []
    assert score_columns("phq-9", {}).total.tolist() == []


@pytest.mark.parametrize(
    ("value", "dtype"), [(4, np.int8), (-2, np.int8), (127, np.int8), (256, np.int64), (1.5, float)]
)
def test_the_first_row_out_of_range_is_named(value, dtype):
    rows = columns.BLOCK * 2
    table = {str(n): np.zeros(rows, dtype) for n in range(1, 10)}
    table["2"][columns.BLOCK + 9] = value
    table["5"][columns.BLOCK + 8] = value
    with pytest.raises(
        AnswerError, match=f"phq-9, item 5, row {columns.BLOCK + 8}: got {value}, wanted a whole number"
    ):
        score_columns("phq-9", table)


def test_an_answer_below_a_scale_that_begins_at_one_is_refused():
    table = np.ones((3, 12), np.int8)
    table[1, 4] = 0
    with pytest.raises(AnswerError, match=r"item 5, row 1: got 0, wanted a whole number from 1 to 5, or -1"):
        score_columns("wai-sr", table)


def test_minus_one_is_an_answer_to_the_c_nip_and_minus_128_is_none():
    made = score_columns("c-nip", np.full((1, 18), -1, np.int8))
    assert made.subscales["time"].tolist() == [-3]
    assert load("c-nip").missing_code == -128
    assert score_columns("c-nip", np.full((1, 18), -128, np.int8)).missing.tolist() == [18]


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        (np.zeros((3, 8), np.int8), r"shape \(3, 8\), wanted \(n, 9\)"),
        ({"10": np.zeros(3, np.int8)}, "column '10': phq-9 has no item of this name"),
        ({"1": np.zeros(3, np.int8), "2": np.zeros(4, np.int8)}, "column '2': got shape"),
        ({"1": np.array(["a"])}, "wanted whole numbers or floats"),
    ],
)
def test_columns_that_do_not_belong_are_refused(given_, says):
    with pytest.raises(TableError, match=says):
        score_columns("phq-9", given_)


@pytest.mark.parametrize("name", names())
def test_places_in_the_table_fit_their_int16(name):
    for scale in load(name).scales:
        if not columns._needs_arithmetic(load(name)):
            assert len(columns._table(scale)) <= np.iinfo(np.int16).max
