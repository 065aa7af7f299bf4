"""The desks: today first, what is new and what is missing; a manager's totals without anybody in them."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.home import demo, gather
from accord.web.people import actions as people
from accord.web.people.asker import of_member
from tests.cast import Cast, alliance_answers, send


def test_today_comes_first_one_line_each(cast: Cast) -> None:
    noon = timezone.now().replace(hour=12, minute=0)  # an hour ago may be yesterday
    alliance.move_session(asker=of_member(cast.therapist), occasion=cast.session, starts_at=noon)
    page = cast.visitor(cast.therapist).get("/desk/").content.decode()
    today = page[page.index("Today") : page.index("Your clients")]
    assert "Ada Lovell" in today
    assert "session 4" in today


def test_a_line_says_what_is_new_and_what_is_missing(cast: Cast) -> None:
    asker, now = of_member(cast.therapist), timezone.now()
    assert gather.caseload(asker, now)[0].lacks == "form before the session, check-in, your side"
    send(cast.after, {"alliance": alliance_answers(3, off=4)})
    line = gather.caseload(asker, now)[0]
    assert (line.new, line.lacks) == ("Alliance check-in", "form before the session, your side")
    assert (line.alliance, line.strain) == (3, 2)


def test_the_number_of_queries_does_not_grow_with_the_caseload(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    counts = []
    for more in (0, 20):
        for number in range(more):
            client = people.add_client(asker=asker, practice=cast.practice.pk, name=f"Client {number}")
            course = alliance.open_course(asker=asker, client=client, therapist=cast.therapist)
            alliance.book_session(asker=asker, course=course, starts_at=timezone.now() - timedelta(days=2))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gather.caseload(asker, timezone.now())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_manager_sees_no_name_and_nothing_about_fewer_than_ten(cast: Cast) -> None:
    page = cast.visitor(cast.manager).get("/practice/").content.decode()
    assert "fewer than 10" in page
    assert "too few to say" in page
    for name in ("Lovell", "Winter", "Berg", "Birk"):
        assert name not in page


def test_a_share_comes_with_its_interval() -> None:
    # Wilson (1927), 80 of 100: 71.1 % to 86.7 %, as R's prop.test(80, 100, correct = FALSE) prints.
    assert gather._share(80, 100) == "80% (probably 71% to 87%)"
    assert gather._share(95, 100) == "too few to say"


def test_the_demonstration_has_what_its_doors_promise(db: None, settings) -> None:  # type: ignore[no-untyped-def]
    from django.test import Client as Visitor

    settings.DEMO = True
    demo.build(seed=2)
    for door, leads_to in {name: door.leads_to for name, door in demo.DOORS.items()}.items():
        page = Visitor().post(f"/demo/{door}/", follow=True)
        assert page.status_code == 200, leads_to
        assert "Invented people" in page.content.decode()
    desk = gather.caseload(of_member(demo.account_for_door("therapist").member), timezone.now())
    assert len(desk) == 15
    assert any(line.lacks for line in desk)
    manager = Visitor()
    manager.post("/demo/manager/")
    assert "got reliably better" in manager.get("/practice/").content.decode()
