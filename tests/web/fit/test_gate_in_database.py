"""The gate in the database is the gate: limit by limit, therapist by therapist, and with the same list in the end."""

import random
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.errors import UsageError
from accord.fit import Needs, Profile, Profiles, Shortlist, gate, passing, relaxed, shortlist
from accord.fit.cards import chosen
from accord.fit.needs import folded
from accord.fit.ranking import Ranked
from accord.web.fit import actions, queries
from accord.web.fit.actions import Offered
from accord.web.fit.models import Credential, Offer, OfferWord
from accord.web.fit.queries.gate import gate_of, limits, who_passes
from accord.web.fit.search import Looking
from accord.web.fit.shortlisted import shortlisted, waiting_or_not
from accord.web.people.asker import of_member
from accord.web.people.keys import Keys
from accord.web.people.models import Member, Practice
from tests.cast import Cast
from tests.fit.making import ON, WORDS
from tests.web.fit.offering import colleague
from tests.web.fit.test_finding import search_of
from tests.web.fit.worlds import easy, looking_for, say, seeker, staff, world

MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OPEN = Needs(concerns=("not-sure",))


def everyone(on: date, region: str = "") -> list[Profile]:
    """All who can be found, in memory."""
    return queries.profiles(queries.published_offers().values(), on, region)


def in_memory(looking: Looking, on: date, seed: int, gone: Collection[UUID] = ()) -> Shortlist:
    """The domain's shortlist over all of them but those who are gone."""
    needs, now = looking.needs, looking.needs_now
    assert needs
    assert now
    there = [each for each in everyone(on, needs.region) if UUID(each.id) not in gone]
    them = Profiles.of(waiting_or_not(each, looking) for each in there)
    return shortlist(now, them, on, seed)


@MANY
@given(seed=st.integers(0, 2**32))
def test_each_limit_keeps_out_the_same_therapists_as_the_domains_gate(practice: Practice, seed: int) -> None:
    dice = random.Random(seed)
    with world(dice, staff(practice, 7)):
        for _ in range(5):
            needs = seeker(dice)
            apart = {each.id: {reason.about for reason in gate(needs, each, ON)} for each in everyone(ON)}
            asked = dict(limits(needs, ON))
            for limit, met in asked.items():
                found = {str(each) for each in Offer.objects.filter(met).values_list("pk", flat=True)}
                assert found & apart.keys() == {each for each in apart if limit not in apart[each]}, limit
            assert set().union(*apart.values()) <= asked.keys()


@MANY
@given(seed=st.integers(0, 2**32))
def test_who_passes_and_every_count_are_those_of_the_domain(practice: Practice, seed: int) -> None:
    dice = random.Random(seed)
    with world(dice, staff(practice, 7)):
        for _ in range(6):
            needs = dice.choice((seeker(dice), easy(dice, seeker(dice))))
            columns = Profiles.of(everyone(ON))
            wanted, found = passing(needs, columns, ON), gate_of(needs, ON)
            assert sorted(who_passes(needs, ON).ids) == sorted(columns.ids[row] for row in wanted.rows.tolist())
            assert (found.how_many, found.passed) == (len(columns), len(wanted.rows))
            assert list(found.excluded.items()) == list(wanted.excluded.items())
            assert found.relaxed == relaxed(needs, columns, ON)


@MANY
@given(seed=st.integers(0, 2**32))
def test_the_list_is_that_of_the_domain_card_by_card(practice: Practice, seed: int) -> None:
    dice = random.Random(seed)
    them = staff(practice, 9)
    with world(dice, them):
        for _ in range(4):
            looking = looking_for(dice, easy(dice, seeker(dice)))
            gone = {each.pk for each in them if dice.random() < 0.1}  # met and passed over, or who said no
            assert shortlisted(looking, ON, seed, gone).shortlist == in_memory(looking, ON, seed, gone)


def test_somebody_passes_in_such_worlds_and_nobody_does_in_others(practice: Practice) -> None:
    """Or the three above would say little."""
    dice, passed = random.Random(4), []
    for _ in range(15):
        with world(dice, staff(practice, 9)):
            passed += [gate_of(easy(dice, seeker(dice)), ON).passed for _ in range(10)]
    assert passed.count(0) > 20
    assert sum(count > 0 for count in passed) > 20
    assert max(passed) > 3


@MANY
@given(seed=st.integers(0, 2**32))
def test_the_words_to_choose_from_are_those_in_memory(practice: Practice, seed: int) -> None:
    with world(random.Random(seed), staff(practice, 7)):
        them = everyone(ON)
        said = {name: [word for one in them for word in getattr(one, name)] for name in ("regions", "languages")}
        said |= {"insurers": [word for one in them for word in one.insurers], "genders": [one.gender for one in them]}
        said["extras"] = [word for one in them for word in one.offers]
        found = queries.here(ON)
        for name, words in said.items():
            first = {folded(word): word for word in sorted(words, reverse=True) if word.strip()}
            assert getattr(found, name) == tuple(first[word] for word in sorted(first)), name


def test_whoever_shows_no_page_or_is_no_therapist_any_more_is_not_even_counted(practice: Practice) -> None:
    on = timezone.localdate()
    for change in ({"published": False}, {"is_therapist": False}, {}):
        member = colleague(practice, "Ada Gone")
        Member.objects.filter(pk=member.pk).update(**change)
    assert gate_of(OPEN, on).how_many == 1
    assert who_passes(OPEN, on).ids == [str(member.pk)]
    assert list(queries.published_offers()) == [str(member.pk)]


