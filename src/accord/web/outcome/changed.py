"""How far somebody has come on one measure: in words, with its interval, and what it was judged by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accord import outcome
from accord.measures import Measure
from accord.outcome import Change, Gain, GainRule, Standard
from accord.web.alliance.course import Meeting
from accord.web.alliance.models import Occasion

CLIENT = "client"
KINDS = {
    "recovered": "Recovered",
    "improved": "Improved",
    "unchanged": "Unchanged",
    "deteriorated": "Worse",
    "harmed": "Worse",
}
"""The classes of change as a page says them."""


@dataclass(frozen=True)
class Rated:
    """One rating of a measure in a course."""

    occasion: Occasion
    value: float

    @property
    def day(self) -> date | None:
        return self.occasion.held_on


def rated(rows: Sequence[Meeting], measure: str) -> list[Rated]:
    """What the client rated while in therapy, in order; what is asked after the ending is left out."""
    asked = [row for row in rows if not row.occasion.is_follow_up]
    return [Rated(row.occasion, value) for row in asked if (value := row.total(measure, CLIENT)) is not None]


def by_session(rows: Sequence[Meeting], measure: str) -> list[tuple[int, float | None]]:
    """Every session that was not cancelled with its rating, None where there is none; days outside of one left out."""
    held = [row for row in rows if row.occasion.number and row.occasion.attended != Occasion.CANCELLED]
    pairs = [(row.occasion.number or 0, row.total(measure, CLIENT)) for row in held]
    return sorted(pairs, key=lambda pair: pair[0])


@dataclass(frozen=True)
class Changed:
    """From the first rating to the latest. `change` is None where there is nothing to judge it by, or one rating."""

    measure: Measure
    standard: Standard
    ratings: Sequence[Rated]
    change: Change | None
    gains: Sequence[Gain]

    @property
    def points(self) -> float:
        return self.ratings[-1].value - self.ratings[0].value

    @property
    def interval(self) -> tuple[float, float]:
        """Where the change probably lies, 95 %: 1.96 standard errors of a difference on either side."""
        return self.points - self.standard.half, self.points + self.standard.half

    @property
    def said(self) -> str:
        """'8 lower than at the first rating'."""
        if round(self.points, 1) == 0:
            return "the same as at the first rating"
        return f"{number(abs(self.points))} {'lower' if self.points < 0 else 'higher'} than at the first rating"

    @property
    def around(self) -> str:
        return between(*self.interval)

    @property
    def kind(self) -> str:
        return KINDS[self.change.kind] if self.change else ""

    @property
    def why_not(self) -> str:
        """Why nothing is said of a change, where nothing is."""
        if len(self.ratings) < 2:
            so_far = "one rating so far" if self.ratings else "no rating that gives a score yet"
            return f"Too little to say: {so_far}. From the second on the change stands here"
        return f"Whether this is more than error cannot be said: {self.standard.by}" if not self.change else ""


def changed(rows: Sequence[Meeting], measure: Measure) -> Changed:
    """The change of one measure in a course, and its sudden gains and losses."""
    standard, ratings = outcome.standard(measure), rated(rows, measure.id)
    found = None
    if standard.rule and len(ratings) > 1:
        found = outcome.change(ratings[0].value, ratings[-1].value, standard.rule)
    return Changed(measure, standard, ratings, found, _gains(rows, measure, standard))


def _gains(rows: Sequence[Meeting], measure: Measure, standard: Standard) -> list[Gain]:
    """A cut of one reliable change; without a line between change and error none are looked for."""
    given = dict(by_session(rows, measure.id))
    if not standard.rule or len(given) < 2:
        return []
    first = min(given)
    values = [given.get(number) for number in range(first, max(given) + 1)]
    rules = [GainRule(cut=standard.half, losses=losses, better=standard.rule.better) for losses in (False, True)]
    return sorted((one for rule in rules for one in outcome.gains(values, rule, first)), key=lambda one: one.session)


def between(low: float, high: float) -> str:
    """The interval in words: 'probably between 2 and 14 lower', 'probably between 3 lower and 5 higher'."""
    if (low < 0) == (high < 0):
        near, far = sorted((abs(low), abs(high)))
        return f"probably between {number(near)} and {number(far)} {'lower' if low < 0 else 'higher'}"
    return f"probably between {number(abs(low))} lower and {number(high)} higher"


def number(value: float) -> str:
    """One decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
