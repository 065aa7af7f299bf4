"""Doors into the demonstration: one click each, no password, and no such address anywhere else."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.web.home import demo, demo_letters
from accord.web.people.asker import ADDRESS_KEY, CLIENT_KEY, Request


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


@require_safe
def doors(request: Request) -> HttpResponse:
    _only_in_the_demo()
    return render(request, "home/doors.html", {"doors": demo.DOORS})


@require_safe
def letters(request: Request) -> HttpResponse:
    """What would have been sent: without a mail server the way goes on from here."""
    _only_in_the_demo()
    return render(request, "home/letters.html", {"letters": demo_letters.newest()})


@require_POST
def enter(request: Request, door: str) -> HttpResponse:
    """Become one of the invented people."""
    _only_in_the_demo()
    if door not in demo.DOORS:
        raise Http404
    request.session.flush()
    if door == "client":
        client = demo.client_for_door()
        request.session[CLIENT_KEY], request.session[ADDRESS_KEY] = str(client.pk), client.email_index
    elif door != "seeker":
        login(request, demo.account_for_door(door), backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(demo.DOORS[door].leads_to)
