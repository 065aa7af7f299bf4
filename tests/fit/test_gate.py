"""Expertise and hard limits: one therapist and whole columns, a licence's last day, what one limit less would bring."""

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from accord.errors import UsageError
from accord.fit import Needs, Profile, Profiles, concerns, gate, methods, passing, relaxed
from accord.fit.gate import CHECKS
from tests.fit.making import ON, person, plain, therapist, therapists
from tests.rules.test_arrows import loaded_by

PANIC = Needs(concerns=("panic",))


def limits(needs: Needs, profile: Profile, on: date = ON) -> list[str]:
    return [reason.about for reason in gate(needs, profile, on)]


def test_one_and_columns_give_the_same() -> None:
    """3,000 people before 60 therapists: the same pass, and the same limits keep the others out."""
    dice = random.Random(7)
    them = therapists(7, 60)
    columns = Profiles.of(them)
    for _ in range(3000):
        needs = person(dice)
        apart = [limits(needs, each) for each in them]
        found = passing(needs, columns, ON)
        assert found.rows.tolist() == [row for row, each in enumerate(apart) if not each]
        told = {limit: sum(limit in each for each in apart) for limit in {one for each in apart for one in each}}
        assert found.excluded == told


def test_a_row_of_columns_is_the_therapist_again() -> None:
    """But for capitals in sets, which are compared without them."""
    dice = random.Random(3)
    them = [therapist(dice, f"t{number}") for number in range(200)]
    columns = Profiles.of(them)
    for row, each in enumerate(them):
        again = columns.row(row)
        for name in ("regions", "languages", "insurers", "offers"):
            assert getattr(again, name) == {word.casefold() for word in getattr(each, name)}
        same = (
            "id",
            "verified",
            "licensed_until",
            "methods",
            "places",
            "formats",
            "times",
            "fee",
            "free_from",
            "words",
        )
        assert [getattr(again, name) for name in (*same, "lead", "tone", "latitude")] == [
            getattr(each, name) for name in (*same, "lead", "tone", "latitude")
        ]


def test_a_licence_is_good_on_its_last_day_and_not_on_the_next() -> None:
    one = plain("vera", licensed_until=ON)
    assert limits(PANIC, one) == []
    assert limits(PANIC, one, ON + timedelta(days=1)) == ["credential"]
    columns = Profiles.of([one])
    assert len(passing(PANIC, columns, ON).rows) == 1
    assert passing(PANIC, columns, ON + timedelta(days=1)).excluded == {"credential": 1}


def test_a_licence_that_nobody_looked_at_counts_for_nothing() -> None:
    assert limits(PANIC, plain("vera", verified=False)) == ["credential"]


def test_not_sure_what_is_wrong_is_a_concern_that_any_verified_therapist_passes() -> None:
    assert limits(Needs(concerns=("not-sure",)), plain("vera", methods=frozenset())) == []
    assert limits(Needs(concerns=("insomnia",)), plain("vera")) == ["expertise"]


@pytest.mark.parametrize("name", [name for name, each in concerns().items() if not each.open])
def test_each_method_of_a_concern_opens_its_gate_and_no_other_does(name: str) -> None:
    for method in methods():
        shut = limits(Needs(concerns=(name,)), plain("vera", methods=frozenset([method])))
        assert shut == ([] if method in concerns()[name].methods else ["expertise"])


def test_every_source_is_named_and_nothing_from_memory_says_it_was_checked() -> None:
    support = [each for concern in concerns().values() for each in concern.support]
    assert all(each.source for each in support)
    assert not any(each.confirmed for each in support)


@pytest.mark.parametrize(
    ("needs", "met", "unmet"),
    [
        ({"region": "ca"}, {"regions": frozenset(["CA"])}, {"regions": frozenset(["NV"])}),
        ({"languages": ("ENGLISH", "Urdu")}, {"languages": frozenset(["English"])}, {}),
        ({"formats": ("video",)}, {"formats": frozenset(["video", "phone"])}, {"formats": frozenset(["phone"])}),
        ({"fee": 80.3}, {"fee": 80.3}, {"fee": 80.31}),
        ({"fee": 80, "insurer": "Aster"}, {"fee": 200, "insurers": frozenset(["aster"])}, {"fee": 200}),
        ({"insurer": "Aster"}, {"insurers": frozenset(["Aster"])}, {"fee": 0}),
        ({"times": ("mon evening",)}, {"times": frozenset(["mon evening"])}, {"times": frozenset(["tue evening"])}),
        ({"genders": ("woman",)}, {"gender": "Woman"}, {"gender": ""}),
        ({"musts": ("Step-free  access",)}, {"offers": frozenset(["step-free access"])}, {}),
        ({}, {"places": 1}, {"places": 0}),
    ],
)
def test_each_limit_keeps_out_who_does_not_meet_it(needs: dict, met: dict, unmet: dict) -> None:
    """And an unknown meets none."""
    asked = replace(PANIC, **needs)
    assert limits(asked, plain("vera", **met)) == []
    assert len(limits(asked, plain("vera", **unmet))) == 1


