"""Looking for a therapist: four questions, a list with its reasons, a profile; and whom it stays hidden from."""

import html
import random
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.fit import concerns, gate
from accord.web.audit.models import Act
from accord.web.fit import actions, listing, queries
from accord.web.fit.models import Credential, Offer, Search
from accord.web.fit.search import Looking, read
from tests.cast import Cast
from tests.fit.making import person
from tests.web.fit.offering import a_few, colleague, license_, offers, publish

FOUR: dict[str, dict[str, Any]] = {
    "what": {"first": "panic", "second": "depression"},
    "where": {"region": "CA"},
    "how": {"languages": ["English"], "formats": ["video"]},
    "musts": {"fee": "100"},
}


def search_of(**changed: dict[str, Any]) -> Visitor:
    """A browser in which the four questions are answered."""
    browser = Visitor()
    browser.post("/find/")
    for page, body in {**FOUR, **changed}.items():
        assert browser.post(f"/find/{page}/", body).status_code == 302
    return browser


def text_of(browser: Visitor, place: str = "/find/list/") -> str:
    """What a person reads on a page."""
    answer = browser.get(place)
    assert answer.status_code == 200, f"{place}: {answer.status_code}"
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def cards(browser: Visitor) -> list[str]:
    page = browser.get("/find/list/").content.decode()
    listed = page.partition('<ul class="cards matches">')[2].partition("</section>")[0]
    return re.findall(r'<h2><a href="/therapists/[^"]+">([^<]+)</a>', listed)


def test_four_questions_lead_to_a_list_with_reasons_and_on_to_a_profile(cast: Cast) -> None:
    them, browser = a_few(cast), Visitor()
    assert browser.post("/find/")["Location"] == "/find/what/"
    after = [browser.post(f"/find/{page}/", body)["Location"] for page, body in FOUR.items()]
    assert after == ["/find/where/", "/find/how/", "/find/musts/", "/find/list/"]
    page = text_of(browser)
    assert cards(browser) == ["Dr. Berg"]
    assert "One therapist here fits what you need." in page
    assert "Has time on" not in page
    assert "Trained in cognitive behavioural therapy (CBT), with research support for:" in page
    assert "A session costs 90, at most the 100 you named" in page
    assert "Licensed in CA" in page
    profile = text_of(browser, f"/therapists/{them['berg'].pk}/")
    assert "verified by the practice on" in profile
    assert "Offers video" in profile
    assert "To ask for a first call" in profile


def test_whom_training_or_licence_keeps_out_is_never_listed(cast: Cast) -> None:
    them = a_few(cast)
    Credential.objects.filter(member=them["birk"]).update(verified_at=None)
    browser = search_of(musts={"nothing": "1"})
    assert set(cards(browser)) == {"Dr. Berg"}  # far: another region; full: no room; other: not trained for panic
    assert "Olga Art" not in text_of(browser)


def test_answers_are_kept_page_by_page_and_back_keeps_them_too(cast: Cast) -> None:
    a_few(cast)
    browser = Visitor()
    browser.post("/find/")
    browser.post("/find/what/", {"first": "grief", "third": "insomnia"})
    assert browser.post("/find/where/", {"region": "NV", "back": "1"})["Location"] == "/find/what/"
    assert re.search(r'value="NV"[^>]*checked', browser.get("/find/where/").content.decode())
    page = browser.get("/find/what/").content.decode()
    assert re.search(r'value="grief"[^>]*checked', page)
    assert '<option value="insomnia" selected>' in page  # whoever skips the second has named two
    assert browser.get("/find/list/")["Location"] == "/find/how/"
    assert "Carry on" in text_of(browser, "/find/")


def test_back_with_an_answer_that_cannot_be_read_still_goes_back(cast: Cast) -> None:
    a_few(cast)
    browser = search_of()
    assert browser.post("/find/musts/", {"fee": "much", "back": "1"}).status_code == 302
    assert read(Search.objects.get().needs).given["fee"] == 100


