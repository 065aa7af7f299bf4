"""Who may come in where: every address x everyone of the cast, in one table.

200 comes in · 302 is shown the way to sign in (or, for a client's page, sent on) · 404 finds nothing · 405 not by GET.
An address that is missing here fails the test, so nobody adds one without saying who may see it.
"""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.alliance.models import Agreement, Beginning, Course, Dismissal, Repair
from accord.web.audit.models import Act
from accord.web.fit import actions as fit
from accord.web.fit import queries as fit_queries
from accord.web.fit.models import Credential, DayApart
from accord.web.outcome import actions as outcome
from accord.web.pages import actions as pages
from accord.web.pages.models import Article, Comment
from accord.web.people.asker import of_client, of_member
from accord.web.safety.models import Flag
from tests.cast import Cast, alliance_answers, phq9, send
from tests.web.evidence.releasing import released
from tests.web.fit.meeting import ZOE, confirm, searching
from tests.web.fit.offering import offers
from tests.web.fit.waiting import applied, keeps_a_list, waits

ORDER = (
    "stranger",
    "client",
    "another client",
    "her therapist",
    "another therapist",
    "deputy",
    "manager",
    "researcher",
    "operator",
    "foreign therapist",
)

#                    stranger client other-c  hers other-t deputy manager resear operat foreign
EVERYONE = (200,) * 10
DEMO_ONLY = (404,) * 10
NO_GET = (405,) * 10
OWN_LINK = (404,) * 10  # these pages belong to whoever holds a link's cookie; nobody of the cast does here
OWN_SEARCH = (302,) * 10  # ... and these to the browser that began a search: the way there is to begin one
CLIENTS = (302, 200, 200, 404, 404, 404, 404, 404, 404, 404)
ONLY_ADA = (302, 200, 404, 404, 404, 404, 404, 404, 404, 404)
ONLY_ADA_POSTS = (302, 405, 405, 404, 404, 404, 404, 404, 404, 404)
THERAPISTS = (302, 404, 404, 200, 200, 404, 404, 404, 404, 200)
DESK = (302, 404, 404, 200, 200, 200, 404, 404, 404, 200)
HERS = (302, 404, 404, 200, 404, 404, 404, 404, 404, 404)
THERAPISTS_POST = (302, 404, 404, 405, 405, 404, 404, 404, 404, 405)
FLAG = (302, 404, 404, 200, 404, 200, 404, 404, 404, 404)
MANAGERS = (302, 404, 404, 404, 404, 404, 200, 404, 404, 404)
MANAGERS_POST = (302, 404, 404, 404, 404, 404, 405, 404, 404, 404)
READERS = (302, 404, 404, 200, 200, 404, 200, 404, 404, 200)  # who reads by the practice's rules, or settles them
RESEARCHERS = (302, 404, 404, 404, 404, 404, 404, 200, 404, 404)
OPERATORS = (302, 404, 404, 404, 404, 404, 404, 404, 200, 404)
WRITERS = (302, 404, 404, 200, 200, 404, 200, 404, 404, 200)
WROTE = (302, 404, 404, 200, 404, 404, 200, 404, 404, 404)  # the author, and the practice's manager
WRITERS_POST = (302, 404, 404, 405, 405, 404, 405, 404, 404, 405)
MANY = (302, 404, 404, 200, 200, 404, 200, 200, 404, 200)  # who may be shown a release
OWN_PRACTICE = (302, 404, 404, 200, 200, 404, 200, 200, 404, 404)
STAFF = (302, 404, 404, 200, 200, 200, 200, 200, 200, 200)

