"""Invented people who wait for the group to find them somebody: more than there are places for."""

from datetime import datetime, timedelta

from accord.web.fit import actions as fit
from accord.web.fit.actions import Who
from accord.web.people.asker import of_member
from accord.web.people.models import Member

NEW_YORK = {"region": "New York"}
PEOPLE: tuple[tuple[str, int, dict[str, object]], ...] = (
    ("Alma Reyes", 61, {"concerns": ["depression"], "languages": ["English"], "when": -2}),
    ("Bruno Okafor", 54, {"concerns": ["grief"], "formats": ["in person"], "tone": -3}),
    ("Celia Byrne", 47, {"concerns": ["trauma"], "genders": ["woman"]}),
    ("Dario Weiss", 40, {"concerns": ["insomnia", "worry"], "lead": -2}),
    ("Ebba Holm", 38, {"concerns": ["panic"], "formats": ["video"], "fee": 150}),
    ("Farid Nouri", 33, {"concerns": ["trauma"], "languages": ["Persian"]}),
    ("Greta Lund", 29, {"concerns": ["not-sure"], "times": ["mon evening", "tue evening"]}),
    ("Hector Diaz", 26, {"concerns": ["couple"], "languages": ["Spanish"]}),
    ("Ida Marek", 19, {"concerns": ["depression"], "focus": -2, "tone": -2}),
    ("Joel Tamm", 15, {"concerns": ["worry"], "insurer": "Harbor Health"}),
    ("Kirsi Aalto", 8, {"concerns": ["grief"], "fee": 70}),
    ("Luca Moretti", 3, {"concerns": ["panic"], "musts": ["step-free access"]}),
)
"""Name, days waited, needs."""


def wait(manager: Member, now: datetime) -> None:
    """The group keeps a list, and these are on it."""
    asker, practice = of_member(manager), manager.practice
    fit.settle_finding(asker=asker, practice=practice, reply_days=2, assigns=True)
    for place, (name, days, needs) in enumerate(PEOPLE):
        who = Who(name, f"{name.split()[0].lower()}@wait.invalid", practice.time_zone, f"555-01{20 + place}")
        since = now - timedelta(days=days, hours=place % 5)
        one = fit.put_on_list(asker=asker, practice=practice, needs={**NEW_YORK, **needs}, who=who, since=since)
        fit.confirm_invented(search=one.search)
