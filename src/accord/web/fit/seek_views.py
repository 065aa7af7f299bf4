"""Looking for a therapist: a few questions, a page each, and a short list with its reasons. No account, no name."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accord.web.fit import actions, listing, on_lists, queries
from accord.web.fit.models import Search
from accord.web.fit.search import BETTER, FOUR, Looking, read
from accord.web.fit.seek_forms import QUESTIONS, Question
from accord.web.people.asker import Request
from accord.web.people.guards import found
from accord.web.safety import queries as safety

COOKIE = "__Host-accord-search" if settings.HTTPS else "accord-search"


def held(request: Request) -> Search | None:
    """The search that this browser began."""
    return queries.search(request.get_signed_cookie(COOKIE, default="") or "", timezone.now())


def keep(response: HttpResponse, one: Search) -> HttpResponse:
    """The cookie lives as long as the search: a month from the last change."""
    life = int(queries.SEARCH_KEPT.total_seconds())
    response.set_signed_cookie(
        COOKIE, str(one.pk), max_age=life, httponly=True, samesite="Lax", secure=settings.HTTPS
    )  # fmt: skip
    return response


def help_here(request: Request) -> safety.Help:
    """Whom to call: their own practice's numbers where somebody is signed in."""
    person = request.member or request.client
    return safety.help_for(person.practice if person else None)


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: Request) -> HttpResponse:
    """The way in: what will be asked, what becomes of it, and 'carry on' where something was begun."""
    one = held(request)
    if request.method == "POST":
        one = one or actions.begin_search()
        return keep(redirect("find_page", read(one.needs).missing or FOUR[0]), one)
    looking = read(one.needs) if one else Looking()
    context = {
        "begun": bool(looking.done),
        "missing": looking.missing,
        "anyone": queries.anyone(),
        "asked": bool(one and queries.seeker(one)),
        "help": help_here(request),
    }
    return render(request, "fit/find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def find_page(request: Request, page: str) -> HttpResponse:
    """One question, or one page of those that make the list better. 'Next' and 'Back' both keep what was said."""
    kind, one = found(QUESTIONS.get(page)), held(request)
    if one is None:
        return gone(request)
    looking, data = read(one.needs), request.POST if request.method == "POST" else None
    if data is not None and "nothing" in data:
        data = data.__class__()
    form = kind(data, looking.given, queries.here(timezone.localdate()))
    if data is None:
        return _ask(request, form, looking)
    if not form.is_valid():
        return redirect(*_before(page, looking)) if "back" in data else _ask(request, form, looking, 422)
    if not actions.save_answers(search=one, page=page, given=form.answers()):
        return gone(request)
    now = looking.answered(page, form.answers())
    return keep(redirect(*(_before(page, now) if "back" in data else _after(page, now))), one)


def _ask(request: Request, form: Question, looking: Looking, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "number": FOUR.index(form.page) + 1 if form.page in FOUR else None,
        "listed": looking.missing is None,
        "help": help_here(request),
    }
    return render(request, "fit/question.html", context, status=status)


def _after(page: str, looking: Looking) -> tuple[str, ...]:
    """The next question; whoever changes an answer goes back to the list."""
    if page in FOUR and looking.missing:
        later = FOUR[FOUR.index(page) + 1 :]
        return ("find_page", next(iter(later), looking.missing))
    if page == BETTER[0] and BETTER[1] not in looking.done:
        return ("find_page", BETTER[1])
    return ("find_page", looking.missing) if looking.missing else ("shortlist",)


def _before(page: str, looking: Looking) -> tuple[str, ...]:
    if page == BETTER[1]:
        return ("find_page", BETTER[0])
    if looking.missing is None:
        return ("shortlist",)
    return ("find_page", FOUR[FOUR.index(page) - 1]) if page in FOUR[1:] else ("find",)


def gone(request: Request) -> HttpResponse:
    """Forgotten, too old, or never begun in this browser."""
    if request.method == "POST":
        messages.error(request, "That search is not kept any more, and nothing was stored. Please begin again.")
    response = redirect("find")
    response.delete_cookie(COOKIE)
    return response


@require_safe
def shortlist(request: Request) -> HttpResponse:
    """Three to five therapists, each with what fits and what does not."""
    one = held(request)
    return _list(request, one) if one else gone(request)


def _list(request: Request, one: Search, status: int = 200) -> HttpResponse:
    looking = read(one.needs)
    if looking.missing:
        return redirect("find_page", looking.missing)
    context: dict[str, Any] = {
        "list": listing.listing(one, timezone.localdate()),
        "anyone": queries.anyone(),
        "asked": {each.meeting.member_id for each in queries.standings(one, timezone.now()) if not each.called_off},
        "lists": on_lists.to_join(one),
        "summary": listing.summary(looking),
        "better": listing.better(looking),
        "without": [(limit, listing.without_name(limit)) for limit in looking.without],
        "first": looking.needs.first if looking.needs else None,
        "help": help_here(request),
    }
    return render(request, "fit/list.html", context, status=status)


@require_POST
def relax(request: Request) -> HttpResponse:
    """Give up one limit, or take it up again."""
    one = held(request)
    if one is None:
        return gone(request)
    limit = request.POST.get("limit", "")
    if limit not in read(one.needs).limits:
        messages.error(request, "That is none of the limits you set, so nothing was changed.")
        return _list(request, one, 422)
    if not actions.relax(search=one, limit=limit, back="back" in request.POST):
        return gone(request)
    return keep(redirect("shortlist"), one)


@require_POST
def forget(request: Request) -> HttpResponse:
    """Delete what this browser looked for, here and in the browser."""
    if one := held(request):
        actions.forget_search(search=one)
    messages.success(request, "Your search is deleted, here and in this browser.")
    response = redirect("find")
    response.delete_cookie(COOKIE)
    return response