TABLE: dict[str, tuple[int, ...]] = {
    "front": EVERYONE,
    "why": EVERYONE,
    "help": EVERYONE,
    "measures": EVERYONE,
    "articles": EVERYONE,
    "article": EVERYONE,
    "model": EVERYONE,
    "find": EVERYONE,
    "shortlist": OWN_SEARCH,
    "relax": NO_GET,
    "forget_search": NO_GET,
    "find_page": OWN_SEARCH,
    "ask": OWN_SEARCH,
    "way_back": EVERYONE,
    **dict.fromkeys(("join_list", "list_step"), OWN_SEARCH),
    "open_search": EVERYONE,
    **dict.fromkeys(("mine", "compare", "none_of_them", "not_yet", "feedback", "my_meeting"), OWN_SEARCH),
    **dict.fromkeys(("ask_consultation", "my_calendar_file", "my_impression", "choose", "meeting_step"), OWN_SEARCH),
    "open_impression": (404,) * 10,  # no such link; a true one is tried where somebody was met
    "impression": OWN_LINK,
    "impression_done": (302,) * 10,
    "therapists": EVERYONE,
    "therapist": EVERYONE,
    "healthz": (503,) * 10,  # no worker runs in this test, and it says so
    "demo": DEMO_ONLY,
    "demo_letters": DEMO_ONLY,
    "demo_enter": NO_GET,
    "open_link": (302,) * 10,
    "check_in": OWN_LINK,
    "check_in_page": OWN_LINK,
    "check_in_done": (302,) * 10,
    "check_in_again": NO_GET,
    "check_in_not_me": NO_GET,
    "check_in_wrong": EVERYONE,
    "my": CLIENTS,
    "my_session": ONLY_ADA,
    "my_sharing": ONLY_ADA_POSTS,
    "my_repair": ONLY_ADA_POSTS,
    "my_check_in": ONLY_ADA_POSTS,
    "my_ending": ONLY_ADA,
    "my_between": ONLY_ADA,
    "my_agree_step": ONLY_ADA_POSTS,
    "my_save_words": ONLY_ADA_POSTS,
    "my_bring": ONLY_ADA_POSTS,
    "my_step": ONLY_ADA,
    "my_foretell": ONLY_ADA_POSTS,
    "my_set_aside": ONLY_ADA_POSTS,
    "my_remove_words": ONLY_ADA_POSTS,
    "my_withdraw": ONLY_ADA_POSTS,
    "my_agreement": ONLY_ADA,
    "my_beginning": ONLY_ADA,
    "look_again": ONLY_ADA_POSTS,
    "my_address": CLIENTS,
    **dict.fromkeys(("my_research", "my_learned"), CLIENTS),
    "wrong": CLIENTS,
    "my_sign_in": EVERYONE,
    "my_enter": EVERYONE,
    "my_leave": NO_GET,
    "desk": DESK,
    "flag": FLAG,
    "requests": THERAPISTS,
    "request": HERS,
    "new_client": THERAPISTS,
    "before": HERS,
    "talked": HERS,
    "repair": HERS,
    "call_mended": THERAPISTS_POST,
    "lay_aside": HERS,
    "take_up_again": THERAPISTS_POST,
    "course": HERS,
    "finder": HERS,
    "look_aside": HERS,
    "look_back": THERAPISTS_POST,
    "reached": THERAPISTS_POST,
    "edit_client": HERS,
    "plan": HERS,
    "book_session": THERAPISTS_POST,
    "end_course": HERS,
    "hand_over": HERS,
    "between": HERS,
    "agree_step": THERAPISTS_POST,
    "save_words": THERAPISTS_POST,
    "set_aside_step": THERAPISTS_POST,
    "remove_words": THERAPISTS_POST,
    "take_up": THERAPISTS_POST,
    "agreement": HERS,
    "propose_agreement": HERS,
    "take_back_agreement": THERAPISTS_POST,
    "agreement_version": HERS,
    "session": HERS,
    "move_session": THERAPISTS_POST,
    "record_attendance": THERAPISTS_POST,
    "rate_session": HERS,
    "check_in_link": HERS,
    "send_link": THERAPISTS_POST,
    "renew_link": THERAPISTS_POST,
    "intakes": THERAPISTS,
    "intake": HERS,
    "writings": WRITERS,
    "new_article": WRITERS,
    "edit_article": WROTE,
    "publish_article": WRITERS_POST,
    "comment": WROTE,
    "practice": MANAGERS,
    "members": MANAGERS,
    "member_leaves": MANAGERS,
    "safety_plan": MANAGERS,
    "expected": MANAGERS,
    "work_out": MANAGERS_POST,
    "turn": MANAGERS_POST,
    "how_expected": READERS,
    "new_release": MANAGERS,
    **dict.fromkeys(("freeze_release", "turn_release"), MANAGERS_POST),
    "releases": MANY,
    **dict.fromkeys(("release", "release_file"), OWN_PRACTICE),
    "research": RESEARCHERS,
    "machinery": OPERATORS,
    "you": STAFF,
    "away": THERAPISTS,
    "leaving": THERAPISTS,
    "my_view": THERAPISTS,
    "my_offer": THERAPISTS,
    "my_licences": THERAPISTS,
    "my_times": THERAPISTS,
    "remove_weekly": THERAPISTS_POST,
    "remove_apart": THERAPISTS_POST,
    "withdraw_licence": THERAPISTS_POST,
    "put_back_licence": THERAPISTS_POST,
    **dict.fromkeys(("finding", "waiting_list", "preview_assignment", "assignment"), MANAGERS),
    **dict.fromkeys(("apply_assignment", "undo_assignment"), MANAGERS_POST),
    "licences": MANAGERS,
    "licence": MANAGERS,
}

