"""What was tried on the way from a list to a choice, and held from the start."""

from unittest import mock

from django.test import Client as Visitor

from accord.web.fit.models import Meeting
from accord.web.people.models import Member
from tests.cast import Cast
from tests.web.fit.meeting import met, rated
from tests.web.fit.test_finding import search_of
from tests.web.fit.test_path import OPEN_LIMITS, ZOE, asked_two, asking

FUZZ = ["", "0", "\x00", "x" * 100_000, "2027-99-99T99:99", "9999-12-31T23:45:00+00:00", "١٢٣", "\U0001f600",
        "' OR 1=1--", "../../etc/passwd", "null", "-1", "1e999", "NaN", "<b>x</b>", "{{7*7}}", "%s%n"]  # fmt: skip


def test_no_form_breaks(cast: Cast, them: dict[str, Member]) -> None:
    browser, berg = asked_two(them), them["berg"]
    browser.raise_request_exception = False
    one, other = Meeting.objects.get(member=berg), Meeting.objects.exclude(member=berg).get()
    met(other)
    desk = cast.visitor(berg)
    desk.raise_request_exception = False
    forms = {
        "/find/ask/": ("t", "zone", "name", "email", "phone", "words", f"time_{berg.pk}"),
        "/find/back/": ("email",),
        "/find/without/": ("limit", "back"),
        f"/find/mine/{one.pk}/": ("at",),
        f"/find/mine/{other.pk}/consultation/": ("at",),
        "/find/mine/none/": ("lead", "focus", "when", "tone"),
        "/find/mine/others/": (f"why_{other.pk}",),
        "/impression/": ("heard", "honest"),
    }
    mine = {
        f"/requests/{one.pk}/": ("what", "day", "at", "words", "refer_to", "suits", "kinds"),
        "/you/times/": ("what", "weekday", "begins", "ends", "kinds", "day", "first", "last"),
    }
    broken = []
    for who, pages in ((browser, forms), (desk, mine)):
        for url, names in pages.items():
            for value in FUZZ:
                for name in names:
                    base = {**ZOE, "t": str(berg.pk)} if "ask" in url else {}
                    for what in (
                        ("propose", "decline", "own_side", "weekly", "extra", "closed") if who is desk else ("",)
                    ):
                        sent = {**base, "what": what, "day": "2027-01-01", "at": "10:00", name: value}
                        with mock.patch("accord.web.fit.actions.decline"):
                            status = who.post(url, sent).status_code
                        if status >= 500:
                            broken.append((url, what, name, value[:20], status))
    for query in ("t=%FF%FE", "t=%00", "zone=%00", "t=" + "a" * 5000, "zone=../../etc/passwd", "zone=localtime"):
        status = browser.get(f"/find/ask/?t={berg.pk}&{query}").status_code
        if status >= 500:
            broken.append(("/find/ask/", query, status))
    assert broken == []


def test_a_foreign_origin_presses_nothing(them: dict[str, Member]) -> None:
    browser = asked_two(them)
    strict = Visitor(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    one = Meeting.objects.get(member=them["berg"])
    for url in ("/find/forget/", "/find/back/", "/find/ask/", "/find/mine/later/", "/find/mine/none/", "/impression/",
                f"/find/mine/{one.pk}/off/", f"/find/mine/{one.pk}/choose/", "/find/"):  # fmt: skip
        assert strict.post(url).status_code == 403
    for url in (f"/find/mine/{one.pk}/off/", f"/find/mine/{one.pk}/agree/", "/find/forget/", "/find/mine/later/"):
        assert strict.get(url).status_code == 405


def test_no_therapist_reads_or_answers_what_a_colleague_was_asked(cast: Cast, them: dict[str, Member]) -> None:
    asked_two(them)
    one = Meeting.objects.get(member=them["berg"])
    for who in (cast.manager, them["birk"], them["far"]):
        desk = cast.visitor(who)
        assert desk.get(f"/requests/{one.pk}/").status_code in (403, 404)
        assert desk.post(f"/requests/{one.pk}/", {"what": "accept"}).status_code in (403, 404)


def test_an_impression_opened_by_a_colleague_of_the_seeker_shows_no_answers(them: dict[str, Member]) -> None:
    asked_two(them)
    one = met(Meeting.objects.get(member=them["berg"]))
    given = rated(one, heard=0)
    assert given.answers
    other = search_of(**OPEN_LIMITS)
    asking(other, them["berg"], email="yan@example.org")
    assert other.get(f"/find/mine/{one.pk}/impression/first/").status_code == 404
