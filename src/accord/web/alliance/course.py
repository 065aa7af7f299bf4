"""One course as its screens show it: occasions with their scores, and the two charts drawn from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from markupsafe import Markup

from accord import charts
from accord.web import wording
from accord.web.alliance.models import Occasion
from accord.web.alliance.queries import Rating

ALLIANCE = "alliance"


@dataclass(frozen=True)
class Meeting:
    """An occasion and what was rated on it."""

    occasion: Occasion
    ratings: Sequence[Rating]

    def total(self, measure: str, rater: str) -> float | None:
        found = self.rating(measure, rater)
        return found.score.total if found else None

    def rating(self, measure: str, rater: str) -> Rating | None:
        return next((one for one in self.ratings if (one.measure, one.rater) == (measure, rater)), None)

    @property
    def strain(self) -> float | None:
        found = self.rating(ALLIANCE, "client")
        return found.score.subscales.get("strain") if found else None


@dataclass(frozen=True)
class Mark:
    """Something that is told at one session of a chart."""

    session: int
    words: str
    kind: charts.Kind


def meetings(occasions: Sequence[Occasion], ratings: Mapping[UUID, Sequence[Rating]]) -> list[Meeting]:
    """Every occasion in order of time, rated or not: an empty one is shown as such. What was withdrawn never was."""
    asked = [one for one in occasions if not (one.is_follow_up and one.attended == Occasion.CANCELLED)]
    return [Meeting(one, ratings.get(one.pk, ())) for one in asked]


def outcome_measures(rows: Sequence[Meeting]) -> list[str]:
    """The measures rated by the client beside the alliance, the most often rated first."""
    counts: dict[str, int] = {}
    for rating in (rating for row in rows for rating in row.ratings):
        if rating.measure != ALLIANCE and rating.rater == "client":
            counts[rating.measure] = counts.get(rating.measure, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


@dataclass(frozen=True)
class Latest:
    """One outcome as it stands now, and before."""

    measure: str
    value: float
    before: float | None


def latest_outcomes(rows: Sequence[Meeting]) -> list[Latest]:
    """For each outcome the last total, and the one before it."""
    found = []
    for name in outcome_measures(rows):
        known = [value for row in rows if (value := row.total(name, "client")) is not None]
        if known:
            found.append(Latest(wording.measure(name).short, known[-1], known[-2] if len(known) > 1 else None))
    return found


def sparkline(rows: Sequence[Meeting], measure: str) -> str:
    """The client's side of one measure, session by session, as a small line."""
    definition = wording.measure(measure)
    values = [row.total(measure, "client") for row in rows if _held(row)]
    known = [value for value in values if value is not None]
    low, high = _window(known, definition.range)
    title = (
        f"{definition.title}: {len(known)} ratings, last {known[-1]:.1f}"
        if known
        else f"{definition.title}: no ratings"
    )
    return Markup(charts.sparkline(values[-24:], low=low, high=high, title=title))


def _window(known: Sequence[float], whole: tuple[float, float]) -> tuple[float, float]:
    """Two fifths of the scale around where this person stands: wide enough that noise stays small, and a drop shows."""
    width = max((max(known) - min(known) if known else 0) * 1.1, 0.4 * (whole[1] - whole[0]))
    middle = (max(known) + min(known)) / 2 if known else sum(whole) / 2
    low = min(max(whole[0], middle - width / 2), whole[1] - width)
    return low, low + width


def _held(row: Meeting) -> bool:
    return bool(row.ratings) or row.occasion.attended in (Occasion.YES, Occasion.LATE)


Usual = Callable[[Sequence[Meeting]], tuple[Sequence[float | None], Sequence[float | None]]]


def alliance_chart(
    rows: Sequence[Meeting], *, own: bool = False, usual: Usual | None = None, more: Sequence[Mark] = ()
) -> str:
    """Alliance by client and therapist over the sessions; a client sees their own line alone.

    `usual` gives the person's own range, row by row; `more` what else happened at which session.
    """
    held = [row for row in rows if _held(row) and not row.occasion.is_follow_up]
    links = [_link(row, own) for row in held]
    series = [charts.Series("You" if own else "Client", [row.total(ALLIANCE, "client") for row in held], links)]
    if not own:
        series.append(charts.Series("Therapist", [row.total(ALLIANCE, "therapist") for row in held], links))
    bands = [charts.Band(*usual(held), "usual for this person")] if usual and len(held) > 1 else []
    events = [*_attendance(rows, held, own), *_marked(held, more)]
    return _draw(held, series, ALLIANCE, bands=bands, events=events, chart_id="alliance")


