"""How every verb shows its result: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def show_json(value: Any) -> None:
    """One JSON document on stdout; refuses NaN, which is not JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, allow_nan=False, indent=None)
    sys.stdout.write("\n")


def show_table(rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
    """Rows as a table: columns in the order of the first row, an empty cell for None; brackets stay brackets."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)
