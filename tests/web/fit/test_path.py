"""The whole path, page by page: four questions, a call, how it was, side by side, a choice, and what travels along."""

import html
import re
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client as Visitor
from django.utils import timezone

from accord.web.alliance.models import Beginning, Course
from accord.web.fit import actions, queries
from accord.web.fit.models import Credential, Feedback, Meeting, Offer
from accord.web.people.asker import of_member
from accord.web.people.models import Client, Member
from tests.cast import Cast
from tests.web.fit.meeting import confirm, first_free, letters, met, rated
from tests.web.fit.test_finding import search_of, text_of

OPEN_LIMITS = {"musts": {"nothing": "1"}, "how": {}}
ZOE = {"name": "Zoe Quint", "email": "zoe@example.org", "phone": "555-0199", "zone": "Europe/Berlin"}


def plain(answer: HttpResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def asking(browser: Visitor, *members: Member, **more: str) -> HttpResponse:
    body = {**ZOE, "t": [str(one.pk) for one in members], **more}
    return browser.post("/find/ask/", body)  # type: ignore[return-value]


def picked(*members: Member) -> dict[str, str]:
    return {f"time_{one.pk}": first_free(one, place=place).isoformat() for place, one in enumerate(members)}


def asked_two(them: dict[str, Member]) -> Visitor:
    browser = search_of(**OPEN_LIMITS)
    both = (them["berg"], them["birk"])
    assert asking(browser, *both, **picked(*both)).status_code == 302
    confirm()
    return browser


def test_from_four_questions_to_a_course(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    page = plain(browser.get(f"/find/ask/?t={berg.pk}&t={them['birk'].pk}"))
    assert "They ring you" in page
    assert "A time with Dr. Berg" in page
    answer = asking(browser, berg, them["birk"], **picked(berg, them["birk"]))
    assert answer["Location"] == "/find/mine/"
    assert "One step is left" in text_of(browser, "/find/mine/")
    secret = letters()[0].split("/find/open/")[1].split("/")[0]
    other_browser = Visitor()
    assert other_browser.get(f"/find/open/{secret}/").status_code == 200
    assert other_browser.post(f"/find/open/{secret}/")["Location"] == "/find/mine/"
    assert "has not answered yet" in text_of(other_browser, "/find/mine/")
    desk = cast.visitor(berg)
    assert "Zoe Quint" in plain(desk.get("/desk/"))
    one, two = Meeting.objects.order_by("asked_at")
    assert desk.post(f"/requests/{one.pk}/", {"what": "accept"})["Location"] == "/requests/"
    coming = text_of(browser, f"/find/mine/{one.pk}/")
    assert "Dr. Berg rings you on 555-0199" in coming
    assert "Five things to ask" in coming
    met(one)
    met(two, hours_ago=0.2)
    rated(one, heard=5, at_ease=5)
    rated(two, heard=2)
    side = text_of(browser, "/find/mine/compare/")
    assert "You rated Dr. Berg 3 higher than Jonah Birk." in side
    assert "Too close to tell apart." in side
    assert "You met Jonah Birk last." in side
    assert "Could you be honest with this person?" in side
    answer = browser.post(f"/find/mine/{one.pk}/choose/", {"share_needs": "on"})
    assert answer["Location"] == "/find/mine/others/"
    course = Course.objects.get(therapist=berg, client__in=Client.objects.exclude(pk=cast.ada.pk))
    assert course.client.name == "Zoe Quint"
    assert course.client.email_confirmed_at
    assert course.client.address_set_at is None
    told = plain(desk.get(f"/courses/{course.pk}/"))
    assert "What they looked for" in told
    assert "How they rated the first meeting" not in told
    birks = cast.visitor(them["birk"])
    assert "They chose somebody else, and thank you" in plain(birks.get(f"/requests/{two.pk}/"))
    assert Offer.objects.get(pk=berg.pk).places == 1


def test_each_time_is_shown_on_the_seekers_clock_and_on_the_therapists(them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    Member.objects.get(pk=them["berg"].pk).practice.__class__.objects.update(time_zone="America/New_York")
    them["berg"].refresh_from_db()
    page = browser.get(f"/find/ask/?t={them['berg'].pk}&zone=Asia/Tokyo").content.decode()
    assert re.search(r'<option value="Asia/Tokyo" selected>', page)
    asking(browser, them["berg"], **picked(Member.objects.get(pk=them["berg"].pk)), zone="Asia/Tokyo")
    confirm()
    said = text_of(browser, "/find/mine/")
    assert re.search(r"You picked \w+ \d+ \w+, \d+:\d\d am \(Asia/Tokyo\); by their clock \w+ \d+:\d\d pm", said)


def test_two_ask_for_the_same_time_and_the_second_keeps_what_was_typed(them: dict[str, Member]) -> None:
    berg = them["berg"]
    time = picked(berg)
    asking(search_of(**OPEN_LIMITS), berg, **time)
    late = asking(search_of(**OPEN_LIMITS), berg, **time, email="yan@example.org", words="I am shy.")
    assert late.status_code == 422
    assert "that time has just been taken" in plain(late)
    assert "I am shy." in late.content.decode()
    assert Meeting.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_is_lost(them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    answer = asking(browser, them["berg"], name="", email="not an address", phone="", words="Kept.")
    page = plain(answer)
    assert answer.status_code == 422
    for said in ("write a name by which they can greet you", "write a number: they ring you", "Kept."):
        assert said in page
    assert not Meeting.objects.exists()


def test_a_licence_that_lapses_between_list_and_call(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = search_of(**OPEN_LIMITS), them["berg"]
    assert asking(browser, berg, **picked(berg)).status_code == 302
    confirm()
    one = Meeting.objects.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    Credential.objects.filter(member=berg).update(until=yesterday)
    assert "Their licence, as it was checked here, is not in date any more." in text_of(
        browser, f"/find/mine/{one.pk}/"
    )
    assert "Your licence, as it was checked here, is not in date." in plain(
        cast.visitor(berg).get(f"/requests/{one.pk}/")
    )
    met(one)
    assert "Choose Dr. Berg" not in text_of(browser, f"/find/mine/{one.pk}/")
    answer = browser.post(f"/find/mine/{one.pk}/choose/", {}, follow=True)
    assert "the licence of Dr. Berg, as it was checked here, is not in date" in plain(answer)
    assert Course.objects.count() == 3
    other = search_of(**OPEN_LIMITS)
    refused = other.get(f"/find/ask/?t={berg.pk}", follow=True)
    assert "Dr. Berg cannot be asked just now: the licence ended on" in plain(refused)


def test_none_of_them_leads_back_with_what_was_learned(cast: Cast, them: dict[str, Member]) -> None:
    browser = asked_two(them)
    for one in Meeting.objects.all():
        met(one)
    assert browser.post("/find/mine/none/", {"lead": "3"})["Location"] == "/find/mine/others/"
    said = text_of(browser)
    assert "Dr. Berg" not in said
    assert "I very much want to lead myself" in said
    assert {one.passed_over_at is not None for one in Meeting.objects.all()} == {True}
    asker = of_member(them["berg"])
    browser.post("/find/mine/others/", {f"why_{Meeting.objects.get(member=them['berg']).pk}": ["cost", "ease"]})
    assert Feedback.objects.get().reasons == ["cost", "ease"]
    assert queries.feedback(asker).shown == 0


def test_not_yet_changes_nothing_and_tells_nobody(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    letters()
    browser.post("/find/mine/later/")
    assert "Nothing is lost, and nobody waits for you." in text_of(browser, "/find/mine/")
    assert letters() == []


def test_who_has_not_answered_and_whom_to_ask_instead(them: dict[str, Member]) -> None:
    browser = search_of(**OPEN_LIMITS)
    asking(browser, them["berg"], **picked(them["berg"]))
    confirm()
    assert "Somebody else you could ask" in text_of(browser, "/find/mine/")
    Meeting.objects.update(told_at=timezone.now() - timedelta(days=3))
    said = text_of(browser, "/find/mine/")
    assert "has not answered. You need not wait." in said
    assert "Ask Jonah Birk" in said


def test_what_a_client_shares_of_the_beginning_is_theirs_to_change(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = asked_two(them), them["berg"]
    one = Meeting.objects.get(member=berg)
    met(one)
    rated(one)
    browser.post(f"/find/mine/{one.pk}/choose/", {})
    begun = Beginning.objects.get()
    assert (begun.needs_shared, begun.impression_shared) == (False, False)
    course, zoe = begun.course, cast.visitor(begun.course.client)
    assert "How it began" not in plain(cast.visitor(berg).get(f"/courses/{course.pk}/"))
    assert "It is never part of a score" in plain(zoe.get(f"/my/beginning/{course.pk}/"))
    zoe.post(f"/my/beginning/{course.pk}/", {"share_impression": "on"})
    assert "I felt heard. 4" in plain(cast.visitor(berg).get(f"/courses/{course.pk}/"))
    zoe.post(f"/my/beginning/{course.pk}/", {})
    assert "I felt heard." not in plain(cast.visitor(berg).get(f"/courses/{course.pk}/"))


def test_a_client_starts_over_quietly_and_keeps_their_history(cast: Cast, them: dict[str, Member]) -> None:
    ada = cast.visitor(cast.ada)
    assert "Look for somebody else" in plain(ada.get("/my/"))
    assert ada.post(f"/my/look-again/{cast.course.pk}/")["Location"] == "/find/what/"
    for page, body in {"what": {"first": "panic"}, "where": {"region": "CA"}, **OPEN_LIMITS}.items():
        ada.post(f"/find/{page}/", body)
    assert letters() == []
    birk = them["birk"]
    answer = ada.get(f"/find/ask/?t={birk.pk}")
    assert "ada@example.org" in answer.content.decode()
    asking(ada, birk, name="Ada Lovell", email="ada@example.org", **picked(birk))
    confirm()
    one = met(Meeting.objects.get())
    ada.post(f"/find/mine/{one.pk}/choose/", {})
    theirs = Course.objects.filter(client=cast.ada)
    assert {course.therapist for course in theirs} == {cast.therapist, birk}
    cast.course.refresh_from_db()
    assert cast.course.ended_on is None
    assert "Ada" not in plain(cast.visitor(cast.therapist).get("/requests/"))


def test_nothing_of_a_search_opens_in_another_browser(them: dict[str, Member]) -> None:
    asked_two(them)
    one = Meeting.objects.first()
    assert one
    for place in (
        f"/find/mine/{one.pk}/",
        f"/find/mine/{one.pk}/appointment.ics",
        "/find/mine/",
        "/find/mine/compare/",
    ):
        assert Visitor().get(place)["Location"] == "/find/back/"
    other = search_of(**OPEN_LIMITS)
    asking(other, them["berg"], email="yan@example.org")
    for place in (f"/find/mine/{one.pk}/", f"/find/mine/{one.pk}/choose/", f"/find/mine/{one.pk}/consultation/"):
        assert other.get(place).status_code == 404


def test_an_impression_by_link_writes_and_shows_nothing_else(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    one = Meeting.objects.get(member=them["berg"])
    actions.accept(asker=of_member(them["berg"]), meeting=one)
    sent = [text for text in letters() if text.startswith("How was it?")]
    assert sent == []  # not before they have met
    met(one)
    from django.conf import settings

    token = settings.KEYS.token(one.impressions.get(day="first").pk, 0)
    stranger = Visitor()
    assert stranger.get(f"/i/{token}/")["Location"] == "/impression/"
    assert stranger.post("/impression/", {}).status_code == 422
    assert stranger.post("/impression/", {"heard": "5", "honest": "3"})["Location"] == "/impression/done/"
    again = stranger.get("/impression/").content.decode()
    assert "is stored" in again
    assert "checked" not in again
    early = settings.KEYS.token(one.impressions.get(day="next").pk, 0)
    stranger.get(f"/i/{early}/")
    assert "A little later" in plain(stranger.get("/impression/"))
    assert Visitor().get("/i/no-such-token-here/").status_code == 404
    assert "rated; change it" in text_of(browser, f"/find/mine/{one.pk}/")