def _marked(held: Sequence[Meeting], more: Sequence[Mark]) -> list[charts.Event]:
    at = dict(zip((row.occasion.number for row in held), _positions(held), strict=True))
    return [charts.Event(at[one.session], one.words, kind=one.kind) for one in more if one.session in at]


Bands = Callable[[Sequence[Meeting]], Sequence[charts.Band]]


def outcome_chart(
    rows: Sequence[Meeting], measure: str, *, cutoffs: bool, bands: Bands | None = None, more: Sequence[Mark] = ()
) -> str:
    """One outcome over the sessions; the instrument's published bands as lines, for therapists only.

    `bands` gives what lies behind the line, for the rated rows; `more` what happened at which session.
    """
    held = [row for row in rows if row.rating(measure, "client")]
    definition = wording.measure(measure)
    lines = [charts.Line(cut.value, cut.label) for cut in definition.cutoffs] if cutoffs else []
    own = not cutoffs
    links = [_link(row, own) for row in held]
    series = [charts.Series("You" if own else "Client", [row.total(measure, "client") for row in held], links)]
    behind = bands(held) if bands else []
    return _draw(held, series, measure, lines=lines, bands=behind, events=_marked(held, more), chart_id=measure)


def _link(row: Meeting, own: bool) -> str:
    """Behind each point stand its answers."""
    return reverse("my_session" if own else "session", args=[row.occasion.pk])


def _draw(
    held: Sequence[Meeting],
    series: Sequence[charts.Series],
    measure: str,
    *,
    chart_id: str,
    lines: Sequence[charts.Line] = (),
    bands: Sequence[charts.Band] = (),
    events: Sequence[charts.Event] = (),
) -> str:
    definition = wording.measure(measure)
    better = "higher is better" if definition.direction == "higher" else "lower is better"
    drawn = charts.course_for_page(
        series,
        x=_positions(held),
        x_labels=[_label(row) for row in held],
        low=definition.range[0],
        high=definition.range[1],
        title=definition.title,
        description=f"{definition.title}, {len(held)} occasions, {better}. The table below has every number.",
        lines=lines,
        bands=bands,
        events=events,
        id=chart_id,
    )
    return Markup(drawn)


def _positions(held: Sequence[Meeting]) -> list[float]:
    """Days since the first, where every day is known and no two share one; else one step an occasion."""
    known = [row.occasion.held_on for row in held if row.occasion.held_on]
    if _by_days(held):
        return [float((day - known[0]).days) for day in known]
    return [float(place) for place in range(len(held))]


def _by_days(held: Sequence[Meeting]) -> bool:
    days = {row.occasion.held_on for row in held}
    return None not in days and len(days) == len(held)


def _attendance(rows: Sequence[Meeting], held: Sequence[Meeting], own: bool) -> list[charts.Event]:
    """What became of sessions that were not held as booked: each at its day, or between its neighbours."""
    if not held:
        return []
    places = dict(zip((row.occasion.pk for row in held), _positions(held), strict=True))
    first = held[0].occasion.held_on if _by_days(held) else None
    sessions = [row for row in rows if row.occasion.number and row.occasion.attended in WORDS]
    known = [(row, _place(row, rows, places, first)) for row in sessions]
    return [_event(row.occasion, at, own) for row, at in known if at is not None]


WORDS: Mapping[str, tuple[charts.Kind, str, str]] = {
    Occasion.NO: ("missed", "did not come", "you were not there"),
    Occasion.LATE: ("late", "late", "a little late"),
    Occasion.CANCELLED: ("cancelled", "cancelled", "cancelled"),
}
"""attended -> its mark, and its words for the therapist and for the client."""


def _event(one: Occasion, at: float, own: bool) -> charts.Event:
    kind, said, to_client = WORDS[one.attended]
    if one.cancelled_by and not own:
        said = f"{one.cancelled_by} cancelled"
    return charts.Event(at, to_client if own else said, kind)


def _place(row: Meeting, rows: Sequence[Meeting], places: Mapping[UUID, float], first: date | None) -> float | None:
    """A session still to come has no place yet; one that was held has the place of its rating.

    `first`: the day that days are counted from; none where sessions stand as steps.
    """
    day = row.occasion.held_on
    if (there := places.get(row.occasion.pk)) is not None:
        return there
    if day and day > timezone.now().date():
        return None
    if first:
        return float((day - first).days) if day else None
    before = [places[one.occasion.pk] for one in rows[: list(rows).index(row)] if one.occasion.pk in places]
    return (before[-1] if before else -1.0) + 0.5


def _label(row: Meeting) -> str:
    day: date | None = row.occasion.held_on
    if day:
        return f"{day.day} {day:%b}"
    return str(row.occasion.number or "")