POSTS = {
    "relax": {"limit": "room"},
    "forget_search": {},
    "ask": {"name": "Thief", "email": "thief@example.org"},
    **{name: {} for name in ("not_yet", "choose", "meeting_step", "ask_consultation", "none_of_them", "feedback")},
    **{name: {} for name in ("list_step", "apply_assignment", "undo_assignment")},
    "join_list": {"name": "Thief", "email": "thief@example.org", "phone": "1", "zone": "UTC"},
    "finding": {"reply_days": "9"},
    "my_meeting": {"at": "2030-01-07T10:00:00+00:00"},
    "impression": {"heard": "0"},
    "my_beginning": {"share_impression": "on"},
    "look_again": {},
    "request": {"what": "decline", "words": "No."},
    "remove_weekly": {},
    "remove_apart": {},
    "find_page": {"first": "panic"},
    "book_session": {"day": "2030-01-07", "time": "10:00"},
    "end_course": {"how": "planned"},
    "hand_over": {"to": ""},
    "my_ending": {"taken": "mine", "kept": "on"},
    "member_leaves": {"to": "", "sure": "on"},
    "move_session": {"day": "2030-01-07", "time": "10:00"},
    "record_attendance": {"attended": "no"},
    "send_link": {},
    "renew_link": {},
    "rate_session": {},
    "plan": {"phq-9": "1"},
    "edit_client": {"email": "thief@example.org"},
    "flag": {"note": "nothing"},
    "edit_article": {"title": "Mine now", "text": "Taken."},
    "publish_article": {"published": "no"},
    "comment": {"decision": "delete"},
    "talked": {"talked_on": "2026-01-05", "showed": "unsure"},
    "repair": {"talked_on": "2026-01-05", "showed": "unsure"},
    "call_mended": {"mended": "yes"},
    "lay_aside": {"why": "life"},
    "take_up_again": {},
    "finder": {"alliance.aims": "topic", "note": "nothing"},
    "look_aside": {"why": "life"},
    "look_back": {},
    "reached": {},
    "turn": {"turn": "off"},
    "work_out": {},
    "intake": {"bring_in": "1"},
    "my_sharing": {"seen": "phq-9.1", "kept": "phq-9.1"},
    "my_repair": {"mended": "yes"},
    "my_check_in": {},
    "my_agree_step": {"what": "give up"},
    "my_save_words": {"text": "nothing helps"},
    "my_bring": {"kind": "thought", "text": "nothing"},
    "my_step": {"went": "not", "reads": "share"},
    "my_foretell": {"foretold": "10"},
    "my_set_aside": {},
    "my_remove_words": {},
    "my_withdraw": {},
    "agree_step": {"what": "give up"},
    "save_words": {"text": "nothing helps"},
    "set_aside_step": {},
    "remove_words": {},
    "take_up": {},
    "agreement": {},
    "propose_agreement": {"explained": "on", "asked": "on", "welcomed": "on", "approach": "mine", "goal_1": "mine"},
    "take_back_agreement": {},
    "my_agreement": {"what": "sign"},
    "withdraw_licence": {},
    "put_back_licence": {},
    "licence": {"what": "verify", "looked": "on"},
    "my_research": {"yes": "yes"},
    "freeze_release": {"purpose": "evaluation", "first": "8104", "last": "8104", "attempt": str(uuid4())},
    "turn_release": {"turn": "hide", "why": "mine"},
}
"""Addresses that change something of Ada's (or her therapist's), with a body that would."""
ASSIGNING = ("finding", "apply_assignment", "undo_assignment")
FREEZING = ("freeze_release", "turn_release")
BY_MANAGERS = (
    *ASSIGNING,
    *FREEZING,
    "member_leaves",
    "edit_article",
    "publish_article",
    "comment",
    "licence",
    "turn",
    "work_out",
)
ALSO = {("deputy", "flag"), ("another client", "my_research"), *(("manager", name) for name in BY_MANAGERS)}


