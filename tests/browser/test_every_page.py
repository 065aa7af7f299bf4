"""Every page, as each of the cast finds it: accessible, no wider than a phone, in light and dark, and quiet."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from accord.web.alliance import actions as alliance
from accord.web.alliance import queries
from accord.web.alliance.models import Beginning, Course, Repair
from accord.web.alliance.queries import Closing
from accord.web.evidence.models import Release
from accord.web.fit import actions as fit
from accord.web.fit.models import Assignment, Credential, Meeting
from accord.web.outcome import actions as outcome
from accord.web.pages import actions as pages
from accord.web.pages.models import Article, Comment
from accord.web.people.asker import of_client, of_member
from accord.web.safety.models import Flag
from tests.browser.conftest import DESK, PHONE, assert_accessible, assert_fits, sign_in
from tests.cast import Cast, alliance_answers, phq9, send
from tests.journey.test_one_loop import link_to
from tests.rules.test_addresses import asked_for, switch_on, talked_about
from tests.web.evidence.releasing import released
from tests.web.fit.offering import offers
from tests.web.fit.waiting import applied, keeps_a_list, waits

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def lived_in(stage: Cast) -> Cast:
    """Something on every page: answers, a flag, a file that waits, a published page."""
    for occasion in stage.course.occasions.all():
        answers = phq9(1, 1) if occasion.number == 1 else phq9(2, 2, 2, 2, 1, 1)  # worse: worth a look
        send(occasion.check_ins.get(moment="before"), {"phq-9": answers})
        if occasion != stage.session:
            given = alliance_answers(4, session=occasion.number or 1, off=1)
            send(occasion.check_ins.get(moment="after"), {"alliance": given})
    alliance.save_draft(check_in=stage.after, given={"alliance": {"goals": 3}})
    said = Closing("It stayed with me.", words_kept=True, kept={"phq-9": ["1"]})
    alliance.answer_again(check_in=stage.before)
    alliance.save_draft(check_in=stage.before, given={"phq-9": phq9(2, 2, 2, 2, 1, 1)}, closing=said)
    alliance.send_check_in(check_in=stage.before)
    talked_about(stage)
    stage.therapist.published, stage.therapist.about = True, "I like plain words."
    stage.therapist.save()
    between_sessions(stage)
    switch_on(stage)
    outcome.work_out(asker=of_member(stage.manager), practice=stage.practice.pk)
    return stage


def between_sessions(stage: Cast) -> None:
    """Four told steps, a fifth that waits, words at hand, something brought and something talked about."""
    ada, berg, course = of_client(stage.ada), of_member(stage.therapist), stage.course
    for foretold, felt in ((8, 5), (7, 6), (6, 6), (9, 4), (7, None)):
        step = alliance.agree_step(asker=berg, course=course, what="Ask one question in the meeting", attempt=uuid4())
        alliance.foretell(asker=ada, step=step, foretold=foretold)
        if felt is not None:
            told = {"went": "done", "company": "alone", "happened": "My voice shook.", "kept": felt == 6}
            alliance.tell_step(asker=ada, step=step, felt=felt, **told)
    for text in ("It rises, it stays a while, it passes.", "You have stood here before.", "Slowly."):
        saying = alliance.save_saying(asker=berg, course=course, text=text)
    alliance.remove_saying(asker=berg, saying=saying)
    for text in ("Why do I always say yes?", "W" * 120):
        alliance.bring(asker=ada, course=course, kind="thought", text=text)
    alliance.take_up(asker=berg, brought=alliance.bring(asker=ada, course=course, kind="step", about=step.pk))


def step_of(stage: Cast) -> UUID:
    return queries.steps(of_client(stage.ada), stage.course)[0].pk


def kept_table(stage: Cast):  # type: ignore[no-untyped-def]
    text = "client,session,phq-9.client\nK-1,1,5\nK-1,2,-5\n"
    asker = of_member(stage.therapist)
    return alliance.keep_intake(asker=asker, practice=stage.practice.pk, file_name="mine.csv", text=text, map_text="")


def mended(stage: Cast) -> Repair:
    """Something is being mended since the third session, and the last one was strained again."""
    asker, third = of_member(stage.therapist), stage.course.occasions.get(number=3)
    send(stage.after, {"alliance": alliance_answers(2, off=4)})
    repair = alliance.open_repair(asker=asker, course=stage.course, since=third)
    told = {"about": ["pace"], "showed": "both", "tried": ["part", "later"], "note": "A line."}
    alliance.note_talk(asker=asker, repair=repair, talked_on=timezone.now().date(), attempt=uuid4(), **told)
    return repair


def written(stage: Cast) -> tuple[Article, Comment]:
    """One published article with one comment."""
    if one := Article.objects.first():
        return one, one.comments.get()
    asker, text = of_member(stage.therapist), "## First\n\nWe *talk*.\n\n- one\n- two"
    words = {"title": "How a first meeting goes", "text": text, "comments_open": True}
    one = pages.write_article(asker=asker, article=None, attempt=uuid4(), **words)
    pages.publish_article(asker=asker, article=one, published=True)
    said = {"name": "Q", "email": "q@example.org", "text": "Thank you."}
    return one, pages.say_comment(article=one, attempt=uuid4(), **said)


def licensed(stage: Cast) -> list[str]:
    """Her therapist's offer and licences: one refused, one that ends soon, one that waits, one withdrawn."""
    if not Credential.objects.exists():
        berg, nora, today = of_member(stage.therapist), of_member(stage.manager), timezone.localdate()
        offered = fit.Offered(methods=("cbt",), formats=("in person",), latitude=40.7, longitude=-74.0, lead=-2)
        fit.state_offer(asker=berg, member=stage.therapist, offered=offered)
        refused, _, soon, gone = (
            fit.state_credential(
                asker=berg,
                member=stage.therapist,
                title="Licensed psychologist",
                region=region,
                number="N-1",
                until=today + timedelta(days=left),
                attempt=uuid4(),
            )
            for region, left in (("Ohio", 400), ("Iowa", 500), ("Utah", 20), ("Maine", 300))
        )
        fit.refuse_credential(asker=nora, credential=refused, why="The number is not in the list.")
        fit.verify_credential(asker=nora, credential=soon)
        fit.withdraw_credential(asker=berg, credential=gone)
    return [*map(reverse, ("my_offer", "my_licences"))]


