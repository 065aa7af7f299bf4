"""The invented practices of the demonstration, and who stands behind each door.

Their courses come from the mechanism room's simulation and enter by the same doors as real ones: the past as a table
that is brought in, the last session by its check-ins.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accord.tables import Row
from accord.web import wording
from accord.web.alliance import actions as alliance
from accord.web.alliance import queries as alliance_queries
from accord.web.alliance.models import Occasion
from accord.web.alliance.queries import Closing
from accord.web.home import demo_agreements, demo_offers, demo_past, demo_release, demo_together, demo_waiting, invented
from accord.web.people import actions as people
from accord.web.people import queries
from accord.web.people.asker import COMMAND, Asker, of_client, of_member
from accord.web.people.models import Account, Client, Member, Practice
from accord.web.safety import actions as safety
from accord.web.safety import queries as safety_queries

Progress = Callable[[int, int], None]

NEWEST = 13
"""The place on a caseload of somebody who has only just begun."""
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
    "I work alone, in a quiet room with a garden. Grief, illness, and what comes after; we take the time it takes.",
)


@dataclass(frozen=True)
class Door:
    """One way in: whom you become, and what you see."""

    title: str
    shows: str
    leads_to: str


DOORS = {
    "seeker": Door("Looking for someone", "Four questions, and who fits", "find"),
    "client": Door("Client", "A check-in that waits, and your own page", "my"),
    "therapist": Door("Therapist in a group", "A desk with fifteen clients", "desk"),
    "manager": Door("Manager of the group", "Totals, people, the safety plan", "practice"),
    "solo": Door("Solo therapist", "One person who is therapist, manager and operator", "desk"),
    "researcher": Door("Researcher", "A frozen release, the codebook, work with files of your own", "research"),
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
        alone = _member(solo, "Ruth Amsel", {"therapist", "manager", "operator"}, "solo", about=ABOUT[4])
        _settle_safety(group, members[0])
        _settle_safety(solo, alone)
        manager = account_for_door("manager").member
        demo_offers.offer(manager, members, alone, today)
        demo_offers.keep_free([*members, alone])
        demo_offers.ask(members[0])
        demo_waiting.wait(manager, timezone.now())
    caseloads = [(member, 15) for member in members] + [(alone, 8)]
    names, every, done = _names(rng), sum(count for _, count in caseloads), 0
    courses_of = invented.caseloads(seed, len(caseloads))
    # The first door shows the most: there a few courses have something open between the two.
    courses_of = [*courses_of[2:], *courses_of[:2]]
    for (therapist, count), courses in zip(caseloads, courses_of, strict=True):
        for place, course in enumerate(courses[:count]):
            _bring_in(rng, therapist, next(names), course, today, place)
            done += 1
            progress(done, every)
    manager = account_for_door("manager").member
    demo_past.bring_in(manager, seed, today)
    demo_past.switch_on(manager)
    demo_past.decide(members[0])
    for member in [*members, alone]:
        demo_together.mend(of_member(member))
    _look_at_older_flags([*members, alone])
    demo_release.freeze(manager)


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
    rows = zip(THERAPISTS, doors, ABOUT, strict=False)
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


def _bring_in(
    rng: random.Random, therapist: Member, name: str, course: invented.Course, today: date, place: int
) -> None:
    """One person in mid-course: the past as a table, the last session live, and today's or the next one booked."""
    asker, practice = of_member(therapist), therapist.practice
    held = min(rng.randint(4, 14), len(course)) if place != NEWEST else 2
    start = datetime.combine(today + timedelta(days=place % 7), time(9 + place % 8), practice.zone)
    days = [start - timedelta(weeks=held - number) for number in range(held)]
    with transaction.atomic():
        rows = [course.row(name, number, days[number].date(), rng) for number in range(held - 1)]
        if place == NEWEST:  # nothing rated before the last session but the alliance: too little to say of a change
            rows = [
                replace(row, items={side: row.items[side] for side in row.items if side[0] != "phq-9"}) for row in rows
            ]
        alliance.bring_in(asker=asker, practice=practice, reading=invented.table(rows), therapist=therapist)
        opened = next(one for one in alliance_queries.caseload(asker) if one.client.name == name)
        address = f"{name.split()[0].lower()}.{place}@demo.invalid"
        people.set_client_address(asker=asker, client=opened.client, email=address)
        alliance.plan_measures(asker=asker, course=opened, wanted={"phq-9": ("before", 1), "alliance": ("after", 1)})
        demo_agreements.agree(asker, opened, days, place)
        demo_together.between(asker, opened, days, place)
        last = alliance.book_session(asker=asker, course=opened, starts_at=days[-1])
        _hold(rng, asker, last, course.row(name, held - 1, days[-1].date(), rng), place)
        alliance.book_session(asker=asker, course=opened, starts_at=start)


def _hold(rng: random.Random, asker: Asker, occasion: Occasion, row: Row, place: int) -> None:
    """The last session as it was answered: here and there one side is still missing."""
    alliance.record_attendance(asker=asker, occasion=occasion, attended=row.attended or "yes")
    asked = [item.key for item in wording.measure("alliance").asked(occasion.number or 1)]
    symptoms, warmth, own = (row.items.get(side) for side in invented.SIDES)
    if symptoms:
        _answer(occasion, "before", {"phq-9": symptoms}, timedelta(hours=-2))
    if warmth and rng.random() < 0.7:
        said = Closing(words=demo_together.WORDS[place // 3 % 3]) if place % 3 == 0 else None
        _answer(occasion, "after", {"alliance": {key: warmth.get(key, 3) for key in asked}}, timedelta(hours=5), said)
    if own and rng.random() < 0.65:
        items, at = {key: own.get(key, 3) for key in asked}, _past(occasion, timedelta(hours=1))
        alliance.rate_session(asker=asker, occasion=occasion, items=items, attempt=uuid4(), at=at)


def _past(occasion: Occasion, after: timedelta) -> datetime:
    """So long after the session began, but never in the future."""
    return min((occasion.starts_at or timezone.now()) + after, timezone.now())


def _answer(
    occasion: Occasion,
    moment: str,
    given: Mapping[str, Mapping[str, int | float | None]],
    after: timedelta,
    said: Closing | None = None,
) -> None:
    at = _past(occasion, after)
    for check_in in occasion.check_ins.filter(moment=moment):
        alliance.save_draft(check_in=check_in, given=given, closing=said, at=at)
        alliance.send_check_in(check_in=check_in, at=at)


def _look_at_older_flags(therapists: Sequence[Member]) -> None:
    """In a practice that works, somebody looked; one flag stays open, so that it can be seen on a desk."""
    for therapist in therapists:
        asker = of_member(therapist)
        flags = safety_queries.open_flags(asker, courses=[one.pk for one in alliance_queries.caseload(asker)])
        for flag in flags[: -1 if therapist is therapists[0] else None]:
            safety.acknowledge(asker=asker, flag=flag, note="Asked about it in the session; safe, plan agreed.")
