"""Therapists who can be asked for a call."""

import pytest

from accord.web.people.models import Member
from tests.cast import Cast
from tests.web.fit.meeting import keep_free
from tests.web.fit.offering import a_few


@pytest.fixture
def them(cast: Cast) -> dict[str, Member]:
    """A few, by a short name; two of them keep evenings free."""
    found = a_few(cast)
    keep_free(found["berg"], found["birk"])
    return found
