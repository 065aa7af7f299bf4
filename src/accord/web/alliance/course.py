"""One course as its screens show it: occasions with their scores, and the two charts drawn from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
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
    """Every occasion in order of time, rated or not: an empty one is shown as such."""
    return [Meeting(one, ratings.get(one.pk, ())) for one in occasions]


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
    held = [row for row in rows if _held(row)]
    links = [_link(row, own) for row in held]
    series = [charts.Series("You" if own else "Client", [row.total(ALLIANCE, "client") for row in held], links)]
    if not own:
        series.append(charts.Series("Therapist", [row.total(ALLIANCE, "therapist") for row in held], links))
    missed = [row for row in rows if row.occasion.attended in (Occasion.NO, Occasion.CANCELLED)]
    bands = [charts.Band(*usual(held), "usual for this person")] if usual and len(held) > 1 else []
    events = [*_missed(missed, held), *_marked(held, more)]
    return _draw(held, series, ALLIANCE, bands=bands, events=events, chart_id="alliance")


def _marked(held: Sequence[Meeting], more: Sequence[Mark]) -> list[charts.Event]:
    at = dict(zip((row.occasion.number for row in held), _positions(held), strict=True))
    return [charts.Event(at[one.session], one.words, kind=one.kind) for one in more if one.session in at]


def outcome_chart(rows: Sequence[Meeting], measure: str, *, cutoffs: bool) -> str:
    """One outcome over the sessions; the instrument's published bands as lines, for therapists only."""
    held = [row for row in rows if row.rating(measure, "client")]
    definition = wording.measure(measure)
    lines = [charts.Line(cut.value, cut.label) for cut in definition.cutoffs] if cutoffs else []
    own = not cutoffs
    links = [_link(row, own) for row in held]
    series = [charts.Series("You" if own else "Client", [row.total(measure, "client") for row in held], links)]
    return _draw(held, series, measure, lines=lines, chart_id=measure)


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
    days = [row.occasion.held_on for row in held]
    known = [day for day in days if day is not None]
    if len(known) == len(days) == len(set(known)):
        return [float((day - known[0]).days) for day in known]
    return [float(place) for place in range(len(days))]


def _missed(missed: Sequence[Meeting], held: Sequence[Meeting]) -> list[charts.Event]:
    first = held[0].occasion.held_on if held else None
    if first is None or len(held) < 2 or _positions(held)[-1] == len(held) - 1:
        return []
    days = [row.occasion.held_on for row in missed if row.occasion.held_on]
    last = held[-1].occasion.held_on or first
    return [charts.Event(float((day - first).days), "missed", kind="missed") for day in days if first <= day <= last]


def _label(row: Meeting) -> str:
    day: date | None = row.occasion.held_on
    if day:
        return f"{day.day} {day:%b}"
    return str(row.occasion.number or "")
