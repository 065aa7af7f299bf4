"""How well the measures measure here: reliability where the items are known, and how many stand at either end."""

from typing import Any

import numpy as np

from accord.evidence.report.parts import Cell, Section, Table, rows_of
from accord.evidence.report.source import Source
from accord.evidence.wording import not_enough

HEADING = "How well the measures measure here"
CEILING = 25.0


def section(src: Source) -> Section:
    src.told("measures")
    rows = [row for row in (_ends(src, *one) for one in _rated(src)) if row]
    columns = ("rating", "ratings", "mean", "SD", "% at the lowest possible", "% at the highest possible")
    tables = [Table("Where ratings stand on their scale", columns, rows_of(rows))] if rows else []
    words = [*_ceiling_words(rows)]
    from accord.evidence.report.reliable import told

    more, said = told(src)
    return Section("measures", HEADING, bool(more), (*said, *words), (*tables, *more))


def _rated(src: Source) -> list[tuple[str, int, str]]:
    found = [(src.outcome, 0, src.outcome_title)]
    if src.alliance:
        found.append((src.alliance, 1, f"{src.alliance_title}, by the client"))
    if src.by_therapist:
        found.append((src.by_therapist, 1, f"{src.alliance_title}, by the therapist"))
    return found


def _ends(src: Source, name: str, which: int, title: str) -> list[Cell]:
    rated = src.rows.filter(src.rows[name].is_not_null())
    x, who = rated[name].to_numpy(), rated["client"].to_numpy()
    if len(x) < 2 or not src.guard.tells(rated["client"].n_unique()):
        return []
    measure: Any = src.measures[which]
    shares: list[Cell] = [None, None]
    if measure:
        ends = (x <= measure.range[0], x >= measure.range[1])
        shares = ["too few" if (share := src.guard.share_at(at, who)) is None else share for at in ends]
    return [title, src.guard.count(len(x)), round(float(x.mean()), 2), round(float(np.std(x, ddof=1)), 2), *shares]


def _ceiling_words(rows: list[list[Cell]]) -> list[str]:
    said = []
    for row in rows:
        for place, end in ((4, "lowest"), (5, "highest")):
            share = row[place]
            if isinstance(share, float) and share >= CEILING:
                said.append(
                    f"{row[0]}: {share:g} % stand at the {end} possible score, so differences among them cannot show."
                )
    return said or [not_enough("the range of the measures is not known, so ceilings cannot be counted")] * (not rows)
