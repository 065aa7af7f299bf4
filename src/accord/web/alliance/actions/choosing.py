"""A seeker chooses somebody they met, and a course begins. What they looked for travels along only as they say."""

from datetime import datetime, timedelta

from django.db import transaction

from accord.errors import RefusedError
from accord.web.alliance import queries
from accord.web.alliance.actions.sessions import open_course
from accord.web.alliance.models import Beginning, Course
from accord.web.audit.actions import record
from accord.web.fit import actions as fit
from accord.web.fit import queries as fit_queries
from accord.web.fit.models import Meeting, Search, Seeker
from accord.web.notices import actions as notices
from accord.web.people import actions as people
from accord.web.people import queries as people_queries
from accord.web.people.asker import Asker, of_client
from accord.web.people.models import Client

FIRST_LINK_LIFE = timedelta(days=1)


@transaction.atomic
def begin_course(*, search: Search, meeting: Meeting, share_impression: bool, share_needs: bool) -> Course:
    """One transaction: the choice, the client, the course and its beginning; and the link to their own page."""
    person = fit_queries.seeker(search)
    if person is None:
        raise RefusedError("nobody was asked in this search")
    chosen = fit.choose(search=search, meeting=meeting)
    client = _client(person, chosen)
    asker = of_client(client)
    course = queries.open_course_with(client, chosen.member) or open_course(
        asker=asker, client=client, therapist=chosen.member
    )
    _begin(course, search, chosen, share_impression, share_needs)
    record(asker, "begin course by choice", course.pk)
    if path := people.make_code(client=client, life=FIRST_LINK_LIFE):
        notices.write(practice=client.practice_id, kind="own-page", address=client.email, path=path)
    return course


def _client(person: Seeker, chosen: Meeting) -> Client:
    """Who is in therapy at this practice already keeps their record; everybody else gets one, with the address that
    they confirmed themselves."""
    if person.client and person.client.practice_id == chosen.practice_id:
        return person.client
    if known := people_queries.confirmed_client(chosen.practice_id, person.name, person.email):
        return known
    return people.add_client_by_themself(practice=chosen.practice_id, name=person.name, email=person.email)


def _begin(course: Course, search: Search, chosen: Meeting, share_impression: bool, share_needs: bool) -> None:
    assert chosen.starts_at
    given = [one for one in fit_queries.impressions(search) if one.meeting_id == chosen.pk and one.answers]
    Beginning.objects.update_or_create(
        course=course,
        defaults={
            "practice_id": course.practice_id,
            "met_as": chosen.kind,
            "met_on": _day(chosen.starts_at, chosen),
            "impression": {one.day: one.answers for one in given},
            "impression_shared": share_impression,
            "needs": search.needs,
            "needs_shared": share_needs,
        },
    )


def _day(at: datetime, chosen: Meeting):  # type: ignore[no-untyped-def]
    return at.astimezone(chosen.practice.zone).date()


@transaction.atomic
def share_beginning(*, asker: Asker, course: Course, impression: bool, needs: bool) -> None:
    """The client's own word on what the therapist reads of the beginning; it can be changed at any time."""
    if asker.who != course.client_id:
        raise RefusedError("what is shared of a beginning is for the client alone to say")
    one = Beginning.objects.select_for_update().get(course=course)
    one.impression_shared, one.needs_shared = impression, bool(needs and one.needs)
    one.save()
    record(asker, "share beginning", course.pk)


@transaction.atomic
def look_again(*, course: Course) -> Search:
    """A new search with what they looked for last time. Nothing of it is written where their therapist could see it."""
    one = Beginning.objects.filter(course=course).first()
    return fit.begin_search(needs=one.needs or "" if one else "")
