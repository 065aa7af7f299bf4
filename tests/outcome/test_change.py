"""Reliable change: the published vectors, one person and whole columns alike, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.errors import DataError, UsageError
from accord.outcome import METHODS, ChangeRule, change, change_columns, rule_from
from tests.rules.test_arrows import loaded_by

# Jacobson 1989, marital adjustment (DAS) before and after, 30 couples.
DAS = (
    (90.5, 97), (74, 124), (97, 97.5), (73.5, 88), (61, 96.5), (66.5, 62.5), (68.5, 112.5), (86.5, 103.5), (88.5, 90),
    (68.5, 82.5), (98, 105), (80.5, 99.5), (89.5, 112.5), (91.5, 101), (83.5, 99.5), (60.5, 79.5), (83, 88),
    (88, 100.5), (98.5, 119), (78.5, 116), (99.5, 116), (79.5, 129), (84.5, 113), (92.5, 118), (93, 92), (85, 114),
    (64, 68), (61, 52), (80, 60.5), (82.5, 104.5),
)  # fmt: skip
PRE, POST = np.array(DAS).T
NORMS = {"functional_mean": 114.0, "functional_sd": 14.0, "better": "higher"}


def das(reliability: float = 0.88, **stated: object) -> ChangeRule:
    return rule_from(PRE, POST, reliability, **(NORMS | stated))


def test_the_textbook_case() -> None:
    rule = ChangeRule(mean=40, sd=7.5, reliability=0.80, better="higher")
    assert rule.sem == pytest.approx(3.3541, abs=5e-5)
    assert rule.s_diff == pytest.approx(4.7434, abs=5e-5)
    assert change(32.5, 47.5, rule).value == pytest.approx(3.1623, abs=5e-5)


def test_the_couples_give_the_published_counts() -> None:
    rule = das()
    assert (rule.mean, rule.sd) == pytest.approx((81.5833, 11.8257), abs=5e-5)
    after = das(method="ha")
    assert (after.post_mean, after.post_sd) == pytest.approx((98.05, 19.2418), abs=5e-5)
    assert (rule.sem, rule.s_diff, rule.points) == pytest.approx((4.0965, 5.7934, 11.3550), abs=5e-5)
    assert rule.crossing.cutoff == pytest.approx(96.427, abs=5e-4)
    changes = change_columns(PRE, POST, rule)
    assert changes.inclusive == {"improved": 19, "deteriorated": 1}
    assert changes.counts["recovered"] == 14
    assert changes.index[:3] == pytest.approx([1.1220, 8.6306, 0.0863], abs=5e-5)


def test_who_ends_on_the_cut_off_has_not_crossed_it() -> None:
    """The fifth ends at 96.5: with the cut-off rounded up to it there are 13."""
    assert change_columns(PRE, POST, das(cutoff=96.5)).counts["recovered"] == 13


def test_cut_off_a_gives_the_published_counts() -> None:
    changes = change_columns(PRE, POST, das(0.80, cutoff="a"))
    assert changes.counts == {"recovered": 10, "improved": 6, "unchanged": 13, "deteriorated": 1, "harmed": 0}


@pytest.mark.parametrize(
    ("method", "counts", "first"),
    [("gln", (19, 2), (1.3477, 8.7397, 0.4184)), ("en", (21, 2), (1.8479, 11.9833, 0.5737))],
)
def test_variants_give_their_vectors(method: str, counts: tuple[int, int], first: tuple[float, ...]) -> None:
    changes = change_columns(PRE, POST, das(method=method))
    assert tuple(changes.inclusive.values()) == counts
    assert changes.index[:3] == pytest.approx(first, abs=5e-5)


def test_the_other_variants_follow_their_formulas() -> None:
    """Written out here as they stand in the papers' formulas, not as the rule turns them into a line."""
    r, m, s = 0.88, PRE.mean(), PRE.std(ddof=1)
    hll = ((POST - POST.mean()) - r * (PRE - m)) / (s * math.sqrt(1 - r**2))
    nk = (POST - (r * (PRE - m) + m)) / math.sqrt(r**2 * s**2 * (1 - r) + s**2 * (1 - 0.9))
    assert change_columns(PRE, POST, das(method="hll")).index == pytest.approx(hll)
    assert change_columns(PRE, POST, das(method="nk", post_reliability=0.9)).index == pytest.approx(nk)
    sem, after, both = s * math.sqrt(1 - r), POST.std(ddof=1), np.corrcoef(PRE, POST)[0, 1]
    shared = 2 * s * after * both
    share = (s**2 - sem**2 + after**2 - sem**2 - shared) / (s**2 + after**2 - shared)
    ha = ((POST - PRE) * share + (POST.mean() - m) * (1 - share)) / (math.sqrt(share) * math.sqrt(2) * sem)
    rule = das(method="ha")
    assert change_columns(PRE, POST, rule).index == pytest.approx(ha)
    assert rule.criterion == 1.65


