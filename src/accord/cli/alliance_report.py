"""Readings of many courses as JSON, as lines for people, and as a page with a chart for each flagged course."""

import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import IO, Any

import numpy as np

import accord.web
from accord.alliance import Entry, Reading, Readings, read
from accord.charts import Band, Event, Series, course_for_page
from accord.errors import UsageError

COURSES_A_TIME = 8_000
MOST_CHARTS = 200


def courses(readings: Readings, numbers: Any) -> Iterator[tuple[slice, tuple[Reading, ...]]]:
    """Some of the courses once more, one session at a time: that is where the words are."""
    for number in numbers:
        rows = slice(int(readings.starts[number]), int(readings.starts[number + 1]))
        pairs = zip(readings.session[rows].tolist(), readings.value[rows].tolist(), strict=True)
        entries = [Entry(session, None if value != value else value) for session, value in pairs]
        yield rows, read(entries, readings.rule)


def reason(reading: Reading) -> str | None:
    parts = [reading.drop.reason] if reading.drop else []
    parts += [reading.repair.reason] if reading.repair else []
    return "; ".join(parts) or None


def write_json(readings: Readings, out: IO[str], progress: Callable[[int, int], None]) -> None:
    """A JSON list, some courses at a time, so that the words of a million courses are never held at once."""
    total, flagged = len(readings.starts) - 1, readings.flagged()
    out.write("[")
    for first in range(0, total, COURSES_A_TIME):
        last = min(first + COURSES_A_TIME, total)
        said = reasons(readings, flagged[(flagged >= first) & (flagged < last)])
        rows = range(int(readings.starts[first]), int(readings.starts[last]))
        text = json.dumps([_row(readings, row, said.get(row)) for row in rows], ensure_ascii=False, allow_nan=False)
        out.write((", " if first else "") + text[1:-1])
        progress(last, total)
    out.write("]\n")


def reasons(readings: Readings, numbers: Any) -> dict[int, str | None]:
    """By row of the flagged courses: why it is flagged, open or repaired."""
    return {
        row: reason(reading)
        for rows, told in courses(readings, numbers)
        for row, reading in zip(range(rows.start, rows.stop), told, strict=True)
    }


def _row(readings: Readings, row: int, reason: str | None) -> dict[str, Any]:
    from accord.alliance.table import REPAIRS, SIGNALS

    return {
        "client": _plain(readings.client[row]),
        "session": int(readings.session[row]),
        "value": _number(readings.value[row]),
        "z": _number(readings.z[row]),
        "z_frozen": _number(readings.z_frozen[row]),
        "signal": SIGNALS[readings.signal[row]],
        "repair": REPAIRS[readings.repair[row]],
        "reason": reason,
    }


def _plain(name: Any) -> Any:
    """Ids as JSON can say them: whole numbers and texts as they are, all else as text."""
    return int(name) if isinstance(name, np.integer) else str(name)


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def signals(readings: Readings, most: int) -> list[dict[str, Any]]:
    """The first signals, one line each."""
    from accord.alliance.table import SIGNALS

    rows: list[dict[str, Any]] = []
    for where, told in courses(readings, readings.flagged()):
        for row, reading in zip(range(where.start, where.stop), told, strict=True):
            if reading.drop and len(rows) < most:
                rows.append(
                    {
                        "client": readings.client[row],
                        "session": reading.session,
                        "signal": SIGNALS[readings.signal[row]],
                        "by the end": _outcome(readings, where),
                        "why": reading.drop.reason,
                    }
                )
        if len(rows) >= most:
            break
    return rows


def _outcome(readings: Readings, rows: slice) -> str:
    """Where the course's last drop stood when the file ended."""
    states = readings.repair[rows]
    told = states[states > 0]
    return {1: "open", 2: "scores returned"}.get(int(told[-1]) if len(told) else 0, "")


