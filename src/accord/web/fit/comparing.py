"""Those whom a seeker met, side by side, as the pages show it: names, days, and the noise of one rating as drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from accord.fit import Comparison, Impression, compare
from accord.fit.impressions import SEEKER
from accord.web.fit import models, queries
from accord.web.fit.models import Search

SIDES = {"comfort": "How it felt", "approach": "The way of working", "confidence": "Whether they can help"}


@dataclass(frozen=True)
class SideBySide:
    """The domain's comparison, with the meetings it rests on in the order of meeting."""

    found: Comparison
    met: Sequence[tuple[str, models.Meeting]]


def side_by_side(search: Search) -> SideBySide:
    """All that was rated and not called off or missed; somebody met twice stands with the later meeting."""
    given = [one for one in queries.impressions(search) if one.answers and not one.meeting.missed_at]
    meetings = sorted({one.meeting.pk: one.meeting for one in given}.values(), key=lambda one: str(one.starts_at))
    order = {one.pk: place for place, one in enumerate(meetings, 1)}
    names = _names(meetings)
    rated = [
        Impression(
            therapist=names[one.meeting.member_id],
            met=order[one.meeting_id],
            meeting="call" if one.meeting.kind == models.Meeting.CALL else "consultation",
            day="first" if one.day == models.Impression.FIRST else "next",
            answers=one.answers or {},
        )
        for one in given
    ]
    found = compare(rated)
    last = {names[one.member_id]: one for one in meetings}
    return SideBySide(found, [(name, last[name]) for name in found.order])


def _names(meetings: Sequence[models.Meeting]) -> dict[object, str]:
    """Two of one name are told apart by the order of meeting."""
    names: dict[object, str] = {}
    for one in meetings:
        if one.member_id not in names:
            same = sum(name.split(" (")[0] == one.member.name for name in names.values())
            names[one.member_id] = f"{one.member.name} ({same + 1})" if same else one.member.name
    return names


def sides(found: Comparison) -> list[tuple[str, list[object]]]:
    """The lines by what they are about: comfort and 'can help me' never stand in one heap."""
    return [
        (title, [line for line in found.lines if line.item.side == side])
        for side, title in SIDES.items()
        if any(item.side == side for item in SEEKER)
    ]
