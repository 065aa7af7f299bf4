"""What to look at before the next session: at most three things, each once, and never again once laid aside."""

from hypothesis import given
from hypothesis import strategies as some

from accord.alliance import Aside, Entry, Rule, ceiling, opening, read, standing, to_ask

RULE = Rule(sd_within=0.35, reliable_drop=0.8)
FALL = (4.4, 4.5, 4.4, 3.0)


def course(*values: float | None, off: float = 0) -> list[Entry]:
    """A course whose last session was strained by `off`."""
    told = [Entry(number, value, strain={"off": 0, "held_back": 0}) for number, value in enumerate(values, 1)]
    return [*told[:-1], Entry(len(values), values[-1], strain={"off": off, "held_back": 0})]


def asked(entries: list[Entry], **known) -> list[tuple[str, int | None]]:  # type: ignore[no-untyped-def]
    return [(one.what, one.since) for one in to_ask(read(entries, RULE), **known)]


def test_a_steady_course_brings_nothing() -> None:
    assert asked(course(4.2, 4.3, 4.2, 4.3)) == []


def test_a_drop_comes_before_strain() -> None:
    found = to_ask(read(course(*FALL, off=4), RULE))
    assert [(one.what, one.tier, one.since) for one in found] == [("drop", "alert", 4), ("strain:off", "watch", 4)]
    assert "below the mean of the last 3 ratings" in found[0].reason
    assert found[1].reason == "something between them felt off: 4 of 5"


def test_a_drop_stays_one_thing_until_scores_return() -> None:
    """The session after is still low: it is the same drop, told from its onset on, not a second one."""
    [still] = to_ask(read(course(*FALL, 3.1), RULE))
    assert (still.what, still.since) == ("drop", 4)
    assert "1 of 3 sessions used" in still.reason
    assert asked(course(*FALL, 4.4)) == []


def test_a_session_without_a_rating_changes_nothing_about_an_open_drop() -> None:
    """The check-in that did not come is told beside it, since all before it had one."""
    assert asked(course(*FALL, None)) == [("drop", 4), ("missing", 5)]


def test_what_was_laid_aside_does_not_come_back_for_the_same_drop() -> None:
    laid = [Aside("drop", 4)]
    assert asked(course(*FALL), aside=laid) == []
    assert asked(course(*FALL, 3.0), aside=laid) == []
    assert asked(course(*FALL, 3.0, None), aside=laid) == [("missing", 6)]  # another thing, and the drop stays away


def test_a_new_drop_after_a_return_is_a_new_signal() -> None:
    assert asked(course(*FALL, 4.4, 4.4, 4.4, 3.0), aside=[Aside("drop", 4)]) == [("drop", 8)]


def test_a_late_check_in_that_moves_the_beginning_does_not_bring_it_back() -> None:
    """Session 4 was rated low after session 5 had been laid aside: the same drop, seen to begin earlier."""
    assert asked(course(*FALL, 3.0), aside=[Aside("drop", 5)]) == []


def test_strain_laid_aside_is_that_of_one_session() -> None:
    again = [*course(4.4, 4.4, off=4), Entry(3, 4.4, strain={"off": 4, "held_back": 0})]
    assert asked(again, aside=[Aside("strain:off", 2)]) == [("strain:off", 3)]


def test_what_is_being_mended_is_told_as_that_and_not_again_as_a_signal() -> None:
    talked = standing(None, None, "open")
    assert asked(course(*FALL, off=4), mending=[(4, talked)]) == [("mending", 4)]
    assert asked(course(*FALL), mending=[(4, standing(True, None, "open"))]) == []


def test_a_word_of_not_mended_weighs_more_than_strain() -> None:
    found = asked(course(4.4, 4.5, 4.4, off=3), mending=[(1, standing(False, None, None))])
    assert found == [("mending", 1), ("strain:off", 3)]


def test_two_repairs_that_began_without_a_score_are_two() -> None:
    talked = standing(None, None, None)
    assert asked(course(4.4, 4.5), mending=[(None, talked), (None, talked)]) == [("mending", None), ("mending", None)]


def test_near_perfect_scores_bring_a_question() -> None:
    assert ceiling(read(course(5.0, 5.0, 5.0, None), Rule())) is not None
    assert ceiling(read(course(5.0, 5.0, 4.0), Rule())) is None
    assert "a little better" in opening("ceiling").words["unsure"]


def test_every_thing_has_words_to_open_it_and_no_way_of_showing_is_guessed() -> None:
    for what in ("drop", "strain:off", "strain:held_back", "gap", "missing", "ceiling", None):
        assert opening(what).words["unsure"]
        assert opening(what).do
    for state in ("talked", "returned", "not-yet"):
        assert opening("mending", state).words["unsure"]
    assert set(opening("drop").words) == {"unsure", "withdrawal", "confrontation"}


@given(some.lists(some.one_of(some.none(), some.floats(0, 5)), max_size=12), some.integers(0, 12))
def test_whatever_was_laid_aside_is_never_asked_about(values: list[float | None], mark: int) -> None:
    """For any course: laying aside all that is asked about leaves nothing of it but what has no session."""
    readings = read([Entry(n, value, strain={"off": mark % 6}) for n, value in enumerate(values, 1)], RULE)
    found = to_ask(readings)
    laid = [Aside(one.what, one.since or 0) for one in found]
    assert to_ask(readings, aside=laid) == ()


@given(some.lists(some.one_of(some.none(), some.floats(0, 5)), max_size=12))
def test_each_thing_is_told_once(values: list[float | None]) -> None:
    found = asked([Entry(n, value) for n, value in enumerate(values, 1)])
    assert len(found) == len(set(found))
