"""On a course page: how far somebody has come, always; what was to be expected, where that is switched on."""

import re

from accord.web.outcome import actions
from accord.web.people.asker import of_member
from tests.cast import Cast
from tests.rules.test_addresses import switch_on
from tests.web.outcome.rating import bring_in_past, rate

RED = re.compile(r'class="[^"]*(urgent|problems|error)')


def page(cast: Cast) -> str:
    return cast.visitor(cast.therapist).get(f"/courses/{cast.course.pk}/").content.decode()


def words(cast: Cast) -> str:
    """The page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(cast)))


def test_one_rating_says_what_is_missing(cast: Cast) -> None:
    rate(cast, 15)
    assert "Too little to say: one rating so far" in words(cast)
    assert "Improved" not in words(cast)


def test_recovered_with_the_interval_the_numbers_the_reliability_and_the_reason(cast: Cast) -> None:
    rate(cast, 17, 14, 11, 7)
    said = words(cast)
    assert "Recovered. 10 lower than at the first rating, probably between 4.3 and 15.7 lower: from 17 on" in said
    assert "over 4 ratings" in said
    assert "reliability 0.86, internal consistency (alpha)" in said
    assert "more than measurement error is likely to make (5.7), and beyond the cut-off (10)" in said
    assert "from 10 or above to below 10" in said


def test_improved_unchanged_and_worse_in_words(cast: Cast) -> None:
    for totals, kind in (((20, 19, 16, 12), "Improved."), ((12, 13, 12, 9), "Unchanged."), ((8, 9, 12, 15), "Worse.")):
        rate(cast, *totals)
        assert kind in words(cast), kind
        assert "deteriorated" not in words(cast)
        for answered in cast.course.occasions.all():
            answered.answer_sets.all().delete()
            answered.check_ins.filter(moment="before").update(answered_at=None)


def test_the_wedge_of_measurement_error_stands_there_whether_anything_is_switched_on_or_not(cast: Cast) -> None:
    rate(cast, 17, 14, 11, 7)
    assert "no more than error" in page(cast)
    assert "within the limits" not in page(cast)


def test_a_sudden_gain_is_marked_and_said(cast: Cast) -> None:
    rate(cast, 20, 19, 8, 7)
    assert "sudden gain" in page(cast)
    assert "11 lower from session 2 to 3 (19 to 8), and the sessions around it differ too." in words(cast)


def test_a_measure_without_published_spread_says_so_instead_of_a_number(cast: Cast) -> None:
    from accord.tables import Reading, Row
    from accord.web.alliance import actions as alliance

    rows = [
        Row(2 + n, "K", None, n + 1, None, "yes", {("k6", "client"): total}, {}) for n, total in enumerate((20.0, 4.0))
    ]
    reading = Reading(tuple(rows), (), (), (), 2)
    alliance.bring_in(
        asker=of_member(cast.therapist), practice=cast.practice, reading=reading, therapist=cast.therapist
    )
    course = type(cast.course).objects.exclude(pk=cast.course.pk).get(therapist=cast.therapist)
    said = re.sub(r"<[^>]+>", " ", cast.visitor(cast.therapist).get(f"/courses/{course.pk}/").content.decode())
    assert "16 lower than at the first rating" in said
    assert "nothing published is at hand about how much people in therapy differ" in said
    assert "Improved" not in said


def test_nothing_of_an_expected_course_is_there_before_it_is_switched_on(cast: Cast) -> None:
    rate(cast, 8, 9, 15, 18)
    assert "worth a look" not in page(cast)
    assert "On track" not in page(cast)
    switch_on(cast)
    assert "Not on track: worth a look" in page(cast)
    assert "within the limits" in page(cast)
    assert "worse by more than measurement error is likely to make (5.7)" in words(cast)


def test_on_track_is_said_with_its_session_and_is_no_reassurance(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 17, 14, 11, 9)
    said = words(cast)
    assert "On track by this rule" in said
    assert "Session 4:" in said
    assert "no reassurance" in said


def test_no_colour_of_alarm_is_used_for_it(cast: Cast) -> None:
    switch_on(cast)
    rate(cast, 8, 9, 15, 18)
    assert "Not on track" in page(cast)
    assert not RED.search(page(cast))


def test_from_300_own_courses_on_the_band_is_the_practices_own_and_once_is_not_enough(cast: Cast) -> None:
    bring_in_past(cast, 305)
    switch_on(cast)
    actions.work_out(asker=of_member(cast.manager), practice=cast.practice.pk)
    rate(cast, 14, 13, 20)
    assert "80 of 100 past courses" in page(cast)
    assert "Beyond the limit once." in words(cast)
    assert "a curve fitted on 305 past courses of this practice" in words(cast)
    rate(cast, None, None, None, 21)
    assert "Not on track: worth a look" in words(cast)
    assert "twice in a row above" in words(cast)
