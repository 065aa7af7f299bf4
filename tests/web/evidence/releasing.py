"""A practice with courses in quarters that are over, a stand-in for the report, and releases of them."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accord.charts import Series, course_for_page
from accord.outcome.withheld import quarter
from accord.web.alliance import actions as alliance
from accord.web.alliance.reading_in import read
from accord.web.evidence import actions, gathering
from accord.web.evidence.contents import Wanted
from accord.web.evidence.models import EVALUATION, Release
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Client, Practice
from tests.cast import Cast

THERAPISTS = ("T-1", "T-2", "T-3")
TITLE = "How it went"


def this_quarter() -> int:
    return quarter(timezone.now().date())


def a_day(quarters_ago: int) -> date:
    """Early in a quarter that is over."""
    return gathering.begins(this_quarter() - quarters_ago) + timedelta(days=9)


def courses(
    practice: Practice,
    clients: int,
    name: str = "C",
    quarters_ago: int = 1,
    sessions: int = 3,
    therapists: tuple[str, ...] = THERAPISTS,
) -> list[Client]:
    """So many people with weekly sessions in one quarter, brought in as a table."""
    lines = ["client,therapist,session,held_on,attended,phq-9.client,alliance.client,alliance.therapist"]
    for one in range(clients):
        who = f"{name}-{one},{therapists[one % len(therapists)]}"
        for number in range(sessions):
            day = a_day(quarters_ago) + timedelta(weeks=number)
            lines.append(f"{who},{number + 1},{day},yes,{(one + 17 - 3 * number) % 28},{3 + one % 3 / 2},4")
    alliance.bring_in(asker=COMMAND, practice=practice, reading=read("\n".join(lines) + "\n"))
    return [one for one in Client.objects.filter(practice=practice) if one.name.startswith(f"{name}-")]


def described(frame: Any, **options: Any) -> dict[str, Any]:
    """A stand-in for the report: its form, a few totals, a figure and a part that has not enough."""
    assert options["suppress"] == 10
    people = int(frame["client"].n_unique())
    table = {"caption": "The data", "columns": ["what", "n", "mean"], "rows": [["PHQ-9", people, 11.25]]}
    line = [Series("PHQ-9", [14.0, 12.0, 11.0])]
    means = {"x": [1.0, 2.0, 3.0], "x_labels": ["1", "2", "3"], "low": 0.0, "high": 27.0, "id": "means"}
    svg = course_for_page(line, title="The mean", description="It falls.", **means)
    drawn = {"title": "Over the sessions", "description": "The mean falls.", "svg": svg}
    told = {"id": "data", "heading": "The data", "enough": True, "words": ["They got better."]}
    silent = {"id": "within", "heading": "Within people", "enough": False, "words": ["It takes 50 courses."]}
    return {
        "title": options["title"],
        "made_on": str(options["made_on"]),
        "version": "1",
        "call": options["call"],
        "hash": "0" * 64,
        "suppressed_below": 10,
        "label": options["label"],
        "measures": {"outcome": options["outcome"], "alliance": "alliance"},
        "summary": ["they got better by 3.25 points.", "Not enough data yet for: Within people."],
        "sections": [
            {**told, "tables": [table], "figures": [drawn]},
            {**silent, "tables": [], "figures": []},
        ],
        "methods": [{"what": "Means", "source": "Anybody"}],
        "versions": {"accord": "1"},
    }


def wanted(quarters: tuple[int, int] = (1, 1), purpose: str = EVALUATION, **changed: Any) -> Wanted:
    """Of the quarters so many ago, from the first to the last."""
    first, last = (this_quarter() - ago for ago in quarters)
    return Wanted(**{"title": TITLE, "purpose": purpose, "first": first, "last": last, **changed})


def freeze(cast: Cast, asked: Wanted | None = None, **options: Any) -> Release:
    given: dict[str, Any] = {"attempt": uuid4(), "describing": described, **options}
    return actions.freeze(asker=of_member(cast.manager), practice=cast.practice, wanted=asked or wanted(), **given)


def released(cast: Cast, shown_to: tuple[str, ...] = ()) -> Release:
    """Thirty people of the last quarter, frozen."""
    courses(cast.practice, 30)
    return freeze(cast, wanted(shown_to=shown_to))
