"""`accord user`: the first practice and its people, and accounts for those an import brought."""

from typing import Annotated

import typer

from accord.cli.service import Data
from accord.cli.start import data_folder, practice_named, ready
from accord.errors import DataError, UsageError

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    email: str,
    name: Annotated[str, typer.Option(help="How colleagues know them.")] = "",
    roles: Annotated[
        str, typer.Option(help="therapist (the default), manager, deputy, researcher, operator; commas.")
    ] = "",
    practice: Annotated[str | None, typer.Option(help="The practice; may be left out where there is one.")] = None,
    new_practice: Annotated[str | None, typer.Option(help="Open a practice of this name first.")] = None,
    country: Annotated[str, typer.Option(help="Of a new practice, two letters.")] = "US",
    time_zone: Annotated[str, typer.Option(help="Of a new practice, such as America/New_York.")] = "UTC",
    code: Annotated[str | None, typer.Option(help="The short name under which an import brought them.")] = None,
    data: Data = None,
) -> None:
    """Give somebody an account and print the link where they choose a password."""
    if code and (name or roles):
        raise UsageError("--code names somebody who is there already: leave out --name and --roles")
    data_folder(data)
    ready(new_keys=new_practice is not None, migrate=True)
    from django.conf import settings
    from django.db import transaction

    from accord.web.people import actions
    from accord.web.people.asker import COMMAND

    with transaction.atomic():  # a refused address or role leaves nothing behind
        where = _open(new_practice, country, time_zone) if new_practice else practice_named(practice)
        member = _member(where, code, name or email.split("@")[0], roles or "therapist")
        account = actions.give_account(asker=COMMAND, member=member, email=email)
    print(f"{member.name} ({', '.join(sorted(member.roles))}) at {where.name} chooses a password here, in three days:")
    print(settings.ORIGIN + actions.invitation_path(account))


def _open(name: str, country: str, time_zone: str):  # type: ignore[no-untyped-def]
    from zoneinfo import available_timezones

    from accord.web.people import actions
    from accord.web.people.asker import COMMAND

    if time_zone not in available_timezones():
        raise UsageError(f"no such time zone: {time_zone}; wanted one such as America/New_York or Europe/Vienna")
    return actions.open_practice(asker=COMMAND, name=name, country=country.upper(), time_zone=time_zone)


def _member(practice, code: str | None, name: str, roles: str):  # type: ignore[no-untyped-def]
    from accord.web.people import actions, queries
    from accord.web.people.asker import COMMAND

    if code is None:
        wanted = frozenset(role.strip() for role in roles.split(",") if role.strip())
        return actions.add_member(asker=COMMAND, practice=practice.pk, name=name, roles=wanted)
    if (found := queries.therapist_by_code(practice.pk, code)) is None:
        raise DataError(f"nobody in {practice.name} came in under the short name '{code}'")
    return found