def begun(stage: Cast) -> Course:
    """Ada's course, begun by a choice; and somebody else who asks the same therapist for a call."""
    if not Meeting.objects.exists():
        licensed(stage)
        asked_for(stage)
    Beginning.objects.update(impression={"first": {"heard": 4}}, impression_shared=True)
    return stage.course


def released_to(stage: Cast) -> list[str]:
    """One release, shown to everybody it can be."""
    if not Release.objects.exists():
        released(stage, ("therapist", "researcher", "client"))
    return [reverse("releases"), reverse("release", args=[Release.objects.get().pk])]


def to_check(stage: Cast) -> list[str]:
    licensed(stage)
    return [reverse("licence", args=[one.pk]) for one in Credential.objects.all()]


def waiting_for(stage: Cast) -> list[str]:
    """A list with somebody on it, somebody who fits nobody, and somebody who was assigned."""
    if not Assignment.objects.exists():
        offers(stage.other_therapist)
        keeps_a_list(stage)
        waits(stage, "Yan", weeks=3)
        applied(stage)
        waits(stage, "Wim", weeks=2, concerns=["substance"])
        waits(stage, "Xu")
    one = reverse("assignment", args=[Assignment.objects.get().pk])
    return [*map(reverse, ("finding", "waiting_list", "preview_assignment")), one]


def flagged(stage: Cast) -> Flag:
    """The ninth question answered anew, above nought."""
    alliance.answer_again(check_in=stage.before)
    alliance.save_draft(check_in=stage.before, given={"phq-9": {"9": 1}})
    return Flag.objects.get()


def ended(stage: Cast) -> Course:
    """An earlier course of Ada's, looked back on, with something that is asked later."""
    if there := Course.objects.filter(therapist=stage.deputy).first():
        return there
    asker = of_member(stage.deputy)
    earlier = alliance.open_course(asker=asker, client=stage.ada, therapist=stage.deputy)
    alliance.plan_measures(asker=asker, course=earlier, wanted={"gad-7": ("before", 1)})
    alliance.end_course(asker=asker, course=earlier, review="Walking helped.", noted="I can ask.", follow_ups=[1, 6])
    return earlier


def agreed(stage: Cast) -> list[int]:
    """Two versions: one signed, with a low number and progress; a newer one of which she wants something otherwise."""
    therapist, client = of_member(stage.therapist), of_client(stage.ada)
    given = {"asker": therapist, "course": stage.course, "approach": "One worry a week, and a small step."}
    ticks = {"explained": True, "asked": True, "welcomed": True}
    goals = [alliance.Wanted("to sleep through the night"), alliance.Wanted("to call my sister again")]
    one = alliance.propose_agreement(**given, **ticks, goals=goals, attempt=uuid4())
    threads = [goal.thread for goal in one.goals.all()]
    willing = {"open_mind": 7, "trust": 4, "coming": 2, "sharing": None}
    alliance.reply(asker=client, agreement=one, words={}, willing=willing, signed=True)
    for value, kept in ((2, False), (4, True), (5, False)):
        noted = [alliance.Noted(threads[0], value, kept)]
        alliance.note_progress(asker=client, course=stage.course, noted=noted, attempt=uuid4())
    goals = [alliance.Wanted("to sleep", threads[0]), alliance.Wanted("to rest")]
    two = alliance.propose_agreement(**given, **ticks, goals=goals, attempt=uuid4())
    alliance.reply(asker=client, agreement=two, words={}, willing=willing, otherwise="Please not every week.")
    return [one.version, two.version]


