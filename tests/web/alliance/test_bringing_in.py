"""A table of courses, brought in by its therapist on a page, or a whole practice's by command."""

import io
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Visitor

from accord.web.alliance import actions, queries
from accord.web.alliance.models import AnswerSet, Course, Intake, Occasion
from accord.web.alliance.reading_in import read
from accord.web.people.asker import COMMAND, of_member
from accord.web.people.models import Client, Member
from tests.cast import Cast

TABLE = """client,session,held_on,phq-9.client
K-1,1,2026-03-02,14
K-1,2,2026-03-09,11
K-2,1,2026-03-03,-4
K-2,2,2026-03-10,9
"""


def upload(visitor: Visitor, text: str | bytes = TABLE, name: str = "mine.csv", map_text: str = ""):  # type: ignore[no-untyped-def]
    content = text.encode() if isinstance(text, str) else text
    body = {"table": SimpleUploadedFile(name, content), "map": map_text}
    return visitor.post("/bring-in/", body, follow=True)


def test_nothing_is_written_before_the_yes(cast: Cast) -> None:
    page = upload(cast.visitor(cast.therapist)).content.decode()
    assert "4 rows read" in page
    assert "below the lowest possible total (0)" in page
    assert "-4" not in page
    assert not AnswerSet.objects.exists()


