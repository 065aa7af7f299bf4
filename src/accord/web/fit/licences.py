"""Where a licence stands on a day, derived from what was stated and decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from accord.web.fit.models import Credential
from accord.web.people.models import Practice

SOON = timedelta(days=60)
WITHDRAWN, REFUSED, ENDED, WAITS, SOON_OVER, IN_DATE = "withdrawn", "refused", "ended", "waits", "soon", "in date"


@dataclass(frozen=True)
class Standing:
    """One licence, where it stands, how many days are left, and whether another was stated in its place."""

    licence: Credential
    state: str
    days: int
    renewed: bool

    @property
    def looked_at(self) -> bool:
        return bool(self.licence.verified_at or self.licence.refused_at)

    @property
    def by_themself(self) -> bool:
        """As in a solo practice, where one person is therapist and manager."""
        return self.licence.verified_by_id == self.licence.member_id

    @property
    def asks(self) -> bool:
        """Whether it wants something done: a renewal, while none was stated."""
        return self.state in (SOON_OVER, ENDED) and not self.renewed


@dataclass(frozen=True)
class Desk:
    """A practice's licences as a manager meets them: what waits for them first."""

    waiting: list[Standing]
    soon: list[Standing]
    ended: list[Standing]
    others: list[Standing]


def today(practice: Practice) -> date:
    """The day it is where the practice is."""
    return timezone.localtime(timezone.now(), practice.zone).date()


def counts(one: Credential) -> bool:
    """Whether it was verified and neither refused nor withdrawn; its last day is asked for apart."""
    return bool(one.verified_at) and not one.refused_at and not one.withdrawn_at


def renewed(one: Credential, others: Iterable[Credential]) -> bool:
    """Whether the same therapist stated a later one for the same region, which nobody refused."""
    return any(
        other.member_id == one.member_id
        and other.region.casefold() == one.region.casefold()
        and other.until > one.until
        and not other.refused_at
        and not other.withdrawn_at
        for other in others
    )


def state(one: Credential, on: date) -> str:
    if one.withdrawn_at:
        return WITHDRAWN
    if one.refused_at:
        return REFUSED
    if one.until < on:
        return ENDED
    if not one.verified_at:
        return WAITS
    return SOON_OVER if one.until - on <= SOON else IN_DATE


def standings(every: Sequence[Credential], on: date) -> list[Standing]:
    return [Standing(one, state(one, on), (one.until - on).days, renewed(one, every)) for one in every]


def desk(every: Sequence[Credential], on: date) -> Desk:
    """Those that wait, the oldest first; those that end soon and those that ended, unless renewed; the rest."""
    found = [one for one in standings(every, on) if one.state != WITHDRAWN]
    asking = sorted((one for one in found if one.asks), key=lambda one: one.licence.until)
    waiting = sorted((one for one in found if one.state == WAITS), key=lambda one: one.licence.stated_at)
    return Desk(
        waiting=waiting,
        soon=[one for one in asking if one.state == SOON_OVER],
        ended=[one for one in asking if one.state == ENDED],
        others=[one for one in found if not one.asks and one.state != WAITS],
    )
