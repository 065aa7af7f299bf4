"""What the invented therapists offer, and their licences: most in date, one that ends soon, one that waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accord.web.fit import actions as fit
from accord.web.fit.actions import Offered
from accord.web.fit.queries import times
from accord.web.fit.search import FOUR
from accord.web.people.asker import of_member
from accord.web.people.models import Member

CENTRE, OUTSIDE = (40.71, -74.01), (40.92, -73.79)
WEEK = ("mon", "tue", "wed", "thu", "fri")
EVENINGS = tuple(f"{day} evening" for day in WEEK[:4])
MORNINGS = tuple(f"{day} morning" for day in WEEK)

GROUP = (
    Offered(
        methods=("cbt", "ba", "cbt-i", "applied-relaxation"),
        languages=("English", "German"),
        formats=("in person", "video"),
        insurers=("Harbor Health",),
        times=(*MORNINGS, "tue afternoon", "thu afternoon"),
        extras=("step-free access",),
        gender="woman",
        fee=Decimal(140),
        places=3,
        lead=-2,
        focus=2,
        when=2,
        tone=1,
        call_cost="free, 15 minutes",
    ),
    Offered(
        methods=("grief-therapy", "counselling", "ipt"),
        languages=("English",),
        formats=("in person", "phone"),
        times=EVENINGS,
        extras=("sliding scale",),
        gender="man",
        fee=Decimal(60),
        places=2,
        lead=2,
        focus=-3,
        when=-1,
        tone=-3,
        rings="seeker",
        call_cost="free, as long as it takes",
    ),
    Offered(
        methods=("tf-cbt", "emdr", "cpt", "erp"),
        languages=("English", "Persian"),
        formats=("video", "in person"),
        insurers=("Harbor Health", "Union Care"),
        times=("mon afternoon", "wed afternoon", "fri morning"),
        gender="woman",
        fee=Decimal(165),
        places=0,
        lead=-1,
        focus=0,
        when=-2,
        tone=-2,
        rings="link",
        call_cost="free, 20 minutes",
    ),
    Offered(
        methods=("eft-couples", "bct", "cbt", "mi"),
        languages=("English", "Spanish"),
        formats=("in person", "video", "text"),
        times=(*EVENINGS, "sat morning"),
        extras=("couples", "sign language"),
        gender="non-binary",
        fee=Decimal("95.50"),
        places=4,
        lead=-3,
        focus=1,
        when=3,
        tone=3,
        call_cost="20, taken off the first session",
    ),
)
ALONE = Offered(
    methods=("psychodynamic", "grief-therapy", "act", "mbct"),
    languages=("English", "French"),
    formats=("in person",),
    times=("tue morning", "wed morning", "thu morning", "thu evening"),
    extras=("step-free access", "a garden"),
    gender="woman",
    fee=Decimal(120),
    places=1,
    lead=1,
    focus=-2,
    when=-3,
    tone=-1,
    rings="seeker",
    call_cost="free, half an hour",
)
TITLES = (
    "Licensed psychologist",
    "Licensed mental health counselor",
    "Licensed psychologist",
    "Licensed marriage and family therapist",
)
DAYS_LEFT = (700, 20, 400, 560)
"""The second ends soon."""
WAITS = 3
"""The fourth waits for the manager, so that there is something to check."""


def offer(manager: Member, group: Sequence[Member], alone: Member, today: date) -> None:
    """By the place of each alone: no number is drawn, so that nothing else of the demonstration moves."""
    for place, member in enumerate(group):
        offered = replace(GROUP[place], latitude=CENTRE[0], longitude=CENTRE[1])
        fit.state_offer(asker=of_member(member), member=member, offered=offered)
        checker = None if place == WAITS else manager
        _licence(member, TITLES[place], f"INV-{2041 + place}", today + timedelta(days=DAYS_LEFT[place]), checker)
    later = today + timedelta(days=21)
    own = replace(ALONE, latitude=OUTSIDE[0], longitude=OUTSIDE[1], free_from=later)
    fit.state_offer(asker=of_member(alone), member=alone, offered=own)
    _licence(alone, "Licensed clinical social worker", "INV-3107", today + timedelta(days=300), alone)


def keep_free(members: Sequence[Member]) -> None:
    """Two hours a week, each therapist on another day, and one evening for calls alone."""
    for place, member in enumerate(members):
        own: dict[str, Any] = {"asker": of_member(member), "member": member}
        fit.add_weekly_time(**own, weekday=place % 5, begins=time(9), ends=time(11))
        fit.add_weekly_time(**own, weekday=(place + 2) % 5, begins=time(18), ends=time(19), kinds="call")


LOOKING = (
    ("Noor", "I talk more easily when I can walk about. Is that all right?"),
    ("Ilse Ahrens", ""),
)


def ask(member: Member) -> None:
    """Two people ask the first therapist for a call: one picked a time, one asks for a proposal."""
    for place, (name, words) in enumerate(LOOKING):
        search = fit.begin_search()
        for page in FOUR:
            given = {"concerns": ["panic"]} if page == "what" else {}
            fit.save_answers(search=search, page=page, given=given)
        search.refresh_from_db()
        who = fit.Who(name, f"looking{place}@demo.invalid", "America/New_York", f"555-013{place}")
        free = times.free(member, "call", Offered.call_minutes, timezone.now())
        wanted = {member.pk: free[3] if free and place == 0 else None}
        fit.ask_for_calls(search=search, who=who, wanted=wanted, words=words)
        fit.confirm_invented(search=search)


def _licence(member: Member, title: str, number: str, until: date, checker: Member | None) -> None:
    asker = of_member(member)
    said = {"title": title, "region": "New York", "number": number, "until": until}
    one = fit.state_credential(asker=asker, member=member, attempt=uuid4(), **said)  # type: ignore[arg-type]
    if checker is not None:
        fit.verify_credential(asker=of_member(checker), credential=one)
