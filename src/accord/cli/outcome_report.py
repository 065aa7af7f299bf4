"""What `accord outcome change` and `gains` come to: rows, JSON, tables for people."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl

from accord.cli.output import show_json_rows, show_table
from accord.outcome import METHODS, Changes, Gains, change, change_columns, rule_from
from accord.outcome.words import gain as gain_words
from accord.outcome.words import number

FIRST_ROWS = 40


def changed(rows: pl.DataFrame, reliability: float, stated: dict[str, Any]) -> tuple[Changes, Any, Any]:
    """The changes of all pairs; which way is better is seen from the norms where nobody said."""
    before, after = (rows[side].fill_null(float("nan")).to_numpy().astype(np.float64) for side in ("pre", "post"))
    given = {name: value for name, value in stated.items() if value is not None}
    rule = rule_from(before, after, reliability, **given)
    if "better" not in given and rule.functional_mean is not None and rule.functional_mean > rule.mean:
        print("accord: higher counts as better, since people without the problem score higher", file=sys.stderr)
        rule = rule_from(before, after, reliability, **given, better="higher")
    return change_columns(before, after, rule), before, after


def change_rows(
    names: pl.Series, before: Any, after: Any, changes: Changes, progress: Callable[[int, int], None]
) -> Iterator[dict[str, Any]]:
    """One a person who was rated both times."""
    rated = np.flatnonzero(changes.kind >= 0)
    for place, row in enumerate(rated.tolist()):
        told = change(float(before[row]), float(after[row]), changes.rule)
        if place % 10_000 == 0:
            progress(place, len(rated))
        yield {
            "id": _plain(names[row]),
            "pre": float(before[row]),
            "post": float(after[row]),
            "change": told.points,
            "index": told.value,
            "class": told.kind,
            "reliable": told.reliable,
            "reason": told.reason,
        }


def _plain(name: Any) -> Any:
    return name if isinstance(name, int | str) else str(name)


def change_json(changes: Changes, rows: Iterator[dict[str, Any]]) -> None:
    rule = changes.rule
    head = {
        "counts": changes.counts,
        "reliable": changes.inclusive,
        "threshold": rule.points,
        "cutoff": rule.crossing.cutoff,
        "method": rule.method,
        "criterion": rule.criterion,
        "reliability": rule.reliability,
        "reliability_kind": rule.kind,
        "better": rule.better,
        "norms": {"mean": rule.mean, "sd": rule.sd, "people": rule.n},
        "people": changes.n_used,
        "left_out": len(changes.kind) - changes.n_used,
    }
    show_json_rows(head, rows)


def change_table(changes: Changes, rows: Iterator[dict[str, Any]]) -> None:
    """The first rows, then what they all come to."""
    shown = [
        {"id": row["id"], "class": row["class"], "why": row["reason"]}
        for row, _ in zip(rows, range(FIRST_ROWS), strict=False)
    ]
    show_table(shown)
    rule, both = changes.rule, changes.inclusive
    if changes.n_used > len(shown):
        print(f"... and {changes.n_used - len(shown):,} people more.")
    print()
    show_table([{"class": name, "people": count} for name, count in changes.counts.items()])
    left = len(changes.kind) - changes.n_used
    print(
        f"\n{changes.n_used:,} people rated both times, {left:,} left out. Reliably improved {both['improved']:,}, "
        f"reliably worse {both['deteriorated']:,}, whether or not a cut-off was crossed. {METHODS[rule.method]}: "
        f"reliable from {number(rule.points)} points, by {rule.kind} {rule.reliability:g}, which the answer hangs on; "
        f"cut-off {number(rule.crossing.cutoff)}; {rule.better} is better."
    )


def gain_report(names: pl.Series, values: Any, found: Gains) -> dict[str, Any]:
    """The contract of --json."""
    sizes = found.sizes
    rows = []
    for at, row in enumerate(found.row.tolist()):
        before, after, back = float(found.before[at]), float(found.after[at]), bool(found.back[at])
        session = int(found.session[at])
        rows.append(
            {
                "id": _plain(names[row]),
                "session": session,
                "before": before,
                "after": after,
                "magnitude": float(sizes[at]),
                "reversal": back,
                "reason": gain_words(before, after, session, back),
            }
        )
    return {
        "gains": len(rows),
        "people": found.people,
        "mean": float(sizes.mean()) if len(rows) else None,
        "sd": float(sizes.std(ddof=1)) if len(rows) > 1 else None,
        "reversals": int(found.back.sum()),
        "of": len(values),
        "method": found.rule.method,
        "rows": rows,
    }


def gain_table(report: dict[str, Any]) -> None:
    if report["rows"]:
        shown = ("id", "session", "magnitude", "reversal", "reason")
        show_table([{name: _said(row[name]) for name in shown} for row in report["rows"][:FIRST_ROWS]])
        print()
    what = "losses" if "losses" in report["method"] else "gains"
    mean, sd = report["mean"], report["sd"]
    told = "" if mean is None else f", on average {mean:.2f} points" + ("" if sd is None else f" (SD {sd:.2f})")
    found = f"{report['gains']} sudden {what} in {report['people']} of {report['of']} people"
    print(f"{found}{told}; {report['reversals']} reversed.")


def _said(value: Any) -> Any:
    return {True: "yes", False: ""}.get(value, value) if isinstance(value, bool) else value
