"""The shortlist: true reasons, an order that takes turns, and five that are not all alike."""

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from accord.fit import AXES, FORMATS, Card, Needs, Profile, Profiles, concern, methods, passing, shortlist
from accord.fit.cards import ALIKE, chosen, kinds
from accord.fit.columns import Rows
from accord.fit.gate import gate, how_far
from accord.fit.likeness import telling
from accord.fit.ranking import POOL, accommodation, ranked
from tests.fit.making import ON, person, plain, therapists

PANIC = Needs(concerns=("panic",))


def ids(needs: Needs, them: list[Profile], seed: int = 1, **other: object) -> list[str]:
    return [card.id for card in shortlist(needs, Profiles.of(them), ON, seed, **other).cards]  # type: ignore[arg-type]


def after(text: str, words: str) -> set[str]:
    """The words of a list behind an opening, as they stand on a card."""
    assert text.startswith(words), text
    return {each.casefold() for each in text.removeprefix(words).strip().split(", ")}


def assert_true(needs: Needs, them: Profile, card: Card) -> None:
    """Each sentence of a card, looked up again in what the two said."""
    for reason in card.reasons:
        about, text = reason.about, reason.text
        if about in ("language", "format", "times"):
            offered = {"language": them.languages, "format": them.formats, "times": them.times}[about]
            wanted = {"language": needs.languages, "format": needs.formats, "times": needs.times}[about]
            told = after(text, {"language": "speaks", "format": "offers", "times": "has time on"}[about])
            assert told == {each.casefold() for each in offered} & {each.casefold() for each in wanted}
            assert told
        elif about == "distance":
            far = how_far(needs, them)
            remote = set(needs.formats or FORMATS[1:]) & them.formats & set(FORMATS[1:])
            assert remote if text == "can be met from afar" else far is not None and far <= (needs.within_km or -1)
        elif about == "fee":
            covered = needs.insurer.casefold() in {each.casefold() for each in them.insurers}
            assert covered if text == f"takes {needs.insurer}" else (them.fee or 0) <= (needs.fee or -1)
        elif about in {axis.id for axis in AXES}:
            assert needs.style(about) * (them.style(about) or 0) > 0
            assert abs(needs.style(about)) >= 2
        elif about == "expertise" and not needs.first.open:
            named = [each for each in needs.first.methods if methods()[each].name in text]
            assert named
            assert set(named) == them.methods & set(needs.first.methods)
        elif about == "wish":
            assert after(text, "offers what you wish for:") <= {each.casefold() for each in them.offers}
        elif about == "words":
            assert after(text, "uses words of yours:") <= telling(needs.words) & telling(them.words)
        elif about == "waiting":
            assert them.free_from is None or them.free_from <= ON


def assert_true_differences(needs: Needs, them: Profile, card: Card) -> None:
    for reason in card.differs:
        about = reason.about
        if about in {axis.id for axis in AXES}:
            assert abs(needs.style(about)) >= 2
            assert needs.style(about) * (them.style(about) or 0) <= 0
        elif about == "wish":
            assert reason.text.split(": ")[1].casefold() not in {each.casefold() for each in them.offers}
        elif about == "waiting":
            assert them.free_from is not None
            assert them.free_from > ON
        else:
            assert about == "concern"
            missed = [concern(name) for name in needs.concerns[1:] if concern(name).name in reason.text]
            assert missed
            assert not them.methods & set(missed[0].methods)


def test_ten_thousand_needs_without_an_error_and_with_every_reason_true() -> None:
    dice = random.Random(2)
    them = therapists(2, 80)
    columns, by_id = Profiles.of(them), {each.id: each for each in them}
    found = 0
    for number in range(10_000):
        needs = person(dice)
        told = shortlist(needs, columns, ON, number, engine="shared words")
        assert len(told.cards) == min(told.passed, 5)
        assert (told.passed == 0) or not told.relaxed
        for card in told.cards:
            who = by_id[card.id]
            assert not gate(needs, who, ON)
            assert_true(needs, who, card)
            assert_true_differences(needs, who, card)
        found += len(told.cards)
    assert found > 5_000


def test_every_strong_preference_is_answered_for_on_each_card() -> None:
    """Met or not: nothing that matters strongly is left unsaid."""
    dice = random.Random(5)
    columns = Profiles.of(therapists(5, 80))
    for _ in range(300):
        needs = person(dice)
        strong = {axis.id for axis in AXES if abs(needs.style(axis.id)) >= 2}
        for card in shortlist(needs, columns, ON, 1, engine="shared words").cards:
            said = [each.about for each in (*card.reasons, *card.differs) if each.about in strong]
            assert sorted(said) == sorted(strong)


