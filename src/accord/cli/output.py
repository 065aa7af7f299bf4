"""How every verb shows its result: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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


def show_json_rows(head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], at_a_time: int = 10_000) -> None:
    """One JSON object whose last key, `rows`, is written as it comes, so that a million rows are never held at once."""
    start = json.dumps(head, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(start[:-1] + (", " if head else "") + '"rows": [')
    piece: list[str] = []
    first = True
    for row in rows:
        piece.append(json.dumps(row, ensure_ascii=False, allow_nan=False))
        if len(piece) == at_a_time:
            sys.stdout.write(("" if first else ", ") + ", ".join(piece))
            piece, first = [], False
    if piece:
        sys.stdout.write(("" if first else ", ") + ", ".join(piece))
    sys.stdout.write("]}\n")


@contextmanager
def progress(words: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr when it is a terminal, nothing otherwise."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
