"""'Does it help?': what became of a practice's people, in shares, and what another service published beside it."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from accord import measures, outcome
from accord.errors import DataError
from accord.measures import Measure
from accord.outcome import Standard, withheld
from accord.outcome.judged import Share, share
from accord.outcome.norms import FILE, Norm, find, from_plain
from accord.outcome.practice import Effect, PracticeFigures, Told, practice_figures
from accord.web import wording
from accord.web.alliance import queries as alliance
from accord.web.outcome import queries as switches
from accord.web.outcome.models import LEAVING
from accord.web.people.asker import Asker

log = logging.getLogger("accord.outcome")

JUDGED = outcome.DEFINITIONS[0]
CBT = "Cognitive Behaviour Therapy (CBT)"
USUAL = {"phq-9": ("Depression", CBT), "gad-7": ("Generalised Anxiety Disorder", CBT)}
"""What stands beside a measure until a manager chooses something else."""
NAMES = {
    "better": "Reliably better",
    "not better": "Not reliably better",
    "recovered": "Recovered",
    "improved": "Improved",
    "unchanged": "Unchanged",
    "worse": "Worse",
    "unchanged or worse": "Unchanged or worse",
}
WHY = {
    withheld.FEW: "Not enough data yet. A share stands here once at least ten people are on either side of it, among "
    "those whose therapy ended in a quarter that is over.",
    withheld.ONE_COLLEAGUE: "Not shown. Nearly all of these people saw one colleague, so this would be that "
    "colleague’s own figure, and nobody’s figures are shown to somebody else.",
}


@dataclass(frozen=True)
class Row:
    """One share, and the published one beside it."""

    name: str
    share: Share
    beside: Share | None


@dataclass(frozen=True)
class Part:
    """One way to divide people, or why it is not shown."""

    rows: Sequence[Row]
    about: int
    when: str
    reason: str
    why_not: str = ""
    colleague: bool = False


@dataclass(frozen=True)
class Helped:
    """What became of people by one measure."""

    measure: Measure
    standard: Standard
    parts: Sequence[Part]
    effect: Effect | None
    norm: Norm | None

    @property
    def better(self) -> Share | None:
        """Of the people of the norm."""
        return _beside("better", self.norm)


@dataclass(frozen=True)
class Published:
    """The norms of this installation and where they come from."""

    source: str
    licence: str
    counted: str
    brought_in_on: date
    norms: Sequence[Norm]

    def names(self, what: str) -> list[str]:
        return sorted({getattr(one, what) for one in self.norms})


def published() -> Published | None:
    """What `accord outcome norms` wrote; None where it was not called, or the file cannot be read."""
    file = Path(settings.DATA) / FILE
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    except (DataError, ValueError, KeyError, TypeError, OSError):
        log.exception("%s cannot be read; bring the norms in again", file)
        return None


@lru_cache(maxsize=2)
def _read(file: Path, _changed_at: int) -> Published:
    plain: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    source, licence, counted = (str(plain[name]) for name in ("source", "licence", "counted"))
    return Published(source, licence, counted, date.fromisoformat(plain["brought_in_on"]), from_plain(plain))


def does_it_help(asker: Asker, today: date, problem: str, therapy: str) -> dict[str, Any]:
    """All that the section shows. A manager who sees clients knows their own courses, so those are told apart."""
    standards = _standards()
    rules = {name: one.rule for name, one in standards.items() if one.rule}
    turned = switches.switches(asker).get(LEAVING)
    definition = (turned.definition if turned else "") or JUDGED
    figures = practice_figures(
        alliance.finished(asker, rules),
        today,
        rules,
        own=asker.who if "therapist" in asker else None,
        definition=definition,  # type: ignore[arg-type]
        dose=turned.dose if turned else None,
    )
    there = published()
    norms = there.norms if there else ()
    chosen = problem and therapy
    return {
        "helped": [_helped(one, standards[one.measure], norms, problem, therapy) for one in figures.change],
        "around": _around(figures),
        "published": there,
        "nothing": chosen and not any((one.problem, one.therapy) == (problem, therapy) for one in norms),
        "problem": problem,
        "therapy": therapy,
    }


@lru_cache(maxsize=1)
def _standards() -> dict[str, Standard]:
    loaded = [measures.load(name) for name in measures.names() if name != "alliance"]
    return {one.id: outcome.standard(one) for one in loaded if "client" in one.raters}


def _helped(one: Any, standard: Standard, norms: Sequence[Norm], problem: str, therapy: str) -> Helped:
    chosen = (problem, therapy) if problem and therapy else USUAL.get(one.measure, ("", ""))
    norm = find(norms, one.measure, *chosen)
    parts = [_part(told, norm) for told in one.told]
    return Helped(wording.measure(one.measure), standard, parts, one.effect, norm)


def _part(told: Told, norm: Norm | None = None) -> Part:
    if not told:
        return Part((), 0, "", "", WHY[told.reason], told.reason == withheld.ONE_COLLEAGUE)
    rows = [Row(NAMES.get(name, name), one, _beside(name, norm)) for name, one in told.shares.items()]
    return Part(rows, about(told.n_used), withheld.in_words(told.first, told.last), told.reason)


def _beside(name: str, norm: Norm | None) -> Share | None:
    """The same division of the people of a norm; theirs is of two measures together, and the page says so."""
    if norm is None or norm.better is None or norm.recovered is None:
        return None
    counts = {
        "better": norm.better,
        "not better": norm.n - norm.better,
        "recovered": norm.recovered,
        "improved": norm.better - norm.recovered,
        "unchanged": None if norm.worse is None else norm.n - norm.better - norm.worse,
        "worse": norm.worse,
        "unchanged or worse": norm.n - norm.better,
    }
    count = counts.get(name)
    return None if count is None else share(count, norm.n)


def about(people: int) -> int:
    """To the nearest ten: an exact number could be subtracted from another one."""
    return round(people / withheld.SMALLEST) * withheld.SMALLEST


def _around(figures: PracticeFigures) -> list[tuple[str, Part]]:
    """Beside the change itself: who stopped, who waited, who answered."""
    named = (
        ("Stopped before the end", figures.stopped),
        ("First session within six weeks", figures.soon),
        ("Answered half or more of their check-ins", figures.answered),
        ("Scores at the start and at the end", figures.rated),
    )
    return [(name, _part(told)) for name, told in named]
