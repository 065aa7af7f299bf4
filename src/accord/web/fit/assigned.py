"""An assignment after it was applied, in words for a manager: who goes to whom, and whether it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.web.design.environment import plural
from accord.web.fit import queries
from accord.web.fit.actions import Undone
from accord.web.fit.models import Assignment, Suggestion
from accord.web.fit.standing import CHOSEN, COMING, MET, Standing


@dataclass(frozen=True)
class Summary:
    """`unseen`: nobody has heard of it yet. `open`: how many pairs an undo would still take back."""

    assignment: Assignment
    unseen: bool
    open: int
    agreed: int

    @property
    def can_be_undone(self) -> bool:
        return bool(self.open) and self.assignment.undone_at is None


def summary(one: Assignment, now: datetime) -> Summary:
    stands = queries.stands(queries.suggestions(one), now).values()
    agreed = sum(each.state in (COMING, MET, CHOSEN) for each in stands)
    still = sum(each.open and each.state != COMING for each in stands)
    return Summary(one, one.undone_at is None and now < one.told_at, still, agreed)


def pairs(one: Assignment, now: datetime) -> Sequence[tuple[Suggestion, str]]:
    """Each with where it stands. Whose no it was is not said: that is between the two."""
    them = queries.suggestions(one)
    stands = queries.stands(them, now)
    return [(each, _word(one, stands.get(each.pk), now)) for each in them]


def _word(one: Assignment, standing: Standing | None, now: datetime) -> str:
    if standing is None or standing.meeting.called_off_by == "practice":
        return "taken back"
    if now < one.told_at:
        return "not told yet"
    if standing.state in (COMING, MET, CHOSEN):
        return "agreed on a first call"
    return "told, not agreed yet" if standing.open else "did not come about"


def undone_in_words(done: Undone) -> str:
    """What an undo did."""
    if done.unseen:
        return f"Undone: {plural(done.unseen, 'pair')}. No letter had gone out, and nobody has heard of it."
    if done.called_off:
        stays = f" {plural(done.stay, 'pair')} stayed as they are: agreed, or over." if done.stay else ""
        return f"Called off: {plural(done.called_off, 'pair')}. Both sides had been told, and are told of this.{stays}"
    return "It was undone already."