def test_distance_matters_only_where_no_remote_format_will_do() -> None:
    asked = replace(PANIC, latitude=40.0, longitude=-74.0, within_km=10)
    far = {"latitude": 40.2, "longitude": -74.0}
    assert limits(asked, plain("vera", **far)) == ["distance"]
    assert limits(asked, plain("vera", **far, formats=frozenset(["video"]))) == []
    only = replace(asked, formats=("in person",))
    assert limits(only, plain("vera", **far, formats=frozenset(["video", "in person"]))) == ["distance"]
    assert limits(only, plain("vera", latitude=40.08, longitude=-74.0, formats=frozenset(["in person"]))) == []


def test_across_the_day_line_is_near() -> None:
    asked = replace(PANIC, latitude=-17.0, longitude=179.99, within_km=10)
    near = plain("vera", latitude=-17.0, longitude=-179.99)
    assert limits(asked, near) == []
    assert len(passing(asked, Profiles.of([near]), ON).rows) == 1


def test_distances_are_the_same_all_over_the_globe() -> None:
    """The coarse look that comes before the exact distance loses nobody: poles, day line, half the earth."""
    dice = random.Random(12)
    them = [plain(f"t{n}", latitude=dice.uniform(-90, 90), longitude=dice.uniform(-180, 180)) for n in range(300)]
    columns = Profiles.of(them)
    for _ in range(400):
        place = {"latitude": dice.choice((-90, -88, 88, dice.uniform(-90, 90))), "longitude": dice.uniform(-180, 180)}
        needs = replace(PANIC, **place, within_km=10 ** dice.uniform(0, 4.4))
        wanted = [row for row, each in enumerate(them) if not gate(needs, each, ON)]
        assert passing(needs, columns, ON).rows.tolist() == wanted


def test_when_nobody_passes_the_counts_are_what_one_limit_less_would_bring() -> None:
    """Held against leaving each limit out and looking again."""
    dice = random.Random(11)
    them = therapists(11, 40)
    columns = Profiles.of(them)
    looked = 0
    while looked < 200:
        needs = person(dice)
        if len(passing(needs, columns, ON).rows):
            continue
        looked += 1
        told = {each.limit: each.count for each in relaxed(needs, columns, ON)}
        apart = [limits(needs, each) for each in them]
        wanted = {one[0]: sum(each == one for each in apart) for one in apart if len(one) == 1}
        assert told == {limit: count for limit, count in wanted.items() if limit not in ("credential", "expertise")}


def test_licence_and_training_are_never_offered_for_giving_up() -> None:
    columns = Profiles.of([plain("vera", verified=False), plain("ada", methods=frozenset(["other"]))])
    assert relaxed(PANIC, columns, ON) == ()


def test_the_sentence_says_which_limit_and_how_many() -> None:
    asked = replace(PANIC, languages=("Welsh",))
    one, *rest = relaxed(asked, Profiles.of([plain("vera"), plain("ada"), plain("kim", places=0)]), ON)
    assert (one.limit, one.count, one.text) == ("language", 2, "2 therapists would fit if another language would do")
    assert rest == []


def test_more_words_than_a_byte_or_a_number_holds_are_no_difficulty() -> None:
    them = [plain(f"t{number}", regions=frozenset([f"r{number}", f"r{number + 70}"])) for number in range(140)]
    columns = Profiles.of(them)
    for number in (0, 63, 64, 127, 128, 139):
        rows = passing(replace(PANIC, region=f"R{number}"), columns, ON).rows.tolist()
        assert rows == [row for row in range(140) if number in (row, row + 70)]


def test_blocks_meet_without_a_gap() -> None:
    columns = Profiles.of([plain(f"t{number}") for number in range(3)])
    many = columns.take(np.arange(100_000) % 3)
    assert len(passing(PANIC, many, ON).rows) == 100_000


def test_nobody_at_all_is_no_error() -> None:
    assert passing(PANIC, Profiles.of([]), ON).rows.tolist() == []
    assert relaxed(PANIC, Profiles.of([]), ON) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"concerns": ()},
        {"concerns": ("panic", "panic")},
        {"concerns": ("panic", "ocd", "eating", "grief")},
        {"concerns": ("cancer",)},
        {"concerns": ("panic",), "lead": 4},
        {"concerns": ("panic",), "within_km": 5},
    ],
)
def test_needs_that_mean_nothing_are_refused(wrong: dict) -> None:
    with pytest.raises(UsageError):
        Needs(**wrong)


def test_the_limits_stand_in_the_same_order_both_ways() -> None:
    """So that who reads one reads the other."""
    from accord.fit.filters import checks

    everything = replace(
        PANIC, region="CA", languages=("English",), formats=("video",), latitude=1, longitude=1, within_km=1,
        fee=1, times=("mon evening",), genders=("woman",),
    )  # fmt: skip
    assert [name for name, _ in checks(everything, Profiles.of([]), ON)] == list(CHECKS)


def test_a_gate_for_one_and_a_comparison_load_nothing_heavy() -> None:
    heavy = {"numba", "ortools", "polars", "pandas", "wordllama", "django"}
    assert not loaded_by("from accord.fit import Needs, compare, gate, needs_of") & heavy
    assert not loaded_by("from accord.fit import Profiles, relaxed, shortlist") & heavy
    assert not loaded_by("from accord.fit import assign") & heavy


def test_an_amount_is_said_in_full() -> None:
    """Six digits would make 1234567.50 and 1234568 the same."""
    needs, profile = replace(PANIC, fee=1234567.0), plain("t", fee=1234567.5)
    assert [each.text for each in gate(needs, profile, ON)] == ["takes 1234567.50, more than 1234567"]
