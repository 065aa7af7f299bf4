"""Courses that are worth a look or a word now, each with its reason and what was decided. Derived each time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accord import outcome
from accord.web import wording
from accord.web.alliance import course as reading
from accord.web.alliance.course import Meeting
from accord.web.alliance.models import Course, Occasion
from accord.web.outcome import expected, finding, moments, queries
from accord.web.outcome.expected import Seen
from accord.web.outcome.models import COURSE, LEAVING, Decision
from accord.web.outcome.ruling import Ruling, ruling
from accord.web.people.asker import Asker


@dataclass(frozen=True)
class Decided:
    """What was decided, as a page says it."""

    row: Decision

    @property
    def steps(self) -> list[str]:
        return finding.step_words(self.row.steps)

    @property
    def topics(self) -> list[str]:
        return finding.topics(self.row.answers)

    @property
    def why(self) -> str:
        return dict(finding.WHY).get(self.row.why, "")

    @property
    def line(self) -> str:
        """In a line for the record."""
        return " ".join([*self.steps, *([self.row.note] if self.row.note else [])]) or "nothing yet."


@dataclass(frozen=True)
class Look:
    """A course that is not on track by the rule, since a session. `decision`: the one that counts for this stretch."""

    seen: Sequence[Seen]
    since: Occasion
    decision: Decided | None

    @property
    def waits(self) -> bool:
        """Nothing was decided yet, and it was not laid aside."""
        return self.decision is None

    @property
    def aside(self) -> bool:
        return self.decision is not None and self.decision.row.kind == Decision.ASIDE

    @property
    def reason(self) -> str:
        one = self.seen[0]
        return f"{one.measure.short}, session {one.session}: {one.reason}"


@dataclass(frozen=True)
class ReachOut:
    """Somebody who may stop coming, in facts that can be named; never a number. For their therapist alone."""

    since: Occasion
    reason: str
    decision: Decided | None

    @property
    def waits(self) -> bool:
        return self.decision is None


@dataclass(frozen=True)
class Insight:
    """What the two rules say of one course: by measure, and whether it is worth a look or a word."""

    seen: Mapping[str, Seen]
    look: Look | None
    reach: ReachOut | None
    decided: Sequence[Decided]


NOTHING = Insight({}, None, None, ())


def insights(
    asker: Asker, courses: Sequence[Course], rows: Mapping[UUID, Sequence[Meeting]], rules: Ruling | None = None
) -> dict[UUID, Insight]:
    """These courses read by the practice's rules, in three queries however many there are.

    What was decided while a switch was on stays readable after it was turned off.
    """
    rules = rules or ruling(asker)
    decisions = queries.decisions(asker, courses) if rules.switches else {}
    return {
        one.pk: _insight(one, rows[one.pk], decisions.get(one.pk, ()), rules, leads=one.therapist_id == asker.who)
        for one in courses
    }


def _insight(
    course: Course, rows: Sequence[Meeting], decisions: Sequence[Decision], rules: Ruling, *, leads: bool
) -> Insight:
    found = {}
    for name in reading.outcome_measures(rows):
        measure = wording.measure(name)
        if method := rules.method(measure):
            found[name] = expected.seen(rows, measure, method)
    over = course.ended_on is not None
    look = None if over else _look(rows, list(found.values()), decisions)
    reach = _reach(rows, decisions, rules) if leads and not over else None  # nobody else, no colleague who stands in
    kept = [Decided(one) for one in decisions if one.kind == Decision.DECIDED and (leads or one.what == COURSE)]
    return Insight(found, look, reach, kept)


def _look(rows: Sequence[Meeting], found: Sequence[Seen], decisions: Sequence[Decision]) -> Look | None:
    seen = [one for one in found if one.look]
    begun = min((one.since for one in seen if one.since), default=None)
    since = _session(rows, begun)
    return Look(seen, since, _counts(COURSE, since, decisions)) if since else None


def _reach(rows: Sequence[Meeting], decisions: Sequence[Decision], rules: Ruling) -> ReachOut | None:
    """After the latest session; nothing where no hazard could be fitted."""
    hazard = rules.hazard()
    steps = moments.steps(rows, rules.method) if hazard else []
    if not hazard or not steps:
        return None
    model, mean = hazard
    told = outcome.reach(model, moments.moments(steps, mean)[-1])
    since = _session(rows, steps[-1].number)
    if told.reason is None or since is None:
        return None
    return ReachOut(since, told.reason, _counts(LEAVING, since, decisions))


def _session(rows: Sequence[Meeting], number: int | None) -> Occasion | None:
    return next((row.occasion for row in rows if number and row.occasion.number == number), None)


def _counts(what: str, since: Occasion, decisions: Sequence[Decision]) -> Decided | None:
    """The newest word about this stretch; that it was taken up again means that there is none."""
    own = [one for one in decisions if one.what == what and (one.since.number or 0) >= (since.number or 0)]
    return Decided(own[0]) if own and own[0].kind != Decision.BACK else None
