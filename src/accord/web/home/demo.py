"""The invented practices of the demonstration, and who stands behind each door.

A small seeded generator: enough to look at, with no claim to be like real courses. It enters by the same actions as
everything else.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accord import measures
from accord.web.alliance import actions as alliance
from accord.web.alliance import queries as alliance_queries
from accord.web.alliance.models import Occasion
from accord.web.people import actions as people
from accord.web.people import queries
from accord.web.people.asker import COMMAND, Asker, of_client, of_member
from accord.web.people.models import Account, Client, Member, Practice
from accord.web.safety import actions as safety

Progress = Callable[[int, int], None]

FIRST = [
    "Ada",
    "Ben",
    "Cara",
    "Dov",
    "Elif",
    "Finn",
    "Gita",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaya",
    "Leo",
    "Mina",
    "Nils",
    "Olga",
    "Pavel",
    "Quinn",
    "Rosa",
    "Sami",
    "Tara",
    "Umut",
    "Vera",
    "Wim",
    "Xenia",
    "Yara",
    "Zoe",
]
LAST = [
    "Abel",
    "Brook",
    "Cole",
    "Dale",
    "Ellis",
    "Frost",
    "Grove",
    "Hale",
    "Irwin",
    "Jarvis",
    "Kent",
    "Lane",
    "Marsh",
    "North",
    "Orchard",
    "Penn",
    "Quill",
    "Reed",
    "Stone",
    "Thorn",
]
THERAPISTS = ("Dr. Miriam Vale", "Jonah Birk", "Dr. Leila Farsi", "Tom Ashdown")
ABOUT = (
    "I am trained in cognitive and behavioural therapy and work with worry, low mood and sleep. "
    "In our first meeting we look at what you want to be different, and you decide whether I am the right person.",
    "I work slowly and warmly, with people who lost someone or something. We agree each time what we want to look at.",
    "Trained in trauma-focused therapy. You set the pace; I explain what we do and why before we do it.",
    "I see couples and single people, in person and by video. I like plain words and honest feedback.",
)


@dataclass(frozen=True)
class Door:
    """One way in: whom you become, and what you see."""

    title: str
    shows: str
    leads_to: str


DOORS = {
    "seeker": Door("Looking for someone", "Who works here, and what to ask on a first call", "therapists"),
    "client": Door("Client", "A check-in that waits, and your own page", "my"),
    "therapist": Door("Therapist in a group", "A desk with fifteen clients", "desk"),
    "manager": Door("Manager of the group", "Totals, people, the safety plan", "practice"),
    "solo": Door("Solo therapist", "One person who is therapist, manager and operator", "desk"),
    "researcher": Door("Researcher", "Releases, the codebook, your own files", "research"),
}


def account_for_door(door: str) -> Account:
    return queries.account(f"{door}@demo.invalid")


def client_for_door() -> Client:
    """Somebody of the first therapist with a check-in that waits since their last session."""
    asker, now = of_member(account_for_door("therapist").member), timezone.now()
    courses = alliance_queries.caseload(asker)
    waiting = [one for one in courses if alliance_queries.waiting_check_ins(of_client(one.client), now)]
    return (waiting or courses)[0].client


def is_there() -> bool:
    return any(practice.invented for practice in queries.practices())


def build(seed: int = 1, progress: Progress = lambda done, of: None) -> None:
    """A group of a manager, four therapists and sixty clients in mid-course, and a solo practice of eight."""
    rng, today = random.Random(seed), timezone.now().date()
    with transaction.atomic():
        group = _practice("Riverside Practice (invented)")
        members = _group_members(group)
        solo = _practice("Practice of Ruth Amsel (invented)")
        alone = _member(solo, "Ruth Amsel", {"therapist", "manager", "operator"}, "solo", about=ABOUT[1])
        _settle_safety(group, members[0])
        _settle_safety(solo, alone)
    names = _names(rng)
    jobs = [(group, members[place % 4]) for place in range(60)] + [(solo, alone)] * 8
    for done, (practice, therapist) in enumerate(jobs, 1):
        with transaction.atomic():
            _course(rng, practice, therapist, next(names), today, place=done)
        progress(done, len(jobs))


def _names(rng: random.Random) -> Any:
    every = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(every)
    return iter(every)


def _practice(name: str) -> Practice:
    return people.open_practice(
        asker=COMMAND,
        name=name,
        time_zone="America/New_York",
        contact="Call 555-0100 (an invented number)",
        invented=True,
    )


def _group_members(group: Practice) -> list[Member]:
    _member(group, "Nora Quist", {"manager", "operator"}, "manager")
    _member(group, "Ivo Lindqvist", {"researcher"}, "researcher")
    _member(group, "Dr. Hanna Osei", {"deputy"}, "deputy")
    doors = ("therapist", "therapist2", "therapist3", "therapist4")
    rows = zip(THERAPISTS, doors, ABOUT, strict=True)
    return [_member(group, name, {"therapist"}, door, about=about) for name, door, about in rows]


def _member(practice: Practice, name: str, roles: set[str], door: str, about: str = "") -> Member:
    member = people.add_member(asker=COMMAND, practice=practice.pk, name=name, roles=frozenset(roles))
    people.give_account(asker=COMMAND, member=member, email=f"{door}@demo.invalid")
    if about:
        people.publish_profile(asker=of_member(member), member=member, about=about, published=True, has_room=True)
    return member


def _settle_safety(practice: Practice, responsible: Member) -> None:
    safety.settle_plan(
        asker=COMMAND,
        practice=practice.pk,
        responsible=responsible,
        deputy_name="Dr. Hanna Osei",
        deputy_email="deputy@demo.invalid",
        lines=[
            {"number": "988", "name": "988 Suicide & Crisis Lifeline", "how": "Call or text, day and night, free"},
            {"number": "911", "name": "Emergency", "how": "If you are in danger right now"},
        ],
        read_by="by the end of the next working day",
        hours=24,
        complaints="Dr. Hanna Osei, outside the practice’s rooms, 555-0101 (an invented number)",
    )


def _course(rng: random.Random, practice: Practice, therapist: Member, name: str, today: date, *, place: int) -> None:
    """One person in mid-course: weekly sessions up to now, and today's or the next one booked."""
    asker = of_member(therapist)
    email = f"{name.split()[0].lower()}.{place}@demo.invalid"
    client = people.add_client(asker=asker, practice=practice.pk, name=name, email=email)
    course = alliance.open_course(asker=asker, client=client, therapist=therapist)
    alliance.plan_measures(asker=asker, course=course, wanted={"phq-9": ("before", 1), "alliance": ("after", 1)})
    held = rng.randint(3, 14)
    person = _Person(rng)
    first = today + timedelta(days=place % 7) - timedelta(weeks=held)
    for number in range(held + 1):
        day = first + timedelta(weeks=number)
        starts_at = datetime.combine(day, time(9 + place % 8), ZoneInfo(practice.time_zone))
        occasion = alliance.book_session(asker=asker, course=course, starts_at=starts_at)
        if starts_at < timezone.now():
            _hold(rng, asker, occasion, person, last=number == held - 1)


