"""A release: previewed, frozen once, never changed, seen by those it names, and nothing in it about a few."""

import json
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from accord.errors import RefusedError
from accord.web.alliance.models import AnswerSet
from accord.web.audit.models import Act
from accord.web.evidence import actions, contents, gathering, preview, queries
from accord.web.evidence.models import EVALUATION, RESEARCH, Consent, Release, Turn
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_client, of_member
from accord.web.people.models import Member, Practice
from tests.cast import Cast, phq9, send
from tests.web.evidence.releasing import (
    THERAPISTS,
    TITLE,
    a_day,
    courses,
    described,
    freeze,
    released,
    this_quarter,
    wanted,
)


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "describe", described)


def text(page: Any) -> str:
    """What one reads on it."""
    shown = re.sub(r"<[^>]+>", " ", page.content.decode())
    return re.sub(r"\s+", " ", shown)


def asked(**changed: str) -> dict[str, str]:
    """The form as a manager fills it in: the quarter before this one, for nobody else."""
    quarter = str(this_quarter() - 1)
    return {"title": TITLE, "purpose": EVALUATION, "first": quarter, "last": quarter, **changed}


def visit(cast: Cast, who: Member, one: Release, name: str = "release", *more: str) -> Any:
    return cast.visitor(who).get(reverse(name, args=[one.pk, *more]))


# before anything is frozen


def test_without_a_quarter_that_is_over_the_page_says_what_is_missing(cast: Cast) -> None:
    cast.course.occasions.update(held_on=gathering.begins(this_quarter()))
    for name in ("releases", "new_release"):
        assert "Not enough yet." in text(cast.visitor(cast.manager).get(reverse(name)))


def test_with_fewer_than_ten_clients_it_says_so_and_what_to_do(cast: Cast) -> None:
    courses(cast.practice, 9)
    page = text(cast.visitor(cast.manager).get(reverse("new_release"), asked()))
    assert "It cannot be frozen. Not enough yet: fewer than ten clients had sessions" in page
    assert "Choose more quarters, or wait" in page
    assert "Freeze it" not in page
    with pytest.raises(RefusedError, match="fewer than ten clients"):
        freeze(cast)


def test_the_preview_says_what_would_be_in_it_and_what_is_hidden_and_stores_nothing(cast: Cast) -> None:
    courses(cast.practice, 27)
    courses(cast.practice, 4, name="D", sessions=1)
    page = text(cast.visitor(cast.manager).get(reverse("new_release"), asked()))
    assert "about 90, of about 30 clients" in page  # 27 x 3 + 4 sessions, 31 people
    for words in ("The data", "Within people. It takes 50 courses."):
        assert words in page
    assert "Hidden in any case: everything about fewer than ten people" in page
    assert "3 to 6 about 30 hidden" in page
    assert "Freeze it" in page
    assert not Release.objects.exists()


def test_quarters_the_wrong_way_round_are_said_at_their_field(cast: Cast) -> None:
    courses(cast.practice, 12, quarters_ago=2)
    last = str(this_quarter() - 2)
    answer = cast.visitor(cast.manager).get(reverse("new_release"), asked(last=last))
    assert answer.status_code == 422
    assert "ends before it begins" in text(answer)


@pytest.mark.parametrize(
    "body",
    [{}, {"purpose": "spying"}, {"first": "99999"}, {"first": "x"}, {"shown_to": "operator"}, {"attempt": "no"}],
)
def test_a_form_that_is_not_ours_freezes_nothing(cast: Cast, body: dict[str, str]) -> None:
    courses(cast.practice, 18)
    given = {**asked(), "attempt": str(uuid4()), **body} if body else {}
    assert cast.visitor(cast.manager).post(reverse("freeze_release"), given).status_code == 422
    assert not Release.objects.exists()


