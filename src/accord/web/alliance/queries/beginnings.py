"""How a course began: all of it for its client, and for its therapist what the client shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from accord.web.alliance.models import Beginning, Course
from accord.web.alliance.queries.courses import course as seen_course
from accord.web.fit.listing import better, summary
from accord.web.fit.search import read
from accord.web.people.asker import Asker
from accord.web.people.models import Client, Member

Lines = list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Begun:
    """As one asker may see it: None is not there, not kept, or not shared."""

    met_as: str
    met_on: date
    impression: Mapping[str, Mapping[str, int | None]] | None
    needs: Lines | None
    impression_shared: bool
    needs_shared: bool


def beginning(asker: Asker, of: Course) -> Begun | None:
    """Not for a colleague who stands in or takes over: it was shared with the one who was chosen."""
    one = Beginning.objects.filter(course=of).first() if seen_course(asker, of.pk) else None
    own = "client" in asker
    if one is None or not (own or asker.who == of.therapist_id):
        return None
    impression = one.impression if one.impression and (own or one.impression_shared) else None
    needs = _in_words(one.needs) if one.needs and (own or one.needs_shared) else None
    if not own and impression is None and needs is None:
        return None
    return Begun(one.met_as, one.met_on, impression, needs, one.impression_shared, one.needs_shared)


def _in_words(needs: str) -> Lines:
    looking: Any = read(needs)
    return [(name, said) for name, said, _ in [*summary(looking), *better(looking)]]


def open_course_with(client: Client, therapist: Member) -> Course | None:
    """The course that these two have already."""
    return Course.objects.filter(client=client, therapist=therapist, ended_on=None).first()
