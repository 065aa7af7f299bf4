"""How it stands with mending: the client's word first, then the therapist's, then the scores; never mixed."""

import pytest

from accord.alliance import Entry, Rule, read, scored_since, standing

RULE = Rule(sd_within=0.35, reliable_drop=0.8)


@pytest.mark.parametrize(
    ("client", "therapist", "scored", "state", "waits"),
    [
        (None, None, None, "talked", True),
        (None, None, "open", "talked", True),
        (None, None, "repaired", "returned", True),
        (None, True, "open", "called", False),
        (None, False, "repaired", "returned", True),
        (True, None, "open", "mended", False),
        (True, False, "open", "mended", False),
        (False, True, "repaired", "not-yet", True),
    ],
)
def test_whose_word_counts(client: bool | None, therapist: bool | None, scored: None, state: str, waits: bool) -> None:
    found = standing(client, therapist, scored)
    assert (found.state, found.waits, found.scored) == (state, waits, scored)
    assert found.reason


def strained(*marks: float | None) -> list[Entry]:
    return [Entry(n, 4.4, strain={"off": mark, "held_back": 0}) for n, mark in enumerate(marks, 1)]


def since(number: int, entries: list[Entry]) -> str | None:
    return scored_since(number, read(entries, RULE), entries, RULE)


def test_a_drop_is_scored_by_its_own_rule() -> None:
    fall = [Entry(n, value) for n, value in enumerate((4.4, 4.5, 4.4, 3.0, 3.1), 1)]
    assert since(4, fall) == "open"
    assert since(4, [*fall, Entry(6, 4.4)]) == "repaired"


def test_strain_is_back_when_a_whole_answer_has_none_within_the_window() -> None:
    assert since(2, strained(0, 4)) == "open"
    assert since(2, strained(0, 4, 4, 1)) == "repaired"
    assert since(2, strained(0, 4, 4, 4, 4, 0)) == "open"  # after the window of three


def test_a_skipped_strain_item_neither_mends_nor_uses_up_the_window() -> None:
    """A kept answer equals a skipped one: nobody can tell from the state which it was."""
    assert since(2, strained(0, 4, None)) == "open"
    assert since(2, strained(0, 4, None, None, None, 0)) == "repaired"


def test_where_nothing_was_scored_nothing_is_said() -> None:
    assert since(2, strained(0, 0, 0)) is None
    assert since(9, strained(0, 0, 0)) is None
