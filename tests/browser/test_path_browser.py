"""Two people meet, in two real browsers: a phone that looks, a desk that answers; letters from the outbox."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accord.web.alliance.models import Course
from accord.web.fit.models import Meeting
from accord.web.notices import worker
from tests.browser.conftest import DESK, PHONE, sign_in
from tests.browser.test_every_page import TOO_SMALL, looked_at
from tests.cast import Cast
from tests.web.fit.meeting import keep_free, met
from tests.web.fit.offering import a_few


@pytest.fixture
def desk(browser: Browser, stage: Cast, live_server) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    """Dr. Berg at a desk."""
    context: BrowserContext = browser.new_context(viewport=DESK, locale="en-US")
    sign_in(context, live_server.url, stage.visitor(stage.therapist))
    yield context.new_page()
    context.close()


def checked(page: Page, name: str) -> None:
    """As everyone finds it: a phone and a desk, by day and by night, and the smallest phone."""
    before = page.viewport_size
    looked_at(page)
    assert page.evaluate(TOO_SMALL) == [], name
    page.set_viewport_size(before)  # type: ignore[arg-type]


def letter(subject: str, to: str = "zoe@example.org") -> str:
    """The link in the last letter of this subject to this address, after everything due was sent."""
    while worker.send_due():
        pass
    sent = [one.body for one in mail.outbox if one.subject == subject and one.to == [to]]
    (found,) = re.findall(r"https?://[^/]+(/\S+)", sent[-1])
    return found


def four_questions(page: Page, site: str) -> None:
    page.goto(f"{site}/find/")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Panic attacks").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("CA", exact=True).check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Nothing in particular").click()


def rate(page: Page, *values: int) -> None:
    for question, value in zip(page.locator("fieldset.question").all(), values, strict=True):
        question.locator(f"input[value='{value}']").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Saved")


def ask_two(page: Page, site: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Your list")
    page.get_by_label("Ask for a first call: Dr. Berg").check()
    page.get_by_label("Ask for a first call: Jonah Birk").check()
    page.get_by_role("button", name="Ask those I ticked for a call").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ask for a first call")
    checked(page, "ask")
    page.get_by_label("A time with Dr. Berg").select_option(index=1)
    page.get_by_label("A time with Jonah Birk").select_option(index=6)
    page.get_by_label("Your name").fill("Zoe Quint")
    page.get_by_label("Your e-mail").fill("zoe@example.org")
    page.get_by_label("Your phone number").fill("555-0199")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("One step is left.")).to_be_visible()
    checked(page, "mine, unconfirmed")
    page.goto(site + letter("Please confirm your address"))
    checked(page, "open")
    page.get_by_role("button", name="Yes, go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your calls")


def say_yes(desk: Page, site: str) -> None:
    letter("Somebody has written to you", "berg@example.org")
    desk.goto(f"{site}/desk/")
    desk.get_by_role("link", name="Zoe Quint").click()
    checked(desk, "request")
    desk.get_by_role("button", name="Yes, at that time").click()
    expect(desk.get_by_text("Agreed. Both of you get a letter")).to_be_visible()
    checked(desk, "requests")


def look_at_the_appointment(page: Page, site: str) -> None:
    page.goto(site + letter("Your appointment"))
    page.get_by_role("link", name="Dr. Berg", exact=True).click()
    expect(page.get_by_text("Dr. Berg rings you on 555-0199.")).to_be_visible()
    checked(page, "meeting")
    with page.expect_download() as file:
        page.get_by_role("link", name="Put it into my calendar").click()
    assert file.value.suggested_filename == "appointment.ics"


def both_are_met() -> None:
    for one in Meeting.objects.all():
        met(one, hours_ago=3)
        for asked in one.impressions.all():
            asked.opens_at = timezone.now() - timedelta(minutes=2)
            asked.save()


def rate_both(page: Page, site: str) -> None:
    page.goto(f"{site}/find/mine/")
    expect(page.get_by_role("heading", name="How was it?")).to_be_visible()
    for name, values in (("Dr. Berg", (5, 4, 5, 4, 4, 5)), ("Jonah Birk", (2, 4, 2, 3, 4, 4))):
        page.get_by_role("link", name=f"{name}, right after").click()
        checked(page, "impression")
        rate(page, *values)
        page.get_by_role("link", name="Your calls").click()
    page.get_by_role("link", name="Dr. Berg, on the next day").click()
    rate(page, 4, 4, 4, 4, 4, 5)
    page.get_by_role("link", name="Side by side").click()
    checked(page, "compare")
    expect(page.get_by_text("Too close to tell apart.").first).to_be_visible()


def choose(page: Page) -> None:
    page.get_by_role("link", name="Dr. Berg: go on").click()
    page.get_by_role("link", name="Choose Dr. Berg").click()
    checked(page, "choose")
    page.get_by_label("What I looked for").check()
    page.get_by_role("button", name="Yes, begin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A word about the others, if you like")
    checked(page, "feedback")
    page.get_by_label("I was more at ease with somebody else").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You have chosen.")).to_be_visible()


def what_travels_along(page: Page, desk: Page, site: str) -> None:
    course = Course.objects.get(client__address_set_at=None)
    desk.goto(f"{site}/courses/{course.pk}/")
    desk.get_by_text("How it began").click()
    expect(desk.get_by_text("What they looked for")).to_be_visible()
    checked(desk, "course")
    page.goto(site + letter("Your own page is ready"))
    page.get_by_role("button").first.click()
    page.get_by_role("link", name="How it began, and who reads it").click()
    checked(page, "beginning")


def test_from_looking_to_a_course_on_a_phone_and_at_a_desk(stage: Cast, watched: Page, desk: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    page, site = watched, live_server.url
    page.set_viewport_size(PHONE)
    them = a_few(stage)
    keep_free(them["berg"], them["birk"])
    four_questions(page, site)
    ask_two(page, site)
    say_yes(desk, site)
    look_at_the_appointment(page, site)
    both_are_met()
    rate_both(page, site)
    choose(page)
    what_travels_along(page, desk, site)


def test_a_therapist_sets_free_times_and_sees_what_can_be_picked(stage: Cast, desk: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    a_few(stage)
    desk.goto(f"{live_server.url}/you/times/")
    expect(desk.get_by_text("Nothing yet.", exact=False).first).to_be_visible()
    form = desk.locator("form.card")
    form.get_by_label("Every").select_option("2")
    form.get_by_label("From").fill("18:00")
    form.get_by_label("To").fill("17:00")
    form.get_by_role("button", name="Add").click()
    expect(desk.get_by_role("alert")).to_contain_text("the end comes after the beginning")
    form.get_by_label("To").fill("19:00")
    form.get_by_role("button", name="Add").click()
    expect(desk.get_by_text("Wednesday, 18:00 to 19:00, first calls and consultations")).to_be_visible()
    expect(desk.get_by_text("6:00 pm, 6:15 pm, 6:30 pm, 6:45 pm").first).to_be_visible()
    checked(desk, "times")
    desk.set_viewport_size(PHONE)
    checked(desk, "times on a phone")
    desk.get_by_role("button", name="Remove").click()
    expect(desk.get_by_text("Nothing yet.", exact=False).first).to_be_visible()


def test_a_person_whom_nobody_matches_is_told_what_one_limit_less_would_bring(
    stage: Cast, watched: Page, live_server
) -> None:  # type: ignore[no-untyped-def]
    a_few(stage)
    four_questions(watched, live_server.url)
    watched.goto(f"{live_server.url}/find/musts/")
    watched.get_by_label("A session may cost at most").fill("1")
    watched.get_by_role("button", name="Save").click()
    expect(watched.get_by_text("Nobody here fits all of what you need.")).to_be_visible()
    watched.get_by_role("button", name="Do without: what it may cost, and insurance").click()
    expect(watched.get_by_label("Ask for a first call: Dr. Berg")).to_be_visible()
