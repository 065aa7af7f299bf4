"""The only readers of releases and of what clients said about research. Who asks comes first."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db.models import QuerySet

from accord.evidence.suppression import Cells
from accord.web.evidence.models import CONSENT, Consent, Release
from accord.web.people.asker import Asker

READERS = ("therapist", "researcher", "client")
"""To whom a release can be shown beside the practice's managers, who see all of them."""


def consent(asker: Asker) -> Consent | None:
    """What this client said last; nobody else reads it."""
    found = Consent.objects.filter(practice=asker.practice, client=asker.who) if "client" in asker else None
    return found.order_by("-said_at").first() if found is not None else None


def consenting(asker: Asker, practice: UUID) -> set[UUID]:
    """The clients whose latest word is yes, to the text as it is now; for whoever makes a release, never one by one."""
    if not asker.roles & {"manager", "operator"} or asker.practice not in (None, practice):
        return set()
    latest: dict[UUID, Consent] = {}
    for one in Consent.objects.filter(practice=practice).order_by("said_at"):
        latest[one.client_id] = one
    return {client for client, one in latest.items() if one.yes and one.text == CONSENT}


def _all(practice: UUID | None) -> "QuerySet[Release]":
    return (
        Release.objects.filter(practice=practice)
        .select_related("member", "practice")
        .prefetch_related("turns__member")
        .defer("cells", "frozen")
    )


def releases(asker: Asker) -> list[Release]:
    """The newest first: all of them for a manager, for others those that are shown to them."""
    if not asker.roles & {"manager", *READERS}:
        return []
    return [one for one in _all(asker.practice) if _shown(asker, one)]


def release(asker: Asker, release_id: UUID) -> Release | None:
    found = _all(asker.practice).filter(pk=release_id).first() if asker.practice else None
    return found if found and _shown(asker, found) else None


def _shown(asker: Asker, one: Release) -> bool:
    if "manager" in asker:
        return True
    return not one.hidden and bool(asker.roles & set(one.shown_to) & set(READERS))


def text_of(one: Release) -> str | None:
    """The report as it was frozen, to the letter; None where it is not that any more."""
    try:
        text = one.frozen
    except (InvalidTag, ValueError, KeyError):  # the seal was altered, moved here from another row, or cut off
        return None
    return text if fingerprint(text) == one.sha256 else None


def report_of(one: Release) -> dict[str, Any] | None:
    text = text_of(one)
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_attempt(practice: UUID, attempt: UUID) -> Release | None:
    """What a form, sent once already, has frozen."""
    return _all(practice).filter(attempt=attempt).first()


def earlier(practice: UUID) -> list[tuple[Release, Cells]]:
    """Every release of a practice, hidden ones too, for they were seen, with who gave what in it; the oldest first."""
    rows = Release.objects.filter(practice=practice).defer("frozen").order_by("number")
    found: list[tuple[Release, Mapping[str, list[str]]]] = [(one, one.cells) for one in rows]
    return list(found)
