"""The cast: everyone who could stand before a door, made by the same actions as in life."""

from dataclasses import dataclass
from datetime import timedelta

from django.test import Client as Visitor
from django.utils import timezone

from accord.web.alliance import actions as alliance
from accord.web.alliance.models import CheckIn, Course, Occasion
from accord.web.people import actions as people
from accord.web.people.asker import ADDRESS_KEY, CLIENT_KEY, COMMAND, of_client, of_member
from accord.web.people.models import Client, Member, Practice
from accord.web.safety import actions as safety

LINES = [{"number": "988", "name": "988 Suicide & Crisis Lifeline", "how": "Call or text, day and night, free"}]


@dataclass
class Cast:
    """Ada is Dr. Berg's client; her fourth session was an hour ago and its check-in waits."""

    practice: Practice
    elsewhere: Practice
    therapist: Member
    other_therapist: Member
    deputy: Member
    manager: Member
    researcher: Member
    operator: Member
    foreign_therapist: Member
    ada: Client
    bo: Client
    course: Course
    other_course: Course
    session: Occasion
    before: CheckIn
    after: CheckIn

    @property
    def everyone(self) -> dict[str, Visitor]:
        """A browser for each of the ten."""
        return {
            "stranger": Visitor(),
            "client": self.visitor(self.ada),
            "another client": self.visitor(self.bo),
            "her therapist": self.visitor(self.therapist),
            "another therapist": self.visitor(self.other_therapist),
            "deputy": self.visitor(self.deputy),
            "manager": self.visitor(self.manager),
            "researcher": self.visitor(self.researcher),
            "operator": self.visitor(self.operator),
            "foreign therapist": self.visitor(self.foreign_therapist),
        }

    def visitor(self, person: Member | Client, **options: object) -> Visitor:
        """A browser in which this person is signed in."""
        visitor = Visitor(**options)  # type: ignore[arg-type]
        if isinstance(person, Member):
            visitor.force_login(person.account)
        else:
            session = visitor.session
            session[CLIENT_KEY], session[ADDRESS_KEY] = str(person.pk), person.email_index
            session.save()
        return visitor


def make_cast() -> Cast:
    practice, elsewhere = (people.open_practice(asker=COMMAND, name=name) for name in ("Riverside", "Hillside"))
    staff = {
        role: _member(practice, name, role)
        for role, name in {
            "therapist": "Dr. Berg",
            "deputy": "Dr. Osei",
            "manager": "Nora Quist",
            "researcher": "Ivo Lind",
            "operator": "Uma Prior",
        }.items()
    }
    other, foreign = _member(practice, "Jonah Birk", "therapist"), _member(elsewhere, "Dr. Far", "therapist")
    settle_safety(practice, staff["therapist"])
    ada, course = _client(practice, staff["therapist"], "Ada Lovell", "ada@example.org")
    bo, other_course = _client(practice, other, "Bo Winter", "bo@example.org")
    _client(elsewhere, foreign, "Cy Distant", "cy@example.org")
    sessions = [_session(course, weeks) for weeks in (3, 2, 1, 0)]
    return Cast(
        practice=practice,
        elsewhere=elsewhere,
        therapist=staff["therapist"],
        other_therapist=other,
        deputy=staff["deputy"],
        manager=staff["manager"],
        researcher=staff["researcher"],
        operator=staff["operator"],
        foreign_therapist=foreign,
        ada=ada,
        bo=bo,
        course=course,
        other_course=other_course,
        session=sessions[-1],
        before=sessions[-1].check_ins.get(moment="before"),
        after=sessions[-1].check_ins.get(moment="after"),
    )


def _member(practice: Practice, name: str, role: str) -> Member:
    member = people.add_member(asker=COMMAND, practice=practice.pk, name=name, roles=frozenset({role}))
    people.give_account(asker=COMMAND, member=member, email=f"{name.split()[-1].lower()}@example.org")
    return member


def settle_safety(practice: Practice, responsible: Member) -> None:
    safety.settle_plan(
        asker=COMMAND,
        practice=practice.pk,
        responsible=responsible,
        deputy_name="Dr. Osei",
        deputy_email="osei@example.org",
        lines=LINES,
        read_by="by the end of the next working day",
        hours=24,
        complaints="Dr. Osei, 555-0101",
    )


def _client(practice: Practice, therapist: Member, name: str, email: str) -> tuple[Client, Course]:
    asker = of_member(therapist)
    client = people.add_client(asker=asker, practice=practice.pk, name=name, email=email)
    return client, alliance.open_course(asker=asker, client=client, therapist=therapist)


def _session(course: Course, weeks_ago: int) -> Occasion:
    asker = of_member(course.therapist)
    if weeks_ago == 3:
        wanted = {"phq-9": ("before", 1), "alliance": ("after", 1)}
        alliance.plan_measures(asker=asker, course=course, wanted=wanted)
    starts_at = timezone.now() - timedelta(weeks=weeks_ago, hours=1)
    occasion = alliance.book_session(asker=asker, course=course, starts_at=starts_at)
    alliance.record_attendance(asker=asker, occasion=occasion, attended="yes")
    return occasion


def phq9(*answers: int | None) -> dict[str, int | None]:
    """Nine answers; those left out are 0."""
    filled = [*answers, *[0] * (9 - len(answers))]
    return {str(number): answer for number, answer in enumerate(filled, 1)}


def alliance_answers(level: int = 4, *, session: int = 4, **others: int | None) -> dict[str, int | None]:
    """The items of this session, all at one level, strain at 0, but for those named."""
    from accord import measures

    items = measures.load("alliance").asked(session)
    return {item.key: others.get(item.key, 0 if item.group == "strain" else level) for item in items}


def send(check_in: CheckIn, given: dict[str, dict[str, int | None]]) -> None:
    """Answer and send a check-in, as the link's pages do."""
    alliance.save_draft(check_in=check_in, given=given)
    alliance.send_check_in(check_in=check_in)


def as_client(client: Client):  # type: ignore[no-untyped-def]
    return of_client(client)
