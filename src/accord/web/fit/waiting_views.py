"""A seeker lets a practice find somebody: joining its list, staying on it, leaving it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accord.errors import AccordError, RefusedError
from accord.web.fit import actions, queries
from accord.web.fit.ask_forms import zone_of
from accord.web.fit.ask_views import own_search
from accord.web.fit.models import Search
from accord.web.fit.search import read
from accord.web.fit.seek_views import gone, held, help_here, keep
from accord.web.fit.waiting_forms import JoinForm
from accord.web.people.asker import Request
from accord.web.people.guards import found
from accord.web.people.models import Practice


@require_http_methods(["GET", "HEAD", "POST"])
def join_list(request: Request, practice_id: UUID) -> HttpResponse:
    """What it means to be on it, and who they are."""
    search = held(request)
    if search is None or read(search.needs).missing:
        return gone(request) if search is None else redirect("find")
    practice = found(next((one for one in queries.lists() if one.pk == practice_id), None))
    data = request.POST if request.method == "POST" else None
    form = JoinForm(data, **_known(request, search, practice))
    if form.is_valid() and (answer := _joined(request, search, practice, form)):
        return answer
    context = {"form": form, "whose": practice, "help": help_here(request)}
    return render(request, "fit/join.html", context, status=422 if form.errors else 200)


def _known(request: Request, search: Search, practice: Practice) -> dict[str, Any]:
    """What was said before need not be said again."""
    person = queries.seeker(search)
    zone = zone_of(request.GET.get("zone"), ZoneInfo(person.time_zone) if person else practice.zone)
    if person:
        said = {"name": person.name, "email": person.email, "phone": person.phone}
        return {"zone": zone.key, "initial": said}
    own = {"name": request.client.name, "email": request.client.email} if request.client else {}
    return {"zone": zone.key, "initial": own}


def _joined(request: Request, search: Search, practice: Practice, form: JoinForm) -> HttpResponse | None:
    try:
        actions.join_list(search=search, practice=practice, who=form.who(), client=request.client)
    except AccordError as error:
        form.add_error(None, f"{error}. Nothing is stored yet")
        return None
    return keep(redirect("mine"), search)


@own_search
@require_POST
def list_step(request: Request, search: Search, waiting_id: UUID, step: str) -> HttpResponse:
    """'I am still waiting', or off the list."""
    one = found(queries.own_waiting(search, waiting_id))
    steps = {
        "stay": (actions.stay_on_list, "Thank you. Your place is kept."),
        "leave": (actions.leave_list, "You are off the list. Your search stays as it is."),
    }
    act, done = found(steps.get(step))
    try:
        act(search=search, waiting=one)
        messages.success(request, done)
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return keep(redirect("mine"), search)
