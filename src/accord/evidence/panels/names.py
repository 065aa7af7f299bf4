"""Which column of a course table is what, by its own name or a plain one: `phq-9.client`, `phq9`, `phq9_1`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accord.errors import TableError, UsageError

WHO = ("practice", "therapist", "client", "session", "held_on", "attended")
# What the panel adds itself: a measure may not have one of these names.
OWN = (*WHO, "log_session", "weeks_since_previous", "gap", "with_therapist", "course")
RATERS = ("client", "therapist")
_KEY = re.compile(r"([a-z0-9-]+)\.(client|therapist)(?:\.([A-Za-z0-9_-]+))?", re.ASCII)


def plain(column: str) -> str:
    """In formulas: `phq-9.client` is phq9, `alliance.therapist.trust` alliance_therapist_trust, `phq-9_1` phq9_1."""
    key = _KEY.fullmatch(column)
    if key:
        rater = "" if key[2] == "client" else "_therapist"
        return _word(key[1]) + rater + ("" if key[3] is None else f"_{_word(f'x{key[3]}')[1:]}")
    return _word(column)


def _word(text: str) -> str:
    """Letters, digits and underscores, not beginning with a digit; what else a name held becomes an underscore."""
    word = re.sub(r"\W", "_", text.replace("-", ""))
    return f"_{word}" if word[:1].isdigit() else word


def formula_names(columns: Iterable[str]) -> dict[str, str]:
    """Each column with its name in formulas. UsageError where two columns would have the same."""
    found: dict[str, str] = {}
    for column in columns:
        name = plain(column)
        if name in found:
            raise UsageError(
                f"columns {found[name]!r} and {column!r} are both {name!r} in a formula; rename or drop one of them"
            )
        found[name] = column
    return {column: name for name, column in found.items()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table holds what; None for what it does not have. `outcome` and `alliance` are the names in the panel."""

    who: Mapping[str, str | None]
    outcome: str
    outcome_column: str
    alliance: str | None
    alliance_column: str | None
    therapist_column: str | None


def find(columns: Iterable[str], outcome: str, alliance: str | None) -> Columns:
    """The columns of one outcome and one alliance measure. TableError where client or outcome cannot be found."""
    names = list(columns)
    who = {name: _one(names, name) for name in WHO}
    if who["client"] is None:
        raise TableError(f"there is no such column; the table has {_some(names)}", column="client")
    if who["session"] is None and who["held_on"] is None:
        raise TableError(
            f"neither session nor held_on is there, so nothing says what came first; the table has {_some(names)}"
        )
    rated = measured(names, outcome)
    if rated is None:
        raise TableError(
            f"there is no such column, and no {outcome}; the table has {_some(names)}", column=f"{outcome}.client"
        )
    ally = measured(names, alliance) if alliance else None
    other = measured(names, alliance, "therapist") if alliance else None
    called = _named(alliance) if alliance and (ally or other) else None
    found = Columns(who, _named(outcome), rated, called, ally, other)
    _check(found)
    return found


def _check(found: Columns) -> None:
    for name in (found.outcome, found.alliance):
        if name in OWN:
            raise UsageError(f"a measure cannot be called {name!r} in a panel; rename its column")
    if found.outcome == found.alliance:
        raise UsageError(f"outcome and alliance are both {found.outcome!r}; give two measures")


def measured(columns: list[str], measure: str, rater: str = "client") -> str | None:
    """The column of a measure's total: as in the course table, or under its plain name."""
    if rater == "client" and measure in columns:
        return measure
    bare = _KEY.fullmatch(measure)
    stem = bare[1] if bare else measure
    wanted = [f"{stem}.{rater}"] if rater == "client" else [f"{stem}.{rater}", f"{stem}_{rater}"]
    for name in (*wanted, stem) if rater == "client" else wanted:
        found = _one(columns, name)
        if found is not None:
            return found
    return None


def _named(measure: str) -> str:
    """`phq-9`, `phq-9.client` and `phq9` are all phq9 in a panel."""
    return plain(measure.removesuffix(".client"))


def _one(columns: list[str], wanted: str) -> str | None:
    """The column of this name, or the one that differs only in case, dots, hyphens and underscores."""
    if wanted in columns:
        return wanted
    found = [name for name in columns if _bare(name) == _bare(wanted)]
    if len(found) > 1:
        raise UsageError(f"{wanted} could be each of {', '.join(found)}; keep one of them")
    return found[0] if found else None


def _bare(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _some(names: list[str]) -> str:
    shown = ", ".join(name[:60] for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "no columns"
