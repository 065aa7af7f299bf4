"""Check-ins that wait in a database of their own: what the tests that kill the server begin with."""

import subprocess
import sys
from pathlib import Path

from tests.installed.service import REPOSITORY, Service, accord, clean_environment, free_port

SETUP = """
import sys, django; django.setup()
from django.db import transaction
from django.utils import timezone
from accord.web.alliance import actions, queries
from accord.web.people import actions as people
from accord.web.people.asker import COMMAND, of_member
from tests.cast import settle_safety
practice = people.open_practice(asker=COMMAND, name='Kill test')
member = people.add_member(asker=COMMAND, practice=practice.pk, name='T', roles=frozenset({'therapist'}))
people.give_account(asker=COMMAND, member=member, email='t@example.org')
settle_safety(practice, member)
with transaction.atomic():
    for n in range(int(sys.argv[1])):
        client = people.add_client(asker=of_member(member), practice=practice.pk, name=f'C {n}')
        course = actions.open_course(asker=of_member(member), client=client, therapist=member)
        actions.plan_measures(asker=of_member(member), course=course, wanted={'phq-9': ('before', 1)})
        session = actions.book_session(asker=of_member(member), course=course, starts_at=timezone.now())
        print(queries.link_path(session.check_ins.get()))
"""


def new_service(folder: Path) -> Service:
    """Not started yet, with a key file."""
    from accord.web.people import keys

    keys.make(folder / "data" / "keys.json")
    return Service("serve", data=folder / "data", port=free_port())


def links(service: Service, people: int, mail: str) -> list[str]:
    """One check-in for each of so many people, a PHQ-9; a self-harm item is asked only where a mail server is named."""
    environment = clean_environment(
        ACCORD_DATA=str(service.data),
        ACCORD_MAIL_URL=mail,
        DJANGO_SETTINGS_MODULE="accord.web.settings",
        PYTHONPATH=f"{REPOSITORY}/src:{REPOSITORY}",
    )
    migrated = accord("user", "add", "nobody@example.org", "--new-practice", "X", "--data", str(service.data))
    assert migrated.returncode == 0, migrated.stderr
    command = [sys.executable, "-c", SETUP, str(people)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
