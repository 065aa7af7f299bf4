"""`accord <room> <verb>`: reads a file or '-', prints a table for people or --json for programs.

Exit codes: 0 done · 1 the data are wrong · 2 the call is wrong. Results go to stdout, everything else to stderr.
Heavy imports happen inside a verb, so that `--help` answers at once.
"""

import sys
from collections.abc import Sequence
from typing import Any

import typer

from accord import __version__
from accord.cli import alliance, courses, evidence, fit, measures, mechanism, outcome, service, users
from accord.errors import AccordError, UsageError

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

# typer carries click under a private name in some versions and as a dependency in others; both give this class.
BadCall: Any = typer.BadParameter.__mro__[2]

app.command()(service.demo)
app.command()(service.serve)
app.command()(service.worker)
app.command("import")(courses.bring_in)
app.add_typer(measures.app, name="measures", help="What is asked, and how it is scored.")
app.add_typer(fit.app, name="fit", help="Finding each other: a shortlist, and a waiting list allotted.")
app.add_typer(alliance.app, name="alliance", help="One course, session by session: signals and repair.")
app.add_typer(outcome.app, name="outcome", help="Is it helping: change, sudden gains, the expected course.")
app.add_typer(evidence.app, name="evidence", help="What many courses show: panels, mixed models, the report.")
app.add_typer(mechanism.app, name="mechanism", help="Why it works: a simulated course of therapy.")
app.add_typer(users.app, name="user", help="Practices and the people who work in them.")


@app.callback(invoke_without_command=True)
def accord(
    version: bool = typer.Option(False, "--version", help="Print the version and leave.", is_eager=True),
) -> None:
    """The working relationship between a person in psychotherapy and their therapist."""
    if version:
        typer.echo(f"accord {__version__}")
        raise typer.Exit


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line; every error Accord raises on purpose becomes one line and an exit code."""
    try:
        code = app(args=list(sys.argv[1:] if argv is None else argv), standalone_mode=False)
    except BadCall as error:
        _fail(error, 2)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except AccordError as error:
        _fail(error, 2 if isinstance(error, UsageError) else 1)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception, code: int) -> None:
    """One line. Called without a verb there is nothing wrong to name: the help stands there already."""
    text = error.format_message() if isinstance(error, BadCall) else str(error)
    if text.startswith("Usage:"):
        print(text, file=sys.stderr)
    elif text:
        print(f"accord: {text}", file=sys.stderr)
    sys.exit(code)
