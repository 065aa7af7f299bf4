"""What the base template needs on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    client = getattr(request, "client", None)
    person = member or client
    practice = person.practice if person else None
    return {
        "member": member,
        "client": client,
        "practice": practice,
        "asker": getattr(request, "asker", None),
        "invented": settings.DEMO or bool(practice and practice.invented),
        "demo": settings.DEMO,
        "path": request.path,
        "home_zone": practice.time_zone if practice else "UTC",
    }