def counted(readings: Readings, shown: int) -> str:
    """One line that says what all of it comes to."""
    watch, alert = (int((readings.signal == kind).sum()) for kind in (1, 2))
    more = watch + alert - shown
    rated = int((~np.isnan(readings.value)).sum())
    return (
        ("... and " + _many(more, "signal") + " more. " if more > 0 else "")
        + f"{_many(len(readings.starts) - 1, 'course')}, {_many(rated, 'rated session')}: "
        f"{_many(watch + alert, 'signal')} ({alert:,} alert, {watch:,} watch) "
        f"in {_many(len(readings.flagged()), 'course')}. A signal is a reason to ask, not a verdict."
    )


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def write_page(readings: Readings, out: Path) -> None:
    """One file that needs nothing beside it."""
    flagged = readings.flagged()
    drawn = [
        _course(readings, n, rows, told) for n, (rows, told) in enumerate(courses(readings, flagged[:MOST_CHARTS]))
    ]
    left = len(flagged) - len(drawn)
    more = f"<p>{left:,} flagged courses more are not drawn.</p>" if left > 0 else ""
    warning = f"<p>{escape(readings.rule.warning)}.</p>" if readings.rule.warning else ""
    said = escape(counted(readings, len(readings.value)))
    page = _PAGE.format(style=_style(), counted=said, warning=warning, drawn="".join(drawn) + more)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}; give another --html") from error


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Courses with a signal</title>
<style>{style}</style>
<main>
<h1>Courses with a signal</h1>
<p>{counted}</p>
{warning}
{drawn}
</main>
</html>
"""
_OWN_STYLE = """
body { font-family: system-ui, sans-serif; line-height: 1.5; margin: 1rem }
main { max-width: 46rem; margin: auto }
table { border-collapse: collapse }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0 }
section { break-inside: avoid; margin-top: 2rem }
"""


def _style() -> str:
    """The colours of the charts, as on every page of Accord."""
    sheet = Path(accord.web.__file__).parent / "design" / "static" / "accord" / "charts.css"
    return _OWN_STYLE + sheet.read_text(encoding="utf-8")


def _course(readings: Readings, number: int, rows: slice, told: tuple[Reading, ...]) -> str:
    name = f"Client {readings.client[rows.start]}"
    lines = "".join(_line(each) for each in told)
    table = f"<table><tr><th>Session</th><th>Rating</th><th>What it says</th></tr>{lines}</table>"
    return f"<section><h2>{escape(name)}</h2>{_chart(name, number, told, readings)}{table}</section>"


def _line(reading: Reading) -> str:
    rating = "not rated" if reading.value is None else f"{reading.value:g}"
    return f"<tr><td>{reading.session}</td><td>{rating}</td><td>{escape(reason(reading) or '')}</td></tr>"


def _chart(name: str, number: int, told: tuple[Reading, ...], readings: Readings) -> str:
    """The ratings, the person's own band, and where a signal or a return was."""
    values = [each.value for each in told]
    known = [value for value in values if value is not None]
    lower, upper = zip(*(_band(each, readings.rule.sd_within) for each in told), strict=True)
    top = readings.rule.top
    return course_for_page(
        [Series("Rating", values)],
        x=[each.session for each in told],
        x_labels=[str(each.session) for each in told],
        low=min(0.0, *known),
        high=max(known) if top is None else max(top, *known),
        title=f"{name}: ratings session by session",
        description="The band is what was to be expected from the last three ratings; the table below says the rest.",
        bands=[Band(lower, upper, "Expected")],
        events=list(_events(told)),
        id=f"course-{number}",
        x_title="Session",
    )


def _band(reading: Reading, sd: float) -> tuple[float | None, float | None]:
    level = reading.level
    if level.baseline is None or level.value is None:
        return None, None
    half = 2.5 * sd * (1 + 1 / level.n_used) ** 0.5
    return level.baseline - half, level.baseline + half


def _events(told: tuple[Reading, ...]) -> Iterator[Event]:
    for each in told:
        if each.drop:
            yield Event(each.session, each.drop.tier, "strain")
        elif each.repair and each.repair.state == "repaired":
            yield Event(each.session, "scores returned", "repair")
