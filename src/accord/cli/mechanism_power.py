"""`accord mechanism power`: how large a study must be."""

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import progress, show_json, show_table
from accord.errors import UsageError

if TYPE_CHECKING:
    from accord.mechanism.power import Cell, Power, Share


def power(
    study: Annotated[str, typer.Argument(help="within, therapist or feedback: what the study is to find.")],
    clients: Annotated[str, typer.Option(help="How many clients in all: one number, or several as 50,100.")] = (
        "50,100,200"
    ),
    therapists: Annotated[str, typer.Option(help="How many therapists.")] = "10,20",
    sessions: Annotated[str, typer.Option(help="How many sessions are planned.")] = "8,16",
    runs: Annotated[int, typer.Option(min=2, help="How many studies are simulated for each size.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same table.")] = 1,
    effect: Annotated[float, typer.Option(help="So many times the model's effect.")] = 1.0,
    alpha: Annotated[float, typer.Option(help="P below which something counts as found.")] = 0.05,
    plot: Annotated[Path | None, typer.Option(help="Also draw it, as SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Simulate studies of every size, analyse them, and say how often they find what is there, and what is not."""
    from accord.mechanism.power import power as run

    if plot is not None and plot.suffix != ".svg":
        raise UsageError(f"{plot}: cannot draw {plot.suffix or 'a file without ending'}; end the name in .svg")
    sizes = {
        "clients": _numbers("--clients", clients),
        "therapists": _numbers("--therapists", therapists),
        "sessions": _numbers("--sessions", sessions),
    }
    with progress("simulating studies") as told:
        found = run(study, **sizes, runs=runs, seed=seed, effect=effect, alpha=alpha, progress=told)  # type: ignore[arg-type]
    if plot is not None:
        _write(found.picture(), plot)
    show_json(_document(found)) if as_json else _show(found)


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"{option}: got {text!r}, wanted whole numbers with commas between them, as 50,100") from None


def _write(svg: str, path: Path) -> None:
    try:
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}; give another --plot") from error


def _show(found: "Power") -> None:
    show_table(
        [_row(cell) for cell in found.cells],
        title=f"{found.study}: {found.cells[0].runs} runs a size, {found.effect:g} times the model's effect",
    )
    typer.echo()
    for line in (*found.words, *(f"Left out: {why}." for why in found.left_out)):
        typer.echo(line)


def _row(cell: "Cell") -> dict[str, str]:
    return {
        "clients": str(cell.clients),
        "therapists": str(cell.therapists),
        "sessions": str(cell.sessions),
        "power": _with_error(cell.power),
        "interval": f"{cell.power.low:.2f}-{cell.power.high:.2f}",
        "false": _with_error(cell.false),
        "estimate": f"{cell.estimate:.3f}",
    }


def _with_error(share: "Share") -> str:
    return f"{share.value:.3f} ±{share.error:.3f}"


def _document(found: "Power") -> dict[str, Any]:
    best = found.smallest
    return {
        "study": found.study,
        "effect": found.effect,
        "alpha": found.alpha,
        "cells": [_cell(cell) for cell in found.cells],
        "smallest": None if best is None else _cell(best),
        "words": list(found.words),
        "left_out": list(found.left_out),
    }


def _cell(cell: "Cell") -> dict[str, Any]:
    made = {name: _plain(value) for name, value in asdict(cell).items() if name not in ("power", "false")}
    return made | {"power": _share(cell.power), "false": _share(cell.false)}


def _share(share: "Share") -> dict[str, float]:
    return dict(share._asdict())


def _plain(value: Any) -> Any:
    # What cannot be estimated is null: JSON has no NaN.
    return None if isinstance(value, float) and not isfinite(value) else value
