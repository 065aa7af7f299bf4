"""Where a meeting stands, derived from what was asked, answered and called off; whose turn it is, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.web.fit.models import Meeting

# How long a time is held for somebody who has not confirmed their address yet: long enough for a letter, too short to
# keep a therapist's week from everybody else.
HELD = timedelta(minutes=30)
UNCONFIRMED, ASKED, LATE, PROPOSED, PASSED = "unconfirmed", "asked", "late", "proposed", "passed"
COMING, MET, DECLINED, OFF, MISSED, CHOSEN = "coming", "met", "declined", "off", "missed", "chosen"
OPEN = frozenset({UNCONFIRMED, ASKED, LATE, PROPOSED, PASSED, COMING})
"""What still waits for something; a seeker has three of these at most."""
WAITS_FOR_THERAPIST = frozenset({ASKED, LATE, PASSED})


@dataclass(frozen=True)
class Standing:
    """One meeting on one moment. `late_at`: when somebody else is suggested, as the practice has set it."""

    meeting: Meeting
    state: str
    late_at: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def called_off(self) -> bool:
        return self.state in (OFF, MISSED)

    @property
    def waits_for_therapist(self) -> bool:
        return self.state in WAITS_FOR_THERAPIST


def standing(one: Meeting, now: datetime, reply_days: int) -> Standing:
    """Before the seeker's address is confirmed no therapist is told of the request."""
    late_at = one.told_at + timedelta(days=reply_days) if one.told_at and one.answered_at is None else None
    return Standing(one, _state(one, now, late_at), late_at)


def _state(one: Meeting, now: datetime, late_at: datetime | None) -> str:
    if one.chosen_at:
        return CHOSEN
    if one.declined_at:
        return DECLINED
    if one.called_off_at:
        return OFF
    if one.missed_at:
        return MISSED
    if one.agreed_at and one.ends_at:
        return COMING if one.ends_at > now else MET
    if one.told_at is None:
        return UNCONFIRMED
    ahead = bool(one.starts_at and one.starts_at > now)
    if ahead and one.proposed_by == "therapist":
        return PROPOSED
    if one.answered_at and not ahead:
        return PASSED  # the time that was proposed is over, and nobody said yes to it
    return LATE if late_at and now >= late_at else ASKED
