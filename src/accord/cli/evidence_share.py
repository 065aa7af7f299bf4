"""`accord evidence share` and `pool`: a fit over several sites, of which none shows its rows."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from accord.cli.output import progress, show_json
from accord.errors import UsageError

if TYPE_CHECKING:
    from accord.evidence.sharing import Ask, Share, Site

Formula = Annotated[str, typer.Argument(help="The same at every site, in lme4's language.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def share(
    formula: Formula,
    file: Annotated[str, typer.Argument(help="CSV or Parquet, one row a measurement; - for standard input.")],
    out: Annotated[Path, typer.Option(help="The share to write, .json: sums, no rows.")],
    person: Annotated[str, typer.Option(help="The column that says who a row is about.")] = "client",
    weights: Annotated[str | None, typer.Option(help="A column of weights.")] = None,
    levels: Annotated[
        list[str] | None,
        typer.Option(help="Categories that others have, as arm=usual,feedback; the first is compared with."),
    ] = None,
    rounds: Annotated[bool, typer.Option("--rounds", help="Send no block's sums; answer in rounds.")] = False,
    ask: Annotated[Path | None, typer.Option(help="What the pooling side asks, from `accord evidence pool`.")] = None,
    json: Json = False,
) -> None:
    """What a site sends instead of its rows: sums with ten people or more behind each."""
    from accord.cli.evidence_file import writable
    from accord.evidence.sharing import read_ask, write

    writable(out, "--out", (".json",))
    with progress(f"reading {file}"):
        asked = read_ask(ask) if ask else None
        options: Any = {"weights": weights, "levels": _levels(levels), "rounds": True if rounds or asked else None}
        site = _site(formula, file, person, options)
        made = site.share(asked)
        write(made, out)
    told = _told(site, made, out)
    if json:
        show_json(told)
        return
    print(f"{made.n:,} rows of {made.people:,} people: {told['how']}. Written to {out}.")
    for note in told["notes"]:
        print(f"{note}; that is said here alone.")


def _site(formula: str, file: str, person: str, options: dict[str, Any]) -> "Site":
    from accord.cli import evidence_fit, evidence_formula, scored_file
    from accord.cli.course_file import column
    from accord.evidence.sharing import Site

    written, columns = evidence_formula.resolved(formula, table := scored_file.read(file))
    for name in (person, options["weights"]):
        if name is not None and name not in columns:
            columns = {**columns, name: column(table, name)}
    rows = evidence_fit.rows(table, columns, evidence_formula.groups(written) | {person})
    return Site(written, rows, person=person, **options)


def _levels(given: list[str] | None) -> dict[str, list[str]]:
    found = {}
    for one in given or []:
        name, sign, words = one.partition("=")
        if not sign or not all(word.strip() for word in (name, *words.split(","))):
            raise UsageError(f"--levels: got {one!r}, wanted a column and its categories, as arm=usual,feedback")
        found[name.strip()] = [word.strip() for word in words.split(",")]
    return found


def _told(site: "Site", made: "Share", out: Path) -> dict[str, Any]:
    how = "sums of each block" if made.part is not None else "sums of everybody; answers come in rounds"
    if made.asked is not None:
        how = f"{len(made.answers)} answers, each a sum over everybody"
    return {
        "file": str(out), "site": made.site, "kind": "rounds" if made.part is None else "blocks", "how": how,
        "rows": made.n, "people": made.people, "units": made.sizes, "answers": len(made.answers),
        "notes": list(site.met.design.notes),
    }  # fmt: skip


def pool(
    shares: Annotated[list[Path], typer.Argument(help="A share of each site.")],
    ask: Annotated[Path | None, typer.Option(help="Where to write what the sites must be asked next, .json.")] = None,
    method: Annotated[str, typer.Option(help="reml or ml.")] = "reml",
    json: Json = False,
) -> None:
    """The fit of all sites' rows, out of what they sent; or what they must be asked first."""
    from accord.cli import evidence_fit
    from accord.cli.evidence_file import writable
    from accord.evidence.sharing import Ask, read_share
    from accord.evidence.sharing import pool as run

    if ask is not None:
        writable(ask, "--ask", (".json",))
    with progress("pooling"):
        found = run([read_share(path) for path in shares], method=method.lower(), names=[str(path) for path in shares])
    if isinstance(found, Ask):
        _asked(found, ask, as_json=json)
        return
    evidence_fit.show(found, found.formula, method.lower(), as_json=json)


def _asked(found: "Ask", ask: Path | None, *, as_json: bool) -> None:
    from accord.evidence.sharing import write

    if ask is None:
        raise UsageError(
            "the sites must be asked again, since sums of single people never leave them; give --ask FILE, send that "
            "to each site, and pool what `accord evidence share .. --ask FILE` gives there"
        )
    write(found, ask)
    if as_json:
        show_json({"done": False, "ask": str(ask), "points": len(found.points), "sites": list(found.sites)})
        return
    print(f"Not done yet: send {ask} to each site, which answers with `accord evidence share .. --ask {ask.name}`.")
