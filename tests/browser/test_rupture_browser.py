"""A rupture, acted out by two people in two real browsers: from a drop on a phone to 'it feels mended'."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accord.web.alliance import actions
from accord.web.alliance.models import CheckIn
from accord.web.people.asker import of_member
from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits, sign_in
from tests.cast import Cast, alliance_answers, send
from tests.journey.test_one_loop import link_to


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Ada's, with a thumb; no account, no cookie yet."""
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, reduced_motion="reduce")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, stage: Cast, live_server) -> Iterator[Page]:  # type: ignore[no-untyped-def]
    """Dr. Berg's, signed in."""
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")  # type: ignore[arg-type]
    sign_in(context, live_server.url, stage.visitor(stage.therapist))
    yield context.new_page()
    context.close()


def answer(phone: Page, base: str, check_in: CheckIn, level: int, off: int, mended: str = "") -> None:
    """Ada goes through her check-in by thumb."""
    phone.goto(base + link_to(check_in))
    phone.get_by_role("link", name="Begin").tap()
    for page in (1, 2, 3):
        phone.wait_for_url(f"**/check-in/{page}/")
        for group in phone.get_by_role("group").all():
            strain = group.get_by_text("felt off").count() or group.get_by_text("wanted to say").count()
            group.locator(f"input[value='{off if strain else level}']").tap()
        phone.get_by_role("button", name="Next").tap()
    expect(phone.get_by_role("heading", name="Before you send")).to_be_visible()
    if mended:
        phone.get_by_role("group", name="does it feel mended").get_by_text(mended, exact=True).tap()
    phone.get_by_role("button", name="Send").tap()
    expect(phone.get_by_role("heading", name="Thank you. Your answers are saved.")).to_be_visible()


def a_next_session(stage: Cast) -> CheckIn:
    """A week later in life, ten minutes ago here."""
    asker, then = of_member(stage.therapist), timezone.now() - timedelta(minutes=10)
    session = actions.book_session(asker=asker, course=stage.course, starts_at=then)
    actions.record_attendance(asker=asker, occasion=session, attended="yes")
    return session.check_ins.get(moment="after")


def test_from_the_drop_to_mended(stage: Cast, phone: Page, desk: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    base = live_server.url
    for number in (1, 2, 3):
        earlier = stage.course.occasions.get(number=number).check_ins.get(moment="after")
        send(earlier, {"alliance": alliance_answers(4, session=number)})

    # The evening after the fourth session Ada says that it was not good.
    answer(phone, base, stage.after, level=1, off=4)

    # Her therapist's desk puts her first, with one reason; the page before the next session says why, and what to do.
    desk.goto(base + "/desk/")
    desk.get_by_role("region", name="Worth a moment today").get_by_role("link", name="Ada Lovell").click()
    expect(desk.get_by_role("heading", name="A drop in the alliance ask first")).to_be_visible()
    expect(desk.get_by_role("blockquote").get_by_text("I would like to begin with the two of us.")).to_be_visible()
    assert_accessible(desk)

    # They talk about it. A few taps note that; the score stays what it was.
    desk.get_by_role("link", name="We talked about it").first.click()
    desk.get_by_label("the pace, or too much at once").check()
    desk.get_by_label("They went quiet, agreed quickly, or talked around it").check()
    desk.get_by_label("named my own part in it").check()
    assert_accessible(desk)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", name="Being mended")).to_be_visible()
    desk.goto(base + "/desk/")
    expect(desk.get_by_role("list", name="Being mended").get_by_role("link", name="Ada Lovell")).to_be_visible()

    # After the next session it is better, and Ada says that it feels mended.
    answer(phone, base, a_next_session(stage), level=4, off=0, mended="Yes")

    # The therapist reads her word beside the scores; the name leaves the desk.
    desk.goto(base + "/desk/")
    expect(desk.get_by_text("Being mended")).to_have_count(0)
    expect(desk.get_by_text("Worth a moment today")).to_have_count(0)
    desk.get_by_role("link", name="Ada Lovell").last.click()
    expect(desk.get_by_text("the client says that it feels mended")).to_be_visible()
    assert_fits(desk)

    # Ada finds on her own page when they talked about it, and not what her therapist noted of it.
    sign_in(phone.context, base, stage.visitor(stage.ada))
    phone.goto(base + "/my/")
    expect(phone.get_by_text("talked about").first).to_be_visible()
    for noted in ("the pace", "went quiet", "my own part"):
        expect(phone.get_by_text(noted)).to_have_count(0)
    assert_accessible(phone)
    assert_fits(phone)


def test_what_the_therapist_takes_along_is_one_sheet(stage: Cast, desk: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    """With three things to ask, an agreement, a step and something brought: still one page of paper."""
    for number in (1, 2, 3):
        earlier = stage.course.occasions.get(number=number).check_ins.get(moment="after")
        send(earlier, {"alliance": alliance_answers(4, session=number)})
    send(stage.after, {"alliance": alliance_answers(1, off=4, held_back=5)})
    everything_between(stage)
    desk.goto(f"{live_server.url}/courses/{stage.course.pk}/before/")
    for paper in ("Letter", "A4"):
        assert desk.pdf(format=paper).count(b"/Type /Page\n") == 1, paper


def everything_between(stage: Cast) -> None:
    from uuid import uuid4

    from accord.web.people.asker import of_client

    asker, ada = of_member(stage.therapist), of_client(stage.ada)
    agreed = actions.propose_agreement(
        asker=asker,
        course=stage.course,
        approach="We look at one worry a week, write down what is feared, and try a small part of it. " * 3,
        goals=[actions.Wanted(f"goal number {n}, in words of my own that take up a line") for n in range(4)],
        explained=True,
        asked=True,
        welcomed=True,
        attempt=uuid4(),
    )
    actions.sign_agreement(asker=ada, agreement=agreed)
    actions.agree_step(asker=asker, course=stage.course, what="Ask one question in the meeting", attempt=uuid4())
    actions.bring(asker=ada, course=stage.course, kind="thought", text="What you said about my brother")
