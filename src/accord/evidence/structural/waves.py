"""From a row a session to a row a person: what a panel model needs of a course panel.

wide = waves(panel, "client", "session", ["phq9", "alliance"], take=range(1, 7))
ri_clpm(wide, x=[f"phq9_{t}" for t in range(1, 7)], y=[f"alliance_{t}" for t in range(1, 7)])
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from accord.errors import DataError, TableError, UsageError
from accord.evidence.structural.moments import Floats, columns

if TYPE_CHECKING:
    import polars as pl

MOST = 40


def waves(
    panel: Any, client: str, session: str, column: str | Sequence[str], take: Iterable[int] | None = None
) -> "pl.DataFrame":
    """One row a client, in the order they appear; `phq9_1`, `phq9_2` .. null where that session has no value.

    `take`: which sessions; all by default. Raises DataError where a client has one session twice, TableError for a
    session that is no whole number, UsageError for columns that are not there and for more than 40 sessions.
    """
    import polars as pl

    names = [column] if isinstance(column, str) else list(column)
    values, when = columns(panel, names), columns(panel, [session])[:, 0]
    people, who = _people(panel, client, len(values))
    wanted = _wanted(when, session, take)
    kept = np.isin(when, wanted)
    place = np.searchsorted(wanted, when[kept])
    _once(who[kept] * len(wanted) + place, client, session)
    table: dict[str, Any] = {client: people}
    for name, own in zip(names, values.T, strict=True):
        wide = np.full((len(people), len(wanted)), np.nan)
        wide[who[kept], place] = own[kept]
        table |= {f"{name}_{int(at)}": each for at, each in zip(wanted, wide.T, strict=True)}
    return pl.DataFrame(table).with_columns(pl.col(pl.Float64).fill_nan(None))


def _people(panel: Any, client: str, rows: int) -> tuple[list[Any], Any]:
    held = list(panel.keys() if hasattr(panel, "keys") else getattr(panel, "columns", ()))
    if client not in held:
        raise UsageError(f"no column {client!r} among {', '.join(map(str, held))}")
    listed = list(panel[client])
    if len(listed) != rows or any(each is None or each != each for each in listed):
        raise DataError(f"column {client!r} does not say for every row whose it is")
    place = {each: at for at, each in enumerate(dict.fromkeys(listed))}
    return list(place), np.array([place[each] for each in listed], np.int64)


def _wanted(when: Floats, session: str, take: Iterable[int] | None) -> Floats:
    broken = np.flatnonzero(np.isfinite(when) & (when != np.round(when)))
    if len(broken):
        raise TableError(f"{when[broken[0]]:g} is no whole number", row=int(broken[0]) + 1, column=session)
    given = np.unique(when[np.isfinite(when)]) if take is None else np.unique(np.array(list(take), np.float64))
    if not len(given):
        raise DataError(f"no session in column {session!r}")
    if len(given) > MOST:
        raise UsageError(f"{len(given)} sessions; choose at most {MOST} of them, as take=range(1, 11)")
    return given


def _once(place: Any, client: str, session: str) -> None:
    count = np.unique(place, return_counts=True)[1]
    if (count > 1).any():
        raise DataError(
            f"{int((count > 1).sum())} pairs of {client!r} and {session!r} stand more than once; "
            "wanted one row a session"
        )
