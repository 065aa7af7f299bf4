"""How a therapist works and for whom: written by them alone, tidied, checked, and found as it was said."""

from decimal import Decimal

import pytest
from django.test import Client as Visitor
from django.utils import timezone

from accord.errors import RefusedError, UsageError
from accord.fit import SLOTS, concerns, methods
from accord.web.audit.models import Act
from accord.web.fit import actions, queries
from accord.web.fit.actions import Offered
from accord.web.fit.models import Offer
from accord.web.people import actions as people
from accord.web.people.asker import of_member
from tests.cast import Cast

PLACE = "/you/offer/"
TYPED = {
    "methods": ["cbt", "ba"],
    "languages": " English ,german, ENGLISH,, Sign  language ",
    "formats": ["in person", "video"],
    "insurers": "Harbor Health",
    "times": ["mon morning", "sat evening"],
    "extras": "step-free access",
    "gender": "woman",
    "fee": "85.50",
    "places": "2",
    "free_from": "",
    "latitude": "40.71",
    "longitude": "-74.01",
    "lead": "-3",
    "focus": "0",
    "when": "",
    "tone": "2",
    "rings": "seeker",
    "call_cost": "free",
}


@pytest.fixture
def berg(cast: Cast) -> Visitor:
    return cast.visitor(cast.therapist)


def page(visitor: Visitor) -> str:
    return visitor.get(PLACE).content.decode()


def test_what_a_therapist_says_is_tidied_and_stands_as_the_gate_reads_it(cast: Cast, berg: Visitor) -> None:
    assert berg.post(PLACE, TYPED).headers["Location"] == PLACE
    one = queries.offer(cast.therapist.pk)
    assert one
    assert one.languages == ["English", "german", "Sign language"]
    assert (one.fee, one.places, one.free_from) == (Decimal("85.50"), 2, None)
    seen = queries.profile(one, [], timezone.localdate())
    assert seen.methods == {"cbt", "ba"}
    assert (seen.lead, seen.focus, seen.when, seen.tone) == (-3, 0, None, 2)
    assert seen.times == {"mon morning", "sat evening"}


def test_what_was_saved_stands_in_the_form_again(berg: Visitor) -> None:
    berg.post(PLACE, TYPED)
    again = page(berg)
    assert 'value="English, german, Sign language"' in again
    assert 'id="id_times_0" value="mon morning" checked' in again
    assert '<option value="-3" selected>' in again
    assert "85.50" in again


def test_saving_twice_is_one_change(cast: Cast, berg: Visitor) -> None:
    for _ in range(2):
        berg.post(PLACE, TYPED)
    assert Offer.objects.count() == 1
    assert Act.objects.filter(verb="state offer").count() == 1


@pytest.mark.parametrize(
    ("field", "got", "said"),
    [
        ("fee", "-5", "a fee is 0 or more"),
        ("fee", "much", "Enter a number"),
        ("free_from", "2020-01-05", "2020-01-05 has passed"),
        ("free_from", "soon", "this is not a day"),
        ("methods", ["cbt", "astrology"], "‘astrology’ is not on the list"),
        ("times", ["mon night"], "‘mon night’ is not on the list"),
        ("formats", ["by letter"], "‘by letter’ is not on the list"),
        ("lead", "7", "‘7’ is not on the list"),
        ("rings", "nobody", "‘nobody’ is not on the list"),
        ("places", "-1", "write 0 where you have no room"),
        ("places", "", "This field is required"),
        ("latitude", "", "a place has both"),
        ("latitude", "123", "less than or equal to 90"),
        ("latitude", "nan", "Enter a number"),
        ("languages", "x" * 61, "is too long"),
        ("insurers", "a\x00b", "Null characters"),
        ("extras", ", ".join(map(str, range(21))), "21 are too many"),
    ],
)
def test_what_cannot_be_comes_back_with_what_was_typed_and_changes_nothing(
    berg: Visitor, field: str, got: object, said: str
) -> None:
    answer = berg.post(PLACE, {**TYPED, "call_cost": "typed for an hour", field: got})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert "typed for an hour" in text
    assert 'value="mon morning" checked' in text or field == "times"
    assert not Offer.objects.exists()


