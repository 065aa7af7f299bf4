"""Somebody who works in a practice, and their way in."""

from collections.abc import Callable

import pytest
from django.core.cache import cache

from accord.web.people import actions
from accord.web.people.asker import COMMAND
from accord.web.people.models import Account, Practice
from tests.web.people.ways_in import PASSWORD


@pytest.fixture(autouse=True)
def no_tries_counted() -> None:
    """Tries are counted per address of a computer, and all tests come from one."""
    cache.clear()


@pytest.fixture
def practice(db: None) -> Practice:
    return actions.open_practice(asker=COMMAND, name="Elm Street")


@pytest.fixture
def give_account(practice: Practice) -> Callable[..., Account]:
    """A member in these roles, with an account."""

    def give(*roles: str, email: str = "ada@example.org", password: str | None = PASSWORD) -> Account:
        member = actions.add_member(asker=COMMAND, practice=practice.pk, name="Ada Cole", roles=frozenset(roles))
        return actions.give_account(asker=COMMAND, member=member, email=email, password=password)

    return give