def test_a_fee_is_compared_to_the_cent(cast: Cast) -> None:
    colleague(cast.practice, "Ada Dear", fee=Decimal("80.30"))
    for named, passed in ((80.3, 1), (80.29, 0), (80.295, 1), (80.2949, 0), (1e7, 1), (0, 0)):
        assert gate_of(replace(OPEN, fee=named), timezone.localdate()).passed == passed, named


def test_more_than_can_be_compared_by_their_words_give_the_same_list_too(practice: Practice) -> None:
    """The pool of those whose words are compared, and the others behind it, are the domain's as well."""
    dice, on = random.Random(11), timezone.localdate()
    for number in range(230):
        about = " ".join(dice.sample(WORDS, 3))
        styles = {"lead": dice.choice((-3, 3, None)), "methods": dice.choice((["cbt"], ["mi", "act"], ["emdr"]))}
        colleague(practice, f"Equal {number}", about=about, **styles)
    given = {"concerns": ["not-sure", "panic"], "at_ease": "humour and silence", "wishes": ["Step-free  access"]}
    for seed, lead in ((1, 3), (2, 3), (3, 0), (4, -2)):
        looking = Looking({**given, "lead": lead})
        found = shortlisted(looking, on, seed).shortlist
        assert found == in_memory(looking, on, seed)
        assert (found.passed, len(found.cards)) == (230, 5)
        assert found.words


def asked_by(visit: Callable[[], object]) -> list[str]:
    """What one visit asks of the database."""
    with CaptureQueriesContext(connection) as seen:
        visit()
    return [each["sql"] for each in seen.captured_queries]


@pytest.mark.parametrize("place", ["/find/list/", "/find/", "/find/where/", "/find/musts/"])
@pytest.mark.parametrize(
    "musts", [{"nothing": "1"}, {"fee": "10", "other_musts": "gold, silver"}], ids=["some", "nobody"]
)
def test_it_asks_as_often_of_many_therapists_as_of_a_few(cast: Cast, place: str, musts: dict[str, str]) -> None:
    for number in range(6):
        colleague(cast.practice, f"First {number}", lead=number % 3)
    browser = search_of(musts=musts)
    browser.post("/find/words/", {"at_ease": "plain words"})
    few = len(asked_by(lambda: browser.get(place)))
    for number in range(30):
        colleague(cast.practice, f"Later {number}", lead=number % 3)
    assert len(asked_by(lambda: browser.get(place))) == few <= 12


def test_nobodys_words_are_opened_but_those_of_cards_and_of_the_compared(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        colleague(cast.practice, f"Equal {number}", methods=["cbt"] if number < 8 else ["mi"])
    browser, opened = search_of(), []
    before = Keys.open
    monkeypatch.setattr(Keys, "open", lambda self, *text: opened.append(text[1]) or before(self, *text))

    def abouts(place: str) -> int:
        opened.clear()
        assert browser.get(place).status_code == 200
        return len({place for place in opened if ".about." in place})

    assert abouts("/find/list/") == 5
    assert abouts("/find/where/") == 0
    browser.post("/find/words/", {"at_ease": "plain words"})
    assert abouts("/find/list/") == 8  # all who pass; those who are not trained for it stay closed


def test_whoever_changes_between_two_questions_is_on_no_card(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = colleague(cast.practice, "Ann Stays"), colleague(cast.practice, "Ben Goes")

    def and_then(*given: object) -> Ranked:
        Offer.objects.filter(member=other).update(places=0)
        return chosen(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("accord.web.fit.shortlisted.chosen", and_then)
    found = shortlisted(Looking({"concerns": ["panic"]}), timezone.localdate(), 1)
    assert [card.id for card in found.shortlist.cards] == [str(one.pk)]


def words_in_tables() -> set[tuple[object, ...]]:
    return set(OfferWord.objects.values_list("offer", "practice", "kind", "word", "spelled"))


def test_what_is_no_longer_said_no_longer_finds(cast: Cast) -> None:
    member, asker = cast.therapist, of_member(cast.therapist)
    for languages in (("English", "Spanish"), ("SPANISH", "spanish", "Urdu")):
        actions.state_offer(asker=asker, member=member, offered=Offered(languages=languages, gender=" Woman "))
    at = (member.pk, member.practice_id)
    assert words_in_tables() == {
        (*at, "language", "spanish", "SPANISH"),
        (*at, "language", "urdu", "Urdu"),
        (*at, "gender", "woman", " Woman "),
    }
    Offer.objects.all().delete()
    assert not OfferWord.objects.exists()


def test_a_word_that_is_too_long_to_be_found_is_refused(cast: Cast) -> None:
    for word in ("x" * 241, "ΐ" * 81):  # casefold makes three letters of the second
        with pytest.raises(UsageError, match="wanted a word of 240 at most"):
            actions.state_offer(asker=of_member(cast.therapist), member=cast.therapist, offered=Offered(extras=(word,)))


@pytest.mark.django_db(transaction=True)
def test_what_was_stored_before_is_found_after_the_migration(practice: Practice) -> None:
    dice, them = random.Random(6), staff(practice, 6)
    for member in them:
        say(dice, member)
    words, regions = words_in_tables(), set(Credential.objects.values_list("pk", "region_word"))
    assert len(words) > 40
    assert len(regions) > 3
    to = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate([("fit", "0002_meetings")])
    MigrationExecutor(connection).migrate(to)
    assert (words_in_tables(), set(Credential.objects.values_list("pk", "region_word"))) == (words, regions)
