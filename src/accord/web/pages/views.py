"""The public pages, and the pages for what went wrong."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accord import measures
from accord.web import wording
from accord.web.pages import queries
from accord.web.people.asker import Request
from accord.web.people.guards import only
from accord.web.safety import queries as safety


@require_safe
def front(request: Request) -> HttpResponse:
    return render(request, "pages/front.html", {"help": _help(request), "articles": bool(queries.published())})


@require_safe
def why(request: Request) -> HttpResponse:
    return render(request, "pages/why.html")


@require_safe
def help_now(request: Request) -> HttpResponse:
    return render(request, "pages/help.html", {"help": _help(request)})


@only("client")
@require_safe
def wrong(request: Request) -> HttpResponse:
    """A way out that never passes the therapist."""
    context = {"help": _help(request), "back": (reverse("my"), "My page"), "known": True}
    return render(request, "pages/wrong.html", context)


@require_safe
def measures_list(request: Request) -> HttpResponse:
    """What can be asked, each with its notice."""
    loaded = [wording.measure(name) for name in measures.names()]
    shown = sorted(loaded, key=lambda one: (one.id != "alliance", not one.has_text, one.title))
    return render(request, "pages/measures.html", {"measures": shown})


def _help(request: Request) -> safety.Help:
    person = request.member or request.client
    return safety.help_for(person.practice if person else None)


def _sorry(request: Request, status: int, title: str, text: str) -> HttpResponse:
    context: dict[str, Any] = {"sorry": title, "text": text, "help": safety.help_for(None)}
    return render(request, "pages/sorry.html", context, status=status)


def not_found(request: Request, exception: Exception) -> HttpResponse:
    text = "There is no such page here, or it is not yours to see. Go back, or begin from the start."
    return _sorry(request, 404, "Nothing here", text)


def refused(request: Request, exception: Exception) -> HttpResponse:
    return _sorry(request, 403, "Not possible", "This cannot be done from here. Go back, or begin from the start.")


def bad_request(request: Request, exception: Exception) -> HttpResponse:
    return _sorry(
        request, 400, "We could not read that", "Something in what was sent could not be read. Go back and try again."
    )


def too_many(request: Request) -> HttpResponse:
    return _sorry(request, 429, "Too many tries", "Wait five minutes, then go back and try again. Nothing is lost.")


def form_expired(request: Request, reason: str = "") -> HttpResponse:
    text = (
        "The page was open for a long time, or cookies are switched off. Nothing was changed. "
        "Go back, reload the page and send it again."
    )
    return _sorry(request, 403, "Please send that once more", text)


def broken(request: Request) -> HttpResponse:
    """Without the database or the template context, which may be what broke."""
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>Something broke – Accord</title><h1>Something broke on our side</h1>"
        "<p>It is noted. What you saw as saved is saved. Go back and try again in a minute.</p>"
        "<p>If you need someone now: <a href='tel:988'>988</a> in the United States, "
        "or your local emergency number.</p>"
    )
    return HttpResponse(text, status=500)
