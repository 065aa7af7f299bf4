"""The desk puts at most three names first, safety before all; and what a client keeps is as if it had been skipped."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accord.tables import Reading, Row
from accord.web.alliance import actions as alliance
from accord.web.alliance import course as reading
from accord.web.alliance import queries
from accord.web.home import gather
from accord.web.outcome import actions, drawn, looks
from accord.web.people import actions as people
from accord.web.people.asker import of_client, of_member
from tests.cast import Cast, make_cast, phq9, send
from tests.rules.test_addresses import switch_on
from tests.web.outcome.rating import bring_in_past, rate


def worse_clients(cast: Cast, count: int) -> None:
    """So many more of Dr. Berg's, all worse than at first."""
    rows = [
        Row(2, f"W-{person}", None, number, None, "yes", {("phq-9", "client"): total}, {})
        for person in range(count)
        for number, total in ((1, 8.0), (2, 18.0))
    ]
    reading_of = Reading(tuple(rows), (), (), (), len(rows))
    asker = of_member(cast.therapist)
    alliance.bring_in(asker=asker, practice=cast.practice, reading=reading_of, therapist=cast.therapist)


def named(cast: Cast) -> list[gather.Named]:
    asker, now = of_member(cast.therapist), timezone.now()
    return gather.first_names(asker, gather.caseload(asker, now), now - timedelta(hours=6))


def desk(cast: Cast) -> str:
    return cast.visitor(cast.therapist).get("/desk/").content.decode()


def test_at_most_three_names_a_day_whatever_the_reason_and_the_others_carry_a_quiet_word(cast: Cast) -> None:
    switch_on(cast)
    worse_clients(cast, 6)
    assert [one.kind for one in named(cast)] == ["off course"] * 3
    page = desk(cast)
    first = page[page.index("Worth a moment today") : page.index("<h2>Today</h2>")]
    assert first.count("/before/") == 3
    assert page.count('<span class="tag">worth a look</span>') == 6


def test_whoever_was_decided_about_had_their_place_today(cast: Cast) -> None:
    switch_on(cast)
    worse_clients(cast, 5)
    asker = of_member(cast.therapist)
    for one in named(cast)[:2]:
        since = one.course.occasions.get(number=2)
        actions.decide(asker=asker, course=one.course, since=since, what="course", attempt=uuid4(), note="Seen.")
    assert len(named(cast)) == 1


def test_safety_comes_first(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 8, 9, 15)
    send(cast.before, {"phq-9": phq9(3, 3, 3, 3, 3, 0, 0, 0, 1)})
    page = desk(cast)
    assert page.index("Please look at this first") < page.index("Not on track: worth a look")
    course = cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/").content.decode()
    assert course.index("Please look at this first") < course.index("Not on track: worth a look")


def test_one_client_has_one_place_and_one_reason(cast: Cast) -> None:
    from tests.rules.test_addresses import strained

    switch_on(cast)
    rate(cast, 8, 9, 15, 18)
    strained(cast)
    assert [(one.course.pk, one.kind) for one in named(cast)] == [(cast.course.pk, "alliance")]


def test_the_number_of_queries_does_not_grow_with_the_caseload(cast: Cast) -> None:
    bring_in_past(cast, 305)
    switch_on(cast)
    actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
    asker, counts = of_member(cast.therapist), []
    for more in (1, 12):
        worse_clients(cast, more)
        for number in range(more):
            client = people.add_client(asker=asker, practice=cast.practice.pk, name=f"Client {number}")
            alliance.open_course(asker=asker, client=client, therapist=cast.therapist)
        with CaptureQueriesContext(connection) as asked:
            gather.caseload(asker, timezone.now())
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_untouched_practice_pays_one_query_for_it(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    rows = {cast.course.pk: reading.meetings(queries.occasions(asker, [cast.course])[cast.course.pk], {})}
    with CaptureQueriesContext(connection) as asked:
        looks.insights(asker, [cast.course], rows)
    assert len(asked) == 1


def a_world(fourth: int | None, *, kept: bool) -> tuple[object, ...]:
    """All that the outcome room says of Ada where her last total was this, kept or not there at all."""
    with transaction.atomic():
        cast = make_cast()
        bring_in_past(cast, 20)
        switch_on(cast)
        rate(cast, 12, 13, 12)
        answers = phq9(*[3] * 8) if fourth else phq9(*[None] * 8, None)
        send(cast.before, {"phq-9": {**answers, "9": 0}})
        if kept:
            seen = {f"phq-9.{number}" for number in range(1, 9)}
            alliance.choose_who_reads(
                asker=of_client(cast.ada),
                occasion=cast.session,
                seen={"phq-9": 1},
                kept={"phq-9": sorted(key.partition(".")[2] for key in seen)},
            )
        long_ago = timezone.localdate() - timedelta(days=100)  # figures are of quarters that are over
        alliance.end_course(asker=of_member(cast.other_therapist), course=cast.other_course, on=long_ago)
        told = _told(cast)
        alliance.end_course(asker=of_member(cast.therapist), course=cast.course, on=long_ago)
        made = actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
        figures = [(one.what, one.method, one.numbers, one.judged, one.n_used, one.why) for one in made]
        transaction.set_rollback(True)
    return (*told, figures)


def _told(cast: Cast) -> list[object]:
    asker = of_member(cast.therapist)
    held = queries.occasions(asker, [cast.course])[cast.course.pk]
    rows = reading.meetings(held, queries.answers(asker, "care", [one.pk for one in held]))
    insight = looks.insights(asker, [cast.course], {cast.course.pk: rows})[cast.course.pk]
    found = drawn.outcomes(rows, insight)[0]
    seen = insight.seen["phq-9"]
    changed = found.changed
    return [seen.told, seen.state, insight.look, insight.reach, changed.change, changed.gains, changed.points]


def test_what_is_kept_equals_what_was_skipped_in_band_change_class_and_figures(db: None) -> None:
    assert a_world(24, kept=True) == a_world(None, kept=False)


def test_the_comparison_would_have_found_it(db: None) -> None:
    assert a_world(24, kept=False) != a_world(None, kept=False)
