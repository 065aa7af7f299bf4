"""`accord evidence share` and `pool`: a fit over several sites, of which none shows its rows."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.output import progress
from accord.errors import DataError

Formula = Annotated[str, typer.Argument(help="The same at every site, in lme4's language.")]


def share(
    formula: Formula,
    file: Annotated[str, typer.Argument(help="CSV or Parquet, one row a measurement; - for standard input.")],
    out: Annotated[Path, typer.Option(help="The share to write, .json: sums, no rows.")],
    person: Annotated[str, typer.Option(help="The column that says who a row is about.")] = "client",
    ask: Annotated[Path | None, typer.Option(help="What the pooling side asks, from `accord evidence pool`.")] = None,
) -> None:
    """What a site sends instead of its rows: sums with ten people or more behind each."""
    from accord.cli import evidence_fit, evidence_formula, scored_file
    from accord.cli.course_file import column
    from accord.evidence.sharing import Site, read_ask, write

    with progress(f"reading {file}"):
        written, columns = evidence_formula.resolved(formula, table := scored_file.read(file))
        used = {**columns, person: columns.get(person) or column(table, person)}
        rows = evidence_fit.rows(table, used, evidence_formula.groups(written) | {person})
        site = Site(written, rows, person=person)
        made = site.share(read_ask(ask) if ask else None)
    write(made, out)
    how = "sums of everybody; answers come in rounds" if site.rounds else "sums of each block"
    print(f"{made.n:,} rows of {made.people:,} people: {how}. Written to {out}.")


def pool(
    shares: Annotated[list[Path], typer.Argument(help="A share of each site.")],
    ask: Annotated[Path | None, typer.Option(help="Where to write what the sites must be asked next, .json.")] = None,
    method: Annotated[str, typer.Option(help="reml or ml.")] = "reml",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The fit of all sites' rows, out of what they sent; or what they must be asked first."""
    from accord.cli import evidence_fit
    from accord.evidence.sharing import Ask, read_share, write
    from accord.evidence.sharing import pool as run

    with progress("pooling"):
        found = run([read_share(path) for path in shares], method=method)
    if not isinstance(found, Ask):
        evidence_fit.show(found, found.formula, method, as_json=json)
        return
    if ask is None:
        raise DataError(
            "the sites must be asked again, since blocks of single people never leave them; give --ask FILE, send it to "
            "each site, and pool what `accord evidence share --ask FILE` gives there"
        )
    write(found, ask)
    print(f"Not done yet: send {ask} to each site, which answers with `accord evidence share ... --ask {ask.name}`.")