def test_only_the_therapist_writes_their_own(cast: Cast) -> None:
    for other in (cast.other_therapist, cast.manager, cast.foreign_therapist):
        with pytest.raises(RefusedError, match="that therapist alone"):
            actions.state_offer(asker=of_member(other), member=cast.therapist, offered=Offered())
    with pytest.raises(RefusedError):
        actions.state_offer(asker=of_member(cast.manager), member=cast.manager, offered=Offered())
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"methods": ["astrology"]},
        {"formats": ["by letter"]},
        {"times": ["mon night"]},
        {"lead": 4},
        {"fee": Decimal(-1)},
        {"places": -1},
        {"latitude": 40.0},
        {"rings": "nobody"},
    ],
)
def test_the_action_refuses_what_no_form_would_send(cast: Cast, wrong: dict[str, object]) -> None:
    asker, offered = of_member(cast.therapist), Offered(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        actions.state_offer(asker=asker, member=cast.therapist, offered=offered)


def test_the_public_page_says_room_by_the_places(cast: Cast, berg: Visitor) -> None:
    asker = of_member(cast.therapist)
    people.publish_profile(asker=asker, member=cast.therapist, about="Plain words.", published=True, has_room=False)
    for places, room in (("2", True), ("0", False)):
        berg.post(PLACE, {**TYPED, "places": places})
        cast.therapist.refresh_from_db()
        assert (cast.therapist.has_room, cast.therapist.published) == (room, True)
        assert cast.therapist.about == "Plain words."


def test_once_places_are_said_no_tick_says_otherwise(cast: Cast, berg: Visitor) -> None:
    assert "I have room for someone new" in berg.get("/you/").content.decode()
    berg.post(PLACE, TYPED)
    assert "I have room for someone new" not in berg.get("/you/").content.decode()
    berg.post("/you/", {"about": "Plain words.", "published": "on"})
    cast.therapist.refresh_from_db()
    assert (cast.therapist.has_room, cast.therapist.published) == (True, True)


def test_what_is_missing_is_said_with_its_reason_and_no_percentage(berg: Visitor) -> None:
    first = page(berg)
    assert "Nothing is saved here so far" in first
    berg.post(PLACE, {"places": "1", "rings": "therapist"})
    text = page(berg)
    assert "Without a method, nobody who comes with feeling low or depressed" in text
    assert "Without a language, whoever asks for one passes you by" in text
    assert "%" not in text[text.index("<main") : text.index("</main")]
    berg.post(PLACE, TYPED)
    text = page(berg)
    assert "Without a method" not in text
    assert "Without words of your own" in text


def test_the_page_says_how_the_gate_sees_them_today(cast: Cast, berg: Visitor) -> None:
    berg.post(PLACE, TYPED)
    text = page(berg)
    assert "You are not found yet" in text
    assert "No licence of yours was checked yet" in text
    assert "Your page is not shown to anyone yet" in text
    assert "You have room for 2, at once" in text
    assert "panic attacks" in text
    berg.post(PLACE, {**TYPED, "places": "0"})
    assert "You have no room for anybody new" in page(berg)


def test_a_first_day_that_has_passed_does_not_stand_in_the_way(cast: Cast, berg: Visitor) -> None:
    berg.post(PLACE, TYPED)
    Offer.objects.update(free_from="2020-01-05")
    assert "2020-01-05" not in page(berg)
    assert berg.post(PLACE, TYPED).status_code == 302


def test_every_method_and_every_time_can_be_ticked(berg: Visitor) -> None:
    text = page(berg)
    for way in methods().values():
        assert f'value="{way.id}"' in text
    assert all(f'value="{slot}"' in text for slot in SLOTS)
    assert concerns()


def test_you_leads_there_for_therapists_alone(cast: Cast, berg: Visitor) -> None:
    assert PLACE in berg.get("/you/").content.decode()
    assert PLACE not in cast.visitor(cast.manager).get("/you/").content.decode()
