"""After the meetings: side by side, none of them, not yet; and a word about those who were not chosen."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.errors import AccordError, RefusedError
from accord.fit.feedback import REASONS
from accord.web.fit import actions, comparing, impression_views, queries
from accord.web.fit.ask_views import own_search
from accord.web.fit.models import Meeting, Search
from accord.web.fit.search import read
from accord.web.fit.seek_forms import StyleForm
from accord.web.fit.seek_views import help_here
from accord.web.people.asker import Request
from accord.web.people.guards import found


@own_search
@require_safe
def compare(request: Request, search: Search) -> HttpResponse:
    """Item by item, in the order of meeting, both days, with how much one rating can tell."""
    seen, person = comparing.side_by_side(search), found(queries.seeker(search))
    context = {
        "found": seen.found,
        "met": seen.met,
        "sides": comparing.sides(seen.found),
        "zone": person.time_zone,
        "due": queries.due_impressions(search),
        "decided": person.decided,
        "help": help_here(request),
    }
    return render(request, "fit/compare.html", context)


@own_search
@require_safe
def my_impression(request: Request, search: Search, meeting_id: UUID, day: str) -> HttpResponse:
    """From one's own page to the same six questions as by link."""
    every = queries.impressions(search)
    one = found(next((each for each in every if each.meeting_id == meeting_id and each.day == day), None))
    response = redirect("impression")
    response.set_signed_cookie(
        impression_views.COOKIE, str(one.pk), httponly=True, samesite="Lax", secure=settings.HTTPS
    )  # fmt: skip
    return response


@own_search
@require_http_methods(["GET", "HEAD", "POST"])
def none_of_them(request: Request, search: Search) -> HttpResponse:
    """Back to the list, with what was learned by meeting: the way of working can be said anew."""
    looking = read(search.needs)
    data = request.POST if request.method == "POST" else None
    form = StyleForm(data, looking.given, queries.Here())
    if form.is_valid():
        try:
            actions.say_none(search=search)
        except RefusedError as error:
            messages.error(request, f"Nothing changed: {error}.")
            return redirect("mine")
        actions.save_answers(search=search, page="style", given=form.answers())
        messages.success(request, "Noted. Those you met are off your list; they are thanked, and told nothing else.")
        return redirect("feedback") if queries.to_tell(search) else redirect("shortlist")
    context = {"form": form, "seen": comparing.side_by_side(search), "help": help_here(request)}
    return render(request, "fit/none_of_them.html", context, status=422 if form.errors else 200)


@own_search
@require_POST
def not_yet(request: Request, search: Search) -> HttpResponse:
    try:
        actions.say_later(search=search)
        messages.success(request, "There is no hurry. All of it is kept for 30 days from now.")
    except RefusedError as error:
        messages.error(request, f"Nothing changed: {error}.")
    return redirect("mine")


@own_search
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: Request, search: Search) -> HttpResponse:
    """Optional, and told to a therapist only in tens."""
    waiting = queries.to_tell(search)
    if request.method == "POST":
        return _told(request, search, waiting)
    context = {"waiting": waiting, "reasons": list(REASONS.items()), "help": help_here(request)}
    return render(request, "fit/feedback.html", context)


def _told(request: Request, search: Search, waiting: list[Meeting]) -> HttpResponse:
    try:
        said = {one.pk: request.POST.getlist(f"why_{one.pk}") for one in waiting}
        actions.give_feedback(search=search, said=said)
        messages.success(request, "Thank you.")
    except AccordError as error:
        messages.error(request, f"Nothing stored: {error}.")
    return redirect("mine")
