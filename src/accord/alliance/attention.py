"""What to look at before the next session: at most three things, the weightiest first, each with its reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accord.alliance.mending import Standing
from accord.alliance.rule import VERSION
from accord.alliance.values import Ceiling, Reading, Signal, Tier

MOST = 3


@dataclass(frozen=True, slots=True)
class Aside:
    """A signal that its therapist laid aside: what it was, and the session it began in."""

    what: str
    session: int


@dataclass(frozen=True, slots=True)
class ToAsk:
    """One thing to ask about. `what` is drop, strain:<item>, gap, missing or mending; `since` the session it began in.

    value and threshold are those of the signal behind it, where there is one; `how` is how it stands with mending.
    """

    what: str
    since: int | None
    tier: Tier
    reason: str
    rank: int
    value: float | None = None
    threshold: float | None = None
    n_used: int = 0
    method: str = ""
    how: Standing | None = None
    version: str = VERSION


def to_ask(
    readings: Sequence[Reading],
    *,
    aside: Iterable[Aside] = (),
    mending: Iterable[tuple[int | None, Standing]] = (),
) -> tuple[ToAsk, ...]:
    """Everything there is to ask about now, the weightiest first; the first three are enough for one session.

    Signals count from the last rated session on: older ones had their session. What is being mended is told as that,
    not again as a signal. `mending`: how each stands, with the session it began in (None: without a score).
    """
    mended, laid = tuple(mending), tuple(aside)
    told = {since for since, _ in mended}
    found = [one for one in _current(readings) if not _is_laid(one, laid) and one.since not in told]
    found += [_mending(since, how) for since, how in mended if how.waits]
    return tuple(sorted(found, key=lambda one: (one.rank, -(one.since or 0), one.what)))


def _since_last_rated(readings: Sequence[Reading]) -> Sequence[Reading]:
    """The last rated session and those after it; all of them where none was rated."""
    rated = [place for place, one in enumerate(readings) if one.value is not None]
    return readings[rated[-1] if rated else 0 :]


def ceiling(readings: Sequence[Reading]) -> Ceiling | None:
    """Said while every rating has been near the best; a session without a rating changes nothing."""
    rated = [one for one in readings if one.value is not None]
    return rated[-1].ceiling if rated else None


def _current(readings: Sequence[Reading]) -> list[ToAsk]:
    latest = _since_last_rated(readings)
    found = [_beside(one.session, signal) for one in latest for signal in one.signals if signal.kind != "drop"]
    return found + _drop(readings, latest)


def _beside(session: int, signal: Signal) -> ToAsk:
    rank = {"strain": 2, "gap": 6, "missing": 7}[signal.kind]
    what = signal.method if signal.kind == "strain" else signal.kind
    return _signalled(what, session, signal, signal.reason, rank)


def _signalled(what: str, since: int, signal: Signal, reason: str, rank: int) -> ToAsk:
    numbers = signal.value, signal.threshold, signal.n_used, signal.method
    return ToAsk(what, since, signal.tier, reason, rank, *numbers)


def _drop(readings: Sequence[Reading], latest: Sequence[Reading]) -> list[ToAsk]:
    """A drop that is open, told from its onset on: one thing, however many sessions it lasts. Else that of the last."""
    if not latest:
        return []
    rated = latest[0]
    standing = latest[-1].repair or rated.repair
    still = standing if standing and standing.state == "open" else None
    since = still.since if still else rated.session
    onset = next((one.drop for one in readings if one.session == since), None)
    if onset is None:
        return []
    reason = f"{onset.reason}; {still.reason}" if still and since != rated.session else onset.reason
    return [_signalled("drop", since, onset, reason, _weight(onset))]


def _weight(drop: Signal) -> int:
    return 0 if drop.tier == "alert" else 3


def _mending(since: int | None, how: Standing) -> ToAsk:
    rank = {"not-yet": 1, "returned": 4, "talked": 5}[how.state]
    return ToAsk("mending", since, "watch", how.reason, rank, method=how.method, how=how)


def _is_laid(one: ToAsk, laid: Sequence[Aside]) -> bool:
    """For the same drop it never comes back, also where a late check-in moved its beginning to an earlier session."""
    if one.what == "drop":
        return any(each.what == "drop" and each.session >= (one.since or 0) for each in laid)
    return Aside(one.what, one.since or 0) in laid
