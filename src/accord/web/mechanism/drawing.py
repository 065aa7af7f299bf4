"""From a setting to what stands on the page: two crowds of the same people, their charts and their table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from markupsafe import Markup

from accord import charts
from accord.mechanism import Comparison, Crowd, Parameters, Scenario, compare, crowd, simulate
from accord.web.mechanism import words
from accord.web.mechanism.forms import DEPTHS, OFF, SESSIONS, Setting

COURSES = 500
SINGLES = 20
_LABEL = "A model, not a person. Fitted to published averages; sufficient, not proven."


@dataclass(frozen=True)
class Drawn:
    """Everything that one setting puts on the page."""

    names: tuple[str, str]
    said: Sequence[str]
    settings: str
    alliance: str
    symptoms: str
    rows: Sequence[Sequence[Any]]
    courses: int = COURSES


def draw(setting: Setting) -> Drawn:
    other = compared_with(setting)
    first, second = run(other), run(setting)
    found: Comparison = compare(first, second)
    names = words.names(setting)
    return Drawn(
        names=names,
        said=words.difference(found, _as_run(setting), other, setting.against),
        settings=words.settings(setting),
        alliance=_chart("alliance", names, (other, setting), (first, second)),
        symptoms=_chart("symptoms", names, (other, setting), (first, second)),
        rows=list(_rows(first, second)),
    )


def compared_with(setting: Setting) -> Setting:
    """The same people, before the change that the page is about."""
    if setting.against == "mended":
        return _as_run(replace(setting, repair="next"))
    if setting.against == "whole":
        return _as_run(replace(setting, off=()))
    return Setting(rupture=0, seed=setting.seed)


def _as_run(setting: Setting) -> Setting:
    """Without what makes no difference to the courses, so that equal courses are known as equal."""
    depth = setting.depth if setting.rupture else "middle"
    return replace(setting, depth=depth, against="nothing")


def run(setting: Setting) -> Crowd:
    return _run(_as_run(setting))


@lru_cache(maxsize=64)
def _run(setting: Setting) -> Crowd:
    scenario = Scenario(
        rupture_at=setting.rupture,
        rupture_depth=DEPTHS[setting.depth] if setting.rupture else None,
        repair=setting.repair,  # type: ignore[arg-type]
        avoidance=setting.guarded,
        bond=setting.bond,
    )
    parameters = Parameters().without(*(OFF[name] for name in setting.off))
    # A therapist for each client: courses are then independent, and the luck of the draw is easy to state.
    drawn = simulate(COURSES, 1, SESSIONS, parameters, setting.seed, scenario=scenario, engine="arrays")
    return crowd(drawn.truth, SINGLES)


def _chart(what: str, names: tuple[str, str], settings: tuple[Setting, Setting], crowds: tuple[Crowd, Crowd]) -> Markup:
    panels = [_panel(what, *each) for each in zip(names, settings, crowds, strict=True)]
    title, high = ("Alliance", 5) if what == "alliance" else ("Symptoms", 27)
    sessions = range(1, SESSIONS + 1)
    drawn = charts.many_for_page(
        panels,
        x=list(sessions),
        x_labels=[str(session) for session in sessions],
        low=0,
        high=high,
        title=f"{title} in {COURSES} simulated courses, 0 to {high}: {names[0]}, and {names[1]}",
        description=f"{_LABEL} {_described(panels)} Every number stands in the table below.",
        id=what,
        x_title="Session",
    )
    return Markup(drawn)


def _panel(what: str, name: str, setting: Setting, seen: Crowd) -> charts.Panel:
    outer_low, low, middle, high, outer_high = map(_values, getattr(seen, what))
    singles = [_values(course) for course in getattr(seen, f"single_{what}")]
    events = [charts.Event(setting.rupture, "rupture", "strain")] if setting.rupture else []
    bands = [charts.Band(outer_low, outer_high, "8 in 10"), charts.Band(low, high, "half of them")]
    return charts.Panel(name, middle, bands, singles, events)


def _values(numbers: Any) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in numbers]


def _described(panels: Sequence[charts.Panel]) -> str:
    return " ".join(
        f"{panel.name}: the middle course goes from {panel.middle[0] or 0:.1f} in session 1 "
        f"to {panel.middle[-1] or 0:.1f} in session {SESSIONS}."
        for panel in panels
    )


def _rows(first: Crowd, second: Crowd) -> Iterator[list[Any]]:
    """A row a session: for each crowd the middle and the middle half of both scales, and how many still come."""
    for t in range(SESSIONS):
        row: list[Any] = [t + 1]
        for seen in (first, second):
            row += [words.middle_half(seen.alliance[1:4, t]), words.middle_half(seen.symptoms[1:4, t])]
            row.append(round(100 * float(seen.still[t])))
        yield row
