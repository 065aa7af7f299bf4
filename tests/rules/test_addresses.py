"""Who may come in where: every address x everyone of the cast, in one table.

200 comes in · 302 is shown the way to sign in (or, for a client's page, sent on) · 404 finds nothing · 405 not by GET.
An address that is missing here fails the test, so nobody adds one without saying who may see it.
"""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.people.asker import of_member
from accord.web.safety.models import Flag
from tests.cast import Cast, phq9, send

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
CLIENTS = (302, 200, 200, 404, 404, 404, 404, 404, 404, 404)
ONLY_ADA = (302, 200, 404, 404, 404, 404, 404, 404, 404, 404)
ONLY_ADA_POSTS = (302, 405, 405, 404, 404, 404, 404, 404, 404, 404)
THERAPISTS = (302, 404, 404, 200, 200, 404, 404, 404, 404, 200)
DESK = (302, 404, 404, 200, 200, 200, 404, 404, 404, 200)
HERS = (302, 404, 404, 200, 404, 404, 404, 404, 404, 404)
THERAPISTS_POST = (302, 404, 404, 405, 405, 404, 404, 404, 404, 405)
FLAG = (302, 404, 404, 200, 404, 200, 404, 404, 404, 404)
MANAGERS = (302, 404, 404, 404, 404, 404, 200, 404, 404, 404)
RESEARCHERS = (302, 404, 404, 404, 404, 404, 404, 200, 404, 404)
OPERATORS = (302, 404, 404, 404, 404, 404, 404, 404, 200, 404)
STAFF = (302, 404, 404, 200, 200, 200, 200, 200, 200, 200)

TABLE: dict[str, tuple[int, ...]] = {
    "front": EVERYONE,
    "why": EVERYONE,
    "help": EVERYONE,
    "measures": EVERYONE,
    "model": EVERYONE,
    "therapists": EVERYONE,
    "therapist": EVERYONE,
    "healthz": (503,) * 10,  # no worker runs in this test, and it says so
    "demo": DEMO_ONLY,
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
    "my_address": CLIENTS,
    "wrong": CLIENTS,
    "my_sign_in": EVERYONE,
    "my_enter": EVERYONE,
    "my_leave": NO_GET,
    "desk": DESK,
    "flag": FLAG,
    "new_client": THERAPISTS,
    "course": HERS,
    "edit_client": HERS,
    "plan": HERS,
    "book_session": THERAPISTS_POST,
    "end_course": THERAPISTS_POST,
    "session": HERS,
    "move_session": THERAPISTS_POST,
    "record_attendance": THERAPISTS_POST,
    "rate_session": HERS,
    "check_in_link": HERS,
    "send_link": THERAPISTS_POST,
    "renew_link": THERAPISTS_POST,
    "intakes": THERAPISTS,
    "intake": HERS,
    "practice": MANAGERS,
    "members": MANAGERS,
    "safety_plan": MANAGERS,
    "research": RESEARCHERS,
    "machinery": OPERATORS,
    "you": STAFF,
}

POSTS = {
    "book_session": {"day": "2030-01-07", "time": "10:00"},
    "end_course": {},
    "move_session": {"day": "2030-01-07", "time": "10:00"},
    "record_attendance": {"attended": "no"},
    "send_link": {},
    "renew_link": {},
    "rate_session": {},
    "plan": {"phq-9": "1"},
    "edit_client": {"email": "thief@example.org"},
    "flag": {"note": "nothing"},
    "intake": {"bring_in": "1"},
    "my_sharing": {"seen": "phq-9.1", "kept": "phq-9.1"},
    "my_repair": {"mended": "yes"},
    "my_check_in": {},
}
"""Addresses that change something of Ada's, with a body that would."""


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
    send(cast.before, {"phq-9": phq9(1, 1, 1, 1, 1, 1, 1, 1, 1)})
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
    arguments = {
        "therapist": [therapist.pk],
        "demo_enter": ["client"],
        "open_link": [_token(cast)],
        "check_in_page": [1],
        "my_session": [cast.session.pk],
        "my_sharing": [cast.session.pk],
        "my_repair": [talked_about(cast).pk],
        "my_check_in": [cast.after.pk],
        "my_enter": ["a-secret-that-is-none"],
        "flag": [Flag.objects.get().pk],
        **{key: [cast.course.pk] for key in ("course", "edit_client", "plan", "book_session", "end_course")},
        **{key: [cast.session.pk] for key in ("session", "move_session", "record_attendance", "rate_session")},
        **{key: [cast.after.pk] for key in ("check_in_link", "send_link", "renew_link")},
        "intake": [kept.pk],
    }
    return {name: reverse(name, args=arguments.get(name, [])) for name in TABLE}


def talked_about(cast: Cast):  # type: ignore[no-untyped-def]
    """Something that felt off in Ada's last session, and that the two talked about."""
    asker = of_member(cast.therapist)
    repair = alliance.open_repair(asker=asker, course=cast.course, since=cast.session)
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
    before = _picture(cast)
    allowed = {"her therapist", "client"}
    for person, visitor in cast.everyone.items():
        for name, body in POSTS.items():
            if person in allowed or (person == "deputy" and name == "flag"):
                continue
            assert visitor.post(places[name], body).status_code in (302, 404), f"{person} at {name}"
    assert _picture(cast) == before


def _picture(cast: Cast) -> list[object]:
    from accord.web.alliance.models import AnswerSet, CheckIn, Course, Declared, Occasion, PlannedMeasure, Words
    from accord.web.notices.models import Notice

    tables = (AnswerSet, CheckIn, Course, Declared, Occasion, PlannedMeasure, Words, Notice)
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
    before = _picture(cast)
    for visitor in cast.everyone.values():
        for place in places.values():
            visitor.get(place)
    assert _picture(cast) == before
