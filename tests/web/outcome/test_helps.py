"""'Does it help?' on a manager's page: shares with intervals, published figures beside them, and never one person."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accord.outcome.norms import FILE, Norm, to_plain
from accord.web.alliance import actions as alliance
from accord.web.alliance.models import AnswerSet, Course
from accord.web.alliance.queries import finished
from accord.web.alliance.reading_in import read
from accord.web.outcome import helps
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_client, of_member
from accord.web.people.models import Member, Practice
from tests.cast import Cast, phq9, send

RECOVERED, IMPROVED, UNCHANGED, WORSE = (18, 4), (20, 12), (15, 14), (10, 18)
CBT = "Cognitive Behaviour Therapy (CBT)"
MEASURES = ("phq-9", "gad-7")


@pytest.fixture(autouse=True)
def norms_file() -> Path:
    """The data folder is that of all tests."""
    file = Path(settings.DATA) / FILE
    file.unlink(missing_ok=True)
    yield file  # type: ignore[misc]
    file.unlink(missing_ok=True)


def ended(
    practice: Practice,
    pairs: list[tuple[int, int]],
    on: date,
    leaders: tuple[str, ...] = ("T-1", "T-2"),
    name: str = "C",
) -> None:
    """A course for each pair of PHQ-9 totals, brought in as a table, over on that day."""
    lines = ["client,therapist,session,held_on,attended,phq-9.client"]
    for place, (first, last) in enumerate(pairs):
        who = f"{name}-{place},{leaders[place % len(leaders)]}"
        lines += [f"{who},1,{on - timedelta(days=60)},yes,{first}", f"{who},9,{on},yes,{last}"]
    alliance.bring_in(asker=COMMAND, practice=practice, reading=read("\n".join(lines) + "\n"))
    for one in Course.objects.filter(practice=practice, ended_on=None, client__name__isnull=False):
        if one.client.name.startswith(f"{name}-"):
            alliance.end_course(asker=COMMAND, course=one, on=on)


def people_of(recovered: int, improved: int, unchanged: int, worse: int) -> list[tuple[int, int]]:
    return [RECOVERED] * recovered + [IMPROVED] * improved + [UNCHANGED] * unchanged + [WORSE] * worse


def a_quarter_ago() -> date:
    return timezone.now().date() - timedelta(days=95)


def section(cast: Cast, query: str = "", whose: Member | None = None) -> str:
    page = cast.visitor(whose or cast.manager).get(f"/practice/{query}").content.decode()
    shown = page[page.index('<h2 id="helps-h">') : page.index("</section>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown).replace("&nbsp;", " "))


def test_a_new_practice_reads_what_will_stand_here(cast: Cast) -> None:
    assert "Not enough data yet. Once therapies have ended here" in section(cast)


def test_shares_come_with_intervals_and_without_anybody_in_them(cast: Cast) -> None:
    ended(cast.practice, people_of(24, 24, 16, 16), a_quarter_ago())
    shown = section(cast)
    assert "60 % got reliably better : probably 49 to 70 %" in shown  # Wilson (1927), 48 of 80
    for row in ("Recovered 30 % 21 to 41 %", "Improved 30 % 21 to 41 %", "Unchanged 20 % 13 to 30 %", "Worse 20 %"):
        assert row in shown
    assert "Of about 80 people" in shown
    assert not re.search(r"C-\d|T-\d|Berg|Lovell", shown)


def test_what_is_below_ten_is_told_together_or_not_at_all(cast: Cast) -> None:
    ended(cast.practice, people_of(24, 24, 16, 9), a_quarter_ago())
    assert "Unchanged or worse" in section(cast)
    ended(cast.elsewhere, people_of(24, 24, 5, 4), a_quarter_ago())
    manager = people.add_member(asker=COMMAND, practice=cast.elsewhere.pk, name="M", roles=frozenset({"manager"}))
    people.give_account(asker=COMMAND, member=manager, email="m@example.org")
    assert "Not enough data yet. A share stands here once at least ten" in section(cast, whose=manager)


def test_a_look_before_and_after_one_course_ends_is_the_same_look(cast: Cast) -> None:
    ended(cast.practice, people_of(24, 24, 16, 16), a_quarter_ago())
    before = section(cast)
    ended(cast.practice, [WORSE], timezone.now().date(), name="D")
    assert section(cast) == before


def test_one_colleagues_figures_are_shown_to_nobody_else(cast: Cast) -> None:
    ended(cast.practice, people_of(24, 24, 16, 16), a_quarter_ago(), leaders=("T-1",))
    assert "this would be that colleague’s own figure" in section(cast)


def test_who_works_alone_reads_their_own(cast: Cast) -> None:
    solo = people.open_practice(asker=COMMAND, name="Solo")
    roles = frozenset({"therapist", "manager", "operator"})
    member = people.add_member(asker=COMMAND, practice=solo.pk, name="Ruth", roles=roles)
    people.give_account(asker=COMMAND, member=member, email="ruth@example.org")
    lines = ["client,session,held_on,phq-9.client"]
    for place, (first, last) in enumerate(people_of(12, 12, 12, 12)):
        lines += [f"S-{place},1,2020-01-01,{first}", f"S-{place},2,{a_quarter_ago()},{last}"]
    reading = read("\n".join(lines) + "\n")
    alliance.bring_in(asker=of_member(member), practice=solo, reading=reading, therapist=member)
    for one in Course.objects.filter(practice=solo):
        alliance.end_course(asker=of_member(member), course=one, on=a_quarter_ago())
    assert "50 % got reliably better" in section(cast, whose=member)


def test_only_a_manager_is_told_of_courses_that_are_over(cast: Cast) -> None:
    ended(cast.practice, people_of(1, 0, 0, 0), a_quarter_ago())
    told = {
        name: len(finished(of_member(getattr(cast, name)), MEASURES))
        for name in ("therapist", "deputy", "manager", "researcher", "operator", "foreign_therapist")
    }
    assert told == dict.fromkeys(told, 0) | {"manager": 1}
    assert finished(of_client(cast.ada), MEASURES) == []


def answer(cast: Cast, weeks_ago: int, given: dict[str, int | None]) -> None:
    occasion = cast.course.occasions.get(number=4 - weeks_ago)
    send(occasion.check_ins.get(moment="before"), {"phq-9": given})


def test_what_a_client_keeps_counts_as_skipped(cast: Cast) -> None:
    for weeks_ago, each in ((3, 2), (1, 1), (0, 3)):
        answer(cast, weeks_ago, phq9(*[each] * 8, 0))
    alliance.end_course(asker=of_member(cast.therapist), course=cast.course)
    manager = of_member(cast.manager)
    assert finished(manager, MEASURES)[0].scores == {"phq-9": (16, 24)}
    last = AnswerSet.objects.get(occasion__number=4, measure="phq-9")
    last.kept = ["1", "2", "3"]
    last.save()
    kept = finished(manager, MEASURES)
    last.kept, last.answers = [], {**last.answers, "1": None, "2": None, "3": None}
    last.save()
    assert kept == finished(manager, MEASURES)
    assert kept[0].scores == {"phq-9": (16, 8)}


def test_sessions_waiting_and_check_ins_are_counted(cast: Cast) -> None:
    answer(cast, 3, phq9(1))
    asker = of_member(cast.therapist)
    alliance.record_attendance(asker=asker, occasion=cast.session, attended="no")
    alliance.end_course(asker=asker, course=cast.course, how="stopped")
    one = finished(of_member(cast.manager), MEASURES)[0]
    assert (one.how, one.held, one.missed_last) == ("stopped", 3, True)
    assert (one.asked, one.answered) == (6, 1)  # before and after three sessions that were held
    assert one.scores == {}
    assert one.wait is None  # opened here after the first session


def test_a_client_who_went_on_with_a_colleague_has_one_course(cast: Cast) -> None:
    answer(cast, 3, phq9(3, 3, 3))
    asker = of_member(cast.therapist)
    after = alliance.hand_over(asker=asker, course=cast.course, to=cast.other_therapist)
    assert finished(of_member(cast.manager), MEASURES) == []  # it goes on
    other = of_member(cast.other_therapist)
    alliance.plan_measures(asker=other, course=after, wanted={"phq-9": ("before", 1)})
    session = alliance.book_session(asker=other, course=after, starts_at=timezone.now())
    send(session.check_ins.get(moment="before"), {"phq-9": phq9(1)})
    alliance.end_course(asker=other, course=after)
    (one,) = finished(of_member(cast.manager), MEASURES)
    assert one.scores == {"phq-9": (9, 1)}
    assert one.leaders == {cast.therapist.pk, cast.other_therapist.pk}


def test_the_number_of_queries_does_not_grow_with_the_courses(cast: Cast) -> None:
    counts = []
    for more in (3, 30):
        ended(cast.practice, [RECOVERED] * more, a_quarter_ago(), name=f"N{more}")
        with CaptureQueriesContext(connection) as queries:
            helps.does_it_help(of_member(cast.manager), timezone.now().date(), "", "")
        counts.append(len(queries))
    assert counts[0] == counts[1] < 10


def norm(**changed: object) -> Norm:
    plain = {
        "measure": "phq-9", "problem": "Depression", "therapy": CBT, "year": "2024-25", "n": 80570, "above": 74343,
        "start": 15.9, "start_sd": 5.5, "end": 10.6, "end_sd": 6.6, "effect": 1.0, "recovered": 29648, "better": 47501,
        "unchanged": 26493, "worse": 5512, "percent": {},
    }  # fmt: skip
    return Norm(**(plain | changed))  # type: ignore[arg-type]


def test_published_figures_stand_beside_with_who_they_were(cast: Cast, norms_file: Path) -> None:
    ended(cast.practice, people_of(24, 24, 16, 16), a_quarter_ago())
    small = norm(therapy="Mindfulness", n=40, recovered=10, better=20, worse=4)
    norms_file.write_text(json.dumps(to_plain([norm(), small], "2026-11-25")))
    shown = section(cast)
    assert "Depression, Cognitive Behaviour Therapy (CBT), England 2024-25, 80,570 people" in shown
    assert "59 % got reliably better; from 15.9 to 10.6, an effect size of 1.0" in shown
    assert "Recovered 30 % 21 to 41 % 37 %" in shown
    assert "Open Government Licence" in shown
    other = section(cast, "?problem=Depression&therapy=Mindfulness")
    assert "50 % (35 to 65 %) got reliably better" in other  # few people: their interval, too
    assert "Nothing was published of Colic with Mindfulness" in section(cast, "?problem=Colic&therapy=Mindfulness")


def test_without_published_figures_the_page_says_how_to_bring_them_in(cast: Cast) -> None:
    assert "accord outcome norms" in section(cast)


@pytest.mark.parametrize("text", ["", "[]", '{"norms": []}', '{"source": 1, "brought_in_on": "soon"}', "{"])
def test_a_file_that_cannot_be_read_costs_the_page_nothing_else(cast: Cast, norms_file: Path, text: str) -> None:
    norms_file.write_text(text)
    assert "Not enough data yet" in section(cast)