def test_no_card_holds_a_score_or_a_percentage() -> None:
    dice = random.Random(6)
    columns = Profiles.of(therapists(6, 80))
    for _ in range(300):
        for card in shortlist(person(dice), columns, ON, 1, engine="shared words").cards:
            assert not any("%" in each.text or "score" in each.text for each in (*card.reasons, *card.differs))


def test_somebody_nobody_matches_is_told_which_limit_would_change_it() -> None:
    told = shortlist(replace(PANIC, languages=("Welsh",)), Profiles.of([plain("vera"), plain("ada")]), ON, 1)
    assert told.cards == ()
    assert told.excluded == {"language": 2}
    assert [(each.limit, each.count) for each in told.relaxed] == [("language", 2)]


def test_equals_are_first_about_equally_often() -> None:
    """Chi-square of 8 equals over 4,000 seeds, 7 degrees of freedom: 24.3 is passed once in a thousand."""
    them = [plain(f"t{number}") for number in range(8)]
    columns, seeds = Profiles.of(them), 4000
    first = Counter(shortlist(PANIC, columns, ON, seed).cards[0].id for seed in range(seeds))
    expected = seeds / len(them)
    assert sum((first[each.id] - expected) ** 2 / expected for each in them) < 24.3


def test_near_ties_take_turns_and_clear_differences_do_not() -> None:
    asked = replace(PANIC, lead=-3)
    near = [plain("best", lead=-3), plain("later", lead=-3, free_from=ON.replace(month=6, day=10))]
    assert {ids(asked, near, seed)[0] for seed in range(40)} == {"best", "later"}
    clear = [plain("best", lead=-3), plain("other", lead=3)]
    assert {ids(asked, clear, seed)[0] for seed in range(40)} == {"best"}


def test_turns_are_taken_among_more_equals_than_are_looked_at_closely() -> None:
    columns = Profiles.of([plain(f"t{number:04}") for number in range(3000)])
    told = [shortlist(PANIC, columns, ON, seed) for seed in range(400)]
    assert len({each.cards[0].id for each in told}) > 350
    assert {each.near_best for each in told} == {3000}


def test_the_order_of_rows_changes_nothing() -> None:
    dice = random.Random(9)
    them = therapists(9, 400)
    mixed = dice.sample(them, len(them))
    one, other = Profiles.of(them), Profiles.of(mixed)
    for seed in range(200):
        needs = person(dice)
        told, again = (shortlist(needs, each, ON, seed, engine="shared words") for each in (one, other))
        assert told == again


def test_never_five_of_a_kind_when_others_pass() -> None:
    asked = replace(PANIC, lead=-3)
    alike = [plain(f"same{number}", lead=-3) for number in range(300)]
    other = [plain("one other", lead=2), plain("and another", lead=3, tone=-2)]
    assert Counter(each[:4] for each in ids(asked, alike + other)) == {"same": 3, "one ": 1, "and ": 1}
    assert len(ids(asked, alike)) == 5


def test_of_each_kind_at_most_two_as_long_as_there_are_others() -> None:
    dice = random.Random(4)
    them = therapists(4, 300)
    columns, row_of = Profiles.of(them), {each.id: row for row, each in enumerate(them)}
    for seed in range(300):
        needs = person(dice)
        told = shortlist(needs, columns, ON, seed, engine="shared words")
        passed = np.array([row for row, each in enumerate(them) if not gate(needs, each, ON)], np.int64)
        shown = Counter(kinds(needs, columns, np.array([row_of[card.id] for card in told.cards], np.int64)).tolist())
        possible = sum(min(ALIKE, count) for count in Counter(kinds(needs, columns, passed).tolist()).values())
        if possible >= 5:
            assert not shown or max(shown.values()) <= ALIKE


def test_accommodation_is_the_formula() -> None:
    """Wanted -3 and 2 of 3: strengths 1 and 2/3; offered -1 and 3: 1 - 2/6 and 1 - 1/6."""
    them = Profiles.of([plain("vera", lead=-1, tone=3), plain("ada"), plain("kim", lead=-3, tone=2)])
    found = accommodation(replace(PANIC, lead=-3, tone=2, focus=1), them, np.arange(3))
    said_nothing = (1 * (1 - 3 / 6) + 2 / 3 * (1 - 2 / 6)) / (5 / 3)
    assert found == pytest.approx([(1 * (4 / 6) + 2 / 3 * (5 / 6)) / (5 / 3), said_nothing, 1.0])