def test_core_10() -> None:
    rule = ChangeRule(mean=19.7, sd=7.7, reliability=0.90, functional_mean=4.7, functional_sd=4.8)
    assert rule.sem == pytest.approx(2.435, abs=5e-4)
    assert 1.645 * rule.s_diff == pytest.approx(5.66, abs=5e-3)
    assert rule.points == pytest.approx(6.75, abs=5e-3)
    assert rule.crossing.cutoff == pytest.approx(10.46, abs=5e-3)


def test_cut_offs_a_and_b_lie_two_sds_away() -> None:
    clinical = {"mean": 20.0, "sd": 5.0, "reliability": 0.8, "functional_mean": 6.0, "functional_sd": 3.0}
    assert ChangeRule(**clinical, cutoff="a").crossing.cutoff == 10
    assert ChangeRule(**clinical, cutoff="b").crossing.cutoff == 12


def test_harmed_is_from_beyond_the_cut_off_back_to_it() -> None:
    rule = ChangeRule(mean=20, sd=5, reliability=0.9, cutoff=10)
    assert [change(*pair, rule).kind for pair in ((5, 18), (12, 25), (25, 5), (25, 15), (25, 24))] == [
        "harmed", "deteriorated", "recovered", "improved", "unchanged",
    ]  # fmt: skip


def test_a_reason_says_how_far_and_what_error_can_make() -> None:
    rule = ChangeRule(mean=20, sd=5, reliability=0.9, cutoff=10)
    told = change(25, 5, rule)
    assert told.reason == (
        "20 down, from 25 to 5: more than measurement error is likely to make (4.38), and beyond the cut-off (10)"
    )
    assert (told.threshold, told.n_used, told.method, told.version) == (1.96, 2, "jt", "1")
    assert change(5, 5, rule).reason == "no change, from 5 to 5: no more than measurement error can make (4.38)"


SCORES = st.floats(0, 160, allow_nan=False)


@given(st.sampled_from(sorted(METHODS)), st.lists(st.tuples(SCORES, SCORES), min_size=1), st.sampled_from("abc"))
def test_one_person_and_whole_columns_give_the_same(method: str, pairs: list, cutoff: str) -> None:
    rule = das(method=method, cutoff=cutoff)
    before, after = np.array(pairs).T
    changes = change_columns(before, after, rule)
    told = [change(*pair, rule) for pair in pairs]
    assert changes.index.tolist() == [each.value for each in told]
    assert [("recovered", "improved", "unchanged", "deteriorated", "harmed")[k] for k in changes.kind] == [
        each.kind for each in told
    ]
    reliable = {1: "improved", -1: "deteriorated", 0: None}
    assert [reliable[k] for k in changes.reliable.tolist()] == [each.reliable for each in told]


def test_who_was_not_rated_twice_is_in_no_class() -> None:
    changes = change_columns([20, np.nan, 20], [5, 5, np.nan], ChangeRule(mean=20, sd=5, reliability=0.9, cutoff=10))
    assert changes.kind.tolist() == [0, -1, -1]
    assert changes.n_used == sum(changes.counts.values()) == 1
    assert changes.inclusive == {"improved": 1, "deteriorated": 0}


def test_one_person_needs_no_numpy() -> None:
    """A page that reads one change starts as fast as one that reads none."""
    code = "import accord.outcome as o\no.change(9, 3, o.ChangeRule(mean=9, sd=3, reliability=0.9))\no.gains([9, 3])"
    assert "numpy" not in loaded_by(code)


def test_what_cannot_be_is_refused() -> None:
    good = {"mean": 20.0, "sd": 5.0, "reliability": 0.8}
    for wrong, said in (
        ({"reliability": 1.0}, "below 1"),
        ({"method": "xx"}, "there are jt, gln"),
        ({"better": "more"}, "lower or higher"),
    ):
        with pytest.raises(UsageError, match=said):
            ChangeRule(**(good | wrong))
    with pytest.raises(DataError, match="above 0"):
        ChangeRule(**(good | {"sd": 0.0}))
    with pytest.raises(UsageError, match="needs mean and SD"):
        _ = ChangeRule(**good, cutoff="c").crossing
    with pytest.raises(UsageError, match="needs post_mean"):
        _ = ChangeRule(**good, method="hll").line
    with pytest.raises(DataError, match="wanted a number"):
        change(math.nan, 3, ChangeRule(**good))
    with pytest.raises(DataError, match="wanted two or more"):
        rule_from([1, np.nan], [2, 3], 0.8)
