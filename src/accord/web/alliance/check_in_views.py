"""The client's side of a check-in: a link, a few pages, 'saved'. No account, and no page shows what was sent."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accord import measures
from accord.measures import Item, Measure
from accord.web import wording
from accord.web.alliance import actions, forms, queries
from accord.web.alliance.models import CheckIn
from accord.web.people.asker import Request
from accord.web.safety import queries as safety

COOKIE = "__Host-accord-link" if settings.HTTPS else "accord-link"
KIND_STATUS = {"unknown": 404, "expired": 410, "closed": 410, "early": 200, "answered": 200, "not-me": 200}


@require_GET
def open_link(request: Request, token: str) -> HttpResponse:
    """Swap the link's secret for a cookie and a clean address. Opening it uses nothing up."""
    one = queries.by_token(token)
    if one is None:
        return _say(request, "unknown", None)
    response = redirect("check_in")
    life = max(60, int((one.expires_at - timezone.now()).total_seconds()))
    response.set_signed_cookie(
        COOKIE, f"{one.pk}:{one.generation}", max_age=life, httponly=True, samesite="Lax", secure=settings.HTTPS
    )
    return response


def _current(request: Request) -> tuple[CheckIn | None, str]:
    key, _, generation = (request.get_signed_cookie(COOKIE, default="") or "").partition(":")
    one = queries.by_cookie(key, int(generation)) if generation.isdigit() else None
    return (one, queries.link_state(one, timezone.now())) if one else (None, "unknown")


def _say(request: Request, state: str, one: CheckIn | None) -> HttpResponse:
    """A kind page for a link that asks nothing now."""
    known: dict[str, Any] = {"check_in": one, "help": safety.help_for(one.practice if one else None)}
    if one:
        known |= {"zone": one.practice.time_zone, "opens_at": queries.opens_at(one)}
    return render(request, "alliance/link.html", {**known, "state": state}, status=KIND_STATUS[state])


def steps(one: CheckIn) -> list[tuple[Measure, tuple[Item, ...]]]:
    """The pages of this check-in, in order."""
    asked = [wording.measure(name) for name in one.measures]
    return [(measure, page) for measure in asked for page in measure.pages(one.occasion.number or 1)]


@require_GET
def check_in(request: Request) -> HttpResponse:
    """The start: whose it is, what it is, who reads it; and 'carry on' where something was kept."""
    one, state = _current(request)
    if one is None or state != "open":
        return _say(request, state, one)
    done = _done(one)
    first = done.index(False) + 1 if False in done else len(done)
    return render(
        request, "alliance/start.html", {**_frame(one), "first": first, "begun": any(done), "count": _count(one)}
    )


def _count(one: CheckIn) -> int:
    return sum(len(items) for _, items in steps(one))


def _frame(one: CheckIn) -> dict[str, Any]:
    """What every page of a check-in shows: whom to call, and at once when an answer asks for it."""
    kept = one.draft.answers if hasattr(one, "draft") else {}
    loaded = {name: wording.measure(name) for name in one.measures}
    return {
        "check_in": one,
        "zone": one.practice.time_zone,
        "help": safety.help_for(one.practice),
        "urgent": any(measures.score(loaded[name], kept.get(name, {})).risk for name in loaded),
        "asks_of_harm": any(measure.safety for measure in loaded.values()),
    }


@require_http_methods(["GET", "POST"])
def check_in_page(request: Request, page: int) -> HttpResponse:
    """One page of questions. Each 'next' is kept; the last one sends."""
    one, state = _current(request)
    if one is None or state != "open":
        return _say(request, state, one)
    pages = steps(one)
    if not 1 <= page <= len(pages):
        return redirect("check_in")
    measure, items = pages[page - 1]
    if request.method == "GET":
        kept = one.draft.answers.get(measure.id, {}) if hasattr(one, "draft") else {}
        return _show(request, one, page, forms.Page(measure, items, kept, {}))
    if request.POST.get("check_in") != str(one.pk):
        return _say(request, "unknown", None)
    return _take(request, one, page, forms.read_page(measure, items, request.POST))


def _take(request: Request, one: CheckIn, page: int, filled: forms.Page) -> HttpResponse:
    in_passing = "keep" in request.POST
    order = forms.order_of(request.POST.get("order"))
    given = {filled.measure.id: filled.given}
    draft = actions.save_draft(check_in=one, given=given, order=order, in_passing=in_passing)
    if in_passing:
        return HttpResponse(status=204)
    if draft is None:
        return redirect("check_in_done")
    one.draft = draft
    if filled.errors:
        return _show(request, one, page, filled, status=422)
    if page < len(steps(one)):
        return redirect("check_in_page", page + 1)
    if False in (done := _done(one)):
        return redirect("check_in_page", done.index(False) + 1)
    actions.send_check_in(check_in=one)
    return redirect("check_in_done")


def _done(one: CheckIn) -> list[bool]:
    """For each page, whether every question on it has an answer or a 'skip'."""
    kept = one.draft.answers if hasattr(one, "draft") else {}
    return [all(item.key in kept.get(measure.id, {}) for item in items) for measure, items in steps(one)]


def _show(request: Request, one: CheckIn, page: int, filled: forms.Page, status: int = 200) -> HttpResponse:
    pages = steps(one)
    context = {
        **_frame(one),
        "page": page,
        "pages": len(pages),
        "filled": filled,
        "skipped": [key for key, value in filled.given.items() if value is None],
        "first_of_measure": page == 1 or pages[page - 2][0] is not filled.measure,
        "alone": len(filled.items) == 1 and any(mark.item == filled.items[0].key for mark in filled.measure.safety),
    }
    return render(request, "alliance/page.html", context, status=status)


@require_GET
def check_in_done(request: Request) -> HttpResponse:
    """'Saved', shown only after the commit; whom to call stands above it when an answer asked for it."""
    one, _ = _current(request)
    if one is None or one.answered_at is None:
        return redirect("check_in")
    context = {**_frame(one), "urgent": safety.raised_by(one.pk), "changeable": _can_change(one)}
    return render(request, "alliance/done.html", context)


def _can_change(one: CheckIn) -> bool:
    return queries.link_state(one, timezone.now()) == "answered"


@require_POST
def check_in_again(request: Request) -> HttpResponse:
    """Answer again with empty questions; the latest answers count."""
    one, state = _current(request)
    if one is None or state not in ("answered", "open"):
        return _say(request, state, one)
    actions.answer_again(check_in=one)
    return redirect("check_in_page", 1)


@require_POST
def check_in_not_me(request: Request) -> HttpResponse:
    """The wrong person holds the link: forget it on this phone; nothing was shown, nothing is kept."""
    response = _say(request, "not-me", None)
    response.delete_cookie(COOKIE)
    return response