def test_weak_preferences_do_not_count() -> None:
    them = Profiles.of([plain("vera", lead=-3), plain("ada", lead=3)])
    assert accommodation(replace(PANIC, lead=-1), them, np.arange(2)).tolist() == [1, 1]


def test_the_second_concern_and_wishes_count_in_the_order() -> None:
    asked = replace(PANIC, concerns=("panic", "insomnia"))
    them = [plain("vera"), plain("ada", methods=frozenset(["cbt", "cbt-i"]))]
    assert {ids(asked, them, seed)[0] for seed in range(20)} == {"ada"}
    wished = replace(PANIC, wishes=("Step-free access",))
    them = [plain("vera"), plain("ada", offers=frozenset(["step-free access"]))]
    assert {ids(wished, them, seed)[0] for seed in range(20)} == {"ada"}


def test_who_can_begin_sooner_stands_higher() -> None:
    them = [plain("soon"), plain("late", free_from=ON.replace(month=9, day=1))]
    assert {ids(PANIC, them, seed)[0] for seed in range(20)} == {"soon"}


def test_their_own_words_count_and_what_did_harm_draws_nobody() -> None:
    asked = replace(PANIC, at_ease="somebody with humour", hurt="long silence")
    them = [plain("silent", words="silence and depth"), plain("merry", words="humour helps, and patience")]
    told = shortlist(asked, Profiles.of(them), ON, 1, engine="shared words")
    assert told.cards[0].id == "merry"
    assert told.words == "shared words"
    assert [each.text for each in told.cards[0].reasons if each.about == "words"] == ["uses words of yours: humour"]
    assert not [each for each in told.cards[1].reasons if each.about == "words"]


def test_without_free_words_nothing_is_compared() -> None:
    assert shortlist(PANIC, Profiles.of([plain("vera", words="humour")]), ON, 1).words is None


def test_words_may_be_fetched_for_the_few_that_are_compared() -> None:
    """Where a text costs something to open, as where it is stored encrypted: the list is the same."""
    needs, fetched = replace(PANIC, at_ease="humour and silence"), []
    them = Profiles.of(plain(f"t{number}", words=f"humour {number}", lead=number % 3) for number in range(POOL + 50))

    def fetch(rows: Rows) -> list[str | None]:
        fetched.append(len(rows))
        return [them.words[row] for row in rows.tolist()]  # type: ignore[index]

    found = shortlist(needs, replace(them, words=fetch), ON, 1)
    assert found == shortlist(needs, them, ON, 1)
    assert fetched == [POOL, *[1] * len(found.cards)]
    assert them.take(np.array([7])).row(0).words == "humour 7"


def test_who_is_chosen_depends_on_nothing_that_the_gate_asked() -> None:
    """So that whoever has asked the gate elsewhere need not read it again."""
    dice, them = random.Random(8), therapists(8, 120)
    asked = {"regions", "languages", "formats", "insurers", "times"}
    bare = [replace(each, fee=None, gender="", latitude=None, **dict.fromkeys(asked, frozenset())) for each in them]
    columns, bare_columns = Profiles.of(them), Profiles.of(bare)
    for seed in range(60):
        needs = person(dice)
        rows = passing(replace(needs, concerns=("not-sure",)), columns, ON).rows
        best, again = (chosen(needs, each, rows, ON, seed) for each in (columns, bare_columns))
        assert best.rows.tolist() == again.rows.tolist()
        assert (best.near_best, best.words) == (again.near_best, again.words)


def test_the_embedding_where_it_is_installed_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its weights lie in the wheel: a machine that cannot reach anybody compares texts all the same."""
    import socket

    pytest.importorskip("wordllama")
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("something wants out"))
    asked = replace(PANIC, at_ease="someone funny who makes me laugh")
    them = [plain("grave", words="statistics and tax law"), plain("merry", words="jokes, laughter and comedy")]
    told = shortlist(asked, Profiles.of(them), ON, 1, engine="wordllama")
    assert (told.words, told.cards[0].id) == ("wordllama", "merry")


def test_only_rows_that_passed_are_ranked() -> None:
    columns = Profiles.of(therapists(1, 50))
    rows = np.array([3, 7, 12])
    assert sorted(ranked(PANIC, columns, rows, ON, 1).rows.tolist()) == [3, 7, 12]
