"""Getting Django ready for a verb: where the data are, the keys, the database."""

import os
from pathlib import Path

from accord.errors import DataError, UsageError

DATA = "~/.local/share/accord"


def data_folder(given: Path | None, default: str = DATA) -> Path:
    """The folder given, else ACCORD_DATA, else the usual one; made with owner-only rights."""
    folder = Path(given or os.environ.get("ACCORD_DATA") or default).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["ACCORD_DATA"] = str(folder)
    return folder


def ready(*, new_keys: bool = False, migrate: bool = False) -> None:
    """Load the settings. `new_keys`: a first start makes the key file. `migrate`: tables are brought up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accord.web.settings")
    keys_file = Path(os.environ.get("ACCORD_KEYS") or Path(os.environ["ACCORD_DATA"]) / "keys.json")
    if new_keys and not keys_file.exists():
        from accord.web.people import keys

        keys.make(keys_file)
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise DataError(str(error)) from error
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)


def practice_named(name: str | None):  # type: ignore[no-untyped-def]  # the model exists only once Django is ready
    """The practice of this name, or the only one there is."""
    from accord.web.people.queries import practices

    found = [one for one in practices() if name in (None, one.name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"'{one.name}'" for one in practices()) or "none"
    wanted = f"no practice is named '{name}'" if name else "there is more than one practice, or none: say which"
    raise UsageError(f"{wanted} (--practice NAME); there are: {known}")
