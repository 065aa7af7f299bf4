"""The pictures in the README and the docs, taken of the real pages so that they stay true.

`ACCORD_PICTURES=1` takes them anew, of the demonstration's invented people, into docs/pictures. Without it each page is
opened as it would be for its picture, and every picture that is shown is looked for.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accord.web.alliance.models import CheckIn, Course
from accord.web.home import demo, gather
from accord.web.people.asker import of_member
from accord.web.people.models import Member
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.cast import Cast, make_cast
from tests.journey.test_one_loop import link_to

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
TAKE = bool(os.environ.get("ACCORD_PICTURES"))


@dataclass(frozen=True)
class Subject:
    """Whose pages are taken."""

    therapist: Member
    course: Course
    after: CheckIn
    strained: Course
    decided: Course


@pytest.fixture
def subject(transactional_db: None) -> Subject:
    """For pictures a whole invented practice; to see that the pages are there, the cast is enough."""
    if TAKE:
        demo.build(seed=1)
        return _longest(demo.account_for_door("therapist").member)
    stage = make_cast()
    return Subject(stage.therapist, stage.course, stage.after, stage.course, stage.course)


def _longest(therapist: Member) -> Subject:
    """The client with the most sessions among those whose last check-in waits: the page has most to show."""
    waiting = CheckIn.objects.filter(occasion__course__therapist=therapist, moment="after", answered_at=None)
    held = waiting.filter(occasion__attended="yes").select_related("occasion__course__client").order_by("-expires_at")
    last = max(held[:5], key=lambda one: one.occasion.number or 0)
    decided = Course.objects.filter(therapist=therapist).exclude(decisions=None).first()
    return Subject(therapist, last.occasion.course, last, _most_to_ask(therapist), decided or last.occasion.course)


def _most_to_ask(therapist: Member) -> Course:
    """Whose page before the session has most on it."""
    lines = gather.caseload(of_member(therapist), timezone.now())
    return max(lines, key=lambda line: len(line.sight.to_ask)).course


Shot = tuple[str, dict[str, int], Callable[[Subject], str], Callable[[Page], None]]


def _nothing(page: Page) -> None:
    """The page as it opens."""


def _begin(page: Page) -> None:
    """Past the start, with two questions answered."""
    page.get_by_role("link", name="Begin").click()
    for group, level in zip(page.get_by_role("group").all(), (5, 4), strict=False):
        group.locator(f"input[value='{level}']").check()
    expect(page.locator("[data-saving]")).to_have_text("Kept on this page. Not sent yet.")


TALL = {"width": 1280, "height": 990}  # both charts

SHOTS: list[Shot] = [
    ("before", TALL, lambda one: reverse("before", args=[one.strained.pk]), _nothing),
    ("course", TALL, lambda one: reverse("course", args=[one.course.pk]), _nothing),
    ("outcome", {"width": 1280, "height": 1420}, lambda one: reverse("course", args=[one.decided.pk]), _nothing),
    ("desk", DESK, lambda one: reverse("desk"), _nothing),
    ("check-in", PHONE, lambda one: link_to(one.after), _begin),
    ("link", DESK, lambda one: reverse("check_in_link", args=[one.after.pk]), _nothing),
]


@pytest.mark.parametrize("shot", SHOTS, ids=[name for name, *_ in SHOTS])
def test_a_picture_is_of_the_page_as_it_is(subject: Subject, browser: Browser, live_server, shot: Shot) -> None:  # type: ignore[no-untyped-def]
    name, size, place, prepare = shot
    context = browser.new_context(viewport=size, device_scale_factor=1.5 if TAKE else 1, reduced_motion="reduce")  # type: ignore[arg-type]
    sign_in(context, live_server.url, Cast.visitor(None, subject.therapist))  # type: ignore[arg-type]
    page = context.new_page()
    answer = page.goto(live_server.url + place(subject))
    assert answer
    assert answer.status == 200
    prepare(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if TAKE:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
    context.close()
    assert (PICTURES / f"{name}.png").is_file(), "take it: ACCORD_PICTURES=1 script/test tests/browser/test_pictures.py"