def own_names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every address of ours; allauth's own are walked by the tests of signing in."""
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from own_names(one.url_patterns, route)
        elif not route.lstrip("^").startswith("account/"):
            yield one.name or route


@pytest.fixture
def places(cast: Cast) -> dict[str, str]:
    return places_of(cast)


def places_of(cast: Cast) -> dict[str, str]:
    """Each address with Ada's own things in it."""
    off_course(cast)
    therapist = cast.therapist
    therapist.published = True
    therapist.save()
    kept = alliance.keep_intake(
        asker=of_member(therapist),
        practice=cast.practice.pk,
        file_name="a.csv",
        text="client,session,phq-9.client\nx,1,5\n",
        map_text="",
    )
    strained(cast)
    repair, laid = mended_and_laid_aside(cast)
    article, comment = commented_article(cast)
    step, saying, brought = between_sessions(cast)
    _propose(cast)
    arguments: dict[str, list[object]] = {
        "find_page": ["what"],
        **_finding(cast),
        **_waiting(cast),
        "therapist": [therapist.pk],
        "demo_enter": ["client"],
        "open_link": [_token(cast)],
        "check_in_page": [1],
        "my_session": [cast.session.pk],
        "my_sharing": [cast.session.pk],
        "my_repair": [talked_about(cast, 2).pk],
        "my_check_in": [cast.after.pk],
        "my_enter": ["a-secret-that-is-none"],
        "flag": [Flag.objects.get().pk],
        **{
            key: [cast.course.pk]
            for key in ("course", "edit_client", "plan", "book_session", "end_course", "hand_over")
        },
        **{key: [cast.course.pk] for key in ("finder", "look_aside", "look_back", "reached")},
        "turn": ["course"],
        **{key: [cast.course.pk] for key in ("agreement", "propose_agreement", "take_back_agreement", "my_agreement")},
        "agreement_version": [cast.course.pk, 1],
        **{key: [cast.session.pk] for key in ("session", "move_session", "record_attendance", "rate_session")},
        **{key: [cast.after.pk] for key in ("check_in_link", "send_link", "renew_link")},
        **{key: [cast.course.pk] for key in ("before", "talked")},
        **{key: [repair.pk] for key in ("repair", "call_mended")},
        "lay_aside": [cast.session.pk, "strain:off"],
        "take_up_again": [laid.pk],
        "article": [article.slug],
        **{key: [article.pk] for key in ("edit_article", "publish_article")},
        "comment": [comment.pk],
        **{key: [cast.course.pk] for key in ("my_between", "my_agree_step", "my_save_words", "my_bring")},
        **{key: [cast.course.pk] for key in ("between", "agree_step", "save_words")},
        **{key: [step] for key in ("my_step", "my_foretell", "my_set_aside", "set_aside_step")},
        **{key: [saying] for key in ("my_remove_words", "remove_words")},
        **{key: [brought] for key in ("my_withdraw", "take_up")},
        "intake": [kept.pk],
        "my_ending": [_ended(cast).pk],
        "member_leaves": [therapist.pk],
        **{key: [stated_licence(cast).pk] for key in ("withdraw_licence", "put_back_licence", "licence")},
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in TABLE}


def _released(cast: Cast) -> dict[str, list[object]]:
    one = released(cast, ("therapist", "researcher"))
    return {**{key: [one.pk] for key in ("release", "turn_release")}, "release_file": [one.pk, "json"]}