def of_the_next_session(stage: Cast) -> list[str]:
    names = ("before", "talked", "finder", "look_aside")
    return [*(reverse(name, args=[stage.course.pk]) for name in names), reverse("how_expected")]


def of_the_client(stage: Cast) -> list[str]:
    return [
        *map(reverse, ("my", "my_address", "wrong", "check_in_wrong", "my_research", "my_learned")),
        reverse("my_session", args=[stage.session.pk]),
        reverse("my_between", args=[stage.course.pk]),
        reverse("my_step", args=[step_of(stage)]),
        reverse("my_agreement", args=[stage.course.pk]),
        reverse("my_ending", args=[ended(stage).pk]),
        reverse("my_beginning", args=[begun(stage).pk]),
    ]


def pages_of(stage: Cast) -> dict[str, list[str]]:
    """Who -> the addresses they look at."""
    versions = agreed(stage)
    course, session = [stage.course.pk], [stage.session.pk]
    return {
        "stranger": [
            *map(
                reverse, ("front", "why", "help", "measures", "model", "articles", "find", "therapists", "my_sign_in")
            ),
            reverse("article", args=[written(stage)[0].slug]),
            reverse("therapist", args=[stage.therapist.pk]),
            reverse("my_enter", args=["no-such-secret"]),
            "/c/no-such-link-at-all/",
            "/nothing-here/",
        ],
        "client": of_the_client(stage),
        "her therapist": [
            reverse("desk"),
            reverse("flag", args=[flagged(stage).pk]),
            reverse("new_client"),
            *(
                reverse(name, args=course)
                for name in ("course", "edit_client", "plan", "between", "end_course", "hand_over")
            ),
            *(reverse(name, args=course) for name in ("agreement", "propose_agreement")),
            *(reverse("agreement_version", args=[*course, version]) for version in versions),
            *(reverse(name, args=session) for name in ("session", "rate_session")),
            reverse("check_in_link", args=[stage.after.pk]),
            reverse("intakes"),
            *of_the_next_session(stage),
            reverse("repair", args=[mended(stage).pk]),
            reverse("lay_aside", args=[*session, "strain:off"]),
            reverse("my_view"),
            *licensed(stage),
            *map(reverse, ("requests", "my_times")),
            reverse("request", args=[Meeting.objects.get().pk]),
            *map(reverse, ("writings", "new_article")),
            reverse("edit_article", args=[written(stage)[0].pk]),
            reverse("comment", args=[written(stage)[1].pk]),
            reverse("intake", args=[kept_table(stage).pk]),
            *map(reverse, ("you", "away", "leaving")),
            *released_to(stage),
        ],
        "deputy": [reverse("desk")],
        "manager": [
            *map(reverse, ("practice", "members", "safety_plan", "licences", "expected")),
            reverse("member_leaves", args=[stage.therapist.pk]),
            *to_check(stage) + waiting_for(stage),
            *[reverse("new_release"), *released_to(stage)],
        ],
        "researcher": [reverse("research"), *released_to(stage)],
        "operator": [reverse("machinery")],
    }


def looked_at(page: Page) -> None:
    """One page as everyone finds it: a phone and a desk, by day and by night, and the smallest phone."""
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert_accessible(page)
        assert_fits(page)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert_fits(page)


PEOPLE = ("stranger", "client", "her therapist", "deputy", "manager", "researcher", "operator")


@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_can_be_used_by_everyone(lived_in: Cast, watched: Page, live_server, person: str) -> None:  # type: ignore[no-untyped-def]
    places = pages_of(lived_in)
    assert set(places) == set(PEOPLE)
    sign_in(watched.context, live_server.url, lived_in.everyone[person])
    for place in places[person]:
        watched.goto(live_server.url + place)
        looked_at(watched)


TOO_SMALL = """[...document.querySelectorAll('button, .button, label:has(input), select, textarea, input.link')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML.slice(0, 90))"""


def test_targets_are_large_enough_for_a_thumb(lived_in: Cast, watched: Page, live_server) -> None:  # type: ignore[no-untyped-def]
    """Every button, answer and field on the pages a client sees is at least 44 px high."""
    sign_in(watched.context, live_server.url, lived_in.visitor(lived_in.ada))
    hers = [reverse("my_between", args=[lived_in.course.pk]), reverse("my_step", args=[step_of(lived_in)])]
    agreed(lived_in)
    hers.append(reverse("my_agreement", args=[lived_in.course.pk]))
    for place in (reverse("my"), link_to(lived_in.after), "/check-in/1/", reverse("my_sign_in"), *hers):
        watched.goto(live_server.url + place)
        assert watched.evaluate(TOO_SMALL) == [], place


def test_axe_sees_what_is_wrong(page: Page) -> None:
    """Without this, 'no violations' would be worth nothing."""
    page.set_content('<html><body><img src="x"><input><p style="color:#ccc;background:#fff">hi</p></body></html>')
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page)
