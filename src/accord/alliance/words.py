"""Reasons in plain words. No diagnosis, no blame, no promise; the same words for one session and for a table."""

STRAIN = {
    "off": "something between them felt off",
    "held_back": "something was held back",
}


def number(value: float) -> str:
    """Two decimals at most, no sign for nought."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def ratings(n: int) -> str:
    return "the rating before" if n == 1 else f"the mean of the last {n} ratings"


def drop(y: float, m: float, n: int, reliable: float, alert: bool) -> str:
    """Why a fall in the score is worth asking about."""
    # A chart or an EWMA can still fire on the way back up.
    told = f"{number(y)} is {number(m - y)} below {ratings(n)} ({number(m)})" if y < m else f"{number(y)} is still low"
    if alert:
        return f"{told}: unusual for one person, and more than chance is likely to make ({number(reliable)})"
    return f"{told}: unusual for one person; worth asking"


def returned(y: float, needed: float, since: int, after: int) -> str:
    sessions = "1 rated session" if after == 1 else f"{after} rated sessions"
    return f"scores returned: {number(y)} reaches {number(needed)} again, {sessions} after the drop in session {since}"


def still_open(y: float, needed: float, since: int, after: int, window: int) -> str:
    if after == 0:
        return (
            f"open from session {since}: a return to {number(needed)} within {window} rated sessions counts as repaired"
        )
    if after <= window:
        return f"open since session {since}: {number(y)} is below {number(needed)}, {after} of {window} sessions used"
    if y >= needed:
        return (
            f"open since session {since}: back at {number(y)} after more than {window} sessions; does it feel mended?"
        )
    return f"still open since session {since}: no return to {number(needed)} within {window} rated sessions"


def strain(item: str, value: float) -> str:
    return f"{STRAIN.get(item, item)}: {number(value)} of 5"


def gap(change: float, n: int) -> str:
    way = "up" if change > 0 else "down"
    return f"the therapist's view moved {way} by {number(abs(change))} against the client's, compared with {ratings(n)}"


def missing(n: int) -> str:
    return f"no check-in after this session; each of the {n} before had one"


def ceiling(n: int, top: float) -> str:
    return f"all {n} ratings lie close to {number(top)}, the best there is: such scores tell little"


def not_rated(since: int) -> str:
    return f"open since session {since}; this session was not rated, which says nothing either way"