class _Person:
    """Where one invented person stands, drifting from session to session."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.symptoms = rng.uniform(8, 20)
        self.alliance = rng.uniform(3.2, 4.7)
        self.gain = rng.gauss(0.5, 0.5)
        self.dip_at = rng.choice([None, None, None, rng.randint(4, 9)])

    def session(self, number: int | None) -> None:
        self.symptoms = min(25.0, max(1.0, self.symptoms - self.gain + self.rng.gauss(0, 1.4)))
        self.alliance = min(5.0, max(1.5, self.alliance + self.rng.gauss(0.03, 0.12)))
        self.strained = number is not None and number == self.dip_at


def _hold(rng: random.Random, asker: Asker, occasion: Occasion, person: _Person, *, last: bool) -> None:
    person.session(occasion.number)
    if rng.random() < 0.08:
        alliance.record_attendance(asker=asker, occasion=occasion, attended=rng.choice(["no", "cancelled"]))
        return
    alliance.record_attendance(asker=asker, occasion=occasion, attended="yes")
    if rng.random() < 0.93:
        _answer(occasion, "before", {"phq-9": _phq9(rng, person.symptoms)}, timedelta(hours=-2))
    if rng.random() < (0.6 if last else 0.9):
        given = _alliance(rng, person.alliance, person.strained, occasion.number or 1)
        _answer(occasion, "after", {"alliance": given}, timedelta(hours=5))
    if rng.random() < (0.5 if last else 0.85):
        side = _alliance(rng, person.alliance - 0.5, False, occasion.number or 1)
        at = _past(occasion, timedelta(hours=1))
        alliance.rate_session(asker=asker, occasion=occasion, items=side, attempt=uuid4(), at=at)


def _past(occasion: Occasion, after: timedelta) -> datetime:
    """So long after the session began, but never in the future."""
    return min((occasion.starts_at or timezone.now()) + after, timezone.now())


def _answer(occasion: Occasion, moment: str, given: dict[str, dict[str, int | float | None]], after: timedelta) -> None:
    at = _past(occasion, after)
    for check_in in occasion.check_ins.filter(moment=moment):
        alliance.save_draft(check_in=check_in, given=given, at=at)
        alliance.send_check_in(check_in=check_in, at=at)


def _phq9(rng: random.Random, symptoms: float) -> dict[str, int | float | None]:
    """Nine answers whose sum is near the person's level; the ninth stays at 0 but for very few."""
    answers = dict.fromkeys(map(str, range(1, 10)), 0)
    for _ in range(round(symptoms)):
        open_items = [key for key in answers if answers[key] < 3 and key != "9"]
        if open_items:
            answers[rng.choice(open_items)] += 1
    if symptoms > 16 and rng.random() < 0.02:
        answers["9"] = 1
    return dict(answers)


def _alliance(rng: random.Random, level: float, strained: bool, session: int) -> dict[str, int | float | None]:
    level -= 1.4 if strained else 0
    given: dict[str, int | float | None] = {}
    for item in measures.load("alliance").asked(session):
        centre = (2.6 if strained else 0.4) if item.group == "strain" else level
        given[item.key] = min(5, max(0, round(rng.gauss(centre, 0.5))))
    return given
