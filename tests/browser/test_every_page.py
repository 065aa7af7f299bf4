"""Every page, as each of the cast finds it: accessible, no wider than a phone, in light and dark, and quiet."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from accord.web.alliance import actions as alliance
from accord.web.alliance.queries import Closing
from accord.web.people.asker import of_member
from accord.web.safety.models import Flag
from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits, sign_in
from tests.cast import Cast, alliance_answers, phq9, send
from tests.journey.test_one_loop import link_to
from tests.rules.test_addresses import talked_about

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def lived_in(stage: Cast) -> Cast:
    """Something on every page: answers, a flag, a file that waits, a published page."""
    for occasion in stage.course.occasions.all():
        send(occasion.check_ins.get(moment="before"), {"phq-9": phq9(2, 1, 1, 2, 1)})
        if occasion != stage.session:
            given = alliance_answers(4, session=occasion.number or 1, off=1)
            send(occasion.check_ins.get(moment="after"), {"alliance": given})
    alliance.save_draft(check_in=stage.after, given={"alliance": {"goals": 3}})
    said = Closing("It stayed with me.", words_kept=True, kept={"phq-9": ["1"]})
    alliance.answer_again(check_in=stage.before)
    alliance.save_draft(check_in=stage.before, given={"phq-9": phq9(2, 1, 1, 2, 1)}, closing=said)
    alliance.send_check_in(check_in=stage.before)
    talked_about(stage)
    stage.therapist.published, stage.therapist.about = True, "I like plain words."
    stage.therapist.save()
    return stage


def kept_table(stage: Cast):  # type: ignore[no-untyped-def]
    text = "client,session,phq-9.client\nK-1,1,5\nK-1,2,-5\n"
    asker = of_member(stage.therapist)
    return alliance.keep_intake(asker=asker, practice=stage.practice.pk, file_name="mine.csv", text=text, map_text="")


def flagged(stage: Cast) -> Flag:
    """The ninth question answered anew, above nought."""
    alliance.answer_again(check_in=stage.before)
    alliance.save_draft(check_in=stage.before, given={"phq-9": {"9": 1}})
    return Flag.objects.get()


def pages_of(stage: Cast) -> dict[str, list[str]]:
    """Who -> the addresses they look at."""
    course, session = [stage.course.pk], [stage.session.pk]
    return {
        "stranger": [
            *map(reverse, ("front", "why", "help", "measures", "model", "therapists", "my_sign_in")),
            reverse("therapist", args=[stage.therapist.pk]),
            reverse("my_enter", args=["no-such-secret"]),
            "/c/no-such-link-at-all/",
            "/nothing-here/",
        ],
        "client": [
            *map(reverse, ("my", "my_address", "wrong", "check_in_wrong")),
            reverse("my_session", args=session),
        ],
        "her therapist": [
            reverse("desk"),
            reverse("flag", args=[flagged(stage).pk]),
            reverse("new_client"),
            *(reverse(name, args=course) for name in ("course", "edit_client", "plan")),
            *(reverse(name, args=session) for name in ("session", "rate_session")),
            reverse("check_in_link", args=[stage.after.pk]),
            reverse("intakes"),
            reverse("intake", args=[kept_table(stage).pk]),
            reverse("you"),
        ],
        "deputy": [reverse("desk")],
        "manager": [reverse("practice"), reverse("members"), reverse("safety_plan")],
        "researcher": [reverse("research")],
        "operator": [reverse("machinery")],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_can_be_used_by_everyone(  # type: ignore[no-untyped-def]
    lived_in: Cast, watched: Page, live_server, size: dict[str, int], scheme: str
) -> None:
    watched.set_viewport_size(size)  # type: ignore[arg-type]
    watched.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    everyone = lived_in.everyone
    for person, places in pages_of(lived_in).items():
        watched.context.clear_cookies()
        sign_in(watched.context, live_server.url, everyone[person])
        for place in places:
            watched.goto(live_server.url + place)
            assert_fits(watched)
            assert_accessible(watched)


def test_no_page_scrolls_sideways_on_the_smallest_phone(lived_in: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    watched.set_viewport_size(NARROW)  # type: ignore[arg-type]
    everyone = lived_in.everyone
    for person, places in pages_of(lived_in).items():
        watched.context.clear_cookies()
        sign_in(watched.context, live_server.url, everyone[person])
        for place in places:
            watched.goto(live_server.url + place)
            assert_fits(watched)


TOO_SMALL = """[...document.querySelectorAll('button, .button, label:has(input), select, textarea, input.link')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML.slice(0, 90))"""


def test_targets_are_large_enough_for_a_thumb(lived_in: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    """Every button, answer and field on the pages a client sees is at least 44 px high."""
    sign_in(watched.context, live_server.url, lived_in.visitor(lived_in.ada))
    for place in (reverse("my"), link_to(lived_in.after), "/check-in/1/", reverse("my_sign_in")):
        watched.goto(live_server.url + place)
        assert watched.evaluate(TOO_SMALL) == [], place


def test_axe_sees_what_is_wrong(page: Page) -> None:
    """Without this, 'no violations' would be worth nothing."""
    page.set_content('<html><body><img src="x"><input><p style="color:#ccc;background:#fff">hi</p></body></html>')
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