def test_so_large_a_release_that_a_page_would_not_come_is_made_by_a_command(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses(cast.practice, 18)
    monkeypatch.setattr(preview, "MOST_HERE", 20)
    visitor = cast.visitor(cast.manager)
    page = visitor.get(reverse("new_release"), asked(shown_to="researcher")).content.decode()
    code = contents.quarter_code(this_quarter() - 1)
    assert f"--purpose evaluation --from {code} --to {code} --show researcher" in page
    visitor.post(reverse("freeze_release"), {**asked(), "attempt": str(uuid4())})
    assert not Release.objects.exists()
    given = {"wanted": wanted(), "attempt": uuid4(), "describing": described}
    assert actions.freeze(asker=COMMAND, practice=cast.practice, **given).member is None


def test_a_quarter_is_written_as_people_write_it() -> None:
    assert contents.quarter_of("2026-Q2") == contents.quarter_of("2026q2") == 2026 * 4 + 1
    assert contents.quarter_code(2026 * 4 + 1) == "2026-Q2"
    with pytest.raises(Exception, match="write it as 2026-Q2"):
        contents.quarter_of("2026-Q5")


# freezing


def test_pressed_twice_one_is_frozen(cast: Cast) -> None:
    courses(cast.practice, 18)
    visitor, body = cast.visitor(cast.manager), {**asked(), "attempt": str(uuid4())}
    first, second = (visitor.post(reverse("freeze_release"), body) for _ in range(2))
    assert (first.status_code, first.url) == (second.status_code, second.url) == (302, first.url)
    assert Release.objects.count() == 1
    assert Act.objects.filter(verb="freeze release").count() == 1


def test_it_says_what_it_is_for_whose_answers_are_in_it_and_how_it_was_made(cast: Cast) -> None:
    one = released(cast)
    page = text(visit(cast, cast.manager, one))
    for words in ("Service evaluation", "It is not research, and must not be passed off as such.", one.sha256):
        assert words in page
    for words in ("of about 30 clients", "They got better.", "11.25", "Not enough data yet. It takes 50", "Anybody"):
        assert words in page


def test_what_comes_later_changes_nothing_in_it(cast: Cast) -> None:
    one = released(cast)
    before = visit(cast, cast.manager, one, "release_file", "json").content
    courses(cast.practice, 20, name="L")
    AnswerSet.objects.filter(measure="phq-9").update(total=27)
    assert visit(cast, cast.manager, one, "release_file", "json").content == before


def test_the_file_has_the_fingerprint_that_the_page_tells(cast: Cast) -> None:
    one = released(cast)
    answer = visit(cast, cast.manager, one, "release_file", "json")
    assert sha256(answer.content).hexdigest() == one.sha256
    assert answer["Content-Disposition"] == f'attachment; filename="release-1-{one.made_on}.json"'
    assert json.loads(answer.content)["release"]["label"] == "Service evaluation"


def test_there_is_no_other_kind_of_file(cast: Cast) -> None:
    assert visit(cast, cast.manager, released(cast), "release_file", "csv").status_code == 404


def test_a_row_is_never_written_again(cast: Cast) -> None:
    one = released(cast)
    actions.hide(asker=of_member(cast.manager), release=one, why="A wrong quarter.")
    actions.say(asker=of_client(cast.ada), yes=True)
    for row in (one, Turn.objects.get(), Consent.objects.get()):
        table = type(row).objects.all()
        for write in (row.save, row.delete, table.delete, table.update):
            with pytest.raises(RefusedError, match="stays"):
                write()


@pytest.mark.parametrize("column", ["frozen", "sha256"])
def test_one_that_was_altered_is_said_to_be_and_not_shown(cast: Cast, column: str) -> None:
    one = released(cast, ("researcher",))
    with connection.cursor() as cursor:
        cursor.execute(f"update evidence_release set {column} = 'k1:' || substr({column}, 8)")
    for name, more in (("release", []), ("release_file", ["json"]), ("release_file", ["html"])):
        answer = visit(cast, cast.researcher, one, name, *more)
        assert answer.status_code == 409
        assert "This release is not what was frozen." in text(answer)
        assert "They got better" not in text(answer)


# who sees it


def test_it_is_seen_by_those_it_names_and_by_nobody_else(cast: Cast) -> None:
    one = released(cast, ("researcher",))
    seen = {
        who: visit(cast, getattr(cast, who), one).status_code
        for who in ("manager", "researcher", "therapist", "deputy", "operator", "foreign_therapist")
    }
    assert seen == {**dict.fromkeys(seen, 404), "manager": 200, "researcher": 200}
    assert TITLE in text(cast.visitor(cast.researcher).get(reverse("research")))
    assert TITLE in text(cast.visitor(cast.researcher).get(reverse("releases")))
    assert TITLE not in text(cast.visitor(cast.therapist).get(reverse("releases")))


def test_not_there_and_not_for_them_look_the_same(cast: Cast) -> None:
    one, visitor = released(cast), cast.visitor(cast.researcher)
    forbidden, missing = (visitor.get(reverse("release", args=[key])) for key in (one.pk, uuid4()))
    assert (forbidden.status_code, text(forbidden)) == (missing.status_code, text(missing))


def test_a_manager_of_another_practice_finds_nothing(cast: Cast) -> None:
    one = released(cast, ("therapist", "researcher", "client"))
    stranger = people.add_member(asker=COMMAND, practice=cast.elsewhere.pk, name="M", roles=frozenset({"manager"}))
    people.give_account(asker=COMMAND, member=stranger, email="m@example.org")
    assert visit(cast, stranger, one).status_code == 404
    answer = cast.visitor(stranger).post(reverse("turn_release", args=[one.pk]), {"turn": "hide", "why": "mine"})
    assert answer.status_code == 404
    with pytest.raises(RefusedError, match="their own practice"):
        actions.freeze(asker=of_member(stranger), practice=cast.practice, wanted=wanted(), attempt=uuid4())
    with pytest.raises(RefusedError, match="their own practice"):
        actions.hide(asker=of_member(stranger), release=one, why="mine")


def test_out_of_sight_with_a_reason_and_shown_again(cast: Cast) -> None:
    one = released(cast, ("researcher",))
    visitor, place = cast.visitor(cast.manager), reverse("turn_release", args=[one.pk])
    assert visitor.post(place, {"turn": "hide"}).status_code == 422
    for _ in range(2):
        visitor.post(place, {"turn": "hide", "why": "A wrong quarter."})
    assert visit(cast, cast.researcher, one).status_code == 404
    assert "by Nora Quist: A wrong quarter." in text(visit(cast, cast.manager, one))
    for _ in range(2):
        visitor.post(place, {"turn": "show"})
    assert visit(cast, cast.researcher, one).status_code == 200
    assert [turn.hidden for turn in Turn.objects.order_by("at")] == [True, False]
    verbs = Act.objects.filter(verb__in=["hide release", "show release"]).order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["hide release", "show release"]


def test_reading_and_taking_it_along_are_noted(cast: Cast) -> None:
    one = released(cast, ("researcher",))
    visit(cast, cast.researcher, one)
    visit(cast, cast.researcher, one, "release_file", "json")
    noted = Act.objects.filter(who=cast.researcher.pk, object=one.pk).order_by("at").values_list("verb", flat=True)
    assert list(noted) == ["read release", "take release file"]


# nothing about a few


def test_no_name_of_a_client_or_therapist_is_in_it_and_no_random_one_either(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[gathering.Gathered] = []
    real = gathering.gather
    monkeypatch.setattr(gathering, "gather", lambda *given: seen.append(real(*given)) or seen[-1])
    one = released(cast, ("therapist",))
    known = {*THERAPISTS, "C-1", "Berg", "Quist", "Lovell", *seen[0].names}
    assert len(seen[0].names) == 33
    assert not [name for name in known if name in one.frozen]
    keys = {str(client) for client in queries.consenting(of_member(cast.manager), cast.practice.pk)}
    assert not [key for key in keys if key in one.frozen]


def test_a_report_that_named_a_therapist_would_not_be_frozen(cast: Cast) -> None:
    courses(cast.practice, 18)

    def naming(frame: Any, **options: Any) -> dict[str, Any]:
        report = described(frame, **options)
        report["sections"][0]["words"] = [f"{frame['therapist'][0]} is the best."]
        return report

    with pytest.raises(RefusedError, match="names single people"):
        freeze(cast, describing=naming)


@pytest.mark.parametrize("few", [1, 9])
def test_a_report_that_told_of_a_few_would_not_be_frozen(cast: Cast, few: int) -> None:
    courses(cast.practice, 18)

    def telling(frame: Any, **options: Any) -> dict[str, Any]:
        report = described(frame, **options)
        report["sections"][0]["tables"][0]["rows"].append(["GAD-7", few, 3.5])
        return report

    with pytest.raises(RefusedError, match="fewer than ten: The data, The data"):
        freeze(cast, describing=telling)


def test_a_number_that_is_none_is_not_frozen(cast: Cast) -> None:
    courses(cast.practice, 18)
    broken = lambda frame, **options: {**described(frame, **options), "hash": float("nan")}  # noqa: E731
    with pytest.raises(Exception, match="a number that is none"):
        freeze(cast, describing=broken)


@pytest.mark.parametrize(("more", "refused"), [(1, True), (9, True), (10, False)])
def test_one_that_could_be_subtracted_from_an_earlier_one_is_refused(cast: Cast, more: int, refused: bool) -> None:
    courses(cast.practice, 18)
    freeze(cast)
    courses(cast.practice, more, name="D")
    if not refused:
        freeze(cast)
        return
    with pytest.raises(RefusedError, match="‘How it went’ it would differ by what fewer than ten clients gave"):
        freeze(cast)
    page = text(cast.visitor(cast.manager).get(reverse("new_release"), asked()))
    assert "Wait until a later quarter is over, or choose other quarters." in page


def test_also_from_one_that_is_out_of_sight_for_it_was_seen(cast: Cast) -> None:
    courses(cast.practice, 18)
    actions.hide(asker=of_member(cast.manager), release=freeze(cast), why="Too early.")
    courses(cast.practice, 3, name="D")
    with pytest.raises(RefusedError, match="fewer than ten"):
        freeze(cast)


def test_one_answer_corrected_or_kept_later_cannot_be_subtracted_either(cast: Cast) -> None:
    courses(cast.practice, 18)
    freeze(cast)
    freeze(cast)  # the very same: nothing is learned from it
    one = AnswerSet.objects.filter(measure="phq-9", occasion__held_on=a_day(1)).first()
    assert one
    AnswerSet.objects.filter(pk=one.pk).update(total=(one.total or 0) + 1)
    with pytest.raises(RefusedError, match="fewer than ten"):
        freeze(cast)


def test_who_came_in_a_later_quarter_only_cannot_be_told_by_a_longer_period(cast: Cast) -> None:
    courses(cast.practice, 20, quarters_ago=2)
    courses(cast.practice, 4, name="D")
    freeze(cast, wanted((2, 2)))
    with pytest.raises(RefusedError, match="fewer than ten"):
        freeze(cast, wanted((2, 1)))
    courses(cast.practice, 6, name="E")
    freeze(cast, wanted((2, 1)))


def test_what_is_one_colleagues_own_is_shown_to_nobody_else(cast: Cast) -> None:
    courses(cast.practice, 30, therapists=("T-1",))
    with pytest.raises(RefusedError, match="one colleague’s own"):
        freeze(cast)


def test_where_two_led_all_clients_therapists_do_not_see_it(cast: Cast) -> None:
    courses(cast.practice, 30, therapists=("T-1", "T-2"))
    with pytest.raises(RefusedError, match="subtracts their own"):
        freeze(cast, wanted(shown_to=("therapist",)))
    freeze(cast, wanted(shown_to=("researcher",)))


def test_who_works_alone_freezes_their_own(cast: Cast) -> None:
    solo = people.open_practice(asker=COMMAND, name="Solo")
    member = people.add_member(
        asker=COMMAND, practice=solo.pk, name="Ruth", roles=frozenset({"therapist", "manager", "operator"})
    )
    from accord.web.alliance import actions as alliance
    from accord.web.alliance.reading_in import read

    lines = ["client,session,held_on,phq-9.client"]
    lines += [f"S-{one},{n + 1},{a_day(1) + timedelta(weeks=n)},{9 + n}" for one in range(12) for n in range(2)]
    asker = of_member(member)
    alliance.bring_in(asker=asker, practice=solo, reading=read("\n".join(lines) + "\n"), therapist=member)
    made = {"wanted": wanted(shown_to=("client",)), "attempt": uuid4(), "describing": described}
    assert actions.freeze(asker=asker, practice=solo, **made).clients == 12


# what it is made of


def gathered(
    cast: Cast, practice: Practice | None = None, purpose: str = EVALUATION, ago: int = 1
) -> gathering.Gathered:
    quarter = this_quarter() - ago
    return gathering.gather(of_member(cast.manager), (practice or cast.practice).pk, purpose, quarter, quarter)


def test_the_course_table_has_random_names_and_no_day(cast: Cast) -> None:
    courses(cast.practice, 18)
    once, again = gathered(cast), gathered(cast)
    assert once.courses.columns[:4] == ["therapist", "client", "session", "attended"]
    assert {"phq-9.client", "alliance.client", "alliance.client.trust", "alliance.therapist"} <= set(
        once.courses.columns
    )
    assert set(once.courses["session"].to_list()) == {1, 2, 3}
    assert not once.names & again.names
    assert (len(once.courses), once.courses["client"].n_unique(), once.courses["therapist"].n_unique()) == (54, 18, 3)


def test_what_a_client_keeps_is_in_no_release_and_equals_what_was_skipped(cast: Cast) -> None:
    session = cast.course.occasions.get(number=1)
    send(session.check_ins.get(moment="before"), {"phq-9": phq9(3, 2, 1)})
    cast.course.occasions.filter(pk=session.pk).update(held_on=a_day(1))
    row = AnswerSet.objects.get(measure="phq-9")

    def seen(kept: list[str], answers: dict[str, Any]) -> Any:
        AnswerSet.objects.filter(pk=row.pk).update(kept=kept, answers=answers)
        found = gathered(cast)
        return found.courses.drop("client", "therapist").to_dicts(), dict(found.cells)

    whole, some = dict(row.answers), {**row.answers, "1": None, "2": None}
    assert seen(["1", "2"], whole) == seen([], some)
    assert seen(["1", "2"], whole)[0][0]["phq-9.client.1"] is None
    assert seen([], whole)[1] != seen(["1", "2"], whole)[1]


def test_only_who_may_make_a_release_is_given_sessions(cast: Cast) -> None:
    courses(cast.practice, 18)
    quarter = this_quarter() - 1
    for who in ("therapist", "deputy", "researcher", "foreign_therapist"):
        asker = of_member(getattr(cast, who))
        assert gathering.gather(asker, cast.practice.pk, EVALUATION, quarter, quarter).clients == 0
        assert gathering.quarters(asker, cast.practice.pk, a_day(0)) == []
    assert gathering.gather(of_client(cast.ada), cast.practice.pk, EVALUATION, quarter, quarter).clients == 0


def test_a_client_who_went_on_with_a_colleague_is_in_it_once_with_sessions_counted_on(cast: Cast) -> None:
    from accord.web.alliance import actions as alliance

    for number in (1, 2, 3, 4):
        cast.course.occasions.filter(number=number).update(held_on=a_day(1) + timedelta(weeks=number))
    after = alliance.hand_over(asker=of_member(cast.therapist), course=cast.course, to=cast.other_therapist)
    other = of_member(cast.other_therapist)
    later = alliance.book_session(asker=other, course=after, starts_at=cast.session.starts_at)
    type(later).objects.filter(pk=later.pk).update(held_on=a_day(1) + timedelta(weeks=7))
    found = gathered(cast)
    assert found.clients == 1
    assert found.courses["session"].to_list() == [1, 2, 3, 4, 5]
    assert found.courses["therapist"].n_unique() == 2
    assert [len(one) for one in found.leaders] == [2]


def test_research_asks_for_the_list_of_those_who_said_yes(cast: Cast) -> None:
    from accord.web.alliance import queries as alliance

    with pytest.raises(ValueError, match="only clients who said yes"):
        alliance.for_release(of_member(cast.manager), "research", cast.practice.pk, a_day(1), a_day(0))
    assert gathered(cast, purpose=RESEARCH).clients == 0
