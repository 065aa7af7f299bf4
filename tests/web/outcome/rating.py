"""Ada's PHQ-9, session by session, and whole pasts of a practice, as rows brought in from a file."""

from datetime import date, timedelta

import numpy as np

from accord.tables import Reading, Row
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import Course
from accord.web.people.asker import of_member
from tests.cast import Cast, alliance_answers, phq9, send

LAST_YEAR = date(2025, 1, 6)


def sums_to(total: int) -> dict[str, int | None]:
    """Nine answers of this sum, the ninth 0 as long as it can be."""
    return phq9(*[min(3, max(0, total - 3 * place)) for place in range(9)])


def rate(cast: Cast, *totals: int | None) -> None:
    """Before each of Ada's four sessions, in order; None is a check-in that was not answered."""
    for number, total in enumerate(totals, 1):
        if total is not None:
            check_in = cast.course.occasions.get(number=number).check_ins.get(moment="before")
            send(check_in, {"phq-9": sums_to(total)})


def bring_in_past(
    cast: Cast, courses: int, *, sessions: int = 8, seed: int = 3, stopped: int = 0, missing: int = 0
) -> list[Course]:
    """So many courses that are over, falling by two points a session for a while, as most do; every one has ended.

    The first `stopped` ended before their end by their therapist's word, after a low alliance and a missed session.
    """
    dice, rows = np.random.default_rng(seed), []
    for person in range(courses):
        start, slope = dice.integers(10, 24), dice.normal(-3.5, 2.5)
        early = person < stopped
        for number in range(1, sessions + 1 if not early else max(3, sessions - 3)):
            value = start + slope * np.log(number) + dice.normal(0, 1.5)
            total = float(np.clip(round(value), 0, 27))
            warm = int(np.clip(round(dice.normal(2.6 if early else 4.0, 0.5)), 0, 5))
            strain = int(dice.integers(2, 6)) if early else int(dice.integers(0, 4))
            last = early and number == max(3, sessions - 3) - 1
            totals = {} if last else {("phq-9", "client"): total}
            items = {} if last else {("alliance", "client"): alliance_answers(warm, session=number, off=strain)}
            day = LAST_YEAR + timedelta(weeks=number)
            rows.append(Row(len(rows) + 2, f"P-{person}", None, number, day, "no" if last else "yes", totals, items))
    reading = Reading(tuple(rows), (), (), (), len(rows))
    asker = of_member(cast.other_therapist)
    before = set(Course.objects.values_list("pk", flat=True))
    alliance.bring_in(asker=asker, practice=cast.practice, reading=reading, therapist=cast.other_therapist)
    made = list(Course.objects.exclude(pk__in=before).order_by("opened_at", "pk"))
    early_ones = set(
        Course.objects.filter(pk__in=[one.pk for one in made], occasions__attended="no").values_list("pk", flat=True)
    )
    for one in made:
        how = "stopped" if one.pk in early_ones else "planned"
        alliance.end_course(asker=asker, course=one, how=how, on=LAST_YEAR + timedelta(weeks=20))
    return made
