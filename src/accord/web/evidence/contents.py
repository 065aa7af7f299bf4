"""What stands in a release: whose answers, then the report; and what keeps it from being frozen."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accord.errors import DataError, UsageError
from accord.evidence.suppression import one_colleagues, rounded, suppress, too_near
from accord.outcome.withheld import SMALLEST, in_words
from accord.web.evidence.gathering import Gathered
from accord.web.evidence.models import EVALUATION, RESEARCH, Release
from accord.web.evidence.plain import in_plain_words

Report = dict[str, Any]
Describe = Callable[..., Report]
LABELS = {
    EVALUATION: "Service evaluation",
    RESEARCH: "Research",
}
MEANS = {
    EVALUATION: "This is service evaluation: how care went in this practice, in totals, so that it can be made better. "
    "It is not research, and must not be passed off as such.",
    RESEARCH: "This is research: it holds the answers of clients who said yes to it, and of nobody else. Whoever uses "
    "it needs whatever approval their own rules ask for.",
}
WHO = {"manager": "managers", "therapist": "therapists", "researcher": "researchers", "client": "clients"}
WHOSE = "whose"
NAME = re.compile(r"\b[ct]-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Wanted:
    """What a manager asks for. `first` and `last` are quarters; managers see every release."""

    title: str
    purpose: str
    first: int
    last: int
    shown_to: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        return in_words(self.first, self.last)


def describe(courses: Any, **options: Any) -> Report:
    """The report of the evidence room, imported when it is needed: it is heavy."""
    from accord.evidence import report
    from accord.evidence.report.describing import LABEL

    options["label"] = f"{options['label']} {LABEL}"
    return report.describe(courses, **options)


def page(report: Report) -> str:
    """The same as one self-contained HTML page."""
    from accord.evidence import report as reports

    return reports.page(report)


def refusal(gathered: Gathered, wanted: Wanted, earlier: Sequence[tuple[Release, Any]], own: Any) -> str:
    """Why this may not be frozen, and what to do; empty where it may. `own`: whoever asks, if they lead clients."""
    if gathered.clients < SMALLEST:
        return _too_few(wanted)
    if one_colleagues(gathered.leaders, own=own, to_colleagues="therapist" in wanted.shown_to):
        return _one_colleague(wanted)
    near = too_near(gathered.cells, [cells for _, cells in earlier])
    if near is None:
        return ""
    named = " and ".join(f"‘{earlier[place][0].title}’" for place in near.earlier)
    return (
        f"With {named} it would differ by what fewer than ten clients gave, so that one could be subtracted from the "
        "other. Wait until a later quarter is over, or choose other quarters"
    )


def _too_few(wanted: Wanted) -> str:
    who = "said yes to research and had sessions" if wanted.purpose == RESEARCH else "had sessions"
    return (
        f"Not enough yet: fewer than ten clients {who} in {wanted.period}. A release takes at least ten. "
        "Choose more quarters, or wait"
    )


def _one_colleague(wanted: Wanted) -> str:
    if "therapist" in wanted.shown_to:
        return (
            "Too few colleagues led these clients: a therapist who subtracts their own would read another’s figures. "
            "Choose more quarters, or do not show it to therapists"
        )
    return (
        "Too much of it would be one colleague’s own: without the clients of whoever led most of them, fewer than ten "
        "are left, and nobody’s figures are shown to somebody else. Choose more quarters, or wait"
    )


def made(gathered: Gathered, wanted: Wanted, practice: str, made_on: date, describing: Describe) -> Report:
    """The report with what a release adds: its purpose, its period, whose answers are in it."""
    report = describing(
        gathered.courses,
        outcome=gathered.outcome,
        suppress=SMALLEST,
        title=wanted.title,
        label=MEANS[wanted.purpose],
        made_on=made_on,
        call=f"a release of {practice}: {LABELS[wanted.purpose].lower()}, sessions of {wanted.period}",
    )
    release = {
        "practice": practice,
        "purpose": wanted.purpose,
        "label": LABELS[wanted.purpose],
        "period": wanted.period,
        "shown_to": ["manager", *wanted.shown_to],
        "clients_about": rounded(gathered.clients),
        "for_clients": in_plain_words(gathered, wanted.period),
    }
    return {**report, "release": release, "sections": [whose(gathered, wanted), *report["sections"]]}


def command(practice: str, wanted: Wanted) -> str:
    """What whoever runs the service types for a release too large for a page."""
    given = ["--practice", practice, "--title", wanted.title, "--purpose", wanted.purpose]
    given += ["--from", quarter_code(wanted.first), "--to", quarter_code(wanted.last)]
    given += [word for role in wanted.shown_to for word in ("--show", role)]
    return shlex.join(["accord", "evidence", "release", *given])


def quarter_code(number: int) -> str:
    """'2026-Q2'."""
    return f"{number // 4}-Q{number % 4 + 1}"


def quarter_of(code: str) -> int:
    """The number of '2026-Q2'."""
    if not (read := re.fullmatch(r"(\d{4})-?[Qq]([1-4])", code)):
        raise UsageError(f"got {code!r} for a quarter; write it as 2026-Q2")
    return int(read[1]) * 4 + int(read[2]) - 1


def whose(gathered: Gathered, wanted: Wanted) -> dict[str, Any]:
    """The first section: what kind of release it is, and how many people stand behind it."""
    return {
        "id": WHOSE,
        "heading": "Whose answers are in it",
        "enough": True,
        "words": [
            MEANS[wanted.purpose],
            f"Sessions from {wanted.period}, of about {rounded(gathered.clients)} clients. Each is in it once. "
            "What somebody keeps for themself counts as not answered.",
            "Nothing about fewer than ten people is told. Numbers of people in the table are rounded to tens, and "
            "where a total would give a small number away, others are hidden with it.",
        ],
        "tables": [lengths(gathered)],
        "figures": [],
    }


def lengths(gathered: Gathered) -> dict[str, Any]:
    """People by the sessions they have in it, and by whether a change can be seen; small cells hidden."""
    shown = suppress([list(each) for each in gathered.lengths.values()], zeros=True)
    rows = [
        [words, *map(_told, cells), _told(total)]
        for words, cells, total in zip(gathered.lengths, shown.cells, shown.rows, strict=True)
    ]
    return {
        "caption": "Clients by their sessions in this period",
        "columns": ["Sessions", "Rated at two or more", "Rated at one or none", "All"],
        "rows": [*rows, ["All", *map(_told, shown.columns), _told(shown.total)]],
    }


def _told(count: int | None) -> str:
    return "hidden" if count is None else f"about {rounded(count)}" if count else "none"


def canonical(report: Report) -> str:
    """The text whose fingerprint is taken, and which is downloaded to the letter."""
    options: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":"), "default": str}
    try:
        return json.dumps(report, allow_nan=False, **options)
    except ValueError as error:
        raise DataError("the report holds a number that is none (NaN or infinite), so it cannot be frozen") from error


def gives_away(text: str, gathered: Gathered) -> str:
    """What must never stand in a release and does; empty where all is well."""
    if set(NAME.findall(text)) & gathered.names:
        return "the report names single people or therapists"
    few = next(small_counts(json.loads(text)), None)
    return f"the report tells of fewer than ten: {few}" if few else ""


COUNTS = {"n", "number", "clients", "people", "courses", "pairs", "rows", "sessions", "count", "rated"}


def small_counts(report: Mapping[str, Any]) -> Iterator[str]:
    """Where a column that names what it counts holds 1 to 9: a last look, whatever the report itself has hidden.

    The first column names the rows; a number in it is a case that was thought of, not a count.
    """
    for section in report["sections"]:
        for table in section.get("tables", ()):
            named = enumerate(table["columns"])
            counting = [place for place, name in named if place and COUNTS & set(str(name).casefold().split())]
            for row in table["rows"]:
                if any(_is_small(row[place]) for place in counting if place < len(row)):
                    yield f"{section['heading']}, {table['caption']}"


def _is_small(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < SMALLEST