def _waiting(cast: Cast) -> dict[str, list[object]]:
    """Somebody on the practice's list, to whom her therapist was suggested."""
    keeps_a_list(cast)
    place = waits(cast, "Yan Waits")
    assigned = applied(cast)
    return {
        **_released(cast),
        "join_list": [cast.practice.pk],
        "list_step": [place.pk, "leave"],
        **{key: [assigned.pk] for key in ("assignment", "undo_assignment")},
    }


def _finding(cast: Cast) -> dict[str, list[object]]:
    meeting, weekly, apart = asked_for(cast)
    return {
        "open_search": ["a-secret-that-is-none"],
        "open_impression": ["a-token-that-is-none"],
        **{key: [meeting] for key in ("my_meeting", "ask_consultation", "my_calendar_file", "choose", "request")},
        "my_impression": [meeting, "first"],
        "meeting_step": [meeting, "off"],
        **{key: [cast.course.pk] for key in ("my_beginning", "look_again")},
        "remove_weekly": [weekly],
        "remove_apart": [apart],
    }


def asked_for(cast: Cast) -> tuple[UUID, UUID, UUID]:
    """Somebody asks her therapist for a call; a weekly time and a closed day of theirs; how Ada's course began."""
    if fit_queries.offer(cast.therapist.pk) is None:
        offers(cast.therapist)
    asker, today = of_member(cast.therapist), timezone.localdate()
    weekly = fit.add_weekly_time(asker=asker, member=cast.therapist, weekday=0, begins=time(9), ends=time(10))
    fit.close_days(asker=asker, member=cast.therapist, first=today, last=today)
    (meeting,) = fit.ask_for_calls(search=searching(), who=ZOE, wanted={cast.therapist.pk: None})
    confirm()
    Beginning.objects.create(course=cast.course, practice=cast.practice, met_as="call", met_on=today)
    return meeting.pk, weekly.pk, DayApart.objects.get().pk


def _ended(cast: Cast) -> Course:
    """An earlier course of Ada's, with somebody else."""
    asker = of_member(cast.deputy)
    earlier = alliance.open_course(asker=asker, client=cast.ada, therapist=cast.deputy)
    alliance.end_course(asker=asker, course=earlier)
    return earlier


def off_course(cast: Cast) -> None:
    """Ada's PHQ-9 rose from 2 to 9, and the practice has switched on the page that says so."""
    switch_on(cast)
    first = cast.course.occasions.get(number=1)
    send(first.check_ins.get(moment="before"), {"phq-9": phq9(1, 1)})
    send(cast.before, {"phq-9": phq9(1, 1, 1, 1, 1, 1, 1, 1, 1)})


def switch_on(cast: Cast) -> None:
    nora, riverside = of_member(cast.manager), cast.practice.pk
    outcome.switch_on(asker=nora, practice=riverside, what="course")
    outcome.switch_on(asker=nora, practice=riverside, what="leaving", definition="therapist judgement")


def strained(cast: Cast) -> None:
    """In the last two sessions something felt off, and Ada said so."""
    third = cast.course.occasions.get(number=3)
    send(third.check_ins.get(moment="after"), {"alliance": alliance_answers(4, session=3, held_back=4)})
    send(cast.after, {"alliance": alliance_answers(4, off=4)})


def commented_article(cast: Cast) -> tuple[Article, Comment]:
    asker, words = of_member(cast.therapist), {"title": "How a first meeting goes", "text": "We *talk*."}
    one = pages.write_article(asker=asker, article=None, comments_open=True, attempt=uuid4(), **words)
    pages.publish_article(asker=asker, article=one, published=True)
    said = {"name": "Q", "email": "q@example.org", "text": "Thank you."}
    return one, pages.say_comment(article=one, attempt=uuid4(), **said)


def stated_licence(cast: Cast) -> Credential:
    """Her therapist's, which waits to be checked."""
    until, said = timezone.localdate() + timedelta(days=400), {"title": "Psychologist", "region": "Ohio", "number": "1"}
    berg, attempt = cast.therapist, cast.course.pk
    return fit.state_credential(asker=of_member(berg), member=berg, until=until, attempt=attempt, **said)


def mended_and_laid_aside(cast: Cast) -> tuple[Repair, Dismissal]:
    asker, third = of_member(cast.therapist), cast.course.occasions.get(number=3)
    repair = alliance.open_repair(asker=asker, course=cast.course, since=third)
    laid = alliance.lay_aside(asker=asker, course=cast.course, since=third, what="strain:held_back", why="talked")
    return repair, laid