def test_where_nobody_passes_one_limit_is_given_up_and_taken_up_again(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(musts={"fee": "50"})
    page = text_of(browser)
    assert "Nobody here fits all of what you need." in page
    assert "1 therapist would fit if you could wait" not in page  # the one without room costs too much as well
    assert "2 therapists would fit if it could cost more." in page
    assert browser.post("/find/without/", {"limit": "fee"})["Location"] == "/find/list/"
    browser.post("/find/without/", {"limit": "fee"})  # pressed twice
    page = text_of(browser)
    assert sorted(cards(browser)) == ["Dr. Berg", "Jonah Birk"]
    assert "Takes 90, more than 50" in page  # what was given up still does not match, and is said
    assert "You do without: what it may cost, and insurance" in page
    assert "At most 50" in page
    assert "2 therapists here fit the rest of what you need." in page
    browser.post("/find/without/", {"limit": "fee", "back": "1"})
    assert cards(browser) == []


def test_waiting_for_a_place_is_a_limit_that_can_be_given_up(cast: Cast) -> None:
    colleague(cast.practice, "Ria Full", places=0)
    browser = search_of()
    assert "1 therapist would fit if you could wait for a place." in text_of(browser)
    browser.post("/find/without/", {"limit": "room"})
    page = text_of(browser)
    assert cards(browser) == ["Ria Full"]
    assert "Has no room for a new client" in page
    assert "can begin now" not in page.casefold()


def test_a_limit_answered_anew_holds_again(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(musts={"fee": "50"})
    browser.post("/find/without/", {"limit": "fee"})
    browser.post("/find/where/", {"region": "CA"})
    assert cards(browser)
    browser.post("/find/musts/", {"fee": "60"})
    assert not cards(browser)


@pytest.mark.parametrize("limit", ["credential", "expertise", "must: gold", "", "language,"])
def test_nothing_but_a_limit_they_set_can_be_given_up(cast: Cast, limit: str) -> None:
    a_few(cast)
    browser = search_of()
    before = Search.objects.get().needs
    assert browser.post("/find/without/", {"limit": limit}).status_code == 422
    assert Search.objects.get().needs == before


def test_a_licence_that_ends_between_list_and_profile_is_said_there(cast: Cast) -> None:
    them = a_few(cast)
    browser = search_of()
    assert cards(browser) == ["Dr. Berg"]
    yesterday = timezone.localdate() - timedelta(days=1)
    Credential.objects.filter(member=them["berg"]).update(until=yesterday)
    profile = text_of(browser, f"/therapists/{them['berg'].pk}/")
    assert "What keeps you two apart just now: The licence ended on" in profile
    assert "not valid any more" in profile
    assert "What fits" not in profile
    assert not cards(browser)


def test_of_two_licences_the_one_for_the_seekers_region_tells_until_when(cast: Cast) -> None:
    member = offers(cast.therapist, licence=None)
    license_(member, "CA", days=20)
    license_(member, "NV", days=900)
    until = listing.day(timezone.localdate() + timedelta(days=20))
    assert f"Licence verified, valid until {until}" in text_of(search_of())


def test_a_licence_that_waits_or_is_withdrawn_counts_for_nothing_and_says_so(cast: Cast) -> None:
    member = offers(cast.therapist, licence=None)
    license_(member, "CA", verified=False)
    license_(member, "NV").delete()
    stranger = Visitor()
    assert "Psychologist, CA: not verified." in text_of(stranger, f"/therapists/{member.pk}/")
    Credential.objects.update(refused_at=timezone.now())
    page = text_of(stranger, f"/therapists/{member.pk}/")
    assert "Not verified. No licence of this therapist has been checked here." in page
    assert "PSY 1" not in page
    assert not queries.here(timezone.localdate()).regions


def test_whoever_checks_their_own_licence_is_said_to_have_done_so(cast: Cast) -> None:
    member = offers(cast.therapist)
    Credential.objects.update(verified_by=member)
    page = text_of(Visitor(), f"/therapists/{member.pk}/")
    assert "checked by the therapist, who is the manager here too" in page
    assert "verified by the practice" not in page


def test_times_are_said_as_people_say_them(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(musts={"times": ["mon morning", "tue evening"]})
    assert "Has time on Monday morning" in text_of(browser)
    browser.post("/find/musts/", {"times": ["tue evening"]})
    browser.post("/find/without/", {"limit": "times"})
    assert "Has no time on Tuesday evening" in text_of(browser)


def test_another_browser_sees_nothing_of_it(cast: Cast) -> None:
    them = a_few(cast)
    browser, other = search_of(), Visitor()
    browser.post("/find/words/", {"hurt": "He laughed at me."})
    profile = f"/therapists/{them['berg'].pk}/"
    assert "He laughed at me." in text_of(browser, profile)
    assert "The two of you" not in text_of(other, profile)
    assert "He laughed at me." not in text_of(other, profile)
    for place in ("/find/list/", "/find/words/"):
        assert other.get(place)["Location"] == "/find/"
    other.cookies["accord-search"] = str(Search.objects.get().pk)  # the id alone, without the server's mark
    assert other.get("/find/list/")["Location"] == "/find/"
    for member in cast.everyone.values():
        assert member.get("/find/list/").status_code == 302


def test_the_cookie_is_for_this_browser_alone_and_scripts_do_not_read_it(cast: Cast) -> None:
    a_few(cast)
    cookie = search_of().cookies["accord-search"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 30 * 86400)
    raw = Search.objects.filter(pk=Search.objects.get().pk).values_list("needs", flat=True).get()
    assert "panic" not in str.__str__(raw)


def test_forgetting_deletes_the_row_and_the_cookie(cast: Cast) -> None:
    a_few(cast)
    browser = search_of()
    twin = Visitor()
    twin.cookies["accord-search"] = browser.cookies["accord-search"].value
    page = browser.post("/find/forget/", follow=True).content.decode()
    assert "Your search is deleted" in page
    assert not Search.objects.exists()
    assert not browser.cookies["accord-search"].value
    answer = twin.post("/find/what/", {"first": "grief"}, follow=True)  # a page that was still open
    assert "nothing was stored" in answer.content.decode()
    assert not Search.objects.exists()
    assert browser.post("/find/forget/").status_code == 302  # twice is as once


def test_what_nobody_came_back_to_is_gone_after_a_month(cast: Cast) -> None:
    a_few(cast)
    browser = search_of()
    Search.objects.update(changed_at=timezone.now() - timedelta(days=31))
    assert browser.get("/find/list/")["Location"] == "/find/"
    Visitor().post("/find/")
    assert Search.objects.count() == 1  # the new one
    assert not read(Search.objects.get().needs).given


def test_the_audit_knows_no_person_behind_a_search(cast: Cast) -> None:
    """Also when a client of the practice looks for somebody else."""
    browser = cast.visitor(cast.ada)
    browser.post("/find/")
    browser.post("/find/what/", FOUR["what"])
    acts = Act.objects.filter(verb__in=("begin search", "change search"))
    assert {(act.who, act.practice, act.role) for act in acts} == {(None, None, "stranger")}
    assert len(acts) == 2


WRONG = [
    ("what", {}, "choose the one that is nearest"),
    ("what", {"first": "panic", "second": "panic"}, "is chosen twice"),
    ("what", {"first": "love"}, "love"),
    ("where", {}, "choose a place from the list"),
    ("where", {"region": "elsewhere"}, "write the state, region or country"),
    ("where", {"region": "elsewhere", "elsewhere": "x" * 81}, "at most 80"),
    ("how", {"formats": ["telepathy"]}, "telepathy"),
    ("musts", {"fee": "much", "other_musts": "a dog"}, "got ‘much’; write a number such as 90"),
    ("musts", {"fee": "-1"}, "got ‘-1’"),
    ("musts", {"fee": "nan"}, "got ‘nan’"),
    ("musts", {"fee": "1e9"}, "got ‘1e9’"),
    ("musts", {"times": ["sometimes"]}, "sometimes"),
    ("style", {"lead": "9"}, "9"),
    ("words", {"hurt": "x" * 2001}, "at most 2000"),
]


@pytest.mark.parametrize(("page", "body", "said"), WRONG)
def test_what_cannot_be_read_comes_back_and_changes_nothing(
    cast: Cast, page: str, body: dict[str, Any], said: str
) -> None:
    a_few(cast)
    browser = search_of()
    before = Search.objects.get().needs
    answer = browser.post(f"/find/{page}/", body)
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in text
    assert 'id="problems"' in text
    if "other_musts" in body:
        assert 'value="a dog"' in text
    assert Search.objects.get().needs == before


def test_a_page_that_is_none_is_not_found(cast: Cast) -> None:
    a_few(cast)
    assert search_of().get("/find/secrets/").status_code == 404


def test_what_is_typed_comes_back_on_its_page(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(
        where={"region": "elsewhere", "elsewhere": "Tyrol"},
        how={"languages": ["Spanish"], "other_languages": "Ladin, Ladin"},
        musts={"fee": "80.50", "insurer": "Blue Oak", "times": ["mon morning"], "genders": ["woman"],
               "musts": ["step-free access"], "other_musts": "a dog; quiet"},
    )  # fmt: skip
    given = read(Search.objects.get().needs).given
    assert (given["region"], given["languages"]) == ("Tyrol", ["Spanish", "Ladin"])
    assert given["musts"] == ["step-free access", "a dog", "quiet"]
    page = browser.get("/find/musts/").content.decode()
    for shown in ('value="80.50"', 'value="Blue Oak"', 'value="a dog, quiet"', 'value="mon morning"'):
        assert shown in page
    assert re.search(r'value="step-free access"[^>]*checked', page)
    assert 'value="Tyrol"' in browser.get("/find/where/").content.decode()
    assert "Monday: morning" in text_of(browser)


def test_a_region_is_found_however_it_is_spelled(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(where={"region": "elsewhere", "elsewhere": "  ca "})
    assert cards(browser) == ["Dr. Berg"]


def test_nothing_in_particular_clears_the_limits(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(musts={"fee": "10", "nothing": "1"})
    assert sorted(cards(browser)) == ["Dr. Berg", "Jonah Birk"]
    assert "Must have Nothing in particular" in text_of(browser)


def test_making_it_better_asks_about_style_and_words_and_says_how_words_were_compared(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(musts={"nothing": "1"})
    assert browser.post("/find/style/", {"lead": "3", "focus": "0", "when": "-1"})["Location"] == "/find/words/"
    said = {"at_ease": "somebody with humour", "hurt": "calm was said to me too often", "other_wishes": "a garden"}
    assert browser.post("/find/words/", said)["Location"] == "/find/list/"
    page = text_of(browser)
    assert "Uses words of yours: humour" in page
    assert "uses words of yours: calm" not in page.casefold()  # what hurt is compared with nothing
    assert "Lets you lead and follows, as you would like" in page
    assert (
        "You would like somebody who lets you lead and follows; this therapist leads and gives things to try." in page
    )
    assert "Has not said to offer: a garden" in page
    assert "Your own words were compared with what therapists write of themselves, by" in page
    assert "I very much want to lead myself" in page


def test_without_words_nothing_is_said_of_comparing_them(cast: Cast) -> None:
    a_few(cast)
    assert "Your own words" not in text_of(search_of())


def test_nothing_is_counted_in_per_cent_and_nobody_is_ranked(cast: Cast) -> None:
    them = a_few(cast)
    browser = search_of(musts={"nothing": "1"})
    browser.post("/find/style/", {"lead": "3"})
    places = ["/find/", "/find/list/", "/therapists/", f"/therapists/{them['berg'].pk}/"]
    for place in [*places, *(f"/find/{page}/" for page in (*FOUR, "style", "words"))]:
        page = text_of(browser, place).casefold()
        found = re.findall(r"%|#\d|\b(?:per ?cent|score|best|top|rank|match(?:es)? \d)", page)
        assert not found, f"{place}: {found}"
    assert "<ol" not in browser.get("/find/list/").content.decode()


def test_the_list_of_everyone_begins_with_the_questions_and_says_who_has_room(cast: Cast) -> None:
    a_few(cast)
    page = text_of(Visitor(), "/therapists/")
    assert "Answer four questions" in page
    assert page.index("Olga Art") < page.index("Ria Full Riverside no room just now")
    assert "Carry on with your search" in text_of(search_of(), "/therapists/")
    assert 'href="/find/">Find someone</a></h2>' in Visitor().get("/").content.decode()


def test_those_who_are_equally_near_take_turns_and_it_is_said(cast: Cast) -> None:
    for number in range(7):
        colleague(cast.practice, f"Equal {number}")
    browser = search_of()
    assert "They are too near each other to tell apart, so they take turns" in text_of(browser)
    assert "You see 5 of them, chosen to be unlike each other." in text_of(browser)
    assert cards(browser) == cards(browser)  # the same list for the same search
    firsts = set()
    for seed in range(30):
        Search.objects.update(seed=seed)
        firsts.add(cards(browser)[0])
    assert len(firsts) >= 4


def test_every_page_of_a_seeker_says_whom_to_call_and_that_nobody_reads_it_tonight(cast: Cast) -> None:
    them = a_few(cast)
    browser = search_of()
    for place in ("/find/", "/find/what/", "/find/musts/", "/find/list/", f"/therapists/{them['berg'].pk}/"):
        page = text_of(browser, place)
        assert "Nobody reads this page tonight." in page
        assert "988" in page
    words = text_of(browser, "/find/words/")
    assert "No one is alerted by what you write here." in words
    assert "988" in words


def test_before_anybody_has_made_an_offer_it_says_what_can_be_done(cast: Cast) -> None:
    publish(cast.therapist, "I like plain words.")
    browser = Visitor()
    assert "nothing to compare your answers with" in text_of(browser, "/find/")
    assert "Begin" not in text_of(browser, "/find/")
    everyone = text_of(browser, "/therapists/")
    assert "Dr. Berg" in everyone
    assert "Answer four questions" not in everyone  # there would be nothing to compare the answers with
    page = text_of(browser, f"/therapists/{cast.therapist.pk}/")
    assert "I like plain words." in page
    assert "Licence" not in page


def test_a_search_that_outlives_every_offer_says_so(cast: Cast) -> None:
    a_few(cast)
    browser = search_of()
    Offer.objects.all().delete()
    page = text_of(browser)
    assert "nothing to compare your answers with" in page
    assert "Forget my search" in page


def test_a_concern_nobody_here_is_trained_for_names_methods_to_ask_for_elsewhere(cast: Cast) -> None:
    a_few(cast)
    page = text_of(search_of(what={"first": "insomnia"}, musts={"nothing": "1"}))
    assert "No therapist here is trained in something that has research support for: not sleeping." in page
    assert "CBT for insomnia (CBT-I) : changes sleeping times, habits and worries about sleep" in page
    assert "988" in page


def test_not_sure_what_is_wrong_passes_with_every_verified_therapist(cast: Cast) -> None:
    a_few(cast)
    browser = search_of(what={"first": "not-sure"}, musts={"nothing": "1"})
    assert sorted(cards(browser)) == ["Dr. Berg", "Jonah Birk", "Olga Art"]
    assert "is trained in something that has helped" not in text_of(browser)


def test_whoever_takes_their_page_down_is_gone_from_the_list_at_once(cast: Cast) -> None:
    them = a_few(cast)
    browser = search_of()
    them["berg"].published = False
    them["berg"].save()
    assert not cards(browser)
    assert browser.get(f"/therapists/{them['berg'].pk}/").status_code == 404


def test_a_concern_that_is_not_listed_any_more_is_asked_again(cast: Cast) -> None:
    a_few(cast)
    browser = search_of()
    actions.save_answers(search=Search.objects.get(), page="what", given={"concerns": ["hysteria"]})
    assert browser.get("/find/list/")["Location"] == "/find/what/"
    assert browser.get("/find/what/").status_code == 200


def test_every_reason_holds_and_every_card_passes_the_gate(cast: Cast) -> None:
    """For many invented people: whoever is listed passes, whoever is not listed when few are does not."""
    a_few(cast)
    on, dice = timezone.localdate(), random.Random(5)
    offered = queries.published_offers()
    listed = 0
    for _ in range(120):
        given = made_up(dice)
        one = Search(pk=uuid4(), seed=dice.randrange(1000), needs=written_of(given))
        needs = Looking(given).needs
        assert needs
        profiles = {each.id: each for each in queries.profiles(offered.values(), on, needs.region)}
        passing = {name for name, each in profiles.items() if not gate(needs, each, on)}
        found = listing.listing(one, on)
        assert {str(card.offer.pk) for card in found.cards} == passing  # there are fewer than fit on a list
        assert found.found.passed == len(passing)
        for card in found.cards:
            listed += 1
            assert_true(given, card)
    assert listed > 50


def made_up(dice: random.Random) -> dict[str, Any]:
    needs = person(dice)
    names = ("concerns", "languages", "formats", "times", "genders", "musts", "wishes")
    given: dict[str, Any] = {name: list(getattr(needs, name)) for name in names}
    given |= {name: getattr(needs, name) for name in ("lead", "focus", "when", "tone", "at_ease", "insurer", "fee")}
    given["region"] = dice.choice(["CA", "NV"])
    if dice.random() < 0.5:
        given["concerns"] = [dice.choice(["panic", "depression", "not-sure"])]
    return given if dice.random() < 0.4 else {**given, "times": [], "genders": [], "languages": [], "musts": []}


def written_of(given: dict[str, Any]) -> str:
    from accord.web.fit.search import written

    return written(Looking(given, ("what", "where", "how", "musts")))


def assert_true(given: dict[str, Any], card: listing.Listed) -> None:
    """Read off the offer itself, not by the code that wrote the sentences."""
    offer, said = card.offer, card.match.reasons
    assert said[0].startswith("Licence verified, valid until ")
    for line in said:
        if line.startswith("Trained in "):
            assert line.endswith(concerns()[given["concerns"][0]].name)
            assert set(offer.methods) & set(concerns()[given["concerns"][0]].methods)
        if line.startswith("Licensed in "):
            assert Credential.objects.filter(member=offer.pk, region=line[12:], verified_at__isnull=False).exists()
        if line.startswith("Speaks "):
            assert set(line[7:].split(", ")) <= set(offer.languages) & set(given["languages"])
        if line.startswith("A session costs "):
            assert offer.fee is not None
            assert float(offer.fee) <= given["fee"]
        if line.startswith(("Offers what you need: ", "Offers what you wish for: ")):
            assert line.partition(": ")[2] in offer.extras
    for line in card.match.differs:
        assert not line.startswith(("Takes ", "Not licensed", "Does not speak", "Has no room"))  # nothing given up
        if line.startswith("Has not said to offer: "):
            assert line.partition(": ")[2] not in offer.extras