def test_after_the_yes_the_courses_are_on_the_desk_and_the_file_is_gone(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    upload(desk)
    kept = Intake.objects.get()
    done = desk.post(f"/bring-in/{kept.pk}/", {"bring_in": "1"}, follow=True).content.decode()
    assert "3 scores for 2 new clients" in done
    assert "K-1" in done
    kept.refresh_from_db()
    assert kept.text == ""


def test_twice_changes_nothing(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    for _ in range(2):
        upload(desk)
        desk.post(f"/bring-in/{Intake.objects.get(brought_in_at=None).pk}/", {"bring_in": "1"})
    counts = (AnswerSet.objects.count(), Client.objects.filter(practice=cast.practice).exclude(code="").count())
    assert counts == (3, 2)


def test_what_is_there_already_is_left_as_it_is_and_named(cast: Cast) -> None:
    asker = of_member(cast.therapist)
    first = actions.bring_in(asker=asker, practice=cast.practice, reading=read(TABLE), therapist=cast.therapist)
    changed = read(TABLE.replace("02,14", "02,15"))
    second = actions.bring_in(asker=asker, practice=cast.practice, reading=changed, therapist=cast.therapist)
    assert (first.answer_sets, second.answer_sets, second.known, second.differ) == (3, 0, 2, [2])
    assert AnswerSet.objects.get(occasion__held_on="2026-03-02").total == 14


def test_a_colleagues_client_with_the_same_number_is_somebody_else(cast: Cast) -> None:
    """Both count their clients 1, 2, 3: a number must never open a colleague's record."""
    for therapist in (cast.therapist, cast.other_therapist):
        asker = of_member(therapist)
        done = actions.bring_in(asker=asker, practice=cast.practice, reading=read(TABLE), therapist=therapist)
        assert done.clients == 2
        again = actions.bring_in(asker=asker, practice=cast.practice, reading=read(TABLE), therapist=therapist)
        assert (again.clients, again.known) == (0, 3)
    mine, theirs = (
        {course.client_id for course in queries.caseload(of_member(one))}
        for one in (cast.therapist, cast.other_therapist)
    )
    assert not mine & theirs


def test_pressed_twice_it_is_brought_in_once_and_says_so(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    upload(desk)
    place = f"/bring-in/{Intake.objects.get().pk}/"
    for _ in range(2):
        desk.post(place, {"bring_in": "1"})
    assert Intake.objects.get().added == 3


def test_a_whole_practice_is_not_brought_in_on_a_page(cast: Cast) -> None:
    rows = "\n".join(f"K-{number},1,5" for number in range(501))
    page = upload(cast.visitor(cast.therapist), f"client,session,phq-9.client\n{rows}\n")
    assert page.status_code == 422
    assert "more than 500 clients" in page.content.decode()


def test_hostile_maps_are_refused_kindly(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    for text in ("a=" + "[" * 5000, "a=" + "9" * 10_000, "a." * 15_000 + "b=1"):
        assert upload(desk, map_text=text).status_code == 422


def test_a_table_of_several_therapists_is_not_one_therapists(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    page = upload(desk, "client,therapist,session,phq-9.client\nK-1,A,1,5\nK-2,B,1,5\n").content.decode()
    assert "names several therapists" in page
    desk.post(f"/bring-in/{Intake.objects.get().pk}/", {"bring_in": "1"})
    assert not AnswerSet.objects.exists()


def test_a_file_that_cannot_be_read_says_why_and_is_not_kept(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    for content, name, words in [
        (b"PK\x03\x04zip", "mine.xlsx", "not a CSV file"),
        (b"\xff\xfe\x00bad", "mine.csv", "not UTF-8"),
        (b"", "mine.csv", "empty"),
        (b"a,b\n1,2\n", "mine.csv", "client"),
    ]:
        page = upload(desk, content, name)
        assert page.status_code == 422, name
        assert words in page.content.decode(), words
    assert not Intake.objects.exists()


def test_forgetting_a_table_leaves_nothing(cast: Cast) -> None:
    desk = cast.visitor(cast.therapist)
    upload(desk)
    desk.post(f"/bring-in/{Intake.objects.get().pk}/", {"discard": "1"})
    assert not Intake.objects.exists()
    assert not AnswerSet.objects.exists()


def test_a_total_alone_says_nothing_of_risk(cast: Cast) -> None:
    actions.bring_in(
        asker=of_member(cast.therapist), practice=cast.practice, reading=read(TABLE), therapist=cast.therapist
    )
    occasion = Occasion.objects.get(held_on="2026-03-02")
    rating = queries.answers(of_member(cast.therapist), "care", [occasion.pk])[occasion.pk][0]
    assert (rating.score.total, rating.score.risk, rating.answers) == (14, None, None)


class TestTheRefraMEDTrial:
    """22 real therapists, 250 patients, monthly PHQ-9: what docs/importing.md says, line by line."""

    def reading(self, shared_data: Path, **rules: str):  # type: ignore[no-untyped-def]
        repository = Path(__file__).resolve().parents[3]
        map_text = (repository / "docs" / "examples" / "reframed.toml").read_text()
        for rule, value in rules.items():
            map_text = map_text.replace(f'{rule} = "refuse"', f'{rule} = "{value}"')
        return read((shared_data / "reframed" / "reframed.csv").read_text(encoding="utf-8"), map_text)

    def test_the_whole_trial_comes_in_and_twice_changes_nothing(self, cast: Cast, shared_data: Path) -> None:
        reading = self.reading(shared_data)
        first = actions.bring_in(asker=COMMAND, practice=cast.practice, reading=reading)
        second = actions.bring_in(asker=COMMAND, practice=cast.practice, reading=reading)
        assert (first.therapists, first.clients, first.courses, first.answer_sets) == (22, 245, 245, 2378)
        assert (second.therapists, second.clients, second.courses, second.answer_sets) == (0, 0, 0, 0)
        assert second.known == 2378

    def test_their_caseloads_show_the_real_courses(self, cast: Cast, shared_data: Path) -> None:
        actions.bring_in(asker=COMMAND, practice=cast.practice, reading=self.reading(shared_data, not_whole="accept"))
        members = Member.objects.filter(practice=cast.practice).exclude(code="")
        caseloads = {member.name: queries.caseload(of_member(member)) for member in members}
        assert sum(map(len, caseloads.values())) == 160
        course = next(one for one in caseloads["D2SR"] if one.client.name == "10008")
        occasions = queries.occasions(of_member(course.therapist), [course])[course.pk]
        ratings = queries.answers(of_member(course.therapist), "care", [one.pk for one in occasions])
        assert ratings[occasions[0].pk][0].score.total == 23
        assert Course.objects.filter(practice=cast.practice, therapist=None).count() == 86


def test_a_hundred_thousand_letters_in_one_cell_do_not_break_the_page(cast: Cast) -> None:
    text = io.StringIO()
    text.write("client,session,phq-9.client\n")
    text.write("x" * 100_000 + ",1,5\n")
    assert upload(cast.visitor(cast.therapist), text.getvalue()).status_code in (200, 422)
