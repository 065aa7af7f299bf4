"""Where a meeting stands, in words: for whoever looks, and for the therapist; who rings whom, and how."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accord.web.design.environment import day
from accord.web.fit.ask_forms import in_words
from accord.web.fit.models import Meeting
from accord.web.fit.standing import (
    ASKED,
    CHOSEN,
    COMING,
    DECLINED,
    LATE,
    MET,
    MISSED,
    OFF,
    PASSED,
    PROPOSED,
    UNCONFIRMED,
    Standing,
)

TAGS = {
    UNCONFIRMED: "waits for you to confirm",
    ASKED: "asked",
    LATE: "no answer yet",
    PROPOSED: "another time is proposed",
    PASSED: "needs a new time",
    COMING: "agreed",
    MET: "you met",
    DECLINED: "not possible",
    OFF: "called off",
    MISSED: "did not take place",
    CHOSEN: "chosen",
}
GUIDE = (
    "Have you worked with something like what brings me? How?",
    "What would our first sessions look like, and what would be mine to do?",
    "How would we notice whether it helps, and what do you do if it does not?",
    "How do you like to hear that something between us does not feel right?",
    "What does it cost, how soon could we begin, and how do we cancel?",
)
"""Five things to ask on a first call."""


def when(at: datetime, zone: ZoneInfo) -> str:
    """'Tue 4 March, 7:30 pm', on this clock."""
    there = at.astimezone(zone)
    return f"{day(there.date())}, {in_words(there)}"


def both_clocks(at: datetime, mine: ZoneInfo, theirs: ZoneInfo) -> str:
    """One's own clock, and the therapist's beside it where it shows another time."""
    own, there = f"{when(at, mine)} ({mine.key.replace('_', ' ')})", at.astimezone(theirs)
    if at.astimezone(mine).utcoffset() == there.utcoffset():
        return own
    same_day = there.date() == at.astimezone(mine).date()
    return f"{own}; by their clock {in_words(there) if same_day else f'{there:%a} {in_words(there)}'}"


def tag(one: Standing) -> str:
    """Where it stands, in a word or two."""
    return "suggested" if unanswered(one) else TAGS[one.state]


def unanswered(one: Standing) -> bool:
    """Whether the practice suggests somebody, and the seeker has said neither yes nor no."""
    row = one.meeting
    return bool(
        row.suggested and one.state in (ASKED, LATE) and not row.starts_at and row.suggested.welcomed_at is None
    )


def to_seeker(one: Standing, zone: ZoneInfo) -> str:
    """Where it stands and since when, in a sentence."""
    row, name = one.meeting, one.meeting.member.name
    if unanswered(one):
        return f"{row.practice.name} suggests {name}. Pick a time that suits you, or ask for somebody else."
    at = both_clocks(row.starts_at, zone, row.practice.zone) if row.starts_at else ""
    since = when(row.told_at or row.asked_at, zone)
    limit = f" If there is no answer by {when(one.late_at, zone)}, we suggest somebody else." if one.late_at else ""
    picked = f" You picked {at}." if at and row.proposed_by == "seeker" else ""
    return {
        UNCONFIRMED: f"Open the link in the letter we sent you. Until then {name} has not heard of it.{picked}",
        ASKED: f"Asked since {since}; {name} has not answered yet.{picked}{limit}",
        LATE: f"Asked since {since}, and {name} has not answered. You need not wait.{picked}",
        PROPOSED: f"{name} proposes {at}.",
        PASSED: "The time is over and nobody said yes to it. Pick another one, or call it off.",
        COMING: f"{at}, {row.minutes} minutes.",
        MET: f"You met on {at}." if row.kind == Meeting.CONSULTATION else f"You talked on {at}.",
        DECLINED: f"{name} is not the right person for this, and says so.",
        OFF: _who_called_off(row, "You asked for somebody else." if row.suggested else "You called it off."),
        MISSED: f"You said that it did not take place on {at}.",
        CHOSEN: f"You chose {name}.",
    }[one.state]


def to_therapist(one: Standing, zone: ZoneInfo) -> str:
    """The same for the one who was asked."""
    row = one.meeting
    at = when(row.starts_at, zone) if row.starts_at else ""
    since = when(row.told_at or row.asked_at, zone)
    asked, wish = "Asked", "Asks you to propose a time"
    if row.suggested:
        asked, wish = "Suggested by your practice", "Would like to meet you; propose a time"
    if unanswered(one):
        wish = "Has not answered yet; you can propose a time already"
    return {
        ASKED: f"{asked} on {since}. {'Would like ' + at if at else wish}.",
        LATE: f"Waits since {since}. {'Would like ' + at if at else wish}.",
        PROPOSED: f"You proposed {at}; they have not answered yet.",
        PASSED: "The time is over and nobody said yes. Propose another one, or decline.",
        COMING: f"{at}, {row.minutes} minutes.",
        MET: f"You met on {at}.",
        DECLINED: "You declined.",
        OFF: _who_called_off(row, "They called it off."),
        MISSED: f"They say that it did not take place on {at}.",
        CHOSEN: "They chose you.",
        UNCONFIRMED: "",
    }[one.state]


def _who_called_off(row: Meeting, seeker: str) -> str:
    if row.called_off_by == "practice" and row.suggested:
        return f"{row.practice.name} took its suggestion back."
    return seeker if row.called_off_by == "seeker" else "It was called off."


def how(row: Meeting, *, agreed: bool) -> list[str]:
    """Who rings whom or where to meet, and what it costs, to the seeker. Numbers and links only once it is agreed."""
    name, reach = row.member.name, (row.member.offer.reach or "").strip()
    cost = [f"Cost: {row.cost}." if row.cost else "What it costs is not said; ask first."]
    if row.kind == Meeting.CONSULTATION:
        place = (row.member.offer.consultation_place or "").strip()
        where = f"You meet here: {place}" if place else f"{name} has not said where yet; they will tell you."
        return [where if agreed else f"It takes {row.minutes} minutes. Where is told once it is agreed.", *cost]
    if row.rings == "therapist":
        return [f"{name} rings you on {row.search.seeker.phone}.", *cost]
    by = "ring" if row.rings == "seeker" else "open"
    told = f"You {by}: {reach}" if reach else f"{name} has not said the {'number' if by == 'ring' else 'link'} yet."
    later = f"You {by} {'them' if by == 'ring' else 'a link'}; it is told once it is agreed."
    return [told if agreed else later, *cost]


def how_to_therapist(row: Meeting) -> str:
    """The same from the other side, with the number they gave for the day."""
    phone = row.search.seeker.phone
    theirs = f" Their number: {phone}." if (phone and row.rings != "therapist") or row.kind != Meeting.CALL else ""
    return f"{row.minutes} minutes. {_how_to_therapist(row)}{theirs if phone else ''}"


def _how_to_therapist(row: Meeting) -> str:
    if row.kind == Meeting.CONSULTATION:
        place = (row.member.offer.consultation_place or "").strip()
        return f"They were told: {place}" if place else "You have not said where you meet; write it into your offer."
    if row.rings == "therapist":
        return f"You ring {row.search.seeker.phone or 'them; no number was given'}."
    reach = (row.member.offer.reach or "").strip()
    told = (
        f"They were told: {reach}" if reach else "They have no number or link from you yet; write it into your offer."
    )
    return f"{'They ring you' if row.rings == 'seeker' else 'You meet by a link'}. {told}"