def between_sessions(cast: Cast) -> tuple[UUID, UUID, UUID]:
    """A step of Ada's, words at hand, and something she brings: the ids."""
    ada, berg = of_client(cast.ada), of_member(cast.therapist)
    step = alliance.agree_step(asker=berg, course=cast.course, what="Ask one question", attempt=uuid4())
    saying = alliance.save_saying(asker=berg, course=cast.course, text="It passes.")
    brought = alliance.bring(asker=ada, course=cast.course, kind="step", about=step.pk)
    return step.pk, saying.pk, brought.pk


def _propose(cast: Cast) -> None:
    alliance.propose_agreement(
        asker=of_member(cast.therapist),
        course=cast.course,
        approach="One worry a week.",
        goals=[alliance.Wanted("to sleep")],
        explained=True,
        asked=True,
        welcomed=True,
        attempt=uuid4(),
    )


def talked_about(cast: Cast, number: int = 4) -> Repair:
    """Something that felt off in one of Ada's sessions, and that the two talked about."""
    asker, since = of_member(cast.therapist), cast.course.occasions.get(number=number)
    repair = alliance.open_repair(asker=asker, course=cast.course, since=since)
    noted = {"about": ["bond"], "showed": "withdrew", "tried": ["asked"], "note": "Only for me."}
    alliance.note_talk(asker=asker, repair=repair, talked_on=timezone.localdate(), attempt=uuid4(), **noted)
    return repair


def _token(cast: Cast) -> str:
    from django.conf import settings

    return settings.KEYS.token(cast.after.pk, cast.after.generation)


def test_every_address_is_in_the_table() -> None:
    assert sorted(set(own_names(get_resolver().url_patterns))) == sorted(TABLE)


def test_everyone_finds_what_is_theirs_and_nothing_else(cast: Cast, places: dict[str, str]) -> None:
    wrong = []
    for person, visitor in cast.everyone.items():
        for name, place in places.items():
            got, wanted = visitor.get(place).status_code, TABLE[name][ORDER.index(person)]
            visitor.cookies.pop("accord-link", None)  # whoever opens a link may write by it; that is tested elsewhere
            if got != wanted:
                wrong.append(f"{person} at {name}: {got}, wanted {wanted}")
    assert not wrong, "\n".join(wrong)


def test_nobody_else_changes_what_is_adas(cast: Cast, places: dict[str, str]) -> None:
    """Each of the cast posts to each address of hers: only her therapist (and she, to her own) gets through."""
    everyone, allowed = cast.everyone, {"her therapist", "client"}
    before = _picture(cast)
    proposed = str(Agreement.objects.get().pk)
    for person, visitor in everyone.items():
        for name, body in POSTS.items():
            if person in allowed or (person, name) in ALSO:
                continue
            assert visitor.post(places[name], {**body, "agreement": proposed}).status_code in (302, 404), (
                f"{person} at {name}"
            )
    assert _picture(cast) == before


def _picture(cast: Cast) -> list[object]:
    """All that is stored, but for the audit, which notes readings too."""
    tables = [one for one in apps.get_models() if one.__module__.startswith("accord.") and one is not Act]
    rows: list[object] = [sorted(table.objects.values_list(), key=str) for table in tables]
    cast.ada.refresh_from_db()
    return [*rows, cast.ada.email]


def test_missing_and_forbidden_look_the_same(cast: Cast, places: dict[str, str]) -> None:
    visitor = cast.visitor(cast.other_therapist)
    forbidden = visitor.get(places["course"])
    missing = visitor.get(reverse("course", args=["00000000-0000-4000-8000-000000000000"]))
    assert (forbidden.status_code, _text(forbidden)) == (missing.status_code, _text(missing))


def _text(response: HttpResponse) -> str:
    """The page without the form token, which is masked anew each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_a_get_changes_nothing(cast: Cast, places: dict[str, str]) -> None:
    everyone = cast.everyone
    before = _picture(cast)
    for visitor in everyone.values():
        for place in places.values():
            visitor.get(place)
    assert _picture(cast) == before
