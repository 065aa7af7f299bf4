"""How it was to meet, by a link that only writes. It needs no search in this browser and shows nothing else."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accord.errors import RefusedError
from accord.web.fit import actions, ask_forms, queries
from accord.web.fit.models import Impression
from accord.web.fit.seek_views import held
from accord.web.people.asker import Request
from accord.web.people.models import Practice
from accord.web.safety import queries as safety

COOKIE = "__Host-accord-impression" if settings.HTTPS else "accord-impression"
STATUS = {"unknown": 404, "over": 410, "early": 200}


@require_safe
def open_impression(request: Request, token: str) -> HttpResponse:
    """Swap the link's secret for a cookie and a clean address. Opening it uses nothing up."""
    one = queries.impression_by_token(token)
    if one is None:
        return _say(request, "unknown", None)
    response = redirect("impression")
    life = int((queries.IMPRESSION_LIFE + timedelta(days=1)).total_seconds())
    response.set_signed_cookie(
        COOKIE, str(one.pk), max_age=life, httponly=True, samesite="Lax", secure=settings.HTTPS
    )  # fmt: skip
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def impression(request: Request) -> HttpResponse:
    """Six short questions, each of which can be left out."""
    one = queries.impression(request.get_signed_cookie(COOKIE, default="") or "")
    state = queries.impression_state(one, timezone.now()) if one else "unknown"
    if one is None or state != "open":
        return _say(request, state, one)
    form = ask_forms.RatingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.give_impression(impression=one, answers=form.answers())
        except RefusedError:
            return _say(request, "over", one)
        return redirect("impression_done")
    context = {"form": form, "one": one, "zone": _zone(one), "help": _help(one)}
    return render(request, "fit/impression.html", context, status=422 if form.errors else 200)


@require_safe
def impression_done(request: Request) -> HttpResponse:
    """Saved; where to see it beside the others."""
    one = queries.impression(request.get_signed_cookie(COOKIE, default="") or "")
    if one is None or one.given_at is None:
        return redirect("way_back")
    search = held(request)
    mine = search is not None and search.pk == one.meeting.search_id
    return render(request, "fit/impression_done.html", {"one": one, "mine": mine, "help": _help(one)})


def _zone(one: Impression) -> str:
    return str(one.meeting.search.seeker.time_zone)


def _help(one: Impression | None) -> safety.Help:
    practice: Practice | None = one.practice if one else None
    return safety.help_for(practice)


def _say(request: Request, state: str, one: Impression | None) -> HttpResponse:
    context = {"state": state, "one": one, "help": _help(one), **({"zone": _zone(one)} if one else {})}
    return render(request, "fit/impression_closed.html", context, status=STATUS[state])
