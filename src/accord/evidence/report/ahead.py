"""What comes before what: within people by the RI-CLPM, between people by the early alliance and the outcome at the "
"end."""

import math
from collections.abc import Iterator
from typing import Any

import polars as pl

from accord.evidence import wording
from accord.evidence.literature import Local, compare, finding
from accord.evidence.report.levels import p_cell
from accord.evidence.report.parts import Section, Table
from accord.evidence.report.source import Source
from accord.evidence.within import CLIENTS, Lagged, lagged
from accord.evidence.wording import interval, not_enough, number

EARLY = 3
Early = tuple[float, float, float, int]


def within_section(src: Source) -> Section:
    """The crossed paths from one session to the next."""
    heading = "What comes before what, within people"
    name = src.alliance or src.by_therapist
    if not name:
        return Section("ahead", heading, False, ("The table has no alliance ratings.",))
    src.told("what leads to what")
    ahead = lagged(src.rows, src.outcome, name)
    if not ahead.enough:
        return Section("ahead", heading, False, (not_enough(src.guard.why(ahead.why)),))
    words = (
        f"The earlier values of both ratings are held constant here, over sessions 1 to {ahead.waves}, and what is "
        "stable about a person is taken out (random-intercept cross-lagged panel model).",
        *wording.lagged(ahead.fit, src.alliance_title, src.outcome_title),
        *src.guard.notes(ahead.fit.notes),
    )
    return Section("ahead", heading, True, words, (_paths(src, ahead),), short=words[1:2])


def _paths(src: Source, ahead: Lagged) -> Table:
    called = {ahead.fit.x: src.alliance_title, ahead.fit.y: src.outcome_title}
    rows = [
        (
            f"{called[one.of]}, then {called[one.to]}",
            *(round(each, 3) for each in (one.std, one.std_low, one.std_high, one.estimate)), p_cell(one.p_value),
        )
        for one in ahead.fit.overall
    ]  # fmt: skip
    columns = ("from one session to the next", "in within-person SDs", "from", "to", "in points", "p")
    said = f"Paths within people, {src.guard.said(ahead.clients)} people (RI-CLPM, 95 % intervals)"
    return Table(said, columns, tuple(rows))


def between_section(src: Source) -> Section:
    """The number that most studies give: early alliance and outcome at the end, over people."""
    heading = "The early alliance and the outcome at the end, between people"
    early = early_correlation(src)
    if isinstance(early, str):
        return Section("early", heading, False, (not_enough(early),))
    words = tuple(_words(src, early))
    r, low, high, n = early
    row = (round(r, 3), round(low, 3), round(high, 3), src.guard.count(n))
    said = f"Early {src.alliance_title} and last {src.outcome_title} given the first (above 0: better goes with better)"
    return Section(
        "early", heading, True, words, (Table(said, ("r", "from", "to", "people"), (row,)),), short=words[:1]
    )


def early_correlation(src: Source) -> Early | str:
    """r of the early alliance (session 3 or the last before it) with the last score, given the first.

    With Fisher's interval, turned so that above 0 a better alliance goes with a better outcome. Or why there is none.
    """
    if not src.alliance:
        return "the table has no alliance ratings by clients"
    early = (
        src.rows.filter((pl.col("session") <= EARLY) & pl.col(src.alliance).is_not_null())
        .group_by("client")
        .agg(pl.col(src.alliance).last().alias("early"), pl.col("session").last().alias("at"))
    )
    both = src.each.unique("client", keep="first", maintain_order=True).join(early, on="client")
    both = both.filter((pl.col("last_session") > pl.col("at")) & pl.col("first").is_not_null())
    if both.height < CLIENTS:
        there = src.guard.said(both.height)
        return f"{there} people have an early alliance rating and a later score; wanted {CLIENTS} or more"
    x, pre, post = (both[name].to_numpy() for name in ("early", "first", "last"))
    return partial(x, pre, post if src.better == "higher" else -post)


def partial(x: Any, given: Any, y: Any) -> Early | str:
    """r of x and y with a third held constant, its interval by Fisher's z, and n."""
    a, b = _left(x, given), _left(y, given)
    norm = math.sqrt(float(a @ a) * float(b @ b))
    if not norm > 1e-12 * max(1.0, float(x @ x), float(y @ y)):
        return "one of the ratings is the same for everybody"
    r, n = min(max(float(a @ b) / norm, -1.0), 1.0), len(x)
    # n - 3 - 1: one variable is held constant (Fisher 1924).
    half, z = 1.959964 / math.sqrt(n - 4), math.atanh(min(max(r, -0.999999), 0.999999))
    return r, math.tanh(z - half), math.tanh(z + half), n


def _left(y: Any, x: Any) -> Any:
    """What a straight line on x leaves of y."""
    x, y = x - x.mean(), y - y.mean()
    square = float(x @ x)
    return y - (float(x @ y) / square * x if square > 0 else 0.0)


def _words(src: Source, early: Early) -> Iterator[str]:
    r, low, high, _ = early
    way = "no direction can be told" if low <= 0 <= high else "a better alliance goes with a better outcome"
    if high < 0:
        way = "a better alliance goes with a worse outcome"
    yield (
        f"Over people, the early {src.alliance_title} (up to session {EARLY}) and the last {src.outcome_title}, "
        f"given the first, go together by r = {number(r)} ({interval(low, high)}): {way}."
    )
    yield compare(Local("r", r, low, high, "between people"), finding("E1"))
    yield (
        "Published numbers do not always hold the first score constant. A number over people says nothing of what "
        "follows a better session of one of them."
    )
