"""The working agreement as a client has it in their hand: a phone, a thumb, no scripts."""

from uuid import uuid4

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accord.web.alliance import actions
from accord.web.alliance.models import Agreement, Progress
from accord.web.people.asker import of_client, of_member
from tests.browser.conftest import assert_accessible, assert_fits, sign_in
from tests.cast import Cast


@pytest.fixture
def offered(stage: Cast) -> Agreement:
    return actions.propose_agreement(
        asker=of_member(stage.therapist),
        course=stage.course,
        approach="We look at one worry a week.",
        goals=[actions.Wanted("to sleep through")],
        explained=True,
        asked=True,
        welcomed=True,
        attempt=uuid4(),
    )


def test_signed_on_a_phone_without_scripts(stage: Cast, offered: Agreement, browser: Browser, live_server) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    sign_in(page.context, live_server.url, stage.visitor(stage.ada))
    page.goto(live_server.url + reverse("my"))
    page.get_by_role("link", name="Our working agreement").click()
    page.get_by_label("Goal 1").fill("to sleep until six")
    coming = page.get_by_role("group", name="I can come to our sessions")
    coming.get_by_role("radio", name="2", exact=True).check()
    page.get_by_role("button", name="I would like something otherwise").click()
    expect(page.get_by_role("alert")).to_contain_text("say in a few words")
    expect(page.get_by_label("Goal 1")).to_have_value("to sleep until six")
    page.get_by_role("button", name="I am in: sign").click()
    expect(page.get_by_role("status")).to_contain_text("You are in.")
    near = page.get_by_role("group", name="to sleep until six")
    near.get_by_role("radio", name="3", exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("3 of 10, just now")).to_be_visible()
    one = Agreement.objects.get()
    assert (one.state, one.willing["coming"], Progress.objects.get().value) == ("agreed", 2, 3)
    page.context.close()


def test_what_is_wrong_is_said_at_the_top_and_leads_to_its_place(  # type: ignore[no-untyped-def]
    stage: Cast, offered: Agreement, watched: Page, live_server
) -> None:
    sign_in(watched.context, live_server.url, stage.visitor(stage.therapist))
    watched.goto(live_server.url + reverse("propose_agreement", args=[stage.course.pk]))
    watched.get_by_label("Goal 1").fill("")
    watched.get_by_role("button", name="Propose and sign").tap()
    problems = watched.get_by_role("alert")
    expect(problems).to_be_focused()
    assert_accessible(watched)
    assert_fits(watched)
    problems.get_by_role("link", name="Goal 1").tap()
    expect(watched.get_by_label("Goal 1")).to_be_in_viewport()


def test_it_prints_on_one_page(stage: Cast, offered: Agreement, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    willing = {"coming": 2, "sharing": 9}
    actions.agree_in_room(asker=of_member(stage.therapist), agreement=offered, willing=willing)
    for person, name in ((stage.therapist, "agreement"), (stage.ada, "my_agreement")):
        watched.context.clear_cookies()
        sign_in(watched.context, live_server.url, stage.visitor(person))
        watched.goto(live_server.url + reverse(name, args=[stage.course.pk]))
        assert watched.pdf(format="A4").count(b"/Type /Page\n") == 1, name


def test_words_without_a_space_fit_the_smallest_phone(
    stage: Cast, offered: Agreement, watched: Page, live_server
) -> None:  # type: ignore[no-untyped-def]
    words = {goal.pk: "x" * 300 for goal in offered.goals.all()}
    actions.reply(asker=of_client(stage.ada), agreement=offered, words=words, willing={}, otherwise="y" * 500)
    watched.set_viewport_size({"width": 320, "height": 640})
    for person, name in ((stage.therapist, "agreement"), (stage.ada, "my_agreement")):
        watched.context.clear_cookies()
        sign_in(watched.context, live_server.url, stage.visitor(person))
        watched.goto(live_server.url + reverse(name, args=[stage.course.pk]))
        assert_fits(watched)
